"""What falls due in a served world happens when its time comes, whether or not anybody asks for anything."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from msgspec import Raw

from simulator.app import Application, create_app
from simulator.control.worlds import Addresses
from simulator.exchange.commands import PlaceOrders
from simulator.exchange.events import Event, HeartbeatExpired, MarketChanged, OrderPlaced, OrdersHeld
from simulator.timekeeper import Timekeeper
from simulator.world.clock import RealTime
from simulator.world.happened import Happened
from simulator.world.inputs import AdvanceClock, Restore, SetClockRate
from simulator.world.loading.loading import load_scenario
from simulator.world.snapshot import encode_snapshot
from simulator.world.world import World
from simulator.world.worlds import Worlds
from tests import scenario as blocks
from tests.sessions import log_in
from tests.steps import steps

PATIENCE_SECONDS = 10
BET = {
    "marketId": "1.1",
    "instructions": [
        {
            "selectionId": 1,
            "side": "BACK",
            "orderType": "LIMIT",
            "limitOrder": {"size": 2, "price": 3, "persistenceType": "LAPSE"},
        }
    ],
}


def scenario(rate: float, delay: str, do: str = "suspend", **market: Any) -> str:
    """A world in which something happens to its market after a while."""
    match = blocks.match_odds("1.1", "Newcastle", "Chelsea", **market)
    document = blocks.scenario(
        blocks.event("1", "Newcastle v Chelsea", blocks.SOCCER, match, starts="+PT1H"),
        accounts=["alice"],
        schedule=[blocks.happening(delay, "1.1", do)],
        clock={"now": "2026-06-06T17:55:00.000Z", "rate": rate},
    )
    return json.dumps(document)


class Stage:
    """A served world and the things that have happened in it."""

    def __init__(self, text: str) -> None:
        self.worlds = Worlds()
        self.world: World = self.worlds.create(load_scenario(text, "scenario of the test"))
        self.app: Application = create_app(self.worlds, Addresses("http://127.0.0.1:8000"))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1:8000")
        self.events: list[Event] = []
        self._news = asyncio.Event()
        self.world.listen(self.hear)

    def hear(self, happened: Happened) -> None:
        """Note what has happened."""
        self.events.extend(happened.events)
        self._news.set()

    async def sees(self, kind: type[Event]) -> None:
        """Wait until something of a kind has happened; ask for nothing meanwhile."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not any(isinstance(event, kind) for event in self.events):
                await self._news.wait()
                self._news.clear()

    async def control(self, path: str, document: dict[str, Any]) -> None:
        response = await self.http.post(f"/control/v1/worlds/default/{path}", json=document)
        assert response.is_success, response.text

    async def log_in(self) -> dict[str, str]:
        """Log in and return the headers of a customer."""
        form = {"username": "alice", "password": "secret"}
        headers = {"accept": "application/json", "x-application": "alice-live"}
        answer = (await self.http.post("/api/login", data=form, headers=headers)).json()
        return {"x-application": "alice-live", "x-authentication": answer["token"]}

    async def place(self, headers: dict[str, str]) -> dict[str, Any]:
        response = await self.http.post("/exchange/betting/rest/v1.0/placeOrders/", json=BET, headers=headers)
        answer: dict[str, Any] = response.json()
        return answer

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Begin and end the application as a server does."""
        received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        sent: asyncio.Queue[Any] = asyncio.Queue()
        task = asyncio.create_task(self.app({"type": "lifespan", "state": {}}, received.get, sent.put))
        await received.put({"type": "lifespan.startup"})
        assert (await sent.get())["type"] == "lifespan.startup.complete"
        yield
        await received.put({"type": "lifespan.shutdown"})
        assert (await sent.get())["type"] == "lifespan.shutdown.complete"
        await task


def on_stage(text: str, play: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        await play(Stage(text))

    asyncio.run(run())


def test_a_happening_of_the_schedule_happens_without_a_request() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            await stage.sees(MarketChanged)

        assert stage.world.exchange.markets["1.1"].status == "SUSPENDED"

    on_stage(scenario(1, "+PT0.05S"), play)


def test_an_application_without_a_server_keeps_the_time_from_its_first_request_on() -> None:
    async def play(stage: Stage) -> None:
        await stage.http.get("/health")
        await stage.sees(MarketChanged)

    on_stage(scenario(1, "+PT0.05S"), play)


def test_a_clock_that_is_made_to_run_faster_is_kept_up_with() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            await stage.control("clock", {"rate": 36_000})
            await stage.sees(MarketChanged)

    on_stage(scenario(1, "+PT30M"), play)


def test_a_frozen_clock_that_is_made_to_run_is_kept_up_with() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            await stage.control("clock", {"rate": 36_000})
            await stage.sees(MarketChanged)

    on_stage(scenario(0, "+PT30M"), play)


def test_what_is_added_to_the_schedule_happens_too() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            addition = {"at": "+PT0.05S", "market": "1.1", "do": "suspend"}
            await stage.control("markets", {"schedule": [addition]})
            await stage.sees(MarketChanged)

    on_stage(scenario(1, "+P1D"), play)


def test_a_world_that_is_made_later_is_kept_up_with() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            later = stage.worlds.create(load_scenario(scenario(1, "+PT0.05S"), "scenario of the test"))
            later.listen(stage.hear)
            await stage.sees(MarketChanged)

        assert later.exchange.markets["1.1"].status == "SUSPENDED"
        assert stage.world.exchange.markets["1.1"].status == "OPEN"

    on_stage(scenario(1, "+P1D"), play)


def test_a_world_that_is_reset_is_kept_up_with() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            await stage.sees(MarketChanged)
            stage.events.clear()
            await stage.control("reset", {})
            await stage.sees(MarketChanged)

    on_stage(scenario(1, "+PT0.05S"), play)


def test_a_world_that_was_deleted_is_left_alone() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            gone = stage.worlds.create(load_scenario(scenario(1, "+PT0.05S"), "scenario of the test"))
            stage.worlds.delete(gone.id)
            await stage.sees(MarketChanged)

        assert gone.exchange.markets["1.1"].status == "OPEN"

    on_stage(scenario(1, "+PT0.1S"), play)


def test_an_application_that_has_ended_keeps_no_time() -> None:
    async def play(stage: Stage) -> None:
        ended = Stage(scenario(1, "+P1D"))
        async with ended.lifespan():
            pass
        async with stage.lifespan():
            ended.world.do(SetClockRate(10_000_000)).accepted()
            await stage.sees(MarketChanged)

        assert not [event for event in ended.events if isinstance(event, MarketChanged)]

    on_stage(scenario(1, "+PT0.1S"), play)


def test_an_application_may_outlive_its_event_loop() -> None:
    text = scenario(1, "+PT1H")

    async def ask(stage: Stage) -> None:
        await stage.http.get("/health")

    async def begin() -> Stage:
        stage = Stage(text)
        await ask(stage)
        return stage

    async def go_on(stage: Stage) -> None:
        await ask(stage)
        await stage.sees(MarketChanged)

    stage = asyncio.run(begin())
    stage.world.do(SetClockRate(36_000)).accepted()
    asyncio.run(go_on(stage))


def test_a_heartbeat_that_is_missed_cancels_bets_without_a_request() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            headers = await stage.log_in()
            report = await stage.place(headers)
            alive = await stage.http.post(
                "/exchange/heartbeat/rest/v1.0/heartbeat/", json={"preferredTimeoutSeconds": 10}, headers=headers
            )
            assert alive.json() == {"actualTimeoutSeconds": 10, "actionPerformed": "NONE"}
            await stage.sees(HeartbeatExpired)

        bet_id = int(report["instructionReports"][0]["betId"])
        assert stage.world.exchange.orders[bet_id].size_cancelled == 2_00

    # A second of this world is a hundredth of a real one.
    on_stage(scenario(100, "+P1D"), play)


# Bets that wait


def test_a_bet_in_play_is_answered_when_its_delay_is_over() -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            headers = await stage.log_in()
            async with asyncio.timeout(PATIENCE_SECONDS):
                report = await stage.place(headers)

        assert report["status"] == "SUCCESS", report
        assert report["instructionReports"][0]["betId"]

    # A second of this world is a hundredth of a real one.
    on_stage(scenario(100, "-PT1S", "turn-in-play", turnInPlay=True, betDelay=5), play)


@pytest.mark.parametrize("move", [{"advance": "PT5S"}, {"toNext": True}, {"rate": 1_000}])
def test_a_bet_in_a_frozen_world_waits_until_somebody_moves_the_clock(move: dict[str, Any]) -> None:
    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            headers = await stage.log_in()
            placing = asyncio.create_task(stage.place(headers))
            await stage.sees(OrdersHeld)
            await stage.control("clock", {"advance": "PT4.999S"})
            assert not placing.done()
            await stage.control("clock", move)
            async with asyncio.timeout(PATIENCE_SECONDS):
                report = await placing

        assert report["status"] == "SUCCESS", report
        assert any(isinstance(event, OrderPlaced) for event in stage.events)

    on_stage(scenario(0, "-PT1S", "turn-in-play", turnInPlay=True, betDelay=5), play)


@pytest.mark.parametrize("end", ["reset", "delete"])
def test_a_bet_that_waits_in_a_world_that_ends_is_answered_all_the_same(end: str) -> None:
    async def play(stage: Stage) -> None:
        world = stage.worlds.create(
            load_scenario(scenario(0, "-PT1S", "turn-in-play", turnInPlay=True, betDelay=5), "scenario of the test")
        )
        account = next(iter(world.accounts.by_username.values()))
        session = log_in(world, account.username, account.password, account.app_key)
        assert session is not None
        headers = {"x-application": account.app_key, "x-authentication": session.token}
        held = asyncio.Event()
        world.listen(lambda happened: isinstance(happened.input, PlaceOrders) and held.set())
        async with stage.lifespan():
            placing = asyncio.create_task(stage.place(headers))
            async with asyncio.timeout(PATIENCE_SECONDS):
                await held.wait()
                path = f"/control/v1/worlds/{world.id}"
                ended = await (stage.http.delete(path) if end == "delete" else stage.http.post(f"{path}/reset"))
                assert ended.is_success
                report = await placing

        assert report["status"] == "TIMEOUT"

    on_stage(scenario(0, "+P1D"), play)


def test_a_world_that_goes_back_to_a_running_clock_does_not_wait_for_a_request() -> None:
    """What is due next is due at the same time before and after, but the clock stood still."""
    text = scenario(0, "+PT1H")
    other = World(load_scenario(text, "scenario of the test"), real_time=RealTime(lambda: 0, lambda: 0.0))
    other.do(AdvanceClock(3_599_950))
    other.do(SetClockRate(1))
    snapshot = Raw(encode_snapshot(other.snapshot()))

    async def play(stage: Stage) -> None:
        async with stage.lifespan():
            stage.world.do(AdvanceClock(1)).accepted()
            await asyncio.sleep(0)
            stage.world.do(Restore(snapshot)).accepted()
            await stage.sees(MarketChanged)

    on_stage(text, play)


def test_to_keep_the_time_of_a_world_costs_the_same_however_many_others_there_are() -> None:
    def cost_among(number: int) -> int:
        worlds = Worlds()
        scenarios = [load_scenario(scenario(1, "+PT1H"), "scenario of the test") for _ in range(number)]
        *_, last = [worlds.create(one) for one in scenarios]
        keeper = Timekeeper(worlds)

        async def start() -> None:
            keeper.start()

        with asyncio.Runner() as runner:
            runner.run(start())
            for _ in range(2):
                last.do(AdvanceClock(60_000)).accepted()
                cost = steps(lambda: runner.run(asyncio.sleep(0)))
        return cost

    assert cost_among(2) == cost_among(40)
