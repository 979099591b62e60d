"""Every answer that a test gets from an application is held against the documents in `specs`, without the test asking.

`Documented` stands between a test and an application, looks for the operation that a request is for, and compares the
answer with what its document says: the status, the media type, the headers and, in JSON, the body.
"""

import gzip
import json
import os
import pickle
import re
import tempfile
from collections.abc import Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import yaml
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from simulator.data import specification_bytes, specification_names
from simulator.http import Exchange, Responder
from simulator.http_parts import responder_of

METHODS = ("get", "put", "post", "delete")
READ_ALREADY = "BETSIM_DOCUMENTS_READ_ALREADY"
"""The variable that tells a process in which file it finds the documents as another has read them."""
REFERENCE = re.compile(r'"#/components/schemas/([^"/]+)"')


class Expected(NamedTuple):
    """What a document says of one status of an operation: the schemas of its bodies, and the headers it has to have."""

    bodies: Mapping[str, jsonschema_rs.Draft202012Validator | None]
    headers: tuple[str, ...]


class Documented:
    """An application whose answers are compared with its documents."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        operation = scope["type"] == "http" and operation_for(scope["method"], scope["path"])
        if not operation:
            await self._app(scope, receive, send)
            return
        start: Message = {}
        body = bytearray()
        hung_up = False

        async def hear() -> Message:
            nonlocal hung_up
            message = await receive()
            hung_up = hung_up or message["type"] == "http.disconnect"
            return message

        async def listen(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))
            await send(message)

        await self._app(scope, hear, listen)
        # What is said to somebody who has hung up reaches nobody.
        if start and not hung_up:
            check(operation, start["status"], dict(start["headers"]), bytes(body))

    def responder(self, scope: Scope) -> Responder | None:
        """Return what answers at once, as the application has it, with its answers compared as well."""
        responder = responder_of(self._app, scope)
        operation = operation_for(scope["method"], scope["path"])
        if responder is None or operation is None:
            return responder
        return partial(_respond, responder, operation)


def _respond(responder: Responder, operation: str, exchange: Exchange) -> ASGIApp | None:
    overheard = Overheard(exchange)
    goes_on = responder(overheard)
    if goes_on is not None:
        return Documented(goes_on)
    check(operation, *overheard.answer)
    return None


class Overheard:
    """A request and its answer, which is remembered."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.loop = exchange.loop
        self.tls = exchange.tls
        self.whole_body = exchange.whole_body
        self.answer: tuple[int, Mapping[bytes, bytes], bytes]

    def answer_whole(self, status: int, lines: bytes, body: bytes) -> bool:
        headers = [line.partition(b": ") for line in lines.split(b"\r\n") if line]
        self.answer = (status, {name: value for name, _, value in headers}, body)
        return self._exchange.answer_whole(status, lines, body)


def check(operation: str, status: int, headers: Mapping[bytes, bytes], body: bytes) -> None:
    """Hold one answer against the document of its operation."""
    answers = expected(operation)
    assert status in answers, f"{operation} answers {status}, which its document does not know: {body[:200]!r}"
    answer = answers[status]
    for name in answer.headers:
        assert name.encode() in headers, f"{operation} answers {status} without the header {name}"
    if not answer.bodies:
        assert not body, f"{operation} answers {status} with {body[:200]!r}, and its document with nothing"
        return
    media_type = headers.get(b"content-type", b"").decode().partition(";")[0]
    assert media_type in answer.bodies, f"{operation} answers {status} as {media_type!r}"
    schema = answer.bodies[media_type]
    if schema is not None and media_type.endswith(("/json", "+json")):
        content = json.loads(gzip.decompress(body) if headers.get(b"content-encoding") == b"gzip" else body)
        error = next(schema.iter_errors(content), None)
        assert error is None, f"{operation} answers {status} with what its document does not allow: {error}"


@lru_cache(maxsize=10_000)
def operation_for(method: str, path: str) -> str | None:
    """Return the operation of a request by its id, or `None` where no document has one."""
    return next((name for pattern, verb, name in routes() if verb == method and pattern.fullmatch(path)), None)


def document(name: str) -> dict[str, Any]:
    """Return what is written in a document that ships with the package. It is shared: nobody changes it."""
    return _documents()[name]


def documents() -> list[dict[str, Any]]:
    return [*_documents().values()]


@cache
def _documents() -> dict[str, dict[str, Any]]:
    """Return the documents by name. To read them takes as long as to start a server that is held against them."""
    if (file := os.environ.get(READ_ALREADY)) is not None:
        read: dict[str, dict[str, Any]] = pickle.loads(Path(file).read_bytes())
        return read
    return {name: yaml.load(specification_bytes(name), yaml.CSafeLoader) for name in specification_names()}


@cache
def _folder_for_others() -> "tempfile.TemporaryDirectory[str]":
    folder = tempfile.TemporaryDirectory(prefix="betsim-documents-")
    (Path(folder.name) / "documents").write_bytes(pickle.dumps(_documents()))
    return folder


def environment_with_documents() -> dict[str, str]:
    """Return the environment for a process that need not read the documents once more."""
    return {**os.environ, READ_ALREADY: str(Path(_folder_for_others().name) / "documents")}


@cache
def routes() -> list[tuple[re.Pattern[str], str, str]]:
    found = []
    for document in documents():
        base = document["servers"][0]["url"].rstrip("/")
        for path, item in document["paths"].items():
            pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(base + path)))
            found.extend((pattern, method.upper(), item[method]["operationId"]) for method in METHODS if method in item)
    return found


@cache
def _described() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Return the documents of all operations, and what they say of each, by its id."""
    return {
        item[method]["operationId"]: (document, item[method])
        for document in documents()
        for item in document["paths"].values()
        for method in METHODS
        if method in item
    }


@cache
def expected(operation: str) -> dict[int, Expected]:
    """Return what an operation may answer, by status."""
    document, described = _described()[operation]
    return {int(status): _expected(document, response) for status, response in described["responses"].items()}


def _expected(document: dict[str, Any], response: dict[str, Any]) -> Expected:
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    needed = tuple(
        name.lower()
        for name, header in response.get("headers", {}).items()
        if _header(document, header).get("required")
    )
    bodies = {media_type: _validator(document, content) for media_type, content in response.get("content", {}).items()}
    return Expected(bodies, needed)


def _header(document: dict[str, Any], header: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in header:
        return header
    found: dict[str, Any] = document["components"]["headers"][header["$ref"].rpartition("/")[2]]
    return found


def _validator(document: dict[str, Any], content: dict[str, Any]) -> jsonschema_rs.Draft202012Validator | None:
    if "schema" not in content:
        return None
    schema = {**content["schema"], "components": {"schemas": schemas_needed(document, content["schema"])}}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)


def schemas_needed(document: dict[str, Any], schema: Any) -> dict[str, Any]:
    """Return the schemas of a document that a schema refers to, through others too.

    A validator with all of them takes megabytes, and there are hundreds of validators.
    """
    schemas: dict[str, Any] = document["components"]["schemas"]
    found: dict[str, Any] = {}
    to_read = [schema]
    while to_read:
        for name in REFERENCE.findall(json.dumps(to_read.pop())):
            if name not in found:
                found[name] = schemas[name]
                to_read.append(schemas[name])
    return found
