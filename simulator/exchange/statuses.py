"""The states of a market and of its runners, and how a bet ended."""

from enum import StrEnum
from typing import Final


class MarketStatus(StrEnum):
    """The states of a market (manual, MarketStatus)."""

    INACTIVE = "INACTIVE"
    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


OPEN: Final = MarketStatus.OPEN
CLOSED: Final = MarketStatus.CLOSED


class RunnerStatus(StrEnum):
    """The states of a runner (manual, RunnerStatus)."""

    ACTIVE = "ACTIVE"
    WINNER = "WINNER"
    LOSER = "LOSER"
    PLACED = "PLACED"
    REMOVED = "REMOVED"
    REMOVED_VACANT = "REMOVED_VACANT"
    HIDDEN = "HIDDEN"


ACTIVE: Final = RunnerStatus.ACTIVE
REMOVED: Final = RunnerStatus.REMOVED
