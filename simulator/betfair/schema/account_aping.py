"""The operations of the accounts interface, AccountAPING v1.0, that customers need for themselves.

Source: `AccountAPING.xml`; field order from recorded answers.
"""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import field

from simulator.betfair.schema.account_vendors import VENDOR_OPERATIONS
from simulator.betfair.schema.sports_inputs import TimeRange
from simulator.betfair.schema.types import Answer, DateTime, Input, Int, Long, Signature, one_of


class Wallet(StrEnum):
    """Which purse. Since 2016 there is one, the `UK` wallet, whatever the country."""

    UK = "UK"
    AUSTRALIAN = "AUSTRALIAN"


class IncludeItem(StrEnum):
    """Which items of a statement: all, those of the exchange, those of poker, or payments."""

    ALL = "ALL"
    EXCHANGE = "EXCHANGE"
    POKER_ROOM = "POKER_ROOM"
    DEPOSITS_WITHDRAWALS = "DEPOSITS_WITHDRAWALS"


class ItemClass(StrEnum):
    """The class of an item of a statement: items have none, and say all about themselves in one text."""

    UNKNOWN = "UNKNOWN"


class BetType(StrEnum):
    """Back or lay."""

    B = "B"
    L = "L"


class BetCategoryType(StrEnum):
    """A bet of the exchange, market on close, limit on close, or none."""

    E = "E"
    M = "M"
    L = "L"
    NONE = "NONE"


class LegacyMarketType(StrEnum):
    """Odds, Asian handicap, line, range, or none."""

    O = "O"  # noqa: E741
    A = "A"
    L = "L"
    R = "R"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class TransactionType(StrEnum):
    """Which way the money went: into the account or out of it."""

    ACCOUNT_CREDIT = "ACCOUNT_CREDIT"
    ACCOUNT_DEBIT = "ACCOUNT_DEBIT"


class WinLose(StrEnum):
    """How a bet ended; commission and payments have no result (manual, winLose)."""

    RESULT_ERR = "RESULT_ERR"
    RESULT_FIX = "RESULT_FIX"
    RESULT_LOST = "RESULT_LOST"
    RESULT_NOT_APPLICABLE = "RESULT_NOT_APPLICABLE"
    RESULT_WON = "RESULT_WON"
    COMMISSION_REVERSAL = "COMMISSION_REVERSAL"


class StatementLegacyData(Answer, kw_only=True):
    """An item of a statement as it once was: of a bet, of commission, or of a payment.

    `eventId` is the market's id without the exchange's; `avgPriceRaw` is the average price before it is rounded.
    """

    avgPrice: float | None = None
    betSize: float | None = None
    betType: Annotated[str, one_of(BetType)] | None = None
    betCategoryType: Annotated[str, one_of(BetCategoryType)] | None = None
    commissionRate: str | None = None
    eventId: Long | None = None
    eventTypeId: Long | None = None
    fullMarketName: str | None = None
    grossBetAmount: float | None = None
    marketName: str | None = None
    marketType: Annotated[str, one_of(LegacyMarketType)] | None = None
    placedDate: DateTime | None = None
    selectionId: Long | None = None
    selectionName: str | None = None
    startDate: DateTime | None = None
    transactionType: Annotated[str, one_of(TransactionType)] | None = None
    transactionId: Long | None = None
    winLose: Annotated[str, one_of(WinLose)] | None = None
    avgPriceRaw: float | None = None


class StatementItem(Answer, kw_only=True):
    """One movement of money: `amount` came into the account or left it, and `balance` was in it then.

    The one key of `itemClassData` is `unknownStatementItem`, and its value is JSON: `legacyData` with its nulls.
    """

    refId: str | None = None
    itemDate: DateTime
    amount: float | None = None
    balance: float | None = None
    itemClassData: dict[str, str] | None = None
    legacyData: StatementLegacyData | None = None
    itemClass: ItemClass | None = None


class AccountStatementReport(Answer, kw_only=True):
    """A page of a statement, and whether there are items behind it."""

    accountStatement: list[StatementItem]
    moreAvailable: bool


class DeveloperAppVersion(Answer, kw_only=True):
    """One of the two versions of an application, with its app key: live or delayed, active or not."""

    owner: str
    versionId: Long
    version: str
    applicationKey: str
    delayData: bool | None = None
    subscriptionRequired: bool
    ownerManaged: bool
    active: bool
    vendorId: str | None = None
    vendorSecret: str | None = None


class DeveloperApp(Answer, kw_only=True):
    """An application of a customer and its versions, the delayed one first (recorded)."""

    appName: str
    appId: Long
    appVersions: list[DeveloperAppVersion]


class TransferResponse(Answer, kw_only=True):
    """A transfer between wallets, by its number."""

    transactionId: str


class CurrencyRate(Answer, kw_only=True):
    """How much of a currency one pound buys."""

    currencyCode: str | None = None
    rate: float | None = None


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


class CreateDeveloperAppKeysRequest(Input, frozen=True, kw_only=True):
    """An application to be created, by its name."""

    appName: str


class GetDeveloperAppKeysRequest(Input, frozen=True, kw_only=True):
    """The applications of the customer."""


class TransferFundsRequest(Input, frozen=True, kw_only=True):
    """An amount that is to go from one wallet to another."""

    from_: Wallet = field(name="from")
    to: Wallet
    amount: float


class GetAccountStatementRequest(Input, frozen=True, kw_only=True):
    """A page of the statement: which items, of which dates, from which on."""

    locale: str | None = None
    fromRecord: Int | None = None
    recordCount: Int | None = None
    itemDateRange: TimeRange | None = None
    includeItem: IncludeItem | None = None
    wallet: Wallet | None = None


class ListCurrencyRatesRequest(Input, frozen=True, kw_only=True):
    """The rates of all currencies against one, which is the pound."""

    fromCurrency: str | None = None


OPERATIONS: Final[dict[str, Signature]] = {
    "getAccountFunds": Signature(GetAccountFundsRequest, AccountFundsResponse),
    "getAccountDetails": Signature(GetAccountDetailsRequest, AccountDetailsResponse),
    "transferFunds": Signature(TransferFundsRequest, TransferResponse),
    "createDeveloperAppKeys": Signature(CreateDeveloperAppKeysRequest, DeveloperApp),
    "getDeveloperAppKeys": Signature(GetDeveloperAppKeysRequest, list[DeveloperApp]),
    "getAccountStatement": Signature(GetAccountStatementRequest, AccountStatementReport),
    "listCurrencyRates": Signature(ListCurrencyRatesRequest, list[CurrencyRate]),
    **VENDOR_OPERATIONS,
}
"""The operations served, by their names."""
