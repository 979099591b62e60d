"""The naive twin's changes of bets that are there: they are cancelled, in part or whole, or persist otherwise.

Written from the exchange mechanics, sections 4 and 14.
"""

from simulator.exchange import events
from simulator.exchange.commands import (
    CancelOrders,
    ReplaceOrders,
    UpdateOrders,
)
from simulator.exchange.refusals import Reason
from tests.property.kernel.twin_acceptance import (
    NaiveRefusal,
    refuse_closed_market,
    rounds_too_far,
    whats_wrong_with_persistence,
)
from tests.property.kernel.twin_book import NaiveBet, unmatched, whose
from tests.property.kernel.twin_placing import NaivePlacing


class NaiveEditing(NaivePlacing):
    """Cancels bets and updates them."""

    def remember_edit(self, command: CancelOrders | ReplaceOrders | UpdateOrders, operation: str, at: int) -> None:
        """Of a request that changed nothing because all of it was refused, nothing is remembered."""
        if {type(event) for event in self.happened} != {events.InstructionRefused}:
            self.remember(command.account, operation, command.customer_reference, at)

    def refuse_edit(self, account: str, operation: str, bet_ids: list[int], reference: str | None, at: int) -> None:
        if len(bet_ids) > self.rules.edit_instruction_limit:
            raise NaiveRefusal(Reason.TOO_MANY_INSTRUCTIONS)
        self.refuse_repeated(account, operation, reference, at)
        if len(set(bet_ids)) < len(bet_ids):
            raise NaiveRefusal(Reason.DUPLICATE_BETIDS)
        if len({bet.market_id for bet in self.bets if bet.account == account and bet.bet_id in bet_ids}) > 1:
            raise NaiveRefusal(Reason.INVALID_ORDER)

    def find(self, bet_id: int, account: str, market_id: str) -> NaiveBet | None:
        """Find a bet by its id among the account's own in the market."""
        for bet in self.bets:
            if (bet.bet_id, bet.account, bet.market_id) == (bet_id, account, market_id):
                return bet
        return None

    def why_not_changeable(self, bet: NaiveBet | None) -> Reason | None:
        if bet is None:
            return Reason.INVALID_BET_ID
        return None if bet.remaining else Reason.BET_TAKEN_OR_LAPSED

    def refuse_one(self, account: str, market_id: str, index: int, bet_id: int, reason: Reason, at: int) -> None:
        self.happened.append(events.InstructionRefused(at, market_id, account, index, bet_id, reason))

    def take_off(self, index: int, bet: NaiveBet, size: int, why: events.CancelReason, at: int) -> None:
        """Cancel a part of a bet; the rest stays where it is in the queue."""
        bet.cancelled += size
        bet.cancelled_at = at
        self.happened.append(events.OrderCancelled(at, *whose(bet), index, size, why))

    def cancel(self, command: CancelOrders, at: int) -> None:
        """Cancel named bets or parts of them, all of a market, or everything; what cannot be cancelled says why."""
        mine = [bet for bet in unmatched(self.bets) if bet.account == command.account]
        if command.market_id is None:
            self.refuse_edit(command.account, "cancel", [], command.customer_reference, at)
            self.cancel_all_of(command.account, events.CancelReason.REQUESTED, at)
        else:
            asked = command.instructions or ()
            refuse_closed_market(self.asked_market(command.market_id), len(asked))
            self.refuse_edit(command.account, "cancel", [one.bet_id for one in asked], command.customer_reference, at)
            if command.instructions is None:
                here = [bet for bet in mine if bet.market_id == command.market_id]
                for index, bet in enumerate(here):
                    self.take_off(index, bet, bet.remaining, events.CancelReason.REQUESTED, at)
            for index, one in enumerate(asked):
                self.cancel_one(index, command, one.bet_id, one.size_reduction, at)
        self.remember_edit(command, "cancel", at)

    def cancel_all_of(self, account: str, why: events.CancelReason, at: int) -> bool:
        """Cancel all of a customer's bets in open markets; tell whether that was all of them."""
        mine = [bet for bet in unmatched(self.bets) if bet.account == account]
        for index, bet in enumerate(mine):
            if self.markets[bet.market_id].status == "OPEN":
                self.take_off(index, bet, bet.remaining, why, at)
            else:
                self.refuse_one(account, bet.market_id, index, bet.bet_id, Reason.ERROR_IN_ORDER, at)
        return not any(bet.remaining for bet in mine)

    def cancel_one(self, index: int, command: CancelOrders, bet_id: int, reduction: int | None, at: int) -> None:
        bet = self.find(bet_id, command.account, command.market_id or "")
        reason = self.why_not_changeable(bet)
        if reason is None and reduction is not None and reduction <= 0:
            reason = Reason.INVALID_BET_SIZE
        if bet is not None and reason is None and reduction is not None and reduction < bet.remaining:
            reason = rounds_too_far(bet.remaining - reduction, bet.price, self.accounts[bet.account])
        if bet is None or reason is not None:
            why_not = reason or Reason.INVALID_BET_ID
            self.refuse_one(command.account, command.market_id or "", index, bet_id, why_not, at)
        else:
            size = bet.remaining if reduction is None else min(reduction, bet.remaining)
            self.take_off(index, bet, size, events.CancelReason.REQUESTED, at)

    def update(self, command: UpdateOrders, at: int) -> None:
        """Change the persistence of bets; nothing else about them changes."""
        market = self.asked_market(command.market_id)
        refuse_closed_market(market, len(command.instructions))
        self.refuse_edit(
            command.account, "update", [one.bet_id for one in command.instructions], command.customer_reference, at
        )
        for index, one in enumerate(command.instructions):
            bet = self.find(one.bet_id, command.account, command.market_id)
            reason = self.why_not_changeable(bet)
            if bet is not None and reason is None:
                if bet.persistence is one.new_persistence:
                    reason = Reason.NO_ACTION_REQUIRED
                else:
                    reason = whats_wrong_with_persistence(one.new_persistence, market)
            if bet is None or reason is not None:
                why_not = reason or Reason.INVALID_BET_ID
                self.refuse_one(command.account, command.market_id, index, one.bet_id, why_not, at)
                continue
            bet.persistence = one.new_persistence
            self.happened.append(events.OrderUpdated(at, *whose(bet), index, one.new_persistence))
        self.remember_edit(command, "update", at)
