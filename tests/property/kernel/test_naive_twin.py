"""The naive twin gives the exchange mechanics' own worked numbers: whoever holds another to account is held to them."""

from fractions import Fraction

import pytest

from simulator.exchange.book import Offer as BookOffer
from simulator.exchange.orders import BetTargetType, Persistence, RunnerKey, Side
from simulator.exchange.starting_price import StartingPriceBet
from tests.property.kernel.twin_book import CLASSIC_PRICES, Match, NaiveBet, levels, queue
from tests.property.kernel.twin_matching import Ask, Matcher, Offer
from tests.property.kernel.twin_money import LOST, WON, commission, exposure, nearest_penny, possible_winners, profit
from tests.property.kernel.twin_starting_price import NaiveRunner, naive_result

A, B, C, D = (RunnerKey(number) for number in (1, 2, 3, 4))
BACK, LAY = Side.BACK, Side.LAY


def bet(runner: RunnerKey, side: Side, size: int, price: int, *, matched: bool = False, bet_id: int = 0) -> NaiveBet:
    placed = NaiveBet("anybody", "1.1", runner, side, price, size, Persistence.LAPSE, placed_at=0, bet_id=bet_id)
    if matched:
        placed.matches.append(Match(1, price, size, 0))
    return placed


Money = list[tuple[int, int | None]]
Prices = list[tuple[int, int]]


def auction(backs: Money, lays: Money, to_back: Prices | None = None, to_lay: Prices | None = None) -> NaiveRunner:
    """Bets at the starting price with money and limit, and what the exchange has with price and size, best first."""
    return NaiveRunner(
        *([StartingPriceBet(*bet) for bet in bets] for bets in (backs, lays)),
        *([BookOffer(*one) for one in offers or []] for offers in (to_back, to_lay)),
    )


def test_the_ladder_of_odds_has_350_prices() -> None:
    assert len(CLASSIC_PRICES) == 350


@pytest.mark.parametrize(
    ("exact", "pence"), [("0.5", 1), ("-0.5", -1), ("1.49", 1), ("-1.49", -1), ("2.5", 3), ("0", 0)]
)
def test_half_a_penny_is_rounded_away_from_nothing(exact: str, pence: int) -> None:
    assert nearest_penny(Fraction(exact)) == pence


@pytest.mark.parametrize(
    ("side", "matches", "share", "pence"),
    [
        (BACK, [(106, 13)], WON, 1),  # 0.78p
        (LAY, [(103, 10_20)], WON, -31),  # 30.6p
        (BACK, [(103, 10_20)], LOST, -10_20),
        (LAY, [(103, 10_20)], LOST, 10_20),
        (BACK, [(400, 300_00)], Fraction(1, 3), 100_00),
        (BACK, [(1100, 10_00)], Fraction(1, 2), 45_00),
        (BACK, [(600, 60_00)], Fraction(2, 4), 120_00),
        (BACK, [(101, 50), (101, 50)], WON, 1),  # once for the bet: twice half a penny is one penny
    ],
)
def test_profit_is_exact_for_a_bet_and_rounded_once(
    side: Side, matches: list[tuple[int, int]], share: Fraction, pence: int
) -> None:
    assert profit(side, matches, share) == pence


@pytest.mark.parametrize(
    ("net", "discount", "pence"),
    [(400_00, 40, 12_00), (400_00, 0, 20_00), (-400_00, 40, 0), (0, 0, 0), (15_00, 0, 75)],
)
def test_commission_is_taken_on_net_winnings_only(net: int, discount: int, pence: int) -> None:
    assert commission(net, Fraction(5), Fraction(discount)) == pence


def test_exposure_with_one_winner_is_that_of_the_worked_example() -> None:
    bets = [
        bet(A, BACK, 10_00, 400, matched=True),
        bet(A, LAY, 4_00, 350),
        bet(B, LAY, 15_00, 300, matched=True),
        bet(C, BACK, 2_00, 600),
    ]
    assert exposure(bets, [A, B, C]) == 42_00


def test_exposure_with_two_winners_is_that_of_the_worked_example() -> None:
    bets = [
        bet(A, LAY, 10_00, 200, matched=True),
        bet(B, LAY, 10_00, 300, matched=True),
        bet(C, BACK, 5_00, 500, matched=True),
        bet(D, LAY, 20_00, 150),
    ]
    assert exposure(bets, [A, B, C, D], number_of_winners=2) == 35_00
    assert exposure(bets, [A, B, C, D], number_of_winners=1) == 15_00


def test_a_sure_profit_is_no_exposure() -> None:
    assert exposure([bet(A, BACK, 10_00, 300, matched=True), bet(A, LAY, 10_00, 200, matched=True)], [A, B]) == 0


def test_unmatched_bets_do_not_make_up_for_each_other() -> None:
    assert exposure([bet(A, BACK, 10_00, 200), bet(A, LAY, 10_00, 200)], [A, B]) == 10_00


def test_trying_every_subset_and_taking_each_worst_fate_come_to_the_same() -> None:
    """There are too many subsets of many bets to try them all; there are six here, and then seven."""
    bets = [bet(runner, side, 1_00 + price, price) for runner in (A, B, C) for side, price in ((BACK, 305), (LAY, 198))]
    assert exposure([*bets, bet(A, LAY, 10_00, 200)], [A, B, C]) == exposure(bets, [A, B, C]) + 10_00


@pytest.mark.parametrize(
    ("number_of_winners", "complete", "sets"),
    [(1, True, 3), (2, True, 3), (3, True, 1), (4, True, 1), (0, True, 8), (1, False, 4), (2, False, 7)],
)
def test_every_set_of_winners_is_thought_of(number_of_winners: int, complete: bool, sets: int) -> None:
    assert len(set(possible_winners([A, B, C], number_of_winners, complete))) == sets


def test_a_backer_takes_the_highest_lays_first_and_those_of_one_price_in_order_of_arrival() -> None:
    book = [
        bet(A, LAY, 2_00, 310, bet_id=1),
        bet(A, LAY, 2_00, 320, bet_id=2),
        bet(A, LAY, 2_00, 310, bet_id=3),
        bet(A, LAY, 2_00, 290, bet_id=4),
        bet(B, LAY, 2_00, 400, bet_id=5),
    ]
    own = [Offer(one.bet_id, A, one.price, one.size) for one in queue(book, A, LAY)]
    matcher = Matcher(Ask(BACK, 300, 5_00), own, [], 1)
    assert 0 == matcher.run()
    assert [part for match in matcher.matches for part in match.parts] == [(2, 2_00), (1, 2_00), (3, 1_00)]
    assert levels(book, A, LAY) == [(320, 2_00, [2]), (310, 4_00, [1, 3]), (290, 2_00, [4])]


@pytest.mark.parametrize(("minimum", "matched"), [(None, 0), (4_01, 0), (4_00, 4_00), (3_00, 4_00)])
def test_fill_or_kill_takes_its_minimum_or_nothing(minimum: int | None, matched: int) -> None:
    matcher = Matcher(Ask(BACK, 300, 5_00, kill=True, minimum=minimum), [Offer(1, A, 300, 4_00)], [], 1)
    assert 5_00 - matched == matcher.run()
    assert matched == sum(match.size for match in matcher.matches)


@pytest.mark.parametrize(
    ("side", "limit", "prices"), [(BACK, 540, (550, 540, 530)), (LAY, 310, (300, 310, 320))], ids=["back", "lay"]
)
def test_the_limit_of_fill_or_kill_is_on_the_average(side: Side, limit: int, prices: tuple[int, int, int]) -> None:
    book = [
        Offer(number, A, price, size) for number, (price, size) in enumerate(zip(prices, [200, 600, 500], strict=True))
    ]
    matcher = Matcher(Ask(side, limit, 10_00, kill=True), book, [], 1)
    assert 0 == matcher.run()
    assert [(match.price, match.size) for match in matcher.matches] == [*zip(prices, [200, 600, 200], strict=True)]


def test_a_back_takes_virtual_bets_and_real_ones_as_the_manual_tells() -> None:
    """40 at 6.0, 150 at 5.0, 50 at 3.75, 250 at 3.0, and the rest at 1.01."""
    own = [Offer(1, A, 500, 150_00), Offer(2, A, 300, 250_00), Offer(3, A, 101, 999_00)]
    legs = [[Offer(4, B, 200, 120_00), Offer(5, B, 250, 75_00)], [Offer(6, C, 300, 150_00)]]
    matcher = Matcher(Ask(BACK, 101, 1000_00), own, legs, 1)
    assert 0 == matcher.run()
    assert [(match.price, match.size) for match in matcher.matches] == [
        (600, 40_00),
        (500, 150_00),
        (375, 50_00),
        (300, 250_00),
        (101, 510_00),
    ]


def test_a_target_is_reached_at_better_prices_and_its_rest_is_restated_at_the_limit() -> None:
    matcher = Matcher(Ask(LAY, 400, target_type=BetTargetType.PAYOUT, target=10_00), [Offer(1, A, 380, 1_00)], [], 1)
    assert 1_55 == matcher.run()
    assert [(match.price, match.size) for match in matcher.matches] == [(380, 1_00)]


AUCTIONS: list[tuple[str, NaiveRunner, str, list[int], list[int], list[tuple[int, int]]]] = [
    ("far price of 7.0", auction([(1000_00, None)], [(6000_00, None)]), "7", [1000_00], [1000_00], []),
    (
        "too much laid",
        auction(
            [(1000_00, None)],
            [(6000_00, None)],
            [(480, 100_00)],
            [(500, 300_00), (550, 400_00), (600, 500_00)],
        ),
        "5.160687",
        [1000_00],
        [1442_06],
        [(500, 300_00), (550, 142_07)],
    ),
    (
        "a tick",
        auction([(1000_00, None)], [(6000_00, None)], [(580, 100_00)], [(600, 500_00)]),
        "6",
        [1000_00],
        [1200_00],
        [(600, 200_00)],
    ),
    (
        "inside the spread",
        auction([(1000_00, None)], [(6000_00, None)], [(680, 100_00)], [(720, 500_00)]),
        "7",
        [1000_00],
        [1000_00],
        [],
    ),
    (
        "too much backed",
        auction([(6000_00, None)], [(1000_00, None)], [(500, 3000_00), (480, 4000_00)], [(520, 300_00)]),
        "4.904459",
        [6000_00],
        [256_11],
        [(500, 3000_00), (480, 2743_88)],
    ),
    (
        "no lays",
        auction([(100, None)], [], [(260, 50), (258, 50), (256, 50)], []),
        "2.59",
        [100],
        [],
        [(260, 50), (258, 50)],
    ),
    (
        "backs at their limit",
        auction([(100_00, None), (30_00, 500), (70_00, 500)], [(600_00, None)]),
        "5",
        [100_00, 30_00, 20_00],
        [150_00],
        [],
    ),
    (
        "a lay at its limit",
        auction([(1000_00, None)], [(3000_00, None), (3000_00, 500)]),
        "5",
        [1000_00],
        [750_00, 250_00],
        [],
    ),
    ("nobody takes part", auction([(4_11, 10_000)], [], [(2100, 100)], [(2300, 100)]), "22", [0], [], []),
]


@pytest.mark.parametrize(
    ("runner", "price", "backs", "lays", "taken"), [row[1:] for row in AUCTIONS], ids=[row[0] for row in AUCTIONS]
)
def test_an_auction_comes_to_the_worked_prices_and_matches(
    runner: NaiveRunner, price: str, backs: list[int], lays: list[int], taken: list[tuple[int, int]]
) -> None:
    result = naive_result(runner)
    assert result is not None
    assert f"{float(result.price):.6f}" == f"{float(price):.6f}"
    assert (result.back_stakes, result.lay_stakes) == (backs, lays)
    assert [tuple(offer) for offer in result.lays_taken + result.backs_taken] == taken


@pytest.mark.parametrize(
    "runner",
    [
        pytest.param(auction([(100_00, None)], [], [(300, 5_00)]), id="more backed than the exchange takes"),
        pytest.param(auction([], [(100_00, None)], [], [(300, 5_00)]), id="more laid than the exchange takes"),
        pytest.param(auction([(100_00, None)], []), id="backs alone"),
        pytest.param(auction([(1, 200)], []), id="backs alone, with a limit"),
        pytest.param(auction([(1_00, 500)], [(1_00, 300)]), id="limits that do not meet"),
        pytest.param(auction([], []), id="nobody"),
        pytest.param(auction([], [], [(300, 5_00)]), id="lays of the exchange alone"),
        pytest.param(auction([(6000_00, None)], [(10_00, None)]), id="below 1.01"),
    ],
)
def test_some_auctions_make_no_price(runner: NaiveRunner) -> None:
    assert naive_result(runner) is None
