"""Matching in markets made up at random: who the others are does not matter, averages are kept, auctions add up."""

from fractions import Fraction
from math import floor
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.events import OrderFilledAtAuction
from simulator.exchange.ladder import Ladder
from simulator.exchange.ledger import HOUSE
from simulator.exchange.money import NoPrice
from simulator.exchange.orders import Order, RunnerKey, Side, TimeInForce
from tests.unit.exchange_builder import A, B, World, fills

CLASSIC = Ladder.CLASSIC
MAKERS = ("maker", "another", "a third")

sides = st.sampled_from(Side)
sizes = st.sampled_from([1, 2, 3, 10, 49, 1_00, 1_01, 3_33, 25_00]) | st.integers(1, 60_00)


class Resting(NamedTuple):
    """A bet that is offered: on the runner so many places down the list, `rungs` away from the fair price."""

    place: int
    side: Side
    rungs: int
    size: int


# The others do not matter


class Scene(NamedTuple):
    """A market in which nothing meets, and an order that does."""

    runners: int
    winners: int
    resting: list[Resting]
    side: Side
    rungs: int
    size: int

    def price(self, side: Side, rungs: int) -> int:
        """Backs are offered above the fair price and lays below it."""
        fair = CLASSIC.tick_of(CLASSIC.ceiling(100 * self.runners // self.winners))
        return CLASSIC.price_at(max(0, fair + (rungs if side is Side.BACK else -rungs)))

    def played(self, makers: list[str], pieces: list[int]) -> tuple[list[tuple[int, int]], object]:
        """Let makers offer in pieces of so many pence, and alice take: her matches by price, and what is left."""
        keys = [RunnerKey(number) for number in range(1, self.runners + 1)]
        world = World(
            runners=keys, number_of_winners=self.winners, cross_matching=True, balances={"alice": 10_000_000_00}
        )
        for maker in MAKERS:
            world.open_account(maker, 0, unlimited=True)
        for (place, side, rungs, size), maker, piece in zip(self.resting, makers, pieces, strict=True):
            bet, key = world.back if side is Side.BACK else world.lay, keys[place % self.runners]
            for part in [piece] * (size // piece) + [size % piece] * bool(size % piece):
                order = bet(maker, part, at=self.price(side, rungs), runner=key)
                assert not order.fragments
        take = world.back if self.side is Side.BACK else world.lay
        order = take("alice", max(1_00, self.size), at=self.price(self.side, -self.rungs))
        books = [(world.available_to_back(key), world.available_to_lay(key)) for key in keys]
        return by_price(order), (books, order.size_remaining, world.market.total_matched)


def by_price(order: Order) -> list[tuple[int, int]]:
    """Matches that follow each other at one price as one."""
    matches: list[tuple[int, int]] = []
    for price, size in fills(order):
        if matches and matches[-1][0] == price:
            matches[-1] = (price, matches[-1][1] + size)
        else:
            matches.append((price, size))
    return matches


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    runners, winners = draw(st.sampled_from([(2, 1), (3, 1), (3, 2), (4, 2), (5, 1)]))
    resting = draw(
        st.lists(st.builds(Resting, st.integers(0, 4), sides, st.integers(1, 6), sizes), min_size=1, max_size=12)
    )
    return Scene(runners, winners, resting, draw(sides), draw(st.integers(1, 40)), draw(sizes))


@given(scenes(), st.data())
def test_whose_bets_they_are_and_in_how_many_pieces_changes_no_price_and_no_total(
    scene: Scene, data: st.DataObject
) -> None:
    count = len(scene.resting)
    plain = scene.played([MAKERS[0]] * count, [10**9] * count)

    makers = data.draw(st.lists(st.sampled_from(MAKERS), min_size=count, max_size=count))
    pieces = [data.draw(st.integers(max(1, bet.size // 5), bet.size)) for bet in scene.resting]

    assert plain == scene.played(makers, pieces)


# Fill or kill, penny by penny


@given(
    side=sides,
    offers=st.dictionaries(st.integers(-6, 6), st.integers(1, 3_00), max_size=5),
    rungs=st.integers(-5, 5),
    size=st.integers(1_00, 6_00),
    minimum=st.none() | st.integers(1_00, 6_00),
)
def test_fill_or_kill_takes_the_most_pence_that_have_the_price_on_average(
    side: Side, offers: dict[int, int], rungs: int, size: int, minimum: int | None
) -> None:
    """Found by laying out every penny, the best first, and looking how far the average keeps the limit."""
    sign = 1 if side is Side.BACK else -1
    middle = CLASSIC.tick_of(4_00)
    limit = CLASSIC.price_at(middle + rungs)
    world = World(balances={"alice": 10_000_00})
    world.open_account(MAKERS[0], 0, unlimited=True)
    pence: list[int] = []
    for offered, available in sorted(offers.items(), key=lambda offer: -sign * offer[0]):
        price = CLASSIC.price_at(middle + offered)
        (world.lay if side is Side.BACK else world.back)(MAKERS[0], available, at=price)
        pence.extend([price] * available)
    best = max(
        volume for volume in range(min(size, len(pence)) + 1) if sign * sum(pence[:volume]) >= sign * limit * volume
    )
    least = size if minimum is None else min(minimum, size)
    expected = pence[:best] if best >= least else []

    take = world.back if side is Side.BACK else world.lay
    order = take(
        "alice", size, at=limit, time_in_force=TimeInForce.FILL_OR_KILL, min_fill_size=minimum and min(minimum, size)
    )

    assert expected == [price for price, part in fills(order) for _ in range(part)]
    assert (0, size) == (order.size_remaining, order.size_matched + order.size_cancelled)


# The auction


money = st.sampled_from([2_00, 10_00, 33_33, 100_00]) | st.integers(1, 10**6)
limits = st.none() | st.sampled_from([1_50, 2_00, 2_02, 3_00, 3_05, 5_00, 50_00])
auction_bets = st.lists(st.tuples(money, limits), max_size=4)


@given(
    backs=auction_bets,
    lays=auction_bets,
    offers=st.dictionaries(st.sampled_from([1_40, 2_00, 2_50, 3_00, 3_10, 4_00, 8_00]), st.integers(1, 10**5)),
    split=st.integers(0, 7),
    wins=st.booleans(),
)
def test_the_auction_pays_everybody_whoever_wins(
    backs: list[tuple[int, int | None]],
    lays: list[tuple[int, int | None]],
    offers: dict[int, int],
    split: int,
    wins: bool,
) -> None:
    """Limits are kept, those within them matched in full, and what the house has left is cut and rounded pence."""
    world = World(bsp_market=True, turn_in_play=True)
    world.open_account(MAKERS[0], 0, unlimited=True)
    prices = sorted(offers)
    for place, price in enumerate(prices):
        (world.lay if place < split else world.back)(MAKERS[0], offers[price], at=price)
    backed = [world.at_close(Side.BACK, MAKERS[0], *bet) for bet in backs]
    laid = [world.at_close(Side.LAY, MAKERS[0], *bet) for bet in lays]

    world.turn_in_play()
    price = world.market.runners[A].starting_price
    taken = [event for event in world.events if isinstance(event, OrderFilledAtAuction)]
    if isinstance(price, NoPrice):
        assert not taken
        assert not any(order.size_matched for order in [*backed, *laid])
        return
    assert isinstance(price, Fraction)

    odds = price - 1
    for order, (stake, limit) in zip(backed, backs, strict=True):
        if limit is None or limit < price * 100:
            assert stake == order.size_matched
        elif limit > price * 100:
            assert 0 == order.size_matched
        assert stake == order.size_matched + order.size_lapsed
    for order, (liability, limit) in zip(laid, lays, strict=True):
        if limit is None or limit > price * 100:
            assert floor(liability / odds) == order.size_matched
        elif limit < price * 100:
            assert 0 == order.size_matched
        assert order.size_matched * odds <= liability
    check_house(world, price, backed, laid, taken)
    world.settle(A if wins else B)
    # Every bet is rounded once more when it is settled.
    slack = (len(laid) + 1) * max(1, odds) + len(world.orders) + max([8, *(event.price // 100 for event in taken)])
    assert -slack <= world.balance(HOUSE)


def check_house(
    world: World, price: Fraction, backed: list[Order], laid: list[Order], taken: list[OrderFilledAtAuction]
) -> None:
    """What is left for the house: at worst what cutting and rounding to whole pence can cost."""
    odds = price - 1
    sign = {event.bet_id: 1 if world.exchange.orders[event.bet_id].side is Side.BACK else -1 for event in taken}
    stakes = sum(order.size_matched for order in backed) - sum(order.size_matched for order in laid)
    exchange = sum(sign[event.bet_id] * event.size for event in taken)
    winnings = sum(sign[event.bet_id] * event.size * Fraction(event.price - 100, 100) for event in taken)
    if_loses, if_wins = stakes + exchange, -stakes * odds - winnings
    worst = max([odds, *(Fraction(event.price - 100, 100) for event in taken)])

    assert -1 <= if_loses < len(laid) + 1
    assert -(len(laid) + 1) * worst <= if_wins
    assert len(set(sign.values())) <= 1
