"""With `virtualise`, books show virtual offers among the real ones: the manual's two examples, and ours, as JSON."""

from typing import Any

import pytest

from simulator.exchange.commands import OpenMarket
from simulator.exchange.orders import Side
from tests.contract.betting_world import (
    AWAY,
    BEST,
    BETTING,
    DRAW,
    HOME,
    MATCH,
    OTHER,
    PLACES,
    BettingWorld,
    prices,
)
from tests.contract.bettor import JSON_RPC
from tests.in_process import Client, client_of
from tests.scenario import SOCCER, Block, event, match_odds, runner, scenario, with_market
from tests.sessions import log_in

Ladder = list[tuple[float, float]]

VIRTUAL = {**BEST, "virtualise": True}
EVERYTHING = {"priceData": ["EX_ALL_OFFERS"], "virtualise": True}


@pytest.fixture
def first() -> BettingWorld:
    """The manual's first example, with the offers that its pictures must have had (exchange mechanics, section 5.6)."""
    betting = BettingWorld()
    betting.offer(HOME, Side.BACK, [(2.0, 120), (2.5, 75), (1000, 2)])
    betting.offer(AWAY, Side.BACK, [(3.0, 150), (20, 2)])
    betting.offer(DRAW, Side.LAY, [(5.0, 150), (3.0, 250), (1.01, 999)])
    return betting


def to_back(betting: BettingWorld, selection_id: int, **projection: Any) -> Ladder:
    return ladder(betting, selection_id, "availableToBack", **projection)


def to_lay(betting: BettingWorld, selection_id: int, **projection: Any) -> Ladder:
    return ladder(betting, selection_id, "availableToLay", **projection)


def ladder(betting: BettingWorld, selection_id: int, side: str, **projection: Any) -> Ladder:
    return prices(betting.book(priceProjection={**VIRTUAL, **projection}), side, selection_id - 1)


def deep(depth: int, **overrides: Any) -> dict[str, Any]:
    return {"exBestOffersOverrides": {"bestPricesDepth": depth, **overrides}}


# The manual


def test_the_first_example_over_json_rpc() -> None:
    """The manual's request, with "true" for true; the draw shows 40 at 6.0, 150 at 5.0 and 50 at 3.75."""
    request = """{"jsonrpc": "2.0", "method": "SportsAPING/v1.0/listMarketBook", "params": {"marketIds": ["1.1"],
        "priceProjection": {"priceData": ["EX_BEST_OFFERS", "EX_TRADED"], "virtualise": "true"}}, "id": 1}"""
    with client_of(served()) as client:
        answer = client.post(JSON_RPC, content=request, headers=headers(client))

    draw = '"selectionId":3,"handicap":0.0,"status":"ACTIVE","totalMatched":0.0,"ex":{"availableToBack":['
    lines = '{"price":6.0,"size":40.0},{"price":5.0,"size":150.0},{"price":3.75,"size":50.0}'
    assert draw + lines + "]" in answer.text


def test_without_virtualise_real_offers_alone_are_shown(first: BettingWorld) -> None:
    """False, as without a word: 150 at 5.0, 250 at 3.0 and 999 at 1.01."""
    real = [(5.0, 150.0), (3.0, 250.0), (1.01, 999.0)]

    assert real == to_back(first, DRAW, virtualise=False)
    assert real == prices(first.book(priceProjection=BEST), runner=2)


def test_the_first_example_goes_on_at_1_50_and_1_05(first: BettingWorld) -> None:
    """ "We would have further matches at 1.50 and 1.05"."""
    assert [(6.0, 40.0), (5.0, 150.0), (3.75, 50.0), (3.0, 250.0), (1.5, 15.0), (1.05, 38.1), (1.01, 999.0)] == to_back(
        first, DRAW, **deep(10)
    )


def test_the_first_example_gives_the_teams_virtual_offers_too(first: BettingWorld) -> None:
    """ "The process is repeated" for Newcastle and Chelsea, once somebody backs the draw: exchange mechanics, 5.6."""
    assert [] == to_back(first, HOME) == to_back(first, AWAY)

    first.offer(DRAW, Side.BACK, [(8.0, 30)])

    assert [(1.84, 130.43)] == to_back(first, HOME)[:1]
    assert [(2.66, 90.23)] == to_back(first, AWAY)[:1]
    assert [(2.0, 120.0), (2.5, 75.0), (1000.0, 2.0)] == to_lay(first, HOME)
    assert [(3.0, 150.0), (20.0, 2.0)] == to_lay(first, AWAY)
    assert [(8.0, 30.0)] == to_lay(first, DRAW)


def test_the_second_example_lays_the_draw_at_6_and_12(betting: BettingWorld) -> None:
    """75 at 6.0, 100 at 10.0 and 12.50 at 12.0; then no price is left that would complete a book."""
    betting.offer(HOME, Side.LAY, [(2.0, 300)])
    betting.offer(AWAY, Side.LAY, [(3.0, 150), (2.4, 250)])
    betting.offer(DRAW, Side.BACK, [(10, 100), (50, 50), (1000, 2)])

    assert [(6.0, 75.0), (10.0, 100.0), (12.0, 12.5)] == to_lay(betting, DRAW)
    all_offers = to_lay(betting, DRAW, priceData=["EX_ALL_OFFERS"])
    assert [(6.0, 75.0), (10.0, 100.0), (12.0, 12.5), (50.0, 50.0), (1000.0, 2.0)] == all_offers
    assert [] == to_lay(betting, HOME) == to_lay(betting, AWAY)

    betting.offer(DRAW, Side.LAY, [(5.5, 40)])

    assert [(2.08, 105.77)] == to_lay(betting, HOME)[:1]
    assert [(3.15, 69.84)] == to_lay(betting, AWAY)[:1]


# Merged, then rolled up, then cut


@pytest.fixture
def three() -> BettingWorld:
    """All three runners with offers on both sides (exchange mechanics, section 5.8)."""
    betting = BettingWorld()
    betting.offer(HOME, Side.LAY, [(2.12, 100), (2.10, 200), (2.06, 50)])
    betting.offer(HOME, Side.BACK, [(2.20, 80), (2.26, 150)])
    betting.offer(AWAY, Side.LAY, [(3.50, 60), (3.45, 120), (3.40, 200)])
    betting.offer(AWAY, Side.BACK, [(3.70, 90), (3.85, 40)])
    betting.offer(DRAW, Side.LAY, [(3.55, 70), (3.50, 100), (3.45, 100)])
    betting.offer(DRAW, Side.BACK, [(3.75, 50), (3.85, 120)])
    return betting


def test_real_and_virtual_offers_of_one_price_are_one_line(three: BettingWorld) -> None:
    """100.00 are really offered at 2.12 and 68.63 virtually."""
    assert [(2.14, 87.62), (2.12, 168.63), (2.1, 200.0)] == to_back(three, HOME)


def test_all_runners_and_both_sides(three: BettingWorld) -> None:
    """The table of exchange mechanics, section 5.8."""
    assert [(3.55, 49.58), (3.5, 60.0), (3.45, 120.0)] == to_back(three, AWAY)
    assert [(3.6, 48.89), (3.55, 70.0), (3.5, 100.0)] == to_back(three, DRAW)
    assert [(2.2, 80.0), (2.26, 150.0), (2.32, 90.52)] == to_lay(three, HOME)
    assert [(3.7, 90.0), (3.85, 40.0), (4.1, 51.71)] == to_lay(three, AWAY)
    assert [(3.75, 50.0), (3.85, 120.0), (4.2, 50.48)] == to_lay(three, DRAW)


@pytest.mark.parametrize(
    ("overrides", "shown"),
    [
        pytest.param({"bestPricesDepth": 1}, [(6.0, 40.0)], id="the best of both"),
        pytest.param(
            {"rollupModel": "STAKE", "rollupLimit": 100},
            [(5.0, 190.0), (3.0, 300.0), (1.01, 1052.1)],
            id="a virtual size adds up with a real one",
        ),
        pytest.param(
            {"rollupModel": "STAKE", "rollupLimit": 200, "bestPricesDepth": 2},
            [(3.75, 240.0), (3.0, 250.0)],
            id="a line completed by a virtual size",
        ),
        pytest.param(
            {"rollupModel": "PAYOUT", "rollupLimit": 241},
            [(5.0, 190.0), (3.0, 300.0), (1.01, 1052.1)],
            id="40 at 6.0 pay 240",
        ),
        pytest.param(
            {"rollupModel": "NONE", "bestPricesDepth": 2}, [(6.0, 40.0), (5.0, 150.0)], id="each level by itself"
        ),
    ],
)
def test_offers_are_merged_and_then_rolled_up_and_then_cut(
    first: BettingWorld, overrides: dict[str, Any], shown: Ladder
) -> None:
    """Depth counts the lines that are made of real and virtual sizes together."""
    assert shown == to_back(first, DRAW, exBestOffersOverrides=overrides)


def test_small_virtual_offers_count_like_small_real_ones(betting: BettingWorld) -> None:
    """0.80 at 6.0 waits for the next line; NONE leaves it out and all offers show it."""
    betting.offer(HOME, Side.BACK, [(2.0, 2.4)])
    betting.offer(AWAY, Side.BACK, [(3.0, 1.6)])
    betting.offer(DRAW, Side.LAY, [(5.0, 0.5), (4.0, 3)])

    assert [(5.0, 1.3), (4.0, 3.0)] == to_back(betting, DRAW)
    assert [(4.0, 3.0)] == to_back(betting, DRAW, exBestOffersOverrides={"rollupModel": "NONE"})
    assert [(6.0, 0.8), (5.0, 0.5), (4.0, 3.0)] == to_back(betting, DRAW, priceData=["EX_ALL_OFFERS"])


def test_virtual_sizes_are_shown_in_the_currency_asked_for(first: BettingWorld) -> None:
    """At 1.25 euros a pound 38.10 are 47.62, cut."""
    book = first.book(currencyCode="EUR", priceProjection={**VIRTUAL, **deep(10)})

    assert [(6.0, 50.0), (5.0, 187.5), (3.75, 62.5)] == prices(book, runner=2)[:3]
    assert (1.05, 47.62) == prices(book, runner=2)[5]


# Where and when


def test_one_runner_shows_what_it_shows_among_all(first: BettingWorld) -> None:
    """listRunnerBook works the same offers out."""
    (book,) = first.ask("listRunnerBook", marketId=MATCH, selectionId=DRAW, priceProjection=VIRTUAL)

    assert [(6.0, 40.0), (5.0, 150.0), (3.75, 50.0)] == prices(book)


def test_a_delayed_key_sees_virtual_offers_among_the_best(first: BettingWorld) -> None:
    """Its data is EX_BEST_OFFERS, whatever these are made of."""
    (book,) = first.ask("listMarketBook", delayed=True, marketIds=[MATCH], priceProjection=EVERYTHING)

    assert [(6.0, 40.0), (5.0, 150.0), (3.75, 50.0)] == prices(book, runner=2)


def test_the_money_of_the_market_is_counted_once(first: BettingWorld) -> None:
    """Virtual offers are the same money seen from another side: totals are those of real offers."""
    real, virtual = first.book(priceProjection=BEST), first.book(priceProjection=VIRTUAL)

    assert real["totalAvailable"] == virtual["totalAvailable"]


def test_what_is_shown_can_be_taken(first: BettingWorld) -> None:
    """A back of the draw at 6.0 gets the 40 that are shown, and the next book shows what is left."""
    bet_id = first.back("alice", DRAW, 6.0, 40)

    (order,) = first.orders()
    assert (bet_id, 40.0, 6.0) == (order["betId"], order["sizeMatched"], order["averagePriceMatched"])
    assert [(5.0, 150.0), (3.75, 50.0), (3.0, 250.0)] == to_back(first, DRAW)
    assert [(3.0, 70.0), (20.0, 2.0)] == to_lay(first, AWAY)


def test_virtual_offers_follow_every_change(first: BettingWorld) -> None:
    """A bet, a cancellation and a suspension, each seen in the next book."""
    assert 40.0 == to_back(first, DRAW)[0][1]

    bet_id = first.back("alice", AWAY, 2.9, 10)
    assert [(6.4, 4.53), (6.0, 35.17)] == to_back(first, DRAW)[:2]

    first.cancel(bet_id)
    assert [(6.0, 40.0)] == to_back(first, DRAW)[:1]

    first.suspend()
    assert [(6.0, 40.0)] == to_back(first, DRAW)[:1]
    first.apply(OpenMarket(MATCH))
    assert [(6.0, 40.0)] == to_back(first, DRAW)[:1]


def test_a_market_without_cross_matching_has_none() -> None:
    """The flag of the book says which markets have."""
    betting = BettingWorld()
    for selection_id in (2, 3):
        betting.offer(selection_id, Side.BACK, [(1.5, 100)], PLACES)

    book = betting.book(PLACES, priceProjection=EVERYTHING)

    assert (False, []) == (book["crossMatching"], prices(book))


def test_a_closed_market_has_none(first: BettingWorld) -> None:
    """Its books are empty, and it is not cross-matching any more (recorded, at the end of every stream)."""
    first.settle(DRAW)

    book = first.book(priceProjection=EVERYTHING)

    assert (False, [], []) == (book["crossMatching"], prices(book, runner=2), prices(book, "availableToLay", 2))


def test_of_an_asian_handicap_each_line_is_a_book_of_its_own() -> None:
    """A back of Celtic at +0.5 makes an offer on Rangers at -0.5, on the finest ladder, and on nobody else."""
    betting = BettingWorld(with_market(BETTING, OTHER, crossMatching=True))
    betting.back("bob", 2, 1.9, 10, market=OTHER, handicap=0.5)

    book = betting.book(OTHER, priceProjection=EVERYTHING)

    assert {(1, -0.5): [(2.11, 9.0)]} == {
        (runner["selectionId"], runner["handicap"]): prices(book, runner=place)
        for place, runner in enumerate(book["runners"])
        if runner["ex"]["availableToBack"]
    }


# A served world


def served() -> Block:
    runners = (
        runner(HOME, lay=[(2.0, 120), (2.5, 75)]),
        runner(AWAY, lay=[(3.0, 150)]),
        runner(DRAW, back=[(5.0, 150), (3.0, 250), (1.01, 999)]),
    )
    return scenario(
        event("100", "Newcastle v Chelsea", SOCCER, match_odds("1.1", *runners, crossMatching=True)),
        accounts=["alice"],
    )


def headers(client: Client) -> dict[str, str]:
    session = log_in(client.worlds.default, "alice", "secret", "alice-live")
    assert session is not None
    return {"X-Application": "alice-live", "X-Authentication": session.token, "Content-Type": "application/json"}
