"""Virtual offers are worked out once and kept until something changes that they follow from."""

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.exchange.book import Offer
from simulator.exchange.commands import LadderDefinition, RunnerResult, SettleRunners
from simulator.exchange.crossmatching import Walk, virtual_offers, virtual_price
from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import RunnerKey, Side
from simulator.exchange.virtual_view import VirtualLadder
from tests.unit.exchange_builder import MARKET, A, B, C, D, World, cross_matching_market
from tests.unit.virtual_bets import DRAW, first_example

CLASSIC = Ladder.CLASSIC


def ladder(world: World, runner: RunnerKey, taker: Side) -> VirtualLadder:
    found = world.market.virtual_offers(runner, taker)
    assert found is not None
    return found


def shown(world: World, runner: RunnerKey, taker: Side) -> list[tuple[int, int]]:
    return list(ladder(world, runner, taker).best_first())


def all_known(world: World) -> dict[tuple[RunnerKey, Side], VirtualLadder]:
    return {(key, side): ladder(world, key, side) for key in world.market.runners for side in Side}


def renewed(world: World, change: Callable[[World], Any]) -> set[tuple[RunnerKey, Side]]:
    """Return for whom virtual offers are worked out anew after a change."""
    before = all_known(world)
    change(world)
    after = all_known(world)
    return {place for place, known in before.items() if after[place] is not known}


def race() -> World:
    """Return a market of four runners, all backed and layed, two of them to win."""
    prices = dict(zip((A, B, C, D), (1_80, 2_20, 3_00, 4_00), strict=True))
    return cross_matching_market(
        backs={runner: [(price, 100_00)] for runner, price in prices.items()},
        lays={runner: [(price - 20, 100_00)] for runner, price in prices.items()},
        runners=(A, B, C, D),
        number_of_winners=2,
    )


BACKS_OF_B = {(runner, Side.BACK) for runner in (A, C, D)}
LAYS_OF_B = {(runner, Side.LAY) for runner in (A, C, D)}

# What is worked out anew


@pytest.mark.parametrize(
    ("change", "places"),
    [
        pytest.param(lambda world: None, set(), id="nothing"),
        pytest.param(lambda world: world.back("bob", 2_00, at=5_00, runner=B), BACKS_OF_B, id="an unmatched back"),
        pytest.param(lambda world: world.lay("bob", 2_00, at=1_10, runner=B), LAYS_OF_B, id="an unmatched lay"),
        pytest.param(lambda world: world.lay("alice", 5_00, at=2_20, runner=B), BACKS_OF_B, id="a back that is taken"),
        pytest.param(lambda world: world.cancel("bob", world.orders[1], size_reduction=1_00), BACKS_OF_B, id="a part"),
        pytest.param(lambda world: world.cancel("bob", world.orders[1]), BACKS_OF_B, id="a cancellation"),
        pytest.param(lambda world: (world.suspend(), world.open()), set(), id="a suspension"),
    ],
)
def test_only_the_other_runners_and_one_side_follow_from_a_bet(
    change: Callable[[World], Any], places: set[tuple[RunnerKey, Side]]
) -> None:
    assert places == renewed(race(), change)


def test_a_bet_at_the_starting_price_changes_no_virtual_offer() -> None:
    world = cross_matching_market(backs={A: [(2_00, 5_00)], B: [(3_00, 5_00)], C: [(4_00, 5_00)]}, bsp_market=True)

    assert set() == renewed(world, lambda world: world.at_close(Side.BACK, "alice", 10_00, runner=B))


def test_whoever_looks_first_works_it_out_and_the_next_reads_it() -> None:
    world = first_example()
    first = ladder(world, DRAW, Side.BACK)
    one = first.best_first()
    assert (6_00, 40_00) == next(one)

    other = ladder(world, DRAW, Side.BACK)

    assert first is other
    assert [(6_00, 40_00), (3_75, 50_00)] == list(other.best_first())
    assert [(3_75, 50_00)] == list(one)


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_what_happens_to_the_runner_itself_does_not_disturb_who_looks_at_it(kept: int) -> None:
    """The walk that is shared reads the runner's own queue for the others; it may change meanwhile."""
    world = first_example()
    own = [world.back("bob", 2_00, at=price, runner=DRAW) for price in (8_00, 9_00, 10_00)]
    known = ladder(world, DRAW, Side.BACK)
    assert (6_00, 40_00) == next(known.best_first())

    world.cancel("bob", *own[kept:])
    world.back("carol", 3_00, at=7_80, runner=DRAW)

    assert known is ladder(world, DRAW, Side.BACK)
    assert [(6_00, 40_00), (3_75, 50_00)] == shown(world, DRAW, Side.BACK)


# What is shown after a change


def test_virtual_offers_follow_their_legs() -> None:
    world = first_example()
    assert [(6_00, 40_00), (3_75, 50_00)] == shown(world, DRAW, Side.BACK)

    world.cancel("bob", world.orders[0])
    assert [(3_75, 50_00)] == shown(world, DRAW, Side.BACK)

    world.back("bob", 240_00, at=2_00, runner=A)
    assert [(6_00, 75_00)] == shown(world, DRAW, Side.BACK)


def test_a_match_with_virtual_offers_takes_them_away() -> None:
    world = first_example()
    all_known(world)

    world.back("alice", 40_00, at=6_00, runner=DRAW)

    assert [(3_75, 50_00)] == shown(world, DRAW, Side.BACK)


def test_a_runner_that_is_gone_is_no_leg_and_has_no_virtual_offers() -> None:
    world = race()
    # 2 - 1/2.2 - 1/3 - 1/4 is 0.9621, whose inverse is 1.0394; without the quarter the price would be 0.825.
    assert [(1_03, 213_59)] == shown(world, A, Side.BACK)

    world.remove(D)

    assert world.market.virtual_offers(D, Side.BACK) is None
    assert [] == shown(world, A, Side.BACK)


def test_fewer_winners_are_left_when_one_is_settled() -> None:
    world = race()
    world.cancel("bob", world.orders[0])
    all_known(world)

    world.apply(SettleRunners(MARKET, (RunnerResult(A, "WINNER"),)))

    assert world.market.virtual_offers(A, Side.BACK) is None
    exact = 1 / (1 - Fraction(100, 2_20) - Fraction(100, 3_00))
    assert (CLASSIC.floor(int(100 * exact)), 46_81) == shown(world, D, Side.BACK)[0]


def test_an_asian_line_follows_from_its_own_other_side_alone() -> None:
    runners = (RunnerKey(1, -50), RunnerKey(2, 50), RunnerKey(1, 50), RunnerKey(2, -50))
    world = cross_matching_market(
        backs={runners[1]: [(1_90, 10_00)]},
        runners=runners,
        betting_type="ASIAN_HANDICAP_DOUBLE_LINE",
        ladder=LadderDefinition("FINEST"),
        number_of_winners=0,
    )
    assert [(2_11, 9_00)] == shown(world, runners[0], Side.BACK)

    def change(world: World) -> None:
        world.back("bob", 5_00, at=1_95, runner=runners[1])

    assert {(runners[0], Side.BACK)} == renewed(world, change)
    assert [(2_11, 9_00), (2_05, 4_76)] == shown(world, runners[0], Side.BACK)


@pytest.mark.parametrize("definition", [{"cross_matching": False}, {"complete": False}, {"number_of_winners": 0}])
def test_there_are_none_where_there_is_no_book_to_complete(definition: dict[str, Any]) -> None:
    world = World(**{"cross_matching": True, **definition})

    assert world.market.virtual_offers(A, Side.BACK) is None


# The walk


def naive(legs: list[list[Offer]], winners: int, taker: Side) -> list[tuple[int, int]]:
    """Take, step by step, the smallest of the legs' best payouts off each of them."""
    levels = [[[offer.price, Fraction(offer.price * offer.size)] for offer in leg if offer.size] for leg in legs]
    payouts: dict[int, Fraction] = {}
    while all(levels):
        price = virtual_price([int(leg[0][0]) for leg in levels], winners, taker, CLASSIC)
        if price is None:
            break
        payout = min(leg[0][1] for leg in levels)
        payouts[price] = payouts.get(price, Fraction()) + payout
        for leg in levels:
            leg[0][1] -= payout
            if not leg[0][1]:
                del leg[0]
    sizes = {price: int(payout / price + Fraction(1, 2)) for price, payout in payouts.items()}
    return [(price, size) for price, size in sizes.items() if size]


rungs = st.one_of(st.integers(0, CLASSIC.size - 1), st.integers(0, 120)).map(CLASSIC.price_at)


@st.composite
def books(draw: st.DrawFn) -> tuple[list[list[Offer]], Side]:
    """Draw what is offered on a few runners, best first."""
    taker = draw(st.sampled_from(Side))
    books: list[list[Offer]] = []
    for _ in range(draw(st.integers(2, 5))):
        prices = sorted(draw(st.sets(rungs, max_size=5)), reverse=taker is Side.LAY)
        books.append([Offer(price, draw(st.integers(1, 300_00))) for price in prices])
    return books, taker


@given(books(), st.integers(1, 3))
@settings(max_examples=max(100, min(300, settings().max_examples)), deadline=None)
def test_the_walk_that_runners_share_is_that_of_each(book: tuple[list[list[Offer]], Side], winners: int) -> None:
    """Whatever is offered, each runner has what a naive walk over the others comes to, in whatever order they ask."""
    queues, taker = book
    walk = Walk(queues)
    asked = {place: virtual_offers(walk.steps(winners, taker, CLASSIC, place)) for place in range(len(queues))}
    found: dict[int, list[tuple[int, int]]] = {place: list(islice(offers, 1)) for place, offers in asked.items()}
    for place, offers in reversed(asked.items()):
        found[place].extend(offers)

    for place in range(len(queues)):
        others = [queue for other, queue in enumerate(queues) if other != place]
        assert naive(others, winners, taker) == found[place]
        assert found[place] == list(virtual_offers(Walk(others).steps(winners, taker, CLASSIC)))


@given(st.lists(rungs, min_size=1, max_size=20), st.integers(1, 4), st.sampled_from(Side))
def test_a_price_worked_out_fast_is_the_exact_one(prices: list[int], winners: int, taker: Side) -> None:
    """The first step is at the price of the fractions, and there is none where there is no price."""
    steps = Walk([[Offer(price, 100)] for price in prices]).steps(winners, taker, CLASSIC)

    assert virtual_price(prices, winners, taker, CLASSIC) == next((step.price for step in steps), None)
