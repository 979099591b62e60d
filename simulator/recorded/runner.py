"""One runner as it was recorded: ladders, what was traded, starting prices.

Everything that is known of a runner lies in dictionaries of whole numbers by whole numbers, one for each `Quantity`,
so that whoever takes changes in needs to know no more of one than its number, its key and its value. Where the value
is nothing there is no entry.
"""

import math
import struct
from collections.abc import Collection, Iterable
from enum import IntEnum
from typing import Final

from simulator.recorded.levels import ShownBy, change_levels, prices_at, show, told_levels, unpacked
from simulator.recorded.messages import PriceSizes, RunnerChange
from simulator.recorded.moves import Moves

Ladder = dict[int, int]


class Quantity(IntEnum):
    """What is known of a runner, and of what it is a dictionary."""

    VALUES = 0
    """By `Value`."""
    AVAILABLE_TO_BACK = 1
    AVAILABLE_TO_LAY = 2
    TRADED = 3
    STARTING_PRICE_BACKS = 4
    STARTING_PRICE_LAYS = 5
    RISES = 6
    """By price, by how much `TRADED` has risen there when it last rose."""
    BEST_BACK_LEVELS = 7
    BEST_LAY_LEVELS = 8
    DISPLAYED_BACK_LEVELS = 9
    DISPLAYED_LAY_LEVELS = 10


LADDERS: Final = (
    Quantity.AVAILABLE_TO_BACK,
    Quantity.AVAILABLE_TO_LAY,
    Quantity.TRADED,
    Quantity.STARTING_PRICE_BACKS,
    Quantity.STARTING_PRICE_LAYS,
)
"""What is told level by level, as moves."""
LEVELS: Final = {
    "batb": Quantity.BEST_BACK_LEVELS,
    "batl": Quantity.BEST_LAY_LEVELS,
    "bdatb": Quantity.DISPLAYED_BACK_LEVELS,
    "bdatl": Quantity.DISPLAYED_LAY_LEVELS,
}
"""By the name on the wire: by level, counted from 0, price and size in one number."""


class Value(IntEnum):
    """A number of which a runner, or a market, has one."""

    LAST_PRICE_TRADED = 0
    TOTAL_MATCHED = 1
    NEAR_PRICE = 2
    FAR_PRICE = 3
    BEST_BACK = 4
    BEST_LAY = 5
    SHOWN_BY = 6
    """Of a market: a `ShownBy`."""
    LEVELS_SHOWN = 7
    """Of a market whose ladders are made of levels: of how many at most."""


_VALUES, _BACKS, _LAYS, _TRADED, _SP_BACKS, _SP_LAYS, _RISES = map(int, list(Quantity)[:7])
_LAST, _TOTAL, _NEAR, _FAR, _BEST_BACK, _BEST_LAY, _SHOWN_BY, _LEVELS_SHOWN = map(int, Value)
_NOTHING: Final[Ladder] = {}
NOTHING_KNOWN: Final[list[Ladder]] = [_NOTHING] * len(Quantity)
"""What is remembered of a runner of which nothing was known; to be read only."""
_EVERY_QUANTITY: Final = range(len(Quantity))
_LADDERS_OF: Final = {
    ShownBy.DISPLAYED_LEVELS: (
        (_BACKS, int(Quantity.DISPLAYED_BACK_LEVELS), _BEST_BACK),
        (_LAYS, int(Quantity.DISPLAYED_LAY_LEVELS), _BEST_LAY),
    ),
    ShownBy.BEST_LEVELS: (
        (_BACKS, int(Quantity.BEST_BACK_LEVELS), _BEST_BACK),
        (_LAYS, int(Quantity.BEST_LAY_LEVELS), _BEST_LAY),
    ),
}
"""By what is told: the ladders that are made of it, of which levels, and what the best price of each is called."""
_MOST_KEYS: Final = 200_000
_FLOAT: Final = struct.Struct("<d")
_INTEGER: Final = struct.Struct("<q")


Move = tuple["RecordedRunner", int, int, int, int]
"""Where there is another size than before: runner, one of `LADDERS`, price, size before, size now (0 is none)."""


class _Keys(dict[float, int]):
    """Hundredths by price: a recording has few prices, and to look one up costs half of what rounding does."""

    def __missing__(self, price: float) -> int:
        key = round(price * 100)
        if len(self) < _MOST_KEYS:
            self[price] = key
        return key


_KEYS: Final = _Keys()


class RecordedRunner:
    """One runner: its ladders, what was traded, its prices."""

    __slots__ = (
        "_of_market",
        "_updates",
        "available_to_back",
        "available_to_lay",
        "mentions",
        "moves",
        "quantities",
        "rises",
        "starting_price_backs",
        "starting_price_lays",
        "traded",
        "values",
    )

    def __init__(self, updates: list[int], of_market: Ladder) -> None:
        """Begin with nothing known. The market shares the count of its updates, a list of one, and its values."""
        self._updates: Final = updates
        self._of_market: Final = of_market
        self.mentions = 0
        """How often something was said of it; for who plays messages as recorded."""
        self.moves: Moves | None = None
        """Where it is watched: what has changed since who watches has looked."""
        self.quantities: Final[tuple[Ladder, ...]] = tuple([{} for _ in _EVERY_QUANTITY])
        """By `Quantity`."""
        self.values: Final[Ladder] = self.quantities[_VALUES]
        self.available_to_back: Final[Ladder] = self.quantities[_BACKS]
        self.available_to_lay: Final[Ladder] = self.quantities[_LAYS]
        self.traded: Final[Ladder] = self.quantities[_TRADED]
        self.starting_price_backs: Final[Ladder] = self.quantities[_SP_BACKS]
        """Stakes of backers, `spl` on the wire."""
        self.starting_price_lays: Final[Ladder] = self.quantities[_SP_LAYS]
        """What layers risk, `spb` on the wire."""
        self.rises: Final[Ladder] = self.quantities[_RISES]
        """By how much the traded volume of a price has risen when it last rose. A full image makes nothing rise that
        was known before."""

    def go_on(self, mentions: int, quantities: Iterable[Iterable[tuple[int, int]]]) -> None:
        """Go on from what was known after so many mentions; raise `ValueError` where that is not of all quantities."""
        self.mentions = mentions
        for quantity, known in zip(self.quantities, quantities, strict=True):
            quantity.update(known)

    @property
    def changes(self) -> int:
        """A number that grows whenever something is said of it, and may grow with each update of its market."""
        return self.mentions + self._updates[0]

    @property
    def last_price_traded(self) -> int | None:
        """The last price, in hundredths."""
        return self.values.get(_LAST)

    @property
    def total_matched(self) -> int:
        """The volume traded, as recorded: not every recording has it."""
        return self.values.get(_TOTAL, 0)

    @property
    def near_price(self) -> float | str | None:
        """The projected starting price, as recorded: a number, or "NaN" or "Infinity"."""
        return _number(self.values.get(_NEAR))

    @property
    def far_price(self) -> float | str | None:
        """The starting price of the starting price bets alone, as recorded: a number, or "NaN" or "Infinity"."""
        return _number(self.values.get(_FAR))

    @property
    def levels_shown(self) -> int:
        """Of how many levels at most the ladders are made, 0 where they are told themselves."""
        return self._of_market.get(_LEVELS_SHOWN, 0)

    @property
    def is_display(self) -> bool:
        """Whether the ladders are made of what was displayed, so that virtual offers are in them."""
        return self._of_market.get(_SHOWN_BY) == ShownBy.DISPLAYED_LEVELS

    @property
    def levels(self) -> dict[str, dict[int, tuple[int, int]]]:
        """By the name on the wire (`batb`, `bdatl` ...) and the level, counted from 0: price and size."""
        return {
            name: {level: unpacked(packed) for level, packed in self.quantities[quantity].items()}
            for name, quantity in LEVELS.items()
            if self.quantities[quantity]
        }

    @property
    def best_back(self) -> int | None:
        """The best price that is available to back, `None` where there is none or none is shown."""
        best = self.values.get(_BEST_BACK)
        if best is not None:
            return best
        if not self.available_to_back:
            return None
        best = self.values[_BEST_BACK] = max(self.available_to_back)
        return best

    @property
    def best_lay(self) -> int | None:
        """The best price that is available to lay, `None` where there is none or none is shown."""
        best = self.values.get(_BEST_LAY)
        if best is not None:
            return best
        if not self.available_to_lay:
            return None
        best = self.values[_BEST_LAY] = min(self.available_to_lay)
        return best

    def apply(self, change: RunnerChange) -> None:
        """Take in what has changed."""
        self.mentions += 1
        if change.atb is not None:
            self._change_backs(change.atb)
        if change.atl is not None:
            self._change_lays(change.atl)
        if change.trd is not None:
            self._change_traded(change.trd)
        if change.spb is not None:
            _change(self.starting_price_lays, change.spb)
        if change.spl is not None:
            _change(self.starting_price_backs, change.spl)
        self._change_values(change)

    def note(self, change: RunnerChange, moves: Moves) -> bool:
        """Note what is wanted of what a change is about to make otherwise; return whether anything is noted by now."""
        _, to_back, to_lay, traded, _, _ = moves.wanted
        if change.atb is not None and to_back:
            _note(self.available_to_back, change.atb, to_back, moves.available_to_back)
        if change.atl is not None and to_lay:
            _note(self.available_to_lay, change.atl, to_lay, moves.available_to_lay)
        if change.trd is not None and traded:
            _note(self.traded, change.trd, traded, moves.traded)
        return bool(moves.available_to_back or moves.available_to_lay or moves.traded)

    def apply_and_tell(self, change: RunnerChange, moves: list[Move]) -> None:
        """Take in what has changed, and append where sizes are others than before."""
        self.mentions += 1
        if change.atb is not None:
            self._keep_best(_BEST_BACK, self._change_and_tell(_BACKS, change.atb, moves))
        if change.atl is not None:
            self._keep_best(_BEST_LAY, self._change_and_tell(_LAYS, change.atl, moves))
        if change.trd is not None:
            for _, _, price, before, after in self._change_and_tell(_TRADED, change.trd, moves):
                if after > before:
                    self.rises[price] = after - before
        if change.spl is not None:
            self._change_and_tell(_SP_BACKS, change.spl, moves)
        if change.spb is not None:
            self._change_and_tell(_SP_LAYS, change.spb, moves)
        self._change_values(change)

    def _change_and_tell(self, number: int, lines: PriceSizes, moves: list[Move]) -> list[Move]:
        """Take in what has changed in a ladder, append it, and return what was appended."""
        ladder, keys, first = self.quantities[number], _KEYS, len(moves)
        for price, size in lines:
            key, after = keys[price], round(size * 100)
            before = ladder.get(key, 0)
            if after != before:
                if after:
                    ladder[key] = after
                else:
                    del ladder[key]
                moves.append((self, number, key, before, after))
        return moves[first:]

    def _keep_best(self, which: int, moved: list[Move]) -> None:
        """Note another best price, or that it has to be looked for."""
        best = self.values.get(which)
        if best is None:
            return
        for _, _, price, _, after in moved:
            if not after and price == best:
                del self.values[which]
                return
            if after and (price > best if which == _BEST_BACK else price < best):
                best = self.values[which] = price

    def apply_and_show(self, change: RunnerChange, shown_by: ShownBy, moves: list[Move]) -> None:
        """Take in what has changed where ladders are made of levels, and append where sizes are others than before."""
        places, told = _LADDERS_OF[shown_by], told_levels(change, shown_by)
        gone = [prices_at(self.quantities[levels], lines) for (_, levels, _), lines in zip(places, told, strict=True)]
        self.apply_and_tell(change, moves)
        for (number, levels, best), lines, prices in zip(places, told, gone, strict=True):
            if lines:
                ladder = self.quantities[number]
                come = [level for level, _, _ in lines]
                for price, before in show(ladder, self.quantities[levels], prices, come).items():
                    after = ladder.get(price, 0)
                    if after != before:
                        moves.append((self, number, price, before, after))
                self.values.pop(best, None)

    def show_nothing(self, moves: list[Move]) -> None:
        """Let nothing be shown that was made of levels, and append what was."""
        for number, best in ((_BACKS, _BEST_BACK), (_LAYS, _BEST_LAY)):
            moves += [(self, number, price, before, 0) for price, before in self.quantities[number].items()]
            self.quantities[number].clear()
            self.values.pop(best, None)

    def remember(self) -> list[Ladder]:
        """Return what is known, and forget it all but for the rises."""
        self.mentions += 1
        memory = [quantity.copy() if quantity else _NOTHING for quantity in self.quantities]
        for quantity in self.quantities:
            if quantity and quantity is not self.rises:
                quantity.clear()
        return memory

    def compare(self, memory: list[Ladder], moves: list[Move]) -> None:
        """Append where sizes are others than remembered; what is traded has risen from what was known then."""
        self.rises.clear()
        self.rises.update(memory[_RISES])
        for ladder in LADDERS:
            known, now = memory[ladder], self.quantities[ladder]
            if known != now:
                for price in {**known, **now}:
                    before, after = known.get(price, 0), now.get(price, 0)
                    if before != after:
                        moves.append((self, int(ladder), price, before, after))
        known = memory[_TRADED]
        if known != self.traded:
            for price, volume in self.traded.items():
                if volume > known.get(price, 0):
                    self.rises[price] = volume - known.get(price, 0)

    def _change_backs(self, lines: PriceSizes) -> None:
        ladder, values, keys = self.available_to_back, self.values, _KEYS
        best = values.get(_BEST_BACK)
        for price, size in lines:
            key = keys[price]
            if size > 0.005:
                ladder[key] = round(size * 100)
                if best is not None and key > best:
                    best = values[_BEST_BACK] = key
            elif ladder.pop(key, None) is not None and key == best:
                best = None
                del values[_BEST_BACK]

    def _change_lays(self, lines: PriceSizes) -> None:
        ladder, values, keys = self.available_to_lay, self.values, _KEYS
        best = values.get(_BEST_LAY)
        for price, size in lines:
            key = keys[price]
            if size > 0.005:
                ladder[key] = round(size * 100)
                if best is not None and key < best:
                    best = values[_BEST_LAY] = key
            elif ladder.pop(key, None) is not None and key == best:
                best = None
                del values[_BEST_LAY]

    def _change_traded(self, lines: PriceSizes) -> None:
        traded, rises, keys = self.traded, self.rises, _KEYS
        for price, size in lines:
            key, volume = keys[price], round(size * 100)
            before = traded.get(key, 0)
            if volume > before:
                traded[key] = volume
                rises[key] = volume - before
            elif volume:
                traded[key] = volume
            elif before:
                del traded[key]

    def _change_values(self, change: RunnerChange) -> None:
        if change.ltp:
            self.values[_LAST] = _KEYS[change.ltp]
        if change.tv is not None:
            self.values[_TOTAL] = round(change.tv * 100)
        if change.spn is not None:
            _put(self.values, _NEAR, _bits(change.spn))
        if change.spf is not None:
            _put(self.values, _FAR, _bits(change.spf))
        if change.batb is not None or change.batl is not None:
            change_levels(self.quantities[Quantity.BEST_BACK_LEVELS], change.batb)
            change_levels(self.quantities[Quantity.BEST_LAY_LEVELS], change.batl)
        if change.bdatb is not None or change.bdatl is not None:
            change_levels(self.quantities[Quantity.DISPLAYED_BACK_LEVELS], change.bdatb)
            change_levels(self.quantities[Quantity.DISPLAYED_LAY_LEVELS], change.bdatl)


def _note(ladder: Ladder, lines: PriceSizes, wanted: Collection[int], noted: Ladder) -> None:
    """Note sizes before at wanted prices, where other ones are told."""
    keys = _KEYS
    for price, size in lines:
        key = keys[price]
        if key in wanted:
            before = ladder.get(key, 0)
            if before != round(size * 100):
                noted.setdefault(key, before)


def _put(quantity: Ladder, key: int, value: int) -> None:
    if value:
        quantity[key] = value
    else:
        quantity.pop(key, None)


def _change(ladder: Ladder, lines: PriceSizes) -> None:
    for price, size in lines:
        _put(ladder, round(price * 100), round(size * 100))


def _bits(value: float | str) -> int:
    """Return a number as the whole number that has the same 64 bits: it is read seldom, and has any decimals."""
    number = {"Infinity": math.inf, "-Infinity": -math.inf}.get(value, math.nan) if isinstance(value, str) else value
    return int(_INTEGER.unpack(_FLOAT.pack(number))[0])


def _number(bits: int | None) -> float | str | None:
    if bits is None:
        return None
    number = float(_FLOAT.unpack(_INTEGER.pack(bits))[0])
    if math.isnan(number):
        return "NaN"
    return number if math.isfinite(number) else ("Infinity" if number > 0 else "-Infinity")
