"""Placing orders: accepted together or not at all, then matched one after the other, in play after the bet delay."""

from collections.abc import Sequence
from heapq import heappush

from simulator.exchange.acceptance import (
    refuse_closed_market,
    refuse_malformed_version,
    refuse_wrong_instructions,
    release,
    reserve,
    version_is_stale,
)
from simulator.exchange.accounts import Account
from simulator.exchange.commands import PlaceInstruction, PlaceOrders
from simulator.exchange.events import (
    Event,
    HeldOrderFate,
    OrdersHeld,
    TicketResolved,
)
from simulator.exchange.execution import enter, wait_for_starting_price
from simulator.exchange.foreign_orders import ForeignOrder
from simulator.exchange.instruction_checks import check_price, check_runner
from simulator.exchange.market import Market
from simulator.exchange.orders import LAPSE, LIMIT, Order
from simulator.exchange.refusals import Reason, Refused
from simulator.exchange.restrictions import refuse_restricted, reserve_restricted
from simulator.exchange.state import HeldOrders, State
from simulator.exchange.statuses import OPEN
from simulator.exchange.telling import order_placed, order_queued

NO_BET_ID = 0
"""The bet id of an order that waits out the bet delay: it gets its own when it reaches the matcher."""


ANY_PRICE = 0
"""The price of a MARKET_ON_CLOSE order, which takes any."""


def place_orders(state: State, command: PlaceOrders, at: int) -> list[Event]:
    """Place all instructions or raise `Refused`; the order of the checks is the table of `acceptance`."""
    market = state.market_for_bets(command.market_id)
    account = state.account(command.account)
    _refuse_request(state, command, market, account, at)
    refuse_wrong_instructions(command, market, account, state.rules)
    orders = [_new_order(instruction, command, market, account, at) for instruction in command.instructions]
    if account.is_restricted:
        reserve_restricted(state, market, account, orders, at, are_new=True)
    else:
        reserve(state, market, account, orders)
    state.remember_reference(command.account, "place", command.customer_reference, at)
    return enter_or_hold(state, market, account, list(enumerate(orders)), command.market_version, at)


def _refuse_request(state: State, command: PlaceOrders, market: Market, account: Account, at: int) -> None:
    refuse_closed_market(market)
    if not account.definition.may_bet:
        raise Refused(Reason.INVALID_ACCOUNT_STATE, f"account {account.name!r} may not bet")
    if account.is_restricted:
        refuse_restricted(state, account, len(command.instructions), at)
    if not command.instructions:
        raise Refused(Reason.NO_ACTION_REQUIRED, "there is no instruction to place an order")
    if len(command.instructions) > state.rules.place_instruction_limit:
        raise Refused(
            Reason.TOO_MANY_INSTRUCTIONS,
            f"{len(command.instructions)} instructions, at most {state.rules.place_instruction_limit} at a time",
        )
    state.refuse_duplicate(command.account, "place", command.customer_reference, at)
    refuse_malformed_version(command.market_version, state.rules)
    if version_is_stale(command.market_version, market):
        raise Refused(
            Reason.BET_ACTION_ERROR,
            f"version {command.market_version} is older than {market.material_version}, the last material change",
            (Reason.BET_TAKEN_OR_LAPSED,) * len(command.instructions),
        )


def _new_order(instruction: PlaceInstruction, command: PlaceOrders, market: Market, account: Account, at: int) -> Order:
    is_limit = instruction.order_type is LIMIT
    size = (instruction.size or 0) if is_limit else 0
    liability = 0 if is_limit else instruction.liability or 0
    persistence = instruction.persistence
    if persistence is None or instruction.time_in_force is not None:
        persistence = LAPSE
    # Told by their places: to put so many together by their names takes longer than to make the order. What many orders
    # have in common is the same object in all of them: that is less to keep, and sooner found equal.
    order = Order(
        NO_BET_ID,
        account.name,
        market.market_id,
        market.runners[instruction.runner].key,
        instruction.side,
        instruction.order_type,
        persistence,
        instruction.price or ANY_PRICE,
        size,
        at,
        instruction.time_in_force,
        instruction.min_fill_size,
        instruction.bet_target_type,
        instruction.bet_target_size if instruction.bet_target_type else None,
        liability,
        market.is_line,
        instruction.customer_order_reference,
        command.customer_strategy_reference,
    )
    order.size_remaining, order.liability_waiting = size, liability
    return order if account.rate is None else ForeignOrder.of(order, account.rate)


def enter_or_hold(
    state: State,
    market: Market,
    account: Account,
    indexed_orders: Sequence[tuple[int, Order]],
    market_version: int | None,
    at: int,
) -> list[Event]:
    """Match the orders now, or in play hold them for the bet delay; each comes with the index of its instruction."""
    if not market.bet_delay or account.definition.unlimited:
        events: list[Event] = []
        for index, order in indexed_orders:
            events.extend(_enter(state, market, account, index, order, at, None))
        return events
    ticket, due_at = state.tickets.take(), at + 1000 * market.bet_delay
    held = HeldOrders(due_at, ticket, account.name, market.market_id, tuple(indexed_orders), market_version)
    heappush(state.held, held)
    return [OrdersHeld(at, market.market_id, ticket, account.name, due_at)]


def resolve(state: State, held: HeldOrders) -> list[Event]:
    """Bring held orders to the matcher at their due time; only the state of the market at that moment counts.

    An order lapses without a bet id where it has become impossible: the market is not open, the version is too old, the
    runner is gone (exchange mechanics). So do then those that came with it: a request is placed whole or
    not at all (manual, placeOrders).
    """
    market, account, at = state.markets[held.market_id], state.accounts[held.account], held.due_at
    orders = [order for _, order in held.orders]
    lapses = market.status is not OPEN or version_is_stale(held.market_version, market)
    culprits = [order for order in orders if lapses or _has_become_impossible(order, market)]
    if culprits:
        release(market, orders)
        fates = [HeldOrderFate(index, None, _reason_to_lapse(order in culprits)) for index, order in held.orders]
        return [TicketResolved(at, market.market_id, held.ticket, account.name, tuple(fates))]
    events: list[Event] = []
    for index, order in held.orders:
        events.extend(_enter(state, market, account, index, order, at, held.ticket))
    fates = [HeldOrderFate(index, order.bet_id, None) for index, order in held.orders]
    return [*events, TicketResolved(at, market.market_id, held.ticket, account.name, tuple(fates))]


def _reason_to_lapse(is_to_blame: bool) -> Reason:
    return Reason.BET_TAKEN_OR_LAPSED if is_to_blame else Reason.ERROR_IN_ORDER


def _has_become_impossible(order: Order, market: Market) -> bool:
    if check_runner(order.runner, market) is not None:
        return True
    if order.order_type is LIMIT:
        return check_price(order.price, market) is not None
    return market.starting_price_is_past


def register(state: State, market: Market, account: Account, order: Order, at: int) -> None:
    """Give an order its bet id: it exists from now on, for everybody who keeps orders."""
    order.register(state.bet_ids.take(), at)
    state.orders[order.bet_id] = order
    market.orders[order.bet_id] = order
    market.runners[order.runner].orders[order.bet_id] = order
    index = market.orders_of.get(order.account)
    if index is None:
        index = market.orders_of[order.account] = account.index.new_market(market.market_id)
    index.orders.append(order)
    account.index.new_orders.append(order)


def _enter(
    state: State, market: Market, account: Account, index: int, order: Order, at: int, ticket: int | None
) -> list[Event]:
    register(state, market, account, order, at)
    placed = order_placed(order, index, ticket, at)
    if order.order_type is not LIMIT:
        wait_for_starting_price(market, order)
        return [placed, order_queued(order, at)]
    return [placed, *enter(market, order, at, state.match_ids.take)]
