"""flumine's own example strategies, as its repository has them in `examples/strategies`, run unchanged.

`BETSIM_FLUMINE_EXAMPLES` names that folder of a copy of the repository; it is not in the package that is installed.
"""

import csv
import os
from pathlib import Path

import pytest

from tests.clients.test_flumine_adapter import has_flumine, side
from tests.evidence import stream

EXAMPLES = os.environ.get("BETSIM_FLUMINE_EXAMPLES")

pytestmark = [
    pytest.mark.skipif(not EXAMPLES, reason="BETSIM_FLUMINE_EXAMPLES names no folder with flumine's examples"),
    pytest.mark.skipif(not has_flumine(), reason="BETSIM_FLUMINE names no interpreter that has flumine"),
]


@pytest.mark.parametrize(
    ("name", "file", "least"),
    [
        ("lowestlayer:LowestLayer", "1.127236622.bz2", 10),
        ("priceblockage:PriceBlockage", "1.180305278.bz2", 3),
    ],
)
def test_an_example_that_bets_gets_the_bets_that_it_gets_in_flumine(name: str, file: str, least: int) -> None:
    """What an order asks for may differ: what was taken of an offer is not there at the next message."""
    recorded, context = stream(file), {"stake": 2.0}
    theirs, ours = (side(which, name, recorded, context=context) for which in ("flumine", "betsim"))
    assert sum(order["matched"] > 0 for order in theirs["orders"]) >= least
    members = ("market", "runner", "side", "status", "matched", "average price", "profit")
    assert [[order[member] for member in members] for order in ours["orders"]] == [
        [order[member] for member in members] for order in theirs["orders"]
    ]


@pytest.mark.parametrize("file", ["1.197931751.bz2", "1.180305278.bz2"])
def test_the_example_that_records_prices_writes_what_it_writes_in_flumine(file: str, tmp_path: Path) -> None:
    recorded, written = stream(file), []
    for which in ("flumine", "betsim"):
        side(which, "pricerecorder:PriceRecorder", recorded, context={"local_dir": str(tmp_path), "filename": which})
        with tmp_path.joinpath(which).open(encoding="utf-8") as lines:
            written.append([[as_number(cell) for cell in row] for row in csv.reader(lines)])
    assert len(written[0]) > 100
    assert written[1] == written[0]


def as_number(cell: str) -> float | str:
    """Return a cell as a number where it is one: flumine has whole numbers where the recording prints them."""
    try:
        return float(cell)
    except ValueError:
        return cell
