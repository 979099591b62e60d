"""Verdicts: a market's result as something that every bet can be judged by.

The rules are those of exchange mechanics; `results` makes verdicts of what an operator says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from simulator.exchange.lines import Fate, Numbers, line_bets
from simulator.exchange.orders import BACK, VOIDED, BetOutcome, Order, RunnerKey
from simulator.exchange.payouts import NONE, Share, each_way_profit, matched_winnings, owners_profit, shared_profit
from simulator.exchange.records import new_record
from simulator.exchange.statuses import REMOVED, RunnerStatus

LOSER, PLACED, WINNER = RunnerStatus.LOSER, RunnerStatus.PLACED, RunnerStatus.WINNER
WON, LOST = BetOutcome.WON, BetOutcome.LOST
Statuses = Mapping[RunnerKey, RunnerStatus]


class Judgement(NamedTuple):
    """What becomes of the matched part of an order: its owner's profit in pence, gross, and a word for it."""

    profit: int
    outcome: BetOutcome


VOID: Final = Judgement(0, VOIDED)


class Verdict(Protocol):
    """A result that every order can be judged by, and the new statuses of the runners it speaks of."""

    @property
    def statuses(self) -> Statuses:
        """Return how runners ended; those it leaves out were withdrawn or settled before."""

    def judge(self, order: Order) -> Judgement:
        """Return what becomes of the matched part of an order."""


@dataclass(frozen=True)
class OddsVerdict:
    """Winners and losers; `shares` are the winners', less than all in a dead heat. Who is `hidden` has lost."""

    statuses: Statuses
    shares: Mapping[RunnerKey, Share]
    hidden: frozenset[RunnerKey] = frozenset()

    def judge(self, order: Order) -> Judgement:
        """Return the profit of the share that won."""
        runner = order.runner
        status = LOSER if runner in self.hidden else self.statuses.get(runner, REMOVED)
        if status is REMOVED:
            return VOID
        backer = shared_profit(order.size_matched, matched_winnings(order), self.shares.get(runner, NONE))
        return new_record(Judgement, (owners_profit(order, backer), _outcome(order, backer_won=status is WINNER)))


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
            return Judgement(owners_profit(order, backer), BetOutcome.PLACE)
        return Judgement(owners_profit(order, backer), _outcome(order, backer_won=status is WINNER))


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
        return Judgement(owners_profit(order, backer), outcome)


def _outcome(order: Order, *, backer_won: bool) -> BetOutcome:
    return WON if backer_won is (order.side is BACK) else LOST
