"""From what a recording says of a market to how it is listed.

Names stand in files of the historic data, and not in what the stream sent: where there is none, an id stands in its
place.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from simulator.backtest.following import key_of
from simulator.exchange.market import Market
from simulator.exchange.orders import RunnerKey
from simulator.recorded.market import hundredths, runner_id
from simulator.recorded.messages import MarketDefinition
from simulator.recorded.wanted import SPORTS
from simulator.world.catalogue import (
    ANTE_POST,
    RACING,
    EventDescription,
    LineDescription,
    MarketDescription,
    RecordedFacts,
    RecordedRunnerFacts,
    RunnerDescription,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def describe(market: Market, told: MarketDefinition, known: MarketDescription | None) -> MarketDescription:
    """Return how a market is listed; `known` is how it was, of which names are kept that are not told any more."""
    event = _event(market.market_id, told, None if known is None else known.event)
    start_time = instant(told.market_time) or event.open_date
    return MarketDescription(
        id=market.market_id,
        name=told.name or (market.market_id if known is None else known.name),
        event=event,
        market_type=told.market_type or None,
        definition=market.definition,
        start_time=start_time,
        suspend_time=instant(told.suspend_time) or start_time,
        settle_time=None,
        regulators=tuple(told.regulators or ()),
        rules="",
        rules_has_date=False,
        clarifications=None,
        race_type=told.race_type,
        race_id=_race_id(event, told, start_time),
        line=_line(told),
        key_line=tuple(_key_line(told)),
        bet_delay_models=tuple(told.bet_delay_models or ()),
        runners=dict(_runners(told, {} if known is None else known.runners)),
        recorded=_facts(told),
    )


def instant(text: str | None) -> int | None:
    """Return a date of a recording in milliseconds since 1970, `None` for what is none."""
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return max(0, (moment - _EPOCH) // timedelta(milliseconds=1))


def _event(market_id: str, told: MarketDefinition, known: EventDescription | None) -> EventDescription:
    event_id = told.event_id or market_id.rpartition(".")[2]
    event_type_id = told.event_type_id or "0"
    return EventDescription(
        id=event_id,
        name=told.event_name or (event_id if known is None else known.name),
        event_type_id=event_type_id,
        event_type_name=SPORTS.get(event_type_id, event_type_id),
        # A recording says nothing of competitions.
        competition_id=None,
        competition_name=None,
        competition_region=None,
        country_code=told.country_code,
        timezone=told.timezone or "GMT",
        venue=told.venue,
        meeting=None,
        open_date=instant(told.open_date) or instant(told.market_time) or 0,
        parent_id=None,
        groups=(),
    )


def _race_id(event: EventDescription, told: MarketDefinition, start_time: int) -> str | None:
    if event.event_type_id not in RACING or event.venue is None or told.market_type == ANTE_POST:
        return None
    return f"{event.id}.{datetime.fromtimestamp(start_time // 1000, UTC):%H%M}"


def _line(told: MarketDefinition) -> LineDescription | None:
    if told.line_min_unit is None or told.line_max_unit is None or told.line_interval is None:
        return None
    return LineDescription(
        unit="",
        minimum=hundredths(told.line_min_unit),
        maximum=hundredths(told.line_max_unit),
        interval=hundredths(told.line_interval),
    )


def _key_line(told: MarketDefinition) -> Iterator[RunnerKey]:
    for line in () if told.key_line_definition is None else told.key_line_definition.kl:
        yield RunnerKey(*runner_id(line.id, line.hc))


def _runners(
    told: MarketDefinition, known: Mapping[RunnerKey, RunnerDescription]
) -> Iterator[tuple[RunnerKey, RunnerDescription]]:
    for place, runner in enumerate(told.runners, start=1):
        key, number = key_of(runner), str(runner.id)
        name = runner.name or (known[key].name if key in known else number)
        yield (
            key,
            RunnerDescription(
                key=key, name=name, sort_priority=runner.sort_priority or place, metadata={"runnerId": number}
            ),
        )


def _facts(told: MarketDefinition) -> RecordedFacts:
    runners = {
        key_of(runner): RecordedRunnerFacts(
            runner.sort_priority, runner.adjustment_factor, runner.bsp, instant(runner.removal_date)
        )
        for runner in told.runners
    }
    return RecordedFacts(told.cross_matching, instant(told.settled_time), told.version, runners)
