"""What journal and log say of orders that were refused; in the report the caller finds nothing but the codes."""

import logging
from collections.abc import Sequence
from typing import Any, Final

from simulator.betfair.operations import Call, Told
from simulator.exchange.refusals import Reason
from simulator.refusal_log import one_line
from simulator.world.happened import Refusal

_log: Final = logging.getLogger("betsim.betting")


def tell_empty_cancellation(account: str, market_id: str | None) -> None:
    """Warn that a cancellation with an empty list of instructions cancels every bet there is."""
    where = "everywhere" if market_id is None else f"in market {market_id}"
    warning = f"cancelOrders of {account}: an empty list of instructions is as none, and all bets {where} are cancelled"
    _log.warning("%s", one_line(warning))


def tell_refused(call: Call[Any], refusal: Refusal) -> None:
    """Tell that a request was refused as a whole, with the sentence of the exchange."""
    call.refusals.append(Told(refusal.code, refusal.problem))


def tell_forbidden(call: Call[Any], why: str) -> None:
    """Tell that a request was refused because of its app key, or of where it came from."""
    call.refusals.append(Told(Reason.PERMISSION_DENIED, why))


def tell_unknown(call: Call[Any]) -> None:
    """Tell that what became of the orders of a request will never be known."""
    call.refusals.append(Told("TIMEOUT", "the world began again or ended before the orders reached the matcher"))


def tell_failures(call: Call[Any], error_code: str, reasons: Sequence[str | None]) -> None:
    """Tell which instructions of a request failed, and why; nothing where none did. They are counted from 0."""
    failed = ", ".join(f"instruction {number} {reason}" for number, reason in enumerate(reasons) if reason)
    if failed:
        call.refusals.append(Told(error_code, failed))
