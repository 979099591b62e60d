"""The accounts service: whose account it is and what it can bet with.

Shapes: recorded answers cited in the wire reference.
"""

from typing import Final

from simulator.betfair.errors import ACCOUNT_EXCEPTION, ApiError, ApiErrorCode
from simulator.betfair.operations import Call, Operation, Service
from simulator.betfair.schema.account_aping import (
    AccountDetailsResponse,
    AccountFundsResponse,
    GetAccountDetailsRequest,
    GetAccountFundsRequest,
)
from simulator.betfair.schema.wire import double


def get_account_funds(call: Call[GetAccountFundsRequest]) -> AccountFundsResponse:
    """Return the money of the account. An account without an exposure limit answers none.

    Exposure and its limit are written as what they do to the balance, so never above zero. Commission is taken when a
    market is settled, and held back once the market is settled in part. There is one wallet; asking for another is
    INVALID_INPUT_DATA.
    """
    account = call.account
    if call.params.wallet not in (None, account.wallet):
        raise ApiError(
            ApiErrorCode.INVALID_INPUT_DATA,
            "The request was not valid.",
            explanation=f"the account has the wallet {account.wallet} and no other",
        )
    exchange = call.world.exchange
    bets = exchange.accounts[account.username]
    return AccountFundsResponse(
        availableToBetBalance=double(exchange.available_to_bet(account.username)),
        exposure=double(-bets.exposure),
        retainedCommission=double(bets.retained_commission),
        exposureLimit=None if account.exposure_limit is None else double(-account.exposure_limit),
        discountRate=double(account.discount_rate),
        pointsBalance=account.points_balance,
        wallet=account.wallet,
    )


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


ACCOUNT: Final = Service(
    name="account",
    interface="AccountAPING",
    exception=ACCOUNT_EXCEPTION,
    operations=(
        Operation("getAccountFunds", GetAccountFundsRequest, get_account_funds),
        Operation("getAccountDetails", GetAccountDetailsRequest, get_account_details),
    ),
)
"""The accounts service, as far as it is served."""
