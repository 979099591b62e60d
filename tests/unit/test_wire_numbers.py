"""Numbers and dates change their form at the wire, exactly, and back."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.betfair.schema.sports_enums import PersistenceType
from simulator.betfair.schema.sports_inputs import LimitOrder, PlaceInstruction
from simulator.betfair.schema.wire import (
    DateFormatError,
    Instant,
    as_echoed,
    date_time,
    decode_hook,
    double,
    double_or_word,
    encode_hook,
    hundredths,
    java_text,
    order_date,
    parse_date_time,
)
from simulator.exchange.money import INEXACT
from simulator.exchange.orders import OrderType, Side

LARGEST_EXACT = 2**53 // 100
YEAR_1 = -62_135_596_800_000
YEAR_9999 = 253_402_300_799_999


@pytest.mark.parametrize(
    ("pence", "text"), [(200, "2.0"), (0, "0.0"), (-1500000, "-15000.0"), (150, "1.5"), (101, "1.01"), (1, "0.01")]
)
def test_whole_amounts_keep_their_decimal(pence: int, text: str) -> None:
    assert text.encode() == msgspec.json.encode(double(pence))


@pytest.mark.parametrize(
    ("pence", "text"),
    [
        (999_999_999, "9999999.99"),
        (1_000_000_000, "1.0E7"),
        (-1_000_000_000, "-1.0E7"),
        (3_375_962_291, "3.375962291E7"),
        (1_234_567_800, "1.2345678E7"),
        (1_000_000_000_000, "1.0E10"),
    ],
)
def test_large_amounts_have_an_exponent_as_java_prints_them(pence: int, text: str) -> None:
    """From 10^7 on; 3.375962291E7 stands in the test data of a client."""
    assert text.encode() == msgspec.json.encode(double(pence), enc_hook=encode_hook)
    assert pence / 100 == double(pence)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"),
        (0.00099, "9.9E-4"),
        (1e-4, "1.0E-4"),
        (-2.5e-7, "-2.5E-7"),
        (1e22, "1.0E22"),
        (1.7976931348623157e308, "1.7976931348623157E308"),
        (5e-324, "5.0E-324"),
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (123.0, "123.0"),
    ],
)
def test_a_double_is_text_as_java_prints_it(value: float, text: str) -> None:
    assert text == java_text(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_double_is_that_double(value: float) -> None:
    assert value == float(java_text(value))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_is_repeated_of_a_request_is_written_as_java_prints_it(price: float) -> None:
    order = LimitOrder(price=price, size=2.0, persistenceType=PersistenceType.LAPSE)
    instruction = PlaceInstruction(selectionId=1, orderType=OrderType.LIMIT, side=Side.BACK, limitOrder=order)

    echoed = as_echoed(instruction)

    assert instruction == echoed
    assert f'"price":{java_text(price)}'.encode() in msgspec.json.encode(echoed, enc_hook=encode_hook)


@pytest.mark.parametrize(
    ("value", "written"),
    [(5.5, 5.5), (float("nan"), "NaN"), (float("inf"), "Infinity"), (float("-inf"), "-Infinity")],
)
def test_what_is_no_number_is_a_word(value: float, written: float | str) -> None:
    assert written == double_or_word(value)


@pytest.mark.parametrize(("value", "expected"), [(2.02, 202), (1.01, 101), (1000.0, 100_000), (0.29, 29), (-0.5, -50)])
def test_a_double_becomes_its_hundredths(value: float, expected: int) -> None:
    assert expected == hundredths(value)


@pytest.mark.parametrize("value", [2.025, 0.001, 2.0200000000000005, 1e-300, 1.005])
def test_a_third_decimal_is_not_rounded_away(value: float) -> None:
    assert INEXACT == hundredths(value)


@pytest.mark.parametrize("value", [1e14, 1e300, -1e300, float("inf"), float("-inf"), float("nan")])
def test_what_is_too_large_for_hundredths_is_inexact(value: float) -> None:
    assert INEXACT == hundredths(value)


@given(st.integers(-LARGEST_EXACT, LARGEST_EXACT))
def test_every_amount_comes_back(amount: int) -> None:
    assert amount == hundredths(double(amount))


@given(st.decimals(-1_000_000, 1_000_000, places=4))
def test_exactly_the_amounts_with_two_decimals_are_exact(amount: Decimal) -> None:
    in_hundredths = amount * 100
    expected = int(in_hundredths) if in_hundredths == int(in_hundredths) else INEXACT

    assert expected == hundredths(float(amount))


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_780_768_500_007, "2026-06-06T17:55:00.007Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (YEAR_1, "0001-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_is_written_in_utc_with_three_decimals(milliseconds: int, text: str) -> None:
    assert text == date_time(milliseconds)


def test_the_date_of_an_order_is_cut_to_the_second() -> None:
    assert "2026-06-06T17:55:00.000Z" == order_date(1_780_768_500_999)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-06T17:55:00.007Z",
        "2026-06-06T17:55:00.007+00:00",
        "2026-06-06T17:55:00.007-00:00",
        "2026-06-06T18:55:00.007+01:00",
        "2026-06-06T12:25:00.007-05:30",
        "2026-06-06T18:55:00.007+0100",
        "2026-06-06T18:55:00.007+01",
        "2026-06-06T17:55:00.007",
        "2026-06-06T17:55:00,007Z",
        "2026-06-06T17:55:00.0079999Z",
        "2026-06-06t17:55:00.007z",
    ],
)
def test_a_date_time_may_be_written_in_many_ways(text: str) -> None:
    assert 1_780_768_500_007 == parse_date_time(text)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-06-06T17:55:00Z", "2026-06-06T17:55:00.000Z"),
        ("2026-06-06T17:55Z", "2026-06-06T17:55:00.000Z"),
        ("2026-06-06T17:55:00.5Z", "2026-06-06T17:55:00.500Z"),
        ("2026-06-06", "2026-06-06T00:00:00.000Z"),
        ("2026-06-06T00:30:00+01:00", "2026-06-05T23:30:00.000Z"),
    ],
)
def test_what_a_date_leaves_out_is_zero(text: str, same: str) -> None:
    assert same == date_time(parse_date_time(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026",
        "06/06/2026",
        "2026-02-30",
        "2026-13-01",
        "0000-01-01",
        "2026-06-06T24:00:00Z",
        "2026-06-06T17:60:00Z",
        "2026-06-06 17:55:00",
        "2026-06-06T17:55:00.Z",
        "2026-06-06T17:55:00Z ",
        "2026-06-06T17:55:00Z\n",
        "٢٠٢٦-٠٦-٠٦",
        "1780768500007",
    ],
)
def test_what_is_no_date_is_refused_by_name(text: str) -> None:
    with pytest.raises(DateFormatError) as refusal:
        parse_date_time(text)

    assert repr(text) in str(refusal.value)


@given(st.integers(YEAR_1, YEAR_9999))
def test_every_time_comes_back(milliseconds: int) -> None:
    assert milliseconds == parse_date_time(date_time(milliseconds))


def test_msgspec_reads_and_writes_dates_of_requests() -> None:
    text = b'["2026-06-06T17:55:00.007Z"]'

    times = msgspec.json.decode(text, type=list[Instant], dec_hook=decode_hook)

    assert [1_780_768_500_007] == times
    assert text == msgspec.json.encode(times, enc_hook=encode_hook)


def test_msgspec_reads_no_date_from_a_number() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b"[1780768500007]", type=list[Instant], dec_hook=decode_hook)


def test_nothing_else_is_written_by_accident() -> None:
    with pytest.raises(TypeError, match="complex"):
        msgspec.json.encode([1j], enc_hook=encode_hook)
