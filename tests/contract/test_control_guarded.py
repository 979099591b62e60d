"""Every address of the control API is guarded: by token, by Origin, by Host, and by how much is read."""

from collections.abc import Iterator

import pytest
from starlette.routing import Route

from simulator.control.resources import Resource
from simulator.control.routes import control_routes
from simulator.control.worlds import Addresses
from simulator.world.format.document import MAXIMUM_BYTES
from simulator.world.worlds import Worlds
from tests.contract.control_world import DERBY, problem_of
from tests.in_process import URL, Client, client_of

TOKEN = "a-token-of-the-test"
FILLED = {
    "event": "100",
    "world": "default",
    "market": "1.1",
    "selection": "1",
    "match": "1",
    "username": "alice",
    "key": "alice-live",
    "user": "alice-bettune",
    "filter": "1",
    "name": "kept",
}
"""What stands in the place of the parameters of addresses."""


def routes() -> Iterator[tuple[str, str]]:
    """Every method of every address, from the table by which the application itself goes."""
    for route in control_routes(Worlds(), Addresses(URL), 0):
        assert isinstance(route, Route)
        resource = route.app
        assert isinstance(resource, Resource)
        path = route.path_format.format(**FILLED)
        yield from ((method, path) for method in resource._handlers)


ADDRESSES = sorted(set(routes()))
READING = [(method, path) for method, path in ADDRESSES if method in ("POST", "PUT")]


@pytest.fixture(scope="module")
def open_to_all() -> Iterator[Client]:
    with client_of(DERBY) as client:
        yield client


@pytest.fixture(scope="module")
def closed() -> Iterator[Client]:
    with client_of(DERBY, control_token=TOKEN) as client:
        yield client


def test_the_table_has_all_that_is_known_of_the_control_api() -> None:
    paths = {path for _, path in ADDRESSES}

    assert len(paths) > 40
    assert all(path.startswith("/control/v1/") for path in paths)
    assert "/control/v1/worlds/default/scenario" in paths


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_without_the_token_nobody_is_let_in(closed: Client, method: str, path: str) -> None:
    for wrong in (None, "", "Bearer", "Bearer wrong", f"bearer {TOKEN}", f"Basic {TOKEN}", TOKEN):
        refusal = closed.request(method, path, headers={} if wrong is None else {"authorization": wrong})

        assert refusal.status_code == 401, wrong
        assert refusal.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_no_page_of_another_site_is_let_in_even_with_the_token(closed: Client, method: str, path: str) -> None:
    for headers in ({"origin": "http://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        refusal = closed.request(method, path, headers={"authorization": f"Bearer {TOKEN}", **headers})

        assert refusal.status_code == 403, headers


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_without_a_token_no_other_host_is_answered(open_to_all: Client, method: str, path: str) -> None:
    for host in ("evil.example", "127.0.0.1.evil.example", "10.0.0.1:8000"):
        assert open_to_all.request(method, path, headers={"host": host}).status_code == 403, host


@pytest.mark.parametrize(("method", "path"), READING)
def test_no_document_is_read_beyond_its_bound(open_to_all: Client, method: str, path: str) -> None:
    """Snapshots are larger than all else that is sent, and have a bound of their own."""
    if path.endswith("/restore") or path == "/control/v1/worlds":
        pytest.skip("a snapshot may be sent here")
    refusal = open_to_all.request(
        method, path, content=b" " * (MAXIMUM_BYTES + 1), headers={"content-type": "application/json"}
    )

    assert refusal.status_code in (404, 413), refusal.text
    if refusal.status_code == 404:
        # What the address names is not there, which is said before anything is read.
        assert problem_of(refusal)["type"].startswith("urn:betsim:problem:unknown-")
