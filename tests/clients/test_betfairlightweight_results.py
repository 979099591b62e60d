"""A bot written with betfairlightweight reads what it has won: risk before the result, money and bets after it."""

from datetime import timedelta
from typing import Any

import pytest
from betfairlightweight import APIClient, filters

from tests.clients.fair import (
    AWAY,
    DRAW,
    HOME,
    KICK_OFF,
    MATCH_ODDS,
    MOONSHOT,
    NOON,
    OLD_TOM,
    PLACED,
    SEA_FEVER,
    WIN,
)
from tests.clients.library import ServedWorld, limit, place


def settle(world: ServedWorld, market_id: str, *winners: int) -> None:
    """Let these runners win and all others lose."""
    results = [{"selectionId": selection_id, "status": "WINNER"} for selection_id in winners]
    world.control(f"markets/{market_id}/settle", {"results": results})


def cleared(client: APIClient, group_by: str | None = None, **options: Any) -> Any:
    """Return the cleared bets, added up as asked for."""
    report = client.betting.list_cleared_orders(group_by=group_by, **options)
    assert not report.more_available
    return report.orders


# Before the result


def test_profit_and_loss_tell_what_each_result_would_bring(alice: APIClient) -> None:
    """A back of 10 at 2.1 and a lay of 4 at 3.75, of which the exchange would take 5 % less a discount of 20 %."""
    place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10), limit(AWAY, "LAY", 3.75, 4))

    (gross,) = alice.betting.list_market_profit_and_loss([MATCH_ODDS])
    (net,) = alice.betting.list_market_profit_and_loss(
        [MATCH_ODDS], include_settled_bets=True, include_bsp_bets=True, net_of_commission=True
    )

    assert (MATCH_ODDS, None) == (gross.market_id, gross.commission_applied)
    assert {HOME: 15.0, AWAY: -21.0, DRAW: -6.0} == {each.selection_id: each.if_win for each in gross.profit_and_losses}
    assert 4.0 == net.commission_applied
    assert {HOME: 14.4, AWAY: -21.0, DRAW: -6.0} == {each.selection_id: each.if_win for each in net.profit_and_losses}


def test_where_several_win_profit_and_loss_tell_what_losing_brings(alice: APIClient) -> None:
    place(alice, PLACED, limit(SEA_FEVER, "BACK", 1.4, 10))

    (found,) = alice.betting.list_market_profit_and_loss([PLACED])

    assert {SEA_FEVER: (4.0, -10.0), MOONSHOT: (0.0, 0.0), OLD_TOM: (0.0, 0.0)} == {
        each.selection_id: (each.if_win, each.if_lose) for each in found.profit_and_losses
    }


def test_funds_tell_what_is_at_risk(alice: APIClient) -> None:
    before = alice.account.get_account_funds()
    place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10), limit(AWAY, "LAY", 3.0, 4))
    after = alice.account.get_account_funds(wallet="UK")

    assert (1000.0, 0.0, 0.0, 20.0, 0, "UK") == (
        before.available_to_bet_balance,
        before.exposure,
        before.retained_commission,
        before.discount_rate,
        before.points_balance,
        before.wallet,
    )
    assert (982.0, -18.0) == (after.available_to_bet_balance, after.exposure)


def test_details_tell_whose_account_it_is(alice: APIClient) -> None:
    details = alice.account.get_account_details()

    assert ("Alice", "Example", "GBP", "en") == (
        details.first_name,
        details.last_name,
        details.currency_code,
        details.locale_code,
    )
    assert ("GBR", "GB", "Europe/London", 20.0, 0) == (
        details.region,
        details.country_code,
        details.timezone,
        details.discount_rate,
        details.points_balance,
    )


# The result


def test_a_settled_market_shows_who_won(alice: APIClient, world: ServedWorld) -> None:
    """In its book, as long as it can be read; listings do not find it any more."""
    settle(world, MATCH_ODDS, AWAY)

    (book,) = alice.betting.list_market_book([MATCH_ODDS])

    assert ("CLOSED", 0) == (book.status, book.number_of_active_runners)
    assert {HOME: "LOSER", AWAY: "WINNER", DRAW: "LOSER"} == {
        runner.selection_id: runner.status for runner in book.runners
    }
    wanted = filters.market_filter(market_ids=[MATCH_ODDS])
    assert [] == alice.betting.list_market_catalogue(filter=wanted, max_results=1)
    assert [] == alice.betting.list_market_profit_and_loss([MATCH_ODDS])


def test_the_winner_is_paid_less_commission_and_the_loser_pays(
    alice: APIClient, bob: APIClient, world: ServedWorld
) -> None:
    """Alice wins 20 x 1.14 = 22.80 from bob, of which 5 % less her discount of 20 % are 91 pence."""
    place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.14, 20))
    place(bob, MATCH_ODDS, limit(HOME, "LAY", 2.14, 20))

    settle(world, MATCH_ODDS, HOME)

    assert (1021.89, 0.0) == (
        alice.account.get_account_funds().available_to_bet_balance,
        alice.account.get_account_funds().exposure,
    )
    assert 977.2 == bob.account.get_account_funds().available_to_bet_balance


def test_a_settled_bet_is_told_whole(alice: APIClient, world: ServedWorld) -> None:
    (placed,) = place(
        alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10, customer_order_ref="ref"), customer_strategy_ref="strategy"
    )
    world.advance("PT7H50M")
    settle(world, MATCH_ODDS, HOME)

    (bet,) = cleared(alice, include_item_description=True)

    assert (placed.bet_id, "WON", 11.0, 10.0, 2.1, 2.1) == (
        bet.bet_id,
        bet.bet_outcome,
        bet.profit,
        bet.size_settled,
        bet.price_matched,
        bet.price_requested,
    )
    assert ("1", "30000100", MATCH_ODDS, HOME, 0.0) == (
        bet.event_type_id,
        bet.event_id,
        bet.market_id,
        bet.selection_id,
        bet.handicap,
    )
    assert ("BACK", "LIMIT", "LAPSE", 1, False) == (
        bet.side,
        bet.order_type,
        bet.persistence_type,
        bet.bet_count,
        bet.price_reduced,
    )
    settled_at = NOON + timedelta(hours=7, minutes=50)
    assert (NOON, NOON, settled_at) == (bet.placed_date, bet.last_matched_date, bet.settled_date)
    assert ("ref", "strategy", None) == (bet.customer_order_ref, bet.customer_strategy_ref, bet.commission)
    item = bet.item_description
    assert ("Soccer", "Arden Town v Brook Rovers", "Match Odds", "MATCH_ODDS", KICK_OFF, "Arden Town", 1) == (
        item.event_type_desc,
        item.event_desc,
        item.market_desc,
        item.market_type,
        item.market_start_time,
        item.runner_desc,
        item.number_of_winners,
    )


@pytest.mark.parametrize(
    ("group_by", "lines"),
    [
        (None, [4.0, 6.3, -4.0, 11.0]),
        ("BET", [4.0, 6.3, -4.0, 11.0]),
        ("SIDE", [4.0, 6.3, -4.0, 11.0]),
        ("RUNNER", [4.0, 6.3, 7.0]),
        ("MARKET", [4.0, 13.3]),
        ("EVENT", [4.0, 13.3]),
        ("EVENT_TYPE", [4.0, 13.3]),
        ("STRATEGY", [17.3]),
    ],
)
def test_settled_bets_are_added_up_at_every_level(
    alice: APIClient, world: ServedWorld, group_by: str | None, lines: list[float]
) -> None:
    """Three bets on a match and one on a race, which is settled last and comes first."""
    place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10))
    place(alice, MATCH_ODDS, limit(HOME, "LAY", 2.2, 3.33))
    place(alice, MATCH_ODDS, limit(DRAW, "LAY", 3.65, 6.3))
    place(alice, PLACED, limit(SEA_FEVER, "BACK", 1.4, 10))
    settle(world, MATCH_ODDS, HOME)
    world.advance("PT1H")
    settle(world, PLACED, SEA_FEVER, MOONSHOT)

    found = cleared(alice, group_by)

    assert lines == [line.profit for line in found]
    assert 4 == sum(line.bet_count for line in found)


def test_commission_is_told_where_markets_are_added_up(alice: APIClient, world: ServedWorld) -> None:
    place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10))
    settle(world, MATCH_ODDS, HOME)

    assert [0.44] == [line.commission for line in cleared(alice, "MARKET")]
    assert [0.44] == [line.commission for line in cleared(alice, "EVENT_TYPE")]


def test_cleared_bets_are_told_apart_by_how_they_ended(alice: APIClient, world: ServedWorld) -> None:
    """One bet each that was settled, voided, lapsed and cancelled."""
    (settled,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10))
    (lapsed,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 5, 10))
    (voided,) = place(alice, WIN, limit(SEA_FEVER, "BACK", 2, 10))
    (cancelled,) = place(alice, WIN, limit(SEA_FEVER, "BACK", 5, 10))
    alice.betting.cancel_orders(WIN, [filters.cancel_instruction(cancelled.bet_id)])
    world.control(f"markets/{WIN}/void")
    settle(world, MATCH_ODDS, HOME)

    for status, expected in (("SETTLED", settled), ("LAPSED", lapsed), ("VOIDED", voided), ("CANCELLED", cancelled)):
        (bet,) = cleared(alice, bet_status=status)
        assert expected.bet_id == bet.bet_id
    assert 10.0 == bet.size_cancelled
    assert [] == alice.betting.list_current_orders().orders


def test_cleared_bets_are_filtered_and_paged(alice: APIClient, world: ServedWorld) -> None:
    (home,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10))
    (draw,) = place(alice, MATCH_ODDS, limit(DRAW, "LAY", 3.65, 2, customer_order_ref="draw"))
    (race,) = place(alice, PLACED, limit(SEA_FEVER, "BACK", 1.4, 10), customer_strategy_ref="races")
    settle(world, MATCH_ODDS, HOME)
    world.advance("PT1H")
    settle(world, PLACED, OLD_TOM, MOONSHOT)

    def found(**wanted: Any) -> list[str]:
        return [bet.bet_id for bet in cleared(alice, **wanted)]

    assert [race.bet_id, draw.bet_id, home.bet_id] == found()
    assert [race.bet_id] == found(event_type_ids=["7"]) == found(event_ids=["30000200"]) == found(market_ids=[PLACED])
    assert [home.bet_id] == found(runner_ids=[{"marketId": MATCH_ODDS, "selectionId": HOME}])
    assert [draw.bet_id] == found(side="LAY") == found(bet_ids=[draw.bet_id]) == found(customer_order_refs=["draw"])
    assert [race.bet_id] == found(customer_strategy_refs=["races"])
    assert [race.bet_id] == found(settled_date_range=filters.time_range(from_=NOON + timedelta(minutes=30)))
    page = alice.betting.list_cleared_orders(from_record=1, record_count=1)
    assert ([draw.bet_id], True) == ([bet.bet_id for bet in page.orders], page.more_available)
