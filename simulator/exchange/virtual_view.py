"""The virtual offers of a market as its books show them, worked out once and kept until something changes.

The virtual offers on a runner follow from the offers on all others and from nothing else. So what was worked out for a
runner stays true as long as these queues have not changed, whatever happens to the runner's own offers, to the other
side of the market, or to who looks.
"""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Final

from simulator.exchange.book import Offers
from simulator.exchange.crossmatching import Offer, offers_of, virtual_offers, virtual_steps
from simulator.exchange.matching import Crowd
from simulator.exchange.orders import RunnerKey, Side

FRONT: Final = 8
"""How many levels of a queue are kept; few walks go further."""


class _Back:
    """What of a queue is behind its front."""

    __slots__ = ("_offers",)

    def __init__(self, offers: Offers) -> None:
        self._offers = offers

    def __iter__(self) -> Iterator[Offer]:
        return islice(offers_of(self._offers.best_first()), FRONT, None)


class _Leg:
    """A queue as the walks of all the other runners see it: its front is read once for all of them."""

    __slots__ = ("_back", "_front", "revision")

    def __init__(self, offers: Offers) -> None:
        self.revision = offers.revision
        self._front = tuple(islice(offers_of(offers.best_first()), FRONT))
        self._back = _Back(offers)

    def __iter__(self) -> Iterator[Offer]:
        return chain(self._front, self._back)


class VirtualLadder:
    """The virtual offers on one runner to one side, worked out from the best one on as far as anybody has looked.

    It reads the queues of the others while it goes on: once they have changed it must not be asked any more.
    """

    __slots__ = ("_known", "_rest", "_revision", "crowd")

    def __init__(self, crowd: Crowd, legs: list[_Leg], taker: Side) -> None:
        self.crowd: Final = crowd
        self._revision = sum([leg.revision for leg in legs])
        self._known: list[Offer] = []
        self._rest = virtual_offers(virtual_steps(legs, crowd.number_of_winners, taker, crowd.ladder))

    @property
    def is_up_to_date(self) -> bool:
        """Return whether no queue has changed that these offers follow from."""
        # Revisions only ever grow, so the sum is the same exactly when all of them are.
        return self._revision == sum([leg.revision for leg in self.crowd.legs])

    def best_first(self) -> Iterator[Offer]:
        """Yield the offers from the best to the worst."""
        # Not `yield from`: the list grows under whoever else is looking at the same time.
        known = 0
        while known < len(self._known) or self._look():
            yield self._known[known]
            known += 1

    def _look(self) -> bool:
        """Work out one more offer; return whether there is one."""
        offer = next(self._rest, None)
        if offer is not None:
            self._known.append(offer)
        return offer is not None


class VirtualView:
    """The virtual offers on all runners of a market, of which only those are worked out anew that may have changed.

    `crowd_of` tells which runners make virtual offers on a runner. It is asked again whenever the version of the market
    has changed, as it does when runners leave.
    """

    def __init__(self, crowd_of: Callable[[RunnerKey, Side], Crowd | None]) -> None:
        self._crowd_of = crowd_of
        self._version: int | None = None
        self._crowds: dict[tuple[RunnerKey, Side], Crowd | None] = {}
        self._ladders: dict[tuple[RunnerKey, Side], VirtualLadder] = {}
        self._legs: dict[Offers, _Leg] = {}

    def ladder(self, key: RunnerKey, taker: Side, version: int) -> VirtualLadder | None:
        """Return what a taker of this side is offered, or `None` where no runners make virtual offers on this one."""
        if version != self._version:
            self._version = version
            self._crowds.clear()
        place = (key, taker)
        if place not in self._crowds:
            self._crowds[place] = self._crowd_of(key, taker)
        crowd, ladder = self._crowds[place], self._ladders.get(place)
        if crowd is None:
            return None
        if ladder is None or ladder.crowd != crowd or not ladder.is_up_to_date:
            ladder = self._ladders[place] = VirtualLadder(crowd, [self._leg(leg) for leg in crowd.legs], taker)
        return ladder

    def _leg(self, offers: Offers) -> _Leg:
        leg = self._legs.get(offers)
        if leg is None or leg.revision != offers.revision:
            leg = self._legs[offers] = _Leg(offers)
        return leg
