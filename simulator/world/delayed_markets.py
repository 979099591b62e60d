"""What those see whose market data is late: markets as they were some time ago.

Nothing is kept of a market that nobody has asked for late. From when somebody first does, there is a picture of it for
every change (`simulator.exchange.pictures`), for as long as it may still be shown; and none any more once the market
has been closed for as long as data is late.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from simulator.exchange.events import Event, MarketEvent
from simulator.exchange.exchange import Exchange
from simulator.exchange.market import Market
from simulator.exchange.pictures import picture_of


class Picture(NamedTuple):
    """What a market has looked like since a time, in milliseconds since 1970, until the next picture of it."""

    since: int
    market: Market


class DelayedMarkets:
    """The pictures of the markets that are watched, which are those that somebody has asked for late.

    Before a market was watched nothing is known of it. So it is taken to have looked as it did when it was asked for
    first.
    """

    def __init__(self, exchange: Exchange, delay_milliseconds: int, *, concern_who_has_no_funds: bool) -> None:
        self._exchange: Final = exchange
        self._delay_milliseconds: Final = delay_milliseconds
        self._concern_who_has_no_funds: Final = concern_who_has_no_funds
        self.watched: Final[dict[str, deque[Picture]]] = {}

    def concern(self, account: str, *, has_delayed_key: bool) -> bool:
        """Return whether an account sees markets as they were a while ago.

        That is with a delayed key, or without funds: of an account without a balance (manual, isMarketDataDelayed).
        """
        if has_delayed_key or not self._concern_who_has_no_funds:
            return has_delayed_key
        return self._exchange.ledger.balance_of(account) <= 0

    def watch(self, market_id: str, at: int) -> None:
        """Keep pictures of a market from now on."""
        if market_id not in self.watched:
            self._forget_closed(at)
            picture = Picture(at - self._delay_milliseconds, picture_of(self._exchange.markets[market_id]))
            self.watched[market_id] = deque([picture])

    def knows(self, market_id: str, at: int) -> bool:
        """Return whether it is known how a market looked, or it has been closed for so long that it looks as it is."""
        return market_id in self.watched or self._has_long_been_closed(market_id, at)

    def _has_long_been_closed(self, market_id: str, at: int) -> bool:
        settled_at = self._exchange.markets[market_id].settled_at
        return settled_at is not None and settled_at <= at - self._delay_milliseconds

    def _forget_closed(self, at: int) -> None:
        for market_id in [each for each in self.watched if self._has_long_been_closed(each, at)]:
            del self.watched[market_id]

    def hear(self, events: Iterable[Event], at: int) -> None:
        """Take pictures of the markets that events are about, and drop those that will never be shown again."""
        named = {event.market_id for event in events if isinstance(event, MarketEvent)}
        for market_id in named & self.watched.keys():
            pictures = self.watched[market_id]
            last = pictures[-1].market
            if pictures[-1].since == at:
                pictures.pop()
            pictures.append(Picture(at, picture_of(self._exchange.markets[market_id], last)))
            while len(pictures) > 1 and pictures[1].since <= at - self._delay_milliseconds:
                pictures.popleft()

    def seen(self, market_id: str, at: int) -> Market:
        """Return a market of which this is known as those see it at a time whose data is late; else `KeyError`."""
        if self._has_long_been_closed(market_id, at):
            return self._exchange.markets[market_id]
        return self._showing(self.watched[market_id], at)[0].market

    def next_change(self, market_id: str, at: int) -> int | None:
        """Return when after a time those whose data is late see a market change, as far as that is known by now."""
        sights = (picture.since + self._delay_milliseconds for picture in self.watched.get(market_id, ()))
        return next((sight for sight in sights if sight > at), None)

    def state(self, at: int) -> Iterator[tuple[int, Market]]:
        """Yield the pictures that will be shown at a time or later, and since when they hold."""
        for pictures in self.watched.values():
            for picture in self._showing(pictures, at):
                yield picture.since, picture.market

    def _showing(self, pictures: deque[Picture], at: int) -> list[Picture]:
        """Return the pictures but for those that are older than the one shown at a time."""
        past = sum(picture.since <= at - self._delay_milliseconds for picture in pictures)
        return list(pictures)[max(past - 1, 0) :]
