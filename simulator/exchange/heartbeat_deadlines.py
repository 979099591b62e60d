"""When the next heartbeat of each account is due, and what was done for accounts whose heartbeat did not come."""

from simulator.exchange.events import ActionPerformed


class Deadlines:
    """The deadlines of registered heartbeats, by account, and the actions not told yet."""

    def __init__(self) -> None:
        self.by_account: dict[str, int] = {}
        self.actions: dict[str, ActionPerformed] = {}
        self.first: int | None = None
        """When the first deadline is, kept because it is asked far more often than it changes."""

    def set_deadline(self, account: str, deadline: int | None) -> None:
        """Set the deadline of an account, or with `None` expect nothing of it any more."""
        self.by_account.pop(account, None)
        if deadline is not None:
            self.by_account[account] = deadline
        self.first = min(self.by_account.values(), default=None)

    def take_first(self) -> str:
        """Remove the first deadline and return whose it was; of equal ones the earlier registered."""
        account = min(self.by_account, key=lambda name: self.by_account[name])
        self.set_deadline(account, None)
        return account
