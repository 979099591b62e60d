"""Money that customers pay in and take out, or are charged, always in the money of their accounts.

Sources: manual, currency parameters, for the smallest deposit of a currency; newer currencies have none that is known.
"""

from simulator.exchange.commands import ChargeTransactions, DepositMoney, WithdrawMoney
from simulator.exchange.events import Event
from simulator.exchange.money import written
from simulator.exchange.refusals import Impossible
from simulator.exchange.state import State
from simulator.exchange.telling import money_moved


def deposit_money(state: State, command: DepositMoney, at: int) -> list[Event]:
    """Pay money into an account; `Impossible` for less than the smallest deposit of its currency."""
    account = state.account(command.account)
    currency = account.definition.currency
    least = max(1, state.rules.currency(currency).minimum_deposit)
    if command.amount < least:
        raise Impossible(f"a deposit is of {_written(least, currency)} at least, not of {_written(command.amount)}")
    return [money_moved(state.ledger.pay(at, account.name, command.amount))]


def withdraw_money(state: State, command: WithdrawMoney, at: int) -> list[Event]:
    """Pay money out of an account; `Impossible` for more than is available to bet with, and for none at all."""
    account = state.account(command.account)
    available, currency = state.available(account), account.definition.currency
    if command.amount < 1:
        raise Impossible(f"a withdrawal is of {_written(1, currency)} at least, not of {_written(command.amount)}")
    if command.amount > available:
        raise Impossible(
            f"account {account.name!r} has {_written(available, currency)} available, and {_written(command.amount)} "
            "cannot be withdrawn"
        )
    return [money_moved(state.ledger.pay(at, account.name, -command.amount))]


def charge_transactions(state: State, command: ChargeTransactions, at: int) -> list[Event]:
    """Take a charge out of an account, whatever is left in it; `Impossible` for one of nothing."""
    account = state.account(command.account)
    if command.amount < 1:
        raise Impossible(f"a charge is of {_written(1)} at least, not of {_written(command.amount)}")
    return [money_moved(state.ledger.charge(at, account.name, command.amount))]


def _written(amount: int, currency: str = "") -> str:
    return f"{written(amount)} {currency}".rstrip()
