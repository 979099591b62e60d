"""The naive twin's placing of bets: what is refused, who has to wait, and what becomes of those who waited.

Written from the exchange mechanics, sections 3, 4 and 8.1.
"""

from simulator.exchange import events
from simulator.exchange.commands import (
    OpenAccount,
    PlaceInstruction,
    PlaceOrders,
)
from simulator.exchange.orders import OrderType, Persistence, TimeInForce
from simulator.exchange.refusals import Reason
from tests.property.kernel.twin_acceptance import (
    NaiveMarket,
    NaiveRefusal,
    comes_too_late,
    refuse_closed_market,
    refuse_if_any,
    refuse_malformed_version,
    whats_wrong_with,
    would_meet_another,
)
from tests.property.kernel.twin_book import NaiveBet
from tests.property.kernel.twin_markets import NaiveTicket
from tests.property.kernel.twin_restrictions import NaiveRestrictions


class NaivePlacing(NaiveRestrictions):
    """Takes bets that are placed."""

    def asked_market(self, market_id: str) -> NaiveMarket:
        if market_id not in self.markets:
            raise NaiveRefusal(Reason.INVALID_MARKET_ID)
        return self.markets[market_id]

    def refuse_repeated(self, account: str, operation: str, reference: str | None, at: int) -> None:
        """The same account's same operation under the same reference within a minute is a duplicate."""
        window = self.rules.customer_reference_window_seconds * 1000
        for who, what, used, when in self.references:
            if (who, what, used) == (account, operation, reference) and at < when + window:
                raise NaiveRefusal(Reason.DUPLICATE_TRANSACTION)

    def remember(self, account: str, operation: str, reference: str | None, at: int) -> None:
        if reference is not None:
            self.references.append((account, operation, reference, at))

    def place(self, command: PlaceOrders, at: int) -> None:
        market, account = self.asked_market(command.market_id), self.accounts[command.account]
        refuse_closed_market(market)
        if not account.may_bet:
            raise NaiveRefusal(Reason.INVALID_ACCOUNT_STATE)
        self.refuse_restricted(account, len(command.instructions), at)
        if len(command.instructions) > self.rules.place_instruction_limit:
            raise NaiveRefusal(Reason.TOO_MANY_INSTRUCTIONS)
        self.refuse_repeated(command.account, "place", command.customer_reference, at)
        refuse_malformed_version(command.market_version, self.rules)
        if comes_too_late(command.market_version, market):
            refuse_if_any([Reason.BET_TAKEN_OR_LAPSED] * len(command.instructions))
        strategy = command.customer_strategy_reference
        refuse_if_any([whats_wrong_with(one, strategy, market, account, self.rules) for one in command.instructions])
        refuse_if_any(would_meet_another(command.instructions))
        bets = [self.bet_asked_for(one, command, at) for one in command.instructions]
        if self.why_not_affordable(command.account, market, bets):
            raise NaiveRefusal(Reason.INSUFFICIENT_FUNDS)
        self.refuse_risk(account, market, bets, at)
        self.remember(command.account, "place", command.customer_reference, at)
        self.send_to_matcher(market, account, list(enumerate(bets)), command.market_version, at)

    def bet_asked_for(self, asked: PlaceInstruction, command: PlaceOrders, at: int) -> NaiveBet:
        is_limit = asked.order_type is OrderType.LIMIT
        return NaiveBet(
            account=command.account,
            market_id=command.market_id,
            runner=asked.runner,
            side=asked.side,
            price=asked.price or 0,
            size=(asked.size or 0) if is_limit else 0,
            persistence=asked.persistence or Persistence.LAPSE,
            placed_at=at,
            fill_or_kill=asked.time_in_force is TimeInForce.FILL_OR_KILL,
            minimum_fill=asked.min_fill_size,
            target_type=asked.bet_target_type,
            target=asked.bet_target_size,
            order_type=asked.order_type,
            waiting=0 if is_limit else asked.liability or 0,
            order_reference=asked.customer_order_reference,
            strategy_reference=command.customer_strategy_reference,
        )

    def send_to_matcher(
        self,
        market: NaiveMarket,
        account: OpenAccount,
        bets: list[tuple[int, NaiveBet]],
        version: int | None,
        at: int,
    ) -> None:
        """In play bets wait for the bet delay first, but for those of whoever provides the liquidity."""
        if not (market.in_play and market.definition.bet_delay) or account.unlimited:
            for index, bet in bets:
                if bet.order_type is OrderType.LIMIT:
                    self.arrive(index, bet, at)
                else:
                    self.wait(index, bet, at)
            return
        due_at, number = at + market.definition.bet_delay * 1000, len(self.tickets) + 1
        ticket = NaiveTicket(due_at, number, account.account, market.definition.market_id, bets, version)
        self.tickets.append(ticket)
        self.waiting.append(ticket)
        self.happened.append(events.OrdersHeld(at, ticket.market_id, number, ticket.account, due_at))

    def resolve(self, ticket: NaiveTicket) -> None:
        """Only the market as it is now counts: what cannot be matched any more lapses and never has a bet id."""
        market = self.markets[ticket.market_id]
        is_over = market.status != "OPEN" or comes_too_late(ticket.version, market)
        guilty = [index for index, bet in ticket.bets if is_over or bet.runner in market.hidden]
        fates = []
        for index, bet in ticket.bets:
            if guilty:
                reason = Reason.BET_TAKEN_OR_LAPSED if index in guilty else Reason.ERROR_IN_ORDER
                fates.append(events.HeldOrderFate(index, None, reason))
            else:
                self.arrive(index, bet, ticket.due_at, ticket.number)
                fates.append(events.HeldOrderFate(index, bet.bet_id, None))
        self.happened.append(
            events.TicketResolved(ticket.due_at, ticket.market_id, ticket.number, ticket.account, tuple(fates))
        )
