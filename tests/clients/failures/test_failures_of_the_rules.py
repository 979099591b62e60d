"""What goes wrong for bots by the rules alone, by one call of the control API each, as `docs/failure-modes.md` says."""

import re
from pathlib import Path
from typing import Any

import pytest
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError

from simulator.testing import Server, World
from simulator.testing.clients import betfairlightweight_client
from tests.clients.fair import AWAY, HOME, MATCH_ODDS, OLD_TOM, SEA_FEVER, WIN
from tests.clients.library import current_orders, limit

PAGE = Path(__file__).parents[3] / "docs" / "failure-modes.md"
RULES = ("F8", "F9", "F22", "F23", "F24", "F26", "F27", "F29")


def test_f8_a_bet_in_play_is_pending_without_an_id_until_its_delay_is_over(world: World, client: APIClient) -> None:
    world.turn_in_play(MATCH_ODDS)
    instruction = limit(HOME, "BACK", 2.5, 10, customer_order_ref="mine")

    (pending,) = client.betting.place_orders(MATCH_ODDS, [instruction], async_=True).place_instruction_reports

    assert (pending.order_status, pending.bet_id, current_orders(client)) == ("PENDING", None, [])
    world.advance("PT5S")
    (order,) = client.betting.list_current_orders(customer_order_refs=["mine"]).orders
    assert order.status == "EXECUTABLE"


def test_f9_a_reference_protects_for_a_minute_and_no_longer(world: World, client: APIClient) -> None:
    def bet() -> Any:
        return client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.5, 10)], customer_ref="once").error_code

    assert (bet(), bet()) == (None, "DUPLICATE_TRANSACTION")
    world.advance("PT61S")
    assert bet() is None
    assert len(current_orders(client)) == 2


def test_f22_a_withdrawal_lowers_prices_that_were_matched_and_voids_bets(world: World, client: APIClient) -> None:
    client.betting.place_orders(WIN, [limit(SEA_FEVER, "BACK", 2.0, 10), limit(OLD_TOM, "BACK", 5.0, 10)])

    world.remove(WIN, OLD_TOM, adjustment_factor=10)

    kept, void = sorted(current_orders(client), key=lambda order: int(order.bet_id))
    assert (kept.size_matched, kept.average_price_matched) == (10, 1.8)
    assert (void.size_matched, void.size_remaining) == (0, 0)


def test_f23_a_limit_that_the_starting_price_does_not_reach_lapses(world: World, client: APIClient) -> None:
    on_close = filters.limit_on_close_order(liability=10, price=900)
    instruction = filters.place_instruction("LIMIT_ON_CLOSE", SEA_FEVER, "BACK", limit_on_close_order=on_close)
    assert client.betting.place_orders(WIN, [instruction]).status == "SUCCESS"

    world.do(WIN, "reconcile")

    (order,) = current_orders(client)
    assert (order.size_matched, order.status) == (0, "EXECUTION_COMPLETE")


def test_f24_a_market_is_settled_anew_and_a_bet_that_had_won_has_lost(world: World, client: APIClient) -> None:
    client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.1, 10)])
    world.settle(MATCH_ODDS, HOME)
    (won,) = client.betting.list_cleared_orders(bet_status="SETTLED").orders

    world.do(MATCH_ODDS, "resettle", results=[{"selectionId": AWAY, "status": "WINNER"}])

    (lost,) = client.betting.list_cleared_orders(bet_status="SETTLED").orders
    assert (won.bet_id, won.profit) == (lost.bet_id, 11.0)
    assert lost.profit == -10.0


def test_f24_a_bet_that_was_matched_is_voided(world: World, client: APIClient) -> None:
    report = client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.1, 10)])
    assert report.place_instruction_reports[0].size_matched == 10

    world.do(MATCH_ODDS, "void")

    assert client.betting.list_cleared_orders(bet_status="SETTLED").orders == []
    (void,) = client.betting.list_cleared_orders(bet_status="VOIDED").orders
    assert void.bet_id == report.place_instruction_reports[0].bet_id


def test_f26_a_bet_from_elsewhere_has_no_reference_of_the_bot(server: Server, world: World, client: APIClient) -> None:
    with betfairlightweight_client(server, world) as elsewhere:
        elsewhere.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.5, 10)])

    (order,) = current_orders(client)

    assert order.customer_order_ref is None
    assert client.betting.list_current_orders(customer_order_refs=["mine"]).orders == []


def test_f27_numbers_may_be_texts_and_references_have_a_length(client: APIClient) -> None:
    assert client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", "2.5", "10")]).status == "SUCCESS"
    with pytest.raises(APIError):
        client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.5, 10)], customer_ref="x" * 33)

    (order,) = current_orders(client)
    assert (order.price_size.price, order.price_size.size) == (2.5, 10)


def test_f29_a_market_moves_and_goes_while_a_bet_waits(world: World, client: APIClient) -> None:
    client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.5, 10)])
    world.do(MATCH_ODDS, "change-start-time", startTime="+PT1M")
    (book,) = client.betting.list_market_catalogue(
        filters.market_filter(market_ids=[MATCH_ODDS]), market_projection=["MARKET_START_TIME"], max_results=1
    )
    assert book.market_start_time.isoformat() == "2026-06-06T12:01:00+00:00"

    world.do(MATCH_ODDS, "void")

    assert current_orders(client) == []
    assert client.betting.list_market_catalogue(filters.market_filter(market_ids=[MATCH_ODDS]), max_results=1) == []
    assert client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.5, 10)]).status == "FAILURE"


def test_the_page_lists_each_and_each_is_driven() -> None:
    listed = re.findall(r"^\| (F\d+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    driven = Path(__file__).read_text(encoding="utf-8")

    assert tuple(dict.fromkeys(listed)) == RULES
    assert [number for number in RULES if f"def test_{number.lower()}_" not in driven] == []
