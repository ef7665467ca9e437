"""Reading the compiled catalogue: masks, paints, rates and facts, each when it is first asked for.

Nothing here reads YAML or a list: a cold quote touches a dozen rows of the compiled file.
"""

from __future__ import annotations

import json
import sqlite3
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from tariffcalc.catalogue.tables import Tables
from tariffcalc.catalogue.terms import Fact, Instrument, Known
from tariffcalc.values.codes import prefixes
from tariffcalc.values.days import parse_day
from tariffcalc.values.names import plain

SUPPLY_MANAGED = {"US": "us/usmca-sensitive", "CA": "ca/supply-managed"}
"""Lists that no paint names: goods whose preferential rate is not simply Free."""


class ListedRow(NamedTuple):
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
        self.groups: dict[str, list[str]] = json.loads(self.meta["groups"])
        self._tables = {
            importer: Tables(connection, importer, coverage, self.groups)
            for importer, coverage in self.importers.items()
        }
        self.instrument = lru_cache(maxsize=1024)(self._instrument)
        self.listed = lru_cache(maxsize=65536)(self._listed)

    def tables(self, importer: str) -> Tables:
        """Return the tables of one importing country. Raises KeyError when there are none."""
        return self._tables[importer]

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
        for key, sort, question, evidence, source, aliases, implies in self._whole("facts"):
            fact = Fact(key, sort, question, evidence, source, tuple(aliases), tuple(implies))
            found.update(dict.fromkeys((fact.id, *fact.aliases), fact))
        return found

    @cached_property
    def countries(self) -> dict[str, list[str]]:
        """ISO alpha-2 codes with alpha-3 code, English and French name, and other names."""
        return dict(self._whole("countries"))

    def _whole(self, key: str) -> Any:
        """Return what is kept in one piece because it is asked for in one piece."""
        (text,) = self._row("SELECT value FROM whole WHERE key = ?", key) or ("null",)
        return json.loads(text)

    @cached_property
    def country_names(self) -> dict[str, str]:
        """ISO alpha-2 codes by every other way of writing the country, without case and accents."""
        found = {}
        for code, (_, alpha3, english, french, others) in self.countries.items():
            for name in (alpha3, english, french, *others.split(";")):
                found[plain(name)] = code
        found.pop("", None)  # a country without a name of some sort
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

    def codes_of(self, goods: str) -> frozenset[str]:
        """Return the codes of a list."""
        rows = self.connection.execute("SELECT code FROM row WHERE list = ?", (goods,))
        return frozenset(code for (code,) in rows)

    def list_size(self, goods: str) -> int | None:
        """Return how many rows a list has, or None when it is an inline code."""
        row = self._row("SELECT count FROM list WHERE id = ?", goods)
        return int(row[0]) if row else None

    def _row(self, query: str, *values: object) -> tuple[Any, ...] | None:
        found: tuple[Any, ...] | None = self.connection.execute(query, values).fetchone()
        return found
