"""One server for all tests of real clients, and a world of its own for each of them."""

from collections.abc import Iterator

import httpx
import pytest
from betfairlightweight import APIClient

from tests.clients.fair import FAIR
from tests.clients.library import ServedWorld, client_for, world_of
from tests.serving import PATIENCE_SECONDS, Served, serving


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    """A server whose default world is the demo, as whoever follows the README starts it."""
    with serving() as served:
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
