"""From what a client asks for to what it gets: the markets, the view of them, and whether it wants new ones too."""

from collections.abc import Callable, Hashable, Sequence
from typing import Final, NamedTuple

from simulator.betfair.schema.stream import (
    MarketDataFilter,
    MarketField,
    MarketFilter,
    MarketSubscription,
    OrderFilter,
    OrderSubscription,
)
from simulator.betfair.stream.feed import View
from simulator.betfair.stream.market_filter import selected_markets, takes
from simulator.betfair.stream.market_view import ALL_FIELDS, MarketView, Projection
from simulator.betfair.stream.order_view import OrderProjection, OrderView, markets_with_orders
from simulator.world.world import World

MOST_LEVELS: Final = 10
"""How many levels there are at most, and where none are asked for: the most that recordings show."""
LEVELS_OF_DELAYED_KEYS: Final = 3
FIELDS_OF_DELAYED_KEYS: Final = frozenset({MarketField.EX_BEST_OFFERS, MarketField.EX_MARKET_DEF, MarketField.EX_LTP})


class Selection(NamedTuple):
    """What a subscription selects in a world.

    `select` returns the markets that it takes now, and `wants` whether it takes one that it does not have when
    something happens to it. `criteria` are what has to be asked for again to go on from a token, and `projection` is
    what all have in common who can be told by one feed. What `is_late` is told rarely, too.
    """

    select: Callable[[], Sequence[str]]
    wants: Callable[[str], bool]
    make_view: Callable[[], View]
    projection: Hashable
    criteria: object
    is_late: bool = False


def market_selection(world: World, request: MarketSubscription, *, is_late: bool) -> Selection:
    """Return what a subscription to markets selects.

    Without fields it sees everything (chosen: a filter only restricts). Who sees markets late, as with a delayed app
    key, sees the three best offers and the definition (manual, what delayed keys see), as listMarketBook shows them.
    """
    wanted = request.market_filter or MarketFilter()
    data = request.market_data_filter or MarketDataFilter()
    fields = frozenset(data.fields or ALL_FIELDS)
    levels = MOST_LEVELS if data.ladder_levels is None else min(max(data.ladder_levels, 1), MOST_LEVELS)
    if is_late:
        fields, levels = fields & FIELDS_OF_DELAYED_KEYS, min(levels, LEVELS_OF_DELAYED_KEYS)
    projection = Projection(fields, levels, is_late)

    def wants(market_id: str) -> bool:
        market = world.catalogue.markets.get(market_id)
        return market is not None and takes(world, wanted, market)

    return Selection(
        lambda: selected_markets(world, wanted),
        wants,
        lambda: MarketView(world, projection),
        projection,
        (wanted, projection),
        is_late,
    )


def order_selection(world: World, account: str, request: OrderSubscription) -> Selection:
    """Return what a subscription to the orders of an account selects."""
    wanted = request.order_filter or OrderFilter()
    strategies = wanted.customer_strategy_refs
    projection = OrderProjection(
        account,
        shows_position=wanted.include_overall_position is not False,
        is_partitioned=bool(wanted.partition_matched_by_strategy_ref),
        strategies=None if strategies is None else frozenset(strategies),
    )
    return Selection(
        lambda: markets_with_orders(world, account),
        lambda _: True,
        lambda: OrderView(world, projection),
        projection,
        projection,
    )
