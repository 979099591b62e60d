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
from simulator.betfair.operations import Operation, Service
from simulator.betfair.schema.types import Signature
from simulator.specifications.answers import JsonSchema, answer_schemas
from simulator.specifications.examples import Example, Story, json_rpc_examples, rest_examples
from simulator.specifications.requests import RequestSchemas, Rules

SECURITY: Final[list[dict[str, list[str]]]] = [{"AppKey": [], "Session": []}]


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
        [signatures[operation.name].result for operation in operations], absent_beats_null=True
    )
    requests = RequestSchemas(about.rules)
    parameters = [requests.parameters(operation.request) for operation in operations]
    rpc = _JsonRpc(service)
    examples = rest_examples(service, about.story)
    paths: JsonSchema = {}
    for operation, parameter, result in zip(operations, parameters, results, strict=True):
        paths[f"/exchange/{service.name}/rest/v1.0/{operation.name}/"] = {
            "post": _rest_operation(operation, parameter, result, about.links, examples)
        }
        rpc.add(operation, parameter, result)
    paths[f"/exchange/{service.name}/json-rpc/v1"] = {"post": rpc.operation(about)}
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
            "securitySchemes": _security_schemes(),
            "parameters": {"Alternative": _alternative()},
            "headers": {
                "Allow": {"description": "The methods of the path.", "required": True, "schema": {"type": "string"}}
            },
            "responses": _responses(),
            "schemas": {
                **dict(sorted(components.items())),
                **dict(sorted(requests.components.items())),
                **_error_schemas(service.exception),
                **rpc.components,
            },
        },
    }


# REST


def _rest_operation(
    operation: Operation,
    parameters: JsonSchema,
    result: JsonSchema,
    links: Mapping[str, Mapping[str, Any]],
    examples: Sequence[Example],
) -> JsonSchema:
    words = prose(operation)
    own = [example for example in examples if example.operation == operation.name]
    asked = {example.name: {"value": example.request} for example in own}
    answered = {example.name: {"value": example.answer} for example in own}
    answer: JsonSchema = {
        "description": "The result, in JSON or, where it was asked for, in XML.",
        "content": {"application/json": {"schema": result, "examples": answered}, **_XML},
    }
    if operation.name in links:
        answer["links"] = links[operation.name]
    return {
        "operationId": operation.name,
        "tags": ["REST"],
        "summary": words.partition(". ")[0].rstrip("."),
        "description": words,
        "parameters": [{"$ref": "#/components/parameters/Alternative"}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": parameters, "examples": asked}}},
        "responses": {
            "200": answer,
            **{
                str(status): {"$ref": f"#/components/responses/{name}"}
                for status, name in sorted(_REST_RESPONSES.items())
            },
        },
    }


_XML: Final[JsonSchema] = {"application/xml": {}, "text/xml": {}}
_REST_RESPONSES: Final = {
    400: "Fault",
    403: "Forbidden",
    404: "NoSuchOperation",
    405: "WrongMethod",
    406: "NotAcceptable",
    413: "TooLong",
    415: "WrongMediaType",
    431: "HeadersTooLong",
    500: "ServerFault",
    504: "TimedOut",
}


def prose(operation: Operation) -> str:
    """Return what the function of an operation says of it, as one line."""
    text = python_inspect.getdoc(operation.function) or python_inspect.getdoc(operation.request) or operation.name
    return " ".join(text.split("\n\n")[0].replace("`", "").split())


def _responses() -> JsonSchema:
    fault = {"schema": {"$ref": "#/components/schemas/Fault"}}
    both: JsonSchema = {"application/json": fault, **_XML}
    described = {
        "Fault": "The service refuses the request, or could not read it.",
        "Forbidden": "The app key is not subscribed to, or may not call the operation.",
        "NoSuchOperation": "Nothing of this name is served, or not in this version.",
        "NotAcceptable": "Neither JSON nor XML is wanted.",
        "ServerFault": "The service failed, is busy, or gave up waiting for another one.",
        "TimedOut": "The request took too long.",
        "TooLong": "The body is longer than any that is read.",
        "WrongMediaType": "The body is not JSON, or does not say what it is.",
    }
    responses: JsonSchema = {
        name: {"description": description, "content": both} for name, description in described.items()
    }
    responses["WrongMethod"] = {
        "description": "Only POST does something here.",
        "headers": {"Allow": {"$ref": "#/components/headers/Allow"}},
        "content": both,
    }
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


def _security_schemes() -> JsonSchema:
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
            "description": "The token of a session.",
        },
    }


def _error_schemas(exception: ExceptionType) -> JsonSchema:
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
                "code": {"enum": [SERVICE_ERROR, *sorted({fault.json_rpc_code for fault in Fault})]},
                "message": {"enum": [*numbers, *sorted(fault.text for fault in Fault)]},
                "data": {"$ref": "#/components/schemas/ExceptionDetail"},
            },
            "required": ["code", "message"],
            "additionalProperties": False,
        },
    }


# JSON-RPC


class _JsonRpc:
    """Gathers the calls and the answers of a service's JSON-RPC path."""

    def __init__(self, service: Service) -> None:
        self._service: Final = service
        self._calls: Final[dict[str, str]] = {}
        self._answers: Final[list[str]] = []
        self.components: Final[dict[str, JsonSchema]] = {}

    def add(self, operation: Operation, parameters: JsonSchema, result: JsonSchema) -> None:
        """Add an operation: what calls it, and what it answers."""
        method = f"{self._service.interface}/v1.0/{operation.name}"
        name = operation.name[0].upper() + operation.name[1:]
        required = ["method"] if parameters.get("anyOf", [{}])[-1] == {"type": "null"} else ["method", "params"]
        self.components[f"{name}Call"] = {
            "type": "object",
            "description": f"A call of {operation.name}.",
            "properties": {
                "jsonrpc": {"description": "The version of the protocol, 2.0; it is not looked at."},
                "method": {"const": method},
                "params": parameters,
                "id": {"description": "Anything; it comes back."},
            },
            "required": required,
        }
        self.components[f"{name}Answer"] = {
            "type": "object",
            "description": f"What {operation.name} answers.",
            "properties": {"jsonrpc": {"const": "2.0"}, "result": result, "id": {}},
            "required": ["jsonrpc", "result"],
            "additionalProperties": False,
        }
        self._calls[method] = f"#/components/schemas/{name}Call"
        self._answers.append(f"#/components/schemas/{name}Answer")

    def operation(self, about: About) -> JsonSchema:
        """Return the one operation of the path, when all others have been added."""
        self.components["RpcFailure"] = {
            "type": "object",
            "description": "What any call answers that came to nothing.",
            "properties": {
                "jsonrpc": {"const": "2.0"},
                "error": {"$ref": "#/components/schemas/RpcError"},
                "id": {},
            },
            "required": ["jsonrpc", "error"],
            "additionalProperties": False,
        }
        self.components["RpcCall"] = {
            "description": "A call; the method says of what.",
            "oneOf": [{"$ref": reference} for reference in self._calls.values()],
            "discriminator": {"propertyName": "method", "mapping": self._calls},
        }
        self.components["RpcAnswer"] = {
            "description": "The answer to a call: a result, or an error.",
            "anyOf": [*({"$ref": name} for name in self._answers), {"$ref": "#/components/schemas/RpcFailure"}],
        }
        examples = json_rpc_examples(self._service, about.story)
        asked = {f"{example.operation}-{example.name}": {"value": example.request} for example in examples}
        answered = {f"{example.operation}-{example.name}": {"value": example.answer} for example in examples}
        failure = {"application/json": {"schema": {"$ref": "#/components/schemas/RpcFailure"}}}
        return {
            "operationId": f"{self._service.name}JsonRpc",
            "tags": ["JSON-RPC"],
            "summary": f"Call operations of {self._service.interface}",
            "description": about.description,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _one_or_many("RpcCall"), "examples": asked}},
            },
            "responses": {
                "200": {
                    "description": "An answer, or for a batch an answer to each of its calls.",
                    "content": {"application/json": {"schema": _one_or_many("RpcAnswer"), "examples": answered}},
                },
                "400": {"description": "The body is no call, or a batch of none.", "content": failure},
                "405": {
                    "description": "Only POST does something here.",
                    "headers": {"Allow": {"$ref": "#/components/headers/Allow"}},
                    "content": failure,
                },
                "413": {"description": "The body is longer than any that is read.", "content": failure},
                "431": {"$ref": "#/components/responses/HeadersTooLong"},
                "500": {"description": "The service failed before it could look at the calls.", "content": failure},
            },
        }


def _one_or_many(name: str) -> JsonSchema:
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [reference, {"type": "array", "items": reference, "minItems": 1}]}
