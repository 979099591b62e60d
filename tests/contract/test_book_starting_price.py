"""Books show the starting price as the manual says and as recorded: projections before the auction, the price after."""

from typing import Any

import pytest

from simulator.exchange.orders import Persistence, Side
from simulator.world.inputs import Reset
from tests.contract.betting_world import BETTING, MATCH, RACE, BettingWorld
from tests.evidence import recorded

BACK, LAY = "BACK", "LAY"
ONE, OTHER = 1, 2
"""The runners of the race."""

SP_DATA = {"priceData": ["SP_AVAILABLE", "SP_TRADED"]}
EMPTY: dict[str, list[Any]] = {"backStakeTaken": [], "layLiabilityTaken": []}


@pytest.fixture
def betting() -> BettingWorld:
    """A world in which nobody has to save."""
    accounts = [account | {"balance": 1_000_000} for account in BETTING["accounts"]]
    return BettingWorld({**BETTING, "accounts": accounts})


def starting_price(betting: BettingWorld, selection_id: int = ONE, username: str = "alice", **params: Any) -> Any:
    (book,) = betting.ask("listMarketBook", username, marketIds=[RACE], priceProjection=SP_DATA, **params)
    return book["runners"][selection_id - 1]["sp"]


def projected(betting: BettingWorld) -> tuple[Any, Any]:
    """Return the near and the far price."""
    shown = starting_price(betting)
    return shown["nearPrice"], shown["farPrice"]


def line(price: float, size: float) -> dict[str, float]:
    return {"price": price, "size": size}


def at_close(betting: BettingWorld, backs: float = 0, lays: float = 0) -> None:
    """Let bob back and lay at the starting price."""
    if backs:
        betting.at_close(BACK, "bob", ONE, backs)
    if lays:
        betting.at_close(LAY, "bob", ONE, lays)


def exchange(betting: BettingWorld, to_back: list[tuple[float, float]], to_lay: list[tuple[float, float]]) -> None:
    """Offer prices on the exchange."""
    betting.offer(ONE, Side.LAY, to_back, RACE)
    betting.offer(ONE, Side.BACK, to_lay, RACE)


# Before the auction


@pytest.mark.parametrize(("backs", "lays", "far"), [(1000, 6000, 7.0), (6000, 1000, 1 + 1 / 6)])
def test_the_far_price_is_the_manual_s(betting: BettingWorld, backs: float, lays: float, far: float) -> None:
    """The manual's 7.0 and 1.17, the latter with all its decimals; without an exchange the near price is the same."""
    at_close(betting, backs, lays)

    assert (far, far) == projected(betting)


@pytest.mark.parametrize(
    ("backs", "lays", "to_back", "to_lay", "near", "far"),
    [
        pytest.param(1000, 6000, [(4.8, 100)], [(5.0, 300), (5.5, 400), (6.0, 500)], 5.160687, 7.0, id="3"),
        pytest.param(1000, 6000, [(5.8, 100)], [(6.0, 500)], 6.0, 7.0, id="4"),
        pytest.param(1000, 6000, [(6.8, 100)], [(7.2, 500)], 7.0, 7.0, id="5"),
        pytest.param(6000, 1000, [(5.0, 3000), (4.8, 4000)], [(5.2, 300)], 4.904459, 1.166667, id="6"),
        pytest.param(22.13, 0, [(2.6, 14.63), (2.58, 6.08), (2.56, 13.61)], [], 2.591939, 1.0, id="7, recorded"),
        pytest.param(0, 0, [(21, 5)], [(23, 5)], 22.0, "NaN", id="11, nobody at the starting price"),
    ],
)
def test_the_near_price_takes_the_exchange_into_account(
    betting: BettingWorld,
    backs: float,
    lays: float,
    to_back: list[tuple[float, float]],
    to_lay: list[tuple[float, float]],
    near: float,
    far: float | str,
) -> None:
    """Rows of exchange mechanics, section 9.6; all decimals are there, rounded here to compare."""
    at_close(betting, backs, lays)
    exchange(betting, to_back, to_lay)

    shown = projected(betting)

    assert (near, far) == tuple(value if isinstance(value, str) else round(value, 6) for value in shown)


@pytest.mark.parametrize(
    ("backs", "lays", "shown"), [(0, 0, ("NaN", "NaN")), (0, 10, ("Infinity", "Infinity")), (10, 0, (1.0, 1.0))]
)
def test_what_is_no_number_is_a_word(
    betting: BettingWorld, backs: float, lays: float, shown: tuple[float | str, float | str]
) -> None:
    """ "Type Double may contain numbers, INF, -INF and NaN": JSON has no such numbers, the wire has words."""
    at_close(betting, backs, lays)

    assert shown == projected(betting)


def test_what_is_staked_stands_at_its_limit_or_at_the_end_of_the_ladder(betting: BettingWorld) -> None:
    """Newer pages: before the auction, money stands at 1.01 and 1000 and at the limits of LIMIT_ON_CLOSE bets."""
    betting.at_close(BACK, "bob", ONE, 2)
    betting.at_close(BACK, "alice", ONE, 3.5)
    betting.at_close(BACK, "bob", ONE, 40, 5)
    betting.at_close(BACK, "bob", ONE, 7, 2.5)
    betting.at_close(BACK, "alice", ONE, 60, 5)
    betting.at_close(LAY, "bob", ONE, 12)
    betting.at_close(LAY, "bob", ONE, 15, 3)
    betting.at_close(BACK, "bob", OTHER, 99)

    shown = starting_price(betting)

    assert [line(1.01, 5.5), line(2.5, 7.0), line(5.0, 100.0)] == shown["backStakeTaken"]
    assert [line(3.0, 15.0), line(1000.0, 12.0)] == shown["layLiabilityTaken"]
    assert [line(1.01, 99.0)] == starting_price(betting, OTHER)["backStakeTaken"]


def test_before_the_auction_there_is_no_actual_price(betting: BettingWorld) -> None:
    """Members in the order of the definition."""
    at_close(betting, 10, 10)

    assert ["nearPrice", "farPrice", "backStakeTaken", "layLiabilityTaken"] == list(starting_price(betting))
    assert betting.book(RACE)["bspReconciled"] is False


def test_a_bet_that_may_yet_take_the_starting_price_is_not_among_those_that_do(betting: BettingWorld) -> None:
    """A LIMIT order with MARKET_ON_CLOSE persistence is on the exchange until the auction."""
    betting.back("alice", ONE, 3.0, 10, market=RACE, persistence=Persistence.MARKET_ON_CLOSE)

    assert {"nearPrice": 1.0, "farPrice": "NaN", **EMPTY} == starting_price(betting)


def test_money_is_shown_in_the_currency_asked_for(betting: BettingWorld) -> None:
    """At 1.25 euros a pound; prices stay."""
    at_close(betting, 1000, 6000)
    before = starting_price(betting, currencyCode="EUR")
    betting.reconcile()

    after = starting_price(betting, currencyCode="EUR")

    assert ([line(1.01, 1250.0)], 7.0) == (before["backStakeTaken"], before["nearPrice"])
    assert ([line(7.0, 7500.0)], 7.0) == (after["layLiabilityTaken"], after["actualSP"])


# How fresh it is


def test_projections_are_kept_for_sixty_seconds(betting: BettingWorld) -> None:
    """ "This data is cached and updated every 60 seconds": by the world's clock, whoever asks; the stakes are fresh."""
    at_close(betting, 1000, 6000)
    assert (7.0, 7.0) == projected(betting)

    at_close(betting, 1000)
    betting.advance(59_999)
    still = starting_price(betting, username="bob")
    betting.advance(1)

    assert (7.0, 7.0, [line(1.01, 2000.0)]) == (still["nearPrice"], still["farPrice"], still["backStakeTaken"])
    assert (4.0, 4.0) == projected(betting)


def test_a_scenario_says_how_long_projections_are_kept() -> None:
    """PT0S makes every answer new."""
    betting = BettingWorld({**BETTING, "startingPriceRefresh": "PT0S"})
    at_close(betting, 10, 60)
    assert (7.0, 7.0) == projected(betting)

    at_close(betting, 10)

    assert (4.0, 4.0) == projected(betting)


def test_the_first_who_looks_sees_the_present(betting: BettingWorld) -> None:
    """Nothing is kept of what nobody has read, and nothing after a reset."""
    at_close(betting, 1000, 6000)
    betting.advance(30_000)
    at_close(betting, 1000)
    assert (4.0, 4.0) == projected(betting)

    betting.world.do(Reset()).accepted()

    assert ("NaN", "NaN") == projected(betting)


# After the auction


def test_the_actual_price_has_the_recorded_shape(betting: BettingWorld) -> None:
    """One line a side, at the actual price, and no projections; the market says that it is reconciled."""
    at_close(betting, 1000, 6000)
    exchange(betting, [(4.8, 100)], [(5.0, 300), (5.5, 400), (6.0, 500)])
    betting.reconcile()

    shown = starting_price(betting)

    assert list(recorded("list_market_book")[0]["runners"][0]["sp"]) == list(shown)
    price = shown["actualSP"]
    assert (5.160687, True) == (round(price, 6), betting.book(RACE)["bspReconciled"])
    assert {"backStakeTaken": [line(price, 1000.0)], "layLiabilityTaken": [line(price, 6000.0)], "actualSP": price} == (
        shown
    )


def test_the_actual_price_has_all_its_decimals(betting: BettingWorld) -> None:
    """Recorded: 2.730112832627202. 10 of risk for 3 of stake are 4.333..., as near as a double comes."""
    at_close(betting, 3, 10)
    betting.reconcile()

    assert 1 + 10 / 3 == pytest.approx(starting_price(betting)["actualSP"], abs=1e-15)


def test_only_what_was_matched_is_taken(betting: BettingWorld) -> None:
    """At their own limit bets have a share (mechanics 9.6, row 9): 150 of the 200 staked balance 600."""
    betting.at_close(BACK, "bob", ONE, 100)
    betting.at_close(BACK, "alice", ONE, 100, 5)
    betting.at_close(LAY, "bob", ONE, 600)
    betting.reconcile()

    expected = {"backStakeTaken": [line(5.0, 150.0)], "layLiabilityTaken": [line(5.0, 600.0)], "actualSP": 5.0}
    assert expected == starting_price(betting)


def test_a_side_that_nobody_took_has_no_line(betting: BettingWorld) -> None:
    """The recorded market of row 7: backs at the starting price, and all of them taken from the exchange."""
    at_close(betting, 22.13)
    exchange(betting, [(2.6, 14.63), (2.58, 6.08), (2.56, 13.61)], [])
    betting.reconcile()

    shown = starting_price(betting)

    assert ([line(shown["actualSP"], 22.13)], []) == (shown["backStakeTaken"], shown["layLiabilityTaken"])


def test_without_a_price_the_actual_one_is_infinite(betting: BettingWorld) -> None:
    """Newer pages: "may be returned as Infinity if no BSP can be calculated". Nothing was matched."""
    at_close(betting, 100)
    betting.reconcile()

    assert {**EMPTY, "actualSP": "Infinity"} == starting_price(betting)
    assert {**EMPTY, "actualSP": "Infinity"} == starting_price(betting, OTHER)


@pytest.mark.parametrize("first", ["the removal", "the auction"])
def test_a_removed_runner_has_no_price(betting: BettingWorld, first: str) -> None:
    """Recorded: both lists empty and the actual price "NaN"."""
    at_close(betting, 10, 10)
    if first == "the removal":
        assert (2.0, 2.0) == projected(betting)
        betting.remove(ONE)
        assert {"nearPrice": "NaN", "farPrice": "NaN", **EMPTY} == starting_price(betting)
        betting.reconcile()
    else:
        betting.reconcile()
        betting.remove(ONE)

    removed = recorded("list_market_book")[0]["runners"][5]["sp"]
    assert {**EMPTY, "actualSP": "NaN"} == removed == starting_price(betting)


def test_a_closed_market_keeps_its_prices_and_shows_no_money(betting: BettingWorld) -> None:
    """Recorded: the volumes at the starting price went to nothing before the market was closed; the prices stayed."""
    at_close(betting, 1000, 6000)
    betting.reconcile()
    betting.settle(ONE, market=RACE)

    assert {**EMPTY, "actualSP": 7.0} == starting_price(betting)


def test_a_market_that_was_closed_without_an_auction_has_no_price(betting: BettingWorld) -> None:
    """As before there was any money."""
    at_close(betting, 1000, 6000)
    assert (7.0, 7.0) == projected(betting)
    betting.void(RACE)

    assert {"nearPrice": "NaN", "farPrice": "NaN", **EMPTY} == starting_price(betting)


def test_there_are_none_on_other_markets_and_unasked(betting: BettingWorld) -> None:
    """`sp` is there where it is asked for and where there is a starting price."""
    betting.reconcile()

    assert "sp" not in betting.book(RACE, priceProjection={"priceData": ["EX_BEST_OFFERS"]})["runners"][0]
    assert "sp" not in betting.book(MATCH, priceProjection=SP_DATA)["runners"][0]


# Own orders


def own(betting: BettingWorld, **params: Any) -> Any:
    """Return what the book shows of alice's bets on the runner."""
    return betting.book(RACE, **{"orderProjection": "ALL", **params})["runners"][0]


ORDER = {
    "orderType": "MARKET_ON_CLOSE", "status": "EXECUTION_COMPLETE", "persistenceType": "LAPSE", "side": "BACK",
    "price": 1000.0, "size": 0.0, "bspLiability": 3.0, "placedDate": "2026-06-06T17:00:00.000Z",
    "avgPriceMatched": 0.0, "sizeMatched": 0.0, "sizeRemaining": 0.0, "sizeLapsed": 0.0, "sizeCancelled": 0.0,
    "sizeVoided": 0.0,
}  # fmt: skip


def test_an_order_for_the_starting_price_looks_in_books_as_among_current_orders(betting: BettingWorld) -> None:
    """The best price there is, no size, what it stakes, and complete from the start (recorded, listCurrentOrders)."""
    bet_id = betting.at_close(BACK, "alice", ONE, 3)
    waiting = own(betting)
    at_close(betting, lays=10)
    betting.reconcile()
    matched = own(betting)

    assert ([{"betId": bet_id, **ORDER}], []) == (waiting["orders"], waiting["matches"])
    assert [{"betId": bet_id, **ORDER, "avgPriceMatched": 4.33, "sizeMatched": 3.0}] == matched["orders"]
    (match,) = matched["matches"]
    assert (bet_id, "BACK", 4.33, 3.0) == (match["betId"], match["side"], match["price"], match["size"])


@pytest.mark.parametrize("projection", ["ROLLED_UP_BY_PRICE", "ROLLED_UP_BY_AVG_PRICE"])
def test_matches_at_the_starting_price_are_rolled_up_at_two_decimals(betting: BettingWorld, projection: str) -> None:
    """They are settled at all decimals."""
    betting.at_close(BACK, "alice", ONE, 3)
    at_close(betting, lays=10)
    betting.reconcile()

    assert [{"side": "BACK", "price": 4.33, "size": 3.0}] == own(betting, matchProjection=projection)["matches"]


def test_a_lay_is_matched_for_the_stake_that_its_risk_pays_for(betting: BettingWorld) -> None:
    """12 of risk at 7.0 are 2 of stake, and its liability stays what it was."""
    betting.at_close(LAY, "alice", ONE, 12, 7)
    at_close(betting, 1000, 5988)
    betting.reconcile()

    (order,) = own(betting)["orders"]

    assert (7.0, 0.0, 12.0) == (order["price"], order["size"], order["bspLiability"])
    assert (7.0, 2.0) == (order["avgPriceMatched"], order["sizeMatched"])


def test_only_complete_orders_are_shown_among_complete_ones(betting: BettingWorld) -> None:
    """An order that waits for the starting price counts as complete, as recorded."""
    bet_id = betting.at_close(BACK, "alice", ONE, 3)

    assert [] == own(betting, orderProjection="EXECUTABLE")["orders"]
    assert [bet_id] == [order["betId"] for order in own(betting, orderProjection="EXECUTION_COMPLETE")["orders"]]


def test_an_order_that_took_the_starting_price_says_both(betting: BettingWorld) -> None:
    """Manual: MARKET_ON_CLOSE by type and by persistence. 4 were matched at 6.0 before, 6 at 3.0 in the auction."""
    betting.lay("bob", ONE, 6.0, 4, market=RACE)
    betting.back("alice", ONE, 6.0, 10, market=RACE, persistence=Persistence.MARKET_ON_CLOSE)
    betting.at_close(LAY, "bob", ONE, 12)
    betting.reconcile()

    shown = own(betting, matchProjection="ROLLED_UP_BY_PRICE")

    (order,) = shown["orders"]
    assert ("MARKET_ON_CLOSE", "MARKET_ON_CLOSE") == (order["orderType"], order["persistenceType"])
    assert (6.0, 10.0, 6.0) == (order["price"], order["size"], order["bspLiability"])
    assert (4.2, 10.0) == (order["avgPriceMatched"], order["sizeMatched"])
    lines = [{"side": "BACK", "price": price, "size": size} for price, size in ((3.0, 6.0), (6.0, 4.0))]
    assert lines == shown["matches"]
