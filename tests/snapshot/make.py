"""Write in-force.md anew: `python tests/snapshot/make.py`, then read what changed in the diff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tariffcalc import Catalogue, load_catalogue
from tariffcalc.engine.in_force import InForce

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("in-force.md")
HEAD = """\
# What was in force

On the first day of each quarter and on some days between, as it was known on that day. Made by
`python tests/snapshot/make.py`; a test compares it. A change of the catalogue's data shows here:
read the diff before you commit it. A rate is the one without any claim, or the first that a claim
brings. Sheets of one act that say the same of several groups of origins stand in one row, with a
semicolon between the groups.
"""
QUARTERS = {date(year, month, 1): "" for year in range(2018, 2027) for month in (1, 4, 7, 10)}
BETWEEN = {
    date(2018, 3, 23): "duties on steel and aluminum begin",
    date(2018, 6, 1): "they reach Canada, Mexico and the European Union",
    date(2019, 5, 20): "off between the three countries",
    date(2020, 9, 10): "aluminum of Canada, as the border charged it",
    date(2025, 3, 4): "emergency duties, and the first surtax in answer",
    date(2025, 3, 12): "metals of all origins, and derivatives",
    date(2026, 2, 24): "emergency duties end, a surcharge begins",
    date(2026, 4, 6): "metals in one measure",
}
Row = tuple[str, str, str, str, str]
"""Measure, rate, first day, first day out, acts."""


def text(catalogue: Catalogue) -> str:
    """Return the whole snapshot."""
    parts = [HEAD]
    before, day_before = "", ""
    for day, word in sorted((QUARTERS | BETWEEN).items()):
        rows = catalogue.law("day").measures(day)
        body = "\n".join(table(rows, catalogue.store.groups["EU"]))
        heading = f"## {day}, {word}" if word else f"## {day}"
        parts += [heading, f"As on {day_before}." if body == before else body]
        before, day_before = body, day.isoformat()
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def table(rows: list[InForce], union: list[str]) -> Iterator[str]:
    """Yield the rows of one day, those that say the same joined."""
    alike: dict[Row, dict[str, list[int | None]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        until = row.until.isoformat() if row.until else ""
        sheet = (row.measure, row.rate, row.since.isoformat(), until, row.instrument)
        alike[sheet][origins(row.origins, union)].append(row.codes)
    yield "| measure | rate | goods of | codes | since | until | by |"
    yield "|---|---:|---|---:|---|---|---|"
    for (measure, rate, since, until, act), sheets in sorted(alike.items()):
        countries, codes = "; ".join(sheets), "; ".join(map(counted, sheets.values()))
        codes = "all" if {*codes.split("; ")} == {"all"} else codes
        yield f"| {measure} | {rate} | {countries} | {codes} | {since} | {until} | {act} |"


def counted(codes: list[int | None]) -> str:
    """Add up the codes of sheets that lie side by side."""
    return "all" if None in codes else str(sum(number or 0 for number in codes))


def origins(found: tuple[str, ...], union: list[str]) -> str:
    """Write origins in full, the members of the European Union as one, very many as a number."""
    if found[0] == "*":
        left_out = [country.removeprefix("-") for country in found[1:]]
        return "all" + (f" but {short(left_out, union)}" if left_out else "")
    return short(list(found), union)


def short(countries: list[str], union: list[str]) -> str:
    if set(union) <= set(countries):
        countries = ["EU", *(country for country in countries if country not in union)]
    return " ".join(countries) if len(countries) <= 60 else f"{len(countries)} countries"


if __name__ == "__main__":
    FILE.write_text(text(load_catalogue(ROOT / "data")), encoding="utf-8")
