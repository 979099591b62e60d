"""Reports on bets that are placed, cancelled, updated and replaced, as the service words them."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from simulator.exchange.orders import Order, OrderType
from simulator.exchange.refusals import Refused
from tests.property.wire.requests import cancellation_words, number, without_none
from tests.property.wire.twin_bets import Bet

Report = dict[str, Any]


def average_price(order: Order) -> float:
    """The average price of the matched part, to the nearest hundredth, halves up."""
    if not order.size_matched:
        return 0.0
    exact = Fraction(sum(match.payout for match in order.fragments), sum(match.size for match in order.fragments))
    return ((2 * exact + 1) // 2) / 100


def failure(reason: str, instruction: dict[str, Any]) -> Report:
    return {"status": "FAILURE", "errorCode": reason, "instruction": instruction}


def timeout(instruction: dict[str, Any]) -> Report:
    return {"status": "TIMEOUT", "instruction": instruction}


def told(refusal: Refused) -> str:
    """What each edit of a request that is refused whole is told: of a market without betting that, else nothing new."""
    is_over = refusal.reason == "MARKET_NOT_OPEN_FOR_BETTING"
    return "MARKET_NOT_OPEN_FOR_BETTING" if is_over else "ERROR_IN_ORDER"


def summed_up(reports: Sequence[Report]) -> dict[str, str]:
    """The status of a request whose instructions stand by themselves, and its error code."""
    failures = [report["status"] for report in reports].count("FAILURE")
    if failures == 0:
        return {"status": "SUCCESS"}
    if failures == len(reports):
        return {"status": "FAILURE", "errorCode": "BET_ACTION_ERROR"}
    return {"status": "PROCESSED_WITH_ERRORS", "errorCode": "PROCESSED_WITH_ERRORS"}


def pending(instruction: dict[str, Any]) -> Report:
    return {"status": "SUCCESS", "instruction": instruction, "orderStatus": "PENDING"}


def of_both(placed: Report) -> Report:
    """The status of a replacement whose bet was cancelled, and the report on its new bet."""
    verdict = {"status": placed["status"], "placeInstructionReport": placed}
    return {**verdict, "errorCode": "CANCELLED_NOT_PLACED"} if placed["status"] == "FAILURE" else verdict


def not_cancelled(bet: Bet | None, market: str, bet_id: int, price: int, why: str, then: str) -> Report:
    """The report on a bet that was left as it is. Of one that is not there only the price is known."""
    if bet is None or bet.market != market:
        words = {"selectionId": 0, "orderType": "LIMIT", "side": "BACK", "limitOrder": {"price": number(price)}}
    else:
        words = words_of_successor(bet, price)
    return {
        "status": "FAILURE",
        "errorCode": why,
        "cancelInstructionReport": failure(why, cancellation_words(bet_id)),
        "placeInstructionReport": failure(then, words),
    }


def words_of_successor(bet: Bet, price: int) -> dict[str, Any]:
    """The new bet of a replacement, in the words of a request to place it.

    It has the size of what waits to be matched; of a bet that is gone it is told how large that was.
    """
    words = without_none(
        selectionId=bet.runner.selection_id,
        orderType=bet.order_type,
        side=bet.side,
        customerOrderRef=bet.reference,
    )
    liability = number(bet.liability)
    if bet.order_type is OrderType.LIMIT:
        limit = {"size": number(bet.unmatched or bet.size), "price": number(price), "persistenceType": bet.persistence}
        return {**words, "limitOrder": limit}
    if bet.order_type is OrderType.LIMIT_ON_CLOSE:
        return {**words, "limitOnCloseOrder": {"liability": liability, "price": number(price)}}
    return {**words, "marketOnCloseOrder": {"liability": liability}}
