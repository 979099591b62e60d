"""What is done to markets from outside, by a schedule or by the control API: the commands that it takes."""

from collections.abc import Callable, Sequence
from typing import Final

from simulator.exchange.commands import (
    AddRunner,
    CloseMarket,
    Command,
    HideRunner,
    LapseUnmatched,
    OpenMarket,
    Reconcile,
    ReinstateRunner,
    RemoveRunner,
    ResettleMarket,
    RunnerDefinition,
    RunnerResult,
    SettleMarket,
    SettleRunners,
    SuspendMarket,
    TouchMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.exchange import Exchange
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from simulator.world.catalogue import GREYHOUNDS, Catalogue
from simulator.world.format.quantities import hundredths_of
from simulator.world.format.scenario import (
    AnyHappening,
    ChangeStartTime,
    Close,
    GoInPlay,
    Hide,
    HoldAuction,
    IntroduceRunner,
    Lapse,
    MakeOffers,
    MarketHappening,
    Reinstate,
    Resettle,
    Resume,
    Settle,
    SettleSome,
    Suspend,
    Void,
    Withdraw,
)
from simulator.world.scenario_commands import (
    factor_of,
    offer_commands,
    offers_of,
    persistence_of_offers,
    results_of,
    runner_key,
)

_PLAIN_COMMANDS: Final[dict[type[MarketHappening], Callable[[str], Command]]] = {
    Suspend: SuspendMarket,
    Resume: OpenMarket,
    GoInPlay: TurnInPlay,
    HoldAuction: Reconcile,
    Lapse: LapseUnmatched,
    Close: CloseMarket,
    Void: VoidMarket,
}
"""The commands of happenings that have no content but their market."""


def verb_of(happening: AnyHappening) -> str:
    """Return the verb by which a scenario names a happening, such as `turn-in-play`."""
    return str(happening.__struct_config__.tag)


def commands_of(happening: MarketHappening, exchange: Exchange, catalogue: Catalogue) -> list[Command]:
    """Return the commands that make a happening happen; raise `Impossible` where there is no such market."""
    market_id = happening.market
    command_of = _PLAIN_COMMANDS.get(type(happening))
    if command_of is not None:
        return [command_of(market_id)]
    match happening:
        case ChangeStartTime():
            return [TouchMarket(market_id)]
        case IntroduceRunner():
            return [AddRunner(market_id, _definition(happening, exchange))]
        case Hide():
            return [HideRunner(market_id, runner_key(happening))]
        case Reinstate():
            return [ReinstateRunner(market_id, runner_key(happening))]
        case Withdraw():
            factor = factor_of(happening.adjustment_factor)
            vacant = _is_greyhound_race(market_id, catalogue)
            return [RemoveRunner(market_id, runner_key(happening), factor, leaves_vacant_trap=vacant)]
        case Settle():
            return [_settlement(happening, exchange)]
        case SettleSome():
            return [SettleRunners(market_id, results_of(happening.results))]
        case MakeOffers():
            return list(_offers(happening, exchange))
    raise AssertionError(f"nothing is known of how to {verb_of(happening)}")


def _definition(introduce: IntroduceRunner, exchange: Exchange) -> RunnerDefinition:
    market = exchange.markets.get(introduce.market)
    place = 1 if market is None else len(market.runners) + 1
    return RunnerDefinition(
        runner_key(introduce), introduce.sort_priority or place, factor_of(introduce.adjustment_factor)
    )


def _is_greyhound_race(market_id: str, catalogue: Catalogue) -> bool:
    market = catalogue.markets.get(market_id)
    return market is not None and market.event.event_type_id == GREYHOUNDS


def _settlement(settle: Settle, exchange: Exchange) -> SettleMarket | ResettleMarket:
    results = settle.results or ()
    in_front = [runner_key(result) for result in results if result.status in ("WINNER", "PLACED")]
    tied = [key for selection_id in settle.dead_heat or () for key in in_front if key.selection_id == selection_id]
    command = ResettleMarket if isinstance(settle, Resettle) else SettleMarket
    return command(
        settle.market,
        tuple(result for result in results_of(results) if not _is_known(result, settle.market, exchange)),
        dead_heat=tuple(tied),
        margin=settle.margin,
        total=settle.total,
        line_result=None if settle.line_result is None else hundredths_of(settle.line_result),
    )


def _is_known(result: RunnerResult, market_id: str, exchange: Exchange) -> bool:
    """Return whether a result repeats what became of a runner before: results may tell of all runners of a race.

    What a result has said of a runner of a market that is closed is not known: it is to be said anew.
    """
    market = exchange.markets.get(market_id)
    runner = None if market is None else market.runners.get(result.key)
    if market is None or runner is None or runner.status is RunnerStatus.ACTIVE:
        return False
    if runner.ended_by_result and market.status is MarketStatus.CLOSED:
        return False
    return result.status == (RunnerStatus.REMOVED if runner.status is RunnerStatus.REMOVED_VACANT else runner.status)


def _offers(offers: MakeOffers, exchange: Exchange) -> Sequence[Command]:
    market = exchange.markets.get(offers.market)
    if market is None:
        raise Impossible(f"there is no market {offers.market!r}")
    definition = market.definition
    return list(
        offer_commands(
            offers.market,
            runner_key(offers),
            offers_of(offers.available_to_back),
            offers_of(offers.available_to_lay),
            persistence_of_offers(definition.turn_in_play, definition.persistence_enabled),
        )
    )
