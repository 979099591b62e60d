"""What the contract tests share: worlds to bet in and those who bet in them, and one that bad input lays siege to."""

import logging
from collections.abc import Iterator

import pytest

from tests.contract.bad_input import Siege, besieged
from tests.contract.betting_world import BettingWorld
from tests.contract.bettor import Bettor
from tests.contract.bettor import betting as world_of_bettors
from tests.in_process import Client


@pytest.fixture
def betting() -> BettingWorld:
    return BettingWorld()


@pytest.fixture
def client() -> Iterator[Client]:
    with world_of_bettors() as client:
        yield client


@pytest.fixture
def alice(client: Client) -> Bettor:
    return Bettor(client)


@pytest.fixture
def bob(client: Client) -> Bettor:
    return Bettor(client, "bob")


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
