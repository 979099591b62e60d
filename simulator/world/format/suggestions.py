"""What somebody may have meant who wrote a name or a value that there is not."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from simulator.world.format.document import describe

LEAST_LIKENESS: Final = 0.7
"""From 0, nothing in common, to 1, the same."""
LONGEST_NAME: Final = 80
"""What is longer was not misspelt, and takes long to compare."""


def suggestion(written: object, known: Iterable[str]) -> str:
    """Return a sentence that begins with a space and asks for the nearest of the known names, or the empty text.

    Capitals, spaces, hyphens and underscores make no difference to how near names are; numbers are not misspelt.

    >>> suggestion("selection_id", ["selectionId", "name"])
    ' Did you mean "selectionId"?'
    >>> suggestion("colour", ["name"])
    ''
    """
    if not isinstance(written, str) or len(written) > LONGEST_NAME or not any(map(str.isalpha, written)):
        return ""
    names = {_plain(name): name for name in sorted(known, reverse=True)}
    near = get_close_matches(_plain(written), names, n=1, cutoff=LEAST_LIKENESS)
    return f" Did you mean {describe(names[near[0]])}?" if near else ""


def _plain(name: str) -> str:
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")
