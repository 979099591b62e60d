"""A server from the options of a command line to its end: alone, or around a command that it serves."""

import asyncio
import os
import shlex
import signal
import socket
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from msgspec import Struct

from simulator.app import Application, create_app
from simulator.betfair.dispatch import FaceSettings
from simulator.betfair.stream.hub import StreamSettings
from simulator.betfair.stream.listener import StreamServer
from simulator.betfair.stream.recorder import Recorder
from simulator.control.routes import ROOT
from simulator.control.schema import StreamAddress
from simulator.control.worlds import Addresses
from simulator.first_world import FirstWorld
from simulator.http_protocol import ConnectionLimits
from simulator.journal_file import JournalFile
from simulator.journal_keeper import JournalKeeper
from simulator.reading_recordings import RecordingReader, read_ahead
from simulator.server import Companion, Server, host_and_port_of, is_loopback, listen, ready_line, url_of
from simulator.transparency import lead_here, make_trusted
from simulator.world.accounts import CustomerAccount
from simulator.world.ids import unguessable_token
from simulator.world.inputs import ChangeLogin, EndWorld
from simulator.world.trial import tried
from simulator.world.world import World
from simulator.world.worlds import MOST_WORLDS, Worlds

if TYPE_CHECKING:
    from simulator.secure_serving import SecureServing

JOURNAL_LOST: Final = 3
"""The exit status of a server that ends because it cannot write its journal."""
NOT_EXECUTABLE: Final = 126
NOT_FOUND: Final = 127
SIGNALLED: Final = 128
"""Added to the number of the signal that ended a command, as shells do."""


class TlsMissing(Exception):
    """TLS is wanted, and what it needs is not installed; the sentence says what that is."""


class TlsOptions(Struct, frozen=True, kw_only=True):
    """Where TLS is spoken, and into which folder the certificates go: a temporary one where none is named.

    `beside_http` says whether plain HTTP is spoken as well.
    """

    port: int
    folder: Path | None = None
    beside_http: bool = True


class RecordOptions(Struct, frozen=True, kw_only=True):
    """Into which folder captures of all markets go, and whether they are compressed once they are complete."""

    folder: Path
    is_compressed: bool = False


class ServerOptions(Struct, frozen=True, kw_only=True):
    """Where to listen, with what the first world begins, and the control token if one is wanted on loopback too.

    `face` is about all worlds, because it says what becomes of requests before it is known which world they are for.
    So are `stream`, which says that of the stream, and `limits`, which say how long connections may take. Worlds may
    follow recordings that lie elsewhere under one of the URLs `recordings_from`. A server that
    `is_transparent` moves into a network of its own, in which the real hosts' names lead to it; it then speaks TLS, and
    the stream has a host of its own.
    """

    host: str
    port: int
    stream_port: int
    first: FirstWorld
    seed: int
    control_token: str | None
    most_worlds: int = MOST_WORLDS
    face: FaceSettings = FaceSettings()
    stream: StreamSettings = StreamSettings()
    limits: ConnectionLimits = ConnectionLimits()
    tls: TlsOptions | None = None
    record: RecordOptions | None = None
    recordings_from: tuple[str, ...] = ()
    is_transparent: bool = False
    stream_host: str | None = None


class PreparedServer:
    """A server that has its port and its default world and does not run yet."""

    def __init__(self, options: ServerOptions) -> None:
        """Bind the ports and begin the default world.

        Raise `CannotListen`, `CannotWrite`, `TlsMissing`, `NoNamespaces`, `SnapshotError`, or `JournalError`.
        """
        self._is_transparent: Final = options.is_transparent
        if options.is_transparent:
            lead_here()
        self._limits: Final = options.limits
        plainly = options.tls is None or options.tls.beside_http
        self._socket: Final[socket.socket | None] = listen(options.host, options.port) if plainly else None
        self._secure: Final = _secured(options)
        self.url: Final = None if self._socket is None else url_of(self._socket)
        self.https_url: Final = None if self._secure is None else self._secure.url
        first_socket, first_url = self._socket, self.url
        if first_socket is None or first_url is None:
            assert self._secure is not None
            first_socket, first_url = self._secure.socket.bound, self._secure.url
        self.control_url: Final = f"{first_url}{ROOT}"
        recordings = RecordingReader((*options.recordings_from, *options.first.urls))
        self._worlds: Final = Worlds(
            certificates={} if self._secure is None else self._secure.fingerprints,
            most=options.most_worlds,
            open_recordings=recordings,
        )
        self._keeper: Final = None if options.first.journal is None else self._keeper_of(options.first.journal)
        self.world: Final[World] = self._first_world(options.first, options.seed)
        read_ahead(self._worlds)
        # The control API can do anything to every world, so without a token it is for this machine alone.
        token_needed = options.control_token is not None or not is_loopback(first_socket)
        self.control_token: Final = (options.control_token or unguessable_token()) if token_needed else None
        self._stream: Final = StreamServer(
            self._worlds,
            listen(options.stream_host or options.host, options.stream_port),
            settings=options.stream,
            tls=None if self._secure is None else self._secure.stream_context,
        )
        self.stream: Final = host_and_port_of(self._stream.bound)
        self._companions: Final[list[Companion]] = [self._stream]
        if options.record is not None:
            publisher, wanted = self._stream.publisher, options.record
            self._companions.append(
                Recorder(self._worlds, publisher, wanted.folder, is_compressed=wanted.is_compressed)
            )
        self._app: Final[Application] = create_app(
            self._worlds,
            Addresses(first_url, StreamAddress(*self.stream)),
            control_token=self.control_token,
            seed=options.seed,
            face=options.face,
            recordings=recordings,
        )

    def _keeper_of(self, file: JournalFile) -> JournalKeeper:
        """Return who keeps the journal, with the worlds brought back that it has."""

        def call_soon(work: Callable[[], None]) -> None:
            asyncio.get_running_loop().call_soon(work)

        return JournalKeeper(file, self._worlds, on_failure=_end_at_once, call_soon=call_soon)

    def _first_world(self, first: FirstWorld, seed: int) -> World:
        if len(self._worlds):
            self._register_certificates(self._worlds.default)
            return self._worlds.default
        if first.snapshot is None:
            return self._worlds.create(first.scenario, seed=seed)
        world = tried(self._worlds.prepare_restored(first.snapshot))
        self._worlds.take_in(world)
        return world

    def _register_certificates(self, world: World) -> None:
        """Register the certificates of this server in a world that began under another one."""
        made = {} if self._secure is None else self._secure.fingerprints
        for username, fingerprint in made.items():
            registered = world.sessions.logins.of(world.accounts.by_username[username]).certificates
            if fingerprint not in registered:
                world.do(ChangeLogin(username, certificates=(*registered, fingerprint))).accepted()

    @property
    def ready_line(self) -> str:
        """Return the line that says that this server is ready, and where."""
        ca = None if self._secure is None else self._secure.ca
        return ready_line(self.url, self._stream_address, self.control_url, self.https_url, ca)

    @property
    def _stream_address(self) -> str:
        host, port = self.stream
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    @property
    def environment(self) -> dict[str, str]:
        """Return all that a program needs to use the default world, by names of environment variables."""
        variables = {} if self.url is None else {"BETSIM_URL": self.url}
        variables |= {
            "BETSIM_STREAM": self._stream_address,
            "BETSIM_CONTROL": self.control_url,
            "BETSIM_WORLD": self.world.id,
            **self._secure_environment,
        }
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
    def _secure_environment(self) -> dict[str, str]:
        """Return what a program needs to speak TLS with this server, as the customer whose credentials it finds."""
        if self._secure is None:
            return {}
        variables = {"BETSIM_HTTPS_URL": self._secure.url, "BETSIM_CA": str(self._secure.ca)}
        for files in list(self._secure.clients.values())[:1]:
            variables["BETSIM_CLIENT_CERTIFICATE"] = str(files.certificate)
            variables["BETSIM_CLIENT_KEY"] = str(files.key)
        return variables

    @property
    def trust_environment(self) -> dict[str, str]:
        """Return what makes many programs trust the authority of this server, and no other: empty without TLS."""
        if self._secure is None:
            return {}
        return {"SSL_CERT_FILE": str(self._secure.ca), "REQUESTS_CA_BUNDLE": str(self._secure.ca)}

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
            lines += self._in_python(account)
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

    def _in_python(self, account: CustomerAccount) -> list[str]:
        """Return the lines that log a customer in: interactively in plain HTTP, by certificate over TLS."""
        lines = []
        if self.url is not None:
            lines += [
                "# For Python:",
                "import betfairlightweight",
                f"trading = betfairlightweight.APIClient({_arguments(account)})",
                f'trading.identity_uri, trading.api_uri = "{self.url}/api/", "{self.url}/exchange/"',
                f'trading.navigation_uri = "{self.url}/exchange/betting/rest/v1/en/navigation/menu.json"',
                "trading.login_interactive()",
            ]
        if self._secure is not None:
            folder = str(self._secure.clients[account.username].certificate.parent)
            lines += [
                "# For Python, with TLS and a certificate:",
                "import betfairlightweight, requests",
                "session = requests.Session()",
                # Or else REQUESTS_CA_BUNDLE, where it is set, would count and not what is said here.
                "session.trust_env = False",
                f"session.verify, folder = {str(self._secure.ca)!r}, {folder!r}",
                f"trading = betfairlightweight.APIClient({_arguments(account)}, session=session, certs=folder)",
                f'trading.identity_uri = trading.identity_cert_uri = "{self.https_url}/api/"',
                f'trading.api_uri = "{self.https_url}/exchange/"',
                f'trading.navigation_uri = "{self.https_url}/exchange/betting/rest/v1/en/navigation/menu.json"',
                "trading.login()",
            ]
        return lines

    def serve(self, on_ready: Callable[[], None]) -> None:
        """Serve until a signal stops the server; raise `CannotAnnounce` where `on_ready` fails with an `OSError`."""
        self._run(self._server(on_ready))

    def execute(self, command: Sequence[str], complain: Callable[[str], None], *, trusting: bool = False) -> int:
        """Serve while a command runs, with `environment` added to its own, and return its exit status.

        One that is `trusting` finds `trust_environment` there as well, and where the server is transparent whatever
        else lets programs trust it.
        """
        trust = self.trust_environment if trusting else {}
        if self._is_transparent and self._secure is not None:
            trust = make_trusted(self._secure.ca, os.environ)
        attendance = SupervisedCommand(command, {**os.environ, **self.environment, **trust}, complain)
        server = self._server(lambda: attendance.begin(server), attendance.take_signal)
        self._run(server)
        return attendance.status

    def _server(self, on_ready: Callable[[], None], on_signal: Callable[[int], bool] = lambda _: False) -> Server:
        return Server(
            self._app,
            on_ready=on_ready,
            on_stop=self._close_worlds,
            on_signal=on_signal,
            limits=self._limits,
            secure=None if self._secure is None else self._secure.socket,
            companions=self._companions,
        )

    def _run(self, server: Server) -> None:
        try:
            server.run_on(self._socket)
        finally:
            if self._secure is not None:
                self._secure.close()

    def _close_worlds(self) -> None:
        # That they end here is no part of their stories: the next start brings them back.
        if self._keeper is not None:
            self._keeper.close()
        # Requests may wait for a clock that will not move any more: closing their worlds answers them.
        for world in self._worlds:
            world.do(EndWorld())


def _end_at_once(problem: str) -> NoReturn:
    """End the process and whatever it is doing: nobody shall be answered any more."""
    sys.stderr.write(f"betsim: {problem}\n")
    sys.stderr.flush()
    os._exit(JOURNAL_LOST)


def _secured(options: ServerOptions) -> "SecureServing | None":
    if options.tls is None:
        return None
    return secured(options.host, options.tls, (account.username for account in options.first.scenario.accounts))


def secured(host: str, tls: TlsOptions, usernames: Iterable[str]) -> "SecureServing":
    """Return what a server needs to speak TLS; raise `TlsMissing`, `CannotListen` or `CannotWrite`.

    Certificates are made for customers of these names.
    """
    try:
        # Here and not above: nobody needs it who does not want TLS.
        from simulator.secure_serving import SecureServing  # noqa: PLC0415, see above
    except ModuleNotFoundError as error:
        raise TlsMissing(
            f"TLS needs trustme and pyOpenSSL, and the module {error.name!r} is not installed: "
            "pip install 'betsim[tls]', or in a checkout pip install -c constraints.txt '.[tls]'."
        ) from None
    return SecureServing(host, tls.port, tls.folder, usernames)


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
