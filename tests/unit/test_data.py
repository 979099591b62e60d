"""The package finds its data files in a checkout, in a wheel, and in a zipped wheel."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

from simulator import data

CHECKOUT = Path(__file__).parents[2]

PRINT_THE_DATA = """
from simulator import data
print(data.fixture_names(), data.fixture_bytes("example.yaml"))
print(data.specification_names(), data.specification_bytes("service.yaml"))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of this package, built from a tree with one known fixture and one known specification."""
    tree = tmp_path_factory.mktemp("tree")
    shutil.copy(CHECKOUT / "pyproject.toml", tree)
    for readme in CHECKOUT.glob("README.md"):
        shutil.copy(readme, tree)
    shutil.copytree(CHECKOUT / "simulator", tree / "simulator", ignore=shutil.ignore_patterns("__pycache__"))
    for folder, name, content in (
        ("fixtures", "example.yaml", b"name: example\n"),
        ("specs", "service.yaml", b"openapi: 3.1.0\n"),
    ):
        (tree / folder).mkdir()
        (tree / folder / name).write_bytes(content)
    return Path(next(WheelBuilder(str(tree)).build(directory=str(tree / "dist"), versions=["standard"])))


def data_printed_by(installation: Path) -> list[str]:
    """What a Python that sees only `installation` and the standard library prints of the package's data."""
    return subprocess.run(
        [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(installation)!r})\n{PRINT_THE_DATA}"],
        capture_output=True,
        check=True,
        cwd=installation.parent,
        text=True,
    ).stdout.splitlines()


EXPECTED = [
    "('example.yaml',) b'name: example\\n'",
    "('service.yaml',) b'openapi: 3.1.0\\n'",
]


def test_a_checkout_lists_the_files_of_its_own_folders() -> None:
    assert data.fixture_names() == tuple(sorted(path.name for path in (CHECKOUT / "fixtures").glob("*.yaml")))
    assert data.specification_names() == tuple(sorted(path.name for path in (CHECKOUT / "specs").glob("*.yaml")))


def test_a_checkout_reads_the_files_it_lists() -> None:
    for name in data.fixture_names():
        assert data.fixture_bytes(name) == (CHECKOUT / "fixtures" / name).read_bytes()
    for name in data.specification_names():
        assert data.specification_bytes(name) == (CHECKOUT / "specs" / name).read_bytes()


def test_an_installed_wheel_carries_its_data_inside_the_package(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")

    assert sorted(path.name for path in (tmp_path / "site").iterdir() if path.suffix != ".dist-info") == ["simulator"]
    assert data_printed_by(tmp_path / "site") == EXPECTED


def test_a_wheel_that_is_never_unpacked_finds_its_data_too(wheel: Path) -> None:
    assert data_printed_by(wheel) == EXPECTED


def test_a_wheel_tells_type_checkers_that_it_is_typed_and_installs_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        entry_points = next(name for name in archive.namelist() if name.endswith("/entry_points.txt"))

        assert "simulator/py.typed" in archive.namelist()
        assert b"betsim = simulator.start:main" in archive.read(entry_points)


@pytest.mark.parametrize("name", ["no-such-file.yaml", "../pyproject.toml", "/etc/hostname", ""])
def test_a_name_that_is_not_listed_is_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(data.UnknownDataFile, match=r"^There is no file .* in fixtures; there are: "):
        data.fixture_bytes(name)
