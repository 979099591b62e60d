"""How the values of an entry of a document are read: each mistake is told with its place."""

from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import Any, Final, TypeVar

from msgspec import UNSET

from simulator.world.format.document import Document, Place, describe
from simulator.world.format.quantities import Unusable, duration_of

T = TypeVar("T")


class EntryValues:
    """Reads the values of the entry at one place of a document; what is wrong raises `ScenarioError`.

    Values that are `UNSET` were not said.
    """

    def __init__(self, document: Document, place: Place) -> None:
        self.document: Final = document
        self.place: Final = place

    def known(self, name: str, word: str, known: Collection[str], kind: str) -> None:
        """Complain, with the nearest one, unless a word is among those known."""
        if word in known:
            return
        raise self.error(name, unknown(word, known, kind))

    def duration(self, name: str, text: Any, least: int, most: int | None) -> int | None:
        """Return a duration in milliseconds that lies within bounds, `None` where nothing is said."""
        if text is UNSET:
            return None
        milliseconds = self.usable(name, lambda: duration_of(text))
        if milliseconds < least or (most is not None and milliseconds > most):
            bounds = "a positive duration" if most is None else f"a duration from {least / 1000:g} to {most // 1000} s"
            raise self.error(name, f"This is {bounds}.")
        return milliseconds

    def between(self, name: str, number: Any, least: int, most: int, default: int) -> int:
        """Return a whole number that lies within bounds, the default where nothing is said."""
        if number is UNSET:
            return default
        if not least <= number <= most:
            raise self.error(name, f"This is a number from {least} to {most}.")
        return int(number)

    def one_of(self, name: str, word: Any, known: tuple[str, ...], default: str) -> str:
        """Return one of a few words, the default where nothing is said."""
        if word is UNSET:
            return default
        if word not in known:
            raise self.error(name, f"This is one of {', '.join(known)}.")
        return str(word)

    def usable(self, name: str, read: Callable[[], T]) -> T:
        """Return what is read, or complain in the words of whatever is not usable."""
        try:
            return read()
        except Unusable as error:
            raise self.error(name, str(error)) from None

    def error(self, name: str, problem: str) -> Exception:
        """Return the complaint about a member of the entry, or with an empty name about the whole of it."""
        return self.document.error((*self.place, name) if name else self.place, problem)


def unknown(word: str, known: Collection[str], kind: str) -> str:
    """Return the sentence that a word is none of those known, with the nearest one or else all of them."""
    meant = get_close_matches(word, known, 1, 0.5)
    advice = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(sorted(known))}."
    return f"{describe(word)} is no {kind}; {advice}"
