"""How long a request is on its way before the exchange has it, in milliseconds of the recording's time."""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

_MASK: Final = 2**64 - 1


class Delay(Struct, frozen=True):
    """From `least` to `most` milliseconds, each as likely as any other; the same every time where the two are equal."""

    least: int = 0
    most: int | None = None


class Latency(Struct, frozen=True):
    """The delays of the four operations. What is drawn follows from the seed: two runs draw the same."""

    place: Delay = Delay()
    cancel: Delay = Delay()
    update: Delay = Delay()
    replace: Delay = Delay()
    seed: int = 0

    @classmethod
    def fixed(cls, milliseconds: int) -> "Latency":
        """Return the latency of a way that takes always the same time."""
        delay = Delay(milliseconds)
        return cls(delay, delay, delay, delay)


def drawing(seed: int) -> Callable[[Delay], int]:
    """Return what draws delays one after the other."""
    state = seed & _MASK

    def draw(delay: Delay) -> int:
        nonlocal state
        if delay.most is None or delay.most <= delay.least:
            return delay.least
        # SplitMix64 (published: Steele, Lea, Flood 2014), which needs no more than one number of state.
        state = (state + 0x9E3779B97F4A7C15) & _MASK
        mixed = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return delay.least + (mixed ^ (mixed >> 31)) % (delay.most - delay.least + 1)

    return draw
