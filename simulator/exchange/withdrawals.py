"""Non-runners: what becomes of bets when a runner is withdrawn (exchange mechanics).

Bets on the runner itself are void. The others' chances are better now, so their backers got too good a price: matched
prices are reduced by the withdrawn runner's reduction factor, and unmatched lays, which would now be taken at once,
lapse or are repriced. Unmatched backs stay: they ask for more than the runner is worth now, and may wait for a taker.

| market         | matched bets on the others           | from      | unmatched LAPSE lays | unmatched PERSIST lays   |
|----------------|--------------------------------------|-----------|----------------------|--------------------------|
| WIN, EACH_WAY  | price x (1 - factor)                 | 2.5 %     | lapse from 2.5 %     | reduced from 2.5 %       |
| PLACE          | 1 + (price - 1) x (1 - factor)       | any       | lapse from 4 %       | winnings reduced, always |

Of a runner that is withdrawn after the off, because it never left the stalls, only bets matched up to the off are
reduced, those at the starting price included (exchange rules); unmatched lays are treated as before the off (chosen). A
lay with MARKET_ON_CLOSE persistence goes the way of LAPSE lays. Reduced prices are rounded to the nearest hundredth and
are no rungs of a ladder; the price of an unmatched lay is the rung at or below it.
"""

from typing import Final

from simulator.exchange.commands import RemoveRunner
from simulator.exchange.events import (
    Event,
    MatchedPriceReduced,
    OrderRepriced,
    RunnerRemoved,
)
from simulator.exchange.execution import change, lapse, lapse_whole, reprice
from simulator.exchange.ladder import LOWEST_PRICE
from simulator.exchange.market import Market, Verb
from simulator.exchange.money import HUNDREDTHS, divide_half_away
from simulator.exchange.orders import LapseReason, Order, OrderType, Persistence
from simulator.exchange.refusals import Impossible
from simulator.exchange.runner import Runner
from simulator.exchange.state import State
from simulator.exchange.statuses import RunnerStatus
from simulator.exchange.telling import order_queued, order_voided

WHOLE: Final = 100_000
"""Reduction factors are thousandths of a percent, the decimals with which they are recorded: 9100 is 9.1 %."""
LEAST_WIN_FACTOR: Final = 2_500
LEAST_LAPSING_PLACE_FACTOR: Final = 4_000


def remove_runner(state: State, command: RemoveRunner, at: int) -> list[Event]:
    """Withdraw a runner; the market is suspended for it and as open afterwards as it was before. A material change.

    Raises `Impossible` for a runner that is not active or a market that has ended.
    """
    market = state.market_to_run(command.market_id)
    runner = market.runners.get(command.key)
    if runner is None or runner.status is not RunnerStatus.ACTIVE:
        raise Impossible(f"market {market.market_id} has no active runner {command.key.selection_id} to remove")
    market.demand(Verb.REMOVE_RUNNER)
    factor = runner.adjustment_factor if command.adjustment_factor is None else command.adjustment_factor
    if not 0 <= (factor or 0) < WHOLE:
        raise Impossible(f"a reduction factor is at least 0 and below 100 %, not {factor} thousandths of a percent")
    runner.status = RunnerStatus.REMOVED_VACANT if command.leaves_vacant_trap else RunnerStatus.REMOVED
    runner.removed_at = at
    events: list[Event] = [RunnerRemoved(at, market.market_id, runner.key, factor or 0)]
    events.extend(_void_bets_on(market, runner, at))
    market.forget_trades(runner)
    if factor:
        runner.adjustment_factor = factor
        for other in market.runners.values():
            if other.status is RunnerStatus.ACTIVE:
                events.extend(_reduce(market, other, factor, at))
        _rescale_factors(market, factor)
    market.tell_positions_the_field()
    return [*events, market.changed(at, material=True)]


def reduced_price(price: int, factor: int, *, is_place_market: bool) -> int:
    """Return a matched price after a removal, in hundredths: to the nearest hundredth, at least 1.01."""
    if is_place_market:
        winnings = divide_half_away((price - HUNDREDTHS) * (WHOLE - factor), WHOLE)
        return max(LOWEST_PRICE, HUNDREDTHS + winnings)
    if factor < LEAST_WIN_FACTOR:
        return price
    return max(LOWEST_PRICE, divide_half_away(price * (WHOLE - factor), WHOLE))


def _reduced_limit(market: Market, price: int, factor: int) -> int:
    """Return the price of an unmatched lay after a removal: the rung at or below the reduced price, or the lowest.

    A layer offered no more than that, so nothing is rounded up.
    """
    if market.definition.is_place_market:
        exact = HUNDREDTHS + (price - HUNDREDTHS) * (WHOLE - factor) // WHOLE
    else:
        exact = price * (WHOLE - factor) // WHOLE
    return market.ladder.floor(max(exact, market.ladder.lowest))


def _void_bets_on(market: Market, runner: Runner, at: int) -> list[Event]:
    events: list[Event] = []
    for order in runner.orders.values():
        events.extend(lapse_whole(market, order, at, LapseReason.RUNNER_REMOVED))
        if order.size_matched:
            size = order.own.size_matched
            change(market, order, order.void, at)
            events.append(order_voided(order, size, at))
    return events


def _reduce(market: Market, runner: Runner, factor: int, at: int) -> list[Event]:
    is_place_market = market.definition.is_place_market

    def reduced(price: int) -> int:
        return reduced_price(price, factor, is_place_market=is_place_market)

    events: list[Event] = []
    for order in runner.orders.values():
        if order.size_matched:
            payout, old_price = order.matched_payout, order.average_price_matched
            change(market, order, order.reduce_prices, reduced)
            if order.matched_payout != payout:
                events.append(_matched_price_reduced(order, old_price, at))
    runner.book.reduce_traded_prices(reduced)
    for order in list(runner.book.lays.orders()):
        event = _treat_unmatched_lay(market, order, factor, at)
        if event is not None:
            events.append(event)
    lays = runner.starting_price_lays.values()
    return [*events, *(_reduce_starting_price_lay(market, runner, order, factor, at) for order in lays)]


def _matched_price_reduced(order: Order, old_price: int, at: int) -> Event:
    size, price = order.own.size_matched, order.average_price_matched
    return MatchedPriceReduced(at, order.market_id, order.bet_id, order.account, order.runner, size, old_price, price)


def _reduce_starting_price_lay(market: Market, runner: Runner, order: Order, factor: int, at: int) -> Event:
    """Lower what a lay at the starting price risks, and in WIN markets its limit; backs stay as they are.

    In a WIN market the risk shrinks by the removed runner's share of what is left without the runner itself.
    """
    if market.definition.is_place_market:
        left, of = WHOLE - factor, WHOLE
    else:
        # Factors are given: that of one runner may be all of the race, or more, beside those of others.
        of = max(1, WHOLE - (runner.adjustment_factor or 0))
        left = max(0, of - factor)
        if order.order_type is OrderType.LIMIT_ON_CLOSE and factor >= LEAST_WIN_FACTOR:
            order.reprice(_reduced_limit(market, order.price, factor))
    change(market, order, order.reduce_liability, lambda liability: divide_half_away(liability * left, of))
    return order_queued(order, at)


def _treat_unmatched_lay(market: Market, order: Order, factor: int, at: int) -> Event | None:
    is_place_market = market.definition.is_place_market
    if order.persistence is not Persistence.PERSIST:
        least = LEAST_LAPSING_PLACE_FACTOR if is_place_market else LEAST_WIN_FACTOR
        return lapse(market, order, at, LapseReason.OTHER_RUNNER_REMOVED) if factor >= least else None
    if factor < LEAST_WIN_FACTOR and not is_place_market:
        return None
    old_price, price = order.price, _reduced_limit(market, order.price, factor)
    if price == old_price:
        return None
    reprice(market, order, price)
    return OrderRepriced(at, order.market_id, order.bet_id, order.account, order.runner, old_price, price)


def _rescale_factors(market: Market, factor: int) -> None:
    """Make the factors of a WIN market add up to 100 % again; those of PLACE markets are given as they are."""
    if market.definition.is_place_market:
        return
    for runner in market.runners.values():
        if runner.status is RunnerStatus.ACTIVE and runner.adjustment_factor is not None:
            runner.adjustment_factor = divide_half_away(runner.adjustment_factor * WHOLE, WHOLE - factor)
