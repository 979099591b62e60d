"""Bets of accounts whose money is not pounds: matched in pence, and told to their owners in their own money.

In these examples a pound is two Australian dollars, 1.20 euro or 10 Hong Kong dollars, unless it is said otherwise.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.commands import OpenAccount
from simulator.exchange.currencies import PAR, Rate, share_of
from simulator.exchange.events import (
    CommissionCharged,
    MoneyMoved,
    OrderCancelled,
    OrderKilled,
    OrderLapsed,
    OrderMatched,
    OrderPlaced,
    OrderSettled,
    OrderVoided,
)
from simulator.exchange.ledger import CASHIER, HOUSE, ForeignPart, Ledger
from simulator.exchange.orders import (
    BetOutcome,
    BetTargetType,
    LapseReason,
    OrderStatus,
    OrderType,
    Persistence,
    Side,
    TimeInForce,
)
from simulator.exchange.refusals import Impossible, Reason, Refused
from tests.unit.exchange_builder import LADDERS, RICH, START, A, B, World, any_market, back, lay

AUD, EUR, HKD = Rate(2, 1), Rate(6, 5), Rate(10, 1)


def world_of(**market: Any) -> World:
    """A market with dora, who bets in Australian dollars, emil, in euro, and hana, in Hong Kong dollars."""
    world = World(**market)
    for name, currency, rate in (("dora", "AUD", AUD), ("emil", "EUR", EUR), ("hana", "HKD", HKD)):
        world.open_account(name, currency=currency, rate=rate)
    return world


# The rate


@pytest.mark.parametrize(
    ("rate", "amount", "pence"),
    [(AUD, 10_00, 5_00), (AUD, 5_01, 2_51), (AUD, -5_01, -2_51), (EUR, 1_00, 83), (HKD, 4, 0), (HKD, 5, 1)],
)
def test_what_an_amount_is_worth_is_rounded_to_the_nearest_penny_halves_away_from_zero(
    rate: Rate, amount: int, pence: int
) -> None:
    assert pence == rate.in_pence(amount)


def test_what_is_asked_for_is_worth_at_least_a_penny_and_never_less_than_it_is() -> None:
    """A Hong Kong bet of 0.01 is worth a tenth of one."""
    assert [0, 1, 1, 2] == [HKD.rounded_up(amount) for amount in (0, 1, 10, 11)]


@given(st.integers(1, 10**6), st.integers(100, 2000))
def test_who_asks_for_what_books_show_asks_for_all_of_it(pence: int, hundredths_a_pound: int) -> None:
    rate = Rate(hundredths_a_pound, 100)
    shown = pence * rate.hundredths // rate.pence

    assert pence == rate.rounded_up(shown)


def test_a_share_leaves_something_until_all_is_taken() -> None:
    assert [0, 33, 50, 99, 100] == [share_of(100, part, 1000) for part in (0, 333 - 3, 500, 999, 1000)]
    assert 0 == share_of(0, 3, 5) == share_of(1, 4, 5)


@pytest.mark.parametrize("rate", [Rate(0, 1), Rate(1, 0), Rate(-2, 1)])
def test_an_account_is_not_opened_at_what_is_no_rate(rate: Rate) -> None:
    world = World()

    with pytest.raises(Impossible, match="no rate"):
        world.apply(OpenAccount("dora", "AUD", 0, rate=rate))

    assert "dora" not in world.exchange.accounts


# The ledger


def test_a_balance_in_another_currency_is_kept_to_the_hundredth() -> None:
    """1000.01 Australian dollars are 500.01 pounds, since a penny cannot be divided, and stay 1000.01 dollars."""
    ledger = Ledger()
    ledger.open("dora", AUD)

    posting = ledger.move(START, CASHIER, "dora", 1000_01, "deposit")

    assert (1000_01, 500_01) == (ledger.balance_of("dora"), ledger.balances["dora"])
    assert (1000_01, 1000_01) == (posting.amount_for("dora"), posting.balance_of("dora"))
    assert (-500_01, -500_01) == (posting.amount_for(CASHIER), posting.balance_of(CASHIER))
    assert ForeignPart("dora", 1000_01, 1000_01) == posting.own


def test_rounding_to_pence_does_not_pile_up() -> None:
    """A hundred times 0.01 is one dollar, and fifty pence: every second hundredth moves a penny, the others none."""
    ledger = Ledger()
    ledger.open("dora", AUD)

    moved = [ledger.move(START, HOUSE, "dora", 1, "bet").amount for _ in range(100)]

    assert [1, 0] * 50 == moved
    assert {CASHIER: 0, "exchange/commission": 0, HOUSE: -50, "dora": 50} == ledger.balances
    assert 1_00 == ledger.balance_of("dora")


def test_a_loss_moves_the_other_way() -> None:
    ledger = Ledger()
    ledger.open("dora", AUD)

    posting = ledger.move(START, HOUSE, "dora", -10_00, "bet")

    assert ("dora", HOUSE, 5_00) == (posting.debit, posting.credit, posting.amount)
    assert (-10_00, -10_00) == (posting.amount_for("dora"), posting.balance_of("dora"))


def test_nothing_moves_between_two_accounts_in_other_currencies() -> None:
    ledger = Ledger()
    ledger.open("dora", AUD)
    ledger.open("emil", EUR)

    with pytest.raises(ValueError, match="both in other currencies"):
        ledger.move(START, "dora", "emil", 1_00, "gift")


def test_opening_an_account_tells_the_deposit_in_both() -> None:
    world = World()

    world.open_account("dora", 1000_01, "AUD", rate=AUD)

    moved = world.events[1]
    assert isinstance(moved, MoneyMoved)
    assert (500_01, 1000_01) == (moved.amount, moved.own_amount)


# A bet from its placing to its end


def test_dollars_are_matched_with_pounds_and_each_is_told_his_own() -> None:
    world = world_of()

    laid = world.lay("bob", 10_00, at=3_00)
    backed = world.back("dora", 5_00, at=3_00)

    matched = world.events[1]
    assert isinstance(matched, OrderMatched)
    assert (2_50, 3_00) == (matched.size, matched.price)
    assert (5_00, 0, 2_50) == (backed.own.size_matched, backed.own.size_remaining, backed.size_matched)
    assert (2_50, 7_50) == (laid.size_matched, laid.size_remaining)
    assert laid.own is laid


def test_the_books_show_pence_of_all() -> None:
    world = world_of()
    world.lay("bob", 10_00, at=3_00)
    world.lay("dora", 10_00, at=3_00)
    world.lay("hana", 10_00, at=3_00)

    assert [(3_00, 16_00)] == world.available_to_back()


def test_a_placed_bet_is_told_in_the_money_of_its_account() -> None:
    world = world_of()

    world.place("dora", back(5_01, at=3_00))

    placed = world.events[0]
    assert isinstance(placed, OrderPlaced)
    assert 5_01 == placed.size
    assert [(3_00, 2_51)] == world.available_to_lay()


def test_parts_add_up_to_the_size_asked_for_to_the_hundredth() -> None:
    """5.01 dollars are 251 pence; 100, 100 and 51 of them are taken: 2.00, 1.99 and 1.02, what then is left of 5.01."""
    world = world_of()
    bet = world.back("dora", 5_01, at=3_00)

    remaining = []
    for size in (1_00, 1_00, 51):
        world.lay("bob", size, at=3_00) if size >= 1_00 else world.lay("hana", 10_00, at=3_00)
        remaining.append(bet.own.size_remaining)

    assert [3_01, 1_02, 0] == remaining
    assert [2_00, 1_99, 1_02] == [fragment.size for fragment in bet.own.fragments]
    assert 5_01 == bet.own.size_matched
    assert OrderStatus.EXECUTION_COMPLETE is bet.own.status


def test_many_small_matches_leave_no_drift() -> None:
    """Whatever the number of matches, what remains is at most half a hundredth from its exact share."""
    world = world_of()
    world.open_account("maker", unlimited=True)
    bet = world.back("emil", 12_01, at=3_00)

    while bet.size_remaining:
        world.lay("maker", min(bet.size_remaining, 7), at=3_00)
        assert abs(bet.own.size_remaining * 10_01 - 12_01 * bet.size_remaining) * 2 <= 10_01

    assert (10_01, 12_01) == (bet.size_matched, bet.own.size_matched)


def test_a_reduction_is_an_amount_of_the_accounts_money() -> None:
    world = world_of()
    bet = world.back("dora", 20_00, at=3_00)

    world.cancel("dora", bet, size_reduction=5_01)

    (cancelled,) = world.events
    assert isinstance(cancelled, OrderCancelled)
    assert 5_01 == cancelled.size
    assert (14_99, 5_01) == (bet.own.size_remaining, bet.own.size_cancelled)
    assert (7_49, 2_51) == (bet.size_remaining, bet.size_cancelled)

    world.lay("bob", 5_00, at=3_00)
    assert (10_01, 4_98) == (bet.own.size_matched, bet.own.size_remaining)

    world.cancel("dora", bet)
    assert (0, 9_99) == (bet.own.size_remaining, bet.own.size_cancelled)
    assert [] == world.available_to_lay()


def test_a_reduction_below_a_penny_is_told_and_leaves_the_penny() -> None:
    """A bet of 0.09 Hong Kong dollars, a penny, goes down to 0.04 and is a penny still."""
    world = world_of()
    world.open_account("maker", currency="HKD", rate=HKD, unlimited=True)
    bet = world.back("maker", 9, at=1000_00)

    world.cancel("maker", bet, size_reduction=5)

    assert (4, 5, 1) == (bet.own.size_remaining, bet.own.size_cancelled, bet.size_remaining)


def test_a_reduction_of_more_than_there_is_cancels_the_rest() -> None:
    world = world_of()
    bet = world.back("dora", 20_00, at=3_00)

    world.cancel("dora", bet, size_reduction=30_00)

    assert (0, 0, 20_00) == (bet.size_remaining, bet.own.size_remaining, bet.own.size_cancelled)


def test_a_replacement_has_the_size_that_was_left() -> None:
    world = world_of()
    bet = world.back("dora", 5_01, at=3_00)
    world.lay("bob", 1_00, at=3_00)

    world.replace("dora", (bet, 4_00))

    _, successor = world.orders_of("dora")
    assert (3_01, 4_00) == (successor.own.size, successor.own.price)
    assert (2_00, 3_01) == (bet.own.size_matched, bet.own.size_cancelled)
    assert [(4_00, 1_51)] == world.available_to_lay()


@pytest.mark.parametrize(("winner", "outcome", "profit"), [(A, BetOutcome.WON, 11_17), (B, BetOutcome.LOST, -5_01)])
def test_a_profit_is_the_size_times_the_price_less_one_in_the_accounts_money(
    winner: Any, outcome: BetOutcome, profit: int
) -> None:
    """5.01 dollars at 3.23 win 11.1723 dollars."""
    world = world_of(ladder=LADDERS["ASIAN_HANDICAP_SINGLE_LINE"])
    world.lay("bob", 10_00, at=3_23)
    world.place("dora", back(5_01, at=3_23))

    world.settle(winner)

    (settled,) = [event for event in world.events if isinstance(event, OrderSettled) and event.account == "dora"]
    assert (outcome, profit) == (settled.outcome, settled.profit)
    charged = [event.amount for event in world.events if isinstance(event, CommissionCharged)]
    assert RICH + profit - (charged[0] if winner is A else 0) == world.balance("dora")


def test_commission_is_a_share_of_the_winnings_in_the_accounts_money() -> None:
    world = world_of(base_rate=500)
    world.lay("bob", 10_00, at=3_00)
    world.back("dora", 5_00, at=3_00)

    world.settle(A)

    assert [50] == [event.amount for event in world.events if isinstance(event, CommissionCharged)]
    assert {"dora": 50, "bob": 0} == world.market.commissions
    assert RICH + 9_50 == world.balance("dora")
    assert RICH - 5_00 == world.balance("bob")


def test_what_is_left_over_between_currencies_stays_with_the_house() -> None:
    """5.01 dollars win 10.02, which take the account from 5000.00 to 5005.01 pounds; the layer of 2.51 lost 5.02."""
    world = world_of(base_rate=0)
    world.lay("bob", 10_00, at=3_00)
    world.back("dora", 5_01, at=3_00)

    world.settle(A)

    assert 1 == world.exchange.ledger.balances[HOUSE]


def test_a_void_market_voids_what_was_matched_in_the_accounts_money() -> None:
    world = world_of()
    world.lay("bob", 1_00, at=3_00)
    bet = world.back("dora", 5_00, at=3_00)

    world.void()

    (voided,) = [event for event in world.events if isinstance(event, OrderVoided) and event.account == "dora"]
    (lapsed,) = [event for event in world.events if isinstance(event, OrderLapsed) and event.account == "dora"]
    assert (2_00, 3_00) == (voided.size, lapsed.size)
    assert (0, 2_00, 3_00) == (bet.own.size_matched, bet.own.size_voided, bet.own.size_lapsed)
    assert RICH == world.balance("dora")


# Sizes and funds


@pytest.mark.parametrize(
    ("account", "size", "price", "accepted"),
    [
        ("dora", 5_00, 2_00, True),
        ("dora", 4_99, 2_00, False),
        ("dora", 30, 100_00, True),
        ("dora", 29, 100_00, False),
        ("hana", 10_00, 2_00, True),
        ("hana", 9_99, 2_00, False),
        ("emil", 1_00, 2_00, True),
    ],
)
@pytest.mark.parametrize("side", [back, lay])
def test_minimums_are_held_against_the_amount_asked_for(
    account: str, size: int, price: int, accepted: bool, side: Callable[..., Any]
) -> None:
    world = world_of()

    if accepted:
        world.place(account, side(size, price))
    else:
        with pytest.raises(Refused) as refused:
            world.place(account, side(size, price))
        assert (Reason.INVALID_BET_SIZE,) == refused.value.instruction_reasons


def test_funds_and_exposure_are_the_accounts_money() -> None:
    """10000.00 dollars are enough for a bet of 10000.00 dollars and not of 10000.01."""
    world = world_of()

    with pytest.raises(Refused, match="1 hundredths of AUD short of funds"):
        world.place("dora", back(RICH + 1, at=3_00))
    world.place("dora", back(RICH, at=3_00))

    assert (RICH, 0) == (world.exposure("dora"), world.available("dora"))


def test_a_lay_is_exposed_by_what_it_risks_of_the_accounts_money() -> None:
    world = world_of()
    world.lay("dora", 5_01, at=3_00)
    assert 10_02 == world.exposure("dora")

    world.back("bob", 2_51, at=3_00)

    assert 10_02 == world.exposure("dora")


def test_an_exposure_limit_is_the_accounts_money() -> None:
    world = World()
    world.open_account("dora", currency="AUD", rate=AUD, exposure_limit=10_00)

    with pytest.raises(Refused, match="1 hundredths of AUD over its exposure limit"):
        world.place("dora", back(10_01, at=3_00))
    world.place("dora", back(10_00, at=3_00))


# Other kinds of orders


def test_a_killed_order_is_cancelled_whole() -> None:
    world = world_of()
    bet = world.back("dora", 5_01, at=3_00, time_in_force=TimeInForce.FILL_OR_KILL)

    assert bet.own.was_killed
    assert [5_01] == [event.size for event in world.events if isinstance(event, OrderKilled)]


def test_a_minimum_fill_is_an_amount_of_the_accounts_money() -> None:
    """6.00 dollars, of which 5.00 have to be matched: 2.49 pounds are too few, and 2.50 enough."""
    for offered, matched in ((2_49, 0), (2_50, 5_00)):
        world = world_of()
        world.lay("bob", offered, at=3_00)
        bet = world.back("dora", 6_00, at=3_00, time_in_force=TimeInForce.FILL_OR_KILL, min_fill_size=5_00)

        assert (matched, 6_00 - matched) == (bet.own.size_matched, bet.own.size_cancelled)


@pytest.mark.parametrize(
    ("target_type", "size"), [(BetTargetType.BACKERS_PROFIT, 15_00), (BetTargetType.PAYOUT, 10_00)]
)
def test_a_bet_target_is_an_amount_of_the_accounts_money(target_type: BetTargetType, size: int) -> None:
    world = world_of()
    bet = world.bet("dora", Side.BACK, None, 3_00, bet_target_type=target_type, bet_target_size=30_00)  # type: ignore[arg-type]

    assert (size, size // 2) == (bet.own.size, bet.size)


def test_a_bet_target_is_never_passed_in_the_accounts_money() -> None:
    """A payout of 50.05 euro at 3.0 is 16.68 euro of stake: 50.04."""
    world = world_of()
    world.lay("bob", 100_00, at=3_00)
    bet = world.bet("emil", Side.BACK, None, 3_00, bet_target_type=BetTargetType.PAYOUT, bet_target_size=50_05)  # type: ignore[arg-type]

    assert bet.own.matched_payout <= 50_05 * 100
    assert (bet.own.size, 0) == (bet.own.size_matched, bet.own.size_remaining)


def test_in_play_orders_wait_in_the_accounts_money() -> None:
    world = world_of(bet_delay=5)
    world.turn_in_play()
    world.place("dora", back(5_01, at=3_00))
    assert 5_01 == world.exposure("dora")

    world.wait(5000)

    assert 5_01 == world.orders_of("dora")[0].own.size_remaining


def test_a_back_at_the_starting_price_stakes_its_amount_and_a_lay_risks_it() -> None:
    """60.00 dollars against 30.00 pounds risked: at evens both are matched whole."""
    world = world_of(bsp_market=True, turn_in_play=True)
    backed = world.at_close(Side.BACK, "dora", 60_00)
    laid = world.at_close(Side.LAY, "hana", 300_00)

    world.turn_in_play()

    assert 2 == world.market.runners[A].starting_price
    assert (60_00, 0) == (backed.own.size_matched, backed.own.liability_waiting)
    assert (300_00, 0) == (laid.own.size_matched, laid.own.liability_waiting)
    assert 60_00 == world.exposure("dora")
    assert 300_00 == world.exposure("hana")


def test_a_lay_that_goes_to_the_auction_is_held_against_the_minimum_in_its_own_money() -> None:
    """At 2.0 a lay of 30.00 dollars risks 30.00, which is enough; one of 29.99 is not."""
    world = world_of(bsp_market=True, turn_in_play=True)
    enough = world.lay("dora", 30_00, at=2_00, persistence=Persistence.MARKET_ON_CLOSE)
    too_little = world.lay("dora", 29_99, at=2_00, persistence=Persistence.MARKET_ON_CLOSE)

    world.turn_in_play()

    assert (OrderType.MARKET_ON_CLOSE, 30_00) == (enough.own.order_type, enough.own.liability)
    assert (LapseReason.SMALL_STAKE, 29_99) == (too_little.own.lapse_reason, too_little.own.size_lapsed)


def test_a_withdrawal_reduces_what_a_bet_wins_in_the_accounts_money() -> None:
    """4.00 less 25 % is 3.00: 5.01 dollars win 10.02."""
    world = world_of(base_rate=0)
    world.lay("bob", 10_00, at=4_00)
    bet = world.back("dora", 5_01, at=4_00)

    world.remove(B, 25_000)
    world.settle(A)

    assert (10_02, 3_00) == (bet.own.profit, bet.own.average_price_matched)
    assert RICH + 10_02 == world.balance("dora")


def test_a_line_bet_is_even_money_in_the_accounts_money() -> None:
    world = any_market("LINE", [A])
    world.open_account("dora", currency="AUD", rate=AUD)
    world.back("bob", 10_00, at=100_50)
    bet = world.lay("dora", 5_01, at=100_50)

    world.settle(line_result=120_00)

    assert (5_01, BetOutcome.WON) == (bet.own.profit, bet.own.outcome)


# Money worth more than pounds


def test_where_a_hundredth_is_more_than_a_penny_something_is_left_until_all_is_matched() -> None:
    """0.02, worth two pounds each: the first of four pence takes 0.01, and the rest is told with the last of them."""
    world = World()
    world.open_account("rita", currency="AUD", rate=Rate(1, 2), unlimited=True)
    world.open_account("maker", unlimited=True)
    bet = world.back("rita", 2, at=3_00)

    remaining = []
    for _ in range(4):
        world.lay("maker", 1, at=3_00)
        remaining.append(bet.own.size_remaining)

    assert [1, 1, 1, 0] == remaining
    assert 2 == bet.own.size_matched


def test_pence_that_are_nothing_in_the_accounts_money_end_as_bets_of_a_line_and_are_not_void() -> None:
    """0.01, worth a pound, of which 0.52 is matched: that wins, wins nothing in the money of its account, and loses."""
    world = any_market("LINE", [A])
    world.open_account("rita", currency="AUD", rate=Rate(1, 100), unlimited=True)
    bet = world.back("rita", 1, at=100_50)
    world.lay("maker", 52, at=100_50)

    for settle, line_result, outcome in (
        (world.settle, 90_00, BetOutcome.WON),
        (world.resettle, 120_00, BetOutcome.LOST),
        (world.resettle, 90_00, BetOutcome.WON),
    ):
        events = settle(line_result=line_result)

        assert not [event for event in events if isinstance(event, OrderVoided)]
        (settled,) = (event for event in events if isinstance(event, OrderSettled) and event.account == "rita")
        assert (outcome, 0) == (settled.outcome, settled.profit)
        assert (52, 0, outcome) == (bet.size_matched, bet.size_voided, bet.outcome)
        assert (0, 0, outcome) == (bet.own.size_matched, bet.own.size_voided, bet.own.outcome)


def test_an_account_at_par_is_as_one_in_pounds() -> None:
    world = World()
    world.open_account("paula", currency="AUD", rate=PAR)

    bet = world.back("paula", 5_00, at=3_00)

    assert bet.own is bet
    assert {} == world.exchange.ledger.own_balances


def test_rates_are_as_exact_as_the_scenario_has_them() -> None:
    assert Rate(*Decimal("1.2").as_integer_ratio()) == EUR
