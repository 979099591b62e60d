"""What a backtest leaves behind: a row for each order, fill and market, for whoever works on with tables.

Money is in the account's currency and prices are decimal odds, as strategies have them; times are milliseconds since
1970. What does not apply is `None`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from simulator.backtest.amounts import of_hundredths
from simulator.backtest.fills import Fill
from simulator.backtest.lane import ACCOUNT
from simulator.backtest.own_orders import RecordedOrder, RecordedOrders
from simulator.backtest.playing import AtPlay
from simulator.backtest.views import RecordedMarketView
from simulator.exchange.money import HUNDREDTHS
from simulator.exchange.orders import LIMIT


class MarketRow(Struct, frozen=True, kw_only=True):
    """What came of a market for one run of a strategy."""

    run: str
    model: str
    market_id: str
    event_id: str
    event_type_id: str
    market_type: str
    country_code: str
    start_time: int
    settled_at: int | None
    """`None` where the recording does not say how it ended; `problem` says why."""
    orders: int
    refused_orders: int
    matched_orders: int
    won_orders: int
    turnover: float
    """Stakes matched, those of lays as their backers put them in."""
    profit: float
    """Before commission."""
    commission: float
    net_profit: float
    problem: str


class OrderRow(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """An order."""

    run: str
    model: str
    market_id: str
    number: int
    """Counted from 1 in its market."""
    bet_id: int | None
    selection_id: int
    handicap: float
    runner_name: str
    side: str
    order_type: str
    persistence: str | None
    price: float | None
    size: float
    shown_price: float | None
    """The best price on its side when it was asked for."""
    sent_at: int | None
    placed_at: int | None
    status: str
    refusal: str
    size_matched: float
    average_price_matched: float | None
    average_price_filled: float | None
    """What it was when the matches were made: removals of others have reduced the other one since."""
    size_cancelled: float
    size_lapsed: float
    size_voided: float
    starting_price: float | None
    profit: float | None
    outcome: str | None


class FillRow(Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """A match of an order, with what the model knew when it made it."""

    run: str
    model: str
    market_id: str
    bet_id: int
    at: int
    selection_id: int
    handicap: float
    side: str
    price: float
    size: float
    how: str
    queue_ahead: float
    """What stood before the order when it began to wait."""
    used: str
    """The recorded volume that it used up, as `size at price of runner`, one after the other."""


TABLES: Final[Mapping[str, type[Struct]]] = {"markets": MarketRow, "orders": OrderRow, "fills": FillRow}
"""The tables by name, and the members of their rows."""


class Rows(Struct):
    """The rows of some markets."""

    markets: list[MarketRow] = []
    orders: list[OrderRow] = []
    fills: list[FillRow] = []

    def extend(self, others: "Rows") -> None:
        """Add other rows."""
        self.markets.extend(others.markets)
        self.orders.extend(others.orders)
        self.fills.extend(others.fills)

    def __reduce__(self) -> tuple[Any, ...]:
        """Go from process to process packed: row by row it takes four times as long, a tenth of what they tell of."""
        try:
            return _unpacked, (msgspec.msgpack.encode(self),)
        except (msgspec.MsgspecError, OverflowError, TypeError, ValueError):
            # A recording may have numbers of more than 64 bits.
            return Rows, (self.markets, self.orders, self.fills)


def _unpacked(packed: bytes) -> Rows:
    return msgspec.msgpack.decode(packed, type=Rows)


def rows_of(play: AtPlay, run: str) -> Rows:
    """Return the rows of a strategy that has been played to the end; markets without an order have one, too."""
    model = play.lane.model.name
    filled = _filled_prices(play.lane.fills)
    rows = Rows()
    for market_id, followed in play.lane.followed.items():
        orders = play.orders.get(market_id) or RecordedOrders(play.lane, RecordedMarketView(followed, ACCOUNT))
        of_market = [
            _order(order, number, orders, (run, model), filled) for number, order in enumerate(orders, start=1)
        ]
        rows.markets.append(_market(play, orders, of_market, run))
        rows.orders.extend(of_market)
    rows.fills.extend(_fills(play.lane.fills, run))
    return rows


def _market(play: AtPlay, orders: RecordedOrders, rows: list[OrderRow], run: str) -> MarketRow:
    market = orders.market
    settled_at = market.followed.market.settled_at
    profit = market.profit or 0.0
    commission = of_hundredths(market.followed.market.commissions.get(ACCOUNT, 0))
    matched = [row for row in rows if row.size_matched]
    return MarketRow(
        run=run,
        model=play.lane.model.name,
        market_id=market.market_id,
        event_id=market.event_id,
        event_type_id=market.event_type_id,
        market_type=market.market_type,
        country_code=market.country_code,
        start_time=market.start_time,
        settled_at=settled_at,
        orders=len(rows),
        refused_orders=sum(bool(row.refusal) for row in rows),
        matched_orders=len(matched),
        won_orders=sum((row.profit or 0.0) > 0 for row in rows),
        turnover=round(sum((row.size_matched for row in rows), 0.0), 2),
        profit=profit,
        commission=commission,
        net_profit=round(profit - commission, 2),
        problem=play.lane.unsettled.get(market.market_id, ""),
    )


def _filled_prices(fills: Iterable[Fill]) -> dict[int, float]:
    """Return by bet id the average price of the matches as they were made."""
    sums: dict[int, tuple[int, int]] = {}
    for fill in fills:
        payout, size = sums.get(fill.bet_id, (0, 0))
        sums[fill.bet_id] = payout + fill.price * fill.size, size + fill.size
    return {bet_id: payout / size / HUNDREDTHS for bet_id, (payout, size) in sums.items() if size}


def _order(
    own: RecordedOrder, number: int, orders: RecordedOrders, names: tuple[str, str], filled: Mapping[int, float]
) -> OrderRow:
    run, model = names
    order, instruction = own.order, own.instruction
    bet = None if order is None else order.own
    runner = orders.market.runner_or_none(instruction.runner)
    cancelled, lapsed, voided = (0, 0, 0) if bet is None else (bet.size_cancelled, bet.size_lapsed, bet.size_voided)
    return OrderRow(
        run=run,
        model=model,
        market_id=orders.market.market_id,
        number=number,
        bet_id=None if bet is None else bet.bet_id,
        selection_id=own.selection_id,
        handicap=own.handicap,
        runner_name="" if runner is None else runner.name,
        side=own.side,
        order_type=instruction.order_type,
        persistence=instruction.persistence if instruction.order_type is LIMIT else None,
        price=own.price,
        size=own.size,
        shown_price=None if own.shown_price is None else of_hundredths(own.shown_price),
        sent_at=None if own.request is None else own.request.sent_at,
        placed_at=None if bet is None else bet.placed_at,
        status=own.status,
        refusal=own.refusal,
        size_matched=own.size_matched,
        average_price_matched=own.average_price_matched,
        average_price_filled=None if bet is None else filled.get(bet.bet_id),
        size_cancelled=of_hundredths(cancelled),
        size_lapsed=of_hundredths(lapsed),
        size_voided=of_hundredths(voided),
        starting_price=None if runner is None else runner.starting_price,
        profit=own.profit,
        outcome=None if bet is None else bet.outcome,
    )


def _fills(fills: list[Fill], run: str) -> Iterator[FillRow]:
    for fill in fills:
        yield FillRow(
            run=run,
            model=fill.model,
            market_id=fill.market_id,
            bet_id=fill.bet_id,
            at=fill.at,
            selection_id=fill.runner.selection_id,
            handicap=of_hundredths(fill.runner.handicap),
            side=fill.side,
            price=of_hundredths(fill.price),
            size=of_hundredths(fill.size),
            how=fill.how,
            queue_ahead=of_hundredths(fill.queue_ahead),
            used=", ".join(
                f"{of_hundredths(size)} at {of_hundredths(price)} of {runner.selection_id}"
                for runner, price, size in fill.used
            ),
        )
