"""Which runners a market lists: some are added while it is not complete, some are hidden and reinstated.

A runner is hidden when it has no official entry in its race, because it never was entered or was taken out at a
declaration stage. It takes no bets while it is hidden, and what was matched on it stands, at the price of 1.0: nothing
is to be won on it, since it cannot win. Should it be entered after all, it is reinstated, and its bets have the prices
again at which they were matched (manual, RunnerStatus). What was unmatched lapses for good (chosen).
"""

from collections.abc import Callable

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import AddRunner, HideRunner, ReinstateRunner
from simulator.exchange.events import (
    Event,
    MatchedPriceRestated,
    RunnerAdded,
    RunnerHidden,
    RunnerReinstated,
)
from simulator.exchange.execution import change, lapse_whole
from simulator.exchange.market import Market, Verb
from simulator.exchange.orders import LapseReason, Order, RunnerKey
from simulator.exchange.refusals import Impossible
from simulator.exchange.runner import Runner
from simulator.exchange.state import State
from simulator.exchange.statuses import RunnerStatus

GROWING_TYPES = (BettingType.ODDS, BettingType.ASIAN_HANDICAP_SINGLE_LINE)
"""The types that a single runner can be added to: in the others runners come in pairs, or there is only one."""


def add_runner(state: State, command: AddRunner, at: int) -> list[Event]:
    """List one more runner, after all others. A material change.

    Raises `Impossible` in a market that is complete, closed or of another type, and for a runner that is listed.
    """
    market, definition = state.market_to_run(command.market_id), command.runner
    key = definition.key
    if market.definition.complete:
        raise Impossible(f"market {market.market_id} is complete: no runner can be added to it")
    if market.definition.betting_type not in GROWING_TYPES:
        raise Impossible(f"market {market.market_id} is of type {market.definition.betting_type} and cannot grow")
    if key in market.runners:
        raise Impossible(f"market {market.market_id} lists runner {key.selection_id} already")
    market.demand(Verb.ADD_RUNNER)
    market.runners[key] = market.new_runner(definition)
    market.tell_positions_the_field()
    return [
        RunnerAdded(at, market.market_id, key, definition.sort_priority, definition.adjustment_factor),
        market.changed(at, material=True),
    ]


def hide_runner(state: State, command: HideRunner, at: int) -> list[Event]:
    """Hide an active runner of an ODDS market: what is unmatched on it lapses, what is matched is so at 1.0.

    A material change. Raises `Impossible` for a runner that is not active, and in a market that has ended or is of
    another type.
    """
    market = state.market_to_run(command.market_id)
    runner = _runner(market, command.key, RunnerStatus.ACTIVE, "hide")
    if market.definition.betting_type != BettingType.ODDS:
        raise Impossible(f"market {market.market_id} is not of the type ODDS: its runners are not hidden")
    market.demand(Verb.HIDE_RUNNER)
    runner.status = RunnerStatus.HIDDEN
    events: list[Event] = [RunnerHidden(at, market.market_id, runner.key)]
    for order in runner.orders.values():
        events.extend(lapse_whole(market, order, at, LapseReason.RUNNER_HIDDEN))
    return [*events, *_restate(market, runner, Order.set_prices_to_nothing, at)]


def reinstate_runner(state: State, command: ReinstateRunner, at: int) -> list[Event]:
    """Let a hidden runner take part: its matched bets have their prices again. A material change.

    Raises `Impossible` for a runner that is not hidden, and in a market that has ended.
    """
    market = state.market_to_run(command.market_id)
    runner = _runner(market, command.key, RunnerStatus.HIDDEN, "reinstate")
    market.demand(Verb.REINSTATE_RUNNER)
    runner.status = RunnerStatus.ACTIVE
    reinstated = RunnerReinstated(at, market.market_id, runner.key)
    return [reinstated, *_restate(market, runner, Order.restore_prices, at)]


def _runner(market: Market, key: RunnerKey, status: RunnerStatus, what: str) -> Runner:
    runner = market.runners.get(key)
    if runner is None or runner.status is not status:
        raise Impossible(f"market {market.market_id} has no {status} runner {key.selection_id} to {what}")
    return runner


def _restate(market: Market, runner: Runner, restate: Callable[[Order], None], at: int) -> list[Event]:
    """Give the matched bets on a runner other prices, and let positions know who can win."""
    events: list[Event] = []
    for order in runner.orders.values():
        if order.size_matched:
            old_price = order.average_price_matched
            change(market, order, restate, order)
            events.append(
                MatchedPriceRestated(
                    at,
                    order.market_id,
                    order.bet_id,
                    order.account,
                    order.runner,
                    order.own.size_matched,
                    old_price,
                    order.average_price_matched,
                )
            )
    market.tell_positions_the_field()
    return [*events, market.changed(at, material=True)]
