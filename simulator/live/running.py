"""A strategy that runs against a server, until its markets are closed.

It is called from one thread: for every message about its markets once, after the messages that came with it about its
orders. So it sees what a strategy over a recording sees, a little later than it happened.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from queue import Empty
from time import perf_counter
from typing import Any, Final, NamedTuple

from simulator.access import Access
from simulator.exchange.statuses import CLOSED
from simulator.live.library import CannotRun, Library, Lost
from simulator.live.own_orders import LiveOrders, Take
from simulator.live.views import LiveMarketView

LOOK_SECONDS: Final = 0.2
KEEP_ALIVE_MILLISECONDS: Final = 5 * 60_000
"""How often the session is kept alive, in the time of the server's world: the shortest ones last 20 minutes."""
ERROR: Final = "ERROR"
"""The code of an order of which nobody knows whether the server has it."""


def run(
    strategy: Any,
    access: Access,
    market_filter: Mapping[str, Any],
    *,
    seconds: float | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> "Ran":
    """Let a strategy run in the markets of a filter, and return its orders in them.

    It ends when all of them are closed, after so many seconds, or early where `KeyboardInterrupt` is raised once it has
    begun. `tell` is told what a person wants to know. Raises `CannotRun` where the server cannot be reached, does not
    let the customer in, or is lost; and what the strategy raises.
    """
    with closing(Library(access)) as library, ThreadPoolExecutor(1) as executor:
        live = _Live(strategy, library, executor, tell)
        live.begin(dict(market_filter))
        until = None if seconds is None else perf_counter() + seconds
        is_interrupted = False
        try:
            while not live.is_over and (until is None or perf_counter() < until):
                live.look()
        except KeyboardInterrupt:
            is_interrupted = True
        return Ran(list(live.orders.values()), is_interrupted)


class Ran(NamedTuple):
    """The orders that a strategy has asked for, by market, and whether somebody has ended it before its end."""

    orders: list[LiveOrders]
    is_interrupted: bool


class Answered(NamedTuple):
    """What is put into the queue when a request about orders is answered, to be taken in where the strategy is called.

    `report` may be a code, or what was raised, in the place of the library's.
    """

    orders: LiveOrders
    report: Any
    take: Take | None


class _Live:
    """What a strategy is called for."""

    def __init__(
        self, strategy: Any, library: Library, executor: ThreadPoolExecutor, tell: Callable[[str], None]
    ) -> None:
        self.orders: Final[dict[str, LiveOrders]] = {}
        self._strategy: Final = strategy
        self._library: Final = library
        self._executor: Final = executor
        self._tell: Final = tell
        self._names: Final[dict[str, dict[int, str]]] = {}
        self._open: Final[set[str]] = set()
        self._latest: Final[dict[int, Any]] = {}
        """By bet id: what was told of orders, of which the answer may not have come yet."""
        self._kept_alive_at: int | None = None
        self._keeping_alive: Future[None] | None = None

    @property
    def is_over(self) -> bool:
        """Return whether no market is left."""
        return not self._open

    def begin(self, market_filter: dict[str, Any]) -> None:
        """Find the markets, and subscribe to them and to orders."""
        betting = self._library.client.betting
        found = self._library.ask(
            betting.list_market_catalogue,
            filter=market_filter,
            market_projection=["RUNNER_DESCRIPTION"],
            max_results=200,
        )
        if not found:
            raise CannotRun("no market is open that was asked for.")
        for market in found:
            self._names[market.market_id] = {runner.selection_id: runner.runner_name for runner in market.runners}
            self._open.add(market.market_id)
        self._tell(f"following {len(found)} markets")
        self._library.follow_orders()
        self._library.follow_markets({"marketIds": sorted(self._open)})

    def look(self) -> None:
        """Take in the next message, if one comes, and call the strategy."""
        try:
            came = self._library.queue.get(timeout=LOOK_SECONDS)
        except Empty:
            return
        if isinstance(came, Lost):
            raise CannotRun(f"the stream has ended: {came.problem}.")
        if isinstance(came, Answered):
            self._take_answer(came)
            return
        for each in came:
            if hasattr(each, "market_definition"):
                self._take_book(each)
            else:
                self._take_orders(each)

    def _take_book(self, book: Any) -> None:
        orders = self.orders.get(book.market_id)
        if orders is None:
            view = LiveMarketView(book, self._names.get(book.market_id, {}), self._figures)
            orders = LiveOrders(view, self._library.client, self._ask, self._executor, self._answered)
            self.orders[book.market_id] = orders
        orders.market.book = book
        self._keep_alive(orders.market.time)
        if book.status != CLOSED:
            self._call("on_market", orders.market, orders)
        elif book.market_id in self._open:
            self._open.discard(book.market_id)
            self._close(orders)

    def _keep_alive(self, now: int) -> None:
        """Let the session be kept alive where it is time, given in milliseconds of the server's world.

        It is done where orders are sent, so that the strategy does not wait for it.
        """
        if self._kept_alive_at is None:
            self._kept_alive_at = now
        is_under_way = self._keeping_alive is not None and not self._keeping_alive.done()
        if now - self._kept_alive_at >= KEEP_ALIVE_MILLISECONDS and not is_under_way:
            self._kept_alive_at = now
            self._keeping_alive = self._executor.submit(self._ask_to_keep_alive)

    def _ask_to_keep_alive(self) -> None:
        try:
            self._library.keep_alive()
        except CannotRun as error:
            # The next request says so where it matters, and logs in anew.
            self._tell(str(error))

    def _take_orders(self, told: Any) -> None:
        touched: dict[str, None] = {}
        for known in told.orders:
            self._latest[int(known.bet_id)] = known
            orders = self.orders.get(known.market_id)
            order = None if orders is None else orders.by_bet_id(int(known.bet_id))
            if order is not None:
                order.hear(known)
            touched[known.market_id] = None
        for market_id in touched:
            if market_id in self.orders:
                self._call("on_orders", self.orders[market_id])

    def _answered(self, orders: LiveOrders, report: Any, take: Take | None) -> None:
        self._library.queue.put(Answered(orders, report, take))

    def _take_answer(self, answer: Answered) -> None:
        if isinstance(answer.report, Exception):
            raise answer.report
        if answer.take is not None:
            answer.take(answer.report)
            for order in answer.orders.numbered():
                known = self._latest.get(order.bet_id or 0)
                if known is not None:
                    order.hear(known)
        self._call("on_orders", answer.orders)

    def _close(self, orders: LiveOrders) -> None:
        """Ask what the orders have brought, and tell the strategy."""
        if len(orders):
            for cleared in self._cleared(orders.market.market_id):
                order = orders.by_bet_id(int(cleared.bet_id))
                if order is not None:
                    order.profit = float(cleared.profit)
        orders.market.profit = round(sum(order.profit or 0.0 for order in orders), 2)
        self._tell(f"{orders.market.market_id} is closed, profit {orders.market.profit:.2f}")
        self._call("on_close", orders.market)

    def _cleared(self, market_id: str) -> Iterator[Any]:
        """Yield what is told of every settled bet of a market, of which an answer holds no more than a page."""
        first, is_more = 0, True
        while is_more:
            page = self._library.ask(
                self._library.client.betting.list_cleared_orders, market_ids=[market_id], from_record=first
            )
            yield from page.orders
            first += len(page.orders)
            is_more = page.more_available and bool(page.orders)

    def _call(self, name: str, *arguments: Any) -> None:
        method = getattr(self._strategy, name, None)
        if method is not None:
            method(*arguments)

    def _figures(self, market_id: str) -> dict[tuple[int, float], float]:
        ask, betting = self._library.ask, self._library.client.betting
        (report,) = ask(betting.list_market_profit_and_loss, market_ids=[market_id], include_bsp_bets=True) or [None]
        if report is None:
            return {}
        return {(each.selection_id, 0.0): float(each.if_win) for each in report.profit_and_losses}

    def _ask(self, call: Callable[..., Any], **named: Any) -> Any:
        """Ask for something of an order; what is wrong with it is the order's, and not the strategy's."""
        try:
            return self._library.ask(call, **named)
        except CannotRun as error:
            self._tell(str(error))
            return ERROR
        except Exception as error:  # noqa: BLE001, it is raised where the strategy is called
            return error
