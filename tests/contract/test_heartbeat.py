"""The heartbeat service over the wire: what the manual says of it, and its whole dialogue.

Source: manual, "API de pulso" and "Típica interacción"; `HeartbeatAPING.xml`; a recorded answer.
"""

from typing import Any

import httpx
import pytest

from simulator.exchange.commands import OpenMarket, SuspendMarket, TurnInPlay
from simulator.world.inputs import AdvanceClock, MoveToNext, Reset
from simulator.world.state_hash import state_hash
from tests.contract.bettor import AWAY, HOME, MATCH, NEXT_MATCH, RACE, Bettor, back, lay, world_of
from tests.in_process import Client

JSON_RPC = "/exchange/heartbeat/json-rpc/v1"
REST = "/exchange/heartbeat/rest/v1.0/heartbeat"
SECOND = 1000


def post(client: Client, bettor: Bettor, body: str, path: str = JSON_RPC, **headers: str) -> httpx.Response:
    return client.post(path, content=body, headers={**bettor.headers, **headers})


def beat(client: Client, bettor: Bettor, seconds: object = 10) -> tuple[int, str]:
    """Send a heartbeat and return the actual timeout and the action performed."""
    answer = post(client, bettor, envelope(seconds)).json()
    assert "error" not in answer, answer
    return answer["result"]["actualTimeoutSeconds"], answer["result"]["actionPerformed"]


def envelope(seconds: object) -> str:
    value = f'"{seconds}"' if isinstance(seconds, str) else seconds
    params = f'{{"preferredTimeoutSeconds":{value}}}'
    return f'{{"jsonrpc":"2.0","method":"HeartbeatAPING/v1.0/heartbeat","params":{params},"id":1}}'


def error_of(response: httpx.Response) -> Any:
    return response.json()["error"]


# The manual's dialogue


def test_the_manuals_dialogue(client: Client, alice: Bettor) -> None:
    """Set up, reset, set up again, and then too late: answers byte for byte as the manual prints them."""
    alice.bet(back())
    for asked, answered, action in (
        ("10", 10, "NONE"), ("0", 0, "NONE"), ("10", 10, "NONE"), ("10", 10, "ALL_BETS_CANCELLED")
    ):  # fmt: skip
        if action != "NONE":
            world_of(client).do(AdvanceClock(10 * SECOND)).accepted()
        sent = (
            '[{"jsonrpc": "2.0", "method": "HeartbeatAPING/v1.0/heartbeat", '
            f'"params": {{"preferredTimeoutSeconds":"{asked}"}}, "id": 1}}]'
        )
        printed = (
            f'[{{"jsonrpc":"2.0","result":{{"actualTimeoutSeconds":{answered},"actionPerformed":"{action}"}},"id":1}}]'
        )
        assert printed == post(client, alice, sent).text


def test_after_the_timeout_the_next_heartbeat_tells_what_was_done(client: Client, alice: Bettor) -> None:
    """The bets are cancelled, and that is told once."""
    bet_id = alice.bet(back())
    beat(client, alice)
    world_of(client).do(AdvanceClock(10 * SECOND)).accepted()

    assert "EXECUTION_COMPLETE" == alice.order(bet_id)["status"]
    assert (10, "ALL_BETS_CANCELLED") == beat(client, alice)
    assert (10, "NONE") == beat(client, alice)


def test_a_heartbeat_that_expired_with_nothing_to_cancel_says_so_all_the_same(client: Client, alice: Bettor) -> None:
    """Chosen: the manual's dialogue does not say whether there was a bet, and NONE would hide that time ran out."""
    beat(client, alice)
    world_of(client).do(AdvanceClock(10 * SECOND)).accepted()

    assert (10, "ALL_BETS_CANCELLED") == beat(client, alice)
    assert (10, "NONE") == beat(client, alice)


def test_a_number_may_be_a_text_or_a_number(client: Client, alice: Bettor) -> None:
    """The manual's samples write texts, the definition says a number."""
    assert (20, "NONE") == beat(client, alice, "20") == beat(client, alice, 20)


# How long


@pytest.mark.parametrize(
    ("preferred", "actual"),
    [(0, 0), (1, 10), (9, 10), (10, 10), (11, 11), (299, 299), (300, 300), (301, 300), (2**31 - 1, 300)],
)
def test_a_timeout_is_between_10_and_300_seconds_or_none(
    client: Client, alice: Bettor, preferred: int, actual: int
) -> None:
    """Less adopts the minimum, more the maximum, and 0 registers nothing."""
    assert (actual, "NONE") == beat(client, alice, preferred)


@pytest.mark.parametrize(("preferred", "actual"), [(5, 10), (15, 15), (900, 300)])
def test_it_is_the_actual_timeout_that_counts(client: Client, alice: Bettor, preferred: int, actual: int) -> None:
    """To the millisecond."""
    bet_id = alice.bet(back())
    beat(client, alice, preferred)

    world_of(client).do(AdvanceClock(actual * SECOND - 1)).accepted()
    assert "EXECUTABLE" == alice.order(bet_id)["status"]
    world_of(client).do(AdvanceClock(1)).accepted()
    assert "EXECUTION_COMPLETE" == alice.order(bet_id)["status"]


def test_every_heartbeat_counts_anew(client: Client, alice: Bettor) -> None:
    """Whoever goes on in time is left alone, and the last preference counts."""
    bet_id = alice.bet(back())
    for _ in range(5):
        beat(client, alice, 10)
        world_of(client).do(AdvanceClock(9_999)).accepted()
    beat(client, alice, 60)
    world_of(client).do(AdvanceClock(59_999)).accepted()

    assert "EXECUTABLE" == alice.order(bet_id)["status"]


def test_zero_ends_the_registration_and_still_tells(client: Client, alice: Bettor) -> None:
    """It may be used to ask what was done without registering anew; without a registration it is ignored."""
    bet_id = alice.bet(back())
    assert (0, "NONE") == beat(client, alice, 0)
    beat(client, alice, 10)
    assert (0, "NONE") == beat(client, alice, 0)
    world_of(client).do(AdvanceClock(600 * SECOND)).accepted()
    assert "EXECUTABLE" == alice.order(bet_id)["status"]

    beat(client, alice, 10)
    world_of(client).do(AdvanceClock(10 * SECOND)).accepted()
    assert (0, "ALL_BETS_CANCELLED") == beat(client, alice, 0)
    assert (0, "NONE") == beat(client, alice, 0)


def test_who_was_missed_once_is_not_expected_any_more(client: Client, alice: Bettor) -> None:
    """Bets that come after the timeout stay, until the account registers again."""
    beat(client, alice)
    world_of(client).do(AdvanceClock(10 * SECOND)).accepted()
    later = alice.bet(back())
    world_of(client).do(AdvanceClock(600 * SECOND)).accepted()

    assert "EXECUTABLE" == alice.order(later)["status"]
    assert world_of(client).next_due is None


# What is cancelled


def test_every_unmatched_limit_bet_is_cancelled_and_no_other(client: Client, alice: Bettor) -> None:
    """In all markets, also what is left of a bet; not what is matched, nor what waits for the starting price."""
    bob = Bettor(client, "bob")
    persisting = alice.bet(lay(2.0, 2, AWAY, persistenceType="PERSIST"), market=NEXT_MATCH)
    part = alice.bet(back(3.0, 5))
    bob.bet(lay(3.0, 2))
    other = bob.bet(back(9.0, 2))
    closing = {"selectionId": HOME, "side": "BACK", "orderType": "MARKET_ON_CLOSE"}
    at_close = alice.bet({**closing, "marketOnCloseOrder": {"liability": 2}}, market=RACE)
    beat(client, alice)
    world_of(client).do(AdvanceClock(10 * SECOND)).accepted()

    assert 2.0 == alice.order(persisting)["sizeCancelled"]
    assert (2.0, 3.0) == (alice.order(part)["sizeMatched"], alice.order(part)["sizeCancelled"])
    assert (0.0, 2.0) == (alice.order(at_close)["sizeCancelled"], alice.order(at_close)["bspLiability"])
    assert "EXECUTABLE" == bob.order(other)["status"]
    assert (10, "ALL_BETS_CANCELLED") == beat(client, alice)
    assert (10, "NONE") == beat(client, bob)


def test_bets_that_cannot_be_cancelled_are_told_of(client: Client, alice: Bettor) -> None:
    """In a suspended market nothing is cancelled; the bets in others are."""
    kept, gone = alice.bet(back()), alice.bet(back(), market=NEXT_MATCH)
    world_of(client).do(SuspendMarket(MATCH)).accepted()
    beat(client, alice)
    world_of(client).do(AdvanceClock(10 * SECOND)).accepted()
    world_of(client).do(OpenMarket(MATCH)).accepted()

    assert ["EXECUTABLE", "EXECUTION_COMPLETE"] == [alice.order(bet_id)["status"] for bet_id in (kept, gone)]
    assert (10, "SOME_BETS_NOT_CANCELLED") == beat(client, alice)
    assert (10, "NONE") == beat(client, alice)


def test_a_bet_that_waits_out_its_delay_is_not_cancelled(client: Client, alice: Bettor) -> None:
    """It has no bet id yet (chosen); placed at the end of its delay, it rests like any other."""
    world = world_of(client)
    world.do(TurnInPlay(MATCH)).accepted()
    beat(client, alice)
    world.do(AdvanceClock(7 * SECOND)).accepted()
    (pending,) = alice.place(back(), **{"async": True})["instructionReports"]
    world.do(AdvanceClock(5 * SECOND)).accepted()

    assert "PENDING" == pending["orderStatus"]
    assert ["EXECUTABLE"] == [order["status"] for order in alice.orders()]
    assert (10, "ALL_BETS_CANCELLED") == beat(client, alice)


def test_the_cancellation_happens_at_its_own_time(client: Client, alice: Bettor) -> None:
    """Even where nobody looks until much later: the bet was cancelled when the heartbeat was missed."""
    alice.bet(back())
    beat(client, alice)
    world_of(client).do(AdvanceClock(3600 * SECOND)).accepted()

    (cleared,) = alice.ask("listClearedOrders", betStatus="CANCELLED")["clearedOrders"]

    assert ("2026-06-06T17:00:10.000Z", 2.0) == (cleared["settledDate"], cleared["sizeCancelled"])


def test_the_first_that_is_missed_is_what_the_clock_can_move_to(client: Client, alice: Bettor) -> None:
    """Deadlines are among the things due in a world, each at its own time."""
    world, bob = world_of(client), Bettor(client, "bob")
    start = world.clock.now()
    for bettor, seconds in ((bob, 30), (alice, 20)):
        bettor.bet(back())
        beat(client, bettor, seconds)

    due = []
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()
        due.append((world.clock.now() - start, len(alice.orders(orderProjection="EXECUTABLE"))))

    assert [(20 * SECOND, 0), (30 * SECOND, 0)] == due
    assert [] == bob.orders(orderProjection="EXECUTABLE")


def test_a_heartbeat_that_comes_when_its_time_is_over_is_too_late(client: Client, alice: Bettor) -> None:
    """The timeout is what may elapse: at its end the bets go first, then the heartbeat is heard."""
    alice.bet(back())
    beat(client, alice)
    world_of(client).clock.set(world_of(client).clock.now() + 10 * SECOND)

    assert (10, "ALL_BETS_CANCELLED") == beat(client, alice)


def test_a_heartbeat_is_the_accounts_and_not_the_sessions(client: Client, alice: Bettor) -> None:
    """Any session of the account keeps it alive, also with the delayed key; another account's does not."""
    bet_id = alice.bet(back())
    beat(client, alice)
    world_of(client).do(AdvanceClock(9 * SECOND)).accepted()
    beat(client, Bettor(client, delayed=True))
    beat(client, Bettor(client, "bob"))
    world_of(client).do(AdvanceClock(9 * SECOND)).accepted()

    assert "EXECUTABLE" == alice.order(bet_id)["status"]


def test_a_reset_forgets_heartbeats(client: Client, alice: Bettor) -> None:
    """The world begins again, and nobody is missed."""
    beat(client, alice)
    world_of(client).do(Reset()).accepted()

    assert world_of(client).next_due is None


# Refusals


@pytest.mark.parametrize("seconds", [-1, "-10", -(2**31)])
def test_a_negative_timeout_is_invalid_input(client: Client, alice: Bettor, seconds: object) -> None:
    """And changes nothing."""
    beat(client, alice, 10)
    state = state_hash(world_of(client))

    error = error_of(post(client, alice, envelope(seconds)))

    assert (-32099, "HBT-0001") == (error["code"], error["message"])
    exception = error["data"]["APINGException"]
    assert "INVALID_INPUT_DATA" == exception["errorCode"]
    sentence = f"a heartbeat cannot come {-int(str(seconds))} seconds before the last one"
    assert sentence == exception["errorDetails"]
    assert state == state_hash(world_of(client))


@pytest.mark.parametrize(
    ("headers", "number", "code"),
    [
        ({"X-Application": ""}, "HBT-0003", "NO_APP_KEY"),
        ({"X-Application": "nobody's"}, "HBT-0005", "INVALID_APP_KEY"),
        ({"X-Authentication": ""}, "HBT-0004", "NO_SESSION"),
        ({"X-Authentication": "expired"}, "HBT-0002", "INVALID_SESSION_INFORMATION"),
    ],
)
def test_who_is_not_let_in_gets_the_numbers_of_this_interface(
    client: Client, alice: Bettor, headers: dict[str, str], number: str, code: str
) -> None:
    """The same names as elsewhere, with the prefix HBT and numbers of their own."""
    error = error_of(post(client, alice, envelope(10), **headers))

    assert (number, code) == (error["message"], error["data"]["APINGException"]["errorCode"])
    assert "APINGException" == error["data"]["exceptionname"]


@pytest.mark.parametrize("params", ["{}", '{"preferredTimeoutSeconds":null}', '{"preferredTimeoutSeconds":""}'])
def test_the_timeout_is_mandatory(client: Client, alice: Bettor, params: str) -> None:
    """Null and empty are as good as absent."""
    body = f'{{"jsonrpc":"2.0","method":"HeartbeatAPING/v1.0/heartbeat","params":{params},"id":1}}'

    assert {"code": -32602, "message": "DSC-0018"} == error_of(post(client, alice, body))


@pytest.mark.parametrize("seconds", ["ten", 2**31, "true"])
def test_what_is_no_number_of_seconds_is_refused_by_the_framework(
    client: Client, alice: Bettor, seconds: object
) -> None:
    """As with every parameter of a wrong type."""
    assert {"code": -32602, "message": "DSC-0018"} == error_of(post(client, alice, envelope(seconds)))


def test_there_is_a_path_for_rest(client: Client, alice: Bettor) -> None:
    """By the pattern of the other services, with or without the slash at its end."""
    for path in (REST, f"{REST}/"):
        response = post(client, alice, '{"preferredTimeoutSeconds":"10"}', path)
        assert (200, '{"actualTimeoutSeconds":10,"actionPerformed":"NONE"}') == (response.status_code, response.text)

    refused = post(client, alice, '{"preferredTimeoutSeconds":-1}', REST)
    assert (400, "HBT-0001") == (refused.status_code, refused.json()["faultstring"])
