"""The starting price pays everybody: the worked numbers of exchange mechanics, section 9, and what is at its edges.

Money and prices are written as people write them and counted in pence and hundredths.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import pytest

from simulator.exchange.book import Offer
from simulator.exchange.money import NoPrice, Price
from simulator.exchange.starting_price import (
    Reconciliation,
    StartingPriceBet,
    far_price,
    near_price,
    published,
    reconcile,
)

NOT_A_NUMBER, INFINITY = NoPrice.NOT_A_NUMBER, NoPrice.INFINITY


class Runner(NamedTuple):
    """What a runner's auction is made of; offers are price and size, best first."""

    backs: Sequence[StartingPriceBet] = ()
    lays: Sequence[StartingPriceBet] = ()
    to_back: Sequence[Offer] = ()
    to_lay: Sequence[Offer] = ()


def bet(money: str, limit: str | None = None) -> StartingPriceBet:
    return StartingPriceBet(hundredths(money), None if limit is None else hundredths(limit))


def at(price: str, size: str) -> Offer:
    return Offer(hundredths(price), hundredths(size))


def hundredths(number: str) -> int:
    return int(Fraction(number) * 100)


def rounded(price: Price, decimals: int) -> float | NoPrice:
    return price if isinstance(price, NoPrice) else round(float(price), decimals)


# The worked rows: number, who wants what, far price, starting price (also the near price), and who gets what.

MANUAL_SEVEN = Runner([bet("1000")], [bet("6000")])
MANUAL_ONE_SIXTH = Runner([bet("6000")], [bet("1000")])
DEEP_BACKS = MANUAL_SEVEN._replace(
    to_back=[at("4.8", "100")], to_lay=[at("5", "300"), at("5.5", "400"), at("6", "500")]
)
DEEP_LAYS = MANUAL_ONE_SIXTH._replace(to_back=[at("5", "3000"), at("4.8", "4000")], to_lay=[at("5.2", "300")])
TICK = MANUAL_SEVEN._replace(to_back=[at("5.8", "100")], to_lay=[at("6", "500")])
INSIDE = MANUAL_SEVEN._replace(to_back=[at("6.8", "100")], to_lay=[at("7.2", "500")])
RECORDED_BACKS = Runner(
    [bet("22.13"), bet("40", "5")], to_back=[at("2.6", "14.63"), at("2.58", "6.08"), at("2.56", "13.61")]
)
RECORDED_LAYS = Runner(lays=[bet("10", "1.8")], to_back=[at("1.25", "41.63")], to_lay=[at("1.55", "23.62")])
TOO_DEAR = Runner([bet("4.11", "100")], to_back=[at("21", "5")], to_lay=[at("23", "5")])
ONE_SIDED = Runner([bet("100")], to_back=[at("3", "5")])

WORKED = {
    "1, manual": (MANUAL_SEVEN, 7.0, 7.0, ["1000"], ["1000"], [], []),
    "2, manual": (MANUAL_ONE_SIXTH, 1.166667, 1.166667, ["6000"], ["6000"], [], []),
    "3": (DEEP_BACKS, 7.0, 5.160687, ["1000"], ["1442.06"], [], [at("5", "300"), at("5.5", "142.07")]),
    "4, a tick": (TICK, 7.0, 6.0, ["1000"], ["1200"], [], [at("6", "200")]),
    "5, inside the spread": (INSIDE, 7.0, 7.0, ["1000"], ["1000"], [], []),
    "6": (DEEP_LAYS, 1.166667, 4.904459, ["6000"], ["256.11"], [at("5", "3000"), at("4.8", "2743.88")], []),
    "7, recorded": (
        RECORDED_BACKS,
        1.0,
        2.591939,
        ["22.13", "0"],
        [],
        [at("2.6", "14.63"), at("2.58", "6.08"), at("2.56", "1.42")],
        [],
    ),
    "8, recorded": (RECORDED_LAYS, INFINITY, 1.55, [], ["18.18"], [], [at("1.55", "18.18")]),
    "9, a back at its limit": (
        Runner([bet("100"), bet("100", "5")], [bet("600")]), 5.0, 5.0, ["100", "50"], ["150"], [], []
    ),
    "9, two at their limit": (
        Runner([bet("100"), bet("30", "5"), bet("70", "5")], [bet("600")]),
        5.0, 5.0, ["100", "30", "20"], ["150"], [], [],
    ),
    "10, a lay at its limit": (
        Runner([bet("1000")], [bet("3000"), bet("3000", "5")]), 5.0, 5.0, ["1000"], ["750", "250"], [], []
    ),
    "11, nothing takes part": (TOO_DEAR, 1.0, 22.0, ["0"], [], [], []),
    "12, one side only": (ONE_SIDED, 1.0, INFINITY, ["0"], [], [], []),
}  # fmt: skip


@pytest.mark.parametrize(
    ("runner", "far", "starting", "backs", "lays", "lays_taken", "backs_taken"), WORKED.values(), ids=WORKED
)
def test_the_worked_rows_come_out_to_the_penny(
    runner: Runner,
    far: float | NoPrice,
    starting: float | NoPrice,
    backs: list[str],
    lays: list[str],
    lays_taken: list[Offer],
    backs_taken: list[Offer],
) -> None:
    """Exchange mechanics, section 9.6, rows 1 to 12."""
    result = reconcile(*runner)

    assert far == rounded(far_price(runner.backs, runner.lays), 6)
    assert starting == rounded(result.price, 6)
    assert list(map(hundredths, backs)) == list(result.back_stakes)
    assert list(map(hundredths, lays)) == list(result.lay_stakes)
    assert (tuple(lays_taken), tuple(backs_taken)) == (result.lays_taken, result.backs_taken)


@pytest.mark.parametrize("name", [name for name in WORKED if not name.startswith("12")])
def test_the_near_price_is_what_a_reconciliation_would_make(name: str) -> None:
    runner = WORKED[name][0]

    assert reconcile(*runner).price == near_price(*runner)


def test_the_third_row_checks_out() -> None:
    """The taken average 5.1607; 6000 / 4.1607 = 1442.07 = 1000 + 442.07."""
    result = reconcile(*DEEP_BACKS)
    assert isinstance(result.price, Fraction)
    taken = sum(offer.size for offer in result.backs_taken)

    assert 5.1607 == round(sum(offer.price * offer.size for offer in result.backs_taken) / taken / 100, 4)
    assert 1442_07 == round(6000_00 / (result.price - 1)) == 1000_00 + taken
    assert (6000_00,) == result.lay_liabilities


def test_what_the_third_row_leaves_over_is_the_houses() -> None:
    """Exchange mechanics, section 9.4: backers win 6000.01 and the layer pays 5999.96, or loses 1442.07 and 1442.06."""
    result = reconcile(*DEEP_BACKS)

    assert 1 == result.house_if_loses
    assert -4.17 == round(float(result.house_if_wins), 2)


@pytest.mark.parametrize(
    ("runner", "price", "backs", "lays", "left_if_wins"),
    [
        pytest.param(
            Runner([bet("4"), bet("40", "2.5")], to_back=[at("3", "10")]), 2.5, ["4", "6"], [], 5_00, id="by one side"
        ),
        pytest.param(
            Runner([bet("1000")], [bet("10")], [at("3", "5")]), 1.01005, ["1000"], ["995"], 9_95, id="by both sides"
        ),
    ],
)
def test_where_the_exchange_is_used_up_the_price_is_a_limit_or_balances_the_stakes(
    runner: Runner, price: float, backs: list[str], lays: list[str], left_if_wins: int
) -> None:
    """Exchange mechanics, section 9.4."""
    result = reconcile(*runner)

    assert price == rounded(result.price, 5)
    assert (list(map(hundredths, backs)), list(map(hundredths, lays))) == (
        list(result.back_stakes),
        list(result.lay_stakes),
    )
    assert tuple(runner.to_back) == result.lays_taken
    assert left_if_wins == round(result.house_if_wins)


def test_a_recorded_reconciliation_checks_out() -> None:
    """Greyhounds, April 2022: 0.22 at 19.5 and 0.33 at 22 are taken, and the starting price is 21."""
    taken = [at("22", "0.33"), at("19.5", "0.22")]

    result = reconcile([bet("0.55")], [], taken, [at("24", "10")])

    assert 21 == result.price
    assert tuple(taken) == result.lays_taken
    assert 0 == result.house_if_loses
    assert 0 == result.house_if_wins


# What is published


@pytest.mark.parametrize(
    ("price", "shown"),
    [(Fraction(7, 6), 117), (Fraction("3.265"), 327), (Fraction("3.2649"), 326), (INFINITY, INFINITY)],
)
def test_published_prices_are_rounded_to_hundredths_halves_up(price: Price, shown: int | NoPrice) -> None:
    assert shown == published(price)


BACKED, LAID = [bet("10")], [bet("10")]
TO_BACK, TO_LAY = [at("3", "5")], [at("4", "1")]


@pytest.mark.parametrize(
    ("runner", "projected"),
    [
        (Runner(), NOT_A_NUMBER),
        (Runner(to_back=TO_BACK), INFINITY),
        (Runner(to_lay=TO_LAY), 1),
        (Runner(to_back=TO_BACK, to_lay=TO_LAY), 3.5),
        (Runner(BACKED), 1),
        (Runner(BACKED, to_lay=TO_LAY), 1),
        (Runner(BACKED, to_back=TO_BACK), 1),  # 5.00 are offered for 10.00
        (Runner(lays=LAID), INFINITY),
        (Runner(lays=LAID, to_back=TO_BACK), INFINITY),
        (Runner(lays=LAID, to_lay=TO_LAY), 11),  # chosen: 1.00 is offered for 10.00 of liability
        (Runner([bet("10", "5")]), 1),
        (Runner(lays=[bet("10", "5")]), INFINITY),
        (Runner([bet("10", "5")], [bet("10", "3")]), NOT_A_NUMBER),
        (Runner([bet("10", "5")], to_back=TO_BACK), INFINITY),
        (Runner(lays=[bet("10", "3")], to_lay=TO_LAY), 1),
    ],
)
def test_projected_prices_of_one_sided_money_are_one_or_infinite(runner: Runner, projected: float | NoPrice) -> None:
    """Recorded: no money at all NaN, nobody to lay 1.0, nobody to back Infinity (exchange mechanics, section 9.2)."""
    assert projected == near_price(*runner)


def test_the_middle_gives_way_to_limits_that_would_take_part_in_it() -> None:
    """Nobody takes part at 21.5, but at the middle of 21 and 23 a back of 21.5 would, and find nobody."""
    runner = Runner([bet("4", "21.5")], to_back=[at("21", "5")], to_lay=[at("23", "5")])

    assert Fraction("21.5") == near_price(*runner)
    assert (0,) == reconcile(*runner).back_stakes


# Limits


def test_bets_whose_limit_is_worse_than_the_price_do_not_count() -> None:
    """A back that wants 8 and a lay that pays 6 at most leave the manual's 7.0 alone."""
    result = reconcile([bet("1000"), bet("500", "8")], [bet("6000"), bet("500", "6")], (), ())

    assert 7 == result.price
    assert ((1000_00, 0), (1000_00, 0)) == (result.back_stakes, result.lay_stakes)


def test_bets_at_the_limit_on_both_sides_are_matched_as_far_as_possible() -> None:
    """At 5.0 backs bring 100 + 100 and lays 50 + 100 of stake: the lays are short, and the backs at the limit wait."""
    runner = Runner([bet("100"), bet("100", "5")], [bet("200"), bet("400", "5")])

    result = reconcile(*runner)

    assert 5 == result.price
    assert ((100_00, 50_00), (50_00, 100_00)) == (result.back_stakes, result.lay_stakes)


def test_at_a_limit_the_exchange_gives_what_averages_the_limit() -> None:
    """Of lays at 6.0 and 4.5, 50.00 and 100.00 average 5.0: 150.00 can be absorbed there, beside 25.00 of SP lays."""
    runner = Runner([bet("100"), bet("100", "5")], [bet("100")], [at("6", "50"), at("4.5", "200")], [at("7", "10")])

    result = reconcile(*runner)

    assert 5 == result.price
    assert (100_00, 75_00) == result.back_stakes
    assert (at("6", "50"), at("4.5", "100")) == result.lays_taken
    assert 0 == result.house_if_loses
    assert 0 == result.house_if_wins


def test_at_a_limit_that_is_the_best_price_the_exchange_gives_up_to_its_size() -> None:
    runner = Runner([bet("10", "5")], (), [at("5", "4")], [at("5.1", "100")])

    result = reconcile(*runner)

    assert 5 == result.price
    assert ((4_00,), (at("5", "4"),)) == (result.back_stakes, result.lays_taken)


def test_a_share_at_the_limit_is_cut_to_the_penny() -> None:
    """At 4.0 the liability of 1.00 pays a stake of 0.333..., which is cut for the back, and for the lay."""
    result = reconcile([bet("1", "4")], [bet("1")], (), ())

    assert 4 == result.price
    assert ((33,), (33,)) == (result.back_stakes, result.lay_stakes)
    assert 0 == result.house_if_loses
    assert 0 == result.house_if_wins


# The exchange used up, and no price at all


def test_where_the_exchange_is_used_up_the_house_keeps_what_its_prices_leave_over() -> None:
    """6000 of backs, lays of 1000 and 500.00 at 5.0: 1 + 1000 / 5500 balances the stakes; the rest is chosen."""
    result = reconcile([bet("6000")], [bet("1000")], [at("5", "500")], ())

    assert Fraction(13, 11) == result.price
    assert ((6000_00,), (5500_00,), (at("5", "500"),)) == (result.back_stakes, result.lay_stakes, result.lays_taken)
    assert 0 == result.house_if_loses
    assert 500_00 * (4 - Fraction(2, 11)) == result.house_if_wins


def test_where_the_exchange_has_too_few_backs_the_house_keeps_what_is_left_over() -> None:
    result = reconcile([bet("100")], [bet("6000")], (), [at("5", "500")])

    assert 11 == result.price
    assert ((100_00,), (600_00,), (at("5", "500"),)) == (result.back_stakes, result.lay_stakes, result.backs_taken)
    assert 0 == result.house_if_loses
    assert 500_00 * 6 == result.house_if_wins


@pytest.mark.parametrize("limit", ["4.4", "1.8"])
def test_backs_that_the_exchange_has_too_little_for_are_left_over_at_their_limit(limit: str) -> None:
    """Those without a limit are matched, as ever when there is a price; the house keeps what the lays pay beyond it."""
    result = reconcile([bet("50"), bet("51", limit)], (), [at("4.5", "100")], ())

    assert Fraction(limit) == result.price
    assert ((50_00, 50_00), (at("4.5", "100"),)) == (result.back_stakes, result.lays_taken)
    assert 0 == result.house_if_loses
    assert 100_00 * (Fraction("4.5") - Fraction(limit)) == result.house_if_wins


def test_lays_that_the_exchange_has_too_little_for_are_left_over_at_their_limit() -> None:
    result = reconcile((), [bet("50"), bet("500", "6")], (), [at("3.5", "100")])

    assert 6 == result.price
    assert ((50_00, 450_00), (10_00, 90_00)) == (result.lay_liabilities, result.lay_stakes)
    assert (at("3.5", "100"),) == result.backs_taken
    assert (0, 100_00 * Fraction("2.5")) == (result.house_if_loses, result.house_if_wins)


@pytest.mark.parametrize(
    "runner",
    [
        Runner(),
        Runner(to_back=TO_BACK),
        Runner(BACKED, to_back=TO_BACK),
        Runner([*BACKED, bet("10", "2")], to_back=TO_BACK),
        Runner(lays=LAID, to_lay=TO_LAY),
        Runner(lays=[*LAID, bet("10", "10")], to_lay=TO_LAY),
        Runner([bet("10", "5")], [bet("10", "3")]),
        Runner([bet("1000")], [bet("1")]),
        Runner([bet("1")], [bet("1000")]),
    ],
    ids=[
        "no money",
        "one side of the exchange only",
        "too few exchange lays for SP backs alone",
        "too few exchange lays for SP backs alone, some with a limit",
        "too few exchange backs for SP lays alone",
        "too few exchange backs for SP lays alone, some with a limit",
        "limits apart",
        "below 1.01",
        "above 1000",
    ],
)
def test_where_there_is_no_starting_price_nothing_is_matched(runner: Runner) -> None:
    """Chosen; the manual only says that such bets are matched "unless there is no starting price"."""
    nothing_of_backs, nothing_of_lays = (0,) * len(runner.backs), (0,) * len(runner.lays)

    assert Reconciliation(INFINITY, nothing_of_backs, nothing_of_lays, nothing_of_lays) == reconcile(*runner)
    assert 0 == reconcile(*runner).house_if_wins


@pytest.mark.parametrize(("stake", "liability", "price"), [("1000", "10", "1.01"), ("1", "999", "1000")])
def test_the_first_and_the_last_price_of_the_ladder_are_starting_prices(stake: str, liability: str, price: str) -> None:
    result = reconcile([bet(stake)], [bet(liability)], (), ())

    assert Fraction(price) == result.price
    assert ((hundredths(stake),), (hundredths(stake),)) == (result.back_stakes, result.lay_stakes)


def test_without_sp_money_the_starting_price_is_the_middle_of_the_best_offers() -> None:
    assert Fraction("3.5") == reconcile((), (), TO_BACK, TO_LAY).price


@pytest.mark.parametrize("name", ["3", "6"])
def test_a_price_that_is_a_root_is_good_to_twelve_decimals(name: str) -> None:
    """A millionth of a millionth to either side, what the offers average and what balances are on different sides."""
    runner = WORKED[name][0]
    root = near_price(*runner)
    assert isinstance(root, Fraction)
    first, last = runner.to_back if name == "6" else runner.to_lay[:2]

    def left_over(price: Fraction) -> Fraction:
        taken = abs(runner.backs[0].money - runner.lays[0].money / (price - 1))
        return first.size * (Fraction(first.price, 100) - price) + (taken - first.size) * (
            Fraction(last.price, 100) - price
        )

    assert left_over(root - Fraction(1, 10**12)) * left_over(root + Fraction(1, 10**12)) < 0
    assert root.denominator < 10**24
