"""What the part of a scenario about BetTune must be like beyond its types, and how it fits the rest of the scenario."""

from collections.abc import Collection, Iterable
from decimal import Decimal, InvalidOperation
from typing import Final

from simulator.exchange.betting_types import BettingType
from simulator.world.bettune.bettune import SOURCES, BetTune, Match, millionths_of, numbered
from simulator.world.bettune.football import bet_types_of, outcome_of, runner_for
from simulator.world.bettune.users import PLANS
from simulator.world.catalogue import Catalogue
from simulator.world.format.document import Place, describe
from simulator.world.format.scenario import (
    BetTuneEntry,
    BetTuneFilter,
    BetTuneMatch,
    ChangePlan,
    EventEntry,
    Finish,
    Scenario,
)
from simulator.world.loading.checks import Inspection

FILTER_STATUSES: Final = ("approved", "disabled")


def check_bettune(inspection: Inspection, scenario: Scenario) -> None:
    """Check users, sports, filters, matches and predictions."""
    bettune = scenario.bettune
    _check_users(inspection, bettune, {account.username for account in scenario.accounts})
    sports = {sport.id for sport in bettune.sports}
    _refuse_repeated(inspection, ("bettune", "sports"), [sport.id for sport in bettune.sports], "sport")
    _refuse_repeated(inspection, ("bettune", "filters"), [one.id for one in bettune.filters], "filter")
    _refuse_repeated(inspection, ("bettune", "matches"), [match.id for match in bettune.matches], "match")
    names = {user.user or user.token for user in bettune.users}
    bettors = {user.user or user.token for user in bettune.users if user.account}
    listed = {bet.bet_type.strip().casefold() for match in bettune.matches for bet in match.bets}
    for index, one in enumerate(bettune.filters):
        place: Place = ("bettune", "filters", index)
        inspection.one_of((*place, "status"), one.status, FILTER_STATUSES, "status of a filter")
        _demand_known(inspection, (*place, "sport"), one.sport, sports, "sport")
        if one.user is not None:
            inspection.one_of((*place, "user"), one.user, names, "user of BetTune in this scenario")
        _check_stake(inspection, place, one, bettors, listed)
    for index, match in enumerate(bettune.matches):
        place = ("bettune", "matches", index)
        inspection.moment((*place, "date"), match.date)
        _demand_known(inspection, (*place, "sport"), match.sport, sports, "sport")
        scored = match.score is not None or not match.finished
        inspection.demand(scored, place, f"Match {match.id} is finished and needs its score.")
    _check_predictions(inspection, bettune)


def check_links(inspection: Inspection, scenario: Scenario) -> None:
    """Check that matches lead to events, markets and runners of the scenario; these have passed their own checks."""
    events = {event.id: event for event in scenario.events}
    linked: set[str] = set()
    for index, match in enumerate(scenario.bettune.matches):
        place: Place = ("bettune", "matches", index)
        if match.event is not None:
            problem = f"There is no event {describe(match.event)} in this scenario."
            inspection.demand(match.event in events, (*place, "event"), problem)
        inspection.demand(match.event is not None or not match.bets, (*place, "bets"), "Bets need their event.")
        if match.event is not None:
            _check_bets(inspection, place, match, events[match.event])
            problem = f"Event {match.event} is another match already."
            inspection.demand(match.event not in linked, (*place, "event"), problem)
            linked.add(match.event)
    _check_runners(inspection, scenario, linked)


def check_finish(inspection: Inspection, place: Place, finish: Finish, matches: Collection[int]) -> None:
    """Check a match that is to be finished by a schedule."""
    _demand_known(inspection, (*place, "match"), finish.match, matches, "match")
    inspection.moment((*place, "at"), finish.at)


def check_plan(inspection: Inspection, place: Place, change: ChangePlan, users: Collection[str]) -> None:
    """Check the change of a plan, by a schedule or from outside."""
    inspection.one_of((*place, "user"), change.user, users, "user of BetTune")
    inspection.one_of((*place, "plan"), change.plan, PLANS, "plan")
    inspection.moment((*place, "at"), change.at)


def _check_users(inspection: Inspection, bettune: BetTuneEntry, usernames: Collection[str]) -> None:
    tokens: set[str] = set()
    for index, user in enumerate(bettune.users):
        place: Place = ("bettune", "users", index)
        inspection.one_of((*place, "plan"), user.plan, PLANS, "plan")
        problem = f"There is a token {describe(user.token)} already."
        inspection.demand(user.token not in tokens, (*place, "token"), problem)
        tokens.add(user.token)
        if user.account is not None:
            inspection.one_of((*place, "account"), user.account, usernames, "username of this scenario")


def _check_stake(
    inspection: Inspection, place: Place, one: BetTuneFilter, bettors: Collection[str], listed: Collection[str]
) -> None:
    """Check that what a filter stakes can be bet: by somebody with an account, on a bet type that is understood."""
    if one.stake is None:
        return
    inspection.amount((*place, "stake"), one.stake, least=1, what="stake")
    problem = f"Filter {one.id} has a stake, so it needs a user who has an account to bet with."
    inspection.demand(one.user in bettors, (*place, "stake"), problem)
    bet_type = one.bet_type.strip().casefold()
    problem = (
        f"It is not known what to bet on for {describe(one.bet_type)}: bet types are Home, Draw, Away, Over 2.5, "
        "Under 2.5 and the like, Both teams to score, Both teams not to score, and what a match lists under bets."
    )
    inspection.demand(outcome_of(bet_type) is not None or bet_type in listed, (*place, "betType"), problem)


def _check_predictions(inspection: Inspection, bettune: BetTuneEntry) -> None:
    filters, matches = {one.id for one in bettune.filters}, {match.id for match in bettune.matches}
    pairs: set[tuple[int, int]] = set()
    ids: set[int] = set()
    for index, (number, prediction) in enumerate(numbered(bettune.predictions)):
        place: Place = ("bettune", "predictions", index)
        _demand_known(inspection, (*place, "filter"), prediction.filter, filters, "filter")
        _demand_known(inspection, (*place, "match"), prediction.match, matches, "match")
        inspection.one_of((*place, "source"), prediction.source, SOURCES, "source of a prediction")
        inspection.moment((*place, "createdAt"), prediction.created_at)
        inspection.moment((*place, "updatedAt"), prediction.updated_at)
        check_odds(inspection, (*place, "odds"), prediction.odds)
        pair = (prediction.filter, prediction.match)
        inspection.demand(pair not in pairs, place, f"Filter {pair[0]} has a prediction on match {pair[1]} already.")
        pairs.add(pair)
        inspection.demand(number not in ids, (*place, "id"), f"There is a prediction {number} already.")
        ids.add(number)


def check_odds(inspection: Inspection, place: Place, odds: Decimal) -> int:
    """Return odds in millionths, where they are any."""
    try:
        return millionths_of(odds)
    except (ValueError, InvalidOperation):
        problem = f"Odds are a number from 1.01 to 1000, not {describe(str(odds))}."
        raise inspection.document.error(place, problem) from None


def _check_bets(inspection: Inspection, place: Place, match: BetTuneMatch, event: EventEntry) -> None:
    markets = {market.id: market for market in event.markets}
    bet_types: set[str] = set()
    for index, bet in enumerate(match.bets):
        bet_place = (*place, "bets", index)
        bet_type = bet.bet_type.strip().casefold()
        problem = f"Match {match.id} has a runner for {describe(bet.bet_type)} already."
        inspection.demand(bet_type not in bet_types, (*bet_place, "betType"), problem)
        bet_types.add(bet_type)
        inspection.one_of((*bet_place, "market"), bet.market, markets, f"market of event {event.id}")
        market = markets[bet.market]
        odds = BettingType.ODDS
        problem = f"Market {market.id} is of the betting type {market.betting_type}: predictions are about {odds}."
        inspection.demand(market.betting_type == odds, (*bet_place, "market"), problem)
        is_there = any(runner.selection_id == bet.selection_id for runner in market.runners)
        problem = f"Market {market.id} has no runner {bet.selection_id}."
        inspection.demand(is_there, (*bet_place, "selectionId"), problem)


def _check_runners(inspection: Inspection, scenario: Scenario, linked: Collection[str]) -> None:
    """Check that the markets of each match have the runners that its bets and its score are about."""
    origin = inspection.origin
    catalogue = Catalogue()
    events = [event for event in scenario.events if event.id in linked]
    for event in events:
        catalogue.add_event(event, origin)
    matches = BetTune(scenario.bettune, events, origin, origin).matches.values()
    for index, match in enumerate(matches):
        for market in catalogue.markets_of_event.get(match.event or "", ()):
            for bet_type in bet_types_of(market):
                there_is_one = runner_for(bet_type, match, market) is not None
                problem = _no_runner(bet_type, match, market.id, [one.name for one in market.runners.values()])
                inspection.demand(there_is_one, ("bettune", "matches", index, "event"), problem)


def _no_runner(bet_type: str, match: Match, market: str, names: list[str]) -> str:
    called = f" of {match.home.name} v {match.away.name}" if bet_type in ("Home", "Draw", "Away") else ""
    listed = ", ".join(describe(name) for name in names[:10])
    return f"No runner of market {market} is {describe(bet_type)}{called}; there are {listed}: name the one under bets."


def _refuse_repeated(inspection: Inspection, place: Place, ids: Iterable[int], what: str) -> None:
    seen: set[int] = set()
    for index, number in enumerate(ids):
        inspection.demand(number not in seen, (*place, index, "id"), f"There is a {what} {number} already.")
        seen.add(number)


def _demand_known(inspection: Inspection, place: Place, number: int, known: Collection[int], what: str) -> None:
    inspection.demand(number in known, place, f"There is no {what} {number} in this scenario.")
