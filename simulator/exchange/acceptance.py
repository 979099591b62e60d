"""Which orders the exchange accepts: one table of refusals, in the order in which they are looked for.

A request to place orders is refused by the first line that applies (exchange mechanics; the
order itself is chosen: cheapest first):

    the request                                                  the refusal
    1  the market is not known                                   INVALID_MARKET_ID
    2  the market is suspended                                   MARKET_SUSPENDED
       the market is inactive or closed                          MARKET_NOT_OPEN_FOR_BETTING
       its betting is over and its result is still to come       MARKET_NOT_OPEN_FOR_BETTING
    3  the account may not bet                                   INVALID_ACCOUNT_STATE
       its wallet is suspended                                   INVALID_WALLET_STATUS
       the regulator of its country does not answer              REGULATOR_IS_NOT_AVAILABLE
       more instructions than that regulator allows              REJECTED_BY_REGULATOR
       it has lost all that it allows itself to lose             LOSS_LIMIT_EXCEEDED
    4  no instruction                                            NO_ACTION_REQUIRED
       more instructions than one request may hold               TOO_MANY_INSTRUCTIONS
    5  the same customer reference within 60 seconds             DUPLICATE_TRANSACTION
    6  a market version that is no version                       INVALID_MARKET_VERSION
    7  a market version older than the last material change      each instruction: BET_TAKEN_OR_LAPSED
    8  an instruction is wrong in itself (`instruction_checks`)   the first of these that applies to it:
       a  the order's reference is too long                      INVALID_CUSTOMER_ORDER_REF
          the strategy's reference is too long                   INVALID_CUSTOMER_STRATEGY_REF
       b  the runner is not known, vacant or settled             INVALID_RUNNER
          the runner is removed                                  RUNNER_REMOVED
       c  a starting price order, or a bet to become one, on
          a LINE market                                          INVALID_ORDER_TYPE
          a starting price order on a market without one         MARKET_NOT_OPEN_FOR_BSP_BETTING
          a starting price order once the price is past          MARKET_NOT_OPEN_FOR_BSP_BETTING
          fill-or-kill on a starting price order                 INVALID_ORDER_TYPE
       d  fill-or-kill with PERSIST or MARKET_ON_CLOSE           UNEXPECTED_PERSISTENCE_TYPE
          a minimum fill without fill-or-kill                    UNEXPECTED_MIN_FILL_SIZE
       e  a persistence that the market does not offer           INVALID_PERSISTENCE_TYPE
          MARKET_ON_CLOSE once the starting price is past        MARKET_NOT_OPEN_FOR_BSP_BETTING
       f  a price off the ladder                                 INVALID_ODDS
       g  a size and a bet target, or neither                    INVALID_BET_SIZE
          a bet target on a LINE market                          INVALID_BET_SIZE
          a size the currency or the country does not allow      INVALID_BET_SIZE
          a size at whose price the profit rounds too far        INVALID_PROFIT_RATIO
       h  a minimum fill out of bounds                           INVALID_MIN_FILL_SIZE
    9  a back and a lay of one runner that would meet            both: INVALID_BACK_LAY_COMBINATION
    10 the account cannot afford the worst outcome               INSUFFICIENT_FUNDS
    11 orders with which it could lose more than it allows
       itself to lose                                            those: LOSS_LIMIT_EXCEEDED
       it risks more than it has just lost, where none may       NO_CHASING

The second half of line 3, and line 11, are about few accounts, and are in `restrictions`.
In lines 7, 8, 9 and 11 instructions are to blame: the request's own refusal is BET_ACTION_ERROR, and innocent
instructions carry ERROR_IN_ORDER, because orders of one request are placed together or not at all.
"""

from collections.abc import Iterable, Sequence

from simulator.exchange.accounts import Account
from simulator.exchange.book import meet
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.exposure import Position
from simulator.exchange.instruction_checks import check_instruction
from simulator.exchange.market import Market
from simulator.exchange.orders import BACK, Order, OrderType, RunnerKey
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.rules import BettingRules
from simulator.exchange.state import State
from simulator.exchange.statuses import OPEN, MarketStatus


def refuse_closed_market(market: Market, edits: int = 0) -> None:
    """Raise `Refused` unless the market takes bets now (line 2).

    Of a market that is not open for betting each of the `edits`, the bets that the request wants to change, is told so
    too (manual, ExecutionReportErrorCode and InstructionReportErrorCode).
    """
    if market.status is OPEN:
        return
    if market.status is MarketStatus.SUSPENDED and not market.betting_is_over:
        raise Refused(Reason.MARKET_SUSPENDED, f"market {market.market_id} is suspended")
    state = "closed for betting" if market.betting_is_over else market.status
    reason = Reason.MARKET_NOT_OPEN_FOR_BETTING
    raise Refused(reason, f"market {market.market_id} is {state}", (reason,) * edits)


def refuse_malformed_version(version: int | None, rules: BettingRules) -> None:
    """Raise `Refused` for a number that cannot be a market version (line 6)."""
    if version is not None and not 0 <= version < 10**rules.market_version_digits:
        raise Refused(
            Reason.INVALID_MARKET_VERSION,
            f"market version {version} is not a number of at most {rules.market_version_digits} digits",
        )


def version_is_stale(version: int | None, market: Market) -> bool:
    """Return whether a bet that carries this version comes too late (line 7)."""
    return version is not None and version < market.material_version


def refuse_wrong_instructions(command: PlaceOrders, market: Market, account: Account, rules: BettingRules) -> None:
    """Raise `Refused` if an instruction is wrong in itself or two contradict each other (lines 8 and 9)."""
    reasons = [
        check_instruction(instruction, command.customer_strategy_reference, market, account, rules)
        for instruction in command.instructions
    ]
    if not any(reasons):
        if len(reasons) < 2:
            return
        reasons = list(check_combination(command.instructions))
    blame(reasons)


def blame(reasons: Iterable[Reason | None]) -> None:
    """Raise `Refused` for the request if any of its instructions has a reason to be refused."""
    found = tuple(reasons)
    if any(found):
        guilty = next(f"instruction {index}: {reason}" for index, reason in enumerate(found) if reason)
        raise Refused(Reason.BET_ACTION_ERROR, guilty, tuple(reason or Reason.ERROR_IN_ORDER for reason in found))


def check_combination(instructions: Sequence[PlaceInstruction]) -> Iterable[Reason | None]:
    """Yield INVALID_BACK_LAY_COMBINATION for backs and lays of one runner at prices that would meet (line 9).

    A back at or below a lay of the same request would be matched with it, on the exchange or in the auction: LIMIT
    orders are held against each other and LIMIT_ON_CLOSE orders likewise. Orders that take any price, fill-or-kill
    orders and pairs across the two markets are left out (chosen).
    """
    lowest_back: dict[tuple[RunnerKey, OrderType], int] = {}
    highest_lay: dict[tuple[RunnerKey, OrderType], int] = {}
    for instruction in instructions:
        key, price = (instruction.runner, instruction.order_type), instruction.price
        if price is None or instruction.time_in_force is not None:
            continue
        if instruction.side is BACK:
            lowest_back[key] = min(price, lowest_back.get(key, price))
        else:
            highest_lay[key] = max(price, highest_lay.get(key, price))
    for instruction in instructions:
        key, price = (instruction.runner, instruction.order_type), instruction.price
        if price is None or instruction.time_in_force is not None:
            yield None
            continue
        backs, lays = lowest_back.get(key), highest_lay.get(key)
        if instruction.side is BACK:
            meets = lays is not None and meet(price, lays)
        else:
            meets = backs is not None and meet(backs, price)
        yield Reason.INVALID_BACK_LAY_COMBINATION if meets else None


def reserve(state: State, market: Market, account: Account, orders: Sequence[Order]) -> None:
    """Count the orders in the account's exposure, or raise `Refused` (INSUFFICIENT_FUNDS) and count none.

    The whole request is judged at once, every order unmatched at its own limit: that is the worst it can come to.
    Orders that do not raise the exposure are accepted whatever the balance (exchange mechanics).
    """
    if account.definition.unlimited:
        return
    position = market.positions.get(account.name)
    if position is None:
        position = market.positions[account.name] = account.open_position(market.market_id, market.new_position)
    _count(position, orders)
    if state.can_certainly_afford(account):
        return
    release(market, orders)
    exposure_before = account.exposure_in(market.market_id)
    _count(position, orders)
    if account.exposure_in(market.market_id) <= exposure_before:
        return
    missing = -state.available(account)
    limit = account.definition.exposure_limit
    over_limit = 0 if limit is None else account.exposure - limit
    if missing > 0 or over_limit > 0:
        release(market, orders)
        unit = "pence" if account.rate is None else f"hundredths of {account.definition.currency}"
        what = f"{missing} {unit} short of funds" if missing > 0 else f"{over_limit} {unit} over its exposure limit"
        raise Refused(Reason.INSUFFICIENT_FUNDS, f"account {account.name!r} is {what}")


def _count(position: Position, orders: Sequence[Order]) -> None:
    for order in orders:
        position.count(order.mirror or order)


def release(market: Market, orders: Sequence[Order]) -> None:
    """Stop counting orders that never came to be."""
    for order in orders:
        position = market.positions.get(order.account)
        if position is not None:
            position.drop(order.own)
