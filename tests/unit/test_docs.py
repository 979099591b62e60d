"""What the documents name exists."""

import re
from pathlib import Path

import pytest

from simulator.betfair.services import SERVICES

PROJECT = Path(__file__).parents[2]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/exchange-mechanics.md",
    "docs/failure-modes.md",
    "docs/recordings.md",
    "docs/speed.md",
]
PATH = re.compile(
    r"`((?:simulator|tests|docs|fixtures|specs|\.ci)/[\w./-]+|[A-Z]+\.md|constraints\.txt|pyproject\.toml)`"
)
CITED = re.compile(
    r"mechanics'?,?\s+(?:sections?\s+)?(\d+(?:\.\d+)?(?:(?:,\s+|\s+to\s+|,?\s+and\s+)\d+(?:\.\d+)?)*)", re.IGNORECASE
)
SECTION = re.compile(r"(?:\bsections?\s+|§\s*)\d[\d.]*", re.IGNORECASE)
"""A citation by number; the only numbered documents that can be looked up are the exchange mechanics and RFCs."""
OWNER_OF_SECTION = re.compile(r"(?:\bmechanics'?,?|\bRFC \d+,?)\s*$", re.IGNORECASE)
NUMBERED_ELSEWHERE = re.compile(
    r"\b(?:wire|reference|notes)\b,?\s+(?:rows?\s+)?\d+\.\d+|\brows?\s+\d+\.\d+", re.IGNORECASE
)
LINK = re.compile(r"\]\(([^)#:]+)\)")
NAME = re.compile(r"`(\w+)`")
NAMED = re.compile(r"`([A-Za-z_.]+)`\s+\(`(simulator/[\w/]+\.py)`\)")


def text_of(document: str) -> str:
    return PROJECT.joinpath(document).read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_a_document_names_is_there(document: str) -> None:
    named = PATH.findall(text_of(document))

    assert named
    assert [path for path in named if not PROJECT.joinpath(path).exists()] == []


@pytest.mark.parametrize("document", [*DOCUMENTS, "docs/fidelity.md", "docs/testing.md", "docs/failure-modes.md"])
def test_every_link_between_documents_leads_somewhere(document: str) -> None:
    folder = PROJECT.joinpath(document).parent

    assert [link for link in LINK.findall(text_of(document)) if not folder.joinpath(link).exists()] == []


def test_the_page_on_fidelity_has_every_operation_with_tests_that_ask_for_it() -> None:
    """By its own name, or by that which a client library gives it."""
    table = text_of("docs/fidelity.md").partition("### Operation by operation")[2].partition("\n### ")[0]
    rows = [row.split("|")[1:4] for row in table.splitlines() if row.startswith("| `")]
    tests = {name: re.findall(r"`([\w/]+\.py)`", files) for names, _, files in rows for name in NAME.findall(names)}

    assert tests.keys() == {operation for service in SERVICES for operation in service.operations}
    for name, files in tests.items():
        assert files
        snake = re.sub(r"([A-Z])", r"_\1", name).lower()
        for file in files:
            path = PROJECT / "tests" / (file if "/" in file else f"contract/{file}")
            assert re.search(rf"\b({name}|{snake})\b", path.read_text(encoding="utf-8")), f"{name} in {file}"


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


def citations_of_what_nobody_can_look_up(text: str) -> list[str]:
    """Return the numbered citations in a text that are neither of the exchange mechanics nor of an RFC."""
    line = re.sub(r"\s*\n[\s#]*", " ", text)
    by_section = [
        line[max(0, found.start() - 40) : found.end()]
        for found in SECTION.finditer(line)
        if not OWNER_OF_SECTION.search(line[: found.start()][-40:])
    ]
    return by_section + NUMBERED_ELSEWHERE.findall(line) + re.findall("wire reference", line, re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Source: wire reference, section 4.5.", True),
        ("Source: wire\n    reference, sections 4.4, 4.5\n    and 4.7.", True),
        ("two answers recorded in 2026 (wire\n# reference, 4.10)", True),
        ("Source: manual, row 7.14", True),
        ("wire 6.2", True),
        ("The design, § 3", True),
        ("as the notes say (section 4.4)", True),
        ("exchange mechanics,\n    section 5.3", False),
        ("Exchange mechanics, sections 4 and 8.1", False),
        ("RFC 9110, section 7.8", False),
        ("Row 7 of exchange mechanics, section 9.6", False),
        ("manual, Session Management", False),
    ],
)
def test_a_citation_can_be_looked_up_where_it_is_of_the_exchange_mechanics_or_an_rfc(text: str, is_one: bool) -> None:
    assert bool(citations_of_what_nobody_can_look_up(text)) == is_one


def test_nothing_is_cited_by_a_number_of_a_document_that_the_project_lacks() -> None:
    patterns = [
        "*.md",
        "docs/*.md",
        "specs/*",
        "fixtures/**/*.yaml",
        "simulator/**/*.py",
        "tests/**/*.py",
        "benchmarks/**/*.py",
    ]
    files = {file for pattern in patterns for file in PROJECT.glob(pattern)}
    # The sections of the exchange mechanics cite each other without its name.
    read = files - {Path(__file__), PROJECT / "docs/exchange-mechanics.md"}
    found = {
        str(file.relative_to(PROJECT)): citations_of_what_nobody_can_look_up(file.read_text("utf-8")) for file in read
    }

    assert len(found) > 300
    assert {file: citations for file, citations in found.items() if citations} == {}


def test_every_section_of_the_exchange_mechanics_that_is_cited_is_there() -> None:
    sections = set(re.findall(r"^##+ (\d+(?:\.\d+)?)\.? ", text_of("docs/exchange-mechanics.md"), re.MULTILINE))
    cited = cited_sections()

    assert len(cited) > 20
    assert [(file, section) for file, section in cited if section not in sections] == []
