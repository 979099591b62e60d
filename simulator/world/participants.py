"""Who may act in a world beside its customers: by giving inputs like everybody else, and never by reaching in."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from simulator.world.bettune.autopilot import Autopilot
from simulator.world.format.scenario import Scenario
from simulator.world.happened import Happened, Notice
from simulator.world.inputs import Input
from simulator.world.parts import Parts


class Participant(Protocol):
    """Someone who hears the story of a world and may act whenever something has happened.

    After every input of a caller, and after everything that fell due, each participant is asked in turn.
    """

    @property
    def name(self) -> str:
        """Return the source of its inputs in the story."""

    def hear(self, happened: Happened) -> None:
        """Take in what has happened, its own deeds included; nothing may be changed here."""

    def commands(self, now: int) -> Iterator[Input]:
        """Yield what it wants to be done now, one input at a time: each is done before the next is asked for."""

    def told(self, outcome: Happened) -> Notice | None:
        """Learn what came of the input that was yielded last; return a notice where a refusal of it is news."""

    def state(self) -> Iterable[object]:
        """Return what it remembers that makes a difference to what it will do."""


def participants_of(scenario: Scenario, parts: Parts) -> tuple[Participant, ...]:
    """Return who acts in a world of a scenario, in the order in which they are asked."""
    if not scenario.bettune.autopilot:
        return ()
    return (Autopilot(parts.bettune, parts.exchange, parts.catalogue),)
