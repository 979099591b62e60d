"""From results to money: what each bet won or lost, commission on the net winnings of a market, or everything void.

Profits are exact for a bet and rounded once, to the nearest penny; what that leaves over stays with the house, so
that no penny appears or disappears (exchange mechanics, sections 1, 11 and 12).
"""

from collections.abc import Mapping
from typing import Final

from simulator.exchange.commands import SettleMarket, VoidMarket
from simulator.exchange.events import CommissionCharged, Event, MarketClosed, MoneyMoved, OrderSettled
from simulator.exchange.ledger import COMMISSION, HOUSE
from simulator.exchange.market import Market, MarketStatus, RunnerStatus
from simulator.exchange.money import HUNDREDTHS, divide_half_away
from simulator.exchange.orders import BetOutcome, Order, RunnerKey, Side
from simulator.exchange.refusals import Impossible
from simulator.exchange.state import State

HUNDRED_PERCENT: Final = 10_000
"""Rates are hundredths of a percent: 500 is 5 %."""
SETTLED_TYPES: Final = frozenset({"ODDS"})
RESULTS: Final = {status.value: status for status in (RunnerStatus.WINNER, RunnerStatus.LOSER, RunnerStatus.REMOVED)}


def settle_market(state: State, command: SettleMarket, at: int) -> list[Event]:
    """Settle an ODDS market and close it; runners without a result have lost.

    Raises `Impossible` where the market cannot be settled by these results. More winners than the market has places
    is a dead heat: each bet is settled on the share of its stake that places left over winners gives.
    """
    market = state.market_to_run(command.market_id)
    results = _read_results(market, command)
    winners = sum(result is RunnerStatus.WINNER for result in results.values())
    places = market.definition.number_of_winners or winners
    events: list[Event] = market.finish(at)
    for runner in market.runners.values():
        if runner.key in results:
            runner.status = results[runner.key]
    for order in market.orders.values():
        if results.get(order.runner, RunnerStatus.REMOVED) is RunnerStatus.REMOVED:
            _void(order, at)
        elif order.size_matched:
            won = results[order.runner] is RunnerStatus.WINNER
            order.profit = profit_of(order, won, min(places, winners), winners)
            order.outcome = BetOutcome.WON if won is (order.side is Side.BACK) else BetOutcome.LOST
    return [*events, *_pay(state, market, at)]


def void_market(state: State, command: VoidMarket, at: int) -> list[Event]:
    """Void every bet of a market and close it: nobody wins, nobody loses."""
    market = state.market_to_run(command.market_id)
    if market.status is MarketStatus.CLOSED:
        raise Impossible(f"market {market.market_id} is CLOSED and cannot be voided")
    events: list[Event] = market.finish(at)
    for order in market.orders.values():
        _void(order, at)
    return [*events, *_pay(state, market, at)]


def profit_of(order: Order, won: bool, places: int = 1, winners: int = 1) -> int:
    """Return what the matched part of a bet brings its owner in pence, rounded once, halves away from zero.

    With more `winners` than `places` the stake counts as won for `places` parts and as lost for the rest.
    """
    stake = order.size_matched * HUNDREDTHS
    if won:
        lost_parts = winners - places
        exact = (order.matched_payout - stake) * places - stake * lost_parts
        backer = divide_half_away(exact, HUNDREDTHS * winners)
    else:
        backer = -order.size_matched
    return backer if order.side is Side.BACK else -backer


def commission_on(net_winnings: int, base_rate: int, discount_rate: int) -> int:
    """Return the commission on an account's net winnings in one market, in pence; nothing on a loss.

    Rates are hundredths of a percent; the discount lowers the base rate (manual, account details and market base rate).
    """
    if net_winnings <= 0:
        return 0
    return divide_half_away(
        net_winnings * base_rate * (HUNDRED_PERCENT - discount_rate), HUNDRED_PERCENT * HUNDRED_PERCENT
    )


def _read_results(market: Market, command: SettleMarket) -> Mapping[RunnerKey, RunnerStatus]:
    definition = market.definition
    if market.status not in (MarketStatus.OPEN, MarketStatus.SUSPENDED):
        raise Impossible(f"market {market.market_id} is {market.status} and cannot be settled")
    if definition.betting_type not in SETTLED_TYPES or definition.each_way_divisor is not None:
        raise Impossible(
            f"market {market.market_id} is not of a type that can be settled yet: only plain ODDS markets are"
        )
    results = {
        key: RunnerStatus.LOSER for key, runner in market.runners.items() if runner.status is RunnerStatus.ACTIVE
    }
    if len({result.key for result in command.results}) < len(command.results):
        raise Impossible(f"the results of market {market.market_id} name a runner twice")
    for result in command.results:
        if result.key not in results:
            raise Impossible(f"market {market.market_id} has no active runner {result.key.selection_id}")
        if result.status not in RESULTS:
            raise Impossible(f"a runner of an ODDS market ends as one of {', '.join(RESULTS)}, not {result.status}")
        results[result.key] = RESULTS[result.status]
    winners = sum(result is RunnerStatus.WINNER for result in results.values())
    in_race = sum(result is not RunnerStatus.REMOVED for result in results.values())
    least = min(definition.number_of_winners, in_race) if definition.complete else 0
    if winners < least:
        raise Impossible(f"market {market.market_id} has {least} winners to be named, and {winners} are")
    return results


def _void(order: Order, at: int) -> None:
    if order.size_matched:
        order.void(at)
        order.outcome = BetOutcome.VOIDED
        order.profit = 0


def _pay(state: State, market: Market, at: int) -> list[Event]:
    """Post every bet's profit, then each account's commission; the bets leave the current orders."""
    events: list[Event] = []
    net_winnings: dict[str, int] = {}
    for order in market.orders.values():
        account = state.accounts[order.account]
        order.settled_at = at
        account.current_orders.pop(order.bet_id, None)
        account.cleared_orders[order.bet_id] = order
        if order.profit is None:
            continue
        net_winnings[account.name] = net_winnings.get(account.name, 0) + order.profit
        events.append(OrderSettled(at, order.bet_id, order.profit))
        if order.profit:
            events.append(_post(state, market, at, HOUSE, account.name, order.profit, "bet", order.bet_id))
    for name, net in net_winnings.items():
        commission = _commission(state, market, name, net)
        market.commissions[name] = commission
        if commission:
            events.append(_post(state, market, at, name, COMMISSION, commission, "commission", None))
            events.append(CommissionCharged(at, name, market.market_id, commission))
    for account in state.accounts.values():
        account.close_position(market.market_id)
    return [*events, MarketClosed(at, market.market_id)]


def _commission(state: State, market: Market, account: str, net_winnings: int) -> int:
    definition = state.accounts[account].definition
    discount = definition.discount_rate if market.definition.discount_allowed else 0
    base_rate = market.definition.base_rate if definition.commission_rate is None else definition.commission_rate
    return commission_on(net_winnings, base_rate, discount)


def _post(
    state: State, market: Market, at: int, debit: str, credit: str, amount: int, memo: str, bet_id: int | None
) -> MoneyMoved:
    posting = state.ledger.move(at, debit, credit, amount, memo, market.market_id, bet_id)
    return MoneyMoved(at, posting.debit, posting.credit, posting.amount, memo)
