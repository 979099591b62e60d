"""A market as it can be seen at one moment, kept while the market goes on.

A picture is a market like any other, to be read only: its books have the levels of then without orders, and nobody has
bets in it. What follows from the rest, such as virtual offers, is worked out when it is asked for.
"""

from copy import copy
from itertools import islice
from typing import Final

from simulator.exchange.market import Market
from simulator.exchange.runner import Runner


def picture_of(market: Market, previous: Market | None = None) -> Market:
    """Return what can be seen of a market now; runners that look as in a previous picture are those of that picture.

    So it costs as much as the runners that have changed have levels.
    """
    market.begin()
    picture = copy(market)
    known = {} if previous is None else previous.runners
    runners = {key: _runner_as_known(runner, known.get(key)) for key, runner in market.runners.items()}
    vars(picture).update(runners=runners, orders={}, orders_of={}, positions={}, commissions=dict(market.commissions))
    picture.forget_what_follows()
    return picture


def _runner_as_known(runner: Runner, known: Runner | None) -> Runner:
    return known if known is not None and _looks_alike(runner, known) else _runner(runner)


def _looks_alike(runner: Runner, known: Runner) -> bool:
    """Return whether a runner has not changed since its picture was taken."""
    return (
        all(getattr(runner, name) == getattr(known, name) for name in _SEEN_OF_RUNNERS)
        and all(getattr(runner.book, name) == getattr(known.book, name) for name in _SEEN_OF_BOOKS)
        and runner.book.backs.revision == known.book.backs.revision
        and runner.book.lays.revision == known.book.lays.revision
        and bool(runner.orders) == bool(known.orders)
    )


_SEEN_OF_RUNNERS: Final = frozenset(
    {"key", "sort_priority", "adjustment_factor", "status", "removed_at", "starting_price", "starting_price_taken"}
)
_SEEN_OF_BOOKS: Final = frozenset(
    {
        "shown_traded", "shown_total_matched", "shown_last_price_traded", "traded_in_play", "last_traded_in_play",
        "told_starting_prices",
    }
)  # fmt: skip


def _runner(runner: Runner) -> Runner:
    picture = copy(runner)
    picture.starting_price_backs, picture.starting_price_lays = {}, {}
    picture.starting_price_taken = dict(runner.starting_price_taken)
    picture.book = runner.book.picture()
    # Whether there ever was one shows.
    picture.orders = dict(islice(runner.orders.items(), 1))
    return picture
