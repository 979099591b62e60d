"""The story of a world: what came of every input, numbered and in order, and the events that are not the exchange's."""

from typing import Final

from msgspec import Struct

from simulator.exchange.events import Event, MarketEvent
from simulator.exchange.money import NoPrice
from simulator.exchange.orders import RunnerKey
from simulator.exchange.refusals import Impossible, Reason, Refused
from simulator.world.inputs import Input

CALLER: Final = "caller"
"""The source of what was put in from outside. Other sources are those of the agenda, and the participants."""

BEGINNING: Final = "beginning"
"""The source of the entry that comes before all others."""

IMPOSSIBLE: Final = "IMPOSSIBLE"
"""The code of a refusal for which the exchange has no code of its own."""

# What happened beyond the exchange


class SessionOpened(Event, frozen=True):
    """A customer logged in; the session lasts until `expires_at` unless it is kept alive.

    `last_login_at` is when the customer logged in before, `None` for the first time.
    """

    token: str
    username: str
    app_key: str
    expires_at: int
    last_login_at: int | None = None


class PasswordWrong(Event, frozen=True):
    """A wrong password of a customer was counted; `locks` where it was one too many."""

    username: str
    wrong_passwords: int
    locks: bool


class LoginChanged(Event, frozen=True):
    """How a customer may log in is another: the status, the certificates, and whether a code has to follow."""

    username: str
    status: str
    certificates: tuple[str, ...]
    two_step_code: str | None


class SessionExtended(Event, frozen=True):
    """A session was kept alive."""

    token: str
    username: str
    expires_at: int


class SessionClosed(Event, frozen=True):
    """A session ended: by logging out, by its age, or with the world. An aged one is closed at the next login."""

    token: str
    username: str


class LoginBanned(Event, frozen=True):
    """A customer logged in too often, and may not again until `until`."""

    username: str
    until: int


class DeveloperAppCreated(Event, frozen=True):
    """A customer has an application more, with a key that is active and delayed, and a live one that is not active."""

    username: str
    app_id: int
    name: str
    live_key: str
    delayed_key: str


class AppKeyActivated(Event, frozen=True):
    """An app key of a customer can be used from now on."""

    username: str
    key: str


class AppKeyDeactivated(Event, frozen=True):
    """What is asked with an app key of a customer is refused from now on."""

    username: str
    key: str


class SubscriptionMade(Event, frozen=True):
    """A vendor has a token for a customer to subscribe with; the subscription is open ended or ends at `expires_at`."""

    vendor: str
    subscription_token: str
    expires_at: int | None


class SubscriptionActivated(Event, frozen=True):
    """A customer has subscribed to a vendor's application."""

    vendor: str
    username: str
    subscription_token: str


class SubscriptionCancelled(Event, frozen=True):
    """A subscription ended before its time."""

    vendor: str
    subscription_token: str


class SubscriptionUpdated(Event, frozen=True):
    """A subscription ends at another time."""

    vendor: str
    subscription_token: str
    expires_at: int | None


class VendorAuthorised(Event, frozen=True):
    """A customer had a code made by which a vendor gets a session, once and until `expires_at`."""

    vendor: str
    username: str
    authorisation_code: str
    expires_at: int


class VendorAdmitted(Event, frozen=True):
    """A vendor got a session of a customer, and has a token for more."""

    vendor: str
    username: str
    session_token: str
    refresh_token: str


class VendorRevoked(Event, frozen=True):
    """A vendor acts no more on a customer's behalf."""

    vendor: str
    username: str


class RequestIdTaken(Event, frozen=True):
    """A failed request got an id."""

    request_uuid: str


class ProjectedPrice(Struct, frozen=True):
    """The near and the far price of a runner, here in whole hundredths or as a word."""

    runner: RunnerKey
    near: int | NoPrice
    far: int | NoPrice


class StartingPricesProjected(MarketEvent, frozen=True):
    """Near and far prices were worked out anew, because somebody read them."""

    prices: tuple[ProjectedPrice, ...]


class BooksCounted(Event, frozen=True):
    """An account has asked for the books of markets, which counts towards how often it may."""

    account: str
    market_ids: tuple[str, ...]


class MarketsWatched(Event, frozen=True):
    """Pictures of markets are kept from now on, because somebody asked for them whose market data is late."""

    market_ids: tuple[str, ...]


class FilterAdded(Event, frozen=True):
    """BetTune has one more prediction filter."""

    filter_id: int


class MatchAdded(Event, frozen=True):
    """BetTune knows one more match; `event_id` is the event on the exchange that is the same match, if one is."""

    match_id: int
    event_id: str | None


class PredictionPut(Event, frozen=True):
    """A user of BetTune made a prediction or changed it; the odds are in millionths, the source is `api` or `ui`."""

    filter_id: int
    match_id: int
    odds_millionths: int
    source: str


class PredictionDeleted(Event, frozen=True):
    """A user of BetTune took a prediction back."""

    filter_id: int
    match_id: int


class TokenMade(Event, frozen=True):
    """A user of BetTune has a new token."""

    user: str
    token: str


class TokenRevoked(Event, frozen=True):
    """A token of a user of BetTune is good for nothing any more."""

    user: str
    token: str


class PlanChanged(Event, frozen=True):
    """A user of BetTune is on another plan, `pro` or `free`."""

    user: str
    plan: str


class RequestCounted(Event, frozen=True):
    """A request of a user of BetTune counts towards the limit."""

    user: str


class RecordingFollowed(MarketEvent, frozen=True):
    """A recorded market has gone on: its offers, trades or definition may be others."""


class StartTimeChanged(MarketEvent, frozen=True):
    """A market is listed with another start, and the time at which it is to be suspended."""

    start_time: int
    suspend_time: int


class RunnerDescribed(MarketEvent, frozen=True):
    """A runner that was added is listed under a name."""

    runner: RunnerKey
    name: str


class RaceStatusChanged(MarketEvent, frozen=True):
    """The race of a market stands otherwise: `status` and `response` are the words of listRaceDetails."""

    race_id: str
    status: str
    response: str


class IncidentTold(Event, frozen=True):
    """Something happened in the match of an event, the `number`th thing; this is the status that it has then."""

    event_id: str
    number: int
    type: str
    team: str | None
    minute: int
    status: str


class MatchFinished(Event, frozen=True):
    """A football match ended with so many goals, and BetTune knows."""

    match_id: int
    home: int
    away: int


class MarketLeftAlone(MarketEvent, frozen=True):
    """The score of a match did not settle a market of its event; `problem` says why."""

    match_id: int
    problem: str


class EventAdded(Event, frozen=True):
    """An event is listed from now on, or got more markets."""

    event_id: str


class NamesTranslated(Event, frozen=True):
    """Names in these languages were added."""

    languages: tuple[str, ...]


class HappeningScheduled(Event, frozen=True):
    """Something is to be done at `due_at`, to a market, a match, a user or an event: `verb` is the schedule's word."""

    due_at: int
    verb: str
    market_id: str | None
    match_id: int | None
    user: str | None
    event_id: str | None = None


class ClockMoved(Event, frozen=True):
    """The clock is moved on to `to`; what falls due on the way follows in the story."""

    to: int


class ClockRateSet(Event, frozen=True):
    """The clock runs at another rate."""

    rate: float


class WorldReset(Event, frozen=True):
    """The world began again from its scenario: whatever was remembered of it is void. `at` is its new beginning."""


class WorldRestored(Event, frozen=True):
    """The world is again as it was after the entry `sequence`; `at` is the time it was then, and is now again."""

    sequence: int


class FaultOrdered(Event, frozen=True):
    """A fault of this number waits for requests of an operation from now on."""

    number: int
    operation: str
    do: str


class FaultPassed(Event, frozen=True):
    """A request was let pass, which a fault was told to skip."""

    number: int
    operation: str
    username: str


class FaultFired(Event, frozen=True):
    """A fault has happened to a request. `milliseconds` is its latency, and `ticket` what its answer waits under."""

    number: int
    do: str
    operation: str
    username: str
    milliseconds: int
    ticket: int


class FaultWithoutEffect(Event, frozen=True):
    """What a fault was to do to the world is impossible; the request goes on. One without a market has "" for it.

    `do` is the word of the fault, or that of the happening that it was to bring about.
    """

    number: int
    do: str
    username: str
    market_id: str
    problem: str


class FaultsCleared(Event, frozen=True):
    """The faults of these numbers will not happen any more."""

    numbers: tuple[int, ...]


class AnswerReleased(Event, frozen=True):
    """The answer that waited under a ticket for the world's clock may go."""

    ticket: int


class WorldClosed(Event, frozen=True):
    """The world has ended; nothing more will be told."""


# The story


class Refusal(Struct, frozen=True):
    """Why an input was refused.

    `code` is the exchange's own code where it has one (a `Reason`, or the error of a login), and otherwise
    `IMPOSSIBLE`; `problem` is a sentence for the tester. `instruction_reasons` has one entry an instruction where
    instructions are to blame. `status` is the login status that goes with the error of a login.
    """

    code: str
    problem: str
    instruction_reasons: tuple[Reason, ...] = ()
    status: str = ""

    @classmethod
    def of(cls, error: Exception) -> "Refusal":
        """Return the refusal that an error of the exchange, or of whatever else refuses, stands for."""
        if isinstance(error, Refused):
            return cls(error.reason, error.detail, error.instruction_reasons)
        return cls(IMPOSSIBLE, str(error))

    @property
    def reason(self) -> Reason:
        """Return the code of a refused request to bet."""
        return Reason(self.code)

    @property
    def text(self) -> str:
        """Return the sentence, after the exchange's own code where there is one."""
        return self.problem if self.code == IMPOSSIBLE else f"{self.code}: {self.problem}"


# No entry refers to another, so none is part of a cycle that the collector would have to look for.
class Happened(Struct, frozen=True, gc=False):
    """One entry of the story: an input, the time at which it came, and its events or why it was refused.

    A refused input changed nothing, with two exceptions that its events tell of: the login that is one too many begins
    a ban, and of a happening that takes several commands those before the refused one stand.

    `source` is `CALLER`, or the name of the source of the agenda or of the participant that gave the input. Telling a
    world the inputs of callers again at their times tells the whole story again, to the same numbers.
    """

    sequence: int
    at: int
    input: Input
    events: tuple[Event, ...]
    refusal: Refusal | None = None
    source: str = CALLER

    def accepted(self) -> tuple[Event, ...]:
        """Return the events; raise `Refused` or `Impossible` where the input was refused."""
        refusal = self.refusal
        if refusal is None:
            return self.events
        if refusal.code in Reason.__members__:
            raise Refused(refusal.reason, refusal.problem, refusal.instruction_reasons)
        raise Impossible(refusal.text)


class Notice(Struct, frozen=True):
    """What was to happen by itself was refused, such as suspending a market that has been closed.

    Time went on. `verb` is the schedule's word for what was to be done, or that of a fault, or the name of the
    participant that would have done it; of market and match the schedule names one, and the autopilot both.
    """

    at: int
    verb: str
    market_id: str | None
    match_id: int | None
    problem: str
