"""What every view of a market says by its definition, wherever that is from: attributes have the same names."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Generic, Protocol, TypeVar


class _HasStatus(Protocol):
    @property
    def status(self) -> str:
        """Return the status of a runner."""


Runner = TypeVar("Runner", bound=_HasStatus)


class Defined(ABC, Generic[Runner]):
    """A market by its definition; who has one adds `definition`, `time`, `start_time` and `runners`."""

    __slots__ = ()

    @property
    @abstractmethod
    def definition(self) -> Any:
        """Return all that is told of the market beside its prices."""

    @property
    @abstractmethod
    def time(self) -> int:
        """Return the time now, in milliseconds since 1970."""

    @property
    @abstractmethod
    def start_time(self) -> int:
        """Return when it is to begin, in milliseconds since 1970, 0 where that is not told."""

    @property
    @abstractmethod
    def runners(self) -> Sequence[Runner]:
        """Return all runners, in the order of the market."""

    @property
    def market_type(self) -> str:
        """Return its type, empty where it is not told."""
        return self.definition.market_type or ""

    @property
    def event_id(self) -> str:
        """Return the id of its event."""
        return self.definition.event_id or ""

    @property
    def event_type_id(self) -> str:
        """Return the id of its sport."""
        return self.definition.event_type_id or ""

    @property
    def country_code(self) -> str:
        """Return its country, empty where it is not told."""
        return self.definition.country_code or ""

    @property
    def seconds_to_start(self) -> float:
        """Return how long it is until it is to begin, negative afterwards."""
        return (self.start_time - self.time) / 1000

    @property
    def active_runners(self) -> Sequence[Runner]:
        """Return those that can still win."""
        return [runner for runner in self.runners if runner.status == "ACTIVE"]
