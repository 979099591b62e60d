"""Fixtures for pytest: a server for the session, and for every test a world of its own, with clients for it.

Nothing but this module is loaded until a test uses one of them. How worlds begin is said in the ini file, on the
command line, or by fixtures of the project's own that are called like those here (`docs/testing.md`).
"""

import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

if TYPE_CHECKING:
    from simulator.testing import Account, BetTuneAccess, Server, World
    from simulator.testing.scenarios import ScenarioLike

DEFAULT_SCENARIO: Final = "derby"
_WORLDS: "Final[pytest.StashKey[list[World]]]" = pytest.StashKey()
"""Under which a test, or what it is part of, has its worlds."""


class Settings(NamedTuple):
    """How the session's server is, and how worlds begin unless a test or a project says it otherwise."""

    scenario: "ScenarioLike"
    seed: int
    stream: bool
    tls: bool


class Strays(NamedTuple):
    """Where requests are noted that name nobody of any world, and how many there were before a test."""

    world: "World"
    before: int

    def lines(self) -> list[str]:
        """Return those of the test, as lines."""
        return self.world.journal_lines(after=self.before) if self.world.is_open else []


_STRAYS: Final = pytest.StashKey[Strays]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; those of the command line win over the ini file."""
    group = parser.getgroup("betsim", "worlds of betsim")
    parser.addini("betsim_scenario", f"how worlds begin: a name or a file (default: {DEFAULT_SCENARIO})")
    parser.addini("betsim_seed", "what made-up ids come from: a whole number (default: 0)")
    parser.addini("betsim_stream", "whether the stream is served (default: true)", "bool", default=True)
    parser.addini("betsim_tls", "whether the server speaks TLS (default: false)", "bool", default=False)
    group.addoption("--betsim-scenario", metavar="NAME|FILE", help="how worlds begin")
    group.addoption("--betsim-seed", metavar="NUMBER", help="what made-up ids come from")
    for name, help_text in (("stream", "serve the stream"), ("tls", "speak TLS")):
        group.addoption(f"--betsim-{name}", dest=f"betsim_{name}", action="store_true", default=None, help=help_text)
        group.addoption(f"--no-betsim-{name}", dest=f"betsim_{name}", action="store_false", help=f"do not {help_text}")


def pytest_configure(config: pytest.Config) -> None:
    """Complain about options before any test runs."""
    _settings_of(config)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Generator[None, object, object]:
    """Note which worlds a test has, whosever fixture made them."""
    value = yield
    if "simulator.testing" in sys.modules:
        from simulator.testing import World  # noqa: PLC0415, it is loaded already

        if isinstance(value, World):
            request.node.stash.setdefault(_WORLDS, []).append(value)
    return value


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a test that fails the last lines of its worlds' journals."""
    report = yield
    if report.failed:
        for world in (world for node in item.listchain() for world in node.stash.get(_WORLDS, ()) if world.is_open):
            title = f"the journal of betsim's world {world.id!r} ({world.scenario})"
            report.sections.append((title, "\n".join(world.journal_lines())))
        strays = item.stash.get(_STRAYS, None)
        lines = strays.lines() if strays is not None else []
        if lines:
            report.sections.append(("what was asked of betsim and led to no world", "\n".join(lines)))
    return report


@pytest.fixture(scope="session")
def betsim_settings(pytestconfig: pytest.Config) -> Settings:
    """Return how the server of the session is and how worlds begin; a project that has its own returns a `Settings`."""
    return _settings_of(pytestconfig)


@pytest.fixture(scope="session")
def betsim_server(betsim_settings: Settings) -> "Iterator[Server]":
    """Yield a server in a thread of this process, on free ports: with pytest-xdist every worker has its own."""
    from simulator.testing import Server  # noqa: PLC0415, not before a test needs it
    from simulator.testing.errors import BetsimError  # noqa: PLC0415
    from simulator.testing.scenarios import NOBODY, scenario_of  # noqa: PLC0415

    scenario, seed, stream, tls = betsim_settings
    try:
        usernames = [account.username for account in scenario_of(scenario, seed).accounts] if tls else []
        # Its default world has no names in it, so that those of tests have theirs as they are written.
        server = Server(NOBODY, seed=seed, stream=stream, tls=tls, certificates_for=usernames)
    except BetsimError as error:
        pytest.fail(str(error), pytrace=False)
    with server:
        yield server


@pytest.fixture
def betsim_scenario(betsim_settings: Settings) -> "ScenarioLike":
    """Return what the world of a test begins with: to be overridden in a conftest, a module, or by parametrizing."""
    return betsim_settings.scenario


@pytest.fixture
def betsim_seed(betsim_settings: Settings) -> int:
    """Return the seed of the world of a test."""
    return betsim_settings.seed


@pytest.fixture
def betsim_world(
    request: pytest.FixtureRequest, betsim_server: "Server", betsim_scenario: "ScenarioLike", betsim_seed: int
) -> "Iterator[World]":
    """Yield a world that is the test's alone, and end it afterwards."""
    from simulator.testing.errors import BetsimError  # noqa: PLC0415, not before a test needs it

    try:
        world = betsim_server.new_world(betsim_scenario, seed=betsim_seed)
    except BetsimError as error:
        pytest.fail(str(error), pytrace=False)
    request.node.stash[_STRAYS] = Strays(betsim_server.world, betsim_server.world.last_number)
    with world:
        yield world


@pytest.fixture
def betsim_account(betsim_world: "World") -> "Account":
    """Return the first customer of the test's world."""
    return betsim_world.account()


@pytest.fixture
def betsim_client(
    betsim_server: "Server", betsim_world: "World", betsim_account: "Account", monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """Yield a client of betfairlightweight, logged in as `betsim_account`; skip the test where it is not installed.

    With stream and TLS the library's streams lead to the server as well, for as long as the test lasts.
    """
    pytest.importorskip("betfairlightweight", reason="betfairlightweight is not installed")
    from simulator.testing.clients import betfairlightweight_client, stream_patches  # noqa: PLC0415

    for patch in stream_patches(betsim_server):
        monkeypatch.setattr(*patch)
    with betfairlightweight_client(betsim_server, betsim_world, betsim_account.username) as client:
        yield client


@pytest.fixture
def betsim_bettune(betsim_world: "World") -> "BetTuneAccess":
    """Return the token of the first user of BetTune in the test's world, with the address that it is for."""
    return betsim_world.bettune_user()


def _settings_of(config: pytest.Config) -> Settings:
    """Return what options and ini file say; raise `pytest.UsageError` with a sentence where that is wrong."""
    return Settings(_scenario_of(config), _seed_of(config), _is_on(config, "stream"), _is_on(config, "tls"))


def _scenario_of(config: pytest.Config) -> str:
    """Return the name of a scenario. A file of the ini file is found from there, one of the command line from here."""
    asked: str | None = config.getoption("betsim_scenario")
    if asked is not None:
        return asked
    written: str = config.getini("betsim_scenario") or DEFAULT_SCENARIO
    folder = config.rootpath if config.inipath is None else config.inipath.parent
    beside: Path = folder / written
    return os.fspath(beside) if beside.is_file() else written


def _seed_of(config: pytest.Config) -> int:
    text = config.getoption("betsim_seed")
    name = "--betsim-seed" if text is not None else "betsim_seed"
    text = str(config.getini("betsim_seed") or "0") if text is None else text
    try:
        return int(text)
    except ValueError:
        raise pytest.UsageError(f"{name} is a whole number, not {text!r}.") from None


def _is_on(config: pytest.Config, name: str) -> bool:
    chosen: bool | None = config.getoption(f"betsim_{name}")
    if chosen is not None:
        return chosen
    try:
        return bool(config.getini(f"betsim_{name}"))
    except (TypeError, ValueError, pytest.UsageError):
        raise pytest.UsageError(f"betsim_{name} is true or false.") from None
