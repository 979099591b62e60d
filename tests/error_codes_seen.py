"""A plugin for pytest that notes which error codes the answers to every test had: `-p tests.error_codes_seen`.

They are written as JSON, the names of tests by code, into the file that `BETSIM_ERROR_CODES` names. A code is written
with the place it stands in: `report INVALID_ORDER`, `instruction INVALID_ODDS`, `ANGX ACCESS_DENIED`, `action NONE`.
"""

import gzip
import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from simulator.betfair.errors import ACCOUNT_EXCEPTION, BETTING_EXCEPTION, HEARTBEAT_EXCEPTION
from tests import documented

NUMBERS = {
    exception.text(code): f"{exception.prefix} {code}"
    for exception in (BETTING_EXCEPTION, ACCOUNT_EXCEPTION, HEARTBEAT_EXCEPTION)
    for code in exception.numbers
}
_NUMBER = re.compile(r"\b(?:ANGX|AANGX|HBT)-\d{4}\b")


class Seen:
    """The codes in the answers so far, and to which tests they were given."""

    def __init__(self) -> None:
        self.tests: dict[str, set[str]] = {}
        self._check = documented.check

    def check(self, operation: str, status: int, headers: Mapping[bytes, bytes], body: bytes) -> None:
        """Note the codes of an answer, and hold it against its document as always."""
        test = os.environ["PYTEST_CURRENT_TEST"].partition(" ")[0].partition("[")[0]
        is_packed = headers.get(b"content-encoding") == b"gzip"
        for code in codes_in((gzip.decompress(body) if is_packed else body).decode()):
            self.tests.setdefault(code, set()).add(test)
        self._check(operation, status, headers, body)


def codes_in(text: str) -> Iterator[str]:
    """Yield the codes in an answer."""
    yield from (NUMBERS[number] for number in _NUMBER.findall(text) if number in NUMBERS)
    if text.startswith(("{", "[")):
        yield from _codes_of(json.loads(text))


def _codes_of(content: Any) -> Iterator[str]:
    if isinstance(content, list):
        for each in content:
            yield from _codes_of(each)
    elif isinstance(content, dict):
        if "actionPerformed" in content:
            yield f"action {content['actionPerformed']}"
        # Exceptions have an `errorCode` too, and a number that says more.
        if "errorCode" in content and "status" in content:
            yield f"{'report' if 'instructionReports' in content else 'instruction'} {content['errorCode']}"
        for each in content.values():
            yield from _codes_of(each)


def pytest_configure(config: pytest.Config) -> None:
    seen = Seen()
    documented.check = seen.check
    config.add_cleanup(lambda: _write(seen))


def _write(seen: Seen) -> None:
    found = {code: sorted(tests) for code, tests in sorted(seen.tests.items())}
    Path(os.environ["BETSIM_ERROR_CODES"]).write_text(json.dumps(found, indent=1))
