"""Messages on a socket: one JSON object a line, which ends with CRLF or with LF alone."""

from collections.abc import Iterator
from typing import Final

MOST_BYTES: Final = 1024 * 1024
"""How long a message may be. A subscription to the most markets there can be has a hundredth."""


class MessageTooLong(Exception):
    """A line has no end, or too late."""


class Lines:
    """Puts lines together from the pieces in which they come."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes: Final = most_bytes
        self._pieces: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the lines that are complete with this, without their ends and without empty ones.

        Raises `MessageTooLong`; nothing is to be fed after that.
        """
        *complete, rest = data.split(b"\n")
        for part in complete:
            line = b"".join([*self._pieces, part])
            self._pieces.clear()
            self._length = 0
            if len(line) > self._most_bytes:
                raise MessageTooLong
            if line.strip():
                yield line.removesuffix(b"\r")
        if rest:
            self._length += len(rest)
            if self._length > self._most_bytes:
                self._pieces.clear()
                raise MessageTooLong
            self._pieces.append(rest)
