"""A bot written with betfairlightweight bets, is matched or refused, and looks at what it has placed."""

from typing import Any

import pytest
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError

from tests.clients.fair import AWAY, DRAW, HANDICAP, HOME, MATCH_ODDS, MOONSHOT, NOON, SEA_FEVER, WIN
from tests.clients.library import ServedWorld, client_for, current_order, error_code, limit, place


def test_a_bet_that_nobody_takes_waits(alice: APIClient) -> None:
    """Its report and the list of current orders tell the same, down to the customer's own references."""
    report = alice.betting.place_orders(
        MATCH_ODDS,
        [limit(HOME, "BACK", 2.5, 10, customer_order_ref="order-1")],
        customer_ref="request-1",
        customer_strategy_ref="strategy",
    )

    assert ("SUCCESS", MATCH_ODDS, "request-1", None) == (
        report.status,
        report.market_id,
        report.customer_ref,
        report.error_code,
    )
    (placed,) = report.place_instruction_reports
    assert ("SUCCESS", "EXECUTABLE", 0.0, 0.0, NOON) == (
        placed.status,
        placed.order_status,
        placed.average_price_matched,
        placed.size_matched,
        placed.placed_date,
    )
    asked = placed.instruction
    assert (HOME, "BACK", "LIMIT", "order-1") == (
        asked.selection_id,
        asked.side,
        asked.order_type,
        asked.customer_order_ref,
    )
    assert (2.5, 10.0, "LAPSE") == (asked.limit_order.price, asked.limit_order.size, asked.limit_order.persistence_type)

    order = current_order(alice, placed.bet_id)
    assert (MATCH_ODDS, HOME, 0.0, "BACK", "EXECUTABLE", NOON) == (
        order.market_id,
        order.selection_id,
        order.handicap,
        order.side,
        order.status,
        order.placed_date,
    )
    assert (2.5, 10.0, 10.0, 0.0) == (
        order.price_size.price,
        order.price_size.size,
        order.size_remaining,
        order.size_matched,
    )
    assert ("order-1", "strategy", None) == (
        order.customer_order_ref,
        order.customer_strategy_ref,
        order.matched_date,
    )


def test_a_bet_is_matched_against_what_is_offered(alice: APIClient) -> None:
    """At the prices of the offers, best first: 50 at 2.1 and 30 at 2.08, which is 2.0925 and shown as 2.09."""
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.08, 80))

    assert ("EXECUTION_COMPLETE", 80.0, 2.09) == (
        placed.order_status,
        placed.size_matched,
        placed.average_price_matched,
    )
    order = current_order(alice, placed.bet_id)
    assert ("EXECUTION_COMPLETE", 80.0, 0.0, NOON) == (
        order.status,
        order.size_matched,
        order.size_remaining,
        order.matched_date,
    )


def test_a_bet_is_matched_against_another_customers(alice: APIClient, bob: APIClient) -> None:
    """Bob takes what alice asked for, in part; each sees a bet of their own and nobody else's."""
    (of_alice,) = place(alice, MATCH_ODDS, limit(HOME, "LAY", 2.14, 10))
    (of_bob,) = place(bob, MATCH_ODDS, limit(HOME, "BACK", 2.12, 4))

    assert (2.14, 4.0, "EXECUTION_COMPLETE") == (
        of_bob.average_price_matched,
        of_bob.size_matched,
        of_bob.order_status,
    )
    order = current_order(alice, of_alice.bet_id)
    assert ("EXECUTABLE", 2.14, 4.0, 6.0) == (
        order.status,
        order.average_price_matched,
        order.size_matched,
        order.size_remaining,
    )
    assert [] == bob.betting.list_current_orders(bet_ids=[of_alice.bet_id]).orders


def test_fill_or_kill_fills_or_is_killed(alice: APIClient) -> None:
    (killed,) = place(alice, MATCH_ODDS, limit(AWAY, "BACK", 3.6, 31, time_in_force="FILL_OR_KILL"))
    (filled,) = place(alice, MATCH_ODDS, limit(AWAY, "BACK", 3.6, 31, time_in_force="FILL_OR_KILL", min_fill_size=20))

    assert ("SUCCESS", "EXPIRED", 0.0) == (killed.status, killed.order_status, killed.size_matched)
    assert ("EXECUTION_COMPLETE", 30.0) == (filled.order_status, filled.size_matched)
    order = current_order(alice, filled.bet_id)
    assert (30.0, 0.0, 1.0, 0.0) == (order.size_matched, order.size_remaining, order.size_cancelled, order.size_lapsed)


def test_a_bet_on_a_handicap_names_it(alice: APIClient) -> None:
    (placed,) = place(alice, HANDICAP, limit(HOME, "BACK", 1.97, 5, handicap=-0.5))

    assert -0.5 == placed.instruction.handicap == current_order(alice, placed.bet_id).handicap


def test_nobody_waits_for_an_asynchronous_bet(alice: APIClient) -> None:
    """It is PENDING and has no id; the customer's reference leads to it."""
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10, customer_order_ref="later"), async_=True)

    assert ("SUCCESS", "PENDING", None) == (placed.status, placed.order_status, placed.bet_id)
    (order,) = alice.betting.list_current_orders(customer_order_refs=["later"]).orders
    assert "EXECUTABLE" == order.status


def test_the_same_customer_reference_is_not_used_twice_within_a_minute(alice: APIClient, world: ServedWorld) -> None:
    first = alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 3, 2)], customer_ref="once")
    again = alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 3, 2)], customer_ref="once")
    world.advance("PT61S")
    later = alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 3, 2)], customer_ref="once")

    assert ["SUCCESS", "FAILURE", "SUCCESS"] == [report.status for report in (first, again, later)]
    assert "DUPLICATE_TRANSACTION" == again.error_code
    assert 2 == len(alice.betting.list_current_orders().orders)


@pytest.mark.parametrize(
    ("instruction", "code"),
    [
        (limit(HOME, "BACK", 2.11, 2), "INVALID_ODDS"),
        (limit(HOME, "BACK", 2.1, 2.001), "INVALID_BET_SIZE"),
        (limit(999, "BACK", 2.1, 2), "INVALID_RUNNER"),
        (limit(HOME, "BACK", 2.1, 2, persistence_type="MARKET_ON_CLOSE"), "INVALID_PERSISTENCE_TYPE"),
    ],
)
def test_orders_are_placed_all_or_none(alice: APIClient, instruction: dict[str, Any], code: str) -> None:
    """The guilty one says why, the innocent one that it was not to blame."""
    report = alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.5, 2), instruction])

    assert ("FAILURE", "BET_ACTION_ERROR") == (report.status, report.error_code)
    assert [("FAILURE", "ERROR_IN_ORDER"), ("FAILURE", code)] == [
        (each.status, each.error_code) for each in report.place_instruction_reports
    ]
    assert [] == alice.betting.list_current_orders().orders


def test_a_bet_that_cannot_be_paid_for_is_refused(alice: APIClient) -> None:
    report = alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 3, 1000.01)])

    assert ("FAILURE", "INSUFFICIENT_FUNDS") == (report.status, report.error_code)
    assert 1000.0 == alice.account.get_account_funds().available_to_bet_balance


def test_a_market_that_takes_no_bets_refuses_them(alice: APIClient, world: ServedWorld) -> None:
    """A suspended one with its reason; one that nobody knows with another."""
    world.control(f"markets/{MATCH_ODDS}/suspend")

    suspended = alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 3, 2)])
    unknown = alice.betting.place_orders("1.999999999", [limit(HOME, "BACK", 3, 2)])

    assert ("FAILURE", "MARKET_SUSPENDED") == (suspended.status, suspended.error_code)
    assert ("FAILURE", "INVALID_MARKET_ID") == (unknown.status, unknown.error_code)


def test_a_delayed_key_may_not_bet(world: ServedWorld) -> None:
    account = world.accounts[0]
    with client_for(world.served, account, app_key=account.delayed_app_key) as client:
        client.login_interactive()

        report = client.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 3, 2)])

        assert ("FAILURE", "PERMISSION_DENIED") == (report.status, report.error_code)


def test_a_bet_on_an_old_version_of_the_market_comes_too_late(alice: APIClient, world: ServedWorld) -> None:
    """A version from before all bets were lapsed is refused, that of the book is not."""
    (before,) = alice.betting.list_market_book([WIN])
    world.control(f"markets/{WIN}/lapse")
    (after,) = alice.betting.list_market_book([WIN])
    assert after.version > before.version

    late = alice.betting.place_orders(WIN, [limit(MOONSHOT, "BACK", 5, 2)], market_version={"version": before.version})
    in_time = alice.betting.place_orders(
        WIN, [limit(MOONSHOT, "BACK", 5, 2)], market_version={"version": after.version}
    )

    assert "BET_TAKEN_OR_LAPSED" == late.place_instruction_reports[0].error_code
    assert "SUCCESS" == in_time.status


def test_current_orders_are_filtered_sorted_and_paged(alice: APIClient, world: ServedWorld) -> None:
    (first,) = place(alice, WIN, limit(SEA_FEVER, "BACK", 2.0, 5), customer_strategy_ref="races")
    world.advance("PT1M")
    (second,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 5))
    world.advance("PT1M")
    (third,) = place(alice, MATCH_ODDS, limit(DRAW, "LAY", 3.0, 5, customer_order_ref="draw"))

    def found(**wanted: Any) -> list[str]:
        return [order.bet_id for order in alice.betting.list_current_orders(**wanted).orders]

    assert [first.bet_id, second.bet_id, third.bet_id] == found()
    assert [third.bet_id, second.bet_id, first.bet_id] == found(order_by="BY_PLACE_TIME", sort_dir="LATEST_TO_EARLIEST")
    assert [second.bet_id, third.bet_id] == found(market_ids=[MATCH_ODDS])
    assert [second.bet_id, third.bet_id] == found(order_projection="EXECUTABLE")
    assert [first.bet_id] == found(order_by="BY_MATCH_TIME") == found(customer_strategy_refs=["races"])
    assert [third.bet_id] == found(customer_order_refs=["draw"])
    middle = filters.time_range(from_="2026-06-06T12:00:30Z", to="2026-06-06T12:01:30Z")
    assert [second.bet_id] == found(date_range=middle)

    page = alice.betting.list_current_orders(from_record=1, record_count=1, include_item_description=True)
    assert ([second.bet_id], True) == ([order.bet_id for order in page.orders], page.more_available)
    version = alice.betting.list_market_book([MATCH_ODDS])[0].version
    assert {"version": version} == page.orders[0].current_item_description.market_version


def test_too_many_bets_at_a_time_are_refused(alice: APIClient) -> None:
    """A request may name 250 bets and markets, and place 200 bets."""
    with pytest.raises(APIError) as refusal:
        alice.betting.list_current_orders(bet_ids=[str(number) for number in range(251)])
    assert "REQUEST_SIZE_EXCEEDS_LIMIT" == error_code(refusal.value)

    report = alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 3, 2)] * 201)
    assert ("FAILURE", "TOO_MANY_INSTRUCTIONS") == (report.status, report.error_code)
