"""Events can be read alone: each says what happened, to what, whose it is and why, and survives JSON."""

import msgspec
import pytest

from simulator.exchange.commands import (
    Heartbeat,
    LadderDefinition,
    RunnerResult,
    SettleRunners,
)
from simulator.exchange.events import (
    AccountOpened,
    ActionPerformed,
    BetsPermitted,
    CancelReason,
    CommissionCharged,
    CommissionReturned,
    Event,
    FilledLeg,
    HeartbeatExpired,
    HeartbeatReceived,
    HeldOrderFate,
    InstructionRefused,
    MarketAdded,
    MarketChanged,
    MarketClosed,
    MarketEvent,
    MatchedPriceReduced,
    MatchedPriceRestated,
    MoneyMoved,
    OrderCancelled,
    OrderEvent,
    OrderFilledAtAuction,
    OrderKilled,
    OrderLapsed,
    OrderMatched,
    OrderMatchedAtStartingPrice,
    OrderPlaced,
    OrderQueuedForStartingPrice,
    OrderRepriced,
    OrderSettled,
    OrdersHeld,
    OrderUnsettled,
    OrderUpdated,
    OrderVoided,
    ReplacementRefused,
    RunnerAdded,
    RunnerHidden,
    RunnerReinstated,
    RunnerRemoved,
    RunnerSettled,
    StandingChanged,
    StartingPriceMade,
    TicketResolved,
    VirtualBetMatched,
    accounts_of,
)
from simulator.exchange.money import NoPrice
from simulator.exchange.orders import (
    BetOutcome,
    BetTargetType,
    LapseReason,
    Order,
    OrderType,
    Persistence,
    Side,
    TimeInForce,
)
from simulator.exchange.refusals import Reason
from simulator.exchange.statuses import MarketStatus, RunnerStatus
from tests.unit.exchange_builder import FIRST_BET_ID, MARKET, START, A, B, C, D, World, back, lay, whose

OF_AN_ORDER = (MARKET, 1001, "alice", B)

LEG = FilledLeg(1002, "bob", C, 2_00, 3_00)

EVENTS: list[Event] = [
    AccountOpened(START, "alice", "GBP"),
    BetsPermitted(START, "alice", False),
    StandingChanged(START, "alice"),
    MarketAdded(START, MARKET),
    MarketChanged(START, MARKET, 7, True, MarketStatus.OPEN, False),
    RunnerAdded(START, MARKET, D, 4, 9_100),
    RunnerHidden(START, MARKET, B),
    RunnerReinstated(START, MARKET, B),
    RunnerRemoved(START, MARKET, B, 9_100),
    RunnerSettled(START, MARKET, B, RunnerStatus.PLACED),
    MarketClosed(START, MARKET),
    OrdersHeld(START, MARKET, 3, "alice", START + 5000),
    TicketResolved(
        START,
        MARKET,
        3,
        "alice",
        (HeldOrderFate(0, 1001, None), HeldOrderFate(1, None, Reason.BET_TAKEN_OR_LAPSED)),
    ),
    OrderPlaced(
        START,
        *OF_AN_ORDER,
        0,
        3,
        Side.LAY,
        OrderType.LIMIT,
        Persistence.LAPSE,
        3_00,
        None,
        None,
        TimeInForce.FILL_OR_KILL,
        2_00,
        BetTargetType.PAYOUT,
        10_00,
        "mine",
        "green",
    ),
    OrderMatched(START, MARKET, 9, B, 3_00, 2_00, Side.BACK, 1001, "alice", 1002, "bob"),
    VirtualBetMatched(START, MARKET, 9, B, 3_00, 2_00, Side.LAY, 1001, "alice", (LEG,)),
    OrderCancelled(START, *OF_AN_ORDER, 0, 2_00, CancelReason.HEARTBEAT_MISSED),
    OrderKilled(START, *OF_AN_ORDER, 2_00),
    OrderLapsed(START, *OF_AN_ORDER, 2_00, LapseReason.RUNNER_REMOVED),
    StartingPriceMade(START, MARKET, B, 3_21),
    StartingPriceMade(START, MARKET, B, NoPrice.INFINITY),
    OrderMatchedAtStartingPrice(START, *OF_AN_ORDER, 9, Side.LAY, 3_21, 2_00, 4_42),
    OrderFilledAtAuction(START, *OF_AN_ORDER, 9, Side.LAY, 3_20, 2_00),
    OrderQueuedForStartingPrice(START, *OF_AN_ORDER, 10_00),
    OrderVoided(START, *OF_AN_ORDER, 2_00),
    OrderRepriced(START, *OF_AN_ORDER, 10_00, 9_00),
    MatchedPriceRestated(START, *OF_AN_ORDER, 2_00, 5_00, 1_00),
    MatchedPriceReduced(START, *OF_AN_ORDER, 2_00, 10_00, 9_09),
    OrderUpdated(START, *OF_AN_ORDER, 0, Persistence.PERSIST),
    InstructionRefused(START, MARKET, "alice", 0, 1001, Reason.INVALID_BET_ID),
    ReplacementRefused(START, *OF_AN_ORDER, 0, Reason.INVALID_ODDS),
    HeartbeatReceived(START, "alice", 10, ActionPerformed.NONE),
    HeartbeatExpired(START, "alice", ActionPerformed.ALL_BETS_CANCELLED),
    OrderSettled(START, *OF_AN_ORDER, BetOutcome.WON, 4_00),
    OrderUnsettled(START, *OF_AN_ORDER, BetOutcome.WON, 4_00),
    CommissionReturned(START, MARKET, "alice", 20),
    CommissionCharged(START, MARKET, "alice", 20),
    MoneyMoved(START, "exchange/house", "alice", 4_00, "bet", MARKET, 1001),
]


def kinds_below(kind: type[Event]) -> set[type[Event]]:
    """Return the kinds of events of the kernel that are told, those without kinds of their own."""
    below = [one for one in kind.__subclasses__() if one.__module__ == Event.__module__]
    return {kind} if not below else set().union(*map(kinds_below, below))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_survives_json_and_its_tag_names_it(event: Event) -> None:
    written = msgspec.json.encode(event)

    assert type(event).__name__ == msgspec.json.decode(written)["event"]
    assert event == msgspec.json.decode(written, type=type(event))


def test_every_kind_of_event_is_among_those_that_survive_json() -> None:
    assert kinds_below(Event) == {type(event) for event in EVENTS}


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_is_about_every_account_that_it_names(event: Event) -> None:
    named = {name for name in ("alice", "bob", "exchange/house") if f'"{name}"' in msgspec.json.encode(event).decode()}

    assert named == set(accounts_of(event))


# What an order was asked to be


def placed(world: World, order: object, **request: object) -> OrderPlaced:
    return next(event for event in world.place("alice", order, **request) if isinstance(event, OrderPlaced))


def test_a_placed_limit_order_is_told_with_all_its_terms() -> None:
    world = World(turn_in_play=True)

    told = placed(
        world,
        lay(2_00, 4_00, B, persistence=Persistence.PERSIST, customer_order_reference="mine"),
        customer_strategy_reference="green",
    )

    assert (MARKET, FIRST_BET_ID, "alice", B) == whose(told)
    assert (0, None) == (told.index, told.ticket)
    assert (Side.LAY, OrderType.LIMIT, Persistence.PERSIST) == (told.side, told.order_type, told.persistence)
    assert (4_00, 2_00, None) == (told.price, told.size, told.liability)
    assert (None, None, None, None) == (
        told.time_in_force,
        told.min_fill_size,
        told.bet_target_type,
        told.bet_target_size,
    )
    assert ("mine", "green") == (told.customer_order_reference, told.customer_strategy_reference)


def test_a_placed_fill_or_kill_order_is_told_with_its_size_though_it_is_gone() -> None:
    told = placed(World(), back(10_00, 3_00, time_in_force=TimeInForce.FILL_OR_KILL, min_fill_size=4_00))

    assert (10_00, TimeInForce.FILL_OR_KILL, 4_00) == (told.size, told.time_in_force, told.min_fill_size)


def test_a_placed_order_with_a_bet_target_is_told_with_the_target_and_no_size() -> None:
    target = BetTargetType.BACKERS_PROFIT

    told = placed(World(), back(None, 3_00, bet_target_type=target, bet_target_size=20_00))

    assert (None, target, 20_00) == (told.size, told.bet_target_type, told.bet_target_size)


@pytest.mark.parametrize(("order_type", "price"), [(OrderType.LIMIT_ON_CLOSE, 4_00), (OrderType.MARKET_ON_CLOSE, None)])
def test_a_placed_order_for_the_starting_price_is_told_with_its_liability(
    order_type: OrderType, price: int | None
) -> None:
    told = placed(World(bsp_market=True), lay(None, price, order_type=order_type, liability=30_00))

    assert (order_type, price, None, 30_00) == (told.order_type, told.price, told.size, told.liability)


def test_a_line_of_zero_is_a_price_and_not_none() -> None:
    world = World(
        runners=(A,),
        betting_type="LINE",
        ladder=LadderDefinition("LINE_RANGE", minimum=0, maximum=300_00, interval=1_00),
    )

    assert 0 == placed(world, back(10_00, 0)).price


def test_what_waited_out_the_bet_delay_is_told_with_its_ticket() -> None:
    world = World(bet_delay=5, turn_in_play=True)
    world.turn_in_play()
    world.place("bob", back(1_00, 5_00))
    world.place("alice", back(1_00, 5_00), back(2_00, 5_00))

    events = world.wait(5000)

    assert [("bob", 1, 0), ("alice", 2, 0), ("alice", 2, 1)] == [
        (event.account, event.ticket, event.index) for event in events if isinstance(event, OrderPlaced)
    ]
    assert [("bob", MARKET, 1), ("alice", MARKET, 2)] == [
        (event.account, event.market_id, event.ticket) for event in events if isinstance(event, TicketResolved)
    ]


# Why an order ended


def lapsing(world: World, **order: object) -> Order:
    return world.lay("alice", 10_00, at=4_00, runner=A, **order)


def in_play(world: World) -> None:
    world.turn_in_play()


def at_a_goal(world: World) -> None:
    world.suspend()
    world.lapse_unmatched()


def own_runner_gone(world: World) -> None:
    world.remove(A, 10_000)


def other_runner_gone(world: World) -> None:
    world.remove(B, 10_000)


def own_runner_out(world: World) -> None:
    world.apply(SettleRunners(MARKET, (RunnerResult(A, "LOSER"),)))


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (in_play, LapseReason.TURNED_IN_PLAY),
        (at_a_goal, LapseReason.MARKET_SUSPENDED),
        (own_runner_gone, LapseReason.RUNNER_REMOVED),
        (other_runner_gone, LapseReason.OTHER_RUNNER_REMOVED),
        (own_runner_out, LapseReason.RUNNER_SETTLED),
        (World.close_betting, LapseReason.BETTING_CLOSED),
        (lambda world: world.settle(B), LapseReason.MARKET_SETTLED),
        (World.void, LapseReason.MARKET_VOIDED),
    ],
    ids=[
        "turned in play",
        "goal",
        "own runner removed",
        "other runner removed",
        "runner settled",
        "betting closed",
        "settled",
        "voided",
    ],
)
def test_a_lapse_says_which_change_of_the_market_it_comes_of(end: object, reason: LapseReason) -> None:
    world = World(turn_in_play=True)
    order = lapsing(world)

    assert callable(end)
    end(world)

    assert [OrderLapsed(START, *whose(order), 10_00, reason)] == [
        event for event in world.events if isinstance(event, OrderLapsed)
    ]
    assert reason is order.lapse_reason


def test_what_finds_no_match_at_the_starting_price_says_so() -> None:
    world = World(bsp_market=True)
    order = world.at_close(Side.BACK, "alice", 10_00)

    events = world.reconcile()

    assert OrderLapsed(START, *whose(order), 10_00, LapseReason.NO_MATCH_AT_STARTING_PRICE) in events
    assert LapseReason.NO_MATCH_AT_STARTING_PRICE is order.lapse_reason


def test_what_waits_for_a_starting_price_that_there_will_not_be_lapses_for_the_change_that_ends_it() -> None:
    world = World(bsp_market=True)
    order = world.at_close(Side.BACK, "alice", 10_00)

    assert OrderLapsed(START, *whose(order), 10_00, LapseReason.MARKET_VOIDED) in world.void()


def test_a_cancellation_for_silence_is_not_one_that_was_asked_for() -> None:
    world = World()
    order = world.back("alice", 10_00, at=5_00)
    world.apply(Heartbeat("alice", 10))

    cancelled, expired = world.wait(10_000)

    assert OrderCancelled(START + 10_000, *whose(order), 0, 10_00, CancelReason.HEARTBEAT_MISSED) == cancelled
    assert HeartbeatExpired(START + 10_000, "alice", ActionPerformed.ALL_BETS_CANCELLED) == expired


# What a removal did to prices


def test_a_reduced_price_is_told_with_the_old_one() -> None:
    world = World(factors={A: 20_000, B: 9_100, C: 30_000})
    backed, laid = world.match("alice", "bob", 10_00, at=10_00)

    events = world.remove(B)

    assert [
        MatchedPriceReduced(START, *whose(laid), 10_00, 10_00, 9_09),
        MatchedPriceReduced(START, *whose(backed), 10_00, 10_00, 9_09),
    ] == sorted((event for event in events if isinstance(event, MatchedPriceReduced)), key=lambda event: event.bet_id)


# How runners ended


def test_runners_that_are_settled_early_are_told_and_not_told_again_at_the_end() -> None:
    world = World()

    early = world.apply(SettleRunners(MARKET, (RunnerResult(C, "LOSER"),)))
    late = world.settle(A)

    assert [RunnerSettled(START, MARKET, C, RunnerStatus.LOSER)] == [
        event for event in early if isinstance(event, RunnerSettled)
    ]
    assert [(A, RunnerStatus.WINNER), (B, RunnerStatus.LOSER)] == [
        (event.runner, event.status) for event in late if isinstance(event, RunnerSettled)
    ]


def test_the_runners_of_a_void_market_are_told_as_removed() -> None:
    assert [RunnerSettled(START, MARKET, key, RunnerStatus.REMOVED) for key in (A, B, C)] == [
        event for event in World().void() if isinstance(event, RunnerSettled)
    ]


# Who is concerned


def test_an_event_of_an_order_is_one_of_its_market_too() -> None:
    of_orders = [kind for kind in kinds_below(Event) if "Order" in kind.__name__ and kind is not OrdersHeld]

    assert {kind.__name__ for kind in of_orders if not issubclass(kind, OrderEvent)} == {"OrderMatched"}
    assert issubclass(OrderEvent, MarketEvent)
    assert issubclass(OrderMatched, MarketEvent)
