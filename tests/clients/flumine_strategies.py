"""Strategies of flumine's, for an environment that has it: they are run by flumine's own simulation, and by ours."""

import json
from hashlib import sha256
from typing import Any

from flumine import BaseStrategy
from flumine.controls.tradingcontrols import OrderValidation
from flumine.exceptions import OrderUpdateError
from flumine.order.ordertype import LimitOnCloseOrder, LimitOrder, MarketOnCloseOrder
from flumine.order.trade import Trade

HOLDS_NOTHING = {"max_order_exposure": None, "max_selection_exposure": None, "max_live_trade_count": 1_000}


def best(prices: Any) -> tuple[float, float]:
    """Return the best price and how much there is, zeros where there is nothing."""
    return (prices[0]["price"], prices[0]["size"]) if prices else (0.0, 0.0)


class Places(BaseStrategy):
    """Has a shorter way to place an order."""

    def check_market_book(self, market: Any, market_book: Any) -> bool:
        return bool(market_book.status == "OPEN")

    def place(self, market: Any, runner: Any, side: str, order_type: Any, trade: Any = None) -> Any:
        trade = trade or Trade(market.market_id, runner.selection_id, runner.handicap, self)
        order = trade.create_order(side, order_type)
        market.place_order(order)
        return order


class BacksOnce(Places):
    """Backs and lays every runner once, at the best price, where more is offered than it wants."""

    def __init__(self, stake: float = 2.0, **more: Any) -> None:
        super().__init__(**{**HOLDS_NOTHING, **more})
        self.stake = stake
        self.done: set[tuple[int, float, str]] = set()

    def process_market_book(self, market: Any, market_book: Any) -> None:
        for runner in market_book.runners:
            offers = runner.ex
            for side, prices in (("BACK", offers.available_to_back), ("LAY", offers.available_to_lay)):
                price, size = best(prices)
                key = (runner.selection_id, runner.handicap, side)
                if runner.status == "ACTIVE" and key not in self.done and size > 4 * self.stake and price < 20:
                    self.done.add(key)
                    self.place(market, runner, side, LimitOrder(price, self.stake))


class Waits(Places):
    """Backs the first runner at the lowest price that is offered to lay, and lays at the highest to back, and waits."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{**HOLDS_NOTHING, **more})
        self.asked = False

    def process_market_book(self, market: Any, market_book: Any) -> None:
        runner = market_book.runners[0]
        back, _ = best(runner.ex.available_to_back)
        lay, _ = best(runner.ex.available_to_lay)
        if back and lay and not self.asked:
            self.asked = True
            self.place(market, runner, "BACK", LimitOrder(lay, 20.0, "PERSIST"))
            self.place(market, runner, "LAY", LimitOrder(back, 20.0, "PERSIST"))


class Tells(Places):
    """Uses what flumine has, and tells of every call that it gets, with its orders as they are then."""

    def __init__(self, replaces: bool = False, **more: Any) -> None:
        super().__init__(multi_order_trades=True, **{**HOLDS_NOTHING, **more})
        self.replaces = replaces
        self.told: list[Any] = []
        self.step = 0

    def _tell(self, what: str, market: Any) -> None:
        orders = [] if market is None else [
            (
                order.side, order.order_type.info, order.status.value, order.bet_id is not None, order.size_matched,
                order.size_remaining, order.size_cancelled, order.size_lapsed, order.size_voided,
                order.average_price_matched, order.profit, order.trade.status.value, order.complete,
                [status.value for status in order.status_log], str(order.responses.date_time_placed),
                order.elapsed_seconds, order.violation_msg, order.market_notes, order.trade.market_notes,
            )
            for order in market.blotter
        ]  # fmt: skip
        live = [] if market is None else len(list(market.blotter.live_orders))
        contexts = [
            (key, context.invested, context.trade_count, context.live_trade_count)
            for key, context in self._invested.items()
        ]
        status = "" if market is None else market.status
        self.told.append((what, "" if market is None else str(market.publish_time), status, orders, live, contexts))

    def add(self, flumine: Any) -> None:
        self._tell("add", None)

    def start(self, flumine: Any) -> None:
        self._tell("start", None)

    def process_new_market(self, market: Any, market_book: Any) -> None:
        self._tell("process_new_market", market)

    def process_orders(self, market: Any, orders: list[Any]) -> None:
        self._tell("process_orders", market)

    def process_closed_market(self, market: Any, market_book: Any) -> None:
        self._tell(f"process_closed_market {market_book.status} {market.closed} {market.seconds_to_start}", market)

    def finish(self, flumine: Any) -> None:
        self._tell("finish", None)

    def process_market_book(self, market: Any, market_book: Any) -> None:
        self._tell("process_market_book", market)
        one, two = market_book.runners[:2]
        self.step += 1
        if self.step == 2:
            with market.transaction() as transaction:
                trade = Trade(market.market_id, one.selection_id, one.handicap, self)
                self.cancelled = trade.create_order("BACK", LimitOrder(10.0, 6.0, "PERSIST"))
                self.replaced = trade.create_order("BACK", LimitOrder(11.0, 4.0))
                transaction.place_order(self.cancelled)
                transaction.place_order(self.replaced)
            self.place(market, two, "LAY", LimitOrder(1.5, 3.0))
            self.place(market, two, "BACK", LimitOrder(3.0, 0.5))
            self.place(market, two, "BACK", MarketOnCloseOrder(5.0))
            self.place(market, two, "LAY", LimitOnCloseOrder(20.0, 3.0))
            self.killed = self.place(market, two, "BACK", LimitOrder(5.0, 2.0, time_in_force="FILL_OR_KILL"))
        if self.step == 5:
            market.cancel_order(self.cancelled, size_reduction=2.0)
            if self.replaces:
                market.replace_order(self.replaced, 12.0)
        if self.step == 7:
            market.update_order(self.cancelled, "LAPSE")
        if self.step == 9:
            market.cancel_order(self.cancelled)
            market.cancel_order(self.cancelled)  # which flumine refuses, and the strategy goes on


class ForgetsTrades(Places):
    """Clears what flumine remembers of the trades on a runner, and goes on with one of these and another."""

    def __init__(self, **more: Any) -> None:
        super().__init__(multi_order_trades=True, **{**HOLDS_NOTHING, **more})
        self.told: list[Any] = []
        self.trades: list[Any] = []

    def process_market_book(self, market: Any, market_book: Any) -> None:
        runner = market_book.runners[0]
        context = self.get_runner_context(market.market_id, runner.selection_id, runner.handicap)
        step = len(self.told)
        if step in (1, 3):
            self.trades.append(self.place(market, runner, "BACK", LimitOrder(50.0, 2.0)).trade)
        elif step in (5, 7):
            self.place(market, runner, "BACK", LimitOrder(60.0, 2.0), self.trades[0])
        elif step == 4:
            context.trades.clear()
        elif step == 6:
            context.trades.remove(self.trades[0].id)
            context.trades.extend([self.trades[1].id, "another"])
        known = [trade.id in context.trades for trade in self.trades]
        self.told.append((context.trade_count, context.live_trade_count, known, "another" in context.trades))


class EditsStartingPriceLimit(Places):
    """Asks for an easier limit of an order for the starting price, and later for a harder one, which nobody gets."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{**HOLDS_NOTHING, **more})
        self.told: list[Any] = []
        self.order: Any = None

    def process_market_book(self, market: Any, market_book: Any) -> None:
        step = len(self.told)
        if step == 1:
            self.order = self.place(market, market_book.runners[1], "LAY", LimitOnCloseOrder(20.0, 3.0))
        elif step == 4:
            market.replace_order(self.order, 4.0)
        elif step == 7:
            market.replace_order(list(market.blotter)[-1], 2.0)
        self.told.append(
            [
                (order.order_type.price, order.order_type.liability, order.status.value, order.bet_id is not None,
                 [response.status for response in order.responses.cancel_responses], order.trade.status.value)
                for order in market.blotter
            ]
        )  # fmt: skip


class Violates(Places):
    """Places orders that controls of flumine's refuse, and one that none does."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_order_exposure=10, **more)
        self.told: list[Any] = []

    def process_market_book(self, market: Any, market_book: Any) -> None:
        if not self.told:
            runner = market_book.runners[0]
            for order_type in (
                LimitOrder(3.03, 2.0), LimitOrder(3.0, 2.005), LimitOrder(3.0, 0.5), LimitOrder(3.0, 20.0),
                LimitOrder(None, 2.0), MarketOnCloseOrder(0.0), LimitOrder(3.0, 2.0),
            ):  # fmt: skip
                order = self.place(market, runner, "BACK", order_type)
                self.told.append((order.status.value, order.violation_msg))


class MeetsControls(Places):
    """Places and cancels orders, with few transactions an hour, and a control of its own made of one of flumine's."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{**HOLDS_NOTHING, **more})
        self.told: list[Any] = []

    def add(self, flumine: Any) -> None:
        flumine.clients.get_default().transaction_limit = 3
        told = self.told

        class Tells(OrderValidation):
            def __call__(self, order: Any, package_type: Any) -> None:
                told.append((order.side, order.order_type.price, package_type.value))
                super().__call__(order, package_type)

        flumine.add_trading_control(Tells)

    def process_market_book(self, market: Any, market_book: Any) -> None:
        for order in market.blotter:
            if order.status.value == "Executable":
                market.cancel_order(order)
        for side, order_type in (
            ("BACK", LimitOrder(50, 2.0)), ("LAY", LimitOrder(1.01, 2, "PERSIST")), ("LAY", LimitOrder(1.01, 120.0)),
            ("BACK", LimitOrder(50.0, 2.0, price_ladder_definition="FINEST")), ("BACK", LimitOrder(0, 2.0)),
        ):  # fmt: skip
            order = self.place(market, market_book.runners[0], side, order_type)
            self.told.append((order.status.value, order.violation_msg))
        for control in market.flumine.clients.get_default().trading_controls:
            self.told.append((control.transaction_count, control.current_transaction_count_total, control._next_hour))


class ReadsTraded(Places):
    """Reads what flumine says was traded of each runner with a message."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.told: list[Any] = []

    def process_market_book(self, market: Any, market_book: Any) -> None:
        self.told.append(
            [
                (key, sorted(figures.traded.items()), figures.runner.selection_id)
                for key, figures in market.context["simulated"].items()
            ]
        )


class Reads(Places):
    """Reads every member of every book."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.told: list[Any] = []
        self._held: list[tuple[Any, str]] = []

    def check_market_book(self, market: Any, market_book: Any) -> bool:
        return True

    def process_market_book(self, market: Any, market_book: Any) -> None:
        self.told.append(sha256(json.dumps(members(market_book)).encode()).hexdigest()[:12])


class Holds(Places):
    """Holds on to what it has looked at of books or has not, and reads it when the market has gone on."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.told: list[Any] = []
        self.books: list[Any] = []
        self.runners: list[Any] = []
        self.lists: list[Any] = []
        self.offers: list[Any] = []
        self.prices: list[Any] = []

    def check_market_book(self, market: Any, market_book: Any) -> bool:
        return True

    def process_market_book(self, market: Any, market_book: Any) -> None:
        kind = len(self.books) + len(self.runners) + len(self.lists) + len(self.offers) + len(self.prices)
        if kind % 5 == 0:
            self.books.append(market_book)
        elif kind % 5 == 1:
            self.runners.append(market_book.runners[0])
        elif kind % 5 == 2:
            self.lists.append(market_book.runners)
        elif kind % 5 == 3:
            self.offers.append(market_book.runners[0].ex)
        else:
            self.prices.append(market_book.runners[0].ex.available_to_back)

    def finish(self, flumine: Any) -> None:
        self.told = [members(book) for book in self.books]
        self.told += [runner_members(runner) for runner in self.runners]
        self.told += [[runner_members(runner) for runner in runners] for runners in self.lists]
        self.told += [offers_members(offers) for offers in self.offers]
        self.told += [plain(prices) for prices in self.prices]


class Marks(Places):
    """Writes on some books, holds on to others, and looks at a few: each is asked what was written on it before."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.told: list[Any] = []
        self.books: list[Any] = []

    def check_market_book(self, market: Any, market_book: Any) -> bool:
        return True

    def process_market_book(self, market: Any, market_book: Any) -> None:
        self.told.append((getattr(market_book, "mark", None), market_book.publish_time_epoch, market_book.version))
        if len(self.told) % 4 == 1:
            market_book.mark = len(self.told)
        elif len(self.told) % 4 == 2:
            self.books.append(market_book)
        elif len(self.told) % 4 == 3:
            self.told.append(market_book.total_matched)

    def finish(self, flumine: Any) -> None:
        self.told += [(book.publish_time_epoch, str(book.publish_time), book.total_matched) for book in self.books]


class RaisesFlumineErrors(BacksOnce):
    """Does what flumine refuses by raising, and goes on."""

    def process_market_book(self, market: Any, market_book: Any) -> None:
        super().process_market_book(market, market_book)
        raise OrderUpdateError("not now")


class Raises(Places):
    """Cannot stand the second update."""

    def process_market_book(self, market: Any, market_book: Any) -> None:
        if self.context.setdefault("seen", 0):
            raise RuntimeError("this market is too much")
        self.context["seen"] += 1


class UsesContext(Places):
    """Backs the first runner once with a stake of its context."""

    def process_market_book(self, market: Any, market_book: Any) -> None:
        price, _ = best(market_book.runners[0].ex.available_to_back)
        if price and not market.blotter.active:
            self.place(market, market_book.runners[0], "BACK", LimitOrder(price, self.context["stake"]))


def plain(prices: Any) -> list[list[float]]:
    """Return prices in hundredths: exact starting prices have more decimals in some files, which ours have not."""
    return [[round(float(each["price"]), 2), float(each["size"])] for each in prices]


def number(value: Any) -> Any:
    """Return a number as a float: flumine has it as the recording prints it."""
    return float(value) if isinstance(value, int | float) else value


def offers_members(offers: Any) -> list[Any]:
    return [plain(offers.available_to_back), plain(offers.available_to_lay), plain(offers.traded_volume)]


def runner_members(runner: Any) -> list[Any]:
    price = runner.sp
    return [
        runner.selection_id, number(runner.handicap), runner.status, number(runner.last_price_traded),
        number(runner.total_matched), number(runner.adjustment_factor), str(runner.removal_date),
        offers_members(runner.ex), number(price.near_price), number(price.far_price), number(price.actual_sp),
        plain(price.back_stake_taken), plain(price.lay_liability_taken),
    ]  # fmt: skip


def members(book: Any) -> list[Any]:
    """Return what there is in a book."""
    told = book.market_definition
    return [
        book.market_id, book.status, book.inplay, book.version, book.bet_delay, book.bsp_reconciled, book.complete,
        book.cross_matching, book.number_of_active_runners, book.number_of_runners, book.number_of_winners,
        book.runners_voidable, number(book.total_matched), str(book.publish_time), book.publish_time_epoch,
        [runner_members(runner) for runner in book.runners],
        [told.market_type, str(told.market_time), str(told.suspend_time), told.event_id, told.event_type_id],
        [told.country_code, told.venue, told.race_type, told.timezone, told.betting_type, told.version],
        [told.bsp_market, told.turn_in_play_enabled, told.persistence_enabled, told.discount_allowed, told.event_name],
        [(one.selection_id, number(one.handicap), one.sort_priority, one.name, one.status) for one in told.runners],
        [told.regulators, number(told.market_base_rate), told.in_play, told.number_of_winners],
    ]  # fmt: skip
