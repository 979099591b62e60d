"""Words for markets with a starting price, and the worked rows of exchange mechanics, section 9.6."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.events import Event
from simulator.exchange.money import NoPrice
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from tests.unit.exchange_builder import A, World, bsp_market

BACK, LAY = Side
LAPSE, PERSIST, AT_CLOSE = Persistence
LIMIT_ON_CLOSE, MARKET_ON_CLOSE = OrderType.LIMIT_ON_CLOSE, OrderType.MARKET_ON_CLOSE


def at_close(
    side: Side, liability: int | None, limit: int | None = None, runner: RunnerKey = A, **more: Any
) -> PlaceInstruction:
    order_type = MARKET_ON_CLOSE if limit is None else LIMIT_ON_CLOSE
    return PlaceInstruction(runner, side, order_type, price=limit, liability=liability, **more)


def events_of(world: World, kind: type[Event]) -> list[Event]:
    return [event for event in world.events if isinstance(event, kind)]


def starting_price(world: World, runner: RunnerKey = A) -> Any:
    return world.market.runners[runner].starting_price


def waiting(world: World, side: Side, runner: RunnerKey = A) -> list[tuple[int, int]]:
    """Limit and liability of those who wait for the starting price, in queue order."""
    queue = world.market.runners[runner].starting_price_queue(side)
    return [(order.price, order.liability_waiting) for order in queue.values()]


# The worked rows


Bets = list[tuple[int, int | None]]
"""Money (the stake of a back, the liability of a lay) and limit."""
Offers = Sequence[tuple[int, int]]
"""Price and size."""


class Row(NamedTuple):
    """Who wants the starting price, who is unmatched on the exchange, the price, and what each has matched of it."""

    backs: Bets
    lays: Bets
    price: float | NoPrice
    back_stakes: list[int]
    lay_stakes: list[int]
    to_back: Offers = ()
    to_lay: Offers = ()
    taken: Offers = ()


WORKED = {
    "1, manual": Row([(1000_00, None)], [(6000_00, None)], 7.0, [1000_00], [1000_00]),
    "2, manual": Row([(6000_00, None)], [(1000_00, None)], 1.166667, [6000_00], [6000_00]),
    "3, backs are taken": Row(
        [(1000_00, None)],
        [(6000_00, None)],
        5.160687,
        [1000_00],
        [1442_06],
        to_back=[(4_80, 100_00)],
        to_lay=[(5_00, 300_00), (5_50, 400_00), (6_00, 500_00)],
        taken=[(5_00, 300_00), (5_50, 142_07)],
    ),
    "4, a tick": Row(
        [(1000_00, None)],
        [(6000_00, None)],
        6.0,
        [1000_00],
        [1200_00],
        to_back=[(5_80, 100_00)],
        to_lay=[(6_00, 500_00)],
        taken=[(6_00, 200_00)],
    ),
    "5, inside the spread": Row(
        [(1000_00, None)],
        [(6000_00, None)],
        7.0,
        [1000_00],
        [1000_00],
        to_back=[(6_80, 100_00)],
        to_lay=[(7_20, 500_00)],
    ),
    "6, lays are taken": Row(
        [(6000_00, None)],
        [(1000_00, None)],
        4.904459,
        [6000_00],
        [256_11],
        to_back=[(5_00, 3000_00), (4_80, 4000_00)],
        to_lay=[(5_20, 300_00)],
        taken=[(5_00, 3000_00), (4_80, 2743_88)],
    ),
    "7, recorded": Row(
        [(22_13, None), (40_00, 5_00)],
        [],
        2.591939,
        [22_13, 0],
        [],
        to_back=[(2_60, 14_63), (2_58, 6_08), (2_56, 13_61)],
        taken=[(2_60, 14_63), (2_58, 6_08), (2_56, 1_42)],
    ),
    "8, recorded": Row(
        [],
        [(10_00, 1_80)],
        1.55,
        [],
        [18_18],
        to_back=[(1_25, 41_63)],
        to_lay=[(1_55, 23_62)],
        taken=[(1_55, 18_18)],
    ),
    "9, a limited back in part": Row(
        [(100_00, None), (100_00, 5_00)], [(600_00, None)], 5.0, [100_00, 50_00], [150_00]
    ),
    "9, first come first served": Row(
        [(100_00, None), (30_00, 5_00), (70_00, 5_00)], [(600_00, None)], 5.0, [100_00, 30_00, 20_00], [150_00]
    ),
    "10, a limited lay in part": Row(
        [(1000_00, None)], [(3000_00, None), (3000_00, 5_00)], 5.0, [1000_00], [750_00, 250_00]
    ),
    "11, nobody takes part": Row([(4_11, 100_00)], [], 22.0, [0], [], to_back=[(21_00, 5_00)], to_lay=[(23_00, 5_00)]),
    "12, nobody on the other side": Row([(100_00, None)], [], NoPrice.INFINITY, [0], [], to_back=[(3_00, 5_00)]),
}


class Auction(NamedTuple):
    world: World
    backs: list[Order]
    lays: list[Order]
    offers: list[Order]


def prepared(row: Row, persistence: Persistence = LAPSE) -> Auction:
    """A market in which alice backs and bob lays at the starting price, and carol and dan bet on the exchange."""
    world = bsp_market()
    return Auction(
        world,
        [world.at_close(BACK, "alice", *bet) for bet in row.backs],
        [world.at_close(LAY, "bob", *bet) for bet in row.lays],
        [
            *(world.lay("carol", size, at=price, persistence=persistence) for price, size in row.to_back),
            *(world.back("dan", size, at=price, persistence=persistence) for price, size in row.to_lay),
        ],
    )
