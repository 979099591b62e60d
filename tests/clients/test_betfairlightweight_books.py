"""A bot written with betfairlightweight reads prices, volumes and its own position in a market."""

from typing import Any

import pytest
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError

from tests.clients.fair import AWAY, HANDICAP, HOME, MATCH_ODDS, NOON, SEA_FEVER, WIN
from tests.clients.library import ServedWorld, client_for, error_code, limit, place

EVERYTHING = filters.price_data(sp_available=True, sp_traded=True, ex_all_offers=True, ex_traded=True)


def book(client: APIClient, market_id: str, *data: str, **options: Any) -> Any:
    """Return the book of one market with these price data."""
    projection = filters.price_projection(price_data=list(data), **options.pop("projection", {}))
    (found,) = client.betting.list_market_book([market_id], price_projection=projection, **options)
    return found


def offers(side: Any) -> list[tuple[float, float]]:
    return [(offer.price, offer.size) for offer in side]


def test_a_book_tells_the_state_of_its_market(alice: APIClient) -> None:
    """Every field of the library's `MarketBook` that is not of the stream."""
    found = book(alice, MATCH_ODDS)

    assert (MATCH_ODDS, "OPEN", False, False) == (
        found.market_id,
        found.status,
        found.inplay,
        found.is_market_data_delayed,
    )
    assert (0, False, True, False) == (found.bet_delay, found.bsp_reconciled, found.complete, found.cross_matching)
    assert (1, 3, 3, False) == (
        found.number_of_winners,
        found.number_of_runners,
        found.number_of_active_runners,
        found.runners_voidable,
    )
    assert (0.0, 730.0, None) == (found.total_matched, found.total_available, found.last_match_time)
    assert isinstance(found.version, int)
    assert [None] * 3 == [runner.ex for runner in found.runners]


def test_the_best_offers_are_three_deep(alice: APIClient) -> None:
    runner = book(alice, MATCH_ODDS, "EX_BEST_OFFERS").runners[0]

    assert (HOME, 0.0, "ACTIVE") == (runner.selection_id, runner.handicap, runner.status)
    assert [(2.1, 50.0), (2.08, 100.0), (2.06, 150.0)] == offers(runner.ex.available_to_back)
    assert [(2.2, 40.0), (2.22, 80.0)] == offers(runner.ex.available_to_lay)
    assert [] == runner.ex.traded_volume


def test_overrides_choose_depth_and_rollup(alice: APIClient) -> None:
    """Every offer rolled up to at least 120, and only the best."""
    overrides = filters.ex_best_offers_overrides(best_prices_depth=1, rollup_model="STAKE", rollup_limit=120)
    projection = {"ex_best_offers_overrides": overrides, "virtualise": False, "rollover_stakes": False}

    runner = book(alice, MATCH_ODDS, "EX_BEST_OFFERS", projection=projection).runners[0]

    assert [(2.08, 150.0)] == offers(runner.ex.available_to_back)
    assert [(2.22, 120.0)] == offers(runner.ex.available_to_lay)


def test_all_price_data_are_there_where_they_are_asked_for(alice: APIClient, bob: APIClient) -> None:
    """All offers trump the best; traded volume and starting prices have lists of their own."""
    place(bob, MATCH_ODDS, limit(HOME, "LAY", 2.16, 7))
    place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.16, 4))

    found = book(alice, MATCH_ODDS, *EVERYTHING, "EX_BEST_OFFERS")
    runner = found.runners[0]

    assert 5 == len(runner.ex.available_to_back)
    assert (2.16, 3.0) == offers(runner.ex.available_to_back)[0]
    assert [(2.16, 8.0)] == offers(runner.ex.traded_volume)
    assert (2.16, 8.0, 8.0, NOON) == (
        runner.last_price_traded,
        runner.total_matched,
        found.total_matched,
        found.last_match_time,
    )
    assert runner.sp is None

    starting = book(alice, WIN, *EVERYTHING).runners[0]
    assert 45.5 == starting.adjustment_factor
    # The middle of what is offered, and nobody at the starting price yet.
    assert (2.05, "NaN", None) == (starting.sp.near_price, starting.sp.far_price, starting.sp.actual_sp)
    assert [] == starting.sp.back_stake_taken == starting.sp.lay_liability_taken


def test_own_orders_and_matches_are_shown_as_projected(alice: APIClient, bob: APIClient) -> None:
    """Two bets that are matched at one price and one that waits, in every projection."""
    place(bob, MATCH_ODDS, limit(AWAY, "BACK", 3.7, 10))
    place(alice, MATCH_ODDS, limit(AWAY, "LAY", 3.7, 4), customer_strategy_ref="first")
    place(alice, MATCH_ODDS, limit(AWAY, "LAY", 3.7, 6), customer_strategy_ref="second")
    (waiting,) = place(alice, MATCH_ODDS, limit(AWAY, "LAY", 3.0, 5, customer_order_ref="cheap"))

    def position(**options: Any) -> Any:
        return book(alice, MATCH_ODDS, **options).runners[1]

    assert ([], []) == (position().orders, position().matches)

    everything = position(order_projection="ALL", match_projection="NO_ROLLUP")
    assert 3 == len(everything.orders)
    assert [4.0, 6.0] == [match.size for match in everything.matches]
    assert all((3.7, "LAY", NOON) == (match.price, match.side, match.match_date) for match in everything.matches)

    (order,) = position(order_projection="EXECUTABLE").orders
    assert (waiting.bet_id, "cheap", "LIMIT", "EXECUTABLE", "LAPSE", "LAY", NOON) == (
        order.bet_id,
        order.customer_order_ref,
        order.order_type,
        order.status,
        order.persistence_type,
        order.side,
        order.placed_date,
    )
    assert (3.0, 5.0, 5.0, 0.0) == (order.price, order.size, order.size_remaining, order.size_matched)

    by_price = position(order_projection="ALL", match_projection="ROLLED_UP_BY_PRICE").matches
    by_average = position(order_projection="ALL", match_projection="ROLLED_UP_BY_AVG_PRICE").matches
    assert [(3.7, 10.0)] == offers(by_price) == offers(by_average)


def test_own_bets_are_told_apart_by_strategy_bet_and_time(alice: APIClient, world: ServedWorld) -> None:
    (first,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 4), customer_strategy_ref="first")
    world.advance("PT1M")
    (second,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 6), customer_strategy_ref="second")

    def position(**options: Any) -> Any:
        return book(alice, MATCH_ODDS, order_projection="ALL", match_projection="NO_ROLLUP", **options).runners[0]

    parted = position(partition_matched_by_strategy_ref=True, include_overall_position=False)
    assert {"first", "second"} == set(parted.matches_by_strategy)
    assert [] == parted.matches
    assert [second.bet_id] == [each.bet_id for each in position(customer_strategy_refs=["second"]).orders]
    assert [first.bet_id] == [each.bet_id for each in position(bet_ids=[first.bet_id]).orders]
    since = "2026-06-06T12:00:30.000Z"
    assert [second.bet_id] == [each.bet_id for each in position(matched_since=since).orders]


def test_several_books_come_in_one_answer(alice: APIClient) -> None:
    """By their ids; a market that nobody knows is left out."""
    found = alice.betting.list_market_book([WIN, MATCH_ODDS, "1.999999999"])

    assert [MATCH_ODDS, WIN] == [each.market_id for each in found]


def test_amounts_are_shown_in_another_currency(alice: APIClient) -> None:
    euros = book(alice, MATCH_ODDS, "EX_BEST_OFFERS", currency_code="EUR").runners[0]

    assert (2.1, 60.0) == offers(euros.ex.available_to_back)[0]


def test_a_runner_has_a_book_of_its_own(alice: APIClient) -> None:
    """One market with one runner, chosen by its handicap where there are several of the selection."""
    (of_race,) = alice.betting.list_runner_book(
        WIN, SEA_FEVER, price_projection=filters.price_projection(price_data=["EX_BEST_OFFERS"])
    )
    (of_match,) = alice.betting.list_runner_book(HANDICAP, HOME, handicap=-0.5)

    assert (WIN, 3, [SEA_FEVER]) == (
        of_race.market_id,
        of_race.number_of_runners,
        [runner.selection_id for runner in of_race.runners],
    )
    assert [(2.0, 20.0)] == offers(of_race.runners[0].ex.available_to_back)
    assert [(HOME, -0.5)] == [(runner.selection_id, runner.handicap) for runner in of_match.runners]


def test_a_delayed_key_sees_the_best_offers_only(world: ServedWorld) -> None:
    account = world.accounts[0]
    with client_for(world.served, account, app_key=account.delayed_app_key) as client:
        client.login_interactive()

        found = book(client, MATCH_ODDS, *EVERYTHING)

        assert found.is_market_data_delayed
        assert 3 == len(found.runners[0].ex.available_to_back)


def test_too_many_books_are_too_much_data(alice: APIClient) -> None:
    """40 books with their best offers weigh 200, all that a request may; one more is too much."""
    projection = filters.price_projection(price_data=["EX_BEST_OFFERS"])
    market_ids = [f"1.{number}" for number in range(1, 42)]

    assert [] == alice.betting.list_market_book(market_ids[:40], price_projection=projection)
    with pytest.raises(APIError) as refusal:
        alice.betting.list_market_book(market_ids, price_projection=projection)
    assert "TOO_MUCH_DATA" == error_code(refusal.value)


def test_a_hidden_runner_is_shown_as_such_and_its_bets_at_one(alice: APIClient, world: ServedWorld) -> None:
    """Until it is reinstated, when all is as it was."""
    (bet,) = place(alice, WIN, limit(SEA_FEVER, "BACK", 2.0, 5.0))
    shown = []
    for verb in ("hide", "reinstate"):
        world.control(f"markets/{WIN}/runners/{SEA_FEVER}/{verb}")
        found = book(alice, WIN)
        (order,) = alice.betting.list_current_orders(bet_ids=[bet.bet_id]).orders
        shown.append((found.number_of_active_runners, found.runners[0].status, order.average_price_matched))

    assert [(2, "HIDDEN", 1.0), (3, "ACTIVE", 2.0)] == shown


def test_another_start_time_leaves_a_bet_for_the_version_before_good(alice: APIClient, world: ServedWorld) -> None:
    """The manual's table: 1235 is a change of the start time, and bets of 1234 are accepted."""
    before = book(alice, WIN).version
    world.control(f"markets/{WIN}/change-start-time", {"startTime": "2031-06-06T12:30:00.000Z"})

    report = alice.betting.place_orders(WIN, [limit(SEA_FEVER, "BACK", 2.0, 5.0)], market_version={"version": before})

    assert "SUCCESS" == report.status
    assert book(alice, WIN).version == before + 1
    (market,) = alice.betting.list_market_catalogue(
        filter=filters.market_filter(market_ids=[WIN]), market_projection=["MARKET_START_TIME"], max_results=1
    )
    assert 2031 == market.market_start_time.year
    world.control(f"markets/{WIN}/runners/{SEA_FEVER}/hide")
    late = alice.betting.place_orders(WIN, [limit(2202, "BACK", 2.0, 5.0)], market_version={"version": before + 1})
    assert "BET_TAKEN_OR_LAPSED" == late.place_instruction_reports[0].error_code
