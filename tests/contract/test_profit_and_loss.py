"""listMarketProfitAndLoss answers what the manual, the interface definition and a recording say."""

from typing import Any

from simulator.betfair.errors import ApiErrorCode
from simulator.exchange.commands import Reconcile, RunnerResult, SettleRunners
from simulator.exchange.orders import RunnerKey
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
    refusal,
)
from tests.evidence import recorded


def profits(betting: BettingWorld, market_id: str = MATCH, field: str = "ifWin", **params: Any) -> dict[int, float]:
    (market,) = betting.ask("listMarketProfitAndLoss", marketIds=[market_id], **params)
    return {runner["selectionId"]: runner[field] for runner in market["profitAndLosses"]}


def test_it_is_the_recorded_answer(betting: BettingWorld) -> None:
    """A lay of 2.00 at 1.20: 2.00 if anybody else wins, -0.40 if the runner does, and the recorded keys."""
    betting.matched("LAY", AWAY, 1.2, 2)

    (market,) = betting.ask("listMarketProfitAndLoss", marketIds=[MATCH])

    assert {HOME: 2.0, AWAY: -0.4, DRAW: 2.0} == profits(betting)
    (expected,) = recorded("list_market_profit_and_loss")
    assert list(expected) == list(market)
    assert list(expected["profitAndLosses"][0]) == list(market["profitAndLosses"][0])
    assert {2.0, -0.4} == {runner["ifWin"] for runner in expected["profitAndLosses"]}


def test_a_result_adds_up_the_bets_on_all_runners(betting: BettingWorld) -> None:
    """If one runner wins the others lose: back HOME 10 at 4, lay AWAY 15 at 3."""
    betting.matched("BACK", HOME, 4.0, 10)
    betting.matched("LAY", AWAY, 3.0, 15)

    assert {HOME: 45.0, AWAY: -40.0, DRAW: 5.0} == profits(betting)


def test_it_is_what_settlement_pays(betting: BettingWorld) -> None:
    """Whoever wins, bets settle to what was foretold, net of commission to what reaches the account."""
    for winner in (HOME, AWAY, DRAW):
        betting = BettingWorld()
        betting.matched("BACK", HOME, 3.35, 3.33)
        betting.matched("LAY", HOME, 2.5, 1.25)
        betting.matched("BACK", AWAY, 1.06, 1.13)
        gross, net = profits(betting)[winner], profits(betting, netOfCommission=True)[winner]
        betting.settle(winner)

        assert gross == round(sum(bet["profit"] for bet in betting.cleared()), 2)
        ledger = betting.world.exchange.ledger
        assert net == (ledger.balances["alice"] - 10_000_00) / 100


def test_only_matched_bets_count(betting: BettingWorld) -> None:
    """Unmatched bets make nothing; without bets every runner makes nothing."""
    betting.back("alice", HOME, 4.0, 10)

    assert {HOME: 0.0, AWAY: 0.0, DRAW: 0.0} == profits(betting)
    assert {1: 0.0, 2: 0.0} == profits(betting, RACE)


def test_several_winners_have_what_a_runner_makes_either_way(betting: BettingWorld) -> None:
    """In a market of several winners each runner stands for itself, with `ifWin` and `ifLose`."""
    betting.matched("BACK", 1, 4.0, 10, market=PLACES)
    betting.matched("LAY", 2, 3.0, 15, market=PLACES)

    assert {1: 30.0, 2: -30.0, 3: 0.0} == profits(betting, PLACES, "ifWin")
    assert {1: -10.0, 2: 15.0, 3: 0.0} == profits(betting, PLACES, "ifLose")
    (market,) = betting.ask("listMarketProfitAndLoss", marketIds=[MATCH])
    assert not any("ifLose" in runner or "ifPlace" in runner for runner in market["profitAndLosses"])


def test_commission_is_taken_off_profits_where_wanted(betting: BettingWorld) -> None:
    """Alice's discount of 20 % makes 4 % of 5 %, except where no discount is allowed; losses bear none."""
    betting.matched("BACK", HOME, 4.0, 10)
    betting.matched("BACK", 1, 4.0, 10, market=PLACES)

    answer = betting.ask("listMarketProfitAndLoss", marketIds=[MATCH, PLACES], netOfCommission=True)

    assert [4.0, 10.0] == [market["commissionApplied"] for market in answer]
    assert {HOME: 28.8, AWAY: -10.0, DRAW: -10.0} == profits(betting, netOfCommission=True)
    assert {1: 27.0, 2: 0.0, 3: 0.0} == profits(betting, PLACES, netOfCommission=True)
    (gross,) = betting.ask("listMarketProfitAndLoss", marketIds=[MATCH], netOfCommission=False)
    assert "commissionApplied" not in gross


def test_markets_come_in_the_order_asked_for_and_open_odds_markets_only(betting: BettingWorld) -> None:
    """Lines, handicaps, closed and unknown markets are left out without a word; suspended ones are not."""
    betting.settle(HOME, market=RACE)
    betting.suspend(MATCH)

    answer = betting.ask("listMarketProfitAndLoss", marketIds=[PLACES, TOTAL, OTHER, EACH_WAY, RACE, "1.9", MATCH])

    assert [PLACES, EACH_WAY, MATCH] == [market["marketId"] for market in answer]


def test_each_way_has_what_a_runner_makes_if_it_is_placed(betting: BettingWorld) -> None:
    """A back of 10.00 at 11.0 with a quarter of the odds costs 20.00; the figures of settlement (mechanics, 11)."""
    betting.matched("BACK", 1, 11.0, 10, market=EACH_WAY)
    betting.matched("LAY", 2, 2.0, 10, market=EACH_WAY)

    figures = {field: profits(betting, EACH_WAY, field) for field in ("ifWin", "ifLose", "ifPlace")}

    assert {
        "ifWin": {1: 125.0, 2: -12.5, 3: 0.0},
        "ifLose": {1: -20.0, 2: 20.0, 3: 0.0},
        "ifPlace": {1: 15.0, 2: 7.5, 3: 0.0},
    } == figures


def test_only_markets_of_their_kind_have_the_other_figures(betting: BettingWorld) -> None:
    """`ifLose` where several may win and each way, `ifPlace` each way alone: so says the definition."""

    def fields(market_id: str) -> list[str]:
        (market,) = betting.ask("listMarketProfitAndLoss", marketIds=[market_id])
        return list(market["profitAndLosses"][0])

    assert ["selectionId", "ifWin"] == fields(MATCH)
    assert ["selectionId", "ifWin", "ifLose"] == fields(PLACES)
    assert ["selectionId", "ifWin", "ifLose", "ifPlace"] == fields(EACH_WAY)


def test_settled_bets_count_where_they_are_asked_for(betting: BettingWorld) -> None:
    """Backs of 10.00 at 4.0 on two runners; the draw is out. By default its bet is as if it had not been."""
    betting.matched("BACK", HOME, 4.0, 10)
    betting.matched("BACK", DRAW, 4.0, 10)
    betting.apply(SettleRunners(MATCH, (RunnerResult(RunnerKey(DRAW), "LOSER"),)))

    assert {HOME: 30.0, AWAY: -10.0} == profits(betting)
    assert {HOME: 20.0, AWAY: -20.0} == profits(betting, includeSettledBets=True)


def test_where_several_win_a_settled_runner_has_what_it_brought(betting: BettingWorld) -> None:
    """Both figures are the same then, and runners stay in the order of the market."""
    betting.matched("BACK", 1, 4.0, 10, market=PLACES)
    betting.matched("BACK", 2, 4.0, 5, market=PLACES)
    betting.apply(SettleRunners(PLACES, (RunnerResult(RunnerKey(1), "WINNER"),)))

    assert {2: 15.0, 3: 0.0} == profits(betting, PLACES)
    assert {1: 30.0, 2: 15.0, 3: 0.0} == profits(betting, PLACES, includeSettledBets=True)
    assert {1: 30.0, 2: -5.0, 3: 0.0} == profits(betting, PLACES, "ifLose", includeSettledBets=True)
    (market,) = betting.ask("listMarketProfitAndLoss", marketIds=[PLACES], includeSettledBets=True)
    assert [1, 2, 3] == [runner["selectionId"] for runner in market["profitAndLosses"]]


def test_bets_at_the_starting_price_count_where_they_are_asked_for(betting: BettingWorld) -> None:
    """A back of 10.00 at a starting price of 3.0, and one of 5.00 at 4.0 on the exchange."""
    betting.matched("BACK", 1, 4.0, 5, market=RACE)
    betting.at_close("BACK", "alice", 1, 10)
    betting.at_close("LAY", "bob", 1, 20)
    before = profits(betting, RACE, includeBspBets=True)
    betting.apply(Reconcile(RACE))

    assert {1: 15.0, 2: -5.0} == before == profits(betting, RACE)
    assert {1: 35.0, 2: -15.0} == profits(betting, RACE, includeBspBets=True)


def test_weight_is_limited(betting: BettingWorld) -> None:
    """A market weighs 4, so fifty are as many as there may be."""
    fifty = [f"1.{number}" for number in range(50)]

    assert [] == betting.ask("listMarketProfitAndLoss", marketIds=fifty)
    too_many = refusal(betting, "listMarketProfitAndLoss", marketIds=[*fifty, "1.50"])
    assert ApiErrorCode.TOO_MUCH_DATA == too_many


def test_what_is_no_market_id_is_refused(betting: BettingWorld) -> None:
    """A text that no market could have is INVALID_INPUT_DATA."""
    assert ApiErrorCode.INVALID_INPUT_DATA == refusal(betting, "listMarketProfitAndLoss", marketIds=["x"])
