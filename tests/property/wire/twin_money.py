"""The twin of the machine over the wire, as far as money is read: funds, profit and loss, and bets that have ended.

Worked out from the ledger's statement and from every bet's own matches and result.
"""

from fractions import Fraction
from typing import Any

from simulator.exchange.market import Market
from simulator.exchange.orders import Order, Side
from tests.property.kernel.twin_money import commission, nearest_penny
from tests.property.wire.requests import date, number, without_none
from tests.property.wire.twin_readings import ReadingTwin, asked_for, is_for_starting_price
from tests.property.wire.worlds import EVENTS_OF_MARKETS, MARKET_ENTRIES, SCENARIO

ACCOUNTS = {account["username"]: account for account in SCENARIO["accounts"]}


def discount_percent(account: str) -> Fraction:
    return Fraction(ACCOUNTS[account].get("discountRate", 0))


class MoneyTwin(ReadingTwin):
    """The world in process, asked what a customer has won, lost, and may lose."""

    def funds(self, account: str) -> dict[str, Any]:
        """The money of an account: all that its bets and commissions moved, and what its exposures add up to."""
        exchange = self.world.exchange
        balance = 0
        for posting in exchange.ledger.statement(account):
            moved = posting.own.amount if posting.own is not None else posting.amount
            balance += moved if posting.credit == account else -moved
        at_risk = sum(exchange.accounts[account].exposure_in(market_id) for market_id in MARKET_ENTRIES)
        kept = sum(self.retained(account, self.market(market_id)) for market_id in MARKET_ENTRIES)
        limit = ACCOUNTS[account].get("exposureLimit", 15_000)
        return without_none(
            availableToBetBalance=number(balance - at_risk - kept),
            exposure=number(-at_risk),
            retainedCommission=number(kept),
            exposureLimit=-float(limit),
            discountRate=float(discount_percent(account)),
            pointsBalance=0,
            wallet="UK",
        )

    def retained(self, account: str, market: Market) -> int:
        """The commission on what the settled runners of a market have brought that goes on."""
        if market.settled_at is not None:
            return 0
        profits = [order.profit for order in self.orders_of(account) if order.market_id == market.market_id]
        return self.commission_on(sum(profit for profit in profits if profit), account, market)

    def commission_on(self, winnings: int, account: str, market: Market) -> int:
        return commission(winnings, *self.rates(account, market))

    def rates(self, account: str, market: Market) -> tuple[Fraction, Fraction]:
        """The base rate of a market and an account's discount there, in percent."""
        entry = MARKET_ENTRIES[market.market_id]
        discount = discount_percent(account) if entry.get("discountAllowed", True) else Fraction(0)
        return Fraction(entry.get("baseRate", 5)), discount

    # listMarketProfitAndLoss

    def profit_and_loss(self, account: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            self.profits_in(self.market(market_id), account, asked)
            for market_id in dict.fromkeys(asked["marketIds"])
            if market_id in MARKET_ENTRIES
            and MARKET_ENTRIES[market_id].get("bettingType", "ODDS") == "ODDS"
            and self.market(market_id).settled_at is None
        ]

    def profits_in(self, market: Market, account: str, asked: dict[str, Any]) -> dict[str, Any]:
        own = [order for order in self.orders_of(account) if order.market_id == market.market_id]
        counted = [order for order in own if order.settled_at is None]
        everything = bool(asked.get("includeBspBets"))
        settled = [order for order in own if order.profit is not None] if asked.get("includeSettledBets") else []
        several = market.definition.number_of_winners > 1
        net = asked.get("netOfCommission")
        figures = []
        for key, runner in market.runners.items():
            brought = sum(
                (order.profit or 0) if everything else result(order, wins=order.outcome == "WON", everything=False)
                for order in settled
                if not several or order.runner == key
            )
            if runner.status != "ACTIVE" and not (several and any(order.runner == key for order in settled)):
                continue
            figure: dict[str, Any] = {"selectionId": key.selection_id}
            for name, wins in (("ifWin", True), ("ifLose", False)):
                if name == "ifLose" and not several:
                    continue
                results = [
                    result(order, wins=wins and order.runner == key, everything=everything)
                    for order in counted
                    if order.runner == key or not several
                ]
                total = sum(results) + brought
                taken = self.commission_on(total, account, market) if net else 0
                figure[name] = number(total - taken)
            figures.append(figure)
        base, discount = self.rates(account, market)
        return without_none(
            marketId=market.market_id,
            commissionApplied=float(base * (100 - discount) / 100) if net else None,
            profitAndLosses=figures,
        )

    # listClearedOrders

    def cleared_orders(self, account: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Bets that ended in a way, latest first, bet by bet or with all of a market in one line."""
        ended = [
            (at, order.bet_id, order, size)
            for order in self.orders_of(account)
            for at, size in [ending(order, asked["betStatus"])]
            if at is not None and size
        ]
        ended = [each for each in ended if each[2].market_id in (asked.get("marketIds") or MARKET_ENTRIES)]
        ended = [each for each in ended if asked.get("side") in (None, each[2].side)]
        ended.sort(key=lambda each: each[:2], reverse=True)
        if asked.get("groupBy") == "MARKET":
            ids = dict.fromkeys(order.market_id for _, _, order, _ in ended)
            found = [
                self.cleared_market([(at, order) for at, _, order, _ in ended if order.market_id == market_id], account)
                for market_id in ids
            ]
        else:
            found = [self.cleared_order(order, at, size, asked["betStatus"]) for at, _, order, size in ended]
        first, count = asked.get("fromRecord", 0), asked.get("recordCount") or 1000
        return {"clearedOrders": found[first : first + count], "moreAvailable": len(found) > first + count}

    def cleared_order(self, order: Order, at: int, size: int, status: str) -> dict[str, Any]:
        event = EVENTS_OF_MARKETS[order.market_id]
        line = without_none(
            eventTypeId=event["eventType"]["id"],
            eventId=event["id"],
            marketId=order.market_id,
            selectionId=order.runner.selection_id,
            handicap=number(order.runner.handicap),
            betId=str(order.bet_id),
            placedDate=date(order.placed_at),
            persistenceType=persistence_placed(order),
            orderType=order.order_type,
            side=order.side,
            priceRequested=asked_for(order)[0],
            settledDate=date(at),
            customerOrderRef=order.customer_order_reference,
            customerStrategyRef=order.customer_strategy_reference,
        )
        if status in ("LAPSED", "CANCELLED"):
            return {**line, "sizeCancelled": number(size)}
        matched = Fraction(sum(each.payout for each in order.fragments), sum(each.size for each in order.fragments))
        line |= {
            "betCount": 1,
            "priceMatched": halves_up(matched),
            "priceReduced": order.price_reduced,
            "sizeSettled": number(size),
            "profit": number(order.profit or 0),
        }
        if status == "SETTLED":
            assert order.outcome is not None
            assert order.matched_at is not None
            line |= {"betOutcome": order.outcome, "lastMatchedDate": date(order.matched_at)}
        return line

    def cleared_market(self, ended: list[tuple[int, Order]], account: str) -> dict[str, Any]:
        orders = [order for _, order in ended]
        market = self.market(orders[0].market_id)
        event = EVENTS_OF_MARKETS[market.market_id]
        own = [order for order in self.orders_of(account) if order.market_id == market.market_id]
        won = sum(order.profit or 0 for order in own)
        persistences = [persistence_placed(order) for order in orders]
        one_runner = in_common([order.runner for order in orders])
        on_one_side = one_runner is not None and in_common([order.side for order in orders]) is not None
        size = sum(order.size_matched for order in orders)
        asked_at = sum(Fraction(round(100 * asked_for(order)[0])) * order.size_matched for order in orders) / size
        matched_at = Fraction(sum(match.payout for order in orders for match in order.fragments), size)
        return without_none(
            eventTypeId=event["eventType"]["id"],
            eventId=event["id"],
            marketId=market.market_id,
            selectionId=one_runner.selection_id if one_runner else None,
            handicap=number(one_runner.handicap) if one_runner else None,
            betId=str(orders[0].bet_id) if len(orders) == 1 else None,
            placedDate=date(max(order.placed_at for order in orders)),
            persistenceType=in_common(persistences),
            orderType=in_common([order.order_type for order in orders]),
            side=orders[0].side if on_one_side else None,
            priceRequested=halves_up(asked_at) if on_one_side else None,
            settledDate=date(max(at for at, _ in ended)),
            betCount=len(orders),
            commission=number(0 if market.settled_at is None else self.commission_on(won, account, market)),
            priceMatched=halves_up(matched_at) if on_one_side else None,
            priceReduced=in_common([order.price_reduced for order in orders]),
            sizeSettled=number(size) if on_one_side else None,
            profit=number(sum(order.profit or 0 for order in orders)),
        )


def ending(order: Order, status: str) -> tuple[int | None, int]:
    """When a part of a bet ended in a way, and how much of it."""
    if status == "SETTLED":
        return (order.settled_at, order.size_matched)
    if status == "VOIDED":
        return (order.voided_at, order.size_voided)
    if status == "LAPSED":
        return (order.lapsed_at, order.size_lapsed)
    return (order.cancelled_at, order.size_cancelled)


def result(order: Order, *, wins: bool, everything: bool) -> int:
    """What the matched part of a bet brings its owner, in pence, rounded once; not everything is without what was
    matched at the starting price.
    """
    if not order.size_matched:
        return 0
    counted = [match for match in order.fragments if everything or not match.at_starting_price]
    payout = Fraction(sum(match.payout for match in counted), 100) if wins else 0
    backers = payout - sum(match.size for match in counted)
    return nearest_penny(Fraction(backers if order.side is Side.BACK else -backers))


def halves_up(hundredths: Fraction) -> float:
    """An average in hundredths as it is shown."""
    return ((2 * hundredths + 1) // 2) / 100


def in_common(values: list[Any]) -> Any:
    return values[0] if all(value == values[0] for value in values) else None


def persistence_placed(order: Order) -> str | None:
    """With what persistence a bet was placed; one that was placed for the starting price has none."""
    return None if is_for_starting_price(order) else order.persistence_before_updates or order.persistence
