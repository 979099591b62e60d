"""Where an account's orders are found by market, by status and by time, so that to read some costs what these are.

All of it follows from the orders, and is kept where they change. What a change of every order would have to pay for is
caught up with when it is asked for: each order is then looked at once.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from simulator.exchange.orders import Order, RunnerKey
from simulator.exchange.timeline import Timeline


class Ending(StrEnum):
    """How a part of an order ends; one order can have parts that ended in different ways."""

    SETTLED = "SETTLED"
    VOIDED = "VOIDED"
    LAPSED = "LAPSED"
    CANCELLED = "CANCELLED"


_SETTLED, _VOIDED, _LAPSED, _CANCELLED = Ending
_BY_BET_ID: Final = attrgetter("bet_id")


class EndedPart(NamedTuple):
    """How many pence of an order have ended in one way, and when the last of them did."""

    size: Callable[[Order], int]
    ended_at: Callable[[Order], int | None]


ENDED_PARTS: Final[Mapping[Ending, EndedPart]] = {
    Ending.SETTLED: EndedPart(
        lambda order: 0 if order.settled_at is None else order.size_matched, lambda order: order.settled_at
    ),
    Ending.VOIDED: EndedPart(lambda order: order.size_voided, lambda order: order.voided_at),
    Ending.LAPSED: EndedPart(lambda order: order.size_lapsed, lambda order: order.lapsed_at),
    Ending.CANCELLED: EndedPart(lambda order: order.size_cancelled, lambda order: order.cancelled_at),
}


class Closing(NamedTuple):
    """What the bets of an account in a market came to when it was settled, and the last of them that was."""

    net_winnings: int
    last_bet_id: int


class AccountIndex:
    """All orders of one account."""

    __slots__ = ("_in_open_markets", "ended", "ended_at", "executable", "markets", "new_orders")

    def __init__(self) -> None:
        self._in_open_markets: Final = Timeline()
        self.new_orders: list[Order] = []
        """Those that the timeline of open markets does not have yet."""
        self.executable: OrderedDict[int, Order] = OrderedDict()
        """By bet id, in order of placing. Ordered as the levels of a book are: cheap to read after many have left."""
        self.ended: Final = {ending: Timeline() for ending in Ending}
        self.ended_at: Final[dict[Ending, dict[int, int]]] = {_VOIDED: {}, _LAPSED: {}, _CANCELLED: {}}
        """With what time each order, by bet id, stands among those that ended thus; the settled know it themselves."""
        self.markets: Final[dict[str, MarketIndex]] = {}
        """By market id, the markets that are not settled."""

    @property
    def in_open_markets(self) -> Timeline:
        """Return the orders in markets that are not settled, by the time of placing."""
        self._catch_up()
        return self._in_open_markets

    def _catch_up(self) -> None:
        for order in self.new_orders:
            self._in_open_markets.add(order.placed_at, order)
        self.new_orders.clear()

    def new_market(self, market_id: str) -> "MarketIndex":
        """Return an index of the orders in a market, before the first of them."""
        index = self.markets[market_id] = MarketIndex(self)
        return index

    def put_in_order(self) -> None:
        """Put the orders and the markets in the order of bet ids, where they have come in another one."""
        self.executable = OrderedDict(sorted(self.executable.items()))
        markets = sorted(self.markets.items(), key=lambda item: item[1].orders[0].bet_id)
        self.markets.clear()
        self.markets.update(markets)

    def close_market(self, market_id: str) -> None:
        """Note that a market is settled."""
        index = self.markets.pop(market_id, None)
        if index is None:
            return
        if len(self.new_orders) > 2 * len(index.orders):
            # To look at all new ones would cost more than what they are of this market is worth.
            self._catch_up()
        # Where no other market is open, none of them is elsewhere.
        elsewhere = [order for order in self.new_orders if order.market_id != market_id] if self.markets else []
        if len(self.new_orders) - len(elsewhere) < len(index.orders):
            new = {order.bet_id for order in self.new_orders if order.market_id == market_id}
            for order in index.orders:
                if order.bet_id not in new:
                    self._in_open_markets.remove(order.placed_at, order)
        self.new_orders = elsewhere


class MarketIndex:
    """The orders of one account in one market."""

    __slots__ = (
        "_live",
        "_looked_at",
        "_runners",
        "account",
        "closings",
        "ended",
        "executable",
        "net_winnings",
        "orders",
    )

    def __init__(self, account: AccountIndex) -> None:
        self.account: Final = account
        self.orders: Final[list[Order]] = []
        """All there ever were, in order of placing."""
        self.executable: Final[dict[int, Order]] = {}
        """By bet id, in order of placing."""
        self.ended: Final = {ending: Timeline() for ending in Ending}
        self.net_winnings: int | None = None
        """What the settled bets have brought, in pence; `None` where none was matched."""
        self.closings: Final[dict[int, Closing]] = {}
        """For those settlements of the market that charged commission, by how many corrections came before them."""
        self._live: list[Order] = []
        self._runners: Final[dict[RunnerKey, None]] = {}
        self._looked_at = 0

    @property
    def live(self) -> Sequence[Order]:
        """Return the orders of which a part is unmatched, waits or is matched and not void, in order of placing."""
        candidates = [*self._live, *self._catch_up()]
        self._live = [order for order in candidates if order.size_remaining or order.size_matched or _waits(order)]
        return self._live

    @property
    def runners(self) -> Mapping[RunnerKey, None]:
        """Return the runners on which there ever was an order."""
        self._live.extend(self._catch_up())
        return self._runners

    def _catch_up(self) -> list[Order]:
        new = self.orders[self._looked_at :]
        self._looked_at = len(self.orders)
        self._runners.update(dict.fromkeys(order.runner for order in new))
        return new

    def rest(self, order: Order) -> None:
        """Note that an order has got into the queue of unmatched bets."""
        self.executable[order.bet_id] = self.account.executable[order.bet_id] = order

    def note(self, order: Order) -> None:
        """Note that an order has left that queue, or that a part of it has ended otherwise than by being settled."""
        if not order.size_remaining and self.executable.pop(order.bet_id, None) is not None:
            del self.account.executable[order.bet_id]
        # What `ENDED_PARTS` says in general, without asking it for every part of each bet that changes.
        if order.size == order.size_matched:
            return
        if order.voided_at is not None and order.size_voided:
            self._note_end(_VOIDED, order.voided_at, order)
        if order.lapsed_at is not None and order.size_lapsed:
            self._note_end(_LAPSED, order.lapsed_at, order)
        if order.cancelled_at is not None and order.size_cancelled:
            self._note_end(_CANCELLED, order.cancelled_at, order)

    def note_settled(self, matched: Sequence[Order], profits: Sequence[int], at: int) -> None:
        """Note that orders are settled, of which a part is matched and not void: all of them now, and none before.

        The profits are those of the bets that were matched, void ones included, in the money of the account.
        """
        if profits:
            self.net_winnings = (self.net_winnings or 0) + sum(profits)
        in_order = tuple(sorted(matched, key=_BY_BET_ID))
        self.ended[_SETTLED].add_all(at, in_order)
        self.account.ended[_SETTLED].add_all(at, in_order)

    def _note_end(self, ending: Ending, at: int, order: Order) -> None:
        of_account = self.account.ended_at[ending]
        known = of_account.get(order.bet_id)
        if at == known:
            return
        of_account[order.bet_id] = at
        if known is not None:
            self._forget_end(ending, known, order)
        self.ended[ending].add(at, order)
        self.account.ended[ending].add(at, order)

    def forget_settlement(self, order: Order) -> None:
        """Note that an order is settled and void no more; to be told before the order itself is."""
        if order.settled_at is not None and order.size_matched:
            self._forget_end(_SETTLED, order.settled_at, order)
        voided_at = self.account.ended_at[_VOIDED].pop(order.bet_id, None)
        if voided_at is not None:
            self._forget_end(_VOIDED, voided_at, order)

    def _forget_end(self, ending: Ending, known: int, order: Order) -> None:
        self.ended[ending].remove(known, order)
        self.account.ended[ending].remove(known, order)


def _waits(order: Order) -> bool:
    return order.liability_waiting > 0
