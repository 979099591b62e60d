"""The naive twin's heartbeats: who has said to be alive, and what becomes of the bets of those who fall silent."""

from simulator.exchange import events
from simulator.exchange.commands import (
    Heartbeat,
)
from tests.property.kernel.twin_acceptance import (
    NaiveNonsense,
)
from tests.property.kernel.twin_editing import NaiveEditing


class NaiveHeartbeats(NaiveEditing):
    """Listens to customers."""

    def heartbeat(self, command: Heartbeat, at: int) -> None:
        """Somebody is alive; the next heartbeat may take so long, ten seconds at least and five minutes at most."""
        seconds = command.preferred_timeout_seconds
        if command.account not in self.accounts or seconds < 0:
            raise NaiveNonsense
        if seconds:
            seconds = sorted([10, seconds, 300])[1]
        self.heartbeats = [(name, deadline) for name, deadline in self.heartbeats if name != command.account]
        if seconds:
            self.heartbeats.append((command.account, at + seconds * 1000))
        told = self.done_about_the_silent.pop(command.account, events.ActionPerformed.NONE)
        self.happened.append(events.HeartbeatReceived(at, command.account, seconds, told))

    def miss(self, account: str, at: int) -> None:
        """Cancel whatever of a silent customer's bets can be cancelled, and remember to say so."""
        self.heartbeats = [(name, deadline) for name, deadline in self.heartbeats if name != account]
        done = self.cancel_all_of(account, events.CancelReason.HEARTBEAT_MISSED, at)
        action = events.ActionPerformed.ALL_BETS_CANCELLED if done else events.ActionPerformed.SOME_BETS_NOT_CANCELLED
        self.done_about_the_silent[account] = action
        self.happened.append(events.HeartbeatExpired(at, account, action))
