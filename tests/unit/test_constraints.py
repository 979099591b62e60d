"""What is installed is said in one file, exactly, and within what pyproject.toml allows."""

import importlib.util
import re
import sys
import tomllib
from collections.abc import Collection
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
LINE = re.compile(
    r'[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*(; python_version == "3\.\d+"( or python_version == "3\.\d+")*)?'
)


def constraints() -> list[str]:
    lines = PROJECT.joinpath("constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def exact_versions(python: str) -> dict[str, str]:
    """The version of each distribution on one version of Python."""
    versions: dict[str, str] = {}
    for requirement in map(Requirement, constraints()):
        if requirement.marker is None or requirement.marker.evaluate({"python_version": python}):
            assert canonicalize_name(requirement.name) not in versions
            (specifier,) = requirement.specifier
            versions[canonicalize_name(requirement.name)] = specifier.version
    return versions


def asked_for() -> list[Requirement]:
    project = tomllib.loads(PROJECT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert {*extras["tls"], *extras["backtest"]} <= set(extras["test"])
    return [Requirement(one) for one in (*project["dependencies"], *extras["test"])]


def with_all_they_need(names: Collection[str]) -> set[str]:
    """The names and those of all that they need here, and that needs in turn, as it is installed."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.add(name)
            needs = map(Requirement, metadata.requires(name) or [])
            waiting += [one.name for one in needs if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def tool(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, PROJECT / ".ci" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_every_constraint_is_a_name_and_a_version_and_nothing_else() -> None:
    """No address, no hash: where packages come from is for each reader to say."""
    assert [line for line in constraints() if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_constraints_are_versions_that_pyproject_allows(python: str) -> None:
    exact = exact_versions(python)

    for requirement in asked_for():
        assert requirement.specifier.contains(exact[canonicalize_name(requirement.name)]), requirement


def test_everything_that_comes_with_the_package_and_its_test_extras_is_constrained() -> None:
    exact = exact_versions(RUNNING)
    direct = [canonicalize_name(one.name) for one in asked_for()]
    if any(exact[name] != metadata.version(name) for name in direct):
        pytest.skip("the versions installed are not those of constraints.txt")

    assert with_all_they_need(direct) - exact.keys() == set()


def test_the_constraints_of_several_pythons_are_told_apart_only_where_they_differ() -> None:
    resolved = {"3.11": {"b": "1", "A": "1"}, "3.12": {"b": "2", "A": "1"}, "3.13": {"b": "2", "A": "1", "c": "3"}}

    assert tool("freeze").constraints(resolved) == [
        "A==1",
        'b==1; python_version == "3.11"',
        'b==2; python_version == "3.12" or python_version == "3.13"',
        'c==3; python_version == "3.13"',
    ]


def test_the_lowest_versions_are_the_bounds_of_pyproject(tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(
        """
        [project]
        dependencies = ["one>=1.2", "two>=0.3; sys_platform != 'win32'"]
        optional-dependencies.test = ["th-ree>=4", "four>=5"]
        optional-dependencies.more = ["four>=5"]
        """,
        encoding="utf-8",
    )

    lowest = list(tool("lowest_versions").lowest_versions(pyproject))

    assert lowest == ["one==1.2", "two==0.3; sys_platform != 'win32'", "th-ree==4", "four==5"]
    assert len(list(tool("lowest_versions").lowest_versions(PROJECT / "pyproject.toml"))) == len(asked_for())


@pytest.mark.parametrize("requirement", ["one", "one==1.2", "one>=1.2,<2", "one>1"])
def test_a_requirement_without_a_lowest_version_of_its_own_is_refused(requirement: str, tmp_path: Path) -> None:
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(f'[project]\ndependencies = ["{requirement}"]\noptional-dependencies = {{}}', encoding="utf-8")

    with pytest.raises(ValueError, match="is not of the form NAME>=VERSION"):
        list(tool("lowest_versions").lowest_versions(pyproject))
