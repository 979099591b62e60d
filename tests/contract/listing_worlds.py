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
from simulator.world.loading.loading import load_scenario
from simulator.world.world import World
from tests.sessions import log_in

OPERATIONS = {operation.name: operation for operation in LISTINGS}
DECODERS = {operation.name: ParameterDecoder(operation.request) for operation in LISTINGS}

NAVIGATION = """
name: navigation
clock: {now: "2013-09-16T09:00:00.000Z", rate: 0}
accounts: [{username: alice, password: secret, appKey: live, delayedAppKey: late}]
events:
  - id: "24"
    name: Arsenal Vs. Reading
    eventType: {id: "1", name: Soccer}
    competition: {id: "23", name: World Cup 2013}
    openDate: "+PT1H"
    markets:
      - {id: "1.1001", name: Match Odds, marketType: MATCH_ODDS, startTime: "+PT1H", turnInPlay: true,
         runners: [{selectionId: 1, name: Arsenal}, {selectionId: 2, name: Reading}]}
  - id: "124"
    name: Ascot 16th September
    eventType: {id: "7", name: Horse Racing}
    openDate: "+PT2H"
    markets:
      - {id: "1.2355", name: 2m Hcap, marketType: WIN, startTime: "+PT2H", turnInPlay: true,
         runners: [{selectionId: 3, name: Sea Fever}]}
  - id: "23"
    name: Cheltenham 17th September
    eventType: {id: "7", name: Horse Racing}
    openDate: "+P1D"
    markets:
      - {id: "1.5621", name: 3m Chs, marketType: WIN, startTime: "+P1D", turnInPlay: true,
         runners: [{selectionId: 4, name: Moonshot}]}
  - id: "30"
    name: Celtics vs. Nicks
    eventType: {id: "4", name: Basketball}
    competition: {id: "5", name: Final 2013}
    openDate: "+PT3H"
    markets:
      - {id: "1.9000", name: Total Points, marketType: TOTAL_POINTS, startTime: "+PT3H", bettingType: LINE,
         line: {minUnitValue: 100.5, maxUnitValue: 300.5, interval: 1, marketUnit: points},
         runners: [{selectionId: 5, name: Total Points}]}
"""
"""The table of the manual's "Comprensión de la navegación del mercado", as far as its text tells."""

FAIR = """
name: fair
clock: {now: "2026-06-06T17:00:00.000Z", rate: 0}
accounts:
  - {username: alice, password: secret, appKey: live, delayedAppKey: late, balance: 1000}
  - {username: bob, password: secret, appKey: bob-live, delayedAppKey: bob-late, balance: 1000}
events:
  - id: "100"
    name: Arsenal v Reading
    eventType: {id: "1", name: Soccer}
    competition: {id: "31", name: Premier League, region: GBR}
    countryCode: GB
    timezone: Europe/London
    openDate: "2026-06-06T18:00:00.000Z"
    markets:
      - id: "1.11"
        name: Match Odds
        marketType: MATCH_ODDS
        startTime: "2026-06-06T18:00:00.000Z"
        turnInPlay: true
        rules: <b>Who will win?</b>
        rulesHasDate: true
        clarifications: Ninety minutes.
        runners:
          - {selectionId: 101, name: Arsenal, availableToBack: [[2.0, 100]]}
          - {selectionId: 102, name: Reading}
          - {selectionId: 103, name: The Draw}
      - id: "1.12"
        name: Asian Handicap
        marketType: ASIAN_HANDICAP
        bettingType: ASIAN_HANDICAP_DOUBLE_LINE
        startTime: "2026-06-06T18:00:00.000Z"
        turnInPlay: true
        runners:
          - {selectionId: 101, name: Arsenal, handicap: -0.5, sortPriority: 2}
          - {selectionId: 102, name: Reading, handicap: 0.5, sortPriority: 1}
      - id: "1.13"
        name: Over/Under 2.5 Goals
        marketType: OVER_UNDER_25
        status: SUSPENDED
        startTime: "2026-06-06T18:00:00.000Z"
        runners: [{selectionId: 111, name: Under}, {selectionId: 112, name: Over}]
  - id: "200"
    name: Ascot 6th Jun
    eventType: {id: "7", name: Horse Racing}
    countryCode: GB
    timezone: Europe/London
    venue: Ascot
    openDate: "2026-06-06T17:30:00.000Z"
    markets:
      - id: "1.21"
        name: 1m Hcap
        marketType: WIN
        bspMarket: true
        raceType: Flat
        startTime: "2026-06-06T17:30:00.000Z"
        suspendTime: "2026-06-06T17:35:00.000Z"
        settleTime: "2026-06-06T18:30:00.000Z"
        baseRate: 2.5
        discountAllowed: false
        runners:
          - selectionId: 201
            name: Sea Fever
            availableToBack: [[3.0, 40]]
            metadata: {runnerId: 777, AGE: 7, WEARING: null, JOCKEY_NAME: Paddy Brennan}
          - {selectionId: 202, name: Moonshot}
      - id: "1.22"
        name: 1m Hcap
        marketType: EACH_WAY
        raceType: Flat
        eachWayDivisor: 5
        numberOfWinners: 3
        startTime: "2026-06-06T17:30:00.000Z"
        runners: [{selectionId: 201, name: Sea Fever}, {selectionId: 202, name: Moonshot}]
  - id: "300"
    name: Galatasaray v Fenerbahçe
    eventType: {id: "1", name: Soccer}
    competition: {id: "55", name: Süper Lig}
    countryCode: TR
    openDate: "2026-06-07T23:59:59.999Z"
    markets:
      - id: "1.31"
        name: Match Odds
        marketType: MATCH_ODDS
        startTime: "2026-06-07T23:59:59.999Z"
        turnInPlay: true
        runners: [{selectionId: 301, name: Galatasaray, availableToBack: [[4.0, 10]]}, {selectionId: 302, name: Rest}]
  - id: "400"
    name: Celtics @ Knicks
    eventType: {id: "7522", name: Basketball}
    competition: {id: "77", name: World Tour}
    countryCode: US
    openDate: "2026-06-08T00:00:00.000Z"
    markets:
      - id: "1.41"
        name: Total Points
        marketType: TOTAL_POINTS
        bettingType: LINE
        line: {minUnitValue: -10.5, maxUnitValue: 300.5, interval: 0.5, marketUnit: points}
        startTime: "2026-06-08T00:00:00.000Z"
        runners: [{selectionId: 401, name: Total Points}]
  - id: "401"
    name: Exhibition
    eventType: {id: "7522", name: Basketball}
    competition: {id: "77", name: World Tour}
    openDate: "2026-06-08T00:00:00.000Z"
    markets:
      - {id: "1.51", name: Not yet, marketType: SPECIAL, status: INACTIVE, startTime: "2026-06-08T00:00:00.000Z",
         runners: [{selectionId: 501, name: Nobody}]}
      - {id: "1.52", name: No more, marketType: SPECIAL, startTime: "2026-06-06T16:00:00.000Z",
         runners: [{selectionId: 502, name: Nobody}]}
schedule:
  - {do: turn-in-play, market: "1.11", at: "+PT0S"}
  - {do: void, market: "1.52", at: "+PT0S"}
"""
"""Every kind of market there is. `fair` adds the bets."""

EVERYTHING = ["1.11", "1.12", "1.13", "1.21", "1.22", "1.31", "1.41"]
"""The markets of the fair that are visible."""


def world_of(text: str) -> World:
    """Return a world of a scenario."""
    world = World(load_scenario(text, "listing.yaml"))
    world.run_due()
    return world


def fair() -> World:
    """Return the fair after bob backed for 40 pounds in 1.21 and 6 in 1.31, and alice for 2 in 1.31: all matched.

    A bet of alice's for 3 pounds waits in 1.22.
    """
    world = world_of(FAIR)
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
