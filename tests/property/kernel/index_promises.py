"""Whatever happened, an account's orders are found where a walk over all orders there are finds them."""

from collections.abc import Mapping

from simulator.exchange.exchange import Exchange
from simulator.exchange.order_index import ENDED_PARTS, Ending
from simulator.exchange.orders import Order
from simulator.exchange.timeline import Stretch, Timeline


def check_indexes(exchange: Exchange) -> None:
    """Hold every index of every account and market against the orders themselves."""
    for name, account in exchange.accounts.items():
        own = [order for order in exchange.orders.values() if order.account == name]
        still_open = [order for order in own if exchange.markets[order.market_id].settled_at is None]
        assert list(Stretch(account.index.in_open_markets)) == still_open
        assert list(account.index.executable.values()) == [order for order in own if order.size_remaining]
        check_endings(account.index.ended, own)
        assert set(account.index.markets) == {order.market_id for order in still_open}
        for market_id, market in exchange.markets.items():
            there = [order for order in own if order.market_id == market_id]
            assert (name in market.orders_of) == bool(there)
            if there:
                index = market.orders_of[name]
                assert index.orders == there
                assert list(index.executable.values()) == [order for order in there if order.size_remaining]
                live = [o for o in there if o.size_remaining or o.size_matched or o.liability_waiting]
                assert list(index.live) == live
                assert set(index.runners) == {order.runner for order in there}
                profits = [order.profit for order in there if order.profit is not None]
                assert index.net_winnings == (sum(profits) if profits else None)
                check_endings(index.ended, there)


def check_endings(timelines: Mapping[Ending, Timeline], orders: list[Order]) -> None:
    for ending, part in ENDED_PARTS.items():
        ended = [(part.ended_at(order), order.bet_id, order) for order in orders if part.size(order)]
        expected = [order for _, _, order in sorted(ended, key=lambda entry: (entry[0] or 0, entry[1]))]
        assert list(Stretch(timelines[ending])) == expected
