"""Answers become XML by one rule a kind of value, and always well-formed."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.betfair import xml
from simulator.betfair.schema.sports_inputs import TimeRange
from simulator.betfair.schema.sports_markets import (
    EventType,
    EventTypeResult,
    RunnerCatalog,
    StartingPrices,
    TimeRangeResult,
)
from simulator.betfair.schema.sports_orders import PriceSize
from simulator.betfair.schema.wire import Instant, double

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def contents_of(answer: object) -> str:
    """Return what stands between the root's tags."""
    document = xml.answer_document("listIt", "urn:test", answer).decode()
    opening, closing = f'{HEAD}<ListItResponse xmlns="urn:test">', "</ListItResponse>"
    assert document.startswith(opening)
    assert document.endswith(closing)
    return document[len(opening) : -len(closing)]


@pytest.mark.parametrize(
    ("answer", "contents"),
    [
        ([], ""),
        ("SUCCESS", "<String>SUCCESS</String>"),
        ([7, 8], "<Long>7</Long><Long>8</Long>"),
        (True, "<Boolean>true</Boolean>"),
        (
            [2.5, double(3_375_962_291), 1e-4],
            "<Double>2.5</Double><Double>3.375962291E7</Double><Double>1.0E-4</Double>",
        ),
        (PriceSize(2.0, double(1_000_000_000)), "<PriceSize><price>2.0</price><size>1.0E7</size></PriceSize>"),
        (
            [EventTypeResult(eventType=EventType(id="1", name="Soccer"), marketCount=2)],
            (
                "<EventTypeResult><eventType><id>1</id><name>Soccer</name></eventType>"
                "<marketCount>2</marketCount></EventTypeResult>"
            ),
        ),
        (
            StartingPrices(nearPrice="NaN", backStakeTaken=[PriceSize(2.0, 3.5)], layLiabilityTaken=[]),
            (
                "<StartingPrices><nearPrice>NaN</nearPrice><backStakeTaken><PriceSize><price>2.0</price><size>3.5</size>"
                "</PriceSize></backStakeTaken><layLiabilityTaken/></StartingPrices>"
            ),
        ),
        (
            RunnerCatalog(
                selectionId=1, runnerName="A", handicap=0.0, sortPriority=1, metadata={'a"b': "x<y", "WEARING": None}
            ),
            (
                "<RunnerCatalog><selectionId>1</selectionId><runnerName>A</runnerName><handicap>0.0</handicap>"
                "<sortPriority>1</sortPriority><metadata><entry key='a\"b'><String>x&lt;y</String></entry></metadata>"
                "</RunnerCatalog>"
            ),
        ),
        (
            TimeRangeResult(timeRange=TimeRange(from_=Instant(0)), marketCount=1),
            (
                "<TimeRangeResult><timeRange><from>1970-01-01T00:00:00.000Z</from></timeRange>"
                "<marketCount>1</marketCount></TimeRangeResult>"
            ),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_value_is_written_by_its_kind(answer: object, contents: str) -> None:
    assert contents == contents_of(answer)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_but_for_what_xml_cannot_carry(text: str) -> None:
    carried = "".join(letter if letter in "\t\n\r" or letter >= " " else "\ufffd" for letter in text)
    answer = [EventType(name=text)]

    name = ElementTree.fromstring(xml.answer_document("listIt", "", answer)).findtext("EventType/name")

    assert carried.translate({0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}) == name


def test_a_fault_has_no_namespace() -> None:
    fault = {"faultcode": "Client", "faultstring": "DSC-0018", "detail": {}}

    assert (
        f"{HEAD}<fault><faultcode>Client</faultcode><faultstring>DSC-0018</faultstring><detail/></fault>"
    ) == xml.fault_document(fault).decode()
