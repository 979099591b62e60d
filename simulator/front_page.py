"""`GET /`: what is served where, as a page for browsers and as a text for everything else."""

from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from simulator import __version__
from simulator.control.resources import Resource
from simulator.data import specification_names

SERVED: Final = (
    ("/exchange/betting/json-rpc/v1", "Betfair, betting over JSON-RPC"),
    ("/exchange/betting/rest/v1.0/{operation}/", "Betfair, betting over REST"),
    ("/exchange/account/json-rpc/v1", "Betfair, accounts over JSON-RPC"),
    ("/exchange/account/rest/v1.0/{operation}/", "Betfair, accounts over REST"),
    ("/exchange/heartbeat/json-rpc/v1", "Betfair, heartbeat over JSON-RPC"),
    ("/exchange/heartbeat/rest/v1.0/heartbeat/", "Betfair, heartbeat over REST"),
    ("/exchange/scores/json-rpc/v1", "Betfair, the status of races and the scores of matches over JSON-RPC"),
    ("/exchange/scores/rest/v1.0/{operation}/", "Betfair, the status of races and the scores of matches over REST"),
    ("/exchange/betting/rest/v1/{locale}/navigation/menu.json", "Betfair, the navigation menu"),
    ("/inplayservice/v1.1/{operation}", "Betfair, the in-play service: scores, eventTimeline, eventTimelines"),
    ("/rest/v2/raceCard", "Betfair, race cards: also /rest/v2/raceResults, and the page /exchange/plus/"),
    ("/api/login", "Betfair, identity: also /api/certlogin, /api/keepAlive and /api/logout"),
    ("/view/login", "Betfair, the login page for browsers: also /view/recoverpassword"),
    ("/bet-tune-api/v1/...", "BetTune"),
    ("/control/v1/worlds", "The control API: worlds with their credentials, time, markets and matches"),
    ("/specs/", "All of this in OpenAPI, to be browsed"),
    ("/health", "Whether the server is there"),
)
"""Addresses, and what is there; those without a placeholder that answer GET are links."""

LINKS: Final = frozenset({"/view/login", "/control/v1/worlds", "/specs/", "/health"})
_TITLE: Final = f"betsim {__version__}, an offline stand-in for the Betfair Exchange and for BetTune"


def front_page_routes() -> list[Route]:
    """Return the route of the page."""
    return [Route("/", Resource(get=_front_page))]


async def _front_page(request: Request) -> Response:
    if "text/html" in request.headers.get("accept", "").lower():
        return HTMLResponse(_html(), headers={"vary": "Accept"})
    return PlainTextResponse(_text(), headers={"vary": "Accept"})


def _documents() -> list[str]:
    return [f"/specs/{name}" for name in specification_names()]


def _text() -> str:
    width = max(len(address) for address, _ in SERVED)
    lines = [_TITLE, "", *(f"{address:{width}}  {words}" for address, words in SERVED), "", "Documents:"]
    return "\n".join([*lines, *(f"  {document}" for document in _documents()), ""])


def _html() -> str:
    rows = "".join(f"<tr><td>{_shown(address)}</td><td>{escape(words)}</td></tr>" for address, words in SERVED)
    documents = "".join(f"<li>{_link(document)}</li>" for document in _documents())
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{escape(_TITLE)}</title></head>'
        f"<body><h1>{escape(_TITLE)}</h1><table>{rows}</table><h2>Documents</h2><ul>{documents}</ul></body></html>"
    )


def _shown(address: str) -> str:
    return _link(address) if address in LINKS else f"<code>{escape(address)}</code>"


def _link(address: str) -> str:
    return f'<a href="{escape(address)}">{escape(address)}</a>'
