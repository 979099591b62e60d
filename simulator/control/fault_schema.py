"""What our own API takes and answers about faults."""

from decimal import Decimal
from typing import Any, Final

from msgspec import UNSET, UnsetType

from simulator.control.schema import Answer, Input

_CAMEL: Final = {
    "instruction_code": "instructionCode",
    "content_type": "contentType",
    "retry_after": "retryAfter",
    "log_normal": "logNormal",
}
"""Where names are given one by one, those in camel case are too."""


class LogNormal(Input, frozen=True):
    """A latency whose logarithm is normal: half of all are shorter than the median, and sigma says how they spread."""

    median: str
    sigma: Decimal


class FaultEntry(Input, frozen=True, kw_only=True, rename=_CAMEL | {"lasts": "for"}):
    """A fault: what is to go wrong (`do`) with which requests.

    The operation is one by its name, a path with `*` in it, or `*` for all. It lets pass `after` of them and happens to
    `times`, or to all of a duration (`for`). What else is said depends on what is done.
    """

    operation: str
    do: str
    account: str | UnsetType = UNSET
    after: int | UnsetType = UNSET
    times: int | UnsetType = UNSET
    lasts: str | UnsetType = UNSET
    when: str | UnsetType = UNSET
    how: str | UnsetType = UNSET
    code: str | UnsetType = UNSET
    instruction_code: str | UnsetType = UNSET
    status: int | UnsetType = UNSET
    body: str | UnsetType = UNSET
    content_type: str | UnsetType = UNSET
    retry_after: int | UnsetType = UNSET
    fixed: str | UnsetType = UNSET
    uniform: tuple[str, ...] | UnsetType = UNSET
    log_normal: LogNormal | UnsetType = UNSET
    clock: str | UnsetType = UNSET
    over: str | UnsetType = UNSET
    chunks: int | UnsetType = UNSET
    share: Decimal | UnsetType = UNSET
    bets: int | UnsetType = UNSET
    within: str | UnsetType = UNSET
    advance: str | UnsetType = UNSET
    happenings: tuple[dict[str, Any], ...] | UnsetType = UNSET


class FailureEntry(Input, frozen=True):
    """Which of the failures that ship with the package is to happen."""

    failure: str


class FaultsEntry(Input, frozen=True):
    """Faults, in the order in which they are to happen."""

    faults: tuple[FaultEntry, ...]


class PendingDocument(Answer, frozen=True):
    """A fault that may still happen: how many requests it lets pass yet, and how often or until when it happens.

    `happenings` are the verbs of what it lets happen to a market.
    """

    number: int
    operation: str
    account: str | None
    do: str
    happenings: list[str]
    to_skip: int
    times_left: int | None
    until: str | None
    fired: int


class MetDocument(Answer, frozen=True):
    """The request that a fault has happened to."""

    operation: str
    account: str


class FiredDocument(Answer, frozen=True):
    """A fault, by its number, that has happened; `milliseconds` is what its latency was."""

    fault: int
    do: str
    happenings: list[str]
    at: str
    milliseconds: int
    request: MetDocument


class FaultsDocument(Answer, frozen=True):
    """What is still to go wrong, and what has, the latest last."""

    pending: list[PendingDocument]
    fired: list[FiredDocument]
