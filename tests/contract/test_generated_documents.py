"""The documents in `specs` say what is served, neither more nor less, and nothing that the code does not say too."""

import re
from inspect import getmembers, isclass
from typing import Any

import httpx
import msgspec
import pytest

from simulator.betfair.dispatch import Dispatcher, FaceSettings, encode_json
from simulator.betfair.errors import ApiError, Fault, ProtocolError
from simulator.betfair.identity import identity_endpoints
from simulator.betfair.json_rpc import error_member
from simulator.betfair.operations import Service
from simulator.betfair.rest import fault_response
from simulator.betfair.services import SERVICES
from simulator.bettune import face as bettune
from simulator.bettune import schema as bettune_schema
from simulator.bettune.errors import Error
from simulator.control.problems import Problem
from simulator.control.routes import control_routes
from simulator.control.worlds import Addresses
from simulator.data import specification_bytes, specification_names
from simulator.http import JSON
from simulator.specifications.control_schemas import CLOSED_LISTS
from simulator.specifications.documents import generated_documents
from simulator.world.worlds import Worlds
from tests.documented import check, document
from tests.in_process import Client, client_of_shipped

GENERATED = sorted({*specification_names()} - {"bettune.yaml"})
"""BetTune's is written by hand."""


def test_every_document_but_that_of_bettune_is_what_the_code_would_write() -> None:
    """Where this fails, run `python -m simulator.specifications`."""
    written = generated_documents()

    assert sorted(written) == GENERATED
    for name, text in written.items():
        assert text.encode() == specification_bytes(name), name


def paths_of(name: str) -> set[str]:
    return set(document(name)["paths"])


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_operation_of_a_service_has_its_rest_path_and_all_share_one(service: Service) -> None:
    names = {"betting": "betting", "account": "accounts", "heartbeat": "heartbeat", "scores": "scores"}
    root = f"/exchange/{service.name}"
    served = {f"{root}/rest/v1.0/{operation}/" for operation in service.operations}
    assert served | {f"{root}/json-rpc/v1"} == paths_of(f"betfair-{names[service.name]}.yaml")


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_status_of_every_error_is_documented_with_the_body_that_rest_writes(service: Service) -> None:
    errors: list[ApiError | ProtocolError] = [ProtocolError(fault, "a test") for fault in Fault]
    errors += [ApiError(code, "why not") for code in service.exception.numbers]
    for operation in service.operations:
        for error in errors:
            response = fault_response(error, service.exception, "prod-1", JSON)
            check(operation, response.status, {b"content-type": response.content_type}, response.body)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_json_rpc_writes_every_error_as_documented(service: Service) -> None:
    errors: list[ApiError | ProtocolError] = [ProtocolError(fault, "a test") for fault in Fault]
    errors += [ApiError(code, "why not") for code in service.exception.numbers]
    for error in errors:
        answer = {"jsonrpc": "2.0", "error": error_member(error, service.exception, "prod-1"), "id": 1}
        check(f"{service.name}JsonRpc", 200, {b"content-type": JSON}, encode_json(answer))


def test_every_path_of_the_control_api_is_there() -> None:
    served = {re.sub(r":\w+", "", route.path) for route in control_routes(Worlds(), Addresses("http://betsim"), 0)}
    assert served | {"/health"} == paths_of("control.yaml")


def test_every_path_of_the_identity_service_is_there() -> None:
    served = {path for path in identity_endpoints(Dispatcher(Worlds(), FaceSettings())) if not path.endswith("/")}
    assert served == paths_of("betfair-identity.yaml")


# BetTune's is written by hand, from its documentation

BETTUNE = document("bettune.yaml")


def test_every_operation_of_bettune_is_there() -> None:
    served = {bettune.ROOT + path: {method.lower() for method in methods} for path, methods in bettune.PATHS.items()}
    assert served == {path: set(item) - {"parameters"} for path, item in BETTUNE["paths"].items()}


@pytest.mark.parametrize("operation", ["GET", "POST", "PUT", "DELETE"])
def test_bettune_refuses_by_plan_where_its_document_says_so(operation: str) -> None:
    for path, methods in bettune.PATHS.items():
        if operation in methods:
            documented = "403" in BETTUNE["paths"][bettune.ROOT + path][operation.lower()]["responses"]
            assert methods[operation].needs_pro == documented, path


def test_bettune_refuses_with_the_codes_that_its_document_lists() -> None:
    codes = BETTUNE["components"]["schemas"]["ErrorResponse"]["properties"]["code"]["enum"]
    assert codes == [error.value.code for error in Error]


# The closed lists of our own API


def schema_of(name: str) -> Any:
    return document("control.yaml")["components"]["schemas"][name]


@pytest.mark.parametrize("struct", CLOSED_LISTS)
def test_every_closed_list_of_the_control_api_is_in_its_document(struct: str) -> None:
    for name, values in CLOSED_LISTS[struct].items():
        member = schema_of(struct)["properties"][name]
        assert sorted(values) == (member["anyOf"][0] if "anyOf" in member else member)["enum"]


def test_a_problem_has_one_of_the_types_and_statuses_of_the_tree() -> None:
    properties = schema_of("ProblemDocument")["properties"]
    assert properties["type"]["enum"] == sorted(f"urn:betsim:problem:{kind.kind}" for kind in Problem.__subclasses__())
    assert {kind.status for kind in Problem.__subclasses__()} == set(properties["status"]["enum"])


@pytest.mark.parametrize("operation", ["put", "get /sports", "get /matches", "get /prediction-filters", "post"])
def test_bettune_answers_as_in_the_examples_of_its_document(operation: str) -> None:
    """In a world in which the prediction of the document's example has been put."""
    method, _, ending = operation.partition(" ")
    (path,) = (path for path, item in BETTUNE["paths"].items() if method in item and path.endswith(ending))
    with client_of_shipped("bettune") as client:
        put_prediction = next(path for path, item in BETTUNE["paths"].items() if "put" in item)
        answer = asked_as_in_the_example(client, "put", put_prediction)
        if method != "put":
            answer = asked_as_in_the_example(client, method, path)

    content = BETTUNE["paths"][path][method]["responses"]["200"]["content"]["application/json"]
    assert [answer.json()] == [example["value"] for example in content["examples"].values()]


def asked_as_in_the_example(client: Client, method: str, path: str) -> httpx.Response:
    item = BETTUNE["paths"][path]
    parameters = [*item.get("parameters", ()), *item[method].get("parameters", ())]
    in_path, in_query = (
        {one["name"]: one["example"] for one in parameters if one["in"] == place} for place in ("path", "query")
    )
    content = item[method].get("requestBody", {"content": {"application/json": {"examples": {}}}})["content"]
    bodies = [example["value"] for example in content["application/json"]["examples"].values()]
    headers = {"Authorization": "Bearer alice-bettune-token"}
    body = {"json": bodies[0]} if bodies else {}
    return client.request(method.upper(), path.format(**in_path), params=in_query, headers=headers, **body)


def test_bettune_answers_with_the_members_that_its_document_lists() -> None:
    structs = [kind for _, kind in getmembers(bettune_schema, isclass) if kind.__module__ == bettune_schema.__name__]
    for struct in structs:
        described = BETTUNE["components"]["schemas"][struct.__name__]
        members = [field.encode_name for field in msgspec.structs.fields(struct)]
        assert members == list(described["properties"]), struct
        assert set(members) == set(described["required"]), struct
    assert len(structs) >= 9
