"""Snapshots of worlds: taken, kept under names, and gone back to."""

import asyncio
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulator.control.beginnings import MOST_SNAPSHOT_BYTES, snapshots
from simulator.control.bodies import loaded, read_body
from simulator.control.kept_snapshots import Kept, KeptSnapshots
from simulator.control.performing import sentence
from simulator.control.problems import Impossible, UnknownSnapshot, WrongQuery
from simulator.control.resources import JSON, answer
from simulator.control.schema import KeptSnapshotDocument, KeptSnapshotsDocument, WorldDocument, instant_text
from simulator.reading_recordings import RecordingReader, read_ahead
from simulator.world.inputs import Restore
from simulator.world.snapshot import encode_snapshot
from simulator.world.world import World


class SnapshotHandlers:
    """What can be done with snapshots, but for making new worlds of them."""

    def __init__(
        self,
        world_of: Callable[[Request], World],
        describe: Callable[[World], WorldDocument],
        kept: KeptSnapshots,
        recordings: RecordingReader,
    ) -> None:
        self._world_of: Final = world_of
        self._describe: Final = describe
        self._kept: Final = kept
        self._snapshots: Final = snapshots(kept, recordings)

    async def take(self, request: Request) -> Response:
        """Answer what a world is now, whole, and keep it where a name is given."""
        world, names = self._world_of(request), request.query_params.getlist("name")
        if len(names) > 1:
            raise WrongQuery("A snapshot is kept under one name, and not under several.", "name", ", ".join(names))
        for name in names:
            self._kept.refuse_name(name)
        snapshot = world.snapshot()
        document = await asyncio.to_thread(encode_snapshot, snapshot)
        for name in names:
            self._kept.keep(name, Kept(snapshot, document))
        return Response(document, media_type=JSON)

    async def list_all(self, _: Request) -> Response:
        """Answer which snapshots are kept."""
        return answer(KeptSnapshotsDocument([_described(name, kept) for name, kept in self._kept]))

    async def list_of_world(self, request: Request) -> Response:
        """Answer which snapshots are kept of a world."""
        world = self._world_of(request)
        listed = [_described(name, kept) for name, kept in self._kept if kept.snapshot.world_id == world.id]
        return answer(KeptSnapshotsDocument(listed))

    async def read(self, request: Request) -> Response:
        """Answer a snapshot that is kept."""
        return Response(self._named(request).document, media_type=JSON)

    async def let_go(self, request: Request) -> Response:
        """Keep a snapshot no longer."""
        self._named(request)
        self._kept.let_go(request.path_params["name"])
        return Response(status_code=204)

    async def restore(self, request: Request) -> Response:
        """Let a world go back to a snapshot of its own."""
        self._world_of(request)
        body = await read_body(request, MOST_SNAPSHOT_BYTES)
        found = await loaded(body, self._snapshots)
        # Asked for again: while the document was on its way the world may have been deleted.
        world = self._world_of(request)
        refusal = world.do(Restore(msgspec.Raw(found.document))).refusal
        if refusal is not None:
            raise Impossible(sentence(refusal.problem))
        response = answer(self._describe(world))
        await asyncio.to_thread(read_ahead, [world])
        return response

    def _named(self, request: Request) -> Kept:
        name = request.path_params["name"]
        kept = self._kept.get(name)
        if kept is None:
            raise UnknownSnapshot(f"No snapshot is kept under the name {name[:100]!r}.")
        return kept


def _described(name: str, kept: Kept) -> KeptSnapshotDocument:
    snapshot = kept.snapshot
    return KeptSnapshotDocument(
        name=name,
        world=snapshot.world_id,
        scenario=snapshot.scenario.name,
        now=instant_text(snapshot.now),
        bytes=len(kept.document),
    )
