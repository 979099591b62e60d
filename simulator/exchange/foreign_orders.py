"""Orders of accounts whose money is not pounds: a bet in pence, and beside it the same bet as its owner sees it.

The exchange matches pence. The owner asked for an amount of another currency, and is told of parts of that amount: what
is matched, cancelled, lapsed or void of the pence is so of the amount. Every part is the difference of what remained
before and what remains after, so that the parts add up to what was asked for to the hundredth, a bet of which all is
matched shows exactly its size, and no part changes afterwards.

What remains is the share of the amount that the remaining pence are of all, to the nearest hundredth; it is not nothing
before no penny is left (chosen). What the bet wins or loses is worked out from the owner's amounts alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from fractions import Fraction
from math import floor

from simulator.exchange.currencies import Rate, share_of
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import Fragment, Judgement, LapseReason, Order, Persistence, Side


@dataclass(slots=True, eq=False, kw_only=True)
class ForeignOrder(Order):
    """A bet in pence with its mirror, which is the same bet in the money of its account.

    `whole` and `whole_own` are the pence and the amount of which shares are taken: what remained when it was last set
    by its owner, who places and cancels amounts and not pence.
    """

    mirror: Order
    whole: int
    whole_own: int

    @classmethod
    def of(cls, own: Order, rate: Rate) -> "ForeignOrder":
        """Return the bet of which `own`, which has not met the market yet, is what its owner asked for.

        A minimum fill is rounded as the size is, so that it is no more than that.
        """
        copied = {field.name: getattr(own, field.name) for field in fields(Order)}
        size = rate.rounded_up(own.size)
        liability = rate.rounded_up(own.liability)
        minimum, target = own.min_fill_size, own.bet_target
        copied.update(
            mirror=own,
            size=size,
            size_remaining=size,
            liability=liability,
            liability_waiting=liability,
            min_fill_size=None if minimum is None else rate.rounded_up(minimum),
            bet_target=None if target is None else rate.rounded_up(target),
            fragments=[],
        )
        return cls(**copied, whole=size, whole_own=own.size)

    def pence_of_rest(self, size: int) -> int:
        """Return how many pence of what is unmatched are `size` of it in the money of the account.

        A penny is left where any of the amount is.
        """
        return share_of(self.size_remaining, size, self.mirror.size_remaining)

    def register(self, bet_id: int, at: int) -> None:
        """Give both their bet id."""
        Order.register(self, bet_id, at)
        self.mirror.register(bet_id, at)

    def restate(self, size: int) -> None:
        """Give both the size that the bet target has come to: in the money of the account never more than it wants."""
        target, own_target = self.bet_target or 1, self.mirror.bet_target or 0
        Order.restate(self, size)
        self.mirror.restate(max(1, size * own_target // target) if size else 0)
        self.whole, self.whole_own = size, self.mirror.size

    def match(self, fragment: Fragment) -> None:
        """Match a part of both."""
        Order.match(self, fragment)
        before, after = self.mirror.size_remaining, 0
        if self.size_remaining:
            after = max(1, share_of(self.whole_own, self.size_remaining, self.whole))
        size = before - after
        self.mirror.match(fragment._replace(size=size, payout=fragment.price * size))

    def reduce_prices(self, reduced_price: Callable[[int], int]) -> None:
        """Lower the prices of both."""
        Order.reduce_prices(self, reduced_price)
        self.mirror.reduce_prices(reduced_price)

    def set_prices_to_nothing(self) -> None:
        """Give the fragments of both the price 1.0."""
        Order.set_prices_to_nothing(self)
        self.mirror.set_prices_to_nothing()

    def restore_prices(self) -> None:
        """Give the fragments of both their prices again."""
        Order.restore_prices(self)
        self.mirror.restore_prices()

    def update_persistence(self, persistence: Persistence) -> None:
        """Give both another persistence."""
        Order.update_persistence(self, persistence)
        self.mirror.update_persistence(persistence)

    def reprice(self, price: int) -> None:
        """Give both another price."""
        Order.reprice(self, price)
        self.mirror.reprice(price)

    def cancel(self, size: int, at: int) -> None:
        """Cancel `size` in the money of the account, and what it is in pence."""
        Order.cancel(self, self.pence_of_rest(size), at)
        self.mirror.cancel(size, at)
        self.whole, self.whole_own = self.size_remaining, self.mirror.size_remaining

    def lapse(self, at: int, reason: LapseReason) -> None:
        """Lapse all that remains of both."""
        Order.lapse(self, at, reason)
        self.mirror.lapse(at, reason)

    def queue_for_starting_price(self) -> None:
        """Let what is unmatched of both wait for the starting price."""
        Order.queue_for_starting_price(self)
        self.mirror.queue_for_starting_price()

    def hand_over(self, at: int) -> None:
        """Stop waiting, both."""
        Order.hand_over(self, at)
        self.mirror.hand_over(at)

    def take_over(self, order: Order) -> None:
        """Wait with the liabilities of an order that has handed over."""
        Order.take_over(self, order)
        self.mirror.take_over(order.own)

    def reduce_liability(self, reduced: Callable[[int], int]) -> None:
        """Wait with what is left of both liabilities."""
        Order.reduce_liability(self, reduced)
        self.mirror.reduce_liability(reduced)

    def match_at_starting_price(self, fragment: Fragment, liability: int, price: Fraction) -> None:
        """Match a share of what waits of both: of a back its stake, of a lay a stake in the proportion of its risk.

        The stake of a lay is cut, so that no more is lost by it than was to be risked.
        """
        mirror, size = self.mirror, fragment.size
        own_liability = mirror.liability_waiting - share_of(
            mirror.liability_waiting, self.liability_waiting - liability, self.liability_waiting
        )
        own_size = own_liability if self.side is Side.BACK else size * mirror.liability // max(1, self.liability)
        Order.match_at_starting_price(self, fragment, liability, price)
        own = fragment._replace(size=own_size, payout=floor(own_size * price * HUNDREDTHS))
        mirror.match_at_starting_price(own, own_liability, price)

    def end_waiting(self, at: int, reason: LapseReason) -> None:
        """Lapse what of both liabilities found no match."""
        Order.end_waiting(self, at, reason)
        self.mirror.end_waiting(at, reason)

    def void(self, at: int) -> None:
        """Void what was matched of both."""
        Order.void(self, at)
        self.mirror.void(at)

    def settle(self, at: int, judge: Callable[[Order], Judgement]) -> Judgement | None:
        """Note that there is nothing more to come of either: profit and outcome of both, each from its own amounts.

        The few pence that are matched of a bet may be nothing in the money of its account: that wins and loses nothing,
        and ends as the pence do.
        """
        in_pence, mirror = Order.settle(self, at, judge), self.mirror
        judgement = mirror.settle(at, judge)
        if judgement is None and in_pence is not None:
            mirror.profit, mirror.outcome = judgement = 0, in_pence[1]
        return judgement

    def unsettle(self) -> None:
        """Be as before the end, both."""
        Order.unsettle(self)
        self.mirror.unsettle()
