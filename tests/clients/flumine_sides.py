"""Run a strategy of `flumine_strategies.py` over a recording, by flumine's own simulation or by ours, and tell of it.

It is run by an interpreter that has flumine and betsim, and reads lines of JSON: `flumine` or `betsim`, the name of the
strategy, the file, and an object of parameters. To each it answers with a line of JSON: the orders of the blotters, and
what the strategy has told; an empty one where that failed. MODULE:NAME is a strategy of the folder
`BETSIM_FLUMINE_EXAMPLES`.

Every line is answered by a process of its own, since flumine keeps much for all of one; what they import is the same.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from flumine import FlumineSimulation, config
from flumine.clients import SimulatedClient
from flumine.streams.betfairhistoricalstream import BetfairHistoricalStream

from simulator.backtest.engine import Engine
from simulator.backtest.flumine_adapter.play import FluminePlay
from simulator.backtest.flumine_adapter.session import flumine_session
from simulator.backtest.lines import Lines
from simulator.recorded.sources import sources

sys.path[:0] = [str(Path(__file__).parent), os.environ.get("BETSIM_FLUMINE_EXAMPLES", "")]


def strategy_named(name: str) -> Any:
    module, _, strategy = name.rpartition(":")
    return getattr(import_module(module or "flumine_strategies"), strategy)


def by_flumine(name: str, file: str, parameters: dict[str, Any]) -> tuple[Any, Any]:
    config.raise_errors = False
    framework = FlumineSimulation(client=SimulatedClient())
    strategy = strategy_named(name)(stream=BetfairHistoricalStream(file_path=file), **parameters)
    framework.add_strategy(strategy)
    framework.run()
    return framework, strategy


def by_betsim(name: str, file: str, parameters: dict[str, Any]) -> tuple[Any, Any]:
    with flumine_session():
        strategy = strategy_named(name)(**parameters)
        play = FluminePlay(strategy)
        engine = Engine([play.lane])
        for line in Lines(sources([file])):
            engine.take(line)
        engine.end()
        play.finish()
    return play.flumine, strategy


def answer(side: str, name: str, file: str, parameters: dict[str, Any]) -> str:
    run = {"flumine": by_flumine, "betsim": by_betsim}[side]
    framework, strategy = run(name, file, parameters)
    orders = [
        {
            "market": market.market_id,
            "runner": order.selection_id,
            "side": order.side,
            "price": getattr(order.order_type, "price", None),
            "status": order.status.value,
            "matched": order.size_matched,
            "average price": order.average_price_matched,
            "profit": order.profit,
        }
        for market in framework.markets
        for order in market.blotter
    ]
    return json.dumps({"orders": orders, "told": getattr(strategy, "told", None)}, default=str)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            sys.stdout.write(answer(*json.loads(line)))
            return
        os.waitpid(child, 0)
        sys.stdout.write("\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
