"""A server from the options of a command line to its end: alone, or around a command that it serves."""

import asyncio
import os
import shlex
import signal
import socket
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from simulator.app import Application, create_app
from simulator.betfair.dispatch import FaceSettings
from simulator.control.routes import ROOT
from simulator.control.worlds import Addresses
from simulator.http_protocol import ConnectionLimits
from simulator.server import Server, is_loopback, listen, ready_line, url_of
from simulator.world.accounts import CustomerAccount
from simulator.world.format.scenario import Scenario
from simulator.world.ids import unguessable_token
from simulator.world.inputs import EndWorld
from simulator.world.world import World
from simulator.world.worlds import Worlds

NOT_EXECUTABLE: Final = 126
NOT_FOUND: Final = 127
SIGNALLED: Final = 128
"""Added to the number of the signal that ended a command, as shells do."""


class ServerOptions(Struct, frozen=True, kw_only=True):
    """Where to listen, what the default world begins with, and the control token if one is wanted on loopback too.

    `face` is about all worlds, because it says what becomes of requests before it is known which world they are for.
    So are `limits`, which say how long connections may take.
    """

    host: str
    port: int
    scenario: Scenario
    seed: int
    control_token: str | None
    face: FaceSettings = FaceSettings()
    limits: ConnectionLimits = ConnectionLimits()


class PreparedServer:
    """A server that has its port and its default world and does not run yet."""

    def __init__(self, options: ServerOptions) -> None:
        """Bind the port and begin the default world; raise `CannotListen`."""
        self._limits: Final = options.limits
        self._socket: Final[socket.socket] = listen(options.host, options.port)
        self._worlds: Final = Worlds()
        self.url: Final = url_of(self._socket)
        self.control_url: Final = f"{self.url}{ROOT}"
        self.world: Final[World] = self._worlds.create(options.scenario, seed=options.seed)
        # The control API can do anything to every world, so without a token it is for this machine alone.
        token_needed = options.control_token is not None or not is_loopback(self._socket)
        self.control_token: Final = (options.control_token or unguessable_token()) if token_needed else None
        self._app: Final[Application] = create_app(
            self._worlds,
            Addresses(self.url),
            control_token=self.control_token,
            seed=options.seed,
            face=options.face,
        )

    @property
    def ready_line(self) -> str:
        """Return the line that says that this server is ready, and where."""
        return ready_line(self.url, self.control_url)

    @property
    def environment(self) -> dict[str, str]:
        """Return all that a program needs to use the default world, by names of environment variables."""
        variables = {"BETSIM_URL": self.url, "BETSIM_CONTROL": self.control_url, "BETSIM_WORLD": self.world.id}
        if self.control_token is not None:
            variables["BETSIM_CONTROL_TOKEN"] = self.control_token
        for account in list(self.world.accounts.by_username.values())[:1]:
            variables["BETSIM_USERNAME"] = account.username
            variables["BETSIM_PASSWORD"] = account.password
            variables["BETSIM_APP_KEY"] = account.app_key
            variables["BETSIM_DELAYED_APP_KEY"] = account.delayed_app_key
        token = self._bettune_token
        if token is not None:
            variables["BETSIM_BETTUNE_TOKEN"] = token
        return variables

    @property
    def _bettune_token(self) -> str | None:
        """Return the first token of BetTune that is not revoked, or `None`."""
        users = self.world.scenario.bettune.users
        return next((user.token for user in users if not user.revoked), None)

    def introduction(self) -> str:
        """Return what a person at a terminal is told: the credentials, to be pasted into a shell or into Python."""
        lines = [f"# World {self.world.id!r}, scenario {self.world.scenario.name!r}. For a shell:"]
        lines += [f"export {name}={shlex.quote(value)}" for name, value in self.environment.items()]
        accounts = list(self.world.accounts.by_username.values())
        for account in accounts[:1]:
            lines += [
                "# For Python:",
                "import betfairlightweight",
                f"trading = betfairlightweight.APIClient({_arguments(account)})",
                f'trading.identity_uri, trading.api_uri = "{self.url}/api/", "{self.url}/exchange/"',
                "trading.login_interactive()",
            ]
        for account in accounts[1:]:
            lines.append(
                f"# Also: username {account.username!r}, password {account.password!r}, "
                f"app key {account.app_key!r}, delayed app key {account.delayed_app_key!r}"
            )
        for user in self.world.scenario.bettune.users:
            if user.token == self._bettune_token:
                continue
            state = "revoked" if user.revoked else f"plan {user.plan}"
            lines.append(f"# Also: BetTune token {user.token!r} of {user.user!r}, {state}")
        return "\n".join(lines)

    def serve(self, on_ready: Callable[[], None]) -> None:
        """Serve until a signal stops the server; raise `CannotAnnounce` where `on_ready` fails with an `OSError`."""
        Server(self._app, on_ready=on_ready, on_stop=self._close_worlds, limits=self._limits).run_on(self._socket)

    def execute(self, command: Sequence[str], complain: Callable[[str], None]) -> int:
        """Serve while a command runs, with `environment` added to its own, and return its exit status."""
        attendance = SupervisedCommand(command, {**os.environ, **self.environment}, complain)
        server = Server(
            self._app,
            on_ready=lambda: attendance.begin(server),
            on_stop=self._close_worlds,
            on_signal=attendance.take_signal,
            limits=self._limits,
        )
        server.run_on(self._socket)
        return attendance.status

    def _close_worlds(self) -> None:
        # Requests may wait for a clock that will not move any more: closing their worlds answers them.
        for world in self._worlds:
            world.do(EndWorld())


def _arguments(account: CustomerAccount) -> str:
    return f"{account.username!r}, {account.password!r}, app_key={account.app_key!r}"


class SupervisedCommand:
    """A command that is run while a server serves it."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], complain: Callable[[str], None]) -> None:
        self._command: Final = command
        self._environment: Final = environment
        self._complain: Final = complain
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._early_signals: Final[list[int]] = []
        self.status = SIGNALLED + signal.SIGTERM
        """The exit status of the command; until it has one, that of a program that was told to end."""

    def begin(self, server: Server) -> None:
        """Start the command; the server stops when it ends."""
        self._task = asyncio.get_running_loop().create_task(self._run(server))

    def take_signal(self, number: int) -> bool:
        """Leave signals to the command while it runs: a terminal sends it Ctrl-C itself, anything else is passed on."""
        if self._task is None or self._task.done():
            return False
        if number != signal.SIGINT:
            self._pass_on(number)
        return True

    def _pass_on(self, number: int) -> None:
        if self._process is None:
            # It is about to start, or has started and we have not been told yet.
            self._early_signals.append(number)
        elif self._process.returncode is None:
            self._process.send_signal(number)

    async def _run(self, server: Server) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(*self._command, env=self._environment)
        except FileNotFoundError:
            self._fail(f"There is no command {self._command[0]!r}.", NOT_FOUND)
        except (OSError, ValueError) as error:
            self._fail(f"The command {self._command[0]!r} cannot be run: {error}.", NOT_EXECUTABLE)
        else:
            for number in self._early_signals:
                self._pass_on(number)
            status = await self._process.wait()
            self.status = status if status >= 0 else SIGNALLED - status
        server.should_exit = True

    def _fail(self, problem: str, status: int) -> None:
        self._complain(problem)
        self.status = status
