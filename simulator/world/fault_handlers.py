"""What ordered faults do to a world: the inputs that order them, meet them, and let late answers go."""

from collections.abc import Callable
from typing import Any, Final

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    PlaceInstruction,
    PlaceOrders,
    SuspendMarket,
    TurnInPlay,
)
from simulator.exchange.events import Event, OrderPlaced
from simulator.exchange.orders import Order, OrderType, Persistence, Side
from simulator.exchange.refusals import Impossible, Refused
from simulator.world.faults import (
    CANCEL_RACES_MATCH,
    MATCH_BEFORE,
    MOST_PENDING,
    SESSION_LOST,
    SHARE,
    SLOW_EXPOSURE,
    SUSPEND_BEFORE,
    TURN_IN_PLAY_BEFORE,
    Fired,
    Meeting,
)
from simulator.world.happened import AnswerReleased, FaultFired, FaultOrdered, FaultPassed, FaultsCleared, SessionClosed
from simulator.world.inputs import ClearFaults, Input, MeetFaults, OrderFaults, ReleaseAnswer
from simulator.world.parts import Parts
from simulator.world.scenario_commands import LIQUIDITY

_MOST_TAKERS: Final = 1000
"""Bets that somebody else places until an order is matched: each takes what is in front of it as well."""


def _order(parts: Parts, order: OrderFaults, at: int, events: list[Event]) -> None:
    if not parts.faults.has_room(len(order.faults), at):
        raise Impossible(f"{MOST_PENDING} faults can be pending in a world and no more; DELETE lets go of all")
    for fault in order.faults:
        pending = parts.faults.order(fault, at)
        events.append(FaultOrdered(at, pending.number, fault.operation, fault.do))


def _clear(parts: Parts, _: ClearFaults, at: int, events: list[Event]) -> None:
    events.append(FaultsCleared(at, tuple(parts.faults.clear())))


def _release(parts: Parts, _: ReleaseAnswer, at: int, events: list[Event]) -> None:
    ticket = parts.faults.release()
    if ticket is None:
        raise Impossible("no answer waits to be released")
    events.append(AnswerReleased(at, ticket))


def _meet(parts: Parts, meet: MeetFaults, at: int, events: list[Event]) -> None:
    meeting = Meeting(meet.operation, meet.account, meet.path)
    passed, fired = parts.faults.meet(meeting, at, {*meet.unfit, *_not_slow(parts, meet, at)})
    events.extend(FaultPassed(at, number, meet.operation, meet.account) for number in passed)
    if fired is None:
        return
    events.append(
        FaultFired(at, fired.number, fired.fault.do, meet.operation, meet.account, fired.milliseconds, fired.ticket)
    )
    effect = _EFFECTS.get(fired.fault.do)
    if effect is not None:
        effect(parts, meet, fired, at, events)


def _not_slow(parts: Parts, meet: MeetFaults, at: int) -> list[int]:
    """Return the faults of slow exposures that cannot be: the account has not placed a bet so shortly before."""
    slow = [each for each in parts.faults.pending if each.fault.do == SLOW_EXPOSURE]
    account = parts.exchange.accounts.get(meet.account)
    orders = () if account is None or not slow else account.current_orders.values()
    last = max((order.placed_at for order in orders), default=None)
    return [each.number for each in slow if last is None or last + each.fault.within < at]


# Effects


def _lose_session(parts: Parts, meet: MeetFaults, _: Fired, at: int, events: list[Event]) -> None:
    session = parts.sessions.log_out(meet.token, at)
    if session is not None:
        events.append(SessionClosed(at, session.token, session.account.username))


def _suspend(parts: Parts, meet: MeetFaults, _: Fired, at: int, events: list[Event]) -> None:
    _try(parts, SuspendMarket(meet.market_id), at, events)


def _turn_in_play(parts: Parts, meet: MeetFaults, _: Fired, at: int, events: list[Event]) -> None:
    _try(parts, TurnInPlay(meet.market_id), at, events)


def _match(parts: Parts, meet: MeetFaults, fired: Fired, at: int, events: list[Event]) -> None:
    """Let somebody else be earlier: match the bets that a request is about, or take what it would have taken."""
    share, most = fired.fault.share_thousandths, fired.fault.most_bets
    for bet_id in meet.bet_ids[:most]:
        order = parts.exchange.orders.get(bet_id)
        if order is not None and order.account == meet.account:
            _match_order(parts, order, share, at, events)
    for instruction in meet.instructions[:most]:
        if instruction.order_type is OrderType.LIMIT and instruction.price is not None and instruction.size:
            size = instruction.size * share // SHARE
            _bet(parts, meet.market_id, PlaceInstruction(
                instruction.runner, instruction.side, OrderType.LIMIT, instruction.price, size, Persistence.LAPSE
            ), at, events)  # fmt: skip


def _match_order(parts: Parts, order: Order, share: int, at: int, events: list[Event]) -> None:
    """Have others bet against an order until so much of what it waits with is matched."""
    left = order.size_remaining - order.size_remaining * share // SHARE
    other = Side.LAY if order.side is Side.BACK else Side.BACK
    for _ in range(_MOST_TAKERS):
        size = order.size_remaining - left
        if size <= 0:
            return
        taker = PlaceInstruction(order.runner, other, OrderType.LIMIT, order.price, size, Persistence.LAPSE)
        if not _bet(parts, order.market_id, taker, at, events):
            return


def _bet(parts: Parts, market_id: str, instruction: PlaceInstruction, at: int, events: list[Event]) -> bool:
    """Have the liquidity account bet, and take back at once what of it is not matched; return whether any was."""
    happened = _try(parts, PlaceOrders(LIQUIDITY, market_id, (instruction,)), at, events)
    matched = False
    for bet_id in [event.bet_id for event in happened if isinstance(event, OrderPlaced)]:
        placed = parts.exchange.orders[bet_id]
        matched = matched or placed.size_matched > 0
        if placed.size_remaining:
            _try(parts, CancelOrders(LIQUIDITY, market_id, (CancelInstruction(bet_id),)), at, events)
    return matched


def _try(parts: Parts, command: Any, at: int, events: list[Event]) -> tuple[Event, ...]:
    """Give the exchange a command; one that cannot be carried out as things stand changes nothing."""
    try:
        happened = tuple(parts.exchange.apply(command, at))
    except (Refused, Impossible):
        # The fault has fired all the same: a market that is suspended already cannot be suspended.
        return ()
    events.extend(happened)
    return happened


_EFFECTS: Final[dict[str, Callable[[Parts, MeetFaults, Fired, int, list[Event]], None]]] = {
    SESSION_LOST: _lose_session,
    SUSPEND_BEFORE: _suspend,
    TURN_IN_PLAY_BEFORE: _turn_in_play,
    MATCH_BEFORE: _match,
    CANCEL_RACES_MATCH: _match,
}

FAULT_HANDLERS: Final[dict[type[Input], Callable[[Parts, Any, int, list[Event]], None]]] = {
    OrderFaults: _order,
    ClearFaults: _clear,
    MeetFaults: _meet,
    ReleaseAnswer: _release,
}
"""The handlers of the inputs about faults."""
