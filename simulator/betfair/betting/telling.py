"""What the log says of orders that were refused; in the report the caller finds nothing but the codes."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from simulator.betfair.operations import Call
from simulator.exchange.refusals import Reason
from simulator.refusal_log import log_refusal, one_line
from simulator.world.happened import Refusal

_log: Final = logging.getLogger("betsim.betting")


def tell_empty_cancellation(account: str, market_id: str | None) -> None:
    """Warn that a cancellation with an empty list of instructions cancels every bet there is."""
    where = "everywhere" if market_id is None else f"in market {market_id}"
    warning = f"cancelOrders of {account}: an empty list of instructions is as none, and all bets {where} are cancelled"
    _log.warning("%s", one_line(warning))


def tell_refused(operation: str, call: Call[Any], refusal: Refusal) -> None:
    """Log that a request was refused as a whole, with the sentence of the exchange."""
    log_refusal(operation, call.account.username, refusal.text)


def tell_forbidden(operation: str, call: Call[Any], why: str) -> None:
    """Log that a request was refused because of its app key, or of where it came from."""
    log_refusal(operation, call.account.username, f"{Reason.PERMISSION_DENIED}: {why}")


def tell_failures(operation: str, account: str, error_code: str | None, reasons: Sequence[str | None]) -> None:
    """Log which instructions of a request failed, and why; nothing where none did. They are counted from 0."""
    failed = ", ".join(f"instruction {number} {reason}" for number, reason in enumerate(reasons) if reason)
    if failed:
        log_refusal(operation, account, f"{error_code}: {failed}")
