"""Double-entry money: every penny leaves one account and enters another, so the sum over all is always zero.

An account in another currency has a balance of its own in it, to the hundredth: what its owner is paid and charged is
an amount of that currency. Its pence are at all times what that balance is worth, to the nearest penny, and what moves
in pence is the difference. So rounding never piles up; who is on the other side, the house for one, is paid or pays
what is left over of bets between currencies.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple

from msgspec import Struct

from simulator.exchange.currencies import PAR, Rate
from simulator.exchange.events import MoneyMoved

CASHIER: Final = "exchange/cashier"
"""Where deposits come from: its balance is minus the money customers have paid in."""
COMMISSION: Final = "exchange/commission"
"""Commission earned by the exchange."""
HOUSE: Final = "exchange/house"
"""The counterparty of every bet at settlement; what stays is what rounding, virtual bets and auctions leave over."""

DEPOSIT, WITHDRAWAL, BET, COMMISSION_CHARGE = "deposit", "withdrawal", "bet", "commission"
BET_CORRECTION: Final = "bet correction"
COMMISSION_REVERSAL: Final = "commission reversal"
TRANSACTION_CHARGE: Final = "transaction charge"
"""The memos of postings: what money moves for."""

PAYMENTS: Final = frozenset({DEPOSIT, WITHDRAWAL})
"""Those of what betting does not move."""


class ForeignPart(NamedTuple):
    """What a posting is to an account in another currency: how much moved, never negative, and what is there now."""

    account: str
    amount: int
    balance: int


# No posting refers to another, so none is part of a cycle that the collector would have to look for.
class Posting(Struct, frozen=True, gc=False):
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
    """The number of a deposit, a withdrawal or a charge for transactions, `None` for what else moves money."""
    own: ForeignPart | None = None
    """Where one of the two is in another currency."""
    corrections: int = 0
    """How many times its market had been settled anew when this, or what this takes back, was posted."""

    def amount_for(self, account: str) -> int:
        """Return what the posting did to one of its two accounts, in the money of that account."""
        amount = self.amount if self.own is None or self.own.account != account else self.own.amount
        return amount if account == self.credit else -amount

    def balance_of(self, account: str) -> int:
        """Return the balance of one of its two accounts after the posting, in the money of that account."""
        if self.own is not None and self.own.account == account:
            return self.own.balance
        return self.credit_balance if account == self.credit else self.debit_balance


class PaidBets(NamedTuple):
    """What was moved, in pence, for bets that were settled together, and what whom it concerns had before."""

    moves: Sequence[MoneyMoved]
    corrections: int
    balances: Mapping[str, int]

    def postings(self) -> Iterator[Posting]:
        """Yield a posting for each, with the balances to which it led."""
        balances = dict(self.balances)
        for moved in self.moves:
            debit, credit, amount = moved.debit, moved.credit, moved.amount
            balances[debit] = debit_balance = balances[debit] - amount
            balances[credit] = credit_balance = balances[credit] + amount
            yield Posting(
                moved.at, debit, credit, amount, moved.memo, moved.market_id, moved.bet_id,
                debit_balance, credit_balance, None, None, self.corrections,
            )  # fmt: skip


class Ledger:
    """Balances and the postings that made them.

    Balances are those of now at all times; what was moved is written into the statements when somebody reads one.
    """

    FOLLOWS: ClassVar = frozenset({"_unwritten"})
    """The attributes that `forget_what_follows` makes anew, once everything is written up."""

    def __init__(self) -> None:
        self.balances: dict[str, int] = {CASHIER: 0, COMMISSION: 0, HOUSE: 0}
        """By account, in pence."""
        self.last_transaction_id = 0
        """Deposits, withdrawals and charges for transactions are numbered from 1 on."""
        self.own_balances: dict[str, int] = {}
        """By account, in the money of the account where that is not pounds."""
        self._rates: dict[str, Rate] = {}
        self._statements: dict[str, list[Posting]] = {account: [] for account in self.balances}
        self._before_payments: dict[str, list[int]] = {account: [] for account in self.balances}
        """For each payment of an account, how many postings that are none come before it."""
        self.forget_what_follows()

    def forget_what_follows(self) -> None:
        """Begin with statements in which everything stands."""
        self._unwritten: list[Posting | PaidBets] = []

    def open(self, account: str, rate: Rate = PAR) -> None:
        """Open an account with nothing in it, whose money is worth so much; `ValueError` if there is one already."""
        if account in self.balances:
            raise ValueError(f"there is an account {account!r} already")
        self.balances[account] = 0
        self._statements[account] = []
        self._before_payments[account] = []
        if rate != PAR:
            self._rates[account] = rate
            self.own_balances[account] = 0

    def balance_of(self, account: str) -> int:
        """Return the balance of an account in its own money."""
        own = self.own_balances.get(account)
        return self.balances[account] if own is None else own

    def move(  # noqa: PLR0913, PLR0917, a posting has so many parts
        self,
        at: int,
        debit: str,
        credit: str,
        amount: int,
        memo: str,
        market_id: str | None = None,
        bet_id: int | None = None,
        corrections: int = 0,
        transaction_id: int | None = None,
    ) -> Posting:
        """Move `amount` pence; a negative amount moves the other way, so a posting's own is never negative.

        Where one of the two accounts is in another currency, `amount` is in that. `ValueError` where both are.
        """
        if amount < 0:
            debit, credit, amount = credit, debit, -amount
        own = None
        if self._rates:
            own = self._move_own(debit, credit, amount)
            if own is not None:
                worth = self._rates[own.account].in_pence(own.balance)
                amount = abs(worth - self.balances[own.account])
        balances = self.balances
        balances[debit] = debit_balance = balances[debit] - amount
        balances[credit] = credit_balance = balances[credit] + amount
        posting = Posting(
            at, debit, credit, amount, memo, market_id, bet_id,
            debit_balance, credit_balance, transaction_id, own, corrections,
        )  # fmt: skip
        self._unwritten.append(posting)
        return posting

    def pay_bets(self, moves: Sequence[MoneyMoved], profits: Mapping[str, Iterable[int]], corrections: int) -> None:
        """Take account of what has moved between the house and bets in pounds, settled together in one market.

        `profits` are the same amounts by account.
        """
        before = {name: self.balances[name] for name in (HOUSE, *profits)}
        self._unwritten.append(PaidBets(moves, corrections, before))
        for name, profits_of_account in profits.items():
            total = sum(profits_of_account)
            self.balances[name] += total
            self.balances[HOUSE] -= total

    def pay(self, at: int, account: str, amount: int) -> Posting:
        """Move `amount`, in the money of the account, to it from the cashier; less than nothing is a withdrawal."""
        self.last_transaction_id += 1
        self.write_up()
        for name in (CASHIER, account):
            before = self._before_payments[name]
            before.append(len(self._statements[name]) - len(before))
        memo = DEPOSIT if amount >= 0 else WITHDRAWAL
        return self.move(at, CASHIER, account, amount, memo, transaction_id=self.last_transaction_id)

    def charge(self, at: int, account: str, amount: int) -> Posting:
        """Move `amount`, in the money of the account, from it to the exchange, for having sent too much."""
        self.last_transaction_id += 1
        return self.move(at, account, COMMISSION, amount, TRANSACTION_CHARGE, transaction_id=self.last_transaction_id)

    def _move_own(self, debit: str, credit: str, amount: int) -> ForeignPart | None:
        """Move an amount into or out of an account in another currency, where one of the two is."""
        if debit in self._rates and credit in self._rates:
            raise ValueError(f"the accounts {debit!r} and {credit!r} are both in other currencies")
        for account, sign in ((debit, -1), (credit, 1)):
            if account in self._rates:
                self.own_balances[account] += sign * amount
                return ForeignPart(account, amount, self.own_balances[account])
        return None

    def write_up(self) -> None:
        """Let everything that was moved stand in the statements."""
        statements, unwritten = self._statements, self._unwritten
        for entry in unwritten:
            for posting in (entry,) if isinstance(entry, Posting) else entry.postings():
                statements[posting.debit].append(posting)
                statements[posting.credit].append(posting)
        unwritten.clear()

    def statement(self, account: str) -> Iterator[Posting]:
        """Yield the postings of an account, latest first."""
        return reversed(self.postings(account))

    def postings(self, account: str) -> Sequence[Posting]:
        """Return the postings of an account, earliest first."""
        if self._unwritten:
            self.write_up()
        return self._statements.get(account, [])

    def payments(self, account: str, first: int, end: int) -> list[Posting]:
        """Return deposits and withdrawals of an account, the earliest first: of all of them, those in this stretch."""
        statement, before = self.postings(account), self._before_payments.get(account, [])
        return [statement[before[place] + place] for place in range(first, min(end, len(before)))]

    def postings_but_payments(self, account: str, first: int, end: int) -> list[Posting]:
        """Return what betting has moved in an account, bets and commission, as `payments` does."""
        statement, before = self.postings(account), self._before_payments.get(account, [])
        places = range(first, min(end, len(statement) - len(before)))
        return [statement[place + bisect_right(before, place)] for place in places]
