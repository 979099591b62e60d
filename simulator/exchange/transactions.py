"""Transactions: what counts as one, and what those cost in an hour that are more than are free.

A transaction is a bet that is placed, or replaced, or a request for one that fails; other edits count where they fail,
and all of them where the limit says so. Source: published, "Transaction charges": bets placed and failed
transactions, 5000 of which are free in an hour, and 0.002 pounds for each of the others; an Australian page counts
cancellations too.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from simulator.exchange.commands import CancelOrders, PlaceOrders, ReplaceOrders, UpdateOrders
from simulator.exchange.currencies import Rate
from simulator.exchange.events import Event, InstructionRefused, OrderCancelled, OrderUpdated
from simulator.exchange.money import divide_half_away

HOUR: Final = 60 * 60 * 1000
THOUSANDTHS_PER_PENNY: Final = 10

Counted = PlaceOrders | CancelOrders | ReplaceOrders | UpdateOrders
"""The commands that are transactions."""


class TransactionLimit(Struct, frozen=True):
    """So many transactions an hour are free, and each of the others costs so many thousandths of a pound."""

    per_hour: int
    price_thousandths: int
    counts_edits: bool

    def charge(self, number: int, rate: Rate) -> int:
        """Return what so many in an hour cost, in the money of an account, to the nearest hundredth."""
        thousandths = max(0, number - self.per_hour) * self.price_thousandths * rate.hundredths
        return divide_half_away(thousandths, THOUSANDTHS_PER_PENNY * rate.pence)


def transactions(command: Counted, events: Iterable[Event] | None, limit: TransactionLimit) -> int:
    """Return how many transactions a request was; `events` are what came of it, `None` where it was refused whole."""
    if isinstance(command, PlaceOrders | ReplaceOrders):
        return len(command.instructions)
    if events is None:
        return len(command.instructions or ())
    failed = done = 0
    for event in events:
        failed += isinstance(event, InstructionRefused)
        done += isinstance(event, OrderCancelled | OrderUpdated)
    return failed + (done if limit.counts_edits else 0)
