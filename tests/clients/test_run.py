"""A strategy runs against a server as it runs over a recording: over HTTP and the stream, to the end of its markets."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from simulator import serve
from simulator.access import Access
from simulator.backtest.lane import Settings
from simulator.backtest.running import Runs, backtest
from simulator.backtest.strategy import Strategy
from simulator.backtest.variants import strategy_class
from simulator.cli import main
from simulator.exchange.orders import OrderType
from simulator.live.library import CannotRun
from simulator.live.own_orders import LiveOrder
from simulator.live.running import run
from simulator.record import record
from simulator.testing import Server as Served
from simulator.testing import World
from tests.recording_files import a_race as a_recorded_race
from tests.scenario import HORSE_RACING, Block, event, runner, scenario, win

MARKET = "1.113197491"
RACE = "1.900000001"
BACKS = """
class Backs:
    def __init__(self, stake=2.0):
        self.stake = stake

    def on_market(self, market, orders):
        runner = market.runner(3)
        if not orders and runner.best_back:
            orders.back(runner, runner.best_back, self.stake)
"""


@pytest.fixture
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    with serve("derby", tls=getattr(request, "param", False)) as served:
        yield served


def server_of(served: Served, **changes: Any) -> Access:
    """Where the server is, and its first customer."""
    customer = served.world.account()
    host, port = served.world.stream
    known: dict[str, Any] = {
        "url": served.https_url or served.url,
        "stream": f"{host}:{port}",
        "username": customer.username,
        "password": customer.password,
        "app_key": customer.app_key,
        "ca": served.ca,
    }
    return Access(**{**known, **changes})


class Does(Strategy):
    """A strategy that does something at its first call, and keeps what it hears."""

    def __init__(self, do: Callable[[Any, Any], Any], world: World) -> None:
        self.do = do
        self.world = world
        self.result: Any = None
        self.heard: list[list[float]] = []
        self.closed: list[tuple[str, float | None]] = []
        self.is_done = self.is_settled = False

    def on_market(self, market: Any, orders: Any) -> None:
        if not self.is_done:
            self.is_done = True
            self.result = self.do(market, orders)

    def on_orders(self, orders: Any) -> None:
        self.heard.append([order.size_matched for order in orders])
        if not any(order.status == "PENDING" for order in orders) and not self.is_settled:
            self.is_settled = True
            self.world.settle(MARKET, 3)

    def on_close(self, market: Any) -> None:
        self.closed.append((market.market_id, market.profit))


def test_the_profit_of_a_market_is_that_of_all_bets_however_many_answers_tell_of_them(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def backs(market: Any, orders: Any) -> None:
        for _ in range(5):
            orders.back(3, 5.0, 2.0)

    monkeypatch.setattr("simulator.betfair.betting.order_filters.PAGE", 2)
    strategy = Does(backs, served.world)
    ((orders,), _) = run(strategy, server_of(served), {}, seconds=30)
    assert [order.profit for order in orders] == [10.0] * 5
    assert strategy.closed == [(MARKET, 50.0)]


@pytest.mark.parametrize("served", [False, True], ids=["plain", "tls"], indirect=True)
def test_a_strategy_bets_hears_of_its_bets_and_of_the_end(served: Served) -> None:
    strategy = Does(lambda market, orders: orders.back(market.runner(3), market.runner(3).best_back, 2.0), served.world)
    ((orders,), _) = run(strategy, server_of(served), {}, seconds=30)
    (order,) = orders
    (bet,) = served.world.orders()
    assert strategy.closed == [(MARKET, 10.0)]
    assert strategy.heard[-1] == [2.0]
    assert (order.bet_id, order.status, order.size_matched, order.average_price_matched, order.profit) == (
        int(bet.bet_id), "EXECUTION_COMPLETE", 2.0, 6.0, 10.0,
    )  # fmt: skip
    assert (orders.market.status, orders.market.runner(3).status) == ("CLOSED", "WINNER")


def test_a_strategy_sees_the_market_as_the_server_has_it(served: Served) -> None:
    def look(market: Any, _: Any) -> list[Any]:
        served.world.settle(MARKET, 3)
        runner = market.runner(3)
        return [
            (market.market_id, market.status, market.in_play, market.number_of_winners, len(market.active_runners)),
            (market.market_type, market.exposure, market.profit, runner.name),
            (runner.best_back, runner.best_lay, runner.available_to_back[0], runner.starting_price),
        ]

    strategy = Does(look, served.world)
    run(strategy, server_of(served), {"marketIds": [MARKET]}, seconds=30)
    assert strategy.result == [
        (MARKET, "OPEN", False, 1, 3),
        ("MATCH_ODDS", 0.0, None, "The Draw"),
        (5.0, None, (5.0, 150.0), None),
    ]


@pytest.mark.parametrize(
    "ask",
    [
        lambda orders: orders.back(2**64, 5.0, 2.0),
        lambda orders: orders.back(True, 5.0, 2.0),
        lambda orders: orders.back(3, "5.0", 2.0),
        lambda orders: orders.back(3, 5.0, 2.0, customer_order_ref=5),
        lambda orders: orders.replace(orders.back(3, 100.0, 2.0), "110.0"),
        lambda orders: orders.cancel(orders.back(3, 100.0, 2.0), "1.0"),
    ],
)
def test_what_can_be_of_no_order_fails_where_it_is_asked_for(served: Served, ask: Callable[[Any], Any]) -> None:
    def asks(_: Any, orders: Any) -> Any:
        with pytest.raises((TypeError, ValueError)):
            return ask(orders)
        return "it is raised in the strategy's call"

    strategy = Does(asks, served.world)
    strategy.on_orders = lambda orders: None  # type: ignore[method-assign]
    run(strategy, server_of(served), {}, seconds=0.5)
    assert strategy.result == "it is raised in the strategy's call"


@pytest.mark.parametrize(
    ("ask", "status", "refusal"),
    [
        (lambda orders: orders.back(3, 5.03, 2.0), "REFUSED", "INVALID_ODDS"),
        (lambda orders: orders.lay(3, 1.01, 2.0), "EXECUTABLE", ""),
        (lambda orders: orders.replace(orders.back(3, 100.0, 2.0), 110.0), "REFUSED", "BET_IN_PROGRESS"),
        (lambda orders: orders.back_at_starting_price(3, 10.0), "REFUSED", "MARKET_NOT_OPEN_FOR_BSP_BETTING"),
    ],
)
def test_an_order_says_what_the_server_says(
    served: Served, ask: Callable[[Any], Any], status: str, refusal: str
) -> None:
    strategy = Does(lambda _, orders: ask(orders), served.world)
    strategy.on_orders = lambda orders: None  # type: ignore[method-assign]
    run(strategy, server_of(served), {}, seconds=1.5)
    assert (strategy.result.status, strategy.result.refusal) == (status, refusal)


def suspended(served: Served, ask: Callable[[Any], Any]) -> Callable[[Any, Any], Any]:
    """What asks for something in a market that is suspended meanwhile."""

    def asks(_: Any, orders: Any) -> Any:
        served.world.suspend(MARKET)
        return ask(orders)

    return asks


def test_an_order_in_a_suspended_market_says_so_as_over_a_recording(served: Served) -> None:
    strategy = Does(suspended(served, lambda orders: orders.back(3, 5.0, 2.0)), served.world)
    run(strategy, server_of(served), {}, seconds=30)
    assert (strategy.result.status, strategy.result.refusal) == ("REFUSED", "MARKET_SUSPENDED")


class Replaces(Strategy):
    """A strategy that does something to the world once its bet waits, and then asks for another price."""

    def __init__(self, price: float, meanwhile: Callable[[Any], None], world: World) -> None:
        self.price = price
        self.meanwhile = meanwhile
        self.world = world
        self.second: Any = None
        self.is_settled = False

    def on_market(self, market: Any, orders: Any) -> None:
        if not orders:
            orders.back(3, 100.0, 4.0)

    def on_orders(self, orders: Any) -> None:
        (first, *_) = orders
        if self.second is None and first.bet_id is not None:
            self.meanwhile(self.world)
            self.second = orders.replace(first, self.price)
        elif self.second is not None and self.second.status != "PENDING" and not self.is_settled:
            self.is_settled = True
            self.world.settle(MARKET, 3)


@pytest.mark.parametrize(
    ("price", "meanwhile", "refusal"),
    [
        (110.0, lambda world: world.suspend(MARKET), "MARKET_SUSPENDED"),
        (110.0, lambda world: world.do(MARKET, "lapse"), "BET_TAKEN_OR_LAPSED"),
        (110.03, lambda world: None, "INVALID_ODDS"),
    ],
)
def test_a_replacement_says_why_the_exchange_has_refused_it(
    served: Served, price: float, meanwhile: Callable[[Any], None], refusal: str
) -> None:
    strategy = Replaces(price, meanwhile, served.world)
    run(strategy, server_of(served), {}, seconds=30)
    assert (strategy.second.status, strategy.second.refusal) == ("REFUSED", refusal)


def a_race_to_win() -> Block:
    """A race with starting prices."""
    runners = [
        runner(number, name, lay=[(3.0, 100)], back=[(2.98, 100)])
        for number, name in enumerate(("Sea Fever", "Moonshot"), start=1)
    ]
    return scenario(event("1", "Ascot", HORSE_RACING, win(RACE, *runners, bspMarket=True, turnInPlay=True)))


class InLongWorlds(Strategy):
    """A strategy that lets the world's clock go on by a step at every call and bets at the last of them."""

    def __init__(self, world: World, steps: list[str], before: Callable[[int], None] = lambda _: None) -> None:
        self.world = world
        self.steps = steps
        self.before = before
        self.taken = 0
        self.bet: Any = None
        self.is_settled = False

    def on_market(self, market: Any, orders: Any) -> None:
        if self.bet is None:
            self.before(self.taken)
            self.world.advance(self.steps[self.taken])
            self.taken += 1
            if self.taken == len(self.steps):
                self.bet = self.bets(market, orders)
            else:
                self.world.offer(RACE, 2, back=[(2.5, 10.0 + self.taken)])

    def bets(self, market: Any, orders: Any) -> Any:
        return orders.back(1, 2.98, 10.0)

    def on_orders(self, orders: Any) -> None:
        if self.bet.status != "PENDING" and not self.is_settled:
            self.is_settled = True
            self.world.settle(RACE, 1)


SHORT_SESSIONS = {**a_race_to_win(), "sessionTimeout": "PT20M"}


def test_a_session_is_kept_alive_by_the_clock_of_the_world() -> None:
    with serve(SHORT_SESSIONS) as served:
        access, world = server_of(served), served.world

        def wait_until_it_is(steps: int) -> None:
            if steps:
                world.wait_for("SessionExtended", account=access.username, count=steps, timeout_seconds=5)

        strategy = InLongWorlds(world, ["PT10M"] * 5, wait_until_it_is)
        run(strategy, access, {}, seconds=30)
        logins = world.journal(event="SessionOpened", account=access.username)
    assert (strategy.bet.refusal, strategy.bet.size_matched, len(logins)) == ("", 10.0, 1)


@pytest.mark.parametrize("steps", [["PT13H"], ["PT13H", "PT1S"]], ids=["in an order", "in keeping it alive"])
def test_who_finds_the_session_ended_logs_in_anew_and_bets_once(steps: list[str]) -> None:
    with serve(SHORT_SESSIONS) as served:
        access, told = server_of(served), list[str]()
        strategy = InLongWorlds(served.world, steps)
        ((orders,), _) = run(strategy, access, {}, seconds=30, tell=told.append)
        logins = served.world.journal(event="SessionOpened", account=access.username)
        (bet,) = served.world.orders(access.username)
    assert ([order.refusal for order in orders], bet.size_matched, len(logins)) == ([""], 10.0, 2)
    assert told == ["following 1 markets", f"{RACE} is closed, profit {strategy.bet.profit:.2f}"]


def test_a_strategy_is_told_what_its_bets_make_of_a_market_also_where_the_session_has_ended() -> None:
    class Looks(InLongWorlds):
        exposure: float | None = None

        def bets(self, market: Any, orders: Any) -> Any:
            self.exposure = market.exposure
            return super().bets(market, orders)

    with serve(SHORT_SESSIONS) as served:
        strategy = Looks(served.world, ["PT13H"])
        run(strategy, server_of(served), {}, seconds=30)
    assert (strategy.exposure, strategy.bet.refusal) == (0.0, "")


class AtTheStart(Strategy):
    """A strategy that asks for a bet before the off, and looks at it when it is placed and after the off."""

    def __init__(self, ask: Callable[[Any], Any], world: World) -> None:
        self.ask = ask
        self.world = world
        self.seen: list[Any] = []
        self.first: Any = None

    def on_market(self, market: Any, orders: Any) -> None:
        if self.first is None:
            self.first = self.ask(orders)

    def on_orders(self, orders: Any) -> None:
        *_, order = orders
        if order.bet_id is None:
            return
        seen = (order.status, order.is_live, order.size_remaining, order.size_matched)
        assert (order in orders.live) == order.is_live
        if not self.seen:
            self.world.turn_in_play(RACE)
        elif seen != self.seen[-1]:
            self.world.settle(RACE, 1)
        if not self.seen or seen != self.seen[-1]:
            self.seen.append(seen)


WAITS, HAS_LAPSED = ("EXECUTABLE", True, 10.0, 0.0), ("EXECUTION_COMPLETE", False, 0.0, 0.0)


@pytest.mark.parametrize(
    ("ask", "placed", "after_the_off"),
    [
        (lambda orders: orders.back_at_starting_price(1, 10.0), WAITS, ("EXECUTION_COMPLETE", False, 0.0, 10.0)),
        (lambda orders: orders.back_at_starting_price(1, 10.0, 500.0), WAITS, HAS_LAPSED),
        (lambda orders: orders.lay_at_starting_price(2, 10.0), WAITS, ("EXECUTION_COMPLETE", False, 0.0, 5.0)),
        (
            lambda orders: orders.back(1, 500.0, 10.0, persistence="MARKET_ON_CLOSE"),
            WAITS,
            ("EXECUTION_COMPLETE", False, 0.0, 10.0),
        ),
    ],
    ids=["back", "limit not reached", "lay", "limit order"],
)
def test_an_order_for_the_starting_price_waits_until_it_is_made(
    ask: Callable[[Any], Any], placed: Any, after_the_off: Any
) -> None:
    with serve(a_race_to_win()) as served:
        strategy = AtTheStart(ask, served.world)
        run(strategy, server_of(served), {}, seconds=30)
    assert strategy.seen == [placed, after_the_off]


NOT_ON_ANY_WIRE = """
from decimal import Decimal
from fractions import Fraction
from math import inf, nan

HUGE = 10**400
ASKED = [
    *(lambda orders, wrong=wrong: orders.back(1, wrong, 2.0) for wrong in (nan, inf, -inf, HUGE, 1e300, None)),
    *(lambda orders, wrong=wrong: orders.back(1, 3.0, wrong) for wrong in (nan, inf, -inf, HUGE, 1e300, None)),
    lambda orders: orders.back(1, Decimal("500"), Fraction(4, 2)),
    lambda orders: orders.back(1, Decimal("500.005"), Decimal("2.005")),
    lambda orders: orders.back(1, 499.99999999999994, 2.0000000000000004),
    lambda orders: orders.back(1, 3.0, 2.0, handicap=nan),
    lambda orders: orders.back(1, 3.0, 2.0, handicap=None),
    lambda orders: orders.back(1, 3.0, 2.0, time_in_force="FILL_OR_KILL", min_fill_size=nan),
    lambda orders: orders.back(1, 3.0, 0, bet_target_type="PAYOUT", bet_target_size=inf),
    lambda orders: orders.back_at_starting_price(1, nan),
    lambda orders: orders.back_at_starting_price(1, 10.0, inf),
    lambda orders: orders.back_at_starting_price(1, None),
    lambda orders: orders.lay_at_starting_price(1, HUGE, 3.0),
]

class Asks:
    refusals = shown = None

    def __init__(self, end=None):
        self.orders = []
        self.end = end

    def on_market(self, market, orders):
        if not self.orders and len(market.active_runners):
            self.orders = [ask(orders) for ask in ASKED]

    def on_orders(self, orders):
        if Asks.refusals is None and not any(order.status == "PENDING" for order in self.orders):
            Asks.refusals = [order.refusal for order in self.orders]
            Asks.shown = [(order.price, order.size, order.handicap) for order in self.orders]
            if self.end is not None:
                self.end()
"""


def test_a_number_that_cannot_be_sent_is_refused_as_over_a_recording(tmp_path: Path) -> None:
    script = tmp_path / "strategy.py"
    script.write_text(NOT_ON_ANY_WIRE)
    recorded = a_recorded_race(bspMarket=True).write(tmp_path)
    assert not backtest(f"{script}:Asks", [str(recorded)]).failures
    asks: Any = strategy_class(f"{script}:Asks")
    refusals, shown, asks.refusals = asks.refusals, repr(asks.shown), None
    with serve(a_race_to_win()) as served:
        run(asks(end=lambda: served.world.settle(RACE, 1)), server_of(served), {}, seconds=30)
    assert asks.refusals == refusals
    assert repr(asks.shown) == shown


@pytest.mark.parametrize("price", [float("nan"), 10**400], ids=["nan", "huge"])
def test_a_replacement_at_a_price_that_cannot_be_sent_is_refused_by_its_code(served: Served, price: float) -> None:
    strategy = Replaces(price, lambda world: None, served.world)
    run(strategy, server_of(served), {}, seconds=30)
    assert (strategy.second.status, strategy.second.refusal) == ("REFUSED", "INVALID_ODDS")


def test_a_limit_order_that_the_off_sends_to_the_auction_waits_there_until_it_is_matched() -> None:
    market: Any = SimpleNamespace(status="OPEN")
    order = LiveOrder(market, (1, 0.0, "BACK"), OrderType.LIMIT, 5.0, 10.0)
    order.bet_id = 1
    told = {
        "status": "EXECUTION_COMPLETE",
        "order_type": "MARKET_ON_CLOSE",
        "size_remaining": 0.0,
        "bsp_liability": 6.0,
    }
    rest = {"size_lapsed": 0.0, "size_cancelled": 1.0, "size_voided": 0.0}
    order.hear(SimpleNamespace(status="EXECUTABLE", order_type="LIMIT", size_matched=3.0, size_remaining=6.0, **rest))
    order.hear(SimpleNamespace(size_matched=3.0, **told, **rest))
    assert (order.status, order.is_live, order.size_remaining) == ("EXECUTABLE", True, 6.0)
    order.hear(SimpleNamespace(size_matched=9.0, **told, **rest))
    assert (order.status, order.is_live, order.size_remaining) == ("EXECUTION_COMPLETE", False, 0.0)
    order.hear(SimpleNamespace(size_matched=3.0, **told, **{**rest, "size_lapsed": 6.0}))
    assert (order.status, order.is_live, order.size_remaining) == ("EXECUTION_COMPLETE", False, 0.0)


def test_an_order_that_was_to_be_filled_or_killed_is_complete_as_soon_as_it_is_answered() -> None:
    market: Any = SimpleNamespace(status="OPEN")
    order = LiveOrder(market, (1, 0.0, "BACK"), OrderType.LIMIT, 100.0, 2.0)
    order.take(SimpleNamespace(bet_id="1", order_status="EXPIRED", size_matched=0.0, average_price_matched=0.0))
    assert (order.status, order.is_live, order.size_remaining) == ("EXECUTION_COMPLETE", False, 0.0)


def test_nothing_is_live_in_a_market_that_is_closed_as_over_a_recording(served: Served) -> None:
    class Backs(Does):
        at_the_close: Any = None

        def on_close(self, market: Any) -> None:
            self.at_the_close = seen(self.result)

    def seen(order: Any) -> tuple[Any, ...]:
        return order.status, order.is_live, order.size_remaining, order.size_matched

    strategy = Backs(lambda _, orders: orders.back(3, 100.0, 2.0), served.world)
    ((orders,), _) = run(strategy, server_of(served), {}, seconds=30)
    ended = ("EXECUTION_COMPLETE", False, 0.0, 0.0)
    assert (strategy.at_the_close, seen(strategy.result), orders.live) == (ended, ended, [])


@pytest.mark.parametrize("is_numbered", [False, True])
def test_an_order_of_which_nothing_was_told_is_not_live_in_a_market_that_is_closed(is_numbered: bool) -> None:
    market: Any = SimpleNamespace(status="OPEN")
    order = LiveOrder(market, (1, 0.0, "BACK"), OrderType.LIMIT, 100.0, 2.0)
    if is_numbered:
        order.take(SimpleNamespace(bet_id="1", order_status="EXECUTABLE", size_matched=0.0, average_price_matched=0.0))
    assert (order.is_live, order.size_remaining) == (True, 2.0)
    market.status = "CLOSED"
    assert (order.is_live, order.size_remaining) == (False, 0.0)


def test_a_persistence_that_there_is_not_fails_where_it_is_asked_for(served: Served) -> None:
    class Updates(Strategy):
        first: Any = None
        is_done = False

        def on_market(self, market: Any, orders: Any) -> None:
            self.first = self.first or orders.back(3, 100.0, 2.0)

        def on_orders(self, orders: Any) -> None:
            if self.first.bet_id is not None and not self.is_done:
                with pytest.raises(ValueError, match="FOREVER"):
                    orders.update(self.first, "FOREVER")
                self.is_done = True
                served.world.settle(MARKET, 3)

    strategy = Updates()
    run(strategy, server_of(served), {}, seconds=30)
    assert strategy.is_done


def test_an_order_is_replaced_updated_and_cancelled(served: Served) -> None:
    class Edits(Strategy):
        def __init__(self) -> None:
            self.first: Any = None
            self.second: Any = None
            self.is_cut = False

        def on_market(self, market: Any, orders: Any) -> None:
            if self.first is None:
                self.first = orders.back(3, 100.0, 4.0)

        def on_orders(self, orders: Any) -> None:
            if self.second is None and self.first.bet_id is not None:
                orders.update(self.first, "PERSIST")
                self.second = orders.replace(self.first, 110.0)
            elif self.second is not None and self.second.bet_id is not None and not self.is_cut:
                self.is_cut = True
                orders.cancel(self.second, 1.0)
            elif self.is_cut and self.second.size_remaining == 3.0:
                orders.cancel()

    strategy = Edits()
    run(strategy, server_of(served), {}, seconds=3)
    first, second = served.world.orders()
    assert (first.size_cancelled, second.size_cancelled, second.price) == (4.0, 4.0, 110.0)
    assert (strategy.first.status, strategy.second.status) == ("EXECUTION_COMPLETE", "EXECUTION_COMPLETE")


def test_the_same_strategy_gets_the_same_bets_on_the_server_and_over_its_recording(tmp_path: Path) -> None:
    script = tmp_path / "strategy.py"
    script.write_text(BACKS)
    with serve("derby") as served:
        server = server_of(served)
        recording = tmp_path / "recording.bz2"
        recorder = threading.Thread(target=record, args=(server, [MARKET], recording))
        recorder.start()
        served.world.wait_for("SessionOpened", account=server.username)
        end = threading.Timer(3, lambda: served.world.settle(MARKET, 3))
        end.start()
        arguments = [
            "run", f"{script}:Backs", "--set", "stake=3", "--url", server.url, "--stream", server.stream,
            "--username", server.username, "--password", server.password, "--app-key", server.app_key,
        ]  # fmt: skip
        ran = CliRunner().invoke(main, arguments)
        recorder.join()
        (bet,) = served.world.orders()
    assert ran.exit_code == 0
    assert f"{MARKET} <{bet.bet_id} BACK 3 3.0 at 5.0: EXECUTION_COMPLETE, 3.0 matched>, profit 15.00" in ran.stdout
    runs = Runs(parameters=("stake=3",), lane=Settings(cross_matching=True))
    (order,) = backtest(f"{script}:Backs", [str(recording)], runs).rows.orders
    assert (order.price, order.size_matched, order.average_price_matched, order.profit) == (5.0, 3.0, 6.0, 15.0)
    assert (bet.price, bet.size_matched, bet.average_price_matched) == (5.0, 3.0, 6.0)


@pytest.mark.parametrize(
    ("changes", "market_filter", "sentence"),
    [
        ({"password": "wrong"}, {}, "INVALID_USERNAME_OR_PASSWORD"),
        ({"url": "http://127.0.0.1:9"}, {}, r"^http://127\.0\.0\.1:9 cannot be reached: Connection refused\.$"),
        ({"url": "http://nowhere.invalid"}, {}, r"^http://nowhere\.invalid cannot be reached: [^\n]+\.$"),
        ({"stream": "127.0.0.1:9"}, {}, "^the stream has ended: "),
        ({}, {"marketIds": ["1.1"]}, "^no market is open that was asked for"),
    ],
)
def test_what_is_in_the_way_is_said(changes: dict[str, Any], market_filter: dict[str, Any], sentence: str) -> None:
    with serve("derby") as served, pytest.raises(CannotRun, match=sentence):
        run(Strategy(), server_of(served, **changes), market_filter, seconds=10)


def test_who_interrupts_a_strategy_is_told_of_its_orders(served: Served, tmp_path: Path) -> None:
    script = tmp_path / "strategy.py"
    script.write_text(f"{BACKS}\n    def on_orders(self, orders):\n        raise KeyboardInterrupt\n")
    access = server_of(served)
    credentials = ["--username", access.username, "--password", access.password, "--app-key", access.app_key]
    where = ["--url", access.url, "--stream", access.stream]

    ran = CliRunner().invoke(main, ["run", f"{script}:Backs", *where, *credentials])

    assert (ran.exit_code, ran.stdout.count("BACK 3 2.0 at 5.0")) == (130, 1)
    assert len(served.world.orders()) == 1
    assert ran.stderr.splitlines()[-1] == "betsim: it was interrupted: what is unmatched stays with the server."


def test_a_strategy_runs_once_against_a_server(tmp_path: Path) -> None:
    script = tmp_path / "strategy.py"
    script.write_text(BACKS)
    credentials = ["--url", "http://127.0.0.1:9", "--stream", "127.0.0.1:9", "--username", "a", "--password", "b"]
    arguments = ["run", f"{script}:Backs", "--set", "stake=2,3", *credentials, "--app-key", "c"]
    ran = CliRunner().invoke(main, arguments)
    sentence = "betsim: a strategy runs once against a server: give every parameter one value.\n"
    assert (ran.exit_code, ran.stderr) == (2, sentence)


FLUMINES = """
class BaseStrategy:
    pass

BaseStrategy.__module__ = "flumine.strategy.strategy"

class Backs(BaseStrategy):
    def process_market_book(self, market, market_book):
        pass
"""


def test_a_strategy_of_flumine_is_refused_before_anything_is_connected(tmp_path: Path) -> None:
    script = tmp_path / "strategy.py"
    script.write_text(FLUMINES)
    credentials = ["--url", "http://127.0.0.1:9", "--stream", "127.0.0.1:9", "--username", "a", "--password", "b"]
    ran = CliRunner().invoke(main, ["run", f"{script}:Backs", *credentials, "--app-key", "c"])
    sentence = "is a strategy of flumine's: run it with flumine itself, with only the server's address changed."
    assert (ran.exit_code, ran.stderr) == (2, f"betsim: {script}:Backs {sentence}\n")


def test_a_member_of_a_parameter_is_set_as_in_a_backtest(served: Served, tmp_path: Path) -> None:
    script = tmp_path / "strategy.py"
    backs = BACKS.replace("stake=2.0", "context={'stake': 2.0}").replace("= stake", "= context['stake']")
    script.write_text(f"{backs}\n    def on_orders(self, orders):\n        raise KeyboardInterrupt\n")
    access = server_of(served)
    credentials = ["--username", access.username, "--password", access.password, "--app-key", access.app_key]
    where = ["--url", access.url, "--stream", access.stream]
    ran = CliRunner().invoke(main, ["run", f"{script}:Backs", "--set", "context.stake=3", *where, *credentials])
    assert (ran.exit_code, ran.stdout.count("BACK 3 3.0 at 5.0")) == (130, 1)


def test_the_documented_line_bets(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Path(__file__).parents[2]
    documented = re.search(
        r"^    betsim exec --scenario (\w+) -- betsim (run .*)$",
        (project / "docs/backtests.md").read_text(),
        re.MULTILINE,
    )
    assert documented is not None
    scenario_name, line = documented.groups()
    monkeypatch.chdir(project)
    with serve(scenario_name) as served:
        access, world = server_of(served), served.world

        def settle() -> None:
            world.wait_for("OrderPlaced", account=access.username)
            (bet,) = world.orders(access.username)
            world.settle(bet.market_id, bet.selection_id)

        threading.Thread(target=settle).start()
        credentials = ["--username", access.username, "--password", access.password, "--app-key", access.app_key]
        where = ["--url", access.url, "--stream", access.stream]
        ran = CliRunner().invoke(main, [*line.split(), *where, *credentials])
        (bet,) = world.orders(access.username)
    assert (ran.exit_code, ran.stdout.count("BACK"), bet.size_matched) == (0, 1, 2.0)
