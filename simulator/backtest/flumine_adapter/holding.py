"""What a strategy holds on to of books when a call of it has ended, found by counting references."""

from sys import getrefcount
from typing import Any, Final, NamedTuple

from simulator.backtest.flumine_adapter.books import LazyMarketBook


def make_whole_what_is_held(book: LazyMarketBook, *, is_held: bool) -> None:
    """Make whole what a strategy holds on to of a book that it has looked at, or of one that it holds on to."""
    made = book.runners if is_held else book.made_runners
    if made is None:
        return
    is_held = is_held or getrefcount(made) > UNHELD.runners
    for runner in made:
        if is_held or getrefcount(runner) > UNHELD.runner:
            runner.make_whole()
        elif runner.made_offers is not None and getrefcount(runner.made_offers) > UNHELD.offers:
            runner.made_offers.make_whole()


class _Counts(NamedTuple):
    """How many references there are to what a book has made, as long as nobody else has one."""

    runners: int
    runner: int
    offers: int


class _Holder:
    """Something that has members."""

    made_runners: Any = None
    made_offers: Any = None


def _unheld() -> _Counts:
    """Count as `make_whole_what_is_held` does, in the same places: interpreters differ in what they count."""
    book, runner = _Holder(), _Holder()
    runner.made_offers = object()
    kept = [runner]
    book.made_runners = kept.copy()
    del runner
    made = book.made_runners
    runners = getrefcount(made)
    runner_count = offers = 0
    for one in made:
        runner_count = getrefcount(one)
        offers = getrefcount(one.made_offers)
    return _Counts(runners, runner_count, offers)


UNHELD: Final = _unheld()
