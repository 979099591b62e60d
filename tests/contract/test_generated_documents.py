"""The documents in `specs` say what is served, neither more nor less, and nothing that the code does not say too."""

import re

import pytest
import yaml

from simulator.betfair.dispatch import FaceSettings
from simulator.betfair.identity import identity_endpoints
from simulator.betfair.operations import Service
from simulator.betfair.services import SERVICES
from simulator.control.routes import control_routes
from simulator.control.worlds import Addresses
from simulator.data import specification_bytes
from simulator.specifications.documents import generated_documents
from simulator.world.worlds import Worlds

DOCUMENTS = generated_documents()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_what_the_code_would_write(name: str) -> None:
    """Where this fails, run `python -m simulator.specifications`."""
    assert DOCUMENTS[name].encode() == specification_bytes(name)


def paths_of(name: str) -> set[str]:
    return set(yaml.load(DOCUMENTS[name], yaml.CSafeLoader)["paths"])


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_every_operation_of_a_service_has_its_rest_path_and_all_share_one(service: Service) -> None:
    names = {"betting": "betting", "account": "accounts", "heartbeat": "heartbeat"}
    root = f"/exchange/{service.name}"
    served = {f"{root}/rest/v1.0/{operation}/" for operation in service.operations}
    assert served | {f"{root}/json-rpc/v1"} == paths_of(f"betfair-{names[service.name]}.yaml")


def test_every_path_of_the_control_api_is_there() -> None:
    served = {re.sub(r":\w+", "", route.path) for route in control_routes(Worlds(), Addresses("http://betsim"), 0)}
    assert served | {"/health"} == paths_of("control.yaml")


def test_every_path_of_the_identity_service_is_there() -> None:
    served = {path for path in identity_endpoints(Worlds(), FaceSettings()) if not path.endswith("/")}
    assert served == paths_of("betfair-identity.yaml")
