"""A strategy sees the market as it was recorded, its orders at once, and all that becomes of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulator.backtest.engine import Engine
from simulator.backtest.lane import Settings
from simulator.backtest.latency import Latency
from simulator.backtest.lines import Lines
from simulator.backtest.own_orders import RecordedOrder, RecordedOrders
from simulator.backtest.playing import Play
from simulator.backtest.rows import rows_of
from simulator.backtest.strategy import Strategy
from simulator.backtest.views import RecordedMarketView
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.recorded.sources import sources
from tests.recording_files import BEGINNING, Race, a_race

Look = Callable[[RecordedMarketView, RecordedOrders], Any]


class Once:
    """A strategy that does something at its first call after a time, and keeps what comes back."""

    def __init__(self, do: Look, after: int = 0) -> None:
        self.do = do
        self.after = BEGINNING + after
        self.result: Any = None
        self.is_done = False

    def on_market(self, market: Any, orders: Any) -> None:
        if not self.is_done and market.time >= self.after:
            self.is_done = True
            self.result = self.do(market, orders)


def play(strategy: Any, *races: Race, folder: Path, **settings: Any) -> Play:
    """Let a strategy play some races, read as files are."""
    played = Play(strategy, Settings(**settings))
    engine = Engine([played.lane])
    for line in Lines(sources([str(race.write(folder)) for race in races])):
        engine.take(line)
    engine.end()
    return played


def result_of(do: Look, folder: Path, *, after: int = 4_000, **settings: Any) -> Any:
    """Return what comes of doing something once, at the fourth message of a race, to the end of the race."""
    strategy = Once(do, after)
    play(strategy, a_race(), folder=folder, **settings)
    assert strategy.is_done
    return strategy.result


# What is seen


def test_a_market_and_its_runners_are_seen_as_they_are_told(tmp_path: Path) -> None:
    def look(market: RecordedMarketView, _: RecordedOrders) -> list[Any]:
        runner = market.runner(1)
        return [
            (market.market_id, market.market_type, market.event_id, market.event_type_id, market.country_code),
            (market.status, market.in_play, market.bet_delay_seconds, market.number_of_winners),
            (market.time - BEGINNING, market.seconds_to_start),
            [each.name for each in market.active_runners],
            (runner.best_back, runner.best_lay, runner.last_price_traded, runner.total_matched, dict(runner.traded)),
            (list(runner.available_to_back), list(runner.available_to_lay)),
            (market.runner(3).best_back, market.exposure, dict(market.profits), market.profit),
        ]

    assert result_of(look, tmp_path) == [
        ("1.1", "WIN", "9", "7", "GB"),
        ("OPEN", False, 0, 1),
        (4_000, 196.0),
        ["Runner 1", "Runner 2", "Runner 3"],
        (3.0, 3.1, 3.0, 100.0, {3.0: 100.0}),
        ([(3.0, 50.0), (2.9, 20.0)], [(3.1, 40.0)]),
        (None, 0.0, {(1, 0.0): 0.0, (2, 0.0): 0.0, (3, 0.0): 0.0}, None),
    ]


def test_what_was_taken_is_offered_no_more_and_what_rests_is_offered_to_others(tmp_path: Path) -> None:
    def look(market: RecordedMarketView, orders: RecordedOrders) -> list[Any]:
        orders.back(1, 3.0, 50.0)
        taken = list(market.runner(1).available_to_back), market.runner(1).best_back
        orders.back(2, 2.1, 5.0)
        return [taken, list(market.runner(2).available_to_lay), (market.exposure, market.profits[1, 0.0])]

    assert result_of(look, tmp_path) == [
        ([(2.9, 20.0)], 2.9),
        [(2.02, 40.0), (2.1, 5.0)],
        (55.0, 100.0),
    ]


def test_a_runner_that_is_not_there_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        result_of(lambda market, _: market.runner(4), tmp_path)


@pytest.mark.parametrize("looks_before", [True, False])
def test_a_runner_that_is_listed_no_more_is_what_was_told_of_it_last(looks_before: bool, tmp_path: Path) -> None:
    others = [{"id": number, "sortPriority": number, "status": "ACTIVE"} for number in (2, 3)]
    favourite = {"id": 1, "sortPriority": 1, "status": "ACTIVE", "name": "The favourite", "adjustmentFactor": 50.0}
    race = Race()
    race.offers(1, atb=[(3.0, 50.0)])
    race.defines(runners=[favourite, *others])
    race.defines(runners=others)
    race.offers(2, atb=[(3.0, 50.0)])
    seen: list[Any] = []

    class Looks:
        def on_market(self, market: Any, orders: Any) -> None:
            if looks_before or market.time == BEGINNING + 5_000:
                seen[:] = [(each.name, each.adjustment_factor, each.status) for each in market.runners]
                assert f"{market.runner(1)}" == "<The favourite: 3.0 / None>" or market.time < BEGINNING + 3_000
            if not orders:
                orders.back(1, 3.0, 2.0)

    played = play(Looks(), race, folder=tmp_path)
    assert seen == [("The favourite", 50.0, "ACTIVE"), ("2", None, "ACTIVE"), ("3", None, "ACTIVE")]
    assert [row.runner_name for row in rows_of(played, "default").orders] == ["The favourite"]


def test_markets_of_several_files_are_seen_in_the_order_of_time(tmp_path: Path) -> None:
    seen: list[tuple[int, str]] = []

    class Looks:
        def on_market(self, market: Any, _: Any) -> None:
            seen.append((market.time, market.market_id))

    play(Looks(), a_race("1.1"), a_race("1.2", market_type="PLACE"), folder=tmp_path)
    assert seen == sorted(seen)
    assert {market_id for _, market_id in seen} == {"1.1", "1.2"}


# What is asked for


def of(order: RecordedOrder) -> tuple[Any, ...]:
    return order.status, order.refusal, order.size_matched, order.average_price_matched, order.profit


NOTHING = (0.0, None, None)


def fill_or_kill(orders: RecordedOrders, **more: Any) -> RecordedOrder:
    return orders.back(1, 3.0, 60.0, time_in_force="FILL_OR_KILL", **more)


def for_a_profit_of_twenty(orders: RecordedOrders) -> RecordedOrder:
    return orders.back(1, 3.0, 0, bet_target_type="BACKERS_PROFIT", bet_target_size=20.0)


@pytest.mark.parametrize(
    ("ask", "becomes"),
    [
        (lambda orders: orders.back(1, 3.0, 10.0), (10.0, 3.0, 20.0)),
        (lambda orders: orders.back(1, 2.9, 60.0), (60.0, pytest.approx(2.98333, abs=1e-5), 119.0)),
        (lambda orders: orders.lay(1, 3.1, 10.0), (10.0, 3.1, -21.0)),
        (lambda orders: orders.lay(2, 2.02, 10.0), (10.0, 2.02, 10.0)),
        (lambda orders: orders.back(1, 10.0, 2.0), NOTHING),
        (fill_or_kill, NOTHING),
        (lambda orders: fill_or_kill(orders, min_fill_size=20.0), (50.0, 3.0, 100.0)),
        (for_a_profit_of_twenty, (10.0, 3.0, 20.0)),
    ],
)
def test_an_order_is_there_at_once_and_is_complete_in_the_end(
    ask: Callable[[RecordedOrders], RecordedOrder], becomes: tuple[Any, ...], tmp_path: Path
) -> None:
    assert of(result_of(lambda _, orders: ask(orders), tmp_path)) == ("EXECUTION_COMPLETE", "", *becomes)


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda orders: orders.back(1, 3.03, 2.0), "INVALID_ODDS"),
        (lambda orders: orders.back(1, 3.005, 2.0), "INVALID_ODDS"),
        (lambda orders: orders.back(1, 3.0, 2.005), "INVALID_BET_SIZE"),
        (lambda orders: orders.back(1, 3.0, float("nan")), "INVALID_BET_SIZE"),
        (lambda orders: orders.back(1, 3.0, float("inf")), "INVALID_BET_SIZE"),
        (lambda orders: orders.back(4, 3.0, 2.0), "INVALID_RUNNER"),
        (lambda orders: orders.back(1, 3.0, 20_000.0), "INSUFFICIENT_FUNDS"),
        (lambda orders: orders.back(1, 3.0, 2.0, market_version=1), "BET_TAKEN_OR_LAPSED"),
        (lambda orders: orders.back_at_starting_price(1, 10.0), "MARKET_NOT_OPEN_FOR_BSP_BETTING"),
    ],
)
def test_an_order_that_the_exchange_does_not_take_says_why(
    ask: Callable[[RecordedOrders], RecordedOrder], reason: str, tmp_path: Path
) -> None:
    assert of(result_of(lambda _, orders: ask(orders), tmp_path)) == ("REFUSED", reason, *NOTHING)


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("ask", "asked"),
    [
        (lambda orders: orders.back(1, 2.005, 2.0), (0.0, 2.005, 2.0)),
        (lambda orders: orders.back(1, NAN, 2.0), (0.0, NAN, 2.0)),
        (lambda orders: orders.back(1, 10**400, -INF), (0.0, INF, -INF)),
        (lambda orders: orders.lay(1, 3.0, 2.001), (0.0, 3.0, 2.001)),
        (lambda orders: orders.lay(1, 3.0, 2.001, handicap=0.125), (0.125, 3.0, 2.001)),
        (lambda orders: orders.back_at_starting_price(1, 10.001), (0.0, None, 10.001)),
        (lambda orders: orders.lay_at_starting_price(1, 10.0, 2.005), (0.0, 2.005, 10.0)),
        (lambda orders: orders.replace(orders.back(1, 10.0, 2.0), 2.005), (0.0, 2.005, 2.0)),
    ],
)
def test_an_order_and_its_row_show_the_numbers_that_were_asked_for_whatever_they_are(
    ask: Callable[[RecordedOrders], RecordedOrder], asked: tuple[Any, ...], tmp_path: Path
) -> None:
    strategy = Once(lambda _, orders: ask(orders), after=4_000)
    played = play(strategy, a_race(), folder=tmp_path)
    order, row = strategy.result, rows_of(played, "default").orders[-1]
    assert order.status == row.status == "REFUSED"
    assert (order.handicap, order.price, order.size) == pytest.approx(asked, nan_ok=True)
    assert (row.handicap, row.price, row.size) == pytest.approx(asked, nan_ok=True)
    assert f"{float(asked[2])} at {asked[1]}: " in repr(order)


@pytest.mark.parametrize(
    ("more", "error"),
    [({"colour": "red"}, "an order has no colour"), ({"persistence": "FOREVER"}, "FOREVER")],
)
def test_what_no_order_has_is_an_error_of_the_strategy(more: dict[str, Any], error: str, tmp_path: Path) -> None:
    with pytest.raises((TypeError, ValueError), match=error):
        result_of(lambda _, orders: orders.back(1, 3.0, 2.0, **more), tmp_path)


def test_an_order_that_is_on_its_way_is_pending_and_can_be_asked_nothing_of(tmp_path: Path) -> None:
    def ask(_: RecordedMarketView, orders: RecordedOrders) -> list[Any]:
        order = orders.back(1, 10.0, 2.0)
        seen = [order.status, order.bet_id, order.size, order.size_remaining, order.is_live, list(orders.live)]
        replaced = orders.replace(order, 11.0)
        orders.cancel(order)
        orders.update(order, "PERSIST")
        return [*seen, (replaced.status, replaced.refusal), order]

    *seen, order = result_of(ask, tmp_path, latency=Latency.fixed(500))
    assert seen == ["PENDING", None, 2.0, 2.0, True, [order], ("REFUSED", "BET_IN_PROGRESS")]
    assert (order.status, order.size_remaining, order.is_live) == ("EXECUTION_COMPLETE", 0.0, False)


def test_an_order_in_play_waits_out_the_bet_delay_and_then_meets_the_book(tmp_path: Path) -> None:
    def ask(_: RecordedMarketView, orders: RecordedOrders) -> tuple[Any, ...]:
        order = orders.back(1, 2.9, 2.0)
        return order.status, order

    status, order = result_of(ask, tmp_path, after=6_500)
    assert (status, *of(order)) == ("PENDING", "EXECUTION_COMPLETE", "", 2.0, 2.9, 3.8)


def test_an_order_that_the_market_is_suspended_upon_is_refused_when_its_delay_ends(tmp_path: Path) -> None:
    race = Race(inPlay=True, betDelay=5)
    race.offers(1, atb=[(3.0, 50.0)])
    race.defines(status="SUSPENDED")
    for _ in range(6):
        race.offers(1, atb=[(3.0, 50.0)])
    strategy = Once(lambda _, orders: orders.back(1, 3.0, 2.0), after=2_000)
    play(strategy, race, folder=tmp_path)
    assert (strategy.result.status, strategy.result.refusal) == ("REFUSED", "BET_TAKEN_OR_LAPSED")


def test_an_order_is_cancelled_in_part_and_whole_replaced_and_updated(tmp_path: Path) -> None:
    def ask(_: RecordedMarketView, orders: RecordedOrders) -> list[Any]:
        first = orders.back(1, 10.0, 6.0)
        orders.cancel(first, 2.0)
        left = first.size_remaining
        second = orders.replace(first, 3.0)
        orders.lay(2, 1.5, 3.0)
        third = orders.back(2, 10.0, 3.0)
        orders.update(third, "PERSIST")
        assert third.order is not None
        persistence = third.order.persistence
        orders.cancel()
        return [left, of(second)[:4], persistence, [order.is_live for order in orders], len(orders)]

    assert result_of(ask, tmp_path) == [
        4.0, ("EXECUTION_COMPLETE", "", 4.0, 3.0), "PERSIST", [False, False, False, False], 4,
    ]  # fmt: skip


def test_an_order_is_filled_at_the_recorded_starting_price(tmp_path: Path) -> None:
    race = Race(bspMarket=True)
    race.offers(1, atb=[(3.0, 50.0)])
    runners = [{"id": number, "sortPriority": number, "status": "ACTIVE", "bsp": 3.0 * number} for number in (1, 2, 3)]
    race.defines(bspReconciled=True, inPlay=True, runners=runners)
    race.offers(1, atb=[(3.0, 40.0)])
    race.ends(winner=1)
    strategy = Once(
        lambda _, orders: [orders.back_at_starting_price(1, 10.0), orders.lay_at_starting_price(2, 20.0, 5.0)]
    )
    play(strategy, race, folder=tmp_path)
    back, lay = strategy.result
    assert (*of(back), of(lay)) == (
        "EXECUTION_COMPLETE", "", 10.0, 3.0, 20.0, ("EXECUTION_COMPLETE", "", 0.0, None, None),
    )  # fmt: skip


# What is called


def test_a_strategy_hears_of_its_orders_before_it_sees_the_market_and_of_the_end(tmp_path: Path) -> None:
    class Listens(Strategy):
        def __init__(self) -> None:
            self.heard: list[Any] = []

        def on_market(self, market: Any, orders: Any) -> None:
            self.heard.append("market")
            if len(self.heard) == 4:
                orders.back(1, 3.0, 2.0)

        def on_orders(self, orders: Any) -> None:
            self.heard.append([order.size_matched for order in orders])

        def on_close(self, market: Any) -> None:
            self.heard.append((market.status, market.profit))

    strategy = Listens()
    play(strategy, a_race(), folder=tmp_path)
    assert strategy.heard[3:6] == ["market", [2.0], "market"]
    assert strategy.heard[-2:] == [[2.0], ("CLOSED", 4.0)]


def test_a_strategy_need_not_have_any_method_but_one(tmp_path: Path) -> None:
    class Counts:
        closed = 0

        def on_close(self, _: Any) -> None:
            self.closed += 1

    strategy = Counts()
    assert play(strategy, a_race(), folder=tmp_path).lane.on_update is not None
    assert strategy.closed == 1


@pytest.mark.parametrize(
    ("after", "price", "fates"),
    [
        (4_000, 3.01, [("REFUSED", "ERROR_IN_ORDER", 1), ("REFUSED", "INVALID_ODDS", 2)]),
        (4_000, 2.02, [("EXECUTION_COMPLETE", "", 1), ("EXECUTABLE", "", 2)]),
        (6_000, 2.02, [("EXECUTION_COMPLETE", "", 1), ("EXECUTABLE", "", 2)]),
    ],
    ids=["refused together", "placed at once", "placed after the bet delay"],
)
def test_orders_of_one_request_have_each_their_own_fate(
    after: int, price: float, fates: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    now: list[list[tuple[str, str, int]]] = []

    class Both(Once):
        def on_orders(self, orders: Any) -> None:
            if not any(order.status == "PENDING" for order in orders):
                now.append([(order.status, order.refusal, order.selection_id) for order in orders])

    def ask(market: RecordedMarketView, orders: RecordedOrders) -> list[RecordedOrder]:
        instructions = [
            PlaceInstruction(RunnerKey(number), Side.BACK, OrderType.LIMIT, asked, 2_00, Persistence.PERSIST)
            for number, asked in ((1, 2_50), (2, round(price * 100)))
        ]
        request = market.followed.lane.place(market.market_id, *instructions)
        return [orders.keep(each, request, index) for index, each in enumerate(instructions)]

    strategy = Both(ask, after)
    play(strategy, a_race(), folder=tmp_path)
    refused = [(order.status, order.refusal, order.selection_id) for order in strategy.result if order.bet_id is None]
    assert (now[0] if now else refused) == fates


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"bettingType": "ASIAN_HANDICAP_DOUBLE_LINE"},
        {"bettingType": "ASIAN_HANDICAP_SINGLE_LINE"},
        {"bettingType": "LINE", "lineMinUnit": 0.5, "lineMaxUnit": 9.5, "lineInterval": 1.0},
    ],
    ids=["odds", "two lines", "one line", "line"],
)
@pytest.mark.parametrize("removed_before", [True, False], ids=["one by one", "at the end"])
def test_a_market_whose_runners_are_all_removed_is_settled_as_void(
    more: dict[str, Any], removed_before: bool, tmp_path: Path
) -> None:
    runners: list[dict[str, Any]] = [{"id": number, "sortPriority": number, "status": "ACTIVE"} for number in (1, 2)]
    if "HANDICAP" in more.get("bettingType", ""):
        runners = [{**runner, "hc": hc} for runner, hc in zip(runners, (-0.5, 0.5), strict=True)]
    race = Race(runners=runners, **more)
    told = {name: value for name, value in runners[0].items() if name in ("id", "hc")}
    race._say({"id": "1.1", "rc": [{**told, "atb": [(3.5, 50.0)]}]})
    race.defines()
    removed = [{**runner, "status": "REMOVED", "removalDate": "2020-09-13T12:30:00.000Z"} for runner in runners]
    if removed_before:
        race.defines(runners=[removed[0], runners[1]])
        race.defines(runners=removed, status="SUSPENDED")
    race.defines(status="CLOSED", runners=removed)
    closed: list[float | None] = []

    class Bets:
        def on_market(self, market: Any, orders: Any) -> None:
            if not orders and market.runners[0].best_back:
                orders.back(market.runners[0], 3.5, 2.0)

        def on_close(self, market: Any) -> None:
            closed.append(market.profit)

    played = play(Bets(), race, folder=tmp_path)
    rows = rows_of(played, "default")
    ((order,), (market,)) = rows.orders, rows.markets
    assert closed == [0.0]
    assert (order.refusal, order.size_matched, order.size_voided) == ("", 0.0, 2.0)
    assert (market.problem, market.settled_at is not None, market.profit, market.commission) == ("", True, 0.0, 0.0)
