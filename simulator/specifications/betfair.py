"""The OpenAPI document of a Betfair service: every operation over REST, and all of them behind one JSON-RPC path.

Names, parameters, results and errors come from the tables that serve them; the words of an operation are those of its
function and its types. What is linked to what, and the examples, stand here.
"""

import inspect as python_inspect
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from simulator import __version__
from simulator.betfair.errors import ExceptionType, Fault
from simulator.betfair.json_rpc import SERVICE_ERROR
from simulator.betfair.operations import Needs, Operation, Service
from simulator.betfair.schema.types import Signature
from simulator.specifications.answers import EXPECTATION_FAILED, JsonSchema, answer_schemas
from simulator.specifications.betfair_json_rpc import JsonRpcPath
from simulator.specifications.examples import Example, Story, rest_examples
from simulator.specifications.requests import RequestSchemas, Rules

_BOTH: Final[dict[str, list[str]]] = {"AppKey": [], "Session": []}
SECURITY: Final[list[dict[str, list[str]]]] = [_BOTH]
_SECURITY_OF: Final[Mapping[Needs, list[dict[str, list[str]]]]] = {
    Needs.APP_KEY_AND_SESSION: SECURITY,
    Needs.SESSION: [_BOTH, {"Session": []}],
    Needs.NOTHING: [_BOTH, {"Session": []}, {"AppKey": []}, {}],
}
"""What identifies a caller, in the ways in which an operation may be called."""


class About(NamedTuple):
    """What a document says of its service beside its operations."""

    title: str
    description: str
    rules: Rules
    story: Story
    """What the examples are taken from: at least one call of every operation."""
    links: Mapping[str, Mapping[str, Any]]
    """OpenAPI links by the operation whose answer they begin with."""


def document(service: Service, signatures: Mapping[str, Signature], about: About) -> JsonSchema:
    """Return the document of a service."""
    operations = service.operations.values()
    results, components = answer_schemas(
        [signatures[operation.name].result for operation in operations if not operation.never_succeeds],
        absent_beats_null=True,
    )
    result_of = dict(zip((one.name for one in operations if not one.never_succeeds), results, strict=True))
    requests = RequestSchemas(about.rules)
    parameters = [requests.parameters(operation.request) for operation in operations]
    bodies = [requests.parameters_by_name(operation.request) for operation in operations]
    rpc = JsonRpcPath(service)
    examples = rest_examples(service, about.story)
    paths: JsonSchema = {}
    for operation, parameter, by_name in zip(operations, parameters, bodies, strict=True):
        result = result_of.get(operation.name)
        paths[f"/exchange/{service.name}/rest/v1.0/{operation.name}/"] = {
            "post": _rest_operation(operation, by_name, result, about.links, examples)
        }
        rpc.add(operation, parameter, result)
    least = [operation.needs for operation in operations if operation.needs is not Needs.APP_KEY_AND_SESSION]
    paths[f"/exchange/{service.name}/json-rpc/v1"] = {
        "post": {
            **rpc.operation(about.description, about.story),
            **_secured(Needs.NOTHING if Needs.NOTHING in least else least[0] if least else Needs.APP_KEY_AND_SESSION),
        }
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": about.title,
            "version": __version__,
            "description": about.description,
            "license": {"name": "See the project", "identifier": "LicenseRef-betsim"},
        },
        "servers": [{"url": "/", "description": "The paths of the real host, on this one."}],
        "security": SECURITY,
        "tags": [
            {"name": "REST", "description": "A path an operation, the bare result back."},
            {"name": "JSON-RPC", "description": "All operations behind one path, one call at a time or in batches."},
        ],
        "paths": paths,
        "components": {
            "securitySchemes": security_schemes(),
            "parameters": {"Alternative": _alternative()},
            "headers": {
                "Allow": {"description": "The methods of the path.", "required": True, "schema": {"type": "string"}}
            },
            "responses": _responses(),
            "schemas": {
                **dict(sorted(components.items())),
                **dict(sorted(requests.components.items())),
                **error_schemas(service.exception),
                **rpc.components,
            },
        },
    }


# REST


def _rest_operation(
    operation: Operation,
    parameters: JsonSchema,
    result: JsonSchema | None,
    links: Mapping[str, Mapping[str, Any]],
    examples: Sequence[Example],
) -> JsonSchema:
    words = prose(operation)
    own = [example for example in examples if example.operation == operation.name]
    asked = {example.name: {"value": example.request} for example in own}
    answered = {example.name: {"value": example.answer} for example in own}
    responses: JsonSchema = {
        str(status): {"$ref": f"#/components/responses/{name}"} for status, name in _REST_RESPONSES.items()
    }
    if result is None:
        fault = {"schema": {"$ref": "#/components/schemas/Fault"}, "examples": answered}
        responses["400"] = {
            "description": "The service refuses the request, whatever it says.",
            "content": {"application/json": fault, **_XML},
        }
    else:
        responses["200"] = {
            "description": "The result, in JSON or, where it was asked for, in XML.",
            "content": {"application/json": {"schema": result, "examples": answered}, **_XML},
        }
        if operation.name in links:
            responses["200"]["links"] = links[operation.name]
    return {
        "operationId": operation.name,
        "tags": ["REST"],
        "summary": words.partition(". ")[0].rstrip("."),
        "description": words,
        **_secured(operation.needs),
        "parameters": [{"$ref": "#/components/parameters/Alternative"}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": parameters, "examples": asked}}},
        "responses": dict(sorted(responses.items())),
    }


def _secured(needs: Needs) -> JsonSchema:
    """Return what is said of security where it differs from what is said of the service."""
    return {} if needs is Needs.APP_KEY_AND_SESSION else {"security": _SECURITY_OF[needs]}


_XML: Final[JsonSchema] = {"application/xml": {}, "text/xml": {}}
_REST_RESPONSES: Final = {
    400: "Fault",
    403: "Forbidden",
    404: "NoSuchOperation",
    405: "WrongMethod",
    406: "NotAcceptable",
    413: "TooLong",
    415: "WrongMediaType",
    417: "ExpectationFailed",
    431: "HeadersTooLong",
    500: "ServerFault",
    504: "TimedOut",
}


def prose(operation: Operation) -> str:
    """Return what the function of an operation says of it, as one line."""
    text = python_inspect.getdoc(operation.function) or python_inspect.getdoc(operation.request) or operation.name
    if operation.never_succeeds:
        text = f"{python_inspect.getdoc(operation.request)} {text}"
    return " ".join(text.split("\n\n")[0].replace("`", "").split())


def _responses() -> JsonSchema:
    fault = {"schema": {"$ref": "#/components/schemas/Fault"}}
    both: JsonSchema = {"application/json": fault, **_XML}
    described = {
        "Fault": "The service refuses the request, or could not read it.",
        "Forbidden": "The app key is not subscribed to, or may not call the operation.",
        "NoSuchOperation": "Nothing of this name is served, or not in this version.",
        "NotAcceptable": "Neither JSON nor XML is wanted, or no coding of the answer is acceptable.",
        "ServerFault": "The service failed, is busy, or gave up waiting for another one.",
        "TimedOut": "The request took too long.",
        "TooLong": "The body is longer than any that is read.",
        "WrongMediaType": "The body is not JSON, or does not say what it is, or a header or `alt` has no media type.",
    }
    responses: JsonSchema = {
        name: {"description": description, "content": both} for name, description in described.items()
    }
    responses["WrongMethod"] = {
        "description": "Only POST does something here.",
        "headers": {"Allow": {"$ref": "#/components/headers/Allow"}},
        "content": both,
    }
    responses["ExpectationFailed"] = EXPECTATION_FAILED
    responses["HeadersTooLong"] = {
        "description": "The headers are longer than any that are read.",
        "content": {"application/problem+json": {"schema": {"type": "object"}}},
    }
    return responses


def _alternative() -> JsonSchema:
    return {
        "name": "alt",
        "in": "query",
        "description": "The representation of the answer; it overrides the Accept header.",
        "schema": {"type": "string", "pattern": "^([jJ][sS][oO][nN]|[xX][mM][lL])?$"},
    }


def security_schemes() -> JsonSchema:
    """Return the two headers that identify a caller."""
    return {
        "AppKey": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Application",
            "description": "An app key of the account.",
        },
        "Session": {
            "type": "apiKey",
            "in": "header",
            "name": "X-Authentication",
            "description": (
                "The token of a session. A vendor who acts on a customer's behalf sends an access token instead,"
                " as Bearer in the header Authorization."
            ),
        },
    }


def error_schemas(exception: ExceptionType) -> JsonSchema:
    """Return what both dialects write of an error: the service's own, by number and name, and the framework's."""
    contents = {
        "type": "object",
        "description": "Why the service refuses: a name and, seldom, details.",
        "properties": {
            "requestUUID": {"type": "string"},
            "errorCode": {"enum": [str(code) for code in exception.numbers]},
            "errorDetails": {"type": "string"},
        },
        "required": ["requestUUID", "errorCode", "errorDetails"],
        "additionalProperties": False,
    }
    detail = {
        "type": "object",
        "description": "The exception of the interface, and its name.",
        "properties": {
            exception.name: {"$ref": f"#/components/schemas/{exception.name}"},
            "exceptionname": {"const": exception.name},
        },
        "required": [exception.name, "exceptionname"],
        "additionalProperties": False,
    }
    numbers = [exception.text(code) for code in exception.numbers]
    return {
        exception.name: contents,
        "ExceptionDetail": detail,
        "Fault": {
            "description": "An error over REST: of the service, with its exception, or of the framework beneath it.",
            "type": "object",
            "properties": {
                "faultcode": {"enum": ["Client", "Server"]},
                "faultstring": {"enum": [*numbers, *sorted(fault.text for fault in Fault)]},
                "detail": {
                    "anyOf": [
                        {"$ref": "#/components/schemas/ExceptionDetail"},
                        {"type": "object", "maxProperties": 0},
                    ]
                },
            },
            "required": ["faultcode", "faultstring", "detail"],
            "additionalProperties": False,
        },
        "RpcError": {
            "description": "An error over JSON-RPC.",
            "type": "object",
            "properties": {
                "code": {"enum": sorted({SERVICE_ERROR, *(fault.json_rpc_code for fault in Fault)})},
                "message": {"enum": [*numbers, *sorted(fault.text for fault in Fault)]},
                "data": {"$ref": "#/components/schemas/ExceptionDetail"},
            },
            "required": ["code", "message"],
            "additionalProperties": False,
        },
    }
