"""One server for all tests of real clients, and a world of its own for each of them."""

import json
from collections.abc import Iterator

import httpx
import pytest
from betfairlightweight import APIClient

from tests.clients.fair import FAIR
from tests.clients.library import ServedWorld, client_for, world_of
from tests.clients.streams import lead_streams_to, logged_in
from tests.serving import PATIENCE_SECONDS, WITH_TLS, Served, let_read_documents, serving


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A server whose default world is the demo, as whoever follows the README starts it."""
    with serving() as served:
        let_read_documents(served)
        yield served


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    """What speaks to the control API; one for all, because each would read all certificates of the system anew."""
    with httpx.Client(timeout=PATIENCE_SECONDS) as http:
        yield http


@pytest.fixture
def world(served: Served, http: httpx.Client) -> Iterator[ServedWorld]:
    with world_of(served, http, FAIR) as world:
        yield world


@pytest.fixture
def alice(world: ServedWorld) -> Iterator[APIClient]:
    """A customer who is logged in."""
    with client_for(world.served, world.accounts[0]) as client:
        client.login_interactive()
        yield client


@pytest.fixture
def dora(world: ServedWorld) -> Iterator[APIClient]:
    """A customer with an account in Australian dollars, of which a pound is two, who is logged in."""
    with client_for(world.served, world.accounts[2]) as client:
        client.login_interactive()
        yield client


@pytest.fixture
def bob(world: ServedWorld) -> Iterator[APIClient]:
    """Another customer who is logged in."""
    with client_for(world.served, world.accounts[1]) as client:
        client.login_interactive()
        yield client


@pytest.fixture(scope="session")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that speaks TLS, as the library's streams want it."""
    scenario = tmp_path_factory.mktemp("stream") / "fair.json"
    scenario.write_text(json.dumps(FAIR))
    with serving("--scenario", str(scenario), *WITH_TLS) as served:
        let_read_documents(served)
        yield served


@pytest.fixture
def secure_world(secure: Served, http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> ServedWorld:
    """Its default world as it begins, with the library's streams led to it."""
    lead_streams_to(secure, monkeypatch)
    world = ServedWorld(secure, http, secure.world())
    world.control("reset")
    return world


@pytest.fixture
def secure_alice(secure_world: ServedWorld) -> Iterator[APIClient]:
    yield from logged_in(secure_world, 0)


@pytest.fixture
def secure_bob(secure_world: ServedWorld) -> Iterator[APIClient]:
    yield from logged_in(secure_world, 1)
