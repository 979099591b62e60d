"""Members that are made when they are asked for, once, and cost no call from then on."""

from collections.abc import Callable
from typing import Any, Final, Generic, Self, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class MadeOnce(Generic[Owner, Value]):
    """Decorates a method: what it returns first is an attribute of the instance from then on.

    `functools.cached_property` does the same with a lock, which costs more than what is made here.
    """

    def __init__(self, make: Callable[[Owner], Value]) -> None:
        self._make: Final = make
        self._name = make.__name__
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, instance: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, instance: Owner, owner: Any) -> Value: ...
    def __get__(self, instance: Owner | None, owner: Any) -> Self | Value:
        if instance is None:
            return self
        value = self._make(instance)
        setattr(instance, self._name, value)
        return value
