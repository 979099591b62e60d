"""What accounts, clock and settings of a scenario must be like beyond their types, and the tools all checks share."""

import re
from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Final, TypeVar
from urllib.parse import urlsplit

from msgspec import UNSET

from simulator.exchange.jurisdictions import Jurisdiction
from simulator.exchange.ledger import CASHIER, COMMISSION, HOUSE
from simulator.exchange.money import HUNDRED_PERCENT
from simulator.exchange.rules import RULE_SETS
from simulator.world.accounts import ACCOUNT_STATUSES
from simulator.world.format.certificates import fingerprint_of
from simulator.world.format.document import Document, Place, describe
from simulator.world.format.quantities import (
    Unusable,
    check_timezone,
    duration_of,
    hundredths_of,
    in_units,
    instant_of,
    moment_of,
    thousandths_of,
)
from simulator.world.format.scenario import AccountEntry, ClockEntry, Scenario, StandingEntry
from simulator.world.format.suggestions import suggestion
from simulator.world.scenario_commands import LIQUIDITY, WALLET_STATUSES
from simulator.world.settings import FORBIDDEN_BETS

NATIONS: Final = frozenset(map(str, Jurisdiction))
"""Whose regulator an account may be under."""

MOST_PRICE: Final = Decimal(1000)
"""Of one transaction, in pounds."""

LEAST_DELAY, MOST_DELAY = 1000, 60_000
"""Of market data that is late, in milliseconds (manual, "Claves de aplicación en directo y retardada")."""

LEAST_RATE: Final = Decimal("0.0001")
MOST_RATE: Final = 1_000_000
"""How much of a currency a pound may buy."""
DECIMALS_OF_RATE: Final = 9

OWN_ACCOUNTS: Final = frozenset({CASHIER, COMMISSION, HOUSE, LIQUIDITY})
"""Usernames of the exchange's own accounts, which customers cannot have."""


PAST_ORIGIN: Final = 10**12
"""A start of the clock, in 2001, for relative times to be tried against where the clock starts at the real time."""

T = TypeVar("T")


class Inspection:
    """The checks' tools: each raises a `ScenarioError` of the document at the place it is given.

    `origin` is when relative times count from, in milliseconds since 1970.
    """

    def __init__(self, document: Document, origin: int = PAST_ORIGIN) -> None:
        self.document: Final = document
        self.origin = origin

    def demand(self, condition: bool, place: Place, problem: str) -> None:
        """Complain unless the condition holds."""
        if not condition:
            raise self.document.error(place, problem)

    def usable(self, place: Place, read: Callable[[str], T], value: str) -> T:
        """Return what a function makes of a text; where it raises `Unusable`, complain with its sentence."""
        try:
            return read(value)
        except Unusable as error:
            raise self.document.error(place, str(error)) from None

    def amount(self, place: Place, value: Decimal, *, least: int, most: int | None = None, what: str) -> int:
        """Return a number in hundredths that has two decimals at most and lies within bounds given in hundredths."""
        try:
            amount = hundredths_of(value)
        except Unusable as error:
            raise self.document.error(place, f"The {what}: {error}") from None
        self.demand(amount >= least, place, f"The {what} must be at least {in_units(least)}, not {value}.")
        if most is not None:
            self.demand(amount <= most, place, f"The {what} must be at most {in_units(most)}, not {value}.")
        return amount

    def percent(self, place: Place, value: Decimal | None, what: str) -> None:
        """Complain unless a rate is absent or a percentage."""
        if value is not None:
            self.amount(place, value, least=0, most=HUNDRED_PERCENT, what=what)

    def factor(self, place: Place, value: Decimal | None, most: Decimal, what: str = "adjustment factor") -> None:
        """Complain unless an adjustment factor, or so, is absent, or up to `most` with three decimals at most."""
        if value is None:
            return
        try:
            thousandths_of(value)
        except Unusable as error:
            raise self.document.error(place, f"The {what}: {error}") from None
        self.demand(value >= 0, place, f"The {what} must be at least 0, not {value}.")
        self.demand(value <= most, place, f"The {what} must be at most {most}, not {value}.")

    def one_of(self, place: Place, value: str, allowed: Collection[str], what: str) -> None:
        """Complain unless a value is among those allowed."""
        known = ", ".join(sorted(allowed)) or "none"
        if value not in allowed:
            problem = f"{describe(value)} is not a {what}; there are {known}.{suggestion(value, allowed)}"
            raise self.document.error(place, problem)

    def lasting(self, place: Place, value: str, what: str) -> None:
        """Complain unless a text is a duration that is longer than nothing."""
        duration = self.usable(place, duration_of, value)
        self.demand(duration > 0, place, f"{what} must last longer than nothing.")

    def moment(self, place: Place, value: str | None) -> None:
        """Complain unless a time is absent, absolute, or relative."""
        if value is not None:
            self.usable(place, lambda text: moment_of(text, self.origin), value)


def redirect_url_of(written: str) -> str:
    """Return an address that a login page may lead to; raise `Unusable` where it is none or could be another one."""
    try:
        parts = urlsplit(written)
        is_plain = bool(parts.hostname) and "@" not in parts.netloc and "\\" not in written
    except ValueError:
        is_plain = False
    if not is_plain or parts.query or parts.fragment:
        raise Unusable(
            f"{describe(written)} is not an address that a login page can lead to: it has a host, and no user, query, "
            "fragment or backslash."
        )
    return written


def check_settings(inspection: Inspection, scenario: Scenario) -> None:
    """Check everything but events and schedule; from then on relative times are tried against the clock's start."""
    inspection.one_of(("rules",), scenario.rules, RULE_SETS, "rule set")
    inspection.lasting(("sessionTimeout",), scenario.session_timeout, "A session")
    inspection.usable(("startingPriceRefresh",), duration_of, scenario.starting_price_refresh)
    inspection.one_of(("forbiddenBets",), scenario.forbidden_bets, FORBIDDEN_BETS, "answer to bets that are forbidden")
    if scenario.transaction_charge is not None:
        price, place = scenario.transaction_charge.price, ("transactionCharge", "price")
        inspection.factor(place, price, MOST_PRICE, what="price of a transaction")
    delay = inspection.usable(("marketDataDelay",), duration_of, scenario.market_data_delay)
    problem = f"Delayed market data is late by 1 to 60 seconds, not by {scenario.market_data_delay}."
    inspection.demand(LEAST_DELAY <= delay <= MOST_DELAY, ("marketDataDelay",), problem)
    if scenario.chasing_window is not None:
        inspection.lasting(("chasingWindow",), scenario.chasing_window, "The time in which losses may not be chased")
    _check_clock(inspection, scenario.clock)
    currencies = RULE_SETS[scenario.rules].currencies
    for currency, rate in scenario.currency_rates.items():
        place = ("currencyRates", currency)
        inspection.one_of(place, currency, currencies, f"currency of rule set {scenario.rules}")
        _check_rate(inspection, place, currency, rate)
    _check_accounts(inspection, scenario.accounts, currencies)


def _check_rate(inspection: Inspection, place: Place, currency: str, rate: Decimal) -> None:
    """Complain unless a rate is one by which whole pence can be counted: its numbers stay within 64 bits."""
    in_bounds = rate.is_finite() and LEAST_RATE <= rate <= MOST_RATE
    problem = f"A currency rate lies between {LEAST_RATE} and {MOST_RATE}, not {rate}."
    inspection.demand(in_bounds, place, problem)
    is_short = rate == round(rate, DECIMALS_OF_RATE)
    inspection.demand(is_short, place, f"A currency rate has at most {DECIMALS_OF_RATE} decimals, not {rate}.")
    inspection.demand(currency != "GBP" or rate == 1, place, f"Rates are those of a pound, which is 1, not {rate}.")


def _check_clock(inspection: Inspection, clock: ClockEntry) -> None:
    if clock.now != "real":
        inspection.origin = inspection.usable(("clock", "now"), instant_of, clock.now)
    in_bounds = clock.rate.is_finite() and 0 <= clock.rate <= 10**9
    inspection.demand(
        in_bounds, ("clock", "rate"), f"A clock's rate lies between 0 and a thousand million, not {clock.rate}."
    )


def _check_accounts(inspection: Inspection, accounts: tuple[AccountEntry, ...], currencies: Collection[str]) -> None:
    usernames: set[str] = set()
    app_keys: set[str] = set()
    for index, account in enumerate(accounts):
        place: Place = ("accounts", index)
        name = account.username
        inspection.demand(name not in usernames, (*place, "username"), f"There is an account {describe(name)} already.")
        usernames.add(name)
        reserved = f"The username {describe(name)} is the name of one of the exchange's own accounts."
        inspection.demand(name not in OWN_ACCOUNTS, (*place, "username"), reserved)
        for field, key in (("appKey", account.app_key), ("delayedAppKey", account.delayed_app_key)):
            if key is not None:
                inspection.demand(key not in app_keys, (*place, field), f"There is an app key {describe(key)} already.")
                app_keys.add(key)
        _check_account(inspection, place, account, currencies)
    _check_vendors(inspection, accounts, usernames)


def _check_vendors(inspection: Inspection, accounts: tuple[AccountEntry, ...], usernames: Collection[str]) -> None:
    vendor_ids: set[str] = set()
    for index, account in enumerate(accounts):
        if account.vendor is None:
            continue
        place, vendor = ("accounts", index, "vendor"), account.vendor
        taken = f"There is a vendor {describe(vendor.vendor_id)} already."
        inspection.demand(vendor.vendor_id not in vendor_ids, (*place, "vendorId"), taken)
        vendor_ids.add(vendor.vendor_id)
        is_address = vendor.redirect_url.startswith(("http://", "https://")) and not re.search(
            r"\s", vendor.redirect_url
        )
        problem = (
            f"{describe(vendor.redirect_url)} is not the address of a page, such as https://vendor.example/welcome."
        )
        inspection.demand(is_address, (*place, "redirectUrl"), problem)
        for position, username in enumerate(vendor.affiliates):
            unknown = f"There is no account {describe(username)} that could have come through a vendor."
            inspection.demand(username in usernames, (*place, "affiliates", position), unknown)


def _check_account(inspection: Inspection, place: Place, account: AccountEntry, currencies: Collection[str]) -> None:
    inspection.one_of((*place, "currency"), account.currency, currencies, "currency of the rule set")
    inspection.amount((*place, "balance"), account.balance, least=0, what="balance")
    inspection.one_of((*place, "status"), account.status, ACCOUNT_STATUSES, "login status or code")
    inspection.usable((*place, "timezone"), check_timezone, account.timezone)
    inspection.percent((*place, "discountRate"), account.discount_rate, "discount rate")
    inspection.percent((*place, "commissionRate"), account.commission_rate, "commission rate")
    if account.session_timeout is not None:
        inspection.lasting((*place, "sessionTimeout"), account.session_timeout, "A session")
    for position, url in enumerate(account.redirect_urls):
        inspection.usable((*place, "redirectUrls", position), redirect_url_of, url)
    for position, certificate in enumerate(account.certificates):
        inspection.usable((*place, "certificates", position), fingerprint_of, certificate)
    if account.exposure_limit is not None:
        inspection.amount((*place, "exposureLimit"), account.exposure_limit, least=1, what="exposure limit")
    if account.jurisdiction is not None:
        inspection.one_of((*place, "jurisdiction"), account.jurisdiction, NATIONS, "jurisdiction")
    check_standing(inspection, place, account)


def check_standing(inspection: Inspection, place: Place, entry: AccountEntry | StandingEntry) -> None:
    """Check what may keep a customer from betting."""
    if entry.loss_limit is not None and entry.loss_limit is not UNSET:
        inspection.amount((*place, "lossLimit"), entry.loss_limit, least=1, what="loss limit")
    if entry.loss_limit_period is not UNSET:
        inspection.lasting((*place, "lossLimitPeriod"), entry.loss_limit_period, "The period of a loss limit")
    if entry.wallet_status is not UNSET:
        inspection.one_of((*place, "walletStatus"), entry.wallet_status, WALLET_STATUSES, "status of a wallet")
