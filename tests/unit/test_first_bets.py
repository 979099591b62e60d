"""The offers with which a world begins are placed when somebody first looks, and nobody can tell."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    OpenMarket,
    PlaceOrders,
    SuspendMarket,
    VoidMarket,
)
from simulator.exchange.market import Market
from simulator.exchange.orders import Side
from simulator.exchange.timeline import Stretch
from simulator.world.format.scenario import MakeOffers, Scenario
from simulator.world.inputs import Input, Reset
from simulator.world.loading.named import builtin_scenario, builtin_scenario_names
from simulator.world.parts import Parts
from simulator.world.scenario_commands import LIQUIDITY
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.scenario import account, event, match_odds, runner, scenario
from tests.unit.scenario_builder import load
from tests.unit.world_builder import START, FakeRealTime, bet

FIRST, SECOND, THIRD = "1.1", "1.2", "1.3"

OFFERS = load(
    scenario(
        event(
            "1",
            "Home v Away",
            "1",
            *(
                match_odds(
                    market_id, runner(1, back=[(2.0, 50), (1.9, 20)], lay=[(2.2, 50)]), runner(2, back=[(3.0, 10)])
                )
                for market_id in (FIRST, SECOND, THIRD)
            ),
        ),
        accounts=[account("alice"), account("bob")],
    )
)


def bet_in(market_id: str, username: str, side: Side, price: int, selection_id: int) -> PlaceOrders:
    return structs.replace(bet(username, side, price, 500, selection_id), market_id=market_id)


def begun(scenario: Scenario) -> World:
    return World(scenario, real_time=FakeRealTime(START).real_time)


def begun_at_once(monkeypatch: pytest.MonkeyPatch, scenario: Scenario) -> World:
    """A world in which every offer was placed when it began, by the same commands that add markets later."""
    with monkeypatch.context() as patched:
        patched.setattr(Parts, "_begin_market", Parts._add_market)
        return begun(scenario)


def offers_of(world: World) -> object:
    """Where the bets of whoever offers are found, which no customer can read."""
    index = world.exchange.accounts[LIQUIDITY].index
    return list(index.executable), list(index.markets), [order.bet_id for order in Stretch(index.in_open_markets)]


@pytest.mark.parametrize("name", builtin_scenario_names())
def test_a_world_is_the_one_whose_offers_were_all_placed_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = begun(builtin_scenario(name)), begun_at_once(monkeypatch, builtin_scenario(name))
    for market in reversed(one.exchange.markets.values()):
        market.begin()

    assert state_hash(one) == state_hash(other)
    assert offers_of(one) == offers_of(other)
    assert list(one.exchange.orders) == sorted(other.exchange.orders)


MARKETS = st.sampled_from([FIRST, SECOND, THIRD])
DEEDS = st.one_of(
    st.builds(
        bet_in,
        MARKETS,
        st.sampled_from(["alice", "bob"]),
        st.sampled_from(Side),
        st.sampled_from([190, 200, 220]),
        st.sampled_from([1, 2]),
    ),
    st.builds(SuspendMarket, MARKETS),
    st.builds(OpenMarket, MARKETS),
    st.builds(VoidMarket, MARKETS),
    st.builds(CancelOrders, st.sampled_from(["alice", LIQUIDITY]), st.none() | MARKETS),
    st.builds(
        MakeOffers, market=MARKETS, selection_id=st.just(1), available_to_back=st.just(((Decimal(2), Decimal(7)),))
    ),
    st.just(Reset(START)),
)


@given(st.lists(DEEDS, max_size=10))
def test_whatever_happens_first_it_leads_to_the_same(deeds: list[Input]) -> None:
    """Held against a world in which everybody has looked at everything all the time."""
    one, other = begun(OFFERS), begun(OFFERS)
    for deed in deeds:
        other.exchange.begin_all()
        assert one.do(deed) == other.do(deed)

    assert state_hash(one) == state_hash(other)
    assert offers_of(one) == offers_of(other)


def is_begun(world: World) -> list[bool]:
    return ["runners" in vars(market) for market in world.exchange.markets.values()]


def test_a_market_that_nobody_looks_at_has_no_books() -> None:
    world = begun(OFFERS)
    assert is_begun(world) == [False, False, False]
    assert [market.status for market in world.exchange.markets.values()] == ["OPEN"] * 3

    world.do(bet_in(SECOND, "alice", Side.BACK, 200, 1)).accepted()

    assert is_begun(world) == [False, True, False]
    assert list(world.exchange.orders) == list(range(442_000_000_001, 442_000_000_014))
    assert is_begun(world) == [True, True, True]


LOOKS: dict[str, Callable[[Market], object]] = {
    "runners": lambda market: market.runners,
    "what is available": lambda market: market.total_available,
    "who can win": lambda market: market.field,
    "virtual offers": lambda market: market.virtual_offers(next(iter(market.runners)), Side.BACK),
    "orders": lambda market: market.orders,
}


OFFERS_OF_THIRD = [
    (442_000_000_009, 200, 5000),
    (442_000_000_010, 190, 2000),
    (442_000_000_011, 220, 5000),
    (442_000_000_012, 300, 1000),
]
"""The bet id, the price and the size of each."""


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_whoever_looks_sees_the_offers(look: Callable[[Market], Any]) -> None:
    world = begun(OFFERS)
    market = world.exchange.markets[THIRD]

    look(market)

    assert [(order.bet_id, order.price, order.size) for order in market.orders.values()] == OFFERS_OF_THIRD


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_a_market_that_somebody_has_shows_its_offers_also_when_its_exchange_is_gone(
    look: Callable[[Market], Any],
) -> None:
    """And the exchange goes at once, without a collection of garbage, while somebody has a market of it."""
    world = begun(OFFERS)
    ledger, market = ref(world.exchange.ledger), world.exchange.markets[THIRD]
    del world
    assert ledger() is None

    look(market)

    assert [(order.bet_id, order.price, order.size) for order in market.orders.values()] == OFFERS_OF_THIRD
    assert [runner.book.backs.total + runner.book.lays.total for runner in market.runners.values()] == [12_000, 1000]


def test_a_market_has_no_attributes_that_nobody_made() -> None:
    with pytest.raises(AttributeError, match="no attribute 'runer'"):
        begun(OFFERS).exchange.markets[FIRST].runer  # type: ignore[attr-defined]  # noqa: B018, to ask is the test


@pytest.mark.parametrize(
    ("cancel", "markets"),
    [
        (CancelOrders(LIQUIDITY), [FIRST, SECOND, THIRD]),
        (CancelOrders(LIQUIDITY, SECOND), [SECOND]),
        (CancelOrders(LIQUIDITY, THIRD, (CancelInstruction(442_000_000_012),)), [THIRD]),
    ],
)
def test_offers_that_nobody_has_looked_at_can_be_cancelled(cancel: CancelOrders, markets: list[str]) -> None:
    world = begun(OFFERS)

    events = world.do(cancel).accepted()

    assert list(dict.fromkeys(event.market_id for event in events)) == markets  # type: ignore[attr-defined]
    assert [event.bet_id for event in events] == sorted(event.bet_id for event in events)  # type: ignore[attr-defined]


def test_offers_of_several_markets_are_not_edited_together_whether_looked_at_or_not() -> None:
    instructions = (CancelInstruction(442_000_000_001), CancelInstruction(442_000_000_012))
    refusal = begun(OFFERS).do(CancelOrders(LIQUIDITY, FIRST, instructions)).refusal

    assert refusal is not None
    assert refusal.code == "INVALID_ORDER"
