"""Numbers for what documents only name: teams, countries, tournaments and seasons of BetTune."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from simulator.world.format.document import describe
from simulator.world.format.scenario import BetTuneMatch, Named, NamedEntry

TEAM: Final = "team"
KINDS: Final[Mapping[str, str]] = {
    "home": TEAM,
    "away": TEAM,
    "country": "country",
    "tournament": "tournament",
    "season": "season",
}
"""What each field of a match is that may be named alone."""


class Numbers:
    """Makes up the same number for the same name of a kind, none twice, and none that a document had given by then."""

    def __init__(self) -> None:
        self.given: Final[dict[tuple[str, str], NamedEntry]] = {}
        """What was made up, by kind and name."""
        self._written: Final[set[int]] = set()
        self._last = 0

    def reserve(self, matches: Iterable[BetTuneMatch]) -> None:
        """Keep the numbers that a document gives; whatever it only names comes after this."""
        self._written.update(entry.id for match in matches for _, _, entry in numbered_of(match))

    def entry(self, field: str, value: Named) -> NamedEntry:
        """Return what a field of a match names, with its number."""
        if isinstance(value, NamedEntry):
            return value
        kind = KINDS[field]
        if (kind, value) not in self.given:
            self._last += 1
            while self._last in self._written:
                self._last += 1
            self.given[kind, value] = NamedEntry(id=self._last, name=value)
        return self.given[kind, value]

    def made_up(self) -> dict[int, tuple[str, str]]:
        """Return the kind and the name that each number was made up for."""
        return {entry.id: key for key, entry in self.given.items()}


def numbered_of(match: BetTuneMatch) -> Iterator[tuple[str, str, NamedEntry]]:
    """Yield what a match names with a number: the field, its kind, and the entry."""
    for field, kind in KINDS.items():
        value = getattr(match, field)
        if isinstance(value, NamedEntry):
            yield field, kind, value


def problem_of_number(kind: str, entry: NamedEntry, made_up: Mapping[int, tuple[str, str]]) -> str | None:
    """Return why something cannot have its number: another has it, for which it was made up. `None` where it can."""
    owner = made_up.get(entry.id)
    if owner is None or owner == (kind, entry.name):
        return None
    own, other = f"{owner[0]} {describe(owner[1])}", f"{kind} {describe(entry.name)}"
    return f"number {entry.id} was made up for the {own} and cannot be that of the {other}"
