"""Whatever goes wrong with a stream on the way, who reads it knows in the end what a newcomer is told.

Random programs of bets and of faults that are ordered for the stream. A client takes in whatever comes, in whatever
pieces, and comes back with its tokens where it is cut off. Once the faults are over its picture is that of the image
which somebody gets who subscribes then.
"""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.orders import Side
from simulator.world.faults import Fault, Latency
from simulator.world.inputs import AdvanceClock, ClearFaults, OrderFaults
from tests.contract.stream_theatre import Message, StreamClient, StreamTheatre, streaming
from tests.property.wire.audience import ALL_FIELDS
from tests.property.wire.twin_stream import MarketsTold, OrdersTold, Told
from tests.scenario import HORSE_RACING, event, loaded, runner, scenario, win

MARKETS = ("1.1", "1.2")
SCENARIO = loaded(
    scenario(
        event(
            "1",
            "Meeting",
            HORSE_RACING,
            *(win(market, runner(1, back=[[2.0, 100]], lay=[[2.2, 80]]), runner(2)) for market in MARKETS),
        )
    )
)
TO_MARKETS = {"op": "marketSubscription", "id": 2, "marketFilter": {}, "marketDataFilter": {"fields": ALL_FIELDS}}
TO_ORDERS = {"op": "orderSubscription", "id": 3}
WORDS = ("silence", "conflate", "image", "duplicate", "segment", "disconnect", "reset", "delay", "drip", "status-503")
OPERATIONS = ("stream", "/stream/mcm", "/stream/ocm", "/stream/*", "marketSubscription", "orderSubscription", "*")

faults = st.builds(
    lambda word, operation, after, times, lasts, chunks, latency: Fault(
        operation, word, None, after, times, lasts, chunks=chunks, latency=Latency() if word == "drip" else latency
    ),
    st.sampled_from(WORDS),
    st.sampled_from(OPERATIONS),
    st.integers(0, 2),
    st.integers(1, 3),
    st.none() | st.integers(1, 3_000),
    st.integers(1, 6),
    st.builds(Latency, fixed=st.integers(0, 2_000), clock=st.just("world")),
)
bets = st.tuples(
    st.sampled_from(["alice", "bob"]),
    st.sampled_from(MARKETS),
    st.sampled_from(Side),
    st.sampled_from([200, 210, 220]),
    st.integers(2, 20).map(lambda pounds: 100 * pounds),
)
steps = st.lists(bets | faults | st.integers(1, 2_000) | st.sampled_from(["beat"]), max_size=20)


class Listener:
    """Somebody with one subscription, who takes in what comes and comes back when cut off."""

    def __init__(self, theatre: StreamTheatre, document: Message, told: Told, list_name: str) -> None:
        self._theatre, self._document, self._list_name = theatre, document, list_name
        self._client: StreamClient | None = None
        self._heard = b""
        self.is_answered = False
        self.told = told

    def come(self) -> None:
        """Connect, and subscribe from where the last message left off."""
        self._heard, self.is_answered = b"", False
        self._client = self._theatre.connect_anyhow()
        tokens = {"initialClk": self.told.initial_clk, "clk": self.told.clk} if self.told.clk else {}
        for request in (self._theatre.authentication("alice"), {**self._document, **tokens}):
            self._client.say(request)
        self.hear()

    def hear(self) -> None:
        """Take in what has come; come back if the connection ended before that."""
        if self._client is None:
            self.come()
            return
        *lines, self._heard = (self._heard + self._client.read_bytes()).split(b"\r\n")
        for line in lines:
            self._take_in(json.loads(line))
        if self._client.is_closed:
            self.leave()

    def beat(self) -> None:
        """Let it be time for a heartbeat."""
        if self._client is not None:
            self._client.be_beaten()

    def leave(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.leave()
            self._client = None

    def _take_in(self, message: Message) -> None:
        if message["op"] not in ("mcm", "ocm"):
            self.is_answered = self.is_answered or message.get("id") == self._document["id"]
            return
        if message.get("ct") == "SUB_IMAGE" and message.get("segmentType") in (None, "SEG_START"):
            self.told.markets.clear()
        self.told.initial_clk = message.get("initialClk", self.told.initial_clk)
        if message.get("segmentType") in (None, "SEG_END"):
            self.told.clk = message["clk"]
        for change in message.get(self._list_name, []):
            self.told.put(change)


def picture(told: Told) -> Any:
    """What is known, without ladders that are empty and bets that are complete, which no image has."""
    return {market_id: _present(market) for market_id, market in told.markets.items() if _present(market)}


def _present(known: Any) -> Any:
    if not isinstance(known, dict):
        return known
    if known.get("status") == "EC":
        return None
    present = {name: _present(value) for name, value in known.items()}
    return {name: value for name, value in present.items() if value not in (None, {}, False)}


def follow(step: Any, theatre: StreamTheatre, readers: list[Listener]) -> None:
    """Do what a step of a program says."""
    if isinstance(step, Fault):
        theatre.do(OrderFaults((step,)))
    elif isinstance(step, int):
        theatre.do(AdvanceClock(step))
    elif step == "beat":
        for reader in readers:
            reader.beat()
    else:
        theatre.bet(*step)


@given(steps)
def test_a_reader_knows_in_the_end_what_a_newcomer_is_told(program: list[Any]) -> None:
    with streaming(SCENARIO) as theatre:
        readers = [
            Listener(theatre, TO_MARKETS, MarketsTold(), "mc"),
            Listener(theatre, TO_ORDERS, OrdersTold(), "oc"),
        ]
        for reader in readers:
            reader.come()
        for step in program:
            follow(step, theatre, readers)
            for reader in readers:
                reader.hear()

        theatre.do(ClearFaults())
        theatre.do(AdvanceClock(60_000))
        for reader in readers:
            reader.hear()
            if not reader.is_answered:
                # Whose request is never answered gives up at some time.
                reader.leave()
                reader.hear()
            reader.beat()
            reader.hear()

        for reader, told in zip(readers, (MarketsTold(), OrdersTold()), strict=True):
            newcomer = Listener(theatre, reader._document, told, reader._list_name)
            newcomer.come()
            newcomer.leave()
            assert picture(reader.told) == picture(told)
