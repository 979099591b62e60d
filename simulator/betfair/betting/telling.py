"""What the log says of orders that were refused; in the report the caller finds nothing but the codes."""

from collections.abc import Sequence
from typing import Any

from simulator.betfair.operations import Call
from simulator.exchange.refusals import Reason
from simulator.refusal_log import log_refusal
from simulator.world.happened import Refusal


def tell_refused(operation: str, call: Call[Any], refusal: Refusal) -> None:
    """Log that a request was refused as a whole, with the sentence of the exchange."""
    log_refusal(operation, call.account.username, refusal.text)


def tell_delayed_key(operation: str, call: Call[Any]) -> None:
    """Log that a request was refused because of its app key."""
    log_refusal(operation, call.account.username, f"{Reason.PERMISSION_DENIED}: the app key is a delayed one")


def tell_failures(operation: str, account: str, error_code: str | None, reasons: Sequence[str | None]) -> None:
    """Log which instructions of a request failed, and why; nothing where none did. They are counted from 0."""
    failed = ", ".join(f"instruction {number} {reason}" for number, reason in enumerate(reasons) if reason)
    if failed:
        log_refusal(operation, account, f"{error_code}: {failed}")
