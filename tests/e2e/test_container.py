"""The Containerfile copies what is there, installs as the README does, runs as nobody, and knows whether it is well."""

import json
import re
import shutil
import subprocess

import pytest

from tests.serving import CHECKOUT, let_read_documents, serving

TEXT = CHECKOUT.joinpath("Containerfile").read_text(encoding="utf-8")
INSTRUCTIONS = [tuple(line.split(" ", 1)) for line in TEXT.splitlines() if re.match(r"[A-Z]+ ", line)]
BUILD_SECONDS = 500


def said(name: str) -> list[str]:
    return [rest for instruction, rest in INSTRUCTIONS if instruction == name]


def test_what_it_copies_is_in_the_checkout_and_is_all_that_the_package_is_built_of() -> None:
    copied = {source for rest in said("COPY") for source in rest.split()[:-1]}

    assert [source for source in copied if not CHECKOUT.joinpath(source).exists()] == []
    built_of = re.search(r"^only-include = (\[.*\])$", CHECKOUT.joinpath("pyproject.toml").read_text(), re.MULTILINE)
    assert built_of is not None
    assert {*json.loads(built_of[1]), "pyproject.toml", "README.md", "constraints.txt"} == copied


def test_what_it_copies_is_not_ignored() -> None:
    ignored = CHECKOUT.joinpath(".containerignore").read_text().split()

    assert not {source for rest in said("COPY") for source in rest.split()} & set(ignored)
    assert CHECKOUT.joinpath(".dockerignore").read_text().split() == ignored


def test_it_installs_with_the_line_of_the_readme() -> None:
    (line,) = said("RUN")
    readme = CHECKOUT.joinpath("README.md").read_text(encoding="utf-8")

    assert re.sub(r" --no-cache-dir", "", line).replace("python3 -m venv .venv && ", "") in readme
    assert "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt" in readme


def test_nobody_is_root_in_it() -> None:
    (user,) = said("USER")

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)


def test_the_health_check_is_content_with_a_server_and_with_nothing_else() -> None:
    (check,) = said("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert "8000" in command[2]

    with serving("--scenario", "derby") as served:
        let_read_documents(served)
        port = served.url.rpartition(":")[2]
        well = [*command[:2], command[2].replace("8000", port)]
        assert subprocess.run(well, timeout=60, check=False).returncode == 0
    assert subprocess.run(well, timeout=60, check=False, capture_output=True).returncode != 0


def _engine() -> str | None:
    """The first program that builds containers here, or `None`."""
    for name in ("podman", "docker"):
        asked = shutil.which(name) and subprocess.run([name, "info"], capture_output=True, timeout=60, check=False)
        if asked and asked.returncode == 0:
            return name
    return None


@pytest.mark.deep
def test_it_is_built_and_says_that_it_is_ready() -> None:
    """Where there is an engine that may fetch what it begins with."""
    engine = _engine()
    if engine is None:
        pytest.skip("there is neither podman nor docker that works")
    options = ("--format", "docker") if engine == "podman" else ()
    subprocess.run(
        [engine, "build", *options, "-f", "Containerfile", "-t", "betsim-test", "."],
        cwd=CHECKOUT,
        timeout=BUILD_SECONDS,
        check=True,
    )
    version = subprocess.run(
        [engine, "run", "--rm", "betsim-test", "--version"], capture_output=True, text=True, timeout=60, check=True
    )
    assert version.stdout.startswith("betsim, version")
