"""What makes this exchange different from a plain order book, through a real client and a served world."""

from collections.abc import Iterator

import httpx
import pytest
from betfairlightweight import APIClient, filters

from tests.clients.library import ServedWorld, limit, world_of
from tests.serving import Served

MATCH, WIN, EACH_WAY = "1.300000001", "1.300000002", "1.300000003"
NEWCASTLE, CHELSEA, DRAW = 1, 2, 3
FAST, STEADY, SLOW = 11, 12, 13

AFTERNOON = """
name: afternoon
clock: {now: "2026-06-06T12:00:00.000Z", rate: 0}
accounts:
  - {username: alice, password: secret, appKey: alice-live, delayedAppKey: alice-delayed, balance: 20000.00}
  - {username: bob, password: secret, appKey: bob-live, delayedAppKey: bob-delayed, balance: 20000.00}
events:
  - id: "30000001"
    name: Newcastle v Chelsea
    eventType: {id: "1", name: Soccer}
    openDate: "+PT6H"
    markets:
      - id: "1.300000001"
        name: Match Odds
        marketType: MATCH_ODDS
        startTime: "+PT6H"
        crossMatching: true
        runners:
          - {selectionId: 1, name: Newcastle, availableToLay: [[2.0, 120], [2.5, 75]]}
          - {selectionId: 2, name: Chelsea, availableToLay: [[3.0, 150]]}
          - {selectionId: 3, name: The Draw, availableToBack: [[5.0, 150], [3.0, 250], [1.01, 999]]}
  - id: "30000002"
    name: Arden 6th Jun
    eventType: {id: "7", name: Horse Racing}
    countryCode: GB
    venue: Arden
    openDate: "+PT1H"
    markets:
      - id: "1.300000002"
        name: 1m Stks
        marketType: WIN
        bspMarket: true
        turnInPlay: true
        startTime: "+PT1H"
        runners: &runners
          - {selectionId: 11, name: Fast, adjustmentFactor: 50.0}
          - {selectionId: 12, name: Steady, adjustmentFactor: 40.9}
          - {selectionId: 13, name: Slow, adjustmentFactor: 9.1}
      - id: "1.300000003"
        name: Each Way
        marketType: EACH_WAY
        startTime: "+PT1H"
        numberOfWinners: 2
        eachWayDivisor: 5
        runners: *runners
"""


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


def test_a_bet_target_asks_for_a_payout(alice: APIClient, bob: APIClient) -> None:
    """A lay for a payout of 19 at 4.0 takes 3.00 at 3.8, and 7.60 / 4.0 = 1.90 rests."""
    placed(bob, WIN, limit(FAST, "BACK", 3.8, 3.0))
    order = {"price": 4.0, "persistenceType": "LAPSE", "betTargetType": "PAYOUT", "betTargetSize": 19.0}
    instruction = filters.place_instruction("LIMIT", FAST, "LAY", limit_order=order)

    (report,) = placed(alice, WIN, instruction)

    assert (3.0, 3.8) == (report.size_matched, report.average_price_matched)
    (current,) = alice.betting.list_current_orders(market_ids=[WIN]).orders
    assert 1.9 == current.size_remaining


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
    """10 each way at 11.0 and a fifth of the odds: placed, the win part loses 10 and the place part wins 20."""
    placed(bob, EACH_WAY, limit(FAST, "LAY", 11.0, 10.0))
    placed(alice, EACH_WAY, limit(FAST, "BACK", 11.0, 10.0))
    assert -20.0 == alice.account.get_account_funds().exposure

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
