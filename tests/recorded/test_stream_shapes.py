"""Our stream's messages have the members, their order and their types that recorded ones have, kind by kind."""

import bz2
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    LapseUnmatched,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    RemoveRunner,
    RunnerResult,
    SettleMarket,
    SuspendMarket,
    TurnInPlay,
)
from simulator.exchange.orders import OrderType, RunnerKey, Side
from tests.contract.stream_theatre import StreamClient, StreamTheatre, streaming
from tests.evidence import ANSWERS, EVIDENCE, STREAMS, needs, text_of
from tests.scenario import HORSE_RACING, SOCCER, asian_handicap, event, loaded, runner, scenario, sides, win

Message = dict[str, Any]
RACE, HANDICAPS = "1.1", "1.2"
LIVE = EVIDENCE / "recorded" / "live-2026"
SPECIMEN = STREAMS / "1.181223995.bz2"

# Published, and in no recording that there is.
NOT_RECORDED = {
    "lineMaxUnit", "lineMinUnit", "lineInterval", "betDelayModels", "eachWayDivisor", "segmentType", "status",
    "ml", "smc", "lsrc", "ld",
}  # fmt: skip


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    race = win(
        RACE,
        *(runner(number, back=[[2.0, 100]], lay=[[2.2, 80]], adjustmentFactor=20) for number in (1, 2, 3)),
        runner(4, adjustmentFactor=5),
        bspMarket=True,
        turnInPlay=True,
        betDelay=1,
    )
    handicaps = asian_handicap(HANDICAPS, *sides("Rangers", "Celtic", -0.5))
    meeting = event("1", "Meeting", HORSE_RACING, race, venue="Kempton", countryCode="GB")
    match = event("2", "Match", SOCCER, handicaps)
    with streaming(loaded(scenario(meeting, match))) as theatre:
        yield theatre


# What is recorded


class Kinds:
    """Of each kind of object the members that were seen: which comes before which, and of what types they are."""

    def __init__(self) -> None:
        self.before: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self.types: defaultdict[tuple[str, str], set[str]] = defaultdict(set)

    def see(self, kind: str, seen: Message) -> None:
        self.before[kind].update(combinations(seen, 2))
        for name, value in seen.items():
            self.types[kind, name].add(type_of(value))

    def differences(self, kind: str, ours: Message) -> Iterator[str]:
        for name, value in ours.items():
            known = self.types.get((kind, name))
            if known is None and name not in NOT_RECORDED:
                yield f"{kind}: {name} is in no recording"
            elif known is not None and type_of(value) not in known:
                yield f"{kind}: {name} is {value!r} and not {' or '.join(known)}"
        for pair in combinations(ours, 2):
            if pair[::-1] in self.before[kind] and pair not in self.before[kind]:
                yield f"{kind}: {pair[0]} comes before {pair[1]}"


def type_of(value: object) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__


def objects_of(message: Message) -> Iterator[tuple[str, Message]]:
    """Yield the objects of a change message with their kinds."""
    yield message.get("ct", "UPDATE"), message
    for change in message.get("mc", []):
        yield "market", change
        if "marketDefinition" in change:
            yield "definition", change["marketDefinition"]
            for each in change["marketDefinition"]["runners"]:
                yield "runner of a definition", each
        for each in change.get("rc", []):
            yield "runner of a market", each
    for change in message.get("oc", []):
        yield "orders of a market", change
        for each in change.get("orc", []):
            yield "orders of a runner", each
            for order in each.get("uo", []):
                yield "order", order


def recorded_kinds() -> Kinds:
    kinds = Kinds()
    samples = [*ANSWERS.glob("streaming_[mo]cm_*.json"), LIVE / "ocm_SP_RESTING.json"]
    messages: list[Message] = [json.loads(text_of(sample)) for sample in samples]
    for file in STREAMS.glob("*.bz2"):
        messages.extend(lines_of(file))
    for message in messages:
        for kind, seen in objects_of(message):
            kinds.see(kind, seen)
    return kinds


def lines_of(file: Path) -> Iterator[Message]:
    with bz2.open(file) as lines:
        yield from map(json.loads, lines)


# What we say


def limit(side: Side, price: int, size: int, *, handicap: int = 0, selection_id: int = 1) -> PlaceInstruction:
    return PlaceInstruction(RunnerKey(selection_id, handicap), side, OrderType.LIMIT, price, size)


def on_close(side: Side, pence: int) -> PlaceInstruction:
    return PlaceInstruction(RunnerKey(1), side, OrderType.MARKET_ON_CLOSE, liability=pence)


def race_day(theatre: StreamTheatre, *clients: StreamClient) -> Iterator[Message]:
    """Yield what clients are told of a race from the first bets to the result."""
    for happens in (
        PlaceOrders("alice", RACE, (limit(Side.BACK, 200, 10_00), limit(Side.BACK, 220, 5_00))),
        PlaceOrders("alice", RACE, (on_close(Side.BACK, 10_00), on_close(Side.LAY, 20_00))),
        PlaceOrders("alice", HANDICAPS, (limit(Side.LAY, 200, 5_00, handicap=-50),)),
        RemoveRunner(RACE, RunnerKey(4)),
        SuspendMarket(RACE),
        Reconcile(RACE),
        TurnInPlay(RACE),
        PlaceOrders("bob", HANDICAPS, (limit(Side.BACK, 200, 2_00, handicap=-50),)),
        LapseUnmatched(RACE),
        SuspendMarket(RACE),
        SettleMarket(RACE, (RunnerResult(RunnerKey(1), "WINNER"),)),
    ):
        theatre.do(happens).accepted()
        for client in clients:
            yield from client.read()


@needs(STREAMS)
@needs(ANSWERS)
def test_all_that_is_told_of_a_race_has_recorded_members_in_recorded_order(theatre: StreamTheatre) -> None:
    kinds, client = recorded_kinds(), theatre.client()
    told = [client.subscribe_to_markets(), client.subscribe_to_orders(), *race_day(theatre, client)]
    theatre.let_pass(5)
    told.extend(client.read())

    ours = [each for message in told for each in objects_of(message)]

    assert [difference for kind, each in ours for difference in kinds.differences(kind, each)] == []
    assert {kind for kind, _ in ours} >= {
        "SUB_IMAGE", "UPDATE", "HEARTBEAT", "market", "definition", "orders of a market", "order",
    }  # fmt: skip


@needs(SPECIMEN)
def test_a_race_goes_through_the_states_of_a_recorded_one(theatre: StreamTheatre) -> None:
    """From the suspension before the off to the result; before it, markets are suspended for a second now and then."""
    recorded = states_of(lines_of(SPECIMEN))
    client = theatre.client()
    client.subscribe_to_markets(RACE)

    ours = states_of(race_day(theatre, client))

    assert ours[-len(recorded) :] == recorded
    assert [state[:3] for state in recorded] == [
        ("SUSPENDED", False, True), ("OPEN", True, True), ("SUSPENDED", True, True), ("CLOSED", True, True),
    ]  # fmt: skip


def states_of(messages: Iterator[Message]) -> list[tuple[Any, ...]]:
    """Return the states of a market one after the other, from when it has starting prices, and what went then."""
    states: list[tuple[Any, ...]] = []
    for message in messages:
        for change in message["mc"]:
            told = change.get("marketDefinition")
            if told is None or not told["bspReconciled"]:
                continue
            state = (
                told["status"], told["inPlay"], told["bspReconciled"], told["betDelay"], "settledTime" in told,
                all(("bsp" in each) is (each["status"] != "REMOVED") for each in told["runners"]),
            )  # fmt: skip
            if not states or states[-1] != state:
                states.append(state)
    return states


@needs(SPECIMEN)
def test_at_the_off_what_waited_for_the_starting_price_goes_and_what_was_matched_comes(theatre: StreamTheatre) -> None:
    """`spb` and `spl` go to 0 at all prices, and have one at the starting price to two decimals; at the end it goes."""

    def runners_when_reconciled(messages: Iterator[Message]) -> list[Message]:
        return next(
            change["rc"]
            for message in messages
            for change in message["mc"]
            if "rc" in change and change.get("marketDefinition", {}).get("bspReconciled")
        )

    client = theatre.client()
    client.subscribe_to_markets(RACE)
    ours = list(race_day(theatre, client))
    for messages in (iter(ours), lines_of(SPECIMEN)):
        ladders = [each[name] for each in runners_when_reconciled(messages) for name in ("spb", "spl") if name in each]
        assert ladders
        for ladder in ladders:
            matched = [price for price, size in ladder if size]
            assert len(matched) <= 1
            assert all(round(price, 2) == price for price in matched)
    (last,) = ours[-1]["mc"]
    (first_runner,) = [each for each in last["rc"] if each["id"] == 1]
    assert (last["tv"], first_runner["tv"]) == (0, 0)
    assert all(size == 0 for name in ("trd", "spb", "spl") for _, size in first_runner[name])


# Sample by sample


def market_image(theatre: StreamTheatre) -> Message:
    theatre.do(PlaceOrders("bob", RACE, (limit(Side.BACK, 200, 10_00),))).accepted()
    fields = ["EX_BEST_OFFERS", "EX_TRADED_VOL", "EX_LTP", "EX_MARKET_DEF"]
    return theatre.client().subscribe_to_markets(RACE, fields=fields)


def market_heartbeat(theatre: StreamTheatre) -> Message:
    client = theatre.client()
    client.subscribe_to_markets(RACE)
    theatre.let_pass(5)
    return client.read()[0]


def resubscription(theatre: StreamTheatre) -> Message:
    client = theatre.client()
    image = client.subscribe_to_markets(RACE, fields=["EX_BEST_OFFERS"])
    theatre.do(PlaceOrders("bob", RACE, (limit(Side.BACK, 200, 10_00), limit(Side.BACK, 230, 1_00)))).accepted()
    client.leave()
    tokens = {name: image[name] for name in ("initialClk", "clk")}
    return theatre.client().subscribe_to_markets(RACE, fields=["EX_BEST_OFFERS"], **tokens)


def definition(theatre: StreamTheatre) -> Message:
    client = theatre.client()
    client.subscribe_to_markets(RACE)
    theatre.do(SuspendMarket(RACE)).accepted()
    return client.read()[0]


def best_offers(theatre: StreamTheatre) -> Message:
    client = theatre.client()
    client.subscribe_to_markets(RACE, fields=["EX_BEST_OFFERS"])
    theatre.do(PlaceOrders("bob", RACE, (limit(Side.BACK, 200, 10_00),))).accepted()
    return client.read()[0]


def order_image(theatre: StreamTheatre) -> Message:
    theatre.do(PlaceOrders("alice", RACE, (limit(Side.BACK, 200, 10_00),))).accepted()
    return theatre.client().subscribe_to_orders()


def cancelled_in_part(theatre: StreamTheatre) -> Message:
    client = theatre.client()
    bet_id = theatre.bet("alice", RACE, Side.BACK, 220, 4_00)
    client.subscribe_to_orders()
    theatre.do(CancelOrders("alice", RACE, (CancelInstruction(bet_id, 2_00),))).accepted()
    return client.read()[0]


def matched_in_a_new_market(theatre: StreamTheatre) -> Message:
    theatre.do(PlaceOrders("bob", HANDICAPS, (limit(Side.LAY, 200, 2_00, handicap=-50),))).accepted()
    client = theatre.client()
    client.subscribe_to_orders()
    theatre.do(PlaceOrders("alice", HANDICAPS, (limit(Side.BACK, 200, 2_00, handicap=-50),))).accepted()
    return client.read()[0]


def for_the_starting_price(theatre: StreamTheatre) -> Message:
    client = theatre.client()
    theatre.bet("alice", RACE, Side.BACK, 220, 4_00)
    client.subscribe_to_orders()
    theatre.do(PlaceOrders("alice", RACE, (on_close(Side.BACK, 2_00),))).accepted()
    return client.read()[0]


SAMPLES: dict[str, tuple[Callable[[StreamTheatre], Message], set[str]]] = {
    # The second is what came to definitions later, or is of markets of another kind.
    "streaming_mcm_SUB_IMAGE": (market_image, {"raceType", "priceLadderDefinition", "batl"}),
    "streaming_mcm_HEARTBEAT": (market_heartbeat, set()),
    "streaming_mcm_RESUB_DELTA": (resubscription, set()),
    "streaming_mcm_UPDATE_md": (definition, {"raceType", "priceLadderDefinition", "venue", "adjustmentFactor"}),
    "streaming_mcm_update": (best_offers, set()),
    "streaming_ocm_SUB_IMAGE": (order_image, {"closed"}),
    "streaming_ocm_UPDATE": (cancelled_in_part, set()),
    "streaming_ocm_NEW_FULL_IMAGE": (matched_in_a_new_market, set()),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_message_has_the_members_of_the_recorded_one(theatre: StreamTheatre, name: str) -> None:
    make, apart = SAMPLES[name]
    recorded = json.loads(text_of(ANSWERS / f"{name}.json"))

    ours, theirs = shape(make(theatre), apart), shape(recorded, apart)

    assert ours == {kind: theirs[kind] for kind in ours}


def test_a_bet_for_the_starting_price_is_told_as_the_recorded_one(theatre: StreamTheatre) -> None:
    recorded = json.loads(text_of(LIVE / "ocm_SP_RESTING.json"))

    ours = for_the_starting_price(theatre)

    assert shape(ours, set()) == shape(recorded, set())
    (order,), (theirs,) = (message["oc"][0]["orc"][0]["uo"] for message in (ours, recorded))
    apart = ("id", "pd", "rfo", "rfs")
    assert {name: order[name] for name in order if name not in apart} == {
        name: theirs[name] for name in theirs if name not in apart
    }


def shape(message: Message, apart: set[str]) -> dict[str, list[tuple[str, str]]]:
    """Return of each kind the members of the first such object, in order and with their types.

    `fullImage` of markets was written into the sample by hand, so its place is not looked at.
    """
    shapes: dict[str, list[tuple[str, str]]] = {}
    for kind, each in objects_of(message):
        members = [(name, type_of(value)) for name, value in each.items() if name not in apart]
        shapes.setdefault(kind, sorted(members) if kind == "orders of a market" else members)
    return shapes
