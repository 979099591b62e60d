"""The markets of a world as entries of a scenario: as they are now, with what the liquidity account still offers.

A scenario begins with markets before the off. What has come further is brought there by what its schedule does at once:

    | a market                              | begins as it is, and then                                  |
    |---------------------------------------|------------------------------------------------------------|
    | before the off: INACTIVE, OPEN ...    | nothing more happens to it                                 |
    | reconciled                            | `reconcile`                                                |
    | in play                               | `turn-in-play`                                             |
    | with runners that are settled already | `settle-runners`                                           |
    | closed for betting                    | `close`                                                    |
    | further, and SUSPENDED                | `suspend`, after the `offers`, which are made in this case |
    |                                       | when all else is done                                      |
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final, Literal, cast

from simulator.exchange.book import Offers
from simulator.exchange.market import Market
from simulator.exchange.orders import RunnerKey
from simulator.exchange.runner import Runner
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from simulator.world.catalogue import GREYHOUNDS, MarketDescription
from simulator.world.format.market_entries import KeyLineEntry, LineEntry, MarketEntry, RunnerEntry
from simulator.world.format.quantities import THOUSANDTHS, in_units, instant_text
from simulator.world.format.scenario import (
    Close,
    GoInPlay,
    HoldAuction,
    MakeOffers,
    MarketHappening,
    PriceSize,
    ResultEntry,
    SettleSome,
    Suspend,
)
from simulator.world.scenario_commands import ACTIVE, HIDDEN, LIQUIDITY, REMOVED, REMOVED_VACANT

SETTLED: Final = (RunnerStatus.WINNER, RunnerStatus.LOSER, RunnerStatus.PLACED)


def market_entry(market: Market, described: MarketDescription) -> MarketEntry:
    """Return the entry of a market that is not closed."""
    definition, line = market.definition, described.line
    has_offers = not has_come_further(market)
    status = str(market.status if has_offers else MarketStatus.OPEN)
    return MarketEntry(
        id=market.market_id,
        name=described.name,
        market_type=described.market_type,
        start_time=instant_text(described.start_time),
        runners=tuple(_runner_entry(market, described, key, has_offers=has_offers) for key in described.runners),
        betting_type=str(definition.betting_type),
        suspend_time=instant_text(described.suspend_time),
        settle_time=None if described.settle_time is None else instant_text(described.settle_time),
        number_of_winners=definition.number_of_winners,
        cross_matching=definition.cross_matching,
        bsp_market=definition.bsp_market,
        turn_in_play=definition.turn_in_play,
        persistence_enabled=definition.persistence_enabled,
        bet_delay=definition.bet_delay,
        base_rate=in_units(definition.base_rate),
        discount_allowed=definition.discount_allowed,
        regulators=described.regulators,
        runners_voidable=definition.runners_voidable,
        complete=definition.complete,
        status=status,
        rules=described.rules,
        rules_has_date=described.rules_has_date,
        clarifications=described.clarifications,
        race_type=described.race_type,
        each_way_divisor=None if definition.each_way_divisor is None else in_units(definition.each_way_divisor),
        line=None
        if line is None
        else LineEntry(
            min_unit_value=in_units(line.minimum),
            max_unit_value=in_units(line.maximum),
            interval=in_units(line.interval),
            market_unit=line.unit,
        ),
        ladder=definition.ladder.type,
        key_line=tuple(
            KeyLineEntry(selection_id=key.selection_id, handicap=in_units(key.handicap)) for key in described.key_line
        ),
        bet_delay_models=cast(tuple[Literal["DYNAMIC", "PASSIVE"], ...], described.bet_delay_models),
    )


def has_come_further(market: Market) -> bool:
    """Return whether a market is in a state that no market of a scenario begins in."""
    return bool(market.in_play or market.bsp_reconciled or market.betting_is_over or _settled_runners(market))


def happenings_to_here(market: Market, at: str) -> Iterator[MarketHappening]:
    """Yield what brings a market from its entry to where it is, all of it at the time `at`."""
    if not has_come_further(market):
        return
    market_id, settled = market.market_id, _settled_runners(market)
    if market.bsp_reconciled and not market.in_play and not market.betting_is_over:
        yield HoldAuction(market=market_id, at=at)
    if market.in_play:
        yield GoInPlay(market=market_id, at=at)
    if settled:
        results = tuple(
            ResultEntry(
                selection_id=runner.key.selection_id, handicap=in_units(runner.key.handicap), status=str(runner.status)
            )
            for runner in settled
        )
        yield SettleSome(market=market_id, at=at, results=results)
    if market.betting_is_over:
        yield Close(market=market_id, at=at)
        return
    for runner in market.runners.values():
        to_back, to_lay = _offers(runner)
        if to_back or to_lay:
            yield MakeOffers(
                market=market_id,
                at=at,
                selection_id=runner.key.selection_id,
                handicap=in_units(runner.key.handicap),
                available_to_back=to_back,
                available_to_lay=to_lay,
            )
    if market.status is MarketStatus.SUSPENDED:
        yield Suspend(market=market_id, at=at)


def _settled_runners(market: Market) -> list[Runner]:
    return [runner for runner in market.runners.values() if runner.status in SETTLED]


def _runner_entry(market: Market, described: MarketDescription, key: RunnerKey, *, has_offers: bool) -> RunnerEntry:
    runner, description = market.runners[key], described.runners[key]
    to_back, to_lay = _offers(runner) if has_offers else ((), ())
    factor = runner.adjustment_factor
    return RunnerEntry(
        selection_id=key.selection_id,
        name=description.name,
        handicap=in_units(key.handicap),
        sort_priority=description.sort_priority,
        adjustment_factor=None if factor is None else Decimal(factor) / THOUSANDTHS,
        metadata=dict(description.metadata),
        status=_status_at_first(runner.status, is_greyhound=described.event.event_type_id == GREYHOUNDS),
        available_to_back=to_back,
        available_to_lay=to_lay,
    )


def _status_at_first(status: RunnerStatus, *, is_greyhound: bool) -> str:
    if status in (RunnerStatus.REMOVED, RunnerStatus.REMOVED_VACANT):
        return REMOVED_VACANT if is_greyhound else REMOVED
    return HIDDEN if status is RunnerStatus.HIDDEN else ACTIVE


def _offers(runner: Runner) -> tuple[tuple[PriceSize, ...], tuple[PriceSize, ...]]:
    """Return what the liquidity account offers on a runner to back and to lay, best first."""
    book = runner.book
    return tuple(_levels(book.available_to_back)), tuple(_levels(book.available_to_lay))


def _levels(offers: Offers) -> Iterable[PriceSize]:
    for level in offers.best_first():
        size = sum(order.size_remaining for order in level.queue.values() if order.account == LIQUIDITY)
        if size:
            yield in_units(level.price), in_units(size)
