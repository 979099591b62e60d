"""Every error code that the services have is either an answer to one of our tests, or in a list with a reason."""

import json
import os
import subprocess
import sys
from pathlib import Path

from simulator.betfair.errors import ACCOUNT_EXCEPTION, BETTING_EXCEPTION, HEARTBEAT_EXCEPTION
from simulator.betfair.schema.sports_enums import ExecutionReportErrorCode, InstructionReportErrorCode
from simulator.exchange.events import ActionPerformed
from tests.contract.error_codes import BY_TEST, NOT_BY_RULES

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def every_code() -> list[str]:
    """All codes there are: of reports and their instructions, of the three exceptions, and what heartbeats did."""
    return [
        *(f"report {code}" for code in ExecutionReportErrorCode),
        *(f"instruction {code}" for code in InstructionReportErrorCode),
        *(
            f"{exception.prefix} {code}"
            for exception in (BETTING_EXCEPTION, ACCOUNT_EXCEPTION, HEARTBEAT_EXCEPTION)
            for code in exception.numbers
        ),
        *(f"action {action}" for action in ActionPerformed),
    ]


def test_every_code_has_its_test_or_a_reason_why_no_rule_brings_it_about() -> None:
    listed = [*(code for codes in BY_TEST.values() for code in codes), *NOT_BY_RULES]

    assert sorted(every_code()) == sorted(listed)


def test_the_tests_that_are_named_bring_about_the_codes_that_are_said(tmp_path: Path) -> None:
    """They are run, and what they were answered is looked at. No answer has a code that no rule can bring about."""
    seen = tmp_path / "seen.json"
    tests = [str(HERE / name.replace("::", ".py::")) for name in BY_TEST]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.error_codes_seen", "-p", "no:cacheprovider", *tests]

    environment = {**os.environ, "BETSIM_ERROR_CODES": str(seen), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)

    assert 0 == run.returncode, run.stdout.decode()[-2000:]
    found: dict[str, list[str]] = json.loads(seen.read_text())
    for name, codes in BY_TEST.items():
        test = f"tests/contract/{name.replace('::', '.py::')}"
        assert set(codes) <= {code for code, names in found.items() if test in names}, name
    assert set() == found.keys() & NOT_BY_RULES.keys()
