"""The accounts service: its operations, gathered."""

from typing import Final

from simulator.betfair.accounts.app_keys import create_developer_app_keys, get_developer_app_keys
from simulator.betfair.accounts.currencies import list_currency_rates
from simulator.betfair.accounts.details import get_account_details
from simulator.betfair.accounts.funds import get_account_funds
from simulator.betfair.accounts.statement import get_account_statement
from simulator.betfair.accounts.transfers import transfer_funds
from simulator.betfair.accounts.vendor_operations import VENDORS
from simulator.betfair.errors import ACCOUNT_EXCEPTION
from simulator.betfair.operations import Needs, Operation, Service
from simulator.betfair.schema.account_aping import (
    CreateDeveloperAppKeysRequest,
    GetAccountDetailsRequest,
    GetAccountFundsRequest,
    GetAccountStatementRequest,
    GetDeveloperAppKeysRequest,
    ListCurrencyRatesRequest,
    TransferFundsRequest,
)

OWN_ACCOUNT: Final = (
    Operation("getAccountFunds", GetAccountFundsRequest, get_account_funds),
    Operation("getAccountDetails", GetAccountDetailsRequest, get_account_details),
    Operation("createDeveloperAppKeys", CreateDeveloperAppKeysRequest, create_developer_app_keys, needs=Needs.SESSION),
    Operation("getDeveloperAppKeys", GetDeveloperAppKeysRequest, get_developer_app_keys, needs=Needs.SESSION),
    Operation("transferFunds", TransferFundsRequest, transfer_funds),
    Operation("getAccountStatement", GetAccountStatementRequest, get_account_statement),
    Operation("listCurrencyRates", ListCurrencyRatesRequest, list_currency_rates, needs=Needs.NOTHING),
)
"""What customers ask of their own accounts."""

ACCOUNT: Final = Service(
    name="account",
    interface="AccountAPING",
    exception=ACCOUNT_EXCEPTION,
    operations=(*OWN_ACCOUNT, *VENDORS),
)
"""The accounts service."""
