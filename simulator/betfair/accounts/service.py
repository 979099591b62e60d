"""The accounts service: its operations, gathered."""

from typing import Final

from simulator.betfair.accounts.details import get_account_details
from simulator.betfair.accounts.funds import get_account_funds
from simulator.betfair.errors import ACCOUNT_EXCEPTION
from simulator.betfair.operations import Operation, Service
from simulator.betfair.schema.account_aping import GetAccountDetailsRequest, GetAccountFundsRequest

OWN_ACCOUNT: Final = (
    Operation("getAccountFunds", GetAccountFundsRequest, get_account_funds),
    Operation("getAccountDetails", GetAccountDetailsRequest, get_account_details),
)
"""What customers ask of their own accounts."""

ACCOUNT: Final = Service(
    name="account",
    interface="AccountAPING",
    exception=ACCOUNT_EXCEPTION,
    operations=OWN_ACCOUNT,
)
"""The accounts service, as far as it is served."""
