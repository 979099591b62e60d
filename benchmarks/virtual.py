"""What a ten-deep view of a race with virtual offers costs, beside the same view of the real offers alone.

A view is both sides of all runners: as the exchange works it out, and as listMarketBook answers it, in bytes. Real and
virtual views are taken in turn, round after round, and the ratios are taken round by round, so that a machine that
slows down for a moment slows both.
"""

import json
from collections.abc import Callable
from itertools import islice
from statistics import median
from time import perf_counter
from typing import Any, Final, NamedTuple

import msgspec

from simulator.betfair.betting.books import list_market_book
from simulator.betfair.operations import Call
from simulator.betfair.schema.sports_aping import ListMarketBookRequest
from simulator.betfair.schema.sports_enums import PriceData
from simulator.betfair.schema.sports_inputs import ExBestOffersOverrides, PriceProjection
from simulator.exchange.book import Offer
from simulator.exchange.commands import OpenMarket, PlaceInstruction, PlaceOrders, SuspendMarket
from simulator.exchange.crossmatching import merged_offers
from simulator.exchange.ladder import Ladder
from simulator.exchange.orders import OrderType, RunnerKey, Side
from simulator.world.happened import SessionOpened
from simulator.world.inputs import LogIn
from simulator.world.loading.loading import load_scenario
from simulator.world.sessions import Session
from simulator.world.world import World

MARKET_ID: Final = "1.1"
LADDER: Final = Ladder.CLASSIC
PRICES: Final = (3.5, 5.8, 7.6, 10, 12.5, 17, 20, 25, 34, 50, 65, 100, 110, 170)
"""Where each runner is layed; it is backed a rung below."""
LEVELS: Final = 25
DEPTH: Final = 10
ROUNDS: Final = 300


class Case(NamedTuple):
    """What happens between a view that is known and the one that is measured."""

    name: str
    happens: Callable[[World], object]
    virtual: bool = True


def run() -> None:
    """Measure and print."""
    race = _Race()
    print(
        f"virtual: both sides of {len(PRICES)} runners, {DEPTH} deep, in microseconds and beside the real offers alone"
    )
    titles = ("exchange", "ratio", "answer", "ratio")
    print(f"  {'what happened since the last view':<36}" + "".join(f"{title:>10}" for title in titles))
    rounds = [(_round(race, race.view), _round(race, race.answer)) for _ in range(ROUNDS)]
    for number, case in enumerate(CASES):
        columns = ""
        for measured in zip(*rounds, strict=True):
            columns += f"{median(seconds[number] for seconds in measured) * 1e6:>10,.0f}"
            columns += f"{median(seconds[number] / seconds[0] for seconds in measured):>10.1f}"
        print(f"  {case.name:<36}{columns}")


def _round(race: "_Race", look: Callable[[bool], object]) -> list[float]:
    seconds: list[float] = []
    for case in CASES:
        look(True)
        case.happens(race.world)
        start = perf_counter()
        look(case.virtual)
        seconds.append(perf_counter() - start)
    return seconds


class _Race:
    """A race, and somebody who looks at it."""

    def __init__(self) -> None:
        self.world = World(load_scenario(json.dumps(scenario()), "virtual.json"))
        (opened,) = self.world.do(LogIn("alice", "secret", "live")).accepted()
        assert isinstance(opened, SessionOpened)
        session = self.world.session(opened.token)
        assert session is not None
        self._session: Session = session
        self._encoder = msgspec.json.Encoder()

    def view(self, virtual: bool) -> list[list[Offer]]:
        """Return what every runner's book offers."""
        market = self.world.exchange.markets[MARKET_ID]
        ladders: list[list[Offer]] = []
        for runner in market.runners.values():
            for taker in Side:
                offers = runner.book.offers_to(taker).sizes()
                more = market.virtual_offers(runner.key, taker) if virtual else None
                if more is not None:
                    offers = merged_offers(offers, more.best_first(), taker)
                ladders.append(list(islice(offers, DEPTH)))
        return ladders

    def answer(self, virtual: bool) -> bytes:
        """Return what listMarketBook answers."""
        account, request = self._session.account, REQUESTS[virtual]
        call = Call(self.world, self._session, account, account.app_key, False, request, self.world.run_due())
        return self._encoder.encode(list_market_book(call))


REQUESTS: Final = {
    virtual: ListMarketBookRequest(
        marketIds=(MARKET_ID,),
        priceProjection=PriceProjection(
            priceData=(PriceData.EX_BEST_OFFERS,),
            exBestOffersOverrides=ExBestOffersOverrides(bestPricesDepth=DEPTH),
            virtualise=virtual,
        ),
    )
    for virtual in (False, True)
}

# What happens


def _nothing(world: World) -> None:
    """Leave everything as it is."""


def _bet(world: World, number: int, side: Side) -> None:
    """Place a bet that rests at the far end of its queue: whoever reads the queue cannot tell that."""
    price = LADDER.highest if side is Side.BACK else LADDER.lowest
    instruction = PlaceInstruction(RunnerKey(number), side, OrderType.LIMIT, price, 200)
    world.do(PlaceOrders("liquidity", MARKET_ID, (instruction,)))


def _back_the_favourite(world: World) -> None:
    _bet(world, 1, Side.BACK)


def _bet_on_everything(world: World) -> None:
    for number in range(1, len(PRICES) + 1):
        for side in Side:
            _bet(world, number, side)


def _interrupt(world: World) -> None:
    world.do(SuspendMarket(MARKET_ID)).accepted()
    world.do(OpenMarket(MARKET_ID)).accepted()


CASES: Final = (
    Case("nothing, real offers alone", _nothing, virtual=False),
    Case("nothing", _nothing),
    Case("the market was suspended, and opened", _interrupt),
    Case("a bet on the favourite", _back_the_favourite),
    Case("bets on both sides of all", _bet_on_everything),
)

# The race


def scenario(**account: object) -> dict[str, Any]:
    """Return a scenario with one race, and alice with these fields of her account."""
    runners = [
        {
            "selectionId": number,
            "name": f"Runner {number}",
            "availableToBack": _offers(number, price, -1),
            "availableToLay": _offers(number, price, 1),
        }
        for number, price in enumerate(PRICES, 1)
    ]
    market = {
        "id": MARKET_ID,
        "name": "1m Hcap",
        "marketType": "WIN",
        "crossMatching": True,
        "startTime": "2026-06-06T18:00:00.000Z",
        "runners": runners,
    }
    event = {
        "id": "1",
        "name": "Ascot 6th Jun",
        "eventType": {"id": "7", "name": "Horse Racing"},
        "openDate": "2026-06-06T18:00:00.000Z",
        "markets": [market],
    }
    return {
        "name": "virtual",
        "clock": {"now": "2026-06-06T17:55:00.000Z", "rate": 0},
        "accounts": [{"username": "alice", "password": "secret", "appKey": "live", "delayedAppKey": "late", **account}],
        "events": [event],
    }


def _offers(number: int, price: float, direction: int) -> list[tuple[float, float]]:
    """Return offers from a price, or from the rung below it, away from it; the longer the price the smaller."""
    best = LADDER.tick_of(LADDER.floor(round(price * 100))) + (direction - 1) // 2
    ticks = range(best, max(-1, min(best + direction * LEVELS, LADDER.size)), direction)
    # Sizes without a pattern to be seen: multiples of a number that is prime to their range.
    sizes = [round(2 + (37 * number + 61 * index) % 97 * 20 / price, 2) for index in range(len(ticks))]
    return [(LADDER.price_at(tick) / 100, size) for tick, size in zip(ticks, sizes, strict=True)]
