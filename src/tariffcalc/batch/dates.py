"""Dates as spreadsheets and reports write them, to ISO; what can be read in two ways is refused."""

from __future__ import annotations

import re
from datetime import date, timedelta

from tariffcalc.values.days import parse_day
from tariffcalc.values.names import plain

FORMATS = ("MM/DD/YYYY", "DD/MM/YYYY")
"""What `--date-format` settles. A date that begins with its year needs no telling."""

_YEAR_FIRST = re.compile(r"(?a)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(?a)((?:19|20)\d\d)(\d\d)(\d\d)")
_YEAR_LAST = re.compile(r"(?a)(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_SERIAL = re.compile(r"(?a)(\d{5})(?:[.,](\d+))?")
_NO_CENTURY = re.compile(r"(?a)\d{1,2}([-/.])\d{1,2}\1\d{2}")
_NO_YEAR = re.compile(r"(?a)\d{1,2}[-/.]\d{1,2}")
_MONTH = r"(?P<month>[^\W\d_]{3,9})\.?"
_NAMED = tuple(
    re.compile(written.replace(" ", "[-/. ]?").replace("MONTH", _MONTH))
    for written in (
        r"(?P<day>\d{1,2})(?:er)? MONTH (?P<year>\d{4}|\d\d)",
        r"MONTH (?P<day>\d{1,2})(?:,|[-/.]|\b) (?P<year>\d{4}|\d\d)",
        r"(?P<year>\d{4}) MONTH (?P<day>\d{1,2})",
    )
)
"""Dates whose month has a name, however their parts are parted."""
_TIME = re.compile(
    r"(?a)(.+?)(?:T| +)(\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)? ?(?:[AaPp][Mm])?)(?:Z|[+-]\d\d:?\d\d)?"
)
_MIDNIGHT = re.compile(r"(?a)0{1,2}:00(:00(\.0+)?)?|12:00(:00)? ?[Aa][Mm]")
_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "jan january janv janvier", "feb february fevr fev fevrier", "mar march mars",
            "apr april avr avril", "may mai", "jun june juin", "jul july juil juillet",
            "aug august aout", "sep sept september septembre", "oct october octobre",
            "nov november novembre", "dec december decembre",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip
DAY_0 = date(1899, 12, 30)
"""Day 0 of the 1900 system, as it counts from March 1900 on; some workbooks count from 1904."""
_FIRST_SERIAL, _LAST_SERIAL = date(2018, 1, 1), date(2100, 12, 31)
"""A number that is no day between these is more likely something else."""


class AmbiguousDate(ValueError):
    """A date that is one day or another, depending on who wrote it."""


def read_date(
    text: str, date_format: str | None = None, day_0: date = DAY_0
) -> tuple[str, str | None]:
    """Return the ISO date, and a warning where a person should know how it was read.

    >>> read_date("8/16/2020"), read_date("20200816")
    (('2020-08-16', None), ('2020-08-16', None))

    Raises:
        AmbiguousDate: when day and month can be exchanged and no format is told.
        ValueError: when it is no date.
    """
    timed = _TIME.fullmatch(text)
    if timed:
        iso, warning = read_date(timed[1], date_format, day_0)
        return iso, warning if _MIDNIGHT.fullmatch(timed[2].strip()) else "time of day left out"
    if found := _YEAR_FIRST.fullmatch(text):
        return _iso(found[1], found[3], found[4]), None
    if found := _COMPACT.fullmatch(text):
        return _iso(*found.groups()), None
    if found := _YEAR_LAST.fullmatch(text):
        return _year_last(text, found[1], found[3], found[4], date_format), None
    if found := _SERIAL.fullmatch(text):
        day = day_0 + timedelta(days=int(found[1]))
        if _FIRST_SERIAL <= day <= _LAST_SERIAL:
            return day.isoformat(), f"spreadsheet day {text} read as {day}"
    found = next(filter(None, (written.fullmatch(text) for written in _NAMED)), None)
    number = _MONTHS.get(plain(found["month"])) if found else None
    if not (found and number and text.replace(found["month"], "").isascii()):
        found = None
    elif len(found["year"]) == 4:
        return _iso(found["year"], str(number), found["day"]), None
    if found or _NO_CENTURY.fullmatch(text):
        raise ValueError(f'"{text}" has a year of two digits; write four of them')
    if _NO_YEAR.fullmatch(text):
        raise ValueError(f'"{text}" has no year; write it as YYYY-MM-DD')
    if not text.isascii():
        raise ValueError(f'"{text}" is not a date written YYYY-MM-DD, such as 2020-08-16')
    return parse_day(text).isoformat(), None


def _year_last(text: str, first: str, second: str, year: str, date_format: str | None) -> str:
    month_first, day_first = (year, first, second), (year, second, first)
    if date_format is not None:
        try:
            return _iso(*(month_first if date_format == "MM/DD/YYYY" else day_first))
        except ValueError:
            message = f'"{text}" is no day written {date_format}; is --date-format right?'
            raise ValueError(message) from None
    if int(first) > 12:
        return _iso(*day_first)
    if int(second) > 12 or int(first) == int(second):
        return _iso(*month_first)
    either = f"{_iso(*month_first)} or {_iso(*day_first)}"
    raise AmbiguousDate(f'"{text}" may be {either}; say --date-format {" or ".join(FORMATS)}')


def _iso(year: str, month: str, day: str) -> str:
    return parse_day(f"{year}-{int(month):02d}-{int(day):02d}").isoformat()
