"""What a subscription sees of an account's own orders, and how two states differ: the `oc` items of change messages.

An image holds the orders that can still be matched, and what was matched of all, by price. After that every order that
changes is told whole; one that is complete is told once more and never again. All amounts are in the account's money.
Source: published, Exchange Stream API specification; recorded order streams.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from simulator.betfair.stream.numbers import number
from simulator.betfair.stream.order_words import words_of
from simulator.betfair.stream.shared_sequence import SharedSequence
from simulator.exchange.orders import Order, RunnerKey, Side
from simulator.world.world import World

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


class OrderTold(NamedTuple):
    """An order as it is told: its words, `None` where its strategy is not asked for, and what was matched, by price."""

    runner: RunnerKey
    side: Side
    strategy: str
    words: Mapping[str, Any] | None
    matched: Ladder


class RunnerPosition(NamedTuple):
    """What was matched of the bets on one runner, and that of each strategy.

    `is_unknown` marks a runner that an image left out.
    """

    whole: Position
    by_strategy: Mapping[str, Position]
    is_unknown: bool = False


NO_POSITION: Final = RunnerPosition(NOWHERE, {})
NO_ORDERS: Final = SharedSequence[OrderTold]()


class OrdersState(NamedTuple):
    """The orders of an account in a market at a moment, in order of placing, and the runners that they are on.

    `is_unknown` marks a market of which a subscription that goes on has been told nothing yet.
    """

    market_id: str
    is_closed: bool
    orders: SharedSequence[OrderTold]
    runners: Mapping[RunnerKey, RunnerPosition]
    is_unknown: bool = False


class OrderView:
    """The orders of an account as one projection shows them."""

    def __init__(self, world: World, projection: OrderProjection) -> None:
        self._world: Final = world
        self._projection: Final = projection

    def read(self, market_id: str, before: OrdersState | None, bets: Iterable[int]) -> OrdersState | None:
        """Return the account's orders in a market as they are now, `None` where there never was one.

        Of the orders of a state before only those are looked at that something has happened to since.
        """
        market = self._world.exchange.markets.get(market_id)
        index = None if market is None else market.orders_of.get(self._projection.account)
        if market is None or index is None:
            return None
        orders, runners = (NO_ORDERS, {}) if before is None else (before.orders, before.runners)
        known = orders.length
        places = {place for bet_id in bets if (place := _place(index.orders, bet_id, known)) is not None}
        moves = _Moves(self._projection, runners)
        for place in (*sorted(places), *range(known, len(index.orders))):
            was, told = orders.get(place), self._told(index.orders[place].own)
            if told != was:
                orders = orders.put(place, told)
                moves.note(was, told)
        return OrdersState(market_id, market.settled_at is not None, orders, moves.runners())

    def nothing(self, market_id: str) -> OrdersState:
        """Return what is known of a market before its first order."""
        return OrdersState(market_id, False, NO_ORDERS, {}, is_unknown=True)

    def next_due(self, _: str) -> None:
        """Return `None`: orders change when something happens to them, and else not."""
        return

    def difference(self, before: OrdersState | None, after: OrdersState, *, merged: bool = False) -> bytes | None:
        """Return the `oc` item that leads from one state to another, `None` where there is nothing to tell."""
        return difference(before, after)

    def known(self, before: OrdersState | None, after: OrdersState) -> OrdersState:
        """Return a state as it is known to who was told how it differs from one before."""
        return known(before, after)

    def _told(self, order: Order) -> OrderTold:
        wanted, strategy = self._projection.strategies, order.customer_strategy_reference or ""
        matched: dict[int, int] = {}
        for fragment in order.fragments if order.size_matched else ():
            if fragment.size:
                matched[fragment.price] = matched.get(fragment.price, 0) + fragment.size
        words = words_of(order) if wanted is None or strategy in wanted else None
        return OrderTold(order.runner, order.side, strategy, words, matched)


def _place(orders: Sequence[Order], bet_id: int, known: int) -> int | None:
    """Return the place of a bet among so many orders, which are in order of their ids; `None` where it is not there."""
    place = bisect_left(orders, bet_id, hi=known, key=attrgetter("bet_id"))
    return place if place < known and orders[place].bet_id == bet_id else None


class _Moves:
    """What changed orders make of the positions on their runners."""

    def __init__(self, projection: OrderProjection, before: Mapping[RunnerKey, RunnerPosition]) -> None:
        self._projection: Final = projection
        self._before: Final = before
        self._moved: Final[dict[RunnerKey, dict[str | None, dict[Side, dict[int, int]]]]] = {}
        """By runner and strategy, `None` for all bets: the ladders that may be others, as far as they are known."""

    def note(self, was: OrderTold | None, now: OrderTold) -> None:
        """Count an order as it is now instead of what it was, if it was anything."""
        of_runner = self._moved.setdefault(now.runner, {})
        if was is not None and was.matched == now.matched:
            return
        if self._projection.shows_position:
            _count(self._ladder(of_runner, now, None), was, now)
        if self._projection.is_partitioned and now.words is not None:
            _count(self._ladder(of_runner, now, now.strategy), was, now)

    def runners(self) -> Mapping[RunnerKey, RunnerPosition]:
        """Return the positions on all runners as they are now."""
        if not self._moved:
            return self._before
        runners = dict(self._before)
        for key, of_runner in self._moved.items():
            before = runners.get(key, NO_POSITION)
            by_strategy = dict(before.by_strategy)
            whole = before.whole
            for strategy, ladders in of_runner.items():
                if strategy is None:
                    whole = _position(whole, ladders)
                else:
                    by_strategy[strategy] = _position(by_strategy.get(strategy, NOWHERE), ladders)
            runners[key] = RunnerPosition(whole, by_strategy)
        return runners

    def _ladder(
        self, of_runner: dict[str | None, dict[Side, dict[int, int]]], order: OrderTold, strategy: str | None
    ) -> dict[int, int]:
        ladders = of_runner.setdefault(strategy, {})
        if order.side not in ladders:
            runner = self._before.get(order.runner, NO_POSITION)
            position = runner.whole if strategy is None else runner.by_strategy.get(strategy, NOWHERE)
            ladders[order.side] = dict(position.backs if order.side is Side.BACK else position.lays)
        return ladders[order.side]


def _count(ladder: dict[int, int], was: OrderTold | None, now: OrderTold) -> None:
    for price, size in () if was is None else was.matched.items():
        ladder[price] -= size
    for price, size in now.matched.items():
        ladder[price] = ladder.get(price, 0) + size
    for price in () if was is None else was.matched:
        if not ladder[price]:
            del ladder[price]


def _position(before: Position, ladders: Mapping[Side, Ladder]) -> Position:
    return Position(ladders.get(Side.BACK, before.backs), ladders.get(Side.LAY, before.lays))


def markets_with_orders(world: World, account: str) -> list[str]:
    """Return the ids of the markets that are not settled and in which an account has ever had a bet."""
    return list(world.exchange.accounts[account].index.markets)


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
    was: Mapping[RunnerKey, RunnerPosition] = {} if before is None else before.runners
    silent = {
        key
        for key, change in _runner_changes(before, after)
        if change is None and (key not in was or was[key].is_unknown)
    }
    is_unknown = (before is None or before.is_unknown) and len(silent) == len(after.runners)
    if not silent and not is_unknown:
        return after
    runners = {key: position._replace(is_unknown=key in silent) for key, position in after.runners.items()}
    return after._replace(runners=runners, is_unknown=is_unknown)


def _runner_changes(
    before: OrdersState | None, after: OrdersState
) -> Iterator[tuple[RunnerKey, dict[str, Any] | None]]:
    was: Mapping[RunnerKey, RunnerPosition] = {} if before is None else before.runners
    orders: dict[RunnerKey, list[Mapping[str, Any]]] = {}
    for known, order in after.orders.differing(NO_ORDERS if before is None else before.orders):
        words = order.words
        if words is None or (known is not None and known.words == words):
            continue
        if before is not None or words["status"] == "E":
            orders.setdefault(order.runner, []).append(words)
    for key, position in after.runners.items():
        yield key, _runner_change(key, was.get(key), position, orders.get(key))


def _runner_change(
    key: RunnerKey, before: RunnerPosition | None, after: RunnerPosition, orders: list[Mapping[str, Any]] | None
) -> dict[str, Any] | None:
    if orders is None and before is after:
        return None
    was = before or NO_POSITION
    members: dict[str, Any] = {} if orders is None else {"uo": orders}
    members.update(_position_change(was.whole, after.whole))
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
    if before is after:
        return {}
    named = (("mb", before.backs, after.backs), ("ml", before.lays, after.lays))
    return {name: change for name, was, is_now in named if (change := _ladder_change(was, is_now))}


def _ladder_change(before: Ladder, after: Ladder) -> list[list[int | float]]:
    gone = [[number(price), 0] for price in before if price not in after]
    return [[number(price), number(size)] for price, size in after.items() if before.get(price) != size] + gone
