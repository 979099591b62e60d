"""What can be read of an exchange, in one form for the kernel and for its naive twin.

The kernel keeps these figures; the twin works each of them out from its list of bets and its list of postings.
"""

from fractions import Fraction
from itertools import accumulate
from typing import Any

from simulator.exchange.exchange import Exchange
from simulator.exchange.ledger import CASHIER, COMMISSION, HOUSE
from simulator.exchange.money import NoPrice, Price
from simulator.exchange.orders import Side
from tests.property.kernel.twin_book import levels
from tests.property.kernel.twin_exchange import NaiveExchange


def bets_of_kernel(kernel: Exchange) -> dict[int, dict[str, Any]]:
    return {
        bet_id: {
            "owner": (order.account, order.market_id, order.runner, order.side),
            "asked": (order.price, order.size, order.persistence, order.time_in_force is not None),
            "minimum fill": order.min_fill_size,
            "target": (order.bet_target_type, order.bet_target),
            "for starting price": (order.order_type, order.liability_waiting),
            "references": (order.customer_order_reference, order.customer_strategy_reference),
            "matched": order.size_matched,
            "remaining": order.size_remaining,
            "cancelled": order.size_cancelled,
            "lapsed": order.size_lapsed,
            "voided": order.size_voided,
            "payout": order.matched_payout,
            "matches": [tuple(fragment)[:4] for fragment in order.fragments],
            "placed at": order.placed_at,
            "cancelled at": order.cancelled_at,
            "lapsed at": (order.lapsed_at, order.lapse_reason),
            "settled at": order.settled_at,
            "killed": order.was_killed,
            "result": (order.outcome, order.profit),
        }
        for bet_id, order in kernel.orders.items()
    }


def bets_of_twin(twin: NaiveExchange) -> dict[int, dict[str, Any]]:
    return {
        bet.bet_id: {
            "owner": (bet.account, bet.market_id, bet.runner, bet.side),
            "asked": (bet.price, bet.size, bet.persistence, bet.fill_or_kill),
            "minimum fill": bet.minimum_fill,
            "target": (bet.target_type, bet.target),
            "for starting price": (bet.order_type, bet.waiting),
            "references": (bet.order_reference, bet.strategy_reference),
            "matched": sum(match.size for match in bet.stands),
            "remaining": bet.remaining,
            "cancelled": bet.cancelled,
            "lapsed": bet.lapsed,
            "voided": bet.taken if bet.is_void else 0,
            "payout": sum(match.size * match.exact_price for match in bet.stands),
            "matches": [tuple(match)[:4] for match in bet.matches],
            "placed at": bet.placed_at,
            "cancelled at": bet.cancelled_at,
            "lapsed at": (bet.lapsed_at, bet.lapse_reason),
            "settled at": bet.settled_at,
            "killed": bet.fill_or_kill and not bet.matches,
            "result": (bet.outcome, bet.profit),
        }
        for bet in twin.bets
    }


def markets_of_kernel(kernel: Exchange) -> dict[str, dict[str, Any]]:
    return {
        market_id: {
            "status": (market.status, market.in_play, market.betting_is_over),
            "versions": (market.version, market.material_version),
            "bet delay": market.bet_delay,
            "starting prices": (
                market.bsp_reconciled,
                {key: to_six_places(runner.starting_price) for key, runner in market.runners.items()},
                {
                    (key, side): taken
                    for key, runner in market.runners.items()
                    for side, taken in runner.starting_price_taken.items()
                    if taken
                },
            ),
            "waiting for them": {
                (key, side): list(runner.starting_price_queue(side))
                for key, runner in market.runners.items()
                for side in Side
            },
            "runners": {key: runner.status for key, runner in market.runners.items()},
            "matched": (market.total_matched, market.last_match_at),
            "available": market.total_available,
            "settled": (market.settled_at, market.commissions),
            "bets": list(market.orders),
        }
        for market_id, market in kernel.markets.items()
    }


def markets_of_twin(twin: NaiveExchange) -> dict[str, dict[str, Any]]:
    view = {}
    for market_id, market in twin.markets.items():
        bets = [bet for bet in twin.bets if bet.market_id == market_id]
        trades = [trade for trade in twin.trades if trade.market_id == market_id]
        view[market_id] = {
            "status": (market.status, market.in_play, market.betting_is_over),
            "versions": (market.version, market.material_version),
            "bet delay": market.definition.bet_delay if market.in_play else 0,
            "starting prices": (
                market.reconciled,
                {
                    key: to_six_places(market.starting_prices[key] or NoPrice.INFINITY)
                    if key in market.starting_prices
                    else None
                    for key in market.runners
                },
                {key: taken for key, taken in market.taken_at_starting_price.items() if taken},
            ),
            "waiting for them": {
                (key, side): [bet.bet_id for bet in twin.queue_for_starting_price(market, key, side)]
                for key in market.runners
                for side in Side
            },
            "runners": {
                key: "HIDDEN" if key in market.hidden else market.results.get(key, "ACTIVE") for key in market.runners
            },
            "matched": (sum(2 * trade.size for trade in trades), trades[-1].at if trades else None),
            "available": sum(bet.remaining for bet in bets),
            "settled": (market.settled_at, market.commissions),
            "bets": [bet.bet_id for bet in bets],
        }
    return view


def to_six_places(price: Price | None) -> str | None:
    """A starting price as far as the root of an equation is sure to be the same, whoever finds it."""
    return f"{float(price):.6f}" if isinstance(price, Fraction) else price


def books_of_kernel(kernel: Exchange) -> dict[Any, dict[str, Any]]:
    return {
        (market_id, key.selection_id): {
            "backs": [(level.price, level.total, list(level.queue)) for level in runner.book.backs.best_first()],
            "lays": [(level.price, level.total, list(level.queue)) for level in runner.book.lays.best_first()],
            "best": tuple(best.price if best else None for best in (runner.book.backs.best, runner.book.lays.best)),
            "totals": (runner.book.backs.total, runner.book.lays.total),
            "traded": runner.book.traded,
            "matched": (runner.book.total_matched, runner.book.last_price_traded),
        }
        for market_id, market in kernel.markets.items()
        for key, runner in market.runners.items()
    }


def books_of_twin(twin: NaiveExchange) -> dict[Any, dict[str, Any]]:
    view = {}
    for market_id, market in twin.markets.items():
        for key in market.runners:
            bets = [bet for bet in twin.bets if bet.market_id == market_id and bet.runner == key]
            backs, lays = levels(bets, key, Side.BACK), levels(bets, key, Side.LAY)
            trades = [trade for trade in twin.trades if (trade.market_id, trade.runner) == (market_id, key)]
            view[market_id, key.selection_id] = {
                "backs": backs,
                "lays": lays,
                "best": tuple(side[0][0] if side else None for side in (backs, lays)),
                "totals": tuple(sum(total for _, total, _ in side) for side in (backs, lays)),
                "traded": {
                    price: sum(2 * trade.size for trade in trades if trade.price == price)
                    for price in {trade.price for trade in trades}
                },
                "matched": (sum(2 * trade.size for trade in trades), trades[-1].price if trades else None),
            }
    return view


def money_of_kernel(kernel: Exchange) -> dict[str, dict[str, Any]]:
    view: dict[str, dict[str, Any]] = {
        name: {
            "balance": balance,
            "statement": [
                (posting.amount_for(name), posting.balance_of(name)) for posting in kernel.ledger.statement(name)
            ],
        }
        for name, balance in kernel.ledger.balances.items()
    }
    for name, account in kernel.accounts.items():
        view[name] |= {
            "exposures": {market_id: account.exposure_in(market_id) for market_id in kernel.markets},
            "exposure": account.exposure,
            "available": kernel.available_to_bet(name),
            "current bets": list(account.current_orders),
            "cleared bets": sorted(account.cleared_orders),
        }
    return view


def money_of_twin(twin: NaiveExchange) -> dict[str, dict[str, Any]]:
    view: dict[str, dict[str, Any]] = {
        name: {"balance": twin.balance(name), "statement": statement_of_twin(twin, name)}
        for name in (CASHIER, COMMISSION, HOUSE, *twin.accounts)
    }
    for name in twin.accounts:
        mine = [bet for bet in twin.bets if bet.account == name]
        exposures = {market_id: twin.exposure_in(name, market) for market_id, market in twin.markets.items()}
        view[name] |= {
            "exposures": exposures,
            "exposure": sum(exposures.values()),
            "available": twin.balance(name) - sum(exposures.values()),
            "current bets": [bet.bet_id for bet in mine if bet.settled_at is None],
            "cleared bets": [bet.bet_id for bet in mine if bet.settled_at is not None],
        }
    return view


def statement_of_twin(twin: NaiveExchange, name: str) -> list[tuple[int, int]]:
    """What each posting did to an account and what it left there, latest first."""
    amounts = [
        amount if target == name else -amount for source, target, amount in twin.postings if name in (source, target)
    ]
    return [*zip(amounts, accumulate(amounts), strict=True)][::-1]
