"""Recorded answers survive our types, and are what our documents allow.

They lie outside the repository; where they are absent the tests that read them are skipped and say so.
"""

import json
from typing import Any

import msgspec
import pytest
import yaml

from simulator.betfair.schema import sports_aping, sports_enums
from simulator.betfair.schema.wire import decode_hook, encode_hook
from simulator.data import specification_bytes
from tests.documented import check
from tests.evidence import ANSWERS, needs

RECORDED = {
    "cancel_orders.json": "cancelOrders",
    "list_cleared_orders.json": "listClearedOrders",
    "list_competitions.json": "listCompetitions",
    "list_countries.json": "listCountries",
    "list_current_orders.json": "listCurrentOrders",
    "list_current_orders_description.json": "listCurrentOrders",
    "list_event_types.json": "listEventTypes",
    "list_events.json": "listEvents",
    "list_market_book.json": "listMarketBook",
    "list_market_catalogue.json": "listMarketCatalogue",
    "list_market_catalogue_no_ero.json": "listMarketCatalogue",
    "list_market_profit_and_loss.json": "listMarketProfitAndLoss",
    "list_market_types.json": "listMarketTypes",
    "list_runner_book.json": "listRunnerBook",
    "list_time_ranges.json": "listTimeRanges",
    "list_venues.json": "listVenues",
    "place_orders.json": "placeOrders",
    "replace_orders.json": "replaceOrders",
    "update_orders.json": "updateOrders",
}

REORDERED_BY_HAND = {"list_market_catalogue.json", "list_market_catalogue_no_ero.json"}
"""Recordings into which a later field was pasted, not where the service writes it."""


@needs(ANSWERS)
@pytest.mark.parametrize(("file", "operation"), list(RECORDED.items()))
def test_a_recorded_answer_survives_our_types(file: str, operation: str) -> None:
    """Decoded into our structs and encoded again it says the same, with its keys in the same order."""
    recorded = _recorded(file)
    result = sports_aping.OPERATIONS[operation].result

    decoded = msgspec.convert(recorded, result, dec_hook=decode_hook)
    encoded = json.loads(msgspec.json.encode(decoded, enc_hook=encode_hook))

    assert encoded == recorded
    if file not in REORDERED_BY_HAND:
        assert json.dumps(encoded) == json.dumps(recorded)


@needs(ANSWERS)
@pytest.mark.parametrize(("file", "operation"), list(RECORDED.items()))
def test_a_recorded_answer_is_one_that_our_document_allows(file: str, operation: str) -> None:
    """With every status and code among the closed list that the document has for it."""
    check(operation, 200, {b"content-type": b"application/json"}, json.dumps(_recorded(file)).encode())


def _recorded(file: str) -> Any:
    return json.loads((ANSWERS / file).read_bytes())["result"]


CLOSED_LISTS = {
    "Order.status": sports_enums.OrderStatus,
    "Match.side": sports_enums.Side,
    "PlaceInstructionReport.errorCode": sports_enums.InstructionReportErrorCode,
    "PlaceExecutionReport.errorCode": sports_enums.ExecutionReportErrorCode,
    "UpdateExecutionReport.status": sports_enums.ExecutionReportStatus,
    "ClearedOrderSummary.betOutcome": sports_enums.BetOutcome,
    "CurrentOrderSummary.persistenceType": sports_enums.PersistenceType,
    "MarketDescription.bettingType": sports_enums.MarketBettingType,
    "MarketBook.status": sports_enums.MarketStatus,
    "Runner.status": sports_enums.RunnerStatus,
}


@pytest.mark.parametrize("member", CLOSED_LISTS)
def test_the_document_lists_the_values_of_a_text_that_has_no_others(member: str) -> None:
    schemas = yaml.load(specification_bytes("betfair-betting.yaml"), yaml.CSafeLoader)["components"]["schemas"]
    struct, _, name = member.partition(".")

    reference = schemas[struct]["properties"][name]["$ref"]

    assert schemas[reference.rpartition("/")[2]]["enum"] == sorted(one.value for one in CLOSED_LISTS[member])


@needs(ANSWERS)
def test_every_recorded_betting_answer_is_looked_at() -> None:
    files = {path.name for path in ANSWERS.glob("*.json")}
    elsewhere = {"list_race_details.json"}
    identity = {name for name in files if name.startswith(("keep_alive", "login", "logout"))}
    streams = {name for name in files if name.startswith("streaming")}

    assert files - elsewhere - identity - streams == RECORDED.keys()
