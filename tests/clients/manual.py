"""The sample requests and answers that Betfair's API manual of 2017 prints, from the text that was made of its PDF.

Where the text is absent, tests that read it are skipped and say so. Lines are those of the text, counted from 1.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from tests.evidence import MANUAL, text_of

REPAIRS = (
    # Words that the PDF breaks at the end of a line.
    ("EX_BEST_OFFE RS", "EX_BEST_OFFERS"),
    ("marke tId", "marketId"),
    ("pric e", "price"),
    ('" GIBRALTAR', '"GIBRALTAR'),
    ("22T13\n:01:53", "22T13:01:53"),
    ('"sizeRemaining":5\n.0', '"sizeRemaining":5.0'),
    # Closing braces, and once a size, that were lost where a page begins.
    ('"virtualise": "true"\n}\n,', '"virtualise": "true"\n}\n},'),
    ('"price": 6.6,\n}', '"price": 6.6,\n"size": null\n}'),
    ('"size": 1701.27\n]', '"size": 1701.27\n}]'),
    ('"size": 1701.15\n,', '"size": 1701.15\n},'),
    ('"tradedVolume": []\n}\n,', '"tradedVolume": []\n}\n},'),
    ('"availableToLay": [],\ntradedVolume"', '"availableToLay": [],\n"tradedVolume"'),
)
"""All that is changed in what is printed before it is posted or compared: what the conversion to text broke."""


@cache
def _lines() -> list[str]:
    return text_of(MANUAL).split("\n")


def printed(first_line: int, last_line: int | None = None) -> str:
    """Return some lines of the manual, mended; skip the test where the manual is not there."""
    text = "\n".join(_lines()[first_line - 1 : last_line])
    for broken, whole in REPAIRS:
        text = text.replace(broken, whole)
    return text


def printed_document(line: int) -> str:
    """Return the text of the JSON document that begins with the first bracket of a line, to its last bracket."""
    text = printed(line)
    start = min(position for position in (text.find("["), text.find("{")) if position >= 0)
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end]


def intact(text: str) -> Iterator[Any]:
    """Yield the outermost objects of a text that are still whole.

    Long answers are broken at every other page and are not repaired: what stands between the breaks shows their shape.
    """
    decoder = json.JSONDecoder()
    position = text.find("{")
    while position >= 0:
        try:
            found, position = decoder.raw_decode(text, position)
            yield found
        except json.JSONDecodeError:
            position += 1
        position = text.find("{", position)


def shapes(document: object, without: frozenset[str] = frozenset()) -> set[frozenset[str]]:
    """Return the sets of names that the objects of a document have for members, some left out."""
    found: set[frozenset[str]] = set()
    if isinstance(document, dict):
        found.add(frozenset(document) - without)
        document = list(document.values())
    if isinstance(document, list):
        for part in document:
            found |= shapes(part, without)
    return found
