"""The kernel and the worlds are meant to be read, in the order that their own docstrings give."""

import re
from pathlib import Path
from pkgutil import iter_modules

from simulator import exchange, world
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


WORLD = Path(world.__path__[0])


def test_a_world_that_runs_needs_nothing_of_what_reads_and_checks_documents() -> None:
    for source in WORLD.rglob("*.py"):
        if "loading" not in source.relative_to(WORLD).parts:
            assert "simulator.world.loading" not in source.read_text(encoding="utf-8"), source


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
