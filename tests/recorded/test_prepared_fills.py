"""Bets in prepared recordings: the same fills, and the same money, as in the files that they were prepared of."""

from pathlib import Path

import pytest

from simulator.backtest.engine import Engine
from simulator.backtest.lane import Lane, Settings
from simulator.backtest.latency import Delay, Latency
from simulator.recorded.messages import read_lines
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
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


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
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
