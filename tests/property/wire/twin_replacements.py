"""The twin of the machine over the wire, as far as it replaces bets: reports on what lists of bets show.

A bet is cancelled and stays so; its successor is placed with all others of the request, or none is. A bet that waits
for the starting price has its limit edited with the others, or stays as it was.
"""

from collections.abc import Callable

from simulator.exchange.commands import ReplaceInstruction, ReplaceOrders
from tests.property.wire.report_words import (
    Report,
    failure,
    not_cancelled,
    of_both,
    pending,
    summed_up,
    timeout,
    told,
    words_of_successor,
)
from tests.property.wire.requests import Replacing, cancellation_words, without_none
from tests.property.wire.twin_bets import Bet, bets_of, why_not_placed_anew, why_not_replaced
from tests.property.wire.twin_reports import BettingTwin, Gone, Later, too_late


class ReplacingTwin(BettingTwin):
    """The world in process, told of any change of bets."""

    def replace(self, account: str, asked: Replacing, *, delayed: bool) -> Report | Later:
        before, held_before = bets_of(self.world, account), len(self.world.exchange.held_orders)
        head = without_none(customerRef=asked.reference or None, marketId=asked.market)

        def refused(reason: str, why: str = "ERROR_IN_ORDER", then: str = "ERROR_IN_ORDER") -> Report:
            reports = [not_cancelled(before.get(bet[0]), asked.market, *bet, why, then) for bet in asked.bets]
            return {**head, "status": "FAILURE", "errorCode": reason, "instructionReports": reports}

        if delayed:
            return refused("PERMISSION_DENIED")
        instructions = tuple(ReplaceInstruction(*bet) for bet in asked.bets)
        refusal = self.do(ReplaceOrders(account, asked.market, instructions, asked.reference or None, asked.version))
        if refusal is not None:
            why = told(refusal)
            return refused(refusal.reason, why, why if why == "ERROR_IN_ORDER" else "RELATED_ACTION_FAILED")
        is_held = len(self.world.exchange.held_orders) > held_before
        replacement = Replacement(self, asked, before, is_held=is_held)
        later = self.owe(asked.market, asked.version) if is_held else None
        if later is not None:
            later.write = replacement.after
        if asked.asynchronous:
            return replacement.report(replacement.as_soon_as_accepted)
        return later or replacement.after(())


class Replacement:
    """What becomes of the bets of one request that is accepted, by how they were before it."""

    def __init__(self, twin: BettingTwin, asked: Replacing, before: dict[int, Bet], *, is_held: bool) -> None:
        self.twin, self.asked, self.before = twin, asked, before
        market = twin.world.exchange.markets[asked.market]
        self.kept = {bet_id: why_not_replaced(before.get(bet_id), asked.market, price) for bet_id, price in asked.bets}
        """Why each bet is left as it is."""
        old = [(before[bet_id], price) for bet_id, price in asked.bets if self.kept[bet_id] is None]
        self.wrong = {bet.bet_id: why_not_placed_anew(bet, price, market, asked.version) for bet, price in old}
        """Why the successor of each of the other bets is not placed."""
        for_exchange = [bet.bet_id for bet, _ in old if not bet.waits]
        if for_exchange and not any(self.wrong.values()) and not is_held and set(twin.orders) == twin.known:
            # All is right about the new bets, and they are not there: nothing is left but the money.
            self.wrong |= dict.fromkeys(for_exchange, "INSUFFICIENT_FUNDS")
        if any(self.wrong.values()):
            self.wrong = {bet_id: reason or "RELATED_ACTION_FAILED" for bet_id, reason in self.wrong.items()}
        self.cancellations = {
            bet.bet_id: twin.cancelled(bet, cancellation_words(bet.bet_id), bet.unmatched)
            for bet, _ in old
            if not (bet.waits and self.wrong[bet.bet_id])
        }

    def report(self, outcome: Callable[[Bet, int], Report]) -> Report:
        """The report, with what became of the successor of each bet that is replaced."""
        reports = []
        for bet_id, price in self.asked.bets:
            bet, reason = self.before.get(bet_id), self.kept[bet_id] or self.wrong[bet_id]
            if bet is None or bet_id not in self.cancellations:
                then = "RELATED_ACTION_FAILED"
                reports.append(not_cancelled(bet, self.asked.market, bet_id, price, str(reason), then))
                continue
            placed = failure(reason, words_of_successor(bet, price)) if reason else outcome(bet, price)
            reports.append({**of_both(placed), "cancelInstructionReport": self.cancellations[bet_id]})
        head = without_none(customerRef=self.asked.reference or None, marketId=self.asked.market)
        return {**head, **summed_up(reports), "instructionReports": reports}

    def after(self, gone: Gone) -> Report:
        """The report after the bet delay, or at once where there is none."""
        if gone is None:
            report = self.report(lambda bet, price: timeout(words_of_successor(bet, price)))
            report.pop("errorCode", None)
            return {**report, "status": "TIMEOUT"}
        held = [self.before[bet_id] for bet_id, reason in self.wrong.items() if reason is None]
        reasons = too_late([bet.runner for bet in held], gone)
        if not reasons:
            return self.report(self.placed)
        why = dict(zip((bet.bet_id for bet in held), reasons, strict=True))
        return self.report(lambda bet, price: failure(why[bet.bet_id], words_of_successor(bet, price)))

    def placed(self, bet: Bet, price: int) -> Report:
        terms = (bet.account, bet.market, bet.runner, bet.side, bet.order_type, price)
        return self.twin.placed(words_of_successor(bet, price), self.twin.new_bet(*terms))

    def as_soon_as_accepted(self, bet: Bet, price: int) -> Report:
        """A bet that waits for the starting price has its new limit at once, whoever waits for the report."""
        return self.placed(bet, price) if bet.waits else pending(words_of_successor(bet, price))
