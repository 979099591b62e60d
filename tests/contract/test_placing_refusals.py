"""placeOrders over the wire: every refusal that a request in JSON can meet, and what comes before the exchange.

The table of `exchange.acceptance` is the promise; which of two refusals wins is held against it in the unit tests.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest

from simulator.exchange import acceptance
from simulator.exchange.commands import (
    CloseMarket,
    OpenMarket,
    Reconcile,
    RemoveRunner,
    RunnerResult,
    SettleRunners,
    SuspendMarket,
    TouchMarket,
    TurnInPlay,
    VoidMarket,
)
from simulator.exchange.orders import RunnerKey
from simulator.exchange.refusals import Reason
from simulator.world.inputs import AdvanceClock
from simulator.world.state_hash import state_hash
from simulator.world.world import World
from tests.contract.bettor import (
    AWAY,
    DRAW,
    HOME,
    LATER,
    LINE,
    MATCH,
    NEXT_MATCH,
    RACE,
    Bettor,
    back,
    betting,
    codes,
    lay,
    world_of,
)
from tests.in_process import Client

ERROR_IN_ORDER = "ERROR_IN_ORDER"


# The table of refusals


class Row(NamedTuple):
    """A request that differs from a good one in what it names, and its refusal.

    Without `blames` no instruction is to blame: the refusal is that of the request, and all carry ERROR_IN_ORDER.
    """

    refusal: str
    instructions: tuple[dict[str, Any], ...] = (back(),)
    market: str = MATCH
    params: Mapping[str, Any] = MappingProxyType({})
    username: str = "alice"
    before: Callable[[World], object] = lambda world: None
    blames: tuple[str, ...] = ()


def blamed(code: str, instruction: dict[str, Any], **row: Any) -> Row:
    """A request whose second instruction is wrong in itself."""
    return Row(code, (back(2.0), instruction), blames=(ERROR_IN_ORDER, code), **row)


def at_starting_price(order_type: str, liability: float = 10, side: str = "BACK", price: float = 3) -> dict[str, Any]:
    name = "limitOnCloseOrder" if order_type == "LIMIT_ON_CLOSE" else "marketOnCloseOrder"
    order = {"liability": liability, "price": price} if order_type == "LIMIT_ON_CLOSE" else {"liability": liability}
    return {"selectionId": HOME, "orderType": order_type, "side": side, name: order}


def target(target_type: str | None, size: float | None, **limit: Any) -> dict[str, Any]:
    """A back at 3.0 that wants a payout or a profit instead of a size."""
    return back(3.0, None, betTargetType=target_type, betTargetSize=size, **limit)


def doing(*commands: Any) -> Callable[[World], object]:
    return lambda world: [world.do(command).accepted() for command in commands]


def version(ahead: int) -> dict[str, Any]:
    """A market version so far from 2, the one that the markets have once they are open."""
    return {"marketVersion": {"version": 2 + ahead}}


KILL = {"timeInForce": "FILL_OR_KILL"}
AFTER_A_MATERIAL_CHANGE = doing(TurnInPlay(NEXT_MATCH))

TABLE = [
    Row("INVALID_MARKET_ID", market="1.999"),
    Row("INVALID_MARKET_ID", market="999999999.999999999999999999"),
    Row("MARKET_SUSPENDED", before=doing(SuspendMarket(MATCH))),
    Row("MARKET_NOT_OPEN_FOR_BETTING", market=LATER),
    Row("MARKET_NOT_OPEN_FOR_BETTING", before=doing(VoidMarket(MATCH))),
    Row("MARKET_NOT_OPEN_FOR_BETTING", before=doing(CloseMarket(MATCH))),
    Row("INVALID_ACCOUNT_STATE", username="barred"),
    Row("TOO_MANY_INSTRUCTIONS", (back(),) * 201),
    Row("INVALID_MARKET_VERSION", params={"marketVersion": {"version": -1}}),
    Row("INVALID_MARKET_VERSION", params={"marketVersion": {"version": 10**12}}),
    Row("INVALID_MARKET_VERSION", params={"marketVersion": {"version": str(2**63 - 1)}}),
    Row(
        "BET_TAKEN_OR_LAPSED", (back(), back()), NEXT_MATCH, version(0),
        before=AFTER_A_MATERIAL_CHANGE, blames=("BET_TAKEN_OR_LAPSED",) * 2,
    ),
    blamed("INVALID_CUSTOMER_ORDER_REF", {**back(), "customerOrderRef": "o" * 33}),
    Row(
        "INVALID_CUSTOMER_STRATEGY_REF", (back(), back()), params={"customerStrategyRef": "s" * 16},
        blames=("INVALID_CUSTOMER_STRATEGY_REF",) * 2,
    ),
    blamed("INVALID_RUNNER", back(runner=77)),
    blamed("INVALID_RUNNER", back(runner=-1)),
    blamed("INVALID_RUNNER", back(runner=2**63 - 1)),
    blamed("INVALID_RUNNER", {**back(), "handicap": 0.5}),
    blamed("INVALID_RUNNER", {**back(), "handicap": 0.001}),
    blamed("INVALID_RUNNER", {**back(), "handicap": 1e300}),
    blamed("INVALID_RUNNER", back(runner=AWAY), before=doing(RemoveRunner(MATCH, RunnerKey(AWAY), None, True))),
    blamed(
        "INVALID_RUNNER", back(runner=DRAW),
        before=doing(SettleRunners(MATCH, (RunnerResult(RunnerKey(DRAW), "LOSER"),))),
    ),
    blamed("RUNNER_REMOVED", back(runner=AWAY), before=doing(RemoveRunner(MATCH, RunnerKey(AWAY)))),
    *(
        Row("INVALID_ORDER_TYPE", (instruction,), LINE, blames=("INVALID_ORDER_TYPE",))
        for instruction in (
            at_starting_price("MARKET_ON_CLOSE"),
            at_starting_price("LIMIT_ON_CLOSE", price=2.5),
            back(2.5, persistenceType="MARKET_ON_CLOSE"),
        )
    ),
    blamed("MARKET_NOT_OPEN_FOR_BSP_BETTING", at_starting_price("MARKET_ON_CLOSE")),
    blamed("MARKET_NOT_OPEN_FOR_BSP_BETTING", at_starting_price("LIMIT_ON_CLOSE")),
    *(
        blamed("MARKET_NOT_OPEN_FOR_BSP_BETTING", at_starting_price(order_type), market=RACE, before=doing(past))
        for order_type in ("MARKET_ON_CLOSE", "LIMIT_ON_CLOSE")
        for past in (TurnInPlay(RACE), Reconcile(RACE))
    ),
    *(
        blamed("INVALID_ORDER_TYPE", {**at_starting_price(order_type), "limitOrder": {"price": 3, **KILL}}, market=RACE)
        for order_type in ("MARKET_ON_CLOSE", "LIMIT_ON_CLOSE")
    ),
    blamed("UNEXPECTED_PERSISTENCE_TYPE", back(persistenceType="PERSIST", **KILL)),
    blamed("UNEXPECTED_PERSISTENCE_TYPE", back(persistenceType="MARKET_ON_CLOSE", **KILL), market=RACE),
    blamed("UNEXPECTED_MIN_FILL_SIZE", back(minFillSize=1)),
    Row(
        "INVALID_PERSISTENCE_TYPE", (back(2.5, 2, persistenceType="PERSIST"),), LINE,
        blames=("INVALID_PERSISTENCE_TYPE",),
    ),
    blamed("INVALID_PERSISTENCE_TYPE", back(persistenceType="MARKET_ON_CLOSE")),
    blamed(
        "MARKET_NOT_OPEN_FOR_BSP_BETTING", back(persistenceType="MARKET_ON_CLOSE"),
        market=RACE, before=doing(TurnInPlay(RACE)),
    ),
    blamed(
        "MARKET_NOT_OPEN_FOR_BSP_BETTING", back(persistenceType="MARKET_ON_CLOSE"),
        market=RACE, before=doing(Reconcile(RACE)),
    ),
    *(blamed("INVALID_PROFIT_RATIO", bet(1.01, size)) for bet in (back, lay) for size in (1.25, 1.3, 1.6)),
    *(blamed("INVALID_ODDS", back(price)) for price in (2.01, 2.001, 1, 1.001, 0, -2, 1001, 1e300, "1e-300")),
    Row("INVALID_ODDS", (back(3.0),), LINE, blames=("INVALID_ODDS",)),
    *(
        blamed("INVALID_ODDS", at_starting_price("LIMIT_ON_CLOSE", price=price), market=RACE)
        for price in (2.01, 1.001, 1, 0, 1001)
    ),
    *(blamed("INVALID_BET_SIZE", back(3.0, size)) for size in (0, -2, 0.99, 2.005, 1e-300, 1e300, -0.0, None)),
    blamed("INVALID_BET_SIZE", back(9.8, 0.99)),
    blamed("INVALID_BET_SIZE", back(betTargetType="PAYOUT", betTargetSize=10)),
    blamed("INVALID_BET_SIZE", target("PAYOUT", None)),
    blamed("INVALID_BET_SIZE", target(None, 10)),
    *(blamed("INVALID_BET_SIZE", target("PAYOUT", size)) for size in (2.99, 0, -9, 9.001, 1e300)),
    *(blamed("INVALID_BET_SIZE", target("BACKERS_PROFIT", size)) for size in (1.99, 0, -9, 9.001, 1e300)),
    Row(
        "INVALID_BET_SIZE", (back(2.5, None, betTargetType="PAYOUT", betTargetSize=10),), LINE,
        blames=("INVALID_BET_SIZE",),
    ),
    *(
        blamed("INVALID_BET_SIZE", at_starting_price(order_type, liability, side), market=RACE)
        for order_type in ("MARKET_ON_CLOSE", "LIMIT_ON_CLOSE")
        for side, liability in (
            *(("BACK", liability) for liability in (0.99, 0, -2, 2.005, 1e300)),
            *(("LAY", liability) for liability in (9.99, 0, -10, 10.005, 1e300)),
        )
    ),
    *(blamed("INVALID_MIN_FILL_SIZE", back(minFillSize=size, **KILL)) for size in (0, -1, 0.99, 2.01, 1.001, 1e300)),
    Row(
        "INVALID_BACK_LAY_COMBINATION", (back(3.0), lay(3.0), back(9.0, runner=AWAY), back(3.05)),
        blames=("INVALID_BACK_LAY_COMBINATION", "INVALID_BACK_LAY_COMBINATION", ERROR_IN_ORDER, ERROR_IN_ORDER),
    ),
    Row(
        "INVALID_BACK_LAY_COMBINATION",
        tuple(at_starting_price("LIMIT_ON_CLOSE", 10, side, price) for side, price in (("LAY", 5), ("BACK", 5))),
        RACE, blames=("INVALID_BACK_LAY_COMBINATION",) * 2,
    ),
    Row("INSUFFICIENT_FUNDS", (at_starting_price("MARKET_ON_CLOSE", 10.01),), RACE, username="poor"),
    Row("INSUFFICIENT_FUNDS", (at_starting_price("LIMIT_ON_CLOSE", 10.01, "LAY"),), RACE, username="poor"),
    Row("INSUFFICIENT_FUNDS", (target("PAYOUT", 30.03),), username="poor"),
    Row("INSUFFICIENT_FUNDS", (back(3.0, 10), back(3.0, 2)), username="poor"),
    Row("INSUFFICIENT_FUNDS", (lay(7.0, 2),), username="poor"),
    Row("INSUFFICIENT_FUNDS", (back(3.0, 10.01),), username="careful"),
    Row("INSUFFICIENT_FUNDS", (back(3.0, 90_000_000_000_000),)),
]  # fmt: skip


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.refusal)
def test_an_order_is_refused_by_the_table(client: Client, row: Row) -> None:
    """The report and all its instructions carry exactly these codes, and nothing has changed."""
    row.before(world_of(client))
    bettor = Bettor(client, row.username)
    state = state_hash(world_of(client))

    report = bettor.place(*row.instructions, market=row.market, **row.params)

    code = "BET_ACTION_ERROR" if row.blames else row.refusal
    assert ("FAILURE", code, list(row.blames or (ERROR_IN_ORDER,) * len(row.instructions))) == codes(report)
    assert state == state_hash(world_of(client))


def test_the_table_misses_no_refusal_that_can_be_reached() -> None:
    """A reference that comes twice has its tests below; an empty list of instructions is INVALID_INPUT_DATA here.

    Those of accounts that may not bet as others may are in `test_restricted_accounts`.
    """
    in_the_docstring = set(re.findall(r"[A-Z]{2,}(?:_[A-Z]+)+", acceptance.__doc__ or "")) & set(Reason)
    not_here = {"DUPLICATE_TRANSACTION", "NO_ACTION_REQUIRED", "BET_ACTION_ERROR", ERROR_IN_ORDER, "MARKET_ON_CLOSE"}
    not_here |= {"NO_CHASING", "LOSS_LIMIT_EXCEEDED", "INVALID_WALLET_STATUS"}
    not_here |= {"REGULATOR_IS_NOT_AVAILABLE", "REJECTED_BY_REGULATOR"}

    assert in_the_docstring - not_here == {row.refusal for row in TABLE}


def test_an_account_may_use_its_funds_and_limits_to_the_last_penny(client: Client) -> None:
    """What the worst outcome costs is all there; a bet that lowers it is taken from who has nothing left."""
    bob, poor, careful = (Bettor(client, username) for username in ("bob", "poor", "careful"))
    bob.bet(lay(3.0, 10))
    poor.bet(back(3.0, 10))
    careful.bet(lay(6.0, 2, AWAY))

    assert "INSUFFICIENT_FUNDS" == poor.place(back(9.0, 1))["errorCode"]
    assert "INSUFFICIENT_FUNDS" == careful.place(back(9.0, 1))["errorCode"]
    assert "SUCCESS" == poor.place(lay(2.0, 5))["status"]


def test_two_hundred_orders_may_come_at_once(alice: Bettor) -> None:
    """And each is reported."""
    report = alice.place(*[back(9.0, 1)] * 200)

    assert ("SUCCESS", None, [None] * 200) == codes(report)
    assert 200 == len({each["betId"] for each in report["instructionReports"]})


# The same reference again


def test_a_reference_is_used_up_for_sixty_seconds(client: Client, alice: Bettor) -> None:
    """The same `customerRef` again is a duplicate, whatever else the request says; from the 60th second it is new."""
    alice.bet(back(), customerRef="a:b-c.d_e+f*g;h~1")

    for advance in (0, 59_999):
        world_of(client).do(AdvanceClock(advance)).accepted()
        report = alice.place(lay(2.0), back(9.0), customerRef="a:b-c.d_e+f*g;h~1")
        assert ("FAILURE", "DUPLICATE_TRANSACTION", [ERROR_IN_ORDER] * 2) == codes(report)
        assert "a:b-c.d_e+f*g;h~1" == report["customerRef"]
    world_of(client).do(AdvanceClock(1)).accepted()

    assert "SUCCESS" == alice.place(back(), customerRef="a:b-c.d_e+f*g;h~1")["status"]
    assert 2 == len(alice.orders())


def test_a_reference_is_ones_own_and_that_of_one_operation(client: Client, alice: Bettor) -> None:
    """Others may use it, and so may another operation; it counts in every market."""
    bet_id = alice.bet(back(), customerRef="mine")

    assert "SUCCESS" == Bettor(client, "bob").place(back(), customerRef="mine")["status"]
    assert "DUPLICATE_TRANSACTION" == alice.place(back(), market=NEXT_MATCH, customerRef="mine")["errorCode"]
    assert "SUCCESS" == alice.cancel({"betId": bet_id}, customerRef="mine")["status"]
    assert "DUPLICATE_TRANSACTION" == alice.cancel({"betId": bet_id}, customerRef="mine")["errorCode"]


def test_references_differ_by_every_character(alice: Bettor) -> None:
    """Also by the case of a letter."""
    assert ["SUCCESS"] * 3 == [alice.place(back(), customerRef=ref)["status"] for ref in ("Ref", "ref", "ref.")]


@pytest.mark.parametrize("reference", ["", None])
def test_no_reference_is_never_the_same(alice: Bettor, reference: str | None) -> None:
    """Empty and null are none."""
    assert ["SUCCESS"] * 2 == [alice.place(back(), customerRef=reference)["status"] for _ in range(2)]


def test_a_refused_request_does_not_use_up_its_reference(alice: Bettor) -> None:
    """Correct it and send it again."""
    refused = alice.place(back(2.01), customerRef="again")

    assert "FAILURE" == refused["status"]
    assert "SUCCESS" == alice.place(back(2.0), customerRef="again")["status"]


# The version of the market


def test_a_version_is_accepted_until_something_material_happens(client: Client, alice: Bettor) -> None:
    """The manual's table: a new start time does not matter, what happens under a suspension does."""
    world, seen = world_of(client), {"version": 2}
    seen["version"] = alice.ask("listMarketBook", marketIds=[MATCH])[0]["version"]

    def accepted(ahead: int = 0) -> bool:
        market_version = {"version": seen["version"] + ahead}
        return alice.place(back(), marketVersion=market_version)["status"] == "SUCCESS"

    assert accepted()
    assert accepted(ahead=1)
    assert accepted(ahead=10**12 - 1 - seen["version"])
    world.do(TouchMarket(MATCH)).accepted()
    assert accepted()
    world.do(SuspendMarket(MATCH)).accepted()
    world.do(OpenMarket(MATCH)).accepted()
    assert accepted()
    world.do(SuspendMarket(MATCH)).accepted()
    assert not accepted()


@pytest.mark.parametrize("market_version", [None, {}, {"version": None}, {"version": "2"}, {"version": 2.0}])
def test_a_version_may_be_left_out_or_written_otherwise(alice: Bettor, market_version: object) -> None:
    """Whatever is no version is no condition, and a number may be a text."""
    assert "SUCCESS" == alice.place(back(), marketVersion=market_version)["status"]


# Requests that never reach the exchange


NO_MARKET_IDS = (
    *("", " ", "1", "1.", ".1", "1.1.1", "1,101", "a.b", "1.101 ", " 1.101", "-1.101", "1.101\n", "1.\u0661", "\x00"),
    *("1" * 10 + ".1", "1." + "1" * 19, "1.101" * 1000),
)


@pytest.mark.parametrize("market_id", NO_MARKET_IDS)
@pytest.mark.parametrize("operation", ["placeOrders", "cancelOrders", "replaceOrders", "updateOrders"])
def test_what_is_no_market_id_is_invalid_input(alice: Bettor, operation: str, market_id: str) -> None:
    """Before anything is looked up; a market id that nobody knows is refused by a report instead."""
    instruction = {**back(), "betId": "1", "newPrice": 3, "newPersistenceType": "LAPSE"}

    refusal = alice.refusal(operation, marketId=market_id, instructions=[instruction])

    assert ("INVALID_INPUT_DATA", "market id passed is invalid") == refusal


@pytest.mark.parametrize("operation", ["placeOrders", "replaceOrders", "updateOrders"])
def test_a_request_that_asks_for_nothing_is_invalid_input(alice: Bettor, operation: str) -> None:
    """An empty list of instructions; only to cancelOrders is it as none."""
    refusal = alice.refusal(operation, marketId=MATCH, instructions=[])

    assert ("INVALID_INPUT_DATA", "instructions must not be empty") == refusal


@pytest.mark.parametrize(
    "reference",
    ["r" * 33, " ", "a b", "a/b", "a,b", "a@b", "a=b", "a#b", "é", "\u0661", "a\n", "\x00", "\x7f", "<r>", "r" * 5000],
)
@pytest.mark.parametrize("operation", ["placeOrders", "cancelOrders", "replaceOrders", "updateOrders"])
def test_a_reference_has_at_most_32_of_certain_characters(alice: Bettor, operation: str, reference: str) -> None:
    """Letters, digits and `: - . _ + * ; ~` (manual, placeOrders)."""
    instruction = {**back(), "betId": "1", "newPrice": 3, "newPersistenceType": "LAPSE"}

    code, _ = alice.refusal(operation, marketId=MATCH, instructions=[instruction], customerRef=reference)

    assert "INVALID_INPUT_DATA" == code


def test_a_reference_may_use_all_of_its_32_characters(alice: Bettor) -> None:
    """Exactly as long as allowed, and a number is its digits."""
    assert "r" * 32 == alice.place(back(), customerRef="r" * 32)["customerRef"]
    assert "7" == alice.place(back(), customerRef=7)["customerRef"]


@pytest.mark.parametrize(
    ("order_type", "part"),
    [
        ("LIMIT", "limitOrder"),
        ("LIMIT_ON_CLOSE", "limitOnCloseOrder"),
        ("MARKET_ON_CLOSE", "marketOnCloseOrder"),
    ],
)
def test_an_order_without_its_part_is_invalid_input(alice: Bettor, order_type: str, part: str) -> None:
    """Its type says which part it needs; the others do not help."""
    parts = {**back(), **at_starting_price("LIMIT_ON_CLOSE"), **at_starting_price("MARKET_ON_CLOSE")}
    parts["limitOrder"] = {"price": 3, "size": 2}
    del parts[part]

    refusal = alice.refusal("placeOrders", marketId=RACE, instructions=[{**parts, "orderType": order_type}])

    assert ("INVALID_INPUT_DATA", f"an instruction of type {order_type} needs a {part}") == refusal


def test_invalid_input_is_a_fault_over_rest(alice: Bettor) -> None:
    """HTTP status 400 and the number that it has among the errors of betting."""
    response = alice.rest("placeOrders", marketId="", instructions=[back()])

    assert (400, "Client", "ANGX-0002") == (
        response.status_code,
        response.json()["faultcode"],
        response.json()["faultstring"],
    )


# Who may bet


@pytest.mark.parametrize("operation", ["placeOrders", "replaceOrders", "cancelOrders", "updateOrders"])
def test_no_bets_are_taken_or_changed_with_a_delayed_key(client: Client, operation: str) -> None:
    """PERMISSION_DENIED in the recorded shape, before the exchange looks at the order at all."""
    delayed = Bettor(client, delayed=True)
    state = state_hash(world_of(client))

    instruction = {**back(2.01), "betId": "1", "newPrice": 3, "newPersistenceType": "PERSIST"}
    report = delayed.ask(operation, marketId="1.999", instructions=[instruction], customerRef="r")

    assert ("FAILURE", "PERMISSION_DENIED", [ERROR_IN_ORDER]) == codes(report)
    assert "r" == report["customerRef"]
    assert state == state_hash(world_of(client))


@pytest.mark.parametrize("params", [{}, {"marketId": MATCH}, {"marketId": MATCH, "instructions": []}])
def test_a_delayed_key_does_not_cancel_everything_either(client: Client, alice: Bettor, params: dict[str, Any]) -> None:
    """The four operations follow one rule; there is no bet to report on."""
    bet_id = alice.bet(back())

    report = Bettor(client, delayed=True).ask("cancelOrders", **params)

    assert ("FAILURE", "PERMISSION_DENIED", []) == codes(report)
    assert "EXECUTABLE" == alice.order(bet_id)["status"]


def test_a_world_may_let_delayed_keys_bet() -> None:
    """`delayedKeysMayBet` of the scenario."""
    with betting(delayedKeysMayBet=True) as client:
        delayed = Bettor(client, delayed=True)
        bet_id = delayed.bet(back())

        report = delayed.replace({"betId": bet_id, "newPrice": 4})
        replaced = report["instructionReports"][0]["placeInstructionReport"]["betId"]

        assert "SUCCESS" == report["status"]
        assert "SUCCESS" == delayed.update({"betId": replaced, "newPersistenceType": "PERSIST"})["status"]
        assert "SUCCESS" == delayed.cancel({"betId": replaced})["status"]


def test_a_world_may_ignore_what_makes_no_sense_with_fill_or_kill() -> None:
    """`strictFillOrKill` of the scenario; the persistence and the minimum fill are as if they had not been said."""
    with betting(strictFillOrKill=False) as client:
        alice = Bettor(client)
        killed = alice.place(back(9.0, persistenceType="PERSIST", **KILL))
        rests = alice.place(back(9.0, minFillSize=2))

        assert ("SUCCESS", "EXPIRED") == (killed["status"], killed["instructionReports"][0]["orderStatus"])
        assert ("SUCCESS", "EXECUTABLE") == (rests["status"], rests["instructionReports"][0]["orderStatus"])


def test_an_account_that_may_not_bet_may_still_look(client: Client) -> None:
    """A suspended customer logs in, and is told so when betting."""
    barred = Bettor(client, "barred")

    assert [] == barred.orders()
    assert "INVALID_ACCOUNT_STATE" == barred.place(back(2.01))["errorCode"]
    assert "SUCCESS" == barred.ask("cancelOrders")["status"]
