"""What is said of BetTune must be like this beyond its types, in a scenario and in what is added to a world."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from msgspec import Struct

from simulator.exchange.betting_types import BettingType
from simulator.world.bettune.bettune import SOURCES, BetTune, Match, match_of, millionths_of, numbered
from simulator.world.bettune.football import bet_types_of, outcome_of, runner_for
from simulator.world.bettune.numbers import Numbers, numbered_of, problem_of_number
from simulator.world.bettune.users import PLANS
from simulator.world.catalogue import Catalogue, MarketDescription
from simulator.world.format.document import Place, describe
from simulator.world.format.scenario import (
    BetTuneAdditions,
    BetTuneEntry,
    BetTuneFilter,
    BetTuneMatch,
    ChangePlan,
    Finish,
    Scenario,
)
from simulator.world.loading.checks import Inspection

FILTER_STATUSES: Final = ("approved", "disabled")


class Known(Struct, frozen=True, kw_only=True):
    """What filters and matches are checked against: what a scenario says of BetTune itself, or what a world knows."""

    where: str
    """`scenario` or `world`, for the sentences."""
    sports: Collection[int]
    users: Collection[str]
    bettors: Collection[str]
    """The users who have an account to bet with."""
    filters: Collection[int] = ()
    matches: Collection[int] = ()
    linked: Collection[str] = ()
    """The events that are matches already."""
    bet_types: Collection[str] = ()
    """What matches list under bets, in small letters."""
    made_up: Mapping[int, tuple[str, str]] = {}
    """Kind and name by the numbers that were made up for them."""

    @classmethod
    def of_scenario(cls, bettune: BetTuneEntry) -> "Known":
        """Return what the filters and matches of a scenario are checked against."""
        return cls(
            where="scenario",
            sports={sport.id for sport in bettune.sports},
            users={user.user or user.token for user in bettune.users},
            bettors={user.user or user.token for user in bettune.users if user.account},
        )

    @classmethod
    def of_world(cls, bettune: BetTune) -> "Known":
        """Return what is to be known of a world now, so that it may go on meanwhile."""
        return cls(
            where="world",
            sports=set(bettune.sports),
            users=set(bettune.users.names),
            bettors={user.name for user in bettune.users.by_token.values() if user.account},
            filters=set(bettune.filters),
            matches=set(bettune.matches),
            linked=set(bettune.match_of_event),
            bet_types={bet_type for match in bettune.matches.values() for bet_type in match.selections},
            made_up=bettune.numbers.made_up(),
        )


def check_bettune(inspection: Inspection, scenario: Scenario) -> None:
    """Check users, sports, filters, matches and predictions."""
    bettune = scenario.bettune
    _check_users(inspection, bettune, {account.username for account in scenario.accounts})
    _refuse_repeated(inspection, ("bettune", "sports"), [sport.id for sport in bettune.sports], (), "sport")
    check_filters_and_matches(inspection, ("bettune",), bettune, Known.of_scenario(bettune))
    _check_predictions(inspection, bettune)


def check_filters_and_matches(
    inspection: Inspection, place: Place, bettune: BetTuneEntry | BetTuneAdditions, known: Known
) -> None:
    """Check the filters and matches that stand at a place of a document, but for what links them to the exchange."""
    filter_ids = [one.id for one in bettune.filters]
    _refuse_repeated(inspection, (*place, "filters"), filter_ids, known.filters, "filter")
    match_ids = [match.id for match in bettune.matches]
    _refuse_repeated(inspection, (*place, "matches"), match_ids, known.matches, "match")
    listed = {bet.bet_type.strip().casefold() for match in bettune.matches for bet in match.bets}
    for index, one in enumerate(bettune.filters):
        _check_filter(inspection, (*place, "filters", index), one, known, listed.union(known.bet_types))
    for index, match in enumerate(bettune.matches):
        _check_match(inspection, (*place, "matches", index), match, known)


def check_links(
    inspection: Inspection, place: Place, matches: Sequence[BetTuneMatch], known: Known, catalogue: Catalogue
) -> None:
    """Check that the matches at a place lead to events, markets and runners that are listed."""
    linked = set(known.linked)
    for index, match in enumerate(matches):
        here: Place = (*place, index)
        inspection.demand(match.event is not None or not match.bets, (*here, "bets"), "Bets need their event.")
        if match.event is None:
            continue
        problem = f"There is no event {describe(match.event)} in this {known.where}."
        inspection.demand(match.event in catalogue.events, (*here, "event"), problem)
        _check_bets(inspection, here, match, catalogue.markets_of_event[match.event])
        problem = f"Event {match.event} is another match already."
        inspection.demand(match.event not in linked, (*here, "event"), problem)
        linked.add(match.event)
    _check_runners(inspection, place, matches, catalogue)


def check_finish(inspection: Inspection, place: Place, finish: Finish, matches: Collection[int]) -> None:
    """Check a match that is to be finished by a schedule."""
    _demand_known(inspection, (*place, "match"), finish.match, matches, "match", "scenario")
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


def _check_filter(
    inspection: Inspection, place: Place, one: BetTuneFilter, known: Known, listed: Collection[str]
) -> None:
    inspection.one_of((*place, "status"), one.status, FILTER_STATUSES, "status of a filter")
    _demand_known(inspection, (*place, "sport"), one.sport, known.sports, "sport", known.where)
    if one.user is not None:
        inspection.one_of((*place, "user"), one.user, known.users, f"user of BetTune in this {known.where}")
    _check_stake(inspection, place, one, known.bettors, listed)


def _check_match(inspection: Inspection, place: Place, match: BetTuneMatch, known: Known) -> None:
    inspection.moment((*place, "date"), match.date)
    _demand_known(inspection, (*place, "sport"), match.sport, known.sports, "sport", known.where)
    scored = match.score is not None or not match.finished
    inspection.demand(scored, place, f"Match {match.id} is finished and needs its score.")
    for field, kind, entry in numbered_of(match):
        problem = problem_of_number(kind, entry, known.made_up)
        if problem is not None:
            raise inspection.document.error((*place, field, "id"), f"The {problem}.")


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
        _demand_known(inspection, (*place, "filter"), prediction.filter, filters, "filter", "scenario")
        _demand_known(inspection, (*place, "match"), prediction.match, matches, "match", "scenario")
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


def _check_bets(inspection: Inspection, place: Place, match: BetTuneMatch, listed: Iterable[MarketDescription]) -> None:
    markets = {market.id: market for market in listed}
    bet_types: set[str] = set()
    for index, bet in enumerate(match.bets):
        bet_place = (*place, "bets", index)
        bet_type = bet.bet_type.strip().casefold()
        problem = f"Match {match.id} has a runner for {describe(bet.bet_type)} already."
        inspection.demand(bet_type not in bet_types, (*bet_place, "betType"), problem)
        bet_types.add(bet_type)
        inspection.one_of((*bet_place, "market"), bet.market, markets, f"market of event {match.event}")
        market = markets[bet.market]
        odds, betting_type = BettingType.ODDS, market.definition.betting_type
        problem = f"Market {market.id} is of the betting type {betting_type}: predictions are about {odds}."
        inspection.demand(betting_type == odds, (*bet_place, "market"), problem)
        is_there = any(key.selection_id == bet.selection_id for key in market.runners)
        problem = f"Market {market.id} has no runner {bet.selection_id}."
        inspection.demand(is_there, (*bet_place, "selectionId"), problem)


def _check_runners(inspection: Inspection, place: Place, matches: Sequence[BetTuneMatch], catalogue: Catalogue) -> None:
    """Check that the markets of each match have the runners that its bets and its score are about."""
    numbers = Numbers()
    for index, entry in enumerate(matches):
        match = match_of(entry, numbers, catalogue.events, inspection.origin)
        for market in catalogue.markets_of_event.get(match.event or "", ()):
            for bet_type in bet_types_of(market):
                there_is_one = runner_for(bet_type, match, market) is not None
                problem = _no_runner(bet_type, match, market.id, [one.name for one in market.runners.values()])
                inspection.demand(there_is_one, (*place, index, "event"), problem)


def _no_runner(bet_type: str, match: Match, market: str, names: list[str]) -> str:
    called = f" of {match.home.name} v {match.away.name}" if bet_type in ("Home", "Draw", "Away") else ""
    listed = ", ".join(describe(name) for name in names[:10])
    return f"No runner of market {market} is {describe(bet_type)}{called}; there are {listed}: name the one under bets."


def _refuse_repeated(inspection: Inspection, place: Place, ids: Iterable[int], there: Iterable[int], what: str) -> None:
    seen = set(there)
    for index, number in enumerate(ids):
        inspection.demand(number not in seen, (*place, index, "id"), f"There is a {what} {number} already.")
        seen.add(number)


def _demand_known(
    inspection: Inspection, place: Place, number: int, known: Collection[int], what: str, where: str
) -> None:
    inspection.demand(number in known, place, f"There is no {what} {number} in this {where}.")
