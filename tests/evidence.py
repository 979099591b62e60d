"""Where lies what we did not write: the manual, the interface definitions, recorded answers and recorded markets.

It is not ours to pass on, so it is not in this repository. The variable BETSIM_EVIDENCE names the folder that has it,
`shared` beside the checkout where it is not set; a test that finds nothing there is skipped and says what is missing.
The answers are the test resources of betfairlightweight, the definitions those that Betfair publishes.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

EVIDENCE = Path(os.environ.get("BETSIM_EVIDENCE") or Path(__file__).parents[2] / "shared")
DEFINITIONS = EVIDENCE / "reference" / "idl"
MANUAL = EVIDENCE / "reference" / "betfair-manual-2017-es.txt"
WIRE_RULES = EVIDENCE / "reference" / "betfair-wire.md"
RECORDINGS = EVIDENCE / "recorded"
ANSWERS = RECORDINGS / "responses"
STREAMS = RECORDINGS / "streams"


def needs(path: Path) -> pytest.MarkDecorator:
    """Return the mark of a test that reads this file or folder: it is skipped where there is none."""
    return pytest.mark.skipif(not path.exists(), reason=f"the evidence is not here: {path}")


def stream(name: str) -> Path:
    """Return a recorded stream, or skip the test where it is not."""
    if not (STREAMS / name).exists():
        pytest.skip(f"the evidence is not here: {STREAMS / name}")
    return STREAMS / name


def text_of(path: Path) -> str:
    """Return what a file says, or skip the test where it is not."""
    if not path.is_file():
        pytest.skip(f"the evidence is not here: {path}")
    return path.read_text(encoding="utf-8")


def recorded(name: str) -> Any:
    """Return the result of a recorded answer, or skip the test where the recordings are not."""
    return json.loads(text_of(ANSWERS / f"{name}.json"))["result"]
