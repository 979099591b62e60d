"""Markets that end in a number: goal margins, totals, and lines that are bought and sold.

Every bet there is on a line: its backer wins if the number ends up on one side of it, loses on the other, and gets the
stake back where it ends up on the line. A quarter line is half a bet on each of the two lines next to it. A total with
a negative handicap is another thing: of "100 runs or more", -100, nothing is given back, as 100 are enough.

| betting type               | the number            | who backs                | wins if the number is            |
|----------------------------|-----------------------|--------------------------|----------------------------------|
| ASIAN_HANDICAP_DOUBLE_LINE | goals of the runner   | the runner listed first  | above minus the handicap         |
|                            | listed first, less    | the other                | below the handicap               |
|                            | those of the other    |                          |                                  |
| ASIAN_HANDICAP_SINGLE_LINE | goals of both, runs   | over so many             | above the line, its handicap     |
|                            |                       | so many or more          | the handicap without its sign,   |
|                            |                       | (negative handicap)      | or above                         |
| LINE                       | whatever is counted   | a seller                 | below the line, the bet's price  |

The layer has the other side of the same bet. Source: exchange mechanics; manual, MarketBettingType and the
sample of listMarketCatalogue ("2 goals or more", -2); recorded markets of runs ("100 Runs or more", -100, whose rules
settle "all lines up to and including the line" of the result as winners).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

from simulator.exchange.betting_types import BettingType
from simulator.exchange.commands import AddMarket
from simulator.exchange.money import EVEN_MONEY, HUNDREDTHS, divide_half_away
from simulator.exchange.orders import Order, RunnerKey
from simulator.exchange.payouts import matched_winnings

HALF_LINE: Final = 50
QUARTER_LINE: Final = 25


class Fate(IntEnum):
    """How a bet on a line ends for its backer, from the worst to the best."""

    LOST = 0
    HALF_LOST = 1
    REFUNDED = 2
    HALF_WON = 3
    WON = 4


class Line(NamedTuple):
    """A line in hundredths: one number twice, or for a quarter line the two that half a stake is on each.

    `wins_above` says on which side of it the backer wins.
    """

    lower: int
    upper: int
    wins_above: bool

    def fate(self, number: int) -> Fate:
        """Return how a backer of this line fares where the market ends in `number`, in hundredths."""
        passed = (number >= self.lower) + (number > self.lower) + (number >= self.upper) + (number > self.upper)
        return Fate(passed if self.wins_above else Fate.WON - passed)


@dataclass(frozen=True)
class Numbers:
    """In what numbers a market can end, and which line a bet is on. Numbers are hundredths, multiples of `step`."""

    betting_type: BettingType
    step: int
    least: int | None
    first_selection: int

    @classmethod
    def of(cls, definition: AddMarket) -> "Numbers | None":
        """Return the numbers of a market, or `None` for one that ends in winners and losers."""
        if definition.betting_type == BettingType.ODDS:
            return None
        # Goals are whole; the interval of a LINE market is that of its bets, not of what is counted.
        step = 1 if definition.betting_type == BettingType.LINE else HUNDREDTHS
        least = 0 if definition.betting_type == BettingType.ASIAN_HANDICAP_SINGLE_LINE else None
        first = min(definition.runners, key=lambda runner: runner.sort_priority, default=None)
        return cls(definition.betting_type, step, least, first.key.selection_id if first else 0)

    def line_of(self, key: RunnerKey, price: int) -> Line:
        """Return the line of a bet on a runner at a price; "so many or more" is the line just below so many."""
        if self.betting_type == BettingType.LINE:
            return Line(price, price, wins_above=False)
        if self.betting_type == BettingType.ASIAN_HANDICAP_SINGLE_LINE:
            if key.handicap < 0:
                return Line(-key.handicap - 1, -key.handicap - 1, wins_above=True)
            return split(key.handicap, wins_above=True)
        if key.selection_id == self.first_selection:
            return split(-key.handicap, wins_above=True)
        return split(key.handicap, wins_above=False)

    def first_from(self, number: int) -> int:
        """Return the lowest possible number that is not below `number`."""
        possible = -(-number // self.step) * self.step
        return possible if self.least is None else max(possible, self.least)


def split(line: int, *, wins_above: bool) -> Line:
    """Return an Asian line in hundredths, a quarter line as the two next to it."""
    quarter = QUARTER_LINE if line % HALF_LINE == QUARTER_LINE else 0
    return Line(line - quarter, line + quarter, wins_above)


class LineBet(NamedTuple):
    """A backer's bet on one line: `stake` in pence, `winnings` above it if all of it wins in hundredths of pence."""

    line: Line
    stake: int
    winnings: int

    def exact_profit(self, fate: Fate) -> int:
        """Return what it brings, in half hundredths of pence."""
        return self.winnings * max(0, fate - Fate.REFUNDED) - self.stake * HUNDREDTHS * max(0, Fate.REFUNDED - fate)

    def profit(self, fate: Fate) -> int:
        """Return what it brings, in pence, rounded once."""
        return divide_half_away(self.exact_profit(fate), 2 * HUNDREDTHS)

    def profits(self) -> list[int]:
        """Return what it brings at every fate from the worst to the best, in pence."""
        return [self.profit(fate) for fate in Fate]


def line_bets(order: Order, numbers: Numbers) -> list[LineBet]:
    """Return the matched part of an order as bets on lines: one, but in a LINE market one for every line matched."""
    if not order.size_matched:
        return []
    if numbers.betting_type != BettingType.LINE:
        line = numbers.line_of(order.runner, order.price)
        return [LineBet(line, order.size_matched, matched_winnings(order))]
    sizes: dict[int, int] = {}
    for fragment in order.fragments:
        sizes[fragment.price] = sizes.get(fragment.price, 0) + fragment.size
    return [
        LineBet(numbers.line_of(order.runner, price), size, size * (EVEN_MONEY - HUNDREDTHS))
        for price, size in sizes.items()
    ]
