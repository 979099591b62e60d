"""Charges for sending much: what an account pays for the transactions of an hour that are more than are free.

A transaction is a bet that is placed, or replaced, or a request for one that fails; other edits count where they fail,
and all of them where the scenario says so. Source: published, "Transaction charges": bets placed and failed
transactions, 5000 of which are free in an hour, and 0.002 pounds for each of the others; an Australian page counts
cancellations too. That charges are set off against commission is published as well and not done here.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from simulator.exchange.commands import CancelOrders, ChargeTransactions, PlaceOrders, ReplaceOrders, UpdateOrders
from simulator.exchange.events import InstructionRefused, OrderCancelled, OrderUpdated
from simulator.exchange.exchange import Exchange
from simulator.exchange.money import divide_half_away
from simulator.world.happened import Happened
from simulator.world.inputs import Input
from simulator.world.settings import TransactionLimit

HOUR: Final = 60 * 60 * 1000
THOUSANDTHS_PER_PENNY: Final = 10


class TransactionCharges:
    """Counts the transactions of every account within the hour of the clock, and is due at its end.

    Without a limit nothing is counted, and nothing is ever due.
    """

    name: Final = "transaction charges"

    def __init__(self, exchange: Exchange, limit: TransactionLimit | None) -> None:
        self._exchange: Final = exchange
        self.limit: Final = limit
        self._hour = 0
        self._counted: dict[str, int] = {}
        self._are_due = False

    @property
    def next_due(self) -> int | None:
        """Return the end of the hour in which some account has sent more than is free, or `None`."""
        return (self._hour + 1) * HOUR if self._are_due else None

    def hear(self, happened: Happened) -> None:
        """Count what an input asked for."""
        one, limit = happened.input, self.limit
        if limit is None or not isinstance(one, PlaceOrders | CancelOrders | ReplaceOrders | UpdateOrders):
            return
        account = self._exchange.accounts.get(one.account)
        if account is None or account.definition.unlimited:
            return
        if happened.at // HOUR != self._hour:
            self._hour, self._counted = happened.at // HOUR, {}
        number = self._counted[one.account] = self._counted.get(one.account, 0) + _transactions(happened, limit)
        if number > limit.per_hour:
            self._are_due = True

    def run(self, due: int) -> Iterable[Input]:
        """Charge the accounts that have sent more than is free, in the order of their first transactions."""
        counted, self._counted, self._are_due = self._counted, {}, False
        for account, number in counted.items():
            amount = self._charge(account, number)
            if amount:
                yield ChargeTransactions(account, amount)

    def _charge(self, account: str, number: int) -> int:
        """Return what so many transactions cost, in the money of the account, to the nearest hundredth."""
        assert self.limit is not None
        excess, rate = max(0, number - self.limit.per_hour), self._exchange.accounts[account].definition.rate
        thousandths = excess * self.limit.price_thousandths * rate.hundredths
        return divide_half_away(thousandths, THOUSANDTHS_PER_PENNY * rate.pence)

    def state(self, now: int) -> Iterator[tuple[object, ...]]:
        """Yield the hour that is not over, whether it will cost somebody something, and what counts in it."""
        if self._are_due or now // HOUR == self._hour:
            yield self._hour, self._are_due
            yield from self._counted.items()


def _transactions(happened: Happened, limit: TransactionLimit) -> int:
    """Return how many transactions an input was."""
    one = happened.input
    if isinstance(one, PlaceOrders | ReplaceOrders):
        return len(one.instructions)
    assert isinstance(one, CancelOrders | UpdateOrders)
    if happened.refusal is not None:
        return len(one.instructions or ())
    failed = sum(isinstance(event, InstructionRefused) for event in happened.events)
    done = sum(isinstance(event, OrderCancelled | OrderUpdated) for event in happened.events)
    return failed + (done if limit.counts_edits else 0)
