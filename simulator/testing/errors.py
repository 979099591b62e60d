"""What goes wrong in a test that uses worlds: always with a sentence that says what, and what would be right."""

from typing import Protocol


class BetsimError(Exception):
    """Something cannot be done: an argument is wrong, or the present state of the world does not allow it."""


class NeverHappened(BetsimError, TimeoutError):
    """What was waited for did not happen in time; the sentence ends with the last of what did."""


class _Caught(Protocol):
    """What pytest has caught."""

    @property
    def value(self) -> BaseException: ...


def is_sentence(caught: _Caught) -> bool:
    """Return whether an error says in a sentence what a test does wrong.

    The `__tracebackhide__` of modules: pytest leaves their frames out, and shows the line of the test.
    """
    return isinstance(caught.value, BetsimError)
