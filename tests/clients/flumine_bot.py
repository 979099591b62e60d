"""A bot written with flumine, for an environment of its own, with variables as `betsim exec --tls` sets them.

It backs each runner once at the best price, watches until a line comes on standard input, and then writes what its
blotter says, as one line of JSON. Nothing of flumine is changed but where it connects to.
"""

import json
import os
import sys
import threading
from typing import Any

import betfairlightweight
from betfairlightweight.filters import streaming_market_data_filter, streaming_market_filter
from betfairlightweight.streaming.betfairstream import BetfairStream
from flumine import BaseStrategy, Flumine, clients, config
from flumine.events.events import TerminationEvent
from flumine.order.ordertype import LimitOrder
from flumine.order.trade import Trade
from flumine.streams.betfairmarketstream import BetfairMarketStream
from flumine.worker import BackgroundWorker, poll_market_closure

MARKET_ID = os.environ["BETSIM_MARKET"]


class BackOnce(BaseStrategy):
    """Backs every runner once, at the best price there is."""

    def start(self, flumine: Any) -> None:
        self.context["backed"] = set()
        self.context["updates"] = 0

    def check_market_book(self, market: Any, market_book: Any) -> bool:
        self.context["updates"] += 1
        return bool(market_book.status == "OPEN" and not market_book.inplay)

    def process_market_book(self, market: Any, market_book: Any) -> None:
        for runner in market_book.runners:
            if runner.selection_id in self.context["backed"] or not runner.ex.available_to_back:
                continue
            trade = Trade(market_book.market_id, runner.selection_id, runner.handicap, self)
            price = runner.ex.available_to_back[0]["price"]
            order = trade.create_order(side="BACK", order_type=LimitOrder(price=price, size=4.0))
            if market.place_order(order):
                self.context["backed"].add(runner.selection_id)


def main() -> None:
    host, _, port = os.environ["BETSIM_STREAM"].rpartition(":")
    BetfairStream.HOSTS = {None: host, "integration": host}
    BetfairStream._BetfairStream__port = int(port)
    config.customer_strategy_ref = "back-once"
    trading = betfairlightweight.APIClient(
        os.environ["BETSIM_USERNAME"],
        os.environ["BETSIM_PASSWORD"],
        app_key=os.environ["BETSIM_APP_KEY"],
        cert_files=(os.environ["BETSIM_CLIENT_CERTIFICATE"], os.environ["BETSIM_CLIENT_KEY"]),
    )
    url = os.environ["BETSIM_HTTPS_URL"]
    trading.identity_uri = trading.identity_cert_uri = f"{url}/api/"
    trading.api_uri = f"{url}/exchange/"
    framework = Flumine(client=clients.BetfairClient(trading))
    strategy = BackOnce(
        stream=BetfairMarketStream(
            market_filter=streaming_market_filter(market_ids=[MARKET_ID]),
            market_data_filter=streaming_market_data_filter(fields=["EX_BEST_OFFERS", "EX_MARKET_DEF"]),
        ),
        max_order_exposure=100,
        max_selection_exposure=100,
        context={},
        name="back-once",
    )
    framework.add_strategy(strategy)
    framework.add_worker(BackgroundWorker(framework, function=poll_market_closure, interval=1))
    threading.Thread(target=end_when_told, args=(framework,), daemon=True).start()
    framework.run()
    market = framework.markets.markets[MARKET_ID]
    orders = [described(order) for order in market.blotter]
    seen = {"updates": strategy.context["updates"], "closed": market.closed, "orders": orders}
    sys.stdout.write(f"{json.dumps(seen)}\n")


def end_when_told(framework: Any) -> None:
    """Let the framework end once a line has come and every order is cleared."""
    sys.stdin.readline()
    market = framework.markets.markets[MARKET_ID]
    while not all(order.cleared_order is not None for order in market.blotter):
        threading.Event().wait(0.1)
    framework.handler_queue.put(TerminationEvent(framework))


def described(order: Any) -> dict[str, Any]:
    return {
        "bet_id": order.bet_id,
        "status": order.status.value,
        "selection_id": order.selection_id,
        "size_matched": order.size_matched,
        "average_price_matched": order.average_price_matched,
        "profit": None if order.cleared_order is None else order.cleared_order.profit,
    }


if __name__ == "__main__":
    main()
