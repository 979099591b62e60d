"""A bot written with betfairlightweight bets in markets that end in a number: handicaps, totals and lines."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from betfairlightweight import APIClient, filters

from tests.clients.library import ServedWorld, current_order, limit, place, world_of
from tests.scenario import SOCCER, asian_handicap, event, goal_lines, line, runner, scenario, sides
from tests.serving import Served

HANDICAP, TOTALS, SHOTS = "1.400000001", "1.400000002", "1.400000003"
HOME, AWAY, TWO_OR_MORE, LINE = 51, 52, 62, 71

MATCH = scenario(
    event(
        "40000001",
        "Arden Town v Brook Rovers",
        SOCCER,
        asian_handicap(
            HANDICAP,
            *sides("Arden Town", "Brook Rovers", -0.75, -0.25, selection_ids=(HOME, AWAY)),
            crossMatching=True,
            baseRate=0,
        ),
        goal_lines(
            TOTALS,
            runner(61, "1 goals or more", handicap=-1),
            runner(TWO_OR_MORE, "2 goals or more", handicap=-2),
            runner(63, "3 goals or more", handicap=-3),
            baseRate=0,
        ),
        line(
            SHOTS,
            name="Shots",
            marketType="TOTAL_SHOTS",
            line={"minUnitValue": 0, "maxUnitValue": 60, "interval": 0.5, "marketUnit": "shots"},
            runners=[runner(LINE, "Shots")],
            baseRate=0,
        ),
        starts="+PT6H",
    ),
    now="2026-06-06T12:00:00.000Z",
)


@pytest.fixture
def world(served: Served, http: httpx.Client) -> Iterator[ServedWorld]:
    with world_of(served, http, MATCH) as world:
        yield world


def match(alice: APIClient, bob: APIClient, market_id: str, price: float, size: float, **runner: Any) -> Any:
    """Let bob lay what alice backs, and return the report on her bet."""
    selection_id = runner.pop("selection_id")
    place(bob, market_id, limit(selection_id, "LAY", price, size, **runner))
    (placed,) = place(alice, market_id, limit(selection_id, "BACK", price, size, **runner))
    assert size == placed.size_matched
    return placed


def cleared(client: APIClient, bet_status: str = "SETTLED") -> list[tuple[str | None, float, float]]:
    """Return outcome, size and profit of the cleared bets; what is void has no outcome."""
    orders = client.betting.list_cleared_orders(bet_status=bet_status).orders
    return [(order.bet_outcome, order.size_settled, order.profit) for order in orders]


# Handicaps


@pytest.mark.parametrize(
    ("handicap", "margin", "outcome", "profit"),
    [
        (-0.75, 2, "WON", 95.0),
        (-0.75, 1, "WON", 47.5),
        (-0.75, 0, "LOST", -100.0),
        (-0.25, 1, "WON", 95.0),
        (-0.25, 0, "LOST", -50.0),
    ],
)
def test_a_quarter_line_is_half_a_bet_on_each_of_its_neighbours(
    alice: APIClient, bob: APIClient, world: ServedWorld, handicap: float, margin: int, outcome: str, profit: float
) -> None:
    """100.00 at 1.95: half of it may come back while the other half wins or loses. The layer has the other side."""
    match(alice, bob, HANDICAP, 1.95, 100.0, selection_id=HOME, handicap=handicap)
    assert (-100.0, -95.0) == (
        alice.account.get_account_funds().exposure,
        bob.account.get_account_funds().exposure,
    )

    world.control(f"markets/{HANDICAP}/settle", {"margin": margin})

    other = "LOST" if outcome == "WON" else "WON"
    assert ([(outcome, 100.0, profit)], [(other, 100.0, -profit)]) == (cleared(alice), cleared(bob))
    assert 1000.0 + profit == alice.account.get_account_funds().available_to_bet_balance


def test_one_side_of_a_line_is_backed_by_laying_the_other(alice: APIClient, bob: APIClient) -> None:
    """Bob backs Rovers +0.75 at 2.5; whoever wants Town -0.75 gets 25.00 / (5 / 3) at 1.66, rounded against them.

    The exact price is 1 / (1 - 1 / 2.5), or 1.6667, and the ladder of handicaps has every hundredth.
    """
    place(bob, HANDICAP, limit(AWAY, "BACK", 2.5, 10.0, handicap=0.75))
    projection = filters.price_projection(price_data=["EX_BEST_OFFERS"], virtualise=True)

    (book,) = alice.betting.list_runner_book(HANDICAP, HOME, handicap=-0.75, price_projection=projection)
    (placed,) = place(alice, HANDICAP, limit(HOME, "BACK", 1.66, 15.06, handicap=-0.75))

    (offer,) = book.runners[0].ex.available_to_back
    assert (1.66, 15.06) == (offer.price, offer.size)
    assert (15.06, 1.66) == (placed.size_matched, placed.average_price_matched)


# Totals


@pytest.mark.parametrize(("goals", "outcome", "profit"), [(3, "WON", 9.0), (2, "WON", 9.0), (1, "LOST", -10.0)])
def test_a_total_is_settled_by_the_goals_of_both(
    alice: APIClient, bob: APIClient, world: ServedWorld, goals: int, outcome: str, profit: float
) -> None:
    match(alice, bob, TOTALS, 1.9, 10.0, selection_id=TWO_OR_MORE, handicap=-2)

    world.control(f"markets/{TOTALS}/settle", {"total": goals})

    assert [(outcome, 10.0, profit)] == cleared(alice)
    (book,) = alice.betting.list_market_book([TOTALS])
    assert ["WINNER"] * goals + ["LOSER"] * (3 - goals) == [runner.status for runner in book.runners]


# Lines


@pytest.mark.parametrize(("shots", "outcome", "profit"), [(20, "WON", 20.0), (25.5, None, 0.0), (31, "LOST", -20.0)])
def test_whoever_backs_a_line_sells_it_at_even_money(
    alice: APIClient, bob: APIClient, world: ServedWorld, shots: float, outcome: str | None, profit: float
) -> None:
    """Alice sells 20.00 at 25.0, which bob bought at 25.5 or less: 25.5 is where the bet is struck."""
    place(bob, SHOTS, limit(LINE, "LAY", 25.5, 20.0))
    (placed,) = place(alice, SHOTS, limit(LINE, "BACK", 25.0, 20.0))
    assert ("EXECUTION_COMPLETE", 20.0) == (placed.order_status, placed.size_matched)
    assert [-20.0, -20.0] == [client.account.get_account_funds().exposure for client in (alice, bob)]

    world.control(f"markets/{SHOTS}/settle", {"lineResult": shots})

    assert [(outcome, 20.0, profit)] == cleared(alice, "SETTLED" if outcome else "VOIDED")
    assert 1000.0 - profit == bob.account.get_account_funds().available_to_bet_balance


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (filters.limit_order(25.25, "LAPSE", size=2.0), "INVALID_ODDS"),
        (filters.limit_order(25.0, "LAPSE", bet_target_type="PAYOUT", bet_target_size=10.0), "INVALID_BET_SIZE"),
    ],
)
def test_a_line_knows_its_own_steps_and_no_bet_targets(alice: APIClient, order: dict[str, Any], code: str) -> None:
    report = alice.betting.place_orders(SHOTS, [filters.place_instruction("LIMIT", LINE, "BACK", limit_order=order)])

    assert ("FAILURE", code) == (report.status, report.place_instruction_reports[0].error_code)


def test_a_line_that_is_asked_for_more_waits(alice: APIClient, bob: APIClient) -> None:
    """Fill or kill looks at no average there: what is offered below its own line does not count."""
    place(bob, SHOTS, limit(LINE, "LAY", 26.0, 5.0), limit(LINE, "LAY", 25.0, 5.0))

    (killed,) = place(alice, SHOTS, limit(LINE, "BACK", 25.5, 10.0, time_in_force="FILL_OR_KILL"))
    (waits,) = place(alice, SHOTS, limit(LINE, "BACK", 25.5, 10.0))

    assert ("EXPIRED", 0.0) == (killed.order_status, killed.size_matched)
    assert ("EXECUTABLE", 5.0) == (waits.order_status, waits.size_matched)
    assert 5.0 == current_order(alice, waits.bet_id).size_remaining
