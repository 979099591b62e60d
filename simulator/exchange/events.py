"""What happened: `Exchange.apply` answers every accepted command with events.

An event can be read alone: it names its market, its bets and their owners, and says what changed, so that a reader
needs neither the state of the exchange nor the command. Every event survives JSON: its tag names its class.

Units as in `commands`: what is told of one order is in the money of its account, and what is told of a match between
two, or of a posting, is in pence. `index` is the place of an instruction in the request that caused the event.
"""

from enum import StrEnum
from functools import cache
from typing import Protocol, TypeGuard

from msgspec import Struct

from simulator.exchange.money import NoPrice
from simulator.exchange.orders import (
    BetOutcome,
    BetTargetType,
    LapseReason,
    OrderType,
    Persistence,
    RunnerKey,
    Side,
    TimeInForce,
)
from simulator.exchange.refusals import Reason
from simulator.exchange.statuses import MarketStatus, RunnerStatus


# No event refers to another, so none is part of a cycle that the collector would have to look for.
class Event(Struct, frozen=True, gc=False, tag_field="event", tag=True):
    """The common root of all events; `at` is the time of the exchange."""

    at: int


class MarketEvent(Event, frozen=True):
    """An event of one market."""

    market_id: str


class OrderEvent(MarketEvent, frozen=True):
    """An event of one order: its bet id, its owner's account and its runner."""

    bet_id: int
    account: str
    runner: RunnerKey


# Accounts


class BetsPermitted(Event, frozen=True):
    """An account may place bets from now on, or may not."""

    account: str
    may_bet: bool


class AccountOpened(Event, frozen=True):
    """An account was opened, with nothing in it; an opening balance is told as `MoneyMoved`."""

    account: str
    currency: str


class StandingChanged(Event, frozen=True):
    """What may keep an account from betting has changed."""

    account: str


# Markets


class MarketAdded(MarketEvent, frozen=True):
    """A market exists, INACTIVE."""


class MarketChanged(MarketEvent, frozen=True):
    """A market's version was raised. `material` raised the oldest version a bet may carry, too.

    The rest is how the market is now.
    """

    version: int
    material: bool
    status: MarketStatus
    in_play: bool


class RunnerAdded(MarketEvent, frozen=True):
    """A runner is listed from now on; the factor is in thousandths of a percent."""

    runner: RunnerKey
    sort_priority: int
    adjustment_factor: int | None


class RunnerHidden(MarketEvent, frozen=True):
    """A runner without an official entry takes no part for now, and no bets."""

    runner: RunnerKey


class RunnerReinstated(MarketEvent, frozen=True):
    """A runner that was hidden takes part."""

    runner: RunnerKey


class RunnerRemoved(MarketEvent, frozen=True):
    """A runner was withdrawn; the factor is in thousandths of a percent, 0 where prices are not reduced."""

    runner: RunnerKey
    adjustment_factor: int


class RunnerSettled(MarketEvent, frozen=True):
    """How a runner ended: WINNER, LOSER, PLACED, or REMOVED where bets on it are void."""

    runner: RunnerKey
    status: RunnerStatus


class MarketClosed(MarketEvent, frozen=True):
    """A market was settled or voided and takes no further part."""


# Orders


class OrdersHeld(MarketEvent, frozen=True):
    """A request waits out the bet delay and will be resolved at `due_at` under `ticket`."""

    ticket: int
    account: str
    due_at: int


class HeldOrderFate(Struct, frozen=True, gc=False):
    """What became of one held instruction: a bet id where it was placed, a reason where it lapsed."""

    index: int
    bet_id: int | None
    reason: Reason | None


class TicketResolved(MarketEvent, frozen=True):
    """The orders of a held request reached the matcher: the events before this one, of the same batch, say how."""

    ticket: int
    account: str
    fates: tuple[HeldOrderFate, ...]


class OrderPlaced(OrderEvent, frozen=True):
    """An order was accepted and has a bet id; what its type does not use is `None`, as in `PlaceInstruction`.

    `ticket` is that of the held request in which it waited out the bet delay. A LIMIT order with a bet target has no
    size yet.
    """

    index: int
    ticket: int | None
    side: Side
    order_type: OrderType
    persistence: Persistence
    price: int | None
    size: int | None
    liability: int | None
    time_in_force: TimeInForce | None
    min_fill_size: int | None
    bet_target_type: BetTargetType | None
    bet_target_size: int | None
    customer_order_reference: str | None
    customer_strategy_reference: str | None


class OrderMatched(MarketEvent, frozen=True):
    """Two orders were matched: `size` pence of backer's stake at the `price` of the one that rested."""

    match_id: int
    runner: RunnerKey
    price: int
    size: int
    taker_side: Side
    taker_bet_id: int
    taker_account: str
    resting_bet_id: int
    resting_account: str


class FilledLeg(Struct, frozen=True, gc=False):
    """A resting order filled on another runner as one leg of a virtual bet; its side is that of the taker."""

    bet_id: int
    account: str
    runner: RunnerKey
    price: int
    size: int


class VirtualBetMatched(MarketEvent, frozen=True):
    """An order was matched with the exchange itself, against `legs` on all the other runners."""

    match_id: int
    runner: RunnerKey
    price: int
    size: int
    taker_side: Side
    taker_bet_id: int
    taker_account: str
    legs: tuple[FilledLeg, ...]


class CancelReason(StrEnum):
    """Why an unmatched part was cancelled."""

    REQUESTED = "REQUESTED"
    REPLACED = "REPLACED"
    HEARTBEAT_MISSED = "HEARTBEAT_MISSED"


class OrderCancelled(OrderEvent, frozen=True):
    """`size` of the unmatched part was cancelled: by the customer, or for the customer's silence."""

    index: int
    size: int
    reason: CancelReason


class OrderLapsed(OrderEvent, frozen=True):
    """The exchange ended `size` of the unmatched part, or of the liability that waited for a starting price."""

    size: int
    reason: LapseReason


class OrderKilled(OrderEvent, frozen=True):
    """`size` of a FILL_OR_KILL order could not be filled as it asks, and is cancelled.

    Source: interface definition, TimeInForce.
    """

    size: int


class StartingPriceMade(MarketEvent, frozen=True):
    """A runner has its starting price, here in whole hundredths or as a word; the exact one is with the runner."""

    runner: RunnerKey
    price: int | NoPrice


class OrderMatchedAtStartingPrice(OrderEvent, frozen=True):
    """`size` of backer's stake was matched in the auction; `price` shows the starting price in hundredths.

    `liability` is how much of what waited was used up: the stake of a back, the risk of a lay.
    """

    match_id: int
    side: Side
    price: int
    size: int
    liability: int


class OrderFilledAtAuction(OrderEvent, frozen=True):
    """A resting exchange order was taken by the auction, at its own price."""

    match_id: int
    side: Side
    price: int
    size: int


class OrderQueuedForStartingPrice(OrderEvent, frozen=True):
    """An order waits for the starting price with a liability."""

    liability: int


class OrderVoided(OrderEvent, frozen=True):
    """`size` matched of an order is void."""

    size: int


class OrderRepriced(OrderEvent, frozen=True):
    """A removal lowered the price of an unmatched lay, which queues at the back of its new price."""

    old_price: int
    price: int


class MatchedPriceReduced(OrderEvent, frozen=True):
    """A removal lowered the price of the `size` matched of an order; both prices are averages in hundredths."""

    size: int
    old_price: int
    price: int


class MatchedPriceRestated(OrderEvent, frozen=True):
    """The price of the `size` matched of an order became 1.0, or what it was, as its runner was hidden or back.

    Both prices are averages in hundredths.
    """

    size: int
    old_price: int
    price: int


class OrderUpdated(OrderEvent, frozen=True):
    """The persistence of an order changed to this one."""

    index: int
    persistence: Persistence


class InstructionRefused(MarketEvent, frozen=True):
    """One instruction of a request that is not all-or-nothing was refused; the others went on.

    The bet is the one that the instruction names: there may be none of this id, or it may be of another account.
    """

    account: str
    index: int
    bet_id: int
    reason: Reason


class ReplacementRefused(OrderEvent, frozen=True):
    """The cancel leg of a replacement stands, the new order was refused; the bet is the one that was cancelled."""

    index: int
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


class OrderSettled(OrderEvent, frozen=True):
    """A bet was settled or voided: its outcome, and its `profit`, gross of commission."""

    outcome: BetOutcome
    profit: int


class OrderUnsettled(OrderEvent, frozen=True):
    """What a wrong result made of a bet is taken back: the outcome and the `profit` that it had."""

    outcome: BetOutcome
    profit: int


class CommissionReturned(MarketEvent, frozen=True):
    """Commission that was charged on a wrong result is given back, in the money of the account."""

    account: str
    amount: int


class CommissionCharged(MarketEvent, frozen=True):
    """Commission on an account's net winnings in a market, in the money of the account."""

    account: str
    amount: int


class MoneyMoved(Event, frozen=True):
    """One posting of the ledger: `amount` pence from one account to another; market and bet where it is of one.

    A deposit or a withdrawal has a number instead.
    """

    debit: str
    credit: str
    amount: int
    memo: str
    market_id: str | None
    bet_id: int | None
    transaction_id: int | None = None
    own_amount: int | None = None
    """The same in the money of the customer, where that is not pounds."""


def accounts_of(event: Event) -> tuple[str, ...]:
    """Return the accounts whose bets or money an event is about, some of them perhaps more than once."""
    match event:
        case OrderMatched():
            return event.taker_account, event.resting_account
        case VirtualBetMatched():
            return event.taker_account, *(leg.account for leg in event.legs)
        case MoneyMoved():
            return event.debit, event.credit
    return (event.account,) if _is_of_account(event) else ()


def bets_of(event: Event) -> tuple[int, ...]:
    """Return the ids of the bets that an event is about: of every bet that has changed there is an event about it."""
    match event:
        case OrderMatched():
            return event.taker_bet_id, event.resting_bet_id
        case VirtualBetMatched():
            return event.taker_bet_id, *(leg.bet_id for leg in event.legs)
        case OrderEvent():
            return (event.bet_id,)
    return ()


class _OfAccount(Protocol):
    @property
    def account(self) -> str: ...


def _is_of_account(event: Event) -> TypeGuard[_OfAccount]:
    return _names_an_account(type(event))


@cache
def _names_an_account(kind: type[Event]) -> bool:
    return "account" in kind.__struct_fields__
