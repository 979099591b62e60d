"""The command `betsim run`: a strategy runs against a server, over HTTP and the stream."""

from typing import Any, Final

import click

from simulator.access import Access, takes_access
from simulator.backtest.variants import WrongStrategy, arguments, check_parameters, is_flumine, strategy_class, variants
from simulator.ending import end
from simulator.live.library import CannotRun
from simulator.live.own_orders import LiveOrders
from simulator.live.running import run

CANNOT_RUN: Final = 2
INTERRUPTED: Final = 130
_OF_FLUMINE: Final = "is a strategy of flumine's: run it with flumine itself, with only the server's address changed."


@click.command(name="run")
@click.argument("strategy", metavar="STRATEGY.py:NAME")
@takes_access
@click.option("--markets", metavar="ID,ID", help="Which markets, by their ids; all that are open where none is named.")
@click.option("--event-types", metavar="ID,ID", help="Markets of which sports.")
@click.option("--market-types", metavar="TYPE,TYPE", help="Markets of which types.")
@click.option("--set", "parameters", multiple=True, metavar="NAME=VALUE", help="A parameter of the strategy.")
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="How long; else until all markets are closed.")
def run_command(
    strategy: str, parameters: tuple[str, ...], seconds: float | None, access: Access, **options: Any
) -> None:
    """Run a strategy against a server.

    The strategy is one that `betsim backtest` runs, too. The markets are those that are open when it begins, 200 at
    most. Its orders are listed at the end, which Ctrl-C brings about early.
    """
    try:
        variant, *others = variants(parameters, "queue")
        if others:
            raise WrongStrategy("a strategy runs once against a server: give every parameter one value.")
        chosen = strategy_class(strategy)
        if is_flumine(chosen):
            raise WrongStrategy(f"{strategy} {_OF_FLUMINE}")
        check_parameters(chosen, variant.parameters, strategy)
        made = chosen(**arguments(chosen, variant.parameters))
        ran = run(made, access, _market_filter(options), seconds=seconds, tell=_tell)
    except (WrongStrategy, CannotRun) as error:
        end(str(error), CANNOT_RUN)
    except KeyboardInterrupt:
        end("it was interrupted before it had begun.", INTERRUPTED)
    _tell_orders(ran.orders)
    if ran.is_interrupted:
        end("it was interrupted: what is unmatched stays with the server.", INTERRUPTED)


def _market_filter(options: dict[str, Any]) -> dict[str, list[str]]:
    wanted = {"marketIds": "markets", "eventTypeIds": "event_types", "marketTypeCodes": "market_types"}
    return {name: options[option].split(",") for name, option in wanted.items() if options[option]}


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)


def _tell_orders(every: list[LiveOrders]) -> None:
    for orders in every:
        for order in orders:
            profit = "" if order.profit is None else f", profit {order.profit:.2f}"
            click.echo(f"{orders.market.market_id} {order!r}{profit}")
