"""The options of commands that start a server, and what becomes of them: one decorator, `prepares_server`."""

import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click
from click.core import ParameterSource
from msgspec import structs

from simulator.beginning_options import First, chooses_scenario, reads_recordings
from simulator.betfair.dispatch import FaceSettings
from simulator.betfair.errors import ApiErrorCode
from simulator.betfair.stream.hub import StreamSettings
from simulator.control.collection import full_collections_put_off
from simulator.ending import end
from simulator.first_world import CannotBegin
from simulator.http_protocol import ConnectionLimits
from simulator.journal_file import JournalError
from simulator.launch import PreparedServer, RecordOptions, ServerOptions, TlsMissing, TlsOptions
from simulator.log_output import LOG_LEVELS, show_log
from simulator.namespaces import NoNamespaces
from simulator.reading_recordings import RecordingReader
from simulator.server import CannotAnnounce, CannotListen, CannotWrite
from simulator.transparency import PORT as TRANSPARENT_PORT
from simulator.transparency import STREAM_HOST
from simulator.world.format.document import ScenarioError
from simulator.world.recordings import CannotFollow
from simulator.world.worlds import MOST_WORLDS

CANNOT_LISTEN: Final = 1
CANNOT_SAY: Final = 1
CANNOT_WRITE: Final = 1
NO_TLS: Final = 1
NO_JOURNAL: Final = 1
CANNOT_BEGIN: Final = 2
NO_NAMESPACES: Final = 1
WRONG_SCENARIO: Final = 2

SECONDS: Final = click.FloatRange(0.01, 86_400)
PORT: Final = click.IntRange(0, 65535)
HTTP_PORT: Final = 8000
STREAM_PORT: Final = 8001
HTTPS_PORT: Final = 8443
ANY_PORT: Final = 0
IMAGE, REFUSE = "image", "refuse"


def _check_token(_: click.Context, __: click.Parameter, token: str | None) -> str | None:
    if token and re.fullmatch("[!-~]+", token) is None:
        raise click.BadParameter("a token travels in a header, so it is of visible ASCII characters")
    return token or None


def _chooses_face(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options about what is not known for certain of the real services.

    They are handed over as `face`, and what concerns the stream as `stream`.
    """

    @click.option(
        "--missing-session",
        type=click.Choice([ApiErrorCode.NO_SESSION.value, ApiErrorCode.INVALID_SESSION_INFORMATION.value]),
        default=ApiErrorCode.NO_SESSION.value,
        show_default=True,
        help="What a request without X-Authentication gets.",
    )
    @click.option(
        "--batches-in-completion-order", is_flag=True, help="Answer the calls of a batch as they end, not as sent."
    )
    @click.option("--certificate-required", is_flag=True, help="Refuse every certlogin in plain HTTP.")
    @click.option("--accept-expect", is_flag=True, help="Take requests with Expect: 100-continue, and not answer 417.")
    @click.option(
        "--unknown-clock",
        type=click.Choice([IMAGE, REFUSE]),
        default=IMAGE,
        show_default=True,
        help="What a subscription gets whose initialClk and clk the stream does not know any more: a new image, or "
        "INVALID_CLOCK.",
    )
    @wraps(function)
    def command(
        missing_session: str,
        batches_in_completion_order: bool,
        certificate_required: bool,
        accept_expect: bool,
        unknown_clock: str,
        **rest: Any,
    ) -> None:
        face = FaceSettings(
            missing_session=ApiErrorCode(missing_session),
            batch_in_completion_order=batches_in_completion_order,
            certificate_required=certificate_required,
            accepts_expect=accept_expect,
        )
        function(face=face, stream=StreamSettings(refuses_unknown_clocks=unknown_clock == REFUSE), **rest)

    return command


def _chooses_limits(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options about how long connections may take, and hand them over as `limits`."""
    default = ConnectionLimits()

    @click.option(
        "--request-timeout",
        type=SECONDS,
        default=default.request_seconds,
        show_default=True,
        help="Seconds in which a request has to arrive, from its first byte to its last.",
    )
    @click.option(
        "--idle-timeout",
        type=SECONDS,
        default=default.idle_seconds,
        show_default=True,
        help="Seconds after which a connection ends on which nothing is asked, or no answer is read.",
    )
    @wraps(function)
    def command(request_timeout: float, idle_timeout: float, **rest: Any) -> None:
        function(limits=ConnectionLimits(request_seconds=request_timeout, idle_seconds=idle_timeout), **rest)

    return command


def _chooses_tls(default_port: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that adds the options about TLS and hands them over as `tls`, which may be `None`."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @click.option(
            "--tls", is_flag=True, help="Speak HTTPS too, with certificates of an authority that is made for it."
        )
        @click.option("--tls-port", type=PORT, help=f"Of HTTPS; 0 picks a free one.  [default: {default_port}]")
        @click.option(
            "--tls-folder",
            type=click.Path(file_okay=False, path_type=Path),
            help="Where to write the certificate to trust, and one with its key for each account; a temporary folder "
            "without this option.",
        )
        @click.option("--no-http", is_flag=True, help="Speak HTTPS only.")
        @wraps(function)
        def command(*, tls: bool, tls_port: int | None, tls_folder: Path | None, no_http: bool, **rest: Any) -> None:
            given = {"--tls-port": tls_port is not None, "--tls-folder": tls_folder is not None, "--no-http": no_http}
            tls = tls or rest.get("transparent", False)
            if not tls and any(given.values()):
                raise click.UsageError(f"{next(name for name, is_given in given.items() if is_given)} needs --tls.")
            port = default_port if tls_port is None else tls_port
            options = TlsOptions(port=port, folder=tls_folder, beside_http=not no_http) if tls else None
            function(tls=options, **rest)

        return command

    return decorate


def prepares_server(
    default_port: int,
    default_tls_port: int,
    chooses_beginning: Callable[[Callable[..., None]], Callable[..., None]] = chooses_scenario,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator for commands that start a server: it adds their options and hands them the server."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
        @click.option("--port", type=PORT, default=default_port, show_default=True, help="0 picks a free one.")
        @click.option(
            "--stream-port",
            type=PORT,
            help="Of the stream; 0 picks a free one.  "
            f"[default: {STREAM_PORT} beside port {HTTP_PORT}, else a free one]",
        )
        @click.option(
            "--record",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="FOLDER",
            help="Write what the stream tells of every market into this folder, a file a market.",
        )
        @click.option("--record-compressed", is_flag=True, help="With --record: compress files once they are complete.")
        @click.option(
            "--most-worlds",
            type=click.IntRange(min=1),
            default=MOST_WORLDS,
            show_default=True,
            metavar="N",
            help="How many worlds there may be at a time, the first one among them.",
        )
        @reads_recordings
        @click.option("--seed", type=int, default=0, show_default=True, help="Other made-up ids for another number.")
        @click.option(
            "--control-token",
            envvar="BETSIM_CONTROL_TOKEN",
            metavar="TOKEN",
            callback=_check_token,
            help="Token for the control API. Without this option it needs none on a loopback address and one that is "
            "made up on any other.",
        )
        @click.option(
            "--log-level",
            type=click.Choice(LOG_LEVELS),
            default="info",
            show_default=True,
            expose_value=False,
            callback=lambda _, __, level: show_log(level),
            help="What is told on standard error; info has a line for every request that is refused, with the reason.",
        )
        @chooses_beginning
        @_chooses_tls(default_tls_port)
        @_chooses_face
        @_chooses_limits
        @wraps(function)
        def command(
            host: str,
            port: int,
            stream_port: int | None,
            record: Path | None,
            record_compressed: bool,
            seed: int,
            first: First,
            control_token: str | None,
            **rest: Any,
        ) -> None:
            settings = {
                name: rest.pop(name) for name in ("face", "stream", "limits", "tls", "most_worlds", "recordings_from")
            }
            if rest.pop("transparent", False):
                _refuse_addresses()
                settings |= {"is_transparent": True, "stream_host": STREAM_HOST}
                settings["tls"] = structs.replace(settings["tls"], port=TRANSPARENT_PORT)
                stream_port = TRANSPARENT_PORT
            if record_compressed and record is None:
                raise click.UsageError("--record-compressed needs --record.")
            if record is not None:
                settings["record"] = RecordOptions(folder=record, is_compressed=record_compressed)
            if stream_port is None:
                stream_port = STREAM_PORT if port == HTTP_PORT else ANY_PORT
            settings["stream_port"] = stream_port
            settings |= {"host": host, "port": port, "seed": seed, "control_token": control_token}
            function(_prepare(first, **settings), **rest)

        return command

    return decorate


def serve_until_stopped(server: PreparedServer) -> None:
    """Serve until Ctrl-C or SIGTERM, and say on standard output when every port answers."""
    if sys.stdout is None:
        end("standard output is closed, so nobody would learn that the server is ready.", CANNOT_SAY)
    click.echo(server.introduction(), err=True)
    try:
        server.serve(on_ready=lambda: click.echo(server.ready_line))
    except CannotAnnounce as error:
        # What was not written would be tried again at the end of the program, and complained about again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        end(str(error), CANNOT_SAY)


def _refuse_addresses() -> None:
    """Refuse what is said of addresses beside `--transparent`, which are those of the real services."""
    context = click.get_current_context()
    for name in ("host", "stream_port", "tls_port"):
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            option = name.replace("_", "-")
            raise click.UsageError(f"--{option} has no place beside --transparent: the addresses are the real ones.")


def _prepare(first: First, **options: Any) -> PreparedServer:
    """Prepare a server from the rest of `ServerOptions`, or say what is wrong and end the program."""
    try:
        # What is made on the way to a large world stays: the collector would look at all of it time and again.
        with full_collections_put_off():
            recordings = RecordingReader(options["recordings_from"])
            return PreparedServer(ServerOptions(first=first(options["seed"], recordings), **options))
    except ScenarioError as error:
        end(str(error), WRONG_SCENARIO)
    except (CannotBegin, CannotFollow) as error:
        end(str(error), CANNOT_BEGIN)
    except JournalError as error:
        end(str(error), NO_JOURNAL)
    except CannotListen as error:
        end(str(error), CANNOT_LISTEN)
    except CannotWrite as error:
        end(str(error), CANNOT_WRITE)
    except TlsMissing as error:
        end(str(error), NO_TLS)
    except NoNamespaces as error:
        end(str(error), NO_NAMESPACES)
