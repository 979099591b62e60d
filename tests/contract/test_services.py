"""Every operation that is served takes and answers what its interface says."""

from collections.abc import Awaitable
from typing import Any, get_type_hints

import pytest

from simulator.betfair.operations import Operation
from simulator.betfair.schema import account_aping, heartbeat_aping, scores_aping, sports_aping
from simulator.betfair.schema.types import Signature
from simulator.betfair.services import ACCOUNT, BETTING, HEARTBEAT, SCORES, SERVICES

TABLES = (
    (BETTING, sports_aping.OPERATIONS),
    (ACCOUNT, account_aping.OPERATIONS),
    (HEARTBEAT, heartbeat_aping.OPERATIONS),
    (SCORES, scores_aping.OPERATIONS),
)
SERVED = [
    pytest.param(operation, table[operation.name], id=operation.name)
    for service, table in TABLES
    for operation in service.operations.values()
    if not operation.never_succeeds
]


def test_no_service_is_left_out_here() -> None:
    assert SERVICES == tuple(service for service, _ in TABLES)


def test_the_betting_service_is_complete() -> None:
    assert sports_aping.OPERATIONS.keys() == BETTING.operations.keys()


def test_the_heartbeat_service_is_complete() -> None:
    assert heartbeat_aping.OPERATIONS.keys() == HEARTBEAT.operations.keys()


@pytest.mark.parametrize(("operation", "signature"), SERVED)
def test_a_function_takes_and_answers_what_its_operation_says(operation: Operation, signature: Signature) -> None:
    hints = get_type_hints(operation.function)
    expected: Any = signature.result
    if operation.waits:
        expected = signature.result | Awaitable[signature.result]

    assert signature.request is operation.request
    assert (signature.request,) == hints["call"].__args__
    assert expected == hints["return"]
