"""The journal of a world as a test asks for it and as a person reads it: which entries, and one line for each."""

import asyncio
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any, Final, get_args

import msgspec

from simulator.betfair.faultable import FAULTABLE
from simulator.bettune.face import FAULTABLE as BETTUNE_FAULTABLE
from simulator.control.schema import instant_text
from simulator.exchange.events import Event
from simulator.testing.errors import BetsimError, is_sentence
from simulator.world.inputs import Input
from simulator.world.journal import KINDS, Entry, Journal, Wanted

__tracebackhide__ = is_sentence

LONGEST_LINE: Final = 200


def wanted(
    kind: str | None, operation: str | None, account: str | None, market: str | None, event: str | None
) -> Wanted:
    """Return which entries are asked for; raise `BetsimError` for a kind or a name that there is none of."""
    if kind is not None and kind not in KINDS:
        raise BetsimError(f"There is no kind {kind!r} of entries in a journal; there are {', '.join(KINDS)}.")
    _check("event", event, _event_names())
    _check("operation", operation, _operation_names())
    return Wanted(kind, operation, account, market, event)


def _check(what: str, name: str | None, known: Collection[str]) -> None:
    """Raise `BetsimError` for a name that there is none of: it would be waited for in vain."""
    if name is not None and name not in known:
        meant = get_close_matches(str(name), known, 1)
        advice = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(sorted(known))}."
        raise BetsimError(f"No {what} is called {name!r}; {advice}")


def described(asked: Wanted) -> str:
    """Return in words which entries are asked for."""
    said = msgspec.structs.asdict(asked).items()
    return " ".join(f"{name.removesuffix('_id')}={value}" for name, value in said if value is not None)


async def entries_when_there(journal: Journal, asked: Wanted, after: int, count: int, seconds: float) -> list[Entry]:
    """Return the first `count` wanted entries after a number as soon as there are so many, or those that came in time.

    The seconds are real ones.
    """
    news = asyncio.Event()
    stop = journal.listen(news.set)
    try:
        async with asyncio.timeout(seconds):
            while len(found := journal.read(asked, after, count).entries) < count:
                news.clear()
                await news.wait()
    except TimeoutError:
        return journal.read(asked, after, count).entries
    finally:
        stop()
    return found


def last_lines(journal: Journal, count: int, after: int) -> list[str]:
    """Return the last entries of a journal as lines, and before them one that says how many came before.

    What is not after the entry of that number is left out, and not counted.
    """
    entries = journal.read(Wanted(), max(after, journal.last_number - count), count).entries
    earlier = max(0, journal.last_number - after) - len(entries)
    head = [f"... {earlier} entries before these"] if earlier else []
    return [*head, *(_line(entry) for entry in entries)]


def _line(entry: Entry) -> str:
    """Return an entry as a line: number, time of the world, kind, name, whom and what it is about, and the rest."""
    about = [*entry.accounts, *([] if entry.market_id is None else [entry.market_id])]
    told = " ".join(_told(entry.content, {entry.name, *entry.accounts, entry.market_id}))
    line = f"{entry.number:>5} {instant_text(entry.at)} {entry.kind:<7} {entry.name} {' '.join(about)} {told}"
    line = " ".join(line.rstrip().splitlines())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 3]}..."


def _told(content: dict[str, Any], known: set[str | None]) -> Iterator[str]:
    """Yield what an entry says beside what its line has said already."""
    for name, value in content.items():
        if name not in ("at", "sequence") and value not in (None, "", [], {}) and not _is_among(value, known):
            yield f"{name}={value if isinstance(value, str) else msgspec.json.encode(value).decode()}"


def _is_among(value: object, known: Iterable[str | None]) -> bool:
    return isinstance(value, str) and value in known


@cache
def _event_names() -> frozenset[str]:
    """Return the names of all events, by which the journal knows them."""
    kinds, found = [Event], set()
    while kinds:
        one = kinds.pop()
        kinds += one.__subclasses__()
        found.add(str(one.__struct_config__.tag))
    return frozenset(found)


@cache
def _operation_names() -> frozenset[str]:
    """Return the names of all operations that can be requested, and of all inputs that they can come to."""
    inputs = (str(one.__struct_config__.tag) for one in get_args(Input))
    return frozenset((*inputs, *FAULTABLE, *BETTUNE_FAULTABLE))
