"""What goes wrong for bots by the rules of the exchange, each by its name, as `docs/failure-modes.md` says."""

from datetime import timedelta
from typing import Any

import pytest
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError

from simulator.testing import World
from tests.clients.fair import HOME, MATCH_ODDS, NOON, OLD_TOM, SEA_FEVER, WIN
from tests.clients.library import current_orders, limit
from tests.clients.survivors import (
    cancel_for_good,
    own_orders,
    place_once,
    reference_of,
    start_of,
    what_became_of,
)

BET = limit(HOME, "BACK", 2.5, 10, customer_order_ref="mine")
MATCHED_AT_ONCE = limit(HOME, "BACK", 2.1, 10, customer_order_ref="mine")


def bet(client: APIClient, instruction: dict[str, Any] = BET, market_id: str = MATCH_ODDS) -> str:
    report = client.betting.place_orders(market_id, [instruction])
    assert report.status == "SUCCESS", report.json()
    bet_id: str = report.place_instruction_reports[0].bet_id
    return bet_id


def test_f8_a_bet_in_play_is_pending_without_an_id_until_its_delay_is_over(world: World, client: APIClient) -> None:
    world.fault("bet-delayed")

    (pending,) = client.betting.place_orders(MATCH_ODDS, [BET], async_=True).place_instruction_reports

    assert (pending.order_status, pending.bet_id) == ("PENDING", None)
    assert own_orders(client, MATCH_ODDS, ["mine"]) == ([], [])
    world.advance("PT5S")
    ((order,), others) = own_orders(client, MATCH_ODDS, ["mine"])
    assert (order.status, others) == ("EXECUTABLE", [])
    assert world.notices() == []


def test_f9_a_late_retry_places_a_second_bet(world: World, client: APIClient) -> None:
    world.fault("late-retry")

    with pytest.raises(APIError):
        client.betting.place_orders(MATCH_ODDS, [BET], customer_ref="once")
    report = client.betting.place_orders(MATCH_ODDS, [BET], customer_ref="once")

    assert (report.status, len(current_orders(client))) == ("SUCCESS", 2)
    again = client.betting.place_orders(MATCH_ODDS, [BET], customer_ref="once")
    assert again.error_code == "DUPLICATE_TRANSACTION", "within a minute the reference protects"


def test_f9_who_looks_first_whether_the_bet_is_there_has_one(world: World, client: APIClient) -> None:
    world.fault("late-retry")

    assert len(place_once(client, MATCH_ODDS, BET, reference_of("the bet of noon"))) == 1
    assert len(current_orders(client)) == 1


def test_f22_a_withdrawal_lowers_prices_that_were_matched_and_voids_bets(world: World, client: APIClient) -> None:
    world.fault("non-runner")

    report = client.betting.place_orders(WIN, [limit(OLD_TOM, "BACK", 5.0, 10), limit(SEA_FEVER, "BACK", 2.0, 10)])

    void, kept = (each.bet_id for each in report.place_instruction_reports)
    (order,) = client.betting.list_current_orders(bet_ids=[kept]).orders
    assert (order.size_matched, order.average_price_matched) == (10, 1.8)
    assert report.place_instruction_reports[1].average_price_matched == 2.0, "what was answered is true no more"
    (order,) = client.betting.list_current_orders(bet_ids=[void]).orders
    assert (order.size_matched, order.size_remaining) == (0, 0)
    assert world.notices() == []


def test_f23_a_limit_that_the_starting_price_does_not_reach_lapses(world: World, client: APIClient) -> None:
    world.fault("starting-price-missed")
    on_close = filters.limit_on_close_order(liability=10, price=900)
    instruction = filters.place_instruction("LIMIT_ON_CLOSE", SEA_FEVER, "BACK", limit_on_close_order=on_close)

    bet_id = bet(client, instruction, WIN)

    (order,) = client.betting.list_current_orders(bet_ids=[bet_id]).orders
    assert (order.size_matched, order.status) == (0, "EXECUTION_COMPLETE")
    assert client.betting.list_market_book([WIN])[0].bsp_reconciled
    assert world.notices() == []


def test_f24_a_bet_that_was_matched_is_voided_a_minute_later(world: World, client: APIClient) -> None:
    world.fault("bet-voided")

    bet_id = bet(client, MATCHED_AT_ONCE)

    assert what_became_of(client, bet_id) == ("EXECUTION_COMPLETE", 0.0)
    world.advance("PT1M")
    assert what_became_of(client, bet_id) == ("VOIDED", 0.0)
    assert client.betting.list_cleared_orders(bet_status="SETTLED").orders == []
    assert world.notices() == []


def test_f24_a_bet_that_had_won_has_lost_a_minute_later(world: World, client: APIClient) -> None:
    world.fault("result-corrected")

    bet_id = bet(client, MATCHED_AT_ONCE)

    assert what_became_of(client, bet_id) == ("SETTLED", 11.0)
    world.advance("PT1M")
    assert what_became_of(client, bet_id) == ("SETTLED", -10.0)
    assert world.notices() == []


def test_f26_a_bet_from_elsewhere_has_no_reference_of_the_bot(world: World, client: APIClient) -> None:
    world.fault("bet-from-elsewhere")

    bet_id = bet(client)

    (own,), (other,) = own_orders(client, MATCH_ODDS, ["mine"])
    assert (own.bet_id, own.customer_order_ref, other.customer_order_ref) == (bet_id, "mine", None)
    assert (other.price_size.price, other.price_size.size) == (2.5, 10)
    assert world.notices() == []


def test_f27_a_reference_is_refused_and_nothing_is_placed(world: World, client: APIClient) -> None:
    world.fault("customer-reference-refused")

    with pytest.raises(APIError, match="INVALID_INPUT_DATA"):
        client.betting.place_orders(MATCH_ODDS, [BET], customer_ref="once")

    assert current_orders(client) == []
    assert len(place_once(client, MATCH_ODDS, BET, reference_of("a name " * 40))) == 1


def test_f27_a_reference_that_is_too_long_is_refused_as_the_failure_refuses_one(client: APIClient) -> None:
    with pytest.raises(APIError, match="INVALID_INPUT_DATA"):
        client.betting.place_orders(MATCH_ODDS, [BET], customer_ref="x" * 33)


def test_f27_numbers_may_be_texts(client: APIClient) -> None:
    assert client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", "2.5", "10")]).status == "SUCCESS"

    (order,) = current_orders(client)
    assert (order.price_size.price, order.price_size.size) == (2.5, 10)


def test_f29_a_market_starts_earlier_than_it_did(world: World, client: APIClient) -> None:
    world.fault("start-time-moved")
    before = start_of(client, MATCH_ODDS)
    assert before is not None
    bet(client)

    start = start_of(client, MATCH_ODDS)

    assert start is not None
    assert start == NOON + timedelta(minutes=1)
    assert start < before
    assert world.notices() == []


def test_f29_a_market_is_gone_while_a_bet_waits(world: World, client: APIClient) -> None:
    bet_id = bet(client)
    world.fault("market-gone")

    assert cancel_for_good(client, MATCH_ODDS, bet_id) is None

    assert what_became_of(client, bet_id) == ("LAPSED", 0.0)
    assert start_of(client, MATCH_ODDS) is None
    assert current_orders(client) == []
    assert client.betting.place_orders(MATCH_ODDS, [BET]).error_code == "MARKET_NOT_OPEN_FOR_BETTING"
    assert world.notices() == []
