"""What is scheduled happens at its own time and in its order, or is noted as impossible."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.events import OrderMatched, OrderPlaced, TicketResolved
from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.exchange.statuses import MarketStatus
from simulator.world.format.document import ScenarioError
from simulator.world.format.scenario import (
    Close,
    GoInPlay,
    Lapse,
    MakeOffers,
    ResultEntry,
    Resume,
    Settle,
    Suspend,
    Void,
    Withdraw,
)
from simulator.world.inputs import Add, AdvanceClock, SetClockRate
from simulator.world.loading.loading import load_additions
from simulator.world.state_hash import state_hash
from tests.unit.scenario_builder import MARKET, small
from tests.unit.world_builder import MINUTE, START, FakeRealTime, at, bet, changes, heard_by, story_of, world_of


def test_a_command_is_carried_out_at_the_time_of_the_clock() -> None:
    world = world_of()
    heard = heard_by(world)
    world.do(AdvanceClock(1234)).accepted()

    events = world.do(bet("alice", Side.LAY, 200, 500)).accepted()

    assert {event.at for event in events} == {START + 1234}
    assert [type(event) for event in events] == [OrderPlaced, OrderMatched]
    assert heard == list(events)


def test_a_refused_command_changes_nothing_and_is_not_published() -> None:
    world = world_of()
    heard, before = heard_by(world), state_hash(world)

    with pytest.raises(Refused) as off_the_ladder:
        world.do(bet("alice", Side.BACK, 203, 500)).accepted()
    with pytest.raises(Refused) as too_dear:
        world.do(bet("alice", Side.BACK, 200, 10_000_000)).accepted()

    assert off_the_ladder.value.instruction_reasons == (Reason.INVALID_ODDS,)
    assert too_dear.value.reason is Reason.INSUFFICIENT_FUNDS
    assert state_hash(world) == before
    assert heard == []


def test_the_schedule_happens_at_its_times_while_the_clock_passes_through_them() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT2M", "resume"), at("+PT3M", "turn-in-play"))
    clock_when_heard: list[int] = []
    world.listen(lambda happened: happened.source == "schedule" and clock_when_heard.append(world.clock.now() - START))
    heard = heard_by(world)

    world.do(AdvanceClock(10 * MINUTE)).accepted()

    assert changes(heard) == [MINUTE, 2 * MINUTE, 3 * MINUTE]
    assert clock_when_heard == changes(heard)
    assert world.clock.now() == START + 10 * MINUTE
    assert world.next_due is None


def test_happenings_of_the_same_time_happen_in_the_order_in_which_they_are_written() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT1M", "lapse"), at("+PT1M", "resume"), at("+PT0S", "suspend"),
                     at("+PT30S", "resume"))  # fmt: skip

    world.do(AdvanceClock(MINUTE)).accepted()

    assert world.notices == []
    assert world.exchange.markets[MARKET].status is MarketStatus.OPEN


def test_whatever_fell_due_before_a_command_happens_before_it() -> None:
    outside = FakeRealTime(START)
    world = world_of(at("+PT1M", "suspend"), at("+PT2M", "resume"), real_time=outside.real_time)
    world.do(SetClockRate(1)).accepted()
    heard = heard_by(world)
    outside.milliseconds += 3 * MINUTE

    world.do(bet("alice", Side.LAY, 200, 500)).accepted()

    assert [event.at - START for event in heard] == [MINUTE, 2 * MINUTE, 3 * MINUTE, 3 * MINUTE]


def test_held_orders_and_scheduled_happenings_take_their_turns() -> None:
    world = world_of(at("+PT0S", "turn-in-play"), at("+PT4S", "suspend"), at("+PT6S", "resume"))
    world.run_due()
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()
    world.do(AdvanceClock(2000)).accepted()
    world.do(bet("bob", Side.LAY, 200, 500)).accepted()
    heard = heard_by(world)

    world.do(AdvanceClock(MINUTE)).accepted()

    late_for_alice, in_time_for_bob = (event for event in heard if isinstance(event, TicketResolved))
    assert late_for_alice.at == START + 5000
    assert late_for_alice.fates[0].reason is Reason.BET_TAKEN_OR_LAPSED
    assert in_time_for_bob.at == START + 7000
    assert in_time_for_bob.fates[0].bet_id is not None


def test_orders_due_at_the_time_of_a_happening_reach_the_matcher_first() -> None:
    world = world_of(at("+PT0S", "turn-in-play"), at("+PT5S", "suspend"))
    world.run_due()
    world.do(bet("alice", Side.LAY, 200, 500)).accepted()

    world.do(AdvanceClock(5000)).accepted()

    assert world.exchange.accounts["alice"].exposure == 500
    assert world.exchange.markets[MARKET].status is MarketStatus.SUSPENDED


SECONDS = st.lists(st.integers(0, 400_000), max_size=12)


@given(SECONDS)
def test_it_makes_no_difference_in_how_many_steps_time_passes(steps: list[int]) -> None:
    schedule = (
        at("+PT1M", "suspend"),
        at("+PT1M3S", "resume"),
        at("+PT2M", "turn-in-play"),
        at("+PT2M10S", "offers", selectionId=2, availableToLay=[[3.5, 20]]),
        at("+PT2M12S", "suspend"),
        at("+PT2M14S", "resume"),
        at("+PT2M14S", "resume"),
        at("+PT5M", "settle", results=[{"selectionId": 2, "status": "WINNER"}]),
    )
    walker, jumper = world_of(*schedule), world_of(*schedule)
    for world in (walker, jumper):
        world.do(AdvanceClock(2 * MINUTE + 1)).accepted()
        world.do(bet("alice", Side.LAY, 300, 500, selection_id=2)).accepted()
        world.do(AdvanceClock(9000)).accepted()
        world.do(bet("bob", Side.BACK, 300, 500, selection_id=2)).accepted()

    for step in steps:
        walker.do(AdvanceClock(step))
    jumper.do(AdvanceClock(sum(steps)))

    assert state_hash(walker) == state_hash(jumper)
    assert walker.notices == jumper.notices


def test_a_happening_that_is_impossible_is_noted_with_its_reason_and_time_goes_on() -> None:
    world = world_of(at("+PT1M", "resume"), at("+PT2M", "suspend"))
    story = story_of(world)
    world.do(Void(market=MARKET)).accepted()

    world.do(AdvanceClock(3 * MINUTE)).accepted()

    refused = [(told.at, told.source, told.refusal.text) for told in story if told.refusal is not None]
    assert [(notice.at, "schedule", notice.problem) for notice in world.notices] == refused
    assert [(notice.at - START, notice.market_id, notice.verb) for notice in world.notices] == [
        (MINUTE, MARKET, "resume"),
        (2 * MINUTE, MARKET, "suspend"),
    ]
    assert "CLOSED" in world.notices[0].problem
    assert world.clock.now() == START + 3 * MINUTE


def test_offers_that_come_while_the_market_is_suspended_are_noted_too() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT2M", "offers", selectionId=1, availableToLay=[[3, 5]]))

    world.do(AdvanceClock(3 * MINUTE)).accepted()

    assert [notice.verb for notice in world.notices] == ["offers"]
    assert "MARKET_SUSPENDED" in world.notices[0].problem


def test_what_is_asked_for_by_hand_is_refused_to_the_one_who_asks() -> None:
    world = world_of()

    with pytest.raises(Impossible):
        world.do(Resume(market=MARKET)).accepted()
    with pytest.raises(Impossible, match=r"no market '1\.9'"):
        world.do(MakeOffers(market="1.9", selection_id=1)).accepted()

    assert world.notices == []


def test_every_verb_does_what_it_says() -> None:
    world = world_of()
    market = world.exchange.markets[MARKET]

    world.do(Suspend(market=MARKET)).accepted()
    assert market.status is MarketStatus.SUSPENDED
    world.do(Resume(market=MARKET)).accepted()
    assert market.status is MarketStatus.OPEN
    world.do(GoInPlay(market=MARKET)).accepted()
    assert market.in_play
    assert market.total_available > 0
    world.do(Lapse(market=MARKET)).accepted()
    assert market.total_available == 0
    world.do(Close(market=MARKET)).accepted()
    assert market.status is MarketStatus.SUSPENDED
    world.do(Withdraw(market=MARKET, selection_id=3)).accepted()
    assert market.active_runners == 2
    world.do(Settle(market=MARKET, results=(ResultEntry(selection_id=2, status="WINNER"),))).accepted()
    assert market.status is MarketStatus.CLOSED


def test_offers_are_matched_with_the_bets_that_wait_for_them_also_in_play_and_at_once() -> None:
    world = world_of()
    world.do(GoInPlay(market=MARKET)).accepted()
    world.do(bet("alice", Side.BACK, 400, 1000, selection_id=2)).accepted()
    world.do(AdvanceClock(5000)).accepted()
    assert world.exchange.accounts["alice"].exposure == 1000

    events = world.do(
        MakeOffers(market=MARKET, selection_id=2, available_to_back=((Decimal(4), Decimal("15.5")),))
    ).accepted()

    assert [event.size for event in events if isinstance(event, OrderMatched)] == [1000]
    best = world.exchange.markets[MARKET].runners[RunnerKey(2)].book.available_to_back.best
    assert best is not None
    assert (best.price, best.total) == (400, 550)


def test_any_number_of_offers_can_be_made_at_once() -> None:
    world = world_of()
    prices = [(Decimal(price) / 100, Decimal("0.01")) for price in range(101, 191)]

    world.do(MakeOffers(market=MARKET, selection_id=1, available_to_back=tuple(prices))).accepted()

    book = world.exchange.markets[MARKET].runners[RunnerKey(1)].book
    assert book.available_to_back.total == 90


def test_markets_can_be_added_to_a_running_world_with_times_from_now_on() -> None:
    world = world_of()
    world.do(AdvanceClock(MINUTE)).accepted()
    heard = heard_by(world)
    text = small()
    text["events"][0]["markets"][0]["id"] = "1.2"
    added = {
        "events": text["events"],
        "schedule": [
            {"at": "+PT1M", "market": "1.2", "do": "turn-in-play"},
            {"at": "-PT1M", "market": "1.2", "do": "suspend"},
        ],
    }

    world.do(
        Add(load_additions(str(added).replace("True", "true"), "body", world.exchange, world.catalogue))
    ).accepted()

    assert world.catalogue.markets["1.2"].start_time == START + 6 * MINUTE
    assert world.catalogue.markets["1.2"].event is world.catalogue.events["27165685"]
    assert world.exchange.markets["1.2"].status is MarketStatus.SUSPENDED
    assert {event.at for event in heard} == {START + MINUTE}
    assert world.next_due == START + 2 * MINUTE


def test_the_same_market_is_not_added_twice() -> None:
    world = world_of()

    with pytest.raises(ScenarioError, match="already"):
        load_additions(str({"events": small()["events"]}).replace("True", "true"), "b", world.exchange, world.catalogue)
