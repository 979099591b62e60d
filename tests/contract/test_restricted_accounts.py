"""Accounts that may not bet as others may: by country, by a limit of their own, by wallet, by place, by regulator."""

from typing import Any

import pytest

from simulator.exchange.commands import ChangeStanding, Standing
from tests.contract.bettor import (
    AWAY,
    MATCH,
    NEXT_MATCH,
    RACE,
    SCENARIO,
    Bettor,
    back,
    betting,
    codes,
    lay,
    market_on_close,
    world_of,
)
from tests.in_process import Client
from tests.scenario import account

CONTROL = "/control/v1/worlds/default"


def refused(error_code: str, instructions: int = 1) -> tuple[str, str, list[str]]:
    """Return what a report says of a request that was refused whole, no instruction being to blame."""
    return "FAILURE", error_code, ["ERROR_IN_ORDER"] * instructions


def blamed(*error_codes: str) -> tuple[str, str, list[str]]:
    return "FAILURE", "BET_ACTION_ERROR", list(error_codes)


def with_account(username: str = "carla", **fields: Any) -> dict[str, Any]:
    """Return the usual scenario with one more customer."""
    return {"accounts": [*SCENARIO["accounts"], account(username, **{"balance": 1000, **fields})]}


def lose(client: Client, loser: Bettor, size: float, market: str = NEXT_MATCH) -> None:
    """Let a customer lose a bet of so much in a market, which is then settled."""
    Bettor(client, "bob").bet(lay(2.0, size), market=market)
    loser.bet(back(2.0, size), market=market)
    results = [{"selectionId": AWAY, "status": "WINNER"}]
    assert 200 == client.post(f"{CONTROL}/markets/{market}/settle", json={"results": results}).status_code


# Countries


ITALIAN = with_account(jurisdiction="IT", currency="EUR")


@pytest.mark.parametrize(
    ("instruction", "error_code"),
    [
        (back(3.0, 2.0), None),
        (back(3.0, 2.5), None),
        (back(3.0, 1.5), "INVALID_BET_SIZE"),
        (back(3.0, 2.25), "INVALID_BET_SIZE"),
        (back(100.0, 0.5), "INVALID_BET_SIZE"),
        (lay(3.0, 2.25), None),
        (lay(3.0, 1.99), "INVALID_BET_SIZE"),
    ],
)
def test_an_italian_bet_is_of_two_euro_at_least_and_a_back_of_whole_half_euros(
    instruction: dict[str, Any], error_code: str | None
) -> None:
    """Whatever it pays: the minimum payout is for British and international customers only (manual)."""
    with betting(**ITALIAN) as client:
        report = Bettor(client, "carla").place(instruction)

    assert (("SUCCESS", None, [None]) if error_code is None else blamed(error_code)) == codes(report)


def test_fifty_italian_bets_are_taken_at_a_time_and_more_are_rejected_by_the_regulator() -> None:
    """Source: manual, placeOrders and REJECTED_BY_REGULATOR."""
    with betting(**ITALIAN) as client:
        carla = Bettor(client, "carla")
        assert refused("REJECTED_BY_REGULATOR", 51) == codes(carla.place(*[back()] * 51))
        assert "SUCCESS" == carla.place(*[back()] * 50)["status"]


@pytest.mark.parametrize(
    ("jurisdiction", "expected"),
    [("COM", ("SUCCESS", None, [None])), ("ES", blamed("INVALID_BET_SIZE")), ("DK", blamed("INVALID_BET_SIZE"))],
)
def test_a_stake_under_the_minimum_that_pays_enough_is_valid_in_no_single_country(
    jurisdiction: str, expected: object
) -> None:
    with betting(**with_account(jurisdiction=jurisdiction)) as client:
        assert expected == codes(Bettor(client, "carla").place(back(100.0, 0.5)))


def test_the_least_that_an_italian_backs_at_the_starting_price_is_two_euro() -> None:
    with betting(**ITALIAN) as client:
        carla = Bettor(client, "carla")
        assert blamed("INVALID_BET_SIZE") == codes(carla.place(market_on_close("BACK", 1.5), market=RACE))
        assert "SUCCESS" == carla.place(market_on_close("BACK", 2.0), market=RACE)["status"]


@pytest.mark.parametrize(
    ("jurisdiction", "regulator"),
    [
        ("COM", "MALTA LOTTERIES AND GAMBLING AUTHORITY"),
        ("IT", "ITALIAN REGULATOR"),
        ("ES", "SPANISH REGULATOR"),
        ("DK", "DANISH REGULATOR"),
    ],
)
def test_a_bet_shows_the_regulator_of_its_owners_country(jurisdiction: str, regulator: str) -> None:
    with betting(**with_account(jurisdiction=jurisdiction)) as client:
        carla = Bettor(client, "carla")
        bet_id = carla.bet(back())
        assert regulator == carla.order(bet_id)["regulatorCode"]


def test_a_spaniard_may_not_risk_more_than_was_just_lost() -> None:
    with betting(**with_account(jurisdiction="ES"), chasingWindow="PT10M") as client:
        carla = Bettor(client, "carla")
        lose(client, carla, 5.0)

        assert refused("NO_CHASING") == codes(carla.place(back(3.0, 5.01)))
        assert refused("NO_CHASING", 2) == codes(carla.place(back(3.0, 3.0), back(3.0, 3.0)))
        assert "SUCCESS" == carla.place(back(3.0, 5.0))["status"]
        client.post(f"{CONTROL}/clock", json={"advance": "PT10M"})
        assert "SUCCESS" == carla.place(back(3.0, 50.0))["status"]


@pytest.mark.parametrize(
    ("jurisdiction", "settings"), [("ES", {}), ("IT", {"chasingWindow": "PT10M"}), ("COM", {"chasingWindow": "PT10M"})]
)
def test_losses_may_be_chased_elsewhere_and_where_no_window_is_set(jurisdiction: str, settings: dict[str, str]) -> None:
    with betting(**with_account(jurisdiction=jurisdiction), **settings) as client:
        carla = Bettor(client, "carla")
        lose(client, carla, 5.0)
        assert "SUCCESS" == carla.place(back(3.0, 50.0))["status"]


# A limit on losses


def test_a_bet_that_could_lose_more_than_the_limit_is_to_blame() -> None:
    """LOSS_LIMIT_EXCEEDED of the instruction: the action has made the account exceed its limit (manual)."""
    with betting(**with_account(lossLimit=10)) as client:
        carla = Bettor(client, "carla")

        report = carla.place(back(3.0, 6.0), back(3.0, 6.0), back(3.0, 1.0, AWAY))

        assert blamed("ERROR_IN_ORDER", "LOSS_LIMIT_EXCEEDED", "LOSS_LIMIT_EXCEEDED") == codes(report)
        assert [] == carla.orders()
        assert "SUCCESS" == carla.place(back(3.0, 6.0))["status"]
        assert blamed("LOSS_LIMIT_EXCEEDED") == codes(carla.place(back(3.0, 4.01)))
        assert "SUCCESS" == carla.place(back(3.0, 4.0))["status"]


def test_who_has_lost_the_limit_may_not_bet_until_the_loss_is_older_than_the_period() -> None:
    """LOSS_LIMIT_EXCEEDED of the request: the account has exceeded the limit that it has set itself (manual)."""
    with betting(**with_account(lossLimit=10, lossLimitPeriod="PT1H")) as client:
        carla = Bettor(client, "carla")
        lose(client, carla, 10.0)

        assert refused("LOSS_LIMIT_EXCEEDED") == codes(carla.place(back(3.0, 1.0)))
        client.post(f"{CONTROL}/clock", json={"advance": "PT59M59.999S"})
        assert refused("LOSS_LIMIT_EXCEEDED") == codes(carla.place(back(3.0, 1.0)))
        client.post(f"{CONTROL}/clock", json={"advance": "PT0.001S"})
        assert "SUCCESS" == carla.place(back(3.0, 10.0))["status"]


def test_a_replacement_may_not_risk_more_than_the_limit_either() -> None:
    """A lay at a higher price risks more. The cancellation stands, as of every replacement that cannot be placed."""
    with betting(**with_account(lossLimit=10)) as client:
        carla = Bettor(client, "carla")
        bet_id = carla.bet(lay(3.0, 4.0))

        report = carla.replace({"betId": bet_id, "newPrice": 4.0})

        assert blamed("CANCELLED_NOT_PLACED") == codes(report)
        (replaced,) = report["instructionReports"]
        assert "LOSS_LIMIT_EXCEEDED" == replaced["placeInstructionReport"]["errorCode"]
        assert "SUCCESS" == carla.place(lay(3.0, 5.0))["status"]


def test_a_bet_that_risks_no_more_than_before_is_taken_beyond_the_limit() -> None:
    with betting(**with_account(lossLimit=10)) as client:
        carla = Bettor(client, "carla")
        carla.bet(back(3.0, 10.0))
        Bettor(client, "bob").bet(lay(3.0, 10.0))
        world_of(client).do(ChangeStanding("carla", Standing(loss_limit=500)))

        assert "SUCCESS" == carla.place(lay(3.0, 10.0))["status"]
        assert blamed("LOSS_LIMIT_EXCEEDED") == codes(carla.place(back(3.0, 6.0, AWAY)))


# Wallets, regulators, places


@pytest.mark.parametrize(
    ("field", "standing", "error_code"),
    [
        ({"walletStatus": "SUSPENDED"}, Standing(wallet_is_open=False), "INVALID_WALLET_STATUS"),
        ({"regulatorAvailable": False}, Standing(regulator_answers=False), "REGULATOR_IS_NOT_AVAILABLE"),
    ],
)
def test_nothing_is_placed_without_a_wallet_or_a_regulator(
    field: dict[str, Any], standing: Standing, error_code: str
) -> None:
    """What is there can be cancelled, and not replaced."""
    with betting(**with_account()) as client:
        carla = Bettor(client, "carla")
        bet_id = carla.bet(back(5.0, 2.0))
        world_of(client).do(ChangeStanding("carla", standing))

        assert refused(error_code) == codes(carla.place(back()))
        assert refused(error_code) == codes(carla.replace({"betId": bet_id, "newPrice": 6.0}))
        assert "SUCCESS" == carla.update({"betId": bet_id, "newPersistenceType": "PERSIST"})["status"]
        assert "SUCCESS" == carla.cancel({"betId": bet_id})["status"]
    with betting(**with_account(**field)) as client:
        assert refused(error_code) == codes(Bettor(client, "carla").place(back()))


def test_nothing_is_done_from_a_restricted_place() -> None:
    """PERMISSION_DENIED in the report (manual: an order from a restricted jurisdiction, such as the USA)."""
    with betting(**with_account(restrictedLocation=True)) as client:
        carla = Bettor(client, "carla")
        assert refused("PERMISSION_DENIED") == codes(carla.place(back()))
        assert refused("PERMISSION_DENIED") == codes(carla.cancel({"betId": "1"}))
        assert refused("PERMISSION_DENIED") == codes(carla.update({"betId": "1", "newPersistenceType": "LAPSE"}))
        assert "PERMISSION_DENIED" == carla.replace({"betId": "1", "newPrice": 2.0})["errorCode"]
        assert [] == carla.orders()


@pytest.mark.parametrize("delayed", [False, True])
def test_who_is_forbidden_to_bet_is_denied_access_where_the_world_says_so(*, delayed: bool) -> None:
    """ACCESS_DENIED instead of a report (manual, APINGException: a delayed key, or a restricted jurisdiction)."""
    settings = with_account(restrictedLocation=not delayed)
    with betting(**settings, forbiddenBets="ACCESS_DENIED") as client:
        carla = Bettor(client, "carla", delayed=delayed)
        code, _ = carla.refusal("placeOrders", marketId=MATCH, instructions=[back()])
        assert "ACCESS_DENIED" == code
        code, _ = carla.refusal("cancelOrders", marketId=MATCH)
        assert "ACCESS_DENIED" == code


# Bets of two markets


def test_bets_of_two_markets_are_no_order(client: Client, alice: Bettor) -> None:
    """INVALID_ORDER: the bets that are edited are not in the same market (manual)."""
    here, there = alice.bet(back(5.0)), alice.bet(back(5.0), market=NEXT_MATCH)

    assert refused("INVALID_ORDER", 2) == codes(alice.cancel({"betId": here}, {"betId": there}))
    persist = [{"betId": bet_id, "newPersistenceType": "PERSIST"} for bet_id in (here, there)]
    assert refused("INVALID_ORDER", 2) == codes(alice.update(*persist))
    report = alice.replace({"betId": here, "newPrice": 6.0}, {"betId": there, "newPrice": 6.0})
    assert refused("INVALID_ORDER", 2) == codes(report)
    assert ["EXECUTABLE"] * 2 == [order["status"] for order in alice.orders()]


# The control API


def restrict(client: Client, username: str, **change: Any) -> Any:
    """Change what may keep a customer from betting, and return how it stands then."""
    response = client.post(f"{CONTROL}/accounts/{username}/standing", json=change)
    assert 200 == response.status_code, response.text
    return response.json()


def test_the_standing_of_a_customer_is_read_and_changed_in_parts(client: Client) -> None:
    address = f"{CONTROL}/accounts/alice/standing"
    usual = {
        "username": "alice",
        "jurisdiction": "COM",
        "lossLimit": None,
        "lossLimitPeriod": "PT24H",
        "walletStatus": "ACTIVE",
        "regulatorAvailable": True,
    }

    assert usual == client.get(address).json()
    assert {**usual, "lossLimit": 12.5} == restrict(client, "alice", lossLimit=12.5)
    changed = restrict(client, "alice", walletStatus="SUSPENDED", lossLimitPeriod="PT90M")
    assert {**usual, "lossLimit": 12.5, "walletStatus": "SUSPENDED", "lossLimitPeriod": "PT1H30M"} == changed
    assert changed == client.get(address).json()
    assert usual == restrict(client, "alice", lossLimit=None, walletStatus="ACTIVE", lossLimitPeriod="PT24H")


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"lossLimit": 0}, "$.lossLimit"),
        ({"lossLimit": 0.001}, "$.lossLimit"),
        ({"lossLimitPeriod": "PT0S"}, "$.lossLimitPeriod"),
        ({"lossLimitPeriod": "a day"}, "$.lossLimitPeriod"),
        ({"walletStatus": "CLOSED"}, "$.walletStatus"),
        ({"regulatorAvailable": "yes"}, "$.regulatorAvailable"),
        ({"balance": 1}, "$"),
    ],
)
def test_a_standing_that_there_cannot_be_is_refused_with_its_place(
    client: Client, document: dict[str, Any], path: str
) -> None:
    response = client.post(f"{CONTROL}/accounts/alice/standing", json=document)
    assert (400, path) == (response.status_code, response.json()["path"])


def test_nobody_else_has_a_standing(client: Client) -> None:
    assert 404 == client.get(f"{CONTROL}/accounts/nobody/standing").status_code
    assert 404 == client.post(f"{CONTROL}/accounts/liquidity/standing", json={}).status_code
