"""A world as a test holds it."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

from simulator.testing.errors import BetsimError, is_sentence
from simulator.testing.place import Place
from simulator.testing.scenarios import DEFAULT_SCENARIO, ScenarioLike, scenario_of
from simulator.testing.watching import WatchedWorld

__tracebackhide__ = is_sentence

if TYPE_CHECKING:
    import httpx

    from simulator.testing.transport import Clients


class World(WatchedWorld):
    """A world of its own, with nothing of any other in it.

        with World("derby") as world:
            world.offer("1.113197491", 1, back=[(2.5, 100)])
            world.advance("PT5M")

    Made like this it is in this process and has no port: `http` and `async_http` are clients of httpx that lead to it.
    `Server.new_world` makes one that is served. Closed at the end of a `with`, or by `close`, it is gone.

    Every argument that is wrong and everything that the world does not allow is a `BetsimError`. Worlds may be used
    from any thread, and from `async` tests: nothing here waits for anything but `wait_for`.
    """

    def __init__(self, scenario: ScenarioLike = DEFAULT_SCENARIO, *, seed: int = 0, place: Place | None = None) -> None:
        """Begin a world of a scenario: a name that `betsim scenario list` has, a file, or the document as a mapping.

        The seed is the number that made-up ids come from. A `place` is where the world shall be, such as a server.
        """
        checked = scenario_of(scenario, seed)
        somewhere = Place() if place is None else place
        super().__init__(somewhere, somewhere.begin(checked, seed))
        self._owns_place = place is None
        own_names = (account.username for account in self._world.scenario.accounts)
        self._written_names = dict(zip(own_names, (account.username for account in checked.accounts), strict=True))
        self._clients: Clients | None = None

    @property
    def scenario(self) -> str:
        """Return the name of the scenario."""
        return self._world.scenario.name

    @property
    def seed(self) -> int:
        """Return the number that made-up ids come from."""
        return self._world.seed

    @property
    def url(self) -> str:
        """Return the address of the server, without a path; of a world in process, what stands for it."""
        return self._place.url

    @property
    def stream(self) -> tuple[str, int]:
        """Return host and port of the stream; raise `BetsimError` where there is none."""
        if self._place.stream is None:
            raise BetsimError("Here is no stream: it has a port of its own, which `serve(stream=True)` opens.")
        return self._place.stream

    @property
    def http(self) -> "httpx.Client":
        """Return a client of httpx whose requests are answered in this process: `world.http.get("/health")`."""
        return self._leading_here().plain

    @property
    def async_http(self) -> "httpx.AsyncClient":
        """Return the same for `await`."""
        return self._leading_here().waiting

    @property
    def is_open(self) -> bool:
        """Return whether the world can still be asked."""
        return self._place.engine.is_running

    def written_name(self, username: str) -> str:
        """Return what the scenario calls a customer, who has another name where another world had that one first."""
        return self._written_names[username]

    def reset(self) -> None:
        """Let the world begin again as its scenario says. All sessions end."""
        self.control("POST", "reset")

    def close(self) -> None:
        """End the world and give its names free. Once more does nothing."""
        if self._clients is not None:
            self._clients.close()
            self._clients = None
        if self._owns_place:
            self._place.close()
        elif self._place.engine.is_running:
            self._place.end(self._world)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<World {self.id!r} of the scenario {self.scenario!r}>"

    def _leading_here(self) -> "Clients":
        """Return clients of httpx; raise `BetsimError` where it is not installed."""
        if self._clients is None:
            try:
                from simulator.testing.transport import Clients  # noqa: PLC0415, nothing else needs httpx
            except ModuleNotFoundError as error:
                raise BetsimError(
                    f"Requests in process are made with httpx, and {error.name!r} is not installed."
                ) from None
            self._clients = Clients(self._place)
        return self._clients
