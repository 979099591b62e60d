"""The starting price of any auction balances, follows the money, and is the price that a naive search finds."""

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import assume, given, reject
from hypothesis import strategies as st

from simulator.exchange.book import Offer
from simulator.exchange.ladder import Ladder
from simulator.exchange.money import NoPrice, Price
from simulator.exchange.starting_price import Reconciliation, StartingPriceBet, near_price, reconcile
from tests.property.kernel.twin_starting_price import NaiveRunner, naive_price, naive_result

NEAR = Fraction(1, 10**6)

# A few prices close together, so that limits, best prices and starting prices meet, and some far away.
PRICES = [1_01, 1_02, 1_50, 2_00, 2_02, 2_04, 2_50, 3_00, 3_05, 4_00, 5_00, 6_00, 10_00, 50_00, 300_00, 1000_00]
money = st.integers(1, 50) | st.sampled_from([2_00, 10_00, 33_33, 100_00, 250_00, 5000_00]) | st.integers(1, 10**7)
limits = st.none() | st.sampled_from(PRICES)
bets = st.lists(st.builds(StartingPriceBet, money, limits), max_size=6)
unlimited = money.map(StartingPriceBet)


@st.composite
def offers(draw: st.DrawFn, least: int = 0) -> tuple[list[Offer], list[Offer]]:
    """Both sides of a book that does not cross, best first."""
    prices = sorted(draw(st.sets(st.sampled_from(PRICES), min_size=2 * least, max_size=8)))
    split = draw(st.integers(least, len(prices) - least))
    to_back = [Offer(price, draw(money)) for price in reversed(prices[:split])]
    return to_back, [Offer(price, draw(money)) for price in prices[split:]]


@st.composite
def runners(draw: st.DrawFn, least_offers: int = 0) -> NaiveRunner:
    return NaiveRunner(draw(bets), draw(bets), *draw(offers(least_offers)))


@given(runners(least_offers=1))
def test_the_price_is_the_one_that_a_naive_search_finds(runner: NaiveRunner) -> None:
    price, expected = near_price(*runner), naive_price(runner)

    assert isinstance(price, Fraction)
    assert abs(price - expected) <= NEAR * price


@given(runners())
def test_an_auction_matches_whom_the_naive_auction_matches(runner: NaiveRunner) -> None:
    result, expected = reconcile(*runner), naive_result(runner)

    if expected is None:
        assert isinstance(result.price, NoPrice)
        return
    assert isinstance(result.price, Fraction)
    assert abs(result.price - expected.price) <= NEAR * expected.price
    assert result.back_stakes == tuple(expected.back_stakes)
    assert result.lay_liabilities == tuple(expected.lay_liabilities)
    assert result.lay_stakes == tuple(expected.lay_stakes)
    assert list(result.lays_taken) == expected.lays_taken
    assert list(result.backs_taken) == expected.backs_taken


@given(runners(), unlimited, unlimited)
def test_without_offers_on_a_side_the_search_finds_the_same_price(
    runner: NaiveRunner, back: StartingPriceBet, lay: StartingPriceBet
) -> None:
    """With money on both sides that takes part at any price there always is one."""
    runner = runner._replace(backs=[*runner.backs, back], lays=[*runner.lays, lay])
    price = near_price(*runner)
    assert isinstance(price, Fraction)
    low, high = price * (1 - NEAR), price * (1 + NEAR)

    assert low <= 1 or not runner.is_too_high(low)
    assert not runner.is_too_low(high)


@given(runners(least_offers=1), st.builds(StartingPriceBet, money, limits))
def test_more_money_to_back_never_raises_the_price(runner: NaiveRunner, more: StartingPriceBet) -> None:
    price = near_price(*runner._replace(backs=[*runner.backs, more]))

    assert as_number(price) <= as_number(near_price(*runner)) + Fraction(1, 10**12)


@given(runners(least_offers=1), st.builds(StartingPriceBet, money, limits))
def test_more_money_to_lay_never_lowers_the_price(runner: NaiveRunner, more: StartingPriceBet) -> None:
    price = near_price(*runner._replace(lays=[*runner.lays, more]))

    assert as_number(price) >= as_number(near_price(*runner)) - Fraction(1, 10**12)


@given(runners())
def test_bets_whose_limit_is_better_than_the_price_are_matched_in_full_and_those_with_a_worse_not_at_all(
    runner: NaiveRunner,
) -> None:
    result = reconcile(*runner)
    if isinstance(result.price, NoPrice):
        reject()
    price = result.price * 100

    for bet, stake in zip(runner.backs, result.back_stakes, strict=True):
        assert 0 <= stake <= bet.money
        assert stake == bet.money or not (bet.limit is None or bet.limit < price)
        assert stake == 0 or bet.limit is None or bet.limit <= price
    for bet, liability in zip(runner.lays, result.lay_liabilities, strict=True):
        assert 0 <= liability <= bet.money
        assert liability == bet.money or not (bet.limit is None or bet.limit > price)
        assert liability == 0 or bet.limit is None or bet.limit >= price


@given(runners())
def test_bets_at_the_limit_are_matched_in_the_order_in_which_they_came(runner: NaiveRunner) -> None:
    result = reconcile(*runner)

    for bets_of_side, parts in ((runner.backs, result.back_stakes), (runner.lays, result.lay_liabilities)):
        assert in_order(
            [(bet.money, part) for bet, part in zip(bets_of_side, parts, strict=True) if at_limit(bet, result.price)]
        )


@given(runners())
def test_exchange_bets_are_taken_from_one_side_best_first(runner: NaiveRunner) -> None:
    result = reconcile(*runner)

    assert not (result.lays_taken and result.backs_taken)
    for taken, offered in ((result.lays_taken, runner.to_back), (result.backs_taken, runner.to_lay)):
        assert [offer.price for offer in taken] == [offer.price for offer in offered[: len(taken)]]
        assert in_order([(offer.size, part.size) for offer, part in zip(offered, taken, strict=False)])


@given(runners())
def test_everybody_is_paid_whatever_the_runner_does(runner: NaiveRunner) -> None:
    """The house is left with what was cut and rounded, and where the exchange is used up with a surplus if it wins."""
    result = reconcile(*runner)
    lays = sum(liability > 0 for liability in result.lay_liabilities)

    assert -1 <= result.house_if_loses <= lays
    if isinstance(result.price, Fraction):
        odds = result.price - 1
        half_a_penny = Fraction(highest_odds_reached(result, runner), 2)
        assert result.house_if_wins >= -(lays * odds + half_a_penny)
        if not is_used_up(result, runner):
            assert result.house_if_wins <= odds + half_a_penny
        for stake, liability in zip(result.lay_stakes, result.lay_liabilities, strict=True):
            assert stake * odds <= liability < (stake + 1) * odds + 1


@given(runners())
def test_a_starting_price_is_from_101_to_1000_or_infinite(runner: NaiveRunner) -> None:
    result = reconcile(*runner)

    if isinstance(result.price, NoPrice):
        assert result.price is NoPrice.INFINITY
        assert not any((*result.back_stakes, *result.lay_stakes, *result.lays_taken, *result.backs_taken))
    else:
        assert Fraction("1.01") <= result.price <= 1000


@given(runners(), st.data())
def test_splitting_a_bet_changes_neither_the_price_nor_what_is_matched_of_it(
    runner: NaiveRunner, data: st.DataObject
) -> None:
    assume(runner.backs and runner.backs[0].money > 1)
    first, *others = runner.backs
    part = data.draw(st.integers(1, first.money - 1))
    pieces = [first._replace(money=part), first._replace(money=first.money - part), *others]

    whole, split = reconcile(*runner), reconcile(*runner._replace(backs=pieces))

    assert whole.price == split.price
    assert whole.back_stakes == (sum(split.back_stakes[:2]), *split.back_stakes[2:])
    assert (whole.lay_stakes, whole.lays_taken, whole.backs_taken) == (
        split.lay_stakes,
        split.lays_taken,
        split.backs_taken,
    )


@given(st.lists(st.sampled_from([bet for price in Ladder.CLASSIC.bands for bet in price[:2]]), max_size=20))
def test_a_price_costs_no_more_digits_than_its_sums(limit_prices: list[int]) -> None:
    """However many bets there are, numerator and denominator stay near the precision that was asked for."""
    backs = [StartingPriceBet(10_01 + limit, limit) for limit in limit_prices]
    price = near_price(backs, [StartingPriceBet(777_77)], [Offer(3_00, 11), Offer(2_98, 10**6)], [Offer(3_05, 7)])

    assert isinstance(price, NoPrice) or price.denominator < 10**24


def as_number(price: Price) -> Fraction:
    return Fraction(10**30) if price is NoPrice.INFINITY else Fraction(price)


def at_limit(bet: StartingPriceBet, price: Price) -> bool:
    return isinstance(price, Fraction) and bet.limit == price * 100


def in_order(wanted_and_got: Sequence[tuple[int, int]]) -> bool:
    """Whether nobody gets anything before all earlier ones have got everything."""
    complete = True
    for wanted, got in wanted_and_got:
        if got and not complete:
            return False
        complete = got == wanted
    return True


def taken_offers(result: Reconciliation) -> tuple[Offer, ...]:
    return result.lays_taken + result.backs_taken


def highest_odds_reached(result: Reconciliation, runner: NaiveRunner) -> Fraction:
    """The highest odds of what was taken and of what would have been next: one of them was rounded to the penny."""
    reached = [*runner.to_back[: len(result.lays_taken) + 1], *runner.to_lay[: len(result.backs_taken) + 1]]
    return max((Fraction(offer.price - 100, 100) for offer in reached), default=Fraction())


def is_used_up(result: Reconciliation, runner: NaiveRunner) -> bool:
    return bool(taken_offers(result)) and taken_offers(result) in (tuple(runner.to_back), tuple(runner.to_lay))
