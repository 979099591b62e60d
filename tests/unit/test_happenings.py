"""What is scheduled happens at its own time and in its order, or is noted as impossible."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.events import OrderMatched, OrderPlaced, OrdersHeld
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
from simulator.world.happenings import HappeningRefused
from simulator.world.loading.loading import load_additions
from simulator.world.world import Resolution
from tests.unit.scenario_builder import MARKET, small
from tests.unit.world_builder import MINUTE, START, FakeRealTime, at, bet, changes, heard_by, world_of


def test_a_command_is_carried_out_at_the_time_of_the_clock() -> None:
    world = world_of()
    heard = heard_by(world)
    world.advance(1234)

    events = world.apply(bet("alice", Side.LAY, 200, 500))

    assert {event.at for event in events} == {START + 1234}
    assert [type(event) for event in events] == [OrderPlaced, OrderMatched]
    assert heard == list(events)


def test_a_refused_command_changes_nothing_and_is_not_published() -> None:
    world = world_of()
    heard, before = heard_by(world), world.state_hash()

    with pytest.raises(Refused) as off_the_ladder:
        world.apply(bet("alice", Side.BACK, 203, 500))
    with pytest.raises(Refused) as too_dear:
        world.apply(bet("alice", Side.BACK, 200, 10_000_000))

    assert off_the_ladder.value.instruction_reasons == (Reason.INVALID_ODDS,)
    assert too_dear.value.reason is Reason.INSUFFICIENT_FUNDS
    assert world.state_hash() == before
    assert heard == []


def test_the_schedule_happens_at_its_times_while_the_clock_passes_through_them() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT2M", "resume"), at("+PT3M", "turn-in-play"))
    clock_when_heard: list[int] = []
    world.subscribe(lambda _: clock_when_heard.append(world.clock.now() - START))
    heard = heard_by(world)

    world.advance(10 * MINUTE)

    assert changes(heard) == [MINUTE, 2 * MINUTE, 3 * MINUTE]
    assert clock_when_heard == changes(heard)
    assert world.clock.now() == START + 10 * MINUTE
    assert world.next_due is None


def test_happenings_of_the_same_time_happen_in_the_order_in_which_they_are_written() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT1M", "lapse"), at("+PT1M", "resume"), at("+PT0S", "suspend"),
                     at("+PT30S", "resume"))  # fmt: skip

    world.advance(MINUTE)

    assert world.notices == []
    assert world.exchange.markets[MARKET].status is MarketStatus.OPEN


def test_whatever_fell_due_before_a_command_happens_before_it() -> None:
    outside = FakeRealTime(START)
    world = world_of(at("+PT1M", "suspend"), at("+PT2M", "resume"), real_time=outside.real_time)
    world.set_rate(1)
    heard = heard_by(world)
    outside.milliseconds += 3 * MINUTE

    world.apply(bet("alice", Side.LAY, 200, 500))

    assert [event.at - START for event in heard] == [MINUTE, 2 * MINUTE, 3 * MINUTE, 3 * MINUTE]


def test_held_orders_and_scheduled_happenings_take_their_turns() -> None:
    world = world_of(at("+PT0S", "turn-in-play"), at("+PT4S", "suspend"), at("+PT6S", "resume"))
    world.run_due()
    world.apply(bet("alice", Side.LAY, 200, 500))
    world.advance(2000)
    world.apply(bet("bob", Side.LAY, 200, 500))
    resolutions: list[Resolution | None] = []
    world.when_resolved(1, resolutions.append)
    world.when_resolved(2, resolutions.append)

    world.advance(MINUTE)

    late_for_alice, in_time_for_bob = resolutions
    assert late_for_alice is not None
    assert in_time_for_bob is not None
    assert late_for_alice.resolved.at == START + 5000
    assert late_for_alice.resolved.fates[0].reason is Reason.BET_TAKEN_OR_LAPSED
    assert in_time_for_bob.resolved.at == START + 7000
    assert in_time_for_bob.resolved.fates[0].bet_id is not None


def test_orders_due_at_the_time_of_a_happening_reach_the_matcher_first() -> None:
    world = world_of(at("+PT0S", "turn-in-play"), at("+PT5S", "suspend"))
    world.run_due()
    world.apply(bet("alice", Side.LAY, 200, 500))

    world.advance(5000)

    assert world.exchange.accounts["alice"].exposure == 500
    assert world.exchange.markets[MARKET].status is MarketStatus.SUSPENDED


def test_whoever_waits_for_a_ticket_hears_of_their_own_orders_and_no_others() -> None:
    world = world_of(at("+PT0S", "turn-in-play"))
    world.run_due()
    held = [world.apply(bet(name, Side.LAY, 200, 500))[0] for name in ("alice", "bob")]
    resolutions: dict[int, Resolution | None] = {}
    for event in held:
        assert isinstance(event, OrdersHeld)
        world.when_resolved(event.ticket, _remember(resolutions, event.ticket))

    world.advance(5000)

    for name, event in zip(("alice", "bob"), held, strict=True):
        assert isinstance(event, OrdersHeld)
        resolution = resolutions[event.ticket]
        assert resolution is not None
        assert resolution.resolved.ticket == event.ticket
        placed = [event.account for event in resolution.events if isinstance(event, OrderPlaced)]
        assert placed == [name]


def _remember(resolutions: dict[int, Resolution | None], ticket: int) -> Callable[[Resolution | None], None]:
    return lambda resolution: resolutions.__setitem__(ticket, resolution)


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
        world.advance(2 * MINUTE + 1)
        world.apply(bet("alice", Side.LAY, 300, 500, selection_id=2))
        world.advance(9000)
        world.apply(bet("bob", Side.BACK, 300, 500, selection_id=2))

    for step in steps:
        walker.advance(step)
    jumper.advance(sum(steps))

    assert walker.state_hash() == jumper.state_hash()
    assert walker.notices == jumper.notices


def test_a_happening_that_is_impossible_is_noted_with_its_reason_and_time_goes_on() -> None:
    world = world_of(at("+PT1M", "resume"), at("+PT2M", "suspend"))
    heard = heard_by(world)
    world.perform(Void(market=MARKET))

    world.advance(3 * MINUTE)

    assert world.notices == [event for event in heard if isinstance(event, HappeningRefused)]
    assert [(notice.at - START, notice.market_id, notice.verb) for notice in world.notices] == [
        (MINUTE, MARKET, "resume"),
        (2 * MINUTE, MARKET, "suspend"),
    ]
    assert "CLOSED" in world.notices[0].problem
    assert world.clock.now() == START + 3 * MINUTE


def test_offers_that_come_while_the_market_is_suspended_are_noted_too() -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT2M", "offers", selectionId=1, availableToLay=[[3, 5]]))

    world.advance(3 * MINUTE)

    assert [notice.verb for notice in world.notices] == ["offers"]
    assert "MARKET_SUSPENDED" in world.notices[0].problem


def test_what_is_asked_for_by_hand_is_refused_to_the_one_who_asks() -> None:
    world = world_of()

    with pytest.raises(Impossible):
        world.perform(Resume(market=MARKET))
    with pytest.raises(Impossible, match=r"no market '1\.9'"):
        world.perform(MakeOffers(market="1.9", selection_id=1))

    assert world.notices == []


def test_every_verb_does_what_it_says() -> None:
    world = world_of()
    market = world.exchange.markets[MARKET]

    world.perform(Suspend(market=MARKET))
    assert market.status is MarketStatus.SUSPENDED
    world.perform(Resume(market=MARKET))
    assert market.status is MarketStatus.OPEN
    world.perform(GoInPlay(market=MARKET))
    assert market.in_play
    assert market.total_available > 0
    world.perform(Lapse(market=MARKET))
    assert market.total_available == 0
    world.perform(Close(market=MARKET))
    assert market.status is MarketStatus.SUSPENDED
    world.perform(Withdraw(market=MARKET, selection_id=3))
    assert market.active_runners == 2
    world.perform(Settle(market=MARKET, results=(ResultEntry(selection_id=2, status="WINNER"),)))
    assert market.status is MarketStatus.CLOSED


def test_offers_are_matched_with_the_bets_that_wait_for_them_also_in_play_and_at_once() -> None:
    world = world_of()
    world.perform(GoInPlay(market=MARKET))
    world.apply(bet("alice", Side.BACK, 400, 1000, selection_id=2))
    world.advance(5000)
    assert world.exchange.accounts["alice"].exposure == 1000

    events = world.perform(
        MakeOffers(market=MARKET, selection_id=2, available_to_back=((Decimal(4), Decimal("15.5")),))
    )

    assert [event.size for event in events if isinstance(event, OrderMatched)] == [1000]
    best = world.exchange.markets[MARKET].runners[RunnerKey(2)].book.available_to_back.best
    assert best is not None
    assert (best.price, best.total) == (400, 550)


def test_any_number_of_offers_can_be_made_at_once() -> None:
    world = world_of()
    prices = [(Decimal(price) / 100, Decimal("0.01")) for price in range(101, 191)]

    world.perform(MakeOffers(market=MARKET, selection_id=1, available_to_back=tuple(prices)))

    book = world.exchange.markets[MARKET].runners[RunnerKey(1)].book
    assert book.available_to_back.total == 90


def test_markets_can_be_added_to_a_running_world_with_times_from_now_on() -> None:
    world = world_of()
    world.advance(MINUTE)
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

    world.add(load_additions(str(added).replace("True", "true"), "body", world.exchange, world.catalogue))

    assert world.catalogue.markets["1.2"].start_time == START + 6 * MINUTE
    assert world.catalogue.markets["1.2"].event is world.catalogue.events["27165685"]
    assert world.exchange.markets["1.2"].status is MarketStatus.SUSPENDED
    assert {event.at for event in heard} == {START + MINUTE}
    assert world.next_due == START + 2 * MINUTE


def test_the_same_market_is_not_added_twice() -> None:
    world = world_of()

    with pytest.raises(ScenarioError, match="already"):
        load_additions(str({"events": small()["events"]}).replace("True", "true"), "b", world.exchange, world.catalogue)
