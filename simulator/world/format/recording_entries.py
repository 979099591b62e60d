"""Which recorded markets a world follows, as a scenario says it: the files, how they are known, and what is assumed."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from simulator.world.format.entry import Entry, Text

Milliseconds = Annotated[int, Meta(ge=0, lt=253_402_300_800_000)]


class RecordedFile(Entry, frozen=True, kw_only=True):
    """A file with recorded messages, or one in an archive: where it is, and the SHA-256 of the file on the disk.

    It may be a URL, with the SHA-256 of what that leads to. `first_at` is when its first message was published, in
    milliseconds since 1970.
    """

    path: Annotated[str, Meta(min_length=1, max_length=4096)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
    first_at: Milliseconds


class WantedMarkets(Entry, frozen=True, kw_only=True):
    """Which of the markets in the files are followed; of what is empty all are. Dates are of market times, in UTC."""

    event_types: tuple[Text, ...] = ()
    """Ids."""
    countries: tuple[Text, ...] = ()
    market_types: tuple[Text, ...] = ()
    market_ids: tuple[Text, ...] = ()
    since: date | None = None
    until: date | None = None


class RecordingsEntry(Entry, frozen=True, kw_only=True):
    """Recorded markets that are followed. `model` is the name of the fill model.

    Where they are `cross_matching` bets take the virtual offers of markets that have such, as well as what is recorded.
    """

    files: Annotated[tuple[RecordedFile, ...], Meta(min_length=1, max_length=100_000)]
    wanted: WantedMarkets = WantedMarkets()
    model: Text = "queue"
    cross_matching: bool = False
