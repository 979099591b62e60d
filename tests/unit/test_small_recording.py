"""The recording that ships with the package is made by our own exchange, and has what a backtest is about."""

import bz2
from collections import Counter
from pathlib import Path

import pytest

from simulator import data
from simulator.recorded.description import Package, describe, odd_things
from simulator.recorded.happenings import (
    BetDelayChanged,
    InPlayChanged,
    Reconciled,
    ResultKnown,
    RunnerRemoved,
    StartingPriceMade,
)
from simulator.recorded.recording import Recording
from simulator.recorded.sources import sources
from tests.small_recording import PLACE, PLACED, WIN, WINNER, WITHDRAWN, make

NAMES = (f"{WIN}.bz2", f"{PLACE}.bz2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in data.recording_names():
        (tmp_path / name).write_bytes(data.recording_bytes(name))
    return tmp_path


def test_it_is_what_our_exchange_tells_again(tmp_path: Path) -> None:
    """Where this fails rightly, `python -m tests.small_recording FOLDER` writes it anew."""
    make(tmp_path / "again")

    for name in NAMES:
        again = bz2.decompress((tmp_path / "again" / name).read_bytes())
        assert again == bz2.decompress(data.recording_bytes(name))


def test_it_ships_with_the_package() -> None:
    assert data.recording_names() == NAMES
    with pytest.raises(data.UnknownDataFile, match="there are: "):
        data.recording_bytes("../demo.yaml")


def test_it_is_sound_and_shows_everything(folder: Path) -> None:
    for source in sources([str(folder)]):
        described = describe(source)
        (market,) = described.markets
        assert (described.package, market.status, market.went_in_play) == (Package.PRO, "CLOSED", True)
        assert market.updates > 300
        assert list(odd_things(source)) == []


def test_a_withdrawal_a_starting_price_the_off_and_the_result_happen_in_it(folder: Path) -> None:
    for source, winners in zip(sources([str(folder)]), ({WINNER}, {WINNER, *PLACED}), strict=True):
        recording = Recording(source)
        happened: list[object] = []
        traded: set[tuple[int, int]] = set()
        for changed in recording.messages():
            for market in changed:
                happened += market.happenings
                traded |= {key for key, runner in market.runners.items() if runner.traded}
        kinds = Counter(type(one) for one in happened)

        (market,) = recording.markets.values()
        assert [one.runner for one in happened if isinstance(one, RunnerRemoved)] == [(WITHDRAWN, 0)]
        assert {one.runner[0] for one in happened if isinstance(one, ResultKnown) and one.status == "WINNER"} == winners
        assert [one.in_play for one in happened if isinstance(one, InPlayChanged)] == [True]
        assert (kinds[Reconciled], kinds[BetDelayChanged]) == (1, 1)
        assert len(traded) >= 5
        if market.market_id == WIN:
            prices = [one.price for one in happened if isinstance(one, StartingPriceMade)]
            assert len(prices) == len(market.runners) - 1
            assert all(isinstance(price, float) and price > 1 for price in prices)
