"""A client bets in a recorded market that goes on as it did then, and gets what a backtest gives."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from betfairlightweight import APIClient, filters

from simulator.backtest.engine import Engine
from simulator.backtest.lane import Lane, Settings
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side
from simulator.recorded.messages import read_lines
from simulator.recorded.sources import sources
from tests.clients.library import ServedWorld, place
from tests.clients.streams import assert_shows, lead_streams_to, logged_in, running, to_markets
from tests.recording_files import BEGINNING, a_race
from tests.serving import Served

# The library asks for TLS in a way that Python would rather see no more.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.PROTOCOL_TLS is deprecated:DeprecationWarning")

MARKET, FIRST = "1.1", BEGINNING + 1_000
BETS = {
    2: [("BACK", 1, 3.0, 30.0), ("LAY", 1, 3.0, 40.0)],
    3: [("LAY", 1, 2.96, 7.5), ("BACK", 2, 2.0, 5.0)],
}
"""By the number of messages after the first one: side, runner, price and size."""


@pytest.fixture
def race(tmp_path: Path) -> Path:
    return a_race(eventName="Ascot 13th Sep", name="1m Hcap").write(tmp_path)


@pytest.fixture
def world(secure: Served, http: httpx.Client, monkeypatch: pytest.MonkeyPatch, race: Path) -> Iterator[ServedWorld]:
    """A world of its own that follows the race, and stands still before it."""
    lead_streams_to(secure, monkeypatch)
    asked = {"recorded": [str(race)], "at": "2020-09-13T12:26:40Z", "rate": 0}
    response = http.post(f"{secure.control_url}/worlds", json=asked)
    assert response.status_code == 201, response.text
    world = ServedWorld(secure, http, response.json())
    yield world
    world.delete()


@pytest.fixture
def alice(world: ServedWorld) -> Iterator[APIClient]:
    yield from logged_in(world, 0)


def instruction(side: str, runner: int, price: float, size: float) -> dict[str, object]:
    order = filters.limit_order(size=size, price=price, persistence_type="PERSIST")
    return filters.place_instruction("LIMIT", runner, side, limit_order=order)


def test_a_client_bets_in_a_replayed_market_and_is_settled_as_recorded(
    world: ServedWorld, alice: APIClient, race: Path
) -> None:
    assert alice.betting.list_market_catalogue(filter={}) == []
    with running(alice, to_markets(MARKET)) as stream:
        due = world.control("clock", {"toNext": True})["nextDue"]
        (listed,) = alice.betting.list_market_catalogue(filter={}, market_projection=["EVENT", "RUNNER_DESCRIPTION"])
        assert (listed.market_id, listed.market_name, listed.event.name) == (MARKET, "1m Hcap", "Ascot 13th Sep")
        assert [runner.runner_name for runner in listed.runners] == ["Runner 1", "Runner 2", "Runner 3"]

        messages = 0
        while due is not None:
            assert_shows(stream, alice, MARKET)
            bets = BETS.get(messages, [])
            for bet in bets:
                place(alice, MARKET, instruction(*bet))
                assert_shows(stream, alice, MARKET)
            due = world.control("clock", {"toNext": True})["nextDue"]
            messages += 1

        stream.until(lambda: stream.books()[MARKET].status == "CLOSED", "the market is closed")
        statuses = [runner.status for runner in stream.books()[MARKET].runners]
        assert statuses == ["WINNER", "LOSER", "LOSER"]

    cleared = alice.betting.list_cleared_orders(bet_status="SETTLED").orders
    got = {int(order.bet_id): (order.price_matched, order.size_settled, order.profit) for order in cleared}
    lane = backtest(race)
    expected = {
        order.bet_id: (order.average_price_matched / 100, order.size_matched / 100, (order.profit or 0) / 100)
        for order in lane.exchange.orders.values()
        if order.size_matched
    }
    assert [got[bet_id] for bet_id in sorted(got)] == list(expected.values())
    assert len(expected) == 3
    funds = alice.account.get_account_funds().available_to_bet_balance
    assert funds == lane.exchange.ledger.balance_of("strategy") / 100


def backtest(race: Path) -> Lane:
    """The same bets after the same messages in a backtest."""
    lane = Lane(Settings(balance=1_000_00))
    engine = Engine([lane])
    (source,) = sources([str(race)])
    for number, line in enumerate(read_lines(source)):
        engine.take(line)
        for side, runner, price, size in BETS.get(number, []):
            lane.place(
                MARKET,
                PlaceInstruction(
                    RunnerKey(runner),
                    Side[side],
                    OrderType.LIMIT,
                    round(price * 100),
                    round(size * 100),
                    Persistence.PERSIST,
                ),
            )
    engine.end()
    return lane
