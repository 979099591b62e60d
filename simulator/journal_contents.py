"""What is written in a journal on disk and read again: with a sum, and hidden where nobody shall read it by chance.

What a person may look at is readable. What may have passwords or tokens in it, which images have too, is hidden. That
is no encryption: the key lies in the file, and scenarios, which lie there as they are, have the passwords anyway.
"""

import hashlib
import zlib
from pathlib import Path
from typing import Final

from simulator.world.inputs import Input, Restore
from simulator.world.journal import SECRETS

_SECRET: Final = SECRETS | {"subscription_token"}
_HAS_SECRETS: Final[dict[type, bool]] = {}


class JournalError(Exception):
    """A file is no journal, or not whole, or cannot be had; the sentence says what is wrong. It was left alone."""


class Contents:
    """How contents are written and read in one file, which has a key."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path: Final = path
        self._key: Final = key

    def hidden(self, content: bytes) -> bytes:
        """Return a content as nobody reads it by chance; it is shorter, too."""
        return self._mixed(zlib.compress(content, 1))

    def checked(self, content: bytes, is_hidden: int, expected: int, what: str) -> bytes:
        """Return a content that has the sum that is expected; raise `JournalError`."""
        try:
            encoded = zlib.decompress(self._mixed(bytes(content))) if is_hidden else bytes(content)
        except (zlib.error, TypeError):
            raise self.damage(what) from None
        if zlib.crc32(encoded) != expected:
            raise self.damage(what)
        return encoded

    def damage(self, what: str) -> JournalError:
        """Return the error that something is not as it was written."""
        return JournalError(f"{self._path} is damaged and was left alone: {what} is not as it was written.")

    def damaged_tail(self, which: str) -> JournalError:
        """Return the error that an entry of the tail is damaged, and which one."""
        return JournalError(f"{self._path} is damaged and was left alone: {which}.")

    def unreadable(self, what: str, error: Exception) -> JournalError:
        """Return the error that something cannot be read, although its sum is right."""
        return JournalError(f"{self._path} is damaged and was left alone: {what} cannot be read ({error}).")

    def _mixed(self, content: bytes) -> bytes:
        """Return a content mixed with what follows from the key; mixed once more it is as it was."""
        other = hashlib.shake_256(self._key).digest(len(content))
        mixed = int.from_bytes(content, "little") ^ int.from_bytes(other, "little")
        return mixed.to_bytes(len(content), "little")


def has_secrets(one: Input) -> bool:
    """Return whether an input has passwords or tokens in it."""
    kind = type(one)
    known = _HAS_SECRETS.get(kind)
    if known is None:
        known = _HAS_SECRETS[kind] = kind is Restore or not _SECRET.isdisjoint(kind.__struct_fields__)
    return known
