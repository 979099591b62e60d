"""Changing orders that are there: cancel, replace, update. Each instruction succeeds or fails on its own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.exchange.acceptance import refuse_closed_market, refuse_malformed_version, reserve, version_is_stale
from simulator.exchange.accounts import Account
from simulator.exchange.commands import CancelInstruction, CancelOrders, ReplaceOrders, UpdateOrders
from simulator.exchange.events import CancelReason, Event, InstructionRefused, OrderUpdated, ReplacementRefused
from simulator.exchange.execution import cancel, edit_starting_price_limit
from simulator.exchange.foreign_orders import ForeignOrder
from simulator.exchange.instruction_checks import check_persistence, check_price, check_profit_ratio
from simulator.exchange.market import Market
from simulator.exchange.orders import BACK, Order, OrderType
from simulator.exchange.placing import NO_BET_ID, enter_or_hold, register
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.restrictions import refuse_restricted, reserve_restricted
from simulator.exchange.rules import BettingRules
from simulator.exchange.state import State
from simulator.exchange.statuses import OPEN
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
            _refuse_edit(state, account, "cancel", bet_ids, command.customer_reference, at)
        events = [
            _cancel(state, account, market, index, instruction, at) for index, instruction in enumerate(instructions)
        ]
    _remember_edit(state, command, "cancel", events, at)
    return events


@dataclass(frozen=True, slots=True)
class _Replacement:
    """A bet that can be replaced, with the place of its instruction in the request and the bet that would follow it."""

    index: int
    order: Order
    successor: Order

    @property
    def waits(self) -> bool:
        """Return whether the bet waits for the starting price: then it is edited, because it cannot be cancelled."""
        return self.order.order_type is OrderType.LIMIT_ON_CLOSE


def replace_orders(state: State, command: ReplaceOrders, at: int) -> list[Event]:
    """Cancel each bet and place what was unmatched of it at a new price: a new bet, at the back of its queue.

    All cancellations come first and stand. The new orders are placed together or not at all; they owe no minimum
    size, being what is left of accepted ones (exchange mechanics). Bets for the starting price, which
    cannot be cancelled, stay as they were where the new orders are not placed (chosen).
    """
    market, account = state.market_for_bets(command.market_id), state.account(command.account)
    refuse_closed_market(market, len(command.instructions))
    bet_ids = [instruction.bet_id for instruction in command.instructions]
    if account.is_restricted:
        refuse_restricted(state, account, 0, at)
    _refuse_edit(state, account, "replace", bet_ids, command.customer_reference, at)
    refuse_malformed_version(command.market_version, state.rules)
    events: list[Event] = []
    replacements: list[_Replacement] = []
    for index, instruction in enumerate(command.instructions):
        order = state.own_order(instruction.bet_id, account.name, market.market_id)
        reason = _why_not_replaceable(order, instruction.new_price)
        if order is None or reason is not None:
            events.append(_refused(market, account, index, instruction.bet_id, reason or Reason.INVALID_BET_ID, at))
            continue
        replacement = _Replacement(index, order, _successor(order.own, account, instruction.new_price, at))
        replacements.append(replacement)
        if not replacement.waits:
            size = order.own.size_remaining
            cancel(market, order, size, at)
            events.append(order_cancelled(order, index, size, CancelReason.REPLACED, at))
    events.extend(_place_successors(state, command, market, account, replacements, at))
    _remember_edit(state, command, "replace", events, at)
    return events


def update_orders(state: State, command: UpdateOrders, at: int) -> list[Event]:
    """Give bets another persistence; price, size and place in the queue stay."""
    market, account = state.market_for_bets(command.market_id), state.account(command.account)
    refuse_closed_market(market, len(command.instructions))
    bet_ids = [instruction.bet_id for instruction in command.instructions]
    _refuse_edit(state, account, "update", bet_ids, command.customer_reference, at)
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
    state: State, account: Account, operation: str, bet_ids: Sequence[int], reference: str | None, at: int
) -> None:
    if not bet_ids:
        raise Refused(Reason.NO_ACTION_REQUIRED, f"there is no instruction to {operation} a bet")
    if len(bet_ids) > state.rules.edit_instruction_limit:
        raise Refused(
            Reason.TOO_MANY_INSTRUCTIONS,
            f"{len(bet_ids)} instructions, at most {state.rules.edit_instruction_limit} at a time",
        )
    state.refuse_duplicate(account.name, operation, reference, at)
    if len(bet_ids) > 1:
        twice = [bet_id for bet_id, count in Counter(bet_ids).items() if count > 1]
        if twice:
            raise Refused(Reason.DUPLICATE_BETIDS, f"bet {twice[0]} is named more than once")
        if account.definition.unlimited:
            state.begin_all()
        named = [state.orders[bet_id] for bet_id in bet_ids if bet_id in state.orders]
        markets = {order.market_id for order in named if order.account == account.name}
        if len(markets) > 1:
            raise Refused(
                Reason.INVALID_ORDER, f"bets of {len(markets)} markets are named: {', '.join(sorted(markets))}"
            )


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


def _why_not_replaceable(order: Order | None, price: int) -> Reason | None:
    """Return why there is nothing of an order to be replaced at a price, or `None`."""
    waits = order is not None and order.order_type is OrderType.LIMIT_ON_CLOSE and order.liability_waiting
    if not waits:
        reason = _why_not_editable(order)
        if reason is not None:
            return reason
    return Reason.NO_ACTION_REQUIRED if order is not None and order.price == price else None


def _why_not_placeable(
    replacement: _Replacement, market_version: int | None, market: Market, account: Account, rules: BettingRules
) -> Reason | None:
    """Return why the new order of a replacement cannot be placed, or `None`.

    The limit of an order for the starting price may only become easier: lower for a back, higher for a lay.
    """
    order, successor = replacement.order, replacement.successor
    if version_is_stale(market_version, market):
        return Reason.BET_TAKEN_OR_LAPSED
    reason = check_price(successor.price, market)
    if reason is not None:
        return reason
    if not replacement.waits:
        return check_profit_ratio(successor.own.size, successor.price, market, account, rules)
    is_easier = successor.price < order.price if order.side is BACK else successor.price > order.price
    return None if is_easier else Reason.INVALID_PRICE_EDIT


def _edit_limit_on_close(
    state: State, market: Market, account: Account, replacement: _Replacement, at: int
) -> list[Event]:
    """Replace an order for the starting price by one with an easier limit, which keeps its place in the queue."""
    index, order, successor = replacement.index, replacement.order, replacement.successor
    register(state, market, account, successor, at)
    edit_starting_price_limit(market, order, successor, at)
    return [
        order_cancelled(order, index, order.own.size_cancelled, CancelReason.REPLACED, at),
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
    size = 0
    if order is not None and reason is None:
        remaining = order.own.size_remaining
        size = remaining if reduction is None else min(reduction, remaining)
        rest = remaining - size
        reason = check_profit_ratio(rest, order.price, market, account, state.rules) if rest else None
    if order is None or reason is not None:
        return _refused(market, account, index, instruction.bet_id, reason or Reason.INVALID_BET_ID, at)
    cancel(market, order, size, at)
    return order_cancelled(order, index, size, why, at)


def cancel_everywhere(state: State, account: Account, at: int, why: CancelReason) -> list[Event]:
    """Cancel all that can be cancelled; bets in suspended markets are reported as not cancelled."""
    if account.definition.unlimited:
        state.begin_all()
    events: list[Event] = []
    for index, order in enumerate(list(account.index.executable.values())):
        market = state.markets[order.market_id]
        if market.status is OPEN:
            events.append(_cancel(state, account, market, index, CancelInstruction(order.bet_id), at, why))
        else:
            events.append(_refused(market, account, index, order.bet_id, Reason.ERROR_IN_ORDER, at))
    return events


def _unmatched(account: Account, market: Market) -> list[Order]:
    index = market.orders_of.get(account.name)
    return [] if index is None else list(index.executable.values())


def _successor(order: Order, account: Account, price: int, at: int) -> Order:
    """Return the bet that follows an order, which is given as its owner sees it."""
    successor = Order(
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
    return successor if account.rate is None else ForeignOrder.of(successor, account.rate)


def _place_successors(
    state: State,
    command: ReplaceOrders,
    market: Market,
    account: Account,
    replacements: Sequence[_Replacement],
    at: int,
) -> list[Event]:
    """Place the new orders of all replacements, or none: the edits of limits first, then those for the exchange."""
    reasons = [_why_not_placeable(each, command.market_version, market, account, state.rules) for each in replacements]
    cancelled = [each for each in replacements if not each.waits]
    if cancelled and not any(reasons):
        try:
            successors = [each.successor for each in cancelled]
            if account.is_restricted:
                reserve_restricted(state, market, account, successors, at, are_new=False)
            else:
                reserve(state, market, account, successors)
        except Refused as refusal:
            blamed = iter(refusal.instruction_reasons or (refusal.reason,) * len(cancelled))
            reasons = [None if each.waits else next(blamed) for each in replacements]
    if any(reasons):
        return [
            _not_placed(market, account, each, reason or Reason.RELATED_ACTION_FAILED, at)
            for each, reason in zip(replacements, reasons, strict=True)
        ]
    events: list[Event] = []
    for each in replacements:
        if each.waits:
            events.extend(_edit_limit_on_close(state, market, account, each, at))
    if cancelled:
        indexed_orders = [(each.index, each.successor) for each in cancelled]
        events.extend(enter_or_hold(state, market, account, indexed_orders, command.market_version, at))
    return events


def _not_placed(market: Market, account: Account, replacement: _Replacement, reason: Reason, at: int) -> Event:
    index, order = replacement.index, replacement.order
    if replacement.waits:
        return _refused(market, account, index, order.bet_id, reason, at)
    return ReplacementRefused(at, order.market_id, order.bet_id, order.account, order.runner, index, reason)
