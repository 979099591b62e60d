"""What `benchmarks/flumine.py` measures: needs flumine."""

import bz2
import lzma
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from flumine import BaseStrategy, FlumineSimulation
from flumine.clients import SimulatedClient
from flumine.order.order import OrderStatus
from flumine.order.ordertype import LimitOrder
from flumine.order.trade import Trade
from flumine.streams.betfairhistoricalstream import BetfairHistoricalStream

from benchmarks.flumine import Came, Run
from simulator.backtest.engine import Engine
from simulator.backtest.flumine_adapter.play import FluminePlay, flumine_latency
from simulator.backtest.flumine_adapter.session import flumine_session
from simulator.backtest.lane import Settings
from simulator.backtest.playing import AtPlay, Play
from simulator.backtest.strategy import MarketView, OwnOrder, OwnOrders, Strategy
from simulator.recorded.messages import read_line
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.sources import sources

EVERY_MILLISECONDS = 10_000
STAKE = 2.0
BALANCE = 10**9
UNLIMITED = {"max_order_exposure": None, "max_selection_exposure": None, "max_live_trade_count": 10**9}
"""Controls that look through all orders of a runner for each new one cost both sides the same, and hide the rest."""


class Favourite(BaseStrategy):
    """Backs the favourite every so often: at the best price, or at the price of those who wait, behind them."""

    def __init__(self, takes: bool, **more: Any) -> None:
        super().__init__(**UNLIMITED, **more)
        self.takes = takes
        self.next_at = 0
        self.waiting: Any = None

    def check_market_book(self, market: Any, market_book: Any) -> bool:
        return bool(market_book.publish_time_epoch >= self.next_at and market_book.status == "OPEN")

    def process_market_book(self, market: Any, market_book: Any) -> None:
        self.next_at = market_book.publish_time_epoch + EVERY_MILLISECONDS
        best, favourite = 0.0, None
        for runner in market_book.runners:
            if runner.status == "ACTIVE" and runner.ex.available_to_back:
                price = runner.ex.available_to_back[0]["price"]
                if favourite is None or price < best:
                    best, favourite = price, runner
        if favourite is None:
            return
        if not self.takes:
            waiting = self.waiting
            if waiting is not None and waiting.status is OrderStatus.EXECUTABLE and waiting.size_remaining:
                market.cancel_order(waiting)
            if favourite.ex.available_to_lay:
                best = favourite.ex.available_to_lay[0]["price"]
        trade = Trade(market.market_id, favourite.selection_id, favourite.handicap, self)
        self.waiting = trade.create_order("BACK", LimitOrder(best, STAKE))
        market.place_order(self.waiting)


class NativeFavourite(Strategy):
    """The same, written for betsim."""

    def __init__(self, takes: bool) -> None:
        self.takes = takes
        self.next_at = 0
        self.waiting: OwnOrder | None = None

    def on_market(self, market: MarketView, orders: OwnOrders) -> None:
        if market.time < self.next_at or market.status != "OPEN":
            return
        self.next_at = market.time + EVERY_MILLISECONDS
        best, favourite = 0.0, None
        for runner in market.active_runners:
            price = runner.best_back
            if price is not None and (favourite is None or price < best):
                best, favourite = price, runner
        if favourite is None:
            return
        if not self.takes:
            if self.waiting is not None and self.waiting.bet_id is not None and self.waiting.is_live:
                orders.cancel(self.waiting)
            best = favourite.best_lay or best
        self.waiting = orders.back(favourite, best, STAKE)


def runs_of(file: str, strategy: str, folder: Path, *, has_pyarrow: bool) -> dict[str, Run]:
    """Return what is to be measured of a file, by name."""
    takes = strategy == "takes"
    unpacked = folder / Path(file).stem
    unpacked.write_bytes({".bz2": bz2, ".xz": lzma}[Path(file).suffix].decompress(Path(file).read_bytes()))
    (source,) = sources([file])
    lines = list(source.lines())

    def read(engine: Engine) -> None:
        for number, line in enumerate(lines, start=1):
            engine.take(read_line(line, number))

    runs: dict[str, Run] = {
        "flumine": lambda: _by_flumine(unpacked, takes),
        "adapter": lambda: _by_adapter(takes, read),
        "native": lambda: _native(takes, read),
    }
    if has_pyarrow:
        prepared = folder / "prepared"
        prepare(Recording(source, is_watched=True), prepared)
        runs["adapter, prepared"] = lambda: _by_adapter(takes, lambda engine: engine.play(PreparedRecording(prepared)))
        runs["native, prepared"] = lambda: _native(takes, lambda engine: engine.play(PreparedRecording(prepared)))
    return runs


def _by_flumine(file: Path, takes: bool) -> Came:
    client = SimulatedClient(transaction_limit=None)
    framework = FlumineSimulation(client=client)
    framework.add_strategy(Favourite(takes, stream=BetfairHistoricalStream(file_path=str(file))))
    framework.run()
    return _of_blotters(framework)


def _by_adapter(takes: bool, read: Callable[[Engine], None]) -> Came:
    with flumine_session():
        play = FluminePlay(Favourite(takes), Settings(balance=BALANCE))
        _follow(play, read)
    return _of_blotters(play.flumine)


def _native(takes: bool, read: Callable[[Engine], None]) -> Came:
    play = Play(NativeFavourite(takes), Settings(balance=BALANCE, latency=flumine_latency()))
    _follow(play, read)
    return _came((order.size_matched, order.profit) for orders in play.orders.values() for order in orders)


def _follow(play: AtPlay, read: Callable[[Engine], None]) -> None:
    engine = Engine([play.lane])
    read(engine)
    engine.end()
    play.finish()


def _of_blotters(framework: Any) -> Came:
    orders = [order for market in framework.markets for order in market.blotter]
    return _came((order.size_matched, order.profit) for order in orders)


def _came(orders: Iterable[tuple[float, float | None]]) -> Came:
    all_orders = list(orders)
    sizes = [size for size, _ in all_orders]
    profit = sum(profit or 0 for _, profit in all_orders)
    return Came(len(all_orders), sum(size > 0 for size in sizes), round(sum(sizes), 2), round(profit, 2))
