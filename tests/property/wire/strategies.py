"""What programs over the wire draw from: who asks, bets that meet, and what can be read; `flaws` has the mistakes."""

from typing import Any, Final, NamedTuple

from hypothesis import strategies as st
from msgspec.structs import replace

from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.money import INEXACT
from simulator.exchange.orders import BetTargetType, OrderType, Persistence, RunnerKey, Side, TimeInForce
from tests.property.wire.compare import Fault
from tests.property.wire.flaws import MISSING, NO_INPUT, OF_ANOTHER_TYPE
from tests.property.wire.worlds import CUSTOMERS, HANDICAPS, LINE, MARKET_ENTRIES, MATCH, PLACES, RACE

UNKNOWN_MARKET: Final = "1.999"
UNKNOWN_BET: Final = 999_999
NO_BET: Final = -1

KILL = TimeInForce.FILL_OR_KILL

# Who, and in what manner

customers = st.sampled_from(CUSTOMERS)
WRONG_MANNERS = [
    "without a key",
    "with an unknown key",
    "with the key of another",
    "without a token",
    "with an unknown token",
    "with a token of before",
]
manners = st.sampled_from(["rightly"] * 50 + ["with the delayed key"] * 2 + WRONG_MANNERS)
readers_manners = st.sampled_from(["rightly"] * 30 + ["with the delayed key"] * 12 + WRONG_MANNERS)
sessions_manners = st.sampled_from(["rightly"] * 6 + WRONG_MANNERS)
bettors = st.sampled_from([*CUSTOMERS * 8, "barred"])
seldom = st.sampled_from([False] * 4 + [True])

# Where and what

USUAL_MARKETS: Final = [MATCH] * 5 + [RACE] * 4 + [PLACES] * 2 + [HANDICAPS, LINE]
markets = st.sampled_from(USUAL_MARKETS)
any_market = st.sampled_from([*MARKET_ENTRIES, UNKNOWN_MARKET])
PRICES: Final = [200, 202, 198, 210, 190]
FAR_PRICES: Final = [101, 150, 305, 960, 1000, 100_000]
WRONG_PRICES: Final = [100, 203, 0, -200, INEXACT]
LINES: Final = [50, 150, 250]
prices = st.sampled_from([*PRICES * 3, *FAR_PRICES])
new_prices = st.sampled_from([*PRICES * 4, *FAR_PRICES, *WRONG_PRICES])
sizes = st.sampled_from([100, 101, 133, 250, 777, 1000, 2500])
liabilities = st.sampled_from([1000, 1000, 1234, 2500, 100, 999])
persistences = st.sampled_from([None, Persistence.LAPSE, Persistence.PERSIST, Persistence.MARKET_ON_CLOSE])
# The longest that are allowed, and one letter more.
order_references = st.sampled_from([None] * 6 + ["", "one", "o" * 32, "o" * 33])
strategy_references = st.sampled_from([None] * 6 + ["", "one", "two", "s" * 15, "s" * 16])
customer_references = st.sampled_from([None] * 8 + ["", "again", "again", "other:-._+*;~"])
versions = st.sampled_from([None] * 20 + ["present"] * 4 + ["material", "stale", "future", "negative", "too long"])


def runners_of(market: str) -> list[RunnerKey]:
    return [
        RunnerKey(runner["selectionId"], round(100 * runner.get("handicap", 0)))
        for runner in MARKET_ENTRIES.get(market, MARKET_ENTRIES[MATCH])["runners"]
    ]


def limit_orders(market: str) -> st.SearchStrategy[PlaceInstruction]:
    """Ordinary bets in a market."""
    return st.builds(
        PlaceInstruction,
        st.sampled_from(runners_of(market)[:2] * 2 + runners_of(market)),
        st.sampled_from(Side),
        st.just(OrderType.LIMIT),
        st.sampled_from(LINES) if market == LINE else prices,
        sizes,
        st.sampled_from([None, Persistence.LAPSE]),
    )


def orders_on_close(market: str) -> st.SearchStrategy[PlaceInstruction]:
    """Bets for the starting price, with a limit and without one; only the race has such a price."""
    instructions = st.builds(
        PlaceInstruction,
        st.sampled_from(runners_of(market)),
        st.sampled_from(Side),
        st.sampled_from([OrderType.LIMIT_ON_CLOSE, OrderType.MARKET_ON_CLOSE]),
        prices,
        liability=liabilities,
    )
    return instructions.map(
        lambda bet: replace(bet, price=None) if bet.order_type is OrderType.MARKET_ON_CLOSE else bet
    )


# Each turns an ordinary bet into a strange one, or into a faulty one.
CHANGES: Final[list[dict[str, Any]]] = [
    {"runner": RunnerKey(9)},
    {"runner": RunnerKey(1, 50)},
    *({"price": price} for price in WRONG_PRICES),
    *({"size": size} for size in (None, 0, -100, 1, 99, INEXACT)),
    {"size": 1, "price": 100_000},
    {"size": 50, "price": 2000},
    {"size": 50, "price": 1950},
    {"size": None, "bet_target_type": BetTargetType.PAYOUT, "bet_target_size": 1000},
    {"size": None, "bet_target_type": BetTargetType.BACKERS_PROFIT, "bet_target_size": 555},
    {"bet_target_type": BetTargetType.PAYOUT, "bet_target_size": 1000},
    {"persistence": Persistence.PERSIST},
    {"persistence": Persistence.MARKET_ON_CLOSE},
    {"time_in_force": KILL},
    {"time_in_force": KILL, "persistence": Persistence.LAPSE},
    {"time_in_force": KILL, "persistence": Persistence.PERSIST},
    {"min_fill_size": 100},
    *({"min_fill_size": size, "time_in_force": KILL} for size in (0, 100, 100_000)),
    {"customer_order_reference": ""},
    {"customer_order_reference": "mine"},
    {"customer_order_reference": "o" * 33},
]


def odd_orders(market: str) -> st.SearchStrategy[PlaceInstruction]:
    return st.builds(lambda bet, change: replace(bet, **change), limit_orders(market), st.sampled_from(CHANGES))


def filled_or_killed(bet: PlaceInstruction) -> PlaceInstruction:
    return replace(bet, time_in_force=KILL)


def bets(market: str) -> st.SearchStrategy[list[PlaceInstruction]]:
    """Bets of every kind in a market, most of them ordinary, one or several in a request."""
    ordinary, odd, on_close = limit_orders(market), odd_orders(market), orders_on_close(market)
    return st.one_of(
        *[st.lists(ordinary, min_size=1, max_size=1)] * 4,
        st.lists(ordinary, min_size=2, max_size=3),
        *[st.lists(on_close, min_size=1, max_size=2)] * (3 if market == RACE else 1),
        *[st.lists(odd, min_size=1, max_size=1)] * 3,
        st.lists(ordinary.map(filled_or_killed), min_size=1, max_size=2),
        st.lists(st.one_of(ordinary, on_close, odd), min_size=2, max_size=3),
    )


# Reading


class Reading(NamedTuple):
    """What is read with which parameters; `outcome` is there where it is refused."""

    operation: str
    params: dict[str, Any]
    outcome: str | Fault | None = None


def _options(**choices: list[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these parameters, each with one of its values."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in choices.items()})


_market_ids = st.lists(any_market, min_size=1, max_size=3)
_price_projections = st.fixed_dictionaries(
    {"priceData": st.lists(
        st.sampled_from(["EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED", "SP_AVAILABLE", "SP_TRADED"]),
        max_size=3, unique=True,
    )},
    optional={"virtualise": st.booleans()},
)  # fmt: skip
_pages: dict[str, list[Any]] = {"fromRecord": [0, 1, 2], "recordCount": [0, 1, 2]}

current_orders = st.builds(
    lambda options: Reading("listCurrentOrders", options),
    _options(
        marketIds=[[], [MATCH], [RACE, PLACES]],
        betIds=[[str(UNKNOWN_BET)], ["1", "2"]],
        orderProjection=["ALL", "EXECUTABLE", "EXECUTION_COMPLETE"],
        customerOrderRefs=[["mine"], ["one"]],
        customerStrategyRefs=[["one"], ["two"]],
        orderBy=["BY_BET", "BY_MARKET", "BY_PLACE_TIME", "BY_MATCH_TIME"],
        sortDir=["EARLIEST_TO_LATEST", "LATEST_TO_EARLIEST"],
        **_pages,
    ),
)


def books_of(market_ids: st.SearchStrategy[list[str]]) -> st.SearchStrategy[Reading]:
    """The books of some markets, with prices and with one's own bets."""
    own_bets = _options(
        orderProjection=["ALL", "EXECUTABLE", "EXECUTION_COMPLETE"], matchProjection=["NO_ROLLUP", "ROLLED_UP_BY_PRICE"]
    )
    return st.builds(
        lambda names, prices, options: Reading(
            "listMarketBook", {"marketIds": names, "priceProjection": prices, **options}
        ),
        market_ids,
        _price_projections,
        own_bets,
    )


market_books = books_of(_market_ids)
profits = st.builds(
    lambda market_ids, options: Reading("listMarketProfitAndLoss", {"marketIds": market_ids, **options}),
    _market_ids,
    _options(includeSettledBets=[True, False], includeBspBets=[True, False], netOfCommission=[True, False]),
)
cleared_orders = st.builds(
    lambda status, options: Reading("listClearedOrders", {"betStatus": status, **options}),
    st.sampled_from(["SETTLED", "SETTLED", "VOIDED", "LAPSED", "CANCELLED"]),
    _options(marketIds=[[], [MATCH, RACE]], side=["BACK", "LAY"], groupBy=["BET"], **_pages),
)
cleared_markets = _options(marketIds=[[MATCH], [RACE, PLACES]]).map(
    lambda options: Reading("listClearedOrders", {"betStatus": "SETTLED", "groupBy": "MARKET", **options})
)
faulty_readings = st.sampled_from(
    [
        Reading("listCurrentOrders", {"recordCount": -1}, NO_INPUT),
        Reading("listCurrentOrders", {"orderProjection": "SOME"}, OF_ANOTHER_TYPE),
        Reading("listMarketBook", {}, MISSING),
        Reading("listMarketBook", {"marketIds": ["nowhere"]}, NO_INPUT),
        Reading("listMarketBook", {"marketIds": [MATCH] * 101}, "TOO_MUCH_DATA"),
        Reading("listMarketProfitAndLoss", {"marketIds": ["nowhere"]}, NO_INPUT),
        Reading("listClearedOrders", {}, MISSING),
        Reading("listClearedOrders", {"betStatus": "LOST"}, OF_ANOTHER_TYPE),
        Reading("listClearedOrders", {"betStatus": "LAPSED", "groupBy": "MARKET"}, NO_INPUT),
        Reading("listClearedOrders", {"betStatus": "SETTLED", "fromRecord": -1}, NO_INPUT),
    ]
)
readings = st.one_of(
    *[current_orders] * 3, *[market_books] * 4, *[profits] * 2, *[cleared_orders] * 2, cleared_markets, faulty_readings
)
