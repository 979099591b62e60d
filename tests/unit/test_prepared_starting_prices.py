"""What is prepared of a recording has the exact starting prices, wherever the recording tells them."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from simulator.backtest.engine import Engine
from simulator.backtest.lane import Lane
from simulator.exchange.orders import RunnerKey
from simulator.recorded.messages import read_lines
from simulator.recorded.prepared import PreparedRecording
from simulator.recorded.preparing import prepare
from simulator.recorded.recording import Recording
from simulator.recorded.selection import any_lines
from simulator.recorded.sources import Source, sources

EXACT, CUT, OTHERWISE = 6.342379607339971, 6.34, 6.3


def definition(*, is_made: bool, market_id: str = "1.1", **more: Any) -> dict[str, Any]:
    runners = [{"id": 1, "status": "ACTIVE", "sortPriority": 1, **({"bsp": CUT} if is_made else {})},
               {"id": 2, "status": "ACTIVE", "sortPriority": 2}]  # fmt: skip
    told = {"status": "OPEN", "bspMarket": True, "bspReconciled": is_made, "version": 2 if is_made else 1}
    return {"id": market_id, "marketDefinition": {**told, "runners": runners}, **more}


def prices(market_id: str = "1.1", *, size: float = 1652.66, price: float = EXACT) -> dict[str, Any]:
    return {"id": market_id, "rc": [{"id": 1, "spl": [[1.01, 0], [price, size]], "spb": [[1000, 0]]}]}


def message(at: int, *changes: dict[str, Any]) -> dict[str, Any]:
    return {"op": "mcm", "pt": at, "mc": changes}


FIRST = message(1, definition(is_made=False), {"id": "1.1", "rc": [{"id": 1, "spl": [[1.01, 1652.66]]}]})
MADE = definition(is_made=True)
RESULT = definition(is_made=True)
RESULT["marketDefinition"] |= {"status": "CLOSED", "version": 3}
RESULT["marketDefinition"]["runners"] = [
    {"id": 1, "status": "WINNER", "sortPriority": 1, "bsp": OTHERWISE},
    {"id": 2, "status": "LOSER", "sortPriority": 2},
]
OTHER = {"id": "1.2", "rc": [{"id": 5, "ltp": 2}]}
LINES: dict[str, tuple[list[dict[str, Any]], float]] = {
    "in the message of the definition": ([message(2, {**MADE, **prices()})], EXACT),
    "in another change of that message": ([message(2, MADE, prices())], EXACT),
    "in the message after it, at the same time": ([message(2, MADE), message(2, prices())], EXACT),
    "after another market in that message": ([message(2, MADE), message(2, OTHER, prices())], EXACT),
    "in the second message after it": ([message(2, MADE), message(2, OTHER), message(2, prices())], CUT),
    "later": ([message(2, MADE), message(3, prices())], CUT),
    "nowhere": ([message(2, MADE)], CUT),
    "nowhere, before the result": ([message(2, MADE), message(5, RESULT)], CUT),
    "nowhere, with the result at the same time": ([message(2, MADE), message(2, RESULT)], CUT),
    "with no bets at it": ([message(2, MADE), message(2, prices(size=0))], CUT),
    "of another price": ([message(2, {**MADE, **prices(price=7.123456789)})], CUT),
    "with a definition after it": (
        [message(2, MADE), message(2, {**definition(is_made=True), **prices()}), message(2, prices(price=6.3411111))],
        EXACT,
    ),
}


def source_of(file: Path) -> Source:
    (source,) = sources([str(file)])
    return source


@pytest.mark.parametrize(("told", "price"), LINES.values(), ids=LINES)
def test_the_starting_price_is_that_of_the_recording_in_every_form(
    told: list[dict[str, Any]], price: float, tmp_path: Path
) -> None:
    file = tmp_path / "recording"
    file.write_text("\n".join(json.dumps(line) for line in (FIRST, *told, message(9, OTHER))))
    prepare(Recording(source_of(file), is_watched=True), tmp_path / "prepared")
    raw, lines, prepared = Lane(), Lane(), Lane()
    for lane, read in ((raw, read_lines(source_of(file))), (lines, any_lines(source_of(tmp_path / "prepared")))):
        engine = Engine([lane])
        for line in read:
            engine.take(line)
        engine.end()
    engine = Engine([prepared])
    engine.play(PreparedRecording(tmp_path / "prepared"))
    engine.end()

    markets = [lane.followed["1.1"].market for lane in (raw, prepared, lines)]
    assert [market.runners[RunnerKey(1)].starting_price for market in markets] == [Fraction(str(price))] * 3
    settled_at = next((line["pt"] for line in told if RESULT in line["mc"]), None)
    assert [market.settled_at for market in markets] == [settled_at] * 3
