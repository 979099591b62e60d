"""What goes wrong in a test that uses worlds: always with a sentence that says what, and what would be right."""


class BetsimError(Exception):
    """Something cannot be done: an argument is wrong, or the present state of the world does not allow it."""


class NeverHappened(BetsimError, TimeoutError):
    """What was waited for did not happen in time; the sentence ends with the last of what did."""
