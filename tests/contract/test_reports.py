"""listCurrentOrders answers what the manual, the interface definition and recordings say."""

from typing import Any

import pytest

from simulator.betfair.errors import ApiErrorCode
from simulator.exchange.orders import Persistence
from tests.contract.betting_world import AWAY, HOME, MATCH, OTHER, PLACES, RACE, BettingWorld, refusal
from tests.evidence import recorded

MINUTE = 60_000


def ids(orders: list[Any]) -> list[str]:
    return [order["betId"] for order in orders]


# Shape


def test_nothing_is_an_empty_page(betting: BettingWorld) -> None:
    """Without orders the list is empty, as recorded, and nothing more is available."""
    assert {"currentOrders": [], "moreAvailable": False} == betting.ask("listCurrentOrders")


def test_an_item_description_has_the_recorded_shape(betting: BettingWorld) -> None:
    """`includeItemDescription` adds the version of the market, last of all."""
    betting.matched("LAY", HOME, 1.22, 2)
    version = betting.book()["version"]

    order = betting.orders(includeItemDescription=True)[0]

    expected = list(recorded("list_current_orders_description")["currentOrders"][0])
    assert [key for key in expected if key != "regulatorAuthCode"] == list(order)
    assert {"marketVersion": {"version": version}} == order["currentItemDescription"]
    assert "currentItemDescription" not in betting.orders(includeItemDescription=False)[0]


def test_an_unmatched_order_is_that_of_the_manual(betting: BettingWorld) -> None:
    """The manual prints a back of 5 at 10: no matched date, an average of 0.0, all sizes there."""
    bet_id = betting.back("alice", HOME, 10.0, 5)

    expected = {
        "betId": bet_id, "marketId": MATCH, "selectionId": HOME, "handicap": 0.0,
        "priceSize": {"price": 10.0, "size": 5.0}, "bspLiability": 0.0, "side": "BACK", "status": "EXECUTABLE",
        "persistenceType": "LAPSE", "orderType": "LIMIT", "placedDate": "2026-06-06T17:00:00.000Z",
        "averagePriceMatched": 0.0, "sizeMatched": 0.0, "sizeRemaining": 5.0, "sizeLapsed": 0.0, "sizeCancelled": 0.0,
        "sizeVoided": 0.0, "regulatorCode": "MALTA LOTTERIES AND GAMBLING AUTHORITY",
    }  # fmt: skip
    assert [expected] == betting.orders(marketIds=[MATCH], orderProjection="ALL", dateRange={})


def test_what_became_of_each_part_is_told(betting: BettingWorld) -> None:
    """Average price, matched date to the second, references and every size."""
    betting.lay("bob", HOME, 3.0, 1)
    betting.lay("bob", HOME, 2.5, 2)
    betting.advance(1999)
    bet_id = betting.back("alice", HOME, 2.5, 10, reference="mine", strategy="value")
    betting.cancel(bet_id, 3)
    betting.turn_in_play()

    (order,) = betting.orders()

    assert "EXECUTION_COMPLETE" == order["status"]
    assert (2.67, 3.0, 0.0) == (order["averagePriceMatched"], order["sizeMatched"], order["sizeRemaining"])
    assert (4.0, 3.0, 0.0) == (order["sizeLapsed"], order["sizeCancelled"], order["sizeVoided"])
    assert "2026-06-06T17:00:01.000Z" == order["placedDate"] == order["matchedDate"]
    assert ("mine", "value") == (order["customerOrderRef"], order["customerStrategyRef"])


def test_a_killed_order_is_complete_and_cancelled(betting: BettingWorld) -> None:
    """A fill-or-kill order that was killed stays in the list with its whole size cancelled."""
    betting.back("alice", HOME, 2.5, 10, fill_or_kill=True)

    (order,) = betting.orders()

    assert ("EXECUTION_COMPLETE", 10.0, 0.0) == (order["status"], order["sizeCancelled"], order["sizeLapsed"])


def test_a_handicap_is_part_of_the_order(betting: BettingWorld) -> None:
    """The handicap is a double."""
    betting.back("alice", 1, 2.0, 10, market=OTHER, handicap=-0.5)

    assert [-0.5] == [order["handicap"] for order in betting.orders()]


# Which orders


def test_orders_leave_when_their_market_is_settled(betting: BettingWorld) -> None:
    """Complete orders stay until then; those of other markets stay on."""
    settled, other = betting.matched("BACK", HOME, 2.0, 10), betting.matched("BACK", 1, 2.0, 10, market=RACE)
    cancelled = betting.back("alice", AWAY, 5.0, 10)
    betting.cancel(cancelled)
    before = ids(betting.orders())
    betting.settle(HOME)

    assert [settled, other, cancelled] == before
    assert [other] == ids(betting.orders())


def test_orders_of_others_are_not_shown(betting: BettingWorld) -> None:
    """Every customer sees their own."""
    of_alice, of_bob = betting.back("alice", HOME, 9.0, 10), betting.back("bob", HOME, 9.0, 10)

    assert [of_alice] == ids(betting.orders(betIds=[of_alice, of_bob]))
    assert [of_bob] == ids(betting.ask("listCurrentOrders", "bob")["currentOrders"])


def test_every_filter_restricts_and_empty_sets_do_not(betting: BettingWorld) -> None:
    """Filters by bet, market, status and references, alone and together."""
    home = betting.matched("BACK", HOME, 2.0, 10, reference="r1", strategy="s1")
    away = betting.back("alice", AWAY, 9.0, 10, reference="r2", strategy="s1")
    race = betting.back("alice", 1, 9.0, 10, market=RACE)

    def shown(**params: Any) -> list[str]:
        return ids(betting.orders(**params))

    assert [away, race] == shown(betIds=[race, away, "7", "seven"])
    assert [race] == shown(marketIds=[RACE, "1.9"])
    assert [home] == shown(orderProjection="EXECUTION_COMPLETE")
    assert [away, race] == shown(orderProjection="EXECUTABLE")
    assert [home, away, race] == shown(orderProjection="ALL")
    assert [away] == shown(customerOrderRefs=["r2"])
    assert [home, away] == shown(customerStrategyRefs=["s1"])
    assert [away] == shown(customerStrategyRefs=["s1"], orderProjection="EXECUTABLE", marketIds=[MATCH])
    assert [home, away, race] == shown(betIds=[], marketIds=[], customerOrderRefs=[], customerStrategyRefs=[])


def test_dates_are_included_to_the_millisecond(betting: BettingWorld) -> None:
    """Both ends of a range count; without an order it looks at the date of placing; the wrong way round it is empty."""
    first = betting.back("alice", HOME, 9.0, 10)
    betting.advance(MINUTE)
    second = betting.back("alice", HOME, 9.0, 10)
    start, end = "2026-06-06T17:00:00.000Z", "2026-06-06T17:01:00.000Z"

    for name in ("dateRange", "placedDateRange"):
        assert [first, second] == ids(betting.orders(**{name: {"from": start, "to": end}}))
        assert [second] == ids(betting.orders(**{name: {"from": "2026-06-06T17:00:00.001Z"}}))
        assert [first] == ids(betting.orders(**{name: {"to": "2026-06-06T17:00:59.999Z"}}))
        assert [] == ids(betting.orders(**{name: {"from": end, "to": start}}))


# In which order


def test_orders_come_in_the_order_of_placing(betting: BettingWorld) -> None:
    """By bet, which is by place time, from the earliest; the other way round on demand."""
    placed = [betting.back("alice", runner, 9.0, 10) for runner in (AWAY, HOME, AWAY)]

    for order_by in ({}, {"orderBy": "BY_BET"}, {"orderBy": "BY_PLACE_TIME"}):
        assert placed == ids(betting.orders(**order_by))
        assert placed == ids(betting.orders(**order_by, sortDir="EARLIEST_TO_LATEST"))
        assert placed[::-1] == ids(betting.orders(**order_by, sortDir="LATEST_TO_EARLIEST"))


def test_by_market_comes_before_by_time(betting: BettingWorld) -> None:
    """By market id, then by place time."""
    race, match, places = (
        betting.back("alice", 1, 9.0, 10, market=RACE),
        betting.back("alice", 1, 9.0, 10),
        betting.back("alice", 1, 9.0, 10, market=PLACES),
    )

    assert [match, race, places] == ids(betting.orders(orderBy="BY_MARKET"))


def test_by_match_time_leaves_out_what_was_never_matched(betting: BettingWorld) -> None:
    """By the last match, and the range looks at that date (manual, best practice for new matches)."""
    early = betting.back("alice", HOME, 3.0, 10)
    late = betting.back("alice", HOME, 2.0, 10)
    betting.back("alice", AWAY, 9.0, 10)
    betting.lay("bob", HOME, 2.0, 10)
    betting.advance(MINUTE)
    betting.lay("bob", HOME, 3.0, 4)

    by_match_time = {"orderBy": "BY_MATCH_TIME", "orderProjection": "ALL"}
    assert [late, early] == ids(betting.orders(**by_match_time))
    assert [early] == ids(betting.orders(**by_match_time, dateRange={"from": "2026-06-06T17:00:00.001Z"}))
    assert [late] == ids(betting.orders(**by_match_time, dateRange={"to": "2026-06-06T17:00:00.000Z"}))
    placed_later = {"from": "2026-06-06T17:00:00.001Z"}
    assert [] == ids(betting.orders(**by_match_time, placedDateRange=placed_later))


@pytest.mark.parametrize("order_by", ["BY_VOID_TIME", "BY_SETTLED_TIME"])
def test_orders_without_the_date_they_are_sorted_by_are_left_out(betting: BettingWorld, order_by: str) -> None:
    """Nothing in a market that is not settled is voided or settled."""
    betting.matched("BACK", HOME, 2.0, 10)

    assert [] == betting.orders(orderBy=order_by)


# Pages


def test_pages_say_whether_there_is_more(betting: BettingWorld) -> None:
    """Records count from 0; a count of 0 asks for all; behind the last there is nothing."""
    placed = [betting.back("alice", HOME, 9.0, 10) for _ in range(5)]

    def page(**params: int) -> tuple[list[str], bool]:
        answer = betting.ask("listCurrentOrders", **params)
        return ids(answer["currentOrders"]), answer["moreAvailable"]

    assert (placed, False) == page() == page(recordCount=0) == page(recordCount=5) == page(recordCount=5000)
    assert (placed[:2], True) == page(recordCount=2)
    assert (placed[2:4], True) == page(fromRecord=2, recordCount=2)
    assert (placed[3:], False) == page(fromRecord=3)
    assert ([], False) == page(fromRecord=5)


def test_a_page_holds_a_thousand(betting: BettingWorld) -> None:
    """However many are asked for."""
    for _ in range(1001):
        betting.back("alice", HOME, 9.0, 1)

    for params in ({}, {"recordCount": 2000}):
        answer = betting.ask("listCurrentOrders", **params)
        assert (1000, True) == (len(answer["currentOrders"]), answer["moreAvailable"])


@pytest.mark.parametrize("page", [{"fromRecord": -1}, {"recordCount": -1}])
def test_a_page_before_the_first_is_refused(betting: BettingWorld, page: dict[str, int]) -> None:
    """Negative numbers are INVALID_INPUT_DATA."""
    assert ApiErrorCode.INVALID_INPUT_DATA == refusal(betting, "listCurrentOrders", **page)


def test_a_range_may_begin_and_end_with_a_date_that_was_shown(betting: BettingWorld) -> None:
    """Dates are shown to the second, and a range is about what is shown."""
    betting.advance(250)
    betting.back("alice", HOME, 2.5, 10)
    betting.advance(300)
    betting.lay("bob", HOME, 2.5, 10)

    (order,) = betting.orders()

    for date, ordering in (("placedDate", "BY_PLACE_TIME"), ("matchedDate", "BY_MATCH_TIME")):
        only = {"from": order[date], "to": order[date]}
        assert [order] == betting.orders(orderBy=ordering, dateRange=only)
        assert [] == betting.orders(orderBy=ordering, dateRange={"to": "2026-06-06T16:59:59.999Z"})
    betting.settle(HOME)
    (cleared,) = betting.cleared()
    assert [cleared] == betting.cleared(settledDateRange={"from": cleared["settledDate"], "to": cleared["settledDate"]})


def test_ids_are_limited(betting: BettingWorld) -> None:
    """250 bet and market ids together."""
    bet_ids = [str(number) for number in range(200)]
    market_ids = [f"1.{number}" for number in range(51)]

    assert [] == betting.orders(betIds=bet_ids, marketIds=market_ids[:50])
    assert ApiErrorCode.REQUEST_SIZE_EXCEEDS_LIMIT == refusal(
        betting, "listCurrentOrders", betIds=bet_ids, marketIds=market_ids
    )


def test_a_bet_that_waits_for_its_delay_is_not_there_yet(betting: BettingWorld) -> None:
    """It has no id before it reaches the matcher, and then the date of that moment."""
    betting.turn_in_play()
    with pytest.raises(StopIteration):
        betting.back("alice", HOME, 9.0, 10, persistence=Persistence.LAPSE)

    before = betting.orders()
    betting.advance(5000)

    assert [] == before
    assert ["2026-06-06T17:00:05.000Z"] == [order["placedDate"] for order in betting.orders()]
