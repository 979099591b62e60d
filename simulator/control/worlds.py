"""Worlds: made, listed, read, reset and deleted."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from simulator.control.beginnings import FORK, MOST_SNAPSHOT_BYTES, Fork, beginnings
from simulator.control.bodies import loaded, read_body, shown
from simulator.control.collection import full_collections_put_off
from simulator.control.kept_snapshots import Kept, KeptSnapshots
from simulator.control.performing import performed, sentence
from simulator.control.problems import Impossible, UnknownWorld, WrongDocument
from simulator.control.resources import answer
from simulator.control.schema import (
    AccountDocument,
    BetfairDocument,
    BetTuneDocument,
    HttpAddress,
    NoticeDocument,
    StateHash,
    StreamAddress,
    TokenDocument,
    WorldDocument,
    WorldsDocument,
    instant_text,
)
from simulator.exchange.money import HUNDREDTHS
from simulator.reading_recordings import RecordingReader, read_ahead
from simulator.world.format.document import read_document
from simulator.world.format.scenario import Scenario
from simulator.world.inputs import Reset
from simulator.world.recordings import CannotFollow
from simulator.world.snapshot import SnapshotError
from simulator.world.state_hash import state_hash
from simulator.world.trial import tried
from simulator.world.world import World
from simulator.world.worlds import DEFAULT, TooManyWorlds, Worlds
from simulator.world.worlds import UnknownWorld as NoSuchWorld


class Addresses(msgspec.Struct, frozen=True):
    """Where the server can be reached: a URL without a path, and the stream where there is one."""

    http_url: str
    stream: StreamAddress | None = None


class WorldHandlers:
    """Everything under `/control/v1/worlds` that concerns a world as a whole. New worlds have the `seed`."""

    def __init__(
        self, worlds: Worlds, addresses: Addresses, seed: int, kept: KeptSnapshots, recordings: RecordingReader
    ) -> None:
        self._worlds: Final = worlds
        self._addresses: Final = addresses
        self._seed: Final = seed
        self._kept: Final = kept
        self._creating: Final = asyncio.Lock()
        self._beginning_of: Final = beginnings(kept, seed, recordings)

    def world_of(self, request: Request) -> World:
        """Return the world that the address names, with everything due in it done; raise `UnknownWorld`."""
        try:
            world = self._worlds.get(request.path_params["world"])
        except NoSuchWorld as error:
            raise UnknownWorld(str(error)) from None
        world.run_due()
        return world

    async def list_all(self, request: Request) -> Response:
        """Answer all worlds."""
        return answer(WorldsDocument([self.describe(world) for world in self._worlds]))

    async def create(self, request: Request) -> Response:
        """Make a world of what was sent or named: a scenario, a snapshot, or another world."""
        body = await read_body(request, MOST_SNAPSHOT_BYTES)
        with full_collections_put_off():
            beginning = await loaded(body, self._beginning_of)
            async with self._creating:
                # The credentials that are free stay so until the world has taken them: others wait with theirs.
                try:
                    world = await asyncio.to_thread(self._prepare(beginning))
                except TooManyWorlds as error:
                    raise Impossible(
                        f"{sentence(str(error))} DELETE ends one, and with --most-worlds a server has more."
                    ) from None
                except CannotFollow as error:
                    raise Impossible(str(error)) from None
                except SnapshotError as error:
                    raise Impossible(f"No second world can go on from this snapshot: {error}.") from None
                self._worlds.take_in(world)
        return answer(self.describe(world), 201, {"Location": f"/control/v1/worlds/{world.id}"})

    def _prepare(self, beginning: Scenario | Kept | Fork) -> Callable[[], World]:
        """Return what makes a world in another thread."""
        if isinstance(beginning, Fork):
            try:
                original = self._worlds.get(beginning.world_id)
            except NoSuchWorld as error:
                raise WrongDocument(str(error), f"$.{FORK}", shown(beginning.world_id)) from None
            return partial(_gone_on, self._worlds.prepare_restored(original.snapshot(), is_fork=True))
        if isinstance(beginning, Kept):
            return partial(_gone_on, self._worlds.prepare_restored(beginning.snapshot))
        return self._worlds.prepare(beginning, seed=self._seed)

    async def read(self, request: Request) -> Response:
        """Answer one world."""
        return answer(self.describe(self.world_of(request)))

    async def delete(self, request: Request) -> Response:
        """End a world."""
        world = self.world_of(request)
        if world.id == DEFAULT:
            raise Impossible("The default world stays as long as the server does; it can be reset.")
        self._worlds.delete(world.id)
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        """Let a world begin again."""
        world = self.world_of(request)
        await loaded(await read_body(request), refuse_content)
        # Asked for again: while the document was on its way the world may have been deleted.
        world = self.world_of(request)
        performed(world, Reset())
        return answer(self.describe(world))

    async def state_hash(self, request: Request) -> Response:
        """Answer the digest of a world's state."""
        return answer(StateHash(state_hash(self.world_of(request))))

    def describe(self, world: World) -> WorldDocument:
        """Return what is said of a world."""
        # What has fallen due is done first, so that a list of worlds shows all of them as they are now.
        now = world.run_due()
        ledger = world.exchange.ledger
        accounts = [
            AccountDocument(
                username=account.username,
                password=account.password,
                app_key=account.app_key,
                delayed_app_key=account.delayed_app_key,
                currency=account.currency,
                balance=ledger.balance_of(account.username) / HUNDREDTHS,
            )
            for account in world.accounts.by_username.values()
        ]
        tokens = [
            TokenDocument(user.token, user.name, user.plan, user.is_revoked)
            for user in world.bettune.users.by_token.values()
        ]
        notices = [
            NoticeDocument(instant_text(notice.at), notice.verb, notice.market_id, notice.match_id, notice.problem)
            for notice in world.notices
        ]
        return WorldDocument(
            id=world.id,
            scenario=world.scenario.name,
            now=instant_text(now),
            betfair=BetfairDocument(accounts),
            bettune=BetTuneDocument(tokens),
            stream=self._addresses.stream,
            http=HttpAddress(self._addresses.http_url),
            notices=notices,
        )


def _gone_on(make: Callable[[], World]) -> World:
    """Make a world that goes on from a snapshot, with its recordings read as far as what they tell next."""
    world = tried(make)
    read_ahead([world])
    return world


def refuse_content(text: bytes, name: str) -> None:
    """Raise `WrongDocument` unless a document is empty or an empty mapping: there is nothing to be said here."""
    content: Any = read_document(text, name).data
    if content not in (None, {}):
        raise WrongDocument("Nothing can be said here: send no document, or an empty one.")
