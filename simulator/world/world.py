"""A world: one scenario come to life, with an exchange, customers, a clock and a schedule that nobody else shares."""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from simulator.exchange.commands import Command, Tick
from simulator.exchange.events import Event, TicketResolved
from simulator.exchange.exchange import Exchange
from simulator.exchange.refusals import Impossible, Refused
from simulator.world.accounts import Accounts
from simulator.world.bettune.autopilot import AUTOPILOT, Autopilot
from simulator.world.bettune.bettune import BetTune, Prediction, Score
from simulator.world.bettune.football import settlement
from simulator.world.bettune.rate_limits import RateLimit, RateLimiter
from simulator.world.catalogue import Catalogue
from simulator.world.clock import REAL_TIME, Clock, ClockError, RealTime
from simulator.world.format.quantities import instant_of, moment_of
from simulator.world.format.scenario import Additions, AnyHappening, EventEntry, Finish, MarketHappening, Scenario
from simulator.world.happenings import (
    HappeningRefused,
    MatchFinished,
    PredictionDeleted,
    PredictionPut,
    Schedule,
    WorldReset,
    commands_of,
    verb_of,
)
from simulator.world.ids import Ids
from simulator.world.scenario_commands import account_command, customer_of, liquidity_account, market_commands
from simulator.world.sessions import LoginOutcome, Session, Sessions
from simulator.world.settings import settings_of
from simulator.world.starting_price_cache import StartingPriceCache
from simulator.world.state_hash import state_hash


class Resolution(Struct, frozen=True):
    """What became of a request that was held: the events of its orders, and last their fates."""

    events: tuple[Event, ...]
    resolved: TicketResolved


class Finished(Struct, frozen=True):
    """What the end of a match came to: the markets that it settled, and those it did not, with the reason."""

    settled: tuple[str, ...]
    left_alone: tuple[tuple[str, str], ...]


Listener = Callable[[tuple[Event, ...]], None]
ResolutionCallback = Callable[[Resolution | None], None]


class Hooks(Struct, frozen=True, kw_only=True):
    """Whom a world tells what its registry must know: sessions by token, and that the next due time has changed."""

    session_opened: Callable[[str], object] | None = None
    session_closed: Callable[[str], object] | None = None
    due_changed: Callable[[], object] | None = None


NO_HOOKS: Final = Hooks()


class World:
    """One isolated universe.

    Everything that changes the exchange goes through `apply` or `perform`; both first let happen whatever has fallen
    due, in order of time, each thing at its own time. Held orders come before scheduled happenings of the same
    millisecond, because whoever sent them was earlier. Somebody who only reads calls `run_due` first.

    `exchange`, `accounts`, `sessions`, `catalogue`, `starting_price_cache`, `bettune`, `clock` and `ids` are replaced
    by `reset`: keep the world, not its parts.
    """

    exchange: Exchange
    clock: Clock
    ids: Ids
    accounts: Accounts
    sessions: Sessions
    catalogue: Catalogue
    starting_price_cache: StartingPriceCache
    schedule: Schedule
    bettune: BetTune
    autopilot: Autopilot | None
    """BetTune's own betting, where the scenario switches it on."""
    bettune_requests: RateLimiter
    notices: list[HappeningRefused]
    """What the schedule and the autopilot could not do."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        world_id: str = "default",
        seed: int = 0,
        real_time: RealTime = REAL_TIME,
        hooks: Hooks = NO_HOOKS,
    ) -> None:
        self.id: Final = world_id
        self.scenario: Final = scenario
        self.seed: Final = seed
        self.settings: Final = settings_of(scenario)
        self._real_time: Final = real_time
        self._hooks: Final = hooks
        self._listeners: tuple[Listener, ...] = ()
        self._waiting: dict[int, ResolutionCallback] = {}
        self._announced_due: int | None = None
        self._begin()

    def _begin(self) -> None:
        """Bring about what the scenario says.

        A clock that starts at the real time starts at the real time of now, also after a reset. Relative times then
        count from its last whole second, because the exchange's own times are whole seconds.
        """
        real = self.scenario.clock.now == "real"
        start = self._real_time.wall_milliseconds() if real else instant_of(self.scenario.clock.now)
        self.clock = Clock(start, float(self.scenario.clock.rate), self._real_time.seconds)
        self.ids = Ids(self.seed)
        self.accounts = Accounts()
        self.sessions = Sessions(
            self.accounts,
            self.ids,
            self.settings.session_timeout_milliseconds,
            opened=self._hooks.session_opened,
            closed=self._hooks.session_closed,
        )
        self.exchange = Exchange(self.settings.rules)
        self.catalogue = Catalogue()
        self.starting_price_cache = StartingPriceCache(self.settings.starting_price_refresh_milliseconds)
        self.schedule = Schedule()
        self.notices = []
        self.exchange.apply(liquidity_account(), start)
        for entry in self.scenario.accounts:
            customer = customer_of(entry, self.ids)
            self.accounts.add(customer)
            self.exchange.apply(account_command(customer), start)
        origin = start - start % 1000 if real else start
        bettune = self.scenario.bettune
        self.bettune = BetTune(bettune, self.scenario.events, origin, start)
        limit = bettune.rate_limit
        self.bettune_requests = RateLimiter(None if limit is None else RateLimit(limit.requests, limit.window_seconds))
        self.autopilot = Autopilot(self.bettune, self.exchange, self.catalogue) if bettune.autopilot else None
        self._add(self.scenario.events, self.scenario.schedule, origin, start)
        self._run_autopilot(start)
        self._announce_due()

    def _add(
        self, events: Iterable[EventEntry], happenings: Iterable[AnyHappening], origin: int, now: int
    ) -> tuple[Event, ...]:
        """Add what the checks have let through. What was due before now is due now."""
        happened: list[Event] = []
        for event in events:
            self.catalogue.add_event(event, origin)
            for market in event.markets:
                for command in market_commands(market):
                    happened.extend(self.exchange.apply(command, now))
        for happening in happenings:
            due_at = now if happening.at is None else moment_of(happening.at, origin)
            self.schedule.add(max(due_at, now), happening)
        return tuple(happened)

    # What happens

    def apply(self, command: Command) -> tuple[Event, ...]:
        """Carry out a command now and return what happened; raises what `Exchange.apply` raises."""
        now = self.run_due()
        events = self.exchange.apply(command, now)
        self._publish(events)
        self._run_autopilot(now)
        return events

    def perform(self, happening: MarketHappening) -> tuple[Event, ...]:
        """Do to a market, now, what a schedule could do; `at` does not matter. Raises `Refused` or `Impossible`."""
        now = self.run_due()
        events = self._perform(happening, now)
        self._run_autopilot(now)
        return events

    def finish(self, finish: Finish) -> Finished:
        """End a football match now: BetTune knows the score, and what it decides on the exchange is settled.

        A market that the score does not decide, or that cannot be settled now, is left alone. Raises `UnknownMatch`,
        and `Impossible` where the match is finished.
        """
        now = self.run_due()
        finished = self._finish(finish, now)
        # What was won or set free may pay for a bet that could not be paid before.
        self._run_autopilot(now)
        return finished

    def put_prediction(self, filter_id: int, match_id: int, odds_millionths: int) -> Prediction:
        """Make or change a prediction now; the autopilot may bet on it at once."""
        now = self.run_due()
        prediction = self.bettune.put(filter_id, match_id, odds_millionths, now)
        self._publish((PredictionPut(now, filter_id, match_id, odds_millionths),))
        self._run_autopilot(now)
        return prediction

    def delete_prediction(self, filter_id: int, match_id: int) -> None:
        """Take a prediction back now, if there is one."""
        now = self.run_due()
        if self.bettune.delete(filter_id, match_id):
            self._publish((PredictionDeleted(now, filter_id, match_id),))

    def add(self, additions: Additions) -> tuple[Event, ...]:
        """Add events, markets and happenings that `loading.load_additions` has read for this world."""
        now = self.run_due()
        events = self._add(additions.events, additions.schedule, now, now)
        self._publish(events)
        self._run_autopilot(now)
        self.run_due()
        return events

    def run_due(self) -> int:
        """Let happen what has fallen due by now, and return the time. Costs next to nothing where nothing has."""
        now = self.clock.now()
        while (due := self.next_due) is not None and due <= now:
            self._run_first(due)
        return now

    @property
    def next_due(self) -> int | None:
        """Return when something next happens by itself, in milliseconds since 1970, or `None` where nothing will."""
        held, scheduled = self.exchange.next_due, self.schedule.next_due
        if held is None or (scheduled is not None and scheduled < held):
            return scheduled
        return held

    def _run_first(self, due: int) -> None:
        """Let the first of the things due happen, at its own time."""
        if self.exchange.next_due == due:
            events = self.exchange.apply(Tick(), due)
            self._publish(events)
            self._resolve(events)
        else:
            self._keep_schedule(*self.schedule.take())
        self._run_autopilot(due)

    def _keep_schedule(self, due_at: int, happening: AnyHappening) -> None:
        """Do what the schedule says; where it cannot be done time goes on."""
        market_id, match_id = (None, happening.match) if isinstance(happening, Finish) else (happening.market, None)
        try:
            if isinstance(happening, Finish):
                self._finish(happening, due_at)
            else:
                self._perform(happening, due_at)
        except (Impossible, Refused) as refusal:
            self._notice(HappeningRefused(due_at, market_id, match_id, verb_of(happening), str(refusal)))

    def _notice(self, notice: HappeningRefused) -> None:
        self.notices.append(notice)
        self._publish((notice,))

    def _finish(self, finish: Finish, at: int) -> Finished:
        match, score = self.bettune.match(finish.match), Score(finish.score.home, finish.score.away)
        if match.finished:
            raise Impossible(f"match {match.id} is finished")
        match.finished, match.score = True, score
        self._publish((MatchFinished(at, match.id, score.home, score.away),))
        settled: list[str] = []
        left_alone: list[tuple[str, str]] = []
        for market in self.catalogue.markets_of_event.get(match.event or "", ()):
            command = settlement(match, score, market)
            if command is None:
                left_alone.append((market.id, "the score does not decide it"))
                continue
            try:
                self._publish(self.exchange.apply(command, at))
            except Impossible as refusal:
                left_alone.append((market.id, str(refusal)))
            else:
                settled.append(market.id)
        return Finished(tuple(settled), tuple(left_alone))

    def _run_autopilot(self, at: int) -> None:
        """Let the autopilot bet; what the exchange refuses is tried again whenever something has changed."""
        if self.autopilot is None:
            return
        for order in self.autopilot.orders(at):
            try:
                events = self.exchange.apply(order, at)
            except Refused as refusal:
                match_id = self.autopilot.note_refusal(order, refusal)
                if match_id is not None:
                    self._notice(HappeningRefused(at, order.market_id, match_id, AUTOPILOT, str(refusal)))
                continue
            self.autopilot.note(order)
            self._publish(events)

    def _perform(self, happening: MarketHappening, at: int) -> tuple[Event, ...]:
        happened: list[Event] = []
        for command in commands_of(happening, self.exchange, self.catalogue):
            events = self.exchange.apply(command, at)
            happened.extend(events)
            self._publish(events)
        return tuple(happened)

    # Who hears of it

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell a listener what happens, one batch at a time, until the function that is returned is called.

        Listeners read; a listener that changes the world would do so in the middle of what it is told about.
        """
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(other for other in self._listeners if other is not listener)

        return unsubscribe

    def when_resolved(self, ticket: int, callback: ResolutionCallback) -> None:
        """Call back once when held orders reach the matcher, or with `None` when the world is reset or closed first.

        To be asked right after the command that was answered with `OrdersHeld`.
        """
        self._waiting[ticket] = callback

    def _publish(self, events: tuple[Event, ...]) -> None:
        if self.autopilot is not None:
            self.autopilot.hear(events)
        for listener in self._listeners:
            listener(events)
        self._announce_due()

    def _resolve(self, events: tuple[Event, ...]) -> None:
        first = 0
        for index, event in enumerate(events):
            if isinstance(event, TicketResolved):
                callback = self._waiting.pop(event.ticket, None)
                if callback is not None:
                    callback(Resolution(events[first:index], event))
                first = index + 1

    def _announce_due(self) -> None:
        due = self.next_due
        if due != self._announced_due:
            self._announced_due = due
            if self._hooks.due_changed is not None:
                self._hooks.due_changed()

    # Time

    def advance(self, milliseconds: int) -> None:
        """Move the clock on, passing through everything due on the way; raises `ClockError` for a way back."""
        if milliseconds < 0:
            raise ClockError(f"Time can't go backwards: {milliseconds} ms is not an advance.")
        self.set_time(self.clock.now() + milliseconds)

    def set_time(self, milliseconds: int) -> None:
        """Move the clock on to a time, passing through everything due on the way; raises `ClockError` for the past."""
        self.clock.refuse_past(milliseconds)
        while (due := self.next_due) is not None and due <= milliseconds:
            self.clock.reach(due)
            self._run_first(due)
        self.clock.reach(milliseconds)
        self._clock_changed()

    def to_next(self) -> None:
        """Move the clock on to the next thing due and let it happen; raises `ClockError` where nothing is."""
        due = self.next_due
        if due is None:
            raise ClockError("Nothing is due: there is no next time to move to.")
        self.set_time(max(due, self.clock.now()))

    def set_rate(self, rate: float) -> None:
        """Let the clock run at another rate from now on, 0 for not at all; raises `ClockError` for a negative one."""
        self.run_due()
        self.clock.set_rate(rate)
        self._clock_changed()

    def real_seconds_to_next_due(self) -> float | None:
        """Return how long one must really wait until something is due, or `None` where no waiting helps."""
        due = self.next_due
        return None if due is None else self.clock.real_seconds_until(due)

    def _clock_changed(self) -> None:
        # The due time may be the same and the wait for it another.
        if self._hooks.due_changed is not None:
            self._hooks.due_changed()

    # Customers

    def log_in(self, username: str, password: str, app_key: str) -> LoginOutcome:
        """Log a customer in now."""
        return self.sessions.log_in(username, password, app_key, self.clock.now())

    def session(self, token: str) -> Session | None:
        """Return the session of a token if there is one now."""
        return self.sessions.find(token, self.clock.now())

    def keep_alive(self, token: str) -> Session | None:
        """Let a session last its full length from now on; `None` where there is none."""
        return self.sessions.keep_alive(token, self.clock.now())

    def log_out(self, token: str) -> Session | None:
        """End a session now and return it; `None` where there is none."""
        return self.sessions.log_out(token, self.clock.now())

    # The world as a whole

    def reset(self) -> None:
        """Begin again from the scenario, with the same ids. All sessions end, and what was held never happens.

        Listeners stay and are told so by a `WorldReset`.
        """
        self.close()
        self._begin()
        self._publish((WorldReset(self.clock.now()),))
        self._clock_changed()

    def close(self) -> None:
        """End all sessions and tell those who wait for held orders that they wait in vain."""
        self.sessions.end_all()
        self.schedule = Schedule()
        waiting, self._waiting = self._waiting, {}
        for callback in waiting.values():
            callback(None)

    def state_hash(self) -> str:
        """Return a digest of everything that could make a difference: equal worlds have equal hashes."""
        return state_hash(self)
