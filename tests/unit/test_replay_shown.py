"""What is shown of a market that follows a recording: what is recorded, and what is ours beside it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.betfair.betting.starting_prices import starting_prices
from simulator.betfair.schema.stream import MarketField
from simulator.betfair.stream.market_view import MarketState, MarketView, Projection
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.exchange.pictures import picture_of
from simulator.reading_recordings import open_recordings
from simulator.replay.beginning import scenario_of
from simulator.world.clock import RealTime
from simulator.world.inputs import MoveToNext, Reset
from simulator.world.world import World
from tests.recording_files import Race, a_race

MARKET, FAVOURITE = "1.1", RunnerKey(1)


def world_of(race: Race, folder: Path) -> World:
    scenario = scenario_of([str(race.write(folder))], rate=Decimal(0))
    return World(scenario, real_time=RealTime(lambda: 0, lambda: 0.0), open_recordings=open_recordings)


def bet(size: int, *, price: int) -> PlaceOrders:
    return placed(PlaceInstruction(FAVOURITE, Side.BACK, OrderType.LIMIT, price, size, Persistence.LAPSE))


def placed(instruction: PlaceInstruction) -> PlaceOrders:
    return PlaceOrders("alice", MARKET, (instruction,))


def shown(world: World) -> dict[str, Any]:
    fields = frozenset({MarketField.SP_TRADED, MarketField.SP_PROJECTED, MarketField.EX_LTP})
    state = MarketView(world, Projection(fields, 3)).read(MARKET, None, ())
    assert isinstance(state, MarketState)
    return dict(state.runners[FAVOURITE])


def test_money_of_ours_for_the_starting_price_stands_beside_what_is_recorded(tmp_path: Path) -> None:
    race = Race(bspMarket=True)
    race.offers(1, spn=3.4, spf="NaN", spl=[(1.01, 20.0)], spb=[(1000, 55.0)])
    runners = [
        {"id": number, "sortPriority": number, "status": "ACTIVE", "bsp": 3.5} for number in (1, 2, 3)
    ]  # fmt: skip
    race.offers(1, spl=[(1.01, 0), (3.5, 20.0)], spb=[(1000, 0), (3.5, 55.0)])
    race.defines(bspReconciled=True, inPlay=True, runners=runners)
    world = world_of(race, tmp_path)
    world.do(MoveToNext()).accepted()
    assert shown(world) == {"spl": {1.01: 20}, "spb": {1000: 55}, "spn": 3.4, "spf": "NaN"}

    world.do(placed(PlaceInstruction(FAVOURITE, Side.BACK, OrderType.MARKET_ON_CLOSE, liability=10_00))).accepted()
    assert shown(world) == {"spl": {1.01: 30}, "spb": {1000: 55}, "spn": 3.4, "spf": "NaN"}

    world.do(MoveToNext()).accepted()
    world.do(MoveToNext()).accepted()
    market = world.exchange.markets[MARKET]
    price = market.runners[FAVOURITE].starting_price
    prices = starting_prices(market, market.runners[FAVOURITE], world.starting_price_cache, lambda pence: pence / 100)
    assert prices.actualSP == float(price)  # type: ignore[arg-type]
    assert sum(line.size for line in prices.backStakeTaken or ()) == 30.0


def test_a_picture_of_a_market_stays_as_it_was_while_the_recording_goes_on(tmp_path: Path) -> None:
    world = world_of(a_race(), tmp_path)
    for _ in range(3):
        world.do(MoveToNext()).accepted()
    world.do(bet(5_00, price=300)).accepted()
    market = world.exchange.markets[MARKET]
    book = market.runners[FAVOURITE].book
    picture = picture_of(market)
    seen = picture.runners[FAVOURITE].book

    def look() -> object:
        offers = [[(level.price, level.total) for level in side.best_first()] for side in (seen.lays, seen.backs)]
        return (offers, dict(seen.shown_traded), seen.shown_total_matched, seen.shown_last_price_traded, picture.status)

    before = look()
    assert before == (
        [[(300, 45_00), (290, 20_00)], [(310, 40_00)]], {300: 110_00}, 110_00, 300, market.status,
    )  # fmt: skip
    assert picture.total_available == market.total_available
    assert picture.shown_total_matched == market.shown_total_matched
    same = picture_of(market, picture)
    assert same.runners[FAVOURITE] is picture.runners[FAVOURITE]

    for _ in range(3):
        world.do(MoveToNext()).accepted()

    assert look() == before
    assert [level.price for level in book.lays.best_first()] == [290]
    later = picture_of(market, picture)
    assert later.runners[FAVOURITE] is not picture.runners[FAVOURITE]


def test_a_view_reads_anew_what_has_changed_and_everything_after_a_reset(tmp_path: Path) -> None:
    world = world_of(a_race(), tmp_path)
    view = MarketView(world, Projection(frozenset({MarketField.EX_ALL_OFFERS, MarketField.EX_TRADED}), 3))

    def read() -> Any:
        state = view.read(MARKET, None, ())
        assert state is not None
        return state.runners[FAVOURITE]

    at_first = read()
    world.do(MoveToNext()).accepted()
    told = read()
    assert told["atb"] == {3: 50, 2.9: 20}
    world.do(bet(5_00, price=300)).accepted()
    assert read()["atb"] == {3: 45, 2.9: 20}
    assert read()["trd"] == {3: 10}
    world.do(bet(5_00, price=400)).accepted()
    assert read()["atl"] == {3.1: 40, 4: 5}
    world.do(Reset()).accepted()
    assert read() == at_first


def test_a_market_that_has_closed_has_the_version_that_was_recorded(tmp_path: Path) -> None:
    race = a_race(crossMatching=True)
    world = world_of(race, tmp_path)
    while world.next_due is not None:
        world.do(MoveToNext()).accepted()
    described, market = world.catalogue.markets[MARKET], world.exchange.markets[MARKET]

    assert described.version_of(market) == json.loads(race.messages[-1])["mc"][0]["marketDefinition"]["version"]
    assert described.is_cross_matching(market)
    assert not market.definition.cross_matching
