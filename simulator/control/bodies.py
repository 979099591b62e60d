"""What callers send: JSON or YAML, of a bounded size, turned into documents that complain with their places."""

import asyncio
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request

from simulator import http
from simulator.control.collection import full_collections_put_off
from simulator.control.problems import Scalar, TooLarge, WrongDocument, WrongMediaType
from simulator.world.format.document import MAXIMUM_BYTES, ScenarioError

NAME: Final = "the document"
"""What the readers of documents call the one that was sent."""

JSON_TYPES: Final = frozenset({"application/json"})
YAML: Final = "application/yaml"
YAML_TYPES: Final = frozenset({YAML, "application/x-yaml", "text/yaml", "text/x-yaml"})

_LONGEST_VALUE_SHOWN: Final = 80

T = TypeVar("T")


class Body(NamedTuple):
    """A document as it was sent: its bytes, none where there is no document, and whether it says that it is JSON."""

    content: bytes
    is_json: bool = False


async def read_body(request: Request, limit_bytes: int = MAXIMUM_BYTES) -> Body:
    """Return the document that came with a request, which may have so many bytes.

    Raises `TooLarge`, and `WrongMediaType` where a document does not say what it is.
    """
    content = await _receive(request, limit_bytes)
    return Body(content, bool(content) and _is_json(request))


async def loaded(body: Body, load: Callable[[bytes, str], T]) -> T:
    """Return what is made of a document of this name, while other requests are answered.

    That is done in a thread, which has the document to itself: `load` must not touch any world. Whoever waits for this
    finds the world as it is by then. Raises `WrongDocument` where something says it is JSON and is not, and for every
    `ScenarioError`.
    """

    def work() -> T:
        if body.is_json:
            _check_json(body.content)
        try:
            with full_collections_put_off():
                return load(body.content, NAME)
        except ScenarioError as error:
            raise wrong_document(error) from None

    return await asyncio.to_thread(work) if body.content else work()


def wrong_document(error: ScenarioError) -> WrongDocument:
    """Return the problem that tells of a complaint about a document."""
    # YAML has lines and people look for them; the place alone would do for a program.
    detail = error.problem if error.line is None else f"{error.problem} (line {error.line})"
    return WrongDocument(detail, error.path, shown(error.value))


def shown(value: object) -> Scalar | msgspec.UnsetType:
    """Return a value of a document if it is short enough to be shown; what is no number is shown as a text."""
    if isinstance(value, Decimal) and not value.is_finite():
        return str(value)
    if value is None or isinstance(value, bool | int | float | Decimal | str):
        return value if len(str(value)) <= _LONGEST_VALUE_SHOWN else msgspec.UNSET
    return msgspec.UNSET


async def _receive(request: Request, limit_bytes: int) -> bytes:
    try:
        return await http.read_body(dict(request.headers.raw), request.receive, limit_bytes)
    except http.BodyTooLarge:
        raise TooLarge(f"A document may have {limit_bytes} bytes, and this one has more.") from None
    except http.ClientGone:
        raise ClientDisconnect from None


def _is_json(request: Request) -> bool:
    """Return whether the body says that it is JSON, and else that it is YAML."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise WrongMediaType("A document is sent as it is: no Content-Encoding is understood.")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type in JSON_TYPES:
        return True
    if media_type in YAML_TYPES:
        return False
    said = f"Content-Type {media_type!r}" if media_type else "no Content-Type"
    raise WrongMediaType(f"A document comes with Content-Type application/json or application/yaml, not with {said}.")


def _check_json(body: bytes) -> None:
    """Hold a document to what its media type says; the reader of documents would take YAML for it as well."""
    try:
        # What is longer than documents usually are is a snapshot: its image is not made twice.
        msgspec.json.decode(body, type=Any if len(body) <= MAXIMUM_BYTES else msgspec.Raw)
    except RecursionError:
        # Nested so deeply that the decoder gives up; the reader of documents says so with its own, lower, bound.
        return
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WrongDocument(f"This is not JSON: {error}.") from None
