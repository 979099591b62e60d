"""What a scenario may state of markets and accounts is shown, and absent where nothing is stated, as recorded."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.bettor import SCENARIO, Bettor, back, codes
from tests.in_process import Client, client_of
from tests.scenario import SOCCER, account, asian_handicap, event, market, sides

ASIAN, PLAIN = "1.501", "1.502"

EVENT = event(
    "500",
    "Lens v Lille",
    SOCCER,
    asian_handicap(
        ASIAN,
        *sides("Lens", "Lille", -0.5),
        line={"minUnitValue": -4, "maxUnitValue": 4, "interval": 0.25, "marketUnit": "Goals"},
        keyLine=[{"selectionId": 1, "handicap": -0.5}, {"selectionId": 2, "handicap": 0.5}],
        betDelayModels=["PASSIVE", "DYNAMIC"],
    ),
    market(PLAIN, "Next manager", None, "One", "Another"),
)
RICH = account("rich", balance=1_000_000)
FREE = account("free", balance=1_000_000, exposureLimit=None)


@pytest.fixture
def client() -> Iterator[Client]:
    accounts = [*SCENARIO["accounts"], RICH, FREE]
    with client_of({**SCENARIO, "accounts": accounts, "events": [*SCENARIO["events"], EVENT]}) as client:
        yield client


@pytest.fixture
def alice(client: Client) -> Bettor:
    return Bettor(client)


def described(bettor: Bettor, market_id: str) -> Any:
    (market,) = bettor.ask(
        "listMarketCatalogue", filter={"marketIds": [market_id]}, maxResults=1, marketProjection=["MARKET_DESCRIPTION"]
    )
    return market["description"]


def test_an_asian_handicap_has_the_lines_that_are_stated_of_it(alice: Bettor) -> None:
    """Recorded in 2023 of an Asian handicap in goals; its ladder stays its own."""
    description = described(alice, ASIAN)

    lines = {"marketUnit": "Goals", "interval": 0.25, "minUnitValue": -4.0, "maxUnitValue": 4.0}
    assert lines == description["lineRangeInfo"]
    assert {"type": "FINEST"} == description["priceLadderDescription"]


def test_bet_delay_models_are_shown_and_filtered_for(alice: Bettor) -> None:
    """In the catalogue, and in the book after isMarketDataDelayed."""
    (book,) = alice.ask("listMarketBook", marketIds=[ASIAN])

    assert ["PASSIVE", "DYNAMIC"] == described(alice, ASIAN)["betDelayModels"] == book["betDelayModels"]
    assert ["marketId", "isMarketDataDelayed", "betDelayModels", "status"] == list(book)[:4]
    found = alice.ask("listMarketCatalogue", filter={"betDelayModels": ["DYNAMIC"]}, maxResults=10)
    assert [ASIAN] == [market["marketId"] for market in found]


def test_the_key_line_is_shown_in_the_book(alice: Bettor) -> None:
    """A handicap and a selection each, as recorded."""
    (book,) = alice.ask("listMarketBook", marketIds=[ASIAN])

    key_line = [{"handicap": -0.5, "selectionId": 1}, {"handicap": 0.5, "selectionId": 2}]
    assert {"keyLine": key_line} == book["keyLineDescription"]


def test_what_is_not_stated_is_absent(alice: Bettor) -> None:
    """A market without a type has none, and is in no list of types; lines, key line and models are not made up."""
    description = described(alice, PLAIN)
    (book,) = alice.ask("listMarketBook", marketIds=[PLAIN])

    assert {"marketType", "lineRangeInfo", "betDelayModels"}.isdisjoint(description)
    assert {"keyLineDescription", "betDelayModels"}.isdisjoint(book)
    types = alice.ask("listMarketTypes", filter={"eventIds": ["500"]})
    assert [{"marketType": "ASIAN_HANDICAP", "marketCount": 1}] == types


def funds(client: Client, username: str) -> Any:
    headers = Bettor(client, username).headers
    return client.post("/exchange/account/rest/v1.0/getAccountFunds/", json={}, headers=headers).json()


@pytest.mark.parametrize(("username", "limit"), [("rich", -15_000.0), ("careful", -10.0), ("free", None)])
def test_the_exposure_limit_of_an_account(client: Client, username: str, limit: float | None) -> None:
    """The recorded one, the scenario's own, or with null none."""
    assert limit == funds(client, username).get("exposureLimit")


def test_the_default_limit_bounds_what_may_be_lost(client: Client) -> None:
    """Fifteen thousand may be risked over all markets, and not a penny more; without a limit any amount."""
    rich, free = Bettor(client, "rich"), Bettor(client, "free")
    rich.bet(back(3.0, 15_000))

    refused = rich.place(back(3.0, 1))

    assert ("FAILURE", "INSUFFICIENT_FUNDS", ["ERROR_IN_ORDER"]) == codes(refused)
    assert "SUCCESS" == free.place(back(3.0, 15_001))["status"]
