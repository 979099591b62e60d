"""What the tests of bad input share: an application with a world, and the promise that nothing goes wrong inside it."""

import logging
from collections.abc import Iterator

import pytest

from tests.contract.bad_input import Siege, besieged


@pytest.fixture(scope="module")
def siege() -> Iterator[Siege]:
    with besieged() as siege:
        yield siege
        # Or else all the later tests would have been those of a stranger.
        assert siege.is_still_let_in()


@pytest.fixture
def nothing_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing may leave an error in the log: that is where tracebacks go."""
    yield
    assert not [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
