"""getAccountStatement shows every movement of money of an account as the manual and recordings say."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.account_holder import AccountHolder
from tests.contract.bettor import (
    AWAY,
    HOME,
    LINE,
    MATCH,
    RACE,
    back,
    betting,
    lay,
    market_on_close,
    of,
)

START = "2026-06-06T17:00:00.000Z"


@pytest.fixture
def alice() -> Iterator[AccountHolder]:
    with betting() as client:
        yield AccountHolder(client)


def matched(alice: AccountHolder, bet: dict[str, Any], against: dict[str, Any], market: str = MATCH) -> str:
    """Place a bet that another customer takes; return its id."""
    bet_id = alice.bet(bet, market=market)
    AccountHolder(alice.client, "bob").bet(against, market=market)
    return bet_id


def won_and_lost(alice: AccountHolder) -> tuple[str, str]:
    """Win 20 and lose 5 on the match, and pay 5 % on the 15; a minute later."""
    won = matched(alice, back(3.0, 10.0), lay(3.0, 10.0))
    lost = matched(alice, back(4.0, 5.0, AWAY), lay(4.0, 5.0, AWAY))
    alice.advance("PT1M")
    alice.settle(MATCH, HOME)
    return won, lost


# Items


def test_a_new_account_has_one_item_the_deposit(alice: AccountHolder) -> None:
    (item,) = alice.statement()

    assert {
        "refId": item["legacyData"]["transactionId"],
        "itemDate": START,
        "amount": 10000.0,
        "balance": 10000.0,
        "itemClass": "UNKNOWN",
    } == {**of_item(item), "refId": int(item["refId"])}
    assert {
        "avgPrice": 0.0, "betSize": 0.0, "betType": "B", "betCategoryType": "NONE", "eventId": 0, "eventTypeId": 0,
        "fullMarketName": "Deposit", "grossBetAmount": 0.0, "marketName": "Deposit", "marketType": "NOT_APPLICABLE",
        "placedDate": START, "selectionId": 0, "startDate": START, "transactionType": "ACCOUNT_CREDIT",
        "transactionId": int(item["refId"]), "winLose": "RESULT_NOT_APPLICABLE",
    } == item["legacyData"]  # fmt: skip


def of_item(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("refId", "itemDate", "amount", "balance", "itemClass")}


def test_bets_that_won_and_lost_and_the_commission_follow_each_other_with_the_balance_after_each(
    alice: AccountHolder,
) -> None:
    won, lost = won_and_lost(alice)

    _, *items = alice.statement()

    settled = "2026-06-06T17:01:00.000Z"
    assert [
        (won, settled, 20.0, 10020.0, "RESULT_WON", "ACCOUNT_CREDIT"),
        (lost, settled, -5.0, 10015.0, "RESULT_LOST", "ACCOUNT_DEBIT"),
        (lost, settled, -0.75, 10014.25, "RESULT_NOT_APPLICABLE", "ACCOUNT_DEBIT"),
    ] == [
        (*of(item, "refId", "itemDate", "amount", "balance"), *of(item["legacyData"], "winLose", "transactionType"))
        for item in items
    ]
    assert alice.account("getAccountFunds")["availableToBetBalance"] == items[-1]["balance"]


def test_a_bet_is_described_as_recorded(alice: AccountHolder) -> None:
    won_and_lost(alice)

    won = alice.statement()[1]["legacyData"]

    assert {
        "avgPrice": 3.0, "betSize": 10.0, "betType": "B", "betCategoryType": "E", "eventId": 101, "eventTypeId": 1,
        "fullMarketName": "Soccer / Newcastle v Chelsea / Match Odds", "grossBetAmount": 0.0,
        "marketName": "Match Odds", "marketType": "O", "placedDate": START, "selectionId": HOME,
        "selectionName": "Newcastle", "startDate": "2026-06-06T17:01:00.000Z", "transactionType": "ACCOUNT_CREDIT",
        "transactionId": 0, "winLose": "RESULT_WON", "avgPriceRaw": 3.0,
    } == won  # fmt: skip


def test_commission_names_what_it_was_charged_on_and_the_rate(alice: AccountHolder) -> None:
    won_and_lost(alice)

    commission = alice.statement()[-1]["legacyData"]

    assert (0.0, 0.0, "B", "NONE", "5%", 101, 1, 15.0, "Match Odds", "O", 0) == of(
        commission, "avgPrice", "betSize", "betType", "betCategoryType", "commissionRate", "eventId", "eventTypeId",
        "grossBetAmount", "marketName", "marketType", "selectionId",
    )  # fmt: skip
    assert "selectionName" not in commission


def test_the_rate_of_commission_is_what_was_charged_of_the_winnings(alice: AccountHolder) -> None:
    """A penny of eleven is 9.09 %, as recorded."""
    matched(alice, back(1.11, 1.0), lay(1.11, 1.0))
    alice.settle(MATCH, HOME)

    item = alice.statement()[-1]

    assert (-0.01, 0.11, "9.09%") == (item["amount"], *of(item["legacyData"], "grossBetAmount", "commissionRate"))


def test_an_item_says_all_about_itself_a_second_time_in_a_text_with_its_nulls(alice: AccountHolder) -> None:
    won_and_lost(alice)

    deposit, won, _, commission = alice.statement()

    for item in (deposit, won, commission):
        (said,) = item["itemClassData"].items()
        name, text = said
        again = json.loads(text)
        assert "unknownStatementItem" == name
        assert item["legacyData"] == {key: value for key, value in again.items() if value is not None}
        assert [
            "avgPrice", "betSize", "betType", "betCategoryType", "commissionRate", "eventId", "eventTypeId",
            "fullMarketName", "grossBetAmount", "marketName", "marketType", "placedDate", "selectionId",
            "selectionName", "startDate", "transactionType", "transactionId", "winLose",
        ] == [key for key in again if key != "avgPriceRaw"]  # fmt: skip
    assert '"selectionName":null' in commission["itemClassData"]["unknownStatementItem"]
    assert '"commissionRate":null' in won["itemClassData"]["unknownStatementItem"]


def test_the_members_of_an_item_come_in_the_recorded_order(alice: AccountHolder) -> None:
    (item,) = alice.statement()

    assert ["refId", "itemDate", "amount", "balance", "itemClassData", "legacyData", "itemClass"] == list(item)


def test_lays_and_starting_price_bets_are_named_as_such(alice: AccountHolder) -> None:
    matched(alice, lay(1.5, 10.0), back(1.5, 10.0), RACE)
    alice.bet(market_on_close("BACK", 10.0), market=RACE)
    AccountHolder(alice.client, "bob").bet(market_on_close("LAY", 20.0), market=RACE)
    alice.control(f"markets/{RACE}/reconcile")
    alice.settle(RACE, 1)

    kinds = [of(item["legacyData"], "betType", "betCategoryType", "winLose") for item in alice.statement()[1:3]]

    assert [("L", "E", "RESULT_LOST"), ("B", "M", "RESULT_WON")] == kinds


def test_a_line_market_is_of_another_type(alice: AccountHolder) -> None:
    matched(alice, back(2.5, 10.0, 1), lay(2.5, 10.0, 1), LINE)
    alice.control(f"markets/{LINE}/settle", {"lineResult": 2})

    item = alice.statement()[1]["legacyData"]

    assert ("L", 2.5, 301) == of(item, "marketType", "avgPrice", "eventId")


def test_what_moves_no_money_is_no_item(alice: AccountHolder) -> None:
    """Bets that are placed, cancelled or void."""
    matched(alice, back(3.0, 10.0), lay(3.0, 10.0))
    alice.bet(back(9.0, 10.0))
    alice.cancel(market=MATCH)
    alice.control(f"markets/{MATCH}/void")

    assert 1 == len(alice.statement())


def test_everybody_has_a_statement_of_their_own(alice: AccountHolder) -> None:
    won_and_lost(alice)

    assert [-20.0, 5.0] == [item["amount"] for item in AccountHolder(alice.client, "bob").statement()[1:]]
    assert [10.0] == [item["amount"] for item in AccountHolder(alice.client, "poor").statement()]


# Pages and dates


@pytest.mark.parametrize(
    ("page", "amounts", "more"),
    [
        ({}, [10000.0, 20.0, -5.0, -0.75], False),
        ({"fromRecord": 0, "recordCount": 0}, [10000.0, 20.0, -5.0, -0.75], False),
        ({"fromRecord": None, "recordCount": None, "itemDateRange": None}, [10000.0, 20.0, -5.0, -0.75], False),
        ({"recordCount": 2}, [10000.0, 20.0], True),
        ({"fromRecord": 1, "recordCount": 2}, [20.0, -5.0], True),
        ({"fromRecord": "2", "recordCount": "2"}, [-5.0, -0.75], False),
        ({"fromRecord": 4}, [], False),
        ({"fromRecord": 2**31 - 1, "recordCount": 2**31 - 1}, [], False),
        ({"includeItem": "ALL"}, [10000.0, 20.0, -5.0, -0.75], False),
        ({"includeItem": "EXCHANGE"}, [20.0, -5.0, -0.75], False),
        ({"includeItem": "EXCHANGE", "fromRecord": 1, "recordCount": 1}, [-5.0], True),
        ({"includeItem": "DEPOSITS_WITHDRAWALS"}, [10000.0], False),
        ({"includeItem": "POKER_ROOM"}, [], False),
        ({"wallet": "UK", "locale": "de"}, [10000.0, 20.0, -5.0, -0.75], False),
        ({"itemDateRange": {"from": None, "to": None}}, [10000.0, 20.0, -5.0, -0.75], False),
        ({"itemDateRange": {"from": "2026-06-06T17:01:00.000Z"}}, [20.0, -5.0, -0.75], False),
        ({"itemDateRange": {"from": "2026-06-06T17:01:00.001Z"}}, [], False),
        ({"itemDateRange": {"to": "2026-06-06T17:01:00.000Z"}}, [10000.0, 20.0, -5.0, -0.75], False),
        ({"itemDateRange": {"to": "2026-06-06T17:00:59.999Z"}}, [10000.0], False),
        ({"itemDateRange": {"from": START, "to": START}}, [10000.0], False),
        ({"itemDateRange": {"from": "2026-06-07", "to": "2026-06-05"}}, [], False),
        ({"itemDateRange": {"from": "2026-06-06T17:01:00Z"}, "fromRecord": 1, "recordCount": 1}, [-5.0], True),
        ({"itemDateRange": {"from": "2026-06-07"}, "includeItem": "EXCHANGE"}, [20.0, -5.0, -0.75], False),
        ({"itemDateRange": {"to": "2026-06-05"}, "includeItem": "DEPOSITS_WITHDRAWALS"}, [10000.0], False),
    ],
)
def test_a_page_holds_what_was_asked_for(
    alice: AccountHolder, page: dict[str, Any], amounts: list[float], more: bool
) -> None:
    """Dates count to the second, as items show them, and only where all items are asked for (manual)."""
    won_and_lost(alice)

    answer = alice.account("getAccountStatement", **page)

    assert amounts == [item["amount"] for item in answer["accountStatement"]]
    assert more is answer["moreAvailable"]


def test_no_page_holds_more_than_a_hundred_items(alice: AccountHolder) -> None:
    for _ in range(101):
        alice.bet(back(3.0, 1.0))
    AccountHolder(alice.client, "bob").bet(lay(3.0, 101.0))
    alice.settle(MATCH, AWAY)

    for count in (None, 0, 100, 101, 1000):
        answer = alice.account("getAccountStatement", recordCount=count)
        assert (100, True) == (len(answer["accountStatement"]), answer["moreAvailable"])
    assert 2 == len(alice.statement(fromRecord=100))


@pytest.mark.parametrize(
    ("params", "details"),
    [
        ({"fromRecord": -1}, "The request was not valid."),
        ({"recordCount": -1}, "The request was not valid."),
        ({"wallet": "AUSTRALIAN"}, "The request was not valid."),
        ({"locale": "xx"}, "locale must use valid ISO 639 names"),
    ],
)
def test_what_makes_no_sense_is_refused(alice: AccountHolder, params: dict[str, Any], details: str) -> None:
    over_rest = alice.account_over_rest("getAccountStatement", **params).json()

    assert "AANGX-0001 INVALID_INPUT_DATA" == alice.account_error("getAccountStatement", **params)
    assert details == over_rest["detail"]["AccountAPINGException"]["errorDetails"]


@pytest.mark.parametrize("params", [{"includeItem": "BINGO"}, {"wallet": "MINE"}, {"itemDateRange": {"from": "soon"}}])
def test_what_is_no_value_at_all_is_not_understood(alice: AccountHolder, params: dict[str, Any]) -> None:
    assert "DSC-0018" == alice.account_error("getAccountStatement", **params)


def test_a_world_that_begins_again_forgets_what_moved(alice: AccountHolder) -> None:
    won_and_lost(alice)
    alice.control("reset")

    assert [10000.0] == [item["amount"] for item in AccountHolder(alice.client).statement()]


def test_over_rest_and_as_xml_the_items_are_the_same(alice: AccountHolder) -> None:
    won_and_lost(alice)

    plain = alice.account_over_rest("getAccountStatement", recordCount=1)
    alice.headers["Accept"] = "application/xml"
    as_xml = alice.account_over_rest("getAccountStatement", recordCount=1)

    assert alice.statement(recordCount=1) == plain.json()["accountStatement"]
    assert "<entry key=" in as_xml.text


# Currency rates


def test_rates_are_those_of_the_world_and_every_currency_of_its_rules_has_one() -> None:
    with betting(rules="2017", currencyRates={"EUR": 1.15, "HKD": 0.001}) as client:
        rates = AccountHolder(client).account("listCurrencyRates", fromCurrency="GBP")
        text = AccountHolder(client).account_over_rest("listCurrencyRates").text

    by_code = {rate["currencyCode"]: rate["rate"] for rate in rates}
    manual = ["AUD", "CAD", "DKK", "EUR", "GBP", "HKD", "NOK", "SEK", "SGD", "USD"]
    assert manual == sorted(by_code)
    assert (1.0, 1.15) == (by_code["GBP"], by_code["EUR"])
    assert '"rate":0.001' in text


@pytest.mark.parametrize("params", [{}, {"fromCurrency": None}, {"fromCurrency": ""}])
def test_rates_are_computed_from_the_pound_where_nothing_is_said(alice: AccountHolder, params: dict[str, Any]) -> None:
    assert alice.account("listCurrencyRates", fromCurrency="GBP") == alice.account("listCurrencyRates", **params)


@pytest.mark.parametrize("currency", ["EUR", "gbp", "XXX", "pounds"])
def test_rates_are_computed_from_nothing_else(alice: AccountHolder, currency: str) -> None:
    assert "AANGX-0001 INVALID_INPUT_DATA" == alice.account_error("listCurrencyRates", fromCurrency=currency)


def test_rates_are_for_everybody(alice: AccountHolder) -> None:
    """Neither app key nor session is needed (manual, account operations)."""
    rates = alice.account("listCurrencyRates")
    alice.headers = {"Content-Type": "application/json"}

    assert rates == alice.account("listCurrencyRates")
    assert "AANGX-0011 NO_APP_KEY" == alice.account_error("getAccountStatement")


def test_rates_do_not_change_with_the_hour(alice: AccountHolder) -> None:
    rates = alice.account("listCurrencyRates")
    alice.advance("PT1H")

    assert rates == alice.account("listCurrencyRates")
