"""Customers pay in and take out at the cashier, which is an address of our own API, and transfer nothing."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest

from simulator.world.state_hash import state_hash
from tests.contract.account_holder import AccountHolder
from tests.contract.bettor import CONTROL, MATCH, back, betting, of, world_of
from tests.evidence import MANUAL, text_of
from tests.in_process import client_of
from tests.scenario import account, scenario


@pytest.fixture
def alice() -> Iterator[AccountHolder]:
    with betting() as client:
        yield AccountHolder(client)


def pay(alice: AccountHolder, kind: str, amount: object, username: str = "alice") -> httpx.Response:
    """Ask for a deposit or a withdrawal."""
    return alice.client.post(f"{CONTROL}/accounts/{username}/{kind}", json={"amount": amount})


# Paying


def test_what_is_paid_in_can_be_bet_with_and_is_in_the_statement(alice: AccountHolder) -> None:
    alice.advance("PT1M")

    answer = pay(alice, "deposits", 25.5)

    paid = answer.json()
    at = "2026-06-06T17:01:00"
    assert (201, "alice", "GBP", 10025.5, 10025.5) == (
        answer.status_code, *of(paid, "username", "currency", "balance", "availableToBet")
    )  # fmt: skip
    assert paid["at"].startswith(at)
    assert 10025.5 == alice.account("getAccountFunds")["availableToBetBalance"]
    item = alice.statement()[-1]
    assert (str(paid["transactionId"]), 25.5, 10025.5) == of(item, "refId", "amount", "balance")
    assert item["itemDate"].startswith(at)
    assert ("Deposit", "ACCOUNT_CREDIT", paid["transactionId"]) == of(
        item["legacyData"], "marketName", "transactionType", "transactionId"
    )


def test_what_is_taken_out_is_gone(alice: AccountHolder) -> None:
    paid = pay(alice, "withdrawals", "0.01").json()

    assert (9999.99, 9999.99) == of(paid, "balance", "availableToBet")
    item = alice.statement()[-1]
    assert (-0.01, 9999.99) == of(item, "amount", "balance")
    assert ("Withdrawal", "NOT_APPLICABLE", "ACCOUNT_DEBIT", 0.0, "RESULT_NOT_APPLICABLE") == of(
        item["legacyData"], "marketName", "marketType", "transactionType", "betSize", "winLose"
    )


def test_payments_are_counted_whoever_makes_them(alice: AccountHolder) -> None:
    numbers = [
        pay(alice, kind, 100, username).json()["transactionId"]
        for kind, username in (("deposits", "alice"), ("deposits", "bob"), ("withdrawals", "alice"))
    ]

    assert [1, 1] == [later - earlier for earlier, later in pairwise(numbers)]
    payments = alice.statement(includeItem="DEPOSITS_WITHDRAWALS")
    assert [10000.0, 100.0, -100.0] == [item["amount"] for item in payments]


def test_only_what_is_available_can_be_taken_out(alice: AccountHolder) -> None:
    """What bets can lose stays."""
    alice.bet(back(3.0, 9000.0), market=MATCH)
    before = state_hash(world_of(alice.client))

    refused = pay(alice, "withdrawals", 1000.01)

    assert (409, "urn:betsim:problem:impossible") == (refused.status_code, refused.json()["type"])
    assert "Account 'alice' has 1000.00 GBP available, and 1000.01 cannot be withdrawn." == refused.json()["detail"]
    assert before == state_hash(world_of(alice.client))
    assert 0.0 == pay(alice, "withdrawals", 1000).json()["availableToBet"]
    assert 9000.0 == pay(alice, "deposits", 10).json()["balance"] - 10


MINIMUM_DEPOSITS = {
    "GBP": 10, "EUR": 15, "USD": 15, "HKD": 150, "AUD": 30, "CAD": 25, "DKK": 150, "NOK": 150, "SEK": 150, "SGD": 30
}  # fmt: skip


@pytest.mark.parametrize("currency", MINIMUM_DEPOSITS)
def test_a_deposit_is_as_large_as_the_smallest_of_its_currency(currency: str) -> None:
    least = MINIMUM_DEPOSITS[currency]
    with client_of(scenario(accounts=[account("alice", currency=currency)])) as client:
        alice = AccountHolder(client)
        refused = pay(alice, "deposits", least - 0.01)
        paid = pay(alice, "deposits", least)

        assert 409 == refused.status_code
        assert f"A deposit is of {least}.00 {currency} at least" in refused.json()["detail"]
        assert (201, currency, 1000 + least) == (paid.status_code, *of(paid.json(), "currency", "balance"))
        assert [1000.0, float(least)] == [item["amount"] for item in alice.statement()]


def test_the_smallest_deposits_are_those_of_the_manual() -> None:
    """Rows of the table: name, symbol, code, minimum stake, minimum deposit, and others."""
    rows = (line.split("\t") for line in text_of(MANUAL).splitlines())

    assert {row[2]: int(row[4]) for row in rows if len(row) == 7 and row[4].isdigit()} == MINIMUM_DEPOSITS


def test_a_currency_of_which_nothing_is_known_takes_any_deposit() -> None:
    with client_of(scenario(accounts=[account("alice", currency="RON")])) as client:
        assert 1000.01 == pay(AccountHolder(client), "deposits", 0.01).json()["balance"]


@pytest.mark.parametrize("kind", ["deposits", "withdrawals"])
@pytest.mark.parametrize("amount", [0, -10, 0.001, "much", None, True, [10], 1e12, "NaN"])
def test_what_is_no_amount_is_refused_with_its_place(alice: AccountHolder, kind: str, amount: Any) -> None:
    refused = pay(alice, kind, amount)

    assert (400, "$.amount") == (refused.status_code, refused.json()["path"])
    assert 1 == len(alice.statement())


def test_an_account_that_is_not_there_is_unknown(alice: AccountHolder) -> None:
    for username in ("nobody", "liquidity"):
        refused = pay(alice, "deposits", 100, username)
        assert (404, "urn:betsim:problem:unknown-account") == (refused.status_code, refused.json()["type"])


# Wallets


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"from": "UK", "to": "AUSTRALIAN", "amount": 10}, "AANGX-0016 WALLET_TRANSFER_ERROR"),
        ({"from": "AUSTRALIAN", "to": "UK", "amount": "0.01"}, "AANGX-0016 WALLET_TRANSFER_ERROR"),
        ({"from": "UK", "to": "UK", "amount": 10}, "AANGX-0016 WALLET_TRANSFER_ERROR"),
        ({"from": "UK", "to": "AUSTRALIAN", "amount": 0}, "AANGX-0001 INVALID_INPUT_DATA"),
        ({"from": "UK", "to": "AUSTRALIAN", "amount": -10}, "AANGX-0001 INVALID_INPUT_DATA"),
        ({"from": "UK", "to": "AUSTRALIAN", "amount": 0.001}, "AANGX-0001 INVALID_INPUT_DATA"),
        ({"from": "UK", "to": "MOON", "amount": 10}, "DSC-0018"),
        ({"from": "UK", "amount": 10}, "DSC-0018"),
        ({"to": "UK", "amount": 10}, "DSC-0018"),
        ({"from": "UK", "to": "AUSTRALIAN"}, "DSC-0018"),
    ],
)
def test_nothing_is_transferred_because_there_is_one_wallet(
    alice: AccountHolder, params: dict[str, Any], error: str
) -> None:
    assert error == alice.account_error("transferFunds", **params)
    assert 1 == len(alice.statement())


def test_funds_are_those_of_the_one_wallet(alice: AccountHolder) -> None:
    funds = alice.account("getAccountFunds")

    assert funds == alice.account("getAccountFunds", wallet="UK")
    assert ("UK", 0) == of(funds, "wallet", "pointsBalance")
    assert "AANGX-0001 INVALID_INPUT_DATA" == alice.account_error("getAccountFunds", wallet="AUSTRALIAN")
    assert "DSC-0018" == alice.account_error("getAccountFunds", wallet="MOON")
