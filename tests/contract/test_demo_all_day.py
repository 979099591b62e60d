"""At whatever time of the day the demo begins, a bot that asks for the matches of today finds the one to bet on."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from simulator.app import create_app
from simulator.control.worlds import Addresses
from simulator.world.clock import RealTime
from simulator.world.format.quantities import instant_of
from simulator.world.inputs import MoveToNext
from simulator.world.loading.named import builtin_scenario
from simulator.world.worlds import Worlds
from tests.in_process import URL, Client
from tests.sessions import log_in

MATCH, MARKET, TEAM = 1611243, "1.113197491", 6830593
TODAY = {"from": "2026-06-06T00:00:00Z", "to": "2026-06-06T23:59:59Z"}


@pytest.fixture(params=["00:00:00", "00:30:00", "12:00:00", "20:59:59", "21:00:00", "23:30:00", "23:58:59"])
def bot(request: pytest.FixtureRequest) -> Iterator[Client]:
    """A client of a demo that began at that time."""
    began = instant_of(f"2026-06-06T{request.param}Z")
    worlds = Worlds(real_time=RealTime(lambda: began, lambda: 0.0))
    worlds.create(builtin_scenario("demo"))
    with asyncio.Runner() as runner:
        yield Client(create_app(worlds, Addresses(URL)), worlds, runner)


def betting(bot: Client, operation: str, **parameters: Any) -> Any:
    session = log_in(bot.worlds.default, "alice", "alice-password", "alice-live-key")
    assert session is not None
    headers = {"X-Application": "alice-live-key", "X-Authentication": session.token}
    return bot.post(f"/exchange/betting/rest/v1.0/{operation}/", json=parameters, headers=headers).json()


def test_bettune_lists_the_match_under_the_date_of_today(bot: Client) -> None:
    answer = bot.get(
        "/bet-tune-api/v1/matches",
        params={"date": "2026-06-06", "sport": 1},
        headers={"Authorization": "Bearer alice-bettune-token"},
    ).json()

    assert MATCH in [match["id"] for match in answer["items"]]


def test_its_markets_are_among_those_that_start_today_and_take_bets_before_the_kick_off(bot: Client) -> None:
    markets = betting(
        bot,
        "listMarketCatalogue",
        filter={"marketStartTime": TODAY, "eventIds": ["27165685"], "marketTypeCodes": ["MATCH_ODDS"]},
        maxResults=10,
    )
    order = {"size": 2.0, "price": 2.0, "persistenceType": "LAPSE"}
    instruction = {"selectionId": TEAM, "side": "BACK", "orderType": "LIMIT", "limitOrder": order}
    report = betting(bot, "placeOrders", marketId=MARKET, instructions=[instruction])

    assert [MARKET] == [market["marketId"] for market in markets]
    assert ("SUCCESS", 2.0) == (report["status"], report["instructionReports"][0]["sizeMatched"])


def test_the_match_is_played_to_its_end(bot: Client) -> None:
    world = bot.worlds.default

    while world.next_due is not None:
        world.do(MoveToNext()).accepted()

    assert {"CLOSED"} == {market.status for market in world.exchange.markets.values()}
    assert [] == list(world.notices)
