"""Random sessions of bettors over the wire, held against a world in process that is given the same commands.

A program logs in, bets, changes bets, lets time pass, and has markets suspended, turned in play and settled, all of it
over HTTP: in one served world over JSON-RPC while it is over REST in another, in turns. Beside them a world that nobody
serves is given the commands of the exchange. After every step all three have the same state hash, which shows also that
whatever only reads changes nothing, but for near and far prices, which last for a minute once they are read. Every
answer is the one that naive twins write from lists of bets before and after, and not from the kernel's events. A
request that waits for the bet delay is answered when the clock has moved so far, and not before.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.wire.steps_betting import Betting
from tests.property.wire.steps_markets import Operating
from tests.property.wire.steps_reading import Attending, Looking
from tests.property.wire.steps_time import Waiting


class WireMachine(Betting, Looking, Attending, Waiting, Operating):
    """What bettors, the operator and time do."""


TestWireMachine = WireMachine.TestCase
TestWireMachine.settings = settings(max_examples=28, stateful_step_count=50)


@pytest.mark.deep
@pytest.mark.parametrize("batch", range(20))
def test_the_wire_and_the_kernel_agree_through_thousands_of_sessions(batch: int) -> None:
    """Every batch makes up programs of its own; in a single run hypothesis would remember gigabytes of them."""
    run_state_machine_as_test(
        WireMachine,
        settings=settings(
            database=None,
            deadline=None,
            derandomize=False,
            max_examples=250,
            print_blob=True,
            stateful_step_count=60,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
