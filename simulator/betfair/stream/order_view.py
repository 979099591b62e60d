"""What a subscription sees of an account's own orders, and how two states differ: the `oc` items of change messages.

An image holds the orders that can still be matched, and what was matched of all, by price. After that every order that
changes is told whole; one that is complete is told once more and never again. All amounts are in the account's money.
Source: published, Exchange Stream API specification; recorded order streams.
"""

from collections.abc import Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from simulator.betfair.betting.order_amounts import price_asked_for, size_asked_for
from simulator.betfair.stream.numbers import number, whole_or_double
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import LapseReason, Order, OrderStatus, OrderType, Persistence, RunnerKey, Side
from simulator.world.world import World

MALTA: Final = "REG_LGA"
"""The regulator of bets (recorded; older ones have another)."""

_SIDES: Final = {Side.BACK: "B", Side.LAY: "L"}
_PERSISTENCES: Final = {Persistence.LAPSE: "L", Persistence.PERSIST: "P", Persistence.MARKET_ON_CLOSE: "MOC"}
_TYPES: Final = {OrderType.LIMIT: "L", OrderType.LIMIT_ON_CLOSE: "LOC", OrderType.MARKET_ON_CLOSE: "MOC"}
_STATUSES: Final = {OrderStatus.EXECUTABLE: "E", OrderStatus.EXECUTION_COMPLETE: "EC"}
_LAPSE_REASONS: Final = {
    LapseReason.TURNED_IN_PLAY: "SP_IN_PLAY",
    LapseReason.NO_MATCH_AT_STARTING_PRICE: "SP_IN_PLAY",
    LapseReason.SMALL_STAKE: "SMALL_STAKE",
    LapseReason.MARKET_SUSPENDED: "MKT_SUSPENDED",
    LapseReason.RUNNER_REMOVED: "RNR_UNKNOWN",
    LapseReason.OTHER_RUNNER_REMOVED: "PRICE_IMP_TOO_LARGE",
    LapseReason.RUNNER_HIDDEN: "RNR_UNKNOWN",
    LapseReason.RUNNER_SETTLED: "RNR_UNKNOWN",
    LapseReason.BETTING_CLOSED: "MKT_INVALID",
    LapseReason.MARKET_SETTLED: "MKT_INVALID",
    LapseReason.MARKET_VOIDED: "MKT_INVALID",
}
"""Which of the published codes stands for each reason (chosen where no recording shows it: docs/fidelity.md)."""
_changeable: Final = attrgetter(
    "price",
    "size",
    "liability",
    "side",
    "persistence",
    "order_type",
    "matched_at",
    "cancelled_at",
    "lapsed_at",
    "size_lapsed",
    "lapse_reason",
    "matched_payout",
    "size_matched",
    "size_remaining",
    "size_cancelled",
    "size_voided",
    "placed_at",
    "customer_order_reference",
    "customer_strategy_reference",
)
"""All that is told of an order but its id: later, or when the world has gone back, it may be something else."""
_encode: Final = msgspec.json.Encoder().encode

Ladder = Mapping[int, int]
"""Pence by price in hundredths."""


class OrderProjection(Struct, frozen=True):
    """Whose orders a subscription sees, and what of them. Without strategies it sees the bets of all."""

    account: str
    shows_position: bool
    is_partitioned: bool
    strategies: frozenset[str] | None


class Position(NamedTuple):
    """What was matched of the bets on a runner, by price, of backs and of lays."""

    backs: Ladder
    lays: Ladder


NOWHERE: Final = Position({}, {})


class RunnerOrders(NamedTuple):
    """The orders on one runner by bet id, the whole position, and that of each strategy.

    `is_unknown` marks a runner that an image left out.
    """

    orders: Mapping[int, Mapping[str, Any]]
    position: Position
    by_strategy: Mapping[str, Position]
    is_unknown: bool = False


NO_ORDERS: Final = RunnerOrders({}, NOWHERE, {})


class OrdersState(NamedTuple):
    """The orders of an account in a market at a moment.

    `is_unknown` marks a market of which a subscription that goes on has been told nothing yet.
    """

    market_id: str
    is_closed: bool
    runners: Mapping[RunnerKey, RunnerOrders]
    is_unknown: bool = False


class OrderView:
    """The orders of an account as one projection shows them."""

    def __init__(self, world: World, projection: OrderProjection) -> None:
        self._world: Final = world
        self._projection: Final = projection
        self._told: Final[dict[int, tuple[object, Mapping[str, Any]]]] = {}
        """By bet id: what an order had that can change when it was put into words, and the words."""

    def read(self, market_id: str) -> OrdersState | None:
        """Return the account's orders in a market as they are now, `None` where there never was one."""
        market = self._world.exchange.markets.get(market_id)
        index = None if market is None else market.orders_of.get(self._projection.account)
        if market is None or index is None:
            return None
        by_runner: dict[RunnerKey, list[Order]] = {}
        for order in index.orders:
            by_runner.setdefault(order.runner, []).append(order.own)
        runners = {key: self._runner(orders) for key, orders in by_runner.items()}
        return OrdersState(market_id, market.settled_at is not None, runners)

    def nothing(self, market_id: str) -> OrdersState:
        """Return what is known of a market before its first order."""
        return OrdersState(market_id, False, {}, is_unknown=True)

    def next_due(self, _: str) -> None:
        """Return `None`: orders change when something happens to them, and else not."""
        return

    def difference(self, before: OrdersState | None, after: OrdersState, *, merged: bool = False) -> bytes | None:
        """Return the `oc` item that leads from one state to another, `None` where there is nothing to tell."""
        return difference(before, after)

    def known(self, before: OrdersState | None, after: OrdersState) -> OrdersState:
        """Return a state as it is known to who was told how it differs from one before."""
        return known(before, after)

    def _runner(self, orders: list[Order]) -> RunnerOrders:
        wanted, projection = self._projection.strategies, self._projection
        shown = {
            order.bet_id: self._shown(order)
            for order in orders
            if wanted is None or (order.customer_strategy_reference or "") in wanted
        }
        by_strategy: dict[str, list[Order]] = {}
        if projection.is_partitioned:
            for order in orders:
                strategy = order.customer_strategy_reference or ""
                if wanted is None or strategy in wanted:
                    by_strategy.setdefault(strategy, []).append(order)
        return RunnerOrders(
            shown,
            _position(orders) if projection.shows_position else NOWHERE,
            {strategy: _position(own) for strategy, own in by_strategy.items()},
        )

    def _shown(self, order: Order) -> Mapping[str, Any]:
        changeable = _changeable(order)
        told = self._told.get(order.bet_id)
        if told is None or told[0] != changeable:
            told = self._told[order.bet_id] = changeable, _order(order)
        return told[1]


def markets_with_orders(world: World, account: str) -> list[str]:
    """Return the ids of the markets that are not settled and in which an account has ever had a bet."""
    return list(world.exchange.accounts[account].index.markets)


def _position(orders: Iterable[Order]) -> Position:
    ladders: dict[Side, dict[int, int]] = {Side.BACK: {}, Side.LAY: {}}
    for order in orders:
        if order.size_matched:
            ladder = ladders[order.side]
            for fragment in order.fragments:
                ladder[fragment.price] = ladder.get(fragment.price, 0) + fragment.size
    return Position(ladders[Side.BACK], ladders[Side.LAY])


def _order(order: Order) -> Mapping[str, Any]:
    """Return an order as it is told, its members in recorded order."""
    return {name: value for name, value in _members(order) if value is not None}


def _members(order: Order) -> Iterator[tuple[str, Any]]:
    yield "id", str(order.bet_id)
    yield "p", whole_or_double(float(price_asked_for(order)))
    yield "s", whole_or_double(float(size_asked_for(order)))
    yield "side", _SIDES[order.side]
    yield "status", _STATUSES[order.status]
    # Recorded: what was placed for the starting price has the persistence that goes with it.
    for_starting_price = order.order_type is not OrderType.LIMIT
    yield "pt", "MOC" if for_starting_price else _PERSISTENCES[order.persistence]
    yield "ot", _TYPES[order.order_type]
    yield "pd", _second(order.placed_at)
    yield "md", _second(order.matched_at)
    yield "cd", _second(order.cancelled_at)
    yield "ld", _second(order.lapsed_at)
    yield "bsp", number(order.liability) if order.liability else None
    if order.size_lapsed and order.lapse_reason is not None:
        yield "lsrc", _LAPSE_REASONS[order.lapse_reason]
    if order.size_matched:
        yield "avp", whole_or_double(order.matched_payout / order.size_matched / HUNDREDTHS)
    for name, pence in (
        ("sm", order.size_matched),
        ("sr", order.size_remaining),
        ("sl", order.size_lapsed),
        ("sc", order.size_cancelled),
        ("sv", order.size_voided),
    ):
        yield name, number(pence)
    yield "rac", ""
    yield "rc", MALTA
    yield "rfo", order.customer_order_reference or ""
    yield "rfs", order.customer_strategy_reference or ""


def _second(milliseconds: int | None) -> int | None:
    """Return a time as it is told: in milliseconds, and to the second (recorded)."""
    return None if milliseconds is None else milliseconds - milliseconds % 1000


# Differences


def difference(before: OrdersState | None, after: OrdersState) -> bytes | None:
    """Return the `oc` item that leads from one state of the orders in a market to another, `None` for nothing to tell.

    In an image, from nothing, a runner on which nothing is open or matched is left out, and so is a closed market.
    Whatever a subscription has not heard of comes whole, and says so.
    """
    changes = [change for _, change in _runner_changes(before, after) if change is not None]
    closes = after.is_closed and before is not None and not before.is_closed
    if not changes and not closes:
        return None
    item: dict[str, Any] = {}
    if closes:
        item["closed"] = True
    if before is not None and before.is_unknown:
        item["fullImage"] = True
    item["id"] = after.market_id
    if changes:
        item["orc"] = changes
    return _encode(item)


def known(before: OrdersState | None, after: OrdersState) -> OrdersState:
    """Return a state with marks on what who was told how it differs from one before has still not heard of."""
    was: Mapping[RunnerKey, RunnerOrders] = {} if before is None else before.runners
    silent = {
        key
        for key, change in _runner_changes(before, after)
        if change is None and (key not in was or was[key].is_unknown)
    }
    is_unknown = (before is None or before.is_unknown) and len(silent) == len(after.runners)
    if not silent and not is_unknown:
        return after
    runners = {key: orders._replace(is_unknown=key in silent) for key, orders in after.runners.items()}
    return after._replace(runners=runners, is_unknown=is_unknown)


def _runner_changes(
    before: OrdersState | None, after: OrdersState
) -> Iterator[tuple[RunnerKey, dict[str, Any] | None]]:
    was: Mapping[RunnerKey, RunnerOrders] = {} if before is None else before.runners
    for key, orders in after.runners.items():
        yield key, _runner_change(key, was.get(key), orders, before is None)


def _runner_change(
    key: RunnerKey, before: RunnerOrders | None, after: RunnerOrders, is_image: bool
) -> dict[str, Any] | None:
    was = before or NO_ORDERS
    changed = [
        order
        for bet_id, order in after.orders.items()
        if order is not (known := was.orders.get(bet_id))
        and order != known
        and (order["status"] == "E" or not is_image)
    ]
    members: dict[str, Any] = {"uo": changed} if changed else {}
    members.update(_position_change(was.position, after.position))
    by_strategy = {
        strategy: change
        for strategy, position in after.by_strategy.items()
        if (change := _position_change(was.by_strategy.get(strategy, NOWHERE), position))
    }
    if by_strategy:
        members["smc"] = by_strategy
    if not members:
        return None
    named: dict[str, Any] = {"fullImage": True} if before is None or before.is_unknown else {}
    named["id"] = key.selection_id
    if key.handicap:
        named["hc"] = number(key.handicap)
    return {**named, **members}


def _position_change(before: Position, after: Position) -> dict[str, Any]:
    named = (("mb", before.backs, after.backs), ("ml", before.lays, after.lays))
    return {name: change for name, was, is_now in named if (change := _ladder_change(was, is_now))}


def _ladder_change(before: Ladder, after: Ladder) -> list[list[int | float]]:
    gone = [[number(price), 0] for price in before if price not in after]
    return [[number(price), number(size)] for price, size in after.items() if before.get(price) != size] + gone
