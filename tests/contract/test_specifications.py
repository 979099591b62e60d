"""Every document in `specs` is valid OpenAPI 3.1 and well kept: named, described, exemplified without contradiction."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from simulator.betfair.services import SERVICES
from simulator.data import specification_names
from tests import documented

METHODS = ("get", "put", "post", "delete")
NEVER_SUCCEED = {
    operation.name for service in SERVICES for operation in service.operations.values() if operation.never_succeeds
}

documents = pytest.mark.parametrize("document", specification_names(), indirect=True)


@pytest.fixture
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return documented.document(request.param)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, item, item[method]


@documents
def test_a_document_is_valid(document: dict[str, Any]) -> None:
    assert [] == list(OpenAPIV31SpecValidator(document).iter_errors())


def test_no_two_operations_have_one_id() -> None:
    ids = [operation["operationId"] for document in documented.documents() for _, _, operation in operations(document)]
    assert sorted(set(ids)) == sorted(ids)


@documents
def test_every_operation_says_what_it_is(document: dict[str, Any]) -> None:
    known = {tag["name"] for tag in document["tags"]}
    for path, _, operation in operations(document):
        assert re.fullmatch("[a-z][A-Za-z]+", operation["operationId"]), path
        assert operation["summary"], path
        assert not operation["summary"].endswith("."), path
        assert len(operation["description"]) > len("short."), path
        assert set(operation["tags"]) <= known, path


@documents
def test_every_parameter_and_every_answer_is_described(document: dict[str, Any]) -> None:
    components = document["components"]
    for path, item, operation in operations(document):
        for parameter in (*item.get("parameters", ()), *operation.get("parameters", ())):
            resolved = (
                components["parameters"][parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter
            )
            assert resolved["description"], path
            assert resolved["schema"], path
        for response in operation["responses"].values():
            resolved = components["responses"][response["$ref"].rpartition("/")[2]] if "$ref" in response else response
            assert resolved["description"], path


@documents
def test_every_operation_says_what_happens_to_the_wrong_method(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        assert {"405", "431"} <= set(operation["responses"]), path


@documents
def test_every_header_that_always_comes_is_required(document: dict[str, Any]) -> None:
    """A session's cookie comes with a login that succeeds, and everything else with every answer that has it."""
    optional = {
        name for name, header in document["components"].get("headers", {}).items() if not header.get("required")
    }
    assert optional <= {"Cookie"}


@documents
def test_every_part_that_is_named_is_used_and_every_struct_is_described(document: dict[str, Any]) -> None:
    named = {
        f"#/components/{kind}/{name}": component
        for kind in ("schemas", "responses", "parameters", "headers")
        for name, component in document["components"].get(kind, {}).items()
    }
    assert set(named) == set(references(document))
    for reference, component in named.items():
        assert component.get("description") or "properties" not in component, reference


def references(node: Any) -> Iterator[str]:
    """Every component that is referred to, wherever; a discriminator names them too."""
    if isinstance(node, str) and node.startswith("#/components/"):
        yield node
    elif isinstance(node, list | dict):
        for item in node.values() if isinstance(node, dict) else node:
            yield from references(item)


@documents
def test_examples_are_what_their_schemas_allow(document: dict[str, Any]) -> None:
    found = list(examples(document))
    for schema, value in found:
        schemas = {"components": {"schemas": documented.schemas_needed(document, schema)}}
        assert jsonschema_rs.is_valid({**schema, **schemas}, value), value
    assert found


@documents
def test_every_success_in_json_and_every_request_that_has_to_say_something_has_an_example(
    document: dict[str, Any],
) -> None:
    for path, _, operation in operations(document):
        parts = [response for status, response in operation["responses"].items() if status.startswith("2")]
        never_succeeds = operation["operationId"] in NEVER_SUCCEED
        assert bool(parts) != never_succeeds, path
        if never_succeeds:
            parts.append(operation["responses"]["400"])
        if operation.get("requestBody", {}).get("required"):
            parts.append(operation["requestBody"])
        for part in parts:
            for media_type, content in part.get("content", {}).items():
                assert content.get("examples") or media_type.endswith(("html", "xml")), (path, media_type)


def examples(node: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """Every example with its schema, wherever in a document one stands beside the other."""
    if isinstance(node, list):
        for item in node:
            yield from examples(item)
    elif isinstance(node, dict):
        if "schema" in node and "examples" in node:
            yield from ((node["schema"], example["value"]) for example in node["examples"].values())
        if "schema" in node and "example" in node:
            yield node["schema"], node["example"]
        for item in node.values():
            yield from examples(item)


@pytest.mark.parametrize(
    ("answer", "is_valid"),
    [
        ({}, False),
        ({"sessionToken": "t"}, False),
        ({"loginStatus": "SUCCESS"}, False),
        ({"loginStatus": "NONSENSE"}, False),
        ({"sessionToken": "t", "loginStatus": "SUCCESS"}, True),
        ({"loginStatus": "INVALID_USERNAME_OR_PASSWORD"}, True),
        ({"sessionToken": "t", "loginStatus": "SUSPENDED"}, False),
    ],
)
def test_the_answer_to_a_certificate_login_has_a_status_and_if_it_succeeds_a_session(
    answer: dict[str, str], is_valid: bool
) -> None:
    schema = documented.document("betfair-identity.yaml")["components"]["schemas"]["CertificateLoginAnswer"]
    assert jsonschema_rs.is_valid(schema, answer) == is_valid


@pytest.mark.parametrize("operation", ["login", "certlogin"])
def test_a_login_demands_an_app_key(operation: str) -> None:
    document = documented.document("betfair-identity.yaml")
    parameters = document["paths"][f"/api/{operation}"]["post"]["parameters"]
    (reference,) = (parameter["$ref"] for parameter in parameters)
    header = document["components"]["parameters"][reference.rpartition("/")[2]]
    assert ("X-Application", "header", True) == (header["name"], header["in"], header["required"])


@documents
def test_links_lead_to_operations(document: dict[str, Any]) -> None:
    ids = {operation["operationId"] for _, _, operation in operations(document)}
    for path, _, operation in operations(document):
        for response in operation["responses"].values():
            assert {link["operationId"] for link in response.get("links", {}).values()} <= ids, path
