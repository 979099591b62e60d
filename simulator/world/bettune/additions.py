"""What is asked once more before filters and matches are added: the world has gone on since they were checked."""

from collections.abc import Iterable, Mapping

from simulator.exchange.refusals import Impossible
from simulator.world.bettune.bettune import BetTune
from simulator.world.bettune.numbers import numbered_of, problem_of_number
from simulator.world.catalogue import EventDescription
from simulator.world.format.quantities import Unusable, hundredths_of, moment_of
from simulator.world.format.scenario import BetTuneFilter, BetTuneMatch


def refuse_to_add(
    bettune: BetTune,
    filters: Iterable[BetTuneFilter],
    matches: Iterable[BetTuneMatch],
    events: Mapping[str, EventDescription],
    origin: int,
) -> None:
    """Raise `Impossible` unless all of it can be added; relative times count from `origin`."""
    try:
        _refuse_filters(bettune, filters)
        _refuse_matches(bettune, matches, events, origin)
    except Unusable as error:
        raise Impossible(str(error)) from None


def _refuse_filters(bettune: BetTune, filters: Iterable[BetTuneFilter]) -> None:
    there = set(bettune.filters)
    for one in filters:
        if one.id in there:
            raise Impossible(f"there is a filter {one.id} already")
        there.add(one.id)
        _refuse_sport(bettune, one.sport)
        if one.user is not None:
            bettune.users.called(one.user)
        if one.stake is not None:
            hundredths_of(one.stake)


def _refuse_matches(
    bettune: BetTune, matches: Iterable[BetTuneMatch], events: Mapping[str, EventDescription], origin: int
) -> None:
    there, linked, made_up = set(bettune.matches), set(bettune.match_of_event), bettune.numbers.made_up()
    for match in matches:
        if match.id in there:
            raise Impossible(f"there is a match {match.id} already")
        there.add(match.id)
        _refuse_sport(bettune, match.sport)
        moment_of(match.date, origin)
        if match.event is not None:
            if match.event not in events:
                raise Impossible(f"there is no event {match.event!r}")
            if match.event in linked:
                raise Impossible(f"event {match.event} is another match already")
            linked.add(match.event)
        for _, kind, entry in numbered_of(match):
            problem = problem_of_number(kind, entry, made_up)
            if problem is not None:
                raise Impossible(problem)


def _refuse_sport(bettune: BetTune, sport: int) -> None:
    if sport not in bettune.sports:
        raise Impossible(f"there is no sport {sport} of BetTune")
