"""Customers: who they are, and how their logins end."""

from typing import Final

from msgspec import Struct

from simulator.exchange.commands import GOOD_STANDING, Standing
from simulator.exchange.jurisdictions import Jurisdiction

SUCCESS: Final = "SUCCESS"
LIMITED_ACCESS: Final = "LIMITED_ACCESS"
LOGIN_RESTRICTED: Final = "LOGIN_RESTRICTED"
FAIL: Final = "FAIL"

PENDING_PASSWORD_CHANGE: Final = "ACCOUNT_PENDING_PASSWORD_CHANGE"
"""The account is usable again once its password is recovered at /view/recoverpassword (manual, loginStatus)."""

CERT_AUTH_REQUIRED: Final = "CERT_AUTH_REQUIRED"
"""A certificate is needed, or nobody could be told by the one that was presented (manual, codes of loginStatus)."""

LIMITING_CODES: Final = frozenset(
    {"AGENT_CLIENT_MASTER_SUSPENDED", "KYC_SUSPEND", "SELF_EXCLUDED", "SUSPENDED", "TRADING_MASTER_SUSPENDED"}
)
"""Codes that come with LIMITED_ACCESS: the account may look but not bet."""

RESTRICTING_CODES: Final = frozenset(
    {
        "ACTIONS_REQUIRED",
        "CHANGE_PASSWORD_REQUIRED",
        "DANISH_AUTHORIZATION_REQUIRED",
        "DENMARK_MIGRATION_REQUIRED",
        "CONTACT_VERIFICATION_REQUIRED",
        "INTERNATIONAL_TERMS_ACCEPTANCE_REQUIRED",
        "ITALIAN_CONTRACT_ACCEPTANCE_REQUIRED",
        "ITALIAN_PROFILING_ACCEPTANCE_REQUIRED",
        "MIGRATION_REQUIRED",
        "MULTI_FACTOR_AUTHENTICATION_REQUIRED",
        "PERSONAL_MESSAGE_REQUIRED",
        "SPAIN_MIGRATION_REQUIRED",
        "SPANISH_TERMS_ACCEPTANCE_REQUIRED",
        "STRONG_AUTH_CODE_REQUIRED",
        "SWEDEN_BANK_ID_VERIFICATION_REQUIRED",
        "SWEDEN_NATIONAL_IDENTIFIER_REQUIRED",
        "TERMS_AND_CONDITIONS",
    }
)
"""Codes that come with LOGIN_RESTRICTED: there is something to do on the site before the account may log in."""

FAILING_CODES: Final = frozenset(
    {
        "ACCOUNT_ALREADY_LOCKED",
        "ACCOUNT_NOW_LOCKED",
        PENDING_PASSWORD_CHANGE,
        "AGENT_CLIENT_MASTER",
        "AUTHORIZED_ONLY_FOR_DOMAIN",
        "AUTHORIZED_ONLY_FOR_DOMAIN_RO",
        "AUTHORIZED_ONLY_FOR_DOMAIN_SE",
        "BETTING_RESTRICTED_LOCATION",
        CERT_AUTH_REQUIRED,
        "CLOSED",
        "DUPLICATE_CARDS",
        "EMAIL_LOGIN_NOT_ALLOWED",
        "FORBIDDEN",
        "INPUT_VALIDATION_ERROR",
        "INTERNAL_ERROR",
        "INVALID_CONNECTIVITY_TO_REGULATOR_DK",
        "INVALID_CONNECTIVITY_TO_REGULATOR_IT",
        "INVALID_PIN",
        "INVALID_PIN_LOGIN_REQUEST",
        "INVALID_USERNAME_OR_PASSWORD",
        "MULTIPLE_USERS_WITH_SAME_CREDENTIAL",
        "NOT_AUTHORIZED_BY_REGULATOR_DK",
        "NOT_AUTHORIZED_BY_REGULATOR_IT",
        "NO_SESSION",
        "PENDING_AUTH",
        "SECURITY_QUESTION_WRONG_3X",
        "SECURITY_RESTRICTED_LOCATION",
        "STRONG_CODE_FAIL",
        "TELBET_TERMS_CONDITIONS_NA",
        "TEMPORARY_BAN_TOO_MANY_REQUESTS",
        "TRADING_MASTER",
    }
)
"""Codes that come with FAIL: every other case."""

ACCOUNT_STATUSES: Final = (
    frozenset({SUCCESS, LIMITED_ACCESS, LOGIN_RESTRICTED, FAIL}) | LIMITING_CODES | RESTRICTING_CODES | FAILING_CODES
)
"""What a scenario may give as the status of an account: a login status, or the code that explains one.

Source: manual, "Inicio de sesión", and the present list of codes. Which code comes with which status is our reading
of the names, because the list in the manual was a picture.
"""


def login_status_of(account_status: str) -> tuple[str, str]:
    """Return the status and the error code of a login to an account with one of `ACCOUNT_STATUSES`.

    >>> login_status_of("SUSPENDED")
    ('LIMITED_ACCESS', 'SUSPENDED')
    >>> login_status_of("SUCCESS")
    ('SUCCESS', '')
    """
    if account_status in (SUCCESS, LIMITED_ACCESS, LOGIN_RESTRICTED):
        return account_status, ""
    if account_status in LIMITING_CODES:
        return LIMITED_ACCESS, account_status
    if account_status in RESTRICTING_CODES:
        return LOGIN_RESTRICTED, account_status
    return FAIL, "INTERNAL_ERROR" if account_status == FAIL else account_status


class Vendor(Struct, frozen=True, kw_only=True):
    """What makes an account that of a software vendor: the app keys of the account are those of its application.

    `vendor_id` is public and `secret` is not; `affiliates` are the usernames of the customers who came through it.
    """

    name: str
    vendor_id: str
    secret: str
    redirect_url: str
    affiliates: tuple[str, ...] = ()


class CustomerAccount(Struct, frozen=True, kw_only=True):
    """A customer. The exchange keeps the money, under the account's username.

    `balance` (what the world starts with) and `exposure_limit` are in hundredths of the currency, rates in
    hundredths of a percent.
    `certificates` are the fingerprints of those that are registered for logins by certificate, and `two_step_code` has
    to follow the password of interactive ones; of these and of `status` the account says how they are at first.
    `redirect_urls` are the addresses that a login page may lead to with one of its app keys;
    `session_timeout_milliseconds` is `None` where sessions last as long as the world says.
    Whoever is at a `restricted_location` may do nothing with bets; `jurisdiction` and `standing` are the exchange's.
    """

    username: str
    password: str
    app_key: str
    delayed_app_key: str
    currency: str = "GBP"
    balance: int = 0
    status: str = SUCCESS
    first_name: str = ""
    last_name: str = ""
    locale: str = "en"
    country_code: str = "GB"
    region: str = "GBR"
    timezone: str = "Europe/London"
    discount_rate: int = 0
    commission_rate: int | None = None
    exposure_limit: int | None = None
    certificates: tuple[str, ...] = ()
    two_step_code: str | None = None
    session_timeout_milliseconds: int | None = None
    redirect_urls: tuple[str, ...] = ()
    points_balance: int = 0
    wallet: str = "UK"
    vendor: Vendor | None = None
    jurisdiction: Jurisdiction = Jurisdiction.INTERNATIONAL
    standing: Standing = GOOD_STANDING
    """With which the account starts; what it is now, the exchange knows."""
    restricted_location: bool = False

    @property
    def may_bet(self) -> bool:
        """Return whether the account, once logged in, may place bets."""
        return login_status_of(self.status)[0] != LIMITED_ACCESS


class Accounts:
    """The customers of a world, by username."""

    def __init__(self) -> None:
        self.by_username: Final[dict[str, CustomerAccount]] = {}

    def add(self, account: CustomerAccount) -> None:
        """Add a customer; the scenario's checks have seen to it that no name is taken."""
        self.by_username[account.username] = account
