"""Captures: what the stream tells of every market, in files like those of the historic data, one JSON message a line.

A market has a file of its own, called by its id; those of other worlds than the first are in a folder called by the
world. While a market goes on its file is plain, so that it can be read and nothing is lost; once it is closed, or the
server stops, it is compressed where that is wanted. A world that begins again goes on in the same files, with images.
"""

import asyncio
import bz2
import logging
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Final

from simulator.betfair.stream.changes import Kind
from simulator.betfair.stream.clocks import message_token
from simulator.betfair.stream.feed import Feed, State
from simulator.betfair.stream.market_view import ALL_FIELDS, MarketView, Projection
from simulator.betfair.stream.publisher import Channel, Publisher, Reader
from simulator.exchange.statuses import MarketStatus
from simulator.world.happened import Happened
from simulator.world.world import World
from simulator.world.worlds import DEFAULT, Worlds

EVERYTHING: Final = Projection(ALL_FIELDS, ladder_levels=10)

_log: Final = logging.getLogger(__name__)


class Recorder:
    """Records every market of every world from its beginning on."""

    def __init__(self, worlds: Worlds, publisher: Publisher, folder: Path, *, is_compressed: bool) -> None:
        self._worlds: Final = worlds
        self._publisher: Final = publisher
        self._folder: Final = folder
        self._is_compressed: Final = is_compressed
        self._recordings: Final[dict[str, Recording]] = {}
        self._has_started = False
        worlds.listen(self._hear)

    async def start(self) -> None:
        """Record from now on."""
        self._has_started = True
        for world in self._worlds:
            self._record(world)

    def stop(self) -> None:
        """Finish the files."""
        for recording in self._recordings.values():
            recording.finish()

    def _hear(self, world: World, _: Happened) -> None:
        if self._has_started and world.id not in self._recordings:
            # Not while the story is told: to read a market may work out its starting prices anew, which is an input.
            asyncio.get_running_loop().call_soon(self._record_if_new, world)

    def _record_if_new(self, world: World) -> None:
        if world.id not in self._recordings and not world.has_ended:
            self._record(world)

    def _record(self, world: World) -> None:
        folder = self._folder if world.id == DEFAULT else self._folder / world.id
        channel = Channel(Kind.MARKETS, EVERYTHING, None, 0)

        def make_reader(feed: Feed) -> Reader:
            recording = Recording(world, feed, folder, is_compressed=self._is_compressed)
            self._recordings[world.id] = recording
            return Reader(recording, lambda: list(world.exchange.markets), lambda _: True, end)

        def end() -> None:
            # Not while the story is told: others are still to hear of the end.
            asyncio.get_running_loop().call_soon(self._end, world, channel, reader)

        reader = self._publisher.subscribe(world, channel, lambda: MarketView(world, EVERYTHING), make_reader)
        self._recordings[world.id].begin(list(world.exchange.markets))
        self._publisher.began(world, channel)

    def _end(self, world: World, channel: Channel, reader: Reader) -> None:
        self._publisher.unsubscribe(world, channel, reader)
        self._recordings.pop(world.id).finish()


class Recording:
    """The files of one world."""

    def __init__(self, world: World, feed: Feed, folder: Path, *, is_compressed: bool) -> None:
        self._world: Final = world
        self._feed: Final = feed
        self._folder: Final = folder
        self._is_compressed: Final = is_compressed
        self._messages: Final[dict[str, int]] = {}
        """How many messages the file of each market has."""
        self._lines: dict[str, list[bytes]] = {}
        self._closed: Final[dict[str, None]] = {}

    def begin(self, market_ids: Iterable[str]) -> None:
        """Write the images of some markets, and then what changes in them."""
        for market_id in market_ids:
            self.add(market_id)

    def add(self, market_id: str) -> None:
        """Go on with another market."""
        for state in self._feed.subscribe(self, (market_id,)).values():
            change = self._feed.view.difference(None, state)
            if change is not None:
                self.take(market_id, None, state, change)
        self.send()

    def begin_again(self, market_ids: Iterable[str]) -> None:
        """Write images, because the world has begun again or gone back."""
        self.end()
        self.begin(market_ids)

    def take(self, market_id: str, before: State | None, after: State, change: bytes) -> None:
        """Note a change."""
        number = self._messages[market_id] = self._messages.get(market_id, -1) + 1
        line = b'{"op":"mcm","clk":"%b","pt":%d,"mc":[%b]}\n' % (
            message_token(number, Kind.MARKETS.parts).encode(),
            self._world.clock.now(),
            change,
        )
        self._lines.setdefault(market_id, []).append(line)
        if self._is_compressed and self._has_closed(market_id):
            self._closed[market_id] = None

    def send(self) -> None:
        """Write what was noted."""
        lines, self._lines = self._lines, {}
        for market_id, noted in lines.items():
            self._attempt(market_id, partial(_append, lines=noted))
        for market_id in self._closed:
            self._attempt(market_id, _compress)
        self._closed.clear()

    def end(self) -> None:
        """Take no more changes."""
        self._feed.unsubscribe(self, self._messages)

    def finish(self) -> None:
        """Compress what is wanted compressed."""
        if self._is_compressed:
            for market_id in self._messages:
                self._attempt(market_id, _compress)
        self._messages.clear()

    def _has_closed(self, market_id: str) -> bool:
        return self._world.exchange.markets[market_id].status is MarketStatus.CLOSED

    def _attempt(self, market_id: str, do: Callable[[Path], None]) -> None:
        file = self._folder / market_id
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            do(file)
        except OSError as error:
            _log.error("%s cannot be written: %s; the recording of this market has a gap", file, error.strerror)


def _append(file: Path, lines: list[bytes]) -> None:
    with file.open("ab") as opened:
        opened.writelines(lines)


def _compress(file: Path) -> None:
    """Compress a file, behind what is compressed of it already."""
    if file.exists():
        with bz2.open(file.with_name(f"{file.name}.bz2"), "ab") as compressed:
            compressed.write(file.read_bytes())
        file.unlink()
