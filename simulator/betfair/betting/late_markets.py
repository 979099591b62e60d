"""Markets as those are shown them whose market data is late, in books as on the stream."""

from collections.abc import Sequence

from simulator.exchange.market import Market
from simulator.world.inputs import WatchMarkets
from simulator.world.world import World


def late_markets(world: World, market_ids: Sequence[str], at: int) -> list[Market]:
    """Return markets that there are as they are shown late at a time.

    From now on it is remembered how those look of which this is not known yet, which therefore is an input.
    """
    late = world.delayed_markets
    if new := tuple(market_id for market_id in market_ids if not late.knows(market_id, at)):
        world.do(WatchMarkets(new)).accepted()
    return [late.seen(market_id, at) for market_id in market_ids]
