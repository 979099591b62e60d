"""What is done to markets must fit them: their runners, their price ladder, and the result that their type asks for."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from simulator.exchange.betting_types import BettingType
from simulator.exchange.results import EACH_WAY_RESULTS, RESULTS
from simulator.world.format.document import Place, describe
from simulator.world.format.scenario import (
    ChangeRaceStatus,
    ChangeStartTime,
    Hide,
    IntroduceRunner,
    MakeOffers,
    MarketHappening,
    Reinstate,
    ResultEntry,
    Settle,
    SettleSome,
    Withdraw,
)
from simulator.world.loading.bounds import MOST_RUNNERS_OF_MARKET
from simulator.world.loading.checks import Inspection
from simulator.world.loading.market_checks import (
    GREATEST_HANDICAP,
    KnownMarket,
    check_offers,
    check_quarter,
    check_runner_words,
)
from simulator.world.races import COUNTRIES, RaceResponse, RaceStatus
from simulator.world.scenario_commands import runner_key

DOCUMENT_NAMES: Final = dict(zip(Settle.__struct_fields__, Settle.__struct_encode_fields__, strict=True))
"""What the members of a settlement are called in a document."""

GREATEST_FACTOR: Final = Decimal("99.999")
"""In percent: the runner that is removed is not the whole of a race."""

_FURTHEST_LINE: Final = 10**9
"""In hundredths."""


def check_happening(
    inspection: Inspection, place: Place, happening: MarketHappening, markets: Mapping[str, KnownMarket]
) -> None:
    """Check one happening against the markets there are."""
    market = markets.get(happening.market)
    if market is None:
        raise inspection.document.error((*place, "market"), f"There is no market {describe(happening.market)}.")
    check_happening_in(inspection, place, happening, market)


def check_happening_in(
    inspection: Inspection, place: Place, happening: MarketHappening, market: KnownMarket | None
) -> None:
    """Check one happening against its market; of one that is not known yet, only what no market would take is wrong."""
    inspection.moment((*place, "at"), happening.at)
    if isinstance(happening, Settle):
        _check_settlement(inspection, place, happening, market)
    elif isinstance(happening, SettleSome):
        _check_results(inspection, place, happening.results, happening.market, market)
    elif isinstance(happening, Withdraw):
        _check_withdrawal(inspection, place, happening, market)
    elif isinstance(happening, Hide | Reinstate):
        _check_runner(inspection, place, happening, happening.market, market)
    elif isinstance(happening, ChangeRaceStatus):
        inspection.one_of((*place, "status"), happening.status, list(RaceStatus), "status of a race")
        inspection.one_of((*place, "responseCode"), happening.response_code, list(RaceResponse), "response code")
        problem = f"Market {happening.market} is of no race in {' or '.join(sorted(COUNTRIES))}."
        inspection.demand(market is None or market.may_be_of_race, (*place, "market"), problem)
    elif isinstance(happening, ChangeStartTime):
        inspection.moment((*place, "startTime"), happening.start_time)
        inspection.moment((*place, "suspendTime"), happening.suspend_time)
    elif isinstance(happening, IntroduceRunner):
        _check_new_runner(inspection, place, happening, market)
    elif isinstance(happening, MakeOffers):
        _check_runner(inspection, place, happening, happening.market, market)
        offers = (happening.available_to_back, happening.available_to_lay)
        inspection.demand(any(offers), place, "There is nothing to back and nothing to lay in these offers.")
        check_offers(inspection, place, *offers, None if market is None else market.ladder)


def _check_settlement(inspection: Inspection, place: Place, settle: Settle, market: KnownMarket | None) -> None:
    said = {
        "results": settle.results,
        "dead_heat": settle.dead_heat,
        "margin": settle.margin,
        "total": settle.total,
        "line_result": settle.line_result,
    }
    if market is None:
        _check_that_some_market_ends_so(inspection, place, said)
    else:
        _check_that_a_market_ends_so(inspection, place, said, settle.market, market)
    if settle.line_result is not None:
        inspection.amount(
            (*place, "lineResult"), settle.line_result, least=-_FURTHEST_LINE, most=_FURTHEST_LINE, what="line result"
        )
    if settle.results is not None:
        _check_results(inspection, place, settle.results, settle.market, market)
        _check_dead_heat(inspection, place, settle.results, settle.dead_heat or ())


def _check_that_some_market_ends_so(inspection: Inspection, place: Place, said: Mapping[str, object]) -> None:
    """Refuse what together settles a market of no betting type; nothing at all is left to be made out."""
    names = [name for name in said if said[name] is not None]
    first = "results" if "dead_heat" in names else next(iter(names), None)
    for name in names:
        problem = (
            f"A market is settled by {DOCUMENT_NAMES[first or name]} or by {DOCUMENT_NAMES[name]}, and not by both."
        )
        inspection.demand(name in (first, "dead_heat"), (*place, DOCUMENT_NAMES[name]), problem)
    problem = "A dead heat is one of these results, which are missing."
    inspection.demand(first is None or first in names, (*place, "deadHeat"), problem)


def _check_that_a_market_ends_so(
    inspection: Inspection, place: Place, said: Mapping[str, object], market_id: str, market: KnownMarket
) -> None:
    member = market.betting_type.settled_by
    key = DOCUMENT_NAMES[member]
    rule = f"Market {market_id}, of the betting type {market.betting_type}, is settled by {key}"
    for other, value in said.items():
        belongs = other == member or (other == "dead_heat" and member == "results")
        name = DOCUMENT_NAMES[other]
        inspection.demand(belongs or value is None, (*place, name), f"{rule} and not by {name}.")
    inspection.demand(said[member] is not None, place, f"{rule}, which is missing.")


def _check_results(
    inspection: Inspection, place: Place, results: Sequence[ResultEntry], market_id: str, market: KnownMarket | None
) -> None:
    allowed = EACH_WAY_RESULTS if market is None or market.is_each_way else RESULTS
    for index, result in enumerate(results):
        result_place = (*place, "results", index)
        what = "result" if market is None else f"result in market {market_id}"
        inspection.one_of((*result_place, "status"), result.status, allowed, what)
        _check_runner(inspection, result_place, result, market_id, market)
    keys = [runner_key(result) for result in results]
    inspection.demand(len(set(keys)) == len(keys), (*place, "results"), "A runner has two results.")


def _check_dead_heat(
    inspection: Inspection, place: Place, results: Sequence[ResultEntry], dead_heat: Sequence[int]
) -> None:
    """Refuse names in a dead heat that have no winning result or come twice; all else about it the exchange checks."""
    in_front = {result.selection_id for result in results if result.status in ("WINNER", "PLACED")}
    for index, selection_id in enumerate(dead_heat):
        is_in_front = selection_id in in_front and selection_id not in dead_heat[:index]
        problem = f"Runner {selection_id} is neither WINNER nor PLACED in these results, or is named twice."
        inspection.demand(is_in_front, (*place, "deadHeat", index), problem)


def _check_withdrawal(inspection: Inspection, place: Place, withdraw: Withdraw, market: KnownMarket | None) -> None:
    _check_runner(inspection, place, withdraw, withdraw.market, market)
    inspection.factor((*place, "adjustmentFactor"), withdraw.adjustment_factor, GREATEST_FACTOR)


def _check_new_runner(inspection: Inspection, place: Place, new: IntroduceRunner, market: KnownMarket | None) -> None:
    """Check what is said of it; whether the market takes another runner the exchange says."""
    _check_handicap(inspection, place, new.handicap)
    check_runner_words(inspection, place, new)
    if market is None:
        return
    if market.betting_type == BettingType.ASIAN_HANDICAP_SINGLE_LINE:
        check_quarter(inspection, place, new.handicap)
    problem = f"There can be at most {MOST_RUNNERS_OF_MARKET} runners in a market, and market {new.market} has as many."
    inspection.demand(len(market.runners) < MOST_RUNNERS_OF_MARKET, place, problem)
    key = runner_key(new)
    problem = f"Market {new.market} has a runner {new.selection_id} with handicap {new.handicap} already."
    inspection.demand(key not in market.runners, (*place, "selectionId"), problem)


def _check_handicap(inspection: Inspection, place: Place, handicap: Decimal) -> None:
    inspection.amount((*place, "handicap"), handicap, least=-GREATEST_HANDICAP, most=GREATEST_HANDICAP, what="handicap")


def _check_runner(
    inspection: Inspection,
    place: Place,
    entry: ResultEntry | Hide | Reinstate | Withdraw | MakeOffers,
    market_id: str,
    market: KnownMarket | None,
) -> None:
    _check_handicap(inspection, place, entry.handicap)
    key = runner_key(entry)
    if market is None or key in market.runners:
        return
    named = f"{entry.selection_id}" if not key.handicap else f"{entry.selection_id} with handicap {entry.handicap}"
    # The runner stands in the address where the document does not say it: what can be wrong is the handicap.
    has_others = any(runner.selection_id == entry.selection_id for runner in market.runners)
    blamed = "handicap" if isinstance(entry, Hide | Reinstate | Withdraw) and has_others else "selectionId"
    raise inspection.document.error((*place, blamed), f"Market {market_id} has no runner {named}.")
