"""Books after a runner was removed: what it shows itself, what the others show, and what became of own bets.

The race is a recorded one: `1.132153978-basic.bz2`, when a runner of 7.14 % was withdrawn.
"""

from typing import Any

import pytest

from simulator.exchange.commands import RunnerResult, SettleMarket, SettleRunners
from simulator.exchange.orders import Persistence, RunnerKey, Side
from tests import scenario as blocks
from tests.contract.betting_world import RACE, BettingWorld, prices
from tests.evidence import recorded

REMOVED, SECOND, THIRD, FOURTH, FIFTH = 1, 2, 3, 4, 5
PLACES, DOGS = "1.202", "1.203"

RACES = blocks.scenario(
    blocks.event(
        "200",
        "Newbury 14th Jun",
        blocks.HORSE_RACING,
        blocks.win(
            RACE,
            blocks.runner(REMOVED, adjustmentFactor=7.14),
            blocks.runner(SECOND, adjustmentFactor=12.93),
            blocks.runner(THIRD, adjustmentFactor=7.28),
            blocks.runner(FOURTH, adjustmentFactor=5.46),
            blocks.runner(FIFTH, adjustmentFactor=1.99),
            bspMarket=True,
            crossMatching=True,
        ),
        blocks.place(
            PLACES,
            blocks.runner(REMOVED, adjustmentFactor=9.1),
            blocks.runner(SECOND, adjustmentFactor=20),
            blocks.runner(THIRD, adjustmentFactor=30),
            blocks.runner(FOURTH, adjustmentFactor=40),
            turnInPlay=True,
        ),
        blocks.win(DOGS, "Trap 1", "Trap 2", "Trap 3"),
        starts="2017-06-14T18:00:00.000Z",
    ),
    now="2017-06-14T07:00:50.728Z",
    accounts=[blocks.account(name, balance=10_000) for name in ("alice", "bob")],
)

EVERYTHING = {"priceData": ["EX_ALL_OFFERS", "EX_TRADED", "SP_TRADED"], "virtualise": True}


@pytest.fixture
def betting() -> BettingWorld:
    return BettingWorld(RACES)


def book(betting: BettingWorld, market: str = RACE, **params: Any) -> Any:
    return betting.book(market, priceProjection=EVERYTHING, **params)


def runner(betting: BettingWorld, selection_id: int, market: str = RACE, **params: Any) -> Any:
    return book(betting, market, **params)["runners"][selection_id - 1]


def own_order(betting: BettingWorld, selection_id: int, market: str = RACE) -> Any:
    """Return alice's only order on a runner, as the book shows it."""
    (order,) = runner(betting, selection_id, market, orderProjection="ALL")["orders"]
    return order


# The runner that is gone


def test_a_removed_runner_looks_as_recorded(betting: BettingWorld) -> None:
    """Its factor and the second of its removal, and nothing of what was traded, offered or staked on it."""
    betting.matched("BACK", REMOVED, 15.5, 10, market=RACE)
    betting.offer(REMOVED, Side.LAY, [(15, 20)], RACE)
    betting.offer(REMOVED, Side.BACK, [(16, 20)], RACE)
    betting.at_close("BACK", "bob", REMOVED, 30)
    betting.remove(REMOVED)
    betting.reconcile()

    shown = runner(betting, REMOVED)

    assert list(recorded("list_market_book")[0]["runners"][5]) == list(shown)
    assert {
        "selectionId": 1, "handicap": 0.0, "status": "REMOVED", "adjustmentFactor": 7.14,
        "removalDate": "2017-06-14T07:00:50.000Z",
        "sp": {"backStakeTaken": [], "layLiabilityTaken": [], "actualSP": "NaN"},
        "ex": {"availableToBack": [], "availableToLay": [], "tradedVolume": []},
    } == shown  # fmt: skip


def test_the_market_counts_the_runners_and_the_money_that_are_left(betting: BettingWorld) -> None:
    """Recorded: six runners, five of them active, and a total that is the sum of these five's."""
    betting.matched("BACK", REMOVED, 15.5, 10, market=RACE)
    betting.matched("BACK", SECOND, 13, 25, market=RACE)
    betting.offer(REMOVED, Side.LAY, [(15, 20)], RACE)
    before = book(betting)
    betting.remove(REMOVED)

    after = book(betting)

    assert (5, 5, 70.0, 20.0) == counts(before)
    assert (5, 4, 50.0, 0.0) == counts(after)
    assert after["totalMatched"] == sum(each.get("totalMatched", 0) for each in after["runners"])
    assert before["version"] < after["version"]
    assert "OPEN" == after["status"]


def counts(shown: Any) -> tuple[int, int, float, float]:
    return tuple(shown[name] for name in ("numberOfRunners", "numberOfActiveRunners", "totalMatched", "totalAvailable"))


def test_the_recorded_total_is_that_of_the_runners_that_are_left() -> None:
    """Why the volume of a removed runner is taken out of the market's: to two pence of rounding."""
    shown = recorded("list_market_book")[0]

    assert "totalMatched" not in shown["runners"][5]
    assert shown["totalMatched"] == pytest.approx(
        sum(each.get("totalMatched", 0) for each in shown["runners"]), abs=0.03
    )


def test_a_greyhound_leaves_its_trap_vacant(betting: BettingWorld) -> None:
    """Greyhounds have no factors: nothing happens to the bets on others."""
    betting.matched("BACK", SECOND, 3.0, 10, market=DOGS)
    betting.remove(REMOVED, vacant=True, market=DOGS)

    shown = runner(betting, REMOVED, DOGS)

    assert ("REMOVED_VACANT", "2017-06-14T07:00:50.000Z") == (shown["status"], shown["removalDate"])
    assert "adjustmentFactor" not in shown
    assert [(3.0, 20.0)] == prices(book(betting, DOGS), "tradedVolume", SECOND - 1)


def test_nothing_virtual_is_offered_on_it_or_follows_from_it(betting: BettingWorld) -> None:
    """The others make no offers on it, and a book is completed without it."""
    for selection_id in (SECOND, THIRD, FOURTH, FIFTH):
        betting.offer(selection_id, Side.BACK, [(5, 10)], RACE)
    on_removed = prices(book(betting), runner=REMOVED - 1)
    assert [] == prices(book(betting), runner=SECOND - 1)
    betting.remove(REMOVED)

    after = book(betting)

    assert [(5.0, 10.0)] == on_removed
    assert [] == prices(after, runner=REMOVED - 1)
    assert [(2.5, 20.0)] == prices(after, runner=SECOND - 1)


def test_a_runner_that_is_void_at_settlement_is_removed_then(betting: BettingWorld) -> None:
    """Removed by the result, at its time; the manual prints such runners of a settled market."""
    betting.matched("BACK", SECOND, 13, 10, market=RACE)
    betting.advance(5_000)
    results = (RunnerResult(RunnerKey(THIRD), "WINNER"), RunnerResult(RunnerKey(SECOND), "REMOVED"))
    betting.apply(SettleMarket(RACE, results))

    shown = runner(betting, SECOND)

    assert ("REMOVED", "2017-06-14T07:00:55.000Z") == (shown["status"], shown["removalDate"])


def test_a_runner_that_is_void_while_its_market_goes_on_takes_its_money_along(betting: BettingWorld) -> None:
    """Settled by itself as removed: what was traded on it is void."""
    betting.matched("BACK", SECOND, 13, 10, market=RACE)
    betting.apply(SettleRunners(RACE, (RunnerResult(RunnerKey(SECOND), "REMOVED"),)))

    shown = book(betting)

    assert ("REMOVED", 0.0) == (shown["runners"][SECOND - 1]["status"], shown["totalMatched"])
    assert not {"lastPriceTraded", "totalMatched"} & set(shown["runners"][SECOND - 1])


def test_removals_can_be_read_after_the_market_is_closed(betting: BettingWorld) -> None:
    """The manual's settled market: status, factor and date of the removed, empty lists for all."""
    betting.remove(REMOVED)
    betting.settle(SECOND, market=RACE)

    shown = betting.book(RACE, priceProjection={"priceData": ["EX_BEST_OFFERS"]})

    nothing = {"availableToBack": [], "availableToLay": [], "tradedVolume": []}
    assert {
        "selectionId": 1, "handicap": 0.0, "status": "REMOVED", "adjustmentFactor": 7.14,
        "removalDate": "2017-06-14T07:00:50.000Z", "ex": nothing,
    } == shown["runners"][0]  # fmt: skip
    assert (5, 0) == (shown["numberOfRunners"], shown["numberOfActiveRunners"])
    assert ["REMOVED", "WINNER", "LOSER", "LOSER", "LOSER"] == [each["status"] for each in shown["runners"]]


# The runners that are left


def test_factors_are_rescaled_as_recorded(betting: BettingWorld) -> None:
    """12.93 to 13.92, 7.28 to 7.84, 5.46 to 5.88 and 1.99 to 2.14; the removed runner keeps its own.

    The recording of 2017 has two decimals; those of 2020 and later have three, as ours.
    """
    betting.remove(REMOVED)

    factors = [each["adjustmentFactor"] for each in book(betting)["runners"]]

    assert [7.14, 13.924, 7.84, 5.88, 2.143] == factors
    assert [7.14, 13.92, 7.84, 5.88, 2.14] == [round(factor, 2) for factor in factors]


def test_a_factor_of_three_decimals_is_used_exactly(betting: BettingWorld) -> None:
    """Recorded factors have three: 1000 reduced by 4.545 % is 954.55, not the 954.50 of 4.55 %."""
    betting.matched("BACK", SECOND, 1000, 1, market=RACE)

    betting.remove(REMOVED, 4.545)

    shown = book(betting)["runners"]
    assert (4.545, 954.55) == (shown[0]["adjustmentFactor"], shown[SECOND - 1]["lastPriceTraded"])
    (order,) = betting.orders()
    assert 954.55 == order["averagePriceMatched"]


def test_last_prices_are_reduced_as_recorded(betting: BettingWorld) -> None:
    """13.0 to 12.07, 12.0 to 11.14, 15.5 to 14.39 and 34.0 to 31.57, to the nearest hundredth and on no ladder."""
    for selection_id, price in ((SECOND, 13), (THIRD, 12), (FOURTH, 15.5), (FIFTH, 34)):
        betting.matched("BACK", selection_id, price, 10, market=RACE)
    betting.remove(REMOVED)

    shown = book(betting)["runners"][1:]

    assert [12.07, 11.14, 14.39, 31.57] == [each["lastPriceTraded"] for each in shown]


def test_what_was_matched_in_play_keeps_its_price(betting: BettingWorld) -> None:
    """3.0 at 9.1 % is 2.82 in this market; what was bet after the off stays at 3.0, on the market and on the bets."""
    early = betting.matched("BACK", SECOND, 3.0, 10, market=PLACES)
    betting.turn_in_play(PLACES)
    late = betting.matched("BACK", SECOND, 3.0, 10, market=PLACES)

    betting.remove(REMOVED, market=PLACES)

    assert {early: 2.82, late: 3.0} == {each["betId"]: each["averagePriceMatched"] for each in betting.orders()}
    shown = book(betting, PLACES)
    assert [(2.82, 20.0), (3.0, 20.0)] == prices(shown, "tradedVolume", SECOND - 1)
    assert 3.0 == shown["runners"][SECOND - 1]["lastPriceTraded"]
    betting.apply(
        SettleMarket(PLACES, (RunnerResult(RunnerKey(SECOND), "WINNER"), RunnerResult(RunnerKey(3), "WINNER")))
    )
    cleared = {
        each["betId"]: (each["priceMatched"], each["priceReduced"], each["profit"]) for each in betting.cleared()
    }
    assert {early: (2.82, True, 18.2), late: (3.0, False, 20.0)} == cleared


def test_traded_volume_moves_to_the_reduced_prices(betting: BettingWorld) -> None:
    """Recorded with 30.01 %: 3.2, 3.25, 3.75, 3.8 and 3.85 became 2.24, 2.27, 2.62, 2.66 and 2.69."""
    for price in (3.2, 3.25, 3.75, 3.8, 3.85):
        betting.matched("BACK", SECOND, price, 10, market=RACE)
    betting.remove(REMOVED, 30.01)

    shown = book(betting)

    reduced = [(price, 20.0) for price in (2.24, 2.27, 2.62, 2.66, 2.69)]
    assert reduced == prices(shown, "tradedVolume", SECOND - 1)
    assert (100.0, 100.0) == (shown["totalMatched"], shown["runners"][SECOND - 1]["totalMatched"])


def test_of_a_place_market_only_the_winnings_are_reduced(betting: BettingWorld) -> None:
    """3.0 at 9.1 % is 1 + 2 x 0.909; factors are given, not rescaled."""
    betting.matched("BACK", SECOND, 3.0, 10, market=PLACES)
    betting.remove(REMOVED, market=PLACES)

    shown = book(betting, PLACES)

    assert [(2.82, 20.0)] == prices(shown, "tradedVolume", SECOND - 1)
    assert [9.1, 20.0, 30.0, 40.0] == [each["adjustmentFactor"] for each in shown["runners"]]


def test_under_two_and_a_half_percent_prices_stay(betting: BettingWorld) -> None:
    """The threshold of WIN markets: the runner is gone and its share is spread, no price is touched."""
    betting.matched("BACK", SECOND, 13, 10, market=RACE)
    betting.remove(FIFTH)

    shown = runner(betting, SECOND)

    assert (13.0, [{"price": 13.0, "size": 20.0}]) == (shown["lastPriceTraded"], shown["ex"]["tradedVolume"])


# Own bets


def test_bets_on_the_removed_runner_are_void(betting: BettingWorld) -> None:
    """What was matched is void and no match any more; what was not has lapsed."""
    betting.lay("bob", REMOVED, 15.5, 4, market=RACE)
    betting.back("alice", REMOVED, 15.5, 10, market=RACE)
    betting.remove(REMOVED)

    shown = runner(betting, REMOVED, orderProjection="ALL", partitionMatchedByStrategyRef=True)

    (order,) = shown["orders"]
    assert (0.0, 4.0, 6.0, 0.0) == tuple(
        order[name] for name in ("sizeMatched", "sizeVoided", "sizeLapsed", "sizeRemaining")
    )
    assert ([], {}) == (shown["matches"], shown["matchesByStrategy"])
    assert ("EXECUTION_COMPLETE", 0.0) == (order["status"], order["avgPriceMatched"])


@pytest.mark.parametrize(("market", "price", "reduced"), [(RACE, 10.0, 9.09), (PLACES, 3.0, 2.82)])
@pytest.mark.parametrize("side", ["BACK", "LAY"])
def test_matches_on_the_others_show_the_reduced_price(
    betting: BettingWorld, side: str, market: str, price: float, reduced: float
) -> None:
    """Both sides of a match, at 9.1 %: 10.0 is 9.09 (exchange mechanics, section 10.5); asked for was what it was."""
    betting.matched(side, SECOND, price, 20, market=market)
    betting.remove(REMOVED, 9.1, market=market)

    shown = runner(betting, SECOND, market, orderProjection="ALL", matchProjection="ROLLED_UP_BY_PRICE")

    (order,) = shown["orders"]
    assert (price, reduced, 20.0) == (order["price"], order["avgPriceMatched"], order["sizeMatched"])
    assert [{"side": side, "price": reduced, "size": 20.0}] == shown["matches"]


def test_an_unmatched_back_stays_and_an_unmatched_lay_lapses(betting: BettingWorld) -> None:
    """Nobody would take the back any more, everybody the lay."""
    betting.back("alice", SECOND, 10, 20, market=RACE)
    betting.lay("alice", THIRD, 10, 20, market=RACE)
    betting.remove(REMOVED, 9.1)

    back, lay = own_order(betting, SECOND), own_order(betting, THIRD)

    assert ("EXECUTABLE", 10.0, 20.0) == (back["status"], back["price"], back["sizeRemaining"])
    assert ("EXECUTION_COMPLETE", 20.0) == (lay["status"], lay["sizeLapsed"])
    assert [(10.0, 20.0)] == prices(book(betting), "availableToLay", SECOND - 1)
    assert [] == prices(book(betting), "availableToBack", THIRD - 1)


def test_a_lay_that_persists_stays_at_a_lower_price(betting: BettingWorld) -> None:
    """Of a PLACE market the winnings are reduced: 1 + 3 x 0.909 is 3.727, and 3.7 the rung below."""
    betting.lay("alice", SECOND, 4.0, 20, market=PLACES, persistence=Persistence.PERSIST)
    betting.remove(REMOVED, market=PLACES)

    order = own_order(betting, SECOND, PLACES)

    assert ("EXECUTABLE", 3.7, 20.0) == (order["status"], order["price"], order["sizeRemaining"])
    assert [(3.7, 20.0)] == prices(book(betting, PLACES), runner=SECOND - 1)


def test_a_lay_at_the_starting_price_risks_less(betting: BettingWorld) -> None:
    """100 x (1 - 9.1 / (100 - 12.93)), 12.93 being the runner's own factor (exchange mechanics, section 10.4)."""
    betting.at_close("LAY", "alice", SECOND, 100)
    betting.remove(REMOVED, 9.1)

    shown = runner(betting, SECOND)

    assert [{"price": 1000.0, "size": 89.55}] == shown["sp"]["layLiabilityTaken"]
    assert 89.55 == own_order(betting, SECOND)["bspLiability"]
