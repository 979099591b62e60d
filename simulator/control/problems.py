"""What a caller of our own API gets instead of an answer: a problem document (RFC 9457), and never a 5xx.

    Problem                  an HTTP status and a sentence
    ├── WrongDocument    400 what was sent breaks a rule: `path` says where, `value` shows what stands there
    ├── WrongQuery       400 a parameter in the address breaks a rule: `path` is its name, `value` what it says
    ├── Unauthorized     401 the control token is missing or another one
    ├── Forbidden        403 a page of another site asks, or the request is for another host
    ├── UnknownWorld     404 no world has that id
    ├── UnknownMarket    404 no market of the world has that id
    ├── UnknownRunner    404 no runner of the market has that selection id
    ├── UnknownMatch     404 no match of the world has that id
    ├── UnknownEvent     404 no event of the world for which there are scores has that id
    ├── UnknownUser      404 no user of BetTune has that name
    ├── UnknownFilter    404 no filter of BetTune has that id
    ├── UnknownAccount   404 no customer of the world has that name
    ├── UnknownAppKey    404 no customer of the world has that app key
    ├── UnknownSnapshot  404 no snapshot is kept under that name
    ├── UnknownAddress   404 nothing is served under that path
    ├── WrongMethod      405 something is, but not by that method; `Allow` lists those it takes
    ├── Impossible       409 what was asked makes no sense in the present state; nothing changed
    ├── TooLarge         413 the document is longer than any we read
    ├── WrongMediaType   415 the document is neither JSON nor YAML
    └── HeadersTooLarge  431 the headers are longer than any we read

Each kind has its `type`, a name in the space `urn:betsim:problem:`, so that scripts need not read sentences.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import ClassVar, Final

import msgspec
from msgspec import Struct
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.refusal_log import log_refusal

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:betsim:problem:"

Scalar = str | int | float | bool | Decimal | None
"""A value that is short enough to be shown in a problem."""

_encoder: Final = msgspec.json.Encoder(decimal_format="number")


class ProblemDocument(Struct, frozen=True, omit_defaults=True):
    """A problem as it is sent. `path` and `value` are of the document that was sent: `$.results[0].status`."""

    type: str
    title: str
    status: int
    detail: str
    path: str | None = None
    value: Scalar | msgspec.UnsetType = msgspec.UNSET


_LONGEST_TEXT: Final = 80
"""Characters of a parameter that are shown."""


def _sendable(text: str) -> str:
    """Return a text without halves of surrogate pairs, which may be in a document and cannot be in an answer."""
    return text.encode(errors="backslashreplace").decode()


class Problem(Exception):
    """The root of the tree. `detail` is a sentence for the person who reads it."""

    status: ClassVar[int]
    kind: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail: Final = detail

    def headers(self) -> Mapping[str, str]:
        """Return the response headers that this kind of problem comes with."""
        return {}

    def document(self) -> ProblemDocument:
        """Return what is sent."""
        return ProblemDocument(TYPE_PREFIX + self.kind, self.title, self.status, _sendable(self.detail))

    def response(self) -> Response:
        """Return the answer."""
        content = _encoder.encode(self.document())
        return Response(content, self.status, self.headers(), MEDIA_TYPE)

    def tell(self, scope: Scope) -> None:
        """Log that a request was refused."""
        log_refusal(f"{scope['method']} {scope['path']}", "", f"{self.kind}: {self}")

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log that a request was refused, and answer it."""
        self.tell(scope)
        await self.response()(scope, receive, send)


class WrongDocument(Problem):
    """What was sent breaks a rule. `value` is what stands at `path`, where that is short enough to be shown."""

    status = 400
    kind = "wrong-document"
    title = "The document is wrong"

    def __init__(self, detail: str, path: str = "$", value: Scalar | msgspec.UnsetType = msgspec.UNSET) -> None:
        super().__init__(detail)
        self.path: Final = path
        self.value: Final = value

    def __str__(self) -> str:
        return f"at {self.path}: {self.detail}"

    def document(self) -> ProblemDocument:
        """Return what is sent, with the place of the fault."""
        value = _sendable(self.value) if isinstance(self.value, str) else self.value
        return msgspec.structs.replace(super().document(), path=_sendable(self.path), value=value)


class WrongQuery(Problem):
    """A parameter in the address breaks a rule: `path` is its name, and `value` what it says."""

    status = 400
    kind = "wrong-query"
    title = "A parameter in the address is wrong"

    def __init__(self, detail: str, name: str, text: str) -> None:
        super().__init__(detail)
        self.name: Final = name
        self.text: Final = text[:_LONGEST_TEXT]

    def __str__(self) -> str:
        return f"?{self.name}={self.text}: {self.detail}"

    def document(self) -> ProblemDocument:
        """Return what is sent, with the parameter that is wrong."""
        return msgspec.structs.replace(super().document(), path=_sendable(self.name), value=_sendable(self.text))


class Unauthorized(Problem):
    """The control token is missing or another one."""

    status = 401
    kind = "unauthorized"
    title = "The control token is needed"

    def headers(self) -> Mapping[str, str]:
        """Return the challenge."""
        return {"WWW-Authenticate": "Bearer"}


class Forbidden(Problem):
    """The request comes from a page of another site, or is for a host that is not this machine."""

    status = 403
    kind = "forbidden"
    title = "This may not be asked from there"


class UnknownWorld(Problem):
    """No world has that id."""

    status = 404
    kind = "unknown-world"
    title = "There is no such world"


class UnknownMarket(Problem):
    """No market of the world has that id."""

    status = 404
    kind = "unknown-market"
    title = "There is no such market"


class UnknownRunner(Problem):
    """No runner of the market has that selection id."""

    status = 404
    kind = "unknown-runner"
    title = "There is no such runner"


class UnknownMatch(Problem):
    """No match of the world has that id."""

    status = 404
    kind = "unknown-match"
    title = "There is no such match"


class UnknownEvent(Problem):
    """No event of the world for which there are scores has that id."""

    status = 404
    kind = "unknown-event"
    title = "There is no such event"


class UnknownUser(Problem):
    """No user of BetTune in the world has that name."""

    status = 404
    kind = "unknown-user"
    title = "There is no such user"


class UnknownFilter(Problem):
    """No filter of BetTune in the world has that id."""

    status = 404
    kind = "unknown-filter"
    title = "There is no such filter"


class UnknownAccount(Problem):
    """No customer of the world has that name."""

    status = 404
    kind = "unknown-account"
    title = "There is no such account"


class UnknownAppKey(Problem):
    """No customer of the world has that app key."""

    status = 404
    kind = "unknown-app-key"
    title = "There is no such app key"


class UnknownSnapshot(Problem):
    """No snapshot is kept under that name."""

    status = 404
    kind = "unknown-snapshot"
    title = "There is no such snapshot"


class UnknownAddress(Problem):
    """Nothing is served under that path."""

    status = 404
    kind = "unknown-address"
    title = "There is nothing here"


class WrongMethod(Problem):
    """Something is served under that path, but not by that method."""

    status = 405
    kind = "wrong-method"
    title = "The method is another one"

    def __init__(self, method: str, allowed: Iterable[str]) -> None:
        self.allowed: Final = ", ".join(sorted(allowed))
        super().__init__(f"{method} does nothing here; {self.allowed} does.")

    def headers(self) -> Mapping[str, str]:
        """Return every method of the path."""
        return {"Allow": self.allowed}


class Impossible(Problem):
    """What was asked makes no sense in the present state of the world; nothing changed."""

    status = 409
    kind = "impossible"
    title = "This cannot be done now"


class TooLarge(Problem):
    """The document is longer than any we read."""

    status = 413
    kind = "too-large"
    title = "The document is too long"


class WrongMediaType(Problem):
    """The document is neither JSON nor YAML."""

    status = 415
    kind = "wrong-media-type"
    title = "The document is of another kind"


class HeadersTooLarge(Problem):
    """The headers are longer than any we read."""

    status = 431
    kind = "headers-too-large"
    title = "The headers are too long"
