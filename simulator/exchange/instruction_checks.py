"""What is wrong with one instruction in itself: line 8 of the table of `acceptance`."""

from simulator.exchange.accounts import Account
from simulator.exchange.commands import PlaceInstruction
from simulator.exchange.market import Market
from simulator.exchange.money import EVEN_MONEY, HUNDREDTHS
from simulator.exchange.orders import (
    BACK,
    FILL_OR_KILL,
    LAPSE,
    LIMIT,
    PERSIST,
    OrderType,
    Persistence,
    RunnerKey,
    target_per_penny,
)
from simulator.exchange.refusals import Reason
from simulator.exchange.rules import BettingRules
from simulator.exchange.statuses import ACTIVE, REMOVED


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
    if runner is not None and runner.status is ACTIVE:
        return None
    return Reason.RUNNER_REMOVED if runner is not None and runner.status is REMOVED else Reason.INVALID_RUNNER


def check_price(price: int | None, market: Market) -> Reason | None:
    """Return INVALID_ODDS for a price that is no rung of the market's ladder."""
    return None if price is not None and market.ladder.holds(price) else Reason.INVALID_ODDS


def _check_price(instruction: PlaceInstruction, market: Market) -> Reason | None:
    has_price = instruction.order_type is LIMIT or instruction.order_type is OrderType.LIMIT_ON_CLOSE
    return check_price(instruction.price, market) if has_price else None


def check_persistence(persistence: Persistence | None, market: Market) -> Reason | None:
    """Return why bets of this market cannot persist in this way, or `None`."""
    if persistence is None or persistence is LAPSE:
        return None
    definition = market.definition
    if persistence is PERSIST:
        offered = definition.turn_in_play and definition.persistence_enabled
        return None if offered else Reason.INVALID_PERSISTENCE_TYPE
    if not definition.bsp_market:
        return Reason.INVALID_PERSISTENCE_TYPE
    return Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING if market.starting_price_is_past else None


def _check_order_type(instruction: PlaceInstruction, market: Market) -> Reason | None:
    is_limit = instruction.order_type is LIMIT
    if market.is_line and (not is_limit or instruction.persistence is Persistence.MARKET_ON_CLOSE):
        return Reason.INVALID_ORDER_TYPE
    if is_limit:
        return None
    if not market.definition.bsp_market or market.starting_price_is_past:
        return Reason.MARKET_NOT_OPEN_FOR_BSP_BETTING
    return None if instruction.time_in_force is None else Reason.INVALID_ORDER_TYPE


def _check_time_in_force(instruction: PlaceInstruction, rules: BettingRules) -> Reason | None:
    if instruction.time_in_force is FILL_OR_KILL:
        rests = instruction.persistence in (PERSIST, Persistence.MARKET_ON_CLOSE)
        return Reason.UNEXPECTED_PERSISTENCE_TYPE if rests and rules.strict_fill_or_kill else None
    if instruction.min_fill_size is not None and rules.strict_fill_or_kill:
        return Reason.UNEXPECTED_MIN_FILL_SIZE
    return None


def _check_size(instruction: PlaceInstruction, market: Market, account: Account, rules: BettingRules) -> Reason | None:
    if instruction.order_type is not LIMIT:
        return _check_liability(instruction, account, rules)
    size, price = _stake_asked(instruction, market), instruction.price
    if size is None or price is None or size <= 0:
        return Reason.INVALID_BET_SIZE
    currency = account.definition.currency
    if not account.definition.unlimited:
        odds = EVEN_MONEY if market.is_line else price
        national = account.national_rules if account.is_restricted else None
        if national is not None:
            in_steps = instruction.side is BACK and instruction.bet_target_type is None
            is_enough = size >= national.least_stake(currency, rules.currency(currency).minimum_stake)
            if not is_enough or (in_steps and size % national.back_step):
                return Reason.INVALID_BET_SIZE
        elif not rules.accepts_stake(currency, size, odds) and not _pays_enough(instruction, odds, currency, rules):
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

    Held against it is what is placed, what a cancellation leaves and what a replacement places anew. Left out are the
    account that provides liquidity, which may offer a penny, and bet targets, whose size is not known yet (chosen).
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
    least = currency.minimum_stake if instruction.side is BACK else currency.minimum_bsp_liability
    if account.definition.unlimited:
        least = 1
    elif account.is_restricted and account.national_rules is not None and instruction.side is BACK:
        least = account.national_rules.least_stake(account.definition.currency, least)
    return None if instruction.liability is not None and instruction.liability >= least else Reason.INVALID_BET_SIZE


def _stake_asked(instruction: PlaceInstruction, market: Market) -> int | None:
    """Return the stake of an order in pence: for a bet target the one it would need at its own limit."""
    target_type, target = instruction.bet_target_type, instruction.bet_target_size
    if target_type is None:
        return instruction.size
    if instruction.size is not None or target is None or instruction.price is None or market.is_line:
        return None
    return target * HUNDREDTHS // target_per_penny(target_type, instruction.price)
