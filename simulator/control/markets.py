"""What happens in a world's markets: some are added, and things are done to them that a schedule could do as well."""

import asyncio
from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from starlette.requests import Request
from starlette.responses import Response

from simulator.control.bodies import Body, loaded, read_body
from simulator.control.collection import full_collections_put_off
from simulator.control.offers import offered_bets
from simulator.control.performing import performed
from simulator.control.portions import in_portions
from simulator.control.problems import Impossible, UnknownMarket, UnknownRunner
from simulator.control.resources import Handler, answer
from simulator.control.schema import MarketDocument, MarketsDocument, OffersDocument
from simulator.exchange.exchange import Exchange
from simulator.exchange.market import Market
from simulator.world.format.scenario import Additions, MarketHappening
from simulator.world.happened import Happened
from simulator.world.inputs import Add
from simulator.world.loading.loading import loader_of_additions, loader_of_happening
from simulator.world.world import World

RUNNER_VERBS: Final = ("remove", "hide", "reinstate")
"""The verbs that are done to a runner, and have the runner in their addresses."""
OFFERS: Final = "offers"
"""The one verb whose answer says more than the state of the market."""


class MarketHandlers:
    """Everything under `/control/v1/worlds/{world}/markets`."""

    def __init__(self, world_of: Callable[[Request], World]) -> None:
        self._world_of: Final = world_of
        self._adding: Final[WeakKeyDictionary[World, asyncio.Lock]] = WeakKeyDictionary()
        """One document after the other is added to a world: each is checked against what is there then."""

    async def add(self, request: Request) -> Response:
        """Add events, markets and happenings to a world, while other requests are answered."""
        self._world_of(request)
        body = await read_body(request)
        world = self._world_of(request)
        async with self._adding.setdefault(world, asyncio.Lock()):
            with full_collections_put_off():
                additions, exchange = await self._additions(request, body)
                await self._add(request, additions, exchange)
        added = [describe_market(exchange.markets[one.id]) for event in additions.events for one in event.markets]
        return answer(MarketsDocument(added), 201)

    async def _add(self, request: Request, additions: Additions, exchange: Exchange) -> None:
        """Add portion after portion, as long as the world is the one that they were checked against."""
        for portion in in_portions(additions):
            world = self._world_of(request)
            if world.exchange is not exchange:
                raise Impossible("The world began again while this was added to it, and has none of it.")
            world.do(Add(portion)).accepted()
            await asyncio.sleep(0)

    async def _additions(self, request: Request, body: Body) -> tuple[Additions, Exchange]:
        """Return what a document adds to a world, and the exchange that it was checked against."""
        while True:
            world = self._world_of(request)
            exchange = world.exchange
            load = loader_of_additions(
                exchange,
                world.catalogue,
                matches=world.bettune.matches,
                users=world.bettune.users.names,
                scored_events=world.scoreboards.by_event,
                origin=world.clock.now(),
            )
            additions = await loaded(body, load)
            # Meanwhile it may have been deleted, or begun again.
            if self._world_of(request).exchange is exchange:
                return additions, exchange

    def doing(self, verb: str) -> Handler:
        """Return the handler that does this to the market of the address."""

        async def do(request: Request) -> Response:
            world, market = self._market_of(request)
            load = loader_of_happening(verb, market.market_id, world.exchange)
            happening = await loaded(await read_body(request), load)
            # Asked for again: while the document was on its way the world may have been deleted.
            return _do(*self._market_of(request), happening)

        return do

    async def offer(self, request: Request) -> Response:
        """Make offers on a runner of the market of the address, and answer what became of them."""
        world, market = self._market_of(request)
        load = loader_of_happening(OFFERS, market.market_id, world.exchange)
        happening = await loaded(await read_body(request), load)
        world, market = self._market_of(request)
        story: list[Happened] = []
        stop = world.listen(story.append)
        try:
            happened = performed(world, happening)
        finally:
            stop()
        state = describe_market(market)
        bets = offered_bets(happened, story, world.exchange)
        return answer(OffersDocument(state.market_id, state.status, state.in_play, state.version, bets))

    def doing_to_runner(self, verb: str) -> Handler:
        """Return the handler that does this to the runner of the address; the document may name its handicap."""

        async def do(request: Request) -> Response:
            world, market, selection_id = self._runner_of(request)
            load = loader_of_happening(verb, market.market_id, world.exchange, selection_id)
            happening = await loaded(await read_body(request), load)
            world, market, _ = self._runner_of(request)
            return _do(world, market, happening)

        return do

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


def _do(world: World, market: Market, happening: MarketHappening) -> Response:
    """Do something to a market, and answer the state it is in then."""
    performed(world, happening)
    return answer(describe_market(market))


def describe_market(market: Market) -> MarketDocument:
    """Return the state of a market as it is answered."""
    return MarketDocument(market.market_id, market.status, market.in_play, market.version)
