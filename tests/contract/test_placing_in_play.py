"""Bets in play over the wire: the answer comes when the bet delay is over, whoever moves the clock.

Sources: exchange mechanics, section 8.1; `SportsAPING.xml`, placeOrders (`async`).
"""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from simulator.exchange.commands import LapseUnmatched, OpenMarket, SuspendMarket, TurnInPlay
from simulator.world.inputs import AdvanceClock, Reset
from simulator.world.world import World
from tests.contract.bettor import (
    CONTROL,
    JSON_RPC,
    MATCH,
    REST,
    SCENARIO,
    Bettor,
    back,
    betting,
    codes,
    envelopes,
    lay,
    world_of,
)
from tests.contract.waiting_bets import advancing, doing, during, post, report_during, until_all_wait
from tests.in_process import Client


@pytest.fixture
def client() -> Iterator[Client]:
    with betting() as client:
        world_of(client).do(TurnInPlay(MATCH)).accepted()
        yield client


BET = {"instructions": [back()]}


# Waiting


def test_the_answer_comes_when_somebody_moves_the_clock(client: Client, alice: Bettor) -> None:
    """Not a millisecond before the five seconds are over; the bet is placed then, and not when it was sent."""
    report = report_during(
        client,
        alice,
        "placeOrders",
        BET,
        post(f"{CONTROL}/clock", {"advance": "PT4.999S"}),
        post(f"{CONTROL}/clock", {"advance": "PT0.001S"}),
    )

    assert ("SUCCESS", None, [None]) == codes(report)
    (bet,) = report["instructionReports"]
    assert ("2026-06-06T17:00:05.000Z", "EXECUTABLE") == (bet["placedDate"], bet["orderStatus"])
    assert bet["betId"] == alice.orders()[0]["betId"]


def test_the_answer_comes_over_rest_as_well(client: Client, alice: Bettor) -> None:
    """As the bare report."""

    async def work(http: httpx.AsyncClient) -> httpx.Response:
        request = http.post(f"{REST}/placeOrders/", json={"marketId": MATCH, **BET}, headers=alice.headers)
        waiting = asyncio.ensure_future(request)
        await until_all_wait()
        assert not waiting.done()
        world_of(client).do(AdvanceClock(5000)).accepted()
        return await waiting

    assert ("SUCCESS", None, [None]) == codes(client.run(work).json())


def test_before_a_market_is_in_play_nothing_waits(client: Client) -> None:
    """The delay belongs to betting in play."""
    with betting() as quiet:
        assert "betId" in Bettor(quiet).place(back())["instructionReports"][0]


def test_a_bet_that_waits_is_paid_for_and_not_there_yet(client: Client, alice: Bettor) -> None:
    """Its worst outcome counts from its arrival; there is no bet to see, to cancel or to match."""
    seen: list[Any] = []

    async def look(http: httpx.AsyncClient) -> None:
        calls = envelopes(("listCurrentOrders", {}), ("cancelOrders", {}), ("cancelOrders", {"marketId": MATCH}))
        seen.extend((await http.post(JSON_RPC, json=calls, headers=alice.headers)).json())

    report = report_during(
        client,
        alice,
        "placeOrders",
        {"instructions": [lay(5.0, 10)]},
        look,
        lambda world: seen.append(world.exchange.available_to_bet("alice")),
        advancing(5000),
    )

    assert [] == seen[0]["result"]["currentOrders"]
    assert {"status": "SUCCESS", "instructionReports": []} == seen[1]["result"]
    assert {"status": "SUCCESS", "marketId": MATCH, "instructionReports": []} == seen[2]["result"]
    assert 9_960_00 == seen[3]
    assert "SUCCESS" == report["status"]


def test_what_is_wrong_with_a_bet_is_said_at_once(alice: Bettor) -> None:
    """The table of refusals is gone through when the request arrives."""
    assert ("FAILURE", "BET_ACTION_ERROR", ["INVALID_ODDS"]) == codes(alice.place(back(2.01)))


def test_the_waits_of_a_batch_are_side_by_side(client: Client, alice: Bettor, bob: Bettor) -> None:
    """Five seconds for all; the bets reach the matcher in the order of the calls, and each is reported in its place."""
    answers = during(
        client,
        alice,
        [
            ("placeOrders", {"marketId": MATCH, "instructions": [back(3.0, 2)]}),
            ("placeOrders", {"marketId": MATCH, "instructions": [back(2.01, 2)]}),
            ("placeOrders", {"marketId": "1.102", "instructions": [back(3.0, 2)]}),
            ("placeOrders", {"marketId": MATCH, "instructions": [lay(3.0, 2), back(9.0, 2)]}),
        ],
        advancing(5000),
    )

    assert [0, 1, 2, 3] == [answer["id"] for answer in answers]
    reports = [answer["result"] for answer in answers]
    assert ["SUCCESS", "FAILURE", "SUCCESS", "SUCCESS"] == [report["status"] for report in reports]
    bet_ids = [[each.get("betId") for each in report["instructionReports"]] for report in reports]
    # The second market is not in play, so its bet did not wait and has the first id.
    assert [["442000000002"], [None], ["442000000001"], ["442000000003", "442000000004"]] == bet_ids
    assert ("EXECUTION_COMPLETE", 3.0) == (
        reports[3]["instructionReports"][0]["orderStatus"],
        reports[3]["instructionReports"][0]["averagePriceMatched"],
    )


def test_requests_of_several_customers_wait_together(client: Client, alice: Bettor, bob: Bettor) -> None:
    """Whoever came first is first in the queue."""

    async def work(http: httpx.AsyncClient) -> list[Any]:
        waiting = []
        for bettor, instruction in ((bob, lay(3.0, 2)), (alice, back(2.5, 2))):
            (call,) = envelopes(("placeOrders", {"marketId": MATCH, "instructions": [instruction]}))
            waiting.append(asyncio.ensure_future(http.post(JSON_RPC, json=call, headers=bettor.headers)))
            await until_all_wait()
            world_of(client).do(AdvanceClock(1000)).accepted()
        world_of(client).do(AdvanceClock(4000)).accepted()
        return [(await request).json()["result"]["instructionReports"][0] for request in waiting]

    layer, backer = client.run(work)

    assert ("EXECUTABLE", 0.0) == (layer["orderStatus"], layer["sizeMatched"])
    assert ("EXECUTION_COMPLETE", 3.0) == (backer["orderStatus"], backer["averagePriceMatched"])


def test_the_answer_tells_how_it_was_when_the_delay_was_over() -> None:
    """However far the clock is moved in one go: what was matched a minute later is not in the answer."""
    schedule = [
        {"at": "+PT1M", "market": MATCH, "do": "offers", "selectionId": 1, "availableToBack": [[3.0, 2]]},
    ]
    with betting(schedule=schedule) as client:
        world_of(client).do(TurnInPlay(MATCH)).accepted()
        alice = Bettor(client)
        report = report_during(client, alice, "placeOrders", BET, advancing(3_600_000))

        (bet,) = report["instructionReports"]
        assert ("EXECUTABLE", 0.0, 0.0) == (bet["orderStatus"], bet["averagePriceMatched"], bet["sizeMatched"])
        assert "EXECUTION_COMPLETE" == alice.order(bet["betId"])["status"]


# What can happen meanwhile


@pytest.mark.parametrize(
    "acts",
    [
        [doing(SuspendMarket(MATCH)), advancing(5000)],
        [post(f"{CONTROL}/markets/{MATCH}/void"), advancing(5000)],
        [post(f"{CONTROL}/markets/{MATCH}/close"), advancing(5000)],
    ],
)
def test_a_bet_lapses_if_the_market_is_not_open_when_its_delay_is_over(
    client: Client, alice: Bettor, acts: list[Any]
) -> None:
    """The request fails with BET_TAKEN_OR_LAPSED for each bet; there is none, and the money is free again."""
    report = report_during(client, alice, "placeOrders", {"instructions": [back(), lay(2.0)]}, *acts)

    assert ("FAILURE", "BET_ACTION_ERROR", ["BET_TAKEN_OR_LAPSED"] * 2) == codes(report)
    assert all(["status", "errorCode", "instruction"] == list(each) for each in report["instructionReports"])
    assert [] == alice.orders()
    assert 10_000_00 == world_of(client).exchange.available_to_bet("alice")


def test_a_suspension_that_came_and_went_does_not_matter(client: Client, alice: Bettor) -> None:
    """Only the state of the market when the delay is over counts."""
    acts = [doing(SuspendMarket(MATCH)), advancing(1000), doing(OpenMarket(MATCH)), advancing(4000)]

    assert "SUCCESS" == report_during(client, alice, "placeOrders", BET, *acts)["status"]


@pytest.mark.parametrize(("ahead", "status"), [(0, "FAILURE"), (1, "SUCCESS")])
def test_a_version_is_looked_at_again_when_the_delay_is_over(
    client: Client, alice: Bettor, ahead: int, status: str
) -> None:
    """Bets were lapsed meanwhile, which is material: only a bet that asks for that version or later is still wanted."""
    version = {"version": alice.ask("listMarketBook", marketIds=[MATCH])[0]["version"] + ahead}

    report = report_during(
        client,
        alice,
        "placeOrders",
        {**BET, "marketVersion": version},
        doing(LapseUnmatched(MATCH)),
        advancing(5000),
    )

    assert status == report["status"]
    assert ["BET_TAKEN_OR_LAPSED" if status == "FAILURE" else None] == codes(report)[2]


TIMED_OUT = (
    '{"customerRef": "r", "status": "TIMEOUT", "marketId": "1.101", "instructionReports": [{"status": "TIMEOUT", '
    '"instruction": {"selectionId": 1, "limitOrder": {"size": 2.0, "price": 3.0}, "orderType": "LIMIT", '
    '"side": "BACK"}}]}'
)


def test_a_reset_of_the_world_times_out_what_waits(client: Client, alice: Bettor) -> None:
    """Nobody will ever know what would have become of it."""
    report = report_during(client, alice, "placeOrders", {**BET, "customerRef": "r"}, post(f"{CONTROL}/reset"))

    assert TIMED_OUT == json.dumps(report)
    assert not world_of(client).exchange.orders


def test_the_end_of_a_world_times_out_what_waits(client: Client) -> None:
    """Also where it is deleted."""
    path = "/control/v1/worlds"
    second = client.post(path, json={**SCENARIO, "schedule": [{"at": "+PT0S", "market": MATCH, "do": "turn-in-play"}]})
    world = client.worlds.get(second.json()["id"])
    account = second.json()["betfair"]["accounts"][0]
    token = client.post(
        "/api/login",
        data={"username": account["username"], "password": account["password"]},
        headers={"X-Application": account["appKey"], "Accept": "application/json"},
    ).json()["token"]
    headers = {"X-Application": account["appKey"], "X-Authentication": token}

    async def work(http: httpx.AsyncClient) -> Any:
        (call,) = envelopes(("placeOrders", {"marketId": MATCH, **BET, "customerRef": "r"}))
        waiting = asyncio.ensure_future(http.post(JSON_RPC, json=call, headers=headers))
        await until_all_wait()
        assert 204 == (await http.delete(f"{path}/{world.id}")).status_code
        return (await waiting).json()["result"]

    assert TIMED_OUT == json.dumps(client.run(work))


@pytest.mark.parametrize("operation", ["placeOrders", "replaceOrders"])
def test_a_bet_whose_delay_is_over_just_before_a_reset_was_placed(
    client: Client, alice: Bettor, operation: str
) -> None:
    """Who waits learns of it after the reset, and is told how it was before."""
    bet_id = report_during(client, alice, "placeOrders", BET, advancing(5000))["instructionReports"][0]["betId"]
    instruction = {**back(), "betId": bet_id, "newPrice": 4}

    def advance_and_reset(world: World) -> None:
        world.do(AdvanceClock(5000)).accepted()
        world.do(Reset()).accepted()

    report = report_during(client, alice, operation, {"instructions": [instruction]}, advance_and_reset)

    (bet,) = report["instructionReports"]
    bet = bet.get("placeInstructionReport", bet)
    assert ("SUCCESS", str(int(bet_id) + 1)) == (report["status"], bet["betId"])


def test_a_bet_may_be_killed_when_its_delay_is_over(client: Client, alice: Bettor) -> None:
    """Fill-or-kill looks at the offers of that moment."""
    order = back(3.0, 2, timeInForce="FILL_OR_KILL")
    offers = {"selectionId": 1, "availableToBack": [[3.0, 2]]}

    expired = report_during(client, alice, "placeOrders", {"instructions": [order]}, advancing(5000))
    filled = report_during(
        client,
        alice,
        "placeOrders",
        {"instructions": [order]},
        post(f"{CONTROL}/markets/{MATCH}/offers", offers),
        advancing(5000),
    )

    assert ["EXPIRED", "EXECUTION_COMPLETE"] == [
        report["instructionReports"][0]["orderStatus"] for report in (expired, filled)
    ]


def test_a_customer_who_hangs_up_has_bet_all_the_same(client: Client, alice: Bettor) -> None:
    """The order was accepted; that nobody waits for the answer does not take it back."""

    async def work(http: httpx.AsyncClient) -> None:
        (call,) = envelopes(("placeOrders", {"marketId": MATCH, **BET}))
        waiting = asyncio.ensure_future(http.post(JSON_RPC, json=call, headers=alice.headers))
        await until_all_wait()
        waiting.cancel()
        await until_all_wait()
        world_of(client).do(AdvanceClock(5000)).accepted()

    client.run(work)

    assert 1 == len(alice.orders())


# Asynchronous


def test_an_asynchronous_bet_is_pending_and_appears_later(client: Client, alice: Bettor) -> None:
    """The answer comes at once and without a bet id; the bet is found by its reference when the delay is over."""
    report = alice.place({**back(), "customerOrderRef": "later"}, **{"async": True})

    (pending,) = report["instructionReports"]
    assert ["status", "instruction", "orderStatus"] == list(pending)
    assert ("SUCCESS", "PENDING") == (pending["status"], pending["orderStatus"])
    world_of(client).do(AdvanceClock(4999)).accepted()
    assert [] == alice.orders(customerOrderRefs=["later"])
    world_of(client).do(AdvanceClock(1)).accepted()
    assert ["2026-06-06T17:00:05.000Z"] == [
        order["placedDate"] for order in alice.orders(customerOrderRefs=["later"], orderProjection="EXECUTABLE")
    ]


def test_an_asynchronous_bet_that_lapses_is_never_seen(client: Client, alice: Bettor) -> None:
    """It never reached the matcher, so it has no bet id to be listed by."""
    alice.place(back(), **{"async": True})
    world_of(client).do(SuspendMarket(MATCH)).accepted()
    world_of(client).do(AdvanceClock(5000)).accepted()

    assert [] == alice.orders()
    assert 10_000_00 == world_of(client).exchange.available_to_bet("alice")
