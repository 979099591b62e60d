"""Amounts and times are read exactly, or not at all."""

from decimal import Decimal

import pytest

from simulator.world.format.quantities import (
    Unusable,
    duration_of,
    hundredths_of,
    instant_of,
    moment_of,
    thousandths_of,
)


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [("2", 200), ("2.5", 250), ("2.50", 250), ("-0.25", -25), ("0", 0), ("0E-99999", 0), ("1E+3", 100_000)],
)
def test_numbers_become_hundredths_exactly(text: str, hundredths: int) -> None:
    assert hundredths_of(Decimal(text)) == hundredths


@pytest.mark.parametrize(
    "text",
    [
        "2.005",
        "1.0000000000000000000000000000000001",
        "1E-9",
        "1E-999999999",
        f"1.{'0' * 10**6}1",
        "1E+999999999",
        "NaN",
        "Infinity",
    ],
)
def test_numbers_that_are_not_hundredths_are_refused_and_never_rounded(text: str) -> None:
    with pytest.raises(Unusable):
        hundredths_of(Decimal(text))


@pytest.mark.parametrize(
    ("text", "thousandths"), [("4.545", 4545), ("4.5450", 4545), ("9.1", 9100), ("100", 100_000), ("0.001", 1)]
)
def test_factors_become_thousandths_exactly(text: str, thousandths: int) -> None:
    assert thousandths_of(Decimal(text)) == thousandths


@pytest.mark.parametrize("text", ["4.5451", "1E-4", "1E-999999999", "1E+999999999", "NaN"])
def test_factors_that_are_not_thousandths_are_refused(text: str) -> None:
    with pytest.raises(Unusable):
        thousandths_of(Decimal(text))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("PT5S", 5000),
        ("PT0.5S", 500),
        ("PT1H30M", 5_400_000),
        ("P1DT1S", 86_401_000),
        ("+PT30M", 1_800_000),
        ("-PT1H", -3_600_000),
    ],
)
def test_durations_are_read_in_milliseconds(text: str, milliseconds: int) -> None:
    assert duration_of(text) == milliseconds


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "5S", "PT5", "PT1.5H", "P1M", "P1Y", "PT0.0001S", "pt5s", "PT-5S"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(Unusable, match="is not a duration"):
        duration_of(text)


@pytest.mark.parametrize(
    ("text", "origin", "moment"),
    [
        ("+PT3H today", "12:00:00", "15:00:00"),
        ("+PT3H today", "20:59:00", "23:59:00"),
        ("+PT3H today", "21:00:00", "23:59:00"),
        ("+PT3H today", "23:59:00", "23:59:00"),
        ("+PT3H today", "23:59:30", "23:59:30"),
        ("+PT3H today", "00:00:00", "03:00:00"),
        ("+P2D today", "12:00:00", "23:59:00"),
        ("-PT1H today", "12:00:00", "11:00:00"),
        ("-PT1H today", "00:30:00", "00:00:00"),
    ],
)
def test_a_relative_time_may_have_to_be_on_the_day_from_when_it_counts(text: str, origin: str, moment: str) -> None:
    assert moment_of(text, instant_of(f"2026-06-06T{origin}Z")) == instant_of(f"2026-06-06T{moment}Z")


@pytest.mark.parametrize("text", ["2026-06-06T18:00:00Z today", "today", "+ today", "+PT3Htoday", "+PT3H  today"])
def test_nothing_else_is_today(text: str) -> None:
    with pytest.raises(Unusable):
        moment_of(text, 0)


def test_times_are_absolute_or_relative_to_an_origin() -> None:
    assert instant_of("2026-06-06T18:00:00.000Z") == 1_780_768_800_000
    assert instant_of("2026-06-06 19:00+01:00") == 1_780_768_800_000
    assert moment_of("+PT1S", 1000) == 2000
    assert moment_of("-PT1S", 1000) == 0
    assert moment_of("2026-06-06T18:00:00Z", 5) == 1_780_768_800_000
    with pytest.raises(Unusable, match="before 1970"):
        moment_of("-PT2S", 1000)
