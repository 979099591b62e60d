"""What a world is made of, as its scenario begins it. The `handlers` change it, and `world` is the door to them."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from simulator.exchange.commands import AddMarket
from simulator.exchange.events import Event
from simulator.exchange.exchange import Exchange
from simulator.exchange.refusals import Impossible
from simulator.world.accounts import Accounts
from simulator.world.agenda import Schedule
from simulator.world.bettune.bettune import BetTune
from simulator.world.bettune.rate_limits import RateLimit, RateLimiter
from simulator.world.catalogue import Catalogue, check_times
from simulator.world.clock import Clock, RealTime
from simulator.world.delayed_markets import DelayedMarkets
from simulator.world.developer_apps import DeveloperApps
from simulator.world.faults import Faults
from simulator.world.format.quantities import Unusable, instant_of, moment_of
from simulator.world.format.scenario import (
    Additions,
    AnyHappening,
    ChangePlan,
    EventEntry,
    Finish,
    MarketEntry,
    Scenario,
    TellIncident,
)
from simulator.world.happened import EventAdded, HappeningScheduled, NamesTranslated, Notice
from simulator.world.happenings import verb_of
from simulator.world.ids import Ids
from simulator.world.races import Races
from simulator.world.recordings import OpenRecordings, follow_nothing
from simulator.world.scenario_commands import (
    account_command,
    begins_open,
    customer_of,
    first_bets,
    liquidity_account,
    market_commands,
    number_of_first_bets,
)
from simulator.world.scoreboards import Scoreboards
from simulator.world.sessions import Sessions
from simulator.world.settings import Settings
from simulator.world.starting_price_cache import StartingPriceCache
from simulator.world.transaction_charges import TransactionCharges
from simulator.world.vendors import Vendors

MOST_NOTICES: Final = 1000
"""How many notices are kept, the latest."""


class Parts:
    """Everything that a world remembers, newly begun. Times are milliseconds since 1970.

    A clock that starts at the real time starts at `start`; relative times then count from its last whole second,
    because the exchange's own times are whole seconds.
    """

    def __init__(
        self,
        scenario: Scenario,
        settings: Settings,
        world_id: str,
        seed: int,
        start: int,
        real_time: RealTime,
        open_recordings: OpenRecordings = follow_nothing,
    ) -> None:
        self.settings: Final = settings
        self.clock: Final = Clock(start, float(scenario.clock.rate), real_time.seconds)
        self.ids: Final = Ids(seed, world_id)
        self.accounts: Final = Accounts()
        self.vendors: Final = Vendors(self.accounts, self.ids)
        self.sessions: Final = Sessions(
            self.accounts, self.ids, settings.session_timeout_milliseconds, settings.wrong_passwords_to_lock
        )
        self.recordings: Final = None if scenario.recordings is None else open_recordings(scenario.recordings)
        self.exchange: Final = (
            Exchange(settings.rules)
            if self.recordings is None
            else Exchange(settings.rules, new_state=self.recordings.new_state)
        )
        self.catalogue: Final = Catalogue()
        self.races: Final = Races()
        self.scoreboards: Final = Scoreboards()
        self.starting_price_cache: Final = StartingPriceCache(settings.starting_price_refresh_milliseconds)
        self.delayed_markets: Final = DelayedMarkets(
            self.exchange,
            settings.market_data_delay_milliseconds,
            concern_who_has_no_funds=settings.delayed_without_funds,
        )
        self.transaction_charges: Final = TransactionCharges(self.exchange, settings.transaction_limit)
        per_second = settings.books_per_second
        self.book_requests: Final = RateLimiter(None if per_second is None else RateLimit(per_second, 1))
        self.schedule: Final = Schedule()
        self.faults: Final = Faults(seed)
        self.notices: Final[list[Notice]] = []
        """What the schedule, faults and the participants could not do; `note` adds to it."""
        self.exchange.apply(liquidity_account(), start)
        for entry in scenario.accounts:
            customer = customer_of(entry, self.ids)
            self.accounts.add(customer)
            self.exchange.apply(account_command(customer, settings.rate_of(customer.currency)), start)
        self.developer_apps: Final = DeveloperApps(self.ids)
        self.developer_apps.add_own(self.accounts)
        origin = start - start % 1000 if scenario.clock.now == "real" else start
        self._add(scenario, origin, start, self._begin_market)
        self.bettune: Final = BetTune(scenario.bettune, self.catalogue.events, origin, start)
        limit = scenario.bettune.rate_limit
        self.bettune_requests: Final = RateLimiter(
            None if limit is None else RateLimit(limit.requests, limit.window_seconds)
        )
        if self.recordings is not None:
            self.recordings.begin(self, start)

    def note(self, notice: Notice) -> None:
        """Note that something could not be done, and forget the oldest of too many notices."""
        self.notices.append(notice)
        del self.notices[:-MOST_NOTICES]

    def plan(self, due_at: int, happening: AnyHappening, now: int) -> HappeningScheduled:
        """Let something happen at a time, or now where that is past; return the event that it will."""
        due_at = max(due_at, now)
        self.schedule.add(due_at, happening)
        market_id, match_id = subject_of(happening)
        user = happening.user if isinstance(happening, ChangePlan) else None
        event_id = happening.event if isinstance(happening, TellIncident) else None
        return HappeningScheduled(now, due_at, verb_of(happening), market_id, match_id, user, event_id)

    def refuse_to_add(self, events: Iterable[EventEntry], happenings: Iterable[AnyHappening], origin: int) -> None:
        """Raise `Impossible` for what cannot be added now although it was checked: the world has gone on since."""
        new: set[str] = set()
        try:
            for event in events:
                check_times(event, origin)
                for market in event.markets:
                    if market.id in self.exchange.markets or market.id in new:
                        raise Impossible(f"there is a market {market.id} already")
                    new.add(market.id)
            for happening in happenings:
                if happening.at is not None:
                    moment_of(happening.at, origin)
        except Unusable as error:
            raise Impossible(str(error)) from None

    def add(self, additions: Additions, origin: int, now: int) -> list[Event]:
        """Add what the checks have let through, with relative times from `origin`. What was due before is due now."""
        return self._add(additions, origin, now, self._add_market)

    def _begin_market(self, market: MarketEntry, definition: AddMarket, start: int) -> list[Event]:
        """Bring a market about that the scenario has; nobody is told of it."""
        if begins_open(market):
            bets = partial(first_bets, market)
            self.exchange.begin_market(definition, number_of_first_bets(market), bets, start)
            return []
        return self._add_market(market, definition, start)

    def _add_market(self, market: MarketEntry, definition: AddMarket, now: int) -> list[Event]:
        return [event for each in market_commands(market, definition) for event in self.exchange.apply(each, now)]

    def _add(
        self,
        document: Scenario | Additions,
        origin: int,
        now: int,
        add_market: Callable[[MarketEntry, AddMarket, int], list[Event]],
    ) -> list[Event]:
        happened: list[Event] = []
        names = document.translations.by_language()
        if names:
            self.catalogue.translate(names)
            happened.append(NamesTranslated(now, tuple(names)))
        for event in document.events:
            self.catalogue.add_event(event, origin)
            happened.append(EventAdded(now, event.id))
            if event.in_play is not None:
                self.scoreboards.add(self.catalogue.events[event.id], event.in_play, now)
            for market in event.markets:
                described = self.catalogue.markets[market.id]
                self.races.add(described, now)
                happened.extend(add_market(market, described.definition, now))
        for happening in document.schedule:
            due_at = now if happening.at is None else moment_of(happening.at, origin)
            happened.append(self.plan(due_at, happening, now))
        return happened


def subject_of(happening: AnyHappening) -> tuple[str | None, int | None]:
    """Return the market or the match to which a happening is done, `None` for the other; of others, twice `None`."""
    match happening:
        case Finish():
            return None, happening.match
        case ChangePlan() | TellIncident():
            return None, None
    return happening.market, None


def first_instant(scenario: Scenario, real_time: RealTime) -> int:
    """Return when a world of a scenario begins: where it begins at the real time, now."""
    real = scenario.clock.now == "real"
    return real_time.wall_milliseconds() if real else instant_of(scenario.clock.now)
