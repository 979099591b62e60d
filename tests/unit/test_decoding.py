"""Requests are read as leniently as the real service reads them, and no more so.

The tables are the specification: what is sent, and what is understood or which fault it is.
"""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.betfair.decoding import ParameterDecoder
from simulator.betfair.errors import Fault, ProtocolError
from simulator.betfair.schema import sports_aping as sports
from simulator.betfair.schema.sports_enums import PriceData, Side
from simulator.betfair.schema.types import Input, Int, ListOf, Long
from simulator.betfair.schema.wire import Instant


class Inner(Input, frozen=True, kw_only=True):
    side: Side
    price: float | None = None


class Everything(Input, frozen=True, kw_only=True):
    """A request with a field of every kind, all optional."""

    integer: Int | None = None
    long: Long | None = None
    double: float | None = None
    boolean: bool | None = None
    string: str | None = None
    enumeration: PriceData | None = None
    date: Instant | None = None
    inner: Inner | None = None
    strings: ListOf[str] | None = None
    inners: ListOf[Inner] | None = None


EVERYTHING = ParameterDecoder(Everything)
PLACE = ParameterDecoder(sports.PlaceOrdersRequest)
BOOK = ParameterDecoder(sports.ListMarketBookRequest)
CURRENT = ParameterDecoder(sports.ListCurrentOrdersRequest)


def fault_of(decoder: ParameterDecoder[Any], body: bytes) -> Fault:
    with pytest.raises(ProtocolError) as refusal:
        decoder.decode(body)
    return refusal.value.fault


@pytest.mark.parametrize(
    ("field", "sent", "understood"),
    [
        ("integer", "10", 10),
        ("integer", '"10"', 10),
        ("integer", '" 10 "', 10),
        ("integer", r'"\t10\r\n"', 10),
        ("integer", r'"\t"', None),
        ("integer", '"-10"', -10),
        ("integer", '"+10"', 10),
        ("integer", "10.0", 10),
        ("integer", "10.7", 10),
        ("integer", "-10.7", -10),
        ("integer", "1e2", 100),
        ("integer", '""', None),
        ("integer", "null", None),
        ("long", '"9223372036854775807"', 2**63 - 1),
        ("double", "2", 2.0),
        ("double", '"2"', 2.0),
        ("double", '"1000.00"', 1000.0),
        ("double", '"1e3"', 1000.0),
        ("double", '".5"', 0.5),
        ("double", r'" .5\n"', 0.5),
        ("double", '" "', None),
        ("double", '""', None),
        ("double", "null", None),
        ("boolean", "true", True),
        ("boolean", '"true"', True),
        ("boolean", '"false"', False),
        ("boolean", '""', None),
        ("string", '"1.180"', "1.180"),
        ("string", "1.180", "1.180"),
        ("string", "49078012097", "49078012097"),
        ("string", "-1", "-1"),
        ("string", "1E5", "1E5"),
        ("string", "123456789012345678901234567890", "123456789012345678901234567890"),
        ("string", '""', ""),
        ("string", "null", None),
        ("enumeration", '"EX_TRADED"', PriceData.EX_TRADED),
        ("enumeration", "null", None),
        ("date", '"2026-06-06"', 1_780_704_000_000),
        ("date", '""', None),
        ("strings", '["1", 2, 3.50]', ("1", "2", "3.50")),
        ("strings", "[]", ()),
        ("inner", '{"side": "BACK", "price": "2.02", "colour": []}', Inner(side=Side.BACK, price=2.02)),
        ("inners", '[{"side": "LAY", "price": null}]', (Inner(side=Side.LAY),)),
        ("unheard_of", '{"a": [1, {"b": null}]}', None),
    ],
)
def test_a_value_is_understood(field: str, sent: str, understood: Any) -> None:
    """The sentinel makes the strict reader refuse the whole request, so each value is read by both readers."""
    strictly_or_not = EVERYTHING.decode(f'{{"{field}": {sent}}}'.encode())
    leniently = EVERYTHING.decode(f'{{"{field}": {sent}, "{sentinel_for(field)}": ""}}'.encode())

    assert understood == getattr(strictly_or_not, field, None)
    assert strictly_or_not == leniently


def sentinel_for(field: str) -> str:
    return "boolean" if field == "double" else "double"


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("integer", "true"),
        ("integer", '"ten"'),
        ("integer", '"10.7"'),
        ("integer", '"1_0"'),
        ("integer", '"١٠"'),
        ("integer", r'"\u00a010"'),
        ("integer", "[10]"),
        ("integer", "{}"),
        ("integer", "2147483648"),
        ("integer", '"-2147483649"'),
        ("integer", "1e300"),
        ("long", "9223372036854775808"),
        ("long", '"99999999999999999999999999999999999999"'),
        ("double", "true"),
        ("double", '"NaN"'),
        ("double", '"Infinity"'),
        ("double", '"1e400"'),
        ("double", '"0x10"'),
        ("double", r'"\u2003"'),
        ("double", '"two"'),
        ("double", "9" * 400),
        ("boolean", "1"),
        ("boolean", '"yes"'),
        ("boolean", '"TRUE"'),
        ("string", "true"),
        ("string", "[]"),
        ("string", "{}"),
        ("enumeration", '"ex_traded"'),
        ("enumeration", '"EX_TRADED "'),
        ("enumeration", '""'),
        ("enumeration", "1"),
        ("date", '"yesterday"'),
        ("date", "1780704000000"),
        ("inner", '"BACK"'),
        ("inner", "[]"),
        ("inner", '""'),
        ("strings", '"1.1"'),
        ("strings", "{}"),
        ("strings", "[null]"),
        ("inners", '[{"side": "HEDGE"}]'),
    ],
)
def test_a_value_of_the_wrong_kind_cannot_be_converted(field: str, sent: str) -> None:
    assert Fault.CLASS_CONVERSION_FAILURE is fault_of(EVERYTHING, f'{{"{field}": {sent}}}'.encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b'{"integer": 1',
        b"{'integer': 1}",
        b'{"integer": 01}',
        b'{"double": NaN}',
        b'{"double": Infinity}',
        b'{"double": 1e400}',
        b'{"string": "\xff"}',
        b'{"string": "\\ud800"}',
        b'{"string": "\x01"}',
        b"\x00",
        b"\xef\xbb\xbf{}",
        b"[" * 10_000,
        b"[" * 10_000 + b"]" * 10_000,
        b'{"unheard_of":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"inner":' * 10_000 + b"1" + b"}" * 10_000,
        b"9" * 5_000,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_not_json_cannot_be_parsed(body: bytes) -> None:
    assert Fault.JSON_PARSE_FAILURE is fault_of(EVERYTHING, body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"marketId": "1.1"}',
        b'{"marketId": "1.1", "instructions": null}',
        b'{"instructions": []}',
        b'{"marketId": "1.1", "instructions": [{"orderType": "LIMIT", "selectionId": 1}]}',
        b'{"marketId": "1.1", "instructions": [{"orderType": "LIMIT", "selectionId": "", "side": "BACK"}]}',
        b'{"marketId": "1.1", "instructions": [{"orderType":"LIMIT","selectionId":1,"side":"LAY","limitOrder":{}}]}',
        b"{}",
        b"[]",
        b"null",
    ],
)
def test_what_is_mandatory_is_missed_at_any_depth(body: bytes) -> None:
    assert Fault.MANDATORY_NOT_DEFINED is fault_of(PLACE, body)


def test_a_value_of_the_wrong_kind_is_noticed_before_a_missing_one() -> None:
    """The framework converts everything before it looks for what is not there."""
    body = b'{"instructions": [{"side": "HEDGE"}]}'

    assert Fault.CLASS_CONVERSION_FAILURE is fault_of(PLACE, body)


@pytest.mark.parametrize("body", [b"5", b'"text"', b"true"])
def test_parameters_are_an_object_or_a_list(body: bytes) -> None:
    assert Fault.CLASS_CONVERSION_FAILURE is fault_of(PLACE, body)


def test_a_list_of_parameters_is_read_up_to_the_last_that_is_declared() -> None:
    body = b'["1.1", [], "r", null, null, true, "one too many"]'

    assert ("1.1", True) == (PLACE.decode(body).marketId, PLACE.decode(body).async_)


def test_parameters_may_come_in_the_order_of_the_interface_definition() -> None:
    request = PLACE.decode(
        b'["1.1", [{"orderType": "LIMIT", "selectionId": "47", "side": "LAY"}], null, {"version": 5}]'
    )

    assert ("1.1", 47, Side.LAY) == (
        request.marketId,
        request.instructions[0].selectionId,
        request.instructions[0].side,
    )
    assert request.marketVersion is not None
    assert (None, 5) == (request.customerRef, request.marketVersion.version)


@pytest.mark.parametrize("body", [b"{}", b"null", b"[]", b'{"betIds": null}'])
def test_parameters_that_are_all_optional_may_all_be_left_out(body: bytes) -> None:
    assert sports.ListCurrentOrdersRequest() == CURRENT.decode(body)


def test_duplicates_in_a_set_collapse_and_the_order_stays() -> None:
    body = b'{"marketIds": ["1.2", "1.1", "1.2"], "betIds": [3, "1", "3", 2]}'

    request = BOOK.decode(body)

    assert ("1.2", "1.1", "1.2") == request.marketIds, "a list keeps its duplicates"
    assert ("3", "1", "2") == request.betIds


def test_duplicates_collapse_in_sets_of_objects_and_inside_objects() -> None:
    cleared = ParameterDecoder(sports.ListClearedOrdersRequest).decode(
        b'{"betStatus": "VOIDED", "runnerIds": [{"marketId":"1","selectionId":4},{"marketId":1,"selectionId":"4"}]}'
    )
    book = BOOK.decode(b'{"marketIds": [], "priceProjection": {"priceData": ["EX_TRADED", "EX_TRADED"]}}')

    assert cleared.runnerIds is not None
    assert 1 == len(cleared.runnerIds)
    assert book.priceProjection is not None
    assert (PriceData.EX_TRADED,) == book.priceProjection.priceData


def test_the_strict_and_the_lenient_reader_give_the_same_to_the_byte() -> None:
    """The manual's sample of placeOrders has its numbers in quotation marks, most clients have not."""
    quoted = (
        b'{"marketId":"1.109850906","instructions":[{"selectionId":"237486","handicap":"0","side":"LAY",'
        b'"orderType":"LIMIT","limitOrder":{"size":"2","price":"3","persistenceType":"LAPSE"}}]}'
    )
    plain = (
        b'{"marketId":"1.109850906","instructions":[{"selectionId":237486,"handicap":0,"side":"LAY",'
        b'"orderType":"LIMIT","limitOrder":{"size":2,"price":3.0,"persistenceType":"LAPSE"}}]}'
    )

    assert msgspec.json.encode(PLACE.decode(plain)) == msgspec.json.encode(PLACE.decode(quoted))


def test_an_explanation_names_the_place_of_the_fault() -> None:
    body = b'{"marketId": "1.1", "instructions": [{"selectionId": 1}, {"selectionId": true}]}'

    with pytest.raises(ProtocolError, match=r"\$\.instructions\[1\]\.selectionId: expected an integer, got True"):
        PLACE.decode(body)


def test_only_an_operation_without_parameters_takes_nothing() -> None:
    assert ParameterDecoder(sports.GetExposureReuseEnabledEventsRequest).takes_nothing
    assert not CURRENT.takes_nothing


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["BACK", "1", "", "2026-06-06"]),
    lambda children: st.lists(children) | st.dictionaries(st.sampled_from(Everything.__struct_fields__), children),
)


READING_FAULTS = (Fault.CLASS_CONVERSION_FAILURE, Fault.MANDATORY_NOT_DEFINED, Fault.JSON_PARSE_FAILURE)


def is_read_or_refused(body: bytes) -> bool:
    try:
        return isinstance(EVERYTHING.decode(body), Everything)
    except ProtocolError as refusal:
        return refusal.fault in READING_FAULTS


@given(json_values)
def test_any_json_is_read_or_refused(value: Any) -> None:
    """Whatever the value, the outcome is a request or a `ProtocolError`, never another exception."""
    assert is_read_or_refused(msgspec.json.encode(value))


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    assert is_read_or_refused(body)
