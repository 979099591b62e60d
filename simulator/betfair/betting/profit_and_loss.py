"""listMarketProfitAndLoss: what a customer's matched bets make of open markets, for each runner that may win.

Sources: manual and `SportsAPING.xml`, listMarketProfitAndLoss, MarketProfitAndLoss and RunnerProfitAndLoss; a recorded
answer. Where one runner wins, the others lose, so a result of the market is a sum over all runners. Where several may
win, nothing says how the others end: the figures are those of the runner's own bets (chosen).
"""

from simulator.betfair.betting.instructions import check_market_id
from simulator.betfair.betting.limits import check_profit_and_loss_weight
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListMarketProfitAndLossRequest
from simulator.betfair.schema.sports_orders import MarketProfitAndLoss, RunnerProfitAndLoss
from simulator.betfair.schema.wire import double
from simulator.exchange.exposure import NOTHING
from simulator.exchange.market import Market, RunnerStatus
from simulator.exchange.settlement import HUNDRED_PERCENT, commission_on
from simulator.world.accounts import CustomerAccount


def list_market_profit_and_loss(call: Call[ListMarketProfitAndLossRequest]) -> list[MarketProfitAndLoss]:
    """Return profit and loss of the open markets asked for, in that order.

    Only ODDS markets are worked out, others are left out without a word, as are closed ones, those nobody knows, and
    each way markets, whose bets are two in one. `includeSettledBets` and `includeBspBets` add nothing as long as no
    market is settled in parts and no bet is matched at starting price.

    Raises TOO_MUCH_DATA for more than 50 markets, INVALID_INPUT_DATA for what is no market id.
    """
    request = call.params
    check_profit_and_loss_weight(len(request.marketIds))
    known = call.world.exchange.markets
    results: list[MarketProfitAndLoss] = []
    for market_id in request.marketIds:
        market = known.get(market_id)
        if market is None:
            check_market_id(market_id)
        elif _is_worked_out(market):
            results.append(_profit_and_loss(call, market))
    return results


def _is_worked_out(market: Market) -> bool:
    definition = market.definition
    return market.settled_at is None and definition.betting_type == "ODDS" and definition.each_way_divisor is None


def _profit_and_loss(call: Call[ListMarketProfitAndLossRequest], market: Market) -> MarketProfitAndLoss:
    position = call.world.exchange.accounts[call.account.username].position(market.market_id)
    stakes = {} if position is None else position.stakes
    net = bool(call.params.netOfCommission)
    base_rate, discount_rate = _rates(market, call.account) if net else (0, 0)

    def amount(pence: int) -> float:
        return double(pence - commission_on(pence, base_rate, discount_rate))

    one_winner = market.definition.number_of_winners == 1
    all_lose = sum(stake.lose for stake in stakes.values())
    runners: list[RunnerProfitAndLoss] = []
    for key, runner in market.runners.items():
        if runner.status is not RunnerStatus.ACTIVE:
            continue
        stake = stakes.get(key, NOTHING)
        answer = RunnerProfitAndLoss(selectionId=key.selection_id)
        if one_winner:
            answer.ifWin = amount(stake.win + all_lose - stake.lose)
        else:
            answer.ifWin, answer.ifLose = amount(stake.win), amount(stake.lose)
        runners.append(answer)
    return MarketProfitAndLoss(
        marketId=market.market_id,
        commissionApplied=base_rate * (HUNDRED_PERCENT - discount_rate) / HUNDRED_PERCENT / 100 if net else None,
        profitAndLosses=runners,
    )


def _rates(market: Market, account: CustomerAccount) -> tuple[int, int]:
    """Return the base rate and the discount that settlement will apply, in hundredths of a percent."""
    base_rate = market.definition.base_rate if account.commission_rate is None else account.commission_rate
    return base_rate, account.discount_rate if market.definition.discount_allowed else 0
