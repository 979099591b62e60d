"""What happens in a world's markets: some are added, and things are done to them that a schedule could do as well."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from simulator.control import problems
from simulator.control.bodies import NAME, read_body, wrong_document
from simulator.control.problems import UnknownMarket
from simulator.control.resources import Handler, answer
from simulator.control.schema import MarketDocument, MarketsDocument
from simulator.exchange.market import Market
from simulator.exchange.refusals import Impossible, Refused
from simulator.world.document import ScenarioError
from simulator.world.loading import load_additions, load_happening
from simulator.world.world import World


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
            additions = load_additions(body, NAME, world.exchange, world.catalogue, origin=world.clock.now())
        except ScenarioError as error:
            raise wrong_document(error) from None
        world.add(additions)
        added = [_describe(world.exchange.markets[entry.id]) for event in additions.events for entry in event.markets]
        return answer(MarketsDocument(added), 201)

    def doing(self, verb: str) -> Handler:
        """Return the handler that does this to the market of the address."""

        async def do(request: Request) -> Response:
            self._market_of(request)
            body = await read_body(request)
            world, market_id = self._market_of(request)
            try:
                happening = load_happening(body, NAME, verb, market_id, world.exchange)
                world.perform(happening)
            except ScenarioError as error:
                raise wrong_document(error) from None
            except (Impossible, Refused) as refusal:
                raise problems.Impossible(_sentence(str(refusal))) from None
            return answer(_describe(world.exchange.markets[market_id]))

        return do

    def _market_of(self, request: Request) -> tuple[World, str]:
        world, market_id = self._world_of(request), request.path_params["market"]
        if market_id not in world.exchange.markets:
            raise UnknownMarket(f"There is no market {market_id!r} in the world {world.id!r}.")
        return world, market_id


def _describe(market: Market) -> MarketDocument:
    return MarketDocument(market.market_id, market.status, market.in_play, market.version)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
