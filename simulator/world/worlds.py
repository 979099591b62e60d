"""The worlds of one server, and how callers reach theirs: by who they are."""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Final

import msgspec

from simulator.exchange.events import Event
from simulator.world.clock import REAL_TIME, RealTime
from simulator.world.format.scenario import AccountEntry, BetTuneUser, Scenario
from simulator.world.happened import (
    DeveloperAppCreated,
    Happened,
    SessionClosed,
    SessionOpened,
    TokenMade,
    WorldReset,
    WorldRestored,
)
from simulator.world.ids import Ids
from simulator.world.inputs import (
    ClearFaults,
    CreateDeveloperApp,
    EndWorld,
    Input,
    LogIn,
    LogOut,
    MeetFaults,
    OpenVendorSession,
    OrderFaults,
    RegenerateToken,
    Reset,
    Restore,
    RevokeVendor,
)
from simulator.world.journal import Journal, Request
from simulator.world.recordings import OpenRecordings, follow_nothing
from simulator.world.snapshot import Restoration, Snapshot
from simulator.world.world import World

DEFAULT: Final = "default"
"""The id of the world that is there from the start."""

StoryListener = Callable[[World, Happened], object]

_INPUTS_ABOUT_CREDENTIALS: Final[frozenset[type[Input]]] = frozenset(
    {
        LogIn,
        LogOut,
        OpenVendorSession,
        RevokeVendor,
        CreateDeveloperApp,
        RegenerateToken,
        MeetFaults,
        Reset,
        Restore,
        EndWorld,
    }
)
_INPUTS_ABOUT_FAULTS: Final[frozenset[type[Input]]] = frozenset(
    {OrderFaults, ClearFaults, MeetFaults, Reset, Restore, EndWorld}
)


_INPUTS_THAT_BREAK_OFF: Final[frozenset[type[Input]]] = frozenset({Reset, Restore, EndWorld})

MOST_WORLDS: Final = 1_000
"""How many worlds a server has at the most unless it is told otherwise, the default world among them."""


class UnknownWorld(LookupError):
    """There is no world of that id."""


class TooManyWorlds(Exception):
    """There are as many worlds as there may be; the sentence says how many."""


class Worlds:
    """All worlds of a server.

    Session tokens, app keys, usernames and BetTune tokens are unique on a server, so each leads to its world in one
    look-up and clients need say nothing else. A scenario's credentials stay as they are written while they are free;
    one that another world holds gets the first free suffix (`alice-2`). Read them from the world's `accounts`.
    """

    def __init__(
        self,
        *,
        real_time: RealTime = REAL_TIME,
        certificates: Mapping[str, str] = MappingProxyType({}),
        most: int | None = None,
        open_recordings: OpenRecordings = follow_nothing,
    ) -> None:
        """Begin without any world. `certificates` are, by username, what every account of that name has registered.

        They are fingerprints or texts in PEM, and the name is the one that the scenario has, whatever suffix it gets.
        No more worlds are made than `most`, where that is given; those that are brought back are there anyway.
        `open_recordings` opens the recordings that worlds follow.
        """
        self._most: Final = most
        self.open_recordings: Final = open_recordings
        self._real_time: Final = real_time
        self._certificates: Final = certificates
        self._listeners: Final[list[StoryListener]] = []
        self._at_break: Final[list[Callable[[World], object]]] = []
        self._by_id: Final[dict[str, World]] = {}
        self._journals: Final[dict[str, Journal]] = {}
        self._by_session: Final[dict[str, World]] = {}
        self._by_username: Final = _Holders()
        self._by_app_key: Final = _Holders()
        self._by_bettune_token: Final = _Holders()
        self.faulty: Final[set[World]] = set()
        """The worlds in which something is to go wrong: none where nobody has ordered faults."""
        self._created = 0

    def __iter__(self) -> Iterator[World]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def listen(self, listener: StoryListener) -> None:
        """Tell a listener the stories of all worlds, of those that are made later too, each entry with its world.

        Of a world that is made later the listener hears first its entry 0, the beginning.
        """
        self._listeners.append(listener)
        for world in self:
            self._let_listen(world, listener)

    def at_break(self, call: Callable[[World], object]) -> None:
        """Call something with every world whose story breaks off: it begins or begins again, goes back, or ends.

        That costs nothing while a story goes on. What is called only reads.
        """
        self._at_break.append(call)

    @property
    def default(self) -> World:
        """Return the first world that was created, where nobody is who selects another; raises `UnknownWorld`."""
        return self.get(DEFAULT)

    def create(self, scenario: Scenario, *, seed: int = 0) -> World:
        """Create a world of a scenario. The first one is the default world. Raises `TooManyWorlds`."""
        world = self.prepare(scenario, seed=seed)()
        self.take_in(world)
        return world

    def prepare(self, scenario: Scenario, *, seed: int = 0) -> Callable[[], World]:
        """Return what makes a world of a scenario and touches nothing else, so that another thread may call it.

        The world has credentials that are free now: no other is to be taken in before it. Raises `TooManyWorlds`. What
        is returned raises `CannotFollow` where recordings cannot be followed.
        """
        world_id = self._next_id()
        own = self._with_free_credentials(scenario, Ids(seed))
        return partial(
            World,
            own,
            world_id=world_id,
            seed=seed,
            real_time=self._real_time,
            open_recordings=self.open_recordings,
        )

    def prepare_restored(self, snapshot: Snapshot, *, is_fork: bool = False) -> Callable[[], World]:
        """Return what makes a world that goes on from a snapshot, as `prepare` does for a scenario.

        Credentials that another world holds get a suffix. Sessions go on where their tokens are free on this server; a
        fork has none. What is returned raises `SnapshotError`. Raises `TooManyWorlds`.
        """
        world_id = self._next_id()
        own = self._with_free_credentials(snapshot.scenario, Ids(snapshot.seed))
        renamed = _differences(snapshot.scenario, own)
        restoration = Restoration(snapshot, renamed, keeps_sessions=not is_fork and not renamed)
        return partial(
            World,
            own,
            world_id=world_id,
            seed=snapshot.seed,
            real_time=self._real_time,
            restoration=restoration,
            open_recordings=self.open_recordings,
        )

    def _next_id(self) -> str:
        if self._most is not None and len(self) >= self._most:
            raise TooManyWorlds(f"there are {len(self)} worlds, and this server has {self._most} at the most")
        self._created += 1
        return DEFAULT if self._created == 1 else f"world-{self._created}"

    def reserve_ids(self, ids: Iterable[str]) -> None:
        """Give no world that is made later one of these ids: other worlds had them."""
        numbers = [1 if world_id == DEFAULT else int(world_id.rpartition("-")[2]) for world_id in ids]
        self._created = max(self._created, *numbers, 0)

    def bring_back(self, snapshot: Snapshot) -> World:
        """Take in the world of a snapshot that was here before, under its own id; raise `SnapshotError`."""
        world = World.of_snapshot(snapshot, self._real_time, self.open_recordings)
        self.take_in(world)
        return world

    def take_in(self, world: World) -> None:
        """Let callers reach a world that was prepared here, and listeners hear its story."""
        self._by_id[world.id] = world
        self._by_username.add(world, world.accounts.by_username)
        self._by_app_key.add(world, world.developer_apps.by_key)
        self._by_bettune_token.add(world, (user.token for user in world.scenario.bettune.users))
        self._journals[world.id] = Journal(world)
        for listener in (self._hear, *self._listeners):
            self._let_listen(world, listener)
        world.tell_beginning()

    def delete(self, world_id: str) -> None:
        """End a world and all its sessions; its credentials are free again. Raises `UnknownWorld`."""
        world = self.get(world_id)
        world.do(EndWorld())
        del self._by_id[world_id], self._journals[world_id]
        for holders in (self._by_username, self._by_app_key, self._by_bettune_token):
            holders.put(world, ())

    def get(self, world_id: str) -> World:
        """Return the world of an id; raises `UnknownWorld`."""
        world = self._by_id.get(world_id)
        if world is None:
            raise UnknownWorld(f"There is no world {world_id[:80]!r}.")
        return world

    def journal(self, world_id: str) -> Journal:
        """Return the journal of the world of an id; raises `UnknownWorld`."""
        return self._journals[self.get(world_id).id]

    def note(self, world: World | None, request: Request) -> None:
        """Write down a request that was answered in the journal of its world, of the default world for `None`.

        A world that has been deleted meanwhile has no journal, and a server without worlds has none at all.
        """
        journal = self._journals.get(DEFAULT if world is None else world.id)
        if journal is not None:
            journal.note(request)

    def by_session(self, token: str) -> World | None:
        """Return the world a session is or was just now in; ask that world whether the session still lasts."""
        return self._by_session.get(token)

    def by_app_key(self, app_key: str) -> World | None:
        """Return the world of an app key, live or delayed."""
        return self._by_app_key.get(app_key)

    def by_username(self, username: str) -> World | None:
        """Return the world of a customer, for logins whose app key says nothing."""
        return self._by_username.get(username)

    def by_bettune_token(self, token: str) -> World | None:
        """Return the world of a BetTune token."""
        return self._by_bettune_token.get(token)

    def _let_listen(self, world: World, listener: StoryListener) -> None:
        world.listen(partial(listener, world))

    def _hear(self, world: World, happened: Happened) -> None:
        """Know which world a session token or a token of BetTune leads to, and in which worlds faults are to happen."""
        kind = type(happened.input)
        if kind in _INPUTS_ABOUT_FAULTS:
            self.faulty.discard(world)
            if world.faults.pending and not world.has_ended:
                self.faulty.add(world)
        if kind not in _INPUTS_ABOUT_CREDENTIALS:
            return
        for event in happened.events:
            self._note_credentials(world, event)
        if kind in _INPUTS_THAT_BREAK_OFF and happened.refusal is None:
            for call in self._at_break:
                call(world)

    def _note_credentials(self, world: World, event: Event) -> None:
        if isinstance(event, SessionOpened):
            self._by_session[event.token] = world
        elif isinstance(event, SessionClosed):
            self._by_session.pop(event.token, None)
        elif isinstance(event, TokenMade):
            self._by_bettune_token.add(world, (event.token,))
        elif isinstance(event, DeveloperAppCreated):
            self._by_app_key.add(world, (event.live_key, event.delayed_key))
        elif isinstance(event, WorldReset | WorldRestored):
            self._by_bettune_token.put(world, world.bettune.users.by_token)
            self._by_app_key.put(world, world.developer_apps.by_key)

    def _made_for(self, username: str) -> tuple[str, ...]:
        certificate = self._certificates.get(username)
        return () if certificate is None else (certificate,)

    def _with_free_credentials(self, scenario: Scenario, ids: Ids) -> Scenario:
        usernames, app_keys = _Names(self._by_username), _Names(self._by_app_key)
        tokens = _Names(self._by_bettune_token)
        # What is written comes before what is made free, or else the suffix of one could be the name of another.
        for account in scenario.accounts:
            usernames.reserve(account.username)
            app_keys.reserve(account.app_key)
            app_keys.reserve(account.delayed_app_key)
        for user in scenario.bettune.users:
            tokens.reserve(user.token)

        def own_account(account: AccountEntry) -> AccountEntry:
            username = usernames.free(account.username)
            return msgspec.structs.replace(
                account,
                username=username,
                certificates=account.certificates + self._made_for(account.username),
                app_key=app_keys.free(account.app_key or ids.app_key(username, "live")),
                delayed_app_key=app_keys.free(account.delayed_app_key or ids.app_key(username, "delayed")),
            )

        accounts = tuple(own_account(account) for account in scenario.accounts)
        own_names = {account.username: own.username for account, own in zip(scenario.accounts, accounts, strict=True)}
        accounts = tuple(_with_affiliates(account, own_names) for account in accounts)

        def own_user(user: BetTuneUser) -> BetTuneUser:
            # A user without a name goes by the token that is written, which filters may name.
            return msgspec.structs.replace(
                user,
                token=tokens.free(user.token),
                user=user.user or user.token,
                account=None if user.account is None else own_names[user.account],
            )

        bettune = msgspec.structs.replace(
            scenario.bettune, users=tuple(own_user(user) for user in scenario.bettune.users)
        )
        return msgspec.structs.replace(scenario, accounts=accounts, bettune=bettune)


class _Holders:
    """Which world has a name, and which names a world has: what one does costs no more where there are many."""

    def __init__(self) -> None:
        self._by_name: Final[dict[str, World]] = {}
        self._names: Final[dict[str, set[str]]] = {}
        """By the id of the world."""

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def get(self, name: str) -> World | None:
        """Return the world that has a name."""
        return self._by_name.get(name)

    def add(self, world: World, names: Iterable[str]) -> None:
        """Give a world more names."""
        own = self._names.setdefault(world.id, set())
        for name in names:
            own.add(name)
            self._by_name[name] = world

    def put(self, world: World, names: Collection[str]) -> None:
        """Give a world these names and no others."""
        for name in self._names.pop(world.id, ()):
            if self._by_name.get(name) is world:
                del self._by_name[name]
        if names:
            self.add(world, names)


def _with_affiliates(account: AccountEntry, own_names: Mapping[str, str]) -> AccountEntry:
    """Return an account whose vendor's customers are called as they are in this world."""
    if account.vendor is None:
        return account
    names = tuple(own_names[username] for username in account.vendor.affiliates)
    return msgspec.structs.replace(account, vendor=msgspec.structs.replace(account.vendor, affiliates=names))


def _differences(written: Scenario, own: Scenario) -> dict[str, str]:
    """Return which names of a scenario another one has instead."""
    pairs = [
        pair
        for was, is_now in zip(written.accounts, own.accounts, strict=True)
        for pair in (
            (was.username, is_now.username),
            (was.app_key, is_now.app_key),
            (was.delayed_app_key, is_now.delayed_app_key),
        )
    ]
    pairs += [(was.token, is_now.token) for was, is_now in zip(written.bettune.users, own.bettune.users, strict=True)]
    return {was: is_now for was, is_now in pairs if was and is_now and was != is_now}


class _Names:
    """Finds names that no other world holds and that no two of one scenario share."""

    def __init__(self, held: Container[str]) -> None:
        self._held: Final = held
        self._written: Final[set[str]] = set()
        self._given: Final[set[str]] = set()

    def reserve(self, name: str | None) -> None:
        """Note a name that the scenario writes: no suffix may lead to it."""
        if name is not None:
            self._written.add(name)

    def free(self, name: str) -> str:
        """Return the name if it is free, and else with the first suffix that makes it so."""
        candidate, number = name, 1
        while candidate in self._held or candidate in self._given or (number > 1 and candidate in self._written):
            number += 1
            candidate = f"{name}-{number}"
        self._given.add(candidate)
        return candidate
