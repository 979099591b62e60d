"""The naive twin's replacements of bets: what there was before, and what there is afterwards.

The rule, from the manual's replaceOrders and the exchange mechanics, sections 4 and 9.5: a replacement is a
cancellation and a new bet. Whatever rests of a bet is gone for good; the same bet for as much, at the other price, is
there with all others of the request or not at all. A bet that waits for the starting price cannot be cancelled: it has
become the one with the easier limit, or it is what it was.

Everything is decided from the bets as they were, and only then done.
"""

from dataclasses import dataclass, replace

from simulator.exchange import events
from simulator.exchange.commands import ReplaceOrders
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


@dataclass
class Change:
    """A bet and the one that is to be there in its stead, by the place of the instruction in the request."""

    index: int
    old: NaiveBet
    new: NaiveBet
    is_limit_on_close: bool
    why_not: Reason | None = None
    """Why there is no new bet."""


class NaiveReplacing(NaiveEditing):
    """Replaces bets."""

    def replace(self, command: ReplaceOrders, at: int) -> None:
        """First tell of the bets as they were, in the order of the request, and then of the new ones."""
        market, bet_ids = self.asked_market(command.market_id), [one.bet_id for one in command.instructions]
        refuse_closed_market(market, len(bet_ids))
        self.refuse_restricted(self.accounts[command.account], 0, at)
        self.refuse_edit(command.account, "replace", bet_ids, command.customer_reference, at)
        refuse_malformed_version(command.market_version, self.rules)
        stay, changes = self.who_stays_and_who_goes(command, at)
        self.judge(changes, command, market, at)
        for index, bet_id in enumerate(bet_ids):
            if index in stay:
                self.refuse_one(command.account, command.market_id, index, bet_id, stay[index], at)
            elif not changes[index].is_limit_on_close:
                self.take_off(index, changes[index].old, changes[index].new.size, events.CancelReason.REPLACED, at)
        if any(change.why_not for change in changes.values()):
            self.place_none(list(changes.values()), at)
        elif changes:
            self.place_all(list(changes.values()), command, market, at)
        self.remember_edit(command, "replace", at)

    def who_stays_and_who_goes(self, command: ReplaceOrders, at: int) -> tuple[dict[int, Reason], dict[int, Change]]:
        """Why bets stay as they are, each for itself, and which are to become others; by place in the request."""
        stay: dict[int, Reason] = {}
        changes: dict[int, Change] = {}
        for index, one in enumerate(command.instructions):
            bet = self.find(one.bet_id, command.account, command.market_id)
            if bet is None:
                stay[index] = Reason.INVALID_BET_ID
            elif not bet.remaining and not is_limit_that_waits(bet):
                stay[index] = Reason.BET_TAKEN_OR_LAPSED
            elif bet.price == one.new_price:
                stay[index] = Reason.NO_ACTION_REQUIRED
            else:
                changes[index] = Change(index, bet, same_again(bet, one.new_price, at), is_limit_that_waits(bet))
        return stay, changes

    def judge(self, changes: dict[int, Change], command: ReplaceOrders, market: NaiveMarket, at: int) -> None:
        """Say what is wrong with each new bet, or with the money for them; then no other is placed either."""
        together = list(changes.values())
        for change in together:
            change.why_not = self.whats_wrong_with_new(change, command, market)
        if not any(change.why_not for change in together) and not self.can_be_afforded(together, command, market):
            for change in together:
                change.why_not = None if change.is_limit_on_close else Reason.INSUFFICIENT_FUNDS
        if not any(change.why_not for change in together):
            self.blame_for_risk(together, command, market, at)
        if any(change.why_not for change in together):
            for change in together:
                change.why_not = change.why_not or Reason.RELATED_ACTION_FAILED

    def whats_wrong_with_new(self, change: Change, command: ReplaceOrders, market: NaiveMarket) -> Reason | None:
        """A new bet owes no minimum, being the rest of one that was large enough."""
        old, new = change.old, change.new
        is_harder = new.price > old.price if old.side is Side.BACK else new.price < old.price
        if comes_too_late(command.market_version, market):
            return Reason.BET_TAKEN_OR_LAPSED
        if whats_wrong_with_price(new.price):
            return Reason.INVALID_ODDS
        if change.is_limit_on_close:
            return Reason.INVALID_PRICE_EDIT if is_harder else None
        return rounds_too_far(new.size, new.price, self.accounts[new.account])

    def blame_for_risk(self, changes: list[Change], command: ReplaceOrders, market: NaiveMarket, at: int) -> None:
        """Who may not lose so much may not even follow what was there with something riskier."""
        going = [change for change in changes if not change.is_limit_on_close]
        gone = self.without_what_goes(going, command, market)
        account = self.accounts[command.account]
        blamed = self.whats_too_risky(account, market, gone, [change.new for change in going], at)
        for change, reason in zip(going, blamed, strict=True):
            change.why_not = reason

    def without_what_goes(self, going: list[Change], command: ReplaceOrders, market: NaiveMarket) -> list[NaiveBet]:
        now = self.own_bets(command.account, market)
        return [without_the_rest(bet) if bet in [change.old for change in going] else bet for bet in now]

    def can_be_afforded(self, changes: list[Change], command: ReplaceOrders, market: NaiveMarket) -> bool:
        """Whether the new bets put no more at risk than if the old were merely gone, or what is covered by the money.

        A bet for the starting price risks its stake or liability whatever its limit is.
        """
        going = [change for change in changes if not change.is_limit_on_close]
        account, gone = self.accounts[command.account], self.without_what_goes(going, command, market)
        afterwards = [*gone, *(change.new for change in going)]
        least, most = (self.at_risk(account.account, market, bets) for bets in (gone, afterwards))
        everywhere = self.exposure(account.account) - self.exposure_in(account.account, market) + most
        limit = account.exposure_limit
        return most <= least or (everywhere <= self.balance(account.account) and (limit is None or everywhere <= limit))

    def place_none(self, changes: list[Change], at: int) -> None:
        for change in changes:
            assert change.why_not is not None
            if change.is_limit_on_close:
                bet = change.old
                self.refuse_one(bet.account, bet.market_id, change.index, bet.bet_id, change.why_not, at)
            else:
                self.happened.append(events.ReplacementRefused(at, *whose(change.old), change.index, change.why_not))

    def place_all(self, changes: list[Change], command: ReplaceOrders, market: NaiveMarket, at: int) -> None:
        """New limits count at once, and bets for the exchange have to wait in play as any other."""
        for change in changes:
            if change.is_limit_on_close:
                self.ease_limit(change.index, change.old, change.new, at)
        to_match = [(change.index, change.new) for change in changes if not change.is_limit_on_close]
        if to_match:
            self.send_to_matcher(market, self.accounts[command.account], to_match, command.market_version, at)


def is_limit_that_waits(bet: NaiveBet) -> bool:
    """Whether a bet waits for the starting price, or as good a one as its limit."""
    return bet.order_type is OrderType.LIMIT_ON_CLOSE and bet.waiting > 0


def same_again(bet: NaiveBet, price: int, at: int) -> NaiveBet:
    """A bet on the terms of another at a price of its own, for what rests of that."""
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


def without_the_rest(bet: NaiveBet) -> NaiveBet:
    """A bet as it would be if what rests of it were cancelled."""
    return replace(bet, cancelled=bet.cancelled + bet.remaining)
