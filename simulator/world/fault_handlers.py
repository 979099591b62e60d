"""What ordered faults do to a world: the inputs that order them, meet them, follow them, and let late answers go."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from simulator.exchange.commands import CancelInstruction, CancelOrders, Command, PlaceInstruction, PlaceOrders
from simulator.exchange.events import Event, OrderPlaced
from simulator.exchange.orders import Order, OrderType, Persistence, Side
from simulator.exchange.refusals import Impossible, Refused
from simulator.world.clock import ClockError
from simulator.world.fault_happenings import Subject, happening_of
from simulator.world.fault_words import (
    AFTER,
    BET_ELSEWHERE,
    CANCEL_RACES_MATCH,
    FOLLOWING,
    HAPPEN,
    MATCH_BEFORE,
    SESSION_LOST,
    SLOW_EXPOSURE,
    SUSPEND_BEFORE,
    TIME_PASSES,
    TURN_IN_PLAY_BEFORE,
)
from simulator.world.faults import MOST_PENDING, SHARE, Fault, FaultHappening, Meeting
from simulator.world.format.happenings import GoInPlay, Suspend
from simulator.world.format.quantities import Unusable, moment_of
from simulator.world.happened import (
    AnswerReleased,
    FaultFired,
    FaultOrdered,
    FaultPassed,
    FaultsCleared,
    FaultWithoutEffect,
    Notice,
    Refusal,
    SessionClosed,
)
from simulator.world.happenings import verb_of
from simulator.world.inputs import ClearFaults, FollowFault, Input, MeetFaults, OrderFaults, ReleaseAnswer
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
    fault = fired.fault
    events.append(
        FaultFired(at, fired.number, fault.do, meet.operation, meet.account, fired.milliseconds, fired.ticket)
    )
    if fault.do == SESSION_LOST:
        _lose_session(parts, meet, at, events)
    elif not follows(fault):
        _take_effect(_Doing(parts, fired.number, fault, _subject_of(meet), at, events))


def _follow(parts: Parts, follow: FollowFault, at: int, events: list[Event]) -> None:
    _take_effect(_Doing(parts, follow.number, follow.fault, _subject_of(follow), at, events))


def follows(fault: Fault) -> bool:
    """Return whether a fault does to the world what it does once the request was carried out."""
    return fault.do in FOLLOWING and fault.when == AFTER


def _subject_of(request: MeetFaults | FollowFault) -> Subject:
    return Subject(request.account, request.market_id, request.bet_ids, request.instructions)


def _not_slow(parts: Parts, meet: MeetFaults, at: int) -> list[int]:
    """Return the faults of slow exposures that cannot be: the account has not placed a bet so shortly before."""
    slow = [each for each in parts.faults.pending if each.fault.do == SLOW_EXPOSURE]
    account = parts.exchange.accounts.get(meet.account)
    orders = () if account is None or not slow else account.current_orders.values()
    last = max((order.placed_at for order in orders), default=None)
    return [each.number for each in slow if last is None or last + each.fault.within < at]


def _lose_session(parts: Parts, meet: MeetFaults, at: int, events: list[Event]) -> None:
    session = parts.sessions.log_out(meet.token, at)
    if session is not None:
        events.append(SessionClosed(at, session.token, session.account.username))


# Effects


class _Doing(NamedTuple):
    """One effect of a fault: where, of which fault, for which request, when, and the events that have come of it."""

    parts: Parts
    number: int
    fault: Fault
    subject: Subject
    at: int
    events: list[Event]

    def attempt(self, command: Command) -> tuple[Event, ...]:
        """Give the exchange a command; one that cannot be carried out as things stand changes nothing."""
        try:
            happened = tuple(self.parts.exchange.apply(command, self.at))
        except (Refused, Impossible) as refused:
            self.miss(self.fault.do, Refusal.of(refused).text)
            return ()
        self.events.extend(happened)
        return happened

    def miss(self, verb: str, problem: str) -> None:
        """Note that something is impossible. The fault has fired all the same."""
        subject = self.subject
        self.events.append(FaultWithoutEffect(self.at, self.number, verb, subject.account, subject.market_id, problem))
        self.parts.note(Notice(self.at, verb, subject.market_id or None, None, problem))


def _take_effect(doing: _Doing) -> None:
    effect = _EFFECTS.get(doing.fault.do)
    if effect is not None:
        effect(doing)


_SHORTHANDS: Final = {
    SUSPEND_BEFORE: (FaultHappening(Suspend(market="")),),
    TURN_IN_PLAY_BEFORE: (FaultHappening(GoInPlay(market="")),),
}
"""Words that say in short what happens to the market."""


def _let_happen(doing: _Doing) -> None:
    """Plan what is to happen to the market; what is due now happens before anything else does."""
    for planned in _SHORTHANDS.get(doing.fault.do, doing.fault.happenings):
        try:
            happening = happening_of(planned, doing.subject, doing.parts.exchange)
            due_at = doing.at if happening.at is None else moment_of(happening.at, doing.at)
        except (Impossible, Unusable) as problem:
            doing.miss(verb_of(planned.happening), str(problem))
            continue
        doing.events.append(doing.parts.plan(due_at, happening, doing.at))


def _bet_elsewhere(doing: _Doing) -> None:
    """Place the same bets once more, as another login of the account does, which knows no reference of theirs."""
    subject = doing.subject
    instructions = tuple(replace(each, customer_order_reference=None) for each in subject.instructions)
    if not instructions:
        doing.miss(BET_ELSEWHERE, "the request has no bets that could be placed")
        return
    doing.attempt(PlaceOrders(subject.account, subject.market_id, instructions))


def _let_time_pass(doing: _Doing) -> None:
    """Say so where time cannot pass; where it can, whoever met the fault moves the clock, which is the world's own."""
    try:
        doing.parts.clock.refuse_past(doing.at + doing.fault.passes, doing.at)
    except ClockError as problem:
        doing.miss(doing.fault.do, str(problem))


def _match(doing: _Doing) -> None:
    """Let somebody else be earlier: match the bets that a request is about, or take what it would have taken."""
    subject, share, most = doing.subject, doing.fault.share_thousandths, doing.fault.most_bets
    for bet_id in subject.bet_ids[:most]:
        order = doing.parts.exchange.orders.get(bet_id)
        if order is not None and order.account == subject.account:
            _match_order(doing, order, share)
    for instruction in subject.instructions[:most]:
        if instruction.order_type is OrderType.LIMIT and instruction.price is not None and instruction.size:
            size = instruction.size * share // SHARE
            _bet(doing, subject.market_id, PlaceInstruction(
                instruction.runner, instruction.side, OrderType.LIMIT, instruction.price, size, Persistence.LAPSE
            ))  # fmt: skip


def _match_order(doing: _Doing, order: Order, share: int) -> None:
    """Have others bet against an order until so much of what it waits with is matched."""
    left = order.size_remaining - order.size_remaining * share // SHARE
    other = Side.LAY if order.side is Side.BACK else Side.BACK
    for _ in range(_MOST_TAKERS):
        size = order.size_remaining - left
        if size <= 0:
            return
        taker = PlaceInstruction(order.runner, other, OrderType.LIMIT, order.price, size, Persistence.LAPSE)
        if not _bet(doing, order.market_id, taker):
            return


def _bet(doing: _Doing, market_id: str, instruction: PlaceInstruction) -> bool:
    """Have the liquidity account bet, and take back at once what of it is not matched; return whether any was."""
    happened = doing.attempt(PlaceOrders(LIQUIDITY, market_id, (instruction,)))
    matched = False
    for bet_id in [event.bet_id for event in happened if isinstance(event, OrderPlaced)]:
        placed = doing.parts.exchange.orders[bet_id]
        matched = matched or placed.size_matched > 0
        if placed.size_remaining:
            doing.attempt(CancelOrders(LIQUIDITY, market_id, (CancelInstruction(bet_id),)))
    return matched


_EFFECTS: Final[dict[str, Callable[[_Doing], None]]] = {
    HAPPEN: _let_happen,
    SUSPEND_BEFORE: _let_happen,
    TURN_IN_PLAY_BEFORE: _let_happen,
    TIME_PASSES: _let_time_pass,
    BET_ELSEWHERE: _bet_elsewhere,
    MATCH_BEFORE: _match,
    CANCEL_RACES_MATCH: _match,
}

FAULT_HANDLERS: Final[dict[type[Input], Callable[[Parts, Any, int, list[Event]], None]]] = {
    OrderFaults: _order,
    ClearFaults: _clear,
    MeetFaults: _meet,
    FollowFault: _follow,
    ReleaseAnswer: _release,
}
"""The handlers of the inputs about faults."""
