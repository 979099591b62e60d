"""Whoever opens the root of a server sees what is served where."""

import re
from collections.abc import Iterator

import pytest

from simulator.bettune.face import ROOT
from simulator.data import specification_names
from simulator.front_page import SERVED
from tests.contract.bad_input import BETTUNE_PATHS, CONTROL_PATHS, IDENTITY_PATHS, JSON_RPC_PATHS, REST_PATHS
from tests.contract.bettor import SCENARIO
from tests.in_process import Client, client_of


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(SCENARIO) as client:
        yield client


@pytest.mark.parametrize("accept", ["*/*", "application/json", None])
def test_a_program_reads_a_text(client: Client, accept: str | None) -> None:
    answer = client.get("/", headers={} if accept is None else {"accept": accept})

    assert (200, "text/plain; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    for address, words in SERVED:
        assert re.search(rf"^{re.escape(address)} +{re.escape(words)}$", answer.text, re.MULTILINE)
    for name in specification_names():
        assert f"/specs/{name}\n" in answer.text


def test_a_browser_is_shown_a_page_whose_links_lead_somewhere(client: Client) -> None:
    answer = client.get("/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})

    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    links = re.findall('href="([^"]+)"', answer.text)
    assert {f"/specs/{name}" for name in specification_names()} < set(links)
    for link in links:
        assert 200 == client.get(link).status_code, link


def test_nothing_that_is_served_is_left_out() -> None:
    told = [re.compile(re.escape(address).replace(r"\{operation\}", r"\w+")) for address, _ in SERVED]
    everything = [*JSON_RPC_PATHS.values(), *REST_PATHS]

    assert [] == [path for path in everything if not any(pattern.fullmatch(path) for pattern in told)]
    words = " ".join(f"{address} {what}" for address, what in SERVED)
    assert [] == [path for path in IDENTITY_PATHS if path not in words]
    assert all(path.startswith("/control/v1/") for path in CONTROL_PATHS)
    assert all(path.startswith(ROOT) for path in BETTUNE_PATHS)
    assert ROOT in words


def test_only_reading_does_something_there(client: Client) -> None:
    answer = client.post("/")

    assert (405, "GET, HEAD") == (answer.status_code, answer.headers["allow"])
