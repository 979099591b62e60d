"""Stories of worlds, told again in another process: `python -m tests.retold` retells what it reads.

It reads lines: first how a world began, then inputs with their times, and `?` wherever it is to answer with the state
hash that the world has then. An empty line ends a story, and another may follow.
"""

import atexit
import subprocess
import sys
from functools import cache
from pathlib import Path

from simulator.reading_recordings import open_recordings
from simulator.world.happened import Happened
from simulator.world.retelling import (
    Beginning,
    Retelling,
    decode_beginning,
    decode_told,
    encode_beginning,
    encode_told,
    told,
)
from simulator.world.state_hash import state_hash
from simulator.world.world import World


class Record:
    """Takes down the story of a world from its beginning, and the state hash at some moments of it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.lines = [encode_beginning(Beginning.of(world))]
        self.hashes: list[str] = []
        world.listen(self._hear)

    def _hear(self, happened: Happened) -> None:
        self.lines.extend(encode_told(one) for one in told([happened]))

    def note_state(self) -> None:
        """Take down the state hash of now."""
        self.lines.append(b"?")
        self.hashes.append(state_hash(self._world))

    def hashes_elsewhere(self) -> list[str]:
        """The state hashes at the same moments of the story as another process tells it."""
        return _other_process().hashes(self.lines)


class OtherProcess:
    """A process that retells stories, one after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.retold"],
            cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        atexit.register(self.end)

    def hashes(self, lines: list[bytes]) -> list[str]:
        """What it answers to the lines of a story."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(b"".join(line + b"\n" for line in [*lines, b""]))
        self._process.stdin.flush()
        answers = self._process.stdout.readline().decode().split()
        assert len(answers) == lines.count(b"?"), "the other process has failed"
        return answers

    def end(self) -> None:
        """Let it end, and close what leads to it."""
        self._process.communicate()


@cache
def _other_process() -> OtherProcess:
    return OtherProcess()


def retell() -> None:
    """Retell the stories on standard input; the hashes of each are one line of the output."""
    lines = iter(sys.stdin.buffer)
    for first in lines:
        world, hashes = Retelling(decode_beginning(first), open_recordings), []
        for line in lines:
            if line == b"\n":
                break
            if line == b"?\n":
                hashes.append(state_hash(world.world))
            else:
                world.tell(decode_told(line))
        sys.stdout.write(" ".join(hashes) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    retell()
