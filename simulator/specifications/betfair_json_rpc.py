"""The JSON-RPC path of a Betfair service: every operation as a call and an answer, and all of them behind one path."""

from typing import Final

from simulator.betfair.operations import Operation, Service
from simulator.specifications.answers import JsonSchema
from simulator.specifications.examples import Story, json_rpc_examples


class JsonRpcPath:
    """Gathers the calls and the answers of a service's JSON-RPC path."""

    def __init__(self, service: Service) -> None:
        self._service: Final = service
        self._calls: Final[dict[str, str]] = {}
        self._answers: Final[list[str]] = []
        self.components: Final[dict[str, JsonSchema]] = {}

    def add(self, operation: Operation, parameters: JsonSchema, result: JsonSchema | None) -> None:
        """Add an operation: what calls it, and what it answers, `None` where it only ever refuses."""
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
        self._calls[method] = f"#/components/schemas/{name}Call"
        if result is None:
            return
        self.components[f"{name}Answer"] = {
            "type": "object",
            "description": f"What {operation.name} answers.",
            "properties": {"jsonrpc": {"const": "2.0"}, "result": result, "id": {}},
            "required": ["jsonrpc", "result"],
            "additionalProperties": False,
        }
        self._answers.append(f"#/components/schemas/{name}Answer")

    def operation(self, description: str, story: Story) -> JsonSchema:
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
        examples = json_rpc_examples(self._service, story)
        asked = {f"{example.operation}-{example.name}": {"value": example.request} for example in examples}
        answered = {f"{example.operation}-{example.name}": {"value": example.answer} for example in examples}
        failure = {"application/json": {"schema": {"$ref": "#/components/schemas/RpcFailure"}}}
        return {
            "operationId": f"{self._service.name}JsonRpc",
            "tags": ["JSON-RPC"],
            "summary": f"Call operations of {self._service.interface}",
            "description": description,
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
                "406": {"description": "No coding of the answer is acceptable.", "content": failure},
                "413": {"description": "The body is longer than any that is read.", "content": failure},
                "417": {"$ref": "#/components/responses/ExpectationFailed"},
                "431": {"$ref": "#/components/responses/HeadersTooLong"},
                "500": {"description": "The service failed before it could look at the calls.", "content": failure},
            },
        }


def _one_or_many(name: str) -> JsonSchema:
    reference = {"$ref": f"#/components/schemas/{name}"}
    return {"anyOf": [reference, {"type": "array", "items": reference, "minItems": 1}]}
