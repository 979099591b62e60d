"""How much a document may hold: more than any test needs, and little enough that nobody has to wait for it long.

What a document brings about takes as long as there are markets, runners, offers and happenings in it. A world that is
reset does all of it at once, and offers that are scheduled may fall due at once.
"""

from collections.abc import Sequence
from typing import Any, Final

from simulator.world.format.document import Place
from simulator.world.format.scenario import (
    Additions,
    BetTuneAdditions,
    BetTuneEntry,
    EventEntry,
    MakeOffers,
    Scenario,
    Settle,
    SettleSome,
)
from simulator.world.loading.checks import Inspection

MOST_ACCOUNTS: Final = 1_000
MOST_EVENTS: Final = 1_000
MOST_MARKETS: Final = 1_000
"""Of all events of a document together; the next two are bounds of all markets too."""
MOST_RUNNERS: Final = 20_000
MOST_OFFERS: Final = 20_000
"""With those that its schedule makes."""
MOST_RUNNERS_OF_MARKET: Final = 1_000
MOST_OFFERS_OF_RUNNER: Final = 1_000
"""On one of the two sides, of one happening too."""
MOST_HAPPENINGS: Final = 10_000
MOST_OF_BETTUNE: Final = {"users": 1_000, "sports": 1_000, "filters": 1_000, "matches": 5_000, "predictions": 10_000}
MOST_BETS_OF_MATCH: Final = 100
MOST_PAYMENT: Final = 100_000_000_00
"""In hundredths of a currency."""


def check_size_of_scenario(inspection: Inspection, scenario: Scenario) -> None:
    """Complain of a scenario that holds more than a world may begin with."""
    _demand_at_most(inspection, ("accounts",), scenario.accounts, MOST_ACCOUNTS, "accounts")
    check_size_of_bettune(inspection, ("bettune",), scenario.bettune)
    check_size_of_additions(inspection, scenario)


def check_size_of_bettune(inspection: Inspection, place: Place, bettune: BetTuneEntry | BetTuneAdditions) -> None:
    """Complain of more of BetTune than a document may hold: of all its lists, or of those that can be added."""
    for name, most in MOST_OF_BETTUNE.items():
        _demand_at_most(inspection, (*place, name), getattr(bettune, name, ()), most, name)
    for index, match in enumerate(bettune.matches):
        _demand_at_most(
            inspection, (*place, "matches", index, "bets"), match.bets, MOST_BETS_OF_MATCH, "bets of a match"
        )


def check_size_of_additions(inspection: Inspection, document: Scenario | Additions) -> None:
    """Complain of events, markets and happenings that are more than can be added at a time."""
    _demand_at_most(inspection, ("events",), document.events, MOST_EVENTS, "events")
    _demand_at_most(inspection, ("schedule",), document.schedule, MOST_HAPPENINGS, "happenings")
    counts = {"markets": 0, "runners": 0, "offers": 0}
    for index, event in enumerate(document.events):
        _count_event(inspection, ("events", index), event, counts)
    for index, happening in enumerate(document.schedule):
        check_size_of_happening(inspection, ("schedule", index), happening)
        if isinstance(happening, MakeOffers):
            counts["offers"] += len(happening.available_to_back) + len(happening.available_to_lay)
    for what, most in (("markets", MOST_MARKETS), ("runners", MOST_RUNNERS), ("offers", MOST_OFFERS)):
        problem = f"A document has at most {most} {what}, those of all markets together, and here are {counts[what]}."
        inspection.demand(counts[what] <= most, ("events",), problem)


def check_size_of_happening(inspection: Inspection, place: Place, happening: object) -> None:
    """Complain of more results or offers than a market can have."""
    if isinstance(happening, Settle | SettleSome) and happening.results is not None:
        _demand_at_most(inspection, (*place, "results"), happening.results, MOST_RUNNERS_OF_MARKET, "results")
    elif isinstance(happening, MakeOffers):
        _check_offers(inspection, place, happening.available_to_back, happening.available_to_lay)


def _count_event(inspection: Inspection, place: Place, event: EventEntry, counts: dict[str, int]) -> None:
    counts["markets"] += len(event.markets)
    for market_index, market in enumerate(event.markets):
        runners_place = (*place, "markets", market_index, "runners")
        _demand_at_most(inspection, runners_place, market.runners, MOST_RUNNERS_OF_MARKET, "runners in a market")
        counts["runners"] += len(market.runners)
        for index, runner in enumerate(market.runners):
            _check_offers(inspection, (*runners_place, index), runner.available_to_back, runner.available_to_lay)
            counts["offers"] += len(runner.available_to_back) + len(runner.available_to_lay)


def _check_offers(inspection: Inspection, place: Place, to_back: Sequence[Any], to_lay: Sequence[Any]) -> None:
    for name, offers in (("availableToBack", to_back), ("availableToLay", to_lay)):
        _demand_at_most(inspection, (*place, name), offers, MOST_OFFERS_OF_RUNNER, "offers on a side of a runner")


def _demand_at_most(inspection: Inspection, place: Place, there: Sequence[Any], most: int, what: str) -> None:
    if len(there) > most:
        raise inspection.document.error(place, f"There can be at most {most} {what}, and here are {len(there)}.")
