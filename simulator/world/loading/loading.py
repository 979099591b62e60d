"""Scenarios from text: read, converted, checked, and rehearsed in an exchange of its own before a world sees them."""

from collections.abc import Callable, Collection, Mapping

from msgspec import UNSET, structs

from simulator.exchange.exchange import Exchange
from simulator.exchange.rules import RULE_SETS
from simulator.world.accounts import ACCOUNT_STATUSES
from simulator.world.bettune.bettune import BetTune
from simulator.world.catalogue import Catalogue
from simulator.world.format.certificates import fingerprint_of
from simulator.world.format.document import Document, describe, read_document
from simulator.world.format.quantities import instant_of
from simulator.world.format.scenario import (
    Additions,
    AnyHappening,
    BetTuneAdditions,
    ChangePlan,
    EventEntry,
    Finish,
    IntroduceRunner,
    LoginChange,
    MarketHappening,
    Odds,
    Payment,
    Scenario,
    StandingEntry,
    TellIncident,
    Translations,
)
from simulator.world.loading.bettune_checks import (
    Known,
    check_bettune,
    check_filters_and_matches,
    check_finish,
    check_links,
    check_odds,
    check_plan,
)
from simulator.world.loading.bounds import (
    MOST_PAYMENT,
    check_size_of_additions,
    check_size_of_bettune,
    check_size_of_happening,
    check_size_of_scenario,
)
from simulator.world.loading.checks import PAST_ORIGIN, Inspection, check_settings, check_standing
from simulator.world.loading.conversion import CHANGE_PLAN, FINISH, INCIDENT, VERBS, check_verb, convert
from simulator.world.loading.happening_checks import check_happening
from simulator.world.loading.in_play_checks import check_incident
from simulator.world.loading.market_checks import EventChecks, KnownMarket
from simulator.world.loading.rehearsal import rehearse
from simulator.world.scenario_commands import runner_key


def load_scenario(text: str | bytes, name: str) -> Scenario:
    """Read a scenario, YAML or JSON. `name` is what complaints call the file; they are `ScenarioError`s."""
    return scenario_of_document(read_document(text, name))


def scenario_of_document(document: Document) -> Scenario:
    """Check a document that was read, and return the scenario that it is; raise `ScenarioError`."""
    scenario: Scenario = convert(document, document.data, Scenario)
    check_size_of_scenario(Inspection(document), scenario)
    check_settings(Inspection(document), scenario)
    start = None if scenario.clock.now == "real" else instant_of(scenario.clock.now)
    checks = EventChecks(Inspection(document, PAST_ORIGIN if start is None else start), {}, {})
    check_bettune(checks.inspection, scenario)
    matches = {match.id for match in scenario.bettune.matches}
    users = {user.user or user.token for user in scenario.bettune.users}
    _check_markets(checks, scenario.events, scenario.schedule, matches, users, ())
    _check_links_of(checks.inspection, scenario)
    rehearse(document, RULE_SETS[scenario.rules], scenario.events, scenario.schedule, start)
    return scenario


def _check_links_of(inspection: Inspection, scenario: Scenario) -> None:
    """Check how matches are linked to the events of the same scenario, which have passed their own checks."""
    matches = scenario.bettune.matches
    linked = {match.event for match in matches}
    catalogue = Catalogue()
    for event in scenario.events:
        if event.id in linked:
            catalogue.add_event(event, inspection.origin)
    check_links(inspection, ("bettune", "matches"), matches, Known.of_scenario(scenario.bettune), catalogue)


def load_additions(
    text: str | bytes,
    name: str,
    exchange: Exchange,
    catalogue: Catalogue,
    *,
    matches: Collection[int] = (),
    users: Collection[str] = (),
    scored_events: Collection[str] = (),
    origin: int = PAST_ORIGIN,
) -> Additions:
    """Read events, markets and happenings that are to be added to a world; raise `ScenarioError` for wrong ones.

    `matches` are the ids of the matches that can be finished, `users` the names of those of BetTune and `scored_events`
    the ids of those of which there are scores; `origin` is the world's time, when relative times count from.
    """
    load = loader_of_additions(
        exchange, catalogue, matches=matches, users=users, scored_events=scored_events, origin=origin
    )
    return load(text, name)


def loader_of_additions(
    exchange: Exchange,
    catalogue: Catalogue,
    *,
    matches: Collection[int] = (),
    users: Collection[str] = (),
    scored_events: Collection[str] = (),
    origin: int = PAST_ORIGIN,
) -> Callable[[str | bytes, str], Additions]:
    """Return what `load_additions` is for a text and its name, to be called while the world goes on.

    What it has to know of the world it knows from the start.
    """
    event_names = {event.id: event.name for event in catalogue.events.values()}
    markets = {market_id: KnownMarket.of(market) for market_id, market in exchange.markets.items()}
    depths = {event_id: catalogue.depth_of(event_id) for event_id in catalogue.events}
    known_matches, known_users, rules = frozenset(matches), frozenset(users), exchange.rules
    known_scores = frozenset(scored_events)
    translations = {language: dict(names) for language, names in catalogue.translations.items()}

    def load(text: str | bytes, name: str) -> Additions:
        document = read_document(text, name)
        additions: Additions = convert(document, document.data, Additions)
        checks = EventChecks(Inspection(document, origin), event_names, markets, depths)
        check_size_of_additions(checks.inspection, additions)
        _check_markets(checks, additions.events, additions.schedule, known_matches, known_users, known_scores)
        _check_translations(checks.inspection, additions.translations, translations)
        rehearse(document, rules, additions.events, additions.schedule, origin)
        return additions

    return load


def loader_of_bettune_additions(
    bettune: BetTune, catalogue: Catalogue, origin: int
) -> Callable[[str | bytes, str], BetTuneAdditions]:
    """Return what reads filters and matches for a world from a text and its name, to be called while the world goes on.

    They are checked as those of a scenario are, against what BetTune knows and the catalogue lists now; relative times
    count from `origin`. What is wrong raises `ScenarioError`.
    """
    known, listed = Known.of_world(bettune), catalogue.copy()

    def load(text: str | bytes, name: str) -> BetTuneAdditions:
        document = read_document(text, name)
        additions: BetTuneAdditions = convert(document, document.data, BetTuneAdditions)
        inspection = Inspection(document, origin)
        is_something = bool(additions.filters or additions.matches)
        inspection.demand(is_something, (), "There is nothing to add: here are neither filters nor matches.")
        check_size_of_bettune(inspection, (), additions)
        check_filters_and_matches(inspection, (), additions, known)
        check_links(inspection, ("matches",), additions.matches, known, listed)
        return additions

    return load


def load_happening(
    text: str | bytes, name: str, verb: str, market_id: str, exchange: Exchange, selection_id: int | None = None
) -> MarketHappening:
    """Read what else is to be said of something that is done to a market now, such as the results of `settle`.

    The text may be empty. Raise `ScenarioError` where it is wrong or the market is not known. Where the runner to which
    it is done is known already, the text does not name it.
    """
    return loader_of_happening(verb, market_id, exchange, selection_id)(text, name)


def loader_of_happening(
    verb: str, market_id: str, exchange: Exchange, selection_id: int | None = None
) -> Callable[[str | bytes, str], MarketHappening]:
    """Return what `load_happening` is for a text and its name, to be called while the world goes on."""
    address = {"do": verb, "market": market_id} | ({} if selection_id is None else {"selectionId": selection_id})
    market = exchange.markets.get(market_id)
    known_markets = {} if market is None else {market_id: KnownMarket.of(market)}

    def load(text: str | bytes, name: str) -> MarketHappening:
        document = read_document(text, name)
        content = document.members
        if isinstance(content, dict):
            for key in (*address, "at"):
                if key in content:
                    problem = f"What is done, and where, is in the address: {key} has no place here."
                    raise document.error((key,), problem)
            content = content | address
        check_verb(document, (), verb, VERBS)
        happening: MarketHappening = convert(document, content, MarketHappening, given=(*address, "at"))
        inspection = Inspection(document)
        check_size_of_happening(inspection, (), happening)
        check_happening(inspection, (), happening, known_markets)
        return happening

    return load


def load_finish(text: str | bytes, name: str, match_id: int) -> Finish:
    """Read the score of a match that ends now; raise `ScenarioError` where the text is wrong."""
    document = read_document(text, name)
    content = _with_address(document, {"do": FINISH, "match": match_id}, "at")
    finish: Finish = convert(document, content, Finish, given=("do", "match", "at"))
    return finish


def load_incident(text: str | bytes, name: str, event_id: str) -> TellIncident:
    """Read what happens now in the match of an event of which there are scores; raise `ScenarioError`."""
    document = read_document(text, name)
    content = _with_address(document, {"do": INCIDENT, "event": event_id}, "at")
    incident: TellIncident = convert(document, content, TellIncident, given=("do", "event", "at"))
    check_incident(Inspection(document), (), incident, (event_id,))
    return incident


def load_plan(text: str | bytes, name: str, user: str, origin: int) -> ChangePlan:
    """Read onto which plan a user of BetTune is put, and when; raise `ScenarioError` where the text is wrong.

    Relative times count from `origin`.
    """
    document = read_document(text, name)
    content = _with_address(document, {"do": CHANGE_PLAN, "user": user})
    change: ChangePlan = convert(document, content, ChangePlan, given=("do", "user"))
    check_plan(Inspection(document, origin), (), change, (user,))
    return change


def load_odds(text: str | bytes, name: str) -> int:
    """Read the odds of a prediction, and return them in millionths; raise `ScenarioError` where the text is wrong."""
    document = read_document(text, name)
    odds: Odds = convert(document, document.members, Odds)
    return check_odds(Inspection(document), ("odds",), odds.odds)


def load_payment(text: str | bytes, name: str) -> int:
    """Read the amount of a payment, and return it in hundredths; raise `ScenarioError` where the text is wrong."""
    document = read_document(text, name)
    payment: Payment = convert(document, document.members, Payment)
    return Inspection(document).amount(("amount",), payment.amount, least=1, most=MOST_PAYMENT, what="amount")


def load_standing(text: str | bytes, name: str) -> StandingEntry:
    """Read what changes of what may keep a customer from betting; raise `ScenarioError` where the text is wrong."""
    document = read_document(text, name)
    change: StandingEntry = convert(document, document.members, StandingEntry)
    check_standing(Inspection(document), (), change)
    return change


def load_login(text: str | bytes, name: str) -> LoginChange:
    """Read how a customer may log in from now on, with fingerprints of certificates; raise `ScenarioError`."""
    document = read_document(text, name)
    change: LoginChange = convert(document, document.members, LoginChange)
    inspection = Inspection(document)
    if change.status is not UNSET:
        inspection.one_of(("status",), change.status, ACCOUNT_STATUSES, "login status or code")
    if change.certificates is UNSET:
        return change
    fingerprints = tuple(
        inspection.usable(("certificates", position), fingerprint_of, certificate)
        for position, certificate in enumerate(change.certificates)
    )
    return structs.replace(change, certificates=fingerprints)


def _with_address(document: Document, address: dict[str, object], *others: str) -> object:
    """Return the content of a document with what its address says; complain where it says that, or `others`, itself."""
    content = document.members
    if not isinstance(content, dict):
        return content
    for key in (*address, *others):
        if key in content:
            raise document.error((key,), f"What is done, and to what, is in the address: {key} has no place here.")
    return content | address


def _check_translations(
    inspection: Inspection, translations: Translations, known: Mapping[str, Mapping[str, str]]
) -> None:
    """Check that nothing gets another name in a language in which the world has one for it."""
    for language, names in translations.by_language().items():
        for name, text in names.items():
            there = known.get(language, {}).get(name, text)
            problem = f"{describe(name)} is {describe(there)} in this world and cannot be {describe(text)}."
            inspection.demand(text == there, ("translations", language, name), problem)


def _check_markets(
    checks: EventChecks,
    events: tuple[EventEntry, ...],
    schedule: tuple[AnyHappening, ...],
    matches: Collection[int],
    users: Collection[str],
    scored_events: Collection[str],
) -> None:
    checks.check(events)
    inspection = checks.inspection
    scored = {*scored_events, *(event.id for event in events if event.in_play is not None)}
    for index, happening in enumerate(schedule):
        if happening.at is None:
            raise inspection.document.error(("schedule", index), "A happening of the schedule needs its time, `at`.")
        if isinstance(happening, IntroduceRunner):
            check_happening(inspection, ("schedule", index), happening, checks.markets)
            # Whatever is done to the runner may stand in the schedule before its addition, and happen after it.
            checks.markets[happening.market] = checks.markets[happening.market].with_runner(runner_key(happening))
    for index, happening in enumerate(schedule):
        if isinstance(happening, IntroduceRunner):
            continue
        if isinstance(happening, Finish):
            check_finish(inspection, ("schedule", index), happening, matches)
        elif isinstance(happening, ChangePlan):
            check_plan(inspection, ("schedule", index), happening, users)
        elif isinstance(happening, TellIncident):
            check_incident(inspection, ("schedule", index), happening, scored)
        else:
            check_happening(inspection, ("schedule", index), happening, checks.markets)
