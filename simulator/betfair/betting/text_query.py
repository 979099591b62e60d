"""The text query of a market filter: which words a market must have about it.

A query is a list of words, each of which must be one of the words of the market's texts; letters count alike in both
cases, and what is neither letter nor digit only separates words. A `*` in a word stands for any characters, none too.
The first character may not be one (`SportsAPING.xml`, MarketFilter). That words are whole and all needed is chosen: no
source says so.
"""

import re
from typing import Final

from simulator.betfair.errors import ApiError, ApiErrorCode

MAXIMUM_LENGTH: Final = 255
"""No name is longer than this, so a longer query could find nothing."""

_WILDCARD: Final = "*"
_WORD: Final = re.compile(r"\w+")
_PATTERN: Final = re.compile(r"[\w*]+")


class TextQuery:
    """A text query. A text without a word in it, of wildcards alone too, finds nothing (chosen).

    Raises INVALID_INPUT_DATA for one that begins with a wildcard, or is longer than any name.
    """

    def __init__(self, text: str) -> None:
        patterns = {pattern for pattern in _PATTERN.findall(text.casefold()) if pattern.strip(_WILDCARD)}
        if text.startswith(_WILDCARD) or len(text) > MAXIMUM_LENGTH:
            raise ApiError(ApiErrorCode.INVALID_INPUT_DATA, "text query has invalid content")
        self._asks: Final = bool(patterns)
        self._words: Final = frozenset(pattern for pattern in patterns if _WILDCARD not in pattern)
        self._patterns: Final = tuple(pattern.split(_WILDCARD) for pattern in sorted(patterns - self._words))

    def finds(self, words: frozenset[str]) -> bool:
        """Return whether a market with these `words_of` its texts is meant."""
        return (
            self._asks
            and self._words <= words
            and all(any(_matches(parts, word) for word in words) for parts in self._patterns)
        )


def words_of(text: str | None) -> frozenset[str]:
    """Return the words of a text as queries look for them."""
    return frozenset(_WORD.findall(text.casefold())) if text else frozenset()


def _matches(parts: list[str], word: str) -> bool:
    """Return whether a word is the parts with anything between them.

    By hand and not by a regular expression: many wildcards make those take time without bounds.
    """
    first, *middle, last = parts
    position, end = len(first), len(word) - len(last)
    if end < position or not word.startswith(first) or not word.endswith(last):
        return False
    for part in middle:
        found = word.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True
