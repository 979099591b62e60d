"""The scenario file, field by field. Names are those of the file with underscores for capitals.

Nothing here is resolved yet: amounts are the decimals that were written, and times are texts: absolute
(`2026-06-06T18:00:00Z`), relative to the clock's start (`+PT3H`), or relative within its day (`+PT3H today`).
What the values must be like beyond their types is in `checks` and `market_checks`; `loading` takes a file through both.

The entries are in `market_entries`, `in_play_entries` and `bettune_entries`, and what may be done in `happenings`; all
of it can be imported from here.
"""

from decimal import Decimal
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType, field

from simulator.exchange.rules import DEFAULT_RULE_SET
from simulator.world.format.bettune_entries import (
    BetLink,
    BetTuneEntry,
    BetTuneFilter,
    BetTuneMatch,
    BetTunePrediction,
    BetTuneUser,
    Named,
    NamedEntry,
    RateLimitEntry,
    ScoreEntry,
)
from simulator.world.format.entry import (
    BetTuneId,
    CountryCode,
    Entry,
    Goals,
    HeaderText,
    Locale,
    MarketId,
    NumericId,
    PriceSize,
    SelectionId,
    Text,
)
from simulator.world.format.happenings import (
    AnyHappening,
    ChangePlan,
    ChangeRaceStatus,
    ChangeStartTime,
    Close,
    Finish,
    GoInPlay,
    Happening,
    Hide,
    HoldAuction,
    IntroduceRunner,
    Lapse,
    MakeOffers,
    MarketHappening,
    Reinstate,
    Resettle,
    ResultEntry,
    Results,
    Resume,
    Settle,
    SettleSome,
    Suspend,
    TellIncident,
    Void,
    Withdraw,
)
from simulator.world.format.in_play_entries import InPlayEntry, SideEntry
from simulator.world.format.market_entries import (
    CompetitionEntry,
    EventEntry,
    EventTypeEntry,
    KeyLineEntry,
    LineEntry,
    MarketEntry,
    RunnerEntry,
)
from simulator.world.format.recording_entries import RecordedFile, RecordingsEntry, WantedMarkets

__all__ = [
    "DEFAULT_EXPOSURE_LIMIT",
    "AccountEntry",
    "Additions",
    "AnyHappening",
    "BetLink",
    "BetTuneAdditions",
    "BetTuneEntry",
    "BetTuneFilter",
    "BetTuneId",
    "BetTuneMatch",
    "BetTunePrediction",
    "BetTuneUser",
    "ChangePlan",
    "ChangeRaceStatus",
    "ChangeStartTime",
    "ClockEntry",
    "Close",
    "CompetitionEntry",
    "CountryCode",
    "Entry",
    "EventEntry",
    "EventTypeEntry",
    "Finish",
    "GoInPlay",
    "Goals",
    "Happening",
    "HeaderText",
    "Hide",
    "HoldAuction",
    "InPlayEntry",
    "IntroduceRunner",
    "KeyLineEntry",
    "Lapse",
    "LineEntry",
    "LoginChange",
    "MakeOffers",
    "MarketEntry",
    "MarketHappening",
    "MarketId",
    "Named",
    "NamedEntry",
    "NumericId",
    "Odds",
    "PriceSize",
    "RateLimitEntry",
    "RecordedFile",
    "RecordingsEntry",
    "Reinstate",
    "Resettle",
    "ResultEntry",
    "Results",
    "Resume",
    "RunnerEntry",
    "Scenario",
    "ScoreEntry",
    "SelectionId",
    "Settle",
    "SettleSome",
    "SideEntry",
    "StandingEntry",
    "Suspend",
    "TellIncident",
    "Text",
    "TransactionChargeEntry",
    "Translations",
    "Void",
    "WantedMarkets",
    "Withdraw",
]


class ClockEntry(Entry, frozen=True, kw_only=True):
    """When the world's clock starts, `real` for the real time, and how fast it runs (0 is frozen)."""

    now: str = "real"
    rate: Decimal = Decimal(1)


DEFAULT_EXPOSURE_LIMIT: Final = Decimal(15000)
"""The limit of a recorded account, in whole units of the currency."""


TwoStepCode = Annotated[str, Meta(pattern=r"^[0-9]{4,10}\Z")]
"""The digits that follow the password of a customer with authentication in two steps."""
Url = Annotated[str, Meta(pattern=r"^https?://[!-~]+\Z", max_length=2000)]
Certificates = Annotated[tuple[str, ...], Meta(max_length=10)]
"""Those of one account."""

VendorId = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,17}\Z")]
"""A number in quotes that a long can hold, without a zero in front."""


class VendorEntry(Entry, frozen=True, kw_only=True):
    """What makes an account that of a software vendor.

    Its app keys are those of its application, and serve the customers who have subscribed to it. `affiliates` are the
    usernames of customers who came through the vendor.
    """

    name: Text
    vendor_id: VendorId
    vendor_secret: Text
    redirect_url: Text
    affiliates: tuple[Text, ...] = ()


class AccountEntry(Entry, frozen=True, kw_only=True):
    """A customer. Money in whole units of the currency, rates in percent; app keys that are absent are made up.

    An `exposure_limit` of null is none; where nothing is said it is the one that is recorded of a real account.
    `certificates` are what the customer may log in with by certificate: each in PEM, or its SHA-256 in hexadecimal.
    A `two_step_code` has to follow the password. `session_timeout` is the duration of the account's sessions where it
    is not the world's; without one it is 20 minutes in Italy, as the exchange there has it (manual, Keep Alive).
    `redirect_urls` are the addresses, without a query, that a login page may lead to with one of its app keys.
    `jurisdiction` is COM, IT, ES or DK, and where nothing is said that of the country. A `loss_limit` is what the
    customer may lose within `loss_limit_period`; `wallet_status` is ACTIVE or SUSPENDED, and who is at a
    `restricted_location` may do nothing with bets.
    `locale` is the language in which the customer reads names unless a request asks for another one.
    """

    username: Text
    password: Text
    app_key: HeaderText | None = None
    delayed_app_key: HeaderText | None = None
    currency: str = "GBP"
    balance: Decimal = Decimal(0)
    status: str = "SUCCESS"
    first_name: str = ""
    last_name: str = ""
    locale: Locale = "en"
    country_code: CountryCode = "GB"
    region: str = "GBR"
    timezone: str = "Europe/London"
    discount_rate: Decimal = Decimal(0)
    commission_rate: Decimal | None = None
    exposure_limit: Decimal | None = DEFAULT_EXPOSURE_LIMIT
    certificates: Certificates = ()
    two_step_code: TwoStepCode | None = None
    session_timeout: str | None = None
    redirect_urls: Annotated[tuple[Url, ...], Meta(max_length=10)] = ()
    points_balance: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0
    wallet: str = "UK"
    vendor: VendorEntry | None = None
    jurisdiction: str | None = None
    loss_limit: Decimal | None = None
    loss_limit_period: str = "PT24H"
    wallet_status: str = "ACTIVE"
    regulator_available: bool = True
    restricted_location: bool = False


class StandingEntry(Entry, frozen=True, kw_only=True):
    """What may keep a customer from betting, as the account of a scenario has it; what is absent stays as it is."""

    loss_limit: Decimal | UnsetType | None = UNSET
    loss_limit_period: str | UnsetType = UNSET
    wallet_status: str | UnsetType = UNSET
    regulator_available: bool | UnsetType = UNSET


# The documents


class Translations(Entry, frozen=True, kw_only=True):
    """What sports, competitions, groups, events, markets and runners are called in other languages than English.

    For each language: names by the English ones, which are those in all other places of a document. Names that are not
    there stay as they are, and there may be some that nothing has. The languages are those of the manual
    ("Especificación de la configuración regional"), and Portuguese, in which there is a navigation menu.
    """

    bg: dict[str, Text] = field(default_factory=dict)
    cs: dict[str, Text] = field(default_factory=dict)
    da: dict[str, Text] = field(default_factory=dict)
    de: dict[str, Text] = field(default_factory=dict)
    el: dict[str, Text] = field(default_factory=dict)
    es: dict[str, Text] = field(default_factory=dict)
    fr: dict[str, Text] = field(default_factory=dict)
    it: dict[str, Text] = field(default_factory=dict)
    ko: dict[str, Text] = field(default_factory=dict)
    pt: dict[str, Text] = field(default_factory=dict)
    ru: dict[str, Text] = field(default_factory=dict)
    sv: dict[str, Text] = field(default_factory=dict)
    th: dict[str, Text] = field(default_factory=dict)
    tr: dict[str, Text] = field(default_factory=dict)

    def by_language(self) -> dict[str, dict[str, str]]:
        """Return the languages in which there are names, and these by the English ones."""
        languages = {language: getattr(self, language) for language in self.__struct_fields__}
        return {language: names for language, names in languages.items() if names}


class Odds(Entry, frozen=True, kw_only=True):
    """What a user of BetTune predicts by hand: a number from 1.01 to 1000, or the text of one."""

    odds: Decimal


class Payment(Entry, frozen=True, kw_only=True):
    """How much a customer pays in or takes out, in the currency of the account."""

    amount: Decimal


class Additions(Entry, frozen=True, kw_only=True):
    """Events, markets and happenings that are added to a running world, from when relative times count.

    With `translations` of their names, or of names that are there already.
    """

    events: tuple[EventEntry, ...] = ()
    schedule: tuple[AnyHappening, ...] = ()
    translations: Translations = Translations()


class BetTuneAdditions(Entry, frozen=True, kw_only=True):
    """Filters and matches that are added to BetTune in a running world, from when relative times count.

    A match is linked to an event of the world, and a filter belongs to a user of its scenario.
    """

    filters: tuple[BetTuneFilter, ...] = ()
    matches: tuple[BetTuneMatch, ...] = ()


class LoginChange(Entry, frozen=True, kw_only=True):
    """What becomes different about how a customer may log in, as in a scenario; the rest stays as it is.

    A status makes an account that is locked free, too, and a `two_step_code` of null asks for none.
    """

    status: str | UnsetType = UNSET
    certificates: Certificates | UnsetType = UNSET
    two_step_code: TwoStepCode | UnsetType | None = UNSET


class TransactionChargeEntry(Entry, frozen=True, kw_only=True):
    """How many transactions of an account are free in an hour, and what each of the others costs, in pounds.

    Edits that succeed count where `edits` are counted.
    """

    limit_per_hour: Annotated[int, Meta(ge=0, le=10**9)] = 5000
    price: Decimal = Decimal("0.002")
    edits: bool = False


class Scenario(Entry, frozen=True, kw_only=True):
    """Everything a world begins with. Relative times count from the clock's start.

    `rules` names the betting rules in force, and `strict_fill_or_kill` says whether what makes no sense with
    fill-or-kill is refused or ignored (`BettingRules`). `session_timeout` is a duration,
    `wrong_passwords_to_lock` how many in a row lock an account, null for any number; `currency_rates` say how much of a
    currency one pound buys, and `delayed_keys_may_bet` whether bets are taken with delayed app keys; who may not
    bet by key or place is told so by `forbidden_bets`, PERMISSION_DENIED in the report or ACCESS_DENIED instead of one.
    What delayed keys see is late by the duration of `market_data_delay`, PT1S to PT60S, and so is what accounts with
    nothing in them see where it is `delayed_without_funds`. For so long after a loss as `chasing_window` says,
    customers of .es may not risk more than it. Without a `transaction_charge` no transaction costs anything, and
    without `books_per_second` an account may ask for a market's book as often as it likes. Near and far prices that a
    customer has read stay as they are for the duration of `starting_price_refresh`; PT0S computes them at every
    reading. The `recordings` are recorded markets that are there beside the others, and go on as they did then.
    """

    name: Text
    description: str = ""
    rules: str = DEFAULT_RULE_SET
    strict_fill_or_kill: bool = True
    session_timeout: str = "PT12H"
    wrong_passwords_to_lock: Annotated[int, Meta(ge=1, le=1000)] | None = None
    starting_price_refresh: str = "PT60S"
    clock: ClockEntry = ClockEntry()
    currency_rates: dict[str, Decimal] = field(default_factory=dict)
    delayed_keys_may_bet: bool = False
    forbidden_bets: str = "PERMISSION_DENIED"
    chasing_window: str | None = None
    market_data_delay: str = "PT30S"
    delayed_without_funds: bool = True
    transaction_charge: TransactionChargeEntry | None = None
    books_per_second: Annotated[int, Meta(ge=1, le=1000)] | None = None
    accounts: tuple[AccountEntry, ...] = ()
    events: tuple[EventEntry, ...] = ()
    translations: Translations = Translations()
    bettune: BetTuneEntry = BetTuneEntry()
    recordings: RecordingsEntry | None = None
    schedule: tuple[AnyHappening, ...] = ()
