"""Heartbeats: when an account's next one does not come in time, its unmatched bets are cancelled.

A heartbeat says how long the next one may take. When that is late, every unmatched LIMIT bet of the account in an open
market is cancelled and the registration ends. The next heartbeat reports once what was done (heartbeat interface
definition).
"""

from typing import Final

from simulator.exchange.commands import Heartbeat
from simulator.exchange.editing import cancel_everywhere
from simulator.exchange.events import (
    ActionPerformed,
    CancelReason,
    Event,
    HeartbeatExpired,
    HeartbeatReceived,
    InstructionRefused,
)
from simulator.exchange.refusals import Impossible
from simulator.exchange.state import State

SHORTEST_TIMEOUT_SECONDS: Final = 10
LONGEST_TIMEOUT_SECONDS: Final = 300


def receive_heartbeat(state: State, command: Heartbeat, at: int) -> list[Event]:
    """Register a heartbeat or, with a timeout of 0, end its registration; report what was done since the last one.

    A timeout out of bounds becomes the nearest in bounds, 10 to 300 seconds (manual). Raises `Impossible` for a
    negative one, and where there is no such account.
    """
    state.account(command.account)
    preferred = command.preferred_timeout_seconds
    if preferred < 0:
        raise Impossible(f"a heartbeat cannot come {-preferred} seconds before the last one")
    actual = preferred and max(SHORTEST_TIMEOUT_SECONDS, min(LONGEST_TIMEOUT_SECONDS, preferred))
    state.heartbeats.set_deadline(command.account, at + 1000 * actual if actual else None)
    action = state.heartbeats.actions.pop(command.account, ActionPerformed.NONE)
    return [HeartbeatReceived(at, command.account, actual, action)]


def expire_heartbeat(state: State, at: int) -> list[Event]:
    """Cancel what the first account that is missed has unmatched; its next heartbeat will tell how that went."""
    account = state.heartbeats.take_first()
    cancelled = cancel_everywhere(state, state.accounts[account], at, CancelReason.HEARTBEAT_MISSED)
    failed = any(isinstance(event, InstructionRefused) for event in cancelled)
    action = ActionPerformed.SOME_BETS_NOT_CANCELLED if failed else ActionPerformed.ALL_BETS_CANCELLED
    state.heartbeats.actions[account] = action
    return [*cancelled, HeartbeatExpired(at, account, action)]
