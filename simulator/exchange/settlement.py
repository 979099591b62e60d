"""From verdicts to money: what each bet won or lost, commission on the net winnings of a market, or everything void.

Profits are exact for a bet and rounded once, to the nearest penny; what that leaves over stays with the house, so
that no penny appears or disappears (exchange mechanics).
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from simulator.exchange.commands import SettleMarket, SettleRunners, VoidMarket
from simulator.exchange.events import CommissionCharged, Event, MarketClosed, MoneyMoved, OrderSettled
from simulator.exchange.execution import lapse_whole
from simulator.exchange.ledger import BET, COMMISSION, COMMISSION_CHARGE, HOUSE
from simulator.exchange.market import Market, Verb
from simulator.exchange.money import HUNDRED_PERCENT, divide_half_away
from simulator.exchange.order_index import Closing, Ending
from simulator.exchange.orders import VOIDED, Judgement, LapseReason, Order
from simulator.exchange.results import verdict_on, verdict_on_some
from simulator.exchange.state import State
from simulator.exchange.statuses import ACTIVE, REMOVED
from simulator.exchange.telling import money_moved, order_voided
from simulator.exchange.transitions import finish
from simulator.exchange.verdicts import VOID


def settle_market(state: State, command: SettleMarket, at: int) -> list[Event]:
    """Settle a market by its result and close it; `Impossible` where the result is not one of such a market."""
    market = state.market_to_run(command.market_id)
    market.demand(Verb.SETTLE)
    verdict = verdict_on(market, command)
    events: list[Event] = finish(market, Verb.SETTLE, at)
    events.extend(market.end_runners(verdict.statuses, at))
    events.extend(pay(state, market, market.orders.values(), verdict.judge, at))
    events.extend(close(state, market, at))
    return events


def void_market(state: State, command: VoidMarket, at: int) -> list[Event]:
    """Void every bet of a market and close it: every profit is 0; what was settled before stays so (chosen)."""
    market = state.market_to_run(command.market_id)
    market.demand(Verb.VOID)
    remaining = [key for key, runner in market.runners.items() if runner.status is ACTIVE]
    ended = market.end_runners(dict.fromkeys(remaining, REMOVED), at)
    events: list[Event] = [*finish(market, Verb.VOID, at), *ended]
    events.extend(pay(state, market, market.orders.values(), lambda _: VOID, at))
    events.extend(close(state, market, at))
    return events


def settle_runners(state: State, command: SettleRunners, at: int) -> list[Event]:
    """Settle some runners of a market that goes on for the others; what was unmatched on them lapses.

    Commission is due on the market as a whole when it closes. Until then it is kept back from what an account may bet
    with, as if the market ended now. Raises `Impossible` as `verdict_on_some` does.
    """
    market = state.market_to_run(command.market_id)
    verdict = verdict_on_some(market, command.results)
    events: list[Event] = market.end_runners(verdict.statuses, at)
    on_some = (order for key in verdict.statuses for order in market.runners[key].orders.values())
    orders = [order for order in on_some if order.settled_at is None]
    for order in orders:
        events.extend(lapse_whole(market, order, at, LapseReason.RUNNER_SETTLED))
    events.extend(pay(state, market, orders, verdict.judge, at))
    for key, status in verdict.statuses.items():
        if status is REMOVED:
            market.forget_trades(market.runners[key])
    for order in orders:
        if order.account in market.positions:
            market.positions[order.account].drop(order.own)
    market.tell_positions_the_field()
    for name in {order.account for order in orders}:
        commission = _commission(state, market, name, market.orders_of[name].net_winnings or 0)
        state.accounts[name].retain_commission(market.market_id, commission)
    return [*events, market.changed(at, material=True)]


def commission_on(net_winnings: int, base_rate: int, discount_rate: int) -> int:
    """Return the commission on an account's net winnings in one market, in pence; nothing on a loss.

    Rates are hundredths of a percent; the discount lowers the base rate (manual, account details and market base rate).
    """
    if net_winnings <= 0:
        return 0
    return divide_half_away(
        net_winnings * base_rate * (HUNDRED_PERCENT - discount_rate), HUNDRED_PERCENT * HUNDRED_PERCENT
    )


class _Ended(NamedTuple):
    """What has become of the bets of one account: where they are from now on, those that count, and what they bring."""

    cleared: dict[int, Order]
    matched: list[Order]
    profits: list[int]


def pay(
    state: State, market: Market, orders: Iterable[Order], judge: Callable[[Order], Judgement], at: int
) -> list[Event]:
    """Judge every bet that is not settled and move its profit; the bets leave the current orders.

    What is void is told first.
    """
    voided: list[Event] = []
    events: list[Event] = []
    moves: list[MoneyMoved] = []
    ended = {name: _Ended(state.accounts[name].cleared_orders, [], []) for name in market.orders_of}
    in_pounds = all(state.accounts[name].rate is None for name in ended)
    market_id, corrections = market.market_id, market.corrections
    of_whom = None
    for order in orders:
        if order.settled_at is not None:
            continue
        name, bet_id = order.account, order.bet_id
        if name != of_whom:
            of_whom, (cleared, matched, profits) = name, ended[name]
        cleared[bet_id] = order
        judgement = order.settle(at, judge)
        if judgement is None:
            continue
        profit, outcome = judgement
        profits.append(profit)
        if outcome is VOIDED:
            voided.append(order_voided(order, order.own.size_matched, at))
            order.void(at)
            market.orders_of[name].note(order)
        else:
            matched.append(order)
        events.append(OrderSettled(at, market_id, bet_id, name, order.runner, outcome, profit))
        if not profit:
            continue
        if in_pounds:
            debit, credit = (HOUSE, name) if profit > 0 else (name, HOUSE)
            moved = MoneyMoved(at, debit, credit, abs(profit), BET, market_id, bet_id)
            moves.append(moved)
        else:
            moved = post(state, market, at, HOUSE, name, profit, BET, bet_id)
        events.append(moved)
    if moves:
        state.ledger.pay_bets(moves, {name: of_account.profits for name, of_account in ended.items()}, corrections)
    for name, of_account in ended.items():
        market.orders_of[name].note_settled(of_account.matched, of_account.profits, at)
    voided.extend(events)
    return voided


def close(state: State, market: Market, at: int) -> list[Event]:
    """Charge each account's commission, on all that the market brought it, and forget the positions."""
    events: list[Event] = []
    for name, index in market.orders_of.items():
        if index.net_winnings is None:
            continue
        commission = _commission(state, market, name, index.net_winnings)
        market.commissions[name] = commission
        if commission:
            index.closings[market.corrections] = Closing(index.net_winnings, index.ended[Ending.SETTLED].latest.bet_id)
            events.append(post(state, market, at, name, COMMISSION, commission, COMMISSION_CHARGE, None))
            events.append(CommissionCharged(at, market.market_id, name, commission))
    for name in market.orders_of.keys() | market.positions.keys():
        state.accounts[name].close_position(market.market_id)
    market.positions.clear()
    return [*events, MarketClosed(at, market.market_id)]


def _commission(state: State, market: Market, account: str, net_winnings: int) -> int:
    definition = state.accounts[account].definition
    discount = definition.discount_rate if market.definition.discount_allowed else 0
    base_rate = market.definition.base_rate if definition.commission_rate is None else definition.commission_rate
    return commission_on(net_winnings, base_rate, discount)


def post(
    state: State, market: Market, at: int, debit: str, credit: str, amount: int, memo: str, bet_id: int | None
) -> MoneyMoved:
    """Move money for a market, `amount` being in the money of the customer."""
    posting = state.ledger.move(at, debit, credit, amount, memo, market.market_id, bet_id, market.corrections)
    return money_moved(posting)
