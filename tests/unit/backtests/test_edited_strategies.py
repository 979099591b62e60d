"""A strategy that is edited is another one: it runs from then on, and nothing that was done before is its own."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

from simulator.backtest.job import Job, Outcome, do
from simulator.backtest.results import Results
from simulator.backtest.running import backtest
from simulator.backtest.variants import WrongStrategy, pinned, strategy_class
from simulator.backtest.workers import here, on_this_machine, processes

BACKS = """
class Backs:
    def on_market(self, market, orders):
        if market.market_type == "WIN" and not orders and market.runner(1).best_back:
            orders.back(1, 3.0, {stake})
"""
WAITS = """
    import os
    import time
    from pathlib import Path

    MARKS = Path({marks!r})
    (MARKS / str(os.getpid())).touch()

    def on_close(self, market):
        until = self.time.monotonic() + 20
        while len(list(self.MARKS.iterdir())) < {everybody} and self.time.monotonic() < until:
            self.time.sleep(0.01)
"""
"""What has `Backs` not end before so many processes have loaded it."""
IMPORTS = "from {module} import STAKE\n" + BACKS.format(stake="STAKE")
IMPORTS_LATE = BACKS.replace("orders.back", "from {module} import STAKE\n            orders.back").replace(
    "{stake}", "STAKE"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for strategies, from which modules can be imported; what is imported of it is forgotten in the end."""
    folder = tmp_path / "own"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    before = set(sys.modules)
    yield folder
    for name in sys.modules.keys() - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(folder)):
            del sys.modules[name]


def attempt(strategy: str, recordings: str, folder: Path) -> tuple[Results, list[str]]:
    """Go on with a backtest; return its results, and the names of the jobs that were not done before."""
    done: list[str] = []

    def notes(jobs: Sequence[Job]) -> Iterator[Outcome]:
        done.extend(job.name for job in jobs)
        yield from here(jobs)

    return backtest(strategy, [recordings], doing=notes, folder=folder, resumes=True), sorted(done)


def turnover(results: Results) -> float:
    (line,) = results.summary.values()
    return line.turnover


@pytest.mark.parametrize(
    ("strategy", "edited", "texts"),
    [
        ("{folder}/main.py:Backs", "main.py", {"main.py": BACKS.format(stake="2.0")}),
        ("main_of_a_path:Backs", "main_of_a_path.py", {"main_of_a_path.py": BACKS.format(stake="2.0")}),
        (
            "{folder}/main.py:Backs",
            "stakes_of_main.py",
            {"main.py": IMPORTS.format(module="stakes_of_main"), "stakes_of_main.py": "STAKE = 2.0\n"},
        ),
        (
            "{folder}/main.py:Backs",
            "later_of_main.py",
            {"main.py": IMPORTS_LATE.format(module="later_of_main"), "later_of_main.py": "STAKE = 2.0\n"},
        ),
        (
            "of_a_package.strategies.main:Backs",
            "of_a_package/common.py",
            {
                "of_a_package/__init__.py": "",
                "of_a_package/strategies/__init__.py": "",
                "of_a_package/strategies/main.py": IMPORTS.format(module="..common"),
                "of_a_package/common.py": "STAKE = 2.0\n",
            },
        ),
        (
            "without_init.strategies.main:Backs",
            "without_init/common.py",
            {
                "without_init/strategies/main.py": "from without_init import common\n"
                + BACKS.format(stake="common.STAKE"),
                "without_init/common.py": "STAKE = 2.0\n",
            },
        ),
    ],
    ids=[
        "a file",
        "a module",
        "what a file imports",
        "what a file imports late",
        "what a module of a package imports",
        "of a folder without an init",
    ],
)
def test_what_is_edited_runs_as_it_is_now_and_is_not_taken_for_done(
    strategy: str, edited: str, texts: dict[str, str], folder: Path, recordings: str, tmp_path: Path
) -> None:
    for name, text in texts.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    reference, kept = strategy.format(folder=folder), tmp_path / "kept"
    results, done = attempt(reference, recordings, kept)
    assert (turnover(results), done) == (6.0, ["10", "11", "9"])
    assert attempt(reference, recordings, kept)[1] == []
    (folder / edited).write_text(texts[edited].replace("2.0", "17.0"))
    results, done = attempt(reference, recordings, kept)
    assert (turnover(results), done) == (51.0, ["10", "11", "9"])
    (folder / edited).write_text(texts[edited])
    results, done = attempt(reference, recordings, kept)
    assert (turnover(results), done) == (6.0, [])


@pytest.mark.parametrize(
    ("imports", "file"),
    [
        ("from stakes_of_one_of_two import STAKE", "stakes_of_one_of_two.py"),
        ("from of_one_of_two import stakes\nSTAKE = stakes.STAKE", "of_one_of_two/stakes.py"),
    ],
    ids=["a file", "in a folder without an init"],
)
def test_modules_of_one_name_that_strategies_of_two_folders_import_are_not_mixed_up(
    imports: str, file: str, folder: Path, recordings: str
) -> None:
    for name in ("2.0", "17.0"):
        (folder / name / file).parent.mkdir(parents=True)
        (folder / name / "main.py").write_text(f"{imports}\n{BACKS.format(stake='STAKE')}")
        (folder / name / file).write_text(f"STAKE = {name}\n")
    found = [turnover(backtest(f"{folder}/{name}/main.py:Backs", [recordings])) for name in ("2.0", "17.0")]
    assert found == [6.0, 51.0]


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_edited_while_a_backtest_is_at_work_is_none_of_it(
    workers: int, folder: Path, recordings: str, tmp_path: Path
) -> None:
    script, marks = folder / "main.py", tmp_path / "marks"
    marks.mkdir()
    # This process has the strategy, too.
    everybody = 1 if workers == 1 else workers + 1
    waits = WAITS.format(marks=str(marks), everybody=everybody)
    script.write_text(BACKS.format(stake="2.0") + waits)

    def edits(jobs: Sequence[Job]) -> Iterator[Outcome]:
        for outcome in on_this_machine(workers)(jobs):
            script.write_text(BACKS.format(stake="17.0") + waits)
            yield outcome

    assert turnover(backtest(f"{script}:Backs", [recordings], doing=edits, folder=tmp_path / "kept")) == 6.0
    assert len(list(marks.iterdir())) == everybody
    assert turnover(attempt(f"{script}:Backs", recordings, tmp_path / "kept")[0]) == 51.0


def test_a_worker_that_begins_after_an_edit_loses_its_jobs_and_no_others(folder: Path, recordings: str) -> None:
    script = folder / "main.py"
    script.write_text(BACKS.format(stake="2.0"))

    def edits(jobs: Sequence[Job]) -> Iterator[Outcome]:
        yield from here(jobs[:1])
        script.write_text(BACKS.format(stake="17.0"))
        with processes(1) as pool:
            for job in jobs[1:]:
                yield pool.submit(do, job).result()

    results = backtest(f"{script}:Backs", [recordings], doing=edits)
    assert len(results.failures) == 2
    for failure in results.failures:
        assert failure.error.startswith(f"{script} is not what it was when the backtest began")
    assert results.rows.markets


def test_a_source_that_cannot_be_had_any_more_is_said(folder: Path) -> None:
    script = folder / "main.py"
    script.write_text(BACKS.format(stake="2.0"))
    reference = pinned(f"{script}:Backs")
    assert strategy_class(reference) is strategy_class(f"{script}:Backs")
    with pytest.raises(WrongStrategy, match=r"main\.py is not what it was when the backtest began"):
        strategy_class(reference[:-1])


def test_what_a_strategy_leaves_behind_can_be_unpickled(folder: Path) -> None:
    script = folder / "main.py"
    script.write_text(BACKS.format(stake="2.0"))
    strategy = strategy_class(f"{script}:Backs")
    left = pickle.dumps(strategy())
    assert type(pickle.loads(left)) is strategy


def test_what_could_not_be_loaded_is_loaded_once_what_it_imports_is_mended(folder: Path) -> None:
    script = folder / "main.py"
    script.write_text("import early_of_main\n" + IMPORTS.format(module="early_of_main"))
    (folder / "early_of_main.py").write_text("STAKES = 2.0\n")
    with pytest.raises(WrongStrategy, match=r"main\.py cannot be loaded: ImportError: cannot import name 'STAKE'"):
        strategy_class(f"{script}:Backs")
    (folder / "early_of_main.py").write_text("STAKE = 17.0  # mended\n")
    assert strategy_class(f"{script}:Backs")


def test_a_script_runs_a_strategy_of_its_own(folder: Path, recordings: str) -> None:
    script = folder / "program.py"
    asks = f"""
if __name__ == "__main__":
    from simulator.backtest.running import backtest
    (line,) = backtest("__main__:Backs", [{recordings!r}]).summary.values()
    print(line.turnover)
"""
    script.write_text(BACKS.format(stake="2.0") + asks)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("6.0\n", "")


def test_a_module_that_somebody_has_made_needs_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    made = ModuleType("made_by_somebody")
    exec(BACKS.format(stake="2.0"), made.__dict__)
    monkeypatch.setitem(sys.modules, made.__name__, made)
    assert strategy_class("made_by_somebody:Backs") is made.__dict__["Backs"]


@pytest.mark.parametrize("module", ["main", "elsewhere"])
def test_a_package_that_ends_the_program_is_said_to(module: str, folder: Path) -> None:
    package = folder / f"ends_with_{module}"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit(0)\n")
    (package / "main.py").write_text(BACKS.format(stake="2.0"))
    with pytest.raises(WrongStrategy, match=rf"^module {package.name}\.{module} cannot be imported: SystemExit: 0\.$"):
        strategy_class(f"{package.name}.{module}:Backs")


def test_what_is_imported_and_edited_to_the_same_size_within_a_second_runs_as_it_is_now(
    folder: Path, recordings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (folder / "main.py").write_text(IMPORTS.format(module="stakes_of_a_second"))
    found: list[float] = []
    for stake in ("2.00", "17.0"):
        file = folder / "stakes_of_a_second.py"
        file.write_text(f"STAKE = {stake}\n")
        os.utime(file, (1_600_000_000, 1_600_000_000))
        found.append(turnover(backtest(f"{folder}/main.py:Backs", [recordings])))
    assert found == [6.0, 51.0]


def test_a_folder_without_an_init_is_shared_with_what_lies_elsewhere(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "elsewhere")])
    for file, text in {
        tmp_path / "elsewhere" / "shared_folder" / "theirs.py": "THEIRS = 1\n",
        folder / "shared_folder" / "ours.py": "OURS = 1.0\n",
        folder / "main.py": "import shared_folder.theirs\nimport shared_folder.ours\n"
        + BACKS.format(stake="shared_folder.theirs.THEIRS"),
    }.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    first = vars(sys.modules[strategy_class(f"{folder}/main.py:Backs").__module__])["shared_folder"]
    (folder / "shared_folder" / "ours.py").write_text("OURS = 17.0\n")
    again = vars(sys.modules[strategy_class(f"{folder}/main.py:Backs").__module__])["shared_folder"]
    assert (first.ours.OURS, again.ours.OURS) == (1.0, 17.0)
    assert first.theirs is again.theirs
