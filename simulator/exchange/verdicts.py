"""Verdicts: a market's result as something that every bet can be judged by.

The rules are those of exchange mechanics; `results` makes verdicts of what an operator says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from simulator.exchange.lines import Fate, Numbers, line_bets
from simulator.exchange.orders import BACK, VOIDED, BetOutcome, Judgement, Order, RunnerKey
from simulator.exchange.payouts import NONE, Share, each_way_profit, matched_winnings, owners_profit, shared_profit
from simulator.exchange.statuses import REMOVED, RunnerStatus

LOSER, PLACED, WINNER = RunnerStatus.LOSER, RunnerStatus.PLACED, RunnerStatus.WINNER
WON, LOST = BetOutcome.WON, BetOutcome.LOST
Statuses = Mapping[RunnerKey, RunnerStatus]

VOID: Final[Judgement] = (0, VOIDED)


class Verdict(Protocol):
    """A result that every order can be judged by, and the new statuses of the runners it speaks of."""

    @property
    def statuses(self) -> Statuses:
        """Return how runners ended; those it leaves out were withdrawn or settled before."""

    def judge(self, order: Order) -> Judgement:
        """Return what becomes of the matched part of an order."""


@dataclass(frozen=True)
class OddsVerdict:
    """Winners and losers: the `shares` of all on whom bets stand, less than all in a dead heat, `NONE` of who lost."""

    statuses: Statuses
    shares: Mapping[RunnerKey, Share]

    def judge(self, order: Order) -> Judgement:
        """Return the profit of the share that won."""
        share = self.shares.get(order.runner)
        if share is None:
            return VOID
        if share is NONE:
            return (-order.size_matched, LOST) if order.side is BACK else (order.size_matched, WON)
        backer = shared_profit(order.size_matched, matched_winnings(order), share)
        return (backer, WON) if order.side is BACK else (-backer, LOST)


@dataclass(frozen=True)
class EachWayVerdict:
    """A winner and placed runners; the winner is placed too. Without `place_shares` the place parts are void.

    Who is `hidden` has lost.
    """

    statuses: Statuses
    divisor: int
    win_shares: Mapping[RunnerKey, Share]
    place_shares: Mapping[RunnerKey, Share] | None
    hidden: frozenset[RunnerKey] = frozenset()

    def judge(self, order: Order) -> Judgement:
        """Return the profit of both parts together; a bet on a placed runner may have won or lost money by it."""
        status = LOSER if order.runner in self.hidden else self.statuses.get(order.runner, REMOVED)
        if status is REMOVED:
            return VOID
        place = None if self.place_shares is None else self.place_shares.get(order.runner, NONE)
        win = self.win_shares.get(order.runner, NONE)
        backer = each_way_profit(order.size_matched, matched_winnings(order), self.divisor, win, place)
        if status is PLACED and place is not None:
            return owners_profit(order, backer), BetOutcome.PLACE
        return owners_profit(order, backer), _outcome(order, backer_won=status is WINNER)


@dataclass(frozen=True)
class NumberVerdict:
    """The number, in hundredths, that a market of lines ended in."""

    statuses: Statuses
    numbers: Numbers
    number: int

    def judge(self, order: Order) -> Judgement:
        """Return the profit on the order's lines; a bet of which all is refunded is void."""
        if self.statuses.get(order.runner, REMOVED) is REMOVED:
            return VOID
        fates = [(bet, bet.line.fate(self.number)) for bet in line_bets(order, self.numbers)]
        if all(fate is Fate.REFUNDED for _, fate in fates):
            return VOID
        exact = sum(bet.exact_profit(fate) for bet, fate in fates)
        backer = sum(bet.profit(fate) for bet, fate in fates)
        # On several lines the parts of a bet may win as much as they lose: then the bet counts as lost (chosen).
        outcome = _outcome(order, backer_won=exact > 0) if exact else LOST
        return owners_profit(order, backer), outcome


def _outcome(order: Order, *, backer_won: bool) -> BetOutcome:
    return WON if backer_won is (order.side is BACK) else LOST
