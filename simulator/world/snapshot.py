"""A point in the story of a world, whole: it can be kept in a file, gone back to, and gone on from in another process.

A snapshot is JSON: what the world began with, the number of the entry that it follows, the time, and an image of
everything that the world remembers (`image`). What follows from the rest is left out and made anew.
"""

import gc
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple, Protocol

import msgspec
from msgspec import Struct

from simulator.exchange.ledger import Ledger
from simulator.exchange.market import Market
from simulator.world.catalogue import Catalogue
from simulator.world.clock import Clock, ClockError, RealTime
from simulator.world.format.scenario import Scenario
from simulator.world.image import Classes, NotAnImage, Reader, Writer
from simulator.world.participants import Participant
from simulator.world.parts import Parts
from simulator.world.recordings import CannotFollow, OpenRecordings, Recordings, follow_nothing
from simulator.world.recordings import Imaged as ImagedClasses
from simulator.world.sessions import Sessions
from simulator.world.vendors import Vendors

RECORDINGS: Final = "recordings"
"""The member of an image that holds what is remembered of recordings."""
FORMAT: Final = 5
"""The number of the format; what another one wrote is refused. It is another one as soon as an image holds others."""


class SnapshotError(ValueError):
    """A document is no snapshot that can be restored: what is wrong, and at which of its members if at one."""

    def __init__(self, problem: str, member: str = "") -> None:
        super().__init__(f"{member}: {problem}" if member else problem)
        self.problem: Final = problem
        self.member: Final = member


class Snapshot(Struct, frozen=True, rename="camel"):
    """The document. Times are milliseconds since 1970; the scenario has the credentials that the world has."""

    format: int
    version: str
    """The version of betsim that wrote it."""
    world_id: str
    scenario: Scenario
    seed: int
    created_at: int
    sequence: int
    """The number of the entry of the story that it follows."""
    now: int
    rate: float
    image: msgspec.Raw
    digest: str
    """The SHA-256, in hexadecimal, of the document without digest and image, and of the image after it."""

    def signed(self) -> "Snapshot":
        """Return the same with its digest."""
        return msgspec.structs.replace(self, digest=self.digest_of_rest())

    def digest_of_rest(self) -> str:
        """Return the digest that is right."""
        rest = msgspec.structs.replace(self, image=_NO_IMAGE, digest="")
        return hashlib.sha256(_IN_ORDER.encode(rest) + bytes(self.image)).hexdigest()


class _Envelope(Struct):
    format: int


class Restoration(Struct, frozen=True):
    """How a world goes on from a snapshot instead of beginning as its scenario says.

    The texts that are `renamed` are replaced wherever they stand, which gives a second world credentials of its own.
    """

    snapshot: Snapshot
    renamed: Mapping[str, str]
    keeps_sessions: bool

    @classmethod
    def whole(cls, snapshot: Snapshot) -> "Restoration":
        """Return how the very world of a snapshot goes on, with all that it had."""
        return cls(snapshot, {}, keeps_sessions=True)


class Imaged(Protocol):
    """What a snapshot is taken of: a world."""

    @property
    def parts(self) -> Parts:
        """Return what it remembers."""

    @property
    def participants(self) -> tuple[Participant, ...]:
        """Return who acts in it."""


class Remembered(NamedTuple):
    """What an image holds."""

    parts: Parts
    participants: tuple[Participant, ...]


_ENCODER: Final = msgspec.json.Encoder()
_IN_ORDER: Final = msgspec.json.Encoder(order="deterministic")
_NO_IMAGE: Final = msgspec.Raw(b"null")
_DECODER: Final = msgspec.json.Decoder(Snapshot)
_ENVELOPES: Final = msgspec.json.Decoder(_Envelope)
encode_snapshot: Final = _ENCODER.encode
"""Return a snapshot as JSON."""


def decode_snapshot(encoded: bytes | msgspec.Raw) -> Snapshot:
    """Return the snapshot that `encode_snapshot` wrote; raise `SnapshotError` for anything else.

    Programs may have read and written it since: how JSON is spaced and in which order members stand does not matter.
    """
    try:
        _refuse_format(_ENVELOPES.decode(encoded).format)
        snapshot = _DECODER.decode(encoded)
        if snapshot.digest_of_rest() == snapshot.digest:
            return snapshot
        image = _IN_ORDER.encode(msgspec.json.decode(snapshot.image))
        snapshot = msgspec.structs.replace(snapshot, image=msgspec.Raw(image))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError(f"this is not a snapshot: {error}") from None
    if snapshot.digest_of_rest() != snapshot.digest:
        raise SnapshotError("this is not as it was written", "digest")
    return snapshot


def _refuse_format(written_by: int) -> None:
    if written_by != FORMAT:
        raise SnapshotError(f"{written_by} is not the format of this version, which is {FORMAT}", "format")


def image_of(world: Imaged) -> bytes:
    """Return the image of a world as JSON. Nothing may be due in it."""
    recordings = world.parts.recordings
    world.parts.exchange.begin_all()
    world.parts.exchange.ledger.write_up()
    image = Writer(_classes_with(recordings)).write([world.parts, *world.participants])
    if recordings is not None:
        image[RECORDINGS] = recordings.image()
    return _IN_ORDER.encode(image)


def remembered(
    snapshot: Snapshot,
    real_time: RealTime,
    renamed: Mapping[str, str] | None = None,
    open_recordings: OpenRecordings = follow_nothing,
) -> Remembered:
    """Return what a world remembers at a snapshot, with a clock that goes on from there.

    Raise `SnapshotError`, also where recordings that it follows are not there any more, or others.
    """
    # Asked here, too: a snapshot with which a journal begins was not decoded by itself.
    _refuse_format(snapshot.format)
    entry = snapshot.scenario.recordings
    try:
        recordings = None if entry is None else open_recordings(entry)
    except CannotFollow as error:
        raise SnapshotError(f"its recordings cannot be followed: {error}".rstrip(".")) from None
    try:
        image = msgspec.json.decode(snapshot.image)
        roots = _read(image, renamed or {}, _classes_with(recordings))
        if not roots or not isinstance(roots[0], Parts):
            raise NotAnImage("it begins with something else than the parts of a world")
        parts, *participants = roots
        parts.__dict__["clock"] = Clock(snapshot.now, snapshot.rate, real_time.seconds)
        if recordings is not None:
            parts.__dict__["recordings"] = recordings
            _go_on(recordings, parts, image)
        for market in parts.exchange.markets.values():
            market.forget_what_follows()
        for pictures in parts.delayed_markets.watched.values():
            for picture in pictures:
                picture.market.forget_what_follows()
        for part in (parts.exchange.ledger, parts.catalogue, parts.vendors, parts.sessions):
            part.forget_what_follows()
    except (NotAnImage, ClockError, AttributeError, TypeError) as error:
        raise SnapshotError(str(error), "image") from None
    return Remembered(parts, tuple(participants))


def _go_on(recordings: Recordings, parts: Parts, image: Any) -> None:
    try:
        recordings.go_on(parts, image[RECORDINGS])
    except (LookupError, TypeError, ValueError) as error:
        raise NotAnImage(f"this is not an image of recorded markets ({type(error).__name__}: {error})") from None


def _read(image: Any, renamed: Mapping[str, str], classes: Classes) -> list[Any]:
    # Nothing of what is made here is garbage, and the collector would look at all of it again and again.
    collects = gc.isenabled()
    gc.disable()
    try:
        return Reader(classes, image, renamed).read()
    finally:
        if collects:
            gc.enable()


def _classes_with(recordings: Recordings | None) -> Classes:
    return _classes(None if recordings is None else recordings.imaged)


@cache
def _classes(of_recordings: ImagedClasses | None) -> Classes:
    left_out: dict[type, Iterable[str]] = {
        kind: kind.FOLLOWS for kind in (Ledger, Market, Catalogue, Vendors, Sessions)
    }
    if of_recordings is None:
        return Classes(_ours(), {Parts: {"clock"}, **left_out})
    more = dict(of_recordings)
    return Classes([*_ours(), *more], {Parts: {"clock", "recordings"}, **left_out, **more})


def _ours() -> Iterator[type]:
    """Yield every class of the kernel and of worlds."""
    for name, module in tuple(sys.modules.items()):
        if name.startswith(("simulator.exchange.", "simulator.world.")):
            yield from (kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == name)
