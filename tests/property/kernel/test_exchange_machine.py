"""The kernel and its naive twin, driven side by side through programs that hypothesis makes up.

A program opens a few accounts and markets and then does what customers, the operator and time do, in any order. After
every step both must have given the same answer and must look the same, and the kernel must keep its promises. At the
end the program is run again on a fresh kernel, which must come to the same.
"""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.kernel.invariants import Promises
from tests.property.kernel.steps_auction import Auctioning
from tests.property.kernel.steps_editing import Editing
from tests.property.kernel.steps_markets import Listing, Operating, Settling
from tests.property.kernel.steps_restrictions import Restricting
from tests.property.kernel.steps_taking import Taking
from tests.property.kernel.steps_time import Waiting


class ExchangeMachine(Auctioning, Taking, Editing, Restricting, Listing, Operating, Settling, Waiting, Promises):
    """All groups of rules and all promises; another kind of bet or market joins as one more group."""

    def teardown(self) -> None:
        """The same commands at the same times come to the same, byte for byte."""
        self.pair.replay()


TestExchangeMachine = ExchangeMachine.TestCase
# Long programs find more than many short ones.
TestExchangeMachine.settings = settings(
    max_examples=max(60, settings().max_examples), stateful_step_count=max(60, settings().stateful_step_count)
)


class RestrictedMachine(Restricting, Settling, Waiting, Promises):
    """Those who are kept from betting by more than the market, among themselves: of all programs few are about them."""

    def teardown(self) -> None:
        self.pair.replay()


TestRestrictedMachine = RestrictedMachine.TestCase
TestRestrictedMachine.settings = settings(max_examples=min(40, settings().max_examples // 2), stateful_step_count=25)


@pytest.mark.deep
@pytest.mark.parametrize("batch", range(40))
def test_kernel_and_twin_agree_through_twenty_thousand_programs(batch: int) -> None:
    """Every batch makes up programs of its own; in a single run hypothesis would remember gigabytes of them."""
    run_state_machine_as_test(
        ExchangeMachine,
        settings=settings(
            database=None,
            deadline=None,
            derandomize=False,
            max_examples=500,
            print_blob=True,
            stateful_step_count=80,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
