"""Fill models: what is assumed of that which a recording does not show.

A recording shows how much is offered and how much is traded at each price, and not whose it is. So of a bet of ours
that would have rested there, nobody knows how many of the bets that then were cancelled stood before it. A model is a
set of answers with a name, and every fill says which one made it. None of them gives a penny twice: see
`simulator.backtest.offers` for what holds whatever the model.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from msgspec import Struct


class Place(StrEnum):
    """Where in the queue at its price a bet of ours takes its place."""

    FRONT = "FRONT"
    """Before everybody."""
    ARRIVAL = "ARRIVAL"
    """Behind what is there when it arrives, as on the exchange."""
    BACK = "BACK"
    """Behind what is there when it arrives, and behind all that comes later."""


class Cancellations(StrEnum):
    """Whose the bets were that were cancelled at the price of a bet of ours: of those before it, or behind it."""

    NONE = "NONE"
    """Nobody's before it, even where a level shrinks to less than what stood there: only trades bring it forward."""
    ALL_BEHIND = "ALL_BEHIND"
    """Those behind it, as far as there are any."""
    PRO_RATA = "PRO_RATA"
    """Of each as many as it has of the level, to the penny, in favour of those before it."""
    ALL_AHEAD = "ALL_AHEAD"
    """Those before it, as far as there are any."""


class FillModel(Struct, frozen=True):
    """What is assumed, under a name; `msgspec.structs.replace` makes one that assumes something else."""

    name: str
    place: Place = Place.ARRIVAL
    cancellations: Cancellations = Cancellations.PRO_RATA
    touching_fills: bool = True
    """Whether an offer of somebody else that comes to exactly our price fills us, or only one that comes beyond it."""


OPTIMISTIC: Final = FillModel("optimistic", Place.FRONT, Cancellations.ALL_AHEAD)
QUEUE: Final = FillModel("queue")
PESSIMISTIC: Final = FillModel("pessimistic", Place.BACK, Cancellations.NONE, touching_fills=False)

MODELS: Final[Mapping[str, FillModel]] = MappingProxyType(
    {model.name: model for model in (OPTIMISTIC, QUEUE, PESSIMISTIC)}
)
"""The models by name."""
DEFAULT_MODEL: Final = QUEUE
