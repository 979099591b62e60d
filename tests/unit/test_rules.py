"""Rule sets hold the published minimums, and a stake is large enough exactly when the published rule says so."""

import re
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.exchange.money import INEXACT
from simulator.exchange.rules import DEFAULT_RULE_SET, RULE_SETS, BettingRules, CurrencyRules, UnknownCurrency
from tests.evidence import MANUAL, WIRE_RULES, text_of


def in_pence(*minimums: str) -> CurrencyRules:
    """Stake, payout, liability at starting price, and deposit where there is one."""
    return CurrencyRules(*(int(minimum) * 100 for minimum in minimums))


def test_the_rule_set_2017_is_the_manuals_table_of_currency_parameters() -> None:
    """Each row of the manual: name, symbol, code, minimum bet, minimum deposit, minimum BSP risk, minimum payout."""
    _, _, table = text_of(MANUAL).partition("Pago de apuesta mínima\n")
    rows = re.findall(r"^[^\t\n]+\t[^\t\n]+\t([A-Z]{3})\t(\d+)\t(\d+)\t(\d+)\t(\d+)$", table, re.MULTILINE)

    assert len(rows) == 10
    assert RULE_SETS["2017"].currencies == {
        code: in_pence(bet, payout, risk, deposit) for code, bet, deposit, risk, payout in rows
    }


def test_the_rule_set_2022_is_the_table_of_present_currency_parameters() -> None:
    """Each entry of the table: code, minimum stake, minimum payout, minimum BSP liability."""
    table = re.search(r"^Currency parameters .*? The 2017 manual", text_of(WIRE_RULES), re.MULTILINE)
    assert table
    rows = re.findall(r"([A-Z]{3}) (\d+)/(\d+)/(\d+)", table[0])

    assert len(rows) == 19
    deposits = {code: rules.minimum_deposit for code, rules in RULE_SETS["2017"].currencies.items()}
    assert RULE_SETS["2022"].currencies == {
        code: replace(in_pence(*minimums), minimum_deposit=deposits.get(code, 0)) for code, *minimums in rows
    }


def test_the_minimum_stake_of_sterling_is_one_pound_unless_2017_is_asked_for() -> None:
    assert RULE_SETS[DEFAULT_RULE_SET].currency("GBP") == CurrencyRules(100, 1000, 1000, 1000)
    assert RULE_SETS["2017"].currency("GBP") == CurrencyRules(200, 1000, 1000, 1000)


@pytest.mark.parametrize("name", RULE_SETS)
def test_both_rule_sets_share_the_limits_that_have_not_changed(name: str) -> None:
    rules = RULE_SETS[name]

    assert rules.name == name
    assert (rules.place_instruction_limit, rules.edit_instruction_limit) == (200, 60)
    assert rules.customer_reference_window_seconds == 60
    assert (rules.customer_order_reference_length, rules.customer_strategy_reference_length) == (32, 15)
    assert rules.market_version_digits == 12
    assert rules.strict_fill_or_kill


@pytest.mark.parametrize(
    ("rule_set", "size", "price", "accepted"),
    [
        # The manual's examples of stakes below the minimum that return 10 pounds, and the one just short of it.
        ("2017", 100, 1000, True),
        ("2017", 10, 10_000, True),
        ("2017", 1, 100_000, True),
        ("2017", 100, 980, False),
        # The minimum itself is enough, a penny less is not.
        ("2017", 200, 101, True),
        ("2017", 199, 101, False),
        ("2022", 100, 101, True),
        ("2022", 99, 101, False),
        ("2022", 99, 1000, False),
        ("2022", 99, 1050, True),
        # What is no size at all.
        ("2022", 0, 100_000, False),
        ("2022", -1, 100_000, False),
        ("2022", -100, -100_000, False),
        ("2022", INEXACT, 200, False),
        ("2022", INEXACT, INEXACT, False),
        ("2022", 50, INEXACT, False),
    ],
)
def test_a_stake_in_sterling_is_large_enough_by_itself_or_by_what_it_returns(
    rule_set: str, size: int, price: int, accepted: bool
) -> None:
    assert RULE_SETS[rule_set].accepts_stake("GBP", size, price) is accepted


@pytest.mark.parametrize(
    ("currency", "size", "price", "accepted"),
    [("EUR", 99, 2000, False), ("EUR", 99, 2100, True), ("HUF", 39_999, 1000, False), ("HUF", 40_000, 101, True)],
)
def test_every_currency_has_minimums_of_its_own(currency: str, size: int, price: int, accepted: bool) -> None:
    assert RULE_SETS["2022"].accepts_stake(currency, size, price) is accepted


@given(
    st.sampled_from([(rules, code) for rules in RULE_SETS.values() for code in rules.currencies]),
    st.integers(-10, 50_000),
    st.integers(101, 100_000),
)
def test_the_integer_rule_agrees_with_exact_fractions(
    rules_and_currency: tuple[BettingRules, str], size: int, price: int
) -> None:
    rules, currency = rules_and_currency
    minimums = rules.currency(currency)
    assert minimums.minimum_payout is not None
    stake_in_units, odds = Fraction(size, 100), Fraction(price, 100)
    large_enough = size > 0 and (
        stake_in_units >= Fraction(minimums.minimum_stake, 100)
        or stake_in_units * odds >= Fraction(minimums.minimum_payout, 100)
    )

    assert rules.accepts_stake(currency, size, price) is large_enough


@pytest.mark.parametrize(
    ("size", "price", "accepted"),
    [
        # The published examples: 0.0078 is 0.01, 0.013 is 0.01, 0.007 is 0.01.
        pytest.param(13, 106, False, id="28 % more"),
        pytest.param(2, 165, False, id="23 % less"),
        pytest.param(1, 170, False, id="43 % more"),
        pytest.param(1, 101, False, id="nothing is left of it"),
        # Beside the bounds, and on them: 0.008 as 0.01 is 25 % more, 0.0125 as 0.01 is 20 % less (chosen).
        pytest.param(80, 101, False, id="25 % more exactly"),
        pytest.param(81, 101, True, id="less than 25 % more"),
        pytest.param(125, 101, False, id="20 % less exactly"),
        pytest.param(124, 101, True, id="less than 20 % less"),
        pytest.param(100, 101, True, id="exact"),
        pytest.param(10_00, 300, True, id="an ordinary bet"),
    ],
)
def test_a_profit_may_not_be_rounded_too_far_from_the_exact_one(size: int, price: int, accepted: bool) -> None:
    assert RULE_SETS["2022"].accepts_profit_ratio(size, price) is accepted
    assert RULE_SETS["2017"].accepts_profit_ratio(size, price), "the rule is of June 2020"


def test_without_a_minimum_payout_only_the_stake_counts() -> None:
    rules = replace(RULE_SETS["2022"], name="it", currencies={"EUR": CurrencyRules(200, None, 2000)})

    assert rules.accepts_stake("EUR", 200, 101)
    assert not rules.accepts_stake("EUR", 199, 100_000)


def test_an_unknown_currency_is_refused_with_a_sentence_that_lists_the_known_ones() -> None:
    with pytest.raises(UnknownCurrency, match=r"^The rule set 2017 knows no currency 'RON'; it knows AUD, CAD, DKK, "):
        RULE_SETS["2017"].accepts_stake("RON", 10_000, 200)


def test_a_rule_set_cannot_be_changed_by_whoever_holds_it_but_can_be_copied() -> None:
    with pytest.raises(AttributeError):
        RULE_SETS["2022"].place_instruction_limit = 1  # type: ignore[misc]
    assert deepcopy(RULE_SETS["2022"]) == RULE_SETS["2022"]
