"""What a strategy holds on to of books when a call of it has ended, found by counting references."""

from sys import getrefcount
from typing import Any, Final

from simulator.backtest.flumine_adapter.books import LazyMarketBook


def make_whole_what_is_held(book: LazyMarketBook, *, is_held: bool) -> None:
    """Make whole what a strategy holds on to of a book that it has looked at, or of one that it holds on to."""
    if is_held:
        book.make_whole()
    made = book.made_runners
    if made is None:
        return
    of_list, of_each = _count(made)
    if is_held or of_list > UNHELD_LIST:
        for runner in made:
            runner.make_whole()
    elif of_each.count(UNHELD_RUNNER) < len(of_each):
        for runner, count in zip(made, of_each, strict=True):
            if count > UNHELD_RUNNER:
                runner.make_whole()


def _count(made: list[Any]) -> tuple[int, list[int]]:
    """Return how many references there are to a list of runners, and to each of these."""
    each = list(map(getrefcount, made))
    return getrefcount(made), each


class _Holder:
    """Something that has runners."""

    made_runners: Any = None
    runners: Any = None


def _unheld() -> tuple[int, list[int]]:
    """Count as `make_whole_what_is_held` does, where nobody else has anything: interpreters count in different ways."""
    book, kept = _Holder(), [object()]
    book.runners = book.made_runners = kept.copy()
    made = book.made_runners
    return _count(made)


_of_list, _of_each = _unheld()
UNHELD_LIST: Final = _of_list
UNHELD_RUNNER: Final = _of_each[0]
