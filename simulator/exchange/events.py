"""What happened: `Exchange.apply` answers every accepted command with events. How things stand, the exchange says.

Units as in `commands`. `index` is the place of an instruction in the request that caused the event.
"""

from enum import StrEnum

from msgspec import Struct

from simulator.exchange.money import NoPrice
from simulator.exchange.orders import LapseReason, RunnerKey, Side
from simulator.exchange.refusals import Reason


class Event(Struct, frozen=True, tag_field="event", tag=True):
    """The common root of all events; `at` is the time of the exchange."""

    at: int


# Markets


class MarketAdded(Event, frozen=True):
    """A market exists, INACTIVE."""

    market_id: str


class MarketChanged(Event, frozen=True):
    """A market's state changed: read it from the market. `material` raised the oldest version a bet may carry."""

    market_id: str
    version: int
    material: bool


class RunnerRemoved(Event, frozen=True):
    """A runner was withdrawn; the factor is in hundredths of a percent, 0 where prices are not reduced."""

    market_id: str
    runner: RunnerKey
    adjustment_factor: int


class MarketClosed(Event, frozen=True):
    """A market was settled or voided and takes no further part."""

    market_id: str


# Orders


class OrdersHeld(Event, frozen=True):
    """A request waits out the bet delay and will be resolved at `due_at` under `ticket`."""

    ticket: int
    account: str
    market_id: str
    due_at: int


class HeldOrderFate(Struct, frozen=True):
    """What became of one held instruction: a bet id where it was placed, a reason where it lapsed."""

    index: int
    bet_id: int | None
    reason: Reason | None


class TicketResolved(Event, frozen=True):
    """The orders of a held request reached the matcher: the events before this one, of the same batch, say how."""

    ticket: int
    fates: tuple[HeldOrderFate, ...]


class OrderPlaced(Event, frozen=True):
    """An order was accepted and has a bet id."""

    index: int
    bet_id: int
    account: str
    market_id: str
    runner: RunnerKey


class OrderMatched(Event, frozen=True):
    """Two orders were matched: `size` pence of backer's stake at the `price` of the one that rested."""

    match_id: int
    market_id: str
    runner: RunnerKey
    price: int
    size: int
    taker_bet_id: int
    resting_bet_id: int
    taker_side: Side


class FilledLeg(Struct, frozen=True):
    """A resting order filled on another runner as one leg of a virtual bet."""

    bet_id: int
    runner: RunnerKey
    price: int
    size: int


class VirtualBetMatched(Event, frozen=True):
    """An order was matched with the exchange itself, against `legs` on all the other runners."""

    match_id: int
    market_id: str
    runner: RunnerKey
    price: int
    size: int
    taker_bet_id: int
    taker_side: Side
    legs: tuple[FilledLeg, ...]


class OrderCancelled(Event, frozen=True):
    """The customer cancelled `size` pence of the unmatched part."""

    index: int
    bet_id: int
    size: int


class OrderLapsed(Event, frozen=True):
    """The exchange ended `size` pence of the unmatched part."""

    bet_id: int
    size: int
    reason: LapseReason | None


class OrderKilled(Event, frozen=True):
    """`size` pence of a FILL_OR_KILL order could not be filled as it asks, and are cancelled.

    Source: interface definition, TimeInForce.
    """

    bet_id: int
    size: int


class StartingPriceMade(Event, frozen=True):
    """A runner has its starting price, here in whole hundredths or as a word; the exact one is with the runner."""

    market_id: str
    runner: RunnerKey
    price: int | NoPrice


class OrderMatchedAtStartingPrice(Event, frozen=True):
    """`size` pence of backer's stake were matched in the auction; `price` shows the starting price in hundredths."""

    match_id: int
    bet_id: int
    market_id: str
    runner: RunnerKey
    price: int
    size: int


class OrderFilledAtAuction(Event, frozen=True):
    """A resting exchange order was taken by the auction, at its own price."""

    match_id: int
    bet_id: int
    market_id: str
    runner: RunnerKey
    price: int
    size: int


class OrderQueuedForStartingPrice(Event, frozen=True):
    """An order waits for the starting price with a liability in pence."""

    bet_id: int
    liability: int


class OrderVoided(Event, frozen=True):
    """`size` matched pence of an order are void."""

    bet_id: int
    size: int


class OrderRepriced(Event, frozen=True):
    """A removal lowered the price of an unmatched lay, which queues at the back of its new price."""

    bet_id: int
    price: int


class MatchedPriceReduced(Event, frozen=True):
    """A removal lowered the price of what is matched of an order."""

    bet_id: int


class OrderUpdated(Event, frozen=True):
    """The persistence of an order changed."""

    index: int
    bet_id: int


class InstructionRefused(Event, frozen=True):
    """One instruction of a request that is not all-or-nothing was refused; the others went on."""

    index: int
    bet_id: int | None
    reason: Reason


class ReplacementRefused(Event, frozen=True):
    """The cancel leg of a replacement stands, the new order was refused."""

    index: int
    bet_id: int
    reason: Reason


# Heartbeats


class ActionPerformed(StrEnum):
    """What was done since the last heartbeat (heartbeat interface definition).

    An exchange whose matcher always answers performs the first, the third or the fourth; the others are for faults.
    """

    NONE = "NONE"
    CANCELLATION_REQUEST_SUBMITTED = "CANCELLATION_REQUEST_SUBMITTED"
    ALL_BETS_CANCELLED = "ALL_BETS_CANCELLED"
    SOME_BETS_NOT_CANCELLED = "SOME_BETS_NOT_CANCELLED"
    CANCELLATION_REQUEST_ERROR = "CANCELLATION_REQUEST_ERROR"
    CANCELLATION_STATUS_UNKNOWN = "CANCELLATION_STATUS_UNKNOWN"


class HeartbeatReceived(Event, frozen=True):
    """An account is alive; `action` was performed since its last heartbeat. 0 seconds: none is expected."""

    account: str
    timeout_seconds: int
    action: ActionPerformed


class HeartbeatExpired(Event, frozen=True):
    """An account was silent for too long, and `action` was performed."""

    account: str
    action: ActionPerformed


# Settlement


class OrderSettled(Event, frozen=True):
    """A bet was settled or voided; `profit` in pence, gross of commission."""

    bet_id: int
    profit: int


class CommissionCharged(Event, frozen=True):
    """Commission on an account's net winnings in a market, in pence."""

    account: str
    market_id: str
    amount: int


class MoneyMoved(Event, frozen=True):
    """One posting of the ledger: `amount` pence from one account to another."""

    debit: str
    credit: str
    amount: int
    memo: str
