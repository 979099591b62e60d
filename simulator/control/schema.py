"""What our own API takes and answers, beside scenarios. Times are texts in ISO 8601 and UTC, amounts in whole units.

What is about faults is in `fault_schema`, and what is about matches and what BetTune has of them in `bettune_schema`.
"""

from datetime import date
from decimal import Decimal
from typing import Any, Final

from msgspec import UNSET, Struct, UnsetType

from simulator.world.format import quantities

instant_text: Final = quantities.instant_text


def duration_text(milliseconds: int) -> str:
    """Write a duration, which is above zero, in hours, minutes and seconds the way it is read.

    >>> duration_text(5400500), duration_text(86400000)
    ('PT1H30M0.5S', 'PT24H')
    """
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{Decimal(rest) / 1000:f}S" if rest else ""
    return f"PT{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}{seconds}"


# What is taken


class Input(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What all documents that are sent have in common: names in camel case, and no others."""


class NamedFixture(Input, frozen=True):
    """Which of the scenarios that ship with the package a new world begins with."""

    fixture: str


class RecordedMarkets(Input, frozen=True):
    """Recorded markets that a new world follows: files, folders, archives, patterns, and URLs that the server allows.

    They are on the server's machine, or lie under a URL with which it was started as `--recordings-from`.

    Only those of these event types, countries, types, ids and days, where any are named. It begins `at` a time in ISO
    8601, without one with the first message, and its clock goes at a `rate`. The `model` says how bets that rest are
    filled.
    """

    recorded: tuple[str, ...]
    event_types: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    market_types: tuple[str, ...] = ()
    market_ids: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    at: str | None = None
    rate: Decimal = Decimal(1)
    model: str = "queue"
    cross_matching: bool = False


class ClockChange(Input, frozen=True, rename={"set_to": "set", "to_next": "toNext"}):
    """One of: a duration to move on by, a time to move on to, a rate, or a move to what is due next."""

    advance: str | UnsetType = UNSET
    set_to: str | UnsetType = UNSET
    rate: Decimal | UnsetType = UNSET
    to_next: bool | UnsetType = UNSET


# What is answered


class Answer(Struct, frozen=True, rename="camel"):
    """What all answers have in common: names in camel case."""


class Health(Answer, frozen=True):
    """Whether the server answers, and which version of it."""

    status: str
    version: str


class AccountDocument(Answer, frozen=True):
    """A customer, all that is needed to log in, and the money that is there now."""

    username: str
    password: str
    app_key: str
    delayed_app_key: str
    currency: str
    balance: float


class AppKeyDocument(Answer, frozen=True):
    """An app key, of which application and which customer it is, and whether it can be used."""

    app_key: str
    app_name: str
    username: str
    delayed: bool
    active: bool


class AppKeysDocument(Answer, frozen=True):
    """All app keys of a world."""

    app_keys: list[AppKeyDocument]


class PaymentDocument(Answer, frozen=True):
    """A deposit or a withdrawal, and what the account has and can bet with after it, in the account's currency."""

    transaction_id: int
    at: str
    username: str
    currency: str
    balance: float
    available_to_bet: float


class LoginDocument(Answer, frozen=True):
    """How a customer may log in just now, and when that was last done; certificates by their SHA-256."""

    username: str
    status: str
    certificates: list[str]
    two_step_code: str | None
    wrong_passwords: int
    last_login: str | None


class StandingDocument(Answer, frozen=True):
    """What may keep a customer from betting just now; a limit on losses in the customer's own currency."""

    username: str
    jurisdiction: str
    loss_limit: float | None
    loss_limit_period: str
    wallet_status: str
    regulator_available: bool


class BetfairDocument(Answer, frozen=True):
    """What a client of the exchange needs to know."""

    accounts: list[AccountDocument]


class TokenDocument(Answer, frozen=True):
    """A token of a user of BetTune; a revoked one is refused."""

    token: str
    user: str
    plan: str
    revoked: bool


class NoticeDocument(Answer, frozen=True):
    """Something that should have happened by itself and was impossible, or a bet that the autopilot could not place.

    `do` is the verb of the schedule, the word of a fault or `autopilot`; `market` or `match` is what it was to be done
    to. Nothing changed.
    """

    at: str
    do: str
    market: str | None
    match: int | None
    problem: str


class BetTuneDocument(Answer, frozen=True):
    """What a client of BetTune needs to know."""

    tokens: list[TokenDocument]


class StreamAddress(Answer, frozen=True):
    """Where the stream listens."""

    host: str
    port: int


class HttpAddress(Answer, frozen=True):
    """Where everything else is served."""

    url: str


class WorldDocument(Answer, frozen=True):
    """A world, the credentials that lead into it and what went wrong in it. `stream` is null where there is none."""

    id: str
    scenario: str
    now: str
    betfair: BetfairDocument
    bettune: BetTuneDocument
    stream: StreamAddress | None
    http: HttpAddress
    notices: list[NoticeDocument]


class WorldsDocument(Answer, frozen=True):
    """All worlds, in the order in which they were made."""

    worlds: list[WorldDocument]


class KeptSnapshotDocument(Answer, frozen=True):
    """A snapshot that is kept: of which world, its scenario and time, and how long the document is."""

    name: str
    world: str
    scenario: str
    now: str
    bytes: int


class KeptSnapshotsDocument(Answer, frozen=True):
    """The snapshots that are kept, in the order in which they were."""

    snapshots: list[KeptSnapshotDocument]


class ClockDocument(Answer, frozen=True):
    """The time of a world, how many of its seconds a real one has, and when something next happens by itself."""

    now: str
    rate: float
    next_due: str | None


class MarketDocument(Answer, frozen=True):
    """The state of a market after something was done to it."""

    market_id: str
    status: str
    in_play: bool
    version: int


class SideDocument(Answer, frozen=True):
    """One side of a match: its score of the moment, and in tennis the sets and games that it has won."""

    name: str
    score: str
    sets: int | None
    games: int | None


class ScoreboardDocument(Answer, frozen=True):
    """How a match stands: its status and minute are null before it begins, `incidents` counts what has happened."""

    event_id: str
    event_status: str
    status: str | None
    minute: int | None
    incidents: int
    home: SideDocument
    away: SideDocument


class MatchedPart(Answer, frozen=True):
    """What of a bet was matched at one price: the backer's stake, and the bets on the other side.

    These are several where one bet was matched with offers on other runners.
    """

    price: float
    size: float
    bets: list[str]


class OfferedBet(Answer, frozen=True):
    """A bet of the liquidity account that makes an offer: what customers can back is a LAY bet, and the reverse.

    `matched` says in order what it was matched with by the time of the answer, and `size_resting` is still offered.
    """

    bet_id: str
    selection_id: int
    handicap: float
    side: str
    price: float
    size: float
    matched: list[MatchedPart]
    size_matched: float
    size_resting: float


class OffersDocument(Answer, frozen=True):
    """The state of a market after offers were made in it, and a bet for each offer."""

    market_id: str
    status: str
    in_play: bool
    version: int
    bets: list[OfferedBet]


class MarketsDocument(Answer, frozen=True):
    """The markets that were added."""

    markets: list[MarketDocument]


class StateHash(Answer, frozen=True):
    """A digest of a world's state: the same history from the same scenario has the same one."""

    state_hash: str


class EntryDocument(Answer, frozen=True):
    """One entry of a journal; `name` is the operation, the kind of input or event, or the code of a refusal.

    `content` is what the input or event says, in the words and units of the inside: `snake_case`, pence, hundredths and
    milliseconds since 1970.
    """

    number: int
    at: str
    kind: str
    name: str
    accounts: list[str]
    market_id: str | None
    content: dict[str, Any]


class JournalDocument(Answer, frozen=True):
    """Entries in order. `next` is what `after` says to read on, and `dropped` how many entries are kept no more."""

    entries: list[EntryDocument]
    next: int
    dropped: int
