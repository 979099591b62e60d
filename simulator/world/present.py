"""A running world as a scenario: another one can begin where it is now, and what cannot be said is told.

A scenario says what is there and not how it came about. So the money, logins, markets and offers of now become those
of the beginning, and customers' bets with all other history are left out.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from simulator.exchange.statuses import MarketStatus
from simulator.world.bettune.bettune import MILLIONTHS, Match, PredictionFilter
from simulator.world.catalogue import EventDescription
from simulator.world.format.market_entries import CompetitionEntry, EventEntry, EventTypeEntry, GroupEntry, MarketEntry
from simulator.world.format.quantities import duration_of, in_units, instant_text
from simulator.world.format.scenario import (
    AccountEntry,
    AnyHappening,
    BetLink,
    BetTuneEntry,
    BetTuneFilter,
    BetTuneMatch,
    BetTunePrediction,
    BetTuneUser,
    ChangeRaceStatus,
    ClockEntry,
    InPlayEntry,
    MarketHappening,
    Scenario,
    ScoreEntry,
    SideEntry,
    Translations,
)
from simulator.world.present_markets import happenings_to_here, market_entry
from simulator.world.races import RaceResponse, RaceStatus
from simulator.world.scenario_commands import ACTIVE, LIQUIDITY, SUSPENDED
from simulator.world.scoreboards import Scoreboard, Side
from simulator.world.world import World

MOST_NAMED: Final = 10
"""How many markets a sentence names."""


class Present(Struct, frozen=True):
    """A world as a scenario, and sentences about what of it the scenario does not say."""

    scenario: Scenario
    left_out: list[str]


def present_of(world: World) -> Present:
    """Return a world as it is now; what is due by now has happened."""
    now = instant_text(world.run_due())
    bettune = world.scenario.bettune
    scenario = replace(
        world.scenario,
        clock=ClockEntry(now=now, rate=Decimal(str(world.clock.rate))),
        accounts=tuple(_account(world, entry) for entry in world.scenario.accounts),
        events=tuple(_events(world)),
        schedule=(*_to_here(world, now), *_to_come(world)),
        bettune=_bettune(world, bettune),
        translations=_translations(world),
    )
    return Present(scenario, list(_left_out(world)))


def _translations(world: World) -> Translations:
    """Return the names in other languages, those that were added since included."""
    return Translations(**{language: dict(names) for language, names in world.catalogue.translations.items() if names})


def _account(world: World, entry: AccountEntry) -> AccountEntry:
    login = world.sessions.logins.of(world.accounts.by_username[entry.username])
    standing = world.exchange.accounts[entry.username].standing
    return replace(
        entry,
        balance=in_units(world.exchange.ledger.balance_of(entry.username)),
        status=login.status,
        certificates=login.certificates,
        two_step_code=login.two_step_code,
        loss_limit=None if standing.loss_limit is None else in_units(standing.loss_limit),
        loss_limit_period=_duration(standing.loss_period_milliseconds, entry.loss_limit_period),
        wallet_status=ACTIVE if standing.wallet_is_open else SUSPENDED,
        regulator_available=standing.regulator_answers,
    )


def _duration(milliseconds: int, written: str) -> str:
    """Return the text of a duration, as it was written if it still is the same."""
    if duration_of(written) == milliseconds:
        return written
    seconds, rest = divmod(milliseconds, 1000)
    return f"PT{seconds}.{rest:03}S" if rest else f"PT{seconds}S"


# Events and markets


def _open_markets(world: World) -> list[str]:
    """Return the markets that a scenario can begin with, in the order of the catalogue.

    Those that follow recordings are not among them: the scenario says which recordings these are.
    """
    markets = world.exchange.markets
    return [
        described.id
        for described in world.catalogue.markets.values()
        if described.recorded is None and markets[described.id].status is not MarketStatus.CLOSED
    ]


def _events(world: World) -> Iterator[EventEntry]:
    listed, markets = world.catalogue.markets_of_event, world.exchange.markets
    for event in world.catalogue.events.values():
        if listed[event.id] and all(described.recorded is not None for described in listed[event.id]):
            continue
        entries = [
            market_entry(markets[described.id], described)
            for described in listed[event.id]
            if described.recorded is None and markets[described.id].status is not MarketStatus.CLOSED
        ]
        board = world.scoreboards.by_event.get(event.id)
        in_play = None if board is None else _in_play(board, world.clock.now())
        yield _event_entry(event, in_play, entries)


def _in_play(board: Scoreboard, now: int) -> InPlayEntry:
    minute, _, _ = board.minutes(now)
    return InPlayEntry(
        status=board.status or None, match_time=minute or None, home=_side(board.home), away=_side(board.away)
    )


def _side(side: Side) -> SideEntry:
    """Return a side as an entry says it, without what it is at first."""
    at_first = Side(name="")
    said: dict[str, Any] = {
        name: value for name in side.__struct_fields__ if (value := getattr(side, name)) != getattr(at_first, name)
    }
    numbers = {name: int(value) for name, value in said.items() if name.endswith("score") and value.isdecimal()}
    return SideEntry(**{**said, **numbers})


def _event_entry(event: EventDescription, in_play: InPlayEntry | None, markets: Iterable[MarketEntry]) -> EventEntry:
    competition = None
    if event.competition_id is not None and event.competition_name is not None:
        competition = CompetitionEntry(
            id=event.competition_id, name=event.competition_name, region=event.competition_region
        )
    return EventEntry(
        id=event.id,
        name=event.name,
        event_type=EventTypeEntry(id=event.event_type_id, name=event.event_type_name),
        open_date=instant_text(event.open_date),
        competition=competition,
        country_code=event.country_code,
        timezone=event.timezone,
        venue=event.venue,
        meeting=event.meeting,
        parent=event.parent_id,
        groups=tuple(GroupEntry(id=group.id, name=group.name) for group in event.groups),
        in_play=in_play,
        markets=tuple(markets),
    )


# The schedule


def _to_here(world: World, now: str) -> Iterator[AnyHappening]:
    there = _open_markets(world)
    for market_id in there:
        yield from happenings_to_here(world.exchange.markets[market_id], now)
    for race in world.races:
        of_race = [market_id for market_id in there if world.catalogue.markets[market_id].race_id == race.id]
        was_told = (race.status, race.response) != (RaceStatus.DORMANT, RaceResponse.OK)
        if of_race and was_told:
            yield ChangeRaceStatus(market=of_race[0], at=now, status=str(race.status), response_code=str(race.response))


def _to_come(world: World) -> Iterator[AnyHappening]:
    there = set(_open_markets(world))
    for due_at, happening in world.schedule.pending:
        if not isinstance(happening, MarketHappening) or happening.market in there:
            yield replace(happening, at=instant_text(due_at))


# BetTune


def _bettune(world: World, entry: BetTuneEntry) -> BetTuneEntry:
    bettune, there = world.bettune, set(_open_markets(world))
    return replace(
        entry,
        users=tuple(
            BetTuneUser(token=user.token, plan=user.plan, user=user.name, revoked=user.is_revoked, account=user.account)
            for user in bettune.users.by_token.values()
        ),
        sports=tuple(bettune.sports.values()),
        filters=tuple(map(_filter_entry, bettune.filters.values())),
        matches=tuple(_match_entry(match, there) for match in bettune.matches.values()),
        predictions=tuple(
            BetTunePrediction(
                filter=prediction.filter_id,
                match=prediction.match_id,
                odds=Decimal(prediction.odds_millionths) / MILLIONTHS,
                id=prediction.id,
                source=prediction.source,
                created_at=instant_text(prediction.created_at),
                updated_at=instant_text(prediction.updated_at),
            )
            for prediction in bettune.predictions.values()
        ),
    )


def _filter_entry(one: PredictionFilter) -> BetTuneFilter:
    stake = None if one.stake_pence is None else in_units(one.stake_pence)
    return BetTuneFilter(
        id=one.id, name=one.name, bet_type=one.bet_type, sport=one.sport, status=one.status, user=one.user, stake=stake
    )


def _match_entry(match: Match, there: set[str]) -> BetTuneMatch:
    return BetTuneMatch(
        id=match.id,
        date=instant_text(match.starts_at),
        home=match.home,
        away=match.away,
        sport=match.sport,
        country=match.country,
        tournament=match.tournament,
        season=match.season,
        finished=match.finished,
        score=None if match.score is None else ScoreEntry(home=match.score.home, away=match.score.away),
        event=match.event,
        bets=tuple(
            BetLink(bet_type=bet_type, market=market_id, selection_id=selection_id)
            for bet_type, (market_id, selection_id) in match.selections.items()
            if market_id in there
        ),
    )


# What is left out


def _left_out(world: World) -> Iterator[str]:
    """Yield a sentence for each kind of thing in the world that its scenario does not say."""
    exchange = world.exchange
    there = set(_open_markets(world))
    bets = [order for order in exchange.orders.values() if order.account != LIQUIDITY]
    if bets:
        yield f"Bets of customers are left out, {len(bets)} in all, and balances are without what they win or lose."
    closed = [
        described.id
        for described in world.catalogue.markets.values()
        if described.id not in there and described.recorded is None
    ]
    if closed:
        yield f"Markets that are closed are left out: {_named(closed)}."
    traded = [market_id for market_id in there if exchange.markets[market_id].total_matched]
    if traded:
        yield f"What was traded is left out, with volumes and last prices, of {_named(sorted(traded))}."
    reconciled = [market_id for market_id in there if exchange.markets[market_id].bsp_reconciled]
    if reconciled:
        yield f"Starting prices are made anew, without the bets that made them, in {_named(sorted(reconciled))}."
    yield (
        "The history of accounts, markets, races and matches begins anew, with the versions of markets and the ids of "
        "bets."
    )
    yield from _left_out_of_accounts(world)
    if world.faults.pending:
        yield f"Faults that are ordered are left out: {len(world.faults.pending)}."
    highest = max((one.id for one in world.bettune.predictions.values()), default=0)
    if world.bettune.last_prediction_id > highest:
        yield "Numbers of predictions that were deleted last are used again."


def _left_out_of_accounts(world: World) -> Iterator[str]:
    if len(world.sessions):
        yield f"Sessions are left out: {len(world.sessions)} were open."
    created = [app.name for app in world.developer_apps.by_id.values() if app.was_created]
    if created:
        yield f"Applications that customers have created are left out: {len(created)}."
    inactive = [
        version.key
        for app in world.developer_apps.by_id.values()
        for version in (app.live, app.delayed)
        if not app.was_created and not version.is_active
    ]
    if inactive:
        yield f"App keys that were deactivated are active again: {', '.join(inactive)}."
    if world.vendors.subscriptions or world.vendors.grants:
        yield "What customers have agreed with vendors is left out: subscriptions and permissions."


def _named(market_ids: list[str]) -> str:
    more = len(market_ids) - MOST_NAMED
    return ", ".join(market_ids[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
