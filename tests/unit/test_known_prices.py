"""What is remembered of a runner's prices is what they are now, through whichever view they were read before."""

from collections.abc import Callable

import pytest

from simulator.betfair.betting.known_prices import MarketPrices
from simulator.betfair.betting.prices import PriceView, price_view
from simulator.betfair.schema.sports_enums import PriceData
from simulator.betfair.schema.sports_inputs import ExBestOffersOverrides, PriceProjection
from simulator.betfair.schema.sports_markets import ExchangePrices
from simulator.exchange.commands import AmendMarket
from simulator.exchange.orders import RunnerKey
from simulator.world.settings import settings_of
from tests.unit.exchange_builder import MARKET, World
from tests.unit.scenario_builder import load, small
from tests.unit.virtual_bets import CHELSEA, DRAW, NEWCASTLE, first_example

SETTINGS = settings_of(load(small()))
DATA = [
    (PriceData.EX_BEST_OFFERS,),
    (PriceData.EX_ALL_OFFERS,),
    (PriceData.EX_TRADED,),
    (PriceData.EX_ALL_OFFERS, PriceData.EX_TRADED),
]
PROJECTIONS = [
    *(PriceProjection(priceData=data, virtualise=virtual) for data in DATA for virtual in (False, True)),
    PriceProjection(priceData=DATA[0], exBestOffersOverrides=ExBestOffersOverrides(bestPricesDepth=1)),
]
VIEWS = [price_view(projection, SETTINGS, currency) for projection in PROJECTIONS for currency in ("GBP", "EUR")]


def of_all(world: World, view: PriceView) -> dict[RunnerKey, ExchangePrices]:
    """What is shown of all runners, as it is remembered where it is."""
    prices = MarketPrices(world.market, view)
    return {key: prices.of(runner) for key, runner in world.market.runners.items()}


def read_anew(world: World, view: PriceView) -> dict[RunnerKey, ExchangePrices]:
    """What is shown of all runners, without any memory."""
    return {key: view.exchange_prices(world.market, runner) for key, runner in world.market.runners.items()}


CHANGES: list[Callable[[World], object]] = [
    lambda world: world.lay("bob", 7_00, 4_00, CHELSEA),
    lambda world: world.back("carol", 5_00, 4_00, CHELSEA),
    lambda world: world.back("alice", 3_00, 2_00, DRAW),
    lambda world: world.cancel("bob"),
    lambda world: world.back("alice", 9_00, 50_00, NEWCASTLE),
    lambda world: world.remove(NEWCASTLE, 30_000),
    lambda world: world.suspend(),
    lambda world: world.void(),
]


@pytest.mark.parametrize("only", [None, *range(0, len(VIEWS), 3)])
def test_what_is_remembered_is_what_is_read_anew_after_any_change(only: int | None) -> None:
    """Asked for by each of many views in turn, or by one again and again."""
    world = first_example()
    views = VIEWS if only is None else [VIEWS[only]]
    for change in [lambda _: None, *CHANGES]:
        change(world)
        for view in views:
            assert of_all(world, view) == read_anew(world, view)


def change_within_a_version(world: World) -> None:
    world.apply(AmendMarket(MARKET, version=world.market.version, complete=False))


def offer_and_go_back_a_version(world: World) -> None:
    world.back("alice", 2_00, 500_00, DRAW)
    world.apply(AmendMarket(MARKET, version=world.market.version - 1))


@pytest.mark.parametrize("change", [change_within_a_version, offer_and_go_back_a_version])
def test_a_version_that_is_told_and_does_not_grow_brings_no_old_prices(change: Callable[[World], object]) -> None:
    """Recorded markets change within a version, and are told theirs after each change that was ours."""
    world = first_example()
    for view in (VIEWS[2], VIEWS[6]):
        before = of_all(world, view)
        change(world)
        assert before != of_all(world, view) == read_anew(world, view)
        world = first_example()


def test_prices_are_worked_out_once_while_nothing_of_them_changes() -> None:
    world = first_example()
    real, virtual = VIEWS[0], VIEWS[2]
    before = of_all(world, real)
    assert all(of_all(world, real)[key] is prices for key, prices in before.items())

    world.lay("bob", 7_00, 4_00, CHELSEA)
    changed = {key for key, prices in of_all(world, real).items() if prices is not before[key]}
    assert changed == {CHELSEA}

    before = of_all(world, virtual)
    world.lay("bob", 7_00, 4_00, CHELSEA)
    assert all(prices is not before[key] for key, prices in of_all(world, virtual).items())


def test_the_same_wishes_make_the_same_view_and_others_another() -> None:
    projections = [PriceProjection(priceData=data) for data in (DATA[0], (PriceData.EX_BEST_OFFERS,), DATA[1])]
    same, again, other = (price_view(projection, SETTINGS, "GBP") for projection in projections)
    assert same is again is not other
    assert price_view(projections[0], SETTINGS, "EUR") is not same
    assert price_view(projections[0], SETTINGS, "GBP", delayed=True) is not same
