"""What happens in a world's markets: some are added, and things are done to them that a schedule could do as well."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control import problems
from simulator.control.bodies import NAME, read_body, wrong_document
from simulator.control.problems import UnknownMarket, UnknownRunner
from simulator.control.resources import Handler, answer
from simulator.control.schema import MarketDocument, MarketsDocument
from simulator.exchange.market import Market
from simulator.world.format.document import ScenarioError
from simulator.world.inputs import Add
from simulator.world.loading.loading import load_additions, load_happening
from simulator.world.world import World

REMOVE: Final = "remove"
"""The one verb that is done to a runner, and has the runner in its address."""


class MarketHandlers:
    """Everything under `/control/v1/worlds/{world}/markets`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of

    async def add(self, request: Request) -> Response:
        """Add events, markets and happenings to a world."""
        self._world_of(request)
        body = await read_body(request)
        # Asked for again: while the document was on its way the world may have been deleted.
        world = self._world_of(request)
        try:
            additions = load_additions(
                body,
                NAME,
                world.exchange,
                world.catalogue,
                matches=world.bettune.matches,
                origin=world.clock.now(),
            )
        except ScenarioError as error:
            raise wrong_document(error) from None
        world.do(Add(additions)).accepted()
        added = [
            describe_market(world.exchange.markets[entry.id]) for event in additions.events for entry in event.markets
        ]
        return answer(MarketsDocument(added), 201)

    def doing(self, verb: str) -> Handler:
        """Return the handler that does this to the market of the address."""

        async def do(request: Request) -> Response:
            self._market_of(request)
            body = await read_body(request)
            world, market = self._market_of(request)
            return _do(world, market, verb, body)

        return do

    async def remove(self, request: Request) -> Response:
        """Withdraw the runner of the address; the document may name its handicap and the adjustment factor."""
        self._runner_of(request)
        body = await read_body(request)
        world, market, selection_id = self._runner_of(request)
        return _do(world, market, REMOVE, body, selection_id)

    def _market_of(self, request: Request) -> tuple[World, Market]:
        world, market_id = self._world_of(request), request.path_params["market"]
        market = world.exchange.markets.get(market_id)
        if market is None:
            raise UnknownMarket(f"There is no market {market_id!r} in the world {world.id!r}.")
        return world, market

    def _runner_of(self, request: Request) -> tuple[World, Market, int]:
        """Return the selection id with its market; in a handicap market several runners may have it."""
        world, market = self._market_of(request)
        named = request.path_params["selection"]
        for key in market.runners:
            if named == str(key.selection_id):
                return world, market, key.selection_id
        raise UnknownRunner(f"There is no runner {named!r} in the market {market.market_id!r}.")


def _do(world: World, market: Market, verb: str, body: bytes, selection_id: int | None = None) -> Response:
    """Do something to a market, and answer the state it is in then."""
    try:
        happening = load_happening(body, NAME, verb, market.market_id, world.exchange, selection_id)
    except ScenarioError as error:
        raise wrong_document(error) from None
    refusal = world.do(happening).refusal
    if refusal is not None:
        raise problems.Impossible(sentence(refusal.text))
    return answer(describe_market(market))


def describe_market(market: Market) -> MarketDocument:
    """Return the state of a market as it is answered."""
    return MarketDocument(market.market_id, market.status, market.in_play, market.version)


def sentence(text: str) -> str:
    """Return what the exchange says as a sentence."""
    return f"{text[:1].upper()}{text[1:]}."
