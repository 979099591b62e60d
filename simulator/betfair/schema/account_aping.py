"""The operations of the accounts interface, AccountAPING v1.0, as far as they are served: the account and its funds.

Source: `AccountAPING.xml`; field order from recorded answers.
"""

from enum import StrEnum
from typing import Annotated, Final

from simulator.betfair.schema.types import Answer, Input, Int, Signature, one_of


class Wallet(StrEnum):
    """Which purse. Since 2016 there is one, the `UK` wallet, whatever the country."""

    UK = "UK"
    AUSTRALIAN = "AUSTRALIAN"


class AccountFundsResponse(Answer, kw_only=True):
    """The money of an account: `exposure` is zero or negative, `exposureLimit` negative."""

    availableToBetBalance: float | None = None
    exposure: float | None = None
    retainedCommission: float | None = None
    exposureLimit: float | None = None
    discountRate: float | None = None
    pointsBalance: Int | None = None
    wallet: Annotated[str, one_of(Wallet)] | None = None


class AccountDetailsResponse(Answer, kw_only=True):
    """Whose account it is."""

    currencyCode: str | None = None
    firstName: str | None = None
    lastName: str | None = None
    localeCode: str | None = None
    region: str | None = None
    timezone: str | None = None
    discountRate: float | None = None
    pointsBalance: Int | None = None
    countryCode: str | None = None


class GetAccountFundsRequest(Input, frozen=True, kw_only=True):
    """The money of the account; without a wallet, of the one it has."""

    wallet: Wallet | None = None


class GetAccountDetailsRequest(Input, frozen=True, kw_only=True):
    """Whose account it is."""


OPERATIONS: Final[dict[str, Signature]] = {
    "getAccountFunds": Signature(GetAccountFundsRequest, AccountFundsResponse),
    "getAccountDetails": Signature(GetAccountDetailsRequest, AccountDetailsResponse),
}
"""The operations served, by their names."""
