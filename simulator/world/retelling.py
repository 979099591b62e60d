"""Telling a story again: the same scenario, seed and inputs at the same times lead to the same state."""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec import Struct

from simulator.world.clock import RealTime
from simulator.world.format.scenario import Scenario
from simulator.world.happened import CALLER, Happened
from simulator.world.inputs import Input, Reset, Restore, decode_input
from simulator.world.recordings import OpenRecordings, follow_nothing
from simulator.world.snapshot import Restoration, Snapshot
from simulator.world.world import World


class Beginning(Struct, frozen=True):
    """What a world began with: scenario, with the credentials it has there, seed and id, and when its clock started.

    A world that was restored began with a snapshot.
    """

    scenario: Scenario
    seed: int
    world_id: str
    created_at: int
    restoration: Restoration | None = None

    @classmethod
    def of(cls, world: World) -> "Beginning":
        """Return the beginning of a world."""
        return cls(world.scenario, world.seed, world.id, world.created_at, world.restoration)

    def with_snapshot(self, snapshot: Snapshot) -> "Beginning":
        """Return the beginning of the same world with a snapshot that was taken of it on the way."""
        return msgspec.structs.replace(self, restoration=Restoration.whole(snapshot))


class Told(Struct, frozen=True, gc=False):
    """An input of a caller and the time at which it came, in milliseconds since 1970."""

    at: int
    input: Input


class _Line(Struct):
    """A `Told` as it is written, with the input still to be read."""

    at: int
    input: msgspec.Raw


_ENCODER: Final = msgspec.json.Encoder()
_LINES: Final = msgspec.json.Decoder(_Line)


encode_beginning: Final = _ENCODER.encode
"""Return a beginning as one line of JSON, without its end."""

decode_beginning: Final = msgspec.json.Decoder(Beginning).decode
"""Return what `encode_beginning` wrote; raise `msgspec.ValidationError` or `DecodeError` for anything else."""


def is_to_be_told(happened: Happened) -> bool:
    """Return whether something has to be told again: an input of a caller, the rest happens by itself.

    A world that did not begin again, or go back, has not changed; and whether it could may hang on files of recordings,
    which come and go.
    """
    return happened.source == CALLER and not (happened.refusal is not None and isinstance(happened.input, _GOING_BACK))


_GOING_BACK: Final = (Reset, Restore)


def told(story: Iterable[Happened]) -> Iterator[Told]:
    """Yield what has to be told again of a story."""
    for happened in story:
        if is_to_be_told(happened):
            yield Told(happened.at, happened.input)


def encode_told(one: Told) -> bytes:
    """Return an input and its time as one line of JSON, without its end."""
    return _ENCODER.encode(one)


def decode_told(line: bytes) -> Told:
    """Return what `encode_told` wrote; raise `msgspec.ValidationError` or `DecodeError` for anything else."""
    read = _LINES.decode(line)
    return Told(read.at, decode_input(read.input))


class Retelling:
    """A world that lives through a story again. No real time passes in it: time moves with what it is told."""

    def __init__(self, beginning: Beginning, open_recordings: OpenRecordings = follow_nothing) -> None:
        """Begin; raise `CannotFollow` where recordings cannot be followed that the story needs."""
        self.world: Final = World(
            beginning.scenario,
            world_id=beginning.world_id,
            seed=beginning.seed,
            real_time=RealTime(lambda: beginning.created_at, lambda: 0.0),
            restoration=beginning.restoration,
            open_recordings=open_recordings,
        )

    def tell(self, one: Told) -> Happened:
        """Put an input in at its time, after whatever has fallen due by then."""
        self.world.clock.reach(one.at)
        return self.world.do(one.input)
