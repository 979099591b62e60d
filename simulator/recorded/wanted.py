"""Which markets are wanted of many: by sport, country, type, date and id, as their definitions say."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from msgspec import Struct

from simulator.recorded.messages import Kind, Line, MarketChange, MarketDefinition, read_lines
from simulator.recorded.sources import Source

SPORTS: Final = {
    "1": "Soccer",
    "2": "Tennis",
    "3": "Golf",
    "4": "Cricket",
    "5": "Rugby Union",
    "6": "Boxing",
    "7": "Horse Racing",
    "8": "Motor Sport",
    "1477": "Rugby League",
    "3503": "Darts",
    "4339": "Greyhound Racing",
    "6422": "Snooker",
    "6423": "American Football",
    "7511": "Baseball",
    "7522": "Basketball",
    "7524": "Ice Hockey",
    "61420": "Australian Rules",
    "2378961": "Politics",
}
"""Names of event types by their ids; the ids of others are asked for as they are."""


class WrongFilter(ValueError):
    """Something is asked for that cannot be; the sentence says what and why."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What is asked for; where a field is empty all is wanted. Dates are of the market time in UTC, both ends in."""

    event_types: frozenset[str] = frozenset()
    """Ids."""
    countries: frozenset[str] = frozenset()
    """ISO codes in capitals. A market without a country is in none."""
    market_types: frozenset[str] = frozenset()
    market_ids: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == EVERYTHING

    def refusal(self, market_id: str, definition: MarketDefinition) -> str:
        """Return why a market is not wanted, as "its event type is 2, and 7 is asked for"; empty where it is."""
        day = _day(definition.market_time)
        asked: list[tuple[str, str | None, frozenset[str]]] = [
            ("id", market_id, self.market_ids),
            ("event type", definition.event_type_id, self.event_types),
            ("country", definition.country_code, self.countries),
            ("type", definition.market_type, self.market_types),
        ]
        for what, value, those in asked:
            if those and value not in those:
                return f"its {what} is {value or 'not said'}, and {', '.join(sorted(those))} is asked for"
        if (self.since is not None and (day is None or day < self.since)) or (
            self.until is not None and (day is None or day > self.until)
        ):
            return f"its date is {day or 'not said'}, and {self._dates()} is asked for"
        return ""

    def _dates(self) -> str:
        return f"{self.since or 'any'} to {self.until or 'any'}"


EVERYTHING: Final = Wanted()


class Chosen:
    """Which markets of messages are wanted, as the first definition of each says."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted: Final = wanted
        self.is_everything: Final = wanted.is_everything
        """Whether nothing is left out."""
        self._is_wanted: Final[dict[str, bool]] = {}

    @property
    def unwanted(self) -> list[str]:
        """Return the ids of the markets of which it is known that they are not wanted."""
        return [market_id for market_id, is_wanted in self._is_wanted.items() if not is_wanted]

    def of(self, changes: list[MarketChange]) -> list[MarketChange]:
        """Return the changes of wanted markets, and of those of which nobody knows yet."""
        if self.is_everything:
            return changes
        for change in changes:
            if change.market_definition is not None and change.id not in self._is_wanted:
                self._is_wanted[change.id] = not self._wanted.refusal(change.id, change.market_definition)
        return [change for change in changes if self._is_wanted.get(change.id, True)]

    def knows(self, market_id: str) -> bool:
        """Return whether it is known that a market is wanted, or that it is not."""
        return self.is_everything or market_id in self._is_wanted

    def anew(self) -> "Chosen":
        """Return who chooses the same, and knows nothing yet."""
        return Chosen(self._wanted)

    def wants(self, market_id: str) -> bool:
        """Return whether it is known that a market is wanted."""
        return self._is_wanted.get(market_id, False)

    def refuses(self, market_id: str) -> bool:
        """Return whether it is known that a market is not wanted."""
        return not self._is_wanted.get(market_id, True)

    def go_on(self, wanted: Iterable[str], unwanted: Iterable[str]) -> None:
        """Take note of markets of which it is known that they are wanted, and of others that they are not."""
        if not self.is_everything:
            self._is_wanted.update(dict.fromkeys(wanted, True))
        self._is_wanted.update(dict.fromkeys(unwanted, False))


def event_type_id(name: str) -> str:
    """Return the id of a sport, which may be named or given by its id; raise `WrongFilter` for a name nobody knows."""
    folded = name.strip().casefold().replace("-", " ").replace("_", " ")
    found = next((number for number, sport in SPORTS.items() if sport.casefold() == folded), None)
    if found is None and not name.isdigit():
        raise WrongFilter(f"there is no sport {name!r}; there are {', '.join(SPORTS.values())}, and ids of others")
    return found or name


def why_left_out(source: Source, wanted: Wanted) -> str:
    """Return why no market of a file is wanted, empty where one may be; only as much of it is read as has to be.

    A file that is called by the market that it begins with has no other one, and one that is called by an event has
    markets of that event alone, as historic data have it: their first definition is enough. Others are read until a
    market is wanted. A file without any definition is not left out: what is wrong with it is to be told.
    """
    if wanted.is_everything:
        return ""
    refusals: dict[str, str] = {}
    for line in read_lines(source):
        for change in line.changes:
            definition = change.market_definition
            if definition is not None:
                refusal = wanted.refusal(change.id, definition)
                if not refusal:
                    return ""
                refusals[change.id] = refusal
                if _decides(source, line, definition, wanted):
                    return refusal
    return next(iter(refusals.values()), "") if len(set(refusals.values())) < 2 else _several(refusals)


def _several(refusals: dict[str, str]) -> str:
    return f"none of its {len(refusals)} markets is asked for: of the first, {next(iter(refusals.values()))}"


def _decides(source: Source, line: Line, definition: MarketDefinition, wanted: Wanted) -> bool:
    if line.kind is not Kind.CHANGES or len(line.changes) != 1:
        return False
    name = source.name.rpartition("/")[2]
    if _is_called(name, line.changes[0].id):
        return True
    of_event = Wanted(event_types=wanted.event_types, countries=wanted.countries)
    return _is_called(name, definition.event_id or "-") and bool(of_event.refusal(line.changes[0].id, definition))


def _is_called(name: str, by: str) -> bool:
    return name.startswith(by) and not name[len(by) : len(by) + 1].isdigit()


def _day(market_time: str | None) -> date | None:
    try:
        return date.fromisoformat((market_time or "")[:10])
    except ValueError:
        return None
