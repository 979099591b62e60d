"""A bot written with betfairlightweight changes its mind: it updates, replaces and cancels its bets."""

from betfairlightweight import APIClient, filters

from tests.clients.fair import AWAY, HOME, MATCH_ODDS, NOON, SEA_FEVER, WIN
from tests.clients.library import ServedWorld, current_order, limit, place


def test_a_bet_gets_another_persistence(alice: APIClient) -> None:
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))
    update = filters.update_instruction(placed.bet_id, "PERSIST")

    report = alice.betting.update_orders(MATCH_ODDS, [update], customer_ref="update")
    again = alice.betting.update_orders(MATCH_ODDS, [update])

    assert ("SUCCESS", MATCH_ODDS, "update") == (report.status, report.market_id, report.customer_ref)
    (updated,) = report.update_instruction_reports
    assert ("SUCCESS", placed.bet_id, "PERSIST") == (
        updated.status,
        updated.instruction.bet_id,
        updated.instruction.new_persistence_type,
    )
    assert "PERSIST" == current_order(alice, placed.bet_id).persistence_type
    assert ("FAILURE", "NO_ACTION_REQUIRED") == (again.status, again.update_instruction_reports[0].error_code)


def test_a_bet_is_replaced_at_another_price(alice: APIClient) -> None:
    """A cancellation and a new bet with a new id, which inherits what is not said."""
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10, customer_order_ref="mine"))

    report = alice.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(placed.bet_id, 2.6)])

    assert ("SUCCESS", MATCH_ODDS) == (report.status, report.market_id)
    (replaced,) = report.replace_instruction_reports
    cancelled, new = replaced.cancel_instruction_reports, replaced.place_instruction_reports
    assert ("SUCCESS", placed.bet_id, 10.0, NOON) == (
        cancelled.status,
        cancelled.instruction.bet_id,
        cancelled.size_cancelled,
        cancelled.cancelled_date,
    )
    assert ("SUCCESS", "EXECUTABLE", 2.6, "mine") == (
        new.status,
        new.order_status,
        new.instruction.limit_order.price,
        new.instruction.customer_order_ref,
    )
    assert new.bet_id != placed.bet_id
    assert (2.6, 10.0) == (
        current_order(alice, new.bet_id).price_size.price,
        current_order(alice, new.bet_id).size_remaining,
    )


def test_a_bet_that_is_replaced_at_a_better_price_is_matched(alice: APIClient) -> None:
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))

    report = alice.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(placed.bet_id, 2.0)])

    new = report.replace_instruction_reports[0].place_instruction_reports
    assert ("EXECUTION_COMPLETE", 10.0, 2.1) == (new.order_status, new.size_matched, new.average_price_matched)


def test_a_cancellation_stands_where_nothing_can_be_placed(alice: APIClient) -> None:
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))

    report = alice.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(placed.bet_id, 2.51)])

    assert ("FAILURE", "BET_ACTION_ERROR") == (report.status, report.error_code)
    (replaced,) = report.replace_instruction_reports
    assert ("FAILURE", "CANCELLED_NOT_PLACED") == (replaced.status, replaced.error_code)
    assert "SUCCESS" == replaced.cancel_instruction_reports.status
    assert "INVALID_ODDS" == replaced.place_instruction_reports.error_code
    assert 10.0 == current_order(alice, placed.bet_id).size_cancelled


def test_what_is_matched_cannot_be_replaced(alice: APIClient) -> None:
    """The library wants to read of both halves, the cancellation and the new bet, also where neither was done."""
    (matched,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10))

    report = alice.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(matched.bet_id, 2.2)])

    assert ("FAILURE", "BET_ACTION_ERROR") == (report.status, report.error_code)
    (replaced,) = report.replace_instruction_reports
    assert ("FAILURE", "BET_TAKEN_OR_LAPSED") == (replaced.status, replaced.error_code)
    cancelled, new = replaced.cancel_instruction_reports, replaced.place_instruction_reports
    assert ("FAILURE", "BET_TAKEN_OR_LAPSED") == (cancelled.status, cancelled.error_code)
    assert ("FAILURE", "RELATED_ACTION_FAILED", None) == (new.status, new.error_code, new.bet_id)
    assert (HOME, 2.2) == (new.instruction.selection_id, new.instruction.limit_order.price)


def test_a_bet_that_nobody_knows_cannot_be_replaced_and_the_others_are(alice: APIClient, bob: APIClient) -> None:
    """Nor can another customer's, and nothing tells the two apart."""
    (mine,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))
    (of_bob,) = place(bob, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))
    instructions = [filters.replace_instruction(bet_id, 2.6) for bet_id in ("1", of_bob.bet_id, mine.bet_id)]

    report = alice.betting.replace_orders(MATCH_ODDS, instructions)

    assert ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS") == (report.status, report.error_code)
    unknown, of_another, replaced = report.replace_instruction_reports
    for refused in (unknown, of_another):
        new = refused.place_instruction_reports
        assert ("FAILURE", "INVALID_BET_ID") == (refused.status, refused.error_code)
        assert "INVALID_BET_ID" == refused.cancel_instruction_reports.error_code
        assert ("FAILURE", "RELATED_ACTION_FAILED", None) == (new.status, new.error_code, new.bet_id)
        assert (0, 2.6) == (new.instruction.selection_id, new.instruction.limit_order.price)
    assert "SUCCESS" == replaced.status


def test_nothing_is_replaced_in_a_suspended_market(alice: APIClient, world: ServedWorld) -> None:
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))
    world.control(f"markets/{MATCH_ODDS}/suspend")

    report = alice.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(placed.bet_id, 2.6)])

    assert ("FAILURE", "MARKET_SUSPENDED") == (report.status, report.error_code)
    (replaced,) = report.replace_instruction_reports
    assert "ERROR_IN_ORDER" == replaced.cancel_instruction_reports.error_code
    assert "ERROR_IN_ORDER" == replaced.place_instruction_reports.error_code
    assert 10.0 == current_order(alice, placed.bet_id).size_remaining


def test_nothing_is_edited_once_betting_is_over(alice: APIClient, world: ServedWorld) -> None:
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))
    world.control(f"markets/{MATCH_ODDS}/close")

    replaced = alice.betting.replace_orders(MATCH_ODDS, [filters.replace_instruction(placed.bet_id, 2.6)])
    cancelled = alice.betting.cancel_orders(MATCH_ODDS, [filters.cancel_instruction(placed.bet_id)])
    late = alice.betting.place_orders(MATCH_ODDS, [limit(HOME, "BACK", 2.5, 10)])

    closed = "MARKET_NOT_OPEN_FOR_BETTING"
    assert [closed] * 3 == [replaced.error_code, cancelled.error_code, late.error_code]
    assert closed == replaced.replace_instruction_reports[0].cancel_instruction_reports.error_code
    assert closed == cancelled.cancel_instruction_reports[0].error_code


def test_a_rest_whose_profit_would_round_too_far_is_refused(alice: APIClient) -> None:
    (placed,) = place(alice, MATCH_ODDS, limit(HOME, "LAY", 1.06, 10))

    report = alice.betting.cancel_orders(MATCH_ODDS, [filters.cancel_instruction(placed.bet_id, size_reduction=9.87)])

    assert ("FAILURE", "BET_ACTION_ERROR") == (report.status, report.error_code)
    assert "INVALID_PROFIT_RATIO" == report.cancel_instruction_reports[0].error_code
    assert 10.0 == current_order(alice, placed.bet_id).size_remaining


def test_bets_are_cancelled_whole_or_in_part(alice: APIClient) -> None:
    (whole,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))
    (part,) = place(alice, MATCH_ODDS, limit(AWAY, "BACK", 5, 10))

    report = alice.betting.cancel_orders(
        MATCH_ODDS,
        [filters.cancel_instruction(whole.bet_id), filters.cancel_instruction(part.bet_id, size_reduction=4)],
        customer_ref="cancel",
    )

    assert ("SUCCESS", MATCH_ODDS, "cancel") == (report.status, report.market_id, report.customer_ref)
    first, second = report.cancel_instruction_reports
    assert ("SUCCESS", whole.bet_id, 10.0, NOON) == (
        first.status,
        first.instruction.bet_id,
        first.size_cancelled,
        first.cancelled_date,
    )
    assert (4.0, 4.0) == (second.instruction.size_reduction, second.size_cancelled)
    assert "EXECUTION_COMPLETE" == current_order(alice, whole.bet_id).status
    assert 6.0 == current_order(alice, part.bet_id).size_remaining


def test_all_bets_are_cancelled_by_market_or_everywhere(alice: APIClient) -> None:
    for market_id, selection_id in ((WIN, SEA_FEVER), (MATCH_ODDS, HOME), (MATCH_ODDS, AWAY)):
        place(alice, market_id, limit(selection_id, "BACK", 10, 2))

    of_market = alice.betting.cancel_orders(MATCH_ODDS)
    everywhere = alice.betting.cancel_orders()
    nothing = alice.betting.cancel_orders()

    assert [2, 1, 0] == [len(report.cancel_instruction_reports) for report in (of_market, everywhere, nothing)]
    assert ["SUCCESS"] * 3 == [report.status for report in (of_market, everywhere, nothing)]
    assert [] == alice.betting.list_current_orders(order_projection="EXECUTABLE").orders


def test_what_is_gone_cannot_be_cancelled(alice: APIClient, bob: APIClient) -> None:
    """Nor can what is another's; whatever else is named is cancelled."""
    (mine,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))
    (matched,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10))
    (of_bob,) = place(bob, MATCH_ODDS, limit(HOME, "BACK", 2.5, 10))
    instructions = [filters.cancel_instruction(each.bet_id) for each in (mine, matched, of_bob)]

    report = alice.betting.cancel_orders(MATCH_ODDS, instructions)

    assert ("PROCESSED_WITH_ERRORS", "PROCESSED_WITH_ERRORS") == (report.status, report.error_code)
    assert [None, "BET_TAKEN_OR_LAPSED", "INVALID_BET_ID"] == [
        each.error_code for each in report.cancel_instruction_reports
    ]
    assert 10.0 == current_order(bob, of_bob.bet_id).size_remaining
