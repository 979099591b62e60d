"""Price ladders: which prices a market knows, and what is a tick up or down from each of them.

A ladder is a few bands, each with a step of its own: (101, 200, 1) says that prices from 1.01 to 2.00 go by 0.01. Where
two bands meet, both have the price at which they meet. All arithmetic is on bands; no ladder is ever written out, since
the finest has 99,900 rungs.

Source: the manual's table of price increments, and its description of `MarketLineRangeInfo` (exchange mechanics).
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import ClassVar, Final, NamedTuple

from simulator.exchange.commands import LadderDefinition
from simulator.exchange.money import written

LOWEST_PRICE: Final = 101
HIGHEST_PRICE: Final = 100_000
"""Between these, 1.01 and 1000, lie all odds that can be had, on every ladder of odds."""


class WrongLadder(ValueError):
    """A definition that no ladder can be made of; the message says why."""


class OffLadder(ValueError):
    """A price or a tick that is not on the ladder; the message says which and why."""


class Band(NamedTuple):
    """The prices from `lowest` to `highest`, both included, in steps of `step`; all in hundredths."""

    lowest: int
    highest: int
    step: int


@dataclass(frozen=True, repr=False)
class Ladder:
    """The prices of a market in rising order. Prices are hundredths, ticks are counted from 0 at the lowest price.

    Nothing is rounded in silence: a price that is not on the ladder raises `OffLadder` wherever a rung is meant, and so
    does a move past either end. Only `nearest`, `floor` and `ceiling` accept any price, which is what they are for.
    """

    name: str
    bands: tuple[Band, ...]
    _band_tops: tuple[int, ...] = field(init=False, compare=False)
    _band_ticks: tuple[int, ...] = field(init=False, compare=False)

    CLASSIC: ClassVar["Ladder"]
    """Odds markets: 350 prices from 1.01 to 1000."""
    FINEST: ClassVar["Ladder"]
    """Asian handicap markets: every hundredth from 1.01 to 1000."""

    def __post_init__(self) -> None:
        ticks = [0]
        for band in self.bands:
            ticks.append(ticks[-1] + (band.highest - band.lowest) // band.step)
        object.__setattr__(self, "_band_tops", tuple(band.highest for band in self.bands))
        object.__setattr__(self, "_band_ticks", tuple(ticks))

    @classmethod
    def of(cls, definition: LadderDefinition) -> "Ladder":
        """Return the ladder that a market's definition asks for; raise `WrongLadder` for a type there is not."""
        match definition.type:
            case "CLASSIC":
                return cls.CLASSIC
            case "FINEST":
                return cls.FINEST
            case "LINE_RANGE":
                return cls.line_range(definition.minimum, definition.maximum, definition.interval)
        raise WrongLadder(f"There is no price ladder {definition.type!r}; there are CLASSIC, FINEST and LINE_RANGE.")

    @classmethod
    def line_range(cls, minimum: int, maximum: int, interval: int) -> "Ladder":
        """Return the lines from `minimum` to `maximum` in steps of `interval`; both may be negative.

        Where the interval does not lead to `maximum`, the last line is the one before it. Raise `WrongLadder` for an
        interval that is not positive, or bounds in the wrong order.
        """
        if interval <= 0:
            raise WrongLadder(f"The interval of a line range must be greater than 0, not {written(interval)}.")
        if minimum > maximum:
            raise WrongLadder(f"The lowest line, {written(minimum)}, is above the highest, {written(maximum)}.")
        highest = maximum - (maximum - minimum) % interval
        return cls("LINE_RANGE", (Band(minimum, highest, interval),))

    @property
    def lowest(self) -> int:
        """Return the lowest price."""
        return self.bands[0].lowest

    @property
    def highest(self) -> int:
        """Return the highest price."""
        return self.bands[-1].highest

    @property
    def size(self) -> int:
        """Return how many prices there are."""
        return self._band_ticks[-1] + 1

    def holds(self, price: int) -> bool:
        """Tell whether `price` is on the ladder."""
        index = bisect_left(self._band_tops, price)
        if index == len(self.bands):
            return False
        lowest, _, step = self.bands[index]
        return price >= lowest and (price - lowest) % step == 0

    def tick_of(self, price: int) -> int:
        """Return the place of `price` on the ladder, from 0 to `size` - 1; raise `OffLadder` where it has none."""
        if not self.holds(price):
            raise OffLadder(self._why_off(price))
        index = bisect_left(self._band_tops, price)
        lowest, _, step = self.bands[index]
        return self._band_ticks[index] + (price - lowest) // step

    def price_at(self, tick: int) -> int:
        """Return the price at a place of the ladder; raise `OffLadder` below 0 and from `size` on."""
        if not 0 <= tick < self.size:
            raise OffLadder(
                f"There is no tick {tick} on the {self.name} ladder; its ticks go from 0 to {self.size - 1}."
            )
        # The last rung of all starts no band: it is the top of the last one.
        index = min(bisect_right(self._band_ticks, tick) - 1, len(self.bands) - 1)
        lowest, _, step = self.bands[index]
        return lowest + (tick - self._band_ticks[index]) * step

    def floor(self, price: int) -> int:
        """Return the highest price of the ladder that is not above `price`; raise `OffLadder` where all are above."""
        if price < self.lowest:
            raise OffLadder(self._why_off(price))
        if price >= self.highest:
            return self.highest
        lowest, _, step = self.bands[bisect_left(self._band_tops, price)]
        return price - (price - lowest) % step

    def ceiling(self, price: int) -> int:
        """Return the lowest price of the ladder that is not below `price`; raise `OffLadder` where all are below."""
        if price > self.highest:
            raise OffLadder(self._why_off(price))
        if price <= self.lowest:
            return self.lowest
        lowest, _, step = self.bands[bisect_left(self._band_tops, price)]
        return price + (lowest - price) % step

    def __repr__(self) -> str:
        return f"<Ladder {self.name}: {self.size} prices from {written(self.lowest)} to {written(self.highest)}>"

    def _why_off(self, price: int) -> str:
        """Return a sentence that names the price, the ladder and where the nearest prices are."""
        if not self.lowest <= price <= self.highest:
            bounds = f"which goes from {written(self.lowest)} to {written(self.highest)}"
            return f"{written(price)} is not on the {self.name} ladder, {bounds}."
        neighbours = f"{written(self.floor(price))} and {written(self.ceiling(price))}"
        return f"{written(price)} is not on the {self.name} ladder; the prices next to it are {neighbours}."


Ladder.CLASSIC = Ladder(
    "CLASSIC",
    (
        Band(LOWEST_PRICE, 200, 1),
        Band(200, 300, 2),
        Band(300, 400, 5),
        Band(400, 600, 10),
        Band(600, 1000, 20),
        Band(1000, 2000, 50),
        Band(2000, 3000, 100),
        Band(3000, 5000, 200),
        Band(5000, 10000, 500),
        Band(10000, HIGHEST_PRICE, 1000),
    ),
)

Ladder.FINEST = Ladder("FINEST", (Band(LOWEST_PRICE, HIGHEST_PRICE, 1),))
