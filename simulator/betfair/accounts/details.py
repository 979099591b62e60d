"""Whose account it is."""

from simulator.betfair.operations import Call
from simulator.betfair.schema.account_aping import AccountDetailsResponse, GetAccountDetailsRequest
from simulator.betfair.schema.wire import double


def get_account_details(call: Call[GetAccountDetailsRequest]) -> AccountDetailsResponse:
    """Return whose account it is."""
    account = call.account
    return AccountDetailsResponse(
        currencyCode=account.currency,
        firstName=account.first_name,
        lastName=account.last_name,
        localeCode=account.locale,
        region=account.region,
        timezone=account.timezone,
        discountRate=double(account.discount_rate),
        pointsBalance=account.points_balance,
        countryCode=account.country_code,
    )
