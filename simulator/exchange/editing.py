"""Changing orders that are there: cancel, replace, update. Each instruction succeeds or fails on its own."""

from collections import Counter
from collections.abc import Iterable, Sequence

from simulator.exchange.acceptance import (
    check_persistence,
    check_price,
    refuse_closed_market,
    refuse_malformed_version,
    version_is_stale,
)
from simulator.exchange.accounts import Account
from simulator.exchange.commands import CancelInstruction, CancelOrders, ReplaceOrders, UpdateOrders
from simulator.exchange.events import CancelReason, Event, InstructionRefused, OrderUpdated, ReplacementRefused
from simulator.exchange.market import Market
from simulator.exchange.orders import Order, OrderType, Side
from simulator.exchange.placing import NO_BET_ID, enter_or_hold, register, reserve
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.state import State
from simulator.exchange.statuses import MarketStatus
from simulator.exchange.telling import order_cancelled, order_placed, order_queued


def cancel_orders(state: State, command: CancelOrders, at: int) -> list[Event]:
    """Cancel whole bets or parts of them, at once even in play; refused whole where the market takes no action.

    Bets that are named are those of one market, which has to be named too (definition, cancelOrders).
    """
    account = state.account(command.account)
    if command.market_id is None:
        if command.instructions is not None:
            raise Refused(Reason.INVALID_MARKET_ID, "bets to cancel are named, and not the market that they are in")
        state.refuse_duplicate(command.account, "cancel", command.customer_reference, at)
        events = cancel_everywhere(state, account, at, CancelReason.REQUESTED)
    else:
        market = state.market_for_bets(command.market_id)
        instructions = command.instructions
        refuse_closed_market(market, len(instructions or ()))
        if instructions is None:
            instructions = tuple(CancelInstruction(order.bet_id) for order in _unmatched(account, market))
            state.refuse_duplicate(command.account, "cancel", command.customer_reference, at)
        else:
            bet_ids = [instruction.bet_id for instruction in instructions]
            _refuse_edit(state, command.account, "cancel", bet_ids, command.customer_reference, at)
        events = [
            _cancel(state, account, market, index, instruction, at) for index, instruction in enumerate(instructions)
        ]
    _remember_edit(state, command, "cancel", events, at)
    return events


def replace_orders(state: State, command: ReplaceOrders, at: int) -> list[Event]:
    """Cancel each bet and place what was unmatched of it at a new price: a new bet, at the back of its queue.

    All cancellations come first and stand. The new orders are placed together or not at all; they owe no minimum
    size, being what is left of accepted ones (exchange mechanics, section 3.1).
    """
    market, account = state.market_for_bets(command.market_id), state.account(command.account)
    refuse_closed_market(market, len(command.instructions))
    bet_ids = [instruction.bet_id for instruction in command.instructions]
    _refuse_edit(state, command.account, "replace", bet_ids, command.customer_reference, at)
    refuse_malformed_version(command.market_version, state.rules)
    events: list[Event] = []
    successors: list[tuple[int, Order, Order]] = []
    for index, instruction in enumerate(command.instructions):
        order = state.own_order(instruction.bet_id, account.name, market.market_id)
        reason = _why_not_repriceable(order, instruction.new_price, market)
        if order is None or reason is not None:
            events.append(_refused(market, account, index, instruction.bet_id, reason or Reason.INVALID_BET_ID, at))
        elif order.order_type is OrderType.LIMIT_ON_CLOSE and version_is_stale(command.market_version, market):
            events.append(_refused(market, account, index, order.bet_id, Reason.BET_TAKEN_OR_LAPSED, at))
        elif order.order_type is OrderType.LIMIT_ON_CLOSE:
            events.extend(_edit_limit_on_close(state, market, account, index, order, instruction.new_price, at))
        else:
            successor = _successor(order, instruction.new_price, at)
            market.cancel(order, order.size_remaining, at)
            events.append(order_cancelled(order, index, successor.size, CancelReason.REPLACED, at))
            successors.append((index, order, successor))
    if successors:
        events.extend(_place_successors(state, command, market, account, successors, at))
    _remember_edit(state, command, "replace", events, at)
    return events


def update_orders(state: State, command: UpdateOrders, at: int) -> list[Event]:
    """Give bets another persistence; price, size and place in the queue stay."""
    market, account = state.market_for_bets(command.market_id), state.account(command.account)
    refuse_closed_market(market, len(command.instructions))
    bet_ids = [instruction.bet_id for instruction in command.instructions]
    _refuse_edit(state, command.account, "update", bet_ids, command.customer_reference, at)
    events: list[Event] = []
    for index, instruction in enumerate(command.instructions):
        order = state.own_order(instruction.bet_id, account.name, market.market_id)
        reason = _why_not_editable(order)
        if order is not None and reason is None:
            reason = check_persistence(instruction.new_persistence, market)
            if order.persistence is instruction.new_persistence:
                reason = Reason.NO_ACTION_REQUIRED
        if order is None or reason is not None:
            events.append(_refused(market, account, index, instruction.bet_id, reason or Reason.INVALID_BET_ID, at))
            continue
        order.update_persistence(instruction.new_persistence)
        events.append(
            OrderUpdated(
                at, order.market_id, order.bet_id, order.account, order.runner, index, instruction.new_persistence
            )
        )
    _remember_edit(state, command, "update", events, at)
    return events


def _refuse_edit(
    state: State, account: str, operation: str, bet_ids: Iterable[int], reference: str | None, at: int
) -> None:
    counts = Counter(bet_ids)
    if not counts:
        raise Refused(Reason.NO_ACTION_REQUIRED, f"there is no instruction to {operation} a bet")
    if counts.total() > state.rules.edit_instruction_limit:
        raise Refused(
            Reason.TOO_MANY_INSTRUCTIONS,
            f"{counts.total()} instructions, at most {state.rules.edit_instruction_limit} at a time",
        )
    state.refuse_duplicate(account, operation, reference, at)
    twice = [bet_id for bet_id, count in counts.items() if count > 1]
    if twice:
        raise Refused(Reason.DUPLICATE_BETIDS, f"bet {twice[0]} is named more than once")


def _remember_edit(
    state: State, command: CancelOrders | ReplaceOrders | UpdateOrders, operation: str, events: Sequence[Event], at: int
) -> None:
    """Note the reference of a request, unless every instruction of it was refused: then it may be sent again."""
    if not events or not all(isinstance(event, InstructionRefused) for event in events):
        state.remember_reference(command.account, operation, command.customer_reference, at)


def _refused(market: Market, account: Account, index: int, bet_id: int, reason: Reason, at: int) -> Event:
    return InstructionRefused(at, market.market_id, account.name, index, bet_id, reason)


def _why_not_editable(order: Order | None) -> Reason | None:
    if order is None:
        return Reason.INVALID_BET_ID
    return None if order.size_remaining else Reason.BET_TAKEN_OR_LAPSED


def _why_not_repriceable(order: Order | None, price: int, market: Market) -> Reason | None:
    """Return why an order cannot be replaced at a price, or `None`.

    The limit of an order for the starting price may only become easier: lower for a back, higher for a lay.
    """
    waits = order is not None and order.order_type is OrderType.LIMIT_ON_CLOSE and order.liability_waiting
    if order is None or not waits:
        reason = _why_not_editable(order)
        return Reason.NO_ACTION_REQUIRED if reason is None and order and order.price == price else reason
    if order.price == price:
        return Reason.NO_ACTION_REQUIRED
    if check_price(price, market) is not None:
        return Reason.INVALID_ODDS
    is_easier = price < order.price if order.side is Side.BACK else price > order.price
    return None if is_easier else Reason.INVALID_PRICE_EDIT


def _edit_limit_on_close(
    state: State, market: Market, account: Account, index: int, order: Order, price: int, at: int
) -> list[Event]:
    """Replace an order for the starting price by one with an easier limit, which keeps its place in the queue."""
    successor = _successor(order, price, at)
    register(state, market, account, successor, at)
    market.edit_starting_price_limit(order, successor, at)
    return [
        order_cancelled(order, index, order.size_cancelled, CancelReason.REPLACED, at),
        order_placed(successor, index, None, at),
        order_queued(successor, at),
    ]


def _cancel(
    state: State,
    account: Account,
    market: Market,
    index: int,
    instruction: CancelInstruction,
    at: int,
    why: CancelReason = CancelReason.REQUESTED,
) -> Event:
    order = state.own_order(instruction.bet_id, account.name, market.market_id)
    reason = _why_not_editable(order)
    reduction = instruction.size_reduction
    if reason is None and reduction is not None and reduction <= 0:
        reason = Reason.INVALID_BET_SIZE
    if order is None or reason is not None:
        return _refused(market, account, index, instruction.bet_id, reason or Reason.INVALID_BET_ID, at)
    size = order.size_remaining if reduction is None else min(reduction, order.size_remaining)
    market.cancel(order, size, at)
    return order_cancelled(order, index, size, why, at)


def cancel_everywhere(state: State, account: Account, at: int, why: CancelReason) -> list[Event]:
    """Cancel all that can be cancelled; bets in suspended markets are reported as not cancelled."""
    events: list[Event] = []
    unmatched = [order for order in account.current_orders.values() if order.size_remaining]
    for index, order in enumerate(unmatched):
        market = state.markets[order.market_id]
        if market.status is MarketStatus.OPEN:
            events.append(_cancel(state, account, market, index, CancelInstruction(order.bet_id), at, why))
        else:
            events.append(_refused(market, account, index, order.bet_id, Reason.ERROR_IN_ORDER, at))
    return events


def _unmatched(account: Account, market: Market) -> list[Order]:
    return [
        order
        for order in account.current_orders.values()
        if order.market_id == market.market_id and order.size_remaining
    ]


def _successor(order: Order, price: int, at: int) -> Order:
    return Order(
        bet_id=NO_BET_ID,
        account=order.account,
        market_id=order.market_id,
        runner=order.runner,
        side=order.side,
        order_type=order.order_type,
        persistence=order.persistence,
        price=price,
        size=order.size_remaining,
        placed_at=at,
        customer_order_reference=order.customer_order_reference,
        customer_strategy_reference=order.customer_strategy_reference,
        size_remaining=order.size_remaining,
        is_line_bet=order.is_line_bet,
    )


def _place_successors(
    state: State,
    command: ReplaceOrders,
    market: Market,
    account: Account,
    successors: list[tuple[int, Order, Order]],
    at: int,
) -> list[Event]:
    orders = [successor for _, _, successor in successors]
    reasons: list[Reason | None] = [check_price(order.price, market) for order in orders]
    if version_is_stale(command.market_version, market):
        reasons = [Reason.BET_TAKEN_OR_LAPSED] * len(orders)
    if not any(reasons):
        try:
            reserve(state, market, account, orders)
        except Refused as refusal:
            reasons = [refusal.reason] * len(orders)
    if any(reasons):
        return [
            ReplacementRefused(
                at,
                old.market_id,
                old.bet_id,
                old.account,
                old.runner,
                index,
                reason or Reason.RELATED_ACTION_FAILED,
            )
            for (index, old, _), reason in zip(successors, reasons, strict=True)
        ]
    indexed_orders = [(index, successor) for index, _, successor in successors]
    return enter_or_hold(state, market, account, indexed_orders, command.market_version, at)
