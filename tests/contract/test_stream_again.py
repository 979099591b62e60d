"""Who comes back to the stream, comes late, or sees the world begin again, knows what everybody else knows."""

from collections.abc import Iterator

import msgspec
import pytest

from simulator.exchange.commands import (
    LapseUnmatched,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    RemoveRunner,
    RunnerResult,
    SettleMarket,
)
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.inputs import AdvanceClock, Reset, Restore
from simulator.world.snapshot import encode_snapshot
from tests.contract.stream_theatre import Message, StreamTheatre, meeting, streaming
from tests.scenario import HORSE_RACING, event, loaded, runner, scenario, win

WIN, OTHER = "1.1", "1.2"


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    markets = [
        win(market_id, runner(1, back=[[2.0, 100]], lay=[[2.2, 80]]), runner(2), runner(3), bspMarket=True)
        for market_id in (WIN, OTHER)
    ]
    with streaming(meeting(*markets)) as theatre:
        yield theatre


def keep(theatre: StreamTheatre) -> Restore:
    """Take a snapshot, and return the input that goes back to it."""
    return Restore(msgspec.Raw(encode_snapshot(theatre.world.snapshot())))


# Coming back


def test_a_client_whose_old_connection_is_not_known_to_be_lost_goes_on_from_its_tokens(theatre: StreamTheatre) -> None:
    image = theatre.client().subscribe_to_markets(WIN, fields=["EX_ALL_OFFERS"])
    theatre.bet("bob", WIN, Side.BACK, 200, 10_00)

    again = theatre.client().subscribe_to_markets(
        WIN, fields=["EX_ALL_OFFERS"], initialClk=image["initialClk"], clk=image["clk"]
    )

    assert again["ct"] == "RESUB_DELTA"
    assert again["mc"] == [{"id": WIN, "rc": [{"atb": [[2, 90]], "id": 1}], "con": True}]


def test_a_market_that_ended_meanwhile_is_told_to_who_comes_back(theatre: StreamTheatre) -> None:
    racing = {"marketFilter": {"eventTypeIds": [HORSE_RACING]}, "fields": ["EX_MARKET_DEF"]}
    client = theatre.client()
    image = client.subscribe_to_markets(**racing)
    client.leave()
    theatre.do(SettleMarket(WIN, (RunnerResult(RunnerKey(1), "WINNER"),))).accepted()

    again = theatre.client().subscribe_to_markets(**racing, initialClk=image["initialClk"], clk=image["clk"])

    assert [(each["id"], each["marketDefinition"]["status"]) for each in again["mc"]] == [(WIN, "CLOSED")]


def test_a_bet_that_was_placed_and_matched_meanwhile_is_told_to_who_comes_back(theatre: StreamTheatre) -> None:
    client = theatre.client()
    image = client.subscribe_to_orders()
    client.leave()
    bet_id = theatre.bet("alice", WIN, Side.BACK, 200, 10_00)

    status, again = theatre.client().send(
        {
            "op": "orderSubscription", "id": 3, "orderFilter": {},
            "initialClk": image["initialClk"], "clk": image["clk"],
        }
    )  # fmt: skip

    assert (status["statusCode"], again["ct"]) == ("SUCCESS", "RESUB_DELTA")
    (market,) = again["oc"]
    assert (market["fullImage"], market["orc"][0]["uo"][0]["id"]) == (True, str(bet_id))
    assert market["orc"][0]["mb"] == [[2, 10]]


@pytest.mark.parametrize("way", ["reset", "restored"])
def test_tokens_of_before_the_world_began_again_bring_an_image(theatre: StreamTheatre, way: str) -> None:
    again = Reset() if way == "reset" else keep(theatre)
    client = theatre.client()
    image = client.subscribe_to_markets(WIN)
    client.leave()
    theatre.do(again).accepted()

    resumed = theatre.client().subscribe_to_markets(WIN, initialClk=image["initialClk"], clk=image["clk"])

    assert resumed["ct"] == "SUB_IMAGE"


def test_tokens_that_are_not_known_any_more_may_be_refused() -> None:
    """A setting says so; with tokens that are known a client goes on."""
    race = scenario(event("1", "Meeting", HORSE_RACING, win(WIN, runner(1), runner(2))))
    with streaming(loaded(race), refuses_unknown_clocks=True) as theatre:
        image = theatre.client().subscribe_to_markets(WIN)
        tokens = {"initialClk": image["initialClk"], "clk": image["clk"]}
        assert theatre.client().subscribe_to_markets(WIN, **tokens)["ct"] == "RESUB_DELTA"
        theatre.do(Reset()).accepted()

        request = {"op": "marketSubscription", "id": 2, "marketFilter": {"marketIds": [WIN]}, **tokens}
        (refusal,) = theatre.client().send(request)

        assert (refusal["errorCode"], refusal["connectionClosed"]) == ("INVALID_CLOCK", True)


def test_the_image_of_a_world_that_began_again_has_tokens_of_its_own(theatre: StreamTheatre) -> None:
    client = theatre.client()
    first = client.subscribe_to_markets(WIN)
    theatre.bet("bob", WIN, Side.BACK, 200, 10_00)
    theatre.do(Reset()).accepted()

    _, image = client.read()

    assert (image["ct"], image["clk"]) == ("SUB_IMAGE", first["clk"])
    assert image["initialClk"] != first["initialClk"]


# The world begins again


def test_orders_after_a_reset_are_told_as_in_a_market_that_is_new(theatre: StreamTheatre) -> None:
    client = theatre.client()
    client.subscribe_to_orders()
    theatre.bet("alice", WIN, Side.BACK, 210, 10_00)
    theatre.do(Reset()).accepted()
    assert "oc" not in client.read()[-1]

    bet_id = theatre.bet("alice", WIN, Side.BACK, 200, 10_00)

    (update,) = client.read()
    (market,) = update["oc"]
    assert (market["fullImage"], market["id"]) == (True, WIN)
    assert [(order["id"], order["status"]) for order in market["orc"][0]["uo"]] == [(str(bet_id), "EC")]


def test_a_bet_that_has_the_number_of_another_of_before_is_told_as_it_is(theatre: StreamTheatre) -> None:
    client = theatre.client()
    client.subscribe_to_orders()
    before = theatre.bet("alice", WIN, Side.BACK, 210, 10_00)
    theatre.do(Reset()).accepted()
    client.read()

    bet_id = theatre.bet("alice", WIN, Side.LAY, 210, 10_00)

    (order,) = client.read()[0]["oc"][0]["orc"][0]["uo"]
    assert (bet_id, order["id"], order["side"]) == (before, str(before), "L")


def test_orders_that_are_there_again_are_in_the_image(theatre: StreamTheatre) -> None:
    bet_id = theatre.bet("alice", WIN, Side.BACK, 210, 10_00)
    back = keep(theatre)
    theatre.do(Reset()).accepted()
    client = theatre.client()
    assert "oc" not in client.subscribe_to_orders()

    theatre.do(back).accepted()

    (image,) = client.read()
    assert [order["id"] for order in image["oc"][0]["orc"][0]["uo"]] == [str(bet_id)]
    theatre.cancel("alice", WIN, bet_id)
    assert client.read()[0]["oc"][0]["orc"][0]["uo"][0]["status"] == "EC"


def test_markets_that_are_open_again_are_in_the_image(theatre: StreamTheatre) -> None:
    theatre.do(SettleMarket(WIN, (RunnerResult(RunnerKey(1), "WINNER"),))).accepted()
    client = theatre.client()
    before = client.subscribe_to_markets(marketFilter={"eventTypeIds": [HORSE_RACING]})

    theatre.do(Reset()).accepted()

    (image,) = client.read()
    assert [[each["id"] for each in told["mc"]] for told in (before, image)] == [[OTHER], [WIN, OTHER]]


def test_who_is_told_seldom_hears_of_a_reset_at_once(theatre: StreamTheatre) -> None:
    client = theatre.client()
    client.subscribe_to_markets(WIN, conflateMs=60_000)

    theatre.do(Reset()).accepted()

    assert [message["ct"] for message in client.read()] == ["SUB_IMAGE"]


# Late


def test_who_is_told_seldom_begins_with_what_is_so_now(theatre: StreamTheatre) -> None:
    theatre.client().subscribe_to_markets(WIN, fields=["EX_ALL_OFFERS"], conflateMs=60_000)
    theatre.bet("bob", WIN, Side.BACK, 200, 10_00)

    image = theatre.client().subscribe_to_markets(WIN, fields=["EX_ALL_OFFERS"], conflateMs=60_000)

    assert image["mc"][0]["rc"][0]["atb"] == [[2, 90]]


def test_displayed_offers_follow_when_the_clock_is_moved_by_150_ms(theatre: StreamTheatre) -> None:
    client = theatre.client()
    client.subscribe_to_markets(WIN, fields=["EX_BEST_OFFERS_DISP"])
    theatre.bet("bob", WIN, Side.BACK, 200, 10_00)
    theatre.do(AdvanceClock(149)).accepted()
    assert client.read() == []

    theatre.do(AdvanceClock(1)).accepted()

    assert [message["mc"] for message in client.read()] == [
        [{"id": WIN, "rc": [{"bdatb": [[0, 2, 90]], "id": 1}]}]
    ]  # fmt: skip


def test_nothing_is_told_of_a_market_after_it_has_closed(theatre: StreamTheatre) -> None:
    client = theatre.client()
    client.subscribe_to_markets(WIN, fields=["EX_BEST_OFFERS_DISP", "EX_MARKET_DEF"])
    results = (RunnerResult(RunnerKey(1), "WINNER"),)
    theatre.do(SettleMarket(WIN, results)).accepted()

    *_, message = client.read()
    (change,) = message["mc"]
    assert change["marketDefinition"]["status"] == "CLOSED"
    assert change["rc"] == [{"bdatb": [[0, 0, 0]], "bdatl": [[0, 0, 0]], "id": 1}]
    theatre.do(AdvanceClock(1_000)).accepted()
    assert client.read() == []


def test_displayed_offers_of_before_a_reset_are_forgotten(theatre: StreamTheatre) -> None:
    client = theatre.client()
    before = client.subscribe_to_markets(WIN, fields=["EX_BEST_OFFERS_DISP"])
    theatre.do(LapseUnmatched(WIN)).accepted()
    theatre.do(AdvanceClock(150)).accepted()
    client.read()

    theatre.do(Reset()).accepted()

    assert client.read()[-1]["mc"] == before["mc"]


# Definitions


def test_a_runner_that_is_removed_after_the_off_has_no_starting_price_any_more(theatre: StreamTheatre) -> None:
    client = theatre.client()
    client.subscribe_to_markets(WIN, fields=["EX_MARKET_DEF"])
    theatre.do(Reconcile(WIN)).accepted()
    priced = client.read()[-1]["mc"][0]["marketDefinition"]
    theatre.do(RemoveRunner(WIN, RunnerKey(3))).accepted()

    removed = client.read()[-1]["mc"][0]["marketDefinition"]

    assert priced["bspReconciled"] is True
    assert [["bsp" in runner for runner in each["runners"]] for each in (priced, removed)] == [
        [True, True, True], [True, True, False],
    ]  # fmt: skip


# What an image leaves out


def ended_bet(theatre: StreamTheatre, selection_id: int) -> None:
    """Bob places a bet and cancels it."""
    theatre.cancel("bob", WIN, theatre.bet("bob", WIN, Side.BACK, 300, 10_00, selection_id))


def heard_whole(message: Message) -> tuple[bool, dict[int, bool]]:
    """Return whether the one market of a message came whole, and whether its runners did, by selection id."""
    (market,) = message["oc"]
    return market.get("fullImage", False), {runner["id"]: runner.get("fullImage", False) for runner in market["orc"]}


def test_what_an_image_left_out_comes_whole_once_there_is_something_to_tell(theatre: StreamTheatre) -> None:
    """An image tells nothing of a runner on which nothing is open or matched, nor of a market without any other."""
    ended_bet(theatre, 1)
    ended_bet(theatre, 2)
    client = theatre.client("bob")
    assert "oc" not in client.subscribe_to_orders()

    heard = []
    for selection_id in (1, 1, 2, 2):
        theatre.bet("bob", WIN, Side.BACK, 300, 10_00, selection_id)
        heard.extend(heard_whole(message) for message in client.read())
    assert heard == [(True, {1: True}), (False, {1: False}), (False, {2: True}), (False, {2: False})]


def test_a_runner_of_a_strategy_that_is_not_asked_for_comes_whole_once_there_is_something_to_tell(
    theatre: StreamTheatre,
) -> None:
    client = theatre.client("bob")
    client.subscribe_to_orders(customerStrategyRefs=["one"], includeOverallPosition=False)
    theatre.bet("bob", WIN, Side.BACK, 300, 10_00)
    assert client.read() == []
    back = PlaceInstruction(RunnerKey(1), Side.BACK, OrderType.LIMIT, 300, 10_00, Persistence.LAPSE)
    theatre.do(PlaceOrders("bob", WIN, (back,), customer_strategy_reference="one")).accepted()
    assert [heard_whole(message) for message in client.read()] == [(True, {1: True})]


@pytest.mark.parametrize("comes_back", [True, False])
def test_who_comes_back_or_fell_behind_hears_whole_what_the_image_left_out(
    theatre: StreamTheatre, comes_back: bool
) -> None:
    ended_bet(theatre, 1)
    client = theatre.client("bob")
    image = client.subscribe_to_orders()
    if comes_back:
        client.leave()
        theatre.bet("bob", WIN, Side.BACK, 300, 10_00)
        tokens = {"initialClk": image["initialClk"], "clk": image["clk"]}
        _, told = theatre.client("bob").send({"op": "orderSubscription", "id": 3, "orderFilter": {}, **tokens})
    else:
        client.fall_behind()
        theatre.bet("bob", WIN, Side.BACK, 300, 10_00)
        (told,) = client.read_on()
    assert heard_whole(told) == (True, {1: True})


def test_a_market_that_was_new_when_the_world_went_back_is_told_whole_when_it_is_new_again(
    theatre: StreamTheatre,
) -> None:
    """Its bet was in no message yet, and is in no world any more."""
    back = keep(theatre)
    client = theatre.client("bob")
    status, _ = client.send({"op": "orderSubscription", "id": 3, "orderFilter": {}, "conflateMs": 500})
    assert status["statusCode"] == "SUCCESS"
    theatre.bet("bob", WIN, Side.BACK, 300, 10_00)
    theatre.do(back)
    assert [message["ct"] for message in client.read()] == ["SUB_IMAGE"]

    ended_bet(theatre, 1)
    last = theatre.bet("bob", WIN, Side.BACK, 300, 10_00)
    theatre.let_pass(0.5)
    (told,) = client.read()
    assert heard_whole(told) == (True, {1: True})
    assert [order["id"] for order in told["oc"][0]["orc"][0]["uo"]] == [str(last - 1), str(last)]
