"""What a subscription asks for is granted as far as the service goes: conflation, heartbeats, segments."""

from collections.abc import Iterator

import msgspec
import pytest

from simulator.betfair.stream.changes import SEGMENT_BYTES
from simulator.exchange.orders import Side
from tests.contract.stream_theatre import StreamTheatre, meeting, streaming
from tests.scenario import HORSE_RACING, event, loaded, runner, scenario, win

WIN = "1.1"


@pytest.fixture
def theatre() -> Iterator[StreamTheatre]:
    market = win(WIN, runner(1, back=[[2.0, 100]]), runner(2))
    with streaming(loaded(scenario(event("1", "Meeting", HORSE_RACING, market)))) as theatre:
        yield theatre


@pytest.mark.parametrize(
    ("asked_for", "granted"), [(None, 0), (-1, 0), (0, 0), (50, 50), (120_000, 120_000), (120_001, 120_000)]
)
def test_changes_may_be_conflated_for_two_minutes_at_the_most(
    theatre: StreamTheatre, asked_for: int | None, granted: int
) -> None:
    client = theatre.client()
    image = client.subscribe_to_markets(WIN, fields=["EX_ALL_OFFERS"], conflateMs=asked_for, heartbeatMs=5_000)
    theatre.bet("bob", WIN, Side.BACK, 200, 10_00)

    assert image["conflateMs"] == granted
    if granted:
        assert client.read() == []
        theatre.let_pass(granted / 1000)
    assert [message["mc"][0]["rc"] for message in client.read() if "mc" in message] == [[{"atb": [[2, 90]], "id": 1}]]


@pytest.mark.parametrize(
    ("asked_for", "granted"), [(None, 5_000), (0, 500), (499, 500), (500, 500), (777, 777), (5_001, 5_000)]
)
def test_heartbeats_come_every_half_second_to_five_seconds(
    theatre: StreamTheatre, asked_for: int | None, granted: int
) -> None:
    client = theatre.client()
    image = client.subscribe_to_markets(WIN, heartbeatMs=asked_for)
    assert image["heartbeatMs"] == granted

    theatre.let_pass(granted / 1000 - 0.001)
    assert client.read() == []
    theatre.let_pass(0.001)

    assert [message["ct"] for message in client.read()] == ["HEARTBEAT"]


def test_a_long_image_is_cut_into_segments_for_who_asks_for_them_alone() -> None:
    """Each holds whole markets, all have the same tokens, and together they are the image."""
    runners = [runner(number) for number in range(1, 25)]
    markets = [win(f"1.{number}", *runners) for number in range(1, 151)]
    with streaming(meeting(*markets)) as theatre:
        whole = theatre.client().subscribe_to_markets(fields=["EX_MARKET_DEF"])
        request = {
            "op": "marketSubscription", "id": 2, "marketFilter": {}, "marketDataFilter": {"fields": ["EX_MARKET_DEF"]},
            "segmentationEnabled": True,
        }  # fmt: skip
        _, *segments = theatre.client().send(request)

    assert "segmentType" not in whole
    assert len(segments) > 2
    middle = ["SEG"] * (len(segments) - 2)
    assert [segment["segmentType"] for segment in segments] == ["SEG_START", *middle, "SEG_END"]
    assert {(segment["ct"], segment["initialClk"], segment["clk"]) for segment in segments} == {
        ("SUB_IMAGE", segments[0]["initialClk"], segments[0]["clk"])
    }
    assert [market for segment in segments for market in segment["mc"]] == whole["mc"]
    sizes = [sum(len(msgspec.json.encode(market)) for market in segment["mc"]) for segment in segments]
    assert max(sizes) <= SEGMENT_BYTES
