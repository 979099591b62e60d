"""Two worlds to list, and the way to ask them: in process, from the bytes of the parameters to those of the answer."""

import json
from typing import Any

import msgspec

from simulator.betfair.betting.listings import LISTINGS
from simulator.betfair.decoding import ParameterDecoder
from simulator.betfair.operations import Call
from simulator.betfair.schema.wire import encode_hook
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.world.world import World
from tests.scenario import (
    BASKETBALL,
    HORSE_RACING,
    SOCCER,
    Block,
    asian_handicap,
    each_way,
    event,
    happening,
    line,
    market,
    match_odds,
    runner,
    scenario,
    win,
    world_of,
)
from tests.sessions import log_in

OPERATIONS = {operation.name: operation for operation in LISTINGS}
DECODERS = {operation.name: ParameterDecoder(operation.request) for operation in LISTINGS}

NAVIGATION = scenario(
    event(
        "24",
        "Arsenal Vs. Reading",
        SOCCER,
        match_odds("1.1001", "Arsenal", "Reading", turnInPlay=True),
        starts="+PT1H",
        competition={"id": "23", "name": "World Cup 2013"},
    ),
    event(
        "124",
        "Ascot 16th September",
        HORSE_RACING,
        win("1.2355", runner(3, "Sea Fever"), name="2m Hcap", turnInPlay=True),
        starts="+PT2H",
    ),
    event(
        "23",
        "Cheltenham 17th September",
        HORSE_RACING,
        win("1.5621", runner(4, "Moonshot"), name="3m Chs", turnInPlay=True),
        starts="+P1D",
    ),
    event(
        "30",
        "Celtics vs. Nicks",
        BASKETBALL,
        line(
            "1.9000",
            name="Total Points",
            marketType="TOTAL_POINTS",
            line={"minUnitValue": 100.5, "maxUnitValue": 300.5, "interval": 1, "marketUnit": "points"},
            runners=[runner(5, "Total Points")],
        ),
        starts="+PT3H",
        competition={"id": "5", "name": "Final 2013"},
        eventType={"id": "4", "name": "Basketball"},
    ),
    name="navigation",
    now="2013-09-16T09:00:00.000Z",
    accounts=["alice"],
)
"""The table of the manual's "Comprensión de la navegación del mercado", as far as its text tells."""

WORLD_TOUR = {"id": "77", "name": "World Tour"}
MIDNIGHT, LATE = "2026-06-08T00:00:00.000Z", "2026-06-07T23:59:59.999Z"

FAIR = scenario(
    event(
        "100",
        "Arsenal v Reading",
        SOCCER,
        match_odds(
            "1.11",
            runner(101, "Arsenal", back=[(2.0, 100)]),
            runner(102, "Reading"),
            runner(103, "The Draw"),
            turnInPlay=True,
            rules="<b>Who will win?</b>",
            rulesHasDate=True,
            clarifications="Ninety minutes.",
        ),
        asian_handicap(
            "1.12",
            runner(101, "Arsenal", handicap=-0.5, sortPriority=2),
            runner(102, "Reading", handicap=0.5, sortPriority=1),
            numberOfWinners=1,
            turnInPlay=True,
        ),
        market(
            "1.13",
            "Over/Under 2.5 Goals",
            "OVER_UNDER_25",
            runner(111, "Under"),
            runner(112, "Over"),
            status="SUSPENDED",
        ),
        competition={"id": "31", "name": "Premier League", "region": "GBR"},
        countryCode="GB",
        timezone="Europe/London",
    ),
    event(
        "200",
        "Ascot 6th Jun",
        HORSE_RACING,
        win(
            "1.21",
            runner(
                201,
                "Sea Fever",
                back=[(3.0, 40)],
                metadata={"runnerId": 777, "AGE": 7, "WEARING": None, "JOCKEY_NAME": "Paddy Brennan"},
            ),
            runner(202, "Moonshot"),
            bspMarket=True,
            raceType="Flat",
            suspendTime="2026-06-06T17:35:00.000Z",
            settleTime="2026-06-06T18:30:00.000Z",
            baseRate=2.5,
            discountAllowed=False,
        ),
        each_way(
            "1.22",
            runner(201, "Sea Fever"),
            runner(202, "Moonshot"),
            name="1m Hcap",
            raceType="Flat",
            eachWayDivisor=5,
            numberOfWinners=3,
        ),
        starts="2026-06-06T17:30:00.000Z",
        countryCode="GB",
        timezone="Europe/London",
        venue="Ascot",
    ),
    event(
        "300",
        "Galatasaray v Fenerbahçe",
        SOCCER,
        match_odds("1.31", runner(301, "Galatasaray", back=[(4.0, 10)]), runner(302, "Rest"), turnInPlay=True),
        starts=LATE,
        competition={"id": "55", "name": "Süper Lig"},
        countryCode="TR",
    ),
    event(
        "400",
        "Celtics @ Knicks",
        BASKETBALL,
        line(
            "1.41",
            name="Total Points",
            marketType="TOTAL_POINTS",
            line={"minUnitValue": -10.5, "maxUnitValue": 300.5, "interval": 0.5, "marketUnit": "points"},
            runners=[runner(401, "Total Points")],
        ),
        starts=MIDNIGHT,
        competition=WORLD_TOUR,
        countryCode="US",
    ),
    event(
        "401",
        "Exhibition",
        BASKETBALL,
        market("1.51", "Not yet", "SPECIAL", runner(501, "Nobody"), status="INACTIVE"),
        market("1.52", "No more", "SPECIAL", runner(502, "Nobody"), startTime="2026-06-06T16:00:00.000Z"),
        starts=MIDNIGHT,
        competition=WORLD_TOUR,
    ),
    name="fair",
    schedule=[happening("+PT0S", "1.11", "turn-in-play"), happening("+PT0S", "1.52", "void")],
)
"""Every kind of market there is. `fair` adds the bets."""

EVERYTHING = ["1.11", "1.12", "1.13", "1.21", "1.22", "1.31", "1.41"]
"""The markets of the fair that are visible."""


def listed(document: Block) -> World:
    """Return a world of a scenario in which what was due has happened."""
    world = world_of(document)
    world.run_due()
    return world


def fair() -> World:
    """Return the fair after bob backed for 40 pounds in 1.21 and 6 in 1.31, and alice for 2 in 1.31: all matched.

    A bet of alice's for 3 pounds waits in 1.22.
    """
    world = listed(FAIR)
    bet(world, "bob", "1.21", 201, price=300, size=4000)
    bet(world, "bob", "1.31", 301, price=400, size=600)
    bet(world, "alice", "1.31", 301, price=400, size=200)
    bet(world, "alice", "1.22", 202, price=1000, size=300)
    return world


def bet(world: World, username: str, market_id: str, selection_id: int, *, price: int, size: int) -> None:
    """Back a runner; price in hundredths, size in pence."""
    order = PlaceInstruction(RunnerKey(selection_id), Side.BACK, OrderType.LIMIT, price, size, Persistence.LAPSE)
    world.do(PlaceOrders(username, market_id, (order,))).accepted()


def ask(world: World, operation: str, parameters: dict[str, Any] | str, username: str = "alice") -> Any:
    """Return what an operation answers, as plain JSON."""
    body = parameters if isinstance(parameters, str) else json.dumps(parameters)
    account = world.accounts.by_username[username]
    session = log_in(world, account.username, account.password, account.app_key)
    assert session is not None
    call: Call[Any] = Call(
        world=world,
        session=session,
        account=account,
        app_key=account.app_key,
        delayed=False,
        params=DECODERS[operation].decode(body.encode()),
        now=world.run_due(),
    )
    return json.loads(msgspec.json.encode(OPERATIONS[operation].function(call), enc_hook=encode_hook))
