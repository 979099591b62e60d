"""The race card service of the web site, and the page of it on which clients look for an app key.

    GET /exchange/plus/                              a page that has the app key of the web site in it
    GET /rest/v2/raceCard?marketId=1.1&dataEntries=RACE,RUNNERS
    GET /rest/v2/raceResults?marketId=1.1&dataEntries=RACE,RUNNERS&sortBy=DATE_DESC

Source: what a client looks for in the page, sends, and reads. X-Application is the app key of the page; a customer's
is as good (chosen).
"""

import re
from typing import Final

from simulator.betfair import pages
from simulator.betfair.dispatch import Credentials, Dispatcher
from simulator.betfair.errors import BETTING_EXCEPTION, ApiError, Fault, ProtocolError
from simulator.betfair.http import HTML, Endpoint
from simulator.betfair.race_cards import CARD_ENTRIES, RESULT_ENTRIES, races_of
from simulator.betfair.rest import fault_response
from simulator.betfair.schema.race_card import RaceCard
from simulator.betfair.site_endpoints import Query, anybody, query_of, site_endpoint, site_key_of, with_app_key
from simulator.http import JSON, Request, Response
from simulator.world.world import World

CARD, RESULTS = "raceCard", "raceResults"
PAGE: Final = "exchangePage"
"""How a request for the page is called where it is written down."""
PAGE_PATHS: Final = ("/exchange/plus", "/exchange/plus/")
PATHS: Final = {f"/rest/v2/{name}": name for name in (CARD, RESULTS)}

LATEST_FIRST, EARLIEST_FIRST = "DATE_DESC", "DATE_ASC"
_MARKET_ID: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,19}", re.ASCII)


def race_card(world: World, query: Query) -> list[RaceCard]:
    """Return the cards of the races of some markets, in the order of the markets."""
    return [race.card() for race in races_of(world, _market_ids(query), _entries(query, CARD_ENTRIES))]


def race_results(world: World, query: Query) -> list[RaceCard]:
    """Return the results that there are of the races of some markets, the latest race first unless asked otherwise."""
    sort_by = query.get("sortBy") or LATEST_FIRST
    if sort_by not in (LATEST_FIRST, EARLIEST_FIRST):
        problem = f"sortBy is {LATEST_FIRST} or {EARLIEST_FIRST}, and not {sort_by[:80]!r}"
        raise ProtocolError(Fault.CLASS_CONVERSION_FAILURE, problem)
    races = races_of(world, _market_ids(query), _entries(query, RESULT_ENTRIES))
    in_order = sorted(races, key=lambda race: race.start_time, reverse=sort_by == LATEST_FIRST)
    return [race.result() for race in in_order if race.has_result]


def _market_ids(query: Query) -> list[str]:
    ids = [part.strip() for part in query.get("marketId", "").split(",") if part.strip()]
    if not ids:
        raise ProtocolError(Fault.MANDATORY_NOT_DEFINED, "the address has no marketId")
    for one in ids:
        if _MARKET_ID.fullmatch(one) is None:
            raise ProtocolError(Fault.CLASS_CONVERSION_FAILURE, f"{one[:80]!r} is not the id of a market")
    return ids


def _entries(query: Query, known: tuple[str, ...]) -> tuple[str, ...]:
    entries = tuple(part.strip() for part in query.get("dataEntries", "").split(",") if part.strip())
    for one in entries:
        if one not in known:
            problem = f"dataEntries are {', '.join(known)}, and not {one[:80]!r}"
            raise ProtocolError(Fault.CLASS_CONVERSION_FAILURE, problem)
    return entries or known


class ExchangePage:
    """The page: clients look in it for the app key of the web site."""

    methods = ("GET", "HEAD")

    def __init__(self, dispatcher: Dispatcher) -> None:
        self._dispatcher: Final = dispatcher

    async def answer(self, request: Request) -> Response:
        """Answer with the page of the caller's world."""
        credentials = Credentials.of(request.headers)
        try:
            world, username = anybody(self._dispatcher, credentials, query_of(request))
        except (ApiError, ProtocolError) as error:
            uuid = self._dispatcher.refused(PAGE, credentials, error, BETTING_EXCEPTION)
            return fault_response(error, BETTING_EXCEPTION, uuid, JSON)
        self._dispatcher.requests.answered(world, PAGE, username)
        return Response(200, pages.exchange_page(site_key_of(world)), HTML)

    def refuse(self, error: ProtocolError) -> Response:
        """Answer a request that was not read."""
        return fault_response(error, BETTING_EXCEPTION, "", JSON)


def race_card_endpoints(dispatcher: Dispatcher) -> dict[str, Endpoint]:
    """Return what answers, by paths."""
    answers = {CARD: race_card, RESULTS: race_results}
    page = ExchangePage(dispatcher)
    services: dict[str, Endpoint] = {
        path: site_endpoint(dispatcher, name, with_app_key, answers[name]) for path, name in PATHS.items()
    }
    return {**services, **dict.fromkeys(PAGE_PATHS, page)}
