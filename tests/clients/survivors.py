"""What a bot does that survives: a few lines for each way in which requests fail in production.

`docs/failure-modes.md` shows them, and `test_failure_modes.py` lets the failures happen to them.
"""

import hashlib
import time
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from betfairlightweight import APIClient, filters
from betfairlightweight.exceptions import APIError, BetfairError, InvalidResponse, StatusCodeError

RETRIES = 5


def place_once(client: APIClient, market_id: str, instruction: dict[str, Any], reference: str) -> list[Any]:
    """Place a bet, and where the outcome is unknown look whether it is there: never place it again blindly.

    Returns the orders that carry the reference.
    """
    try:
        report = client.betting.place_orders(market_id, [instruction], customer_ref=reference)
        is_known = report.status != "TIMEOUT" and "BET_IN_PROGRESS" not in [
            each.error_code for each in report.place_instruction_reports
        ]
    except BetfairError:
        is_known = False
    if is_known and report.status != "SUCCESS":
        return []
    reference_of_order = instruction["customerOrderRef"]
    found: list[Any] = client.betting.list_current_orders(customer_order_refs=[reference_of_order]).orders
    return found


def cancel_for_good(client: APIClient, market_id: str, bet_id: str) -> Any:
    """Cancel a bet, and take BET_TAKEN_OR_LAPSED for an end: ask what has become of it instead of cancelling again."""
    report = client.betting.cancel_orders(market_id, [{"betId": bet_id}])
    (instruction,) = report.cancel_instruction_reports
    if instruction.status == "SUCCESS" or instruction.error_code == "BET_TAKEN_OR_LAPSED":
        (order,) = client.betting.list_current_orders(bet_ids=[bet_id]).orders
        return order
    return None


def with_session(client: APIClient, ask: Callable[[], Any]) -> Any:
    """Ask, and where the session is lost log in and ask once more; what places bets checks first what is there."""
    try:
        return ask()
    except APIError as error:
        if "INVALID_SESSION_INFORMATION" not in str(error):
            raise
        client.login_interactive()
        return ask()


def read_again(ask: Callable[[], Any], pause_seconds: float = 0.0) -> Any:
    """Ask for something that changes nothing until there is an answer, a little later each time."""
    for attempt in range(RETRIES):
        try:
            return ask()
        except (APIError, InvalidResponse, StatusCodeError):
            if attempt == RETRIES - 1:
                raise
            time.sleep(pause_seconds * 2**attempt)
    return None


def bet_size_in_market(client: APIClient, market_id: str) -> float:
    """Return what is bet in a market, as the exchange and not as the bot remembers it."""
    orders = client.betting.list_current_orders(market_ids=[market_id]).orders
    return float(sum(order.size_remaining + order.size_matched for order in orders))


def reference_of(name: str) -> str:
    """Return the reference of a bet that a bot knows by a name: the same for the same name, and never too long."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def own_orders(client: APIClient, market_id: str, references: Collection[str]) -> tuple[list[Any], list[Any]]:
    """Return the bot's own orders in a market, known by their references, and those that are from elsewhere."""
    orders = client.betting.list_current_orders(market_ids=[market_id]).orders
    own = [order for order in orders if order.customer_order_ref in references]
    return own, [order for order in orders if order not in own]


def what_became_of(client: APIClient, bet_id: str) -> tuple[str, float]:
    """Return how a bet stands, and its profit: asked of the exchange every time, because results are corrected."""
    for order in client.betting.list_current_orders(bet_ids=[bet_id]).orders:
        return ("VOIDED" if order.size_voided else "LAPSED" if order.size_lapsed else order.status), 0.0
    for status in ("SETTLED", "VOIDED", "LAPSED", "CANCELLED"):
        for order in client.betting.list_cleared_orders(bet_status=status, bet_ids=[bet_id]).orders:
            return status, order.profit or 0.0
    return "UNKNOWN", 0.0


def start_of(client: APIClient, market_id: str) -> datetime | None:
    """Return when a market starts by what is said now, `None` where it is listed no more: ask before every bet."""
    listed = client.betting.list_market_catalogue(
        filters.market_filter(market_ids=[market_id]), market_projection=["MARKET_START_TIME"], max_results=1
    )
    return listed[0].market_start_time if listed else None
