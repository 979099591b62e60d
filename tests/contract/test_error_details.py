"""Why a request is refused stands in `errorDetails`, wherever the service knows more than the code says."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.bettor import MATCH, Bettor, betting
from tests.in_process import Client

MANY = [f"1.{number}" for number in range(1, 252)]
BEST = {"priceProjection": {"priceData": ["EX_BEST_OFFERS"]}}
ROLLED = {"priceData": ["EX_BEST_OFFERS"], "exBestOffersOverrides": {"rollupModel": "STAKE", "rollupLimit": -1}}
DEEP = {"priceData": ["EX_BEST_OFFERS"], "exBestOffersOverrides": {"bestPricesDepth": 10}}
FLAT = {"priceData": ["EX_BEST_OFFERS"], "exBestOffersOverrides": {"bestPricesDepth": 0}}

INVALID, TOO_MUCH, TOO_LARGE = "INVALID_INPUT_DATA", "TOO_MUCH_DATA", "REQUEST_SIZE_EXCEEDS_LIMIT"
TOO_MANY_IDS = "the request names 251 markets and bets, and may name 250"

# The texts of the market id, the locale, the currency, the country and the text query are documented, that of
# maxResults above 1000 is recorded; the others are ours.
REFUSALS: list[tuple[str, dict[str, Any], str, str]] = [
    ("listMarketCatalogue", {"filter": {}, "maxResults": 0}, INVALID, "maxResults is 0, and must be above 0"),
    (
        "listMarketCatalogue",
        {"filter": {}, "maxResults": 1001},
        TOO_MUCH,
        "MaxResults must be less than or equal to 1000",
    ),
    (
        "listMarketCatalogue",
        {"filter": {}, "maxResults": 201, "marketProjection": ["RUNNER_METADATA"]},
        TOO_MUCH,
        "201 markets at 1 points each weigh more than 200",
    ),
    ("listEvents", {"filter": {"marketIds": ["x"]}}, INVALID, "market id passed is invalid"),
    ("listEvents", {"filter": {}, "locale": "english"}, INVALID, "locale must use valid ISO 639 names"),
    (
        "listEvents",
        {"filter": {"marketCountries": ["GBR"]}},
        INVALID,
        "country code must use valid ISO2 country code name",
    ),
    ("listEvents", {"filter": {"textQuery": "*al"}}, INVALID, "text query has invalid content"),
    ("listEvents", {"filter": {"withOrders": ["PENDING"]}}, INVALID, "withOrders cannot look for PENDING"),
    ("listEvents", {"filter": {"marketIds": MANY}}, TOO_LARGE, TOO_MANY_IDS),
    (
        "listMarketBook",
        {"marketIds": MANY[:41], **BEST},
        TOO_MUCH,
        "41 markets at 5 points each weigh more than 200",
    ),
    (
        "listMarketBook",
        {
            "marketIds": MANY[:13],
            "priceProjection": {**BEST["priceProjection"], "exBestOffersOverrides": {"bestPricesDepth": 10}},
        },
        TOO_MUCH,
        "13 markets at 16.6667 points each weigh more than 200",
    ),
    ("listMarketBook", {"marketIds": [MATCH], "betIds": MANY[:250]}, TOO_LARGE, TOO_MANY_IDS),
    (
        "listMarketBook",
        {"marketIds": [MATCH], "currencyCode": "XXX"},
        INVALID,
        "currency must use valid ISO2 currency code names",
    ),
    ("listMarketBook", {"marketIds": [MATCH], "priceProjection": FLAT}, INVALID, "bestPricesDepth must be above 0"),
    ("listMarketBook", {"marketIds": [MATCH], "priceProjection": ROLLED}, INVALID, "rollupLimit must not be below 0"),
    ("listMarketProfitAndLoss", {"marketIds": MANY[:51]}, TOO_MUCH, "51 markets at 4 points each weigh more than 200"),
    ("listCurrentOrders", {"fromRecord": -1}, INVALID, "fromRecord and recordCount must not be below 0"),
    ("listCurrentOrders", {"marketIds": MANY[:1], "betIds": MANY[:250]}, TOO_LARGE, TOO_MANY_IDS),
    (
        "listClearedOrders",
        {"betStatus": "VOIDED", "groupBy": "MARKET"},
        INVALID,
        "groupBy MARKET does not apply to VOIDED bets",
    ),
    ("listClearedOrders", {"betStatus": "SETTLED", "marketIds": MANY}, TOO_LARGE, TOO_MANY_IDS),
    (
        "listClearedOrders",
        {"betStatus": "SETTLED", "betIds": [str(number) for number in range(1001)]},
        TOO_LARGE,
        "the request names 1001 bets, and may name 1000",
    ),
    ("cancelOrders", {"instructions": [{"betId": "1"}]}, INVALID, "instructions need a market id"),
    ("placeOrders", {"marketId": MATCH, "instructions": []}, INVALID, "instructions must not be empty"),
]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with betting() as client:
        yield client


@pytest.mark.parametrize(("operation", "params", "code", "details"), REFUSALS, ids=lambda value: str(value)[:40])
def test_the_details_say_what_is_wrong(
    client: Client, operation: str, params: dict[str, Any], code: str, details: str
) -> None:
    """The same over JSON-RPC and over REST (manual: a specific description is returned through errorDetails)."""
    alice = Bettor(client)
    over_rest = alice.rest(operation, **params)

    assert (code, details) == alice.refusal(operation, **params)
    exception = over_rest.json()["detail"]["APINGException"]
    assert (400, code, details) == (over_rest.status_code, exception["errorCode"], exception["errorDetails"])


def test_as_many_ids_as_there_may_be_are_answered(client: Client) -> None:
    """250 markets of listClearedOrders, and its 1000 bets, which are counted by themselves."""
    bet_ids = [str(number) for number in range(1000)]

    report = Bettor(client).ask("listClearedOrders", betStatus="SETTLED", marketIds=MANY[:250], betIds=bet_ids)

    assert {"clearedOrders": [], "moreAvailable": False} == report


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X-Application": ""}, "NO_APP_KEY"),
        ({"X-Application": "nobody's"}, "INVALID_APP_KEY"),
        ({"X-Authentication": ""}, "NO_SESSION"),
        ({"X-Authentication": "expired"}, "INVALID_SESSION_INFORMATION"),
    ],
)
def test_errors_about_who_asks_have_none(client: Client, headers: dict[str, str], code: str) -> None:
    """Recorded: their details are an empty text. What is wrong stands in the log."""
    alice = Bettor(client)
    alice.headers |= headers

    assert (code, "") == alice.refusal("listEvents", filter={})
