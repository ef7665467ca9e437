"""From sources to the compiled catalogue: every paint a bit, every edge of the sheets a mask.

A code selects the paints whose goods hold it, an origin those that name it, an entry date those
whose period holds it, a day of knowledge those made by then. Four small tables; their AND is the
set of sheets that cover a point. Bits run measure by measure in the order made, so the highest
bit of a measure is its topmost paint.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from tariffcalc.catalogue.checks import faults_that_forbid_use
from tariffcalc.catalogue.digest import FORMAT
from tariffcalc.catalogue.lists import RateRow
from tariffcalc.catalogue.read import Sources, read_sources
from tariffcalc.catalogue.tables import ELSEWHERE
from tariffcalc.catalogue.terms import Measure, Paint
from tariffcalc.values.codes import digits_of
from tariffcalc.values.days import EARLIEST, LATEST
from tariffcalc.values.issues import CatalogueError

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE instrument (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;
CREATE TABLE measure (importer TEXT, number INTEGER, id TEXT, body TEXT, first INTEGER,
  past INTEGER, PRIMARY KEY (importer, number)) WITHOUT ROWID;
CREATE TABLE paint (importer TEXT, bit INTEGER, measure INTEGER, act INTEGER, instrument TEXT,
  status TEXT, made TEXT, act_note TEXT, body TEXT, PRIMARY KEY (importer, bit)) WITHOUT ROWID;
CREATE TABLE goods (importer TEXT, code TEXT, cover BLOB, doubt BLOB,
  PRIMARY KEY (importer, code)) WITHOUT ROWID;
CREATE TABLE list (id TEXT PRIMARY KEY, title TEXT, count INTEGER, source TEXT) WITHOUT ROWID;
CREATE TABLE row (list TEXT, code TEXT, known TEXT, uncertain INTEGER, description TEXT,
  source TEXT, PRIMARY KEY (list, code)) WITHOUT ROWID;
CREATE TABLE edge (importer TEXT, sort TEXT, key TEXT, mask BLOB,
  PRIMARY KEY (importer, sort, key)) WITHOUT ROWID;
CREATE TABLE rate (importer TEXT, code TEXT, start TEXT, past TEXT, general TEXT, special TEXT,
  column_2 TEXT, known TEXT, source TEXT, PRIMARY KEY (importer, code, start)) WITHOUT ROWID;
CREATE TABLE course (importer TEXT, number INTEGER, items TEXT, body TEXT,
  PRIMARY KEY (importer, number)) WITHOUT ROWID;
CREATE TABLE levy (importer TEXT, id TEXT, body TEXT, PRIMARY KEY (importer, id)) WITHOUT ROWID;
CREATE TABLE whole (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
"""


def mask_bytes(mask: int) -> bytes:
    """Return a set of paints as it is stored."""
    return mask.to_bytes((mask.bit_length() + 7) // 8, "little")


def compile_sources(folder: Path, overlays: tuple[Path, ...], digest: str) -> sqlite3.Connection:
    """Read a catalogue folder and overlays and return the compiled form, in memory.

    Raises:
        CatalogueError: with every fault that would make an answer wrong.
    """
    sources = read_sources(folder, overlays)
    faults = faults_that_forbid_use(sources)
    if faults:
        raise CatalogueError(faults)
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    compile_into(connection, sources, digest)
    return connection


def compile_into(connection: sqlite3.Connection, sources: Sources, digest: str) -> None:
    """Fill an empty database with the indexed form of a catalogue whose sources have no faults."""
    assert sources.manifest is not None
    manifest = sources.manifest
    connection.executescript(TABLES)
    head = {
        "format": FORMAT,
        "digest": digest,
        "folder": str(sources.folder),
        "edition": manifest.edition,
        "countries": json.dumps({k: v.model_dump() for k, v in manifest.countries.items()}),
        "column_2": json.dumps([c.model_dump(by_alias=True) for c in manifest.column_2]),
        "groups": json.dumps(sources.groups),
        "not_covered": json.dumps(
            {k: [g.model_dump(by_alias=True) for g in v] for k, v in manifest.not_covered.items()}
        ),
    }
    connection.executemany("INSERT INTO meta VALUES (?, ?)", head.items())
    connection.executemany(
        "INSERT INTO instrument VALUES (?, ?)",
        (
            (i.id, json.dumps([str(part) if part is not None else None for part in i]))
            for i in sources.instruments.values()
        ),
    )
    for importer in manifest.countries:
        _index_measures(connection, sources, importer)
    for goods in sources.goods.values():
        connection.execute(
            "INSERT INTO list VALUES (?, ?, ?, ?)",
            (goods.id, goods.title, goods.count, goods.source),
        )
        connection.executemany(
            "INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)",
            ((goods.id, r.code, r.known, r.uncertain, r.description, r.source) for r in goods.rows),
        )
    for importer, rows in sources.rates.items():
        connection.executemany(
            "INSERT INTO rate VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    importer,
                    r.code,
                    r.start,
                    r.end,
                    r.general,
                    r.special,
                    r.column_2,
                    r.known,
                    r.source,
                )
                for r in rows
            ),
        )
        _index_rates(connection, importer, rows)
    connection.executemany(
        "INSERT INTO levy VALUES (?, ?, ?)",
        ((levy.importer, levy.id, json.dumps(levy.body)) for levy in sources.levies),
    )
    wholes = {
        "facts": sources.facts,
        "countries": {row["code"]: list(row.values()) for row in sources.countries},
    }
    connection.executemany(
        "INSERT INTO whole VALUES (?, ?)",
        ((key, json.dumps(value)) for key, value in wholes.items()),
    )
    connection.commit()


def _index_measures(connection: sqlite3.Connection, sources: Sources, importer: str) -> None:
    measures = [measure for measure in sources.measures if measure.importer == importer]
    paints: list[Paint] = []
    made: dict[str, int] = defaultdict(int)
    standing = {"threatened": 0, "overlay": 0}
    for number, measure in enumerate(measures):
        first = len(paints)
        for place, act in enumerate(measure.acts):
            day = sources.instruments[act.instrument].known_from.isoformat()
            for paint in act.paints:
                bit = len(paints)
                if act.status == "enacted":
                    made[day] |= 1 << bit
                else:
                    standing[act.status] |= 1 << bit
                connection.execute(
                    "INSERT INTO paint VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (importer, bit, number, place, act.instrument, act.status, day, act.note,
                     json.dumps(paint.body)),
                )  # fmt: skip
                paints.append(paint)
        connection.execute(
            "INSERT INTO measure VALUES (?, ?, ?, ?, ?, ?)",
            (importer, number, measure.id, _measure_body(measure), first, len(paints)),
        )
    _index_goods(connection, sources, importer, paints)
    edges = [("standing", status, mask) for status, mask in standing.items()]
    edges += [("origin", *edge) for edge in _origin_edges(paints)]
    edges += [("day", *edge) for edge in _day_edges(paints)]
    known = 0
    for day in sorted(made):
        known |= made[day]
        edges.append(("made", day, known))
    connection.executemany(
        "INSERT INTO edge VALUES (?, ?, ?, ?)",
        ((importer, sort, key, mask_bytes(mask)) for sort, key, mask in edges),
    )


def _index_rates(connection: sqlite3.Connection, importer: str, rows: Sequence[RateRow]) -> None:
    """Note the course of each tariff item's rates over time: thousands of items share one."""
    courses: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.code, row.start)):
        rates = row.general, row.special, row.column_2, row.known
        courses[row.code].append((row.start, row.end, *rates))
    items: dict[str, list[str]] = defaultdict(list)
    for code, course in courses.items():
        items[json.dumps(course)].append(code)
    connection.executemany(
        "INSERT INTO course VALUES (?, ?, ?, ?)",
        (
            (importer, place, " ".join(codes), body)
            for place, (body, codes) in enumerate(items.items())
        ),
    )
    days = {day for row in rows for day in (row.start, row.end)}
    connection.executemany(
        "INSERT INTO edge VALUES (?, 'rate', ?, ?)", ((importer, day, b"") for day in days)
    )


def _measure_body(measure: Measure) -> str:
    return json.dumps(
        [measure.title, measure.kind, measure.authority, measure.completeness, measure.note]
    )


def _index_goods(
    connection: sqlite3.Connection, sources: Sources, importer: str, paints: list[Paint]
) -> None:
    cover: dict[str, int] = defaultdict(int)
    doubt: dict[str, int] = defaultdict(int)
    for bit, paint in enumerate(paints):
        if paint.goods is None:
            cover[""] |= 1 << bit
        for item in paint.goods or ():
            if item not in sources.goods:
                cover[digits_of(item)] |= 1 << bit
                continue
            for row in sources.goods[item].rows:
                (doubt if row.uncertain else cover)[row.code] |= 1 << bit
    connection.executemany(
        "INSERT INTO goods VALUES (?, ?, ?, ?)",
        (
            (importer, code, mask_bytes(cover.get(code, 0)), mask_bytes(doubt.get(code, 0)))
            for code in sorted({*cover, *doubt})
        ),
    )


def _origin_edges(paints: list[Paint]) -> list[tuple[str, int]]:
    named = sorted({country for paint in paints for country in paint.origins.named})
    return [
        (country, sum(1 << bit for bit, paint in enumerate(paints) if country in paint.origins))
        for country in [*named, ELSEWHERE]
    ]


def _day_edges(paints: list[Paint]) -> list[tuple[str, int]]:
    """Return, for each day on which some period begins or ends, the paints that then hold."""
    opening: dict[str, int] = defaultdict(int)
    for bit, paint in enumerate(paints):
        opening[paint.period.start.isoformat()] ^= 1 << bit
        opening[paint.period.end.isoformat()] ^= 1 << bit
    days = sorted({EARLIEST.isoformat(), *opening, LATEST.isoformat()})
    edges, holding = [], 0
    for day, _ in pairwise(days):
        holding ^= opening.get(day, 0)
        edges.append((day, holding))
    return edges
