"""Reading the compiled catalogue: masks, paints, rates and facts, each when it is first asked for.

Nothing here reads YAML or a list: a cold quote touches a dozen rows of the compiled file.
"""

from __future__ import annotations

import json
import sqlite3
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from tariffcalc.catalogue.terms import (
    Effect,
    Fact,
    Instrument,
    Kind,
    Known,
    Levy,
    Paint,
    parse_levy,
    parse_paint,
)
from tariffcalc.values.codes import prefixes
from tariffcalc.values.days import Period, parse_day

ELSEWHERE = "*"
ACT_COLUMNS = "measure, act, instrument, status, made, act_note, body"


@dataclass(frozen=True, slots=True)
class MeasureHead:
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


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paint with the act that laid it."""

    bit: int
    measure: MeasureHead
    act: int
    instrument: str
    status: str
    made: date
    act_note: str | None
    paint: Paint

    @property
    def clears(self) -> bool:
        """Whether it leaves nothing to pay whatever is declared."""
        return self.paint.terms.duty.effect is Effect.NONE and all(
            case.terms.duty.effect is Effect.NONE for case in self.paint.cases
        )


@dataclass(frozen=True, slots=True)
class BaseRow:
    """Base duty of one code over a period, as the schedule prints it."""

    code: str
    period: Period
    general: str
    special: str
    column_2: str
    known: Known
    source: str


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a list of goods."""

    list: str
    code: str
    known: Known
    uncertain: bool
    description: str
    source: str


class Store:
    """A compiled catalogue, open for reading."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.meta = dict(connection.execute("SELECT key, value FROM meta"))
        self.importers: dict[str, dict[str, str]] = json.loads(self.meta["countries"])
        self._tables = {importer: Tables(self, importer) for importer in self.importers}
        self.instrument = lru_cache(maxsize=1024)(self._instrument)
        self.listed = lru_cache(maxsize=65536)(self._listed)

    def tables(self, importer: str) -> Tables:
        """Return the tables of one importing country. Raises KeyError when there are none."""
        return self._tables[importer]

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """Named groups of countries."""
        return dict(json.loads(self.meta["groups"]))

    @cached_property
    def column_2(self) -> list[dict[str, Any]]:
        """Origins that pay column 2 of the US schedule, with the period in which they do."""
        return list(json.loads(self.meta["column_2"]))

    @cached_property
    def not_covered(self) -> dict[str, list[dict[str, Any]]]:
        """What the catalogue does not hold, by importing country."""
        return dict(json.loads(self.meta["not_covered"]))

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Claims and contents by their name and by every other name they go by."""
        found = {}
        for _, body in self.connection.execute("SELECT id, body FROM fact"):
            *texts, aliases = json.loads(body)
            fact = Fact(*texts, tuple(aliases))
            found.update(dict.fromkeys((fact.id, *fact.aliases), fact))
        return found

    @cached_property
    def countries(self) -> dict[str, tuple[str, ...]]:
        """ISO alpha-2 codes with alpha-3 code, English and French name, and other names."""
        rows = self.connection.execute("SELECT code, names FROM country")
        return {code: tuple(json.loads(names)) for code, names in rows}

    @cached_property
    def country_names(self) -> dict[str, str]:
        """ISO alpha-2 codes by every other way of writing the country, without case and accents."""
        found = {}
        for code, (_, alpha3, english, french, others) in self.countries.items():
            for name in (alpha3, english, french, *others.split(";")):
                letters = unicodedata.normalize("NFKD", name).casefold()
                found["".join(c for c in letters if c.isalnum())] = code
        return found

    def _instrument(self, instrument: str) -> Instrument:
        (body,) = self._row("SELECT body FROM instrument WHERE id = ?", instrument) or ("",)
        if not body:
            raise KeyError(instrument)
        key, title, citation, made, known_from, published, url, known, note = json.loads(body)
        days = parse_day(made), parse_day(known_from), parse_day(published) if published else None
        return Instrument(key, title, citation, *days, url, known, note)

    def instruments(self) -> list[str]:
        """Return the ids of all instruments."""
        return [key for (key,) in self.connection.execute("SELECT id FROM instrument")]

    def _listed(self, goods: str, code: str) -> ListedRow | None:
        """Return the narrowest row of a list that holds a code, if any."""
        marks = prefixes(code)
        row = self._row(
            "SELECT code, known, uncertain, description, source FROM row WHERE list = ?"
            f" AND code IN ({','.join('?' * len(marks))}) ORDER BY length(code) DESC",
            goods,
            *marks,
        )
        return ListedRow(goods, row[0], row[1], bool(row[2]), row[3], row[4]) if row else None

    def list_size(self, goods: str) -> int | None:
        """Return how many rows a list has, or None when it is an inline code."""
        row = self._row("SELECT count FROM list WHERE id = ?", goods)
        return int(row[0]) if row else None

    def _row(self, query: str, *values: object) -> tuple[str, ...] | None:
        found: tuple[str, ...] | None = self.connection.execute(query, values).fetchone()
        return found


class Tables:
    """The four small tables of one importing country, its measures and its schedule."""

    def __init__(self, store: Store, importer: str) -> None:
        self.store = store
        self.importer = importer
        self.goods = lru_cache(maxsize=65536)(self._goods)
        self.origin = lru_cache(maxsize=512)(self._origin)
        self.holding = lru_cache(maxsize=16384)(self._holding)
        self.known_by = lru_cache(maxsize=16384)(self._known_by)
        self.standing = lru_cache(maxsize=4)(self._standing)
        self.sheet = lru_cache(maxsize=8192)(self._sheet)
        self.base_row = lru_cache(maxsize=65536)(self._base_row)

    @cached_property
    def coverage(self) -> Period:
        """The entry dates for which this catalogue holds the law, as far as it was followed."""
        text = self.store.importers[self.importer]
        return Period(parse_day(text["covers_from"]), parse_day(text["verified_through"]))

    @property
    def currency(self) -> str:
        """The currency in which the importing country assesses."""
        return self.store.importers[self.importer]["currency"]

    @cached_property
    def measures(self) -> tuple[MeasureHead, ...]:
        """All measures, in the order of their bits."""
        heads = []
        for number, key, body, first, past in self._rows(
            "SELECT number, id, body, first, past FROM measure WHERE importer = ? ORDER BY number"
        ):
            title, kind, *rest = json.loads(body)
            heads.append(MeasureHead(number, key, title, Kind(kind), *rest, first, past))
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
            for (here,) in self._rows(
                "SELECT cover FROM goods WHERE importer = ? AND code > ? AND code < ?",
                code,
                f"{code}:",
            ):
                doubt |= int.from_bytes(here, "little")
        return cover, doubt & ~cover

    def goods_sets(self) -> Iterator[tuple[str, int]]:
        """Yield each code that some paint names, with the paints that hold it."""
        for (code,) in self._rows("SELECT code FROM goods WHERE importer = ?"):
            cover, _ = self.goods(code)
            doubt = self._row("SELECT doubt FROM goods WHERE importer = ? AND code = ?", code)
            yield code, cover | (int.from_bytes(doubt[0], "little") if doubt else 0)

    def origins(self) -> dict[str, int]:
        """Return the paints by every origin that some paint names, and by ELSEWHERE."""
        rows = self._rows("SELECT key, mask FROM edge WHERE importer = ? AND sort = 'origin'")
        return {key: int.from_bytes(mask, "little") for key, mask in rows}

    def edges(self) -> list[date]:
        """Return the days on which some period begins or ends."""
        rows = self._rows("SELECT key FROM edge WHERE importer = ? AND sort = 'day' ORDER BY key")
        return [parse_day(key) for (key,) in rows]

    def _origin(self, country: str) -> int:
        return self._mask("origin", country) or self._mask("origin", ELSEWHERE) or 0

    def _holding(self, day: date) -> int:
        return self._latest("day", day)

    def _known_by(self, day: date) -> int:
        return self._latest("made", day)

    def _standing(self, status: str) -> int:
        return self._mask("standing", status) or 0

    def _mask(self, sort: str, key: str) -> int | None:
        row = self._row(
            "SELECT mask FROM edge WHERE importer = ? AND sort = ? AND key = ?", sort, key
        )
        return int.from_bytes(row[0], "little") if row else None

    def _latest(self, sort: str, day: date) -> int:
        row = self._row(
            "SELECT mask FROM edge WHERE importer = ? AND sort = ? AND key <= ?"
            " ORDER BY key DESC LIMIT 1",
            sort,
            day.isoformat(),
        )
        return int.from_bytes(row[0], "little") if row else 0

    def _sheet(self, bit: int) -> Sheet:
        row = self._row(f"SELECT {ACT_COLUMNS} FROM paint WHERE importer = ? AND bit = ?", bit)
        assert row is not None
        number, act, instrument, status, made, note, body = row
        paint = parse_paint(json.loads(body), self.store.groups)
        head = self.measures[number]
        return Sheet(bit, head, act, instrument, status, parse_day(made), note, paint)

    def sheets(self, measure: MeasureHead) -> list[Sheet]:
        """Return all paints of a measure in the order laid."""
        return [self.sheet(bit) for bit in range(measure.first, measure.past)]

    def _base_row(self, code: str, day: date) -> BaseRow | None:
        row = self._row(
            "SELECT code, start, past, general, special, column_2, known, source FROM rate"
            " WHERE importer = ? AND code = ? AND start <= ? ORDER BY start DESC LIMIT 1",
            code[:8],
            day.isoformat(),
        )
        if row is None or row[2] <= day.isoformat():
            return None
        return BaseRow(row[0], Period(parse_day(row[1]), parse_day(row[2])), *row[3:])

    def codes_near(self, code: str, day: date, most: int = 5) -> list[str]:
        """Return codes of the schedule of that day that begin as a code does, the nearest first."""
        for length in (6, 4):
            rows = self._rows(
                "SELECT DISTINCT code FROM rate WHERE importer = ? AND code >= ? AND code < ?"
                " AND start <= ? AND past > ? ORDER BY code LIMIT ?",
                code[:length],
                f"{code[:length]}:",
                day.isoformat(),
                day.isoformat(),
                most,
            )
            if rows:
                return [found for (found,) in rows]
        return []

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        return self.store.connection.execute(query, (self.importer, *values)).fetchall()

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.store.connection.execute(
            query, (self.importer, *values)
        ).fetchone()
        return found
