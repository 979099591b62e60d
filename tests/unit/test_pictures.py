"""A picture of a market shares with the previous one what has not changed, and shows what one taken alone shows."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.market import Market
from simulator.exchange.orders import Side
from simulator.exchange.pictures import picture_of
from simulator.world.inputs import Input
from simulator.world.state_hash import market_state
from tests.unit.scenario_builder import MARKET
from tests.unit.test_retelling import DEEDS
from tests.unit.world_builder import at, bet, world_of


def shown(market: Market) -> list[str]:
    """What can be seen of a market: everything that is hashed of it but for the bets in its queues."""
    runners = [
        [(level.price, level.total) for level in runner.book.queue_of(side).best_first()]
        for runner in market.runners.values()
        for side in Side
    ]
    offers = [
        market.virtual_offers(key, side) and list(market.virtual_offers(key, side) or ())
        for key in market.runners
        for side in Side
    ]
    return [repr(runners), repr(offers), *map(repr, market_state(picture_of(market)))]


@given(st.lists(DEEDS, max_size=15))
def test_a_picture_after_another_shows_what_a_picture_alone_shows(deeds: list[Input]) -> None:
    world = world_of(at("+PT1M", "suspend"), at("+PT1M", "resume"), at("+PT2M", "turn-in-play"))
    taken: list[tuple[Market, list[str]]] = []
    previous = picture_of(world.exchange.markets[MARKET])
    for one in deeds:
        world.do(one)
        market = world.exchange.markets[MARKET]
        previous = picture_of(market, previous if len(taken) % 5 else None)
        assert shown(previous) == shown(market)
        taken.append((previous, shown(previous)))

    assert [shown(picture) for picture, _ in taken] == [then for _, then in taken]


def test_a_runner_that_has_not_changed_is_that_of_the_previous_picture() -> None:
    world = world_of()
    market = world.exchange.markets[MARKET]
    before = picture_of(market)
    world.do(bet("alice", Side.LAY, 150, 500)).accepted()

    after = picture_of(market, before)

    assert [after.runners[key] is before.runners[key] for key in market.runners] == [
        False,
        *[True] * (len(market.runners) - 1),
    ]
