"""The naive twin's bets and books: one plain list of bets in order of arrival, sorted anew whenever it is read.

Written from the exchange mechanics, sections 3 and 4. Nothing is kept that can be worked out: what is left of a bet is
its size less what became of it, a queue is the bets that are not done, a price level is the sum over a queue. It is
slow, and meant to be believed.

Units as in the kernel: pence, hundredths, milliseconds.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from simulator.exchange.orders import (
    BetOutcome,
    BetTargetType,
    LapseReason,
    OrderType,
    Persistence,
    RunnerKey,
    Side,
)

# The manual's ladder for odds: from, to, step, in hundredths. Where two rows meet, both have the price.
CLASSIC_TABLE = [
    (101, 200, 1),
    (200, 300, 2),
    (300, 400, 5),
    (400, 600, 10),
    (600, 1000, 20),
    (1000, 2000, 50),
    (2000, 3000, 100),
    (3000, 5000, 200),
    (5000, 10000, 500),
    (10000, 100000, 1000),
]
CLASSIC_PRICES = {price for start, end, step in CLASSIC_TABLE for price in range(start, end + 1, step)}


class Match(NamedTuple):
    """A part of a bet that found somebody: `size` pence of backer's stake at `price`.

    `payout` is what it returns where the price, being a starting price, has more decimals: in hundredths of pence.
    """

    number: int
    price: int
    size: int
    at: int
    payout: int | None = None

    @property
    def exact_price(self) -> int | Fraction:
        return self.price if self.payout is None else Fraction(self.payout, self.size)


@dataclass(eq=False)
class NaiveBet:
    """A bet, and what became of each part of it."""

    account: str
    market_id: str
    runner: RunnerKey
    side: Side
    price: int
    size: int
    persistence: Persistence
    placed_at: int
    bet_id: int = 0
    """0 for as long as the bet waits out the bet delay."""
    fill_or_kill: bool = False
    minimum_fill: int | None = None
    target_type: BetTargetType | None = None
    target: int | None = None
    """What is wanted instead of a size, in pence, until the bet has met the market and has one."""
    order_type: OrderType = OrderType.LIMIT
    waiting: int = 0
    """What waits for the starting price: stake of a back, liability of a lay. It has no size until it is matched."""
    order_reference: str | None = None
    strategy_reference: str | None = None

    matches: list[Match] = field(default_factory=list)
    put_aside: list[Match] = field(default_factory=list)
    """While the runner is hidden: the matches as they were made."""
    cancelled: int = 0
    lapsed: int = 0
    is_void: bool = False
    cancelled_at: int | None = None
    lapsed_at: int | None = None
    lapse_reason: LapseReason | None = None
    settled_at: int | None = None
    profit: int | None = None
    outcome: BetOutcome | None = None

    @property
    def taken(self) -> int:
        """All that was ever matched, whether or not it was voided later."""
        return sum(match.size for match in self.matches)

    @property
    def average_price(self) -> int:
        """In hundredths, halves up; nothing where nothing is matched."""
        if not self.taken:
            return 0
        return math.floor(Fraction(sum(m.exact_price * m.size for m in self.matches), self.taken) + Fraction(1, 2))

    @property
    def remaining(self) -> int:
        """What is still to be matched."""
        return self.size - self.taken - self.cancelled - self.lapsed

    @property
    def stands(self) -> list[Match]:
        """The matches that count: none of them once the bet is void."""
        return [] if self.is_void else self.matches


def whose(bet: NaiveBet) -> tuple[str, int, str, RunnerKey]:
    """Market, bet id, account and runner, as every event of a bet begins."""
    return bet.market_id, bet.bet_id, bet.account, bet.runner


def unmatched(bets: list[NaiveBet]) -> list[NaiveBet]:
    """The bets that are not done, in order of arrival."""
    return [bet for bet in bets if bet.remaining]


def queue(bets: list[NaiveBet], runner: RunnerKey, side: Side) -> list[NaiveBet]:
    """The unmatched bets of one side of a runner, the one to be matched first in front.

    A backer wants the highest price, so the highest lay is in front; a layer wants the lowest. Sorting keeps bets of
    one price in the order they were in, which is that of their arrival at the matcher.
    """
    resting = [bet for bet in unmatched(bets) if bet.runner == runner and bet.side is side]
    return sorted(resting, key=lambda bet: bet.price, reverse=side is Side.LAY)


def levels(bets: list[NaiveBet], runner: RunnerKey, side: Side) -> list[tuple[int, int, list[int]]]:
    """Price, total and bet ids in order of priority, of every price on offer, best first."""
    offers = queue(bets, runner, side)
    prices = sorted({bet.price for bet in offers}, reverse=side is Side.LAY)
    return [
        (
            price,
            sum(bet.remaining for bet in offers if bet.price == price),
            [bet.bet_id for bet in offers if bet.price == price],
        )
        for price in prices
    ]
