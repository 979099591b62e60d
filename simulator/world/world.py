"""A world: one scenario come to life, with an exchange, customers, a clock and a schedule that nobody else shares.

What goes in goes in through one door, and what comes out is one story (`World.do`, `World.listen`).
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec

from simulator import __version__
from simulator.exchange.commands import Command
from simulator.exchange.events import Event
from simulator.world.agenda import Agenda, Heartbeats, HeldOrders, LateAnswers, Source
from simulator.world.clock import REAL_TIME, Clock, ClockError, RealTime
from simulator.world.format.quantities import Unusable
from simulator.world.format.scenario import AnyHappening, Scenario
from simulator.world.handlers import carry_out
from simulator.world.happened import (
    BEGINNING,
    CALLER,
    IMPOSSIBLE,
    ClockMoved,
    Happened,
    Notice,
    Refusal,
    SessionClosed,
    SessionOpened,
    WorldClosed,
    WorldReset,
    WorldRestored,
)
from simulator.world.happenings import verb_of
from simulator.world.inputs import AdvanceClock, EndWorld, Input, MoveToNext, Reset, Restore, SetClock
from simulator.world.participants import participants_of
from simulator.world.parts import Parts, first_instant, subject_of
from simulator.world.recordings import CannotFollow, OpenRecordings, RecordedMessages, follow_nothing
from simulator.world.sessions import Session
from simulator.world.settings import Settings, settings_of
from simulator.world.snapshot import (
    FORMAT,
    Remembered,
    Restoration,
    Snapshot,
    SnapshotError,
    decode_snapshot,
    image_of,
    remembered,
)

Listener = Callable[[Happened], object]

_log: Final = logging.getLogger(__name__)


class World:
    """One isolated universe.

    `do` is the only way to change it: first whatever has fallen due happens, in order of time, each thing at its own
    time; then the input is carried out; then the participants act. Everything that happens is told to the listeners,
    one entry of the story at a time. Given the same scenario, seed, id and inputs at the same times, a world tells the
    same story and is in the same state (`retelling`).

    Who only reads calls `run_due` first. The parts (`exchange`, `accounts`, `sessions`, `catalogue`, `bettune` and so
    on) are for reading and are replaced when the world begins again: keep the world, not its parts.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        world_id: str = "default",
        seed: int = 0,
        real_time: RealTime = REAL_TIME,
        restoration: Restoration | None = None,
        open_recordings: OpenRecordings = follow_nothing,
    ) -> None:
        """Begin as a scenario says, or go on from a snapshot; raise `CannotFollow` and `SnapshotError`."""
        self.id: Final = world_id
        self.scenario: Final = scenario
        self.seed: Final = seed
        self.settings: Final[Settings] = settings_of(scenario)
        self.sequence = 0
        """The number of the last entry of the story."""
        self.has_ended = False
        self._real_time: Final = real_time
        self.open_recordings: Final = open_recordings
        self._listeners: tuple[Listener, ...] = ()
        self._is_telling = False
        self._at_rest: Callable[[], object] | None = None
        self._restoration = restoration
        self._has_left_restoration = False
        self.created_at: Final = restoration.snapshot.created_at if restoration else first_instant(scenario, real_time)
        """When the clock started first, in milliseconds since 1970; after a reset it starts where `Reset` says."""
        if restoration is not None:
            self._go_on_from(restoration)
            return
        self._begin(self.created_at)
        self._let_act(self.created_at)

    @classmethod
    def of_snapshot(
        cls,
        snapshot: Snapshot,
        real_time: RealTime = REAL_TIME,
        open_recordings: OpenRecordings = follow_nothing,
    ) -> "World":
        """Return the world that a snapshot was taken of, as it was; raise `SnapshotError`."""
        return cls(
            snapshot.scenario,
            world_id=snapshot.world_id,
            seed=snapshot.seed,
            real_time=real_time,
            restoration=Restoration.whole(snapshot),
            open_recordings=open_recordings,
        )

    def _begin(self, start: int) -> None:
        """Bring about what the scenario says, at its beginning."""
        parts = Parts(self.scenario, self.settings, self.id, self.seed, start, self._real_time, self.open_recordings)
        self._go_on(Remembered(parts, participants_of(self.scenario, parts)))

    def _go_on_from(self, restoration: Restoration) -> None:
        self.sequence = restoration.snapshot.sequence
        self._go_on_as_remembered(restoration.snapshot, restoration.renamed)
        self.ids.world_id = self.id
        if not restoration.keeps_sessions:
            self.developer_apps.remake_keys()
            tokens = {user.token for user in self.scenario.bettune.users}
            self.bettune.users.remake_tokens(tokens, self.ids.bettune_token)
            for session in list(self.sessions):
                self.sessions.close(session)

    def _go_on_as_remembered(self, snapshot: Snapshot, renamed: Mapping[str, str] | None) -> None:
        remembers = remembered(snapshot, self._real_time, renamed, self.open_recordings)
        try:
            self._go_on(remembers)
        except (AttributeError, TypeError) as error:
            # What a part is to remember it alone knows, and that it does not is seen when it is asked.
            raise SnapshotError(str(error), "image") from None

    def _go_on(self, remembers: Remembered) -> None:
        """Go on with what is remembered, whatever was before."""
        self.parts = remembers.parts
        self.participants = remembers.participants
        self.ids = self.parts.ids
        self.exchange = self.parts.exchange
        self.clock: Clock = self.parts.clock
        self.accounts = self.parts.accounts
        self.developer_apps = self.parts.developer_apps
        self.vendors = self.parts.vendors
        self.sessions = self.parts.sessions
        self.catalogue = self.parts.catalogue
        self.races = self.parts.races
        self.scoreboards = self.parts.scoreboards
        self.starting_price_cache = self.parts.starting_price_cache
        self.delayed_markets = self.parts.delayed_markets
        self.transaction_charges = self.parts.transaction_charges
        self.bettune = self.parts.bettune
        self.bettune_requests = self.parts.bettune_requests
        self.book_requests = self.parts.book_requests
        self.notices = self.parts.notices
        self.faults = self.parts.faults
        self.schedule = self.parts.schedule
        self.agenda = Agenda(
            HeldOrders(self.exchange), Heartbeats(self.exchange), self.schedule, LateAnswers(self.faults)
        )
        if self.transaction_charges.limit is not None:
            self.agenda.add(self.transaction_charges)
        if self.parts.recordings is not None:
            # As in a backtest: what is due at the time of a message meets the book that it leaves.
            self.agenda.add_first(RecordedMessages(self.parts.recordings))

    def snapshot(self) -> Snapshot:
        """Return what the world is now, whole, without what was recorded; what is due by now has happened."""
        now = self.run_due()
        return Snapshot(
            format=FORMAT,
            version=__version__,
            world_id=self.id,
            scenario=self.scenario,
            seed=self.seed,
            created_at=self.created_at,
            sequence=self.sequence,
            now=now,
            rate=self.clock.rate,
            image=msgspec.Raw(image_of(self)),
            digest="",
        ).signed()

    @property
    def restoration(self) -> Restoration | None:
        """Return what it went on from, where it did not begin with its scenario.

        Where it went on from something, that is known only until the beginning is told: it is large, and the journal of
        the world has it. `RuntimeError` afterwards.
        """
        if self._has_left_restoration:
            raise RuntimeError("the beginning of this world was told: what it went on from is known to its journal")
        return self._restoration

    def tell_beginning(self) -> None:
        """Tell the listeners what comes before the story, as its entry 0: the world began as its scenario says."""
        start = self.created_at
        begun: tuple[Event, ...] = (WorldReset(start),)
        if self.restoration is not None:
            snapshot = self.restoration.snapshot
            start = snapshot.now
            begun = (WorldRestored(start, snapshot.sequence), *self._opening_of_sessions())
        self._tell_all(Happened(self.sequence, start, Reset(start), begun, source=BEGINNING))
        if self._restoration is not None:
            self._restoration, self._has_left_restoration = None, True

    # The door

    def do(self, one: Input) -> Happened:
        """Carry out an input now and return what came of it; a refusal is an outcome like any other.

        Raises `RuntimeError` when it is called by a listener: who hears the story does not change it.
        """
        if self._is_telling:
            raise RuntimeError("a listener cannot change the world that it is told about")
        now = self.run_due()
        if self._at_rest is not None:
            call, self._at_rest = self._at_rest, None
            call()
        if self.has_ended:
            return self._tell(now, one, [], Refusal(IMPOSSIBLE, f"the world {self.id!r} has ended"), CALLER)
        if isinstance(one, Command):
            happened = self._carry_out(one, now, CALLER)
            if self.participants:
                self._let_act(now)
            return happened
        whole = _WHOLE_WORLD.get(type(one))
        if whole is not None:
            return whole(self, one, now)
        happened = self._carry_out(one, now, CALLER)
        self._let_act(now)
        # What was added may be due at once; what the exchange is asked leads to nothing in the same millisecond.
        self._run_until(now)
        return happened

    def run_due(self) -> int:
        """Let happen what has fallen due by now, and return the time. Costs next to nothing where nothing has."""
        now, due = self.clock.now(), self.agenda.next_due
        # A listener may ask what time it is, and hears first of what it is told about.
        if due is not None and due <= now and not self._is_telling:
            self._run_until(now)
        return now

    @property
    def next_due(self) -> int | None:
        """Return when something next happens by itself, in milliseconds since 1970, or `None` where nothing will."""
        return None if self.has_ended else self.agenda.next_due

    def real_seconds_to_next_due(self) -> float | None:
        """Return how long one must really wait until something is due, or `None` where no waiting helps."""
        due = self.next_due
        return None if due is None else self.clock.real_seconds_until(due)

    def at_next_rest(self, call: Callable[[], object]) -> None:
        """Call something once, when all that came of earlier inputs has happened: before the next one is carried out.

        A listener may ask for this; what is called only reads.
        """
        self._at_rest = call

    def session(self, token: str) -> Session | None:
        """Return the session of a token if there is one now."""
        return self.sessions.find(token, self.clock.now())

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener the story, one entry at a time, until the function that is returned is called.

        A listener only reads. One that fails is logged and hears no more; the caller whose input was told does not
        notice.
        """
        registered = partial(listener)
        self._listeners = (*self._listeners, registered)

        def stop() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not registered)

        return stop

    # What happens

    def _carry_out(self, one: Input, at: int, source: str) -> Happened:
        events, refusal = carry_out(self.parts, one, at)
        return self._tell(at, one, events, refusal, source)

    def _tell(self, at: int, one: Input, events: Sequence[Event], refusal: Refusal | None, source: str) -> Happened:
        self.sequence += 1
        happened = Happened(self.sequence, at, one, tuple(events), refusal, source)
        if self.transaction_charges.limit is not None:
            self.transaction_charges.hear(happened)
        if self.delayed_markets.watched:
            self.delayed_markets.hear(events, at)
        for participant in self.participants:
            participant.hear(happened)
        if self._listeners:
            self._tell_all(happened)
        return happened

    def _tell_all(self, happened: Happened) -> None:
        self._is_telling = True
        try:
            for listener in self._listeners:
                try:
                    listener(happened)
                except Exception:  # noqa: BLE001, whatever is wrong with a listener is no business of the caller
                    self._tell_no_more(listener, happened)
        finally:
            self._is_telling = False

    def _tell_no_more(self, listener: Listener, happened: Happened) -> None:
        """Drop a listener that is failing."""
        self._listeners = tuple(other for other in self._listeners if other is not listener)
        _log.exception("a listener of world %r failed at entry %d and hears no more", self.id, happened.sequence)

    def _let_act(self, now: int) -> None:
        for participant in self.participants:
            for one in participant.commands(now):
                notice = participant.told(self._carry_out(one, now, participant.name))
                if notice is not None:
                    self.parts.note(notice)

    def _run_until(self, end: int) -> None:
        """Let happen what is due up to a time, in order."""
        while (due := self.agenda.next_due) is not None and due <= end and not self.has_ended:
            self._run(self.agenda.first(due), due)

    def _run(self, source: Source, due: int) -> None:
        for one in source.run(due):
            happened = self._carry_out(one, due, source.name)
            if happened.refusal is not None and isinstance(one, AnyHappening):
                self.parts.note(Notice(due, verb_of(one), *subject_of(one), happened.refusal.text))
        self._let_act(due)

    # Time

    def _move_clock(self, one: Input, now: int) -> Happened:
        """Move the clock on, passing through everything due on the way.

        The entry comes before those of what is passed, because it is why they happen.
        """
        try:
            to = self._destination(one, now)
            self.clock.refuse_past(to, now)
        except ClockError as error:
            return self._tell(now, one, [], Refusal.of(error), CALLER)
        happened = self._tell(now, one, [ClockMoved(now, to)], None, CALLER)
        while (due := self.next_due) is not None and due <= to:
            self.clock.reach(due)
            self._run(self.agenda.first(due), due)
        self.clock.reach(to)
        self._let_act(to)
        return happened

    def _destination(self, one: Input, now: int) -> int:
        if isinstance(one, AdvanceClock):
            if one.milliseconds < 0:
                raise ClockError(f"Time can't go backwards: {one.milliseconds} ms is not an advance.")
            return now + one.milliseconds
        if isinstance(one, SetClock):
            return one.milliseconds
        due = self.next_due
        if due is None:
            raise ClockError("Nothing is due: there is no next time to move to.")
        return max(due, now)

    # The world as a whole

    def _reset(self, one: Input, now: int) -> Happened:
        """Begin again from the scenario, with the same ids. All sessions end, and what was held never happens."""
        assert isinstance(one, Reset)
        start = first_instant(self.scenario, self._real_time) if one.start is None else one.start
        closed = self._closing_of_sessions(now)
        try:
            self._begin(start)
        except (ClockError, Unusable, CannotFollow) as error:
            return self._tell(now, Reset(start), [], Refusal.of(error), CALLER)
        happened = self._tell(now, Reset(start), [*closed, WorldReset(start)], None, CALLER)
        self._let_act(start)
        return happened

    def _restore(self, one: Input, now: int) -> Happened:
        """Go back to a snapshot. The sessions of now end, and those of then are there again."""
        assert isinstance(one, Restore)
        closed = self._closing_of_sessions(now)
        try:
            snapshot = decode_snapshot(one.snapshot)
            if snapshot.scenario != self.scenario or snapshot.seed != self.seed:
                raise SnapshotError(
                    "the snapshot is of another world, and a world goes back to its own only", "scenario"
                )
            before = Remembered(self.parts, self.participants)
            try:
                self._go_on_as_remembered(snapshot, None)
            except SnapshotError:
                self._go_on(before)
                raise
            self.ids.world_id = self.id
        except SnapshotError as error:
            return self._tell(now, one, [], Refusal.of(error), CALLER)
        restored = WorldRestored(snapshot.now, snapshot.sequence)
        return self._tell(now, one, [*closed, restored, *self._opening_of_sessions()], None, CALLER)

    def _end(self, one: Input, now: int) -> Happened:
        self.has_ended = True
        closed = self._closing_of_sessions(now)
        for session in list(self.sessions):
            self.sessions.close(session)
        happened = self._tell(now, one, [*closed, WorldClosed(now)], None, CALLER)
        self._listeners = ()
        for account in self.exchange.accounts.values():
            account.let_go()
        return happened

    def _opening_of_sessions(self) -> list[Event]:
        """Return the events that tell of the sessions that a restored world has."""
        now = self.clock.now()
        return [
            SessionOpened(now, session.token, session.account.username, session.app_key, session.expires_at)
            for session in self.sessions
        ]

    def _closing_of_sessions(self, now: int) -> list[Event]:
        """Return the events that the sessions of now end."""
        return [SessionClosed(now, session.token, session.account.username) for session in self.sessions]


_WHOLE_WORLD: Final[dict[type[Input], Callable[[World, Input, int], Happened]]] = {
    AdvanceClock: World._move_clock,
    SetClock: World._move_clock,
    MoveToNext: World._move_clock,
    Reset: World._reset,
    Restore: World._restore,
    EndWorld: World._end,
}
"""The inputs that concern the world as a whole."""
