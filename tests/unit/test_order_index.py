"""The orders of an account in open markets, however they were placed, looked at and settled in between."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.order_index import AccountIndex
from simulator.exchange.timeline import Stretch

MARKETS = ("1.1", "1.2", "1.3")
PLACES = st.tuples(st.just("place"), st.sampled_from(MARKETS))
CLOSES = st.tuples(st.just("close"), st.sampled_from(MARKETS))
LOOKS = st.tuples(st.just("look"), st.just(""))


@given(st.lists(st.one_of(PLACES, PLACES, PLACES, CLOSES, LOOKS), max_size=40))
def test_open_markets_have_the_orders_that_a_list_of_them_has(steps: list[tuple[str, str]]) -> None:
    index, naive = AccountIndex(), []
    for number, (step, market_id) in enumerate(steps):
        if step == "place":
            order: Any = SimpleNamespace(bet_id=number, market_id=market_id, placed_at=number // 3)
            (index.markets.get(market_id) or index.new_market(market_id)).orders.append(order)
            index.new_orders.append(order)
            naive.append(order)
        elif step == "close":
            index.close_market(market_id)
            naive = [order for order in naive if order.market_id != market_id]
        else:
            assert list(Stretch(index.in_open_markets)) == naive
    assert list(Stretch(index.in_open_markets)) == naive
