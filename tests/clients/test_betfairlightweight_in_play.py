"""A bot written with betfairlightweight bets in play, where the exchange lets every bet wait."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from betfairlightweight import APIClient, filters

from tests.clients.fair import AWAY, FINAL, FINALIST, HOME, MATCH_ODDS
from tests.clients.library import ServedWorld, limit, place
from tests.serving import PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def kick_off(world: ServedWorld) -> None:
    """The match is going on. Its bet delay is five seconds."""
    world.control(f"markets/{MATCH_ODDS}/turn-in-play")


@contextmanager
def waiting(call: Callable[[], Any]) -> Iterator[list[Any]]:
    """Make a call that is not answered before something in the block lets it be; its answer is in the list then."""
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(call()))
    thread.start()
    try:
        yield answers
    finally:
        thread.join(PATIENCE_SECONDS)
    assert answers, "the call was never answered"


def test_the_book_tells_that_a_market_is_in_play(alice: APIClient) -> None:
    (book,) = alice.betting.list_market_book([MATCH_ODDS])

    assert ("OPEN", True, 5) == (book.status, book.inplay, book.bet_delay)
    playing = alice.betting.list_market_catalogue(filter=filters.market_filter(in_play_only=True), max_results=10)
    assert [MATCH_ODDS] == [market.market_id for market in playing]


def test_the_book_of_a_closed_market_tells_that_it_was_in_play(alice: APIClient, world: ServedWorld) -> None:
    world.control(f"markets/{MATCH_ODDS}/void")

    (book,) = alice.betting.list_market_book([MATCH_ODDS])

    assert ("CLOSED", True, 5) == (book.status, book.inplay, book.bet_delay)


def test_a_bet_in_play_is_answered_after_the_bet_delay(alice: APIClient, world: ServedWorld) -> None:
    """`place_orders` returns when the five seconds are over, and not before."""
    with waiting(lambda: place(alice, MATCH_ODDS, limit(HOME, "BACK", 3, 10))) as answers:
        world.wait_for_held_bet()
        world.advance("PT4.999S")
        assert [] == answers
        world.advance("PT0.001S")

    ((placed,),) = answers
    assert ("EXECUTABLE", 5) == (placed.order_status, placed.placed_date.second)


def test_a_bet_in_play_is_matched_with_what_is_there_when_it_gets_in(alice: APIClient, world: ServedWorld) -> None:
    """A better offer that is made while it waits is its own."""
    with waiting(lambda: place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10))) as answers:
        world.wait_for_held_bet()
        offer = {"selectionId": HOME, "availableToBack": [[2.16, 6]]}
        world.control(f"markets/{MATCH_ODDS}/offers", offer)
        world.advance("PT5S")

    ((placed,),) = answers
    assert (10.0, 2.14) == (placed.size_matched, placed.average_price_matched)


def test_a_bet_in_play_is_refused_where_the_market_is_suspended_meanwhile(alice: APIClient, world: ServedWorld) -> None:
    """The goal that the delay is there for."""
    with waiting(lambda: alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.1, 10)])) as answers:
        world.wait_for_held_bet()
        world.control(f"markets/{MATCH_ODDS}/suspend")
        world.advance("PT5S")

    (report,) = answers
    assert ("FAILURE", "BET_ACTION_ERROR") == (report.status, report.error_code)
    assert "BET_TAKEN_OR_LAPSED" == report.place_instruction_reports[0].error_code
    assert [] == alice.betting.list_current_orders().orders


def test_a_bet_is_cancelled_in_play_at_once_and_replaced_after_the_delay(alice: APIClient, world: ServedWorld) -> None:
    """Only what is placed waits: of a replacement, the new bet."""
    with waiting(lambda: place(alice, MATCH_ODDS, limit(HOME, "BACK", 3, 10), limit(AWAY, "BACK", 9, 10))) as answers:
        world.wait_for_held_bet()
        world.advance("PT5S")
    ((home, away),) = answers

    cancellation = alice.betting.cancel_orders(MATCH_ODDS, [filters.cancel_instruction(away.bet_id)])
    assert "SUCCESS" == cancellation.status

    replacement = [filters.replace_instruction(home.bet_id, 2.9)]
    with waiting(lambda: alice.betting.replace_orders(MATCH_ODDS, replacement)) as answers:
        world.wait_for_held_bet()
        (cancelled,) = alice.betting.list_current_orders(bet_ids=[home.bet_id]).orders
        assert 10.0 == cancelled.size_cancelled
        world.advance("PT5S")

    (report,) = answers
    (replaced,) = report.replace_instruction_reports
    assert ("SUCCESS", "EXECUTABLE") == (replaced.status, replaced.place_instruction_reports.order_status)


def test_nobody_waits_for_an_asynchronous_bet_in_play(alice: APIClient, world: ServedWorld) -> None:
    (pending,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 3, 10, customer_order_ref="async"), async_=True)

    assert ("PENDING", None) == (pending.order_status, pending.bet_id)
    assert [] == alice.betting.list_current_orders().orders
    world.advance("PT5S")
    (order,) = alice.betting.list_current_orders(customer_order_refs=["async"]).orders
    assert "EXECUTABLE" == order.status


def test_bets_keep_or_lapse_at_the_kick_off_as_they_were_told_to(alice: APIClient, world: ServedWorld) -> None:
    """Of the next match, which is still to begin."""
    (lapses,) = place(alice, FINAL, limit(FINALIST, "BACK", 3, 10))
    (persists,) = place(alice, FINAL, limit(FINALIST, "BACK", 3, 10, persistence_type="PERSIST"))

    world.control(f"markets/{FINAL}/turn-in-play")

    orders = {order.bet_id: order for order in alice.betting.list_current_orders().orders}
    assert ("EXECUTION_COMPLETE", 10.0) == (orders[lapses.bet_id].status, orders[lapses.bet_id].size_lapsed)
    assert ("EXECUTABLE", 10.0) == (orders[persists.bet_id].status, orders[persists.bet_id].size_remaining)
