"""Which orders are refused, for which reason, and which of two reasons comes first."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations, groupby, pairwise
from typing import Any, NamedTuple

import pytest

from simulator.exchange import acceptance
from simulator.exchange.commands import (
    ChangeStanding,
    LadderDefinition,
    PlaceInstruction,
    RunnerResult,
    SettleMarket,
    Standing,
)
from simulator.exchange.events import OrderPlaced
from simulator.exchange.jurisdictions import Jurisdiction
from simulator.exchange.money import INEXACT
from simulator.exchange.orders import BetTargetType, OrderType, Persistence, RunnerKey, Side, TimeInForce
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.rules import RULE_SETS
from simulator.exchange.statuses import RunnerStatus
from tests.exchange_state import state_of
from tests.unit.exchange_builder import MARKET, A, B, World, back, lay

LAPSE, PERSIST, AT_CLOSE = Persistence.LAPSE, Persistence.PERSIST, Persistence.MARKET_ON_CLOSE
LIMIT, LIMIT_ON_CLOSE, MARKET_ON_CLOSE = OrderType
FILL_OR_KILL = TimeInForce.FILL_OR_KILL
PAYOUT, BACKERS_PROFIT = BetTargetType.PAYOUT, BetTargetType.BACKERS_PROFIT
REMOVED, VACANT, HIDDEN, OUT = RunnerKey(91), RunnerKey(92), RunnerKey(93), RunnerKey(94)
LINES = LadderDefinition("LINE_RANGE", 2_00, 1000_00, 1_00)


# The table of refusals
#
# A request without faults backs A for 10.00 at 3.0. A fault says in which fields the world, the request or its first
# instruction differ from that, and how the exchange calls it. It also names fields that are as they would be anyway,
# where it would not be the same fault without them: so it is not put together with a fault that wants them otherwise.

WORLD = {
    "status": "OPEN",
    "in_play": False,
    "reconciled": False,
    "line": False,
    "turn_in_play": True,
    "persistence_enabled": True,
    "bsp_market": False,
    "may_bet": True,
    "balance": 10_00,
    "reference_used_before": None,
    "jurisdiction": "COM",
    "lost": 0,
    "loss_limit": None,
    "wallet_is_open": True,
    "regulator_answers": True,
}
REQUEST = {
    "market_id": MARKET,
    "copies": 1,
    "further_instructions": (),
    "customer_reference": None,
    "customer_strategy_reference": None,
    "market_version": None,
}


class Fault(NamedTuple):
    """One row of the table: what it is called in `acceptance`, the fields that matter, and the exact refusal."""

    name: str
    reason: Reason
    fields: Mapping[str, Any]
    instructions: tuple[Reason, ...] = ()
    """The reasons of the instructions, where they are to blame."""


def request_fault(name: str, reason: Reason, **fields: Any) -> Fault:
    return Fault(name, reason, fields)


def blames_all(name: str, reason: Reason, **fields: Any) -> Fault:
    """A fault of which all instructions are guilty."""
    count = 1 + len(fields.get("further_instructions", ()))
    return Fault(name, Reason.BET_ACTION_ERROR, fields, (reason,) * count)


def blames_first(name: str, reason: Reason, **fields: Any) -> Fault:
    """A fault of the first instruction alone."""
    return Fault(name, Reason.BET_ACTION_ERROR, fields, (reason,))


FAULTS = [
    request_fault("the market is not known", Reason.INVALID_MARKET_ID, market_id="1.999"),
    request_fault("the market is suspended", Reason.MARKET_SUSPENDED, status="SUSPENDED"),
    request_fault("the market is inactive or closed", Reason.MARKET_NOT_OPEN_FOR_BETTING, status="INACTIVE"),
    request_fault("the market is inactive or closed", Reason.MARKET_NOT_OPEN_FOR_BETTING, status="CLOSED"),
    request_fault(
        "its betting is over and its result is still to come", Reason.MARKET_NOT_OPEN_FOR_BETTING, status="over"
    ),
    request_fault("the account may not bet", Reason.INVALID_ACCOUNT_STATE, may_bet=False),
    request_fault("its wallet is suspended", Reason.INVALID_WALLET_STATUS, wallet_is_open=False),
    request_fault(
        "the regulator of its country does not answer", Reason.REGULATOR_IS_NOT_AVAILABLE, regulator_answers=False
    ),
    request_fault(
        "more instructions than that regulator allows", Reason.REJECTED_BY_REGULATOR, jurisdiction="IT", copies=51
    ),
    request_fault("it has lost all that it allows itself to lose", Reason.LOSS_LIMIT_EXCEEDED, loss_limit=0),
    request_fault("no instruction", Reason.NO_ACTION_REQUIRED, copies=0, further_instructions=()),
    request_fault(
        "more instructions than one request may hold", Reason.TOO_MANY_INSTRUCTIONS, copies=201, jurisdiction="COM"
    ),
    request_fault(
        "the same customer reference within 60 seconds",
        Reason.DUPLICATE_TRANSACTION,
        customer_reference="again",
        reference_used_before="again",
        may_bet=True,  # or the reference could not have been used before
    ),
    request_fault("a market version that is no version", Reason.INVALID_MARKET_VERSION, market_version=-1),
    request_fault("a market version that is no version", Reason.INVALID_MARKET_VERSION, market_version=10**12),
    blames_all("a market version older than the last material change", Reason.BET_TAKEN_OR_LAPSED, market_version=1233),
    blames_first(
        "the order's reference is too long", Reason.INVALID_CUSTOMER_ORDER_REF, customer_order_reference="o" * 33
    ),
    blames_all(
        "the strategy's reference is too long",
        Reason.INVALID_CUSTOMER_STRATEGY_REF,
        customer_strategy_reference="s" * 16,
    ),
    *(
        blames_first("the runner is not known, vacant or settled", Reason.INVALID_RUNNER, runner=runner)
        for runner in (RunnerKey(999), RunnerKey(A.selection_id, 50), VACANT, HIDDEN, OUT)
    ),
    blames_first("the runner is removed", Reason.RUNNER_REMOVED, runner=REMOVED),
    *(
        blames_first(
            "a starting price order, or a bet to become one, on a LINE market",
            Reason.INVALID_ORDER_TYPE,
            line=True,
            **fields,
        )
        for fields in ({"order_type": LIMIT_ON_CLOSE}, {"order_type": MARKET_ON_CLOSE}, {"persistence": AT_CLOSE})
    ),
    *(
        blames_first(
            "a starting price order on a market without one",
            Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING,
            order_type=order_type,
            bsp_market=False,
        )
        for order_type in (LIMIT_ON_CLOSE, MARKET_ON_CLOSE)
    ),
    *(
        blames_first(
            "a starting price order once the price is past",
            Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING,
            order_type=order_type,
            bsp_market=True,
            **fields,
        )
        for order_type in (LIMIT_ON_CLOSE, MARKET_ON_CLOSE)
        for fields in ({"in_play": True, "turn_in_play": True}, {"reconciled": True})
    ),
    *(
        blames_first(
            "fill-or-kill on a starting price order",
            Reason.INVALID_ORDER_TYPE,
            order_type=order_type,
            time_in_force=FILL_OR_KILL,
            bsp_market=True,
        )
        for order_type in (LIMIT_ON_CLOSE, MARKET_ON_CLOSE)
    ),
    *(
        blames_first(
            "fill-or-kill with PERSIST or MARKET_ON_CLOSE",
            Reason.UNEXPECTED_PERSISTENCE_TYPE,
            order_type=LIMIT,
            time_in_force=FILL_OR_KILL,
            persistence=persistence,
            line=False,
        )
        for persistence in (PERSIST, AT_CLOSE)
    ),
    blames_first(
        "a minimum fill without fill-or-kill",
        Reason.UNEXPECTED_MIN_FILL_SIZE,
        time_in_force=None,
        min_fill_size=5_00,
    ),
    blames_first(
        "a persistence that the market does not offer",
        Reason.INVALID_PERSISTENCE_TYPE,
        persistence=PERSIST,
        time_in_force=None,
        turn_in_play=False,
    ),
    blames_first(
        "a persistence that the market does not offer",
        Reason.INVALID_PERSISTENCE_TYPE,
        persistence=PERSIST,
        time_in_force=None,
        persistence_enabled=False,
    ),
    blames_first(
        "a persistence that the market does not offer",
        Reason.INVALID_PERSISTENCE_TYPE,
        order_type=LIMIT,
        persistence=AT_CLOSE,
        time_in_force=None,
        bsp_market=False,
        line=False,
    ),
    *(
        blames_first(
            "MARKET_ON_CLOSE once the starting price is past",
            Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING,
            order_type=LIMIT,
            persistence=AT_CLOSE,
            time_in_force=None,
            bsp_market=True,
            line=False,
            **fields,
        )
        for fields in ({"in_play": True, "turn_in_play": True}, {"reconciled": True})
    ),
    blames_first("a price off the ladder", Reason.INVALID_ODDS, price=3_01),
    blames_first("a price off the ladder", Reason.INVALID_ODDS, price=1_00),
    blames_first("a price off the ladder", Reason.INVALID_ODDS, price=1000_01),
    blames_first("a price off the ladder", Reason.INVALID_ODDS, price=INEXACT),
    blames_first("a price off the ladder", Reason.INVALID_ODDS, price=None),
    *(
        blames_first("a size and a bet target, or neither", Reason.INVALID_BET_SIZE, order_type=LIMIT, **fields)
        for fields in (
            {"size": None, "bet_target_type": None},
            {"size": None, "bet_target_type": None, "bet_target_size": 30_00},
            {"size": None, "bet_target_type": PAYOUT, "bet_target_size": None},
            {"size": 10_00, "bet_target_type": PAYOUT, "bet_target_size": 30_00},
            {"size": 10_00, "bet_target_type": BACKERS_PROFIT, "bet_target_size": None},
        )
    ),
    blames_first(
        "a bet target on a LINE market",
        Reason.INVALID_BET_SIZE,
        order_type=LIMIT,
        size=None,
        bet_target_type=PAYOUT,
        bet_target_size=30_00,
        line=True,
    ),
    *(
        blames_first(
            "a size the currency or the country does not allow",
            Reason.INVALID_BET_SIZE,
            order_type=LIMIT,
            size=size,
            line=False,
        )
        for size in (99, 0, -10_00, INEXACT)
    ),
    *(
        blames_first(
            "a size the currency or the country does not allow",
            Reason.INVALID_BET_SIZE,
            order_type=LIMIT,
            jurisdiction=jurisdiction,
            size=size,
            price=price,
            line=False,
        )
        # A stake under the minimum that pays enough, and one that is no multiple of 0.50.
        for jurisdiction, size, price in (
            ("IT", 50, 100_00),
            ("ES", 50, 100_00),
            ("DK", 50, 100_00),
            ("IT", 10_25, 3_00),
        )
    ),
    *(
        blames_first(
            "a size the currency or the country does not allow",
            Reason.INVALID_BET_SIZE,
            order_type=LIMIT,
            size=None,
            bet_target_type=target_type,
            bet_target_size=target,
        )
        for target_type, target in (
            *((PAYOUT, target) for target in (2_99, 0, -30_00, INEXACT)),
            *((BACKERS_PROFIT, target) for target in (1_99, 0, -20_00, INEXACT)),
        )
    ),
    *(
        blames_first(
            "a size the currency or the country does not allow",
            Reason.INVALID_BET_SIZE,
            order_type=LIMIT_ON_CLOSE,
            bsp_market=True,
            time_in_force=None,
            side=side,
            liability=liability,
        )
        for side, liability in (
            *((Side.BACK, liability) for liability in (99, 0, -10_00, INEXACT, None)),
            (Side.LAY, 9_99),
        )
    ),
    blames_first(
        "a size at whose price the profit rounds too far",
        Reason.INVALID_PROFIT_RATIO,
        order_type=LIMIT,
        size=1_30,
        price=1_01,
        line=False,
    ),
    *(
        blames_first(
            "a minimum fill out of bounds",
            Reason.INVALID_MIN_FILL_SIZE,
            order_type=LIMIT,
            time_in_force=FILL_OR_KILL,
            min_fill_size=minimum,
        )
        for minimum in (10_01, 99, 0, -5_00, INEXACT)
    ),
    blames_all(
        "a back and a lay of one runner that would meet",
        Reason.INVALID_BACK_LAY_COMBINATION,
        order_type=LIMIT,
        further_instructions=(lay(10_00, 3_00),),
    ),
    blames_all(
        "a back and a lay of one runner that would meet",
        Reason.INVALID_BACK_LAY_COMBINATION,
        order_type=LIMIT_ON_CLOSE,
        liability=10_00,
        time_in_force=None,
        bsp_market=True,
        line=False,
        in_play=False,
        reconciled=False,
        further_instructions=(lay(None, 3_00, order_type=LIMIT_ON_CLOSE, liability=10_00),),
    ),
    request_fault("the account cannot afford the worst outcome", Reason.INSUFFICIENT_FUNDS, balance=9_99),
    blames_first(
        "orders with which it could lose more than it allows itself to lose",
        Reason.LOSS_LIMIT_EXCEEDED,
        loss_limit=9_99,
    ),
    request_fault(
        "it risks more than it has just lost, where none may",
        Reason.NO_CHASING,
        jurisdiction="ES",
        lost=5_00,
        may_bet=True,  # or it could not have lost
    ),
]


def meaning(fault: Fault) -> str:
    return f"{fault.name} ({', '.join(fault.fields)})"


def contradict(first: Fault, second: Fault) -> bool:
    """Whether two faults cannot be had at once, because they want one field in two ways."""
    return any(second.fields.get(field, wanted) != wanted for field, wanted in first.fields.items())


class Attempt:
    """A world and a request in which the given fields are as faults want them."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self.circumstances = {**WORLD, **{name: value for name, value in fields.items() if name in WORLD}}
        request = {**REQUEST, **{name: value for name, value in fields.items() if name in REQUEST}}
        order = {name: value for name, value in fields.items() if name not in WORLD and name not in REQUEST}
        bet = lay if order.pop("side", Side.BACK) is Side.LAY else back
        instruction = bet(order.pop("size", 10_00), order.pop("price", 3_00), **order)
        copies, others = request.pop("copies"), request.pop("further_instructions")
        self.instructions: tuple[PlaceInstruction, ...] = (instruction,) * copies + others
        self.request = request
        self.world = self._build()

    def _build(self) -> World:
        facts = self.circumstances
        market = {name: facts[name] for name in ("turn_in_play", "persistence_enabled", "bsp_market")}
        if facts["line"]:
            market |= {"betting_type": "LINE", "ladder": LINES}
        runners = (A, B, REMOVED, VACANT, HIDDEN, OUT)
        is_open = facts["status"] != "INACTIVE"
        rules = replace(RULE_SETS["2022"], chasing_window_seconds=60)
        world = World(rules=rules, runners=runners, version=1233, is_open=is_open, **market)
        jurisdiction = Jurisdiction(facts["jurisdiction"])
        balance = facts["balance"] + facts["lost"]
        world.open_account("punter", balance, may_bet=facts["may_bet"], jurisdiction=jurisdiction)
        world.market.runners[REMOVED].status = RunnerStatus.REMOVED
        world.market.runners[VACANT].status = RunnerStatus.REMOVED_VACANT
        world.market.runners[HIDDEN].status = RunnerStatus.HIDDEN
        world.market.runners[OUT].status = RunnerStatus.LOSER
        if facts["in_play"] and is_open:
            world.turn_in_play()
        elif facts["reconciled"] and is_open:
            world.reconcile()
        if facts["reference_used_before"]:
            # In another market, and a bet of which nothing is left: it must not cost the funds that a row is about.
            world.add_market("1.2")
            killed = back(1_00, 3_00, time_in_force=FILL_OR_KILL)
            world.place("punter", killed, market_id="1.2", customer_reference=facts["reference_used_before"])
        if facts["lost"]:
            world.add_market("1.3")
            for account, bet in (("alice", lay), ("punter", back)):
                world.place(account, bet(facts["lost"], 2_00), market_id="1.3")
            world.apply(SettleMarket("1.3", (RunnerResult(B, "WINNER"),)))
        standing = {name: facts[name] for name in ("loss_limit", "wallet_is_open", "regulator_answers")}
        world.apply(ChangeStanding("punter", Standing(**standing)))
        if facts["status"] == "SUSPENDED":
            world.suspend()
        elif facts["status"] == "CLOSED":
            world.void()
        elif facts["status"] == "over":
            world.close_betting()
        return world

    def refusal(self) -> Refused:
        """Send the request, expect it to be refused and to have changed nothing, and return the refusal."""
        before = state_of(self.world.exchange)
        with pytest.raises(Refused) as refused:
            self.send()
        assert before == state_of(self.world.exchange)
        return refused.value

    def send(self) -> tuple[Any, ...]:
        return self.world.place("punter", *self.instructions, **self.request)


def refusal_of(fault: Fault, instruction_count: int) -> tuple[Reason, tuple[Reason, ...]]:
    """What the exchange answers to a fault in a request of so many instructions: innocent ones are told so."""
    if not fault.instructions:
        return fault.reason, ()
    innocent = Reason.ERROR_IN_ORDER
    if fault.fields.keys() & {"market_version", "customer_strategy_reference"}:
        innocent = fault.instructions[0]  # what the whole request carries, every instruction is guilty of
    missing = instruction_count - len(fault.instructions)
    return fault.reason, fault.instructions + (innocent,) * missing


def documented_rows() -> Iterator[tuple[str, str]]:
    """Yield the table of the docstring: what is refused, which may take two lines there, and how it is called."""
    assert acceptance.__doc__
    line = re.compile(r" {4}(?:\d+)? *(?:[a-h]  )? *(\S.*?)(?: {2,}(?:each instruction: |both: |those: )?(.+))?")
    begun = ""
    for name, reason in (match.groups() for match in map(line.fullmatch, acceptance.__doc__.splitlines()) if match):
        if reason is None:
            begun = f"{name} "
            continue
        if reason in set(Reason):
            yield begun + name, reason
        begun = ""


def test_the_table_of_refusals_is_the_one_that_the_exchange_documents() -> None:
    """Every line of the docstring has its rows here, in the same order and with the same reasons."""
    documented = list(documented_rows())
    tested = [(fault.name, str((*fault.instructions, fault.reason)[0])) for fault in FAULTS]

    assert 36 == len(documented)
    assert documented == [row for row, _ in groupby(tested)]


def test_a_request_without_faults_is_accepted() -> None:
    (placed,) = Attempt({}).send()

    assert isinstance(placed, OrderPlaced)


@pytest.mark.parametrize("fault", FAULTS, ids=meaning)
def test_a_faulty_request_is_refused_for_its_reason_and_changes_nothing(fault: Fault) -> None:
    attempt = Attempt(fault.fields)

    refusal = attempt.refusal()

    assert refusal_of(fault, len(attempt.instructions)) == (refusal.reason, refusal.instruction_reasons)
    assert str(refusal).startswith(f"{fault.reason}: ")


PAIRS = [(first, second) for first, second in combinations(FAULTS, 2) if not contradict(first, second)]


@pytest.mark.parametrize("first", FAULTS[:-1], ids=meaning)
def test_of_two_faults_the_one_that_stands_first_in_the_table_is_named(first: Fault) -> None:
    """Not only neighbours: every two faults that one request can have."""
    for second in (later for earlier, later in PAIRS if earlier is first):
        attempt = Attempt({**first.fields, **second.fields})

        refusal = attempt.refusal()

        expected = refusal_of(first, len(attempt.instructions))
        assert expected == (refusal.reason, refusal.instruction_reasons), f"{meaning(first)} and {meaning(second)}"


def test_hardly_any_neighbours_in_the_table_exclude_each_other() -> None:
    """Where they do, both speak of one field or have one reason; all others are compared by the test above."""
    compared = {(first.name, second.name) for first, second in PAIRS}
    documented = list(dict.fromkeys(fault.name for fault in FAULTS))
    exclusive = [pair for pair in pairwise(documented) if pair not in compared]

    assert [
        ("the market is suspended", "the market is inactive or closed"),
        ("the market is inactive or closed", "its betting is over and its result is still to come"),
        ("no instruction", "more instructions than one request may hold"),
        ("a market version that is no version", "a market version older than the last material change"),
        ("the runner is not known, vacant or settled", "the runner is removed"),
        ("a starting price order on a market without one", "a starting price order once the price is past"),
        ("fill-or-kill on a starting price order", "fill-or-kill with PERSIST or MARKET_ON_CLOSE"),
        ("fill-or-kill with PERSIST or MARKET_ON_CLOSE", "a minimum fill without fill-or-kill"),
        ("a persistence that the market does not offer", "MARKET_ON_CLOSE once the starting price is past"),
        ("a size and a bet target, or neither", "a bet target on a LINE market"),
        ("a bet target on a LINE market", "a size the currency or the country does not allow"),
        ("a size the currency or the country does not allow", "a size at whose price the profit rounds too far"),
    ] == exclusive
