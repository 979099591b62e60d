"""The documents can be read from a server and from the command line, and browsed on a page that needs nobody else."""

import json
import re
import subprocess
from collections.abc import Iterator

import pytest

from simulator.data import specification_bytes, specification_names
from simulator.specs_page import ASSETS
from tests.contract.bettor import SCENARIO
from tests.documented import document
from tests.in_process import Client, client_of
from tests.serving import BETSIM

NAMES = [name.removesuffix(".yaml") for name in specification_names()]


@pytest.fixture
def client() -> Iterator[Client]:
    with client_of(SCENARIO, control_token="secret") as client:
        yield client


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_served_as_it_is_written_and_in_json(client: Client, name: str) -> None:
    written = client.get(f"/specs/{name}.yaml")

    assert ("application/yaml", specification_bytes(f"{name}.yaml")) == (
        written.headers["content-type"],
        written.content,
    )
    assert written.content == client.get(f"/specs/{name}").content
    assert document(f"{name}.yaml") == client.get(f"/specs/{name}.json").json()


@pytest.mark.parametrize("path", ["/specs", "/specs/"])
def test_the_page_names_every_document_and_loads_its_files_from_here(client: Client, path: str) -> None:
    page = client.get(path)

    assert "text/html" in page.headers["content-type"]
    listed = json.loads(re.search(r"urls: (.*),", page.text)[1])
    assert [{"name": name, "url": f"/specs/{name}.yaml"} for name in NAMES] == listed
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert not [address for address in loaded if not address.startswith("/specs/")]
    assert "validatorUrl: null" in page.text


@pytest.mark.parametrize("name", ASSETS)
def test_the_files_of_the_page_are_there(client: Client, name: str) -> None:
    response = client.get(f"/specs/assets/{name}")

    assert 200 == response.status_code
    assert len(response.content) > 500


@pytest.mark.parametrize(
    "path", ["nothing.yaml", "nothing", "control.yaml.json", "control.xml", "..%2Fpyproject.yaml", "assets/__init__.py"]
)
def test_anything_else_is_not_there(client: Client, path: str) -> None:
    response = client.get(f"/specs/{path}")

    assert (404, "urn:betsim:problem:unknown-address") == (response.status_code, response.json()["type"])


def test_other_methods_are_refused(client: Client) -> None:
    response = client.post("/specs/control.yaml")

    assert (405, "GET, HEAD") == (response.status_code, response.headers["allow"])


def test_the_command_line_prints_a_document_or_the_names_of_all() -> None:
    assert NAMES == subprocess.run([*BETSIM, "spec"], capture_output=True, check=True, text=True).stdout.split()
    printed = subprocess.run([*BETSIM, "spec", "bettune"], capture_output=True, check=True)
    assert specification_bytes("bettune.yaml") == printed.stdout


def test_the_command_line_says_which_documents_there_are() -> None:
    ended = subprocess.run([*BETSIM, "spec", "nothing"], capture_output=True, check=False, text=True)

    assert 2 == ended.returncode
    assert "there is no document 'nothing'; there are betfair-accounts, " in ended.stderr
