"""A scenario with a market of every kind, in which time stands still, and bets on them."""

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import Order, OrderType, Persistence, RunnerKey, Side
from simulator.world.world import World
from tests.scenario import (
    GREYHOUND_RACING,
    HORSE_RACING,
    SOCCER,
    Block,
    asian_handicap,
    each_way,
    event,
    goal_lines,
    line,
    market,
    place,
    runner,
    scenario,
    sides,
    win,
)

WIN, PLACE, EACH_WAY, DOGS = "1.1", "1.2", "1.3", "1.4"
ASIAN, TOTAL, LINE, CUP = "1.5", "1.6", "1.7", "1.8"

IN_AN_HOUR = "+PT1H"

HORSES = {1: 50, 2: 30, 3: 12.5, 4: 7.5}
"""Adjustment factors by selection id, in percent."""

OFFERS: Block = {"availableToBack": [[3.0, 500]], "availableToLay": [[4.0, 500]]}


def afternoon(*schedule: Block) -> Block:
    """The scenario. The race is a BSP market, and every runner but the line can be backed at 3.0 and laid at 4.0."""
    horses = [runner(number, **OFFERS, adjustmentFactor=factor) for number, factor in HORSES.items()]
    teams = [each | OFFERS for each in sides("Town", "Rovers", -0.5, -0.75)]
    race: Block = {"bspMarket": True, "turnInPlay": True}
    return scenario(
        event(
            "1",
            "Ascot",
            HORSE_RACING,
            win(WIN, *horses, **race),
            place(PLACE, *horses, **race),
            each_way(EACH_WAY, *horses),
            starts=IN_AN_HOUR,
        ),
        event(
            "2",
            "Romford",
            GREYHOUND_RACING,
            win(DOGS, *(runner(trap, **OFFERS) for trap in (1, 2, 3))),
            starts=IN_AN_HOUR,
        ),
        event(
            "3",
            "Town v Rovers",
            SOCCER,
            asian_handicap(ASIAN, *teams),
            goal_lines(TOTAL, runner(1, "3 goals or more", **OFFERS, handicap=-3)),
            line(LINE),
            starts=IN_AN_HOUR,
        ),
        event(
            "4",
            "Cup",
            SOCCER,
            market(CUP, "Winner", "WINNER", *(runner(team, **OFFERS) for team in (1, 2, 3, 4)), numberOfWinners=2),
            starts=IN_AN_HOUR,
        ),
        name="afternoon",
        now="2026-06-06T14:00:00.000Z",
        schedule=schedule,
    )


def bet(
    world: World,
    market: str,
    side: Side,
    price: int,
    size: int,
    *,
    runner: int = 1,
    handicap: int = 0,
    who: str = "alice",
) -> Order:
    """Place a LIMIT order that does not persist, with everything in hundredths, and return it."""
    instruction = PlaceInstruction(
        RunnerKey(runner, handicap), side, OrderType.LIMIT, price, size, Persistence.LAPSE
    )  # fmt: skip
    return _placed(world, market, instruction, who)


def back_at_starting_price(world: World, market: str, stake: int, *, runner: int = 1, who: str = "alice") -> Order:
    """Place a MARKET_ON_CLOSE order with a stake in pence, and return it."""
    instruction = PlaceInstruction(RunnerKey(runner), Side.BACK, OrderType.MARKET_ON_CLOSE, liability=stake)
    return _placed(world, market, instruction, who)


def _placed(world: World, market: str, instruction: PlaceInstruction, who: str) -> Order:
    world.do(PlaceOrders(who, market, (instruction,))).accepted()
    return list(world.exchange.orders.values())[-1]
