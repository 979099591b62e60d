"""cancelOrders and updateOrders over the wire: every instruction succeeds or fails on its own.

Sources: manual and `SportsAPING.xml`, cancelOrders, updateOrders and their reports; recorded answers to both.
"""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from simulator.exchange.commands import CloseMarket, OpenMarket, SuspendMarket, VoidMarket
from simulator.world.inputs import AdvanceClock
from simulator.world.state_hash import state_hash
from tests.contract.bettor import (
    AWAY,
    LATER,
    LINE,
    MATCH,
    NEXT_MATCH,
    RACE,
    Bettor,
    back,
    codes,
    lay,
    of,
    world_of,
)
from tests.in_process import Client

FIRST = "442000000001"


def taken(alice: Bettor, bob: Bettor) -> str:
    """Return a bet of alice's that is matched whole."""
    bob.bet(lay(2.0, 2))
    return alice.bet(back(2.0, 2))


# Cancelling: the answer


def test_a_cancellation_is_reported_as_recorded(client: Client, alice: Bettor) -> None:
    """The recording of August 2021, with our ids and our time: the date is that of the cancellation."""
    alice.bet(back(3.0, 10))
    world_of(client).do(AdvanceClock(3000)).accepted()

    alice.cancel({"betId": FIRST}, customerRef="r-1")

    assert (
        '{"jsonrpc":"2.0","result":{"customerRef":"r-1","status":"SUCCESS","marketId":"1.101","instructionReports":['
        '{"status":"SUCCESS","instruction":{"betId":"442000000001"},"sizeCancelled":10.0,'
        '"cancelledDate":"2026-06-06T17:00:03.000Z"}]},"id":1}'
    ) == alice.text


def test_a_cancellation_of_a_part_has_no_date(alice: Bettor) -> None:
    """As recorded; what is left rests on, and a bet id may come as a number."""
    alice.bet(back(3.0, 10))

    alice.cancel({"betId": int(FIRST), "sizeReduction": "0.5"})

    assert (
        '{"jsonrpc":"2.0","result":{"status":"SUCCESS","marketId":"1.101","instructionReports":[{"status":"SUCCESS",'
        '"instruction":{"betId":"442000000001","sizeReduction":0.5},"sizeCancelled":0.5}]},"id":1}'
    ) == alice.text
    assert ("EXECUTABLE", 9.5, 0.5) == (
        alice.order(FIRST)["status"],
        alice.order(FIRST)["sizeRemaining"],
        alice.order(FIRST)["sizeCancelled"],
    )


def test_a_failed_cancellation_has_neither_size_nor_date(alice: Bettor) -> None:
    """As recorded."""
    alice.cancel({"betId": "7"}, customerRef="r")

    assert (
        '{"jsonrpc":"2.0","result":{"customerRef":"r","status":"FAILURE","errorCode":"BET_ACTION_ERROR",'
        '"marketId":"1.101","instructionReports":[{"status":"FAILURE","errorCode":"INVALID_BET_ID",'
        '"instruction":{"betId":"7"}}]},"id":1}'
    ) == alice.text


def test_rest_answers_the_same_report(alice: Bettor) -> None:
    """Bare, as all its results."""
    response = alice.rest("cancelOrders", marketId=MATCH, instructions=[{"betId": alice.bet(back())}])

    assert (200, ("SUCCESS", None, [None])) == (response.status_code, codes(response.json()))


# Cancelling: how much


@pytest.mark.parametrize(("reduction", "cancelled"), [(0.01, 0.01), (9.99, 9.99), (10, 10.0), (10.01, 10.0), (1e9, 10)])
def test_no_more_than_what_is_left_is_cancelled(alice: Bettor, reduction: float, cancelled: float) -> None:
    """A reduction that is larger cancels the rest, and is no error."""
    bet_id = alice.bet(back(3.0, 10))

    report = alice.cancel({"betId": bet_id, "sizeReduction": reduction})

    assert cancelled == report["instructionReports"][0]["sizeCancelled"]
    assert 10 - cancelled == pytest.approx(alice.order(bet_id)["sizeRemaining"])


@pytest.mark.parametrize(("bet", "price", "reduction"), [(back, 1.06, 9.87), (lay, 1.65, 9.98), (back, 1.7, 9.99)])
def test_no_rest_is_left_whose_profit_would_round_too_far(
    alice: Bettor, bet: Callable[..., dict[str, Any]], price: float, reduction: float
) -> None:
    """INVALID_PROFIT_RATIO, published in June 2020: a back of 0.13 at 1.06 would win 0.01 for 0.0078."""
    bet_id = alice.bet(bet(price, 10))

    report = alice.cancel({"betId": bet_id, "sizeReduction": reduction})

    assert ("FAILURE", "BET_ACTION_ERROR", ["INVALID_PROFIT_RATIO"]) == codes(report)
    assert (10.0, 0.0) == of(alice.order(bet_id), "sizeRemaining", "sizeCancelled")
    assert ("SUCCESS", None, [None]) == codes(alice.cancel({"betId": bet_id}))


def test_what_was_matched_stays(alice: Bettor, bob: Bettor) -> None:
    """Only the unmatched part of a bet can be cancelled."""
    bob.bet(lay(3.0, 4))
    bet_id = alice.bet(back(3.0, 10))

    report = alice.cancel({"betId": bet_id})

    assert 6.0 == report["instructionReports"][0]["sizeCancelled"]
    order = alice.order(bet_id)
    assert ("EXECUTION_COMPLETE", 4.0, 6.0) == (order["status"], order["sizeMatched"], order["sizeCancelled"])


@pytest.mark.parametrize("reduction", [0, -1, -0.0, 0.005, 2.001, "1e-9"])
def test_a_reduction_that_is_no_size_is_refused(client: Client, alice: Bettor, reduction: object) -> None:
    """Zero, negative, or finer than a penny."""
    bet_id = alice.bet(back())
    state = state_hash(world_of(client))

    report = alice.cancel({"betId": bet_id, "sizeReduction": reduction})

    assert ("FAILURE", "BET_ACTION_ERROR", ["INVALID_BET_SIZE"]) == codes(report)
    assert state == state_hash(world_of(client))


@pytest.mark.parametrize("reduction", [None, ""])
def test_no_reduction_is_the_whole_bet(alice: Bettor, reduction: object) -> None:
    """Null and the empty text are none."""
    report = alice.cancel({"betId": alice.bet(back()), "sizeReduction": reduction})

    assert {"betId": FIRST} == report["instructionReports"][0]["instruction"]
    assert 2.0 == report["instructionReports"][0]["sizeCancelled"]


# Cancelling: which bets


def test_all_bets_of_a_market_are_cancelled_at_once(alice: Bettor, bob: Bettor) -> None:
    """Without instructions; matched bets, other markets and other customers are left alone."""
    taken(alice, bob)
    bet_ids = [alice.bet(back(9.0)), alice.bet(lay(1.5))]
    elsewhere, of_bob = alice.bet(back(), NEXT_MATCH), bob.bet(back(9.0))

    report = alice.ask("cancelOrders", marketId=MATCH)

    assert ["status", "marketId", "instructionReports"] == list(report)
    assert [{"betId": bet_id} for bet_id in bet_ids] == [each["instruction"] for each in report["instructionReports"]]
    assert [2.0, 2.0] == [each["sizeCancelled"] for each in report["instructionReports"]]
    assert ["EXECUTABLE"] * 2 == [alice.order(elsewhere)["status"], bob.order(of_bob)["status"]]


@pytest.mark.parametrize("params", [{}, {"marketId": None}, {"instructions": None}])
def test_all_bets_everywhere_are_cancelled_at_once(alice: Bettor, params: dict[str, Any]) -> None:
    """Without a market; the report then names none."""
    bet_ids = [alice.bet(back(9.0), market) for market in (MATCH, NEXT_MATCH, RACE)]

    report = alice.ask("cancelOrders", **params, customerRef="everything")

    assert ["customerRef", "status", "instructionReports"] == list(report)
    assert bet_ids == [each["instruction"]["betId"] for each in report["instructionReports"]]
    assert {"EXECUTION_COMPLETE"} == {order["status"] for order in alice.orders()}


@pytest.mark.parametrize(
    ("params", "where", "left"), [({"marketId": MATCH}, f"in market {MATCH}", 1), ({}, "everywhere", 0)]
)
def test_an_empty_list_of_instructions_is_as_none_and_the_log_warns(
    alice: Bettor, caplog: pytest.LogCaptureFixture, params: dict[str, Any], where: str, left: int
) -> None:
    """Clients guard against it: whoever cancels the bets of an empty list cancels all there are."""
    caplog.set_level(logging.WARNING, "betsim")
    for market in (MATCH, MATCH, NEXT_MATCH):
        alice.bet(back(9.0), market)

    report = alice.ask("cancelOrders", instructions=[], **params)

    assert ("SUCCESS", None, [None] * (3 - left)) == codes(report)
    assert left == len(alice.orders(orderProjection="EXECUTABLE"))
    (warning,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert warning.getMessage() == (
        f"cancelOrders of alice: an empty list of instructions is as none, and all bets {where} are cancelled"
    )


def test_nothing_to_cancel_is_a_success(alice: Bettor) -> None:
    """With an empty list of reports, everywhere and in a market."""
    assert {"status": "SUCCESS", "instructionReports": []} == alice.ask("cancelOrders")
    assert {"status": "SUCCESS", "marketId": MATCH, "instructionReports": []} == alice.ask(
        "cancelOrders", marketId=MATCH
    )


def test_bets_in_a_suspended_market_stay_when_all_are_cancelled(client: Client, alice: Bettor) -> None:
    """They are reported as not cancelled."""
    stays, goes = alice.bet(back(9.0)), alice.bet(back(9.0), NEXT_MATCH)
    world_of(client).do(SuspendMarket(MATCH)).accepted()

    report = alice.ask("cancelOrders")

    assert ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS", ["ERROR_IN_ORDER", None]) == codes(report)
    assert ["EXECUTABLE", "EXECUTION_COMPLETE"] == [alice.order(bet_id)["status"] for bet_id in (stays, goes)]


def test_instructions_need_a_market(alice: Bettor) -> None:
    """A bet id alone says where the bet is, and the interface wants to be told all the same."""
    bet_id = alice.bet(back())

    refusal = alice.refusal("cancelOrders", instructions=[{"betId": bet_id}])

    assert ("INVALID_INPUT_DATA", "instructions need a market id") == refusal
    assert "EXECUTABLE" == alice.order(bet_id)["status"]


# Cancelling and updating alike: what fails

EDITS = {"cancelOrders": {}, "updateOrders": {"newPersistenceType": "PERSIST"}}


@pytest.mark.parametrize("operation", EDITS)
@pytest.mark.parametrize("bet_id", ["7", "0", "-1", "", "x", "4.42e11", " 442000000001", "9" * 30, "\u0661"])
def test_a_bet_that_nobody_knows_is_an_invalid_id(alice: Bettor, operation: str, bet_id: str) -> None:
    """Also where it is no number at all."""
    alice.bet(back())
    report = alice.ask(operation, marketId=MATCH, instructions=[{"betId": bet_id, **EDITS[operation]}])

    assert ("FAILURE", "BET_ACTION_ERROR", ["INVALID_BET_ID"]) == codes(report)
    assert bet_id == report["instructionReports"][0]["instruction"]["betId"]


@pytest.mark.parametrize("operation", EDITS)
def test_bets_of_others_and_of_other_markets_are_unknown(
    client: Client, alice: Bettor, bob: Bettor, operation: str
) -> None:
    """A customer learns nothing of the bets of another one."""
    bet_ids = [bob.bet(back(9.0)), alice.bet(back(9.0), NEXT_MATCH)]
    state = state_hash(world_of(client))

    instructions = [{"betId": bet_id, **EDITS[operation]} for bet_id in bet_ids]
    report = alice.ask(operation, marketId=MATCH, instructions=instructions)

    assert ("FAILURE", "BET_ACTION_ERROR", ["INVALID_BET_ID"] * 2) == codes(report)
    assert state == state_hash(world_of(client))


@pytest.mark.parametrize("operation", EDITS)
def test_some_may_fail_where_others_succeed(alice: Bettor, bob: Bettor, operation: str) -> None:
    """The report then says PROCESSED_WITH_ERRORS twice, and each instruction what became of it."""
    bet_ids = [taken(alice, bob), alice.bet(back(9.0)), "7"]

    instructions = [{"betId": bet_id, **EDITS[operation]} for bet_id in bet_ids]
    report = alice.ask(operation, marketId=MATCH, instructions=instructions)

    expected = ["BET_TAKEN_OR_LAPSED", None, "INVALID_BET_ID"]
    assert ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS", expected) == codes(report)
    assert bet_ids == [each["instruction"]["betId"] for each in report["instructionReports"]]


@pytest.mark.parametrize("operation", EDITS)
def test_a_bet_named_twice_fails_the_request(client: Client, alice: Bettor, operation: str) -> None:
    """DUPLICATE_BETIDS, and nothing is done; zeros in front do not make another bet, and it need not be a bet's id."""
    bet_id, other = alice.bet(back(9.0)), alice.bet(back(8.0))
    state = state_hash(world_of(client))

    for first, again in ((bet_id, bet_id), (bet_id, f"0{bet_id}"), ("no number", "no number")):
        instructions = [{"betId": each, **EDITS[operation]} for each in (first, other, again)]
        report = alice.ask(operation, marketId=MATCH, instructions=instructions)

        assert ("FAILURE", "DUPLICATE_BETIDS", ["ERROR_IN_ORDER"] * 3) == codes(report)
    assert state == state_hash(world_of(client))


@pytest.mark.parametrize("operation", EDITS)
@pytest.mark.parametrize(
    ("market", "code", "told"),
    [
        ("1.999", "INVALID_MARKET_ID", "ERROR_IN_ORDER"),
        (MATCH, "MARKET_SUSPENDED", "ERROR_IN_ORDER"),
        (NEXT_MATCH, "MARKET_NOT_OPEN_FOR_BETTING", "MARKET_NOT_OPEN_FOR_BETTING"),
        (LATER, "MARKET_NOT_OPEN_FOR_BETTING", "MARKET_NOT_OPEN_FOR_BETTING"),
    ],
)
def test_nothing_is_changed_in_a_market_that_is_not_open(
    client: Client, alice: Bettor, operation: str, market: str, code: str, told: str
) -> None:
    """Unknown, suspended, settled or not yet active: the request fails with the market's reason.

    The code for "a bet in a market that has been closed" is one of instructions too (manual).
    """
    bet_id = alice.bet(back())
    world_of(client).do(SuspendMarket(MATCH)).accepted()
    world_of(client).do(VoidMarket(NEXT_MATCH)).accepted()

    report = alice.ask(operation, marketId=market, instructions=[{"betId": bet_id, **EDITS[operation]}])

    assert ("FAILURE", code, [told]) == codes(report)
    world_of(client).do(OpenMarket(MATCH)).accepted()
    assert ("EXECUTABLE", "LAPSE") == (alice.order(bet_id)["status"], alice.order(bet_id)["persistenceType"])


@pytest.mark.parametrize("operation", EDITS)
def test_nothing_is_changed_once_betting_is_over(client: Client, alice: Bettor, operation: str) -> None:
    """The market shows SUSPENDED until its result is there, but takes no bets for good: it is "closed"."""
    bet_id = alice.bet(back())
    world_of(client).do(CloseMarket(MATCH)).accepted()

    report = alice.ask(operation, marketId=MATCH, instructions=[{"betId": bet_id, **EDITS[operation]}])

    code = "MARKET_NOT_OPEN_FOR_BETTING"
    assert ("FAILURE", code, [code]) == codes(report)
    assert "SUSPENDED" == alice.ask("listMarketBook", marketIds=[MATCH])[0]["status"]


@pytest.mark.parametrize("operation", [*EDITS, "replaceOrders"])
def test_sixty_bets_may_be_changed_at_once(client: Client, alice: Bettor, operation: str) -> None:
    """And not one more: then nothing is done."""
    reports = alice.place(*[back(9.0, 1)] * 61)["instructionReports"]
    edit = {**EDITS.get(operation, {}), "newPrice": 8.0}
    instructions = [{"betId": each["betId"], **edit} for each in reports]
    state = state_hash(world_of(client))

    too_many = alice.ask(operation, marketId=MATCH, instructions=instructions)
    assert ("FAILURE", "TOO_MANY_INSTRUCTIONS", ["ERROR_IN_ORDER"] * 61) == codes(too_many)
    assert state == state_hash(world_of(client))

    enough = alice.ask(operation, marketId=MATCH, instructions=instructions[:60])
    assert ("SUCCESS", None, [None] * 60) == codes(enough)


def test_all_bets_of_a_market_may_be_more_than_sixty(alice: Bettor) -> None:
    """The limit is on instructions, and here are none."""
    alice.place(*[back(9.0, 1)] * 61)

    assert 61 == len(alice.ask("cancelOrders", marketId=MATCH)["instructionReports"])


# The same reference again


@pytest.mark.parametrize("operation", EDITS)
def test_a_reference_is_used_up_for_sixty_seconds(client: Client, alice: Bettor, operation: str) -> None:
    """For each operation by itself, but not where every instruction of the first request failed."""
    alice.bet(back(9.0, persistenceType="LAPSE"))

    def ask(bet_id: str) -> Any:
        instructions = [{"betId": bet_id, **EDITS[operation]}]
        return alice.ask(operation, marketId=MATCH, instructions=instructions, customerRef="r").get("errorCode")

    assert ["BET_ACTION_ERROR", "BET_ACTION_ERROR", None] == [ask("7"), ask("7"), ask(FIRST)]
    assert "DUPLICATE_TRANSACTION" == ask("7")
    world_of(client).do(AdvanceClock(60_000)).accepted()
    assert "BET_ACTION_ERROR" == ask("7")


def test_cancelling_everything_can_be_a_duplicate_too(alice: Bettor) -> None:
    """Without instructions a refusal reports none."""
    alice.ask("cancelOrders", customerRef="r")

    expected = {
        "customerRef": "r", "status": "FAILURE", "errorCode": "DUPLICATE_TRANSACTION", "instructionReports": [],
    }  # fmt: skip
    assert expected == alice.ask("cancelOrders", customerRef="r")


# Updating


def test_an_update_changes_the_persistence_alone(alice: Bettor) -> None:
    """Price, size and place in the queue stay."""
    bet_id = alice.bet(back())
    before = alice.order(bet_id)

    alice.update({"betId": bet_id, "newPersistenceType": "PERSIST"}, customerRef="r")

    assert (
        '{"jsonrpc":"2.0","result":{"customerRef":"r","status":"SUCCESS","marketId":"1.101","instructionReports":['
        '{"status":"SUCCESS","instruction":{"betId":"442000000001","newPersistenceType":"PERSIST"}}]},"id":1}'
    ) == alice.text
    assert {**before, "persistenceType": "PERSIST"} == alice.order(bet_id)


@pytest.mark.parametrize(
    ("market", "persistence", "code"),
    [
        (MATCH, "LAPSE", "NO_ACTION_REQUIRED"),
        (MATCH, "MARKET_ON_CLOSE", "INVALID_PERSISTENCE_TYPE"),
        (RACE, "MARKET_ON_CLOSE", None),
        (LINE, "PERSIST", "INVALID_PERSISTENCE_TYPE"),
    ],
)
def test_an_update_is_to_another_persistence_that_the_market_offers(
    alice: Bettor, market: str, persistence: str, code: str | None
) -> None:
    """What it is already needs no action; what the market does not offer is invalid."""
    bet_id = alice.bet(back(2.5), market)

    report = alice.update({"betId": bet_id, "newPersistenceType": persistence}, market=market)

    assert code == report["instructionReports"][0].get("errorCode")
    assert (persistence if code is None else "LAPSE") == alice.order(bet_id)["persistenceType"]


def test_bets_of_one_market_may_be_updated_differently(alice: Bettor) -> None:
    """Each by its own instruction."""
    bet_ids = alice.bet(back(), RACE), alice.bet(back(9.0, 2, AWAY), RACE)
    persistences = ("PERSIST", "MARKET_ON_CLOSE")
    instructions = [{"betId": bet, "newPersistenceType": kind} for bet, kind in zip(bet_ids, persistences, strict=True)]

    assert "SUCCESS" == alice.update(*instructions, market=RACE)["status"]
    assert persistences == tuple(alice.order(bet_id)["persistenceType"] for bet_id in bet_ids)
