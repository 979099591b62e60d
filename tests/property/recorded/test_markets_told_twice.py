"""A market that a message tells of several times is played the same line by line and from what is prepared of it."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulator.backtest.running import Runs, backtest
from tests.recording_files import Race

STRATEGY = """
class BetsOnBothSides:
    def on_market(self, market, orders):
        for runner in market.active_runners:
            if runner.best_back:
                orders.back(runner, runner.best_back, 2.0)
                orders.lay(runner, runner.best_back, 2.0)
            if runner.best_lay:
                orders.back(runner, runner.best_lay, 2.0, persistence="PERSIST")
"""

OFFERS = st.fixed_dictionaries(
    {
        "selection_id": st.integers(1, 2),
        "told": st.dictionaries(
            st.sampled_from(["atb", "atl", "trd"]),
            st.lists(st.tuples(st.sampled_from([2.0, 2.1, 2.2, 2.3]), st.sampled_from([0.0, 5.0, 60.0])), max_size=2),
        ),
    }
)
STATUSES: list[dict[str, Any]] = [
    {"status": "SUSPENDED"},
    {"status": "OPEN", "inPlay": False, "betDelay": 0},
    {"status": "OPEN", "inPlay": True, "betDelay": 1},
    {
        "runners": [
            {"id": 1, "sortPriority": 1, "status": "ACTIVE"},
            {"id": 2, "sortPriority": 2, "status": "ACTIVE"},
            {"id": 3, "sortPriority": 3, "status": "REMOVED", "adjustmentFactor": 20.0},
        ]
    },
]


@given(
    told=st.lists(st.tuples(st.one_of(OFFERS, st.sampled_from(STATUSES)), st.booleans()), min_size=2, max_size=20),
    is_at_starting_price=st.booleans(),
)
# Of two definitions in a message the last one counts, and what is unmatched does not lapse in between.
@example(
    told=[
        (STATUSES[1], False),
        ({"selection_id": 1, "told": {"atb": [(2.0, 5.0)]}}, False),
        (STATUSES[2], False),
        (STATUSES[1], True),
    ],
    is_at_starting_price=False,
)
def test_a_market_twice_in_a_message_is_played_the_same_in_both_forms(
    told: list[tuple[dict[str, Any], bool]], is_at_starting_price: bool
) -> None:
    pytest.importorskip("pyarrow")
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "strategy.py").write_text(STRATEGY)
        race(told, is_at_starting_price).write(folder)
        reference, files = f"{folder}/strategy.py:BetsOnBothSides", [f"{folder}/1.1.bz2"]
        raw = backtest(reference, files, Runs(models="all"))
        prepared = backtest(reference, files, Runs(models="all", cache=folder / "cache"))

    assert (raw.failures, prepared.failures) == ([], [])
    assert raw.rows == prepared.rows


def race(told: list[tuple[dict[str, Any], bool]], is_at_starting_price: bool) -> Race:
    """A race in which some of what is told comes in the message of what was told before."""
    race = Race(bspMarket=is_at_starting_price)
    for one, _ in told:
        if "told" in one:
            race.offers(one["selection_id"], **one["told"])
        else:
            race.defines(**one)
    messages = [json.loads(message) for message in race.messages]
    together = messages[:1]
    for message, (_, goes_on) in zip(messages[1:], told, strict=True):
        if goes_on and len(together) > 1:
            together[-1]["mc"] += message["mc"]
        else:
            together.append(message)
    race.messages[:] = map(json.dumps, together)
    race.ends(winner=1)
    return race
