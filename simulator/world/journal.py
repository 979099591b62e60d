"""The story of a world written down: requests, inputs, events and refusals in one numbered order, to be read later.

A journal in memory is bounded: of a long story it keeps the latest part, and says how much it has let go. What has to
be told again to come to the present state it always has: from the beginning of the world, or from a snapshot that was
taken on the way (`Journal.story`).
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct

from simulator.exchange.commands import Command
from simulator.exchange.events import Event, MarketEvent, accounts_of
from simulator.world.happened import Happened
from simulator.world.inputs import Input, Restore
from simulator.world.retelling import Beginning, Told, is_to_be_told
from simulator.world.snapshot import decode_snapshot
from simulator.world.world import World

MOST_ENTRIES: Final = 50_000
"""How many entries a journal in memory keeps at least, where there were so many; it lets go of them by halves."""
MOST_INPUTS: Final = 50_000
"""After how many inputs a journal in memory begins again with a snapshot.

In a world with more bets than that, after as many as there are bets: so an input costs the same share of a snapshot
however much has happened, and what is to be told again is no more than what a world remembers itself.
"""

REQUEST, INPUT, EVENT, REFUSAL = "request", "input", "event", "refusal"
KINDS: Final = (REQUEST, INPUT, EVENT, REFUSAL)

SECRETS: Final = frozenset(
    {"password", "two_step_code", "token", "authorisation_code", "refresh_token", "session_token"}
)
"""The members of inputs and events that a reader of the journal does not get."""
HIDDEN: Final = "hidden"
ACCOUNTS: Final = frozenset({"account", "username", "vendor"})
"""The members of inputs that name accounts."""


class Request(Struct, frozen=True, gc=False):
    """A request that a face has answered: which operation, of whom, and what came of it.

    `outcome` is SUCCESS or the code that the caller got, `problem` the sentence that explains it to the tester. What
    is not known is empty.
    """

    operation: str
    account: str
    outcome: str
    problem: str = ""
    request_uuid: str = ""


class Entry(Struct, frozen=True):
    """One entry of a journal. `at` is in milliseconds since 1970.

    `name` is the operation of a request, the tag of an input, the name of an event or the code of a refusal. `content`
    is everything that the input or event says, but for secrets.
    """

    number: int
    at: int
    kind: str
    name: str
    accounts: tuple[str, ...]
    market_id: str | None
    content: dict[str, Any]


class Wanted(Struct, frozen=True):
    """Which entries a reader wants; what is `None` does not matter.

    An operation is that of a request, or the name of the input that it came to.
    """

    kind: str | None = None
    operation: str | None = None
    account: str | None = None
    market_id: str | None = None
    event: str | None = None

    def takes(self, entry: Entry) -> bool:
        """Return whether an entry is wanted."""
        return (
            self.kind in (None, entry.kind)
            and (self.operation is None or (entry.kind in (REQUEST, INPUT) and entry.name == self.operation))
            and (self.account is None or self.account in entry.accounts)
            and self.market_id in (None, entry.market_id)
            and (self.event is None or (entry.kind == EVENT and entry.name == self.event))
        )


class Page(NamedTuple):
    """Entries, and the number of the last entry that was looked at: the next page begins after it."""

    entries: list[Entry]
    last_number: int


_NO_SNAPSHOT: Final = msgspec.Raw(b"null")
"""What stands in the journal for the document to which a world went back."""


class _Noted(Struct, frozen=True, gc=False):
    """A request that was answered at a time."""

    at: int
    request: Request


class Journal:
    """The journal of one world, from now on."""

    def __init__(self, world: World) -> None:
        self._world: Final = world
        self._kept: list[Happened | _Noted] = []
        self._first_numbers: list[int] = []
        """For each of those the number of its first entry."""
        self.last_number = 0
        self.dropped = 0
        """How many entries are no longer kept."""
        self._beginning = Beginning.of(world)
        self._told: list[Told] = []
        self._listeners: tuple[Callable[[], None], ...] = ()
        world.listen(self._hear)

    def note(self, request: Request) -> None:
        """Write down a request that was answered."""
        self._keep(_Noted(self._world.clock.now(), request), 1)
        self._begin_again_where_long()

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call a listener after every new entry, until the function that is returned is called."""
        self._listeners = (*self._listeners, listener)

        def stop() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return stop

    def read(self, wanted: Wanted, after: int, limit: int) -> Page:
        """Return at most `limit` wanted entries that come after a number, in order."""
        found: list[Entry] = []
        last = max(after, self.dropped)
        for place in range(max(0, bisect_right(self._first_numbers, after) - 1), len(self._kept)):
            for entry in entries_of(self._first_numbers[place], self._kept[place]):
                if entry.number <= after:
                    continue
                last = entry.number
                if wanted.takes(entry):
                    found.append(entry)
                    if len(found) == limit:
                        return Page(found, last)
        return Page(found, last)

    def story(self) -> tuple[Beginning, list[Told]]:
        """Return what leads to the present state when it is told: what to begin with, and the inputs since."""
        return self._beginning, list(self._told)

    def _hear(self, happened: Happened) -> None:
        if isinstance(happened.input, Restore):
            happened = self._begin_again_with(happened, happened.input)
        elif is_to_be_told(happened):
            self._told.append(Told(happened.at, happened.input))
            if self._is_long():
                self._world.at_next_rest(self._begin_again_where_long)
        self._keep(happened, 1 + len(happened.events) + (happened.refusal is not None))

    def _begin_again_with(self, happened: Happened, restore: Restore) -> Happened:
        """Let the snapshot to which the world went back stand for what has been told, and return the entry without it.

        One that was refused changed nothing, and need not be told again.
        """
        if happened.refusal is None:
            snapshot = msgspec.structs.replace(decode_snapshot(restore.snapshot), sequence=happened.sequence)
            self._beginning = self._beginning.with_snapshot(snapshot.signed())
            self._told = []
        return msgspec.structs.replace(happened, input=Restore(_NO_SNAPSHOT))

    def _keep(self, one: Happened | _Noted, entries: int) -> None:
        self._kept.append(one)
        self._first_numbers.append(self.last_number + 1)
        self.last_number += entries
        if self.last_number - self.dropped > 2 * MOST_ENTRIES:
            place = bisect_right(self._first_numbers, self.last_number - MOST_ENTRIES) - 1
            del self._kept[:place], self._first_numbers[:place]
            self.dropped = self._first_numbers[0] - 1
        for listener in self._listeners:
            listener()

    def _is_long(self) -> bool:
        told = len(self._told)
        return told > MOST_INPUTS and told > len(self._world.exchange.remembered.orders)

    def _begin_again_where_long(self) -> None:
        """Let a snapshot stand for what has been told so far, once that is much; to be called where nothing is due."""
        if self._is_long() and not self._world.has_ended:
            self._beginning = self._beginning.with_snapshot(self._world.snapshot())
            self._told = []


def entries_of(number: int, one: Happened | _Noted) -> Iterator[Entry]:
    """Yield the entries that something comes to, the first of them with this number."""
    if isinstance(one, _Noted):
        request = one.request
        who = (request.account,) if request.account else ()
        content = msgspec.structs.asdict(request)
        yield Entry(number, one.at, REQUEST, request.operation, who, None, content)
        return
    name, accounts, market_id = name_of(one.input), accounts_of_input(one.input), market_of_input(one.input)
    content = {"source": one.source, "sequence": one.sequence, **_content(one.input)}
    yield Entry(number, one.at, INPUT, name, accounts, market_id, content)
    for place, event in enumerate(one.events, start=number + 1):
        yield _entry_of_event(place, event)
    if one.refusal is not None:
        number += len(one.events) + 1
        content = msgspec.to_builtins(one.refusal)
        yield Entry(number, one.at, REFUSAL, one.refusal.code, accounts, market_id, content)


def name_of(one: Input | Event) -> str:
    """Return the tag by which an input or an event is known where it is written."""
    tag = type(one).__struct_config__.tag
    return str(tag)


def _entry_of_event(number: int, event: Event) -> Entry:
    market_id = event.market_id if isinstance(event, MarketEvent) else None
    accounts = tuple(dict.fromkeys(_accounts_of_event(event)))
    return Entry(number, event.at, EVENT, name_of(event), accounts, market_id, _content(event))


def _accounts_of_event(event: Event) -> tuple[str, ...]:
    # Those of the exchange call an account by that name, and those of the world by its username.
    if not {"vendor", "username"} & set(event.__struct_fields__):
        return accounts_of(event)
    said = msgspec.structs.asdict(event)
    return tuple(said[name] for name in ("vendor", "username") if name in said)


def _content(one: Struct) -> dict[str, Any]:
    # A snapshot to which a world went back is a document of its own, and no part of the journal.
    left_out = (msgspec.Raw, msgspec.UnsetType)
    shown = {name: value for name, value in msgspec.structs.asdict(one).items() if not isinstance(value, left_out)}
    content: dict[str, Any] = msgspec.to_builtins(shown)
    return {name: HIDDEN if name in SECRETS and value is not None else value for name, value in content.items()}


def accounts_of_input(one: Input) -> tuple[str, ...]:
    """Return the accounts that an input names, if it names any."""
    kind = type(one)
    names = _ACCOUNT_MEMBERS.get(kind)
    if names is None:
        names = _ACCOUNT_MEMBERS[kind] = tuple(name for name in kind.__struct_fields__ if name in ACCOUNTS)
    return tuple([str(getattr(one, name)) for name in names])


_ACCOUNT_MEMBERS: Final[dict[type, tuple[str, ...]]] = {}


def market_of_input(one: Input) -> str | None:
    """Return the market that an input names, if it names one."""
    value = getattr(one, "market_id" if isinstance(one, Command) else "market", None)
    return None if value is None else str(value)
