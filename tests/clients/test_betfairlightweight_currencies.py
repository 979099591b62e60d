"""A bot written with betfairlightweight bets from an account in Australian dollars, of which a pound is two."""

from betfairlightweight import APIClient, filters

from tests.clients.fair import HOME, MATCH_ODDS
from tests.clients.library import ServedWorld, current_order, limit, place


def test_prices_are_read_in_dollars(dora: APIClient, alice: APIClient) -> None:
    """The scenario offers 50 pounds at 2.1."""
    best = [
        client.betting.list_market_book(
            [MATCH_ODDS], price_projection=filters.price_projection(price_data=["EX_BEST_OFFERS"])
        )[0]
        .runners[0]
        .ex.available_to_back[0]
        for client in (dora, alice)
    ]

    assert [(2.1, 100.0), (2.1, 50.0)] == [(offer.price, offer.size) for offer in best]


def test_dollars_are_bet_with_pounds_from_the_order_to_the_statement(
    world: ServedWorld, dora: APIClient, alice: APIClient
) -> None:
    """Of 20.01 dollars a lay of 4.00 pounds takes 8.00; 2.01 are cancelled, and 10.00 lapse."""
    (rested,) = place(dora, MATCH_ODDS, limit(HOME, "BACK", 2.14, 20.01))
    (laid,) = place(alice, MATCH_ODDS, limit(HOME, "LAY", 2.14, 4.0))

    order = current_order(dora, rested.bet_id)
    assert (20.01, 8.0, 12.01) == (order.price_size.size, order.size_matched, order.size_remaining)
    assert 4.0 == laid.size_matched
    cut = dora.betting.cancel_orders(
        MATCH_ODDS, [filters.cancel_instruction(rested.bet_id, size_reduction=2.01)]
    ).cancel_instruction_reports[0]
    assert 2.01 == cut.size_cancelled
    assert 10.0 == current_order(dora, rested.bet_id).size_remaining
    assert (982.0, -18.0) == (
        dora.account.get_account_funds().available_to_bet_balance,
        dora.account.get_account_funds().exposure,
    )
    assert "AUD" == dora.account.get_account_details().currency_code

    world.control(f"markets/{MATCH_ODDS}/settle", {"results": [{"selectionId": HOME, "status": "WINNER"}]})

    (cleared,) = dora.betting.list_cleared_orders(bet_status="SETTLED").orders
    assert (8.0, 9.12) == (cleared.size_settled, cleared.profit)
    _, bet, commission = dora.account.get_account_statement().account_statement
    assert (9.12, 1009.12) == (bet.amount, bet.balance)
    assert (-0.46, 1008.66) == (commission.amount, commission.balance)
