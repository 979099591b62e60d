"""How change messages look to which a fault has happened."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from simulator.world.fault_words import CONFLATE, NO_DEFINITION, SEGMENT, SILENCE
from simulator.world.faults import Fired

HOLDING: Final = frozenset({SILENCE, CONFLATE})
"""The faults that hold changes back, until they are told as one."""
OF_IMAGES: Final = frozenset({NO_DEFINITION, SEGMENT})
"""The faults of a subscription that show in its image."""
DEGRADED: Final = b'"status":503,'
"""The member that messages have while the service is degraded; it comes before `pt` (recorded)."""
_DEFINITION: Final = "marketDefinition"


def is_fault(fired: Fired | None, word: str) -> bool:
    """Return whether a fault of this word has happened."""
    return fired is not None and fired.fault.do == word


def spoilt_items(items: list[bytes], fired: Fired | None) -> list[bytes]:
    """Return the changes of a message without what a fault takes away."""
    return [_without_definition(item) for item in items] if is_fault(fired, NO_DEFINITION) else items


def cut_everywhere(items: Sequence[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Yield a segment for every change, and a last one without any where there is only one."""
    parts = [[item] for item in items]
    while len(parts) < 2:
        parts.append([])
    yield from named_segments(parts)


def named_segments(parts: Sequence[list[bytes]]) -> Iterator[tuple[str, list[bytes]]]:
    """Yield parts of a message, at least two, each with its name as a segment."""
    for place, part in enumerate(parts):
        yield "SEG_START" if place == 0 else "SEG_END" if place == len(parts) - 1 else "SEG", part


def _without_definition(item: bytes) -> bytes:
    members = msgspec.json.decode(item, type=dict[str, msgspec.Raw])
    members.pop(_DEFINITION, None)
    return msgspec.json.encode(members)
