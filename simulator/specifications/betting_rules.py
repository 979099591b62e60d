"""What the rules of the betting interface say of requests beyond their types, as JSON schemas.

They are those whose breach is a fault; what is refused with a report is a good request to the wire.
"""

from typing import Final

from simulator.betfair.betting.codes import COUNTRIES, LANGUAGES
from simulator.betfair.betting.limits import MAXIMUM_RESULTS
from simulator.betfair.betting.text_query import MAXIMUM_LENGTH
from simulator.betfair.schema.sports_enums import BetStatus, GroupBy, OrderStatus
from simulator.specifications.requests import PRESENT, JsonSchema, Rules
from simulator.world.settings import CURRENCY_RATES

_NOT_NEGATIVE: Final = r"^[ \t\r\n]*[0-9]{0,9}[ \t\r\n]*$"


def number(least: int, most: int = 2**31 - 1, pattern: str = _NOT_NEGATIVE) -> JsonSchema:
    """Return the schema of an integer between bounds, as a number or as a text of digits."""
    # Decimals are cut: 10.7 is 10, and -0.7 is 0.
    lowest = {"minimum": least} if least > 0 else {"exclusiveMinimum": least - 1}
    return {
        "anyOf": [{"type": "number", **lowest, "exclusiveMaximum": most + 1}, {"type": "string", "pattern": pattern}]
    }


def _some(items: JsonSchema) -> JsonSchema:
    # How many there may be is said of distinct ids of several kinds together, which no schema can count.
    return {"type": "array", "items": items}


_MARKET_ID: Final[JsonSchema] = {"type": "string", "pattern": r"^[0-9]{1,9}\.[0-9]{1,18}$"}
_TEXT_QUERY: Final[JsonSchema] = {
    "anyOf": [{"type": "string", "pattern": r"^([^*]|$)", "maxLength": MAXIMUM_LENGTH}, {"type": "number"}]
}
_SOMETHING: Final[JsonSchema] = {"minItems": 1}
_LISTED_ORDERS: Final = [OrderStatus.EXECUTABLE.value, OrderStatus.EXECUTION_COMPLETE.value]

LOCALE: Final[JsonSchema] = {"enum": ["", *sorted(LANGUAGES)]}

BETTING_RULES: Final = Rules(
    fields={
        "locale": LOCALE,
        "currencyCode": {"enum": ["", *sorted(CURRENCY_RATES)]},
        "marketId": _MARKET_ID,
        "RunnerId.marketId": {"type": ["string", "number"]},
        "MarketFilter.marketIds": _some(_MARKET_ID),
        "MarketFilter.marketCountries": _some({"enum": sorted(COUNTRIES)}),
        "MarketFilter.textQuery": _TEXT_QUERY,
        "MarketFilter.withOrders": _some({"enum": _LISTED_ORDERS}),
        "ListMarketBookRequest.marketIds": _some(_MARKET_ID),
        "ListMarketProfitAndLossRequest.marketIds": _some(_MARKET_ID),
        "ListMarketCatalogueRequest.maxResults": number(1, MAXIMUM_RESULTS, r"^[ \t\r\n]*[1-9][0-9]{0,2}[ \t\r\n]*$"),
        "bestPricesDepth": number(1, pattern=r"^[ \t\r\n]*([1-9][0-9]{0,8})?[ \t\r\n]*$"),
        "rollupLimit": number(0),
        "fromRecord": number(0),
        "recordCount": number(0),
        "customerRef": {"anyOf": [{"type": "string", "pattern": r"^[A-Za-z0-9:._+*;~-]{0,32}$"}, {"type": "number"}]},
        "PlaceOrdersRequest.instructions": _SOMETHING,
        "ReplaceOrdersRequest.instructions": _SOMETHING,
        "UpdateOrdersRequest.instructions": _SOMETHING,
    },
    variants={
        "PlaceInstruction": [
            {"orderType": {"const": "LIMIT"}, "limitOrder": PRESENT},
            {"orderType": {"const": "LIMIT_ON_CLOSE"}, "limitOnCloseOrder": PRESENT},
            {"orderType": {"const": "MARKET_ON_CLOSE"}, "marketOnCloseOrder": PRESENT},
        ],
        "CancelOrdersRequest": [
            {"marketId": PRESENT, "instructions": PRESENT},
            {"instructions": {"anyOf": [{"type": "null"}, {"type": "array", "maxItems": 0}]}},
        ],
        "ListClearedOrdersRequest": [
            {"betStatus": {"const": BetStatus.SETTLED.value}},
            {"groupBy": {"enum": [GroupBy.BET.value, None]}},
        ],
    },
)
