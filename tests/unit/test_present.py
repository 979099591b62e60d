"""A running world becomes a scenario, from which another world begins where the first one is."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import NODEFAULT, Struct, structs

from simulator import data
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.format.market_entries import EventEntry, MarketEntry
from simulator.world.format.scenario import (
    Additions,
    Close,
    Hide,
    HoldAuction,
    MakeOffers,
    Resume,
    Scenario,
    SettleSome,
    Suspend,
    Translations,
    Void,
    Withdraw,
)
from simulator.world.format.writing import scenario_text
from simulator.world.inputs import Add, AdvanceClock, ChangeLogin, LogIn, MoveToNext, SetClockRate
from simulator.world.loading.loading import load_happening, load_scenario
from simulator.world.loading.named import builtin_scenario
from simulator.world.present import present_of
from simulator.world.scenario_commands import LIQUIDITY
from simulator.world.world import World
from tests.scenario import HORSE_RACING, Block, event, market, runner, scenario
from tests.unit.scenario_builder import load

RACE = "1.200000001"


def again(world: World) -> World:
    """A world that begins with the text of another one as it is now."""
    present = present_of(world)
    read = load_scenario(scenario_text(present.scenario, present.left_out), "exported")
    assert read == present.scenario
    begun = World(read)
    begun.run_due()
    assert begun.notices == []
    return begun


def offered(world: World) -> dict[tuple[str, RunnerKey, Side], list[tuple[int, int]]]:
    """What the liquidity account offers, by market, runner and side."""
    found = {}
    for market_id, market_there in world.exchange.markets.items():
        for key, runner_there in market_there.runners.items():
            for side in Side:
                levels = [
                    (level.price, sum(one.size_remaining for one in level.queue.values() if one.account == LIQUIDITY))
                    for level in runner_there.book.queue_of(side).best_first()
                ]
                found[market_id, key, side] = [level for level in levels if level[1]]
    return found


def states(world: World) -> Iterator[tuple[Any, ...]]:
    """How open markets and their runners stand."""
    for market_there in world.exchange.markets.values():
        if market_there.status == "CLOSED":
            continue
        described = world.catalogue.markets[market_there.market_id]
        yield (
            market_there.market_id,
            market_there.status,
            market_there.in_play,
            market_there.betting_is_over,
            market_there.bsp_reconciled or not market_there.in_play,
            described.start_time,
            described.suspend_time,
            described.runners,
            [(one.key, one.status, one.adjustment_factor) for one in market_there.runners.values()],
        )


def assert_alike(world: World, begun: World) -> None:
    open_there = {state[0] for state in states(world)}
    assert {place: levels for place, levels in offered(world).items() if place[0] in open_there} == offered(begun)
    assert list(states(begun)) == list(states(world))
    assert begun.clock.now() == world.clock.now()
    assert [due for due, one in begun.schedule.pending] == [
        due
        for due, one in world.schedule.pending
        if getattr(one, "market", None) is None or getattr(one, "market", None) in open_there
    ]
    assert {name: begun.exchange.ledger.balance_of(name) for name in begun.accounts.by_username} == {
        name: world.exchange.ledger.balance_of(name) for name in world.accounts.by_username
    }


def beginnings() -> dict[str, Scenario]:
    fixtures = {name: builtin_scenario(name.removesuffix(".yaml")) for name in data.fixture_names()}
    return fixtures | {name: load_scenario(data.template_bytes(name), name) for name in data.template_names()}


@pytest.mark.parametrize("name", sorted(beginnings()))
def test_a_shipped_world_can_go_on_from_any_moment_of_its_story(name: str) -> None:
    world = World(beginnings()[name])
    world.do(SetClockRate(0)).accepted()
    assert_alike(world, again(world))

    moments = 0
    while world.next_due is not None:
        due = world.next_due
        while world.next_due == due:
            world.do(MoveToNext()).accepted()
        moments += 1
        if moments % 3 == 1:
            assert_alike(world, again(world))


@pytest.mark.parametrize("name", sorted(beginnings()))
def test_what_is_exported_of_what_was_exported_is_the_same_document(name: str) -> None:
    world = World(beginnings()[name])
    world.do(SetClockRate(0)).accepted()

    assert present_of(again(world)).scenario == present_of(world).scenario


def race() -> World:
    """A world of a race with a starting price."""
    runners = [
        runner(1, "Morning Bell", back=[(2.4, 200), (2.3, 50)], lay=[(2.5, 150)], adjustmentFactor=40),
        runner(2, "Quiet Harbour", back=[(3.2, 150)], lay=[(3.35, 100)], adjustmentFactor=35),
        runner(3, "Tin Whistle", back=[(4.8, 80)], lay=[(5.1, 60)], adjustmentFactor=20),
        runner(4, "Old Ferryman", adjustmentFactor=5),
    ]
    return World(
        load(
            scenario(
                event(
                    "30",
                    "Newbury",
                    HORSE_RACING,
                    market(RACE, "1m Hcap", "WIN", *runners, bspMarket=True, turnInPlay=True, betDelay=1),
                    venue="Newbury",
                    countryCode="GB",
                )
            )
        )
    )


def bet(side: Side, price: int, size: int, selection_id: int = 1) -> PlaceOrders:
    instruction = PlaceInstruction(RunnerKey(selection_id), side, OrderType.LIMIT, price, size, Persistence.LAPSE)
    return PlaceOrders("alice", RACE, (instruction,))


@pytest.mark.parametrize(
    "happenings",
    [
        [Suspend(market=RACE)],
        [Withdraw(market=RACE, selection_id=4)],
        [Withdraw(market=RACE, selection_id=2)],
        [Hide(market=RACE, selection_id=4)],
        [HoldAuction(market=RACE)],
        [HoldAuction(market=RACE), Suspend(market=RACE)],
        [Suspend(market=RACE), HoldAuction(market=RACE), Resume(market=RACE)],
        [Close(market=RACE)],
        [MakeOffers(market=RACE, selection_id=4, available_to_back=((Decimal(15), Decimal(10)),))],
    ],
)
def test_a_market_begins_again_in_the_state_it_is_in(happenings: list[Any]) -> None:
    world = race()
    for happening in happenings:
        world.do(happening).accepted()

    assert_alike(world, again(world))


def test_a_market_in_play_begins_again_in_play_with_offers_made_since_and_with_runners_that_are_settled() -> None:
    world = race()
    for verb in ("turn-in-play", "settle-runners", "offers", "suspend"):
        document: Block = {"turn-in-play": {}, "suspend": {}}.get(verb, {})
        if verb == "settle-runners":
            document = {"results": [{"selectionId": 4, "status": "LOSER"}]}
        if verb == "offers":
            document = {"selectionId": 3, "availableToBack": [[4.5, 22.22]]}
        happening = happening_of(world, verb, document)
        world.do(happening).accepted()

    begun = again(world)

    assert_alike(world, begun)
    market_there = begun.exchange.markets[RACE]
    assert (market_there.in_play, market_there.status, market_there.bsp_reconciled) == (True, "SUSPENDED", True)
    assert isinstance(present_of(world).scenario.schedule[1], SettleSome)


def happening_of(world: World, verb: str, document: Block) -> Any:
    return load_happening(json.dumps(document), "happening", verb, RACE, world.exchange)


def test_bets_of_customers_are_left_out_of_the_books_and_that_is_said() -> None:
    world = race()
    world.do(bet(Side.BACK, 240, 5000)).accepted()
    world.do(bet(Side.LAY, 210, 700)).accepted()

    begun = again(world)

    assert_alike(world, begun)
    assert {order.account for order in begun.exchange.orders.values()} == {LIQUIDITY}
    assert begun.exchange.markets[RACE].runners[RunnerKey(1)].book.available_to_back.levels[240].total == 15000
    left_out = present_of(world).left_out
    assert left_out[0].startswith("Bets of customers are left out, 2 in all")
    assert f"What was traded is left out, with volumes and last prices, of {RACE}." in left_out


def test_what_customers_have_won_is_in_their_balances_and_closed_markets_are_named() -> None:
    world = race()
    world.do(bet(Side.BACK, 240, 5000)).accepted()
    world.do(happening_of(world, "settle", {"results": [{"selectionId": 1, "status": "WINNER"}]})).accepted()

    present = present_of(world)

    # 70 won at 2.4, less 5 % commission.
    assert present.scenario.accounts[0].balance == Decimal("1066.5")
    assert present.scenario.events[0].markets == ()
    assert f"Markets that are closed are left out: {RACE}." in present.left_out
    assert again(world).exchange.markets == {}


def test_how_customers_may_log_in_is_as_it_is_now_and_sessions_are_left_out() -> None:
    world = race()
    world.do(LogIn("bob", "secret", "bob-live")).accepted()
    world.do(ChangeLogin("alice", status="SUSPENDED")).accepted()

    present = present_of(world)

    assert [account.status for account in present.scenario.accounts] == ["SUSPENDED", "SUCCESS"]
    assert "Sessions are left out: 1 were open." in present.left_out


def test_a_world_to_which_nothing_happened_says_only_that_history_begins_anew() -> None:
    left_out = present_of(race()).left_out

    assert len(left_out) == 1
    assert left_out[0].startswith("The history of accounts")


def test_a_void_market_is_closed_too() -> None:
    world = race()
    world.do(Void(market=RACE)).accepted()

    assert present_of(world).scenario.events[0].markets == ()


def test_the_clock_begins_where_it_is_and_runs_as_fast() -> None:
    world = race()
    world.do(AdvanceClock(90_500)).accepted()

    assert present_of(world).scenario.clock.now == "2026-06-06T17:01:30.500Z"
    assert present_of(world).scenario.clock.rate == 0


# Nothing is forgotten


FULL = event(
    "31",
    "Full",
    HORSE_RACING,
    market(
        "1.31",
        "Everything",
        "SPECIAL",
        runner(
            1,
            "One",
            handicap=0.5,
            sortPriority=2,
            adjustmentFactor=12.345,
            metadata={"runnerId": "77", "NOTE": None},
            lay=[(2.02, 1.5)],
            back=[(2, 3)],
        ),
        runner(2, "Two", handicap=-0.5, sortPriority=1, adjustmentFactor=1, metadata={"runnerId": "2"}),
        bettingType="ASIAN_HANDICAP_DOUBLE_LINE",
        startTime="2026-06-06T18:00:00.000Z",
        suspendTime="2026-06-06T18:01:00.000Z",
        settleTime="2026-06-06T19:00:00.000Z",
        numberOfWinners=0,
        crossMatching=True,
        bspMarket=True,
        turnInPlay=True,
        persistenceEnabled=False,
        betDelay=7,
        baseRate=2.5,
        discountAllowed=False,
        regulators=["ONE", "TWO"],
        runnersVoidable=True,
        complete=False,
        status="SUSPENDED",
        rules="Rules.",
        rulesHasDate=True,
        clarifications="Clear.",
        raceType="Flat",
        line={"minUnitValue": -1, "maxUnitValue": 1, "interval": 0.5, "marketUnit": "goals"},
        ladder="CLASSIC",
        keyLine=[{"selectionId": 1, "handicap": 0.5}],
        betDelayModels=["DYNAMIC"],
    ),
    starts="2026-06-06T17:30:00.000Z",
    competition={"id": "5", "name": "Cup", "region": "GBR"},
    countryCode="IE",
    timezone="Europe/Dublin",
    venue="Course",
    meeting="Evening",
    parent="30",
    groups=[{"id": "9", "name": "Group"}],
    inPlay={
        "status": "InProgress",
        "matchTime": 12,
        "home": {"name": "One", "score": 3, "isServing": False, "games": 0},
        "away": {"name": "Two", "score": "Av", "gameSequence": [6, 4]},
    },
)

ELSEWHERE = {"eachWayDivisor"}
"""What only markets of other types have."""


def unsaid(entry: Struct) -> set[str]:
    """The fields of an entry that have the values that they would have anyhow."""
    return {
        field.encode_name
        for field in structs.fields(entry)
        if field.default is not NODEFAULT and getattr(entry, field.name) == field.default
    }


def test_every_field_of_events_and_markets_is_written_again() -> None:
    """Where this fails because a field is new: say it in `FULL`, and in `present_markets` or `present`."""
    world = World(load(scenario(event("30", "Newbury", HORSE_RACING), FULL)))
    written: EventEntry = world.scenario.events[1]
    market_written: MarketEntry = written.markets[0]

    exported = present_of(world).scenario.events[1]

    assert unsaid(written) == set()
    assert unsaid(market_written) == ELSEWHERE
    assert unsaid(market_written.runners[0]) == {"status"}
    assert exported == written


def test_the_divisor_of_an_each_way_market_is_written_again() -> None:
    each_way = market("1.32", "Each Way", "EACH_WAY", "One", "Two", "Three", numberOfWinners=2, eachWayDivisor=4)
    world = World(load(scenario(event("30", "Newbury", HORSE_RACING, each_way))))

    assert present_of(world).scenario.events[0].markets[0].each_way_divisor == 4
    assert_alike(world, again(world))


def test_names_in_other_languages_are_written_again_with_those_that_were_added() -> None:
    world = World(load(scenario(FULL | {"parent": None}, translations={"it": {"One": "Uno"}})))
    world.do(Add(Additions(translations=Translations(it={"Two": "Due"}, es={"Two": "Dos"})))).accepted()

    assert present_of(world).scenario.translations.by_language() == {
        "it": {"One": "Uno", "Two": "Due"},
        "es": {"Two": "Dos"},
    }
    assert again(world).catalogue.translations == world.catalogue.translations


# The text


@given(st.text(min_size=1, max_size=60).filter(lambda text: all(char.isprintable() for char in text)))
def test_every_name_is_read_again_as_it_was_written(name: str) -> None:
    assert load_scenario(scenario_text(Scenario(name=name)), "written").name == name


@pytest.mark.parametrize("name", ["NO", "yes", "1e5", "12:30", "null", "~", "1.10", "0x10", "- a", "# a", "a: b", "é"])
def test_what_looks_like_something_else_than_a_text_is_written_as_one(name: str) -> None:
    assert load_scenario(scenario_text(Scenario(name=name)), "written").name == name


def test_comments_stand_before_the_scenario_on_lines_that_fit() -> None:
    text = scenario_text(Scenario(name="x"), ["word " * 50, "second"])

    assert text.endswith("\n# second\nname: x\n")
    assert all(line.startswith("# ") and len(line) <= 120 for line in text.splitlines()[:-1])
