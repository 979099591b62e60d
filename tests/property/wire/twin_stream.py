"""What a client makes of the stream's messages, as simply as can be: messages go into a cache, member by member."""

from typing import Any, Final

Message = dict[str, Any]
Place = tuple[int, float]
"""A runner, by its selection id and its handicap."""

BY_PRICE: Final = ("atb", "atl", "trd", "spb", "spl")
BY_LEVEL: Final = ("batb", "batl", "bdatb", "bdatl")
NUMBERS: Final = ("spn", "spf", "ltp", "tv")


class Told:
    """What every subscription has: the tokens from which it can go on, and the rules of images and segments."""

    def __init__(self, list_name: str) -> None:
        self.markets: dict[str, Any] = {}
        self.initial_clk = ""
        self.clk = ""
        self._list_name = list_name
        self._clk_of_segments: str | None = None

    def hear(self, message: Message) -> None:
        """Put a message into the cache."""
        kind, segment = message.get("ct"), message.get("segmentType")
        assert (segment in (None, "SEG_START")) is (self._clk_of_segments is None)
        if kind == "SUB_IMAGE" and segment in (None, "SEG_START"):
            self.markets.clear()
        if kind in ("SUB_IMAGE", "RESUB_DELTA"):
            self._clk_of_segments = message["clk"]
            if segment in (None, "SEG_END"):
                self.initial_clk, self._clk_of_segments = message["initialClk"], None
        assert kind != "HEARTBEAT" or (self._list_name not in message and message["clk"] == self.clk)
        assert kind is not None or (message["clk"] != self.clk and message[self._list_name])
        if self._clk_of_segments is None:
            self.clk = message["clk"]
        for change in message.get(self._list_name, []):
            self.put(change)

    def put(self, change: Message) -> None:
        raise NotImplementedError


class MarketsTold(Told):
    """Markets: the definition, the volume, and by runner ladders and numbers."""

    def __init__(self) -> None:
        super().__init__("mc")

    def put(self, change: Message) -> None:
        if change.get("img"):
            self.markets[change["id"]] = {"definition": None, "tv": None, "runners": {}}
        market = self.markets[change["id"]]
        market["definition"] = change.get("marketDefinition", market["definition"])
        market["tv"] = change.get("tv", market["tv"])
        for of_runner in change.get("rc", []):
            runner = market["runners"].setdefault((of_runner["id"], of_runner.get("hc", 0)), {})
            for name in BY_PRICE:
                for price, size in of_runner.get(name, []):
                    _set(runner.setdefault(name, {}), price, size, is_gone=size == 0)
            for name in BY_LEVEL:
                for level, price, size in of_runner.get(name, []):
                    _set(runner.setdefault(name, {}), level, (price, size), is_gone=size == 0)
            runner.update({name: of_runner[name] for name in NUMBERS if name in of_runner})


class OrdersTold(Told):
    """Orders: those that were told by bet id, and by runner what is matched of all and of each strategy."""

    def __init__(self) -> None:
        super().__init__("oc")

    def put(self, change: Message) -> None:
        if change.get("fullImage") or change["id"] not in self.markets:
            self.markets[change["id"]] = {"closed": False, "runners": {}}
        market = self.markets[change["id"]]
        market["closed"] = change.get("closed", False)
        for of_runner in change.get("orc", []):
            key = (of_runner["id"], of_runner.get("hc", 0))
            if of_runner.get("fullImage"):
                market["runners"].pop(key, None)
            else:
                assert key in market["runners"]
            nothing: Message = {"orders": {}, "mb": {}, "ml": {}, "smc": {}}
            runner = market["runners"].setdefault(key, nothing)
            runner["orders"].update({order["id"]: order for order in of_runner.get("uo", [])})
            self._put_matched(runner, of_runner)
            for strategy, matched in of_runner.get("smc", {}).items():
                self._put_matched(runner["smc"].setdefault(strategy, {"mb": {}, "ml": {}}), matched)

    def _put_matched(self, known: Message, told: Message) -> None:
        for name in ("mb", "ml"):
            for price, size in told.get(name, []):
                _set(known[name], price, size, is_gone=size == 0)

    def orders(self) -> dict[str, Message]:
        """Return the orders that were told of, by bet id, each with its market and its runner."""
        return {
            bet_id: {**order, "market": market_id, "runner": key}
            for market_id, market in self.markets.items()
            for key, runner in market["runners"].items()
            for bet_id, order in runner["orders"].items()
        }


def _set(ladder: dict[Any, Any], key: Any, value: Any, *, is_gone: bool) -> None:
    if is_gone:
        ladder.pop(key, None)
    else:
        ladder[key] = value
