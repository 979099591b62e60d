"""The naive twin's restrictions: what keeps an account from betting although the market would take its bets.

Written from the table in `simulator.exchange.acceptance`, lines 3 and 11, and the rules of countries as published.
What an account has lost is added up from the postings of its bets and its commission, whenever it is asked.
"""

from itertools import pairwise

from msgspec.structs import replace

from simulator.exchange import events
from simulator.exchange.commands import ChangeStanding, OpenAccount
from simulator.exchange.jurisdictions import Jurisdiction
from simulator.exchange.refusals import Reason
from tests.property.kernel.twin_acceptance import NaiveMarket, NaiveNonsense, NaiveRefusal
from tests.property.kernel.twin_auction import NaiveAuction
from tests.property.kernel.twin_book import NaiveBet

MOST_INSTRUCTIONS_IN_ITALY = 50
RISKS_TOO_MUCH = Reason.LOSS_LIMIT_EXCEEDED


class NaiveRestrictions(NaiveAuction):
    """Looks at who bets, and at what they have lost."""

    def change_standing(self, command: ChangeStanding, at: int) -> None:
        standing = command.standing
        if (standing.loss_limit or 0) < 0 or standing.loss_period_milliseconds < 0:
            raise NaiveNonsense
        if command.account not in self.accounts:
            raise NaiveNonsense
        self.accounts[command.account] = replace(self.accounts[command.account], standing=standing)
        self.happened.append(events.StandingChanged(at, command.account))

    def refuse_restricted(self, account: OpenAccount, instructions: int, at: int) -> None:
        """Refuse whatever an account asks that would be new bets, before looking at them."""
        standing = account.standing
        if not standing.wallet_is_open:
            raise NaiveRefusal(Reason.INVALID_WALLET_STATUS)
        if not standing.regulator_answers:
            raise NaiveRefusal(Reason.REGULATOR_IS_NOT_AVAILABLE)
        if account.jurisdiction == Jurisdiction.ITALY and instructions > MOST_INSTRUCTIONS_IN_ITALY:
            raise NaiveRefusal(Reason.REJECTED_BY_REGULATOR)
        if standing.loss_limit is not None and self.lost(account, at) >= standing.loss_limit:
            raise NaiveRefusal(Reason.LOSS_LIMIT_EXCEEDED)

    def moved_by_betting(self, account: OpenAccount, after: int) -> list[tuple[str, int]]:
        """What bets and commission have moved since a time: the market and what the account got, the latest last."""
        return [
            (market_id, amount if target == account.account else -amount)
            for at, source, target, amount, market_id in self.moves
            if account.account in (source, target) and market_id is not None and at > after
        ]

    def lost(self, account: OpenAccount, at: int) -> int:
        """What an account has lost in its period; who has won has lost less than nothing."""
        moved = self.moved_by_betting(account, at - account.standing.loss_period_milliseconds)
        return -sum(amount for _, amount in moved)

    def has_just_lost(self, account: OpenAccount, at: int) -> int:
        """What was lost in the market that was settled last, if that was a moment ago and it was anything."""
        window = self.rules.chasing_window_seconds
        moved = [] if window is None else self.moved_by_betting(account, at - 1000 * window)
        return max(0, -sum(amount for market_id, amount in moved if market_id == moved[-1][0]))

    def whats_too_risky(
        self, account: OpenAccount, market: NaiveMarket, there: list[NaiveBet], new: list[NaiveBet], at: int
    ) -> list[Reason | None]:
        """Blame those bets with which more is at risk than may still be lost; the bets count one after the other."""
        if account.standing.loss_limit is None:
            return [None] * len(new)
        most = account.standing.loss_limit - self.lost(account, at)
        risks = [self.risk_with(account, market, [*there, *new[:count]]) for count in range(len(new) + 1)]
        if risks[-1] <= most:
            return [None] * len(new)
        blamed = [after > max(before, most) for before, after in pairwise(risks)]
        if not any(blamed):
            return [None] * len(new)
        return [RISKS_TOO_MUCH if is_guilty else Reason.ERROR_IN_ORDER for is_guilty in blamed]

    def risk_with(self, account: OpenAccount, market: NaiveMarket, bets: list[NaiveBet]) -> int:
        """What the account could lose everywhere if these were its bets in a market."""
        elsewhere = self.exposure(account.account) - self.exposure_in(account.account, market)
        return elsewhere + self.at_risk(account.account, market, bets)

    def refuse_risk(self, account: OpenAccount, market: NaiveMarket, new: list[NaiveBet], at: int) -> None:
        """Refuse new bets that could lose more than is allowed, or chase a loss where that is forbidden."""
        there = self.own_bets(account.account, market)
        blamed = self.whats_too_risky(account, market, there, new, at)
        if any(blamed):
            raise NaiveRefusal(Reason.BET_ACTION_ERROR, tuple(reason for reason in blamed if reason))
        rise = self.risk_with(account, market, [*there, *new]) - self.risk_with(account, market, there)
        lost = self.has_just_lost(account, at) if account.jurisdiction == Jurisdiction.SPAIN else 0
        if lost and rise > lost:
            raise NaiveRefusal(Reason.NO_CHASING)
