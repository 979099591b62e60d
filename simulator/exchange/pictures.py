"""A market as it can be seen at one moment, kept while the market goes on.

A picture is a market like any other, to be read only: its books have the levels of then without orders, and nobody has
bets in it. What follows from the rest, such as virtual offers, is worked out when it is asked for.
"""

from copy import copy
from itertools import islice

from simulator.exchange.book import Offers, RunnerBook
from simulator.exchange.market import Market
from simulator.exchange.runner import Runner


def picture_of(market: Market) -> Market:
    """Return what can be seen of a market now. It costs as much as the market has levels."""
    picture = copy(market)
    runners = {key: _runner(runner) for key, runner in market.runners.items()}
    vars(picture).update(runners=runners, orders={}, orders_of={}, positions={}, commissions=dict(market.commissions))
    picture.forget_what_follows()
    return picture


def _runner(runner: Runner) -> Runner:
    picture = copy(runner)
    picture.starting_price_backs, picture.starting_price_lays = {}, {}
    picture.starting_price_taken = dict(runner.starting_price_taken)
    picture.book = _book(runner.book)
    # Whether there ever was one shows.
    picture.orders = dict(islice(runner.orders.items(), 1))
    return picture


def _book(book: RunnerBook) -> RunnerBook:
    picture = copy(book)
    picture.backs = Offers.showing(book.backs.resting_side, book.backs.best_first())
    picture.lays = Offers.showing(book.lays.resting_side, book.lays.best_first())
    picture.traded, picture.traded_in_play = dict(book.traded), dict(book.traded_in_play)
    return picture
