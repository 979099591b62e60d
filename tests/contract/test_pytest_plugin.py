"""The plugin for pytest, used by projects that are made for a test and have nothing else."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator.secure_serving  # noqa: F401, what a run in this process loads it forgets, which this does not bear
from simulator import data
from tests.plugin import NAME

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run pytest with the plugin, in this process and with nothing of our own ini file."""

    def run(*options: str) -> pytest.RunResult:
        return pytester.runpytest_inprocess("-p", NAME, "-p", "no:cacheprovider", *options)

    return run


@pytest.fixture
def no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes of their own load none that they are not told to: those of hypothesis and the like take seconds."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def test_the_package_names_the_plugin_to_pytest() -> None:
    project = Path(__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8")

    assert '[project.entry-points.pytest11]\nbetsim = "simulator.pytest_plugin"\n' in project


@pytest.mark.usefixtures("no_other_plugins")
def test_a_suite_that_uses_no_fixture_loads_nothing_but_the_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_what_is_loaded():
            ours = sorted(name for name in sys.modules if name.partition(".")[0] == "simulator")
            assert ours == ["simulator", "simulator.pytest_plugin"]
            heavy = {"asyncio", "click", "httpx", "msgspec", "ssl", "starlette", "uvicorn", "uvloop", "yaml"}
            assert heavy & LOADED == heavy & BEFORE
        """
    )
    # What pytest has loaded by itself, and what there is once the plugin is loaded, too.
    pytester.makeconftest(
        """
        import builtins, importlib, sys

        loaded = set(sys.modules)
        for name in [name for name in loaded if name.partition(".")[0] == "simulator"]:
            del sys.modules[name]
        builtins.BEFORE = set(sys.modules)
        importlib.import_module("simulator.pytest_plugin")
        builtins.LOADED = set(sys.modules)
        """
    )

    pytester.runpytest_subprocess("-p", NAME).assert_outcomes(passed=1)


def test_the_package_works_where_there_is_no_pytest(pytester: pytest.Pytester) -> None:
    program = "import sys; sys.modules['pytest'] = None; import simulator; simulator.World('derby').close()"

    assert pytester.run(sys.executable, "-c", program).ret == 0


def test_every_test_has_a_world_of_its_own_that_is_ended_with_it(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        WORLDS = []

        def test_one(betsim_world, betsim_account):
            WORLDS.append(betsim_world.id)
            assert betsim_account.username == "alice"
            betsim_world.suspend("1.113197491")

        def test_another(betsim_world, betsim_account, betsim_server):
            assert betsim_world.id not in WORLDS
            assert betsim_account.username == "alice"
            assert betsim_world.resume("1.113197491")["status"] == "OPEN"
            assert [world.id for world in betsim_server.worlds] == ["default", betsim_world.id]
        """
    )

    run().assert_outcomes(passed=1, failed=1)


def test_a_market_that_one_test_has_suspended_is_open_in_the_next(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("time", [1, 2])
        def test_it(betsim_world, time):
            assert betsim_world.journal(kind="refusal") == []
            assert betsim_world.suspend("1.113197491")["status"] == "SUSPENDED"
        """
    )

    run().assert_outcomes(passed=2)


def test_a_client_is_logged_in_and_bets(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        from betfairlightweight import filters

        def test_a_bet(betsim_client, betsim_world, betsim_account):
            order = filters.limit_order(2.0, "LAPSE", size=10)
            instruction = filters.place_instruction("LIMIT", 1, "LAY", limit_order=order)
            report = betsim_client.betting.place_orders("1.113197491", [instruction])
            assert report.status == "SUCCESS"
            (bet,) = betsim_world.orders(betsim_account.username)
            assert bet.bet_id == report.place_instruction_reports[0].bet_id
        """
    )

    run().assert_outcomes(passed=1)


def test_a_client_over_tls_logs_in_by_certificate_and_reads_the_stream(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nbetsim_tls = true\n")
    pytester.makepyfile(
        """
        import queue, threading
        from betfairlightweight import StreamListener, filters
        from betfairlightweight.streaming.betfairstream import BetfairStream

        def test_it(betsim_client, betsim_world):
            assert betsim_world.journal(operation="LogIn")[0].content["by_certificate"] is True
            books = queue.Queue()
            stream = betsim_client.streaming.create_stream(listener=StreamListener(output_queue=books))
            stream.subscribe_to_markets(
                market_filter=filters.streaming_market_filter(market_ids=["1.113197491"]),
                market_data_filter=filters.streaming_market_data_filter(fields=["EX_MARKET_DEF"]),
            )
            thread = threading.Thread(target=stream.start)
            thread.start()
            assert books.get(timeout=30)[0].status == "OPEN"
            stream.stop()
            thread.join()

        def test_the_library_is_as_it_was():
            assert BetfairStream.HOSTS["anything"] == "stream-api.betfair.com"
        """
    )

    run().assert_outcomes(passed=2)


def test_a_test_that_wants_a_client_is_skipped_where_the_library_is_missing(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "betfairlightweight", None)
    pytester.makepyfile("def test_it(betsim_client): pass")

    result = run("-rs")

    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*betfairlightweight is not installed*"])


def test_a_user_of_bettune_is_let_in(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("betsim_scenario", ["bettune"])
        def test_it(betsim_bettune, betsim_world):
            answer = betsim_world.http.get(f"{betsim_bettune.url}/prediction-filters", headers=betsim_bettune.headers)
            assert answer.json()["count"] == 3
        """
    )

    run().assert_outcomes(passed=1)


WHAT_BEGINS = """
def test_what_begins(betsim_world, betsim_server):
    ids = {"seed": betsim_world.seed, "stream": betsim_server.stream is not None, "tls": betsim_server.ca is not None}
    print(betsim_world.scenario, *(f"{name}={value}" for name, value in ids.items()))
"""


@pytest.mark.parametrize(
    ("ini", "options", "begins"),
    [
        ("", [], "derby seed=0 stream=True tls=False"),
        (
            "betsim_scenario = bettune\nbetsim_seed = 7\nbetsim_stream = false",
            [],
            "bettune seed=7 stream=False tls=False",
        ),
        (
            "betsim_scenario = bettune\nbetsim_seed = 7",
            ["--betsim-scenario=derby", "--betsim-seed=8"],
            "derby seed=8 *",
        ),
        ("betsim_stream = false", ["--betsim-stream", "--betsim-tls"], "derby seed=0 stream=True tls=True"),
        ("betsim_tls = true", ["--no-betsim-tls", "--no-betsim-stream"], "derby seed=0 stream=False tls=False"),
    ],
)
def test_options_of_the_command_line_win_over_the_ini_file(
    pytester: pytest.Pytester, run: Run, ini: str, options: list[str], begins: str
) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.makepyfile(WHAT_BEGINS)

    result = run("-s", *options)

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*{begins}*"])


def test_a_scenario_may_be_a_file_beside_the_ini_file(pytester: pytest.Pytester, run: Run) -> None:
    text = data.fixture_bytes("derby.yaml").decode().replace("name: derby", "name: ours")
    pytester.makefile(".yaml", ours=text)
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\nbetsim_scenario = "ours.yaml"\n')
    folder = pytester.mkdir("elsewhere")
    folder.joinpath("test_it.py").write_text(WHAT_BEGINS)
    pytester.chdir()

    result = run("-s", "elsewhere")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*ours seed=0*"])


def test_a_project_overrides_what_begins_in_its_conftest(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        import pytest
        from simulator.pytest_plugin import Settings

        @pytest.fixture(scope="session")
        def betsim_settings():
            return Settings(scenario="bettune", seed=3, stream=False, tls=False)
        """
    )
    pytester.makepyfile(
        WHAT_BEGINS,
        test_own="""
        import pytest

        @pytest.fixture
        def betsim_scenario():
            return {"name": "own"}

        def test_own(betsim_world):
            assert betsim_world.scenario == "own"
        """,
    )

    result = run("-s")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*bettune seed=3 stream=False tls=False*"])


def test_the_report_of_a_test_that_fails_ends_with_the_journal_of_its_world(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def bot(betsim_world):
            betsim_world.suspend("1.113197491")

        @pytest.fixture
        def own_world(betsim_server):
            with betsim_server.new_world("bettune") as world:
                yield world

        def test_fails(bot):
            assert False

        def test_fails_with_two(betsim_world, own_world):
            assert False

        def test_passes(bot):
            pass

        def test_has_no_world():
            assert False
        """
    )

    result = run()

    result.assert_outcomes(passed=1, failed=3)
    result.stdout.fnmatch_lines(
        [
            "*_ test_fails _*",
            "*- the journal of betsim's world 'world-2' (derby) -*",
            "*input   suspend 1.113197491 source=caller",
            "*MarketChanged 1.113197491 *status=SUSPENDED*",
            "*_ test_fails_with_two _*",
            "*the journal of betsim's world * (derby)*",
            "*the journal of betsim's world * (bettune)*",
        ]
    )
    assert str(result.stdout).count("the journal of betsim's world") == 3


def test_a_report_shows_what_led_to_no_world_because_it_named_nobody(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("username", ["alcie", "alice"])
        def test_it(betsim_world, username):
            form = {"username": username, "password": "secret"}
            answer = betsim_world.http.post("/api/login", data=form, headers={"Accept": "application/json"})
            assert answer.json()["status"] == "nonsense"
        """
    )

    result = run()

    result.assert_outcomes(failed=2)
    assert str(result.stdout).count("what was asked of betsim and led to no world") == 1
    result.stdout.fnmatch_lines(["*- what was asked of betsim and led to no world -*", "*request login alcie *"])


def test_a_fixture_that_fails_is_reported_with_the_journal_too(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def bot(betsim_world):
            betsim_world.suspend("1.2")

        def test_it(bot):
            pass
        """
    )

    result = run()

    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("*/steering.py*")
    result.stdout.fnmatch_lines(["*There is no market '1.2'*", "*the journal of betsim's world*", "*WorldReset*"])


@pytest.mark.parametrize(
    ("ini", "options", "sentence"),
    [
        ("betsim_seed = many", [], "betsim_seed is a whole number, not 'many'."),
        ("", ["--betsim-seed=x"], "--betsim-seed is a whole number, not 'x'."),
        ("betsim_tls = perhaps", [], "betsim_tls is true or false."),
        ("betsim_stream = 2", [], "betsim_stream is true or false."),
    ],
)
def test_a_wrong_option_is_told_with_a_sentence_before_any_test_runs(
    pytester: pytest.Pytester, run: Run, ini: str, options: list[str], sentence: str
) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.makepyfile("def test_it(): pass")

    result = run(*options)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {sentence}"])


@pytest.mark.parametrize("options", [["--betsim-scenario=nowhere"], ["--betsim-scenario=nowhere", "--betsim-tls"]])
def test_an_unknown_scenario_is_told_with_a_sentence_and_without_a_traceback(
    pytester: pytest.Pytester, run: Run, options: list[str]
) -> None:
    pytester.makepyfile("def test_it(betsim_world): pass")

    result = run(*options)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["nowhere, at $: No scenario of that name ships with the package (*"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_with_warnings_as_errors_nothing_of_ours_fails(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nfilterwarnings = error\nbetsim_tls = true\n")
    pytester.makepyfile("def test_it(betsim_world): betsim_world.accounts")

    run("--strict-markers", "--strict-config").assert_outcomes(passed=1)


@pytest.mark.usefixtures("no_other_plugins")
@pytest.mark.skipif(importlib.util.find_spec("xdist") is None, reason="pytest-xdist is not installed")
def test_workers_of_xdist_have_a_server_each(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(betsim_world, betsim_account, number):
            assert betsim_account.username == "alice"
            betsim_world.suspend("1.113197491")
            assert number < 3
        """
    )

    result = pytester.runpytest_subprocess("-p", NAME, "-p", "xdist.plugin", "-n", "2", "--betsim-seed", "4")

    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*the journal of betsim's world*"])
