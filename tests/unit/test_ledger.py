"""Money moves between two accounts and nowhere else."""

from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.commands import OpenAccount
from simulator.exchange.events import AccountOpened, MoneyMoved
from simulator.exchange.ledger import BET, CASHIER, COMMISSION, HOUSE, Ledger, Posting
from simulator.exchange.refusals import Impossible
from tests.exchange_state import state_of
from tests.unit.exchange_builder import START, A, World, lay


def ledger_of(*accounts: str) -> Ledger:
    ledger = Ledger()
    for account in accounts:
        ledger.open(account)
    return ledger


# The ledger by itself


def test_what_leaves_one_account_enters_another() -> None:
    ledger = ledger_of("alice")

    posting = ledger.move(START, CASHIER, "alice", 100_00, "gift")

    assert {CASHIER: -100_00, COMMISSION: 0, HOUSE: 0, "alice": 100_00} == ledger.balances
    assert Posting(START, CASHIER, "alice", 100_00, "gift", None, None, -100_00, 100_00, None) == posting


def test_payments_are_numbered_and_go_through_the_cashier() -> None:
    ledger = ledger_of("alice", "bob")

    paid_in, other, paid_out = (ledger.pay(START, name, pence) for name, pence in payments())

    assert Posting(START, CASHIER, "alice", 100_00, "deposit", None, None, -100_00, 100_00, 1) == paid_in
    assert ("bob", 2) == (other.credit, other.transaction_id)
    assert Posting(START, "alice", CASHIER, 30_00, "withdrawal", None, None, 70_00, -80_00, 3) == paid_out
    assert 3 == ledger.last_transaction_id


def payments() -> list[tuple[str, int]]:
    return [("alice", 100_00), ("bob", 10_00), ("alice", -30_00)]


def test_the_postings_of_an_account_are_payments_or_are_not() -> None:
    ledger = ledger_of("alice", "bob")
    (paid_in, _, paid_out), won = (
        [ledger.pay(START, *one) for one in payments()],
        ledger.move(START, HOUSE, "alice", 5, "bet"),
    )

    assert [paid_in, paid_out, won] == list(ledger.postings("alice"))
    assert [paid_in, paid_out] == ledger.payments("alice", 0, 9)
    assert [won] == ledger.postings_but_payments("alice", 0, 9)
    assert [] == [*ledger.postings("nobody"), *ledger.payments("nobody", 0, 9)]
    assert [] == ledger.postings_but_payments("bob", 0, 9)


@given(st.lists(st.booleans(), max_size=12), st.integers(0, 13), st.integers(0, 13))
def test_a_stretch_of_payments_and_of_the_rest_is_what_a_walk_would_find(
    is_payment: list[bool], first: int, end: int
) -> None:
    ledger = ledger_of("alice")
    postings = [
        ledger.pay(START, "alice", 1) if payment else ledger.move(START, HOUSE, "alice", 1, "bet")
        for payment in is_payment
    ]

    paid = [posting for posting in postings if posting.transaction_id is not None]
    rest = [posting for posting in postings if posting.transaction_id is None]
    assert paid[first:end] == ledger.payments("alice", first, end)
    assert rest[first:end] == ledger.postings_but_payments("alice", first, end)


def test_a_negative_amount_moves_the_other_way_so_that_postings_have_none() -> None:
    ledger = ledger_of("alice")

    posting = ledger.move(START, HOUSE, "alice", -5_00, "bet", "1.1", 42)

    assert ("alice", HOUSE, 5_00) == (posting.debit, posting.credit, posting.amount)
    assert {CASHIER: 0, COMMISSION: 0, HOUSE: 5_00, "alice": -5_00} == ledger.balances


def test_a_posting_is_read_from_either_side() -> None:
    ledger = ledger_of("alice", "bob")
    ledger.move(START, CASHIER, "alice", 100_00, "deposit")

    posting = ledger.move(START, "alice", "bob", 30_00, "gift")

    assert (-30_00, 70_00) == (posting.amount_for("alice"), posting.balance_of("alice"))
    assert (30_00, 30_00) == (posting.amount_for("bob"), posting.balance_of("bob"))


def test_a_statement_is_an_accounts_own_postings_latest_first() -> None:
    ledger = ledger_of("alice", "bob")
    first = ledger.move(START, CASHIER, "alice", 100_00, "deposit")
    ledger.move(START, CASHIER, "bob", 100_00, "deposit")
    last = ledger.move(START + 1, "alice", HOUSE, 1_00, "bet")

    assert [last, first] == list(ledger.statement("alice"))
    assert [] == list(ledger.statement("nobody"))


def test_an_account_is_opened_once_with_nothing_in_it() -> None:
    ledger = ledger_of("alice")

    assert 0 == ledger.balances["alice"]
    with pytest.raises(ValueError, match="there is an account 'alice' already"):
        ledger.open("alice")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["alice", "bob", CASHIER]),
            st.sampled_from(["alice", "bob", HOUSE]),
            st.integers(-1000, 1000),
        )
    )
)
def test_all_balances_sum_to_zero_and_every_statement_explains_its_balance(moves: list[tuple[str, str, int]]) -> None:
    ledger = ledger_of("alice", "bob")
    for debit, credit, amount in moves:
        if debit != credit:
            ledger.move(START, debit, credit, amount, "move")

    assert 0 == sum(ledger.balances.values())
    for account, balance in ledger.balances.items():
        running = 0
        for posting in reversed(list(ledger.statement(account))):
            assert 0 <= posting.amount
            running += posting.amount_for(account)
            assert running == posting.balance_of(account)
        assert balance == running


class Settlement(NamedTuple):
    """What bets of some accounts have won or lost in a market that was settled anew so many times."""

    corrections: int
    bets: list[tuple[str, int]]

    def pay_together(self, ledger: Ledger) -> None:
        paid = [(number, name, profit) for number, (name, profit) in enumerate(self.bets) if profit]
        moves = [
            MoneyMoved(START, *((HOUSE, name) if profit > 0 else (name, HOUSE)), abs(profit), BET, "1.1", number)
            for number, name, profit in paid
        ]
        profits = {name: [profit for _, whose, profit in paid if whose == name] for name in ("alice", "bob")}
        ledger.pay_bets(moves, profits, self.corrections)

    def pay_one_by_one(self, ledger: Ledger) -> None:
        for number, (name, profit) in enumerate(self.bets):
            if profit:
                ledger.move(START, HOUSE, name, profit, BET, "1.1", number, self.corrections)


PEOPLE = st.sampled_from(["alice", "bob"])
AMOUNTS = st.integers(-1000, 1000)


@given(
    st.lists(
        st.one_of(
            st.builds(lambda name: lambda ledger: list(ledger.statement(name)), st.sampled_from(["alice", HOUSE])),
            st.builds(lambda name, amount: lambda ledger: ledger.pay(START, name, amount), PEOPLE, AMOUNTS),
            st.builds(Settlement, st.integers(0, 2), st.lists(st.tuples(PEOPLE, AMOUNTS))),
        )
    )
)
def test_bets_that_are_paid_together_stand_in_statements_as_if_they_were_paid_one_by_one(steps: list[Any]) -> None:
    together, one_by_one = ledger_of("alice", "bob"), ledger_of("alice", "bob")
    for step in steps:
        if isinstance(step, Settlement):
            step.pay_together(together)
            step.pay_one_by_one(one_by_one)
        else:
            assert step(together) == step(one_by_one)
        assert together.balances == one_by_one.balances

    for account in together.balances:
        assert list(together.postings(account)) == list(one_by_one.postings(account))
        assert together.payments(account, 0, 99) == one_by_one.payments(account, 0, 99)


# The ledger of an exchange


def test_an_account_opens_with_what_its_customer_paid_in_at_the_cashier() -> None:
    world = World()

    events = world.apply(OpenAccount("dave", "EUR", 50_00))

    assert (
        AccountOpened(START, "dave", "EUR"),
        MoneyMoved(START, CASHIER, "dave", 50_00, "deposit", None, None, 4),
    ) == events
    assert 50_00 == world.balance("dave") == world.available("dave")
    assert -(3 * 10_000_00 + 50_00) == world.balance(CASHIER)


def test_an_account_that_opens_empty_moves_nothing() -> None:
    world = World()

    assert (AccountOpened(START, "dave", "EUR"),) == world.apply(OpenAccount("dave", "EUR", 0))
    assert 0 == world.balance("dave")


@pytest.mark.parametrize("name", ["alice", CASHIER, COMMISSION, HOUSE])
def test_nobody_can_open_an_account_that_is_there_or_is_the_exchanges_own(name: str) -> None:
    world = World()
    before = state_of(world.exchange)

    with pytest.raises(Impossible):
        world.apply(OpenAccount(name, "GBP", 50_00))

    assert before == state_of(world.exchange)


def test_an_account_in_a_currency_without_rules_is_not_opened() -> None:
    world = World()
    before = state_of(world.exchange)

    with pytest.raises(Impossible, match="no currency 'XYZ'"):
        world.apply(OpenAccount("dave", "XYZ", 50_00))

    assert before == state_of(world.exchange)


def test_no_money_moves_before_the_result() -> None:
    world = World(turn_in_play=True)
    world.match("alice", "bob", 10_00, at=3_00)
    world.lay("carol", 10_00, at=2_00)
    world.turn_in_play()
    world.close_betting()

    assert [10_000_00] * 3 == [world.balance(name) for name in ("alice", "bob", "carol")]
    assert 0 == world.balance(HOUSE)


def test_a_statement_after_settlement_names_the_bet_the_market_and_the_commission() -> None:
    world = World(balances={"alice": 100_00}, base_rate=500)
    bet, _ = world.match("alice", "bob", 10_00, at=3_00)
    world.wait(1000)
    world.settle(A)

    commission, won, deposit = world.exchange.ledger.statement("alice")

    assert (HOUSE, "alice", 20_00, "bet", "1.1", bet.bet_id, 120_00) == (
        won.debit,
        won.credit,
        won.amount,
        won.memo,
        won.market_id,
        won.bet_id,
        won.balance_of("alice"),
    )
    assert ("alice", COMMISSION, 1_00, "commission", "1.1", None, 119_00) == (
        commission.debit,
        commission.credit,
        commission.amount,
        commission.memo,
        commission.market_id,
        commission.bet_id,
        commission.balance_of("alice"),
    )
    assert (START + 1000, "deposit") == (won.at, deposit.memo)


def test_the_house_keeps_what_rounding_leaves_over() -> None:
    """A penny is laid at 1.5 by each of two: each risks half a penny and loses one, the backer of both wins one."""
    world = World()
    for name in ("first maker", "second maker"):
        world.open_account(name, balance=0, unlimited=True)
        world.place(name, lay(1, 1_50))
    bet = world.back("alice", 2_00, at=1_50)

    world.settle(A)

    assert (2, 1) == (bet.size_matched, bet.profit)
    assert [1, -1, -1] == [world.balance(name) for name in (HOUSE, "first maker", "second maker")]
    assert 10_000_01 == world.balance("alice")
