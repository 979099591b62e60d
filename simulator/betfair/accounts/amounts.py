"""Amounts of money as the accounts service writes them."""

from simulator.betfair.schema.wire import double
from simulator.world.accounts import CustomerAccount


def in_own_currency(account: CustomerAccount, pence: int) -> float:
    """Return an amount of an account's ledger as the account is shown it: in the account's own currency."""
    return double(pence)
