"""What each input does to the parts of a world: one function an input, which answers with the events."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from simulator.exchange.commands import CloseMarket, Command, Result, SuspendMarket, TurnInPlay, VoidMarket
from simulator.exchange.events import Event
from simulator.exchange.refusals import Impossible, Refused
from simulator.world.account_handlers import (
    activate_app_key,
    change_login,
    create_developer_app,
    deactivate_app_key,
    recover_password,
)
from simulator.world.bettune.additions import refuse_to_add
from simulator.world.bettune.bettune import (
    HIGHEST_ODDS,
    LOWEST_ODDS,
    MILLIONTHS,
    SOURCES,
    Score,
    UnknownFilter,
    UnknownMatch,
)
from simulator.world.bettune.football import settlement
from simulator.world.bettune.users import PLANS, UnknownUser
from simulator.world.clock import ClockError
from simulator.world.developer_apps import AppRefused
from simulator.world.fault_handlers import FAULT_HANDLERS
from simulator.world.format.quantities import Unusable, moment_of
from simulator.world.format.scenario import (
    ChangePlan,
    ChangeRaceStatus,
    ChangeStartTime,
    Finish,
    IntroduceRunner,
    MarketHappening,
    TellIncident,
)
from simulator.world.happened import (
    BooksCounted,
    ClockRateSet,
    FilterAdded,
    IncidentTold,
    LoginBanned,
    MarketLeftAlone,
    MarketsWatched,
    MatchAdded,
    MatchFinished,
    PasswordWrong,
    PlanChanged,
    PredictionDeleted,
    PredictionPut,
    RaceStatusChanged,
    Refusal,
    RequestCounted,
    RequestIdTaken,
    RunnerDescribed,
    SessionClosed,
    SessionExtended,
    SessionOpened,
    StartingPricesProjected,
    StartTimeChanged,
    TokenMade,
    TokenRevoked,
)
from simulator.world.happenings import commands_of
from simulator.world.inputs import (
    ActivateAppKey,
    Add,
    AddToBetTune,
    ChangeLogin,
    CountBooks,
    CountRequest,
    CreateDeveloperApp,
    DeactivateAppKey,
    DeletePrediction,
    FollowRecordings,
    Input,
    KeepAlive,
    LogIn,
    LogOut,
    PutPrediction,
    ReadStartingPrices,
    RecoverPassword,
    RegenerateToken,
    RevokeTokens,
    SetClockRate,
    TakeRequestId,
    WatchMarkets,
)
from simulator.world.login_states import NOW_LOCKED, LoginRefused
from simulator.world.parts import Parts
from simulator.world.races import COUNTRIES, FOLLOWED, RaceResponse, RaceStatus
from simulator.world.recordings import Recordings
from simulator.world.sessions import Session
from simulator.world.vendor_handlers import VENDOR_HANDLERS
from simulator.world.vendors import VendorRefused

Handler = Callable[[Parts, Any, int, list[Event]], None]
"""Does what an input asks for and appends the events as they come about, or raises one of `REFUSALS`."""

REFUSALS: Final = (Refused, Impossible, ClockError, UnknownFilter, UnknownMatch, UnknownUser)
"""How the parts of a world say no; logins have an error of their own."""


def carry_out(parts: Parts, one: Input, at: int) -> tuple[Sequence[Event], Refusal | None]:
    """Do what an input asks for, and return what happened and why it was refused, or `None`.

    The inputs that concern the world as a whole (the clock is moved, it begins again, it ends) are the world's own.
    """
    if isinstance(one, Command):
        try:
            happened = parts.exchange.apply(one, at)
            return (happened if type(one) not in FOLLOWED else [*happened, *of_race(parts, one, at)]), None
        except (Refused, Impossible) as refused:
            return (), Refusal.of(refused)
    events: list[Event] = []
    try:
        if parts.recordings is not None and isinstance(one, MarketHappening):
            _leave_recording_alone(parts.recordings, one.market)
        HANDLERS.get(type(one), _perform)(parts, one, at, events)
    except LoginRefused as refused:
        return events, Refusal(refused.error or refused.status, str(refused), status=refused.status)
    except (AppRefused, VendorRefused) as refused:
        return events, Refusal(refused.code, str(refused))
    except REFUSALS as refused:
        return events, Refusal.of(refused)
    return events, None


# Happenings


def _perform(parts: Parts, happening: MarketHappening, at: int, events: list[Event]) -> None:
    """Do to a market what a schedule could do; `at` of the happening does not matter."""
    for command in commands_of(happening, parts.exchange, parts.catalogue):
        events.extend(parts.exchange.apply(command, at))
        if type(command) in FOLLOWED:
            events.extend(of_race(parts, command, at))


def of_race(parts: Parts, command: Command, at: int) -> list[Event]:
    """Return what a command to a market tells of its race."""
    assert isinstance(command, SuspendMarket | TurnInPlay | CloseMarket | Result | VoidMarket)
    race = parts.races.follow(command, parts.catalogue.markets.get(command.market_id), at)
    return [] if race is None else [RaceStatusChanged(at, race.market_id, race.id, race.status, race.response)]


def _change_race_status(parts: Parts, change: ChangeRaceStatus, at: int, events: list[Event]) -> None:
    market = parts.catalogue.markets.get(change.market)
    race = None if market is None else parts.races.by_id.get(market.race_id or "")
    if race is None:
        raise Impossible(f"market {change.market!r} is of no race in {' or '.join(sorted(COUNTRIES))}")
    if change.status not in RaceStatus.__members__ or change.response_code not in RaceResponse.__members__:
        raise Impossible(f"a race has no status {change.status!r} with the code {change.response_code!r}")
    race = parts.races.tell(race, RaceStatus(change.status), RaceResponse(change.response_code), at)
    events.append(RaceStatusChanged(at, change.market, race.id, race.status, race.response))


def _tell_incident(parts: Parts, tell: TellIncident, at: int, events: list[Event]) -> None:
    told = parts.scoreboards.tell(tell, at).incidents[-1]
    events.append(IncidentTold(at, tell.event, told.number, told.type, told.team, told.minute, told.status))


def _change_start_time(parts: Parts, change: ChangeStartTime, at: int, events: list[Event]) -> None:
    market = parts.catalogue.markets.get(change.market)
    if market is None:
        raise Impossible(f"there is no market {change.market!r}")
    try:
        start = moment_of(change.start_time, at)
        suspend = start if market.suspend_time == market.start_time else market.suspend_time
        if change.suspend_time is not None:
            suspend = moment_of(change.suspend_time, at)
    except Unusable as error:
        raise Impossible(str(error)) from None
    _perform(parts, change, at, events)
    parts.catalogue.change_times(market.id, start, suspend)
    events.append(StartTimeChanged(at, market.id, start, suspend))


def _introduce_runner(parts: Parts, introduce: IntroduceRunner, at: int, events: list[Event]) -> None:
    if introduce.market not in parts.catalogue.markets:
        raise Impossible(f"there is no market {introduce.market!r} that is listed")
    _perform(parts, introduce, at, events)
    runner = parts.catalogue.add_runner(introduce)
    events.append(RunnerDescribed(at, introduce.market, runner.key, runner.name))


def _finish(parts: Parts, finish: Finish, at: int, events: list[Event]) -> None:
    """End a football match: BetTune knows the score, and what it decides on the exchange is settled.

    A market that the score does not decide, or that cannot be settled now, is left alone.
    """
    match, score = parts.bettune.match(finish.match), Score(finish.score.home, finish.score.away)
    if match.finished:
        raise Impossible(f"match {match.id} is finished")
    match.finished, match.score = True, score
    events.append(MatchFinished(at, match.id, score.home, score.away))
    for market in parts.catalogue.markets_of_event.get(match.event or "", ()):
        command = settlement(match, score, market)
        if command is None:
            events.append(MarketLeftAlone(at, market.id, match.id, "the score does not decide it"))
            continue
        try:
            if parts.recordings is not None:
                _leave_recording_alone(parts.recordings, market.id)
            events.extend(parts.exchange.apply(command, at))
        except Impossible as refusal:
            events.append(MarketLeftAlone(at, market.id, match.id, str(refusal)))


def _add(parts: Parts, add: Add, at: int, events: list[Event]) -> None:
    additions = add.additions
    parts.refuse_to_add(additions.events, additions.schedule, at)
    events.extend(parts.add(additions, at, at))


# Customers


def _log_in(parts: Parts, login: LogIn, at: int, events: list[Event]) -> None:
    try:
        session, expired, last_login_at = parts.sessions.log_in(
            login.username,
            login.password,
            login.app_key,
            at,
            by_certificate=login.by_certificate,
            certificate=login.certificate,
        )
    except LoginRefused as refused:
        if refused.banned_until is not None:
            events.append(LoginBanned(at, login.username, refused.banned_until))
        if refused.wrong_passwords is not None:
            locks = refused.error == NOW_LOCKED
            events.append(PasswordWrong(at, login.username, refused.wrong_passwords, locks))
        raise
    events.extend(_closed(each, at) for each in expired)
    events.append(SessionOpened(at, session.token, login.username, session.app_key, session.expires_at, last_login_at))


def _keep_alive(parts: Parts, keep_alive: KeepAlive, at: int, events: list[Event]) -> None:
    session = parts.sessions.keep_alive(keep_alive.token, at)
    if session is None:
        raise LoginRefused("FAIL", "NO_SESSION", "the token is unknown or has expired")
    events.append(SessionExtended(at, session.token, session.account.username, session.expires_at))


def _log_out(parts: Parts, log_out: LogOut, at: int, events: list[Event]) -> None:
    session = parts.sessions.log_out(log_out.token, at)
    if session is None:
        raise LoginRefused("FAIL", "NO_SESSION", "the token is unknown or has expired")
    events.append(_closed(session, at))


def _closed(session: Session, at: int) -> Event:
    return SessionClosed(at, session.token, session.account.username)


def _take_request_id(parts: Parts, _: TakeRequestId, at: int, events: list[Event]) -> None:
    events.append(RequestIdTaken(at, parts.ids.request_uuid(at)))


def _read_starting_prices(parts: Parts, read: ReadStartingPrices, at: int, events: list[Event]) -> None:
    market = parts.exchange.markets.get(read.market_id)
    if market is None or not all(key in market.runners for key in read.runners):
        raise Impossible(f"market {read.market_id!r} with these runners is not there")
    cache = parts.starting_price_cache
    prices = tuple(cache.work_out(market.market_id, market.runners[key], at).shown(key) for key in read.runners)
    events.append(StartingPricesProjected(at, market.market_id, prices))


def _count_books(parts: Parts, count: CountBooks, at: int, events: list[Event]) -> None:
    limiter = parts.book_requests
    names = [f"{market_id} {count.account}" for market_id in count.market_ids]
    for market_id, name in zip(count.market_ids, names, strict=True):
        if limiter.full_until(name, at) is not None:
            raise Impossible(f"account {count.account!r} has asked for the book of market {market_id} too often")
    for name in names:
        limiter.admit(name, at)
    events.append(BooksCounted(at, count.account, count.market_ids))


def _watch_markets(parts: Parts, watch: WatchMarkets, at: int, events: list[Event]) -> None:
    for market_id in watch.market_ids:
        if market_id not in parts.exchange.markets:
            raise Impossible(f"there is no market {market_id!r}")
    for market_id in watch.market_ids:
        parts.delayed_markets.watch(market_id, at)
    events.append(MarketsWatched(at, watch.market_ids))


# BetTune


def _add_to_bettune(parts: Parts, add: AddToBetTune, at: int, events: list[Event]) -> None:
    listed = parts.catalogue.events
    refuse_to_add(parts.bettune, add.filters, add.matches, listed, at)
    parts.bettune.add(add.filters, add.matches, listed, at)
    events.extend(FilterAdded(at, one.id) for one in add.filters)
    events.extend(MatchAdded(at, match.id, match.event) for match in add.matches)


def _put_prediction(parts: Parts, put: PutPrediction, at: int, events: list[Event]) -> None:
    bettune, odds = parts.bettune, put.odds_millionths
    bettune.filter(put.filter_id)
    bettune.match(put.match_id)
    if not LOWEST_ODDS * MILLIONTHS <= odds <= HIGHEST_ODDS * MILLIONTHS:
        raise Impossible(f"odds lie between {LOWEST_ODDS} and {HIGHEST_ODDS}, and {odds} millionths do not")
    if put.source not in SOURCES:
        raise Impossible(f"the source of a prediction is {' or '.join(SOURCES)}, and not {put.source!r}")
    bettune.put(put.filter_id, put.match_id, odds, at, put.source)
    events.append(PredictionPut(at, put.filter_id, put.match_id, odds, put.source))


def _delete_prediction(parts: Parts, delete: DeletePrediction, at: int, events: list[Event]) -> None:
    if parts.bettune.delete(delete.filter_id, delete.match_id):
        events.append(PredictionDeleted(at, delete.filter_id, delete.match_id))


def _regenerate_token(parts: Parts, regenerate: RegenerateToken, at: int, events: list[Event]) -> None:
    user, users = regenerate.user, parts.bettune.users
    events.extend(TokenRevoked(at, user, token) for token in users.revoke(user))
    token = users.give_token(user, lambda number: parts.ids.bettune_token(user, number))
    events.append(TokenMade(at, user, token))


def _revoke_tokens(parts: Parts, revoke: RevokeTokens, at: int, events: list[Event]) -> None:
    revoked = parts.bettune.users.revoke(revoke.user)
    if not revoked:
        raise Impossible(f"every token of user {revoke.user!r} of BetTune is revoked")
    events.extend(TokenRevoked(at, revoke.user, token) for token in revoked)


def _change_plan(parts: Parts, change: ChangePlan, at: int, events: list[Event]) -> None:
    if change.plan not in PLANS:
        raise Impossible(f"a plan of BetTune is {' or '.join(PLANS)}, and not {change.plan!r}")
    if parts.bettune.users.change_plan(change.user, change.plan):
        events.append(PlanChanged(at, change.user, change.plan))


def _count_request(parts: Parts, count: CountRequest, at: int, events: list[Event]) -> None:
    wait_seconds = parts.bettune_requests.admit(count.user, at)
    if wait_seconds is not None:
        raise Impossible(f"user {count.user!r} of BetTune has asked too often and may ask again in {wait_seconds} s")
    events.append(RequestCounted(at, count.user))


def _follow_recordings(parts: Parts, follow: FollowRecordings, at: int, events: list[Event]) -> None:
    if parts.recordings is None:
        raise Impossible("this world follows no recordings")
    events.extend(parts.recordings.follow(min(follow.until, at)))


def _leave_recording_alone(recordings: Recordings, market_id: str) -> None:
    """Raise `Impossible` for a market that follows a recording, to which nobody else does anything."""
    reason = recordings.reason_to_leave_alone(market_id)
    if reason is not None:
        raise Impossible(reason)


def _set_clock_rate(parts: Parts, change: SetClockRate, at: int, events: list[Event]) -> None:
    # A whole number would be another text in a digest than the same number as it is read from JSON.
    rate = float(change.rate)
    parts.clock.set_rate(rate, at)
    events.append(ClockRateSet(at, rate))


HANDLERS: Final[dict[type[Input], Handler]] = {
    ChangeStartTime: _change_start_time,
    IntroduceRunner: _introduce_runner,
    ChangeRaceStatus: _change_race_status,
    TellIncident: _tell_incident,
    Finish: _finish,
    ChangePlan: _change_plan,
    Add: _add,
    LogIn: _log_in,
    ChangeLogin: change_login,
    RecoverPassword: recover_password,
    KeepAlive: _keep_alive,
    LogOut: _log_out,
    CreateDeveloperApp: create_developer_app,
    ActivateAppKey: activate_app_key,
    DeactivateAppKey: deactivate_app_key,
    **VENDOR_HANDLERS,
    **FAULT_HANDLERS,
    TakeRequestId: _take_request_id,
    ReadStartingPrices: _read_starting_prices,
    CountBooks: _count_books,
    WatchMarkets: _watch_markets,
    AddToBetTune: _add_to_bettune,
    PutPrediction: _put_prediction,
    DeletePrediction: _delete_prediction,
    RegenerateToken: _regenerate_token,
    RevokeTokens: _revoke_tokens,
    CountRequest: _count_request,
    SetClockRate: _set_clock_rate,
    FollowRecordings: _follow_recordings,
}
"""Whatever is neither here nor a command of the exchange is a happening."""
