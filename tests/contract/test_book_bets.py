"""Books show the customer's own orders and matches as the interface definition and recordings say."""

from typing import Any

from tests.contract.betting_world import AWAY, DRAW, HOME, MATCH, OTHER, TOTAL, BettingWorld


def test_without_a_projection_there_are_no_bets(betting: BettingWorld) -> None:
    """Orders and matches are there where they are asked for, and never on runners without any."""
    betting.matched("BACK", HOME, 2.0, 10)

    assert "orders" not in betting.book()["runners"][0]
    asked = betting.book(orderProjection="ALL", includeOverallPosition=True, partitionMatchedByStrategyRef=True)
    assert not {"orders", "matches", "matchesByStrategy"} & set(asked["runners"][1])
    assert {"orders", "matches", "matchesByStrategy"} <= set(asked["runners"][0])


def test_bets_of_others_are_not_shown(betting: BettingWorld) -> None:
    """Bob's order is bob's."""
    betting.back("bob", HOME, 2.0, 10)

    assert "orders" not in betting.book(orderProjection="ALL")["runners"][0]


def test_an_order_is_shown_whole(betting: BettingWorld) -> None:
    """All fields of the interface definition, sizes in backer's stake."""
    betting.lay("bob", HOME, 2.5, 4)
    bet_id = betting.back("alice", HOME, 2.2, 10, strategy="s", reference="r")
    betting.cancel(bet_id, 1)

    expected = {
        "betId": bet_id, "orderType": "LIMIT", "status": "EXECUTABLE", "persistenceType": "LAPSE", "side": "BACK",
        "price": 2.2, "size": 10.0, "bspLiability": 0.0, "placedDate": "2026-06-06T17:00:00.000Z",
        "avgPriceMatched": 2.5, "sizeMatched": 4.0, "sizeRemaining": 5.0, "sizeLapsed": 0.0, "sizeCancelled": 1.0,
        "sizeVoided": 0.0, "customerOrderRef": "r", "customerStrategyRef": "s",
    }  # fmt: skip
    assert [expected] == betting.book(orderProjection="ALL")["runners"][0]["orders"]


def test_projection_picks_orders_and_leaves_the_position_whole(betting: BettingWorld) -> None:
    """EXECUTABLE shows what is unmatched beside the volume of all orders (manual, best practice)."""
    done = betting.matched("BACK", HOME, 2.0, 10)
    waiting = betting.back("alice", HOME, 3.0, 5)

    def shown(projection: str) -> tuple[list[str], int]:
        runner = betting.book(orderProjection=projection)["runners"][0]
        return [order["betId"] for order in runner["orders"]], len(runner["matches"])

    assert ([done, waiting], 1) == shown("ALL")
    assert ([waiting], 1) == shown("EXECUTABLE")
    assert ([done], 1) == shown("EXECUTION_COMPLETE")


def test_unmatched_orders_come_with_an_empty_list_of_matches(betting: BettingWorld) -> None:
    """Where there are orders both lists are there, empty or not."""
    betting.back("alice", HOME, 3.0, 5)

    assert [] == betting.book(orderProjection="ALL")["runners"][0]["matches"]


def test_matches_alone_come_without_orders(betting: BettingWorld) -> None:
    """A match projection without an order projection shows the position, and an empty list of orders."""
    betting.matched("BACK", HOME, 2.0, 10)

    runner = betting.book(matchProjection="ROLLED_UP_BY_AVG_PRICE")["runners"][0]

    assert ([], [{"side": "BACK", "price": 2.0, "size": 10.0}]) == (runner["orders"], runner["matches"])


def test_matches_are_rolled_up_as_asked(betting: BettingWorld) -> None:
    """Each match by itself, a line a side and price, or a line a side at the average price."""
    betting.lay("bob", HOME, 3.0, 1)
    betting.lay("bob", HOME, 2.5, 1)
    first = betting.back("alice", HOME, 2.5, 2)
    second = betting.matched("BACK", HOME, 2.5, 1)
    betting.matched("LAY", HOME, 2.0, 4)

    def matches(projection: str) -> Any:
        return betting.book(orderProjection="ALL", matchProjection=projection)["runners"][0]["matches"]

    single = matches("NO_ROLLUP")
    assert [first, first, second] == [match["betId"] for match in single][:3]
    assert ["1", "2", "3", "4"] == [match["matchId"] for match in single]
    assert {"2026-06-06T17:00:00.000Z"} == {match["matchDate"] for match in single}
    assert [
        {"side": "BACK", "price": 2.5, "size": 2.0},
        {"side": "BACK", "price": 3.0, "size": 1.0},
        {"side": "LAY", "price": 2.0, "size": 4.0},
    ] == matches("ROLLED_UP_BY_PRICE")
    assert [
        {"side": "BACK", "price": 2.67, "size": 3.0},
        {"side": "LAY", "price": 2.0, "size": 4.0},
    ] == matches("ROLLED_UP_BY_AVG_PRICE")


def test_the_overall_position_can_be_left_out(betting: BettingWorld) -> None:
    """Orders alone are shown where the position is not wanted."""
    betting.matched("BACK", HOME, 2.0, 10)

    runner = betting.book(orderProjection="ALL", includeOverallPosition=False)["runners"][0]

    assert ("orders" in runner, "matches" in runner) == (True, False)


def test_matches_are_broken_down_by_strategy(betting: BettingWorld) -> None:
    """Matches of no strategy stand under the empty text, unmatched strategies under none."""
    betting.matched("BACK", HOME, 2.0, 10, strategy="a")
    betting.matched("BACK", HOME, 2.0, 5)
    betting.back("alice", HOME, 9.0, 5, strategy="b")

    runner = betting.book(
        orderProjection="ALL", matchProjection="ROLLED_UP_BY_PRICE", partitionMatchedByStrategyRef=True
    )["runners"][0]

    assert {
        "a": {"matches": [{"side": "BACK", "price": 2.0, "size": 10.0}]},
        "": {"matches": [{"side": "BACK", "price": 2.0, "size": 5.0}]},
    } == runner["matchesByStrategy"]
    assert [{"side": "BACK", "price": 2.0, "size": 15.0}] == runner["matches"]


def test_strategies_restrict_orders_and_the_breakdown_but_not_the_position(betting: BettingWorld) -> None:
    """The overall position is not filtered; an empty set is none."""
    wanted = betting.matched("BACK", HOME, 2.0, 10, strategy="a")
    betting.matched("BACK", HOME, 2.0, 5, strategy="b")
    params = {
        "orderProjection": "ALL", "matchProjection": "ROLLED_UP_BY_PRICE", "partitionMatchedByStrategyRef": True
    }  # fmt: skip

    of_a = betting.book(**params, customerStrategyRefs=["a"])["runners"][0]
    of_all = betting.book(**params, customerStrategyRefs=[])["runners"][0]

    assert [wanted] == [order["betId"] for order in of_a["orders"]]
    assert ["a"] == list(of_a["matchesByStrategy"])
    assert [15.0] == [match["size"] for match in of_a["matches"]]
    assert ["a", "b"] == list(of_all["matchesByStrategy"])


def test_matched_since_keeps_recent_matches_and_executable_orders(betting: BettingWorld) -> None:
    """An order matched at that very time counts, with all its matches; unmatched orders always do."""
    betting.matched("BACK", HOME, 2.0, 10)
    waiting = betting.back("alice", HOME, 3.0, 5)
    partly = betting.back("alice", HOME, 2.5, 5)
    betting.lay("bob", HOME, 2.5, 1)
    betting.advance(60_000)
    betting.lay("bob", HOME, 2.5, 4)

    runner = betting.book(orderProjection="ALL", matchedSince="2026-06-06T17:01:00.000Z")["runners"][0]
    later = betting.book(orderProjection="ALL", matchedSince="2026-06-06T17:01:00.001Z")["runners"][0]

    assert [waiting, partly] == [order["betId"] for order in runner["orders"]]
    assert [1.0, 4.0] == [match["size"] for match in runner["matches"]]
    assert [waiting] == [order["betId"] for order in later["orders"]]


def test_bet_ids_restrict_orders(betting: BettingWorld) -> None:
    """Only the bets that are named count; ids of nobody's bets find nothing."""
    first, second = betting.back("alice", HOME, 2.0, 10), betting.back("alice", HOME, 2.0, 10)

    runner = betting.book(orderProjection="ALL", betIds=[second, "x", "0"])["runners"][0]

    assert [second] == [order["betId"] for order in runner["orders"]]
    assert first != second


def test_a_bet_that_was_voided_has_no_matches(betting: BettingWorld) -> None:
    """A closed market shows no bets at all: they are cleared."""
    betting.matched("BACK", HOME, 2.0, 10)
    betting.void()

    assert "orders" not in betting.book(orderProjection="ALL")["runners"][0]


def test_bets_on_a_line_have_the_line_in_the_place_of_a_price(betting: BettingWorld) -> None:
    """Lines and their average as numbers; what is matched stands at the line of the bet that rested."""
    betting.matched("BACK", HOME, 2.5, 4, market=TOTAL)
    bet_id = betting.back("alice", HOME, 3.5, 10, market=TOTAL)
    betting.lay("bob", HOME, 4.5, 2, market=TOTAL)

    runner = betting.book(TOTAL, orderProjection="ALL", matchProjection="ROLLED_UP_BY_PRICE")["runners"][0]
    averages = betting.book(TOTAL, matchProjection="ROLLED_UP_BY_AVG_PRICE")["runners"][0]["matches"]

    shown = [(order["price"], order["avgPriceMatched"], order["sizeRemaining"]) for order in runner["orders"]]
    assert [(2.5, 2.5, 0.0), (3.5, 3.5, 8.0)] == shown
    assert bet_id == runner["orders"][1]["betId"]
    assert [(2.5, 4.0), (3.5, 2.0)] == [(match["price"], match["size"]) for match in runner["matches"]]
    # (4 x 2.5 + 2 x 3.5) / 6
    assert [{"side": "BACK", "price": 2.83, "size": 6.0}] == averages


def test_bets_stand_at_their_own_handicap(betting: BettingWorld) -> None:
    """The same team at another handicap is another runner."""
    bet_id = betting.matched("BACK", 1, 1.95, 10, market=OTHER, handicap=-0.5)

    runners = betting.book(OTHER, orderProjection="ALL")["runners"]

    assert {(1, -0.5): [bet_id]} == {
        (runner["selectionId"], runner["handicap"]): [order["betId"] for order in runner["orders"]]
        for runner in runners
        if "orders" in runner
    }


def test_a_virtual_match_is_a_match_like_any_other(betting: BettingWorld) -> None:
    """Alice's back of the draw is matched at 6.0; bob's backs of the others are matched at their own prices."""
    betting.back("bob", HOME, 2.0, 120)
    betting.back("bob", AWAY, 3.0, 150)
    betting.back("alice", DRAW, 6.0, 40)

    def matches(username: str) -> list[list[tuple[float, float]]]:
        (book,) = betting.ask("listMarketBook", username, marketIds=[MATCH], orderProjection="ALL")
        return [[(match["price"], match["size"]) for match in runner.get("matches", [])] for runner in book["runners"]]

    assert [[], [], [(6.0, 40.0)]] == matches("alice")
    assert [[(2.0, 120.0)], [(3.0, 80.0)], []] == matches("bob")
