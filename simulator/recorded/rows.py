"""The prepared form of a recording: a Parquet file of rows of whole numbers, in the order in which they happened.

A row says that a quantity of a runner has another value at a key: `code` is the runner's number times `STEP` plus the
`Quantity`, `price` the key, `size` the value, and 0 is none. Numbers are given in the order in which runners turn up,
over all markets of the file; a market has one too, for what is traded in it. Codes below zero say something else:

| code | price | size | text |
|---|---|---|---|
| `MARKET` | number of the market, from 0 | its number among the runners | its id |
| `DEFINITION` | number of the market | | its definition, from the update that follows on |
| `RUNNERS` | number of the market | | number, id, handicap of runners, 1 if it is there from then on, else 0 |
| `IMAGE` | number of the market | | nothing: the update that follows was told as an image |
| `TOLD_PRICES` | number of the market | | id, handicap and `ToldPrices` of runners, in the message that follows |
| `PROBLEM` | | line, from 1 | why it was left out |
| `FIRST_UPDATE` - number of the market | twice how many rows follow, and 1 where the message goes on | publish time | |

What was an image is written as what it changed, a definition that says nothing new is not written, and the best price
of a ladder is written whenever it is another; ladders that are made of levels are written as ladders, too. A row group
ends with a whole message. `arrow` is loaded here alone.
"""

from importlib import import_module
from typing import Any, Final

STEP: Final = 16
MARKET: Final = -1
DEFINITION: Final = -2
RUNNERS: Final = -3
PROBLEM: Final = -4
IMAGE: Final = -5
TOLD_PRICES: Final = -6
FIRST_UPDATE: Final = -16

VERSION: Final = 4
"""Grows when what is written changes, so that older files are prepared anew."""
KEY: Final = b"betsim.recording"
"""The metadata that says which version a file has."""
ROWS_A_GROUP: Final = 64 * 1024


class PyarrowMissing(Exception):
    """The package that reads and writes Parquet is not installed; the sentence says what to do."""


def arrow() -> tuple[Any, Any]:
    """Return `pyarrow` and `pyarrow.parquet`; raise `PyarrowMissing`."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError:
        raise PyarrowMissing(
            "prepared recordings are Parquet files, which needs pyarrow: pip install 'betsim[backtest]'."
        ) from None
