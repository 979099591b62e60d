"""A market that is settled anew: the statement shows how it came about, and all else the result that counts."""

from collections.abc import Iterator
from typing import Any

import pytest

from simulator.world.format.scenario import Resettle, ResultEntry
from tests.contract.account_holder import AccountHolder
from tests.contract.betting_world import BettingWorld
from tests.contract.bettor import AWAY, CONTROL, HOME, MATCH, back, betting, cleared_ids, lay, of
from tests.contract.test_account_statement import matched, won_and_lost
from tests.retold import Record


@pytest.fixture
def alice() -> Iterator[AccountHolder]:
    with betting() as client:
        yield AccountHolder(client)


def resettle(alice: AccountHolder, *results: tuple[int, str]) -> Any:
    """Settle the match anew, a minute later."""
    alice.advance("PT1M")
    named = [{"selectionId": runner, "status": status} for runner, status in results]
    return alice.control(f"markets/{MATCH}/resettle", {"results": named})


def items(alice: AccountHolder) -> list[tuple[Any, ...]]:
    """The items of a statement but for the deposit."""
    return [(*of(item, "refId", "amount", "balance"), item["legacyData"]["winLose"]) for item in alice.statement()[1:]]


def test_the_statement_marks_what_was_in_error_reverses_it_and_goes_on_with_what_counts(alice: AccountHolder) -> None:
    """RESULT_ERR is "just a label", RESULT_FIX the correction to the balance, and commission comes back (published)."""
    won, lost = won_and_lost(alice)

    resettle(alice, (AWAY, "WINNER"))

    assert [
        (won, 20.0, 10020.0, "RESULT_ERR"),
        (lost, -5.0, 10015.0, "RESULT_ERR"),
        (lost, -0.75, 10014.25, "RESULT_NOT_APPLICABLE"),
        (won, -20.0, 9994.25, "RESULT_FIX"),
        (lost, 5.0, 9999.25, "RESULT_FIX"),
        (lost, 0.75, 10000.0, "COMMISSION_REVERSAL"),
        (won, -10.0, 9990.0, "RESULT_LOST"),
        (lost, 15.0, 10005.0, "RESULT_WON"),
        (lost, -0.25, 10004.75, "RESULT_NOT_APPLICABLE"),
    ] == items(alice)
    assert 10004.75 == alice.account("getAccountFunds")["availableToBetBalance"]


def test_an_item_of_commission_names_the_winnings_that_it_was_charged_on(alice: AccountHolder) -> None:
    won_and_lost(alice)

    resettle(alice, (AWAY, "WINNER"))

    charged, reversed_, again = [
        of(item["legacyData"], "grossBetAmount", "commissionRate", "transactionType")
        for item in alice.statement()
        if "commissionRate" in item["legacyData"]
    ]
    assert (15.0, "5%", "ACCOUNT_DEBIT") == charged
    assert (15.0, "5%", "ACCOUNT_CREDIT") == reversed_
    assert (5.0, "5%", "ACCOUNT_DEBIT") == again


def test_a_bet_that_is_void_now_is_shown_in_the_statement_as_it_was_settled(alice: AccountHolder) -> None:
    won, lost = won_and_lost(alice)

    resettle(alice, (HOME, "REMOVED"), (AWAY, "WINNER"))

    error, fix = (item["legacyData"] for item in alice.statement() if item["refId"] == won)
    assert (3.0, 10.0, 3.0, "RESULT_ERR") == of(error, "avgPrice", "betSize", "avgPriceRaw", "winLose")
    assert (3.0, 10.0, 3.0, "RESULT_FIX") == of(fix, "avgPrice", "betSize", "avgPriceRaw", "winLose")
    assert ([lost], [won]) == (cleared_ids(alice, "SETTLED"), cleared_ids(alice, "VOIDED"))


def test_each_error_of_a_market_that_is_corrected_twice_stays_one(alice: AccountHolder) -> None:
    bet = matched(alice, back(3.0, 10.0), lay(3.0, 10.0))
    alice.settle(MATCH, HOME)
    resettle(alice, (AWAY, "WINNER"))

    resettle(alice, (HOME, "WINNER"))

    expected = [
        (20.0, "RESULT_ERR"), (-1.0, "RESULT_NOT_APPLICABLE"), (-20.0, "RESULT_FIX"), (1.0, "COMMISSION_REVERSAL"),
        (-10.0, "RESULT_ERR"), (10.0, "RESULT_FIX"), (20.0, "RESULT_WON"), (-1.0, "RESULT_NOT_APPLICABLE"),
    ]  # fmt: skip
    assert [(bet, *one) for one in expected] == [(bet, amount, word) for bet, amount, _, word in items(alice)]


def test_cleared_orders_have_the_outcome_profit_date_and_commission_that_count(alice: AccountHolder) -> None:
    won, lost = won_and_lost(alice)

    resettle(alice, (AWAY, "WINNER"))

    bets = alice.ask("listClearedOrders", betStatus="SETTLED")["clearedOrders"]
    settled = "2026-06-06T17:02:00.000Z"
    assert {(won, "LOST", -10.0, settled), (lost, "WON", 15.0, settled)} == {
        of(bet, "betId", "betOutcome", "profit", "settledDate") for bet in bets
    }
    (market,) = alice.ask("listClearedOrders", betStatus="SETTLED", groupBy="MARKET")["clearedOrders"]
    assert (5.0, 0.25, 2) == of(market, "profit", "commission", "betCount")


def test_the_book_shows_the_result_that_counts_under_a_new_version(alice: AccountHolder) -> None:
    won_and_lost(alice)
    (before,) = alice.ask("listMarketBook", marketIds=[MATCH])

    state = resettle(alice, (AWAY, "WINNER"))

    (book,) = alice.ask("listMarketBook", marketIds=[MATCH])
    assert ("CLOSED", before["version"] + 1) == (book["status"], book["version"]) == (state["status"], state["version"])
    assert {HOME: "LOSER", AWAY: "WINNER"} == {
        runner["selectionId"]: runner["status"] for runner in book["runners"] if runner["selectionId"] in (HOME, AWAY)
    }


@pytest.mark.parametrize("before", ["suspend", "close", None])
def test_a_market_that_is_not_closed_cannot_be_settled_anew(alice: AccountHolder, before: str | None) -> None:
    if before is not None:
        alice.control(f"markets/{MATCH}/{before}")

    document = {"results": [{"selectionId": HOME, "status": "WINNER"}]}
    refusal = alice.client.post(f"{CONTROL}/markets/{MATCH}/resettle", json=document)

    assert 409 == refusal.status_code
    assert "cannot be settled anew" in refusal.json()["detail"]


def test_a_schedule_can_correct_a_market(alice: AccountHolder) -> None:
    won = matched(alice, back(3.0, 10.0), lay(3.0, 10.0))
    results = {"results": [{"selectionId": AWAY, "status": "WINNER"}]}
    wrong = {"results": [{"selectionId": HOME, "status": "WINNER"}]}
    schedule = [
        {"at": "+PT1M", "market": MATCH, "do": "settle", **wrong},
        {"at": "+PT2M", "market": MATCH, "do": "resettle", **results},
    ]
    alice.control("markets", {"schedule": schedule})

    alice.advance("PT3M")

    assert (won, -10.0, 9990.0, "RESULT_LOST") == items(alice)[-1]


def test_a_correction_is_told_again_in_another_process_to_the_same_digest() -> None:
    betting = BettingWorld()
    record = Record(betting.world)
    betting.matched("BACK", HOME, 3.0, 10.0)
    betting.settle(HOME)
    record.note_state()

    for runner in (AWAY, HOME):
        result = ResultEntry(selection_id=runner, status="WINNER")
        betting.world.do(Resettle(market=MATCH, results=(result,))).accepted()
        record.note_state()

    assert record.hashes == record.hashes_elsewhere()
    assert 3 == len(set(record.hashes))
