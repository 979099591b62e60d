"""What a subscription sees of a market, and how two of its states differ: the `mc` items of change messages.

What may be seen (published: Exchange Stream API specification, field filters):

    EX_BEST_OFFERS_DISP   bdatb, bdatl   the best so many levels with virtual offers, a little later than the others
    EX_BEST_OFFERS        batb, batl     the best so many levels
    EX_ALL_OFFERS         atb, atl       every price
    EX_TRADED             trd            what has been traded at every price
    EX_TRADED_VOL         tv             of the runner, and of the market
    EX_LTP                ltp
    EX_MARKET_DEF         marketDefinition
    SP_TRADED             spb, spl       `spb` is what layers risk, `spl` what backers stake (recorded, both at the off)
    SP_PROJECTED          spn, spf

A ladder is told by its changes: `[price, size]` or `[level, price, size]`, 0 for what is gone. Volumes are in pounds,
whoever reads.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from simulator.betfair.betting.late_markets import late_markets
from simulator.betfair.betting.rollup import Rollup
from simulator.betfair.betting.starting_prices import refresh_projections, starting_prices
from simulator.betfair.schema.sports_enums import RollupModel
from simulator.betfair.schema.sports_markets import StartingPrices
from simulator.betfair.schema.stream import MarketField
from simulator.betfair.stream.market_definition import encoded_definition
from simulator.betfair.stream.numbers import number, whole_or_double
from simulator.exchange.book import Offer
from simulator.exchange.crossmatching import merged_offers
from simulator.exchange.market import Market
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.runner import Runner
from simulator.world.world import World

DISPLAY_DELAY_MILLISECONDS: Final = 150
"""How much later offers are displayed with virtual ones (published: "updates are slower, at approximately 150 ms")."""
SMALLEST_LINE_PENCE: Final = 100
"""Offers are added up to at least one pound a level (published), but for the last one (recorded)."""
ALL_FIELDS: Final = frozenset(MarketField)
_OF_STARTING_PRICES: Final = frozenset({MarketField.SP_TRADED, MarketField.SP_PROJECTED})

_ROLLUP: Final = Rollup(RollupModel.STAKE, SMALLEST_LINE_PENCE, shows_rest=True)
_BY_PRICE: Final = ("atb", "atl", "trd", "spb", "spl")
_BY_LEVEL: Final = ("batb", "batl", "bdatb", "bdatl")
_NUMBERS: Final = ("spn", "spf", "ltp", "tv")
_encode: Final = msgspec.json.Encoder().encode

Ladder = Mapping[int | float, int | float]
Levels = tuple[tuple[int | float, int | float], ...]


class Projection(Struct, frozen=True):
    """What a subscription sees of each market, and whether it sees it late."""

    fields: frozenset[MarketField]
    ladder_levels: int
    is_late: bool = False


class MarketState(NamedTuple):
    """A market as it is seen at a moment.

    Of each runner there is what the projection asks for: ladders by price, levels from the best one on, and numbers.
    """

    market_id: str
    definition: bytes | None
    traded: int | float | None
    runners: Mapping[RunnerKey, Mapping[str, Any]]


class _Displayed(NamedTuple):
    """Offers with virtual ones, as they were worked out when the books had a revision."""

    revision: int
    levels: Mapping[RunnerKey, Mapping[str, Levels]]


class MarketView:
    """The markets of a world as one projection shows them."""

    def __init__(self, world: World, projection: Projection) -> None:
        self._world: Final = world
        self._projection: Final = projection
        self._exchange = world.exchange
        """Another one when the world has begun again or gone back."""
        self._displayed: Final[dict[str, _Displayed]] = {}
        self._known: Final[dict[tuple[str, RunnerKey], tuple[object, dict[str, Any]]]] = {}
        """What was seen of runners, and as of which revision."""
        self._due: Final[dict[str, int]] = {}
        """When the displayed offers of a market are to be worked out anew."""

    def read(self, market_id: str, before: object, bets: object) -> MarketState | None:
        """Return a market as it is seen now, `None` where there is none."""
        market = self._world.exchange.markets.get(market_id)
        description = self._world.catalogue.markets.get(market_id)
        if market is None or description is None:
            return None
        if self._exchange is not self._world.exchange:
            self._forget()
        if self._projection.is_late:
            (market,) = late_markets(self._world, (market_id,), self._world.clock.now())
        fields = self._projection.fields
        if not fields.isdisjoint(_OF_STARTING_PRICES):
            refresh_projections(self._world, market, market.runners.values(), self._world.clock.now())
        displayed = self._displayed_offers(market) if MarketField.EX_BEST_OFFERS_DISP in fields else {}
        return MarketState(
            market_id,
            encoded_definition(market, description) if MarketField.EX_MARKET_DEF in fields else None,
            (number(market.shown_total_matched) if market.shows_trades else 0)
            if MarketField.EX_TRADED_VOL in fields
            else None,
            {key: {**self._seen(market, runner), **displayed.get(key, {})} for key, runner in market.runners.items()}
            if displayed
            else {key: self._seen(market, runner) for key, runner in market.runners.items()},
        )

    def nothing(self, _: str) -> None:
        """Return `None`: a market that comes up later is told as in an image."""
        return

    def next_due(self, market_id: str) -> int | None:
        """Return when a market is to be looked at again although nothing happens to it."""
        if self._projection.is_late:
            return self._world.delayed_markets.next_change(market_id, self._world.clock.now())
        return self._due.get(market_id)

    def difference(self, before: MarketState | None, after: MarketState, *, merged: bool = False) -> bytes | None:
        """Return the `mc` item that leads from one state to another, `None` where they are the same."""
        return difference(before, after, merged=merged)

    def known(self, _: MarketState | None, after: MarketState) -> MarketState:
        """Return the state: images leave nothing out."""
        return after

    # Reading

    def _forget(self) -> None:
        """Forget what was seen: the world has begun again or gone back."""
        self._exchange = self._world.exchange
        self._displayed.clear()
        self._known.clear()
        self._due.clear()

    def _seen(self, market: Market, runner: Runner) -> dict[str, Any]:
        """Return what is seen of a runner, as it was seen last where it is known that nothing has changed."""
        revision: tuple[object, ...] = (runner.book.shown_revision, market.shows_trades)
        if self._shows_starting_prices(market):
            if runner.book.told_starting_prices is None:
                # Near and far prices are worked out from time to time, whatever happens.
                return self._runner(market, runner)
            waiting = [
                (order.bet_id, order.liability_waiting)
                for side in Side
                for order in runner.starting_price_queue(side).values()
            ]
            revision = (*revision, waiting, market.bsp_reconciled, *runner.starting_price_taken.values())
        place = (market.market_id, runner.key)
        known = self._known.get(place)
        if known is None or known[0] != revision:
            known = self._known[place] = (revision, self._runner(market, runner))
        return known[1]

    def _runner(self, market: Market, runner: Runner) -> dict[str, Any]:
        fields, book, shows_trades = self._projection.fields, runner.book, market.shows_trades
        seen: dict[str, Any] = {}
        if MarketField.EX_ALL_OFFERS in fields:
            for name, taker in (("atb", Side.BACK), ("atl", Side.LAY)):
                seen[name] = _ladder(book.offers_to(taker).sizes())
        if MarketField.EX_TRADED in fields:
            seen["trd"] = _ladder(book.shown_traded.items()) if shows_trades else {}
        if MarketField.EX_BEST_OFFERS in fields:
            for name, taker in (("batb", Side.BACK), ("batl", Side.LAY)):
                seen[name] = self._levels(market, book.offers_to(taker).sizes())
        if self._shows_starting_prices(market):
            seen.update(self._starting_prices(market, runner))
        last_price_traded = book.shown_last_price_traded
        if MarketField.EX_LTP in fields and last_price_traded is not None and shows_trades:
            seen["ltp"] = number(last_price_traded)
        if MarketField.EX_TRADED_VOL in fields:
            seen["tv"] = number(book.shown_total_matched) if shows_trades else 0
        return seen

    def _shows_starting_prices(self, market: Market) -> bool:
        return market.definition.bsp_market and not _OF_STARTING_PRICES.isdisjoint(self._projection.fields)

    def _levels(self, market: Market, offers: Iterable[Offer]) -> Levels:
        best = _ROLLUP.best(offers, self._projection.ladder_levels, line_market=market.is_line)
        return tuple((number(price), number(size)) for price, size in best)

    def _starting_prices(self, market: Market, runner: Runner) -> Iterator[tuple[str, Any]]:
        prices = starting_prices(market, runner, self._world.starting_price_cache, lambda pence: pence / 100)
        if MarketField.SP_TRADED in self._projection.fields:
            yield "spb", _taken(prices, "layLiabilityTaken")
            yield "spl", _taken(prices, "backStakeTaken")
        if MarketField.SP_PROJECTED in self._projection.fields:
            if prices.nearPrice is not None:
                yield "spn", _printed(prices.nearPrice)
            if prices.farPrice is not None:
                yield "spf", _printed(prices.farPrice)

    def _displayed_offers(self, market: Market) -> Mapping[RunnerKey, Mapping[str, Levels]]:
        """Return the offers with virtual ones as they were displayed last, or anew once that is due.

        What a market closes with is displayed at once: nothing follows its closing (recorded).
        """
        market_id, now = market.market_id, self._world.clock.now()
        known, revision = self._displayed.get(market_id), market.offers_revision
        if known is not None and known.revision != revision:
            due = self._due.setdefault(market_id, now + DISPLAY_DELAY_MILLISECONDS)
            if now < due and market.settled_at is None:
                return known.levels
        elif known is not None:
            return known.levels
        self._due.pop(market_id, None)
        levels = {
            key: {name: self._levels(market, _with_virtual(market, runner, taker)) for name, taker in _DISPLAYED}
            for key, runner in market.runners.items()
        }
        self._displayed[market_id] = _Displayed(revision, levels)
        return levels


_DISPLAYED: Final = (("bdatb", Side.BACK), ("bdatl", Side.LAY))


def _with_virtual(market: Market, runner: Runner, taker: Side) -> Iterable[Offer]:
    real = runner.book.offers_to(taker).sizes()
    virtual = market.virtual_offers(runner.key, taker)
    return real if virtual is None else merged_offers(real, virtual.best_first(), taker)


def _ladder(offers: Iterable[tuple[int, int]]) -> Ladder:
    """Return prices and sizes as `number` prints them, without hundreds of calls for every runner."""
    return {
        price / HUNDREDTHS if price % HUNDREDTHS else price // HUNDREDTHS: size / HUNDREDTHS
        if size % HUNDREDTHS
        else size // HUNDREDTHS
        for price, size in offers
    }


def _taken(prices: StartingPrices, name: str) -> Ladder:
    lines = prices.layLiabilityTaken if name == "layLiabilityTaken" else prices.backStakeTaken
    return {whole_or_double(round(line.price, 2)): whole_or_double(line.size) for line in lines or ()}


def _printed(price: float | str) -> int | float | str:
    return whole_or_double(price) if isinstance(price, float) else price


# Differences


def difference(before: MarketState | None, after: MarketState, *, merged: bool = False) -> bytes | None:
    """Return the `mc` item that leads from one state of a market to another, `None` where they are the same.

    From nothing it is an image, `img`. What merges several changes says so, `con`.
    """
    members: list[tuple[str, Any]] = []
    if after.definition is not None and (before is None or after.definition != before.definition):
        members.append(("marketDefinition", msgspec.Raw(after.definition)))
    known = {} if before is None else before.runners
    changes = [
        change
        for key, seen in after.runners.items()
        if (change := _runner_change(key, known.get(key), seen)) is not None
    ]
    if changes:
        members.append(("rc", changes))
    traded = after.traded is not None and (before is None or before.traded != after.traded)
    if before is not None and not members and not traded:
        return None
    if merged and before is not None:
        members.append(("con", True))
    if before is None:
        members.append(("img", True))
    if traded:
        members.append(("tv", after.traded))
    return _encode({"id": after.market_id, **dict(members)})


def _runner_change(key: RunnerKey, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> dict[str, Any] | None:
    if before is after:
        return None
    known: Mapping[str, Any] = before or {}
    change = {name: value for name, value in _changes(known, after) if value is not None}
    if not change:
        return None
    change["id"] = key.selection_id
    if key.handicap:
        change["hc"] = number(key.handicap)
    return change


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name in _BY_PRICE:
        if name in after or name in before:
            yield name, _prices_changed(before.get(name, {}), after.get(name, {}))
    for name in _BY_LEVEL:
        if name in after:
            yield name, _levels_changed(before.get(name, ()), after[name])
    for name in _NUMBERS:
        if name in after and after[name] != before.get(name):
            yield name, after[name]


def _prices_changed(before: Ladder, after: Ladder) -> list[list[int | float]] | None:
    if before is after or before == after:
        return None
    gone = [[price, 0] for price in before if price not in after]
    changed = [[price, size] for price, size in after.items() if before.get(price) != size]
    return gone + changed or None


def _levels_changed(before: Levels, after: Levels) -> list[list[int | float]] | None:
    if before is after or before == after:
        return None
    places = enumerate(zip_longest(before, after, fillvalue=(0, 0)))
    return [[place, *is_now] for place, (was, is_now) in places if was != is_now] or None
