"""Recordings that tell the best few levels, whole: the fills are the ladders', and nothing is given twice."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from simulator.backtest.engine import Engine
from simulator.backtest.followed import Followed
from simulator.backtest.lane import Lane, Settings
from simulator.backtest.latency import Delay, Latency
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.orders import OrderType, RunnerKey, Side, TimeInForce
from simulator.recorded.messages import read_lines
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.sources import Source, sources
from tests.evidence import STREAMS
from tests.fill_audit import Audit, audited
from tests.recorded.best_levels import LADDERS, best_levels, recast, without
from tests.recorded.fill_models import rows
from tests.scattered_bets import Scatter

OURS = Path(__file__).parents[2] / "fixtures" / "recorded" / "1.260606101.bz2"
FILES = (OURS, STREAMS / "1.166811431.bz2", STREAMS / "29788105.xz")
AS_RECORDED = ((OURS, "batb"), (OURS, "bdatb"), (STREAMS / "1.241629436-capture-2025.xz", "batb"),
               (STREAMS / "1.197931751.bz2", "bdatb"))  # fmt: skip
"""Recordings with levels of their own beside the ladders, and which of them are left."""
FORMS: dict[str, tuple[Path, Any]] = {
    **{f"{file.name} in three levels": (file, partial(best_levels, depth=3)) for file in FILES},
    **{
        f"{file.name} by its {name}": (file, lambda lines, left=name: without(lines, *LADDERS, *_others(left)))
        for file, name in AS_RECORDED
    },
}
BETS = 40
LATENCY = Latency(place=Delay(20, 300), cancel=Delay(20, 120), replace=Delay(20, 300), seed=3)


def _others(name: str) -> tuple[str, ...]:
    return ("bdatb", "bdatl") if name == "batb" else ("batb", "batl")


def source_of(file: Path) -> Source:
    if not file.exists():
        pytest.skip(f"the evidence is not here: {file}")
    (source,) = sources([str(file)])
    return source


def in_form(form: str) -> Source:
    file, cast = FORMS[form]
    return recast(source_of(file), cast)


def at_once(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The same lines without bet delay, so that a bet meets the levels for which it was made."""
    yield from (re.sub(rb'"betDelay":[0-9]+', b'"betDelay":0', line) for line in lines)


class OneBet:
    """A lane that once takes what it can of the best three levels of a runner, and never anything else."""

    def __init__(self, number: int, every: int) -> None:
        self.lane = Lane(Settings(balance=10**10), on_update=self.look)
        self.number = number
        self.wait = (number + 1) * every
        self.is_done = False

    def look(self, followed: Followed) -> None:
        self.wait -= 1
        if self.wait >= 0 or self.is_done:
            return
        side = list(Side)[self.number % 2]
        for key, runner in followed.recorded.runners.items():
            ladder = runner.available_to_back if side is Side.BACK else runner.available_to_lay
            best = sorted(ladder, reverse=side is Side.BACK)[:3]
            if key[0] % 3 == self.number % 3 and best:
                self.is_done = True
                size = max(2_00, sum(ladder[price] for price in best) - 1)
                bet = PlaceInstruction(
                    RunnerKey(*key), side, OrderType.LIMIT, best[-1], size, None, TimeInForce.FILL_OR_KILL
                )
                self.lane.place(followed.recorded.market_id, bet)
                return


@pytest.mark.parametrize("file", [*FILES, STREAMS / "1.127236622.bz2"], ids=lambda file: file.name)
def test_who_takes_within_the_levels_that_are_shown_gets_what_he_gets_of_the_ladders(file: Path) -> None:
    whole = recast(source_of(file), at_once)
    every = sum(1 for _ in whole.lines()) // (BETS + 2)
    fills = []
    for source in (whole, recast(whole, partial(best_levels, depth=3))):
        bets = [OneBet(number, every) for number in range(BETS)]
        engine = Engine([bet.lane for bet in bets])
        for line in read_lines(source):
            engine.take(line)
        engine.end()
        fills.append([bet.lane.fills for bet in bets])
    of_ladders, of_levels = fills

    assert of_levels == of_ladders
    assert sum(map(bool, of_ladders)) >= BETS / 4


def test_who_bets_about_the_best_prices_does_with_three_levels_as_with_ladders_whatever_the_model() -> None:
    file = str(source_of(STREAMS / "29788105.xz").file)
    assert list(rows(file, levels=3)) == list(rows(file))


@pytest.mark.parametrize(
    ("form", "model"),
    [
        pytest.param(form, model, marks=[pytest.mark.deep] if "capture" in form and model == "queue" else [])
        for form in FORMS
        for model in ("queue", "pessimistic")
    ],
)
def test_no_level_is_overdrawn_and_nothing_traded_is_used_twice(form: str, model: str) -> None:
    lane = Lane(Settings(model=model, balance=10**10, latency=LATENCY))
    Scatter(lane, seed=5)
    audit = Audit(lane, counts_the_queue=model == "pessimistic")

    assert audited(in_form(form).lines(), lane, audit) == []
    assert audit.audited > 10
    assert sum(lane.exchange.ledger.balances.values()) == 0


@pytest.mark.parametrize(
    "form", [pytest.param(form, marks=[pytest.mark.deep] if "capture" in form else []) for form in FORMS]
)
def test_what_is_prepared_of_levels_fills_what_the_file_does(form: str, tmp_path: Path) -> None:
    source = in_form(form)
    prepare(Recording(source, is_watched=True), tmp_path / "prepared")
    raw, prepared = (
        [Lane(Settings(model=model, balance=10**10, latency=LATENCY)) for model in ("optimistic", "queue")]
        for _ in range(2)
    )
    for seed, lane in enumerate((*raw, *prepared)):
        Scatter(lane, seed % 2)
    reading, playing = Engine(raw), Engine(prepared)
    for line in read_lines(source):
        reading.take(line)
    reading.end()
    playing.play(PreparedRecording(tmp_path / "prepared"))
    playing.end()

    for one, other in zip(raw, prepared, strict=True):
        assert one.fills
        assert other.fills == one.fills
        assert other.exchange.ledger.balances == one.exchange.ledger.balances


def test_a_recording_in_three_levels_has_no_ladders() -> None:
    told = {name for line in in_form(f"{OURS.name} in three levels").lines() for change in json.loads(line)["mc"]
            for one in change.get("rc") or () for name in one}  # fmt: skip
    assert {"batb", "batl"} <= told
    assert not told & {*LADDERS}
