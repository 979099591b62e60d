"""A recorded book as a child would play it: every penny of a level is a counter in a row, ours are marked with the bet.

    row:  . . . . 7 7 . . 9        four pennies of others, two of our bet 7, two of others, one of our bet 9

Takers take from the front, who joins stands at the end, and of what is cancelled the rule says which counters go.

Where only the best few prices are shown, a row that others push out of sight is covered: its counters of others stay
as they are, and nobody takes them. Who joins a covered row stands in a row of its own beside it, behind nobody knows
how many, until it is uncovered.
"""

from simulator.backtest.models import Cancellations
from simulator.exchange.orders import Side

OTHERS = 0
Row = list[int]
Levels = dict[int, tuple[int, int]]
"""By price: what was shown before a message, and what is shown after it."""
NO_CANCELLATION = 10**9
"""So much is traded that no fall of a level is one."""


class NaiveSide:
    """One side of a runner, by price."""

    def __init__(self, resting: Side, rule: Cancellations) -> None:
        self.resting = resting
        self.rule = rule
        self.rows: dict[int, Row] = {}
        self.used: dict[int, int] = {}
        """By price: what we used of it that no trade has accounted for."""
        self.beside: dict[int, Row] = {}
        """By price: who joined a row that was covered."""
        self.covered: dict[int, int] = {}
        """By price: what was shown there last."""
        self.shown: set[int] = set()
        self.most_shown: int | None = None
        """How many prices are shown at most, `None` where all are."""

    def row(self, price: int) -> Row:
        """What a taker finds at a price."""
        row = self.rows.get(price, [])
        seen = [counter for counter in row if counter != OTHERS] if price in self.covered else row
        return seen + self.beside.get(price, [])

    def prices(self) -> list[int]:
        """The prices at which a taker finds something, best first."""
        prices = self.rows.keys() | self.beside.keys()
        return sorted((price for price in prices if self.row(price)), reverse=self.resting is Side.LAY)

    def would_show(self, price: int) -> bool:
        better = [shown for shown in self.shown if shown != price and self.is_at_least(shown, price)]
        return self.most_shown is None or len(self.shown) < self.most_shown or len(better) < len(self.shown)

    def join(self, price: int, counters: Row) -> None:
        is_hidden = price not in self.shown and not self.would_show(price)
        (self.beside if is_hidden else self.rows).setdefault(price, []).extend(counters)

    def remove(self, price: int, counter: int) -> None:
        """Take the first counter of a kind away, of those that a taker finds."""
        rows = [self.rows.get(price, []), self.beside.get(price, [])]
        next(row for row in rows if counter in row).remove(counter)

    def hear(self, told: Levels, trades: dict[int, int]) -> None:
        """Let levels be shown."""
        for price, (before, shown) in told.items():
            if not shown and not self.would_show(price):
                self.covered.setdefault(price, before)
                self.fill_up(price)
            elif price in self.covered:
                self.follow(price, self.covered.pop(price), shown, NO_CANCELLATION)
            else:
                self.follow(price, before, shown, trades.get(price, 0))
        for price in trades.keys() - told.keys():
            self.fill_up(price)
        for price in [price for price in self.covered if self.would_show(price)]:
            self.follow(price, self.covered.pop(price), 0, NO_CANCELLATION)
        for price in [price for price in self.beside if price in self.shown or self.would_show(price)]:
            self.rows.setdefault(price, []).extend(self.beside.pop(price))

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
            taken = offers.row(reached)[:left]
            for counter in taken:
                offers.remove(reached, counter)
                self.matched[bet_id] += 1
                if counter == OTHERS:
                    offers.used[reached] = offers.used.get(reached, 0) + 1
                else:
                    self.matched[counter] += 1
            left -= len(taken)
        self.sides[side].join(price, [bet_id] * left)

    def cancel(self, bet_id: int, size: int) -> None:
        for side in self.sides.values():
            for row in [*side.rows.values(), *side.beside.values()]:
                for _ in range(size if bet_id in row else 0):
                    del row[len(row) - 1 - row[::-1].index(bet_id)]

    def hear(self, levels: dict[Side, Levels], trades: dict[int, int]) -> None:
        """Take in a message: first what was traded, then what is shown, then who comes across."""
        for side in self.sides.values():
            side.begin()
        for price, size in trades.items():
            self._trade(price, size)
        for side, told in levels.items():
            self.sides[side].hear(told, trades)
        for side in (Side.LAY, Side.BACK):
            self._cross(side, levels[side.opposite])

    def _trade(self, price: int, size: int) -> None:
        for side, resting in ((Side.LAY, self.sides[Side.LAY]), (Side.BACK, self.sides[Side.BACK])):
            opposite, left = self.sides[side.opposite], size
            known = min(left, opposite.used.get(price, 0))
            opposite.used[price] = opposite.used.get(price, 0) - known
            left -= known
            for reached in [reached for reached in resting.prices() if resting.is_at_least(reached, price)]:
                row, rest = resting.rows.get(reached, []), Row()
                last = max((place for place, counter in enumerate(row) if counter != OTHERS), default=-1)
                for place, counter in enumerate(row):
                    if left and place <= last and (counter != OTHERS or reached == price):
                        left -= 1
                        if counter != OTHERS:
                            self.matched[counter] += 1
                    else:
                        rest.append(counter)
                resting.rows[reached] = rest
                if reached == price and resting.beside.get(reached):
                    left = 0
                for counter in resting.beside.get(reached, [])[:left]:
                    left -= 1
                    self.matched[counter] += 1
                    resting.remove(reached, counter)

    def _cross(self, side: Side, told: Levels) -> None:
        resting, opposite = self.sides[side], self.sides[side.opposite]
        grown = sorted((price for price, (before, shown) in told.items() if shown > before), reverse=side is Side.BACK)
        for price in grown:
            for reached in [reached for reached in resting.prices() if resting.is_at_least(reached, price)]:
                for bet_id in dict.fromkeys(counter for counter in resting.row(reached) if counter != OTHERS):
                    left = opposite.others(price)
                    if reached == price and bet_id in resting.beside.get(reached, []):
                        break
                    if reached == price:
                        left -= resting.stands_before(bet_id, reached)
                    size = max(0, min(left, resting.row(reached).count(bet_id)))
                    for _ in range(size):
                        resting.remove(reached, bet_id)
                        self.matched[bet_id] += 1
                    if size:
                        opposite.use(price, size)
