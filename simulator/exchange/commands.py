"""What may be asked of the exchange. One frozen value a command; `Exchange.apply` takes them one at a time.

Money is in hundredths of the currency of the account that is named, which are pence where it is in pounds; prices and
handicaps in hundredths, times in milliseconds since 1970, rates of commission in hundredths of a percent.
"""

from typing import Final, NamedTuple

from msgspec import Struct

from simulator.exchange.betting_types import BettingType
from simulator.exchange.currencies import PAR, Rate
from simulator.exchange.jurisdictions import Jurisdiction
from simulator.exchange.orders import BetTargetType, OrderType, Persistence, RunnerKey, Side, TimeInForce


class Command(Struct, frozen=True, gc=False, tag_field="command", tag=True):
    """The common root of all commands; the tag names them in journals, which keep them for long."""


# Money


class Standing(Struct, frozen=True):
    """What may keep an account from betting although it may bet, and can change any time.

    `loss_limit` is what its owner allows it to lose within the period; `wallet_is_open` and `regulator_answers` say
    whether its money can be used and its bets be authorised.
    """

    loss_limit: int | None = None
    loss_period_milliseconds: int = 24 * 60 * 60 * 1000
    wallet_is_open: bool = True
    regulator_answers: bool = True


GOOD_STANDING: Final = Standing()


class OpenAccount(Command, frozen=True):
    """Open a customer's account with an opening balance paid in through the cashier.

    `unlimited` marks an account that provides liquidity: it is never short of funds, may offer any size of a penny or
    more, and waits out no bet delay. `commission_rate` stands in the place of the market's base rate, `discount_rate`
    lowers either (2500 is 25 %); `exposure_limit` is a bound or `None`. No number is negative. `rate` is what the
    currency is worth.
    """

    account: str
    currency: str
    balance: int
    discount_rate: int = 0
    commission_rate: int | None = None
    exposure_limit: int | None = None
    may_bet: bool = True
    unlimited: bool = False
    rate: Rate = PAR
    jurisdiction: Jurisdiction = Jurisdiction.INTERNATIONAL
    standing: Standing = GOOD_STANDING


class ChangeStanding(Command, frozen=True):
    """Give an account another standing."""

    account: str
    standing: Standing


class DepositMoney(Command, frozen=True):
    """Pay an amount into a customer's account, in hundredths of the account's currency."""

    account: str
    amount: int


class WithdrawMoney(Command, frozen=True):
    """Pay an amount out of a customer's account, in hundredths of the account's currency."""

    account: str
    amount: int


class PermitBets(Command, frozen=True):
    """Let an account place bets from now on, or let it not; its bets stay as they are."""

    account: str
    may_bet: bool


class ChargeTransactions(Command, frozen=True):
    """Charge an account for having sent more transactions than are free: so much, which is more than nothing."""

    account: str
    amount: int


# Markets


class RunnerDefinition(Struct, frozen=True):
    """A runner as a market starts with it. `adjustment_factor` is in thousandths of a percent, `None` outside racing.

    `is_hidden` is a horse without an official entry: it stays listed and takes no part (manual, RunnerStatus).
    """

    key: RunnerKey
    sort_priority: int
    adjustment_factor: int | None = None
    is_hidden: bool = False


class LadderDefinition(Struct, frozen=True):
    """Which prices a market knows: CLASSIC, FINEST, or LINE_RANGE with its bounds and interval in hundredths."""

    type: str
    minimum: int = 0
    maximum: int = 0
    interval: int = 0


class AddMarket(Command, frozen=True):
    """Add a market in state INACTIVE."""

    market_id: str
    betting_type: BettingType
    ladder: LadderDefinition
    number_of_winners: int
    """How many runners win, in EACH_WAY markets how many are placed; 0 for any number of them."""
    runners: tuple[RunnerDefinition, ...]
    version: int = 1
    bet_delay: int = 0
    """Seconds an order waits once the market is in play."""
    turn_in_play: bool = False
    persistence_enabled: bool = True
    bsp_market: bool = False
    cross_matching: bool = False
    base_rate: int = 500
    discount_allowed: bool = True
    runners_voidable: bool = False
    complete: bool = True
    each_way_divisor: int | None = None
    is_place_market: bool = False
    """Whether removals reduce prices as in the markets on being placed, not as in those on winning."""


class OpenMarket(Command, frozen=True):
    """Open a market that is INACTIVE or SUSPENDED."""

    market_id: str


class SuspendMarket(Command, frozen=True):
    """Suspend an OPEN market. Nothing lapses by a suspension alone."""

    market_id: str


class TouchMarket(Command, frozen=True):
    """Note a change of the market's description that the rules do not look at, such as its start time."""

    market_id: str


class AmendMarket(Command, frozen=True):
    """Note what is different in a market's definition; what is `None` is as it was.

    `version` is the number that the market has from now on; with `material` it is the oldest that a bet may carry, too.
    Orders that wait out a bet delay keep the time at which they are due.
    """

    market_id: str
    version: int | None = None
    material: bool = False
    bet_delay: int | None = None
    number_of_winners: int | None = None
    turn_in_play: bool | None = None
    persistence_enabled: bool | None = None
    bsp_market: bool | None = None
    cross_matching: bool | None = None
    base_rate: int | None = None
    discount_allowed: bool | None = None
    runners_voidable: bool | None = None
    complete: bool | None = None


class LapseUnmatched(Command, frozen=True):
    """Lapse every unmatched bet in a market's books, as the operator of a managed market does at a goal.

    What waits for the starting price stays. A material change.
    """

    market_id: str


class TurnInPlay(Command, frozen=True):
    """Turn a market in play: unmatched LAPSE bets lapse, PERSIST bets stay, the bet delay begins. A material change."""

    market_id: str


class AddRunner(Command, frozen=True):
    """List one more runner in a market that is not complete. A material change."""

    market_id: str
    runner: RunnerDefinition


class HideRunner(Command, frozen=True):
    """Hide a runner that has no official entry: its unmatched bets lapse, its matched ones are at 1.0.

    A material change.
    """

    market_id: str
    key: RunnerKey


class ReinstateRunner(Command, frozen=True):
    """Let a hidden runner take part, its matched bets at their prices again. A material change."""

    market_id: str
    key: RunnerKey


class RemoveRunner(Command, frozen=True):
    """Withdraw a runner. `adjustment_factor`, in thousandths of a percent, is its own where absent.

    `leaves_vacant_trap` is for greyhounds, whose traps stay listed when the dog is withdrawn.
    """

    market_id: str
    key: RunnerKey
    adjustment_factor: int | None = None
    leaves_vacant_trap: bool = False


class Reconcile(Command, frozen=True):
    """Hold the starting price auction of a market without turning it in play. A material change."""

    market_id: str


class GivenPrice(Struct, frozen=True):
    """The starting price of a runner, of ones and above 1: a fraction, since such a price is on no ladder."""

    key: RunnerKey
    numerator: int
    denominator: int = 1


class ReconcileAt(Command, frozen=True):
    """Match what waits for the starting price at prices that were made elsewhere, without an auction.

    Bets that would not have such a price lapse, and so do those on runners without one. A material change.
    """

    market_id: str
    prices: tuple[GivenPrice, ...]


class RunnerResult(Struct, frozen=True):
    """How one runner ended: WINNER, LOSER, PLACED or REMOVED."""

    key: RunnerKey
    status: str


class Result(Command, frozen=True):
    """The result of a market, with what is done by it: what that is depends on the market's type, see `results`.

    `dead_heat` names those of the winning or placed runners that tied. `margin` and `total` are whole goals,
    `line_result` is in hundredths. Fewer winners than there are places are a mistake, but where `fewer_may_win`, as
    where a result was recorded; then bets may lose more than the exposure that was kept for them.
    """

    market_id: str
    results: tuple[RunnerResult, ...] = ()
    dead_heat: tuple[RunnerKey, ...] = ()
    margin: int | None = None
    total: int | None = None
    line_result: int | None = None
    fewer_may_win: bool = False


class SettleMarket(Result, frozen=True):
    """Settle a market by its result and close it."""


class ResettleMarket(Result, frozen=True):
    """Settle a market anew that was settled or voided: what came of that is taken back, and this result counts.

    Who was withdrawn before the end stays so; the result says anew of everybody else. A material change.
    """


class SettleRunners(Command, frozen=True):
    """Settle some runners of an ODDS market that goes on: those who are out of a tournament, or sure of their place.

    Their bets are paid at once, commission is kept back until the market is closed. A material change.
    """

    market_id: str
    results: tuple[RunnerResult, ...]


class VoidMarket(Command, frozen=True):
    """Void every bet of a market and close it."""

    market_id: str


class CloseMarket(Command, frozen=True):
    """End betting for good before the result is known: every unmatched bet lapses, the market stays SUSPENDED.

    For a market with a starting price that has not turned in play this is the off: first the auction is held.
    """

    market_id: str


# Bets


class PlaceInstruction(Struct, frozen=True, gc=False):
    """One order to place. Any price or amount may be `money.INEXACT`, which no rule accepts.

    What the type of the order does not use is `None`; `size` is the backer's stake.
    """

    runner: RunnerKey
    side: Side
    order_type: OrderType
    price: int | None = None
    size: int | None = None
    persistence: Persistence | None = None
    time_in_force: TimeInForce | None = None
    min_fill_size: int | None = None
    bet_target_type: BetTargetType | None = None
    bet_target_size: int | None = None
    liability: int | None = None
    customer_order_reference: str | None = None


class PlaceOrders(Command, frozen=True):
    """Place all instructions or none. In play they wait for the bet delay under a ticket of their own."""

    account: str
    market_id: str
    instructions: tuple[PlaceInstruction, ...]
    customer_reference: str | None = None
    customer_strategy_reference: str | None = None
    market_version: int | None = None


class CancelInstruction(Struct, frozen=True, gc=False):
    """Cancel one bet, or take `size_reduction` off its unmatched part."""

    bet_id: int
    size_reduction: int | None = None


class CancelOrders(Command, frozen=True):
    """Cancel the named bets of a market; without instructions all of the market; without either, everywhere."""

    account: str
    market_id: str | None = None
    instructions: tuple[CancelInstruction, ...] | None = None
    customer_reference: str | None = None


class ReplaceInstruction(Struct, frozen=True, gc=False):
    """Cancel a bet and place its unmatched part again at `new_price`."""

    bet_id: int
    new_price: int


class ReplaceOrders(Command, frozen=True):
    """Cancel, then place anew at other prices; the cancellations stand even where nothing can be placed."""

    account: str
    market_id: str
    instructions: tuple[ReplaceInstruction, ...]
    customer_reference: str | None = None
    market_version: int | None = None


class UpdateInstruction(Struct, frozen=True, gc=False):
    """Give a bet another persistence."""

    bet_id: int
    new_persistence: Persistence


class UpdateOrders(Command, frozen=True):
    """Change what does not change exposure: the persistence of unmatched bets."""

    account: str
    market_id: str
    instructions: tuple[UpdateInstruction, ...]
    customer_reference: str | None = None


class OutsideFill(NamedTuple):
    """`size` pence of an unmatched bet, matched at its own price."""

    bet_id: int
    size: int


class FillFromOutside(Command, frozen=True):
    """Match unmatched bets of a market with bets that are in no book here; the house has their side at settlement."""

    market_id: str
    fills: tuple[OutsideFill, ...]


class Heartbeat(Command, frozen=True):
    """Say that an account is alive and when to expect the next heartbeat; 0 seconds is never."""

    account: str
    preferred_timeout_seconds: int


# Time


class Tick(Command, frozen=True):
    """Let time pass: whatever has fallen due by now happens."""
