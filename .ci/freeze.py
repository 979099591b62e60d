"""Write constraints.txt anew: the newest versions that fit together, on each of the interpreters named.

Usage: python .ci/freeze.py python3.11 python3.12 python3.13

A version that not all of them can have gets a marker.
"""

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).parents[1]
HEADER = """\
# The versions with which the suite is known to be green, on Python 3.11, 3.12 and 3.13: all that the package and its
# test extras bring with them. What the project can work with are the ranges in pyproject.toml. Written by
# `python .ci/freeze.py python3.11 python3.12 python3.13`.
"""


def newest_versions(interpreter: str) -> tuple[str, dict[str, str]]:
    """Return the interpreter's version, as `3.11`, and the version of every distribution pip would install for it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([interpreter, "-m", "venv", folder], check=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        report = Path(folder, "report.json")
        resolve = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report", report, "--editable", ".[test]"]
        subprocess.run([python, "-m", "pip", *resolve], cwd=PROJECT, check=True)
        resolved = json.loads(report.read_text(encoding="utf-8"))
    distributions = (one["metadata"] for one in resolved["install"])
    versions = {one["name"]: one["version"] for one in distributions if one["name"] != "betsim"}
    return resolved["environment"]["python_version"], versions


def constraints(resolved: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Return one line for each distribution and version, given the versions that each version of Python gets.

    >>> constraints({"3.11": {"a": "1", "b": "1"}, "3.12": {"a": "1", "b": "2"}})
    ['a==1', 'b==1; python_version == "3.11"', 'b==2; python_version == "3.12"']
    """
    pythons: dict[tuple[str, str], list[str]] = defaultdict(list)
    for python, versions in resolved.items():
        for name, version in versions.items():
            pythons[name, version].append(python)
    return [
        f"{name}=={version}" + ("" if len(where) == len(resolved) else f"; {_marker(where)}")
        for (name, version), where in sorted(pythons.items(), key=lambda one: (one[0][0].lower(), one[1]))
    ]


def _marker(pythons: list[str]) -> str:
    return " or ".join(f'python_version == "{python}"' for python in pythons)


if __name__ == "__main__":
    lines = constraints(dict(newest_versions(interpreter) for interpreter in sys.argv[1:]))
    Path(PROJECT, "constraints.txt").write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
