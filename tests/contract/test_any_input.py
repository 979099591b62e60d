"""Random bytes and random JSON, on every path: never a failure, and what is not accepted changes nothing."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import inspect

from tests.contract.bad_input import (
    EVERY_PATH,
    OPERATIONS,
    Request,
    Siege,
    changed,
    example_of,
    json_rpc,
    places_in,
    rest,
)
from tests.contract.bettor import MATCH

JSON = ((b"content-type", b"application/json"),)

pytestmark = pytest.mark.usefixtures("nothing_is_logged")

NAMES = sorted(
    {
        str(step)
        for _, operation in OPERATIONS
        for place in places_in(inspect.type_info(operation.request))
        for step in place.steps
    }
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(["LIMIT", "BACK", "LAY", "FILL_OR_KILL", "SETTLED", "ALL", "BET", MATCH, "1.901", "442000000001"])
)
ANY_JSON = st.recursive(
    LEAVES,
    lambda children: (
        st.lists(children, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES) | st.text(st.characters(exclude_categories=["Cs"])), children, max_size=6
        )
    ),
    max_leaves=15,
)


@st.composite
def calls(draw: st.DrawFn) -> Request:
    """Return an operation whose parameters are anything, or an example of which one value is."""
    service, operation = draw(st.sampled_from(OPERATIONS))
    info = inspect.type_info(operation.request)
    if draw(st.booleans()):
        params = draw(ANY_JSON)
    else:
        place = draw(st.sampled_from(list(places_in(info))))
        params = changed(example_of(info), place.steps, draw(ANY_JSON))
    return (json_rpc if draw(st.booleans()) else rest)(service, operation, params)


def posts(body: st.SearchStrategy[bytes]) -> st.SearchStrategy[Request]:
    """Return requests for any path; a document that says nothing would be one that our own API obeys."""
    return st.builds(
        lambda path, method, content: Request(method, path, content + b"{", JSON),
        st.sampled_from(EVERY_PATH),
        st.sampled_from(["GET", "POST", "PUT"]),
        body,
    )


ANYTHING = st.one_of(
    calls(), calls(), posts(st.binary(max_size=200)), posts(ANY_JSON.map(lambda it: json.dumps(it).encode()))
)
SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@SHARED
@given(request=ANYTHING)
def test_anything_is_answered(siege: Siege, request: Request) -> None:
    """Random bytes and random JSON; what does not say that it was accepted changes nothing."""
    siege.accepts(request)


@pytest.mark.deep
@settings(SHARED, max_examples=20_000)
@given(request=ANYTHING)
def test_anything_is_answered_for_a_long_time(siege: Siege, request: Request) -> None:
    """The same with patience."""
    siege.accepts(request)
