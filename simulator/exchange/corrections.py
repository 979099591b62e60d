"""A market whose result was wrong is settled anew: what came of the wrong one is taken back, and the right one counts.

Every bet is taken back and settled again, also those that won or lost by either result, and so is the commission
(published, winLose of the account statement: RESULT_FIX reverses the records in error, "a second FIX record" the
commission). So whatever is corrected ends in the balances to which the right result would have led at once.
"""

from collections.abc import Iterable

from simulator.exchange.commands import ResettleMarket
from simulator.exchange.events import CommissionReturned, Event, OrderUnsettled
from simulator.exchange.ledger import BET_CORRECTION, COMMISSION, COMMISSION_REVERSAL, HOUSE
from simulator.exchange.market import Market, Verb
from simulator.exchange.orders import Order
from simulator.exchange.refusals import Impossible
from simulator.exchange.results import verdict_on
from simulator.exchange.settlement import close, pay, post
from simulator.exchange.state import State
from simulator.exchange.statuses import ACTIVE
from simulator.exchange.verdicts import Verdict


def resettle_market(state: State, command: ResettleMarket, at: int) -> list[Event]:
    """Settle a market anew that is CLOSED; `Impossible` where it is not, or the result is not one of such a market.

    What was withdrawn, lapsed or cancelled before the end stays so. Money that has left an account meanwhile is not
    asked for: the balance may become less than nothing.
    """
    market = state.market_to_run(command.market_id)
    market.demand(Verb.RESETTLE)
    verdict = _verdict_instead(market, command)
    market.move(Verb.RESETTLE)
    market.settled_at = at
    orders = [order for order in market.orders.values() if order.outcome is not None]
    events: list[Event] = [market.changed(at, material=True), *_take_back(state, market, orders, at)]
    market.corrections += 1
    events.extend(market.end_runners(verdict.statuses, at))
    return [*events, *pay(state, market, orders, verdict.judge, at), *close(state, market, at)]


def _verdict_instead(market: Market, command: ResettleMarket) -> Verdict:
    """Return the verdict on a market in which everybody can win again whom the result before has ended.

    Raises `Impossible` as `verdict_on` does; then the runners are as they were.
    """
    ended = [runner for runner in market.runners.values() if runner.ended_by_result]
    before = [(runner.status, runner.removed_at) for runner in ended]
    for runner in ended:
        runner.status, runner.removed_at = ACTIVE, None
    try:
        return verdict_on(market, command)
    except Impossible:
        for runner, (status, removed_at) in zip(ended, before, strict=True):
            runner.status, runner.removed_at = status, removed_at
        raise


def _take_back(state: State, market: Market, orders: Iterable[Order], at: int) -> list[Event]:
    """Reverse every bet's profit, and then the commission of every account."""
    events: list[Event] = []
    for order in orders:
        account, profit, outcome = order.account, order.own.profit, order.own.outcome
        assert profit is not None
        assert outcome is not None
        market.orders_of[account].forget_settlement(order)
        del state.accounts[account].cleared_orders[order.bet_id]
        order.unsettle()
        events.append(OrderUnsettled(at, order.market_id, order.bet_id, account, order.runner, outcome, profit))
        if profit:
            events.append(post(state, market, at, account, HOUSE, profit, BET_CORRECTION, order.bet_id))
    for name, index in market.orders_of.items():
        index.net_winnings = None
        commission = market.commissions.pop(name, 0)
        if commission:
            events.append(post(state, market, at, COMMISSION, name, commission, COMMISSION_REVERSAL, None))
            events.append(CommissionReturned(at, market.market_id, name, commission))
    return events
