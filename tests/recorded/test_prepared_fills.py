"""Bets in prepared recordings: the same fills, and the same money, as in the files that they were prepared of."""

from pathlib import Path

import pytest

from simulator.backtest.engine import Engine
from simulator.backtest.followed import Followed
from simulator.backtest.lane import Lane, Settings
from simulator.backtest.latency import Delay, Latency
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.orders import OrderType, Side
from simulator.exchange.statuses import MarketStatus
from simulator.recorded.messages import read_lines
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.selection import any_lines
from simulator.recorded.sources import Source, sources
from tests.evidence import STREAMS
from tests.scattered_bets import Scatter

OURS = Path(__file__).parents[2] / "fixtures" / "recorded"
FILES = (
    OURS / "1.260606101.bz2",
    STREAMS / "1.127236622.bz2",
    STREAMS / "1.181223995.bz2",
    STREAMS / "1.241629436-capture-2025.xz",
    STREAMS / "1.242971311.bz2",
    STREAMS / "29788105.xz",
)


def source_of(file: Path) -> Source:
    (source,) = sources([str(file)])
    return source


def lanes() -> list[Lane]:
    """Three lanes, one of each model, that bet all over the market."""
    made = []
    for seed, model in enumerate(("optimistic", "queue", "pessimistic")):
        latency = Latency(place=Delay(20, 300), cancel=Delay(20, 120), seed=seed)
        lane = Lane(Settings(model=model, balance=10**10, latency=latency))
        Scatter(lane, seed)
        made.append(lane)
    return made


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, marks=[pytest.mark.deep] if file.name == "1.181223995.bz2" else [], id=file.name)
        for file in FILES
    ],
)
def test_a_prepared_recording_fills_what_the_file_does(file: Path, tmp_path: Path) -> None:
    if not file.exists():
        pytest.skip(f"the evidence is not here: {file}")
    prepare(Recording(source_of(file), is_watched=True), tmp_path / "prepared")
    raw, prepared = lanes(), lanes()
    reading, playing = Engine(raw), Engine(prepared)
    for line in read_lines(source_of(file)):
        reading.take(line)
    reading.end()
    playing.play(PreparedRecording(tmp_path / "prepared"))
    playing.end()

    for one, other in zip(raw, prepared, strict=True):
        assert one.fills
        assert other.fills == one.fills
        assert other.exchange.ledger.balances == one.exchange.ledger.balances
        assert other.unsettled == one.unsettled


@pytest.mark.parametrize(
    "name",
    ["1.127236622.bz2", "1.181223995.bz2", "1.241629436-capture-2025.xz"],
    ids=lambda name: name.split(".bz2")[0],
)
def test_bets_at_the_starting_price_get_the_exact_one_in_every_form(name: str, tmp_path: Path) -> None:
    if not (STREAMS / name).exists():
        pytest.skip(f"the evidence is not here: {STREAMS / name}")
    source = source_of(STREAMS / name)
    prepare(Recording(source, is_watched=True), tmp_path / "prepared")
    raw, prepared, lines = (OnClose() for _ in range(3))
    for read, engine in ((read_lines(source), raw.engine), (any_lines(source_of(tmp_path / "prepared")), lines.engine)):
        for line in read:
            engine.take(line)
        engine.end()
    prepared.engine.play(PreparedRecording(tmp_path / "prepared"))
    prepared.engine.end()

    assert len(raw.lane.fills) > 5
    assert raw.prices == prepared.prices == lines.prices
    assert raw.lane.fills == prepared.lane.fills == lines.lane.fills
    assert raw.lane.exchange.ledger.balances == prepared.lane.exchange.ledger.balances
    assert raw.lane.exchange.ledger.balances == lines.lane.exchange.ledger.balances


class OnClose:
    """A lane that backs every runner at the starting price."""

    def __init__(self) -> None:
        self.lane = Lane(Settings(balance=10**10), on_update=self.look)
        self.engine = Engine([self.lane])
        self.is_done = False

    def look(self, followed: Followed) -> None:
        if not self.is_done and followed.market.status is MarketStatus.OPEN and followed.market.definition.bsp_market:
            self.is_done = True
            for key in followed.market.runners:
                bet = PlaceInstruction(key, Side.BACK, OrderType.MARKET_ON_CLOSE, liability=10_01)
                self.lane.place(followed.recorded.market_id, bet)

    @property
    def prices(self) -> list[object]:
        return [
            (key, runner.starting_price)
            for followed in self.lane.followed.values()
            for key, runner in followed.market.runners.items()
        ]
