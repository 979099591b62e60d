"""What the documents name exists."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/exchange-mechanics.md"]
PATH = re.compile(
    r"`((?:simulator|tests|docs|fixtures|specs|\.ci)/[\w./-]+|[A-Z]+\.md|constraints\.txt|pyproject\.toml)`"
)
CITED = re.compile(
    r"mechanics'?,?\s+(?:sections?\s+)?(\d+(?:\.\d+)?(?:(?:,\s+|\s+to\s+|,?\s+and\s+)\d+(?:\.\d+)?)*)", re.IGNORECASE
)
LINK = re.compile(r"\]\(([^)#:]+)\)")
NAMED = re.compile(r"`([A-Za-z_.]+)`\s+\(`(simulator/[\w/]+\.py)`\)")


def text_of(document: str) -> str:
    return PROJECT.joinpath(document).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    named = PATH.findall(text_of(document))

    assert named
    assert [path for path in named if not PROJECT.joinpath(path).exists()] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, "docs/fidelity.md"])
def test_every_link_between_documents_leads_somewhere(document: str) -> None:
    folder = PROJECT.joinpath(document).parent

    assert [link for link in LINK.findall(text_of(document)) if not folder.joinpath(link).exists()] == []


def test_every_function_and_class_on_the_route_of_a_bet_is_where_the_architecture_says() -> None:
    named = NAMED.findall(text_of("docs/architecture.md"))

    assert len(named) >= 10
    for name, path in named:
        last = name.rpartition(".")[2]
        assert re.search(rf"^\s*(async )?(def|class) {last}\b", text_of(path), re.MULTILINE), f"{name} in {path}"


def test_every_room_of_the_architecture_is_a_folder_or_a_file_of_the_package() -> None:
    """And no package is left out."""
    rooms = set(re.findall(r"^\| .*?\|", text_of("docs/architecture.md").partition("## Two folds")[0], re.MULTILINE))
    named = {path for row in rooms for path in PATH.findall(row)}
    packages = {
        str(path.relative_to(PROJECT)) for path in PROJECT.glob("simulator/*/") if (path / "__init__.py").exists()
    }

    assert packages - named == set()


def cited_sections() -> list[tuple[str, str]]:
    """Each section of the exchange mechanics that a docstring or a comment cites, with the file."""
    files = [*PROJECT.glob("simulator/**/*.py"), *PROJECT.glob("tests/**/*.py")]
    return [
        (str(file.relative_to(PROJECT)), section)
        for file in files
        if file != Path(__file__)
        for sections in CITED.findall(file.read_text(encoding="utf-8"))
        for section in re.findall(r"\d+(?:\.\d+)?", sections)
    ]


def test_every_section_of_the_exchange_mechanics_that_is_cited_is_there() -> None:
    sections = set(re.findall(r"^##+ (\d+(?:\.\d+)?)\.? ", text_of("docs/exchange-mechanics.md"), re.MULTILINE))
    cited = cited_sections()

    assert len(cited) > 20
    assert [(file, section) for file, section in cited if section not in sections] == []
