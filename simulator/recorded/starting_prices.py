"""At what prices a message says that bets were matched at the starting price: there it stands with all its decimals."""

from collections.abc import Iterable

from simulator.recorded.messages import RunnerChange, RunnerId, runner_id

ToldPrices = dict[RunnerId, list[float]]
"""By runner of which bets at the starting price are told: the prices, as they stand there, at which there are any."""


def told_prices(changes: Iterable[RunnerChange]) -> ToldPrices | None:
    """Return what a message says of bets at the starting price, `None` where it says nothing of such bets."""
    told: ToldPrices = {}
    for change in changes:
        if change.spb or change.spl:
            prices = told.setdefault(runner_id(change.id, change.hc), [])
            for ladder in (change.spb, change.spl):
                prices.extend(price for price, size in ladder or () if size)
    return told or None
