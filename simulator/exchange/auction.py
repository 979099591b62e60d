"""The starting price auction of a market: who waits for it, and what happens when it is held.

An order for the starting price has no size until there is a price: a back states its stake, a lay what it risks, and
both wait as `liability_waiting` in the queue of their runner, first come first served at equal limits.
`starting_price` works out the price and the shares of one runner; this module feeds it from the market and carries
the result out.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import floor

from simulator.exchange.book import Offers
from simulator.exchange.commands import CloseMarket, Reconcile, ReconcileAt, TurnInPlay
from simulator.exchange.events import (
    Event,
    OrderMatchedAtStartingPrice,
    StartingPriceMade,
)
from simulator.exchange.execution import (
    change,
    end_starting_price_order,
    fill_at_auction,
    lapse,
    queue_for_starting_price,
)
from simulator.exchange.market import Market, Verb
from simulator.exchange.money import HUNDREDTHS, Price
from simulator.exchange.orders import Fragment, LapseReason, Order, OrderType, Persistence, RunnerKey, Side
from simulator.exchange.refusals import Impossible
from simulator.exchange.runner import Runner
from simulator.exchange.starting_price import (
    Reconciliation,
    StartingPriceBet,
    at_price,
    far_price,
    near_price,
    published,
    reconcile,
)
from simulator.exchange.state import State
from simulator.exchange.statuses import RunnerStatus
from simulator.exchange.telling import order_queued
from simulator.exchange.transitions import end_betting, go_in_play, refuse_reconcile, refuse_turn_in_play


def reconcile_on_command(state: State, command: Reconcile, at: int) -> list[Event]:
    """Hold the auction of a market without turning it in play; afterwards no order for the starting price is taken."""
    market = state.market_to_run(command.market_id)
    refuse_reconcile(market)
    return [*hold_auction(state, market, at), market.changed(at, material=True)]


def reconcile_at(state: State, command: ReconcileAt, at: int) -> list[Event]:
    """Match what waits for the starting price at prices that were made elsewhere; what they do not suit lapses.

    Which bets at their very limit took part is not known, so that none of them does (chosen). The exchange's own bets
    are left alone.
    """
    market = state.market_to_run(command.market_id)
    refuse_reconcile(market)
    prices: dict[RunnerKey, Fraction] = {}
    for given in command.prices:
        if not 0 < given.denominator < given.numerator or given.key not in market.runners:
            raise Impossible(f"{given.numerator}/{given.denominator} is no starting price of {given.key.selection_id}")
        prices[given.key] = Fraction(given.numerator, given.denominator)
    active = [runner for runner in market.runners.values() if runner.status is RunnerStatus.ACTIVE]
    events: list[Event] = []
    for runner in active:
        events.extend(_convert(state, market, runner, at))
    for runner in active:
        result = at_price(_bets(runner, Side.BACK), _bets(runner, Side.LAY), prices.get(runner.key))
        events.extend(_carry_out(state, market, runner, result, at))
    market.bsp_reconciled = True
    return [*events, market.changed(at, material=True)]


def turn_in_play(state: State, command: TurnInPlay, at: int) -> list[Event]:
    """Turn a market in play: first the auction, against every unmatched bet, and only then do LAPSE bets lapse."""
    market = state.market_to_run(command.market_id)
    refuse_turn_in_play(market)
    auction = hold_auction(state, market, at) if market.definition.bsp_market and not market.bsp_reconciled else []
    return [*auction, *go_in_play(market, at)]


def close_betting(state: State, command: CloseMarket, at: int) -> list[Event]:
    """End betting in a market. For one that has not turned in play this is the off, which begins with the auction.

    Source: exchange mechanics, section 8.3
    """
    market = state.market_to_run(command.market_id)
    market.demand(Verb.CLOSE_BETTING)
    auction = hold_auction(state, market, at) if market.definition.bsp_market and not market.bsp_reconciled else []
    return [*auction, *end_betting(market, at)]


def hold_auction(state: State, market: Market, at: int) -> list[Event]:
    """Make every runner's starting price, against all that is unmatched on the exchange, and match who takes part."""
    events: list[Event] = []
    for runner in market.runners.values():
        if runner.status is RunnerStatus.ACTIVE:
            events.extend(_convert(state, market, runner, at))
    for runner in market.runners.values():
        if runner.status is RunnerStatus.ACTIVE:
            events.extend(_reconcile_runner(state, market, runner, at))
    market.bsp_reconciled = True
    return events


def projected_prices(runner: Runner) -> tuple[Price, Price]:
    """Return the near and the far price of a runner as things stand."""
    backs, lays = _bets(runner, Side.BACK), _bets(runner, Side.LAY)
    to_back, to_lay = list(runner.book.available_to_back.sizes()), list(runner.book.available_to_lay.sizes())
    return near_price(backs, lays, to_back, to_lay), far_price(backs, lays)


def _bets(runner: Runner, side: Side) -> list[StartingPriceBet]:
    """Return the bets of one side as the auction sees them, in queue order."""
    return [
        StartingPriceBet(order.liability_waiting, order.price if order.order_type is OrderType.LIMIT_ON_CLOSE else None)
        for order in runner.starting_price_queue(side).values()
    ]


def _convert(state: State, market: Market, runner: Runner, at: int) -> Iterable[Event]:
    """Send the unmatched LIMIT orders with MARKET_ON_CLOSE persistence into the auction.

    A lay brings what it would have risked; one that risks less than the minimum of its currency lapses instead.
    """
    for order in [*_to_be_converted(runner.book.backs), *_to_be_converted(runner.book.lays)]:
        if lapses_at_the_off(state, order):
            yield lapse(market, order, at, LapseReason.SMALL_STAKE)
            continue
        queue_for_starting_price(market, order)
        yield order_queued(order, at)


def lapses_at_the_off(state: State, order: Order) -> bool:
    """Return whether what is unmatched of a LIMIT order for the off risks too little to wait for the starting price."""
    currency = state.accounts[order.account].definition.currency
    least = state.rules.currency(currency).minimum_bsp_liability
    return order.side is Side.LAY and order.own.liability_of_rest < least


def _to_be_converted(offers: Offers) -> list[Order]:
    return [order for order in offers.orders() if order.persistence is Persistence.MARKET_ON_CLOSE]


def _reconcile_runner(state: State, market: Market, runner: Runner, at: int) -> Iterable[Event]:
    result = reconcile(
        _bets(runner, Side.BACK),
        _bets(runner, Side.LAY),
        list(runner.book.available_to_back.sizes()),
        list(runner.book.available_to_lay.sizes()),
    )
    yield from _carry_out(state, market, runner, result, at)


def _carry_out(state: State, market: Market, runner: Runner, result: Reconciliation, at: int) -> Iterable[Event]:
    """Match what a reconciliation matches, and lapse the rest."""
    runner.starting_price = result.price
    yield StartingPriceMade(at, market.market_id, runner.key, published(result.price))
    if isinstance(result.price, Fraction):
        yield from _match_bets(state, market, runner, result, result.price, at)
        for side, taken in ((Side.LAY, result.lays_taken), (Side.BACK, result.backs_taken)):
            for offer in taken:
                yield from fill_at_auction(market, runner, side, offer.price, offer.size, state.match_ids.take, at)
    for side in Side:
        for order in list(runner.starting_price_queue(side).values()):
            yield from end_starting_price_order(market, order, at, LapseReason.NO_MATCH_AT_STARTING_PRICE)


def _match_bets(
    state: State, market: Market, runner: Runner, result: Reconciliation, price: Fraction, at: int
) -> Iterable[Event]:
    shown = published(price)
    assert isinstance(shown, int)
    backs, lays = runner.starting_price_queue(Side.BACK), runner.starting_price_queue(Side.LAY)
    shares = [
        *zip(backs.values(), result.back_stakes, result.back_stakes, strict=True),
        *zip(lays.values(), result.lay_stakes, result.lay_liabilities, strict=True),
    ]
    for order, stake, liability in shares:
        if stake:
            runner.starting_price_taken[order.side] += liability
            # Cut, because what is left of a penny decides how the profit is rounded: 0.4999 must not become 0.50.
            payout = floor(stake * price * HUNDREDTHS)
            fragment = Fragment(state.match_ids.take(), shown, stake, at, payout, at_starting_price=True)
            own = order.own
            waited = own.liability_waiting
            change(market, order, order.match_at_starting_price, fragment, liability, price)
            yield OrderMatchedAtStartingPrice(
                at,
                market.market_id,
                order.bet_id,
                order.account,
                runner.key,
                fragment.match_id,
                order.side,
                shown,
                own.fragments[-1].size,
                waited - own.liability_waiting,
            )
