"""Whatever an operation is asked: never a status of 500 or more, never a traceback, never a change of state.

The operations are all that are served, taken from the tables they are served by, over both transports. What each
dialect says of bad input is told by its own tests; here all of it goes everywhere.
"""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from msgspec import inspect

from simulator.betfair.operations import Operation, Service
from simulator.betfair.services import HEARTBEAT, SERVICES
from tests.contract.bad_input import (
    EVERY_PATH,
    JSON_RPC_PATHS,
    OPERATIONS,
    Place,
    Request,
    Siege,
    cannot_be,
    changed,
    example_of,
    json_rpc,
    places_in,
    requests_of,
    rest,
)
from tests.contract.bad_values import HUGE_NUMBERS, IN_A_TEXT, NOT_JSON, VALUES
from tests.contract.bettor import MATCH

JSON = ((b"content-type", b"application/json"),)

pytestmark = pytest.mark.usefixtures("nothing_is_logged")

every_operation = pytest.mark.parametrize(("service", "operation"), OPERATIONS, ids=lambda each: each.name)


# Values of another kind


def walked(operation: Operation) -> list[Place]:
    """Return the places of an operation that are walked every time.

    The inside of a market filter is the same in all operations that have one, so it is walked in one of them.
    """
    places = places_in(inspect.type_info(operation.request))
    if operation.name == "listMarketCatalogue":
        return list(places)
    return [place for place in places if place.steps[:1] != ("filter",) or len(place.steps) == 1]


def refuses_wrong_kinds(siege: Siege, service: Service, operation: Operation, places: Iterable[Place]) -> None:
    """Hold an operation to refusing, over both transports, every value that cannot be read as what it should be."""
    example = example_of(inspect.type_info(operation.request))
    with siege.nothing_changes():
        for place in places:
            # Over REST what is no object at all is as good as no JSON.
            fault = "DSC-0009" if place.steps else "DSC-0008"
            expected = {"faultcode": "Client", "faultstring": fault, "detail": {}}
            for value in (value for value in VALUES if cannot_be(place.kind, value)):
                if not place.steps and isinstance(value, list):
                    # Parameters may be an array: in the order of the interface definition.
                    continue
                params = changed(example, place.steps, value)
                over_json_rpc, over_rest = siege.send(*requests_of(service, operation, params, siege))

                where = (operation.name, place, value)
                assert 200 == over_json_rpc.status, where
                assert {"code": -32602, "message": "DSC-0018"} == over_json_rpc.content["error"], where
                assert (400, expected) == (over_rest.status, over_rest.content), where


def understands_or_refuses(siege: Siege, service: Service, operation: Operation, places: Iterable[Place]) -> None:
    """Hold an operation to changing nothing unless it accepts a value that may be right or wrong."""
    example = example_of(inspect.type_info(operation.request))
    for place in places:
        good = [changed(example, place.steps, value) for value in VALUES if not cannot_be(place.kind, value)]
        siege.accepts_or_ignores(
            *(request for params in good for request in requests_of(service, operation, params, siege))
        )


@every_operation
def test_a_value_of_the_wrong_kind_is_invalid_wherever_it_stands(
    siege: Siege, service: Service, operation: Operation
) -> None:
    """In every field of every operation."""
    refuses_wrong_kinds(siege, service, operation, walked(operation))


@every_operation
def test_any_value_is_understood_or_refused(siege: Siege, service: Service, operation: Operation) -> None:
    """In every field of every operation."""
    understands_or_refuses(siege, service, operation, walked(operation))


@pytest.mark.deep
@every_operation
def test_so_it_is_inside_every_filter(siege: Siege, service: Service, operation: Operation) -> None:
    """Both walks, without leaving anything out."""
    places = list(places_in(inspect.type_info(operation.request)))

    refuses_wrong_kinds(siege, service, operation, places)
    understands_or_refuses(siege, service, operation, places)


@every_operation
def test_what_is_mandatory_is_missed(siege: Siege, service: Service, operation: Operation) -> None:
    """Every mandatory field of every operation, null at any depth."""
    info = inspect.type_info(operation.request)
    example = example_of(info)

    with siege.nothing_changes():
        for place in places_in(info):
            if not place.required or not place.steps:
                continue
            params = changed(example, place.steps, None)
            over_json_rpc, over_rest = siege.send(*requests_of(service, operation, params, siege))

            assert -32602 == over_json_rpc.content["error"]["code"], place
            assert (400, "DSC-0018") == (over_rest.status, over_rest.content["faultstring"]), place


SIZES = [0, -1, -0.01, "-2", 2.005, "2.001", 1e-9, 1e15, 1e308]


@pytest.mark.parametrize("size", SIZES)
def test_a_size_that_is_none_is_an_invalid_bet_size(siege: Siege, size: object) -> None:
    """Zero, negative, finer than a penny, beyond all measure: over both transports, and nothing is placed."""
    order = {"selectionId": 1, "side": "BACK", "orderType": "LIMIT", "limitOrder": {"price": 2, "size": size}}
    params = {"marketId": MATCH, "instructions": [order]}
    service, operation = next(pair for pair in OPERATIONS if pair[1].name == "placeOrders")

    with siege.nothing_changes():
        over_json_rpc, over_rest = siege.send(*requests_of(service, operation, params, siege))

    for report in (over_json_rpc.content["result"], over_rest.content):
        assert ("FAILURE", "BET_ACTION_ERROR") == (report["status"], report["errorCode"])
        assert ["INVALID_BET_SIZE"] == [each["errorCode"] for each in report["instructionReports"]]


# What is not JSON


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json_is_a_parse_error(siege: Siege, name: str) -> None:
    """Over JSON-RPC as a body and as the parameters of every operation; over REST as the body of every operation."""
    body = NOT_JSON[name]
    with siege.nothing_changes():
        for service, path in JSON_RPC_PATHS.items():
            (answer,) = siege.send(Request("POST", path, body))
            assert 400 == answer.status, (service, answer)
            assert answer.content["error"]["code"] in (-32700, -32600)
            assert "id" not in answer.content
        for service, operation in OPERATIONS:
            over_json_rpc, over_rest = siege.send(json_rpc(service, operation, body), rest(service, operation, body))
            fields = operation.request.__struct_fields__
            if name in IN_A_TEXT and "marketId" not in fields:
                # A name that nobody declared is skipped, and so is its value.
                continue
            if name != "empty":
                assert (400, -32700) == (over_json_rpc.status, over_json_rpc.content["error"]["code"]), operation.name
            if name != "empty" or fields:
                assert (400, "DSC-0008") == (over_rest.status, over_rest.content["faultstring"]), operation.name


@pytest.mark.parametrize("name", HUGE_NUMBERS)
def test_no_number_is_too_large_to_be_refused(siege: Siege, name: str) -> None:
    """In every field of every operation that is not inside another.

    Of heartbeats, some are cut to one of 0 seconds. A tiny number can be the reference of a cancellation, and an
    application can be called so.
    """

    def send(operations: Iterable[tuple[Service, Operation]]) -> None:
        for service, operation in operations:
            for field in [*operation.request.__struct_fields__, "unheardOf"]:
                if (operation.name, field) in (("cancelOrders", "customerRef"), ("createDeveloperAppKeys", "appName")):
                    continue
                params = HUGE_NUMBERS[name] % field.removesuffix("_").encode()
                siege.send(*requests_of(service, operation, params, siege))

    send((HEARTBEAT, operation) for operation in HEARTBEAT.operations.values())
    reference = HUGE_NUMBERS[name] % b"customerRef"
    for service, operation in OPERATIONS:
        if operation.name == "cancelOrders":
            siege.send(*requests_of(service, operation, reference, siege))
        if operation.name == "createDeveloperAppKeys":
            siege.send(*requests_of(service, operation, HUGE_NUMBERS[name] % b"appName", siege))
    with siege.nothing_changes():
        send(pair for pair in OPERATIONS if pair[0] is not HEARTBEAT)


@pytest.mark.parametrize("name", NOT_JSON)
def test_an_id_must_be_json_too(siege: Siege, name: str) -> None:
    """What comes back as it was must not be what nobody can read."""
    body = b'{"method":"SportsAPING/v1.0/listEvents","params":{"filter":{}},"id":%b}' % NOT_JSON[name]

    (answer,) = siege.send(Request("POST", JSON_RPC_PATHS["betting"], body))

    assert 400 == answer.status
    assert "id" not in answer.content


@every_operation
def test_of_a_key_that_comes_twice_the_last_counts(siege: Siege, service: Service, operation: Operation) -> None:
    """For Betfair's own framework an object is a map: nothing is wrong with it."""
    fields = [name.removesuffix("_") for name in operation.request.__struct_fields__]
    example = json.dumps(example_of(inspect.type_info(operation.request)))
    twice = "{" + ",".join([*(f'"{field}":[[{{}}]]' for field in fields), example[1:-1]]) + "}" if fields else "{}"

    once, again = siege.send(
        *(requests_of(service, operation, params.encode(), siege)[1] for params in (example, twice))
    )

    assert (once.status, _without_uuid(once.content)) == (again.status, _without_uuid(again.content))


def _without_uuid(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: _without_uuid(member) for name, member in content.items() if name != "requestUUID"}
    return content


# Batches


def test_a_batch_of_five_thousand_calls_is_answered(siege: Siege) -> None:
    """Calls of every kind, most of them wrong; each gets an answer."""
    for service in SERVICES:
        names = [*service.operations, "nothing"]
        calls = [
            {
                "method": f"{service.interface}/v1.0/{names[number % len(names)]}",
                "params": {"betId": number},
                "id": number,
            }
            for number in range(5_000)
        ]
        with siege.nothing_changes():
            (answer,) = siege.send(
                Request("POST", JSON_RPC_PATHS[service.name], json.dumps(calls).encode(), siege.idle)
            )

        assert list(range(5_000)) == [each["id"] for each in answer.content]


CALLS = json.dumps([{"method": "SportsAPING/v1.0/nothing", "id": number} for number in range(5_000)]).encode()
FIELDS = b"&".join(b"field%d=%d" % (number, number) for number in range(5_000))


@pytest.mark.parametrize("path", EVERY_PATH)
def test_five_thousand_of_anything_are_refused(siege: Siege, path: str) -> None:
    """A list of calls where a single one is wanted, a list where a document is, a form of as many fields."""
    with siege.nothing_changes():
        siege.send(
            *(Request("POST", path, body, JSON) for body in (CALLS, b"[" + b"[]," * 4_999 + b"[]]", FIELDS)),
            Request("POST", path, FIELDS, ((b"content-type", b"application/x-www-form-urlencoded"),)),
        )
