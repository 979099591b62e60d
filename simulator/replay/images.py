"""What a world remembers of the recordings that it follows, in a snapshot: everything but what is still to come.

That is how far each file is read, the markets as the recording shows them now, and which of them are followed how. What
our bets have used of them, and what stands before each, is in the books of the exchange, of which the snapshot has an
image of its own. Those books refer to the recorded markets, and are linked with them anew when a world goes on.
"""

from typing import Final

from msgspec import Struct

from simulator.backtest.books import FollowingMarket, FollowingState, PictureOfBook, RecordedBook
from simulator.backtest.engine import Engine
from simulator.backtest.followed import Followed
from simulator.backtest.offers import RecordedOffers
from simulator.exchange.market import Market
from simulator.recorded.images import MarketImage, image_of_market, market_of_image
from simulator.replay.lane import WorldLane
from simulator.replay.messages import Position
from simulator.world.parts import Parts

IMAGED: Final[tuple[tuple[type, frozenset[str]], ...]] = (
    (FollowingState, FollowingState.LINKED),
    (FollowingMarket, Market.FOLLOWS | FollowingMarket.LINKED),
    (RecordedBook, RecordedBook.LINKED),
    (RecordedOffers, RecordedOffers.LINKED),
    (PictureOfBook, frozenset()),
)
"""The classes of an exchange that follows recordings, each with its attributes that are linked anew."""


class RecordingsImage(Struct, frozen=True):
    """All of it. Files stand in the order of the scenario, markets are named by their ids; times are milliseconds."""

    positions: list[Position | None]
    messages: int
    problems: int
    now: int
    markets: list[MarketImage]
    with_books: list[str]
    """The markets for which books are made that follow the recording."""
    followed: list[str]
    left: list[str]
    unsettled: list[tuple[str, str]]
    """Why they are not settled, in this order, which JSON does not keep of members."""
    of_files: list[tuple[int, list[str]]]
    """Places of files that have not ended, each with the markets in it so far."""
    unwanted: list[str] = []
    """Markets that are not followed, since they are not wanted."""


def images_of(engine: Engine) -> list[MarketImage]:
    """Return the images of all markets of which anything was told."""
    return [image_of_market(market.recorded) for market in engine.followed.values()]


def link(image: RecordingsImage, parts: Parts, lane: WorldLane, engine: Engine) -> None:
    """Let the exchange of a world follow the markets of an image, as it did when that was taken.

    Raise `LookupError`, `TypeError` or `ValueError` where the one does not fit the other.
    """
    state = parts.exchange.remembered
    if not isinstance(state, FollowingState):
        raise TypeError("the exchange follows no recordings")
    state.new_books = {}
    lane.state, lane.exchange, lane.now, engine.now = state, parts.exchange, image.now, image.now
    lane.unsettled.update(image.unsettled)
    of_all = {market.id: engine.go_on(market_of_image(market)) for market in image.markets}
    followed = {
        market_id: Followed(lane, of_all[market_id].recorded, of_all[market_id].watched_books)
        for market_id in image.with_books
    }
    for market_id in image.followed:
        lane.followed[market_id] = followed[market_id]
        of_all[market_id].followed.append(followed[market_id])
    for market_id, market in state.markets.items():
        if isinstance(market, FollowingMarket):
            followed[market_id].link(market)
    for pictures in parts.delayed_markets.watched.values():
        for picture in pictures:
            if isinstance(picture.market, FollowingMarket):
                picture.market.new_book = followed[picture.market.market_id].new_book
