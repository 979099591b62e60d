"""What makes this exchange different from a plain order book, through a real client and a served world."""

from collections.abc import Iterator

import httpx
import pytest
from betfairlightweight import APIClient, filters

from tests.clients.library import ServedWorld, limit, world_of
from tests.scenario import HORSE_RACING, SOCCER, account, each_way, event, match_odds, runner, scenario, win
from tests.serving import Served

MATCH, WIN, EACH_WAY = "1.300000001", "1.300000002", "1.300000003"
NEWCASTLE, CHELSEA, DRAW = 1, 2, 3
FAST, STEADY, SLOW = 11, 12, 13

HORSES = (
    runner(FAST, "Fast", adjustmentFactor=50.0),
    runner(STEADY, "Steady", adjustmentFactor=40.9),
    runner(SLOW, "Slow", adjustmentFactor=9.1),
)
AFTERNOON = scenario(
    event(
        "30000001",
        "Newcastle v Chelsea",
        SOCCER,
        match_odds(
            MATCH,
            runner(NEWCASTLE, "Newcastle", lay=[(2.0, 120), (2.5, 75)]),
            runner(CHELSEA, "Chelsea", lay=[(3.0, 150)]),
            runner(DRAW, "The Draw", back=[(5.0, 150), (3.0, 250), (1.01, 999)]),
            crossMatching=True,
        ),
        starts="+PT6H",
    ),
    event(
        "30000002",
        "Arden 6th Jun",
        HORSE_RACING,
        win(WIN, *HORSES, bspMarket=True, turnInPlay=True),
        each_way(EACH_WAY, *HORSES, eachWayDivisor=5),
        starts="+PT1H",
        countryCode="GB",
        venue="Arden",
    ),
    now="2026-06-06T12:00:00.000Z",
    accounts=[account(name, balance=20_000) for name in ("alice", "bob")],
)


@pytest.fixture
def world(served: Served, http: httpx.Client) -> Iterator[ServedWorld]:
    with world_of(served, http, AFTERNOON) as world:
        yield world


def on_close(selection_id: int, side: str, liability: float) -> dict[str, object]:
    """Return an instruction to place an order for the starting price."""
    order = filters.market_on_close_order(liability)
    instruction: dict[str, object] = filters.place_instruction(
        "MARKET_ON_CLOSE", selection_id, side, market_on_close_order=order
    )
    return instruction


def limit_on_close(selection_id: int, side: str, liability: float, price: float) -> dict[str, object]:
    """Return an instruction to place an order for the starting price, if that is no worse than a price."""
    order = filters.limit_on_close_order(liability, price)
    instruction: dict[str, object] = filters.place_instruction(
        "LIMIT_ON_CLOSE", selection_id, side, limit_on_close_order=order
    )
    return instruction


def target(side: str, price: float, target_type: str, size: float, **order: object) -> dict[str, object]:
    """Return an instruction to place an order on Fast for a payout or a profit."""
    wanted = filters.limit_order(price, bet_target_type=target_type, bet_target_size=size, **order)
    instruction: dict[str, object] = filters.place_instruction("LIMIT", FAST, side, limit_order=wanted)
    return instruction


def placed(client: APIClient, market_id: str, *instructions: dict[str, object]) -> list[object]:
    """Place orders, demand that they are accepted, and return their reports."""
    report = client.betting.place_orders(market_id, list(instructions))
    assert "SUCCESS" == report.status, report.error_code
    reports: list[object] = report.place_instruction_reports
    return reports


def test_virtual_bets_are_matched_as_in_the_manual(alice: APIClient) -> None:
    """A back of 1000 at 1.01 takes 40 at 6.0, 150 at 5.0, 50 at 3.75, 250 at 3.0 and 510 at 1.01."""
    (report,) = placed(alice, MATCH, limit(DRAW, "BACK", 1.01, 1000.0))

    assert 1000.0 == report.size_matched
    worth = 40 * 6.0 + 150 * 5.0 + 50 * 3.75 + 250 * 3.0 + 510 * 1.01
    assert round(worth / 1000, 2) == report.average_price_matched


@pytest.mark.parametrize(
    ("runner", "virtualise", "offers"),
    [
        (DRAW, True, [(6.0, 40.0), (5.0, 150.0), (3.75, 50.0)]),
        (DRAW, False, [(5.0, 150.0), (3.0, 250.0), (1.01, 999.0)]),
        (NEWCASTLE, True, []),
        (CHELSEA, True, []),
    ],
)
def test_virtual_bets_are_shown_as_in_the_manual(
    alice: APIClient, runner: int, virtualise: bool, offers: list[tuple[float, float]]
) -> None:
    """Among the real ones, three deep, and only to whoever asks for them. Nobody lays the draw, so it lends no back."""
    projection = filters.price_projection(price_data=["EX_BEST_OFFERS"], virtualise=virtualise)

    (book,) = alice.betting.list_market_book([MATCH], price_projection=projection)

    shown = book.runners[runner - 1].ex.available_to_back
    assert offers == [(offer.price, offer.size) for offer in shown]


def test_fill_or_kill_is_limited_by_its_average(alice: APIClient, bob: APIClient) -> None:
    placed(bob, WIN, limit(FAST, "LAY", 5.5, 2.0), limit(FAST, "LAY", 5.4, 6.0), limit(FAST, "LAY", 5.3, 5.0))

    (filled,) = placed(alice, WIN, limit(FAST, "BACK", 5.4, 10.0, time_in_force="FILL_OR_KILL"))
    (killed,) = placed(alice, WIN, limit(FAST, "BACK", 5.4, 3.0, time_in_force="FILL_OR_KILL"))

    assert (10.0, 5.4, "EXECUTION_COMPLETE") == (
        filled.size_matched,
        filled.average_price_matched,
        filled.order_status,
    )
    assert (0.0, "EXPIRED") == (killed.size_matched, killed.order_status)


@pytest.mark.parametrize(
    ("side", "offered_at", "target_type", "size", "rest"),
    [
        # 3.00 at 3.8 pay 11.40; of 19.00 that leaves 7.60, which at 4.0 are 1.90.
        ("LAY", 3.8, "PAYOUT", 19.0, 1.9),
        # 3.00 at 3.8 win 8.40; of 14.40 that leaves 6.00, which at 4.0 are 2.00.
        ("LAY", 3.8, "BACKERS_PROFIT", 14.4, 2.0),
        # 3.00 at 4.2 pay 12.60; of 20.60 that leaves 8.00, which at 4.0 are 2.00.
        ("BACK", 4.2, "PAYOUT", 20.6, 2.0),
        # 3.00 at 4.2 win 9.60; of 15.60 that leaves 6.00, which at 4.0 are 2.00.
        ("BACK", 4.2, "BACKERS_PROFIT", 15.6, 2.0),
    ],
)
def test_a_bet_target_asks_for_a_payout_or_a_profit(
    alice: APIClient, bob: APIClient, side: str, offered_at: float, target_type: str, size: float, rest: float
) -> None:
    """Named from the backer's side on both: what 3.00 at a better price do not reach rests as a stake."""
    placed(bob, WIN, limit(FAST, "BACK" if side == "LAY" else "LAY", offered_at, 3.0))

    (report,) = placed(alice, WIN, target(side, 4.0, target_type, size))

    assert (3.0, offered_at) == (report.size_matched, report.average_price_matched)
    asked = report.instruction.limit_order
    assert (target_type, size) == (asked.bet_target_type, asked.bet_target_size)
    (current,) = alice.betting.list_current_orders(market_ids=[WIN]).orders
    assert rest == current.size_remaining


def test_a_bet_target_is_reached_whole_or_killed(alice: APIClient, bob: APIClient) -> None:
    """3.00 at 4.2 pay 12.60: enough for a payout of 12.00, with 2.85 of them, and not for one of 13.00."""
    placed(bob, WIN, limit(FAST, "LAY", 4.2, 3.0))

    (killed,) = placed(alice, WIN, target("BACK", 4.0, "PAYOUT", 13.0, time_in_force="FILL_OR_KILL"))
    (filled,) = placed(alice, WIN, target("BACK", 4.0, "PAYOUT", 12.0, time_in_force="FILL_OR_KILL"))

    assert ("EXPIRED", 0.0) == (killed.order_status, killed.size_matched)
    assert ("EXECUTION_COMPLETE", 2.85) == (filled.order_status, filled.size_matched)


def test_the_starting_price_balances_both_sides(world: ServedWorld, alice: APIClient, bob: APIClient) -> None:
    """A stake of 1000 against a liability of 6000 makes 7.0, the manual's own example."""
    placed(alice, WIN, on_close(FAST, "BACK", 1000.0))
    placed(bob, WIN, on_close(FAST, "LAY", 6000.0))
    (waiting,) = alice.betting.list_current_orders(market_ids=[WIN]).orders
    assert ("EXECUTION_COMPLETE", 1000.0, 0.0) == (waiting.status, waiting.bsp_liability, waiting.size_matched)

    world.control(f"markets/{WIN}/turn-in-play")

    (matched,) = alice.betting.list_current_orders(market_ids=[WIN]).orders
    assert (1000.0, 7.0) == (matched.size_matched, matched.average_price_matched)
    projection = filters.price_projection(price_data=["SP_TRADED"])
    (book,) = alice.betting.list_market_book([WIN], price_projection=projection)
    assert book.bsp_reconciled
    assert 7.0 == book.runners[0].sp.actual_sp


def test_a_limit_for_the_starting_price_only_gets_easier(world: ServedWorld, alice: APIClient, bob: APIClient) -> None:
    """100.00 of backs at any price and 100.00 from 6.0 on, against a liability of 600.00: 150.00 at 5.0 are needed.

    A limit above the starting price is left out, and one at it takes part with half of what it has.
    """
    placed(bob, WIN, on_close(FAST, "BACK", 100.0), on_close(FAST, "LAY", 600.0))
    (first,) = placed(alice, WIN, limit_on_close(FAST, "BACK", 100.0, 6.0))
    assert ("EXECUTION_COMPLETE", None) == (first.order_status, first.size_matched)

    harder = alice.betting.replace_orders(WIN, [filters.replace_instruction(first.bet_id, 6.2)])
    easier = alice.betting.replace_orders(WIN, [filters.replace_instruction(first.bet_id, 5.0)])

    assert ("FAILURE", "BET_ACTION_ERROR") == (harder.status, harder.error_code)
    (refused,) = harder.replace_instruction_reports
    assert ("FAILURE", "INVALID_PRICE_EDIT") == (refused.status, refused.error_code)
    (edited,) = easier.replace_instruction_reports
    assert 100.0 == edited.cancel_instruction_reports.size_cancelled
    new = edited.place_instruction_reports
    asked = new.instruction.limit_on_close_order
    assert ("SUCCESS", 100.0, 5.0) == (new.status, asked.liability, asked.price)
    cancel = alice.betting.cancel_orders(WIN, [filters.cancel_instruction(new.bet_id)])
    assert "BET_TAKEN_OR_LAPSED" == cancel.cancel_instruction_reports[0].error_code

    world.control(f"markets/{WIN}/reconcile")

    (matched,) = alice.betting.list_current_orders(bet_ids=[new.bet_id]).orders
    assert (50.0, 50.0, 5.0) == (matched.size_matched, matched.size_lapsed, matched.average_price_matched)
    projection = filters.price_projection(price_data=["SP_TRADED"])
    (book,) = alice.betting.list_market_book([WIN], price_projection=projection)
    assert (True, 5.0) == (book.bsp_reconciled, book.runners[0].sp.actual_sp)
    late = alice.betting.place_orders(WIN, [limit_on_close(FAST, "BACK", 100.0, 6.0)])
    assert "MARKET_NOT_OPEN_FOR_BSP_BETTING" == late.place_instruction_reports[0].error_code


def test_a_withdrawal_after_the_off_spares_what_was_matched_in_play(
    world: ServedWorld, alice: APIClient, bob: APIClient
) -> None:
    """8.0 less 4.545 % is 7.64; the same price in play stays."""
    placed(bob, WIN, limit(FAST, "LAY", 8.0, 10.0))
    placed(alice, WIN, limit(FAST, "BACK", 8.0, 10.0))
    world.control(f"markets/{WIN}/turn-in-play")
    placed(bob, WIN, limit(FAST, "LAY", 8.0, 10.0))
    placed(alice, WIN, limit(FAST, "BACK", 8.0, 10.0))

    world.control(f"markets/{WIN}/runners/{SLOW}/remove", {"adjustmentFactor": 4.545})

    reduced, in_play = alice.betting.list_current_orders(market_ids=[WIN]).orders
    assert (7.64, 8.0) == (reduced.average_price_matched, in_play.average_price_matched)
    (book,) = alice.betting.list_market_book([WIN])
    assert 4.545 == book.runners[-1].adjustment_factor


def test_of_a_request_to_replace_all_new_bets_are_placed_or_none(alice: APIClient) -> None:
    (bet,) = placed(alice, WIN, limit(FAST, "BACK", 9.0, 10.0))
    (on_close,) = placed(alice, WIN, limit_on_close(FAST, "BACK", 100.0, 6.0))

    report = alice.betting.replace_orders(
        WIN, [filters.replace_instruction(bet.bet_id, 8.0), filters.replace_instruction(on_close.bet_id, 6.2)]
    )

    assert ["CANCELLED_NOT_PLACED", "INVALID_PRICE_EDIT"] == [
        each.error_code for each in report.replace_instruction_reports
    ]
    assert "RELATED_ACTION_FAILED" == report.replace_instruction_reports[0].place_instruction_reports.error_code
    cancelled, waiting = alice.betting.list_current_orders(market_ids=[WIN]).orders
    assert (10.0, 0.0) == (cancelled.size_cancelled, waiting.size_cancelled)


def test_a_withdrawal_reduces_and_voids(world: ServedWorld, alice: APIClient, bob: APIClient) -> None:
    """Removing 9.1 % turns 10.0 into 9.09, and what was matched on the runner itself is void."""
    placed(bob, WIN, limit(FAST, "LAY", 10.0, 20.0), limit(SLOW, "LAY", 8.0, 5.0))
    placed(alice, WIN, limit(FAST, "BACK", 10.0, 20.0), limit(SLOW, "BACK", 8.0, 5.0))

    world.control(f"markets/{WIN}/runners/{SLOW}/remove", {"adjustmentFactor": 9.1})

    reduced, void = alice.betting.list_current_orders(market_ids=[WIN]).orders
    assert (20.0, 9.09) == (reduced.size_matched, reduced.average_price_matched)
    assert (0.0, 5.0) == (void.size_matched, void.size_voided)
    report = alice.betting.place_orders(WIN, [limit(SLOW, "BACK", 8.0, 5.0)])
    assert "RUNNER_REMOVED" == report.place_instruction_reports[0].error_code


def test_an_each_way_bet_is_two_bets(world: ServedWorld, alice: APIClient, bob: APIClient) -> None:
    """10 each way at 11.0 and a fifth of the odds: placed, the win part loses 10 and the place part wins 20.

    What it may come to is told before: 120 for a win, 10 for a place, or the loss of both parts.
    """
    placed(bob, EACH_WAY, limit(FAST, "LAY", 11.0, 10.0))
    placed(alice, EACH_WAY, limit(FAST, "BACK", 11.0, 10.0))
    assert -20.0 == alice.account.get_account_funds().exposure
    (market,) = alice.betting.list_market_profit_and_loss([EACH_WAY])
    assert {FAST: (120.0, 10.0, -20.0), STEADY: (0.0, 0.0, 0.0), SLOW: (0.0, 0.0, 0.0)} == {
        runner.selection_id: (runner.if_win, runner.if_place, runner.if_lose) for runner in market.profit_and_losses
    }

    results = [{"selectionId": STEADY, "status": "WINNER"}, {"selectionId": FAST, "status": "PLACED"}]
    world.control(f"markets/{EACH_WAY}/settle", {"results": results})

    (cleared,) = alice.betting.list_cleared_orders(bet_status="SETTLED").orders
    assert ("PLACE", 10.0) == (cleared.bet_outcome, cleared.profit)


def test_silence_cancels_what_is_unmatched(world: ServedWorld, alice: APIClient, served: Served) -> None:
    placed(alice, WIN, limit(FAST, "BACK", 10.0, 20.0))
    headers = {"X-Application": alice.app_key, "X-Authentication": alice.session_token}

    def beat(seconds: str) -> object:
        call = {"method": "HeartbeatAPING/v1.0/heartbeat", "params": {"preferredTimeoutSeconds": seconds}, "id": 1}
        answer = httpx.post(f"{served.url}/exchange/heartbeat/json-rpc/v1", json=call, headers=headers)
        return answer.json()["result"]

    assert {"actualTimeoutSeconds": 10, "actionPerformed": "NONE"} == beat("10")
    world.advance("PT10S")

    (order,) = alice.betting.list_current_orders(market_ids=[WIN]).orders
    assert 20.0 == order.size_cancelled
    assert {"actualTimeoutSeconds": 10, "actionPerformed": "ALL_BETS_CANCELLED"} == beat("10")
