"""A running world is read as a scenario, from which another one is made."""

from collections.abc import Iterator

import pytest

from simulator.world.loading import bounds
from tests.contract.control_world import DERBY, MARKET, WORLD, problem_of
from tests.in_process import Client, client_of


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(DERBY) as client:
        yield client


def test_a_world_is_answered_in_yaml_and_another_one_begins_with_it(client: Client) -> None:
    client.post(f"{MARKET}/turn-in-play")
    client.post(f"{MARKET}/offers", json={"selectionId": 2, "availableToLay": [[3.5, 12.34]]})
    client.post(f"{WORLD}/clock", json={"advance": "PT1M"})

    read = client.get(f"{WORLD}/scenario")

    assert (read.status_code, read.headers["content-type"]) == (200, "application/yaml")
    assert read.text.startswith("# The world default at 2026-06-06T17:56:00.000Z, as a scenario.")
    made = client.post("/control/v1/worlds", content=read.content, headers={"Content-Type": "application/yaml"})
    assert made.status_code == 201
    world = f"/control/v1/worlds/{made.json()['id']}"
    assert made.json()["now"] == "2026-06-06T17:56:00.000Z"
    state = client.post(f"{world}/markets/1.1/suspend").json()
    assert (state["status"], state["inPlay"]) == ("SUSPENDED", True)
    lines = [line for line in read.text.splitlines() if not line.startswith("#")]
    assert "- [3.5, 12.34]" in [line.strip() for line in lines]


def test_a_world_is_not_changed_by_being_read(client: Client) -> None:
    before = client.get(f"{WORLD}/state-hash").json()

    client.get(f"{WORLD}/scenario")

    assert client.get(f"{WORLD}/state-hash").json() == before


def test_a_world_that_there_is_not_has_no_scenario(client: Client) -> None:
    assert problem_of(client.get("/control/v1/worlds/nowhere/scenario"))["status"] == 404


def test_a_world_that_is_larger_than_a_document_may_be_is_refused_with_the_reason(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MOST_RUNNERS", 1)

    problem = problem_of(client.get(f"{WORLD}/scenario"))

    assert problem["status"] == 409
    assert problem["detail"].startswith("This world cannot be said as a scenario. At $")
