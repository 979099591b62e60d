"""A server in the process of the tests, and for each of them a world in which things go wrong, with a client in it."""

from collections.abc import Iterator

import pytest
from betfairlightweight import APIClient

from simulator.testing import Server, World, serve
from simulator.testing.clients import betfairlightweight_client
from tests.clients.fair import FAIR


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(FAIR, stream=False) as server:
        yield server


@pytest.fixture
def world(server: Server) -> Iterator[World]:
    world = server.new_world(FAIR)
    yield world
    world.close()


@pytest.fixture
def client(server: Server, world: World) -> Iterator[APIClient]:
    with betfairlightweight_client(server, world) as client:
        yield client
