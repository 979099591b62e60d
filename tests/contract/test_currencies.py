"""Accounts in other currencies over the wire: each asks, is answered and is paid in its own, and all bet with all.

Here a pound is two Australian dollars, dora's, or 1.20 euro, emil's; bob bets in pounds.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from simulator.exchange.orders import Side
from simulator.exchange.rules import RULE_SETS
from tests.contract.account_holder import AccountHolder
from tests.contract.bettor import (
    AWAY,
    CONTROL,
    HOME,
    MATCH,
    RACE,
    Bettor,
    back,
    betting,
    lay,
    limit_on_close,
    market_on_close,
    placed,
    world_of,
)
from tests.contract.stream_theatre import streaming
from tests.in_process import Client
from tests.scenario import HORSE_RACING, account, event, loaded, scenario, win

BALANCE = 1000.01
"""A number of dollars that is no number of pence."""

EX_ALL = {"priceData": ["EX_ALL_OFFERS", "EX_TRADED"]}


class People(NamedTuple):
    """Who bets, in Australian dollars, euro and pounds, and the client of the world."""

    dora: AccountHolder
    emil: AccountHolder
    bob: AccountHolder
    client: Client


@pytest.fixture
def people() -> Iterator[People]:
    accounts = [
        account("alice", balance=10_000),
        account("bob", balance=10_000),
        account("dora", balance=BALANCE, currency="AUD", exposureLimit=900),
        account("emil", balance=BALANCE, currency="EUR"),
    ]
    with betting(accounts=accounts, currencyRates={"AUD": 2, "EUR": 1.2}) as client:
        names = ("dora", "emil", "bob")
        yield People(*(AccountHolder(client, name) for name in names), client=client)


def funds(holder: AccountHolder) -> tuple[float, float]:
    """What is available and what is exposed."""
    told = holder.account("getAccountFunds")
    return told["availableToBetBalance"], told["exposure"]


def sizes(order: dict[str, Any]) -> dict[str, float]:
    """The parts of a current order that are not nothing, and its size."""
    parts = {name: order[name] for name in order if name.startswith("size") and order[name]}
    return {"size": order["priceSize"]["size"], **parts}


def offers(bettor: Bettor, **params: Any) -> list[tuple[float, float]]:
    """What can be backed, in the reader's money."""
    (book,) = bettor.ask("listMarketBook", marketIds=[MATCH], priceProjection=EX_ALL, **params)
    return [(line["price"], line["size"]) for line in book["runners"][0]["ex"]["availableToBack"]]


# Money


def test_a_balance_is_in_the_accounts_currency_everywhere(people: People) -> None:
    documents = people.client.get(CONTROL).json()["betfair"]["accounts"]
    (deposit,) = people.dora.statement()

    assert {"alice": 10_000.0, "bob": 10_000.0, "dora": BALANCE, "emil": BALANCE} == {
        document["username"]: document["balance"] for document in documents
    }
    assert (BALANCE, -0.0) == funds(people.dora)
    assert (BALANCE, BALANCE) == (deposit["amount"], deposit["balance"])
    assert -900.0 == people.dora.account("getAccountFunds")["exposureLimit"]
    assert "AUD" == people.dora.account("getAccountDetails")["currencyCode"]


def test_rates_are_those_by_which_bets_are_matched(people: People) -> None:
    rates = {rate["currencyCode"]: rate["rate"] for rate in people.dora.account("listCurrencyRates")}
    people.bob.bet(lay(3.0, 10.0))

    assert [(3.0, 10.0 * rates["AUD"])] == offers(people.dora)
    assert [(3.0, 10.0 * rates["EUR"])] == offers(people.emil)


def test_every_currency_of_the_rules_can_be_that_of_an_account() -> None:
    """Each bets exactly its minimum stake and no less, against somebody in pounds."""
    for rules in RULE_SETS.values():
        codes = sorted(rules.currencies)
        accounts = [account("bob", balance=1_000_000, exposureLimit=None)]
        accounts += [account(f"in-{code}", balance=1_000_000, currency=code, exposureLimit=None) for code in codes]
        with betting(rules=rules.name, accounts=accounts, bettune={}) as client:
            AccountHolder(client, "bob").bet(lay(3.0, 10_000.0))
            for code in codes:
                bettor, least = AccountHolder(client, f"in-{code}"), rules.currencies[code].minimum_stake / 100
                assert "INVALID_BET_SIZE" == refused(bettor, back(3.0, least - 0.01))
                bet_id = bettor.bet(back(3.0, least))
                assert {"size": least, "sizeMatched": least} == sizes(bettor.order(bet_id))


def refused(bettor: Bettor, instruction: dict[str, Any]) -> str:
    """Return why an instruction is refused."""
    (report,) = bettor.place(instruction)["instructionReports"]
    reason: str = report["errorCode"]
    return reason


# Bets


def test_a_back_in_dollars_is_matched_with_a_lay_in_pounds(people: People) -> None:
    laid = people.bob.bet(lay(3.0, 10.0))

    report = placed(people.dora, back(3.0, 5.01))

    assert (5.01, 3.0, "EXECUTION_COMPLETE") == (
        report["sizeMatched"],
        report["averagePriceMatched"],
        report["orderStatus"],
    )
    assert {"size": 5.01, "sizeMatched": 5.01} == sizes(people.dora.order(report["betId"]))
    assert {"size": 10.0, "sizeMatched": 2.51, "sizeRemaining": 7.49} == sizes(people.bob.order(laid))
    assert (995.0, -5.01) == funds(people.dora)


def test_everybody_reads_the_book_in_his_own_money(people: People) -> None:
    people.dora.bet(lay(3.0, 10.0))

    assert [[(3.0, 10.0)], [(3.0, 6.0)], [(3.0, 5.0)]] == [
        offers(people.dora),
        offers(people.emil),
        offers(people.bob),
    ]
    assert [(3.0, 5.0)] == offers(people.dora, currencyCode="GBP")


def test_who_asks_for_what_his_book_shows_gets_all_of_it(people: People) -> None:
    people.bob.bet(lay(3.0, 8.33))
    ((price, size),) = offers(people.emil)

    report = placed(people.emil, back(price, size))

    assert (9.99, 9.99) == (size, report["sizeMatched"])
    assert [] == offers(people.bob)


def test_own_orders_and_matches_in_books_are_in_the_accounts_money(people: People) -> None:
    people.bob.bet(lay(3.0, 1.0))
    bet_id = people.dora.bet(back(3.0, 5.01))

    (book,) = people.dora.ask(
        "listMarketBook", marketIds=[MATCH], orderProjection="ALL", matchProjection="ROLLED_UP_BY_PRICE"
    )

    ((order,), (match,)) = book["runners"][0]["orders"], book["runners"][0]["matches"]
    assert (bet_id, 5.01, 2.0, 3.01) == (
        order["betId"],
        order["size"],
        order["sizeMatched"],
        order["sizeRemaining"],
    )
    assert {"side": "BACK", "price": 3.0, "size": 2.0} == match


def test_parts_of_a_bet_add_up_to_its_size(people: People) -> None:
    """5.01 dollars, of which 1 pound is matched, 1.50 dollars are cancelled and then the rest."""
    people.bob.bet(lay(3.0, 1.0))
    bet_id = people.dora.bet(back(3.0, 5.01))

    (cut,) = people.dora.cancel({"betId": bet_id, "sizeReduction": 1.5})["instructionReports"]
    after_cut = sizes(people.dora.order(bet_id))
    (rest,) = people.dora.cancel({"betId": bet_id})["instructionReports"]

    assert (1.5, 1.51) == (cut["sizeCancelled"], rest["sizeCancelled"])
    assert {"size": 5.01, "sizeMatched": 2.0, "sizeCancelled": 1.5, "sizeRemaining": 1.51} == after_cut
    assert {"size": 5.01, "sizeMatched": 2.0, "sizeCancelled": 3.01} == sizes(people.dora.order(bet_id))
    (cancelled,) = people.dora.ask("listClearedOrders", betStatus="CANCELLED")["clearedOrders"]
    assert 3.01 == cancelled["sizeCancelled"]


def test_a_replacement_is_placed_with_what_was_left(people: People) -> None:
    people.bob.bet(lay(3.0, 1.0))
    bet_id = people.dora.bet(back(3.0, 5.01))

    (report,) = people.dora.replace({"betId": bet_id, "newPrice": 4.0})["instructionReports"]

    assert 3.01 == report["cancelInstructionReport"]["sizeCancelled"]
    placement = report["placeInstructionReport"]
    assert 3.01 == placement["instruction"]["limitOrder"]["size"]
    assert {"size": 3.01, "sizeRemaining": 3.01} == sizes(people.dora.order(placement["betId"]))


def test_a_minimum_fill_and_a_target_are_in_the_accounts_money(people: People) -> None:
    people.bob.bet(lay(3.0, 2.5))

    kill = {"timeInForce": "FILL_OR_KILL"}
    killed = placed(people.dora, back(3.0, 6.0, **kill, minFillSize=5.01))
    filled = placed(people.dora, back(3.0, 6.0, **kill, minFillSize=5.0))
    people.bob.bet(lay(3.0, 10.0))
    target = {"betTargetType": "BACKERS_PROFIT", "betTargetSize": 12.0}
    instruction = back(3.0, 0)
    instruction["limitOrder"] = {"price": 3.0, **target}
    aimed = placed(people.dora, instruction)

    assert [("EXPIRED", 0.0), ("EXECUTION_COMPLETE", 5.0), ("EXECUTION_COMPLETE", 6.0)] == [
        (report["orderStatus"], report["sizeMatched"]) for report in (killed, filled, aimed)
    ]


def test_in_play_the_report_that_waits_is_in_the_accounts_money(people: People) -> None:
    people.bob.bet(lay(3.0, 10.0))
    people.dora.control(f"markets/{MATCH}/turn-in-play")
    people.dora.place(back(3.0, 5.01), **{"async": True})

    people.dora.advance("PT5S")

    assert [(5.01, -5.01)] == [(order["priceSize"]["size"], funds(people.dora)[1]) for order in people.dora.orders()]


def test_at_the_starting_price_liabilities_are_in_the_accounts_money(people: People) -> None:
    backed = placed(people.dora, market_on_close("BACK", 60.01), market=RACE)["betId"]
    laid = placed(people.emil, limit_on_close("LAY", 36.01, 2.0), market=RACE)["betId"]

    assert (60.01, 36.01) == (people.dora.order(backed)["bspLiability"], people.emil.order(laid)["bspLiability"])
    assert (-60.01, -36.01) == (funds(people.dora)[1], funds(people.emil)[1])


# Results


def test_profits_are_the_size_times_the_price_less_one(people: People) -> None:
    """5.01 dollars at 3.05 win 10.27, less 5 %; 7.77 euro at 1.57 lose 7.77."""
    people.bob.bet(lay(3.05, 10.0))
    people.bob.bet(lay(1.57, 10.0, AWAY))
    won, lost = people.dora.bet(back(3.05, 5.01)), people.emil.bet(back(1.57, 7.77, AWAY))
    before = people.dora.ask("listMarketProfitAndLoss", marketIds=[MATCH])

    people.dora.settle(MATCH, HOME)

    by_runner = {line["selectionId"]: line["ifWin"] for line in before[0]["profitAndLosses"]}
    assert {HOME: 10.27, AWAY: -5.01} == {runner: by_runner[runner] for runner in (HOME, AWAY)}
    for holder, bet_id, size, profit, outcome in (
        (people.dora, won, 5.01, 10.27, "WON"),
        (people.emil, lost, 7.77, -7.77, "LOST"),
    ):
        (line,) = holder.ask("listClearedOrders", betStatus="SETTLED")["clearedOrders"]
        assert (bet_id, size, profit, outcome) == (
            line["betId"],
            line["sizeSettled"],
            line["profit"],
            line["betOutcome"],
        )
    (market,) = people.dora.ask("listClearedOrders", betStatus="SETTLED", groupBy="MARKET")["clearedOrders"]
    assert (10.27, 0.51) == (market["profit"], market["commission"])
    assert (round(BALANCE + 10.27 - 0.51, 2), 0.0) == funds(people.dora)
    assert (round(BALANCE - 7.77, 2), 0.0) == funds(people.emil)


def test_the_statement_adds_up_in_the_accounts_money(people: People) -> None:
    people.bob.bet(lay(3.05, 10.0))
    people.dora.bet(back(3.05, 5.01))
    people.dora.settle(MATCH, HOME)

    deposit, bet, commission = people.dora.statement()

    assert [BALANCE, 10.27, -0.51] == [item["amount"] for item in (deposit, bet, commission)]
    assert [BALANCE, 1010.28, 1009.77] == [item["balance"] for item in (deposit, bet, commission)]
    assert (5.01, 3.05) == (bet["legacyData"]["betSize"], bet["legacyData"]["avgPrice"])
    assert 10.27 == commission["legacyData"]["grossBetAmount"]


def test_no_penny_comes_or_goes(people: People) -> None:
    people.bob.bet(lay(3.05, 10.0))
    people.dora.bet(back(3.05, 5.01))
    people.dora.settle(MATCH, HOME)

    ledger = world_of(people.client).exchange.ledger

    assert 0 == sum(ledger.balances.values())
    assert (1009_77, 504_89) == (ledger.balance_of("dora"), ledger.balances["dora"])


def test_volume_in_catalogues_has_all_decimals(people: People) -> None:
    """Two pounds and a penny are 2.412 euro, matched from both sides 4.824: recorded, 9109.005802."""
    people.bob.bet(lay(3.0, 2.01))
    AccountHolder(people.client, "alice").bet(back(3.0, 2.01))

    catalogue = {"filter": {"marketIds": [MATCH]}, "maxResults": 1}

    assert [4.824, 4.02] == [
        holder.ask("listMarketCatalogue", **catalogue)[0]["totalMatched"] for holder in (people.emil, people.bob)
    ]
    (book,) = people.emil.ask("listMarketBook", marketIds=[MATCH])
    assert 4.82 == book["totalMatched"]


def test_funds_and_limits_are_held_against_amounts_of_the_accounts_money(people: People) -> None:
    """Dora may lose 900.00 dollars, and emil has 1000.01 euro."""
    for holder, most in ((people.dora, 900.0), (people.emil, BALANCE)):
        report = holder.place(back(3.0, round(most + 0.01, 2)))
        assert ("FAILURE", "INSUFFICIENT_FUNDS") == (report["status"], report["errorCode"])
        holder.bet(back(3.0, most))
        assert -most == funds(holder)[1]


def test_the_stream_tells_own_orders_in_the_accounts_money_and_markets_in_pounds() -> None:
    """The market stream is in pounds for everybody (stream interface)."""
    dora = account("dora", currency="AUD")
    race = event("1", "Meeting", HORSE_RACING, win("1.1", "First", "Second"))
    with streaming(loaded(scenario(race, accounts=[dora, account("bob")], currencyRates={"AUD": 2}))) as theatre:
        client = theatre.client("dora")
        client.subscribe_to_orders()
        client.subscribe_to_markets("1.1", fields=["EX_ALL_OFFERS"])
        theatre.bet("dora", "1.1", Side.BACK, 300, 501)
        theatre.bet("bob", "1.1", Side.LAY, 300, 100)

        changes = client.read()

    orders = [order for told in changes for market in told.get("oc", ()) for order in market["orc"][0].get("uo", ())]
    volumes = [
        line for told in changes for market in told.get("mc", ()) for runner in market["rc"] for line in runner["atl"]
    ]
    assert (5.01, 2, 3.01) == tuple(orders[-1][name] for name in ("s", "sm", "sr"))
    assert [3, 1.51] == volumes[-1]
