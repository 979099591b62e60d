"""A server that keeps a journal is killed at any moment, and the next one has every bet that was acknowledged."""

import json
import multiprocessing
import random
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn

import httpx
import msgspec
import pytest

from simulator.first_world import first_world
from simulator.journal_file import JournalFile
from simulator.journal_keeper import JournalKeeper
from simulator.launch import JOURNAL_LOST, PreparedServer, ServerOptions
from simulator.reading_recordings import open_recordings
from simulator.world.worlds import Worlds
from tests.contract.bettor import RACE, SCENARIO, back, lay
from tests.serving import CHECKOUT, PATIENCE_SECONDS, authorities, post

LOGIN = {"username": "alice", "password": "secret"}
KEY = {"X-Application": "alice-live", "Accept": "application/json"}

# A process that is forked from one that has read everything starts in no time.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])


def serve(scenario: str | None, journal: Path, room_bytes: int | None, ready: "Connection[str, str]") -> None:
    """Serve in this process, which may write files of so many bytes."""
    if room_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, room_bytes))
    first = first_world(scenario, None, journal, 0)
    options = ServerOptions(host="127.0.0.1", port=0, stream_port=0, first=first, seed=0, control_token=None)
    server = PreparedServer(options)
    server.serve(on_ready=lambda: ready.send(server.url or ""))


@contextmanager
def served(scenario: str | None, journal: Path, room_bytes: int | None = None) -> Iterator[tuple[Any, str]]:
    """A server and its URL; the server is killed at the end."""
    ours, its = PROCESSES.Pipe()
    process = PROCESSES.Process(target=serve, args=(scenario, journal, room_bytes, its), daemon=True)
    process.start()
    try:
        assert ours.poll(PATIENCE_SECONDS), "no server is ready"
        yield process, ours.recv()
    finally:
        process.kill()
        process.join()
        ours.close()
        its.close()


def new_client() -> httpx.Client:
    return httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False, verify=authorities())


def logged_in(url: str) -> str:
    token: str = post(f"{url}/api/login", data=LOGIN, headers=KEY).json()["token"]
    return token


class Bettor(threading.Thread):
    """Bets until nobody answers any more, and remembers which bets were acknowledged."""

    def __init__(self, http: httpx.Client, url: str, token: str, strategy: str, market: str = RACE) -> None:
        super().__init__(daemon=True)
        self._http = http
        self._url = f"{url}/exchange/betting/rest/v1.0/placeOrders/"
        self._headers = {**KEY, "X-Authentication": token}
        self._strategy = strategy
        self._market = market
        self.acknowledged: list[str] = []

    def run(self) -> None:
        try:
            while True:
                self._bet()
        except httpx.TransportError:
            return

    def _bet(self) -> None:
        instruction = (back if len(self.acknowledged) % 3 else lay)(2.0, 2.0)
        params = {"marketId": self._market, "instructions": [instruction], "customerStrategyRef": self._strategy}
        report = self._http.post(self._url, json=params, headers=self._headers).json()
        if report["status"] == "SUCCESS":
            self.acknowledged += [one["betId"] for one in report["instructionReports"]]


def never(problem: str) -> NoReturn:
    raise AssertionError(problem)


def bets_in(journal: Path) -> set[str]:
    """The bets that a journal leads to, in a world whose ledger balances."""
    file, worlds = JournalFile(journal), Worlds(open_recordings=open_recordings)
    keeper = JournalKeeper(file, worlds, on_failure=never, call_soon=lambda work: work())
    exchange = worlds.default.exchange
    assert sum(exchange.ledger.balances.values()) == 0
    keeper.close()
    return {str(order.bet_id) for order in exchange.orders.values()}


def kill_again_and_again(
    folder: Path, times: int, seed: int, document: dict[str, Any] = SCENARIO, market: str = RACE
) -> int:
    """Kill a server under load so many times; return how many bets were acknowledged in all."""
    scenario, journal = folder / "scenario.json", folder / "journal"
    accounts = [{**one, "balance": 1_000_000, "exposureLimit": None} for one in SCENARIO["accounts"]]
    scenario.write_text(json.dumps({**document, "accounts": accounts}), encoding="utf-8")
    moments, acknowledged = random.Random(seed), set[str]()
    with served(str(scenario), journal) as (_, url):
        # The session goes on whatever becomes of the server.
        token = logged_in(url)
    clients = [new_client() for _ in range(2)]
    for number in range(times):
        with served(None, journal) as (process, url):
            bettors = [Bettor(http, url, token, f"round{number % 100}", market) for http in clients]
            for bettor in bettors:
                bettor.start()
            threading.Event().wait(moments.uniform(0, 0.15))
            process.kill()
            for bettor in bettors:
                bettor.join(PATIENCE_SECONDS)
            process.join()
        new = {bet for bettor in bettors for bet in bettor.acknowledged}
        assert not new & acknowledged, "a bet id was given twice"
        acknowledged |= new
        if number % 5 == 0 or number == times - 1:
            assert acknowledged <= bets_in(journal)
    for http in clients:
        http.close()
    return len(acknowledged)


def test_every_bet_that_was_acknowledged_survives_fifty_kills(tmp_path: Path) -> None:
    assert kill_again_and_again(tmp_path, 50, seed=1) > 100


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(20))
def test_every_bet_that_was_acknowledged_survives_a_thousand_kills(tmp_path: Path, seed: int) -> None:
    assert kill_again_and_again(tmp_path, 50, seed=100 + seed) > 100


def test_every_bet_in_a_recorded_market_that_goes_on_meanwhile_survives_kills(tmp_path: Path) -> None:
    files = [str(file) for file in sorted((CHECKOUT / "fixtures" / "recorded").glob("*.bz2"))]
    recorded = open_recordings.scenario_of(files)
    recordings = msgspec.to_builtins(recorded.recordings)
    # Before the off of four minutes later, however long it takes: in play bets are answered a second later.
    document = {"name": "recorded", "clock": {"now": recorded.clock.now, "rate": 4}, "recordings": recordings}

    assert kill_again_and_again(tmp_path, 12, 7, document, "1.260606101") > 20


def test_a_server_whose_disk_is_full_stops_and_has_what_it_acknowledged(
    tmp_path: Path,
) -> None:
    scenario, journal = tmp_path / "scenario.json", tmp_path / "journal"
    scenario.write_text(json.dumps(SCENARIO), encoding="utf-8")
    with new_client() as http, served(str(scenario), journal, room_bytes=400_000) as (process, url):
        bettor = Bettor(http, url, logged_in(url), "full")
        bettor.start()
        process.join(PATIENCE_SECONDS)
        assert process.exitcode == JOURNAL_LOST
        bettor.join(PATIENCE_SECONDS)

    assert bettor.acknowledged
    assert set(bettor.acknowledged) <= bets_in(journal)
