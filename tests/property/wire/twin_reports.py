"""The twin of the machine over the wire, as far as it changes bets: naive reports on what its exchange said.

A method of `BettingTwin` gives a request to the world in process and writes the report that the service owes for it,
from the events and the orders that are there then. Written from the manual (placeOrders, cancelOrders, replaceOrders,
updateOrders) and the choices that `docs/fidelity.md` lists, and not from the code that serves.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from msgspec.structs import replace

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    PlaceInstruction,
    PlaceOrders,
    ReplaceInstruction,
    ReplaceOrders,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.events import (
    Event,
    HeldOrderFate,
    InstructionRefused,
    OrderCancelled,
    OrderPlaced,
    OrdersHeld,
    ReplacementRefused,
    TicketResolved,
)
from simulator.exchange.orders import Order, OrderType, TimeInForce
from simulator.exchange.refusals import Refused
from simulator.world.happened import Happened, WorldReset
from simulator.world.world import World
from tests.property.wire.requests import (
    Cancelling,
    Placing,
    Replacing,
    Updating,
    cancellation_words,
    date,
    instruction_words,
    number,
    optional,
    update_words,
    without_none,
)

Report = dict[str, Any]


class Later:
    """A report that is not there before the bet delay is over."""

    def __init__(self) -> None:
        self.report: Report | None = None


def resolve(
    ticket: int,
    later: Later,
    report: Callable[[tuple[HeldOrderFate, ...] | None], Report],
    never_known: Report,
    happened: Happened,
) -> None:
    """Write a report that is owed, once what it is about has happened or never will."""
    for event in happened.events:
        if later.report is None and isinstance(event, TicketResolved) and event.ticket == ticket:
            later.report = report(event.fates)
        if later.report is None and isinstance(event, WorldReset):
            later.report = never_known


def average_price(order: Order) -> float:
    """The average price of the matched part, to the nearest hundredth, halves up."""
    if not order.size_matched:
        return 0.0
    exact = Fraction(sum(match.payout for match in order.fragments), sum(match.size for match in order.fragments))
    return ((2 * exact + 1) // 2) / 100


# Reports


def failure(reason: str, instruction: dict[str, Any]) -> Report:
    return {"status": "FAILURE", "errorCode": reason, "instruction": instruction}


def told(refusal: Refused) -> str:
    """What each edit of a request that is refused whole is told: of a market without betting that, else nothing new."""
    is_over = refusal.reason == "MARKET_NOT_OPEN_FOR_BETTING"
    return "MARKET_NOT_OPEN_FOR_BETTING" if is_over else "ERROR_IN_ORDER"


def summed_up(reports: Sequence[Report]) -> dict[str, str]:
    """The status of a request whose instructions stand by themselves, and its error code."""
    failures = [report["status"] for report in reports].count("FAILURE")
    if failures == 0:
        return {"status": "SUCCESS"}
    if failures == len(reports):
        return {"status": "FAILURE", "errorCode": "BET_ACTION_ERROR"}
    return {"status": "PROCESSED_WITH_ERRORS", "errorCode": "PROCESSED_WITH_ERRORS"}


def of_kind(events: Iterable[Event], *kinds: type[Any]) -> dict[int, Any]:
    """The events of some kinds, by the instruction that they are about."""
    return {event.index: event for event in events if isinstance(event, kinds)}


class BettingTwin:
    """The world in process, told of bets."""

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def orders(self) -> Any:
        return self.world.exchange.orders

    # Placing

    def place(self, account: str, asked: Placing, *, delayed: bool) -> Report | Later:
        echoes = [self.echo(bet) for bet in asked.bets]

        def report(reports: list[Report], status: str = "SUCCESS", reason: str | None = None) -> Report:
            head = without_none(customerRef=asked.reference or None, status=status, errorCode=reason)
            return {**head, "marketId": asked.market, "instructionReports": reports}

        def refused(reason: str, reasons: Sequence[str]) -> Report:
            pairs = zip(reasons or ["ERROR_IN_ORDER"] * len(echoes), echoes, strict=True)
            return report([failure(*pair) for pair in pairs], "FAILURE", reason)

        if delayed:
            return refused("PERMISSION_DENIED", [])
        command = PlaceOrders(
            account, asked.market, bets_of(asked.bets), asked.reference or None, asked.strategy or None, asked.version
        )
        try:
            events = self.world.do(command).accepted()
        except Refused as refusal:
            return refused(refusal.reason, refusal.instruction_reasons)
        if asked.asynchronous:
            return report([pending(echo) for echo in echoes])

        def resolved(fates: tuple[HeldOrderFate, ...] | None) -> Report:
            if fates is None:
                return report([{"status": "TIMEOUT", "instruction": echo} for echo in echoes], "TIMEOUT")
            if all(fate.reason for fate in fates):
                return refused("BET_ACTION_ERROR", [str(fate.reason) for fate in fates])
            return report(
                [
                    failure(fate.reason, echo) if fate.reason else self.placed(echo, fate.bet_id)
                    for fate, echo in zip(fates, echoes, strict=True)
                ]
            )

        placed = of_kind(events, OrderPlaced)
        return self.later(events, resolved) or report(
            [self.placed(echo, placed[index].bet_id) for index, echo in enumerate(echoes)]
        )

    def later(
        self, events: Sequence[Event], report: Callable[[tuple[HeldOrderFate, ...] | None], Report]
    ) -> Later | None:
        """Have a report written when the orders that are held reach the matcher, if any are."""
        later = Later()

        for event in events:
            if isinstance(event, OrdersHeld):
                # A world that begins again knows nothing of these bets, so what is said then is written now.
                self.world.listen(partial(resolve, event.ticket, later, report, report(None)))
                return later
        return None

    def echo(self, bet: PlaceInstruction) -> dict[str, Any]:
        """The instruction as a report repeats it: nothing that is empty, and no persistence beside fill-or-kill."""
        words = instruction_words(bet)
        if not bet.customer_order_reference:
            words.pop("customerOrderRef", None)
        if bet.time_in_force is TimeInForce.FILL_OR_KILL and "limitOrder" in words:
            words["limitOrder"].pop("persistenceType", None)
        return words

    def placed(self, echo: dict[str, Any], bet_id: int | None) -> Report:
        order = self.orders[bet_id]
        status = "EXECUTABLE" if order.size_remaining else "EXECUTION_COMPLETE"
        if order.time_in_force is TimeInForce.FILL_OR_KILL and not order.fragments:
            status = "EXPIRED"
        report = {
            "status": "SUCCESS",
            "instruction": echo,
            "betId": str(bet_id),
            "placedDate": date(order.placed_at),
            "orderStatus": status,
        }
        if order.order_type is OrderType.LIMIT:
            matched = {"averagePriceMatched": average_price(order), "sizeMatched": number(order.size_matched)}
            return {**report, **matched}
        return report

    # Cancelling and updating

    def cancel(self, account: str, asked: Cancelling) -> Report:
        instructions = None if asked.bets is None else tuple(CancelInstruction(*bet) for bet in asked.bets)
        head = without_none(customerRef=asked.reference or None, marketId=asked.market)
        try:
            events = self.world.do(
                CancelOrders(account, asked.market, instructions, asked.reference or None)
            ).accepted()
        except Refused as refusal:
            bets = asked.bets or ()
            reports = [failure(told(refusal), cancellation_words(*bet)) for bet in bets]
            return {**head, "status": "FAILURE", "errorCode": refusal.reason, "instructionReports": reports}
        reports = []
        for event in events:
            if isinstance(event, OrderCancelled | InstructionRefused):
                bet = (event.bet_id, None) if asked.bets is None else asked.bets[event.index]
                reports.append(cancelled(event, *bet))
        return {**head, **summed_up(reports), "instructionReports": reports}

    def update(self, account: str, asked: Updating) -> Report:
        instructions = tuple(UpdateInstruction(*bet) for bet in asked.bets)
        head = without_none(customerRef=asked.reference or None, marketId=asked.market)
        try:
            events = self.world.do(
                UpdateOrders(account, asked.market, instructions, asked.reference or None)
            ).accepted()
        except Refused as refusal:
            reports = [failure(told(refusal), update_words(*bet)) for bet in asked.bets]
            return {**head, "status": "FAILURE", "errorCode": refusal.reason, "instructionReports": reports}
        refused = of_kind(events, InstructionRefused)
        reports = [
            failure(refused[index].reason, update_words(*bet))
            if index in refused
            else {"status": "SUCCESS", "instruction": update_words(*bet)}
            for index, bet in enumerate(asked.bets)
        ]
        return {**head, **summed_up(reports), "instructionReports": reports}

    # Replacing

    def replace(self, account: str, asked: Replacing, *, delayed: bool) -> Report | Later:
        head = without_none(customerRef=asked.reference or None, marketId=asked.market)

        def refused(reason: str, why: str = "ERROR_IN_ORDER", then: str = "ERROR_IN_ORDER") -> Report:
            reports = [self.not_cancelled(account, asked.market, bet, why, then) for bet in asked.bets]
            return {**head, "status": "FAILURE", "errorCode": reason, "instructionReports": reports}

        if delayed:
            return refused("PERMISSION_DENIED")
        instructions = tuple(ReplaceInstruction(*bet) for bet in asked.bets)
        command = ReplaceOrders(account, asked.market, instructions, asked.reference or None, asked.version)
        try:
            events = self.world.do(command).accepted()
        except Refused as refusal:
            why = told(refusal)
            return refused(refusal.reason, why, why if why == "ERROR_IN_ORDER" else "RELATED_ACTION_FAILED")

        def resolved(fates: tuple[HeldOrderFate, ...] | None) -> Report:
            reports = self.replacements(account, asked, events, fates)
            if fates is None:
                return {**head, "status": "TIMEOUT", "instructionReports": [timed_out(each) for each in reports]}
            return {**head, **summed_up(reports), "instructionReports": reports}

        return (None if asked.asynchronous else self.later(events, resolved)) or resolved(())

    def replacements(
        self,
        account: str,
        asked: Replacing,
        events: Sequence[Event],
        fates: tuple[HeldOrderFate, ...] | None,
    ) -> list[Report]:
        cancellations, refusals = of_kind(events, OrderCancelled), of_kind(events, InstructionRefused)
        reasons = {index: event.reason for index, event in of_kind(events, ReplacementRefused).items()}
        bet_ids = {index: event.bet_id for index, event in of_kind(events, OrderPlaced).items()}
        for fate in fates or ():
            if fate.reason:
                reasons[fate.index] = fate.reason
            else:
                bet_ids[fate.index] = fate.bet_id
        reports = []
        for index, bet in enumerate(asked.bets):
            if index not in cancellations:
                why = refusals[index].reason
                reports.append(self.not_cancelled(account, asked.market, bet, why, "RELATED_ACTION_FAILED"))
                continue
            old = self.orders[bet[0]]
            words = new_order_words(old, bet[1], cancellations[index].size)
            unwatched = asked.asynchronous and old.order_type is OrderType.LIMIT
            if index in reasons:
                placed = failure(reasons[index], words)
            elif unwatched or index not in bet_ids:
                placed = pending(words)
            else:
                placed = self.placed(words, bet_ids[index])
            verdict = (
                {"status": "FAILURE", "errorCode": "CANCELLED_NOT_PLACED"}
                if index in reasons
                else {"status": "SUCCESS"}
            )
            done = cancelled(cancellations[index], bet[0])
            reports.append({**verdict, "cancelInstructionReport": done, "placeInstructionReport": placed})
        return reports

    def not_cancelled(self, account: str, market: str, bet: tuple[int, int], why: str, then: str) -> Report:
        """The report on a bet that was left as it is. Of one that is not there only the price is known."""
        order = self.orders.get(bet[0])
        if order is None or (order.account, order.market_id) != (account, market):
            limit = {"price": number(bet[1])}
            words = {"selectionId": 0, "orderType": "LIMIT", "side": "BACK", "limitOrder": limit}
        else:
            words = new_order_words(order, bet[1], None)
        return {
            "status": "FAILURE",
            "errorCode": why,
            "cancelInstructionReport": failure(why, cancellation_words(bet[0])),
            "placeInstructionReport": failure(then, words),
        }


def bets_of(bets: Iterable[PlaceInstruction]) -> tuple[PlaceInstruction, ...]:
    """The instructions as the kernel takes them, to which an empty reference is none."""
    return tuple(replace(bet, customer_order_reference=bet.customer_order_reference or None) for bet in bets)


def pending(instruction: dict[str, Any]) -> Report:
    return {"status": "SUCCESS", "instruction": instruction, "orderStatus": "PENDING"}


def cancelled(event: OrderCancelled | InstructionRefused, bet_id: int, reduction: int | None = None) -> Report:
    """The report on one cancellation: the date is that of a whole one, a part has none."""
    words = cancellation_words(bet_id, reduction)
    if isinstance(event, InstructionRefused):
        return failure(event.reason, words)
    report = {"status": "SUCCESS", "instruction": words, "sizeCancelled": number(event.size)}
    return report if reduction is not None else {**report, "cancelledDate": date(event.at)}


def timed_out(report: Report) -> Report:
    """The report on a replacement whose new bet nobody will ever hear of."""
    if report["status"] == "FAILURE":
        return report
    placed = {"status": "TIMEOUT", "instruction": report["placeInstructionReport"]["instruction"]}
    return {**report, "status": "TIMEOUT", "placeInstructionReport": placed}


def new_order_words(old: Order, price: int, size: int | None) -> dict[str, Any]:
    """The new bet of a replacement, in the words of a request to place it."""
    words = without_none(
        selectionId=old.runner.selection_id,
        orderType=old.order_type,
        side=old.side,
        customerOrderRef=old.customer_order_reference,
    )
    liability = number(old.liability)
    if old.order_type is OrderType.LIMIT:
        limit = without_none(size=optional(size), price=number(price), persistenceType=old.persistence)
        return {**words, "limitOrder": limit}
    if old.order_type is OrderType.LIMIT_ON_CLOSE:
        return {**words, "limitOnCloseOrder": {"liability": liability, "price": number(price)}}
    return {**words, "marketOnCloseOrder": {"liability": liability}}
