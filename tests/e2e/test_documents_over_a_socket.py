"""What is documented is kept by `betsim serve` too, as `schemathesis run` sees it; a warning is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.data import specification_names
from tests.serving import serving

CHECKOUT = Path(__file__).parents[2]
ALL = "examples,coverage,fuzzing,stateful"
ALMOST_ALL = "examples,fuzzing,stateful"
"""Without the boundaries, which are tried in process or in the long run: here it is the socket that matters."""


def schemathesis_run(document: str, examples: int, seed: int, phases: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"specs/{document}"]
    options = ["--max-examples", str(examples), "--seed", str(seed), "--phases", phases, "--no-color"]
    with serving() as server:
        ended = subprocess.run(
            [*command, "--url", server.url, *options],
            capture_output=True,
            check=False,
            cwd=CHECKOUT,
            env={**os.environ, "BETSIM_SESSION": ""},
            text=True,
        )
        assert "Traceback" not in server.errors
    return ended


@pytest.mark.parametrize(
    ("document", "examples"),
    # One of each face; all of them are tried in process (`tests/contract/test_documents_are_kept.py`), and here in the
    # long run. What our own API answers to other tests with a server is held against its document, too (`serving`).
    [("betfair-betting.yaml", 1), ("betfair-identity.yaml", 5), ("bettune.yaml", 5)],
)
def test_a_server_keeps_what_is_documented(document: str, examples: int) -> None:
    ended = schemathesis_run(document, examples, 1, ALMOST_ALL)

    assert 0 == ended.returncode, ended.stdout
    assert "No issues found" in ended.stdout


@pytest.mark.deep
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("document", specification_names())
def test_a_server_keeps_what_is_documented_whatever_is_tried(document: str, seed: int) -> None:
    ended = schemathesis_run(document, 200, seed, ALL)

    assert 0 == ended.returncode, ended.stdout
    assert "No issues found" in ended.stdout
