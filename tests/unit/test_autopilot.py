"""The autopilot backs a prediction once, as soon as its odds are offered before kick-off, and never at worse ones."""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.commands import CancelOrders, PlaceOrders, RemoveRunner
from simulator.exchange.orders import Order, RunnerKey, Side
from simulator.exchange.refusals import Impossible, Refused
from simulator.world.bettune.autopilot import Autopilot
from simulator.world.format.scenario import Close, Finish, GoInPlay, MakeOffers, Resume, ScoreEntry, Suspend
from simulator.world.happened import PredictionDeleted, PredictionPut
from simulator.world.inputs import Add, AdvanceClock, DeletePrediction, PutPrediction, Reset
from simulator.world.loading.loading import load_additions
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.unit.scenario_builder import MARKET, load, small
from tests.unit.world_builder import MINUTE, bet, heard_by

FILTER, MATCH = 5, 7
NEWCASTLE = 1


def world_with(**changes: Any) -> World:
    """A world with an approved filter on the home side and a stake of 10, and nothing offered on any runner.

    `user`, `one` (the filter), `match`, `account`, `market` and what else BetTune has change it.
    """
    scenario = small()
    scenario["schedule"] = changes.pop("schedule", [])
    for account in scenario["accounts"]:
        account["balance"] = 10_000
    scenario["accounts"][0] |= changes.pop("account", {})
    market = scenario["events"][0]["markets"][0]
    for runner in market["runners"]:
        runner.pop("availableToBack", None)
        runner.pop("availableToLay", None)
    market |= changes.pop("market", {})
    one = {"id": FILTER, "name": "Home", "betType": "Home", "user": "ann", "stake": 10}
    match = {"id": MATCH, "date": "+PT5M", "home": "Newcastle", "away": "Chelsea", "event": "27165685"}
    scenario["bettune"] = {
        "autopilot": True,
        "users": [{"token": "t", "user": "ann", "account": "alice"} | changes.pop("user", {})],
        "filters": [one | changes.pop("one", {})],
        "matches": [match | changes.pop("match", {})],
        **changes,
    }
    return World(load(scenario))


def put(world: World, odds: float) -> None:
    world.do(PutPrediction(FILTER, MATCH, round(odds * 1_000_000))).accepted()


def offer(world: World, price: int, size: int = 5_000, selection_id: int = NEWCASTLE) -> None:
    """Let bob lay, which is an offer to back."""
    world.do(bet("bob", Side.LAY, price, size, selection_id)).accepted()


def bets(world: World) -> list[Order]:
    """Alice's bets."""
    return [order for order in world.exchange.orders.values() if order.account == "alice"]


def prices(world: World) -> list[tuple[int, int]]:
    """What alice asked for and got."""
    return [(order.price, order.average_price_matched) for order in bets(world)]


# When


def test_it_bets_on_a_price_that_is_there() -> None:
    world = world_with()
    offer(world, 240)

    put(world, 2.4)

    (order,) = bets(world)
    assert (order.side, order.runner, order.size, order.size_matched) == (Side.BACK, RunnerKey(NEWCASTLE), 1000, 1000)
    assert (order.customer_strategy_reference, order.customer_order_reference) == ("bettune", "5-7")


def test_its_stake_is_in_the_money_of_the_account() -> None:
    """A stake of 10 is ten Australian dollars, five pounds, of an account in these."""
    world = world_with(account={"currency": "AUD"})
    offer(world, 240)

    put(world, 2.4)

    (order,) = bets(world)
    assert (order.own.size, order.own.size_matched, order.size_matched) == (1000, 1000, 500)


def test_it_bets_on_a_price_that_comes_later() -> None:
    """By a customer's lay, by an offer of the schedule at its own time, or by a happening of the control API."""
    by_customer, by_schedule, by_control = world_with(), world_with(schedule=[
        {"at": "+PT1M", "do": "offers", "market": MARKET, "selectionId": 1, "availableToBack": [[2.4, 50]]}
    ]), world_with()  # fmt: skip
    for world in (by_customer, by_schedule, by_control):
        put(world, 2.4)
        assert bets(world) == []
    offer(by_customer, 238)
    assert bets(by_customer) == []

    offer(by_customer, 240)
    by_schedule.do(AdvanceClock(2 * MINUTE)).accepted()
    by_control.do(
        MakeOffers(market=MARKET, selection_id=1, available_to_back=((Decimal("2.4"), Decimal(50)),))
    ).accepted()

    for world in (by_customer, by_schedule, by_control):
        assert prices(world) == [(240, 240)]
    assert bets(by_schedule)[0].placed_at == bets(by_customer)[0].placed_at + MINUTE


def test_it_bets_on_predictions_that_are_there_from_the_start() -> None:
    runners = [
        {"selectionId": 1, "name": "Newcastle", "availableToBack": [[2.4, 50]]},
        {"selectionId": 2, "name": "Chelsea"},
        {"selectionId": 3, "name": "The Draw"},
    ]

    world = world_with(predictions=[{"filter": FILTER, "match": MATCH, "odds": 2.0}], market={"runners": runners})

    assert prices(world) == [(200, 240)]


def test_it_bets_in_markets_that_are_added_later() -> None:
    world = world_with(market={"marketType": "HALF_TIME"})
    put(world, 2.4)
    offer(world, 240)
    assert bets(world) == []
    event = small()["events"][0]
    event["markets"][0] |= {"id": "1.9", "marketType": "MATCH_ODDS"}
    event["markets"][0]["runners"][0]["availableToBack"] = [[2.42, 50]]
    event["markets"][0]["runners"][0].pop("availableToLay")
    text = json.dumps({"events": [event]})

    world.do(
        Add(load_additions(text, "addition", world.exchange, world.catalogue, origin=world.clock.now()))
    ).accepted()

    assert [(order.market_id, order.average_price_matched) for order in bets(world)] == [("1.9", 242)]


@pytest.mark.parametrize(
    ("odds", "price"),
    [
        (2.0, 200),
        (2.01, 202),
        (2.02, 202),
        (2.000001, 202),
        (2.15, 216),
        (3.999999, 400),
        (1.011, 102),
        (1000, 100_000),
    ],
)
def test_it_asks_for_the_odds_or_the_next_price_above_them(odds: float, price: int) -> None:
    world = world_with()
    put(world, odds)
    offer(world, price - (1 if price <= 200 else 2 if price <= 300 else 5 if price <= 400 else 1000), 100)
    assert bets(world) == []

    offer(world, price, 100)

    assert [order.price for order in bets(world)] == [price]


def test_what_is_not_matched_waits_and_lapses_in_play() -> None:
    world = world_with()
    offer(world, 240, 300)

    put(world, 2.4)

    (order,) = bets(world)
    assert (order.size_matched, order.size_remaining) == (300, 700)
    world.do(GoInPlay(market=MARKET)).accepted()
    assert (order.size_matched, order.size_lapsed) == (300, 700)


def test_virtual_offers_count() -> None:
    """Laying both other runners is backing the first: 3.0 and 6.0 make 2.0."""
    world = world_with(market={"crossMatching": True})
    world.do(bet("bob", Side.BACK, 300, 10_000, 2)).accepted()
    world.do(bet("bob", Side.BACK, 600, 5_000, 3)).accepted()
    assert world.exchange.markets[MARKET].runners[RunnerKey(1)].book.available_to_back.best is None

    put(world, 2.0)

    assert prices(world) == [(200, 200)]


# When not


def test_it_bets_once_whatever_becomes_of_the_bet_or_the_prediction() -> None:
    world = world_with()
    offer(world, 240, 500)
    put(world, 2.4)
    world.do(CancelOrders("alice", MARKET)).accepted()
    world.do(DeletePrediction(FILTER, MATCH)).accepted()

    put(world, 2.2)
    offer(world, 260)

    assert len(bets(world)) == 1


def test_it_does_not_bet_on_a_prediction_that_is_gone_or_has_risen() -> None:
    gone, risen = world_with(), world_with()
    for world in (gone, risen):
        put(world, 2.4)
    gone.do(DeletePrediction(FILTER, MATCH)).accepted()
    put(risen, 2.6)

    for world in (gone, risen):
        offer(world, 240)
        assert bets(world) == []
    offer(risen, 260)
    assert prices(risen) == [(260, 260)]


@pytest.mark.parametrize(
    "changes",
    [
        {"autopilot": False},
        {"one": {"status": "disabled"}},
        {"one": {"stake": None}},
        {"one": {"stake": None}, "user": {"account": None}},
        {"one": {"betType": "Over 2.5"}},
        {"one": {"betType": "Away"}},
        {"match": {"event": None}},
        {"match": {"date": "+PT0S"}},
        {"match": {"date": "-PT1H"}},
        {"match": {"finished": True, "score": {"home": 1, "away": 0}}},
        {"match": {"sport": 2}, "sports": [{"id": 1, "name": "football"}, {"id": 2, "name": "futsal"}]},
        {"market": {"status": "SUSPENDED"}},
        {"account": {"status": "SUSPENDED"}},
    ],
)
def test_it_does_not_bet(changes: dict[str, Any]) -> None:
    world = world_with(**changes)
    if world.exchange.markets[MARKET].status == "OPEN":
        offer(world, 240)

    put(world, 2.0)

    assert bets(world) == []
    assert world.bettune.predictions


def test_it_stops_at_kick_off() -> None:
    """A millisecond before, it bets; from kick-off on it does not, nor in a market that turned in play early."""
    before, at, in_play = world_with(), world_with(), world_with()
    for world in (before, at, in_play):
        offer(world, 240)
    before.do(AdvanceClock(5 * MINUTE - 1)).accepted()
    at.do(AdvanceClock(5 * MINUTE)).accepted()
    in_play.do(GoInPlay(market=MARKET)).accepted()

    for world in (before, at):
        put(world, 2.4)
    put(in_play, 2.0)
    in_play.do(bet("bob", Side.LAY, 260, 10_000)).accepted()
    in_play.do(AdvanceClock(MINUTE)).accepted()

    assert [len(bets(world)) for world in (before, at, in_play)] == [1, 0, 0]


def test_it_waits_for_a_suspended_market() -> None:
    world = world_with()
    offer(world, 240)
    world.do(Suspend(market=MARKET)).accepted()
    put(world, 2.4)
    assert bets(world) == []

    world.do(Resume(market=MARKET)).accepted()

    assert prices(world) == [(240, 240)]


def test_it_tries_again_what_was_refused() -> None:
    """Too little money, until a bet that tied it up is cancelled. A refusal costs nothing, and is told once."""
    world = world_with(account={"balance": 15})
    world.do(bet("alice", Side.BACK, 900, 1000, 2)).accepted()
    offer(world, 240)
    before = world.exchange.available_to_bet("alice")
    put(world, 2.4)
    assert [order.runner.selection_id for order in bets(world)] == [2]
    assert world.exchange.available_to_bet("alice") == before
    offer(world, 250)
    assert [(notice.verb, notice.market_id, notice.match_id) for notice in world.notices] == [
        ("autopilot", MARKET, MATCH)
    ]
    assert "INSUFFICIENT_FUNDS" in world.notices[0].problem

    world.do(CancelOrders("alice", MARKET)).accepted()

    assert [order.runner.selection_id for order in bets(world)] == [2, 1]


def two_matches() -> World:
    """A world where alice, who has 15, bets 10 on the home side of two matches, as soon as there are predictions."""
    scenario = small()
    other = small()["events"][0]
    other |= {"id": "2", "name": "Rovers v United"}
    other["markets"][0] |= {"id": "1.2"}
    for runner, name in zip(other["markets"][0]["runners"], ("Rovers", "United", "The Draw"), strict=True):
        runner["name"] = name
    scenario["events"].append(other)
    scenario["schedule"] = []
    scenario["accounts"][0]["balance"] = 15
    scenario["events"][0]["markets"][0]["runners"][0] = {
        "selectionId": 1, "name": "Newcastle", "availableToBack": [[2.4, 50]],
    }  # fmt: skip
    scenario["bettune"] = {
        "autopilot": True,
        "users": [{"token": "t", "user": "ann", "account": "alice"}],
        "filters": [{"id": FILTER, "name": "Home", "betType": "Home", "user": "ann", "stake": 10}],
        "matches": [
            {"id": MATCH, "date": "+PT5M", "home": "Newcastle", "away": "Chelsea", "event": "27165685"},
            {"id": 8, "date": "+PT5M", "home": "Rovers", "away": "United", "event": "2"},
        ],
    }
    return World(load(scenario))


def test_the_end_of_one_match_can_pay_for_a_bet_on_another() -> None:
    world = two_matches()
    world.do(PlaceOrders("alice", "1.2", bet("alice", Side.BACK, 900, 1000, 2).instructions)).accepted()
    put(world, 2.4)
    assert [order.market_id for order in bets(world)] == ["1.2"]

    world.do(Finish(match=8, score=ScoreEntry(home=1, away=0))).accepted()

    assert [order.market_id for order in bets(world)] == ["1.2", MARKET]


MARKETS = st.sampled_from([MARKET, "1.2"])
STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from([MATCH, 8]), st.sampled_from([1_500_000, 2_000_000, 2_400_000])),
    st.tuples(st.just("offer"), MARKETS, st.sampled_from([150, 200, 240]), st.sampled_from([1, 2, 3])),
    st.tuples(st.just("back"), MARKETS, st.sampled_from([150, 240, 900]), st.sampled_from([1, 2, 3])),
    st.tuples(st.sampled_from(["cancel", "suspend", "resume", "remove"]), MARKETS),
)


@given(st.lists(STEPS, max_size=12))
def test_no_bet_is_overlooked_that_somebody_who_looks_at_everything_would_place(steps: list[tuple[Any, ...]]) -> None:
    """It looks only where something has happened; what is left when all is looked at is what the exchange refuses."""
    world = two_matches()
    for verb, where, *more in steps:
        with suppress(Refused, Impossible):
            if verb == "put":
                world.do(PutPrediction(FILTER, where, more[0])).accepted()
            elif verb in ("offer", "back"):
                name, side = ("bob", Side.LAY) if verb == "offer" else ("alice", Side.BACK)
                world.do(PlaceOrders(name, where, bet(name, side, more[0], 500, more[1]).instructions)).accepted()
            elif verb == "cancel":
                world.do(CancelOrders("alice", where)).accepted()
            elif verb == "remove":
                world.do(RemoveRunner(where, RunnerKey(3), 10_000)).accepted()
            else:
                world.do((Suspend if verb == "suspend" else Resume)(market=where)).accepted()

        (autopilot,) = world.participants
        assert isinstance(autopilot, Autopilot)
        other = Autopilot(world.bettune, world.exchange, world.catalogue)
        other.placed.update(autopilot.placed)
        for order in other.commands(world.clock.now()):
            with pytest.raises(Refused):
                world.exchange.apply(order, world.clock.now())


def test_a_market_that_is_closed_or_a_runner_that_is_gone_is_not_bet_on() -> None:
    closed, gone = world_with(), world_with()
    for world in (closed, gone):
        put(world, 2.4)
    closed.do(Close(market=MARKET)).accepted()
    gone.do(RemoveRunner(MARKET, RunnerKey(NEWCASTLE), 40_000)).accepted()

    gone.do(bet("bob", Side.LAY, 260, 10_000, 2)).accepted()

    assert bets(closed) == bets(gone) == []


def test_a_match_that_is_finished_early_is_not_bet_on() -> None:
    world = world_with()
    put(world, 2.4)
    world.do(Finish(match=MATCH, score=ScoreEntry(home=0, away=0))).accepted()

    world.do(AdvanceClock(MINUTE)).accepted()

    assert bets(world) == []


# The world


def test_two_runs_come_to_the_same() -> None:
    hashes = []
    for _ in range(2):
        world = world_with()
        put(world, 2.4)
        offer(world, 250, 300)
        world.do(AdvanceClock(MINUTE)).accepted()
        hashes.append(state_hash(world))
    assert hashes[0] == hashes[1]


def test_what_has_been_bet_on_is_part_of_the_state() -> None:
    """Or else two worlds of one state would bet differently later. A reset forgets it."""
    world = world_with()
    start = state_hash(world)
    offer(world, 240)
    put(world, 2.4)
    assert len(bets(world)) == 1

    world.do(Reset()).accepted()

    assert (state_hash(world), bets(world)) == (start, [])
    offer(world, 240)
    put(world, 2.4)
    assert len(bets(world)) == 1


def test_the_number_of_the_next_prediction_is_part_of_the_state() -> None:
    world, untouched = world_with(), world_with()
    put(world, 2.4)
    world.do(DeletePrediction(FILTER, MATCH)).accepted()

    assert state_hash(world) != state_hash(untouched)
    put(world, 2.4)
    put(untouched, 2.4)
    assert [one.bettune.predictions[FILTER, MATCH].id for one in (world, untouched)] == [2, 1]


def test_what_happens_to_predictions_and_their_bets_is_told_in_order() -> None:
    world = world_with()
    offer(world, 240)
    heard = heard_by(world)

    put(world, 2.4)
    world.do(DeletePrediction(FILTER, MATCH)).accepted()
    world.do(DeletePrediction(FILTER, MATCH)).accepted()

    names = [type(event).__name__ for event in heard]
    assert isinstance(heard[0], PredictionPut)
    assert isinstance(heard[-1], PredictionDeleted)
    assert names.count("PredictionDeleted") == 1
    assert "OrderPlaced" in names
