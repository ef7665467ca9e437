"""Days and half-open periods."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tariffcalc.values.days import LATEST, Period, parse_day


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.dates())
def test_an_iso_day_is_read(day: date) -> None:
    assert parse_day(day.isoformat()) == day
    assert parse_day(f" {day} ") == day


@pytest.mark.parametrize(
    "text",
    ["", "today", "2020-8-16", "20-08-16", "16/08/2020", "20200816", "2020-08-16T00:00"],
)
def test_another_form_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse_day(text)


@pytest.mark.parametrize(
    "text", ["2020-02-30", "2019-02-29", "2020-13-01", "2020-00-10", "0000-01-01"]
)
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a day of the calendar"):
        parse_day(text)


def test_a_period_holds_its_first_day_and_not_the_day_it_ends() -> None:
    period = Period(date(2018, 6, 1), date(2018, 8, 10))
    day = timedelta(days=1)
    assert [d in period for d in (period.start - day, period.start)] == [False, True]
    assert [d in period for d in (period.end - day, period.end)] == [True, False]
    assert period.until == period.end


def test_a_period_without_end_has_no_until() -> None:
    period = Period(date(2018, 6, 1))
    assert period.until is None
    assert LATEST - timedelta(days=1) in period
