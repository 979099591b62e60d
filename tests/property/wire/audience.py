"""Who reads the stream while programs run: subscribers with different filters, who come, go, and fall behind."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from tests.contract.stream_theatre import StreamClient, StreamTheatre
from tests.property.wire.twin_stream import MarketsTold, Message, OrdersTold
from tests.property.wire.worlds import HANDICAPS, MATCH, RACE

ALL_FIELDS: Final = (
    "EX_BEST_OFFERS_DISP", "EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED", "EX_TRADED_VOL", "EX_LTP",
    "EX_MARKET_DEF", "SP_TRADED", "SP_PROJECTED",
)  # fmt: skip
CONFLATION_SECONDS: Final = 0.5


class Wish(NamedTuple):
    """A subscription of a customer: to orders, or with fields to markets."""

    username: str
    filter: Message
    fields: tuple[str, ...] = ()
    levels: int = 10
    more: Mapping[str, Any] = MappingProxyType({})

    @property
    def is_of_markets(self) -> bool:
        return bool(self.fields)

    @property
    def document(self) -> Message:
        if not self.is_of_markets:
            return {"op": "orderSubscription", "id": 2, "orderFilter": self.filter, **self.more}
        data = {"fields": list(self.fields), "ladderLevels": self.levels}
        return {
            "op": "marketSubscription", "id": 2, "marketFilter": self.filter, "marketDataFilter": data, **self.more
        }  # fmt: skip


CONFLATED: Final = {"conflateMs": round(1000 * CONFLATION_SECONDS)}
WISHES: Final = (
    Wish("alice", {}, ALL_FIELDS),
    Wish("bob", {"eventTypeIds": ["7"]}, ALL_FIELDS, 3, {"segmentationEnabled": True}),
    Wish("carla", {"marketIds": [MATCH, RACE, HANDICAPS, "1.999"]}, ALL_FIELDS, 1, CONFLATED),
    Wish("emil", {"marketIds": [MATCH]}, ("EX_BEST_OFFERS", "EX_LTP")),
    Wish("alice", {}),
    Wish("emil", {"partitionMatchedByStrategyRef": True}, more=CONFLATED),
    Wish("bob", {"customerStrategyRefs": ["one", ""], "partitionMatchedByStrategyRef": True}),
    Wish("alice", {"includeOverallPosition": False}),
)


class Spectator:
    """One subscription, on a connection of its own, and what it has been told."""

    def __init__(self, theatre: StreamTheatre, wish: Wish) -> None:
        self.wish: Final = wish
        self.told = MarketsTold() if wish.is_of_markets else OrdersTold()
        self.client: StreamClient | None = None
        self.is_behind = False
        self.is_deaf = False
        self.complete_before: set[str] = set()
        """The bets that were complete when the image came, which has only those that are not."""
        self._theatre: Final = theatre

    def come(self, complete: set[str]) -> None:
        """Connect and subscribe, from the last message that was heard where there was one."""
        self.client = self._theatre.connect()
        (answer,) = self.client.send(self._theatre.authentication(self.wish.username))
        assert answer["statusCode"] == "SUCCESS", answer
        tokens = {"initialClk": self.told.initial_clk, "clk": self.told.clk} if self.told.clk else {}
        status, *image = self.client.send({**self.wish.document, **tokens})
        assert status["statusCode"] == "SUCCESS", status
        if image[0]["ct"] == "SUB_IMAGE":
            self.complete_before = complete
        for message in image:
            self.told.hear(message)

    def hear(self, complete: set[str]) -> None:
        """Take in what was sent."""
        if self.client is None or self.is_deaf:
            return
        for message in self.client.read():
            if message.get("ct") == "SUB_IMAGE":
                self.complete_before = complete
            self.told.hear(message)

    def leave(self) -> None:
        """Hang up; of what was not taken in nothing is known."""
        assert self.client is not None
        self.client.leave()
        self.client, self.is_behind, self.is_deaf = None, False, False

    def fall_behind(self) -> None:
        assert self.client is not None
        self.client.fall_behind()
        self.is_behind = True

    def read_on(self) -> None:
        assert self.client is not None
        self._theatre.run(self.client.protocol.resume_writing)
        self.is_behind = False

    @property
    def is_attentive(self) -> bool:
        """Whether it knows by now all that it should."""
        return self.client is not None and not self.is_behind and not self.is_deaf

    @property
    def is_conflated(self) -> bool:
        return "conflateMs" in self.wish.more
