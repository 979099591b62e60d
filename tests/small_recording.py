"""Makes the recording that ships in `fixtures/recorded`: `python -m tests.small_recording FOLDER`.

A race of eight, to win and to be placed, from four minutes before the off to the result, on our own exchange and as
`betsim serve --record` writes it. A horse is withdrawn, some bet at the starting price. Chance has a seed, time is
moved and every input is told before the next, so that the files are the same whenever and wherever they are made.
"""

import asyncio
import random
import sys
from pathlib import Path
from typing import Any, Final

from simulator.betfair.stream.publisher import Publisher
from simulator.betfair.stream.recorder import Recorder
from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    Command,
    OpenMarket,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    RemoveRunner,
    RunnerResult,
    SettleMarket,
    SuspendMarket,
    TurnInPlay,
)
from simulator.exchange.events import OrderPlaced
from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.inputs import AdvanceClock, WorldInput
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests.scenario import HORSE_RACING, account, event, loaded, place, runner, scenario, win

WIN, PLACE = "1.260606101", "1.260606102"
START, OFF = "2026-06-06T17:56:00.000Z", "2026-06-06T18:00:00.000Z"
BEFORE_SECONDS, REMOVAL_SECONDS, RACE_SECONDS = 240, 90, 60
WITHDRAWN, WINNER, PLACED = 8, 3, (1, 5)
HORSES: Final = {
    1: ("Long Acre", 0.26),
    2: ("Penny Farthing", 0.19),
    3: ("Quiet Ledger", 0.16),
    4: ("Second Reading", 0.12),
    5: ("Tide Table", 0.1),
    6: ("Umber", 0.07),
    7: ("Vesper Bell", 0.05),
    8: ("Winter Wheat", 0.05),
}
"""Names, and how likely each wins when the recording begins."""
TURNS = 4
"""Of the event loop, after each input."""
MAKERS, TAKERS = ("maker-1", "maker-2"), ("taker-1", "taker-2")


def document() -> dict[str, Any]:
    """The scenario: nothing is offered before somebody comes."""
    runners = [
        runner(number, name, adjustmentFactor=round(100 * chance, 2)) for number, (name, chance) in HORSES.items()
    ]
    race: dict[str, Any] = {"bspMarket": True, "turnInPlay": True, "betDelay": 1}
    return scenario(
        event(
            "26060601",
            "Betsim Park 6th Jun",
            HORSE_RACING,
            win(WIN, *runners, **race),
            place(PLACE, *runners, numberOfWinners=3, **race),
            starts=OFF,
            countryCode="GB",
            timezone="Europe/London",
            venue="Betsim Park",
        ),
        now=START,
        accounts=[account(name, balance=1_000_000, exposureLimit=None) for name in (*MAKERS, *TAKERS)],
    )


class Race:
    """Everybody's bets and what happens, from before the off to the result."""

    def __init__(self, world: World) -> None:
        self._world: Final = world
        self._chance: Final = random.Random(260606)
        self._likely: Final = {number: chance for number, (_, chance) in HORSES.items()}
        self._is_in_play = False
        self._resting: Final[list[tuple[str, str, int]]] = []
        """Account, market and bet id."""

    async def run(self) -> None:
        """Let it all happen."""
        for second in range(BEFORE_SECONDS):
            if second == REMOVAL_SECONDS:
                await self._withdraw()
            if second % 40 == 10:
                await self._bet_at_the_starting_price()
            await self._act(1 + (second > BEFORE_SECONDS - 60))
        for market in (WIN, PLACE):
            await self._do(Reconcile(market))
            await self._do(TurnInPlay(market))
        self._is_in_play = True
        self._resting.clear()
        for _ in range(RACE_SECONDS):
            self._likely[WINNER] *= 1.05
            await self._act(2)
        for market in (WIN, PLACE):
            await self._do(SuspendMarket(market))
        await self._pass(20)
        for market, ahead in ((WIN, (WINNER,)), (PLACE, (WINNER, *PLACED))):
            statuses = {number: "WINNER" if number in ahead else "LOSER" for number in self._likely}
            results = [RunnerResult(RunnerKey(number), status) for number, status in statuses.items()]
            await self._do(SettleMarket(market, tuple(results)))

    async def _act(self, times: int) -> None:
        for _ in range(times):
            number = self._chance.choice(list(self._likely))
            self._likely[number] *= self._chance.choice([0.97, 0.99, 1, 1.01, 1.03])
            market = self._chance.choice([WIN, WIN, PLACE])
            what = self._chance.random()
            if what < 0.55 or (len(self._resting) < 30 and not self._is_in_play):
                await self._quote(market, number)
            elif what < 0.75 or not self._resting:
                await self._take(market, number)
            else:
                who, where, bet_id = self._resting.pop(self._chance.randrange(len(self._resting)))
                await self._do(CancelOrders(who, where, (CancelInstruction(bet_id),)))
        await self._pass(1)

    async def _quote(self, market: str, number: int) -> None:
        """Let somebody offer on both sides of what a horse is worth."""
        fair, who = self._tick(market, number), self._chance.choice(MAKERS)
        for side, direction in ((Side.LAY, -1), (Side.BACK, 1)):
            for step in range(1, 3):
                tick = fair + direction * (step + self._chance.randrange(2))
                bet_id = await self._place(who, market, number, side, tick, self._chance.randrange(5, 80))
                if bet_id:
                    self._resting.append((who, market, bet_id))

    async def _take(self, market: str, number: int) -> None:
        side, direction = self._chance.choice([(Side.BACK, -1), (Side.LAY, 1)])
        tick = self._tick(market, number) + direction * self._chance.randrange(1, 3)
        await self._place(self._chance.choice(TAKERS), market, number, side, tick, self._chance.randrange(2, 30))

    def _tick(self, market: str, number: int) -> int:
        chance = self._likely[number] / sum(self._likely.values())
        if market == PLACE:
            chance = min(0.9, 2.4 * chance)
        return Ladder.CLASSIC.tick_of(Ladder.CLASSIC.floor(round(100 / chance)))

    async def _place(self, who: str, market: str, number: int, side: Side, tick: int, pounds: int) -> int | None:
        price = Ladder.CLASSIC.price_at(min(max(tick, 0), Ladder.CLASSIC.size - 1))
        order = PlaceInstruction(RunnerKey(number), side, OrderType.LIMIT, price, 100 * pounds, Persistence.LAPSE)
        return await self._bet(who, market, order)

    async def _bet_at_the_starting_price(self) -> None:
        for number in self._likely:
            for who, side in ((TAKERS[0], Side.BACK), (MAKERS[0], Side.LAY)):
                liability = 100 * self._chance.randrange(10, 60)
                order = PlaceInstruction(RunnerKey(number), side, OrderType.MARKET_ON_CLOSE, liability=liability)
                await self._bet(who, WIN, order)

    async def _bet(self, who: str, market: str, order: PlaceInstruction) -> int | None:
        events = await self._do(PlaceOrders(who, market, (order,)))
        return next((event.bet_id for event in events if isinstance(event, OrderPlaced)), None)

    async def _withdraw(self) -> None:
        for market in (WIN, PLACE):
            await self._do(SuspendMarket(market))
            await self._do(RemoveRunner(market, RunnerKey(WITHDRAWN)))
        del self._likely[WITHDRAWN]
        await self._pass(3)
        for market in (WIN, PLACE):
            await self._do(OpenMarket(market))

    async def _pass(self, seconds: int) -> None:
        await self._do(AdvanceClock(1000 * seconds))

    async def _do(self, what: Command | WorldInput) -> tuple[Any, ...]:
        happened = self._world.do(what)
        for _ in range(TURNS):
            # Until what came of it is told, what is due by the clock included.
            await asyncio.sleep(0)
        return tuple(happened.events)


async def record(folder: Path) -> None:
    """Record the race."""
    worlds = Worlds()
    publisher = Publisher(worlds)
    recorder = Recorder(worlds, publisher, folder, is_compressed=True)
    world = worlds.create(loaded(document()))
    await recorder.start()
    await Race(world).run()
    recorder.stop()


def make(folder: Path) -> None:
    """Write the files of both markets into a folder, called by their ids."""
    asyncio.run(record(folder))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
