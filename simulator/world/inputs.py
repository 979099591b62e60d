"""What may be put into a world: everything that can change it, each as a frozen value that survives JSON.

An input is one of

- a command of the exchange (`simulator.exchange.commands`), except `Tick`, which the agenda gives,
- a happening, the finish of a match or the change of a plan, as a schedule has them
  (`simulator.world.format.scenario`),
- one of the inputs below.

Each kind has a tag of its own: `command`, `do` or `input`. Times are milliseconds since 1970.
"""

import math
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from simulator.exchange.commands import (
    AddMarket,
    AddRunner,
    AmendMarket,
    CancelOrders,
    ChangeStanding,
    ChargeTransactions,
    CloseMarket,
    DepositMoney,
    FillFromOutside,
    Heartbeat,
    HideRunner,
    LapseUnmatched,
    OpenAccount,
    OpenMarket,
    PermitBets,
    PlaceInstruction,
    PlaceOrders,
    Reconcile,
    ReconcileAt,
    ReinstateRunner,
    RemoveRunner,
    ReplaceOrders,
    ResettleMarket,
    SettleMarket,
    SettleRunners,
    SuspendMarket,
    Tick,
    TouchMarket,
    TurnInPlay,
    UpdateOrders,
    VoidMarket,
    WithdrawMoney,
)
from simulator.exchange.orders import RunnerKey
from simulator.world.faults import Fault
from simulator.world.format.scenario import Additions, AnyHappening, BetTuneFilter, BetTuneMatch


class WorldInput(Struct, frozen=True, tag_field="input", tag=True):
    """The common root of the inputs that are neither a command of the exchange nor a happening."""


# Customers


class LogIn(WorldInput, frozen=True):
    """Log a customer in. The app key is noted and not checked: the callers' protocols differ in what they check.

    A login by certificate is refused to an account with limited access, which an interactive one lets in. `certificate`
    is the fingerprint of the one that was presented, `None` where none is needed.
    """

    username: str
    password: str
    app_key: str
    by_certificate: bool = False
    certificate: str | None = None


class ChangeLogin(WorldInput, frozen=True):
    """Change how a customer may log in; what is left out stays as it is. Sessions that there are go on.

    `status` is one of `ACCOUNT_STATUSES`, and makes an account that is locked free, too; `certificates` are
    fingerprints, and `two_step_code` is `None` for none.
    """

    username: str
    status: str | UnsetType = UNSET
    certificates: tuple[str, ...] | UnsetType = UNSET
    two_step_code: str | UnsetType | None = UNSET


class RecoverPassword(WorldInput, frozen=True):
    """Make an account usable again whose password is to be recovered; the password stays as it is."""

    username: str
    password: str


class KeepAlive(WorldInput, frozen=True):
    """Let a session last its full length from now on."""

    token: str


class LogOut(WorldInput, frozen=True):
    """End a session."""

    token: str


class CreateDeveloperApp(WorldInput, frozen=True):
    """Create an application of a customer, with a delayed app key that is active and a live one that is not."""

    username: str
    name: str


class ActivateAppKey(WorldInput, frozen=True):
    """Let an app key be used from now on."""

    key: str


class DeactivateAppKey(WorldInput, frozen=True):
    """Let what is asked with an app key be refused from now on."""

    key: str


class MakeSubscription(WorldInput, frozen=True):
    """Make a subscription to a vendor's application that a customer may activate; open ended without days."""

    vendor: str
    days: int | None = None
    client_reference: str | None = None


class ActivateSubscription(WorldInput, frozen=True):
    """Let a customer have a subscription that a vendor has made."""

    username: str
    subscription_token: str


class CancelSubscription(WorldInput, frozen=True):
    """End a subscription to a vendor's application."""

    vendor: str
    subscription_token: str


class UpdateSubscription(WorldInput, frozen=True):
    """Let the subscription of a customer to a vendor's application last so many days from now."""

    vendor: str
    vendor_client_id: str
    days: int


class AuthoriseVendor(WorldInput, frozen=True):
    """Make a code by which a vendor gets a session of a customer."""

    username: str
    vendor_id: str


class OpenVendorSession(WorldInput, frozen=True):
    """Let a vendor act on a customer's behalf, by a code or by a refresh token, of which there has to be one."""

    vendor: str
    authorisation_code: str | None = None
    refresh_token: str | None = None


class RevokeVendor(WorldInput, frozen=True):
    """Let a vendor act no more on a customer's behalf: its sessions of the customer end."""

    username: str
    vendor_id: str


class TakeRequestId(WorldInput, frozen=True):
    """Take the next id of a failed request: the ids count, so one that is used changes those that follow.

    They are no part of the state that is hashed: a refused request changes nothing else.
    """


class CountBooks(WorldInput, frozen=True):
    """Count that an account asks for the books of markets, or refuse it where that is too often for one of them."""

    account: str
    market_ids: tuple[str, ...]


class WatchMarkets(WorldInput, frozen=True):
    """Show markets to somebody whose market data is late: what they look like is kept from now on."""

    market_ids: tuple[str, ...]


class ReadStartingPrices(WorldInput, frozen=True):
    """Show the near and far prices of some runners, which stay as shown for a while."""

    market_id: str
    runners: tuple[RunnerKey, ...]


# BetTune


class AddToBetTune(WorldInput, frozen=True):
    """Add filters and matches, all or none, that `loading.loader_of_bettune_additions` has read for this world."""

    filters: tuple[BetTuneFilter, ...] = ()
    matches: tuple[BetTuneMatch, ...] = ()


class PutPrediction(WorldInput, frozen=True):
    """Make a prediction or change it; the odds are in millionths, and the source is `api` or `ui`."""

    filter_id: int
    match_id: int
    odds_millionths: int
    source: str = "api"


class DeletePrediction(WorldInput, frozen=True):
    """Take a prediction back, if there is one."""

    filter_id: int
    match_id: int


class RegenerateToken(WorldInput, frozen=True):
    """Give a user of BetTune a new token and revoke those there are."""

    user: str


class RevokeTokens(WorldInput, frozen=True):
    """Revoke every token of a user of BetTune."""

    user: str


class CountRequest(WorldInput, frozen=True):
    """Count a request of a user of BetTune, or refuse one that is too many."""

    user: str


# Faults


class OrderFaults(WorldInput, frozen=True):
    """Order faults, which happen to requests to come, in this order."""

    faults: tuple[Fault, ...]


class ClearFaults(WorldInput, frozen=True):
    """Let nothing more happen that was ordered; those that have happened stay known."""


class MeetFaults(WorldInput, frozen=True):
    """Let a request meet the faults that wait for one like it, before it is carried out.

    It tells the operation, whose it is and what it names as far as that is known: a market, bets, and what is to be
    placed. The faults whose numbers are `unfit` cannot happen to it, because their codes are of another service.
    """

    operation: str
    account: str
    path: str = ""
    token: str = ""
    market_id: str = ""
    bet_ids: tuple[int, ...] = ()
    instructions: tuple[PlaceInstruction, ...] = ()
    unfit: tuple[int, ...] = ()


class FollowFault(WorldInput, frozen=True):
    """Let a fault of this number, which has fired, do to the world what it does after a request was carried out.

    What the request is about is told again, as in `MeetFaults`.
    """

    number: int
    fault: Fault
    account: str
    market_id: str = ""
    bet_ids: tuple[int, ...] = ()
    instructions: tuple[PlaceInstruction, ...] = ()


class ReleaseAnswer(WorldInput, frozen=True):
    """Let the answer go that has waited longest for the world's clock. The agenda gives it."""


class FollowRecordings(WorldInput, frozen=True):
    """Let recorded markets go on to where they were at a time. The agenda gives it.

    The scenario says which recordings those are, so the story has no copy of their messages.
    """

    until: int


# The world


class Add(WorldInput, frozen=True):
    """Add events, markets and happenings that `loading.load_additions` has read for this world."""

    additions: Additions


class AdvanceClock(WorldInput, frozen=True):
    """Move the clock on by some milliseconds."""

    milliseconds: int


class SetClock(WorldInput, frozen=True):
    """Move the clock on to a time."""

    milliseconds: int


class MoveToNext(WorldInput, frozen=True):
    """Move the clock on to the next thing due."""


class SetClockRate(WorldInput, frozen=True):
    """Let the clock run at another rate: seconds per real second, 0 for standing still.

    Raises `ValueError` for what is no finite number, which JSON could not say.
    """

    rate: float

    def __post_init__(self) -> None:
        """Refuse infinity and what is no number."""
        if not math.isfinite(self.rate):
            raise ValueError(f"a clock's rate is a finite number, not {self.rate}")


class Reset(WorldInput, frozen=True):
    """Begin again from the scenario. `start` is when the new clock starts, `None` for what the scenario says."""

    start: int | None = None


class Restore(WorldInput, frozen=True):
    """Go back to a snapshot that was taken of this world, here or elsewhere: the document as it was written."""

    snapshot: msgspec.Raw


class EndWorld(WorldInput, frozen=True):
    """End the world: all sessions end, and what is held never happens."""


AnyCommand = (
    OpenAccount
    | DepositMoney
    | WithdrawMoney
    | PermitBets
    | ChangeStanding
    | ChargeTransactions
    | AddMarket
    | OpenMarket
    | SuspendMarket
    | TouchMarket
    | AmendMarket
    | ReconcileAt
    | FillFromOutside
    | LapseUnmatched
    | TurnInPlay
    | AddRunner
    | HideRunner
    | ReinstateRunner
    | RemoveRunner
    | Reconcile
    | SettleMarket
    | ResettleMarket
    | SettleRunners
    | VoidMarket
    | CloseMarket
    | PlaceOrders
    | CancelOrders
    | ReplaceOrders
    | UpdateOrders
    | Heartbeat
    | Tick
)
AnyWorldInput = (
    LogIn
    | ChangeLogin
    | RecoverPassword
    | KeepAlive
    | LogOut
    | CreateDeveloperApp
    | ActivateAppKey
    | DeactivateAppKey
    | MakeSubscription
    | ActivateSubscription
    | CancelSubscription
    | UpdateSubscription
    | AuthoriseVendor
    | OpenVendorSession
    | RevokeVendor
    | TakeRequestId
    | CountBooks
    | WatchMarkets
    | ReadStartingPrices
    | AddToBetTune
    | PutPrediction
    | DeletePrediction
    | RegenerateToken
    | RevokeTokens
    | CountRequest
    | OrderFaults
    | ClearFaults
    | MeetFaults
    | FollowFault
    | ReleaseAnswer
    | FollowRecordings
    | Add
    | AdvanceClock
    | SetClock
    | MoveToNext
    | SetClockRate
    | Reset
    | Restore
    | EndWorld
)
Input = AnyCommand | AnyHappening | AnyWorldInput


class _Tags(Struct):
    """Which of the three tags an encoded input has."""

    command: str | None = None
    do: str | None = None


_TAGS: Final = msgspec.json.Decoder(_Tags)
_COMMANDS: Final = msgspec.json.Decoder[Input](AnyCommand)
_HAPPENINGS: Final = msgspec.json.Decoder[Input](AnyHappening)
_OTHERS: Final = msgspec.json.Decoder[Input](AnyWorldInput)

encode_input: Final = msgspec.json.Encoder().encode
"""Return an input as JSON."""


def decode_input(encoded: bytes | msgspec.Raw) -> Input:
    """Return the input that `encode_input` wrote; raise `msgspec.DecodeError` for anything else.

    An input that is JSON and no input raises `msgspec.ValidationError`, which is one of those.
    """
    tags = _TAGS.decode(encoded)
    decoder = _COMMANDS if tags.command is not None else _HAPPENINGS if tags.do is not None else _OTHERS
    decoded: Input = decoder.decode(encoded)
    return decoded
