"""Schemathesis makes up requests from every document, good ones and bad ones, and the application keeps its word.

All phases and all checks, as `schemathesis.toml` and `own_checks` have them, without a socket; `tests/e2e` has one, and
the command line. Where the boundaries of an operation are thousands they are tried in the long run alone.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import schemathesis.openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from simulator.app import create_app
from simulator.betfair.services import BETTING as BETTING_SERVICE
from simulator.control.worlds import Addresses
from simulator.data import specification_bytes
from simulator.world.loading.named import builtin_scenario
from simulator.world.worlds import Worlds
from tests.contract import own_checks
from tests.in_process import URL
from tests.sessions import log_in

CONFIGURATION = Path(__file__).parents[2] / "schemathesis.toml"
DOCUMENT = "/document.yaml"
BETTING = [f"{BETTING_SERVICE.name}JsonRpc", *BETTING_SERVICE.operations]
OF_VENDORS = (
    "getVendorClientId",
    "getApplicationSubscriptionToken",
    "activateApplicationSubscription",
    "cancelApplicationSubscription",
    "updateApplicationSubscription",
    "listApplicationSubscriptionTokens",
    "listAccountSubscriptionTokens",
    "getApplicationSubscriptionHistory",
    "getAuthorisationCode",
    "token",
    "getVendorDetails",
    "revokeAccessToWebApp",
    "listAuthorizedWebApps",
    "isAccountSubscribedToWebApp",
    "getAffiliateRelation",
)
"""What is asked by vendors, of them or of their applications."""
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


def configuration(without_boundaries: Sequence[str], only: Sequence[str]) -> SchemathesisConfig:
    """Return that of the project without the boundaries of some operations, and, if `only` has any, for these alone."""
    text = CONFIGURATION.read_text(encoding="utf-8")
    for names, rule in (
        (without_boundaries, "include-operation-id = {}\nphases.coverage.enabled = false"),
        (only, "exclude-operation-id = {}\nenabled = false"),
    ):
        text += f"\n[[operations]]\n{rule.format(json.dumps(names))}\n" if names else ""
    return SchemathesisConfig.from_str(text, base_dir=str(CONFIGURATION.parent))


def run(
    application: Application, examples: int, *, without_boundaries: Sequence[str] = (), only: Sequence[str] = ()
) -> tuple[int, list[str]]:
    """Return how many requests were made up, of some operations or of all, and what was found wrong."""
    config = configuration(without_boundaries, only)
    schema = schemathesis.openapi.from_asgi(DOCUMENT, application, config=config)
    schema.config.generation.max_examples = examples
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
    ("name", "least", "without_boundaries"),
    [
        # What is asked over JSON-RPC is what is asked over REST.
        ("betfair-accounts.yaml", 1_000, ["accountJsonRpc"]),
        ("betfair-heartbeat.yaml", 100, []),
        ("betfair-identity.yaml", 100, []),
        ("betfair-navigation.yaml", 20, []),
        ("betfair-in-play.yaml", 20, []),
        ("betfair-race-card.yaml", 20, []),
        ("betfair-scores.yaml", 100, []),
        ("bettune.yaml", 100, []),
        # A scenario, and what of one is added to a world, is sent with every wrong value everywhere by
        # `test_bad_documents`, and of faults every word has a test.
        ("control.yaml", 2_000, ["addMarkets", "createWorld", "orderFaults"]),
        ("betfair-betting.yaml", 100, BETTING),
    ],
)
def test_what_is_documented_is_kept(
    customer: pytest.MonkeyPatch, name: str, least: int, without_boundaries: list[str]
) -> None:
    application = Application(name)
    customer.setenv("BETSIM_SESSION", application.log_in())

    cases, problems = run(application, 5, without_boundaries=without_boundaries)

    assert [] == problems
    assert cases >= least


def test_what_is_documented_of_accounts_is_kept_towards_a_vendor(customer: pytest.MonkeyPatch) -> None:
    """The vendor of the built-in scenario may ask what customers may not."""
    application = Application("betfair-accounts.yaml")
    customer.setenv("BETSIM_APP_KEY", "bob-live-key")
    customer.setenv("BETSIM_SESSION", application.log_in("bob"))

    cases, problems = run(application, 10, only=OF_VENDORS)

    assert [] == problems
    assert cases >= 100
    assert application.world.vendors.subscriptions


@pytest.mark.deep
@pytest.mark.parametrize(
    ("name", "least"), [("betfair-accounts.yaml", 3_000), ("betfair-betting.yaml", 10_000), ("control.yaml", 10_000)]
)
def test_all_boundaries_of_a_document_are_kept(customer: pytest.MonkeyPatch, name: str, least: int) -> None:
    application = Application(name)
    customer.setenv("BETSIM_SESSION", application.log_in())

    cases, problems = run(application, 100)

    assert [] == problems
    assert cases >= least


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
