"""What all positions of an account can lose together: a bound, always known, and the figure, when it is asked for.

To work out the worst outcome of a market costs as much as it has runners. But a change of one bet says at once by how
much the worst outcome can have become worse, since every result takes one of a runner's outcomes into its sum. So each
position tells its possible rise, and the sum of these tells whether funds suffice for certain. Only where they might
not, or where somebody asks, are the positions that changed worked out.
"""

from typing import Final, Protocol


class Exposed(Protocol):
    """What has an exposure: the bets of one market."""

    def exposure(self) -> int:
        """Return the loss in the worst case, in pence."""


class TotalExposure:
    """The exposures of an account's markets, added up: markets do not net against each other."""

    __slots__ = ("_possible_rise", "_possible_rises", "_total", "_unbounded", "_worked_out")

    def __init__(self) -> None:
        self._worked_out: Final[dict[Exposed, int]] = {}
        self._total = 0
        """The sum of those."""
        self._possible_rises: Final[dict[Exposed, int]] = {}
        """By how many pence each that has changed since may have risen."""
        self._possible_rise = 0
        """The sum of those."""
        self._unbounded: Final[set[Exposed]] = set()
        """Those that may have risen by any amount."""

    def may_have_risen(self, position: Exposed, pence: int) -> None:
        """Note that a position has changed, and by how much at most its exposure has risen."""
        self._possible_rises[position] = self._possible_rises.get(position, 0) + pence
        self._possible_rise += pence

    def may_be_anything(self, position: Exposed) -> None:
        """Note that a position has changed in a way that puts no bound to its exposure."""
        self.may_have_risen(position, 0)
        self._unbounded.add(position)

    def of(self, position: Exposed) -> int:
        """Return the exposure of a position, in pence."""
        rise = self._possible_rises.pop(position, None)
        if rise is not None:
            self._possible_rise -= rise
            self._unbounded.discard(position)
            exposure = position.exposure()
            self._total += exposure - self._worked_out.get(position, 0)
            self._worked_out[position] = exposure
        return self._worked_out.get(position, 0)

    def exact(self) -> int:
        """Return the sum of all exposures, in pence."""
        for position in tuple(self._possible_rises):
            self.of(position)
        return self._total

    def at_most(self) -> int:
        """Return what the sum of all exposures cannot be above, in pence."""
        if self._unbounded:
            for position in tuple(self._unbounded):
                self.of(position)
        return self._total + self._possible_rise

    def leave_out(self, position: Exposed) -> None:
        """Forget a position, whose market has ended."""
        self._possible_rise -= self._possible_rises.pop(position, 0)
        self._unbounded.discard(position)
        self._total -= self._worked_out.pop(position, 0)
