"""A bot written with betfairlightweight looks after its account: funds, statement, currencies."""

import pytest
from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError

from tests.clients.fair import HOME, MATCH_ODDS, NOON
from tests.clients.library import ServedWorld, client_for, error_code, limit, place


def a_bet_that_wins(alice: APIClient, world: ServedWorld) -> str:
    """Back the home side with 10 at 2.1, and see it win a minute later; return the bet id."""
    (report,) = place(alice, MATCH_ODDS, limit(HOME, "BACK", 2.1, 10.0))
    world.advance("PT1M")
    world.control(f"markets/{MATCH_ODDS}/settle", {"results": [{"selectionId": HOME, "status": "WINNER"}]})
    return str(report.bet_id)


def test_the_statement_is_read_with_nothing_but_defaults(alice: APIClient, world: ServedWorld) -> None:
    """The library sends a range of dates without dates."""
    bet_id = a_bet_that_wins(alice, world)

    result = alice.account.get_account_statement()

    deposit, bet, commission = result.account_statement
    assert not result.more_available
    assert (1000.0, 1000.0, NOON) == (deposit.amount, deposit.balance, deposit.item_date)
    assert (bet_id, 11.0, 1011.0) == (bet.ref_id, bet.amount, bet.balance)
    assert (HOME, "Arden Town", 2.1, 10.0, "RESULT_WON") == (
        bet.legacy_data.selection_id,
        bet.legacy_data.selection_name,
        bet.legacy_data.avg_price,
        bet.legacy_data.bet_size,
        bet.legacy_data.win_lose,
    )
    assert (-0.44, 11.0, "4%") == (
        commission.amount,
        commission.legacy_data.gross_bet_amount,
        commission.legacy_data.commission_rate,
    )
    assert alice.account.get_account_funds().available_to_bet_balance == commission.balance


def test_the_statement_is_read_page_by_page_and_by_date(alice: APIClient, world: ServedWorld) -> None:
    a_bet_that_wins(alice, world)
    statement = alice.account.get_account_statement

    page = statement(from_record=1, record_count=1)
    later = statement(item_date_range=filters.time_range(from_=NOON.replace(minute=1)))
    paid = statement(
        include_item="DEPOSITS_WITHDRAWALS", item_date_range=filters.time_range(to=NOON.replace(year=2020))
    )

    assert ([11.0], True) == ([item.amount for item in page.account_statement], page.more_available)
    assert [11.0, -0.44] == [item.amount for item in later.account_statement]
    assert [1000.0] == [item.amount for item in paid.account_statement]


def test_currency_rates_are_listed(alice: APIClient) -> None:
    rates = {rate.currency_code: rate.rate for rate in alice.account.list_currency_rates(from_currency="GBP")}

    assert {"GBP", "EUR", "USD", "AUD"} <= rates.keys()
    assert 1.0 == rates["GBP"]
    with pytest.raises(APIError) as refusal:
        alice.account.list_currency_rates(from_currency="EUR")
    assert error_code(refusal.value) == "INVALID_INPUT_DATA"


def test_what_is_paid_in_and_taken_out_shows_in_funds_and_statement(alice: APIClient, world: ServedWorld) -> None:
    username = world.accounts[0].username
    world.control(f"accounts/{username}/deposits", {"amount": 500})
    world.control(f"accounts/{username}/withdrawals", {"amount": 0.5})

    paid = alice.account.get_account_statement(include_item="DEPOSITS_WITHDRAWALS").account_statement

    assert [(1000.0, 1000.0), (500.0, 1500.0), (-0.5, 1499.5)] == [(item.amount, item.balance) for item in paid]
    assert 1499.5 == alice.account.get_account_funds().available_to_bet_balance


def test_an_application_is_created_and_its_delayed_key_used(alice: APIClient, world: ServedWorld) -> None:
    """The library has no method for it, but a way to send what it has none for."""
    method = "AccountAPING/v1.0/{}".format
    _, answer, _ = alice.account.request(method("createDeveloperAppKeys"), {"appName": "A bot of mine"}, None)
    delayed, live = (version["applicationKey"] for version in answer["result"]["appVersions"])
    _, listed, _ = alice.account.request(method("getDeveloperAppKeys"), {}, None)

    assert answer["result"] == listed["result"][-1]
    with client_for(world.served, world.accounts[0], app_key=delayed) as client:
        client.login_interactive()
        assert 1000.0 == client.account.get_account_funds().available_to_bet_balance
    with client_for(world.served, world.accounts[0], app_key=live) as client:
        client.login_interactive()
        with pytest.raises(APIError) as refusal:
            client.account.get_account_funds()
        assert "DSC-0034" == refusal.value.response["error"]["message"]
        world.control(f"app-keys/{live}/activate")
        assert 1000.0 == client.account.get_account_funds().available_to_bet_balance


def test_no_wallet_is_left_to_transfer_money_to(alice: APIClient) -> None:
    """The library's own method for it only warns, and sends nothing."""
    transfer = {"from": "UK", "to": "AUSTRALIAN", "amount": 10}

    with pytest.raises(APIError) as refusal:
        alice.account.request("AccountAPING/v1.0/transferFunds", transfer, None)
    with pytest.raises(DeprecationWarning):
        alice.account.transfer_funds()

    assert "WALLET_TRANSFER_ERROR" == error_code(refusal.value)


def test_whose_account_it_is(alice: APIClient) -> None:
    assert "Example" == alice.account.get_account_details().last_name
    assert "UK" == alice.account.get_account_funds(wallet="UK").wallet
