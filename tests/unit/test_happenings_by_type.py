"""Auctions, withdrawals and results happen to markets of every type as the schedule or the operator says."""

from typing import Any

import pytest

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.events import StartingPriceMade
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.exchange.refusals import Impossible
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from simulator.world.inputs import AdvanceClock, MoveToNext
from simulator.world.loading.loading import load_happening
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.afternoon import ASIAN, CUP, DOGS, EACH_WAY, LINE, PLACE, TOTAL, WIN, afternoon, back_at_starting_price, bet
from tests.scenario import world_of
from tests.unit.world_builder import MINUTE, heard_by


def do(world: World, market: str, verb: str, **content: Any) -> None:
    """Do to a market what the control API would do with this document."""
    world.do(load_happening(str(content), "document", verb, market, world.exchange)).accepted()


def results(**by_status: list[int]) -> list[dict[str, Any]]:
    """Results in the words of a scenario: `results(WINNER=[1], PLACED=[2, 3])`."""
    return [
        {"selectionId": number, "status": status} for status, numbers in by_status.items() for number in numbers
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("market", "side", "price", "more", "settlement", "profit"),
    [
        (WIN, Side.BACK, 300, {}, {"results": results(WINNER=[1])}, 2000),
        (WIN, Side.LAY, 400, {}, {"results": results(WINNER=[1], LOSER=[2, 3, 4])}, -3000),
        (WIN, Side.BACK, 300, {}, {"results": results(WINNER=[2], REMOVED=[1])}, 0),
        # Two halves of ten pounds: 3.0 to win, and 1 + 2.0 / 4 = 1.5 to be placed.
        (EACH_WAY, Side.BACK, 300, {}, {"results": results(WINNER=[1], PLACED=[2])}, 2500),
        (EACH_WAY, Side.BACK, 300, {}, {"results": results(WINNER=[2], PLACED=[1])}, -500),
        (EACH_WAY, Side.BACK, 300, {}, {"results": results(WINNER=[2], PLACED=[3])}, -2000),
        # Half on -0.5 and half on -1: a margin of one wins the one and refunds the other.
        (ASIAN, Side.BACK, 300, {"handicap": -75}, {"margin": 1}, 1000),
        (ASIAN, Side.BACK, 300, {"handicap": -75}, {"margin": 2}, 2000),
        (ASIAN, Side.BACK, 300, {"handicap": -75}, {"margin": 0}, -1000),
        (ASIAN, Side.BACK, 300, {"runner": 2, "handicap": 50}, {"margin": -3}, 2000),
        (TOTAL, Side.BACK, 300, {"handicap": -300}, {"total": 4}, 2000),
        (TOTAL, Side.BACK, 300, {"handicap": -300}, {"total": 3}, 2000),
        (TOTAL, Side.BACK, 300, {"handicap": -300}, {"total": 2}, -1000),
        # Two winners.
        (CUP, Side.BACK, 300, {}, {"results": results(WINNER=[1, 2])}, 2000),
        # Town won the cup with City and United level behind it: half of the second place for each.
        (CUP, Side.BACK, 300, {}, {"results": results(WINNER=[1, 3, 4]), "deadHeat": [3, 4]}, 2000),
        (CUP, Side.BACK, 300, {"runner": 3}, {"results": results(WINNER=[1, 3, 4]), "deadHeat": [3, 4]}, 500),
        # Nobody says who tied: all three share two places.
        (CUP, Side.BACK, 300, {}, {"results": results(WINNER=[1, 3, 4])}, 1000),
    ],
)
def test_a_market_is_settled_by_what_its_type_asks_for(
    market: str, side: Side, price: int, more: dict[str, Any], settlement: dict[str, Any], profit: int
) -> None:
    world = world_of(afternoon())
    order = bet(world, market, side, price, 1000, **more)
    size = order.size_matched

    do(world, market, "settle", **settlement)

    assert size == 1000
    assert order.profit == profit
    assert world.exchange.markets[market].status is MarketStatus.CLOSED


@pytest.mark.parametrize(("counted", "profit"), [("10", 500), ("10.5", 0), ("11", -500)])
def test_a_line_market_is_settled_by_what_was_counted(counted: str, profit: int) -> None:
    """Whoever backs sells, and wins where less was counted; on the line everybody gets the stake back."""
    world = world_of(afternoon())
    bet(world, LINE, Side.LAY, 1050, 500, who="bob")
    sold = bet(world, LINE, Side.BACK, 1050, 500)

    world.do(load_happening(f"lineResult: {counted}", "document", "settle", LINE, world.exchange)).accepted()

    assert sold.profit == profit


def test_a_dead_heat_for_more_than_there_is_cannot_be() -> None:
    world = world_of(afternoon())
    before = state_hash(world)

    with pytest.raises(Impossible, match="2 places"):
        do(world, CUP, "settle", results=results(WINNER=[1, 2, 3, 4]), deadHeat=[3, 4])

    assert state_hash(world) == before


# The auction


def test_the_auction_is_held_when_the_race_goes_in_play() -> None:
    world = world_of(afternoon({"at": "+PT1H", "market": WIN, "do": "turn-in-play"}))
    order = back_at_starting_price(world, WIN, 1000)
    heard = heard_by(world)

    world.do(MoveToNext()).accepted()

    # Nobody lays at the starting price: what is available to back, 500.00 at 3.0, is taken instead.
    assert [event.price for event in heard if isinstance(event, StartingPriceMade)] == [300, 350, 350, 350]
    assert (order.size_matched, order.average_price_matched) == (1000, 300)
    assert world.notices == []


def test_the_auction_can_be_held_before_and_is_not_held_again() -> None:
    world = world_of(afternoon())
    order = back_at_starting_price(world, WIN, 1000)
    heard = heard_by(world)

    do(world, WIN, "reconcile")

    market = world.exchange.markets[WIN]
    assert market.bsp_reconciled
    assert not market.in_play
    assert order.size_matched == 1000
    assert order.order_type is OrderType.MARKET_ON_CLOSE

    do(world, WIN, "turn-in-play")

    assert len([event for event in heard if isinstance(event, StartingPriceMade)]) == 4
    with pytest.raises(Impossible, match="reconciled already"):
        do(world, WIN, "reconcile")


def test_a_market_without_starting_price_has_no_auction() -> None:
    with pytest.raises(Impossible, match="has no starting price"):
        do(world_of(afternoon()), DOGS, "reconcile")


# Withdrawals


@pytest.mark.parametrize(
    ("market", "content", "price"),
    [
        (WIN, {}, 210),  # 3.0 x (1 - 0.3), the runner's own factor
        (WIN, {"adjustmentFactor": 10}, 270),
        (WIN, {"adjustmentFactor": 2.49}, 300),  # too little to count
        (PLACE, {}, 240),  # 1 + 2.0 x (1 - 0.3)
        (PLACE, {"adjustmentFactor": 2.49}, 295),
        (EACH_WAY, {}, 210),
    ],
)
def test_a_withdrawal_reduces_prices_in_win_markets_and_winnings_in_place_markets(
    market: str, content: dict[str, Any], price: int
) -> None:
    world = world_of(afternoon())
    order = bet(world, market, Side.BACK, 300, 1000)
    on_the_runner = bet(world, market, Side.BACK, 300, 1000, runner=2)

    do(world, market, "remove", selectionId=2, **content)

    runner = world.exchange.markets[market].runners[RunnerKey(2)]
    assert order.average_price_matched == price
    assert on_the_runner.size_voided == 1000
    assert (runner.status, runner.removed_at) == (RunnerStatus.REMOVED, world.clock.now())


@pytest.mark.parametrize("market_type", ["PLACE", "OTHER_PLACE", "TO_BE_PLACED"])
def test_the_market_type_says_which_markets_are_place_markets(market_type: str) -> None:
    scenario = afternoon()
    scenario["events"][0]["markets"][1]["marketType"] = market_type

    markets = world_of(scenario).exchange.markets.values()

    assert [market.market_id for market in markets if market.definition.is_place_market] == [PLACE]


def test_a_greyhound_leaves_its_trap_vacant() -> None:
    world = world_of(afternoon({"at": "+PT1M", "market": DOGS, "do": "remove", "selectionId": 3}))

    world.do(AdvanceClock(MINUTE)).accepted()

    runner = world.exchange.markets[DOGS].runners[RunnerKey(3)]
    assert (runner.status, runner.removed_at) == (RunnerStatus.REMOVED_VACANT, world.clock.now())


def test_a_runner_is_not_removed_twice_and_a_settled_race_keeps_its_runners() -> None:
    world = world_of(afternoon())
    do(world, WIN, "remove", selectionId=2)

    with pytest.raises(Impossible, match="no active runner 2"):
        do(world, WIN, "remove", selectionId=2)
    do(world, PLACE, "void")
    with pytest.raises(Impossible, match="no active runner 2"):
        do(world, PLACE, "remove", selectionId=2)


@pytest.mark.parametrize("factor", [99.999, 100])
def test_factors_that_add_up_to_more_than_a_race_leave_a_lay_nothing_to_risk(factor: float) -> None:
    scenario = afternoon()
    scenario["events"][0]["markets"][0]["runners"][0]["adjustmentFactor"] = factor
    world = world_of(scenario)
    instruction = PlaceInstruction(
        RunnerKey(1), Side.LAY, OrderType.MARKET_ON_CLOSE, liability=2000
    )  # fmt: skip
    world.do(PlaceOrders("alice", WIN, (instruction,))).accepted()

    do(world, WIN, "remove", selectionId=2)
    do(world, WIN, "turn-in-play")

    assert world.exchange.available_to_bet("alice") == 100_000


@pytest.mark.parametrize(("market", "removed"), [(WIN, 4), (DOGS, 3)])
def test_results_may_tell_of_all_runners_also_of_those_that_were_withdrawn(market: str, removed: int) -> None:
    world = world_of(afternoon())
    order = bet(world, market, Side.BACK, 300, 1000)
    do(world, market, "remove", selectionId=removed, adjustmentFactor=0)

    do(world, market, "settle", results=results(WINNER=[1], LOSER=[2], REMOVED=[removed]))

    assert order.profit == 2000


def test_a_runner_that_was_withdrawn_has_not_won() -> None:
    world = world_of(afternoon())
    do(world, WIN, "remove", selectionId=4)

    with pytest.raises(Impossible, match="no active runner 4"):
        do(world, WIN, "settle", results=results(WINNER=[4]))


# Settlement in parts


def test_some_runners_are_settled_while_the_market_goes_on() -> None:
    world = world_of(afternoon())
    out, sure, still_in = (bet(world, CUP, Side.BACK, 300, 1000, runner=runner) for runner in (1, 2, 3))

    do(world, CUP, "settle-runners", results=results(LOSER=[1], WINNER=[2]))

    market = world.exchange.markets[CUP]
    assert (out.profit, sure.profit, still_in.profit) == (-1000, 2000, None)
    assert market.status is MarketStatus.OPEN
    assert market.runners[RunnerKey(1)].status is RunnerStatus.LOSER

    do(world, CUP, "settle", results=results(WINNER=[2, 3], LOSER=[1, 4]))

    assert still_in.profit == 2000
    assert market.status is MarketStatus.CLOSED


@pytest.mark.parametrize("market", [EACH_WAY, ASIAN, TOTAL, LINE])
def test_only_odds_markets_are_settled_in_parts(market: str) -> None:
    world = world_of(afternoon())
    key = next(iter(world.exchange.markets[market].runners))
    one_result = {"selectionId": key.selection_id, "handicap": key.handicap / 100, "status": "LOSER"}

    with pytest.raises(Impossible, match="runner by runner"):
        do(world, market, "settle-runners", results=[one_result])
