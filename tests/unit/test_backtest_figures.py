"""Figures of a backtest against numbers worked out by hand."""

import csv
from pathlib import Path

import pytest

from simulator.backtest.results import Results
from simulator.backtest.running import backtest
from simulator.backtest.summary import by_runner
from tests.recording_files import Race

STRATEGY = """
class Bets:
    def on_market(self, market, orders):
        if len(orders) or market.status != "OPEN" or not market.runner(2).best_lay:
            return
        orders.back(1, 3.5, 10.0)       # takes 4.0 and 3.5, six and four
        orders.lay(2, 2.4, 5.0)         # takes 2.4
        orders.back(3, 10.0, 2.0)       # its runner is removed
        orders.back(1, 500.0, 2.0)      # is never matched
"""


@pytest.fixture
def results(tmp_path: Path) -> Results:
    """Four bets, of which one is void and one never matched, in a race from which a runner of 20 % is taken."""
    race = Race("1.1", bspMarket=True)
    race.offers(1, atb=[(4.0, 6.0), (3.5, 40.0)], atl=[(4.1, 40.0)])
    race.offers(3, atb=[(10.0, 50.0)])
    race.offers(2, atl=[(2.4, 40.0)])
    three = {"id": 3, "sortPriority": 3, "status": "REMOVED", "adjustmentFactor": 20.0, "name": "Runner 3"}
    two = [{"id": number, "sortPriority": number, "status": "ACTIVE", "name": f"Runner {number}"} for number in (1, 2)]
    race.defines(runners=[*two, three])
    race.defines(status="SUSPENDED")
    ended = [{**two[0], "status": "WINNER", "bsp": 3.0}, {**two[1], "status": "LOSER", "bsp": 2.0}, three]
    race.defines(status="CLOSED", bspReconciled=True, runners=ended)
    script = tmp_path / "bets.py"
    script.write_text(STRATEGY)
    return backtest(f"{script}:Bets", [str(race.write(tmp_path))])


def test_profit_commission_and_counts_are_those_worked_out_by_hand(results: Results) -> None:
    # 6.00 at 4.0 and 4.00 at 3.5, reduced by 20 %, are 3.2 and 2.8: 13.20 and 7.20 are won; the layer keeps 5.00.
    (line,) = results.summary.values()
    assert (line.orders, line.refused, line.matched, line.turnover) == (4, 0, 2, 15.0)
    assert (line.profit, line.commission, line.net_profit) == (25.4, 1.27, 24.13)
    assert (line.strike_rate, line.drawdown) == (1.0, 0.0)


def test_markets_count_matched_orders_as_the_summary_does(results: Results) -> None:
    assert [row.matched_orders for row in results.rows.markets] == [line.matched for line in results.summary.values()]


def test_slippage_is_against_the_prices_of_the_matches_and_not_those_that_removals_left(results: Results) -> None:
    # 10.00 was asked for at 4.0 and matched at 3.8 on average, 5.00 at 2.4 and matched there.
    (line,) = results.summary.values()
    back = next(order for order in results.rows.orders if order.size_matched == 10.0)
    assert (back.average_price_filled, back.average_price_matched) == (3.8, 3.04)
    assert line.slippage == pytest.approx((0.2 / 4.0 * 10 + 0.0 * 5) / 15)


def test_matched_prices_are_held_against_starting_prices_as_removals_left_them(results: Results) -> None:
    lay = next(order for order in results.rows.orders if order.side == "LAY")
    (line,) = results.summary.values()
    expected = ((3.04 - 3.0) / 3.0 * 10 - (lay.average_price_matched or 0.0) / 2.0 * 5 + 5) / 15
    assert line.against_starting_price == pytest.approx(expected)


def test_money_is_written_alike_also_where_there_is_none(results: Results, tmp_path: Path) -> None:
    results.write(tmp_path)
    with (tmp_path / "markets.csv").open() as file:
        assert [row["turnover"] for row in csv.DictReader(file)] == ["15.0"]
    assert all(isinstance(line.commission, float) for line in by_runner(results.rows).values())
