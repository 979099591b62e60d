"""Snapshots that the server keeps under names, so that scripts can go back to them without carrying them about."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from simulator.control.problems import Impossible, WrongQuery
from simulator.world.snapshot import Snapshot

MOST_KEPT: Final = 100
"""How many snapshots a server keeps."""
MOST_KEPT_BYTES: Final = 256 * 1024 * 1024
"""How long they may be together."""
NAME: Final = "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
"""What names look like: they stand in addresses."""


class Kept(NamedTuple):
    """A snapshot and the document that it is."""

    snapshot: Snapshot
    document: bytes


class KeptSnapshots:
    """The snapshots of a server by name, in the order in which they were kept. They stay when their worlds end."""

    def __init__(self) -> None:
        self._by_name: Final[dict[str, Kept]] = {}

    def __iter__(self) -> Iterator[tuple[str, Kept]]:
        return iter(list(self._by_name.items()))

    @property
    def names(self) -> list[str]:
        """Return the names, in order."""
        return list(self._by_name)

    def get(self, name: str) -> Kept | None:
        """Return what is kept under a name, `None` where nothing is."""
        return self._by_name.get(name)

    def refuse_name(self, name: str) -> None:
        """Raise `WrongQuery` for what cannot be a name, and `Impossible` where others leave no room."""
        if re.fullmatch(NAME, name, re.ASCII) is None or name.endswith("\n"):
            raise WrongQuery(
                "It has 1 to 100 letters, digits, dots, hyphens and underscores, and begins with a letter or digit.",
                "name",
                name,
            )
        if name not in self._by_name and len(self._by_name) >= MOST_KEPT:
            raise Impossible(f"{MOST_KEPT} snapshots are kept and there cannot be more; DELETE lets go of one.")

    def keep(self, name: str, kept: Kept) -> None:
        """Keep a snapshot under a name, instead of the one that was kept under it; raise `Impossible`, `WrongQuery`."""
        self.refuse_name(name)
        others = sum(len(other.document) for called, other in self._by_name.items() if called != name)
        if others + len(kept.document) > MOST_KEPT_BYTES:
            raise Impossible(
                f"Snapshots may have {MOST_KEPT_BYTES} bytes together, and with this one they would have "
                f"{others + len(kept.document)}; DELETE lets go of one."
            )
        self._by_name.pop(name, None)
        self._by_name[name] = kept

    def let_go(self, name: str) -> bool:
        """Keep a snapshot no longer; return whether there was one of that name."""
        return self._by_name.pop(name, None) is not None
