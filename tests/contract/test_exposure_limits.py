"""The operations on exposure limits read their parameters and are denied to everybody: a permission is missing."""

from typing import Any

import pytest

from tests.contract.bettor import JSON_RPC, REST, Bettor
from tests.in_process import Client

GROUP: dict[str, Any] = {"type": "EVENT", "id": {"eventId": 100}}
LIMIT: dict[str, Any] = {"matched": 10.0, "total": 20.0, "limitBreachAction": {"actionType": "REJECT_BETS"}}
OPERATIONS: dict[str, dict[str, Any]] = {
    "setDefaultExposureLimitForMarketGroups": {"marketGroupType": "EVENT", "limit": LIMIT},
    "setExposureLimitForMarketGroup": {"marketGroup": GROUP, "limit": LIMIT},
    "removeDefaultExposureLimitForMarketGroups": {"marketGroupType": "EVENT"},
    "removeExposureLimitForMarketGroup": {"marketGroup": GROUP},
    "listExposureLimitsForMarketGroups": {"marketGroupTypeFilter": "EVENT", "marketGroupFilter": [GROUP]},
    "unblockMarketGroup": {"marketGroup": GROUP},
    "getExposureReuseEnabledEvents": {},
    "addExposureReuseEnabledEvents": {"eventIds": [100]},
    "removeExposureReuseEnabledEvents": {"eventIds": [100]},
}
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("setDefaultExposureLimitForMarketGroups", {"limit": LIMIT}, "DSC-0018"),
    ("setDefaultExposureLimitForMarketGroups", {"marketGroupType": "SPORT", "limit": LIMIT}, "DSC-0009"),
    ("setExposureLimitForMarketGroup", {"marketGroup": GROUP, "limit": {"matched": "much"}}, "DSC-0009"),
    (
        "setExposureLimitForMarketGroup",
        {"marketGroup": GROUP, "limit": {"limitBreachAction": {"actionType": "PANIC"}}},
        "DSC-0009",
    ),
    ("setExposureLimitForMarketGroup", {"marketGroup": GROUP, "limit": {"limitBreachAction": {}}}, "DSC-0018"),
    ("removeDefaultExposureLimitForMarketGroups", {}, "DSC-0018"),
    ("removeExposureLimitForMarketGroup", {"marketGroup": {"type": "EVENT"}}, "DSC-0018"),
    ("listExposureLimitsForMarketGroups", {"marketGroupFilter": [{"id": {"eventId": 100}}]}, "DSC-0018"),
    ("unblockMarketGroup", {"marketGroup": {"type": "EVENT", "id": {"eventId": "x"}}}, "DSC-0009"),
    ("addExposureReuseEnabledEvents", {"eventIds": [2**63]}, "DSC-0009"),
    ("removeExposureReuseEnabledEvents", {}, "DSC-0018"),
]


@pytest.mark.parametrize(("operation", "params"), OPERATIONS.items())
def test_access_is_denied_over_both_transports(alice: Bettor, client: Client, operation: str, params: Any) -> None:
    call = {"jsonrpc": "2.0", "method": f"SportsAPING/v1.0/{operation}", "params": params, "id": 1}

    over_rpc = client.post(JSON_RPC, json=call, headers=alice.headers).json()["error"]
    over_rest = client.post(f"{REST}/{operation}/", json=params, headers=alice.headers)

    assert ("ANGX-0015", "ACCESS_DENIED") == (over_rpc["message"], over_rpc["data"]["APINGException"]["errorCode"])
    assert (400, "ANGX-0015") == (over_rest.status_code, over_rest.json()["faultstring"])


@pytest.mark.parametrize(("operation", "params", "fault"), WRONG)
def test_parameters_are_read_before_access_is_denied(
    alice: Bettor, client: Client, operation: str, params: Any, fault: str
) -> None:
    answer = client.post(f"{REST}/{operation}/", json=params, headers=alice.headers)

    assert (400, fault) == (answer.status_code, answer.json()["faultstring"])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_stranger_is_not_even_denied_access(client: Client, operation: str) -> None:
    answer = client.post(f"{REST}/{operation}/", json=OPERATIONS[operation])

    assert (400, "ANGX-0004") == (answer.status_code, answer.json()["faultstring"])
