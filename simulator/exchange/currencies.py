"""Money that is not pounds: what a hundredth of it is worth, and how an amount of it becomes pence.

The exchange counts in pence, so that bets of all customers can be matched with each other. A customer whose account is
in another currency asks, is answered and is paid in that currency, to the hundredth. What it is worth in pence is
rounded to whole pence, here and nowhere else.
"""

from typing import Final, NamedTuple

from simulator.exchange.money import divide_half_away


class Rate(NamedTuple):
    """What a currency is worth: so many `hundredths` of it are so many `pence`, both above 0 and as small as can be."""

    hundredths: int
    pence: int

    def in_pence(self, amount: int) -> int:
        """Return what an amount of the currency is worth, to the nearest penny, halves away from zero."""
        return divide_half_away(amount * self.pence, self.hundredths)

    def rounded_up(self, amount: int) -> int:
        """Return what an amount of the currency that is asked for is worth, in whole pence and never less (chosen).

        Books show pence cut to whole hundredths of a currency. So who asks for what they show gets all of it, a bet of
        the smallest size is shown as one, and none is worth nothing.
        """
        return -(-amount * self.pence // self.hundredths)


PAR: Final = Rate(1, 1)
"""The rate of the pound itself."""


def share_of(whole: int, part: int, of: int) -> int:
    """Return the share of a whole that a part is of something, to the nearest integer; nothing is left of nothing.

    Of what has a rest, the share has one too, as far as there is any of it.
    """
    if part == of:
        return whole
    return max(0, min(divide_half_away(whole * part, of), whole - 1))
