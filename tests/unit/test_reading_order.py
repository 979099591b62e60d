"""The kernel and the worlds are meant to be read, in the order that their own docstrings give."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from pkgutil import iter_modules

import pytest

import simulator
from simulator import exchange, recorded, world
from simulator.world import format as scenario_format

ORDER = re.findall(r"`(\w+)`", (exchange.__doc__ or "").partition("Units")[0])


def test_the_reading_order_of_the_kernel_names_each_of_its_modules_once() -> None:
    assert sorted(module.name for module in iter_modules(exchange.__path__)) == sorted(ORDER)


def test_the_reading_order_of_the_worlds_names_each_of_their_modules_once() -> None:
    order = re.findall(r"`(\w+)`", (world.__doc__ or "").partition("Units")[0])
    assert sorted(module.name for module in iter_modules(world.__path__)) == sorted(order)


def test_a_module_of_the_kernel_uses_only_what_was_read_before_it() -> None:
    used = re.compile(r"^from simulator\.exchange\.(\w+) import", re.MULTILINE)
    for place, module in enumerate(ORDER):
        source = (Path(exchange.__path__[0]) / f"{module}.py").read_text(encoding="utf-8")
        assert set(used.findall(source)) <= set(ORDER[:place]), module


def test_a_module_of_the_recordings_uses_only_what_was_read_before_it() -> None:
    order = re.findall(r"`(\w+)`", (recorded.__doc__ or "").partition("Nothing here")[0])
    assert sorted(module.name for module in iter_modules(recorded.__path__)) == sorted(order)
    used = re.compile(r"^from simulator\.recorded\.(\w+) import", re.MULTILINE)
    for place, module in enumerate(order):
        source = (Path(recorded.__path__[0]) / f"{module}.py").read_text(encoding="utf-8")
        assert set(used.findall(source)) <= set(order[:place]), module


WORLD = Path(world.__path__[0])


def test_a_world_that_runs_needs_nothing_of_what_reads_and_checks_documents() -> None:
    for source in WORLD.rglob("*.py"):
        if "loading" not in source.relative_to(WORLD).parts:
            assert "simulator.world.loading" not in source.read_text(encoding="utf-8"), source


def test_a_world_runs_and_is_told_again_without_loading_what_reads_and_checks_documents() -> None:
    program = (
        "import sys, simulator.world.worlds, simulator.world.retelling, simulator.world.journal; "
        "print(*(name for name in sys.modules if name.startswith('simulator.world.loading')))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert loaded.split() == []


PACKAGE = Path(simulator.__path__[0])
FACES = {"betfair", "bettune", "control"}
OUTSIDE = {"app", "server", "cli", "launch", "testing", "specifications"}
"""What is around the faces."""


def imported(source: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def rooms_used(room: str) -> set[str]:
    """The rooms and modules of our own that a room imports, itself left out."""
    files = list((PACKAGE / room).rglob("*.py"))
    assert len(files) > 3
    names = {name.split(".")[1] for file in files for name in imported(file) if name.startswith("simulator.")}
    return names - {room}


@pytest.mark.parametrize(
    ("room", "uses"),
    [("exchange", set()), ("world", {"exchange", "__version__", "data"}), ("recorded", set())],
)
def test_what_is_inside_uses_only_what_is_further_inside(room: str, uses: set[str]) -> None:
    assert rooms_used(room) <= uses


@pytest.mark.parametrize("face", sorted(FACES))
def test_no_face_uses_another_or_what_is_around_it(face: str) -> None:
    used = rooms_used(face)

    assert "world" in used
    assert used & ((FACES | OUTSIDE) - {face}) == set()


def test_what_an_event_says_is_read_by_name_everywhere() -> None:
    """Events can be read alone, so that nobody has to ask one whether it has an attribute."""
    asking = {"getattr", "hasattr"}
    asked = [
        f"{file.relative_to(PACKAGE)}:{node.lineno}"
        for file in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in asking
        and isinstance(node.args[0], ast.Name)
        and node.args[0].id in {"event", "happened"}
    ]

    assert asked == []


def test_a_module_of_the_worlds_uses_only_what_was_read_before_it() -> None:
    """Of packages it is said where they are read; BetTune's participant is told stories that come after its data."""
    order = re.findall(r"`(\w+)`", (world.__doc__ or "").partition("Units")[0])
    used = re.compile(r"^from simulator\.world\.(\w+)", re.MULTILINE)
    for place, module in enumerate(order):
        path = WORLD / f"{module}.py"
        if path.exists():
            assert set(used.findall(path.read_text(encoding="utf-8"))) <= set(order[:place]), module


def test_the_fields_of_a_scenario_are_read_in_the_order_that_their_package_gives() -> None:
    order = re.findall(r"`(\w+)`", scenario_format.__doc__ or "")
    assert sorted(module.name for module in iter_modules(scenario_format.__path__)) == sorted(order)
    used = re.compile(r"^from simulator\.world\.format\.(\w+) import", re.MULTILINE)
    for place, module in enumerate(order):
        source = (WORLD / "format" / f"{module}.py").read_text(encoding="utf-8")
        assert set(used.findall(source)) <= set(order[:place]), module
