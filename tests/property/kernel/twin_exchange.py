"""The naive twin: an exchange that is easy to believe. Read it as the documentation of the fast one.

This file is what customers ask for and what time brings, written from the exchange mechanics, sections 3, 4, 8.1 and
13; `twin_markets` is what it stands on.
"""

from collections.abc import Callable

from simulator.exchange import events
from simulator.exchange.commands import (
    AddMarket,
    AddRunner,
    CancelOrders,
    CloseMarket,
    Command,
    Heartbeat,
    HideRunner,
    LapseUnmatched,
    OpenAccount,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    ReinstateRunner,
    ReplaceOrders,
    SettleMarket,
    SuspendMarket,
    Tick,
    TouchMarket,
    TurnInPlay,
    UpdateOrders,
    VoidMarket,
)
from simulator.exchange.orders import OrderType, Persistence, Side, TimeInForce
from simulator.exchange.refusals import Reason
from tests.property.kernel.twin_acceptance import (
    NaiveMarket,
    NaiveNonsense,
    NaiveRefusal,
    comes_too_late,
    refuse_closed_market,
    refuse_if_any,
    refuse_malformed_version,
    rounds_too_far,
    whats_wrong_with,
    whats_wrong_with_persistence,
    whats_wrong_with_price,
    would_meet_another,
)
from tests.property.kernel.twin_auction import NaiveAuction
from tests.property.kernel.twin_book import NaiveBet, unmatched, whose
from tests.property.kernel.twin_markets import NaiveTicket


class NaiveExchange(NaiveAuction):
    """The whole twin: `apply` takes a command at a time and answers with what happened."""

    def apply(self, command: Command, at: int) -> tuple[events.Event, ...]:
        """Carry out a command, or raise `NaiveRefusal` or `NaiveNonsense` before anything has changed."""
        handlers: dict[type[Command], Callable[..., None]] = {
            OpenAccount: self.open_account,
            AddMarket: self.add_market,
            AddRunner: self.add_runner,
            HideRunner: self.hide,
            ReinstateRunner: self.reinstate,
            OpenMarket: self.open_market,
            SuspendMarket: self.suspend_market,
            TouchMarket: self.touch_market,
            LapseUnmatched: self.lapse_unmatched,
            TurnInPlay: self.turn_in_play,
            Reconcile: self.reconcile,
            CloseMarket: self.close_betting,
            SettleMarket: self.settle,
            VoidMarket: self.void,
            PlaceOrders: self.place,
            CancelOrders: self.cancel,
            ReplaceOrders: self.replace,
            UpdateOrders: self.update,
            Heartbeat: self.heartbeat,
            Tick: self.tick,
        }
        self.happened = []
        handlers[type(command)](command, at)
        self.now = at
        return tuple(self.happened)

    # Customers' requests

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

    def remember_edit(self, command: CancelOrders | ReplaceOrders | UpdateOrders, operation: str, at: int) -> None:
        """Of a request that changed nothing because all of it was refused, nothing is remembered."""
        if {type(event) for event in self.happened} != {events.InstructionRefused}:
            self.remember(command.account, operation, command.customer_reference, at)

    def place(self, command: PlaceOrders, at: int) -> None:
        market, account = self.asked_market(command.market_id), self.accounts[command.account]
        refuse_closed_market(market)
        if not account.may_bet:
            raise NaiveRefusal(Reason.INVALID_ACCOUNT_STATE)
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

    @property
    def next_due(self) -> int | None:
        """When something happens by itself."""
        times = [*(ticket.due_at for ticket in self.waiting), *(deadline for _, deadline in self.heartbeats)]
        return min(times, default=None)

    def tick(self, _: Tick, at: int) -> None:
        """Let happen what is due, first due first; bets before deadlines, and of each kind first come first."""
        while (due := self.next_due) is not None and due <= at:
            tickets = sorted(ticket.number for ticket in self.waiting if ticket.due_at == due)
            if tickets:
                (first,) = [ticket for ticket in self.waiting if ticket.number == tickets[0]]
                self.waiting.remove(first)
                self.resolve(first)
            else:
                self.miss(next(name for name, deadline in self.heartbeats if deadline == due), due)

    # Heartbeats

    def heartbeat(self, command: Heartbeat, at: int) -> None:
        """Somebody is alive; the next heartbeat may take so long, ten seconds at least and five minutes at most."""
        seconds = command.preferred_timeout_seconds
        if command.account not in self.accounts or seconds < 0:
            raise NaiveNonsense
        if seconds:
            seconds = sorted([10, seconds, 300])[1]
        self.heartbeats = [(name, deadline) for name, deadline in self.heartbeats if name != command.account]
        if seconds:
            self.heartbeats.append((command.account, at + seconds * 1000))
        told = self.done_about_the_silent.pop(command.account, events.ActionPerformed.NONE)
        self.happened.append(events.HeartbeatReceived(at, command.account, seconds, told))

    def miss(self, account: str, at: int) -> None:
        """Cancel whatever of a silent customer's bets can be cancelled, and remember to say so."""
        self.heartbeats = [(name, deadline) for name, deadline in self.heartbeats if name != account]
        done = self.cancel_all_of(account, events.CancelReason.HEARTBEAT_MISSED, at)
        action = events.ActionPerformed.ALL_BETS_CANCELLED if done else events.ActionPerformed.SOME_BETS_NOT_CANCELLED
        self.done_about_the_silent[account] = action
        self.happened.append(events.HeartbeatExpired(at, account, action))

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

    # Changing what is there

    def refuse_edit(self, account: str, operation: str, bet_ids: list[int], reference: str | None, at: int) -> None:
        if len(bet_ids) > self.rules.edit_instruction_limit:
            raise NaiveRefusal(Reason.TOO_MANY_INSTRUCTIONS)
        self.refuse_repeated(account, operation, reference, at)
        if len(set(bet_ids)) < len(bet_ids):
            raise NaiveRefusal(Reason.DUPLICATE_BETIDS)

    def find(self, bet_id: int, account: str, market_id: str) -> NaiveBet | None:
        """Find a bet by its id among the account's own in the market."""
        for bet in self.bets:
            if (bet.bet_id, bet.account, bet.market_id) == (bet_id, account, market_id):
                return bet
        return None

    def why_not_changeable(self, bet: NaiveBet | None) -> Reason | None:
        if bet is None:
            return Reason.INVALID_BET_ID
        return None if bet.remaining else Reason.BET_TAKEN_OR_LAPSED

    def refuse_one(self, account: str, market_id: str, index: int, bet_id: int, reason: Reason, at: int) -> None:
        self.happened.append(events.InstructionRefused(at, market_id, account, index, bet_id, reason))

    def take_off(self, index: int, bet: NaiveBet, size: int, why: events.CancelReason, at: int) -> None:
        """Cancel a part of a bet; the rest stays where it is in the queue."""
        bet.cancelled += size
        bet.cancelled_at = at
        self.happened.append(events.OrderCancelled(at, *whose(bet), index, size, why))

    def cancel(self, command: CancelOrders, at: int) -> None:
        """Cancel named bets or parts of them, all of a market, or everything; what cannot be cancelled says why."""
        mine = [bet for bet in unmatched(self.bets) if bet.account == command.account]
        if command.market_id is None:
            self.refuse_edit(command.account, "cancel", [], command.customer_reference, at)
            self.cancel_all_of(command.account, events.CancelReason.REQUESTED, at)
        else:
            asked = command.instructions or ()
            refuse_closed_market(self.asked_market(command.market_id), len(asked))
            self.refuse_edit(command.account, "cancel", [one.bet_id for one in asked], command.customer_reference, at)
            if command.instructions is None:
                here = [bet for bet in mine if bet.market_id == command.market_id]
                for index, bet in enumerate(here):
                    self.take_off(index, bet, bet.remaining, events.CancelReason.REQUESTED, at)
            for index, one in enumerate(asked):
                self.cancel_one(index, command, one.bet_id, one.size_reduction, at)
        self.remember_edit(command, "cancel", at)

    def cancel_all_of(self, account: str, why: events.CancelReason, at: int) -> bool:
        """Cancel all of a customer's bets in open markets; tell whether that was all of them."""
        mine = [bet for bet in unmatched(self.bets) if bet.account == account]
        for index, bet in enumerate(mine):
            if self.markets[bet.market_id].status == "OPEN":
                self.take_off(index, bet, bet.remaining, why, at)
            else:
                self.refuse_one(account, bet.market_id, index, bet.bet_id, Reason.ERROR_IN_ORDER, at)
        return not any(bet.remaining for bet in mine)

    def cancel_one(self, index: int, command: CancelOrders, bet_id: int, reduction: int | None, at: int) -> None:
        bet = self.find(bet_id, command.account, command.market_id or "")
        reason = self.why_not_changeable(bet)
        if reason is None and reduction is not None and reduction <= 0:
            reason = Reason.INVALID_BET_SIZE
        if bet is not None and reason is None and reduction is not None and reduction < bet.remaining:
            reason = rounds_too_far(bet.remaining - reduction, bet.price, self.accounts[bet.account])
        if bet is None or reason is not None:
            why_not = reason or Reason.INVALID_BET_ID
            self.refuse_one(command.account, command.market_id or "", index, bet_id, why_not, at)
        else:
            size = bet.remaining if reduction is None else min(reduction, bet.remaining)
            self.take_off(index, bet, size, events.CancelReason.REQUESTED, at)

    def replace(self, command: ReplaceOrders, at: int) -> None:
        """First cancel, for good; then place all at their new prices, or none.

        What waits for the starting price cannot be cancelled: it gets its new limit with the others, or stays.
        """
        market = self.asked_market(command.market_id)
        refuse_closed_market(market, len(command.instructions))
        self.refuse_edit(
            command.account, "replace", [one.bet_id for one in command.instructions], command.customer_reference, at
        )
        refuse_malformed_version(command.market_version, self.rules)
        old: dict[int, NaiveBet] = {}
        anew: dict[int, NaiveBet] = {}
        for index, one in enumerate(command.instructions):
            bet = self.find(one.bet_id, command.account, command.market_id)
            reason = None if bet is not None and is_limit_that_waits(bet) else self.why_not_changeable(bet)
            if bet is not None and reason is None and bet.price == one.new_price:
                reason = Reason.NO_ACTION_REQUIRED
            if bet is None or reason is not None:
                why_not = reason or Reason.INVALID_BET_ID
                self.refuse_one(command.account, command.market_id, index, one.bet_id, why_not, at)
                continue
            old[index], anew[index] = bet, self.same_again(bet, one.new_price, at)
            if not is_limit_that_waits(bet):
                self.take_off(index, bet, bet.remaining, events.CancelReason.REPLACED, at)
        self.place_all_or_none(command, market, old, anew, at)
        self.remember_edit(command, "replace", at)

    def place_all_or_none(
        self,
        command: ReplaceOrders,
        market: NaiveMarket,
        old: dict[int, NaiveBet],
        anew: dict[int, NaiveBet],
        at: int,
    ) -> None:
        """Place the new bets of a replacement, or say of each why not; both are by the places of the instructions."""
        reasons = {index: self.why_not_placed_again(command, market, old[index], anew[index]) for index in anew}
        for_exchange = [(index, bet) for index, bet in anew.items() if not is_limit_that_waits(old[index])]
        if not any(reasons.values()) and for_exchange:
            short = self.why_not_affordable(command.account, market, [bet for _, bet in for_exchange])
            reasons |= dict.fromkeys(dict(for_exchange), short)
        if any(reasons.values()):
            for index, reason in reasons.items():
                bet, why = old[index], reason or Reason.RELATED_ACTION_FAILED
                if is_limit_that_waits(bet):
                    self.refuse_one(command.account, command.market_id, index, bet.bet_id, why, at)
                else:
                    self.happened.append(events.ReplacementRefused(at, *whose(bet), index, why))
        else:
            for index, bet in anew.items():
                if is_limit_that_waits(old[index]):
                    self.ease_limit(index, old[index], bet, at)
            if for_exchange:
                account = self.accounts[command.account]
                self.send_to_matcher(market, account, for_exchange, command.market_version, at)

    def same_again(self, bet: NaiveBet, price: int, at: int) -> NaiveBet:
        """The rest of a bet at another price. It owes no minimum, being the rest of a bet that was large enough."""
        return NaiveBet(
            account=bet.account,
            market_id=bet.market_id,
            runner=bet.runner,
            side=bet.side,
            price=price,
            size=bet.remaining,
            persistence=bet.persistence,
            placed_at=at,
            order_type=bet.order_type,
            order_reference=bet.order_reference,
            strategy_reference=bet.strategy_reference,
        )

    def why_not_placed_again(
        self, command: ReplaceOrders, market: NaiveMarket, old: NaiveBet, new: NaiveBet
    ) -> Reason | None:
        """What is wrong with a new bet in itself. A limit for the starting price may only become easier."""
        if comes_too_late(command.market_version, market):
            return Reason.BET_TAKEN_OR_LAPSED
        if whats_wrong_with_price(new.price):
            return Reason.INVALID_ODDS
        if not is_limit_that_waits(old):
            return rounds_too_far(new.size, new.price, self.accounts[new.account])
        is_easier = new.price < old.price if old.side is Side.BACK else new.price > old.price
        return None if is_easier else Reason.INVALID_PRICE_EDIT

    def update(self, command: UpdateOrders, at: int) -> None:
        """Change the persistence of bets; nothing else about them changes."""
        market = self.asked_market(command.market_id)
        refuse_closed_market(market, len(command.instructions))
        self.refuse_edit(
            command.account, "update", [one.bet_id for one in command.instructions], command.customer_reference, at
        )
        for index, one in enumerate(command.instructions):
            bet = self.find(one.bet_id, command.account, command.market_id)
            reason = self.why_not_changeable(bet)
            if bet is not None and reason is None:
                if bet.persistence is one.new_persistence:
                    reason = Reason.NO_ACTION_REQUIRED
                else:
                    reason = whats_wrong_with_persistence(one.new_persistence, market)
            if bet is None or reason is not None:
                why_not = reason or Reason.INVALID_BET_ID
                self.refuse_one(command.account, command.market_id, index, one.bet_id, why_not, at)
                continue
            bet.persistence = one.new_persistence
            self.happened.append(events.OrderUpdated(at, *whose(bet), index, one.new_persistence))
        self.remember_edit(command, "update", at)


def is_limit_that_waits(bet: NaiveBet) -> bool:
    """Whether a bet waits for the starting price, or as good a one as its limit."""
    return bet.order_type is OrderType.LIMIT_ON_CLOSE and bet.waiting > 0
