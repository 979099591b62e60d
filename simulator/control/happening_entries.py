"""What a fault lets happen: happenings as in a scenario, but for the market, and for a runner that is that of a bet.

Of each, what no market would take is told at once with its place; what the market of a request does not take is told by
the world when it comes to that.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from simulator.world.fault_happenings import OF_RUNNERS, says_no_result
from simulator.world.fault_words import ABOUT_ORDERS, ANY
from simulator.world.faults import FaultHappening
from simulator.world.format.document import Document, Place
from simulator.world.format.happenings import MarketHappening, Settle
from simulator.world.loading.bounds import check_size_of_happening
from simulator.world.loading.checks import Inspection
from simulator.world.loading.conversion import VERBS, check_verb, convert
from simulator.world.loading.happening_checks import check_happening_in

MOST_HAPPENINGS: Final = 20
"""That one fault lets happen."""

_SELECTION, _HANDICAP, _MARKET = "selectionId", "handicap", "market"
_VERBS_OF_RUNNERS: Final = frozenset(kind.__struct_config__.tag for kind in OF_RUNNERS)
_SOME_MARKET, _SOME_RUNNER = "", 0
"""These stand where the request says it."""


def happenings_of(
    document: Document, place: Place, entries: Sequence[Mapping[str, Any]], operation: str
) -> tuple[FaultHappening, ...]:
    """Return what a fault of an operation lets happen; raise `ScenarioError`."""
    if not 0 < len(entries) <= MOST_HAPPENINGS:
        raise document.error(place, f"A fault lets from 1 to {MOST_HAPPENINGS} things happen.")
    return tuple(_happening_of(document, (*place, index), entry, operation) for index, entry in enumerate(entries))


def _happening_of(document: Document, place: Place, entry: Mapping[str, Any], operation: str) -> FaultHappening:
    if _MARKET in entry:
        raise document.error((*place, _MARKET), "It happens to the market of the request: market has no place here.")
    content = {**entry, _MARKET: _SOME_MARKET}
    verb = entry.get("do")
    if isinstance(verb, str):
        check_verb(document, place, verb, VERBS)
    is_of_request = isinstance(verb, str) and verb in _VERBS_OF_RUNNERS and _SELECTION not in entry
    if is_of_request:
        if _HANDICAP in entry:
            raise document.error((*place, _HANDICAP), "A handicap says of which runner it is by its selectionId.")
        content[_SELECTION] = _SOME_RUNNER
    happening: MarketHappening = convert(document, content, MarketHappening, place, (_MARKET,))
    inspection = Inspection(document)
    check_size_of_happening(inspection, place, happening)
    check_happening_in(inspection, place, happening, None)
    needs_bet = is_of_request or (isinstance(happening, Settle) and says_no_result(happening))
    if needs_bet and operation not in ABOUT_ORDERS and operation != ANY and not operation.startswith("/"):
        missing = "selectionId" if is_of_request else "result"
        problem = f"This is done to the runner of a bet where it says no {missing}, and {operation} is about no bet."
        raise document.error(place, problem)
    return FaultHappening(happening, is_of_request)
