"""The virtual offers of a market as its books show them, worked out once and kept until something changes.

The virtual offers on a runner follow from the offers on all others and from nothing else. So what was worked out for a
runner stays true as long as these queues have not changed, whatever happens to the runner's own offers, to the other
side of the market, or to who looks.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from simulator.exchange.book import Offer, Offers
from simulator.exchange.crossmatching import Walk, virtual_offers
from simulator.exchange.matching import OtherRunners
from simulator.exchange.orders import RunnerKey, Side


class _SharedWalk:
    """The walk that runners share who make virtual offers on one another, each without its own queue."""

    __slots__ = ("_places", "revision", "walk")

    def __init__(self, queues: frozenset[Offers]) -> None:
        self.revision = _revision_of(queues)
        self.walk: Final = Walk(queue.sizes() for queue in queues)
        self._places = {queue: place for place, queue in enumerate(queues)}

    def offers(self, others: OtherRunners, own: Offers, taker: Side) -> Iterator[Offer]:
        """Yield the virtual offers on the runner whose own queue this is."""
        return virtual_offers(self.walk.steps(others.number_of_winners, taker, others.ladder, self._places[own]))


class VirtualLadder:
    """The virtual offers on one runner to one side, worked out from the best one on, as far as they have been read.

    It reads the queues of the others while it goes on: once they have changed it must not be asked any more.
    """

    __slots__ = ("_known", "_rest", "_revision", "other_runners")

    def __init__(self, other_runners: OtherRunners, offers: Iterator[Offer]) -> None:
        self.other_runners: Final = other_runners
        self._revision = _revision_of(other_runners.legs)
        self._known: list[Offer] = []
        self._rest = offers

    @property
    def is_up_to_date(self) -> bool:
        """Return whether no queue has changed that these offers follow from."""
        return self._revision == _revision_of(self.other_runners.legs)

    def best_first(self) -> Iterator[Offer]:
        """Yield the offers from the best to the worst."""
        # Not `yield from`: another reader may make the list grow at the same time.
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
    """The virtual offers on all runners of a market, of which only those are worked out anew that may have changed."""

    def __init__(self) -> None:
        self._changes: int | None = None
        self._ladders: dict[tuple[RunnerKey, Side], VirtualLadder] = {}
        self._walks: dict[frozenset[Offers], _SharedWalk] = {}

    def ladder(
        self, key: RunnerKey, other_runners: OtherRunners | None, own: Offers, taker: Side, changes: int
    ) -> VirtualLadder | None:
        """Return what a taker of this side is offered, or `None` where no runners make virtual offers on this one.

        Which those are is told by the market, others when its `changes` are more. `own` is the queue of the taker's
        own side on the runner itself.
        """
        if changes != self._changes:
            self._changes = changes
            self._walks.clear()
        place = (key, taker)
        if other_runners is None:
            return None
        ladder = self._ladders.get(place)
        if ladder is None or ladder.other_runners != other_runners or not ladder.is_up_to_date:
            walk = self._walk(frozenset((own, *other_runners.legs)))
            ladder = self._ladders[place] = VirtualLadder(other_runners, walk.offers(other_runners, own, taker))
        return ladder

    def _walk(self, queues: frozenset[Offers]) -> _SharedWalk:
        walk = self._walks.get(queues)
        if walk is None or walk.revision != _revision_of(queues):
            walk = self._walks[queues] = _SharedWalk(queues)
        return walk


def _revision_of(queues: Iterable[Offers]) -> int:
    """Return a number that is the same exactly as long as none of these queues changes: revisions only ever grow."""
    return sum([queue.revision for queue in queues])
