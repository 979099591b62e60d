"""Listings through the transports: sample requests of the manual, and refusals in each dialect."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from simulator.betfair.betting.listings import LISTINGS
from simulator.betfair.errors import BETTING_EXCEPTION
from simulator.betfair.operations import Service
from simulator.betfair.transport import BetfairFace
from simulator.world.worlds import Worlds
from tests.contract.listing_worlds import FAIR
from tests.scenario import loaded
from tests.sessions import log_in

BETTING = Service(name="betting", interface="SportsAPING", exception=BETTING_EXCEPTION, operations=LISTINGS)
JSON_RPC = "/exchange/betting/json-rpc/v1"
REST = "/exchange/betting/rest/v1.0"


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    worlds = Worlds()
    worlds.create(loaded(FAIR))
    return worlds


def post(worlds: Worlds, path: str, body: str) -> httpx.Response:
    token = log_in(worlds.default, "alice", "secret", "alice-live")
    assert token is not None
    headers = {"X-Application": "alice-live", "X-Authentication": token.token, "Content-Type": "application/json"}

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(BetfairFace(worlds, (BETTING,)))
        async with httpx.AsyncClient(transport=transport, base_url="http://api.betfair.test") as client:
            return await client.post(path, content=body, headers=headers)

    return asyncio.run(send())


def call(operation: str, parameters: str) -> str:
    return f'[{{"jsonrpc": "2.0", "method": "SportsAPING/v1.0/{operation}", "params": {parameters}, "id": 1}}]'


def test_events_of_a_day(worlds: Worlds) -> None:
    """The manual's request for a day's football, in a batch of one, with other dates."""
    body = call(
        "listEvents",
        '{"filter": {"eventTypeIds": ["1"], "marketStartTime": '
        '{"from": "2026-06-06T00:00:00Z", "to": "2026-06-06T23:59:00Z"}}}',
    )
    expected = (
        '[{"jsonrpc":"2.0","result":[{"event":{"id":"100","name":"Arsenal v Reading","countryCode":"GB",'
        '"timezone":"Europe/London","openDate":"2026-06-06T18:00:00.000Z"},"marketCount":3}],"id":1}]'
    )

    assert expected == post(worlds, JSON_RPC, body).text


def test_catalogue_of_an_event(worlds: Worlds) -> None:
    """The manual's request for all there is to know about an event, whose number of results is a text."""
    projections = '["COMPETITION", "EVENT", "EVENT_TYPE", "RUNNER_DESCRIPTION", "RUNNER_METADATA", "MARKET_START_TIME"]'
    parameters = f'{{"filter": {{"eventIds": ["200"]}}, "maxResults": "200", "marketProjection": {projections}}}'

    (answer,) = post(worlds, JSON_RPC, call("listMarketCatalogue", parameters)).json()

    assert ["1.21", "1.22"] == [market["marketId"] for market in answer["result"]]
    assert answer["result"][0]["runners"][0]["metadata"]["WEARING"] is None


def test_too_much_is_the_recorded_error(worlds: Worlds) -> None:
    """More than a thousand results: ANGX-0001 with the recorded text."""
    (answer,) = post(worlds, JSON_RPC, call("listMarketCatalogue", '{"filter": {}, "maxResults": 1001}')).json()

    error = answer["error"]
    assert (-32099, "ANGX-0001") == (error["code"], error["message"])
    exception = error["data"]["APINGException"]
    assert "TOO_MUCH_DATA" == exception["errorCode"]
    assert "MaxResults must be less than or equal to 1000" == exception["errorDetails"]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "DSC-0018"),
        ({"filter": {"marketBettingTypes": ["odds"]}}, "DSC-0018"),
        ({"filter": {"marketCountries": ["GBR"]}}, "ANGX-0002"),
        ({"filter": {"marketIds": [f"1.{number}" for number in range(251)]}}, "ANGX-0014"),
    ],
)
def test_refusals(worlds: Worlds, parameters: dict[str, Any], message: str) -> None:
    """What cannot be read never reaches the operation; what cannot be meant has a number of the interface."""
    (answer,) = post(worlds, JSON_RPC, call("listEvents", json.dumps(parameters))).json()

    assert message == answer["error"]["message"]


def test_rest_answers_the_bare_result(worlds: Worlds) -> None:
    """REST has no envelope, and a fault of its own."""
    found = post(worlds, f"{REST}/listVenues/", '{"filter": {}}')
    refused = post(worlds, f"{REST}/listVenues/", '{"filter": {"textQuery": "*"}}')

    assert (200, [{"venue": "Ascot", "marketCount": 2}]) == (found.status_code, found.json())
    assert (400, "ANGX-0002") == (refused.status_code, refused.json()["faultstring"])
    assert "text query has invalid content" == refused.json()["detail"]["APINGException"]["errorDetails"]
