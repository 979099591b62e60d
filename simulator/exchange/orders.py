"""Orders: what a customer asked for and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar, Final, NamedTuple

from simulator.exchange.money import HUNDREDTHS, divide_half_away, profit_pence
from simulator.exchange.records import new_record


class Side(StrEnum):
    """The side of a bet: BACK wins when the selection wins, LAY wins when it loses."""

    BACK = "BACK"
    LAY = "LAY"

    @property
    def opposite(self) -> "Side":
        """Return the side a bet of this side is matched with."""
        return LAY if self is BACK else BACK


# To name a member by its class costs as much as four calls of functions in Python 3.11. So what every bet comes by asks
# for the commonest ones by names of their own, here and in `statuses`.
BACK: Final = Side.BACK
LAY: Final = Side.LAY


class OrderType(StrEnum):
    """LIMIT goes to the order book, the other two to the starting price auction."""

    LIMIT = "LIMIT"
    LIMIT_ON_CLOSE = "LIMIT_ON_CLOSE"
    MARKET_ON_CLOSE = "MARKET_ON_CLOSE"


LIMIT: Final = OrderType.LIMIT


class Persistence(StrEnum):
    """What becomes of the unmatched part of a LIMIT order when the market turns in play."""

    LAPSE = "LAPSE"
    PERSIST = "PERSIST"
    MARKET_ON_CLOSE = "MARKET_ON_CLOSE"


LAPSE: Final = Persistence.LAPSE
PERSIST: Final = Persistence.PERSIST


class TimeInForce(StrEnum):
    """How long an order may live; absent means until it is matched, cancelled or lapsed."""

    FILL_OR_KILL = "FILL_OR_KILL"


FILL_OR_KILL: Final = TimeInForce.FILL_OR_KILL


class BetTargetType(StrEnum):
    """What an order wants instead of a size, named from the backer's side: a profit is the liability of a lay."""

    BACKERS_PROFIT = "BACKERS_PROFIT"
    PAYOUT = "PAYOUT"


def target_per_penny(target_type: BetTargetType | None, price: int) -> int:
    """Return what a penny of stake brings towards a target, in hundredths of pence; towards a size it is one penny."""
    if target_type is None:
        return 1
    return price if target_type is BetTargetType.PAYOUT else price - HUNDREDTHS


class OrderStatus(StrEnum):
    """EXECUTABLE has an unmatched part, EXECUTION_COMPLETE has none.

    In answers to placing PENDING is an asynchronous order, and EXPIRED a fill-or-kill that was killed.
    """

    PENDING = "PENDING"
    EXECUTABLE = "EXECUTABLE"
    EXECUTION_COMPLETE = "EXECUTION_COMPLETE"
    EXPIRED = "EXPIRED"


EXECUTABLE: Final = OrderStatus.EXECUTABLE
EXECUTION_COMPLETE: Final = OrderStatus.EXECUTION_COMPLETE


class LapseReason(StrEnum):
    """Why the exchange, not the customer, ended the unmatched part of an order."""

    TURNED_IN_PLAY = "TURNED_IN_PLAY"
    """The market turned in play, and the order's persistence was not PERSIST."""
    NO_MATCH_AT_STARTING_PRICE = "NO_MATCH_AT_STARTING_PRICE"
    """The auction had nothing, or not enough, for it."""
    SMALL_STAKE = "SMALL_STAKE"
    """The lay would have risked too little in the auction."""
    MARKET_SUSPENDED = "MARKET_SUSPENDED"
    """The operator lapsed all unmatched bets, as at a goal."""
    RUNNER_REMOVED = "RUNNER_REMOVED"
    """The order's own runner was withdrawn."""
    OTHER_RUNNER_REMOVED = "OTHER_RUNNER_REMOVED"
    """Another runner was withdrawn, which makes the price of a lay too high."""
    RUNNER_HIDDEN = "RUNNER_HIDDEN"
    """The order's own runner was hidden."""
    RUNNER_SETTLED = "RUNNER_SETTLED"
    """The order's runner was settled while the market goes on."""
    BETTING_CLOSED = "BETTING_CLOSED"
    """Betting ended before the result."""
    MARKET_SETTLED = "MARKET_SETTLED"
    MARKET_VOIDED = "MARKET_VOIDED"


class BetOutcome(StrEnum):
    """How a settled bet ended."""

    WON = "WON"
    LOST = "LOST"
    PLACE = "PLACE"
    VOIDED = "VOIDED"


VOIDED: Final = BetOutcome.VOIDED

Judgement = tuple[int, BetOutcome]
"""What becomes of the matched part of an order: its owner's profit in pence, gross, and a word for it."""


ANONYMOUS: Final = "exchange/anonymous"
"""Whose the bets are that are known by their size alone: nobody has an account for them."""
ANONYMOUS_BET_ID: Final = 0
"""The number of every such bet."""


class RunnerKey(NamedTuple):
    """A runner of one market: the selection and its handicap in hundredths (0 outside handicap markets)."""

    selection_id: int
    handicap: int = 0


class Fragment(NamedTuple):
    """One match of an order: stake in pence at a price in hundredths, and when.

    `payout` is what the backer gets back if it wins, in hundredths of pence: price times size, except at a starting
    price, which has more decimals than `price` can show. A LINE bet pays even money (`lines`); there it is no more than
    what the average line is made of.
    """

    match_id: int
    price: int
    size: int
    matched_at: int
    payout: int
    at_starting_price: bool = False
    in_play: bool = False
    """Whether it was made after the off: a later removal does not lower its price."""

    @classmethod
    def at_price(cls, match_id: int, price: int, size: int, matched_at: int, *, in_play: bool) -> "Fragment":
        """Return a match at a price that is exact in hundredths."""
        return new_record(cls, (match_id, price, size, matched_at, price * size, False, in_play))

    def reduced(self, reduced_price: Callable[[int], int]) -> "Fragment":
        """Return this match after a removal: what was matched in play, or keeps its price, keeps every decimal."""
        price = self.price if self.in_play else reduced_price(self.price)
        if price == self.price:
            return self
        return self._replace(price=price, payout=price * self.size)


NOT_COUNTED: Final = (0, 0, 0, 0)
"""What no position has counted anything of: equal to `stakes.NOTHING`, which is made of what is here."""


@dataclass(slots=True, eq=False)
class Order:
    """One bet. Sizes are the backer's stake in pence, also on a LAY.

    Only of what lapses or is replaced while it waits for the starting price the size is its liability. At all times
    `size == size_matched + size_remaining + size_lapsed + size_cancelled + size_voided`. The bet of an account in
    another currency is a `ForeignOrder`.
    """

    bet_id: int
    account: str
    market_id: str
    runner: RunnerKey
    side: Side
    order_type: OrderType
    persistence: Persistence
    price: int
    size: int
    placed_at: int
    time_in_force: TimeInForce | None = None
    min_fill_size: int | None = None
    bet_target_type: BetTargetType | None = None
    bet_target: int | None = None
    """What an order with a target wants, in pence, until it has met the market: then it has a size like any other."""
    liability: int = 0
    """Of an order for the starting price: the stake of a back, what a lay risks, in pence."""
    is_line_bet: bool = False
    """Whether the price is a line, struck at even money."""
    customer_order_reference: str | None = None
    customer_strategy_reference: str | None = None
    persistence_before_updates: Persistence | None = None
    """With what an order was placed whose persistence has been updated since."""

    size_remaining: int = 0
    size_matched: int = 0
    size_lapsed: int = 0
    size_cancelled: int = 0
    size_voided: int = 0
    liability_waiting: int = 0
    """What of the liability waits for the starting price; such an order has no size until there is one."""
    matched_payout: int = 0
    """Sum of the fragments' payouts, in hundredths of pence: the average price is this over `size_matched`."""
    fragments: list[Fragment] = field(default_factory=list)
    fragments_before_hiding: list[Fragment] | None = None
    """While its runner is hidden: the fragments at the prices at which they were matched."""

    matched_at: int | None = None
    cancelled_at: int | None = None
    lapsed_at: int | None = None
    voided_at: int | None = None
    settled_at: int | None = None
    lapse_reason: LapseReason | None = None
    price_reduced: bool = False
    """Whether the removal of another runner has lowered the price of a matched part."""
    profit: int | None = None
    """Gross result in pence once settled; commission is taken per market, not per bet."""
    outcome: BetOutcome | None = None
    mirror: "Order | None" = None
    """The bet as its owner sees it, where the money of the account is not pounds: see `ForeignOrder`."""
    counted: tuple[int, int, int, int] = NOT_COUNTED
    """What the position of its account has counted of it last (`stakes.Stakes`): here, since every bet has such."""

    @property
    def own(self) -> "Order":
        """Return the bet as its owner sees it, in the money of the account: where that is pounds, the bet itself."""
        return self.mirror or self

    @property
    def status(self) -> OrderStatus:
        """Return whether a part of the order is still unmatched; what waits for the starting price is complete."""
        return EXECUTABLE if self.size_remaining else EXECUTION_COMPLETE

    @property
    def was_killed(self) -> bool:
        """Return whether this is a fill-or-kill order of which nothing could be matched."""
        return self.time_in_force is FILL_OR_KILL and self.size_cancelled == self.size

    @property
    def is_for_starting_price(self) -> bool:
        """Return whether the order was placed for the starting price, and did not only become such."""
        return self.order_type is not LIMIT and self.persistence is not Persistence.MARKET_ON_CLOSE

    @property
    def persistence_at_placement(self) -> Persistence:
        """Return the persistence that the order was placed with."""
        return self.persistence_before_updates or self.persistence

    @property
    def average_price_matched(self) -> int:
        """Return the average price of the matched part in hundredths, halves up; 0 while nothing is matched."""
        if not self.size_matched:
            return 0
        return (2 * self.matched_payout + self.size_matched) // (2 * self.size_matched)

    @property
    def matched_profit(self) -> int:
        """Return what the matched part wins for its backer, in pence, rounded once for the whole bet."""
        return divide_half_away(self.matched_payout - self.size_matched * HUNDREDTHS, HUNDREDTHS)

    @property
    def liability_of_rest(self) -> int:
        """Return what the unmatched part would put in at the starting price: its stake, or what a lay risks."""
        return self.size_remaining if self.side is BACK else profit_pence(self.size_remaining, self.price)

    def pence_of_rest(self, size: int) -> int:
        """Return how many pence of what is unmatched are `size` of it in the money of the account."""
        return size

    def register(self, bet_id: int, at: int) -> None:
        """Give an order its bet id."""
        self.bet_id = bet_id
        self.placed_at = at

    def restate(self, size: int) -> None:
        """Give an order its size, a stake like any other's, instead of a bet target, now that it has met the market."""
        self.bet_target = None
        self.size = self.size_remaining = size

    def match(self, fragment: Fragment) -> None:
        """Move a part from remaining to matched."""
        self.fragments.append(fragment)
        self.size_remaining -= fragment.size
        self.size_matched += fragment.size
        self.matched_payout += fragment.payout
        self.matched_at = fragment.matched_at

    def reduce_prices(self, reduced_price: Callable[[int], int]) -> None:
        """Lower the price of every fragment matched up to the off, each rounded by itself, as `reduced_price` says."""
        before = self.matched_payout
        self._set_fragments([fragment.reduced(reduced_price) for fragment in self.fragments])
        self.price_reduced = self.price_reduced or self.matched_payout != before

    def set_prices_to_nothing(self) -> None:
        """Give every fragment the price 1.0, at which nothing is to be won, until the prices are restored."""
        self.fragments_before_hiding = self.fragments
        self._set_fragments([each._replace(price=HUNDREDTHS, payout=HUNDREDTHS * each.size) for each in self.fragments])

    def restore_prices(self) -> None:
        """Give the fragments the prices again that they had before they were set to 1.0."""
        if self.fragments_before_hiding is not None:
            self._set_fragments(self.fragments_before_hiding)
            self.fragments_before_hiding = None

    def _set_fragments(self, fragments: list[Fragment]) -> None:
        self.fragments = fragments
        self.matched_payout = sum(fragment.payout for fragment in fragments)

    def update_persistence(self, persistence: Persistence) -> None:
        """Give what is unmatched another persistence."""
        self.persistence_before_updates = self.persistence_at_placement
        self.persistence = persistence

    def reprice(self, price: int) -> None:
        """Give what is unmatched another price."""
        self.price = price

    def cancel(self, size: int, at: int) -> None:
        """Move a part from remaining to cancelled: what the customer asked for, at once or as FILL_OR_KILL.

        `size` is in the money of the account.
        """
        self.size_remaining -= size
        self.size_cancelled += size
        self.cancelled_at = at

    def lapse(self, at: int, reason: LapseReason) -> None:
        """Move all that remains to lapsed: the exchange's doing."""
        self.size_lapsed += self.size_remaining
        self.size_remaining = 0
        self.lapsed_at = at
        self.lapse_reason = reason

    def queue_for_starting_price(self) -> None:
        """Turn what is unmatched into a bet at the starting price, which has no size until there is one."""
        self.liability = self.liability_waiting = self.liability_of_rest
        self.order_type = OrderType.MARKET_ON_CLOSE
        self.size -= self.size_remaining
        self.size_remaining = 0

    def hand_over(self, at: int) -> None:
        """Stop waiting, because another order takes this one's place: what waited counts as cancelled (chosen)."""
        self.size += self.liability_waiting
        self.size_cancelled += self.liability_waiting
        self.liability_waiting = 0
        self.cancelled_at = at

    def take_over(self, order: "Order") -> None:
        """Wait for the starting price with the liability of an order that has handed over."""
        self.liability = self.liability_waiting = order.liability

    def reduce_liability(self, reduced: Callable[[int], int]) -> None:
        """Wait for the starting price with what `reduced` leaves of the liability."""
        self.liability = self.liability_waiting = reduced(self.liability)

    def match_at_starting_price(self, fragment: Fragment, liability: int, price: Fraction) -> None:
        """Match a share of what waits: only now has it a size. The `price` is the exact one of the fragment."""
        self.liability_waiting -= liability
        self.size += fragment.size
        self.size_remaining += fragment.size
        self.match(fragment)

    def end_waiting(self, at: int, reason: LapseReason) -> None:
        """Lapse what of the liability found no match; it counts as the size that lapsed (chosen)."""
        lapsed, self.liability_waiting = self.liability_waiting, 0
        if lapsed:
            self.size += lapsed
            self.size_lapsed += lapsed
            self.lapsed_at = at
            self.lapse_reason = reason

    def void(self, at: int) -> None:
        """Move all that was matched to voided; the fragments stay as a record of what had been."""
        self.size_voided += self.size_matched
        self.size_matched = 0
        self.matched_payout = 0
        self.voided_at = at

    def settle(self, at: int, judge: "Callable[[Order], Judgement]") -> Judgement | None:
        """Note that there is nothing more to come; `judge` says what becomes of what was matched of an order.

        Return what that is to the owner, `None` where nothing was matched.
        """
        self.settled_at = at
        if not self.size_matched:
            return None
        self.profit, self.outcome = judgement = judge(self)
        return judgement

    def unsettle(self) -> None:
        """Be as before the end: what was matched is so again, also where the end made it void."""
        if self.outcome is VOIDED:
            self.size_matched, self.size_voided, self.voided_at = self.size_voided, 0, None
            self.matched_payout = sum(fragment.payout for fragment in self.fragments)
        self.profit = self.outcome = self.settled_at = None


class AnonymousBet:
    """An unmatched bet of which the size alone is known: it can be taken, and nobody looks at what becomes of it."""

    __slots__ = ("price", "runner", "side", "size_remaining")

    bet_id: ClassVar = ANONYMOUS_BET_ID
    account: ClassVar = ANONYMOUS

    def __init__(self, runner: RunnerKey, side: Side, price: int, size_remaining: int) -> None:
        self.runner: Final = runner
        self.side: Final = side
        self.price: Final = price
        self.size_remaining: Final = size_remaining


Resting = Order | AnonymousBet
"""What a taker can find in a book."""
