"""What the catalogue holds and how surely, as a page for people: docs/coverage.md.

`python -m tariffcalc.catalogue.coverage [FOLDER]` prints it; nothing on it is written by hand.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from tariffcalc.catalogue.cache import open_compiled
from tariffcalc.catalogue.law import Law
from tariffcalc.catalogue.lists import GoodsRow, RateRow
from tariffcalc.catalogue.locate import catalogue_folder
from tariffcalc.catalogue.models import GapText
from tariffcalc.catalogue.read import Sources, read_sources
from tariffcalc.catalogue.stretches import Stretch, days_in_force
from tariffcalc.catalogue.terms import KNOWN, Levy, LevyRate, Measure
from tariffcalc.values.codes import dotted
from tariffcalc.values.days import LATEST, Period
from tariffcalc.values.rates import RateError, parse_rate

INTRO = """\
# What is covered

Made from the data with `python -m tariffcalc.catalogue.coverage`; nothing here is written by hand.

How surely a figure is known: `primary`, the official text was read; `secondary`, a bulletin or
derived data; `recall`, from memory. Counts by mark stand in that order, as in 5/2/1. Days are the
first and the last. How much of a measure's law is held: all of it (`complete`), all but what its
remark names (`partial`), or only that it exists (`headline`). A measure that was later taken back
to its first day still shows the days on which the border charged it."""


def page(folder: Path) -> str:
    """Return the page on a catalogue folder."""
    sources = read_sources(folder)
    law = Law(open_compiled(folder, ()))
    parts = [INTRO, f"Catalogue of {law.store.meta['edition']}.", "\n".join(_summary(sources))]
    assert sources.manifest is not None  # open_compiled has refused a folder without one
    for importer in sources.manifest.countries:
        measures = [m for m in sources.measures if m.importer == importer]
        levies = [levy for levy in sources.levies if levy.importer == importer]
        gaps = sources.manifest.not_covered.get(importer, [])
        rates = sources.rates.get(importer, [])
        sections = {
            "Measures": _measures(sources, measures, days_in_force(law, importer)),
            "Remarks on the measures": _notes(measures),
            "Goods of which it is not known whether they are listed": _uncertain(sources, measures),
            "Fees and taxes": _levies(levies),
            "Base duty": _rates(rates, law.tables(importer).coverage),
            "Base rates that value and one quantity do not decide": _refused(rates),
            "Not covered": _gaps(gaps),
        }
        parts.append(f"## Into {importer}")
        parts += [f"### {title}\n\n" + "\n".join(rows) for title, rows in sections.items() if rows]
    return "\n\n".join(parts) + "\n"


def _summary(sources: Sources) -> list[str]:
    assert sources.manifest is not None
    columns = ("into", "from", "followed up to", "measures", "acts", "paints", "base rates")
    rows = []
    for importer, days in sources.manifest.countries.items():
        measures = [m for m in sources.measures if m.importer == importer]
        acts = [act for measure in measures for act in measure.acts]
        counts = (len(measures), len(acts), sum(len(act.paints) for act in acts))
        held = len(sources.rates.get(importer, ()))
        rows.append((importer, days.covers_from, days.verified_through, *counts, held))
    return _table(columns, rows)


def _measures(
    sources: Sources, measures: list[Measure], days: dict[str, list[Stretch]]
) -> list[str]:
    columns = ("measure", "title", "kind", "in force, as the border took it", "law held here",
               "acts", "paints by mark", "goods", "uncertain codes")  # fmt: skip
    rows = []
    for measure in measures:
        marks = [
            paint.known or sources.instruments[act.instrument].known
            for act in measure.acts
            for paint in act.paints
        ]
        doubtful = sum(1 for _, row in _listed(sources, measure) if row.uncertain)
        spans = "; ".join(_days(*span) for span in days[measure.id])
        rows.append(
            (
                f"`{measure.id}`", measure.title, measure.kind.replace("_", " "), spans or "never",
                measure.completeness, len(measure.acts), _marks(marks), _goods(sources, measure),
                doubtful or "",
            )
        )  # fmt: skip
    return _table(columns, rows)


def _goods(sources: Sources, measure: Measure) -> str:
    paints = [paint for act in measure.acts for paint in act.paints]
    sure = {row.code: row.known for _, row in _listed(sources, measure) if not row.uncertain}
    named = {item for paint in paints for item in paint.goods or () if item not in sources.goods}
    parts = ["all goods"] if any(paint.goods is None for paint in paints) else []
    parts += [f"listed {_marks(sure.values())}"] if sure else []
    parts += [f"{len(named)} in the acts"] if named else []
    return ", ".join(parts)


def _listed(sources: Sources, measure: Measure) -> list[tuple[str, GoodsRow]]:
    """Return the rows of the lists that a measure names, each list once, with the list's id."""
    paints = (paint for act in measure.acts for paint in act.paints)
    named = dict.fromkeys(item for paint in paints for item in paint.goods or ())
    return [(g, row) for g in named if g in sources.goods for row in sources.goods[g].rows]


def _notes(measures: list[Measure]) -> list[str]:
    return [f"- `{m.id}`: {' '.join(m.note.split())}" for m in measures if m.note]


def _uncertain(sources: Sources, measures: list[Measure]) -> list[str]:
    listed = (pair for measure in measures for pair in _listed(sources, measure))
    rows = dict.fromkeys((goods, row) for goods, row in listed if row.uncertain)
    return _table(
        ("list", "code", "goods", "why"),
        [(f"`{goods}`", dotted(row.code), row.description, row.source) for goods, row in rows],
    )


def _levies(levies: list[Levy]) -> list[str]:
    columns = ("fee or tax", "days", "rate", "least", "most", "informal", "known", "citation")
    return _table(
        columns,
        [
            (
                f"`{levy.id}`", _days(rate.period.start, _last(rate.period.end)),
                f"{(rate.rate * 100).normalize():f}%",
                *(_figure(rate, key) for key in ("minimum", "maximum", "informal")),
                rate.known, rate.citation,
            )
            for levy in levies
            for rate in levy.rates
        ],
    )  # fmt: skip


def _figure(rate: LevyRate, key: str) -> str:
    if key in rate.unknown:
        return "**unknown**"
    amount = getattr(rate, key)
    return "" if amount is None else f"{amount:.2f}"


def _rates(rows: list[RateRow], covered: Period) -> list[str]:
    columns = ["year", "codes", "rows", "by mark", "general not computable", "no preference text"]
    columns += ["no column 2"] if any(row.column_2 for row in rows) else []
    shown = []
    for year in range(covered.start.year, covered.end.year + 1):
        held = [r for r in rows if r.start <= f"{year}-12-31" and r.end > f"{year}-01-01"]
        codes = len({row.code for row in held})
        refused = sum(1 for row in held if row.general and _kind(row.general))
        plain = sum(1 for row in held if not row.special)
        without = sum(1 for row in held if not row.column_2)
        marks = _marks(row.known for row in held)
        cells = (year, codes, len(held), marks, refused, plain, without)
        shown.append(cells[: len(columns)])
    return _table(columns, shown) if rows else []


@lru_cache(maxsize=65536)
def _kind(text: str) -> str:
    """Return the sort of a rate text that cannot be computed; nothing when it can."""
    try:
        parse_rate(text)
    except RateError as error:
        return error.kind
    return ""


def _refused(rows: list[RateRow]) -> list[str]:
    kinds: Counter[str] = Counter()
    texts: dict[str, str] = {}
    for row in rows:
        kind = _kind(row.general) if row.general else ""
        if kind:
            kinds[kind] += 1
            texts.setdefault(kind, row.general)
    return _table(
        ("sort", "rows", "such as"), [(kind, n, texts[kind]) for kind, n in kinds.most_common()]
    )


def _gaps(gaps: list[GapText]) -> list[str]:
    found = []
    for gap in gaps:
        scope = [f"of {', '.join(gap.origins)}" if gap.origins else ""]
        scope += [f"codes {', '.join(gap.goods)}" if gap.goods else ""]
        scope += [f"from {gap.from_}" if gap.from_ else ""]
        scope += [f"until the day before {gap.until}" if gap.until else ""]
        where = "; ".join(part for part in scope if part)
        found.append(f"- {gap.title}{f' ({where})' if where else ''}: {gap.how}.")
    return found


def _marks(marks: Iterable[str]) -> str:
    counts = Counter(marks)
    return "/".join(str(counts[mark]) for mark in KNOWN)


def _last(past: date) -> date:
    return past if past == LATEST else past - timedelta(1)


def _days(first: date, last: date) -> str:
    return f"{first} on" if last == LATEST else f"{first} to {last}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = [" | ".join(str(cell).replace("|", "/") for cell in row) for row in rows]
    head = [" | ".join(columns), " | ".join("---" for _ in columns)]
    return [f"| {line} |" for line in [*head, *lines]] if rows else []


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    sys.stdout.write(page(catalogue_folder(chosen)))
