"""listMarketProfitAndLoss: what a customer's matched bets make of open markets, for each runner that may win.

Sources: manual and `SportsAPING.xml`, listMarketProfitAndLoss, MarketProfitAndLoss and RunnerProfitAndLoss; a recorded
answer. How the figures come about: `exchange.profit_and_loss`.
"""

from simulator.betfair.betting.instructions import check_market_id
from simulator.betfair.betting.limits import check_profit_and_loss_weight
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListMarketProfitAndLossRequest
from simulator.betfair.schema.sports_orders import MarketProfitAndLoss, RunnerProfitAndLoss
from simulator.betfair.schema.wire import double
from simulator.exchange.betting_types import BettingType
from simulator.exchange.market import Market
from simulator.exchange.money import HUNDRED_PERCENT
from simulator.exchange.profit_and_loss import runner_profits
from simulator.exchange.settlement import commission_on
from simulator.world.accounts import CustomerAccount


def list_market_profit_and_loss(call: Call[ListMarketProfitAndLossRequest]) -> list[MarketProfitAndLoss]:
    """Return profit and loss of the open markets asked for, in that order.

    Every figure has `ifWin`; `ifLose` is there where several may win and, with `ifPlace`, in each way markets. Only
    ODDS markets are worked out: others are left out without a word, as are closed and unknown ones. Bets at
    the starting price and bets on runners that are settled already count where they are asked for.

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
        elif market.settled_at is None and market.definition.betting_type == BettingType.ODDS:
            results.append(_profit_and_loss(call, market))
    return results


def _profit_and_loss(call: Call[ListMarketProfitAndLossRequest], market: Market) -> MarketProfitAndLoss:
    request = call.params
    profits = runner_profits(
        market,
        call.account.username,
        include_settled_bets=bool(request.includeSettledBets),
        include_starting_price_bets=bool(request.includeBspBets),
    )
    base_rate, discount_rate = _rates(market, call.account) if request.netOfCommission else (0, 0)

    def amount(pence: int | None) -> float | None:
        return None if pence is None else double(pence - commission_on(pence, base_rate, discount_rate))

    return MarketProfitAndLoss(
        marketId=market.market_id,
        commissionApplied=_percentage(base_rate, discount_rate) if request.netOfCommission else None,
        profitAndLosses=[
            RunnerProfitAndLoss(
                selectionId=key.selection_id,
                ifWin=amount(profits[key].if_win),
                ifLose=amount(profits[key].if_lose),
                ifPlace=amount(profits[key].if_place),
            )
            for key in market.runners
            if key in profits
        ],
    )


def _rates(market: Market, account: CustomerAccount) -> tuple[int, int]:
    """Return the base rate and the discount that settlement will apply, in hundredths of a percent."""
    base_rate = market.definition.base_rate if account.commission_rate is None else account.commission_rate
    return base_rate, account.discount_rate if market.definition.discount_allowed else 0


def _percentage(base_rate: int, discount_rate: int) -> float:
    return double(base_rate * (HUNDRED_PERCENT - discount_rate)) / HUNDRED_PERCENT
