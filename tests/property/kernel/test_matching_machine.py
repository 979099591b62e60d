"""Cross-matching, fill-or-kill, bet targets, the auction and withdrawals through programs that hypothesis makes up.

What is promised is in exchange mechanics, section 15; the naive twin of the matcher is `twin_matching`.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from simulator.exchange.orders import Order, RunnerKey, Side
from simulator.exchange.refusals import Refused
from simulator.exchange.statuses import RunnerStatus
from tests.exchange_state import state_of
from tests.property.kernel.steps_matching import CUSTOMERS, MatchingPrograms
from tests.property.kernel.steps_matching_events import MatchingEvents
from tests.property.kernel.twin_matching import completing_price
from tests.property.kernel.twin_money import nearest_penny


class MatchingMachine(MatchingPrograms, MatchingEvents):
    """All that can happen, and what must hold after each step of it; sizes, ledger and books are checked by `World`."""

    @invariant()
    def no_order_is_left_with_a_virtual_price_at_its_limit(self) -> None:
        """But for the pence that were left alone, and for lays that a withdrawal brings together."""
        if len(self.active()) < len(self.keys):
            return
        for side in Side:
            best = {key: self.market.runners[key].book.queue_of(side).best for key in self.keys}
            if None in best.values():
                continue
            prices = {key: level.price for key, level in best.items() if level is not None}
            for key, limit in prices.items():
                legs = [price for other, price in prices.items() if other != key]
                virtual = completing_price(legs, self.market.winners_left, side)
                if virtual is not None and (virtual >= limit if side is Side.BACK else virtual <= limit):
                    assert self.leftovers & {(runner, price, side) for runner, price in prices.items()}

    @invariant()
    def exposure_is_the_worst_of_all_outcomes(self) -> None:
        for name in CUSTOMERS:
            orders = [o for o in self.world.orders if o.account == name and o.settled_at is None]
            assert worst_loss(orders, self.outcomes()) == self.world.exposure(name)

    @invariant()
    def every_penny_of_the_exchange_is_traded_twice(self) -> None:
        for runner in self.market.runners.values():
            assert sum(runner.book.traded.values()) == runner.book.total_matched
        assert sum(runner.book.total_matched for runner in self.market.runners.values()) == self.market.total_matched

    @invariant()
    def the_fragments_of_a_bet_add_up_to_what_was_matched_of_it(self) -> None:
        for order in self.world.orders:
            assert sum(fragment.size for fragment in order.fragments) == order.size_matched + order.size_voided

    @invariant()
    def every_penny_backed_is_laid_by_somebody_or_by_the_house(self) -> None:
        """At the starting price both sides bring money, so that their stakes meet to less than a penny a bet."""
        for key in self.keys:
            backed, laid = (
                sum(o.size_matched + o.size_voided for o in self.world.orders if o.runner == key and o.side is side)
                for side in (Side.BACK, Side.LAY)
            )
            difference = abs(backed - laid - self.house_stakes.get(key, 0))
            assert difference <= self.bets_at_starting_price(key)

    @invariant()
    def the_house_loses_no_more_than_its_pence_whoever_wins(self) -> None:
        """It holds nothing but what rounding leaves over, until a withdrawal changes the prices of its legs."""
        if any(runner.status is not RunnerStatus.ACTIVE for runner in self.market.runners.values()):
            return
        of_virtual_bets = self.virtual_bets * (len(self.keys) - 1)
        # A penny more or less of stake is worth the price at which it stands, which may be that of an offer of 1000.
        of_starting_prices = sum(
            self.bets_at_starting_price(key) * self.highest_price_matched(key) for key in self.market.runners
        )
        for winners in self.outcomes():
            customers = sum(exact_result(order, order.runner in winners) for order in self.world.orders)
            assert customers <= of_virtual_bets + of_starting_prices

    def bets_at_starting_price(self, key: RunnerKey) -> int:
        """How many bets on a runner the auction matched, and so rounded to a penny each."""
        price = self.market.runners[key].starting_price
        if price is None or not any(self.market.runners[key].starting_price_taken.values()):
            return 0
        return sum(bool(order.fragments) for order in self.world.orders if order.runner == key)

    def highest_price_matched(self, key: RunnerKey) -> Fraction:
        prices = [f.price for order in self.world.orders if order.runner == key for f in order.fragments]
        return Fraction(max(prices, default=0), 100)

    def outcomes(self) -> Iterator[tuple[RunnerKey, ...]]:
        active = self.active()
        return combinations(active, min(len(active), self.market.winners_left))

    def teardown(self) -> None:
        """The same commands come to the same, byte for byte; and the result costs nobody more than was at risk."""
        again = self.new_world()
        for command, was_accepted, at in self.record:
            again.now = at
            try:
                again.apply(command)
            except Refused:
                assert not was_accepted
        assert state_of(again.exchange) == state_of(self.kernel)
        least = {name: self.world.available(name) for name in CUSTOMERS}
        # Any result is as good as another, if it is the same when the program is run again.
        results = list(self.outcomes())
        self.world.settle(*results[len(self.record) % len(results)])
        for name in CUSTOMERS:
            assert self.world.balance(name) >= least[name]


def worst_loss(orders: list[Order], outcomes: Iterator[tuple[RunnerKey, ...]]) -> int:
    """The worst there is for an account: every set of winners, and each bet's rest matched or not."""
    worst = min(sum(worst_result(order, order.runner in winners) for order in orders) for winners in outcomes)
    return max(0, -worst)


def exact_result(order: Order, wins: bool) -> Fraction:
    """What a bet brings its owner as it is matched, before any rounding."""
    if not order.size_matched:
        return Fraction(0)
    backer = (Fraction(sum(f.payout for f in order.fragments), 100) if wins else 0) - order.size_matched
    return Fraction(backer if order.side is Side.BACK else -backer)


def worst_result(order: Order, wins: bool) -> int:
    """The worse result of a bet, with and without what is unmatched of it, at its own price."""
    sign = 1 if order.side is Side.BACK else -1
    matched = sum(Fraction(fragment.payout, 100) if wins else 0 for fragment in order.fragments)
    stake = order.size_matched
    if not stake:
        matched = Fraction(0)
    exact = matched - stake
    whole = exact + order.size_remaining * (Fraction(order.price, 100) * wins - 1)
    waiting = order.liability_waiting if wins is (order.side is Side.LAY) else 0
    return min(nearest_penny(sign * exact), nearest_penny(sign * whole)) - waiting


TestMatchingMachine = MatchingMachine.TestCase
# The end of a market is worth reaching: it comes after a good number of steps.
TestMatchingMachine.settings = settings(
    max_examples=max(60, settings().max_examples), stateful_step_count=max(60, settings().stateful_step_count)
)


@pytest.mark.deep
def test_kernel_and_twin_match_alike_through_very_many_long_programs() -> None:
    run_state_machine_as_test(
        MatchingMachine,
        settings=settings(
            deadline=None,
            max_examples=20_000,
            print_blob=True,
            stateful_step_count=60,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
