"""Double-entry money: every penny leaves one account and enters another, so the sum over all is always zero."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

CASHIER: Final = "exchange/cashier"
"""Where deposits come from: its balance is minus the money customers have paid in."""
COMMISSION: Final = "exchange/commission"
"""Commission earned by the exchange."""
HOUSE: Final = "exchange/house"
"""The counterparty of every bet at settlement; what stays is what rounding, virtual bets and auctions leave over."""

DEPOSIT, WITHDRAWAL, BET, COMMISSION_CHARGE = "deposit", "withdrawal", "bet", "commission"
"""The memos of postings: what money moves for."""


class Posting(NamedTuple):
    """One movement of `amount` pence, never negative, from `debit` to `credit`; the memo says what for."""

    at: int
    debit: str
    credit: str
    amount: int
    memo: str
    market_id: str | None
    bet_id: int | None
    debit_balance: int
    """Balance of the debited account after the posting."""
    credit_balance: int
    transaction_id: int | None = None
    """The number of a deposit or a withdrawal, `None` for what else moves money."""

    def amount_for(self, account: str) -> int:
        """Return what the posting did to one of its two accounts, in pence."""
        return self.amount if account == self.credit else -self.amount

    def balance_of(self, account: str) -> int:
        """Return the balance of one of its two accounts after the posting, in pence."""
        return self.credit_balance if account == self.credit else self.debit_balance


class Ledger:
    """Balances and the postings that made them."""

    def __init__(self) -> None:
        self.balances: dict[str, int] = {CASHIER: 0, COMMISSION: 0, HOUSE: 0}
        self.last_transaction_id = 0
        """Deposits and withdrawals are numbered from 1 on."""
        self._statements: dict[str, list[Posting]] = {}
        self._payments: dict[str, list[Posting]] = {}
        self._others: dict[str, list[Posting]] = {}

    def open(self, account: str) -> None:
        """Open an account with nothing in it; `ValueError` if there is one of that name."""
        if account in self.balances:
            raise ValueError(f"there is an account {account!r} already")
        self.balances[account] = 0

    def move(
        self,
        at: int,
        debit: str,
        credit: str,
        amount: int,
        memo: str,
        market_id: str | None = None,
        bet_id: int | None = None,
    ) -> Posting:
        """Move `amount` pence; a negative amount moves the other way, so a posting's own is never negative."""
        return self._post(at, debit, credit, amount, memo, market_id, bet_id, None)

    def pay(self, at: int, account: str, amount: int) -> Posting:
        """Move `amount` pence from the cashier to an account as a deposit; less than nothing is a withdrawal."""
        self.last_transaction_id += 1
        memo = DEPOSIT if amount >= 0 else WITHDRAWAL
        return self._post(at, CASHIER, account, amount, memo, None, None, self.last_transaction_id)

    def _post(
        self,
        at: int,
        debit: str,
        credit: str,
        amount: int,
        memo: str,
        market_id: str | None,
        bet_id: int | None,
        transaction_id: int | None,
    ) -> Posting:
        if amount < 0:
            debit, credit, amount = credit, debit, -amount
        self.balances[debit] -= amount
        self.balances[credit] += amount
        balances = self.balances[debit], self.balances[credit]
        posting = Posting(at, debit, credit, amount, memo, market_id, bet_id, *balances, transaction_id)
        kind = self._others if transaction_id is None else self._payments
        for account in (debit, credit):
            self._statements.setdefault(account, []).append(posting)
            kind.setdefault(account, []).append(posting)
        return posting

    def statement(self, account: str) -> Iterator[Posting]:
        """Yield the postings of an account, latest first."""
        return reversed(self._statements.get(account, []))

    def postings(self, account: str) -> Sequence[Posting]:
        """Return the postings of an account, earliest first."""
        return self._statements.get(account, [])

    def payments(self, account: str) -> Sequence[Posting]:
        """Return the deposits and withdrawals of an account, earliest first."""
        return self._payments.get(account, [])

    def postings_but_payments(self, account: str) -> Sequence[Posting]:
        """Return what betting has moved in an account, bets and commission, earliest first."""
        return self._others.get(account, [])
