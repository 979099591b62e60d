"""What an account pays for sending more transactions in an hour than are free."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.orders import OrderType, Persistence, Side
from simulator.world.inputs import AdvanceClock, Reset, Restore
from simulator.world.scenario_commands import LIQUIDITY
from simulator.world.snapshot import encode_snapshot
from simulator.world.state_hash import state_hash
from tests.contract.account_holder import AccountHolder
from tests.contract.bettor import MATCH, NEXT_MATCH, SCENARIO, back, betting, world_of
from tests.in_process import Client
from tests.scenario import account

HOUR = 60 * 60 * 1000
TO_THE_HOUR = HOUR - 250
"""The world begins a quarter of a second after five."""


@contextmanager
def charging(limit: int = 3, price: float = 0.5, **settings: Any) -> Iterator[tuple[Client, AccountHolder]]:
    """Yield a world where so many transactions an hour are free, and a customer of it."""
    charge = {"limitPerHour": limit, "price": price, **settings.pop("charge", {})}
    with betting(transactionCharge=charge, **settings) as client:
        yield client, AccountHolder(client)


def pass_time(client: Client, milliseconds: int) -> None:
    world_of(client).do(AdvanceClock(milliseconds))


def charges(holder: AccountHolder) -> list[float]:
    items = holder.account("getAccountStatement", includeItem="EXCHANGE")["accountStatement"]
    return [item["amount"] for item in items]


def test_what_is_above_the_limit_is_charged_when_the_hour_is_over() -> None:
    with charging() as (client, alice):
        for _ in range(5):
            alice.bet(back())
        pass_time(client, TO_THE_HOUR - 1)
        assert [] == charges(alice)
        pass_time(client, 1)
        assert [-1.0] == charges(alice)
        pass_time(client, 3 * HOUR)
        assert [-1.0] == charges(alice)


def test_the_item_of_a_charge_says_what_it_is() -> None:
    with charging() as (client, alice):
        alice.place(*[back()] * 5)
        pass_time(client, TO_THE_HOUR)
        (item,) = alice.account("getAccountStatement", includeItem="EXCHANGE")["accountStatement"]

    assert ("2026-06-06T18:00:00.000Z", -1.0, 9999.0) == (item["itemDate"], item["amount"], item["balance"])
    data = item["legacyData"]
    assert ("Transaction charge", "Transaction charge") == (data["marketName"], data["fullMarketName"])
    assert ("NOT_APPLICABLE", "ACCOUNT_DEBIT") == (data["marketType"], data["transactionType"])
    assert item["refId"] == str(data["transactionId"])


def test_five_thousand_are_free_and_others_cost_a_fifth_of_a_penny() -> None:
    """Published: 0.002 pounds for each transaction above 5000 in an hour."""
    with betting(transactionCharge={}) as client:
        alice = AccountHolder(client)
        for _ in range(26):
            alice.place(*[back(3.0, 1.0)] * 200)
        pass_time(client, TO_THE_HOUR)
        assert [-0.4] == charges(alice)


def test_every_hour_is_counted_by_itself() -> None:
    with charging() as (client, alice):
        for _ in range(3):
            alice.bet(back())
        pass_time(client, TO_THE_HOUR)
        for _ in range(3):
            alice.bet(back())
        pass_time(client, HOUR)
        assert [] == charges(alice)


@pytest.mark.parametrize(("edits", "charged"), [(False, []), (True, [-1.0])])
def test_edits_that_succeed_count_where_the_scenario_says_so(*, edits: bool, charged: list[float]) -> None:
    with charging(charge={"edits": edits}) as (client, alice):
        bets = [alice.bet(back()) for _ in range(3)]
        alice.cancel({"betId": bets[0]})
        alice.update({"betId": bets[1], "newPersistenceType": "PERSIST"})
        pass_time(client, TO_THE_HOUR)
        assert charged == charges(alice)


def test_whatever_fails_counts() -> None:
    with charging(limit=0, price=1.0) as (client, alice):
        assert "BET_ACTION_ERROR" == alice.place(back(3.003), back())["errorCode"]
        assert "BET_ACTION_ERROR" == alice.cancel({"betId": "1"})["errorCode"]
        assert "INVALID_MARKET_ID" == alice.cancel({"betId": "1"}, {"betId": "2"}, market="1.999")["errorCode"]
        pass_time(client, TO_THE_HOUR)
        assert [-5.0] == charges(alice)


def test_a_replacement_is_one_transaction() -> None:
    with charging(limit=1, price=1.0) as (client, alice):
        bet_id = alice.bet(back())
        alice.replace({"betId": bet_id, "newPrice": 4.0})
        pass_time(client, TO_THE_HOUR)
        assert [-1.0] == charges(alice)


def test_an_account_pays_in_its_own_currency() -> None:
    accounts = [*SCENARIO["accounts"], account("eve", currency="EUR")]
    with charging(price=0.5, accounts=accounts, currencyRates={"EUR": 1.25}) as (client, _):
        eve = AccountHolder(client, "eve")
        eve.place(*[back()] * 5)
        pass_time(client, TO_THE_HOUR)
        assert [-1.25] == charges(eve)
        assert 0 == sum(world_of(client).exchange.ledger.balances.values())


def test_everybody_is_counted_alone_and_in_all_markets() -> None:
    with charging() as (client, alice):
        bob = AccountHolder(client, "bob")
        for market in (MATCH, NEXT_MATCH):
            alice.place(back(), back(), market=market)
            bob.bet(back(), market=market)
        pass_time(client, TO_THE_HOUR)
        assert [-0.5] == charges(alice)
        assert [] == charges(bob)


def test_who_provides_liquidity_pays_nothing() -> None:
    with charging() as (client, _):
        world = world_of(client)
        key = next(iter(world.exchange.markets[MATCH].runners))
        offer = PlaceInstruction(key, Side.BACK, OrderType.LIMIT, 3_00, 2_00, Persistence.LAPSE)
        world.do(PlaceOrders(LIQUIDITY, MATCH, (offer,) * 5)).accepted()
        balance = world.exchange.ledger.balance_of(LIQUIDITY)
        pass_time(client, TO_THE_HOUR)
        assert balance == world.exchange.ledger.balance_of(LIQUIDITY)


def test_nothing_is_counted_without_the_setting() -> None:
    with betting() as client:
        alice = AccountHolder(client)
        alice.bet(back())
        world = world_of(client)
        assert [] == list(world.transaction_charges.state(world.clock.now()))
        pass_time(client, TO_THE_HOUR)
        assert [] == charges(alice)


def test_what_was_counted_is_remembered_by_a_snapshot_and_forgotten_by_a_new_beginning() -> None:
    with charging() as (client, alice):
        world = world_of(client)
        alice.place(*[back()] * 4)
        snapshot, hash_then = encode_snapshot(world.snapshot()), state_hash(world)
        alice.bet(back())
        assert hash_then != state_hash(world)

        assert world.do(Restore(snapshot)).refusal is None
        assert hash_then == state_hash(world)
        pass_time(client, TO_THE_HOUR)
        assert [-0.5] == charges(AccountHolder(client))

        world.do(Reset())
        pass_time(client, TO_THE_HOUR)
        assert [] == charges(AccountHolder(client))
