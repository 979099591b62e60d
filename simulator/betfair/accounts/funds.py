"""What an account can bet with."""

from simulator.betfair.accounts.refusing import check_wallet
from simulator.betfair.operations import Call
from simulator.betfair.schema.account_aping import AccountFundsResponse, GetAccountFundsRequest
from simulator.betfair.schema.wire import double


def get_account_funds(call: Call[GetAccountFundsRequest]) -> AccountFundsResponse:
    """Return the money of the account. An account without an exposure limit answers none.

    Exposure and its limit are written as what they do to the balance, so never above zero. Commission is taken when a
    market is settled, and held back once the market is settled in part. There is one wallet; asking for another is
    INVALID_INPUT_DATA.
    """
    account = call.account
    check_wallet(account, call.params.wallet)
    exchange, limit = call.world.exchange, account.exposure_limit
    bets = exchange.accounts[account.username]
    return AccountFundsResponse(
        availableToBetBalance=double(exchange.available_to_bet(account.username)),
        exposure=double(-bets.exposure),
        retainedCommission=double(bets.retained_commission),
        exposureLimit=None if limit is None else double(-limit),
        discountRate=double(account.discount_rate),
        pointsBalance=account.points_balance,
        wallet=account.wallet,
    )
