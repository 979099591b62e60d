"""Schemathesis makes up requests from every document, good ones and bad ones, and the application keeps its word.

All phases and all checks, as `schemathesis.toml` and `own_checks` have them, without a socket; `tests/e2e` has one, and
the command line.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis.openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.app import create_app
from simulator.control.worlds import Addresses
from simulator.data import specification_bytes
from simulator.world.loading.named import builtin_scenario
from simulator.world.worlds import Worlds
from tests.contract import own_checks
from tests.in_process import URL
from tests.sessions import log_in

CONFIGURATION = Path(__file__).parents[2] / "schemathesis.toml"
DOCUMENT = "/document.yaml"
ITS_OWN = ("unused_openapi_auth",)
"""Warnings that say nothing about us: one configuration serves the documents of several services."""


class Application:
    """An application with the built-in scenario, and beside it a document."""

    def __init__(self, name: str) -> None:
        worlds = Worlds()
        self.world = worlds.create(builtin_scenario("demo"))
        self._app = create_app(worlds, Addresses(URL))
        self._document = Response(specification_bytes(name), media_type="application/yaml")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_document = scope["type"] == "http" and scope["path"] == DOCUMENT
        await (self._document if is_document else self._app)(scope, receive, send)

    def log_in(self, username: str = "alice") -> str:
        session = log_in(self.world, username, f"{username}-password", f"{username}-live-key")
        assert session is not None
        return session.token


@pytest.fixture
def customer(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Lets a test say whose session is used, and forgets it afterwards."""
    own_checks.customer.cache_clear()
    own_checks.forget()
    yield monkeypatch
    own_checks.customer.cache_clear()


def run(application: Application, examples: int, coverage: bool) -> tuple[int, list[str]]:
    """Return how many requests were made up, and what was found wrong."""
    config = SchemathesisConfig.from_path(CONFIGURATION)
    schema = schemathesis.openapi.from_asgi(DOCUMENT, application, config=config)
    schema.config.generation.max_examples = examples
    schema.config.phases.coverage.enabled = coverage
    schema.config.seed = 1
    cases, problems = 0, []
    for event in from_schema(schema).execute():
        match event:
            case events.ScenarioFinished():
                cases += len(event.recorder.cases)
                checks = [check for checks in event.recorder.checks.values() for check in checks]
                problems.extend(f"{check.name}: {check.failure_info.failure}" for check in checks if check.failure_info)
            case events.SchemaAnalysisWarnings():
                problems.extend(str(one) for one in event.warnings if one.kind.value not in ITS_OWN)
            case events.NonFatalError() | events.FatalError():
                problems.append(str(event))
    return cases, problems


@pytest.mark.parametrize(
    ("name", "least", "coverage"),
    [
        ("betfair-accounts.yaml", 100, True),
        ("betfair-heartbeat.yaml", 100, True),
        ("betfair-identity.yaml", 100, True),
        ("betfair-navigation.yaml", 20, True),
        ("betfair-in-play.yaml", 20, True),
        ("betfair-race-card.yaml", 20, True),
        ("betfair-scores.yaml", 100, True),
        ("bettune.yaml", 100, True),
        ("control.yaml", 500, True),
        # Its boundaries are tens of thousands, and are tried in the long run.
        ("betfair-betting.yaml", 100, False),
    ],
)
def test_what_is_documented_is_kept(customer: pytest.MonkeyPatch, name: str, least: int, coverage: bool) -> None:
    application = Application(name)
    customer.setenv("BETSIM_SESSION", application.log_in())

    cases, problems = run(application, 10, coverage)

    assert [] == problems
    assert cases >= least


def test_what_is_documented_of_accounts_is_kept_towards_a_vendor(customer: pytest.MonkeyPatch) -> None:
    """The vendor of the built-in scenario, who may ask what customers may not."""
    application = Application("betfair-accounts.yaml")
    customer.setenv("BETSIM_APP_KEY", "bob-live-key")
    customer.setenv("BETSIM_SESSION", application.log_in("bob"))

    cases, problems = run(application, 10, coverage=True)

    assert [] == problems
    assert cases >= 100
    assert application.world.vendors.subscriptions


@pytest.mark.deep
def test_the_boundaries_of_the_betting_document_are_kept(customer: pytest.MonkeyPatch) -> None:
    application = Application("betfair-betting.yaml")
    customer.setenv("BETSIM_SESSION", application.log_in())

    cases, problems = run(application, 100, coverage=True)

    assert [] == problems
    assert cases >= 10_000


@pytest.mark.parametrize(
    ("ids", "is_good"),
    [("[0.0]", True), ('["1.5", 1.5]', True), ("[5]", False), ("[1e-7]", False), ('["x", 1.5]', False)],
)
def test_a_call_is_excused_for_nothing_but_ids_whose_text_the_document_takes(ids: str, is_good: bool) -> None:
    """No schema tells 0.0 from 0; whatever else is wrong with a call stays wrong."""
    call = json.loads(f'{{"method": "SportsAPING/v1.0/listVenues", "params": {{"filter": {{"marketIds": {ids}}}}}}}')

    assert own_checks.betting_calls().is_valid(own_checks.with_ids_as_texts(call)) == is_good
    call["params"]["filter"]["withOrders"] = ["nonsense"]
    assert not own_checks.betting_calls().is_valid(own_checks.with_ids_as_texts(call))
