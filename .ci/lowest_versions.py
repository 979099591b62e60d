"""Print the lowest versions that pyproject.toml allows, one constraint a line, as pip reads them."""

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)>=(?P<version>[0-9][A-Za-z0-9.]*)(?P<marker>; .+)?")


def lowest_versions(pyproject: Path) -> Iterator[str]:
    """Yield `NAME==VERSION` of all that the package and its extras ask for, each once.

    Raises `ValueError` for a requirement that states no lowest version or more than that.
    """
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    for requirement in dict.fromkeys((*project["dependencies"], *(member for extra in extras for member in extra))):
        bound = REQUIREMENT.fullmatch(requirement)
        if bound is None:
            raise ValueError(f"{requirement!r} in {pyproject} is not of the form NAME>=VERSION.")
        yield f"{bound['name']}=={bound['version']}{bound['marker'] or ''}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lowest_versions(Path(__file__).parents[1] / "pyproject.toml"))
