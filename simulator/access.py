"""A server that is there already, and as whom to come to it: what the commands that are its clients are told."""

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from msgspec import Struct


class Access(Struct, frozen=True, kw_only=True):
    """A server's URL, `HOST:PORT` of its stream, and the credentials of a customer.

    `ca` is a file with the certificate to trust; with it TLS is spoken.
    """

    url: str
    stream: str
    username: str
    password: str
    app_key: str
    ca: Path | None = None


def takes_access(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say where a server is and as whom to come, and hand them over as `access`."""

    @click.option("--url", envvar="BETSIM_URL", required=True, help="Of the server.  [BETSIM_URL]")
    @click.option("--stream", envvar="BETSIM_STREAM", required=True, metavar="HOST:PORT", help="[BETSIM_STREAM]")
    @click.option("--username", envvar="BETSIM_USERNAME", required=True, help="[BETSIM_USERNAME]")
    @click.option("--password", envvar="BETSIM_PASSWORD", required=True, help="[BETSIM_PASSWORD]")
    @click.option("--app-key", envvar="BETSIM_APP_KEY", required=True, help="[BETSIM_APP_KEY]")
    @click.option(
        "--ca",
        envvar="BETSIM_CA",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Certificate to trust; with it TLS is spoken.  [BETSIM_CA]",
    )
    @wraps(function)
    def command(*, stream: str, **options: Any) -> None:
        if not re.fullmatch(r".+:\d{1,5}", stream):
            raise click.BadParameter(f"{stream!r} is not HOST:PORT", param_hint="--stream")
        credentials = {name: options.pop(name) for name in ("url", "username", "password", "app_key", "ca")}
        function(access=Access(stream=stream, **credentials), **options)

    return command
