"""Days and half-open periods: `from` is the first day in, `until` the first day out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

EARLIEST = date(1900, 1, 1)
LATEST = date(9999, 12, 31)
"""Stands for "no end": a period open at the end runs until here."""


@lru_cache(maxsize=4096)
def parse_day(text: str) -> date:
    """Read an ISO date, YYYY-MM-DD, and nothing else.

    Raises:
        ValueError: with what is wrong, for a caller to add the place.
    """
    body = text.strip()
    parts = body.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not body.replace("-", "").isdigit():
        raise ValueError(f'"{text}" is not a date written YYYY-MM-DD, such as 2020-08-16')
    try:
        return date(int(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        raise ValueError(f'"{text}" is not a day of the calendar') from None


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` on, up to and without `end`."""

    start: date
    end: date = LATEST

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def until(self) -> date | None:
        """The first day out, or None when the period is open."""
        return None if self.end == LATEST else self.end
