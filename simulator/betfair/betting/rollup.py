"""How offers too small to be worth a line are added up into the lines that best offers show.

    STAKE               a line as soon as the sizes since the last one reach the limit
    PAYOUT              the same with price x size (2 x size on a LINE market)
    MANAGED_LIABILITY   as STAKE: its switch to liabilities is "not supported as yet", and the threshold has no default
    NONE                every level by itself, those below the minimum stake left out

Offers are met best first, and a line stands at the price that completed it, the worst of those in it: a taker who wants
the whole size has to accept that price. What is left at the end and does not reach the limit books do not show, and
the stream does, as a line at the last price (all 258 times in `1.241629436-capture-2025.xz`). Recorded: 0.81 at 70 and
0.47 at 65 appear as 1.28 at 65. Sources: manual, RollupModel and ExBestOffersOverrides; exchange
mechanics, section 5.3.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from simulator.betfair.schema.sports_enums import RollupModel
from simulator.exchange.money import EVEN_MONEY

Line = tuple[int, int]
"""A price in hundredths and a size in pence: an offer is one, and most are read too often to be made offers."""

# By names of their own: to ask an enumeration for a member takes as long as to add a line up, twice for each side.
_PAYOUT: Final = RollupModel.PAYOUT
_NONE: Final = RollupModel.NONE


class Rollup(Struct, frozen=True):
    """A model with its limit: pence for STAKE and NONE, pence times hundredths for PAYOUT.

    With STAKE what is left at the end may be a line, too.
    """

    model: RollupModel
    limit: int
    shows_rest: bool = False

    def best(self, offers: Iterable[Line], depth: int, *, line_market: bool = False) -> list[Line]:
        """Return at most `depth` lines of offers that come best first."""
        if self.model is _PAYOUT:
            return _by_payout(offers, depth, self.limit, EVEN_MONEY if line_market else None)
        if self.model is _NONE:
            return _not_below(offers, depth, self.limit)
        return _by_stake(offers, depth, self.limit, shows_rest=self.shows_rest)


def _by_stake(offers: Iterable[Line], depth: int, limit: int, *, shows_rest: bool) -> list[Line]:
    lines: list[Line] = []
    total = last = 0
    for last, size in offers:
        total += size
        if total >= limit:
            lines.append((last, total))
            total = 0
            if len(lines) == depth:
                break
    if total and shows_rest:
        lines.append((last, total))
    return lines


def _by_payout(offers: Iterable[Line], depth: int, limit: int, odds: int | None) -> list[Line]:
    lines: list[Line] = []
    total = payout = 0
    for price, size in offers:
        total += size
        payout += size * (odds or price)
        if payout >= limit:
            lines.append((price, total))
            if len(lines) == depth:
                break
            total = payout = 0
    return lines


def _not_below(offers: Iterable[Line], depth: int, minimum: int) -> list[Line]:
    lines: list[Line] = []
    for price, size in offers:
        if size >= minimum:
            lines.append((price, size))
            if len(lines) == depth:
                break
    return lines
