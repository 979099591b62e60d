"""The twin of the machine over the wire, as far as its orders and books are read: naive answers from the orders.

Offers and the lines of best offers are added up from the unmatched orders themselves, in pence, and cut to hundredths
of the reader's money. A customer's own orders are read in that money.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from simulator.exchange.market import Market
from simulator.exchange.money import NoPrice, Price
from simulator.exchange.orders import Order, RunnerKey, Side
from simulator.exchange.runner import Runner
from simulator.world.inputs import ReadStartingPrices
from simulator.world.starting_price_cache import Projection
from simulator.world.world import World
from tests.property.wire.report_words import average_price
from tests.property.wire.requests import date, number, without_none
from tests.property.wire.twin_late import LateTwin, Look, look_at
from tests.property.wire.worlds import EUROS_A_POUND, MARKET_ENTRIES, SCENARIO

MINIMUM_STAKE = 100
"""A pound, and a euro."""
RATES = {
    account["username"]: EUROS_A_POUND if account.get("currency") == "EUR" else Fraction(1)
    for account in SCENARIO["accounts"]
}
REGULATOR = "MALTA LOTTERIES AND GAMBLING AUTHORITY"
FOR_ANY_PRICE = {Side.BACK: 1000.0, Side.LAY: 1.01}


class ReadingTwin:
    """The world in process, asked what a customer may read."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.late = LateTwin(world)

    def market(self, market_id: str) -> Market:
        return self.world.exchange.markets[market_id]

    def orders_of(self, account: str) -> list[Order]:
        """All orders of an account that there ever were, in its own money, in the order of their ids."""
        orders = self.world.exchange.orders
        return [orders[bet_id].own for bet_id in sorted(orders) if orders[bet_id].account == account]

    def is_over(self, order: Order) -> bool:
        return self.market(order.market_id).settled_at is not None

    # listCurrentOrders

    def current_orders(self, account: str, asked: dict[str, Any]) -> dict[str, Any]:
        orders = [order for order in self.orders_of(account) if not self.is_over(order)]
        for name, value_of in (
            ("betIds", lambda order: str(order.bet_id)),
            ("marketIds", lambda order: order.market_id),
            ("customerOrderRefs", lambda order: order.customer_order_reference),
            ("customerStrategyRefs", lambda order: order.customer_strategy_reference),
        ):
            if asked.get(name):
                orders = [order for order in orders if value_of(order) in asked[name]]
        if asked.get("orderProjection") in ("EXECUTABLE", "EXECUTION_COMPLETE"):
            orders = [order for order in orders if status_of(order) == asked["orderProjection"]]
        if asked.get("orderBy") == "BY_MARKET":
            orders.sort(key=lambda order: (order.market_id, order.placed_at, order.bet_id))
        if asked.get("orderBy") == "BY_MATCH_TIME":
            orders = [order for order in orders if matched_at(order) is not None]
            orders.sort(key=lambda order: (matched_at(order), matched_at(order), order.placed_at, order.bet_id))
        if asked.get("sortDir") == "LATEST_TO_EARLIEST":
            orders.reverse()
        first, count = asked.get("fromRecord", 0), asked.get("recordCount") or 1000
        return {
            "currentOrders": [self.current_order(order) for order in orders[first : first + count]],
            "moreAvailable": len(orders) > first + count,
        }

    def current_order(self, order: Order) -> dict[str, Any]:
        at = matched_at(order)
        return without_none(
            betId=str(order.bet_id),
            marketId=order.market_id,
            selectionId=order.runner.selection_id,
            handicap=number(order.runner.handicap),
            priceSize=dict(zip(("price", "size"), asked_for(order), strict=True)),
            bspLiability=number(order.liability),
            side=order.side,
            status=status_of(order),
            persistenceType=order.persistence,
            orderType=order.order_type,
            placedDate=date(order.placed_at),
            matchedDate=None if at is None else date(at),
            averagePriceMatched=average_price(order),
            customerOrderRef=order.customer_order_reference,
            customerStrategyRef=order.customer_strategy_reference,
            regulatorCode=REGULATOR,
            **sizes_of(order),
        )

    # listMarketBook

    def market_books(self, account: str, asked: dict[str, Any], *, delayed: bool) -> list[dict[str, Any]]:
        """The books asked for, by market id; where any market goes on, those that are over are left out."""
        names = [name for name in dict.fromkeys(asked["marketIds"]) if name in MARKET_ENTRIES]
        delayed = delayed or self.world.exchange.ledger.balance_of(account) <= 0
        looks = self.late.see(names) if delayed else [look_at(self.market(name)) for name in names]
        looks.sort(key=lambda look: look.market_id)
        running = [look for look in looks if look.settled_at is None]
        return [self.market_book(look, account, asked, delayed) for look in running or looks]

    def market_book(self, market: Look, account: str, asked: dict[str, Any], delayed: bool) -> dict[str, Any]:
        entry, closed = MARKET_ENTRIES[market.market_id], market.settled_at is not None
        matched_last = None if closed else market.last_match_at
        rate = RATES[account]
        return without_none(
            marketId=market.market_id,
            isMarketDataDelayed=delayed,
            status=market.status,
            betDelay=entry.get("betDelay", 0) if market.in_play else 0,
            bspReconciled=market.bsp_reconciled,
            complete=True,
            inplay=market.in_play,
            numberOfWinners=entry.get("numberOfWinners", 1),
            numberOfRunners=len(entry["runners"]),
            numberOfActiveRunners=sum(runner.status == "ACTIVE" and not closed for runner in market.runners.values()),
            lastMatchTime=None if matched_last is None else f"{date(matched_last)[:-4]}{matched_last % 1000:03}Z",
            totalMatched=0.0 if closed else cut(market.total_matched, rate),
            totalAvailable=0.0 if closed else cut(market.unmatched, rate),
            crossMatching=entry.get("crossMatching", False) and not closed,
            runnersVoidable=False,
            version=market.version,
            runners=[self.runner(market, runner, account, asked, delayed) for runner in market.runners.values()],
        )

    def runner(self, market: Look, runner: Look, account: str, asked: dict[str, Any], delayed: bool) -> dict[str, Any]:
        closed, traded_at = market.settled_at is not None, runner.last_price_traded
        rate = RATES[account]
        shown = None if closed or traded_at is None else number(traded_at)
        own = [order for order in self.orders_of(account) if on_runner(order, market.market_id, runner.key)]
        own = [order for order in own if not self.is_over(order)]
        projection = asked.get("priceProjection", {})
        wanted = set(projection.get("priceData", ()))
        shows_starting_prices = market.definition.bsp_market and wanted & SP_DATA and not delayed
        has_total = shown is not None or (not closed and runner.status == "ACTIVE" and runner.had_orders)
        return without_none(
            selectionId=runner.key.selection_id,
            handicap=number(runner.key.handicap),
            status=runner.status,
            adjustmentFactor=None if runner.adjustment_factor is None else runner.adjustment_factor / 1000,
            removalDate=None if runner.removed_at is None else date(runner.removed_at),
            lastPriceTraded=shown,
            totalMatched=None if not has_total else 0.0 if delayed else cut(runner.total_matched, rate),
            sp=self.starting_prices(market.market_id, runner.key, rate) if shows_starting_prices else None,
            ex=self.exchange_prices(market, runner, projection, delayed, rate) if wanted & EX_DATA else None,
            **own_bets(own, asked),
        )

    def exchange_prices(
        self, market: Look, runner: Look, projection: dict[str, Any], delayed: bool, rate: Fraction
    ) -> dict[str, Any]:
        wanted, closed = set(projection["priceData"]), market.settled_at is not None
        shows_all = "EX_ALL_OFFERS" in wanted and not delayed
        shows_any = not closed and wanted & {"EX_ALL_OFFERS", "EX_BEST_OFFERS"}
        shows_traded = not closed and "EX_TRADED" in wanted and not delayed
        prices: dict[str, Any] = {"tradedVolume": []}
        if shows_traded:
            prices["tradedVolume"] = lines(runner.traded, rate)
        for name, side in (("availableToBack", Side.LAY), ("availableToLay", Side.BACK)):
            offers = runner.offers[side, bool(projection.get("virtualise"))] if shows_any else []
            prices[name] = lines(offers if shows_all else best_three(offers, rate), rate)
        return prices

    def projection(self, market: Market, runner: Runner) -> Projection:
        """The near and far price as they are shown: for a minute those that were worked out when they were last old."""
        if self.world.starting_price_cache.is_due(market.market_id, runner.key, self.world.clock.now()):
            self.world.do(ReadStartingPrices(market.market_id, (runner.key,))).accepted()
        return self.world.starting_price_cache.of(market.market_id, runner.key)

    def starting_prices(self, market_id: str, key: RunnerKey, rate: Fraction) -> dict[str, Any]:
        """What waits for the auction or was matched in it, and the price that it made.

        Before it near and far prices are the world's own, which whoever reads them makes for a minute.
        """
        market = self.market(market_id)
        runner = market.runners[key]
        removed = runner.status in ("REMOVED", "REMOVED_VACANT")
        is_over = removed or market.settled_at is not None
        price = NoPrice.NOT_A_NUMBER if removed or runner.starting_price is None else runner.starting_price
        prices: dict[str, Any] = {"backStakeTaken": [], "layLiabilityTaken": []}
        if market.bsp_reconciled:
            prices["actualSP"] = price_or_word(price)
        elif is_over:
            prices |= {"nearPrice": "NaN", "farPrice": "NaN"}
        else:
            projection = self.projection(market, runner)
            prices |= {"nearPrice": price_or_word(projection.near), "farPrice": price_or_word(projection.far)}
        for name, side, without_limit in (("backStakeTaken", Side.BACK, 101), ("layLiabilityTaken", Side.LAY, 100_000)):
            money: dict[float, int] = {}
            if market.bsp_reconciled and isinstance(price, Fraction) and runner.starting_price_taken[side]:
                money[float(price)] = runner.starting_price_taken[side]
            for order in market.orders.values():
                if order.runner == runner.key and order.side is side and order.liability_waiting:
                    limit = number(order.price if order.order_type == "LIMIT_ON_CLOSE" else without_limit)
                    money[limit] = money.get(limit, 0) + order.liability_waiting
            if not is_over:
                prices[name] = [{"price": at, "size": cut(money[at], rate)} for at in sorted(money)]
        return prices


SP_DATA, EX_DATA = {"SP_AVAILABLE", "SP_TRADED"}, {"EX_BEST_OFFERS", "EX_ALL_OFFERS", "EX_TRADED"}


# Orders


def on_runner(order: Order, market_id: str, key: RunnerKey) -> bool:
    return order.market_id == market_id and order.runner == key


def is_for_starting_price(order: Order) -> bool:
    """Whether a bet was placed for the starting price, and did not only become one of these at the off."""
    return order.order_type != "LIMIT" and order.persistence != "MARKET_ON_CLOSE"


def asked_for(order: Order) -> tuple[float, float]:
    """The price and the size that a bet is listed with."""
    takes_any = order.order_type == "MARKET_ON_CLOSE" and is_for_starting_price(order)
    price = FOR_ANY_PRICE[order.side] if takes_any else number(order.price)
    return price, 0.0 if is_for_starting_price(order) else number(order.size)


def status_of(order: Order) -> str:
    return "EXECUTABLE" if order.size_remaining else "EXECUTION_COMPLETE"


def matched_at(order: Order) -> int | None:
    """When a bet was last matched; one that waits for the starting price counts as matched since it was placed."""
    waits = is_for_starting_price(order) and order.liability_waiting > 0
    return order.placed_at if not order.fragments and waits else order.matched_at


def sizes_of(order: Order) -> dict[str, float]:
    return {
        "sizeMatched": number(order.size_matched),
        "sizeRemaining": number(order.size_remaining),
        "sizeLapsed": number(order.size_lapsed),
        "sizeCancelled": number(order.size_cancelled),
        "sizeVoided": number(order.size_voided),
    }


# Books


def cut(pence: int, rate: Fraction) -> float:
    return number(int(pence * rate))


def lines(offers: Iterable[tuple[int, int]], rate: Fraction) -> list[dict[str, float]]:
    return [{"price": number(price), "size": cut(size, rate)} for price, size in offers]


def best_three(offers: list[tuple[int, int]], rate: Fraction) -> list[tuple[int, int]]:
    """Three lines, each at the price that brought it to the minimum stake; a rest below that is not shown."""
    shown: list[tuple[int, int]] = []
    waiting = 0
    for price, size in offers:
        waiting += size
        if waiting * rate >= MINIMUM_STAKE:
            shown.append((price, waiting))
            waiting = 0
    return shown[:3]


def price_or_word(price: Price) -> float | str:
    if isinstance(price, Fraction):
        return float(price)
    return "Infinity" if price is NoPrice.INFINITY else "NaN"


def own_bets(orders: list[Order], asked: dict[str, Any]) -> dict[str, Any]:
    """A customer's own orders and matches on a runner; nothing where there is no bet or nobody asks."""
    orders_wanted, matches_wanted = asked.get("orderProjection"), asked.get("matchProjection")
    if not orders or not (orders_wanted or matches_wanted):
        return {}
    shown = [order for order in orders if orders_wanted in ("ALL", status_of(order))]
    return {"orders": [order_in_book(order) for order in shown], "matches": matches(orders, matches_wanted)}


def order_in_book(order: Order) -> dict[str, Any]:
    price, size = asked_for(order)
    return without_none(
        betId=str(order.bet_id),
        orderType=order.order_type,
        status=status_of(order),
        persistenceType=order.persistence,
        side=order.side,
        price=price,
        size=size,
        bspLiability=number(order.liability),
        placedDate=date(order.placed_at),
        avgPriceMatched=average_price(order),
        customerOrderRef=order.customer_order_reference,
        customerStrategyRef=order.customer_strategy_reference,
        **sizes_of(order),
    )


def matches(orders: list[Order], projection: str | None) -> list[dict[str, Any]]:
    """The matches of some orders: each by itself in the order of time, or those of a side at a price together."""
    all_of_them = [(order, match) for order in orders if order.size_matched for match in order.fragments]
    if projection == "ROLLED_UP_BY_PRICE":
        sizes: dict[tuple[Side, int], int] = {}
        for order, match in all_of_them:
            sizes[order.side, match.price] = sizes.get((order.side, match.price), 0) + match.size
        return [
            {"side": side, "price": number(price), "size": number(sizes[side, price])} for side, price in sorted(sizes)
        ]
    return [
        {
            "betId": str(order.bet_id),
            "matchId": str(match.match_id),
            "side": order.side,
            "price": number(match.price),
            "size": number(match.size),
            "matchDate": date(match.matched_at),
        }
        for order, match in sorted(all_of_them, key=lambda pair: pair[1].match_id)
    ]
