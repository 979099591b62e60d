"""A flumine strategy, live and with nothing changed but where it connects to, agrees with our ledger at the end."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.fair import AWAY, DRAW, FAIR, HOME, MATCH_ODDS
from tests.clients.library import ServedWorld
from tests.serving import PATIENCE_SECONDS, WITH_TLS, Served, let_read_documents, serving

FLUMINE = os.environ.get("BETSIM_FLUMINE")
"""The interpreter of an environment in which flumine is installed: it cannot share one with what our tests need."""

pytestmark = pytest.mark.skipif(not FLUMINE, reason="BETSIM_FLUMINE names no interpreter that has flumine")


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    folder = tmp_path_factory.mktemp("flumine")
    scenario = folder / "fair.json"
    # An hour of the world passes in six seconds.
    scenario.write_text(json.dumps({**FAIR, "clock": {**FAIR["clock"], "rate": 600}}))
    with serving("--scenario", str(scenario), *WITH_TLS, "--tls-folder", str(folder)) as served:
        let_read_documents(served)
        yield served, folder


def environment(served: Served, folder: Path) -> dict[str, str]:
    alice = served.accounts()[0]
    return {
        **os.environ,
        "BETSIM_HTTPS_URL": str(served.https_url),
        "BETSIM_STREAM": served.stream,
        "BETSIM_USERNAME": alice.username,
        "BETSIM_PASSWORD": alice.password,
        "BETSIM_APP_KEY": alice.app_key,
        "BETSIM_CLIENT_CERTIFICATE": str(folder / "alice" / "client-2048.crt"),
        "BETSIM_CLIENT_KEY": str(folder / "alice" / "client-2048.key"),
        "BETSIM_MARKET": MATCH_ODDS,
        "REQUESTS_CA_BUNDLE": str(served.ca),
        "PYTHONWARNINGS": "ignore",
    }


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 2 * PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.1)


def test_a_strategy_bets_for_an_hour_of_the_world_and_its_blotter_is_our_ledger(
    secure: tuple[Served, Path], http: httpx.Client
) -> None:
    served, folder = secure
    world = ServedWorld(served, http, served.world())
    beginning = _time_of(served, http)
    bot = subprocess.Popen(
        [str(FLUMINE), str(Path(__file__).with_name("flumine_bot.py"))],
        env=environment(served, folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: bot.poll() is not None or _bets(served, http) >= 3, "the bot has backed every runner")
        wait_until(lambda: _time_of(served, http) - beginning > 3600, "an hour of the world has passed")
        world.control(f"markets/{MATCH_ODDS}/turn-in-play")
        results = [{"selectionId": HOME, "status": "WINNER"}]
        results += [{"selectionId": selection_id, "status": "LOSER"} for selection_id in (AWAY, DRAW)]
        world.control(f"markets/{MATCH_ODDS}/settle", {"results": results})
        output, errors = bot.communicate("\n", timeout=2 * PATIENCE_SECONDS)
    finally:
        bot.kill()
    assert bot.returncode == 0, errors
    blotter = json.loads(output.splitlines()[-1])

    assert blotter["closed"] is True
    orders = {order["selection_id"]: order for order in blotter["orders"]}
    assert orders.keys() == {HOME, AWAY, DRAW}
    assert {(order["status"], order["size_matched"]) for order in orders.values()} == {("Execution complete", 4.0)}
    ledger = {order["bet_id"]: order["profit"] for order in blotter["orders"]}
    assert ledger == _profits(served, http)
    assert orders[HOME]["profit"] == pytest.approx(4 * (orders[HOME]["average_price_matched"] - 1))


def _time_of(served: Served, http: httpx.Client) -> float:
    now = http.get(f"{served.control_url}/worlds/default/clock").json()["now"]
    return datetime.fromisoformat(now).timestamp()


def _call(served: Served, http: httpx.Client, operation: str, params: dict[str, Any]) -> Any:
    alice = served.accounts()[0]
    form = {"username": alice.username, "password": alice.password}
    headers = {"X-Application": alice.app_key, "Accept": "application/json"}
    token = http.post(f"{served.url}/api/login", data=form, headers=headers).json()["token"]
    answer = http.post(
        f"{served.url}/exchange/betting/json-rpc/v1",
        json={"jsonrpc": "2.0", "method": f"SportsAPING/v1.0/{operation}", "params": params, "id": 1},
        headers={**headers, "X-Authentication": token},
    )
    return answer.json()["result"]


def _bets(served: Served, http: httpx.Client) -> int:
    return len(_call(served, http, "listCurrentOrders", {})["currentOrders"])


def _profits(served: Served, http: httpx.Client) -> dict[str, float]:
    cleared = _call(served, http, "listClearedOrders", {"betStatus": "SETTLED"})["clearedOrders"]
    return {order["betId"]: order["profit"] for order in cleared}
