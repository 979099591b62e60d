"""The twin of the machine over the wire, as far as it changes bets: reports on what lists of bets show.

A method of `BettingTwin` copies the customer's bets, gives the request to the world in process, and writes the report
that the service owes from the copies, from the bets that are there afterwards, and from the rules of `twin_bets`. What
the exchange tells of what it did is not listened to. Only that it refuses a request whole, and why, is its own word.
Written from the manual (placeOrders, cancelOrders, replaceOrders, updateOrders) and the choices that
`docs/fidelity.md` lists, and not from the code that serves.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from simulator.exchange.commands import (
    CancelInstruction,
    CancelOrders,
    PlaceInstruction,
    PlaceOrders,
    ReplaceOrders,
    UpdateInstruction,
    UpdateOrders,
)
from simulator.exchange.orders import Order, OrderType, RunnerKey, TimeInForce
from simulator.exchange.refusals import Refused
from simulator.world.happened import Happened
from simulator.world.world import World
from tests.property.wire.report_words import Report, average_price, failure, pending, summed_up, timeout, told
from tests.property.wire.requests import (
    Cancelling,
    Placing,
    Updating,
    cancellation_words,
    date,
    instruction_words,
    number,
    update_words,
    without_none,
)
from tests.property.wire.twin_bets import (
    Bet,
    bets_of,
    comes_too_late,
    why_not_cancelled,
    why_not_updated,
)
from tests.property.wire.worlds import MARKET_ENTRIES

Gone = Collection[RunnerKey] | None
"""The runners on which bets came too late, when the bet delay was over; `None` in a world that has begun again."""


class Later:
    """A report that is not there before the bet delay is over, for a request to bet in a market."""

    def __init__(self, due_at: int, market: str, version: int | None, exchange: object) -> None:
        self.due_at, self.market, self.version, self.exchange = due_at, market, version, exchange
        self.report: Report | None = None
        self.write: Callable[[Gone], Report]


class BettingTwin:
    """The world in process, told of bets, and the reports that are owed for those in the bet delay."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.owed: list[Later] = []
        self.known: set[int] = set()
        """The bets that were there before the last request, or that a report has named since."""
        world.listen(self.look)

    @property
    def orders(self) -> Any:
        return self.world.exchange.orders

    @property
    def now(self) -> int:
        return self.world.clock.now()

    def do(self, command: PlaceOrders | CancelOrders | ReplaceOrders | UpdateOrders) -> Refused | None:
        """Give a request to the world, after a look at the bets that are there; return why it is refused whole."""
        self.known = set(self.orders)
        try:
            self.world.do(command).accepted()
        except Refused as refusal:
            return refusal
        return None

    # The bet delay

    def owe(self, market: str, version: int | None) -> Later | None:
        """Return the report on bets that have just been accepted, if it has to wait, with nothing in it."""
        delay_seconds = MARKET_ENTRIES[market].get("betDelay", 0)
        if not (delay_seconds and self.world.exchange.markets[market].in_play):
            return None
        later = Later(self.now + delay_seconds * 1000, market, version, self.world.exchange)
        self.owed.append(later)
        return later

    def look(self, happened: Happened) -> None:
        """Write the reports that have waited long enough, first come first; a new world remembers no bets."""
        for later in list(self.owed):
            has_begun_again = later.exchange is not self.world.exchange
            if has_begun_again or happened.at >= later.due_at:
                self.owed.remove(later)
                later.report = later.write(None if has_begun_again else self.gone(later))

    def gone(self, later: Later) -> Collection[RunnerKey]:
        """All runners of a market that takes no bets of that version now, or else those that do not run any more."""
        market = self.world.exchange.markets[later.market]
        takes_bets = market.status == "OPEN" and not comes_too_late(later.version, market)
        return [key for key, runner in market.runners.items() if not (takes_bets and runner.status == "ACTIVE")]

    def new_bet(self, *terms: object) -> Order:
        """Return the first bet that nobody has heard of with this account, market, runner, side, type and price."""
        for bet_id in sorted(set(self.orders) - self.known):
            order: Order = self.orders[bet_id]
            has = (order.account, order.market_id, order.runner, order.side, order.order_type, order.price)
            if has == terms or (has[:-1] == terms[:-1] and order.order_type is OrderType.MARKET_ON_CLOSE):
                self.known.add(bet_id)
                return order.own
        raise AssertionError(f"there is no new bet for {terms}")

    # Placing

    def place(self, account: str, asked: Placing, *, delayed: bool) -> Report | Later:
        echoes = [self.echo(bet) for bet in asked.bets]

        def report(reports: list[Report], status: str = "SUCCESS", reason: str | None = None) -> Report:
            head = without_none(customerRef=asked.reference or None, status=status, errorCode=reason)
            return {**head, "marketId": asked.market, "instructionReports": reports}

        def refused(reason: str, reasons: Sequence[str]) -> Report:
            pairs = zip(reasons or ["ERROR_IN_ORDER"] * len(echoes), echoes, strict=True)
            return report([failure(*pair) for pair in pairs], "FAILURE", reason)

        def after(gone: Gone) -> Report:
            if gone is None:
                return report([timeout(echo) for echo in echoes], "TIMEOUT")
            if reasons := too_late([bet.runner for bet in asked.bets], gone):
                return refused("BET_ACTION_ERROR", reasons)
            terms = [(account, asked.market, bet.runner, bet.side, bet.order_type, bet.price) for bet in asked.bets]
            return report([self.placed(echo, self.new_bet(*each)) for echo, each in zip(echoes, terms, strict=True)])

        if delayed:
            return refused("PERMISSION_DENIED", [])
        refusal = self.do(
            PlaceOrders(
                account,
                asked.market,
                without_empty_references(asked.bets),
                asked.reference or None,
                asked.strategy or None,
                asked.version,
            )
        )
        if refusal is not None:
            return refused(refusal.reason, refusal.instruction_reasons)
        later = self.owe(asked.market, asked.version)
        if later is not None:
            later.write = after
        if asked.asynchronous:
            return report([pending(echo) for echo in echoes])
        return later or after(())

    def echo(self, bet: PlaceInstruction) -> dict[str, Any]:
        """The instruction as a report repeats it: nothing that is empty, and no persistence beside fill-or-kill."""
        words = instruction_words(bet)
        if not bet.customer_order_reference:
            words.pop("customerOrderRef", None)
        if bet.time_in_force is TimeInForce.FILL_OR_KILL and "limitOrder" in words:
            words["limitOrder"].pop("persistenceType", None)
        return words

    def placed(self, echo: dict[str, Any], order: Order) -> Report:
        status = "EXECUTABLE" if order.size_remaining else "EXECUTION_COMPLETE"
        if order.time_in_force is TimeInForce.FILL_OR_KILL and not order.fragments:
            status = "EXPIRED"
        report = {
            "status": "SUCCESS",
            "instruction": echo,
            "betId": str(order.bet_id),
            "placedDate": date(self.now),
            "orderStatus": status,
        }
        if order.order_type is OrderType.LIMIT:
            matched = {"averagePriceMatched": average_price(order), "sizeMatched": number(order.size_matched)}
            return {**report, **matched}
        return report

    # Cancelling and updating

    def cancel(self, account: str, asked: Cancelling, *, delayed: bool) -> Report:
        """An empty list of bets is as none: all are cancelled."""
        before = bets_of(self.world, account)
        head = without_none(customerRef=asked.reference or None, marketId=asked.market)
        if delayed:
            reports = [failure("ERROR_IN_ORDER", cancellation_words(*bet)) for bet in asked.bets or ()]
            return {**head, "status": "FAILURE", "errorCode": "PERMISSION_DENIED", "instructionReports": reports}
        instructions = tuple(CancelInstruction(*bet) for bet in asked.bets) if asked.bets else None
        refusal = self.do(CancelOrders(account, asked.market, instructions, asked.reference or None))
        if refusal is not None:
            reports = [failure(told(refusal), cancellation_words(*bet)) for bet in asked.bets or ()]
            return {**head, "status": "FAILURE", "errorCode": refusal.reason, "instructionReports": reports}
        if not asked.bets:
            reports = self.all_cancelled(bet for bet in before.values() if asked.market in (None, bet.market))
        else:
            reports = []
            for bet_id, reduction in asked.bets:
                bet = before.get(bet_id)
                reason = why_not_cancelled(bet, asked.market or "", reduction)
                words = cancellation_words(bet_id, reduction)
                if bet is None or reason is not None:
                    reports.append(failure(str(reason), words))
                else:
                    size = bet.unmatched if reduction is None else min(reduction, bet.unmatched)
                    reports.append(self.cancelled(bet, words, size, is_whole=reduction is None))
        return {**head, **summed_up(reports), "instructionReports": reports}

    def all_cancelled(self, bets: Iterable[Bet]) -> list[Report]:
        """The reports on all bets of which something is unmatched; in a market that is suspended they stay."""
        return [
            self.cancelled(bet, cancellation_words(bet.bet_id), bet.unmatched)
            if self.world.exchange.markets[bet.market].status == "OPEN"
            else failure("ERROR_IN_ORDER", cancellation_words(bet.bet_id))
            for bet in bets
            if bet.unmatched
        ]

    def cancelled(self, bet: Bet, words: dict[str, Any], size: int, *, is_whole: bool = True) -> Report:
        """The report on one cancellation: the date is that of a whole one, a part has none."""
        assert self.orders[bet.bet_id].own.size_cancelled == bet.cancelled + size
        report = {"status": "SUCCESS", "instruction": words, "sizeCancelled": number(size)}
        return {**report, "cancelledDate": date(self.now)} if is_whole else report

    def update(self, account: str, asked: Updating, *, delayed: bool) -> Report:
        before = bets_of(self.world, account)
        head = without_none(customerRef=asked.reference or None, marketId=asked.market)
        if delayed:
            reports = [failure("ERROR_IN_ORDER", update_words(*bet)) for bet in asked.bets]
            return {**head, "status": "FAILURE", "errorCode": "PERMISSION_DENIED", "instructionReports": reports}
        instructions = tuple(UpdateInstruction(*bet) for bet in asked.bets)
        refusal = self.do(UpdateOrders(account, asked.market, instructions, asked.reference or None))
        if refusal is not None:
            reports = [failure(told(refusal), update_words(*bet)) for bet in asked.bets]
            return {**head, "status": "FAILURE", "errorCode": refusal.reason, "instructionReports": reports}
        reports = []
        for bet_id, persistence in asked.bets:
            market = self.world.exchange.markets[asked.market]
            reason = why_not_updated(before.get(bet_id), market, persistence)
            words = update_words(bet_id, persistence)
            assert reason is not None or self.orders[bet_id].persistence is persistence
            reports.append(failure(reason, words) if reason else {"status": "SUCCESS", "instruction": words})
        return {**head, **summed_up(reports), "instructionReports": reports}


def too_late(runners: Sequence[RunnerKey], gone: Collection[RunnerKey]) -> list[str]:
    """Why bets on some runners fail that were held together, if any of them came too late."""
    reasons = ["BET_TAKEN_OR_LAPSED" if runner in gone else "ERROR_IN_ORDER" for runner in runners]
    return reasons if "BET_TAKEN_OR_LAPSED" in reasons else []


def without_empty_references(bets: Iterable[PlaceInstruction]) -> tuple[PlaceInstruction, ...]:
    """The instructions as the kernel takes them, to which an empty reference is none."""
    return tuple(replace(bet, customer_order_reference=bet.customer_order_reference or None) for bet in bets)
