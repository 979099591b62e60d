"""Who has to be heard of by when, and what was done about those who were not."""

from enum import StrEnum


class ActionPerformed(StrEnum):
    """What was done since the last heartbeat (heartbeat interface definition).

    An exchange whose matcher always answers performs the first, the third or the fourth; the others are for faults.
    """

    NONE = "NONE"
    CANCELLATION_REQUEST_SUBMITTED = "CANCELLATION_REQUEST_SUBMITTED"
    ALL_BETS_CANCELLED = "ALL_BETS_CANCELLED"
    SOME_BETS_NOT_CANCELLED = "SOME_BETS_NOT_CANCELLED"
    CANCELLATION_REQUEST_ERROR = "CANCELLATION_REQUEST_ERROR"
    CANCELLATION_STATUS_UNKNOWN = "CANCELLATION_STATUS_UNKNOWN"


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
