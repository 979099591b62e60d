"""What a strategy holds on to of books when a call of it has ended, found by counting references."""

from sys import getrefcount
from typing import Any, Final, NamedTuple

from simulator.backtest.flumine_adapter.books import LazyMarketBook


def make_whole_what_is_held(book: LazyMarketBook, *, is_held: bool) -> None:
    """Make whole what a strategy holds on to of a book that it has looked at, or of one that it holds on to."""
    if is_held:
        book.make_whole()
    made = book.made_runners
    if made is None:
        return
    counts = _count(made)
    if is_held or counts.runners > UNHELD.runners:
        for runner in made:
            runner.make_whole()
    elif counts.most > UNHELD.most:
        for runner, count in zip(made, counts.each, strict=True):
            if count > UNHELD.most:
                runner.make_whole()


class _Counts(NamedTuple):
    """How many references there are to a list of runners and to each of these."""

    runners: int
    each: list[int]
    most: int


def _count(made: list[Any]) -> _Counts:
    each = list(map(getrefcount, made))
    return _Counts(getrefcount(made), each, max(each, default=0))


class _Holder:
    """Something that has runners."""

    made_runners: Any = None
    runners: Any = None


def _unheld() -> _Counts:
    """Count as `make_whole_what_is_held` does, where nobody else has anything: interpreters count in different ways."""
    book, kept = _Holder(), [object()]
    book.runners = book.made_runners = kept.copy()
    made = book.made_runners
    return _count(made)


UNHELD: Final = _unheld()
