"""From what a recording says of a market to the commands that bring a market of ours to the same state.

A definition is always told whole. What is different in it becomes the kernel's own verbs, in the order in which things
happen on the exchange: who runs, the starting price, the off, the status, and last the version. A removal is one of
these verbs, so it touches our bets alone: what becomes of other people's offers the recording tells.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    AddRunner,
    AmendMarket,
    Command,
    GivenPrice,
    HideRunner,
    LadderDefinition,
    OpenMarket,
    ReconcileAt,
    ReinstateRunner,
    RemoveRunner,
    RunnerDefinition,
    RunnerResult,
    SettleRunners,
    SuspendMarket,
    TurnInPlay,
)
from simulator.exchange.lines import Numbers
from simulator.exchange.market import Market
from simulator.exchange.orders import RunnerKey
from simulator.exchange.refusals import Impossible
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from simulator.recorded.happenings import REMOVED
from simulator.recorded.messages import MarketDefinition, hundredths, runner_id
from simulator.recorded.messages import RunnerDefinition as RecordedRunnerDefinition

PLACE_MARKET_TYPES: Final = frozenset({"PLACE", "OTHER_PLACE", "TO_BE_PLACED"})
"""Market types on being placed in a race, where a removal reduces winnings and not prices."""
GROWING_TYPES: Final = frozenset({BettingType.ODDS, BettingType.ASIAN_HANDICAP_SINGLE_LINE})


def key_of(runner: RecordedRunnerDefinition) -> RunnerKey:
    """Return the runner as the kernel names it."""
    return RunnerKey(*runner_id(runner.id, runner.hc))


def first_commands(market_id: str, definition: MarketDefinition, *, cross_matching: bool) -> Iterator[Command]:
    """Yield the commands that add a market whose runners are as its first definition says; raise `Impossible`."""
    if definition.betting_type not in BettingType.__members__:
        raise Impossible(f"market {market_id} is of the betting type {definition.betting_type!r}, and none is here")
    yield AddMarket(
        market_id,
        BettingType(definition.betting_type),
        _ladder(definition),
        definition.number_of_winners,
        tuple(_runner(runner) for runner in definition.runners),
        version=definition.version,
        each_way_divisor=None if definition.each_way_divisor is None else hundredths(definition.each_way_divisor),
        is_place_market=definition.market_type in PLACE_MARKET_TYPES,
        **_flags(definition, cross_matching=cross_matching),
    )
    for runner in definition.runners:
        if runner.status in REMOVED:
            # The factors of the others, and there are no bets yet, are those after the removal.
            yield RemoveRunner(market_id, key_of(runner), 0, leaves_vacant_trap=runner.status == "REMOVED_VACANT")


def commands_between(
    market: Market, definition: MarketDefinition, prices: Mapping[RunnerKey, Fraction], *, cross_matching: bool
) -> Iterator[Command]:
    """Yield the commands that bring a market to what a definition says, but for its result and its version.

    Each is to be carried out before the next is asked for. `prices` are the starting prices, where they are made.
    Raises `Impossible` where somebody is in a market again who was removed, or had ended.
    """
    market_id = market.market_id
    wanted = _flags(definition, cross_matching=cross_matching)
    wanted["number_of_winners"] = definition.number_of_winners
    told = {name: value for name, value in wanted.items() if getattr(market.definition, name) != value}
    if told:
        yield AmendMarket(market_id, version=market.version, **told)
    yield from _commands_of_runners(market, definition)
    if definition.status != MarketStatus.INACTIVE and market.status is MarketStatus.INACTIVE:
        yield OpenMarket(market_id)
    if market.status is not MarketStatus.INACTIVE:
        # A recording may begin after these have been.
        if definition.bsp_reconciled and definition.bsp_market and not market.bsp_reconciled:
            yield _reconcile(market_id, prices)
        if definition.in_play and not market.in_play:
            yield from _turn_in_play(market, prices)
    if definition.status == MarketStatus.OPEN and market.status is MarketStatus.SUSPENDED:
        yield OpenMarket(market_id)
    if definition.status in (MarketStatus.SUSPENDED, MarketStatus.INACTIVE) and market.status is MarketStatus.OPEN:
        yield SuspendMarket(market_id)
    if definition.status != MarketStatus.CLOSED:
        yield from _settled_early(market, definition)


def _flags(definition: MarketDefinition, *, cross_matching: bool) -> dict[str, Any]:
    """Return what can be different from one definition to the next."""
    return {
        "bet_delay": definition.bet_delay,
        "turn_in_play": definition.turn_in_play_enabled,
        "persistence_enabled": definition.persistence_enabled,
        "bsp_market": definition.bsp_market,
        "cross_matching": definition.cross_matching and cross_matching,
        "base_rate": hundredths(definition.market_base_rate),
        "discount_allowed": definition.discount_allowed,
        "runners_voidable": definition.runners_voidable,
        "complete": definition.complete,
    }


def _ladder(definition: MarketDefinition) -> LadderDefinition:
    if definition.betting_type == BettingType.LINE:
        bounds = (definition.line_min_unit, definition.line_max_unit, definition.line_interval)
        return LadderDefinition("LINE_RANGE", *(hundredths(bound or 0) for bound in bounds))
    is_asian = definition.betting_type.startswith("ASIAN_HANDICAP")
    return LadderDefinition("FINEST" if is_asian else "CLASSIC")


def _runner(runner: RecordedRunnerDefinition) -> RunnerDefinition:
    return RunnerDefinition(
        key_of(runner), runner.sort_priority, _factor(runner), is_hidden=runner.status == RunnerStatus.HIDDEN
    )


def _factor(runner: RecordedRunnerDefinition) -> int | None:
    """Return an adjustment factor in thousandths of a percent."""
    return None if runner.adjustment_factor is None else round(runner.adjustment_factor * 1000)


def _commands_of_runners(market: Market, definition: MarketDefinition) -> Iterator[Command]:
    is_refunding = definition.status == MarketStatus.CLOSED and Numbers.of(market.definition) is not None
    for told in definition.runners:
        runner = market.runners.get(key_of(told))
        if runner is None:
            yield from _addition(market, told)
        elif not (is_refunding and told.status in REMOVED):
            # Else its line is refunded, or void, as the result says.
            yield from _changes(market.market_id, runner, told)


def _addition(market: Market, told: RecordedRunnerDefinition) -> Iterator[Command]:
    if market.definition.betting_type not in GROWING_TYPES:
        return
    is_complete = market.definition.complete
    if is_complete:
        yield AmendMarket(market.market_id, version=market.version, complete=False)
    yield AddRunner(market.market_id, _runner(told))
    if is_complete:
        yield AmendMarket(market.market_id, version=market.version, complete=True)


def _changes(market_id: str, runner: Runner, told: RecordedRunnerDefinition) -> Iterator[Command]:
    """Yield what brings a runner to what is told of it; raise `Impossible` where it is in the market again."""
    key = runner.key
    if told.status in REMOVED and runner.status in (RunnerStatus.ACTIVE, RunnerStatus.HIDDEN):
        if runner.status is RunnerStatus.HIDDEN:
            yield ReinstateRunner(market_id, key)
        yield RemoveRunner(market_id, key, _factor(told) or 0, leaves_vacant_trap=told.status == "REMOVED_VACANT")
    if told.status not in REMOVED and runner.status in REMOVED:
        raise Impossible(f"runner {key.selection_id} was removed and is in it again, and bets that are void stay so")
    if told.status == RunnerStatus.ACTIVE and runner.ended_by_result:
        raise Impossible(f"runner {key.selection_id} had ended and is in it again, and bets that are settled stay so")
    if told.status == RunnerStatus.HIDDEN and runner.status is RunnerStatus.ACTIVE:
        yield HideRunner(market_id, key)
    elif told.status != RunnerStatus.HIDDEN and runner.status is RunnerStatus.HIDDEN:
        # Who has a result was in the race in the end.
        yield ReinstateRunner(market_id, key)


def _turn_in_play(market: Market, prices: Mapping[RunnerKey, Fraction]) -> Iterator[Command]:
    if not market.definition.turn_in_play:
        yield AmendMarket(market.market_id, version=market.version, turn_in_play=True)
    if market.definition.bsp_market and not market.bsp_reconciled:
        # The off without a word of the reconciliation: the recording's prices count, and never an auction of ours.
        yield _reconcile(market.market_id, prices)
    yield TurnInPlay(market.market_id)


def _reconcile(market_id: str, prices: Mapping[RunnerKey, Fraction]) -> ReconcileAt:
    given = [GivenPrice(key, price.numerator, price.denominator) for key, price in prices.items()]
    return ReconcileAt(market_id, tuple(given))


def _settled_early(market: Market, definition: MarketDefinition) -> Iterator[Command]:
    """Settle the runners that have ended while the market goes on."""
    if definition.betting_type != BettingType.ODDS or definition.each_way_divisor is not None:
        return
    results = [
        RunnerResult(key_of(told), told.status)
        for told in definition.runners
        if told.status in (RunnerStatus.WINNER, RunnerStatus.LOSER)
        and market.runners[key_of(told)].status is RunnerStatus.ACTIVE
    ]
    if results and len(results) < market.active_runners:
        yield SettleRunners(market.market_id, tuple(results))
