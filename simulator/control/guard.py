"""Who may ask the control API: whoever has its token, and no page of another site.

A browser sends a page's requests with whatever the page wants, also to this machine, so that any page that somebody
looks at could drive our API. Two headers tell such requests apart, and no program that is not a browser has to send
either: `Origin`, which must be the address asked, and `Sec-Fetch-Site`, which must not be `cross-site`.

A page may also have its own name resolved to this machine, and then it asks its own address. Where no token stops it
the `Host` must therefore name this machine: no other name leads here unless somebody means it to.
"""

import hmac
import ipaddress
import re
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from simulator.control.problems import Forbidden, Problem, Unauthorized

_AUTHORITY: Final = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORTS: Final = {"http": "80", "https": "443"}


class ControlGuard:
    """Stands before an application and lets through what may ask the control API, and all that asks something else.

    Without a `token` only requests to a loopback address or name are let through, with one only those that carry it.
    """

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app: Final = app
        self._expected: Final = None if token is None else f"Bearer {token}".encode("latin-1")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or hand it on."""
        if scope["type"] == "http" and (scope["path"] == "/control" or scope["path"].startswith("/control/")):
            problem = self._problem(scope)
            if problem is not None:
                await problem.answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _problem(self, scope: Scope) -> Problem | None:
        """Return why a request is not let through, or `None`."""
        hosts = _values(scope, b"host")
        if "cross-site" in _values(scope, b"sec-fetch-site"):
            return Forbidden("A page of another site asks, as the header Sec-Fetch-Site says.")
        for origin in _values(scope, b"origin"):
            if not _is_own(origin, hosts):
                return Forbidden(f"A page of {origin[:200]!r} asks, which is not the address it asks.")
        if self._expected is not None:
            return (
                None
                if self._is_authorized(scope)
                else Unauthorized(
                    "This address is not for everybody: send the token that the server printed as it started."
                )
            )
        for host in hosts:
            if not is_loopback(host):
                return Forbidden(
                    f"The request is for the host {host[:200]!r}. Without a control token only a loopback address may "
                    "be asked, such as 127.0.0.1 or localhost."
                )
        return None

    def _is_authorized(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        # Compared in constant time: the address may be open to a whole network.
        return len(given) == 1 and self._expected is not None and hmac.compare_digest(given[0], self._expected)


def is_loopback(host: str) -> bool:
    """Return whether a Host header, with or without a port, names the machine itself.

    >>> is_loopback("127.0.0.1:8000"), is_loopback("[::1]"), is_loopback("evil.example")
    (True, True, False)
    """
    match = _AUTHORITY.fullmatch(host)
    if match is None:
        return False
    name = match["name"].strip("[]").removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_own(origin: str, hosts: list[str]) -> bool:
    """Return whether an origin is the address that a request is for."""
    scheme, _, authority = origin.partition("://")
    if scheme not in _DEFAULT_PORTS or len(hosts) != 1:
        return False
    theirs, ours = _AUTHORITY.fullmatch(authority), _AUTHORITY.fullmatch(hosts[0])
    default = _DEFAULT_PORTS[scheme]
    return (
        theirs is not None
        and ours is not None
        and (theirs["name"], theirs["port"] or default) == (ours["name"], ours["port"] or default)
    )


def _values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1").strip().lower() for name, value in scope["headers"] if name == wanted]
