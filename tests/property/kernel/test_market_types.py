"""Every type of market against brute force: each result tried, each unmatched bet matched or not.

The naive side is exact fractions and plain enumeration, written from exchange mechanics, sections 11 and 13.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import chain, combinations, product
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.exposure import Position
from simulator.exchange.ledger import CASHIER, COMMISSION, HOUSE
from simulator.exchange.orders import NOT_COUNTED, Order, RunnerKey, Side
from tests.unit.exchange_builder import World, any_market

ONE, TWO, THREE, FOUR = (RunnerKey(number) for number in (1, 2, 3, 4))
DOUBLE, SINGLE = "ASIAN_HANDICAP_DOUBLE_LINE", "ASIAN_HANDICAP_SINGLE_LINE"


# The naive side


def nearest_penny(amount: Fraction) -> int:
    """Round halves away from zero."""
    pence = math.floor(abs(amount) + Fraction(1, 2))
    return pence if amount >= 0 else -pence


class Match(NamedTuple):
    """A part of a bet: pence at a price in hundredths."""

    price: int
    size: int


Judge = Callable[[Order, Match], Fraction]
"""What a match brings its backer by one result, exactly."""


def result_of(order: Order, matches: Sequence[Match], judge: Judge) -> int:
    """Return what an order brings its owner, rounded once."""
    backer = sum((judge(order, match) for match in matches), Fraction(0))
    return nearest_penny(backer if order.side is Side.BACK else -backer)


def matched(order: Order) -> list[Match]:
    return [Match(fragment.price, fragment.size) for fragment in order.fragments] if order.size_matched else []


def fates(order: Order, judge: Judge) -> list[int]:
    """Return what an order brings as it stands and, if there is a rest, with that matched at its own price."""
    standing = matched(order)
    if not order.size_remaining:
        return [result_of(order, standing, judge)]
    return [
        result_of(order, matches, judge)
        for matches in (standing, [*standing, Match(order.price, order.size_remaining)])
    ]


def worst(orders: list[Order], judges: Iterator[Judge]) -> int:
    """Return the least that any result and any subset of unmatched bets bring together."""
    return min(min(map(sum, product(*(fates(order, judge) for order in orders)))) for judge in judges)


def odds_judge(shares: dict[RunnerKey, Fraction]) -> Judge:
    """Judge by the share of the stake that wins on each runner; the others lose."""

    def judge(order: Order, match: Match) -> Fraction:
        share = shares.get(order.runner, Fraction(0))
        return share * match.size * Fraction(match.price - 100, 100) - (1 - share) * match.size

    return judge


def place_judge(placed: dict[RunnerKey, Fraction], divisor: int) -> Judge:
    """Judge the place part alone: at 1 + (price - 1) / divisor."""
    to_win = odds_judge(placed)

    def judge(order: Order, match: Match) -> Fraction:
        share = placed.get(order.runner, Fraction(0))
        won = share * match.size * Fraction(match.price - 100, divisor)
        return won + to_win(order, Match(100, match.size))

    return judge


def sum_of(*judges: Judge) -> Judge:
    return lambda order, match: sum((judge(order, match) for judge in judges), Fraction(0))


def number_judge(above_by: Callable[[Order, Match], Fraction], odds: int | None = None) -> Judge:
    """Judge by how far the result is on the backer's side of the line, in halves next to a quarter line.

    LINE markets pay the same `odds` whatever the price and have no quarter lines.
    """

    def judge(order: Order, match: Match) -> Fraction:
        above = above_by(order, match)
        quarter = Fraction(1, 4) if odds is None and (above * 4) % 2 else Fraction(0)
        price = match.price if odds is None else odds
        total = Fraction(0)
        for half in (above - quarter, above + quarter):
            if half > 0:
                total += Fraction(match.size, 2) * Fraction(price - 100, 100)
            elif half < 0:
                total -= Fraction(match.size, 2)
        return total

    return judge


def margin_judge(margin: int) -> Judge:
    """The runner with selection 1 is listed first."""

    def above(order: Order, _: Match) -> Fraction:
        sign = 1 if order.runner.selection_id == 1 else -1
        return sign * margin + Fraction(order.runner.handicap, 100)

    return number_judge(above)


def total_judge(total: int) -> Judge:
    """Over so many goals, or with a negative handicap so many or more, of which no stake ever comes back."""
    over = number_judge(lambda order, _: total - Fraction(order.runner.handicap, 100))

    def judge(order: Order, match: Match) -> Fraction:
        if order.runner.handicap >= 0:
            return over(order, match)
        has_won = 100 * total >= -order.runner.handicap
        return odds_judge({order.runner: Fraction(has_won)})(order, match)

    return judge


def line_judge(result: int) -> Judge:
    return number_judge(lambda _, match: Fraction(match.price - result, 100), odds=200)


# The kernel's side: an account with bets of all kinds


class Bet(NamedTuple):
    """An order of alice's, and how much of it somebody else takes at once."""

    runner: int
    side: Side
    price: int
    size: int
    taken: int


def bets_on(runners: int, prices: Sequence[int], count: int = 4) -> st.SearchStrategy[list[Bet]]:
    return st.lists(
        st.builds(
            Bet,
            st.integers(0, runners - 1),
            st.sampled_from(Side),
            st.sampled_from(prices),
            st.sampled_from([100, 101, 133, 250, 777]),
            st.sampled_from([0, 0, 1, 50, 99, 777]),
        ),
        max_size=count,
    )


def play(bets: list[Bet], betting_type: str, runners: list[RunnerKey], **market: Any) -> World:
    """Return a market in which alice has placed her bets and others have taken of them what they wanted."""
    world = any_market(betting_type, runners, **market)
    for bet in bets:
        order = world.bet("alice", bet.side, bet.size, bet.price, runners[bet.runner])
        taken = min(bet.taken, order.size_remaining)
        if taken:
            world.bet("maker", bet.side.opposite, taken, bet.price, runners[bet.runner])
    return world


ODDS_PRICES = [101, 133, 150, 200, 305, 960]
HANDICAPS = [-75, -50, 0, 25]
TEAMS = [RunnerKey(number, sign * handicap) for handicap in HANDICAPS for number, sign in ((1, 1), (2, -1))]
TOTALS = [RunnerKey(number, handicap) for number, handicap in enumerate([0, 50, 175, 200, 225, -100, -200, -225])]
LINES = [9900, 10000, 10050, 10100]


def odds_results(runners: list[RunnerKey], number_of_winners: int) -> Iterator[dict[RunnerKey, Fraction]]:
    counts = [number_of_winners] if number_of_winners else range(len(runners) + 1)
    for winners in chain.from_iterable(combinations(runners, count) for count in counts):
        yield dict.fromkeys(winners, Fraction(1))


# Exposure


@given(bets_on(3, ODDS_PRICES), st.integers(0, 2))
def test_exposure_to_winners_is_the_worst_of_all_results(bets: list[Bet], number_of_winners: int) -> None:
    runners = [ONE, TWO, THREE]
    world = play(bets, "ODDS", runners, number_of_winners=number_of_winners)

    results = odds_results(runners, number_of_winners)
    assert max(0, -worst(world.orders_of("alice"), map(odds_judge, results))) == world.exposure("alice")


@given(bets_on(len(TEAMS), ODDS_PRICES))
def test_exposure_to_a_margin_is_the_worst_of_all_results(bets: list[Bet]) -> None:
    world = play(bets, DOUBLE, TEAMS)

    assert max(0, -worst(world.orders_of("alice"), map(margin_judge, range(-4, 5)))) == world.exposure("alice")


@given(bets_on(len(TOTALS), ODDS_PRICES))
def test_exposure_to_a_total_is_the_worst_of_all_results(bets: list[Bet]) -> None:
    world = play(bets, SINGLE, TOTALS)

    assert max(0, -worst(world.orders_of("alice"), map(total_judge, range(6)))) == world.exposure("alice")


@given(bets_on(1, LINES))
def test_exposure_to_a_line_is_the_worst_of_all_results(bets: list[Bet]) -> None:
    world = play(bets, "LINE", [ONE])

    assert max(0, -worst(world.orders_of("alice"), map(line_judge, range(9850, 10_150)))) == world.exposure("alice")


EACH_WAY = [ONE, TWO, THREE, FOUR]


def each_way_judges(divisor: int, places: int, *, complete: bool = True) -> Iterator[Judge]:
    """Every winner with all others who may be placed beside it; in an incomplete market both may be unlisted."""
    others_placed = [places - 1] if complete else range(places + 1)
    winners: list[RunnerKey | None] = [*EACH_WAY] if complete else [*EACH_WAY, None]
    for winner, count in product(winners, others_placed):
        if count + 1 > places and winner is not None:
            continue
        to_win = odds_judge({} if winner is None else {winner: Fraction(1)})
        if places >= len(EACH_WAY):
            yield to_win
            continue
        for others in combinations([runner for runner in EACH_WAY if runner != winner], count):
            placed = others if winner is None else (winner, *others)
            yield sum_of(to_win, place_judge(dict.fromkeys(placed, Fraction(1)), divisor))


@given(bets_on(4, ODDS_PRICES), st.sampled_from([400, 500, 333]), st.integers(1, 4), st.booleans())
def test_exposure_to_a_winner_and_places_is_the_worst_of_all_results(
    bets: list[Bet], divisor: int, places: int, complete: bool
) -> None:
    """With four places for four runners the place parts are void."""
    market = {"number_of_winners": places, "each_way_divisor": divisor, "complete": complete}
    world = play(bets, "ODDS", EACH_WAY, **market)

    results = each_way_judges(divisor, places, complete=complete)
    assert max(0, -worst(world.orders_of("alice"), results)) == world.exposure("alice")


# Settlement


class Ending(NamedTuple):
    """A way in which a market can end, as the operator says it and as the naive side judges it."""

    result: dict[str, Any]
    judge: Judge
    is_dead_heat: bool = False


def shared(places: int, tied: Sequence[RunnerKey]) -> dict[RunnerKey, Fraction]:
    return dict.fromkeys(tied, min(Fraction(1), Fraction(places, len(tied))))


def each_way_ending(winners: Sequence[RunnerKey], placed: Sequence[RunnerKey]) -> Ending:
    """Of two places winners get theirs first, and those placed share what is left."""
    places = shared(2, winners) | (shared(2 - len(winners), placed) if placed else {})
    statuses = {**dict.fromkeys(winners, "WINNER"), **dict.fromkeys(placed, "PLACED")}
    judge = sum_of(odds_judge(shared(1, winners)), place_judge(places, 400))
    return Ending({"results": statuses}, judge, len(winners) > 1 or len(winners) + len(placed) > 2)


KINDS: dict[str, tuple[dict[str, Any], Sequence[int], list[Ending]]] = {
    "one winner": (
        {"betting_type": "ODDS", "runners": [ONE, TWO, THREE], "number_of_winners": 1},
        ODDS_PRICES,
        [
            Ending({"results": dict.fromkeys(tied, "WINNER")}, odds_judge(shared(1, tied)), len(tied) > 1)
            for tied in ([ONE], [TWO], [THREE], [ONE, TWO], [ONE, TWO, THREE])
        ],
    ),
    "two winners": (
        {"betting_type": "ODDS", "runners": [ONE, TWO, THREE], "number_of_winners": 2},
        ODDS_PRICES,
        [
            Ending({"results": dict.fromkeys([ONE, TWO], "WINNER")}, odds_judge(shared(2, [ONE, TWO]))),
            Ending(
                {"results": dict.fromkeys([ONE, TWO, THREE], "WINNER"), "dead_heat": (TWO, THREE)},
                odds_judge({**shared(1, [ONE]), **shared(1, [TWO, THREE])}),
                is_dead_heat=True,
            ),
        ],
    ),
    "each way": (
        {"betting_type": "ODDS", "runners": EACH_WAY, "number_of_winners": 2, "each_way_divisor": 400},
        ODDS_PRICES,
        [
            each_way_ending([ONE], [TWO]),
            each_way_ending([THREE], [ONE]),
            each_way_ending([ONE], [TWO, THREE]),
            each_way_ending([ONE, TWO], []),
            each_way_ending([ONE, TWO, THREE], []),
        ],
    ),
    "margin": (
        {"betting_type": DOUBLE, "runners": TEAMS},
        ODDS_PRICES,
        [Ending({"margin": margin}, margin_judge(margin)) for margin in range(-2, 3)],
    ),
    "total": (
        {"betting_type": SINGLE, "runners": TOTALS},
        ODDS_PRICES,
        [Ending({"total": total}, total_judge(total)) for total in range(4)],
    ),
    "line": (
        {"betting_type": "LINE", "runners": [ONE]},
        LINES,
        [Ending({"line_result": result}, line_judge(result)) for result in (9850, 10000, 10025, 10100, 10200)],
    ),
}


@st.composite
def ended_markets(draw: st.DrawFn) -> tuple[World, Ending, int, dict[int, list[Match]]]:
    """Draw a market with bets that has just ended; what it exposed alice to before, and what was matched."""
    definition, prices, endings = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    world = play(draw(bets_on(len(definition["runners"]), prices)), **definition)
    ending = draw(st.sampled_from(endings))
    exposure = world.exposure("alice")
    matches = {bet_id: matched(order) for bet_id, order in world.exchange.orders.items()}
    world.settle(**ending.result)
    return world, ending, exposure, matches


@given(ended_markets())
def test_every_bet_is_paid_what_its_result_is_worth_to_the_nearest_penny(
    ended: tuple[World, Ending, int, dict[int, list[Match]]],
) -> None:
    world, ending, _, matches = ended

    for order in world.exchange.orders.values():
        assert result_of(order, matches[order.bet_id], ending.judge) == (order.profit or 0)


@given(ended_markets())
def test_no_penny_appears_or_disappears(ended: tuple[World, Ending, int, dict[int, list[Match]]]) -> None:
    """The house keeps what rounding leaves over, half a penny a bet at most."""
    world, _, _, _ = ended
    balances = world.exchange.ledger.balances

    assert 0 == sum(balances.values())
    assert 2 * abs(balances[HOUSE]) <= len(world.exchange.orders)
    profits = {name: sum(order.profit or 0 for order in world.orders_of(name)) for name in ("alice", "maker")}
    assert balances[HOUSE] == -sum(profits.values())
    assert -balances[CASHIER] == 3 * 10_000_00
    assert balances[COMMISSION] == sum(world.market.commissions.values())


@given(ended_markets())
def test_nobody_loses_more_than_was_at_risk(ended: tuple[World, Ending, int, dict[int, list[Match]]]) -> None:
    """A dead heat is an average of results: only the roundings of its bets, each less than a penny, can add to it."""
    world, ending, exposure, matches = ended
    orders = world.orders_of("alice")
    roundings = sum(bool(matches[order.bet_id]) for order in orders) if ending.is_dead_heat else 0

    loss = -sum(order.profit or 0 for order in orders)
    assert loss <= exposure or loss < exposure + roundings
    assert 0 == world.exposure("alice")


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_a_lay_is_the_mirror_of_the_back_that_it_was_matched_with(kind: str, data: st.DataObject) -> None:
    definition, prices, endings = KINDS[kind]
    world = any_market(**definition)
    runner = data.draw(st.sampled_from(definition["runners"]))
    backed, laid = world.match(
        "alice", "bob", data.draw(st.integers(100, 999)), data.draw(st.sampled_from(prices)), runner
    )

    world.settle(**data.draw(st.sampled_from(endings)).result)

    assert 0 == (backed.profit or 0) + (laid.profit or 0) == world.balance(HOUSE)


@given(
    st.sampled_from([(50, 200), (80, 125), (100, 100), (125, 80), (200, 50), (400, 25), (1000, 10)]),
    st.integers(1, 30),
    st.sampled_from(range(-200, 225, 25)),
    st.integers(-4, 4),
)
def test_backing_one_team_is_laying_the_other(odds: tuple[int, int], pounds: int, handicap: int, margin: int) -> None:
    """(p - 1) x (q - 1) = 1, so what a back of a stake at p brings, a lay of stake x (p - 1) at q brings."""
    team, other = RunnerKey(1, handicap), RunnerKey(2, -handicap)
    world = any_market(DOUBLE, [team, other])
    over, under = odds
    size = pounds * 100 * 100 // math.gcd(over, 100)
    backed, _ = world.match("alice", "bob", size, 100 + over, team)
    _, laid = world.match("bob", "alice", size * over // 100, 100 + under, other)

    world.settle(margin=margin)

    assert (backed.profit, backed.outcome) == (laid.profit, laid.outcome)


# Positions


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(data=st.data())
def test_a_position_that_followed_its_orders_is_one_that_counts_them_now(kind: str, data: st.DataObject) -> None:
    """Whatever was matched and cancelled on the way, and in whatever order they are counted."""
    definition, prices, _ = KINDS[kind]
    world = play(data.draw(bets_on(len(definition["runners"]), prices)), **definition)
    for order in world.orders_of("alice"):
        reduction = data.draw(st.sampled_from([None, 0, 1, 50]))
        if order.size_remaining and reduction != 0:
            world.cancel("alice", order, size_reduction=reduction)

    fresh: Position = world.market.new_position()
    orders = [replace(order, counted=NOT_COUNTED) for order in data.draw(st.permutations(world.orders_of("alice")))]
    for order in orders:
        fresh.count(order)

    assert fresh.exposure() == world.exposure("alice")
    for order in orders:
        fresh.drop(order)
    assert 0 == fresh.exposure()
