"""A market goes through its states, and each change says what becomes of every kind of order."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest

from simulator.exchange import transitions
from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import (
    AddMarket,
    Command,
    LadderDefinition,
    OpenMarket,
    RunnerDefinition,
    RunnerResult,
    SettleRunners,
    TouchMarket,
)
from simulator.exchange.events import Event, MarketAdded, MarketChanged, OrderLapsed, StartingPriceMade
from simulator.exchange.orders import LapseReason, Order, OrderStatus, OrderType, Persistence, Side
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.statuses import MarketStatus
from tests.exchange_state import state_of
from tests.unit.exchange_builder import MARKET, START, A, B, C, D, World, back, fills, lay, whose

LAPSE, PERSIST, AT_CLOSE = Persistence.LAPSE, Persistence.PERSIST, Persistence.MARKET_ON_CLOSE
INACTIVE, OPEN, SUSPENDED, CLOSED = MarketStatus

Change = Callable[[World], tuple[Event, ...]]

OPENED: Change = World.open
SUSPENSION: Change = World.suspend
TURN_IN_PLAY: Change = World.turn_in_play
RECONCILIATION: Change = World.reconcile
LAPSE_UNMATCHED: Change = World.lapse_unmatched
CLOSE_BETTING: Change = World.close_betting
VOID: Change = World.void


def SETTLE(world: World) -> tuple[Event, ...]:  # noqa: N802 - a change like the others
    return world.settle(A)


def RESETTLE(world: World) -> tuple[Event, ...]:  # noqa: N802
    return world.resettle(A)


def REMOVAL(world: World) -> tuple[Event, ...]:  # noqa: N802
    return world.remove(C)


def ADDITION(world: World) -> tuple[Event, ...]:  # noqa: N802
    return world.add_runner(D)


def HIDING(world: World) -> tuple[Event, ...]:  # noqa: N802
    return world.hide(C)


def REINSTATEMENT(world: World) -> tuple[Event, ...]:  # noqa: N802
    world.hide(C)
    return world.reinstate(C)


def SETTLE_RUNNERS(world: World) -> tuple[Event, ...]:  # noqa: N802
    return world.apply(SettleRunners(MARKET, (RunnerResult(C, "LOSER"),)))


def TOUCH(world: World) -> tuple[Event, ...]:  # noqa: N802
    return world.apply(TouchMarket(MARKET))


# States


STATES: dict[str, Callable[[], World]] = {
    "INACTIVE": lambda: World(is_open=False, turn_in_play=True, bsp_market=True, complete=False),
    "OPEN": lambda: World(turn_in_play=True, bsp_market=True, complete=False),
    "OPEN, in play": lambda: after(TURN_IN_PLAY),
    "SUSPENDED": lambda: after(SUSPENSION),
    "SUSPENDED, betting over": lambda: after(CLOSE_BETTING),
    "CLOSED": lambda: after(VOID),
}


def after(change: Change) -> World:
    world = World(turn_in_play=True, bsp_market=True, complete=False)
    change(world)
    return world


# What each change makes of the states in their order above; `None` where it is impossible.
TRANSITIONS: list[tuple[str, Change, list[MarketStatus | None]]] = [
    ("open", OPENED, [OPEN, None, None, OPEN, None, None]),
    ("suspend", SUSPENSION, [None, SUSPENDED, SUSPENDED, None, None, None]),
    ("touch", TOUCH, [INACTIVE, OPEN, OPEN, SUSPENDED, SUSPENDED, None]),
    ("turn in play", TURN_IN_PLAY, [None, OPEN, None, OPEN, None, None]),
    ("reconcile", RECONCILIATION, [None, OPEN, None, SUSPENDED, None, None]),
    ("lapse unmatched", LAPSE_UNMATCHED, [None, OPEN, OPEN, SUSPENDED, SUSPENDED, None]),
    ("add runner", ADDITION, [INACTIVE, OPEN, OPEN, SUSPENDED, None, None]),
    ("hide runner", HIDING, [INACTIVE, OPEN, OPEN, SUSPENDED, None, None]),
    ("remove runner", REMOVAL, [INACTIVE, OPEN, OPEN, SUSPENDED, SUSPENDED, None]),
    ("settle runners", SETTLE_RUNNERS, [None, OPEN, OPEN, SUSPENDED, SUSPENDED, None]),
    ("close betting", CLOSE_BETTING, [None, SUSPENDED, SUSPENDED, SUSPENDED, None, None]),
    ("settle", SETTLE, [None, CLOSED, CLOSED, CLOSED, CLOSED, None]),
    ("void", VOID, [CLOSED, CLOSED, CLOSED, CLOSED, CLOSED, None]),
    ("settle anew", RESETTLE, [None, None, None, None, None, CLOSED]),
]


@pytest.mark.parametrize(
    ("state", "change", "leads_to"),
    [
        pytest.param(state, change, leads_to, id=f"{name} when {state}")
        for name, change, row in TRANSITIONS
        for state, leads_to in zip(STATES, row, strict=True)
    ],
)
def test_each_change_leads_to_one_state_and_raises_the_version_or_is_impossible_and_changes_nothing(
    state: str, change: Change, leads_to: MarketStatus | None
) -> None:
    world = STATES[state]()
    before, version = state_of(world.exchange), world.market.version

    if leads_to is None:
        with pytest.raises(Impossible, match=f"^market {re.escape(MARKET)} "):
            change(world)
        assert before == state_of(world.exchange)
    else:
        changes = [event for event in change(world) if isinstance(event, MarketChanged)]
        assert leads_to == world.market.status
        assert [version + 1] == [event.version for event in changes] == [world.market.version]


def test_a_market_starts_inactive_and_takes_no_bets() -> None:
    world = World()
    runners = (RunnerDefinition(A, 1), RunnerDefinition(B, 2))

    events = world.apply(AddMarket("1.2", BettingType.ODDS, LadderDefinition("CLASSIC"), 1, runners))
    with pytest.raises(Refused) as refused:
        world.place("alice", back(10_00, 3_00), market_id="1.2")

    assert (MarketAdded(START, "1.2"),) == events
    assert INACTIVE == world.exchange.markets["1.2"].status
    assert Reason.MARKET_NOT_OPEN_FOR_BETTING == refused.value.reason


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (OpenMarket("1.999"), "there is no market '1.999'"),
        (AddMarket(MARKET, BettingType.ODDS, LadderDefinition("CLASSIC"), 1, ()), "there is a market 1.1 already"),
        (
            AddMarket("1.2", BettingType.ODDS, LadderDefinition("STEEP"), 1, ()),
            "market 1.2: There is no price ladder 'STEEP'; there are CLASSIC, FINEST and LINE_RANGE.",
        ),
        (
            AddMarket(
                "1.2",
                BettingType.ODDS,
                LadderDefinition("CLASSIC"),
                1,
                (RunnerDefinition(A, 1), RunnerDefinition(A, 2)),
            ),
            "market 1.2 lists a runner twice",
        ),
    ],
)
def test_nonsense_is_impossible_and_the_sentence_says_why(command: Command, sentence: str) -> None:
    world = World()
    before = state_of(world.exchange)

    with pytest.raises(Impossible) as impossible:
        world.apply(command)

    assert sentence == str(impossible.value)
    assert before == state_of(world.exchange)


def test_only_a_market_meant_for_it_turns_in_play() -> None:
    world = World(turn_in_play=False)

    with pytest.raises(Impossible, match="is not one that turns in play"):
        world.turn_in_play()


def test_the_bet_delay_begins_with_the_turn_in_play() -> None:
    world = World(bet_delay=5)

    assert (False, 0) == (world.market.in_play, world.market.bet_delay)
    world.turn_in_play()
    assert (True, 5) == (world.market.in_play, world.market.bet_delay)


# The market version


def accepts(world: World, version: int) -> bool:
    """Tell whether an order that carries this version is placed; if not, it must be for its version."""
    refusal = None
    try:
        world.place("alice", back(1_00, 3_00), market_version=version)
    except Refused as refused:
        refusal = refused.instruction_reasons
    assert refusal in (None, (Reason.BET_TAKEN_OR_LAPSED,))
    return refusal is None


def test_the_versions_are_those_of_the_manuals_table() -> None:
    """Manual, "Parámetro de versión del mercado": version, and the lowest version that is not refused."""
    world = World(version=1233, turn_in_play=True, is_open=False)
    table = []

    for change in (OPENED, TOUCH, REMOVAL, TURN_IN_PLAY):
        change(world)
        lowest = next(version for version in range(1230, 1240) if accepts(world, version))
        table.append((world.market.version, lowest))

    assert [(1234, 1234), (1235, 1234), (1236, 1236), (1237, 1237)] == table


def test_versions_of_the_manuals_table_that_are_too_old_are_refused_and_others_are_not() -> None:
    """1234 is good after 1235, 1234 and 1235 are refused after 1236, and 1236 is after 1237."""
    world = World(version=1233, turn_in_play=True)
    TOUCH(world)
    assert accepts(world, 1234)

    REMOVAL(world)
    assert [False, False, True] == [accepts(world, version) for version in (1234, 1235, 1236)]

    TURN_IN_PLAY(world)
    assert [False, True] == [accepts(world, version) for version in (1236, 1237)]


def test_a_version_from_the_future_and_none_at_all_are_accepted() -> None:
    world = World(version=1233)

    assert accepts(world, 999_999_999_999)
    assert world.place("alice", back(1_00, 3_00), market_version=None)


def test_version_0_is_a_version_like_others_and_too_old() -> None:
    assert not accepts(World(version=1233), 0)


def test_a_suspension_without_consequences_is_no_material_change() -> None:
    world = World(version=1233)
    SUSPENSION(world)
    OPENED(world)

    assert 1236 == world.market.version
    assert accepts(world, 1234)


# What becomes of the orders


class Row(NamedTuple):
    """One row of the market's table, in its words."""

    change: str
    lapse: str
    persist: str
    at_close: str
    starting_price: str
    held: str
    material: str


CHANGES = {
    "activate": OPENED,
    "suspend": SUSPENSION,
    "reopen": OPENED,
    "turn in play": TURN_IN_PLAY,
    "reconcile": RECONCILIATION,
    "lapse unmatched": LAPSE_UNMATCHED,
    "add runner": ADDITION,
    "hide runner": HIDING,
    "reinstate it": REINSTATEMENT,
    "remove runner": REMOVAL,
    "settle runners": SETTLE_RUNNERS,
    "close betting": CLOSE_BETTING,
    "settle": SETTLE,
    "void": VOID,
}
ELSEWHERE = "`withdrawals`"
NOTHING = "-"
"""There is no such bet yet."""
# fmt: off
TABLE = [
    Row("activate", NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, "yes"),
    Row("suspend", "stays", "stays", "stays", "stays", "lapses if due then", "no"),
    Row("reopen", "stays", "stays", "stays", "stays", "goes on waiting", "no"),
    Row("turn in play", "lapses", "stays", "auction", "auction", NOTHING, "yes"),
    Row("reconcile", "stays", "stays", "auction", "auction", NOTHING, "yes"),
    Row("lapse unmatched", "lapses", "lapses", "lapses", "stays", "goes on waiting", "yes"),
    Row("add runner", "stays", "stays", "stays", "stays", "goes on waiting", "yes"),
    Row("hide runner", "lapses", "lapses", "lapses", "lapses", "lapses when due", "yes"),
    Row("reinstate it", NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, "yes"),
    Row("remove runner", ELSEWHERE, ELSEWHERE, ELSEWHERE, ELSEWHERE, "lapses when due", "yes"),
    Row("settle runners", "lapses", "lapses", "lapses", "lapses", "lapses when due", "yes"),
    Row("close betting", "lapses", "lapses", "auction", "auction", "lapses when due", "yes"),
    Row("settle, void", "lapses", "lapses", "lapses", "lapses", "lapses when due", "yes"),
]
# fmt: on
CHANGES_AND_ROWS = [(name, row) for row in TABLE for name in row.change.split(", ")]
every_change = pytest.mark.parametrize(
    ("name", "row"), [pytest.param(name, row, id=name) for name, row in CHANGES_AND_ROWS]
)


def test_the_table_of_changes_is_the_one_that_the_market_documents() -> None:
    assert transitions.__doc__
    rows = [line.strip("|").split("|") for line in transitions.__doc__.splitlines() if line.startswith("|")]

    assert [Row(*(cell.strip() for cell in cells)) for cells in rows[2:]] == TABLE


def fate_of(order: Order, events: tuple[Event, ...]) -> str:
    """What became of an unmatched order, in the words of the table."""
    if order.size_remaining or order.liability_waiting:
        return "stays"
    was_there = order.order_type is OrderType.MARKET_ON_CLOSE
    return "auction" if was_there and any(isinstance(event, StartingPriceMade) for event in events) else "lapses"


@pytest.mark.parametrize(
    ("change", "row"),
    # What a removal does to unmatched bets, `test_withdrawals` tells.
    [
        pytest.param(CHANGES[name], row, id=name)
        for name, row in CHANGES_AND_ROWS
        if row.lapse not in (ELSEWHERE, NOTHING)
    ],
)
def test_each_kind_of_unmatched_order_stays_or_goes_as_the_table_says(change: Change, row: Row) -> None:
    """With nobody to bet against, what goes to the auction lapses there."""
    world = World(turn_in_play=True, bsp_market=True, complete=False)
    kinds = {LAPSE: row.lapse, PERSIST: row.persist, AT_CLOSE: row.at_close}
    orders = [world.back("alice", 10_00, at=3_00, runner=C, persistence=persistence) for persistence in kinds]
    waiting = world.at_close(Side.BACK, "bob", 10_00, runner=C)
    if change is OPENED:
        world.suspend()

    events = change(world)

    assert row.starting_price == fate_of(waiting, events)
    assert [*kinds.values()] == [fate_of(order, events) for order in orders]
    orders.append(waiting)
    assert (10_00 if fate_of(waiting, events) == "stays" else 0) == world.exposure("bob")
    stayed = [order for order in orders if order.size_remaining]
    orders = [order for order in orders if not order.liability_waiting]
    gone = [order for order in orders if order not in stayed]
    assert {order.bet_id for order in gone} == {event.bet_id for event in events if isinstance(event, OrderLapsed)}
    assert [(10_00, 0)] * len(gone) == [(order.size_lapsed, order.size_remaining) for order in gone]
    assert [(0, 10_00)] * len(stayed) == [(order.size_lapsed, order.size_remaining) for order in stayed]
    assert ([(3_00, 10_00 * len(stayed))] if stayed else []) == world.available_to_lay(C)
    assert 10_00 * len(stayed) == world.exposure("alice") == world.market.total_available


def test_settling_runners_leaves_the_orders_on_the_others_alone() -> None:
    world = World(turn_in_play=True, bsp_market=True)
    orders = [world.back("alice", 10_00, at=3_00, persistence=persistence) for persistence in Persistence]

    events = SETTLE_RUNNERS(world)

    assert ["stays"] * 3 == [fate_of(order, events) for order in orders]


@pytest.mark.parametrize(
    ("change", "row"),
    # No order waits before the market is in play, and what turns it in play has reconciled it.
    [pytest.param(CHANGES[name], row, id=name) for name, row in CHANGES_AND_ROWS if row.held != NOTHING],
)
def test_an_order_that_waits_out_the_bet_delay_goes_on_waiting_or_lapses_as_the_table_says(
    change: Change, row: Row
) -> None:
    world = World(bet_delay=5, complete=False)
    world.turn_in_play()
    world.place("alice", back(10_00, 3_00, runner=C))
    if change is OPENED:
        world.suspend()

    change(world)
    world.wait(5000)

    assert (1 if row.held == "goes on waiting" else 0) == len(world.orders)


@pytest.mark.parametrize("change", [REMOVAL, HIDING, SETTLE_RUNNERS])
def test_an_order_that_waits_for_another_runner_goes_on_waiting(change: Change) -> None:
    world = World(bet_delay=5)
    world.turn_in_play()
    world.place("alice", lay(10_00, 3_00))

    change(world)
    world.wait(5000)

    assert 1 == len(world.orders)


@every_change
def test_a_change_is_material_as_the_table_says(name: str, row: Row) -> None:
    world = World(turn_in_play=True, bsp_market=True, is_open=name != "activate", complete=False)
    if name == "reopen":
        world.suspend()

    changed = next(event for event in CHANGES[name](world) if isinstance(event, MarketChanged))

    assert (world.market.version, row.material == "yes") == (changed.version, changed.material)
    assert (world.market.status, world.market.in_play) == (changed.status, changed.in_play)
    assert changed.material is (world.market.material_version == world.market.version)


@pytest.mark.parametrize(
    "change", [SUSPENSION, TURN_IN_PLAY, RECONCILIATION, LAPSE_UNMATCHED, SETTLE_RUNNERS, CLOSE_BETTING]
)
def test_matched_bets_are_touched_by_removal_and_results_alone(change: Change) -> None:
    """By the removal of their own runner, or of another one where that reduces prices; by no result but their own."""
    world = World(turn_in_play=True, bsp_market=True)
    bet = world.back("alice", 10_00, at=3_00)
    world.lay("bob", 4_00, at=3_00)

    change(world)

    assert [(3_00, 4_00)] == fills(bet)
    assert (4_00, 0) == (bet.size_matched, bet.size_voided)
    assert bet.profit is None
    assert 8_00 == world.exposure("bob")


def test_a_bet_that_persists_keeps_price_size_and_place_when_the_market_turns_in_play() -> None:
    world = World(turn_in_play=True)
    gone = world.lay("carol", 10_00, at=3_00)
    first = world.lay("alice", 10_00, at=3_00, persistence=PERSIST)
    second = world.lay("bob", 10_00, at=3_00, persistence=PERSIST)

    world.turn_in_play()
    world.back("carol", 12_00, at=3_00)

    assert (10_00, LAPSE) == (gone.size_lapsed, gone.persistence)
    assert (10_00, 2_00) == (first.size_matched, second.size_matched)


def test_a_lapse_says_when_how_much_and_why() -> None:
    world = World(turn_in_play=True)
    bet = world.back("alice", 10_00, at=3_00)
    world.lay("bob", 4_00, at=3_00)
    world.wait(500)

    events = world.close_betting()

    assert OrderLapsed(START + 500, *whose(bet), 6_00, LapseReason.BETTING_CLOSED) == events[0]
    assert (6_00, START + 500, LapseReason.BETTING_CLOSED) == (bet.size_lapsed, bet.lapsed_at, bet.lapse_reason)
    assert OrderStatus.EXECUTION_COMPLETE == bet.status


def test_the_market_opens_again_after_its_unmatched_bets_lapsed_and_takes_new_ones() -> None:
    """What happens at a goal in a managed football market."""
    world = World(turn_in_play=True)
    world.turn_in_play()
    world.lay("bob", 10_00, at=3_00)
    world.suspend()
    world.lapse_unmatched()
    world.open()

    bet = world.back("alice", 10_00, at=3_00)

    assert 10_00 == bet.size_remaining
    assert [] == world.available_to_back()
