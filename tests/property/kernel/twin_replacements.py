"""The naive twin's replacements of bets."""

from simulator.exchange import events
from simulator.exchange.commands import (
    ReplaceOrders,
)
from simulator.exchange.orders import OrderType, Side
from simulator.exchange.refusals import Reason
from tests.property.kernel.twin_acceptance import (
    NaiveMarket,
    comes_too_late,
    refuse_closed_market,
    refuse_malformed_version,
    rounds_too_far,
    whats_wrong_with_price,
)
from tests.property.kernel.twin_book import NaiveBet, whose
from tests.property.kernel.twin_editing import NaiveEditing


class NaiveReplacing(NaiveEditing):
    """Replaces bets."""

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


def is_limit_that_waits(bet: NaiveBet) -> bool:
    """Whether a bet waits for the starting price, or as good a one as its limit."""
    return bet.order_type is OrderType.LIMIT_ON_CLOSE and bet.waiting > 0
