"""Backs the favourite of a race every few seconds, at the best price that is offered."""

from simulator.backtest.strategy import MarketView, OwnOrders, Strategy


class Favourite(Strategy):
    def __init__(self, stake: float = 2.0, seconds: float = 10.0) -> None:
        self.stake = stake
        self.milliseconds = round(seconds * 1000)
        self.next_time = 0

    def on_market(self, market: MarketView, orders: OwnOrders) -> None:
        if market.market_type != "WIN" or market.status != "OPEN" or market.time < self.next_time:
            return
        offered = [runner for runner in market.active_runners if runner.best_back is not None]
        if offered:
            favourite = min(offered, key=lambda runner: runner.best_back or 0)
            orders.back(favourite, favourite.best_back or 0, self.stake)
            self.next_time = market.time + self.milliseconds
