"""An application, driven in process: requests without a socket, from tests that are written without `await`."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx

from simulator import data
from simulator.app import Application, create_app
from simulator.control.worlds import Addresses
from simulator.world.clock import REAL_TIME, RealTime
from simulator.world.loading.loading import load_scenario
from simulator.world.worlds import Worlds
from tests.documented import Documented

URL = "http://127.0.0.1:8000"

T = TypeVar("T")


class Client:
    """Sends requests to an application. All run in one event loop, as they would in a server."""

    def __init__(self, app: Application, worlds: Worlds, runner: asyncio.Runner) -> None:
        self.app = Documented(app)
        self.worlds = worlds
        self._runner = runner
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=URL)

    def run(self, work: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
        """Return what some work with the asynchronous client comes to."""

        async def do() -> T:
            return await work(self._http)

        # `Runner.run` would set a handler of signals for each request, which takes longer than many an answer.
        return self._runner.get_loop().run_until_complete(do())

    def request(self, method: str, path: str, **content: Any) -> httpx.Response:
        """Send a request; `json` and the like as in httpx."""
        return self.run(lambda http: http.request(method, path, **content))

    def get(self, path: str, **content: Any) -> httpx.Response:
        """Send a GET request."""
        return self.request("GET", path, **content)

    def post(self, path: str, **content: Any) -> httpx.Response:
        """Send a POST request."""
        return self.request("POST", path, **content)

    def delete(self, path: str, **content: Any) -> httpx.Response:
        """Send a DELETE request."""
        return self.request("DELETE", path, **content)


@contextmanager
def client_of(
    *scenarios: dict[str, Any] | str,
    control_token: str | None = None,
    real_time: RealTime = REAL_TIME,
    most_worlds: int | None = None,
) -> Iterator[Client]:
    """Yield a client of an application that serves a world of each scenario; the first is the default world."""
    worlds = Worlds(real_time=real_time, most=most_worlds)
    for scenario in scenarios:
        text = scenario if isinstance(scenario, str) else json.dumps(scenario)
        worlds.create(load_scenario(text, "scenario of the test"))
    with asyncio.Runner() as runner:
        yield Client(create_app(worlds, Addresses(URL), control_token=control_token), worlds, runner)


@contextmanager
def client_of_shipped(name: str, seconds: Callable[[], float] = lambda: 0.0) -> Iterator[Client]:
    """Yield a client of an application that serves a world of a scenario that ships with the package.

    No real time passes in it but that which `seconds` counts, so that its clock is known to the millisecond.
    """
    real_time = RealTime(REAL_TIME.wall_milliseconds, seconds)
    with client_of(data.fixture_bytes(f"{name}.yaml").decode(), real_time=real_time) as client:
        yield client
