"""Scenarios from text: read, typed, checked, and rehearsed in an exchange of their own before any world is touched."""

import re
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from simulator import data
from simulator.exchange.exchange import Exchange
from simulator.exchange.rules import RULE_SETS
from simulator.world.catalogue import Catalogue
from simulator.world.format.document import Document, Place, ScenarioError, describe, read_document
from simulator.world.format.quantities import instant_of
from simulator.world.format.scenario import Additions, AnyHappening, EventEntry, Finish, MarketHappening, Scenario
from simulator.world.loading.bettune_checks import check_bettune, check_finish, check_links
from simulator.world.loading.checks import PAST_ORIGIN, Inspection, check_settings
from simulator.world.loading.happening_checks import check_happening
from simulator.world.loading.market_checks import EventChecks, KnownMarket
from simulator.world.loading.rehearsal import rehearse

VERBS: Final = tuple(happening.__struct_config__.tag for happening in MarketHappening.__args__)
"""What can be done to a market, in a schedule and through the control API."""
FINISH: Final = str(Finish.__struct_config__.tag)
"""What can be done to a match."""

_LONGEST_PROBLEM: Final = 200
"""Longer than any sentence of the decoder, except about a field whose name has no end."""
_STEP: Final = re.compile(r"\.(?P<key>[A-Za-z_]\w*)|\[(?P<position>[0-9]+)\]")
T = TypeVar("T")


def load_scenario(text: str | bytes, name: str) -> Scenario:
    """Read a scenario, YAML or JSON. `name` is what complaints call the file; they are `ScenarioError`s."""
    document = read_document(text, name)
    scenario: Scenario = convert(document, document.data, Scenario)
    check_settings(Inspection(document), scenario)
    start = None if scenario.clock.now == "real" else instant_of(scenario.clock.now)
    checks = EventChecks(Inspection(document, PAST_ORIGIN if start is None else start), {}, {})
    check_bettune(checks.inspection, scenario)
    matches = {match.id for match in scenario.bettune.matches}
    _check_markets(checks, scenario.events, scenario.schedule, matches)
    check_links(checks.inspection, scenario)
    rehearse(document, RULE_SETS[scenario.rules], scenario.events, scenario.schedule, start)
    return scenario


def load_additions(
    text: str | bytes,
    name: str,
    exchange: Exchange,
    catalogue: Catalogue,
    *,
    matches: Collection[int] = (),
    origin: int = PAST_ORIGIN,
) -> Additions:
    """Read events, markets and happenings that are to be added to a world; raise `ScenarioError` for wrong ones.

    `matches` are the ids of the matches that can be finished, `origin` is the world's time, when relative times count
    from.
    """
    document = read_document(text, name)
    additions: Additions = convert(document, document.data, Additions)
    event_names = {event.id: event.name for event in catalogue.events.values()}
    checks = EventChecks(Inspection(document, origin), event_names, _known_markets(exchange))
    _check_markets(checks, additions.events, additions.schedule, matches)
    rehearse(document, exchange.rules, additions.events, additions.schedule, origin)
    return additions


def load_happening(
    text: str | bytes, name: str, verb: str, market_id: str, exchange: Exchange, selection_id: int | None = None
) -> MarketHappening:
    """Read what else is to be said of something that is done to a market now, such as the results of `settle`.

    The text may be empty. Raise `ScenarioError` where it is wrong or the market is not known. Where the runner to which
    it is done is known already, the text does not name it.
    """
    document = read_document(text, name)
    address = {"do": verb, "market": market_id} | ({} if selection_id is None else {"selectionId": selection_id})
    content = {} if document.data is None else document.data
    if isinstance(content, dict):
        for key in (*address, "at"):
            if key in content:
                raise document.error((key,), f"What is done, and where, is in the address: {key} has no place here.")
        content = content | address
    _check_verb(document, (), verb, VERBS)
    happening: MarketHappening = convert(document, content, MarketHappening)
    check_happening(Inspection(document), (), happening, _known_markets(exchange))
    return happening


def load_finish(text: str | bytes, name: str, match_id: int) -> Finish:
    """Read the score of a match that ends now; raise `ScenarioError` where the text is wrong."""
    document = read_document(text, name)
    content = {} if document.data is None else document.data
    if isinstance(content, dict):
        for key in ("do", "match", "at"):
            if key in content:
                raise document.error((key,), f"What is done, and to what, is in the address: {key} has no place here.")
        content = content | {"do": FINISH, "match": match_id}
    finish: Finish = convert(document, content, Finish)
    return finish


def builtin_scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the package, in alphabetical order."""
    return tuple(name.removesuffix(".yaml") for name in data.fixture_names())


@cache
def builtin_scenario(name: str) -> Scenario:
    """Return a scenario that ships with the package; raise `LookupError` where there is none of that name."""
    return load_scenario(data.fixture_bytes(f"{name}.yaml"), f"{name}.yaml")


def scenario_called(name: str) -> Scenario:
    """Return a scenario that ships with the package or, where none has that name, the one in the file of that name.

    Raise `ScenarioError` where there is neither, or the file is wrong.
    """
    if name in builtin_scenario_names():
        return builtin_scenario(name)
    try:
        text = Path(name).read_bytes()
    except OSError as error:
        known = ", ".join(builtin_scenario_names())
        problem = f"No scenario of that name ships with the package ({known} do), and as a file: {error.strerror}."
        raise ScenarioError(name, "$", problem) from None
    return load_scenario(text, name)


# Types


def convert(document: Document, content: object, kind: Any) -> Any:
    """Return the content of a document, or what was made of it, as a value of a type; raise `ScenarioError`."""
    schedule = content.get("schedule") if isinstance(content, dict) else None
    for index, happening in enumerate(schedule if isinstance(schedule, list) else ()):
        if isinstance(happening, dict) and isinstance(happening.get("do"), str):
            _check_verb(document, ("schedule", index), happening["do"], (*VERBS, FINISH))
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$")
        place = _place_of(path)
        raise document.error(place, _explain(problem, document.value_at(place))) from None


def _check_verb(document: Document, place: Place, verb: str, verbs: Sequence[str]) -> None:
    if verb not in verbs:
        raise document.error((*place, "do"), f"{describe(verb)} cannot be done; {', '.join(verbs)} can.")


def _place_of(path: str) -> Place:
    """Return the place that a path of the decoder leads to; which value of a mapping is wrong it does not say."""
    steps = _STEP.finditer(path.partition("[...]")[0])
    return tuple(step["key"] if step["position"] is None else int(step["position"]) for step in steps)


def _explain(problem: str, value: object) -> str:
    """Add to the decoder's sentence what it leaves out: the value, and what to do about the commonest mistake."""
    if problem.startswith("Expected `str`, got `") and not isinstance(value, dict | list | None):
        return f"{problem}: {describe(value)} is a text here, so put it in quotes."
    if problem.startswith("Object "):
        return f"{problem[:_LONGEST_PROBLEM]}."
    return f"{problem}, and here stands {describe(value)}."


# Meaning


def _known_markets(exchange: Exchange) -> dict[str, KnownMarket]:
    return {market_id: KnownMarket.of(market) for market_id, market in exchange.markets.items()}


def _check_markets(
    checks: EventChecks,
    events: tuple[EventEntry, ...],
    schedule: tuple[AnyHappening, ...],
    matches: Collection[int],
) -> None:
    checks.check(events)
    inspection = checks.inspection
    for index, happening in enumerate(schedule):
        if happening.at is None:
            raise inspection.document.error(("schedule", index), "A happening of the schedule needs its time, `at`.")
        if isinstance(happening, Finish):
            check_finish(inspection, ("schedule", index), happening, matches)
        else:
            check_happening(inspection, ("schedule", index), happening, checks.markets)
