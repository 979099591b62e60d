"""Where worlds are: an application with its worlds and the thread in which they live."""

from typing import Any, Final

import msgspec

from simulator.app import Application, create_app
from simulator.control.problems import TYPE_PREFIX, UnknownAddress
from simulator.control.routes import ROOT
from simulator.control.schema import StreamAddress
from simulator.control.worlds import Addresses
from simulator.reading_recordings import open_recordings
from simulator.testing.asking import ask
from simulator.testing.engine import Engine
from simulator.testing.errors import BetsimError, is_sentence
from simulator.world.format.scenario import Scenario
from simulator.world.inputs import EndWorld
from simulator.world.world import World
from simulator.world.worlds import Worlds

__tracebackhide__ = is_sentence

IN_PROCESS: Final = "http://127.0.0.1:8000"
"""What stands for the address of an application without a server. Nobody listens there."""


NOT_SERVED: Final = f"{TYPE_PREFIX}{UnknownAddress.kind}"
_encoder: Final = msgspec.json.Encoder(decimal_format="number")


class Place:
    """An application in this process. Without a server around it, only `transport` leads to it."""

    def __init__(
        self, worlds: Worlds | None = None, *, url: str = IN_PROCESS, stream: tuple[str, int] | None = None
    ) -> None:
        """Make an application for worlds; `url` and `stream` are where a server serves it."""
        self.worlds: Final = Worlds(open_recordings=open_recordings) if worlds is None else worlds
        self.url: Final = url
        self.stream: Final = stream
        self.engine: Final = Engine()
        address = None if stream is None else StreamAddress(*stream)
        self.app: Final[Application] = create_app(self.worlds, Addresses(url, address))

    def begin(self, scenario: Scenario, seed: int) -> World:
        """Begin a world."""
        return self.engine.call(lambda: self.worlds.create(scenario, seed=seed))

    def end(self, world: World) -> None:
        """End a world, if it has not ended: its sessions too, and its names are free again."""

        def end() -> None:
            if not world.has_ended:
                self.worlds.delete(world.id)

        self.engine.call(end)

    def end_all(self) -> None:
        """End all worlds, which answers the requests that wait for their clocks."""
        for world in self.worlds:
            world.do(EndWorld())

    def control(self, method: str, path: str, document: object = None) -> Any:
        """Ask the control API, `path` being what follows `/control/v1/`, and return the document that it answers.

        Raise `BetsimError` with its sentence where it refuses.
        """
        try:
            body = b"" if document is None else _encoder.encode(document)
        except (TypeError, ValueError) as error:
            raise BetsimError(f"What is said about {path!r} is no plain data: {error}.") from None
        heard = self.engine.run(ask(self.app, method, f"{ROOT}/{path}", body))
        answer = heard.document
        if heard.status >= 400 and answer["type"] == NOT_SERVED:
            raise BetsimError(f"This version of betsim has nothing in its control API that is called {path!r}.")
        if heard.status >= 400:
            where = f" ({answer['path']})" if "path" in answer else ""
            raise BetsimError(f"{answer['detail']}{where}")
        return answer

    def close(self) -> None:
        """End all worlds and the thread. Once more does nothing."""
        if self.engine.is_running:
            self.engine.call(self.end_all)
            self.engine.stop()
