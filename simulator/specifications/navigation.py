"""The OpenAPI document of the navigation menu: one file, in as many languages as there are locales."""

from typing import Any, Final

from simulator import __version__
from simulator.betfair.errors import BETTING_EXCEPTION
from simulator.betfair.navigation.endpoint import LOCALES
from simulator.betfair.schema.navigation import RootNode
from simulator.specifications.answers import EXPECTATION_FAILED, JsonSchema, answer_schemas
from simulator.specifications.betfair import SECURITY, error_schemas, security_schemes
from simulator.specifications.examples import navigation_examples

_FAULT: Final[JsonSchema] = {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}
_DESCRIPTION: Final = (
    "Every market that can be bet in, below the sports, groups, events and races where customers look for it. GET and "
    "POST have the same answer, which is compressed for who accepts that."
)


def document() -> JsonSchema:
    """Return the document of the navigation menu."""
    (root,), schemas = answer_schemas([RootNode])
    errors = error_schemas(BETTING_EXCEPTION)
    examples = navigation_examples()
    path = "/exchange/betting/rest/v1/{locale}/navigation/menu.json"
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Betfair Exchange, navigation",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "See the project", "identifier": "LicenseRef-betsim"},
        },
        "servers": [{"url": "/", "description": "The paths of the real host, on this one."}],
        "security": SECURITY,
        "tags": [{"name": "navigation", "description": "Where to find markets."}],
        "paths": {
            path: {
                "parameters": [{"$ref": "#/components/parameters/Locale"}],
                "get": _operation("readNavigationMenu", "Read the navigation menu", root, examples["GET"]),
                "post": _operation("postForNavigationMenu", "Read the navigation menu by POST", root, examples["POST"]),
            }
        },
        "components": {
            "securitySchemes": security_schemes(),
            "parameters": {
                "Locale": {
                    "name": "locale",
                    "in": "path",
                    "required": True,
                    "description": "The language of the menu; names that a scenario does not translate are in English.",
                    "schema": {"enum": list(LOCALES)},
                    "example": "en",
                }
            },
            "headers": {
                "Allow": {"description": "The methods of the path.", "required": True, "schema": {"type": "string"}}
            },
            "schemas": {
                **dict(sorted(schemas.items())),
                **{name: errors[name] for name in (BETTING_EXCEPTION.name, "ExceptionDetail", "Fault")},
            },
        },
    }


def _operation(operation_id: str, summary: str, root: JsonSchema, example: Any) -> JsonSchema:
    described = {
        "400": "The request has no app key or no session, or one that is not known.",
        "403": "The app key is not the caller's.",
        "404": "There is no menu in this language.",
        "406": "No coding of the menu is acceptable.",
        "413": "The body is longer than any that is read.",
        "500": "The service failed.",
    }
    menu = {"application/json": {"schema": root, "examples": {"demo": {"value": example}}}}
    return {
        "operationId": operation_id,
        "tags": ["navigation"],
        "summary": summary,
        "description": _DESCRIPTION,
        "responses": {
            "200": {"description": "The menu.", "content": menu},
            **{status: {"description": text, "content": _FAULT} for status, text in described.items()},
            "405": {
                "description": "Only GET and POST do something here.",
                "headers": {"Allow": {"$ref": "#/components/headers/Allow"}},
                "content": _FAULT,
            },
            "417": EXPECTATION_FAILED,
            "431": {
                "description": "The headers are longer than any that are read.",
                "content": {"application/problem+json": {"schema": {"type": "object"}}},
            },
        },
    }
