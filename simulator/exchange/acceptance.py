"""Which orders the exchange accepts: one table of refusals, in the order in which they are looked for.

A request to place orders is refused by the first line that applies (exchange mechanics, sections 3.2 and 3.3; the
order itself is chosen: cheapest first):

    the request                                                  the refusal
    1  the market is not known                                   INVALID_MARKET_ID
    2  the market is suspended                                   MARKET_SUSPENDED
       the market is inactive or closed                          MARKET_NOT_OPEN_FOR_BETTING
       its betting is over and its result is still to come       MARKET_NOT_OPEN_FOR_BETTING
    3  the account may not bet                                   INVALID_ACCOUNT_STATE
    4  no instruction                                            NO_ACTION_REQUIRED
       more instructions than one request may hold               TOO_MANY_INSTRUCTIONS
    5  the same customer reference within 60 seconds             DUPLICATE_TRANSACTION
    6  a market version that is no version                       INVALID_MARKET_VERSION
    7  a market version older than the last material change      each instruction: BET_TAKEN_OR_LAPSED
    8  an instruction is wrong in itself                         the first of these that applies to it:
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
          a size the currency does not allow                     INVALID_BET_SIZE
          a size at whose price the profit rounds too far        INVALID_PROFIT_RATIO
       h  a minimum fill out of bounds                           INVALID_MIN_FILL_SIZE
    9  a back and a lay of one runner that would meet            both: INVALID_BACK_LAY_COMBINATION
    10 the account cannot afford the worst outcome               INSUFFICIENT_FUNDS

In lines 7, 8 and 9 instructions are to blame: the request's own refusal is BET_ACTION_ERROR, and innocent
instructions carry ERROR_IN_ORDER, because orders of one request are placed together or not at all.
"""

from collections.abc import Iterable, Sequence

from simulator.exchange.accounts import Account
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.market import Market
from simulator.exchange.money import EVEN_MONEY, HUNDREDTHS
from simulator.exchange.orders import OrderType, Persistence, RunnerKey, Side, TimeInForce, target_per_penny
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.rules import BettingRules
from simulator.exchange.statuses import MarketStatus, RunnerStatus


def refuse_closed_market(market: Market, edits: int = 0) -> None:
    """Raise `Refused` unless the market takes bets now (line 2).

    Of a market that is not open for betting each of the `edits`, the bets that the request wants to change, is told so
    too (manual, ExecutionReportErrorCode and InstructionReportErrorCode).
    """
    if market.status is MarketStatus.OPEN:
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


def check_instruction(
    instruction: PlaceInstruction,
    strategy_reference: str | None,
    market: Market,
    account: Account,
    rules: BettingRules,
) -> Reason | None:
    """Return the first reason to refuse one instruction, or `None` (line 8)."""
    reference = instruction.customer_order_reference
    if reference is not None and len(reference) > rules.customer_order_reference_length:
        return Reason.INVALID_CUSTOMER_ORDER_REF
    if strategy_reference is not None and len(strategy_reference) > rules.customer_strategy_reference_length:
        return Reason.INVALID_CUSTOMER_STRATEGY_REF
    return (
        check_runner(instruction.runner, market)
        or _check_order_type(instruction, market)
        or _check_time_in_force(instruction, rules)
        or check_persistence(instruction.persistence, market)
        or _check_price(instruction, market)
        or _check_size(instruction, market, account, rules)
    )


def check_runner(key: RunnerKey, market: Market) -> Reason | None:
    """Return why a runner cannot be bet on, or `None`."""
    runner = market.runners.get(key)
    if runner is None or runner.status not in (RunnerStatus.ACTIVE, RunnerStatus.REMOVED):
        return Reason.INVALID_RUNNER
    return Reason.RUNNER_REMOVED if runner.status is RunnerStatus.REMOVED else None


def check_price(price: int | None, market: Market) -> Reason | None:
    """Return INVALID_ODDS for a price that is no rung of the market's ladder."""
    return None if price is not None and market.ladder.holds(price) else Reason.INVALID_ODDS


def _check_price(instruction: PlaceInstruction, market: Market) -> Reason | None:
    if instruction.order_type is OrderType.MARKET_ON_CLOSE:
        return None
    return check_price(instruction.price, market)


def check_persistence(persistence: Persistence | None, market: Market) -> Reason | None:
    """Return why bets of this market cannot persist in this way, or `None`."""
    definition = market.definition
    if persistence is Persistence.PERSIST:
        offered = definition.turn_in_play and definition.persistence_enabled
        return None if offered else Reason.INVALID_PERSISTENCE_TYPE
    if persistence is Persistence.MARKET_ON_CLOSE:
        if not definition.bsp_market:
            return Reason.INVALID_PERSISTENCE_TYPE
        if market.starting_price_is_past:
            return Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING
    return None


def _check_order_type(instruction: PlaceInstruction, market: Market) -> Reason | None:
    is_limit = instruction.order_type is OrderType.LIMIT
    if market.is_line and (not is_limit or instruction.persistence is Persistence.MARKET_ON_CLOSE):
        return Reason.INVALID_ORDER_TYPE
    if is_limit:
        return None
    if not market.definition.bsp_market or market.starting_price_is_past:
        return Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING
    return None if instruction.time_in_force is None else Reason.INVALID_ORDER_TYPE


def _check_time_in_force(instruction: PlaceInstruction, rules: BettingRules) -> Reason | None:
    if instruction.time_in_force is TimeInForce.FILL_OR_KILL:
        rests = instruction.persistence in (Persistence.PERSIST, Persistence.MARKET_ON_CLOSE)
        return Reason.UNEXPECTED_PERSISTENCE_TYPE if rests and rules.strict_fill_or_kill else None
    if instruction.min_fill_size is not None and rules.strict_fill_or_kill:
        return Reason.UNEXPECTED_MIN_FILL_SIZE
    return None


def _check_size(instruction: PlaceInstruction, market: Market, account: Account, rules: BettingRules) -> Reason | None:
    if instruction.order_type is not OrderType.LIMIT:
        return _check_liability(instruction, account, rules)
    size, price = _stake_asked(instruction, market), instruction.price
    if size is None or price is None or size <= 0:
        return Reason.INVALID_BET_SIZE
    currency = account.definition.currency
    if not account.definition.unlimited:
        odds = EVEN_MONEY if market.is_line else price
        if not rules.accepts_stake(currency, size, odds) and not _pays_enough(instruction, odds, currency, rules):
            return Reason.INVALID_BET_SIZE
    if instruction.bet_target_type is None:
        reason = check_profit_ratio(size, price, market, account, rules)
        if reason is not None:
            return reason
    minimum_fill = instruction.min_fill_size
    if minimum_fill is None or instruction.time_in_force is None or instruction.bet_target_type is not None:
        return None
    least = max(1, rules.currency(currency).minimum_stake)
    return None if least <= minimum_fill <= size else Reason.INVALID_MIN_FILL_SIZE


def check_profit_ratio(size: int, price: int, market: Market, account: Account, rules: BettingRules) -> Reason | None:
    """Return INVALID_PROFIT_RATIO where the profit of so much at a price is rounded too far from what it is exactly.

    Held against it is what is placed, what a cancellation leaves and what a replacement places anew. Whoever provides
    liquidity may offer a penny, and the size of a bet target is not known before it has met the market (chosen).
    """
    odds = EVEN_MONEY if market.is_line else price
    if account.definition.unlimited or rules.accepts_profit_ratio(size, odds):
        return None
    return Reason.INVALID_PROFIT_RATIO


def _pays_enough(instruction: PlaceInstruction, odds: int, currency: str, rules: BettingRules) -> bool:
    """Return whether what a bet target pays at its own limit is enough for a stake under the minimum.

    The stake that it comes to there is held against the rules as it is, not as it is cut to whole pence: a payout of
    10.00 at 11.0 is worth 10.00, and not the 9.90 of 0.90.
    """
    least = rules.currency(currency).minimum_payout
    if instruction.bet_target_type is None or instruction.bet_target_size is None or least is None:
        return False
    return instruction.bet_target_size * odds >= least * target_per_penny(instruction.bet_target_type, odds)


def _check_liability(instruction: PlaceInstruction, account: Account, rules: BettingRules) -> Reason | None:
    """Return INVALID_BET_SIZE for a starting price order that is too small: a back by its stake, a lay by its risk."""
    currency = rules.currency(account.definition.currency)
    least = currency.minimum_stake if instruction.side is Side.BACK else currency.minimum_bsp_liability
    if account.definition.unlimited:
        least = 1
    return None if instruction.liability is not None and instruction.liability >= least else Reason.INVALID_BET_SIZE


def _stake_asked(instruction: PlaceInstruction, market: Market) -> int | None:
    """Return the stake of an order in pence: for a bet target the one it would need at its own limit."""
    target_type, target = instruction.bet_target_type, instruction.bet_target_size
    if target_type is None:
        return instruction.size
    if instruction.size is not None or target is None or instruction.price is None or market.is_line:
        return None
    return target * HUNDREDTHS // target_per_penny(target_type, instruction.price)


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
        if instruction.side is Side.BACK:
            lowest_back[key] = min(price, lowest_back.get(key, price))
        else:
            highest_lay[key] = max(price, highest_lay.get(key, price))
    for instruction in instructions:
        key, price = (instruction.runner, instruction.order_type), instruction.price
        if price is None or instruction.time_in_force is not None:
            yield None
            continue
        meets = (
            price <= highest_lay.get(key, price - 1)
            if instruction.side is Side.BACK
            else price >= lowest_back.get(key, price + 1)
        )
        yield Reason.INVALID_BACK_LAY_COMBINATION if meets else None
