"""The operations on exposure limits and on the reuse of exposure, which need a permission that no account here has.

They are for accounts to which the exchange has granted it: everybody else gets ACCESS_DENIED ("The access to this
functionality is not allowed", `SportsAPING.xml`). Parameters are read first, as those of every operation.
"""

from typing import Any, Final, Never

from simulator.betfair.errors import ApiError, ApiErrorCode
from simulator.betfair.operations import Call, Operation
from simulator.betfair.schema.sports_aping import (
    AddExposureReuseEnabledEventsRequest,
    GetExposureReuseEnabledEventsRequest,
    ListExposureLimitsForMarketGroupsRequest,
    RemoveDefaultExposureLimitForMarketGroupsRequest,
    RemoveExposureLimitForMarketGroupRequest,
    RemoveExposureReuseEnabledEventsRequest,
    SetDefaultExposureLimitForMarketGroupsRequest,
    SetExposureLimitForMarketGroupRequest,
    UnblockMarketGroupRequest,
)


def deny_access(call: Call[Any]) -> Never:
    """Raise ACCESS_DENIED: the account may not use this."""
    raise ApiError(
        ApiErrorCode.ACCESS_DENIED,
        "The access to this functionality is not allowed",
        explanation=f"no account has the permission, and neither has {call.account.username!r}",
    )


EXPOSURE_LIMITS: Final = (
    Operation("setDefaultExposureLimitForMarketGroups", SetDefaultExposureLimitForMarketGroupsRequest, deny_access),
    Operation("setExposureLimitForMarketGroup", SetExposureLimitForMarketGroupRequest, deny_access),
    Operation(
        "removeDefaultExposureLimitForMarketGroups", RemoveDefaultExposureLimitForMarketGroupsRequest, deny_access
    ),
    Operation("removeExposureLimitForMarketGroup", RemoveExposureLimitForMarketGroupRequest, deny_access),
    Operation("listExposureLimitsForMarketGroups", ListExposureLimitsForMarketGroupsRequest, deny_access),
    Operation("unblockMarketGroup", UnblockMarketGroupRequest, deny_access),
    Operation("getExposureReuseEnabledEvents", GetExposureReuseEnabledEventsRequest, deny_access),
    Operation("addExposureReuseEnabledEvents", AddExposureReuseEnabledEventsRequest, deny_access),
    Operation("removeExposureReuseEnabledEvents", RemoveExposureReuseEnabledEventsRequest, deny_access),
)
"""In the order of the interface definition."""
