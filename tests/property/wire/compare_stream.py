"""Whether a client that puts the stream's messages together has what the services over HTTP say."""

from datetime import datetime

from tests.property.wire.audience import Wish
from tests.property.wire.twin_stream import MarketsTold, Message, OrdersTold, Place

STAKE = {"rollupModel": "STAKE", "rollupLimit": 1}


# Markets


def readings_of_books(market_ids: list[str], levels: int) -> list[Message]:
    """What listMarketBook is asked: everything, the starting prices, the best offers, and these with virtual ones."""
    everything = {"priceData": ["EX_ALL_OFFERS", "EX_TRADED"]}
    starting = {"priceData": ["SP_AVAILABLE", "SP_TRADED"]}
    best = {"priceData": ["EX_BEST_OFFERS"], "exBestOffersOverrides": {"bestPricesDepth": levels, **STAKE}}
    return [
        {"marketIds": market_ids, "priceProjection": projection}
        for projection in (everything, starting, best, {**best, "virtualise": True})
    ]


def assert_market_is_told(told: MarketsTold, wish: Wish, market_id: str, books: list[Message], entry: Message) -> None:
    """Hold what was told of a market against its books, as they were asked for, and its entry in the catalogue."""
    book, starting, best, _ = books
    market, closed = told.markets[market_id], book["status"] == "CLOSED"
    if "EX_MARKET_DEF" in wish.fields:
        assert_definition(market["definition"], starting, entry)
    if "EX_TRADED_VOL" in wish.fields:
        assert market["tv"] == (0 if closed else book["totalMatched"])
    known = market["runners"]
    for runner, with_prices, with_best in zip(book["runners"], starting["runners"], best["runners"], strict=True):
        key = place_of(runner)
        expected = expected_runner({**runner, "sp": with_prices.get("sp", {})}, with_best, wish.levels, closed=closed)
        wanted = {name: value for name, value in expected.items() if name in names_of(wish.fields)}
        # A number is told when it changes, and nothing says that there is none any more.
        shown = {
            name: value
            for name, value in known.get(key, {}).items()
            if value != {}
            and not name.startswith("bda")
            and (name in wanted or not isinstance(value, int | float | str))
        }
        assert shown == wanted, (market_id, key, wish)


def assert_displayed(told: MarketsTold, market_id: str, virtual: Message) -> None:
    """Hold the displayed offers against the book with virtual offers, once they have had their time."""
    runners = told.markets[market_id]["runners"]
    for runner in virtual["runners"]:
        shown = runners.get(place_of(runner), {})
        for name, offers in (("bdatb", "availableToBack"), ("bdatl", "availableToLay")):
            expected = by_level(runner.get("ex", {}).get(offers, []))
            lines = {level: line for level, line in shown.get(name, {}).items() if line[1] >= 1}
            assert lines == expected, (market_id, place_of(runner), shown, name, expected)


def expected_runner(runner: Message, best: Message, levels: int, *, closed: bool) -> Message:
    exchange, starting = runner.get("ex", {}), runner.get("sp", {})
    expected: Message = {
        "atb": by_price(exchange.get("availableToBack", [])),
        "atl": by_price(exchange.get("availableToLay", [])),
        "trd": {} if closed else by_price(exchange.get("tradedVolume", [])),
        "batb": with_rest(best, exchange, "availableToBack", levels),
        "batl": with_rest(best, exchange, "availableToLay", levels),
        "spb": by_price(starting.get("layLiabilityTaken", [])),
        "spl": by_price(starting.get("backStakeTaken", [])),
        "spn": starting.get("nearPrice"),
        "spf": starting.get("farPrice"),
        "ltp": None if closed else runner.get("lastPriceTraded"),
        "tv": 0 if closed else runner.get("totalMatched", 0),
    }
    return {name: value for name, value in expected.items() if value not in (None, {})}


def names_of(fields: tuple[str, ...]) -> set[str]:
    names = {
        "EX_ALL_OFFERS": ("atb", "atl"),
        "EX_TRADED": ("trd",),
        "EX_BEST_OFFERS": ("batb", "batl"),
        "SP_TRADED": ("spb", "spl"),
        "SP_PROJECTED": ("spn", "spf"),
        "EX_LTP": ("ltp",),
        "EX_TRADED_VOL": ("tv",),
    }
    return {name for field in fields for name in names.get(field, ())}


def assert_definition(told: Message, book: Message, entry: Message) -> None:
    """Hold a definition against the book, and against the catalogue while the market is listed there."""
    for name in (
        "status", "betDelay", "bspReconciled", "complete", "numberOfWinners", "runnersVoidable",
        "numberOfActiveRunners", "version",
    ):  # fmt: skip
        if name != "numberOfActiveRunners" or book["status"] != "CLOSED":
            assert told[name] == book[name], name
    assert told["inPlay"] == book["inplay"]
    shown = {place_of(runner, "id", "hc"): runner for runner in told["runners"]}
    assert len(shown) == len(book["runners"])
    for runner in book["runners"]:
        defined = shown[place_of(runner)]
        assert defined["status"] == runner["status"]
        assert defined.get("adjustmentFactor") == runner.get("adjustmentFactor")
        assert defined.get("removalDate") == runner.get("removalDate")
        # Recorded: what does not run has no price in a definition, and NaN in a book.
        runs = told["bspReconciled"] and runner["status"] != "REMOVED"
        price = runner.get("sp", {}).get("actualSP") if runs else None
        if runner["status"] == "HIDDEN" and price == "NaN":
            # Whether it ran when the prices were made cannot be seen.
            price = defined.get("bsp")
        assert defined.get("bsp") == price, (defined, runner)
    if not entry:
        return
    description, event = entry["description"], entry["event"]
    expected = {
        "bspMarket": description["bspMarket"],
        "turnInPlayEnabled": description["turnInPlayEnabled"],
        "persistenceEnabled": description["persistenceEnabled"],
        "marketBaseRate": description["marketBaseRate"],
        "discountAllowed": description["discountAllowed"],
        "bettingType": description["bettingType"],
        "marketType": description["marketType"],
        "marketTime": description["marketTime"],
        "suspendTime": description["suspendTime"],
        "eachWayDivisor": description.get("eachWayDivisor"),
        "priceLadderDefinition": description["priceLadderDescription"],
        "eventId": event["id"],
        "eventTypeId": entry["eventType"]["id"],
        "timezone": event["timezone"],
        "openDate": event["openDate"],
        "venue": event.get("venue"),
        "countryCode": event.get("countryCode"),
    }
    assert {name: told.get(name) for name in expected} == expected
    listed = {(runner["selectionId"], runner["handicap"]): runner["sortPriority"] for runner in entry["runners"]}
    assert {key: shown[key]["sortPriority"] for key in listed} == listed


def place_of(runner: Message, name: str = "selectionId", handicap: str = "handicap") -> Place:
    return runner[name], runner.get(handicap, 0)


def by_price(offers: list[Message]) -> dict[float, float]:
    return {round(offer["price"], 2): offer["size"] for offer in offers}


def by_level(offers: list[Message]) -> dict[int, tuple[float, float]]:
    return {level: (offer["price"], offer["size"]) for level, offer in enumerate(offers)}


def with_rest(best: Message, exchange: Message, name: str, levels: int) -> dict[int, tuple[float, float]]:
    """The best offers, and after them what is left at the end and no pound: the stream has it, at the last price."""
    lines, offers = best.get("ex", {}).get(name, []), exchange.get(name, [])
    rest = round(sum(offer["size"] for offer in offers) - sum(line["size"] for line in lines), 2)
    if rest and len(lines) < levels:
        lines = [*lines, {"price": offers[-1]["price"], "size": rest}]
    return by_level(lines)


# Orders


def assert_orders_are_told(told: OrdersTold, wish: Wish, current: list[Message], complete_before: set[str]) -> None:
    """Hold what was told of the customer's orders against those of listCurrentOrders."""
    strategies = wish.filter.get("customerStrategyRefs")
    mine = [order for order in current if strategies is None or order.get("customerStrategyRef", "") in strategies]
    shown = told.orders()
    open_markets = {order["marketId"] for order in current}
    expected = {order["betId"]: expected_order(order) for order in mine if order["betId"] not in complete_before}
    got = {
        bet_id: {name: value for name, value in order.items() if name in expected.get(bet_id, order)}
        for bet_id, order in shown.items()
        if order["market"] in open_markets and bet_id not in complete_before
    }
    assert got == expected, (got, expected, wish)
    for market_id, market in told.markets.items():
        assert market["closed"] or market_id in open_markets
        if market["closed"]:
            assert market_id not in open_markets
            continue
        for key, runner in market["runners"].items():
            there = [order for order in current if order["marketId"] == market_id and place_of(order) == key]
            assert_matched(runner, there if wish.filter.get("includeOverallPosition", True) else [])
            partitioned = wish.filter.get("partitionMatchedByStrategyRef", False)
            by_strategy = {order.get("customerStrategyRef", "") for order in mine} if partitioned else set()
            assert set(runner["smc"]) <= by_strategy
            for strategy in by_strategy:
                of_it = [order for order in there if order.get("customerStrategyRef", "") == strategy]
                assert_matched(runner["smc"].get(strategy, {"mb": {}, "ml": {}}), of_it)
    told_places = {(market_id, key) for market_id, market in told.markets.items() for key in market["runners"]}
    if wish.filter.get("includeOverallPosition", True):
        matched = {(order["marketId"], place_of(order)) for order in current if order["sizeMatched"]}
        assert matched <= told_places


def assert_matched(runner: Message, orders: list[Message]) -> None:
    """Hold what is matched by price against the sizes and the average prices of orders."""
    for name, side in (("mb", "BACK"), ("ml", "LAY")):
        of_side = [order for order in orders if order["side"] == side]
        size = sum(order["sizeMatched"] for order in of_side)
        payout = sum(order["sizeMatched"] * order["averagePriceMatched"] for order in of_side)
        assert abs(sum(runner[name].values()) - size) < 0.001
        assert abs(sum(price * size for price, size in runner[name].items()) - payout) <= 0.005 * size + 0.001


def expected_order(order: Message) -> Message:
    return {
        "market": order["marketId"],
        "runner": place_of(order),
        "p": order["priceSize"]["price"],
        "s": order["priceSize"]["size"],
        "side": order["side"][0],
        "status": {"EXECUTABLE": "E", "EXECUTION_COMPLETE": "EC"}[order["status"]],
        "ot": {"LIMIT": "L", "LIMIT_ON_CLOSE": "LOC", "MARKET_ON_CLOSE": "MOC"}[order["orderType"]],
        "pd": milliseconds(order["placedDate"]),
        "sm": order["sizeMatched"],
        "sr": order["sizeRemaining"],
        "sl": order["sizeLapsed"],
        "sc": order["sizeCancelled"],
        "sv": order["sizeVoided"],
        "rfo": order.get("customerOrderRef", ""),
        "rfs": order.get("customerStrategyRef", ""),
    }


def milliseconds(date: str) -> int:
    return round(datetime.fromisoformat(date).timestamp()) * 1000
