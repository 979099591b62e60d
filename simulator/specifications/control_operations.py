"""How an operation of our own API is described: its words, body, refusals, and an example of every answer."""

import hashlib
from typing import Any, Final

from simulator.specifications.answers import JsonSchema
from simulator.specifications.examples import INCOMPLETE_MARKET, KEPT_SNAPSHOT, RACE_MARKET, control_example

WORLD: Final = "/control/v1/worlds/{world}"
MARKET: Final = f"{WORLD}/markets/{{market}}"
_JSON: Final = "application/json"
_OF_NOTHING: Final = hashlib.sha256().hexdigest()
MARKET_OF_DERBY: Final = "1.113197491"
METHODS: Final = ("get", "put", "post", "delete")
EXAMPLES: Final = {
    "world": "default",
    "market": MARKET_OF_DERBY,
    "selection": "6830593",
    "event": "27165685",
    "match": "1611243",
    "user": "alice",
    "filter": "11583",
    "key": "alice-delayed-key",
    "username": "alice",
    "name": KEPT_SNAPSHOT,
}
_ELSEWHERE: Final = {
    "reconcileMarket": {"market": "1.113198101"},
    "addRunner": {"market": INCOMPLETE_MARKET},
    "changeLogin": {"username": "bob"},
    "changeRaceStatus": {"market": RACE_MARKET},
}
"""Where examples of answers are taken from, if not from the market above: the race has starting prices."""


def operation(  # noqa: PLR0913, an operation has so many parts
    operation_id: str,
    tag: str,
    words: tuple[str, str],
    answer: str | None,
    *,
    body: JsonSchema | None = None,
    body_required: bool = False,
    status: int = 200,
    refusals: tuple[int, ...] = (),
    examples: dict[str, Any] | None = None,
    links: JsonSchema | None = None,
) -> JsonSchema:
    """Return an operation; `words` are its summary and description, `refusals` those that not every operation has.

    `answer` names the schema of the answer, `None` for no content; `examples` are of the body, by name.
    """
    success: JsonSchema = {"description": "Done; this is how it stands now." if answer else "Done."}
    if answer:
        success["content"] = {_JSON: {"schema": {"$ref": f"#/components/schemas/{answer}"}}}
    if links:
        success["links"] = links
    if status == 201 and answer == "WorldDocument":
        success["headers"] = {"Location": {"$ref": "#/components/headers/Location"}}
    numbers = {401, 403, 405, 431, *refusals, *((400, 413, 415) if body is not None else ())}
    described: JsonSchema = {
        "operationId": operation_id,
        "tags": [tag],
        "summary": words[0],
        "description": words[1],
        "responses": {
            str(status): success,
            **{str(number): {"$ref": f"#/components/responses/Problem{number}"} for number in sorted(numbers)},
        },
    }
    if body is not None:
        content: JsonSchema = {_JSON: {"schema": body}}
        if examples:
            content[_JSON]["examples"] = {name: {"value": value} for name, value in examples.items()}
        described["requestBody"] = {"required": body_required, "content": content}
    return described


def add_answers(path: str, method: str, operation: JsonSchema) -> None:
    """Give an operation of a path an example of its answer to each of its requests, or to an empty one."""
    content = next((answer["content"] for answer in operation["responses"].values() if "content" in answer), None)
    if content is None or _JSON not in content:
        return
    requests = operation.get("requestBody", {}).get("content", {}).get(_JSON, {}).get("examples", {"now": {}})
    where = _ELSEWHERE.get(operation["operationId"], {})
    address = path.format(**{**EXAMPLES, **where})
    content[_JSON]["examples"] = {
        name: {"value": _answer(operation["operationId"], method, address, request.get("value"))}
        for name, request in requests.items()
    }


def _answer(operation_id: str, method: str, address: str, body: Any) -> Any:
    if operation_id in ("takeSnapshot", "readSnapshot"):
        taken = control_example(method.upper(), address, body)
        return {**taken, "scenario": {"name": taken["scenario"]["name"]}, "image": {}, "digest": _OF_NOTHING}
    if operation_id == "readStateHash":
        # Every version has digests of its own, so that this one is of nothing at all.
        return {"stateHash": _OF_NOTHING}
    return control_example(method.upper(), address, body)


def path_item(*parameters: str, **operations: JsonSchema) -> JsonSchema:
    """Return a path with its operations by method; the parameters are named as among the components."""
    references = [{"$ref": f"#/components/parameters/{name}"} for name in parameters]
    return {**({"parameters": references} if references else {}), **operations}
