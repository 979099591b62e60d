"""How bets that ended are reported: each way, on lines and handicaps, after removals, in markets settled in part.

The numbers are those of exchange mechanics, sections 10 and 11; the rules of the reports those of the manual,
listCurrentOrders (OrderBy), listClearedOrders and ClearedOrderSummary.
"""

from typing import Any

import pytest

from simulator.betfair.accounts.service import ACCOUNT
from simulator.betfair.operations import Call
from simulator.exchange.commands import RemoveRunner, RunnerResult, SettleMarket, SettleRunners
from simulator.exchange.orders import Persistence, RunnerKey
from tests.contract.betting_world import (
    AWAY,
    DRAW,
    EACH_WAY,
    HOME,
    MATCH,
    OTHER,
    PLACES,
    RACE,
    TOTAL,
    BettingWorld,
)
from tests.sessions import log_in

MINUTE = 60_000
START, LATER = "2026-06-06T17:00:00.000Z", "2026-06-06T17:01:00.000Z"


def of(bet: dict[str, Any], *fields: str) -> tuple[Any, ...]:
    return tuple(bet.get(field) for field in fields)


def ids(bets: list[Any]) -> list[str]:
    return [bet["betId"] for bet in bets]


# Each way


EACH_WAY_RESULTS = (RunnerResult(RunnerKey(1), "WINNER"), RunnerResult(RunnerKey(2), "PLACED"))


@pytest.mark.parametrize(
    ("side", "runner", "price", "outcome", "profit"),
    [
        ("BACK", 1, 7.0, "WON", 75.0),
        ("BACK", 2, 7.0, "PLACE", 5.0),
        ("BACK", 2, 2.0, "PLACE", -7.5),
        ("BACK", 3, 7.0, "LOST", -20.0),
        ("LAY", 1, 7.0, "LOST", -75.0),
        ("LAY", 2, 2.0, "PLACE", 7.5),
        ("LAY", 3, 7.0, "WON", 20.0),
    ],
)
def test_an_each_way_bet_has_an_outcome_of_three(
    betting: BettingWorld, side: str, runner: int, price: float, outcome: str, profit: float
) -> None:
    """10.00 each way with a quarter of the odds: PLACE may have won or lost money, "depending on the price"."""
    betting.matched(side, runner, price, 10, market=EACH_WAY)
    betting.apply(SettleMarket(EACH_WAY, EACH_WAY_RESULTS))

    (bet,) = betting.cleared(includeItemDescription=True)

    assert (outcome, profit, 10.0, price) == of(bet, "betOutcome", "profit", "sizeSettled", "priceMatched")
    assert (4.0, 2, "EACH_WAY") == of(bet["itemDescription"], "eachWayDivisor", "numberOfWinners", "marketType")


# Lines and handicaps


@pytest.mark.parametrize(
    ("side", "result", "outcome", "profit"),
    [("BACK", 2, "WON", 10.0), ("BACK", 3, "LOST", -10.0), ("LAY", 3, "WON", 10.0), ("LAY", 2, "LOST", -10.0)],
)
def test_prices_of_line_bets_are_lines(
    betting: BettingWorld, side: str, result: int, outcome: str, profit: float
) -> None:
    """At even money: whoever sells (BACK) a line wins below it, whoever buys (LAY) above."""
    betting.matched(side, 1, 2.5, 10, market=TOTAL)
    betting.apply(SettleMarket(TOTAL, line_result=result * 100))

    (bet,) = betting.cleared()

    fields = ("betOutcome", "profit", "priceRequested", "priceMatched", "sizeSettled", "handicap")
    assert (outcome, profit, 2.5, 2.5, 10.0, 0.0) == of(bet, *fields)


def test_a_line_bet_is_listed_at_its_line(betting: BettingWorld) -> None:
    """The price of the order is its line, and so is that of its matches."""
    betting.matched("BACK", 1, 2.5, 10, market=TOTAL)

    (order,) = betting.orders()

    assert ({"price": 2.5, "size": 10.0}, 2.5) == of(order, "priceSize", "averagePriceMatched")


@pytest.mark.parametrize(
    ("handicap", "margin", "status", "outcome", "profit"),
    [
        (-0.5, 1, "SETTLED", "WON", 10.0),
        (-0.5, 0, "SETTLED", "LOST", -10.0),
        (-1, 2, "SETTLED", "WON", 10.0),
        (-1, 1, "VOIDED", None, 0.0),
    ],
)
def test_a_handicap_bet_ends_by_its_own_line(
    betting: BettingWorld, handicap: float, margin: int, status: str, outcome: str | None, profit: float
) -> None:
    """10.00 on the home side at 2.0; what is handed back is void."""
    betting.matched("BACK", 1, 2.0, 10, market=OTHER, handicap=handicap)
    betting.apply(SettleMarket(OTHER, margin=margin))

    (bet,) = betting.cleared(status)

    assert (handicap, 1, outcome, profit) == of(bet, "handicap", "selectionId", "betOutcome", "profit")
    assert (10.0, 2.0) == of(bet, "sizeSettled", "priceMatched")
    assert [] == betting.cleared("VOIDED" if status == "SETTLED" else "SETTLED")


# Removals


def test_bets_on_a_removed_runner_are_void_at_once(betting: BettingWorld) -> None:
    """The matched part is void and the rest lapsed, on the date of the removal, while the market goes on."""
    betting.lay("bob", DRAW, 4.0, 4)
    bet_id = betting.back("alice", DRAW, 4.0, 10)
    betting.advance(MINUTE)
    betting.apply(RemoveRunner(MATCH, RunnerKey(DRAW)))

    (void,), (lapsed,) = betting.cleared("VOIDED"), betting.cleared("LAPSED")

    expected = {
        "eventTypeId": "1", "eventId": "100", "marketId": MATCH, "selectionId": DRAW, "handicap": 0.0, "betId": bet_id,
        "placedDate": START, "persistenceType": "LAPSE", "orderType": "LIMIT", "side": "BACK", "priceRequested": 4.0,
        "settledDate": LATER, "betCount": 1, "priceMatched": 4.0, "priceReduced": False, "sizeSettled": 4.0,
        "profit": 0.0,
    }  # fmt: skip
    assert list(expected.items()) == list(void.items())
    assert (bet_id, LATER, 6.0) == of(lapsed, "betId", "settledDate", "sizeCancelled")


def test_they_are_current_too_until_the_market_is_settled(betting: BettingWorld) -> None:
    """Without an average, from which void matches are removed; afterwards they are in the cleared lists alone."""
    betting.lay("bob", DRAW, 4.0, 4)
    bet_id = betting.back("alice", DRAW, 4.0, 10)
    betting.apply(RemoveRunner(MATCH, RunnerKey(DRAW)))

    (order,) = betting.orders()

    sizes = ("sizeMatched", "sizeRemaining", "sizeLapsed", "sizeVoided", "averagePriceMatched")
    assert ("EXECUTION_COMPLETE", START) == of(order, "status", "matchedDate")
    assert (0.0, 0.0, 6.0, 4.0, 0.0) == of(order, *sizes)
    betting.settle(HOME)
    assert ([], [], [bet_id], [bet_id]) == (
        betting.orders(), betting.cleared(), ids(betting.cleared("VOIDED")), ids(betting.cleared("LAPSED"))
    )  # fmt: skip


def test_by_void_time_returns_only_void_orders(betting: BettingWorld) -> None:
    """In the order of their removals, and the range looks at that date."""
    other = betting.matched("BACK", HOME, 2.0, 10)
    second, first = betting.matched("BACK", AWAY, 3.0, 10), betting.matched("BACK", DRAW, 4.0, 10)
    betting.apply(RemoveRunner(MATCH, RunnerKey(DRAW)))
    betting.advance(MINUTE)
    betting.apply(RemoveRunner(MATCH, RunnerKey(AWAY)))

    assert [first, second] == ids(betting.orders(orderBy="BY_VOID_TIME"))
    assert [second, first] == ids(betting.orders(orderBy="BY_VOID_TIME", sortDir="LATEST_TO_EARLIEST"))
    assert [second] == ids(betting.orders(orderBy="BY_VOID_TIME", dateRange={"from": LATER}))
    assert [other, second, first] == ids(betting.orders())
    assert [] == ids(betting.orders(orderBy="BY_SETTLED_TIME"))


def test_a_reduced_price_is_shown_and_marked(betting: BettingWorld) -> None:
    """A runner of 9.1 % makes 10.0 at 20.00 9.09 (the manual's first runner): 161.80 are won and not 180.00."""
    bet_id = betting.matched("BACK", HOME, 10.0, 20)
    betting.apply(RemoveRunner(MATCH, RunnerKey(DRAW), 9_100))
    later = betting.matched("BACK", HOME, 10.0, 20)

    assert [9.09, 10.0] == [order["averagePriceMatched"] for order in betting.orders()]
    assert [10.0, 10.0] == [order["priceSize"]["price"] for order in betting.orders()]
    betting.settle(HOME)
    after, before = betting.cleared()
    assert (bet_id, True, 10.0, 9.09, 161.8) == of(
        before, "betId", "priceReduced", "priceRequested", "priceMatched", "profit"
    )
    assert (later, False, 10.0, 10.0, 180.0) == of(
        after, "betId", "priceReduced", "priceRequested", "priceMatched", "profit"
    )


def test_a_line_of_bets_is_marked_where_all_are_reduced(betting: BettingWorld) -> None:
    """As every field that bets must have in common."""
    betting.matched("BACK", HOME, 10.0, 20)
    betting.matched("BACK", AWAY, 4.0, 20)
    betting.apply(RemoveRunner(MATCH, RunnerKey(DRAW), 9_100))
    betting.matched("BACK", AWAY, 4.0, 20)
    betting.settle(HOME)

    reduced = {line["selectionId"]: line.get("priceReduced") for line in betting.cleared(groupBy="RUNNER")}

    assert {HOME: True, AWAY: None} == reduced


def test_a_lay_that_persists_is_listed_at_its_lower_price(betting: BettingWorld) -> None:
    """10.0 becomes 9.09 and the rung below it, 9.0; backs stay where they are, other lays have lapsed."""
    betting.back("alice", HOME, 20.0, 2)
    betting.lay("alice", HOME, 10.0, 2, persistence=Persistence.PERSIST)
    betting.lay("alice", HOME, 10.0, 2)
    betting.apply(RemoveRunner(MATCH, RunnerKey(DRAW), 9_100))

    assert [(20.0, 2.0, 0.0), (9.0, 2.0, 0.0), (10.0, 0.0, 2.0)] == [
        (order["priceSize"]["price"], *of(order, "sizeRemaining", "sizeLapsed")) for order in betting.orders()
    ]


# Markets settled in part


@pytest.fixture
def in_part(betting: BettingWorld) -> BettingWorld:
    """Alice has backed all three for 10.00 at 4.0, and cancelled 5.00 on the draw, which is out a minute later."""
    for runner in (HOME, DRAW, AWAY):
        betting.matched("BACK", runner, 4.0, 10)
    betting.cancel(betting.back("alice", DRAW, 9.0, 5))
    betting.advance(MINUTE)
    betting.apply(SettleRunners(MATCH, (RunnerResult(RunnerKey(DRAW), "LOSER"),)))
    return betting


def test_bets_on_a_settled_runner_are_cleared_while_the_market_goes_on(in_part: BettingWorld) -> None:
    """With their profit and the date of their own settlement."""
    (bet,) = in_part.cleared()

    assert (DRAW, "LOST", -10.0, LATER) == of(bet, "selectionId", "betOutcome", "profit", "settledDate")
    in_part.advance(MINUTE)
    in_part.settle(HOME)
    assert [("LOST", AWAY), ("WON", HOME), ("LOST", DRAW)] == [
        of(bet, "betOutcome", "selectionId") for bet in in_part.cleared()
    ]


def test_they_are_current_until_the_market_is_settled(in_part: BettingWorld) -> None:
    """In their place among the others, and BY_SETTLED_TIME returns them alone (manual: in markets settled in part).

    A bet that never was matched has nothing that could be settled.
    """
    home, draw, away, cancelled = ids(in_part.orders())

    assert 5.0 == in_part.orders(betIds=[cancelled])[0]["sizeCancelled"]
    assert [draw] == ids(in_part.orders(orderBy="BY_SETTLED_TIME"))
    assert [] == ids(in_part.orders(orderBy="BY_SETTLED_TIME", dateRange={"to": START}))
    assert [home, draw, away] == ids(in_part.orders(orderBy="BY_MATCH_TIME"))
    assert (10.0, 4.0, "EXECUTION_COMPLETE") == of(
        in_part.orders(betIds=[draw])[0], "sizeMatched", "averagePriceMatched", "status"
    )
    in_part.settle(HOME)
    assert [] == in_part.orders()


def test_bets_on_a_settled_runner_are_in_the_book_too_until_their_market_closes(betting: BettingWorld) -> None:
    bet_id = betting.matched("BACK", 1, 4.0, 10, market=PLACES)
    betting.apply(SettleRunners(PLACES, (RunnerResult(RunnerKey(1), "WINNER"),)))

    (book,) = betting.ask("listMarketBook", marketIds=[PLACES], orderProjection="ALL", matchProjection="NO_ROLLUP")

    (runner,) = [runner for runner in book["runners"] if runner["selectionId"] == 1]
    assert [("WINNER", 10.0)] == [(runner["status"], order["sizeMatched"]) for order in runner["orders"]]
    assert [bet_id] == [order["betId"] for order in runner["orders"]]
    assert [10.0] == [match["size"] for match in runner["matches"]]


def test_commission_is_that_of_the_market_and_charged_at_its_end(betting: BettingWorld) -> None:
    """30.00 won by one of two, then 10.00 lost: 10 % of 20.00. Until then 3.00 are kept back, and none is charged."""
    betting.matched("BACK", 1, 4.0, 10, market=PLACES)
    betting.matched("BACK", 2, 4.0, 10, market=PLACES)
    betting.apply(SettleRunners(PLACES, (RunnerResult(RunnerKey(1), "WINNER"),)))

    (market,) = betting.cleared(groupBy="MARKET")
    assert (30.0, 0.0, 1) == of(market, "profit", "commission", "betCount")
    assert (10_017.0, 3.0) == of(funds(betting), "availableToBetBalance", "retainedCommission")
    betting.apply(SettleMarket(PLACES, (RunnerResult(RunnerKey(3), "WINNER"),)))
    (market,) = betting.cleared(groupBy="MARKET")
    assert (20.0, 2.0, 2) == of(market, "profit", "commission", "betCount")
    assert (10_018.0, 0.0) == of(funds(betting), "availableToBetBalance", "retainedCommission")


def funds(betting: BettingWorld) -> dict[str, Any]:
    """Return what getAccountFunds answers alice."""
    operation, world = ACCOUNT.operations["getAccountFunds"], betting.world
    account = world.accounts.by_username["alice"]
    session = log_in(world, "alice", account.password, account.app_key)
    assert session is not None
    call = Call(world, session, account, account.app_key, False, operation.request(), world.run_due())
    answer = operation.function(call)
    return {name: getattr(answer, name) for name in answer.__struct_fields__}


def test_a_removed_runner_of_a_race_is_void_whatever_its_factor(betting: BettingWorld) -> None:
    """By its own factor of 39.75 % the other's price of 4.0 becomes 2.41."""
    betting.matched("BACK", 1, 4.0, 10, market=RACE)
    betting.matched("BACK", 2, 3.0, 10, market=RACE)
    betting.apply(RemoveRunner(RACE, RunnerKey(2)))

    assert [2.41, 0.0] == [order["averagePriceMatched"] for order in betting.orders()]
