"""A recorded book as a child would play it: every penny of a level is a counter in a row, ours are marked with the bet.

    row:  . . . . 7 7 . . 9        four pennies of others, two of our bet 7, two of others, one of our bet 9

Takers take from the front, who joins stands at the end, and of what is cancelled the rule says which counters go.
"""

from simulator.backtest.models import Cancellations
from simulator.exchange.orders import Side

OTHERS = 0
Row = list[int]
Levels = dict[int, tuple[int, int]]
"""By price: what was shown before a message, and what is shown after it."""


class NaiveSide:
    """One side of a runner, by price."""

    def __init__(self, resting: Side, rule: Cancellations) -> None:
        self.resting = resting
        self.rule = rule
        self.rows: dict[int, Row] = {}
        self.used: dict[int, int] = {}
        """By price: what we used of it that no trade has accounted for."""

    def prices(self) -> list[int]:
        """The prices at which there is something, best first."""
        return sorted((price for price, row in self.rows.items() if row), reverse=self.resting is Side.LAY)

    def is_at_least(self, price: int, limit: int) -> bool:
        """Whether a taker with this limit takes this price."""
        return price >= limit if self.resting is Side.LAY else price <= limit

    def stands_before(self, bet_id: int, price: int) -> int:
        return self.rows[price][: self.rows[price].index(bet_id)].count(OTHERS)

    def others(self, price: int) -> int:
        return self.rows.get(price, []).count(OTHERS)

    def use(self, price: int, size: int) -> None:
        """Take so many counters of others, the first of them."""
        for _ in range(size):
            self.rows[price].remove(OTHERS)
        self.used[price] = self.used.get(price, 0) + size

    def follow(self, price: int, before: int, shown: int, traded: int) -> None:
        """Let a level be shown that was shown before; `traded` of it may have been matched."""
        row = self.rows.setdefault(price, [])
        self.used[price] = min(self.used.get(price, 0), shown)
        fall = max(0, before - shown)
        target = max(0, self._others_before_the_message.get(price, 0) + shown - before)
        there = row.count(OTHERS)
        if target >= there:
            row.extend([OTHERS] * (target - there))
            return
        cancelled = max(0, fall - traded)
        if self.rule is Cancellations.ALL_AHEAD:
            for _ in range(min(cancelled, there - target)):
                row.remove(OTHERS)
        elif self.rule is Cancellations.PRO_RATA:
            self._cancel_pro_rata(row, cancelled, shown + cancelled)
        while row.count(OTHERS) > target:
            del row[len(row) - 1 - row[::-1].index(OTHERS)]

    def fill_up(self, price: int) -> None:
        """Let as many come as were matched of a level that is shown as before."""
        row = self.rows.setdefault(price, [])
        row.extend([OTHERS] * (self._others_before_the_message.get(price, 0) - row.count(OTHERS)))

    def _cancel_pro_rata(self, row: Row, cancelled: int, whole: int) -> None:
        """Let as many go before each bet of ours as it has before it of the whole."""
        counters, kept, before, gone = list(row), Row(), 0, 0
        for place, counter in enumerate(counters):
            if counter == OTHERS:
                kept.append(OTHERS)
                before += 1
            elif place == counters.index(counter):
                due = before * cancelled // max(before, whole) if before else 0
                for _ in range(due - gone):
                    # Of those behind the bet of ours before this one: before that one, enough have gone.
                    del kept[len(kept) - 1 - kept[::-1].index(OTHERS)]
                gone = max(gone, due)
                kept.append(counter)
            else:
                kept.append(counter)
        row[:] = kept

    def begin(self) -> None:
        self._others_before_the_message = {price: row.count(OTHERS) for price, row in self.rows.items()}


class NaiveRunner:
    """Both sides of a runner, and what is matched of our bets."""

    def __init__(self, rule: Cancellations) -> None:
        self.sides = {side: NaiveSide(side, rule) for side in Side}
        self.matched: dict[int, int] = {}

    def place(self, bet_id: int, side: Side, price: int, size: int) -> None:
        offers = self.sides[side.opposite]
        left = size
        self.matched[bet_id] = 0
        for reached in [reached for reached in offers.prices() if offers.is_at_least(reached, price)]:
            taken = offers.rows[reached][:left]
            del offers.rows[reached][:left]
            for counter in taken:
                self.matched[bet_id] += 1
                if counter == OTHERS:
                    offers.used[reached] = offers.used.get(reached, 0) + 1
                else:
                    self.matched[counter] += 1
            left -= len(taken)
        self.sides[side].rows.setdefault(price, []).extend([bet_id] * left)

    def cancel(self, bet_id: int, size: int) -> None:
        for side in self.sides.values():
            for row in side.rows.values():
                for _ in range(size if bet_id in row else 0):
                    del row[len(row) - 1 - row[::-1].index(bet_id)]

    def hear(self, levels: dict[Side, Levels], trades: dict[int, int]) -> None:
        """Take in a message: first what was traded, then what is shown, then who comes across."""
        for side in self.sides.values():
            side.begin()
        for price, size in trades.items():
            self._trade(price, size)
        for side, told in levels.items():
            for price, (before, shown) in told.items():
                self.sides[side].follow(price, before, shown, trades.get(price, 0))
            for price in trades.keys() - told.keys():
                self.sides[side].fill_up(price)
        for side in (Side.LAY, Side.BACK):
            self._cross(side, levels[side.opposite])

    def _trade(self, price: int, size: int) -> None:
        for side, resting in ((Side.LAY, self.sides[Side.LAY]), (Side.BACK, self.sides[Side.BACK])):
            opposite, left = self.sides[side.opposite], size
            known = min(left, opposite.used.get(price, 0))
            opposite.used[price] = opposite.used.get(price, 0) - known
            left -= known
            for reached in [reached for reached in resting.prices() if resting.is_at_least(reached, price)]:
                row, rest = resting.rows[reached], Row()
                if set(row) == {OTHERS}:
                    continue
                last = max(place for place, counter in enumerate(row) if counter != OTHERS)
                for place, counter in enumerate(row):
                    if left and place <= last and (counter != OTHERS or reached == price):
                        left -= 1
                        if counter != OTHERS:
                            self.matched[counter] += 1
                    else:
                        rest.append(counter)
                resting.rows[reached] = rest

    def _cross(self, side: Side, told: Levels) -> None:
        resting, opposite = self.sides[side], self.sides[side.opposite]
        grown = sorted((price for price, (before, shown) in told.items() if shown > before), reverse=side is Side.BACK)
        for price in grown:
            for reached in [reached for reached in resting.prices() if resting.is_at_least(reached, price)]:
                for bet_id in dict.fromkeys(counter for counter in resting.rows[reached] if counter != OTHERS):
                    left = opposite.others(price)
                    if reached == price:
                        left -= resting.stands_before(bet_id, reached)
                    size = max(0, min(left, resting.rows[reached].count(bet_id)))
                    for _ in range(size):
                        resting.rows[reached].remove(bet_id)
                        self.matched[bet_id] += 1
                    if size:
                        opposite.use(price, size)
