"""The journal of a world: read, waited for, and exported so that it can be told again elsewhere."""

import asyncio
from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.performing import sentence
from simulator.control.problems import Impossible, UnknownWorld, WrongQuery
from simulator.control.query import duration_between, number_of, parameters_of
from simulator.control.resources import answer
from simulator.control.schema import EntryDocument, JournalDocument, instant_text
from simulator.http import until_gone
from simulator.world.export import Export, encode_export
from simulator.world.journal import KINDS, Entry, Journal, Page, Wanted
from simulator.world.snapshot import SnapshotError
from simulator.world.world import World
from simulator.world.worlds import UnknownWorld as NoSuchWorld
from simulator.world.worlds import Worlds

LINES: Final = "application/x-ndjson"

DEFAULT_LIMIT, MOST_LIMIT = 100, 1000
"""How many entries are in an answer unless it says how many, and at most."""
LONGEST_WAIT_SECONDS: Final = 60

PARAMETERS: Final = ("after", "limit", "kind", "operation", "account", "market", "event", "wait", "count")


class JournalHandlers:
    """Everything under `/control/v1/worlds/{world}/journal`."""

    def __init__(self, worlds: Worlds, world_of: Callable[[Request], World]) -> None:
        self._worlds: Final = worlds
        self._world_of: Final = world_of

    async def read(self, request: Request) -> Response:
        """Answer the entries that are wanted, once there are as many as are waited for, or at the end of the wait."""
        world, journal = self._journal_of(request)
        found = parameters_of(request, PARAMETERS)
        kind = found.get("kind")
        if kind is not None and kind not in KINDS:
            raise WrongQuery(f"The kinds of entries are {', '.join(KINDS)}.", "kind", kind)
        wanted = Wanted(kind, found.get("operation"), found.get("account"), found.get("market"), found.get("event"))
        after = number_of(found, "after", 0, 0)
        limit = number_of(found, "limit", DEFAULT_LIMIT, 1, MOST_LIMIT)
        count = min(number_of(found, "count", 1, 1, MOST_LIMIT), limit)
        seconds = duration_between(found, "wait", LONGEST_WAIT_SECONDS)
        page = journal.read(wanted, after, limit)
        if seconds and len(page.entries) < count and not world.has_ended:
            page = await _waited_for(request, _Reader(world, journal, wanted, limit, page), count, seconds)
        entries = [_described(entry) for entry in page.entries]
        return answer(JournalDocument(entries, page.last_number, journal.dropped))

    async def export(self, request: Request) -> Response:
        """Answer what `betsim journal replay` tells again: lines of JSON, without passwords of logins and tokens."""
        world, journal = self._journal_of(request)
        export = Export.of(world, *journal.story())
        # Long stories take a while to write, and what is written of them does not change any more.
        try:
            lines = await asyncio.to_thread(encode_export, export)
        except SnapshotError as error:
            # It begins with a snapshot, of which the recordings are gone.
            raise Impossible(sentence(error.problem)) from None
        return Response(lines, media_type=LINES)

    def _journal_of(self, request: Request) -> tuple[World, Journal]:
        world = self._world_of(request)
        try:
            return world, self._worlds.journal(world.id)
        except NoSuchWorld as error:
            raise UnknownWorld(str(error)) from None


class _Reader:
    """Reads on where it has stopped."""

    def __init__(self, world: World, journal: Journal, wanted: Wanted, limit: int, page: Page) -> None:
        self.journal: Final = journal
        self._world: Final = world
        self._wanted: Final = wanted
        self._limit: Final = limit
        self.page = page

    def has(self, count: int) -> bool:
        """Read what has come since, and return whether that is enough, or no more will come."""
        entries, last = self.page
        more = self.journal.read(self._wanted, last, self._limit - len(entries))
        self.page = Page([*entries, *more.entries], more.last_number)
        return len(self.page.entries) >= count or self._world.has_ended


async def _waited_for(request: Request, reader: _Reader, count: int, seconds: float) -> Page:
    """Return the page once it has so many entries, the time is over, the world ends, or nobody waits any more."""
    news = asyncio.Event()
    stop = reader.journal.listen(news.set)
    gone = asyncio.ensure_future(until_gone(request.receive))
    try:
        async with asyncio.timeout(seconds):
            while not reader.has(count):
                news.clear()
                waiting = asyncio.ensure_future(news.wait())
                try:
                    await asyncio.wait((waiting, gone), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    waiting.cancel()
                if gone.done():
                    break
    except TimeoutError:
        reader.has(count)
    finally:
        stop()
        gone.cancel()
    return reader.page


def _described(entry: Entry) -> EntryDocument:
    return EntryDocument(
        number=entry.number,
        at=instant_text(entry.at),
        kind=entry.kind,
        name=entry.name,
        accounts=list(entry.accounts),
        market_id=entry.market_id,
        content=entry.content,
    )
