"""Lines of recordings, decoded to exactly what is used: market changes with the time at which they were published.

A recording is what the stream sent (published: Exchange Stream API specification), kept by Betfair or by a client. What
is no market change is told apart: answers and connections of a socket log, order changes, heartbeats, lines that are
cut short or were put in by somebody. Members that are not known are not looked at; historic files print prices as
`2.0` and captures as `2`, ids are numbers or, in early ones, texts.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct

from simulator.recorded.sources import Source, SourceError

Price = Annotated[float, Meta(ge=-50_000, le=50_000)]
"""Odds or a line. What is further from zero is no price, and a line of a recording that has it is broken."""
Size = Annotated[float, Meta(ge=0, le=1e9)]
Total = Annotated[float, Meta(ge=0, le=1e13)]
SelectionId = Annotated[int, Meta(ge=0, lt=2**62)] | Annotated[str, Meta(pattern=r"^[0-9]{1,18}\Z")]
Milliseconds = Annotated[int, Meta(ge=0, lt=253_402_300_800_000)]
"""Since 1970, and not after the year 9999."""
LevelNumber = Annotated[int, Meta(ge=0, lt=10_000)]
PriceSizes = list[tuple[Price, Size]]
LevelPriceSizes = list[tuple[LevelNumber, Price, Size]]
RunnerId = tuple[int, int]
"""Selection id and handicap in hundredths."""


def hundredths(value: float) -> int:
    """Return a price, handicap or size in whole hundredths."""
    return round(value * 100)


def runner_id(selection_id: int | str, handicap: float | None) -> RunnerId:
    """Return how a runner is called here that the wire calls so."""
    return int(selection_id), hundredths(handicap) if handicap else 0


class RunnerChange(Struct, gc=False):
    """What has changed of a runner; what is `None` has not."""

    id: SelectionId
    hc: Price | None = None
    atb: PriceSizes | None = None
    atl: PriceSizes | None = None
    batb: LevelPriceSizes | None = None
    batl: LevelPriceSizes | None = None
    bdatb: LevelPriceSizes | None = None
    bdatl: LevelPriceSizes | None = None
    trd: PriceSizes | None = None
    spb: PriceSizes | None = None
    spl: PriceSizes | None = None
    spn: float | str | None = None
    spf: float | str | None = None
    ltp: Price | None = None
    tv: Total | None = None


class RunnerDefinition(Struct, rename="camel", frozen=True):
    """What is said of a runner beside its prices. `name` is in files that were bought only."""

    id: SelectionId
    status: str = "ACTIVE"
    sort_priority: int = 0
    adjustment_factor: float | None = None
    bsp: float | str | None = None
    hc: Price | None = None
    removal_date: str | None = None
    name: str | None = None


class LadderType(Struct, frozen=True):
    """Which ladder the prices of a market are on; old recordings do not say it."""

    type: str = ""


class LineOfRunner(Struct, frozen=True):
    """A runner of a market with lines, and which of its lines."""

    id: SelectionId
    hc: Price = 0


class KeyLine(Struct, frozen=True):
    """The line that is shown first of a market with many."""

    kl: tuple[LineOfRunner, ...] = ()


class MarketDefinition(Struct, rename="camel", frozen=True):
    """What is said of a market beside its prices, always whole."""

    status: str
    runners: tuple[RunnerDefinition, ...]
    version: int = 0
    in_play: bool = False
    bet_delay: int = 0
    bsp_market: bool = False
    bsp_reconciled: bool = False
    complete: bool = True
    cross_matching: bool = False
    runners_voidable: bool = False
    turn_in_play_enabled: bool = False
    persistence_enabled: bool = True
    discount_allowed: bool = True
    number_of_winners: int = 1
    number_of_active_runners: int = 0
    market_base_rate: float = 5.0
    betting_type: str = "ODDS"
    market_type: str | None = None
    market_time: str | None = None
    suspend_time: str | None = None
    open_date: str | None = None
    settled_time: str | None = None
    event_id: str | None = None
    event_type_id: str | None = None
    event_name: str | None = None
    name: str | None = None
    country_code: str | None = None
    timezone: str | None = None
    venue: str | None = None
    race_type: str | None = None
    each_way_divisor: float | None = None
    line_min_unit: float | None = None
    line_max_unit: float | None = None
    line_interval: float | None = None
    regulators: tuple[str, ...] | None = None
    bet_delay_models: tuple[str, ...] | None = None
    price_ladder_definition: LadderType | None = None
    key_line_definition: KeyLine | None = None


class MarketChange(Struct):
    """What has changed of a market. An image, `img`, stands in the place of everything that was before."""

    id: str
    market_definition: MarketDefinition | None = msgspec.field(name="marketDefinition", default=None)
    rc: list[RunnerChange] | None = None
    img: bool = False
    con: bool = False
    tv: Total | None = None


class Message(Struct):
    """A line that may be any message of the stream."""

    op: str | None = None
    pt: Milliseconds | None = None
    mc: list[MarketChange] | None = None


class Kind(StrEnum):
    """What a line of a recording is."""

    CHANGES = "market changes"
    HEARTBEAT = "heartbeat"
    OTHER = "another message"
    BROKEN = "no message"


CHANGES: Final = Kind.CHANGES


class Line(Struct, frozen=True):
    """A line of a recording, counted from 1; `problem` says what is wrong with one that is broken."""

    number: int
    kind: Kind
    published_at: int
    changes: list[MarketChange]
    problem: str = ""


decode_message: Final = msgspec.json.Decoder(Message).decode
NO_MESSAGE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding raises of what is none."""
NOTHING: Final[list[MarketChange]] = []


def read_lines(source: Source, after: int = 0) -> Iterator[Line]:
    """Yield what the lines of a file are, in order; empty ones are passed over, and the first ones up to `after`.

    A file that breaks off ends with a line that says so. Nothing is raised.
    """
    number = after
    try:
        for number, line in enumerate(islice(source.lines(), after, None), start=after + 1):
            if line:
                yield read_line(line, number)
    except SourceError as error:
        yield Line(number + 1, Kind.BROKEN, 0, NOTHING, str(error))


def read_line(line: bytes, number: int) -> Line:
    """Return what a line is."""
    try:
        message = decode_message(line)
    except NO_MESSAGE as error:
        return Line(number, Kind.BROKEN, 0, NOTHING, str(error))
    if message.op != "mcm":
        return Line(number, Kind.OTHER, message.pt or 0, NOTHING)
    if message.pt is None:
        # A latency status of the service has none either, and changes nothing.
        kind = Kind.BROKEN if message.mc else Kind.OTHER
        return Line(number, kind, 0, NOTHING, "it has changes and no publish time" if message.mc else "")
    if not message.mc:
        return Line(number, Kind.HEARTBEAT, message.pt, NOTHING)
    return Line(number, CHANGES, message.pt, message.mc)
