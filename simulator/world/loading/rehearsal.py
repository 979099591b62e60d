"""A rehearsal: everything that a document asks for is done in an exchange that is then thrown away.

So the exchange itself has the last word on markets, offers and results, before any world is touched.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import OpenMarket
from simulator.exchange.events import Event, VirtualBetMatched
from simulator.exchange.exchange import Exchange
from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.refusals import Impossible, Refused
from simulator.exchange.rules import BettingRules
from simulator.exchange.statuses import MarketStatus
from simulator.world.catalogue import Catalogue
from simulator.world.format.document import Document, Place
from simulator.world.format.quantities import in_units, moment_of
from simulator.world.format.scenario import (
    AnyHappening,
    EventEntry,
    Hide,
    HoldAuction,
    IntroduceRunner,
    MarketEntry,
    MarketHappening,
    Reinstate,
    Resettle,
    Settle,
    SettleSome,
    Withdraw,
)
from simulator.world.happenings import commands_of
from simulator.world.loading.checks import PAST_ORIGIN
from simulator.world.scenario_commands import liquidity_account, market_commands, runner_key

_HUNDREDTH: Final = Decimal("0.01")


def rehearse(
    document: Document,
    rules: BettingRules,
    events: Iterable[EventEntry],
    schedule: Sequence[AnyHappening],
    start: int | None,
) -> None:
    """Raise `ScenarioError` where the exchange does not take what a document wants, or its offers match each other.

    `start` is when its world begins, in milliseconds since 1970, or `None` where that is not known yet.
    """
    exchange = Exchange(rules)
    exchange.apply(liquidity_account(), 0)
    for place, market in _places_of_markets(events):
        try:
            happened = [event for command in market_commands(market) for event in exchange.apply(command, 0)]
        except (Impossible, Refused) as error:
            raise document.error(place, f"The exchange does not take market {market.id}: {error}.") from None
        _refuse_matches(document, place, market, happened)
    for index in _in_order_of_time(schedule, start):
        _rehearse_happening(document, ("schedule", index), exchange, schedule[index])


def _rehearse_happening(document: Document, place: Place, exchange: Exchange, happening: AnyHappening) -> None:
    """Do what decides which runners can win, in the order in which it will happen; other happenings are left out."""
    if not isinstance(happening, MarketHappening):
        return
    market = exchange.markets.get(happening.market)
    is_decisive = isinstance(
        happening, HoldAuction | IntroduceRunner | Hide | Reinstate | Withdraw | Settle | SettleSome
    )
    # A market of the world that is added to is not in the rehearsal.
    if not is_decisive or market is None:
        return
    # A market that is not closed in the rehearsal may have been by then, by what is left out.
    if isinstance(happening, Resettle) is not (market.status is MarketStatus.CLOSED):
        return
    if market.status is MarketStatus.INACTIVE:
        exchange.apply(OpenMarket(market.market_id), 0)
    try:
        for command in commands_of(happening, exchange, Catalogue()):
            exchange.apply(command, 0)
    except Impossible as error:
        what = "These results" if isinstance(happening, Settle | SettleSome) else "This"
        raise document.error(place, f"{what} cannot be: {error}.") from None


def _in_order_of_time(schedule: Sequence[AnyHappening], start: int | None) -> list[int]:
    """Return the places of the happenings in the order in which they will happen; none where that is not known.

    It is not known where some times are absolute and others relative to a start that is not known.
    """
    times = [happening.at or "" for happening in schedule]
    relative = [time.startswith(("+", "-")) for time in times]
    if start is None and any(relative) and not all(relative):
        return []
    earliest = PAST_ORIGIN if start is None and any(relative) else start or 0
    # What is due before the start happens at the start.
    moments = [max(earliest, moment_of(time, earliest)) for time in times]
    return sorted(range(len(schedule)), key=lambda index: moments[index])


def _places_of_markets(events: Iterable[EventEntry]) -> Iterable[tuple[Place, MarketEntry]]:
    for event_index, event in enumerate(events):
        for market_index, market in enumerate(event.markets):
            yield ("events", event_index, "markets", market_index), market


# Offers that match each other


def _refuse_matches(document: Document, place: Place, market: MarketEntry, happened: Iterable[Event]) -> None:
    for event in happened:
        if isinstance(event, VirtualBetMatched):
            raise document.error(place, _complaint_about_book(market, event))


def _complaint_about_book(market: MarketEntry, match: VirtualBetMatched) -> str:
    """Say by how much the best offers on the runners of a virtual match are too good to stand side by side.

    Backs of all runners that cost less than the winners pay, or lays that bring in more, are a profit for any customer
    who takes them, and so in a cross-matching market they take each other.
    """
    keys = {match.runner, *(leg.runner for leg in match.legs)}
    percent = _percent_of_book(market, keys, match.taker_side.opposite)
    pair = market.betting_type == BettingType.ASIAN_HANDICAP_DOUBLE_LINE
    whole = 100 * (1 if pair else market.number_of_winners)
    verb, bound = ("back", "more") if match.taker_side is Side.LAY else ("lay", "less")
    where = f", handicap {in_units(max(key.handicap for key in keys))}," if pair else ""
    return (
        f"Market {market.id}{where} is cross-matching and its best prices to {verb} make a book of {percent} %: these "
        f"offers would match each other, as they do not where it is {bound} than {whole} %."
    )


def _percent_of_book(market: MarketEntry, keys: set[RunnerKey], taker: Side) -> Decimal:
    """Return the sum of 1 / price over the best offers to takers of one side, in percent."""
    total = Decimal(0)
    for runner in market.runners:
        if runner_key(runner) in keys:
            if taker is Side.BACK:
                best = max(price for price, _ in runner.available_to_back)
            else:
                best = min(price for price, _ in runner.available_to_lay)
            total += 100 / best
    return total.quantize(_HUNDREDTH)
