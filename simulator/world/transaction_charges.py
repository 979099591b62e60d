"""Charges for sending much: what an account pays for the transactions of an hour that are more than are free.

What counts and what it costs is in `simulator.exchange.transactions`. That charges are set off against commission is
published as well and not done here.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from simulator.exchange.commands import CancelOrders, ChargeTransactions, PlaceOrders, ReplaceOrders, UpdateOrders
from simulator.exchange.exchange import Exchange
from simulator.exchange.transactions import HOUR, TransactionLimit, transactions
from simulator.world.happened import Happened
from simulator.world.inputs import Input


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
        number = self._counted[one.account] = self._counted.get(one.account, 0) + transactions(
            one, None if happened.refusal is not None else happened.events, limit
        )
        if number > limit.per_hour:
            self._are_due = True

    def run(self, due: int) -> Iterable[Input]:
        """Charge the accounts that have sent more than is free, in the order of their first transactions."""
        counted, self._counted, self._are_due = self._counted, {}, False
        for account, number in counted.items():
            assert self.limit is not None
            amount = self.limit.charge(number, self._exchange.accounts[account].definition.rate)
            if amount:
                yield ChargeTransactions(account, amount)

    def state(self, now: int) -> Iterator[tuple[object, ...]]:
        """Yield the hour that is not over, whether it will cost somebody something, and what counts in it."""
        if self._are_due or now // HOUR == self._hour:
            yield self._hour, self._are_due
            yield from self._counted.items()
