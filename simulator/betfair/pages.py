"""The HTML pages of the identity service: the login form, and the page that leads back with the session.

The flow is that of the exchange's embedded login page: a form posts to /api/login, and the answer is a page whose own
form, named `postLogin`, submits itself to the redirect address with `ssoid` and, where there is one, `errorCode`. The
markup around the fields is ours, as nothing is known about the original's. Source: manual, "El inicio de sesión
interactivo: aplicación de escritorio".
"""

import json
import re
from collections.abc import Collection
from html import escape
from typing import Final
from urllib.parse import urlsplit

DEFAULT_REDIRECT: Final = "https://www.betfair.com"
"""The only address that is allowed without being listed for an app key (manual, interactive login)."""

_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MISLEADING: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
"""Characters that browsers and parsers of addresses read differently: a backslash is a slash to the former."""


def may_redirect_to(url: str, registered: Collection[str] = ()) -> bool:
    """Return whether the login page may lead to an address, with any query, of those registered for an app key.

    To the default address it always may (manual), and to every loopback one, because what is tested against a
    simulator runs beside it. An address that could be read in another way, or names a user, is not allowed: a
    backslash before `@127.0.0.1` takes a browser elsewhere.
    """
    if _MISLEADING.search(url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return False
    if parts._replace(query="").geturl() in registered:
        return True
    return host in _LOOPBACK or (parts.scheme == "https" and host == urlsplit(DEFAULT_REDIRECT).hostname)


def login_page(product: str, url: str, redirect_method: str) -> bytes:
    """Return the form that asks for username and password."""
    hidden = _hidden("product", product) + _hidden("url", url) + _hidden("redirectMethod", redirect_method or "POST")
    return _page(
        "Log in",
        f'<form name="loginForm" method="POST" action="/api/login">{hidden}'
        '<label>Username <input name="username" autocomplete="username"></label>'
        '<label>Password <input name="password" type="password" autocomplete="current-password"></label>'
        '<button name="login" value="true">Log in</button></form>',
    )


def exchange_page(app_key: str) -> bytes:
    """Return the page of the exchange, which tells nothing but the app key of the web site.

    It stands where a client looks for it: after `"default": {"EDSKey":` (betfairlightweight).
    """
    settings = json.dumps({"appKeys": {"default": {"EDSKey": app_key}}}).replace("<", "\\u003c")
    return _page("Exchange", f'<script type="application/json" id="settings">{settings}</script>')


def recovery_page() -> bytes:
    """Return the form that makes an account usable again whose password is to be recovered."""
    return _page(
        "Recover your password",
        '<form name="recoverForm" method="POST" action="/view/recoverpassword">'
        '<label>Username <input name="username" autocomplete="username"></label>'
        '<label>Password <input name="password" type="password" autocomplete="current-password"></label>'
        "<button>Recover</button></form>",
    )


def redirect_page(url: str, redirect_method: str, token: str, error_code: str) -> bytes:
    """Return the page that submits itself to the redirect address: with a session, an error code, or both."""
    method = "GET" if redirect_method.upper() == "GET" else "POST"
    fields = (_hidden("ssoid", token) if token else "") + (_hidden("errorCode", error_code) if error_code else "")
    return _page(
        "Logging in",
        f'<form name="postLogin" method="{method}" action="{escape(url)}">{fields}'
        "<noscript><button>Continue</button></noscript></form>"
        "<script>document.forms.postLogin.submit()</script>",
    )


def failure_page(error_code: str) -> bytes:
    """Return a page that leads nowhere and says why."""
    return _page("Not logged in", f"<p>errorCode={escape(error_code)}</p>")


def status_page(status: str, error_code: str) -> bytes:
    """Return what keepAlive and logout tell a browser."""
    return _page(status, f"<p>{escape(status)}</p>" + (f"<p>errorCode={escape(error_code)}</p>" if error_code else ""))


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _page(title: str, contents: str) -> bytes:
    page = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title></head><body>{contents}</body></html>"
    )
    return page.encode("utf-8", "replace")
