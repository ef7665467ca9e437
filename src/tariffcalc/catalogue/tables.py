"""The tables of one importing country: masks by goods, origin and day, its sheets, its schedule."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple

from tariffcalc.catalogue.parse import parse_levy, parse_paint
from tariffcalc.catalogue.terms import Effect, Kind, Known, Levy, Paint
from tariffcalc.values.codes import prefixes
from tariffcalc.values.days import Period, parse_day

ELSEWHERE = "*"
"""Stands for every country that no paint names."""


class MeasureHead(NamedTuple):
    """A measure without its acts. Its paints are the bits from `first` up to, not with, `past`."""

    number: int
    id: str
    title: str
    kind: Kind
    authority: str
    completeness: str
    note: str | None
    first: int
    past: int

    @property
    def mask(self) -> int:
        """The set of all its paints."""
        return (1 << self.past) - (1 << self.first)


class Sheet(NamedTuple):
    """One paint with the act that laid it."""

    bit: int
    measure: MeasureHead
    act: int
    instrument: str
    status: str
    known_from: date
    act_note: str | None
    paint: Paint

    @property
    def clears(self) -> bool:
        """Whether it leaves nothing to pay whatever is declared."""
        return self.paint.terms.duty.effect is Effect.NONE and all(
            case.terms.duty.effect is Effect.NONE for case in self.paint.cases
        )


class Rates(NamedTuple):
    """The base duties that a row of the schedule prints, and how surely they are known."""

    general: str
    special: str
    column_2: str
    known: Known


class BaseRow(NamedTuple):
    """The base duties of one code over a period."""

    period: Period
    rates: Rates


class Dated(NamedTuple):
    """Base duties from an ISO day up to, not with, another."""

    start: str
    past: str
    rates: Rates


class Tables:
    """The four small tables of one importing country, its measures and its schedule."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        importer: str,
        coverage: Mapping[str, str],
        groups: dict[str, list[str]],
    ) -> None:
        self.importer = importer
        self.currency = coverage["currency"]
        self._connection = connection
        self._coverage = coverage
        self._groups = groups
        self.goods = lru_cache(maxsize=65536)(self._goods)
        self.origin = lru_cache(maxsize=512)(self._origin)
        self.holding = lru_cache(maxsize=16384)(partial(self._latest, "day"))
        self.known_by = lru_cache(maxsize=16384)(partial(self._latest, "made"))
        self.standing = lru_cache(maxsize=4)(partial(self._mask, "standing"))
        self._known_sheets: dict[int, Sheet] = {}
        self.base_rows = lru_cache(maxsize=65536)(self._base_rows)

    @cached_property
    def coverage(self) -> Period:
        """The entry dates for which this catalogue holds the law, as far as it was followed."""
        text = self._coverage
        return Period(parse_day(text["covers_from"]), parse_day(text["verified_through"]))

    @cached_property
    def measures(self) -> tuple[MeasureHead, ...]:
        """All measures, in the order of their bits."""
        heads = []
        for number, key, body, first, past in self._rows(
            "SELECT number, id, body, first, past FROM measure WHERE importer = ? ORDER BY number"
        ):
            title, kind, authority, completeness, note = json.loads(body)
            about = title, Kind(kind), authority, completeness, note
            heads.append(MeasureHead(number, key, *about, first, past))
        return tuple(heads)

    @cached_property
    def levies(self) -> tuple[Levy, ...]:
        """Fees and taxes on the entry."""
        rows = self._rows("SELECT body FROM levy WHERE importer = ? ORDER BY id")
        return tuple(parse_levy(json.loads(body)) for (body,) in rows)

    @cached_property
    def _firsts(self) -> list[int]:
        return [head.first for head in self.measures]

    def measure_of(self, bit: int) -> MeasureHead:
        """Return the measure to which a paint belongs."""
        return self.measures[bisect_right(self._firsts, bit) - 1]

    def _goods(self, code: str) -> tuple[int, int]:
        """Return the paints whose goods hold a code, and those that hold it perhaps.

        Perhaps, because the row is uncertain, or because only some numbers below it are listed.
        """
        cover = doubt = 0
        marks = prefixes(code)
        for here, perhaps in self._rows(
            "SELECT cover, doubt FROM goods WHERE importer = ?"
            f" AND code IN ({','.join('?' * len(marks))})",
            *marks,
        ):
            cover |= int.from_bytes(here, "little")
            doubt |= int.from_bytes(perhaps, "little")
        if len(code) < 10:
            for both in self._rows(
                "SELECT cover, doubt FROM goods WHERE importer = ? AND code > ? AND code < ?",
                code,
                f"{code}:",
            ):
                doubt |= int.from_bytes(both[0], "little") | int.from_bytes(both[1], "little")
        return cover, doubt & ~cover

    def goods_masks(self) -> list[tuple[str, bytes, bytes]]:
        """Return each code that some paint names, with the masks of `goods` for its own row."""
        return self._rows("SELECT code, cover, doubt FROM goods WHERE importer = ?")

    def goods_sets(self) -> Iterator[tuple[str, int]]:
        """Yield each code that some paint names, with the paints that hold it."""
        for code, _, doubt in self.goods_masks():
            cover, _ = self.goods(code)
            yield code, cover | int.from_bytes(doubt, "little")

    def origins(self) -> dict[str, int]:
        """Return the paints by every origin that some paint names, and by ELSEWHERE."""
        rows = self._rows("SELECT key, mask FROM edge WHERE importer = ? AND sort = 'origin'")
        return {key: int.from_bytes(mask, "little") for key, mask in rows}

    def edges(self) -> list[date]:
        """Return the days on which some period begins or ends."""
        rows = self._rows("SELECT key FROM edge WHERE importer = ? AND sort = 'day' ORDER BY key")
        return [parse_day(key) for (key,) in rows]

    def _origin(self, country: str) -> int:
        return self._mask("origin", country) or self._mask("origin", ELSEWHERE)

    def _mask(self, sort: str, key: str) -> int:
        row = self._row(
            "SELECT mask FROM edge WHERE importer = ? AND sort = ? AND key = ?", sort, key
        )
        return int.from_bytes(row[0], "little") if row else 0

    def _latest(self, sort: str, day: date) -> int:
        row = self._row(
            "SELECT mask FROM edge WHERE importer = ? AND sort = ? AND key <= ?"
            " ORDER BY key DESC LIMIT 1",
            sort,
            day.isoformat(),
        )
        return int.from_bytes(row[0], "little") if row else 0

    def sheet(self, bit: int) -> Sheet:
        """Return a paint with its act."""
        if bit not in self._known_sheets:
            self._read_sheets(bit, bit + 1)
        return self._known_sheets[bit]

    def sheets(self, measure: MeasureHead) -> list[Sheet]:
        """Return all paints of a measure in the order laid."""
        bits, known = range(measure.first, measure.past), self._known_sheets
        if any(bit not in known for bit in bits):
            self._read_sheets(measure.first, measure.past)
        return [known[bit] for bit in bits]

    def all_sheets(self) -> Iterator[Sheet]:
        """Yield all paints, measure by measure in the order laid."""
        for measure in self.measures:
            yield from self.sheets(measure)

    def sheets_in(self, mask: int) -> list[Sheet]:
        """Return the paints of a set, by their bits."""
        found = []
        while mask:
            lowest = mask & -mask
            found.append(self.sheet(lowest.bit_length() - 1))
            mask ^= lowest
        return found

    def _read_sheets(self, first: int, past: int) -> None:
        rows = self._rows(
            "SELECT bit, measure, act, instrument, status, made, act_note, body FROM paint"
            " WHERE importer = ? AND bit >= ? AND bit < ?",
            first,
            past,
        )
        for bit, number, act, instrument, status, made, note, body in rows:
            paint = parse_paint(json.loads(body), self._groups)
            head = self.measures[number]
            self._known_sheets[bit] = Sheet(
                bit, head, act, instrument, status, parse_day(made), note, paint
            )

    def _base_rows(self, code: str) -> tuple[BaseRow, ...]:
        """Return the base duties of an 8-digit code over time, the oldest first."""
        rows = self._rows(
            "SELECT start, past, general, special, column_2, known FROM rate"
            " WHERE importer = ? AND code = ? ORDER BY start",
            code,
        )
        return tuple(
            BaseRow(Period(parse_day(start), parse_day(past)), Rates(*rates))
            for start, past, *rates in rows
        )

    @cached_property
    def items(self) -> dict[str, int]:
        """The number of the course of base duties over time, by 8-digit code."""
        found: dict[str, int] = {}
        for number, (items, _) in enumerate(self._courses):
            found.update(dict.fromkeys(items.split(), number))
        return found

    def course(self, number: int) -> list[Dated]:
        """Return the base duties that some 8-digit codes share over time, the oldest first."""
        _, body = self._courses[number]
        return [Dated(start, past, Rates(*rates)) for start, past, *rates in json.loads(body)]

    @cached_property
    def _courses(self) -> list[tuple[str, str]]:
        return self._rows("SELECT items, body FROM course WHERE importer = ? ORDER BY number")

    def base_row(self, code: str, day: date) -> BaseRow | None:
        """Return the base duty of an 8-digit code on a day, or None when it is not held."""
        return next((row for row in self.base_rows(code) if day in row.period), None)

    def codes_near(self, code: str, day: date) -> list[str]:
        """Return codes of the schedule of that day that begin as a code does, the nearest first."""
        for length in (6, 4):
            rows = self._rows(
                "SELECT DISTINCT code FROM rate WHERE importer = ? AND code >= ? AND code < ?"
                " AND start <= ? AND past > ? ORDER BY code LIMIT 5",
                code[:length],
                f"{code[:length]}:",
                day.isoformat(),
                day.isoformat(),
            )
            if rows:
                return [found for (found,) in rows]
        return []

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, (self.importer, *values)).fetchall()

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self._connection.execute(
            query, (self.importer, *values)
        ).fetchone()
        return found
