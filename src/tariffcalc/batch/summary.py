"""What a priced file comes to, in words: for people on stderr, for programs as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from tariffcalc.batch.progress import show_time
from tariffcalc.batch.result import UNKNOWN
from tariffcalc.batch.tally import Tally
from tariffcalc.values.money import show_money

SCHEMA = 1
"""Raised when a key changes its meaning or goes; new keys may come without it."""

WIDTH = 80
SHOWN = 8
"""Rows of a table on stderr; a summary file has all."""

OUTCOMES = {
    "ok": "priced",
    "partial": "priced in part: some amounts are not known",
    "prohibited": "entry is refused: nothing is payable",
    "grouped": "rows of Chapters 98 and 99, priced with the goods of their line",
    "blank": "blank rows",
    "error": "not priced",
}
LEFT_OUT = "lines unknown"
"""Heads the count of the lines that a sum leaves out, because their amount is not known."""

TABLES = (
    ("by_measure", "measure"), ("by_chapter", "chapter"), ("by_origin", "origin"),
    ("by_month", "month"),
)  # fmt: skip


class Run(NamedTuple):
    """What was asked for and how it went.

    Attributes:
        written: Name of the output; empty when nothing was written.
        seconds: From the first byte read to the last written.
    """

    name: str
    written: str
    edition: str
    known_on: str
    assumed: tuple[str, ...]
    engine: str
    seconds: float


class Table(NamedTuple):
    """Rows under columns.

    Attributes:
        more: Rows that are left out.
        texts: Places of the columns that are text; the others are numbers.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    more: int = 0
    texts: tuple[int, ...] = (0,)


def summarise(run: Run, tally: Tally) -> dict[str, Any]:
    """Return the summary as plain data, amounts as decimal strings."""
    sums = tally.as_json()
    return {
        "schema": SCHEMA,
        "input": run.name,
        "output": run.written or None,
        "edition": run.edition,
        "known_on": run.known_on,
        "assumed": list(run.assumed),
        **sums,
        "engine": run.engine,
        "seconds": round(run.seconds, 3),
        "rows_per_second": round(sums["lines"] / max(run.seconds, 0.001)),
    }


def as_text(summary: Mapping[str, Any]) -> str:
    """Return a summary for a terminal of 80 columns, long tables cut."""
    lines: list[str] = []
    for part in _parts(summary, SHOWN):
        if isinstance(part, Table):
            lines += _text_table(part)
        else:
            lines += [part] if len(part) <= WIDTH else _folded(part)
    return "\n".join(lines) + "\n"


def as_markdown(summary: Mapping[str, Any]) -> str:
    """Return a summary as Markdown, with all rows."""
    lines = [f"# Duties on {summary['input']}", ""]
    for part in _parts(summary, None):
        if isinstance(part, Table):
            rule = ["---" if i in part.texts else "---:" for i in range(len(part.columns))]
            rows = [[cell.replace("|", "\\|") for cell in row] for row in part.rows]
            lines += ["", *(f"| {' | '.join(row)} |" for row in [part.columns, rule, *rows]), ""]
        else:
            lines += [part, ""] if part else []
    return "\n".join(lines).replace("\n\n\n", "\n\n")


def as_json(summary: Mapping[str, Any]) -> str:
    """Return a summary as JSON."""
    return json.dumps(summary, ensure_ascii=False, indent=2) + "\n"


def _parts(summary: Mapping[str, Any], most: int | None) -> Iterator[str | Table]:
    lines, statuses = summary["lines"], summary["statuses"]
    went = f"to {summary['output']}" if summary["output"] else "nothing was written"
    yield f"{summary['input']}: {lines:,} {_plural(lines, 'row')}, {went}"
    yield _law(summary)
    yield ""
    counted = [
        [status, f"{statuses[status]:,}", said]
        for status, said in OUTCOMES.items()
        if status in statuses
    ]
    yield Table(("status", "rows", "meaning"), counted, texts=(0, 2))
    for currency, sums in summary["currencies"].items():
        yield ""
        yield from _sums(currency, sums, most)
    if summary["errors"]:
        yield ""
        yield _errors(summary["errors"], most)
    yield ""
    yield _pace(summary)


def _law(summary: Mapping[str, Any]) -> str:
    known = summary["known_on"]
    when = {"day": "each entry's own day", "now": "the day of the catalogue"}.get(known, known)
    assumed = f", assumed {', '.join(summary['assumed'])}" if summary["assumed"] else ""
    return f"catalogue {summary['edition']}, law as known on {when}{assumed}"


def _sums(currency: str, sums: Mapping[str, Any], most: int | None) -> Iterator[str | Table]:
    whole = [
        ["lines priced", f"{sums['lines']:,}", ""],
        ["customs value", _money(sums["customs_value"]), ""],
        *([name, *_known(sums, name)] for name in ("duty", "payable", "refundable")),
    ]
    yield _with_unknown((currency, "sum of what is known"), whole, None)
    for key, name in TABLES:
        found, more = sums[key], ["lines", "customs value"]
        if key == "by_measure":
            found, more = _by_measure(sums), []
        ranked = sorted(found.items(), key=lambda item: (-Decimal(item[1]["duty"]), item[0]))
        if key == "by_month":
            ranked = sorted(found.items())
        rows = [
            [
                name,
                *([f"{one['lines']:,}", _money(one["customs_value"])] if "lines" in one else []),
                *_known(one, "duty"),
            ]
            for name, one in ranked
        ]
        if rows:
            yield ""
            yield _with_unknown((name, *more, "duty"), rows, most)


def _by_measure(sums: Mapping[str, Any]) -> dict[str, Any]:
    """Return the duty of each measure in the form that the sums of a chapter have."""
    known, left_out = sums["by_measure"], sums["by_measure_unknown"]
    return {
        measure: {"duty": known.get(measure, "0"), "duty_unknown": left_out.get(measure, 0)}
        for measure in {**known, **left_out}
    }


def _known(sums: Mapping[str, Any], name: str) -> list[str]:
    """Return a sum, unknown rather than nothing, and how many lines it leaves out."""
    lines = sums[f"{name}_unknown"]
    is_unknown = lines and not Decimal(sums[name])
    return [UNKNOWN if is_unknown else _money(sums[name]), f"{lines:,}"]


def _with_unknown(columns: Sequence[str], rows: Sequence[Sequence[str]], most: int | None) -> Table:
    """Return a table; its last column, of the lines that sums leave out, only if there are any."""
    if any(row[-1].strip("0") for row in rows):
        columns = (*columns, LEFT_OUT)
    else:
        rows = [row[:-1] for row in rows]
    return Table(columns, rows[:most], len(rows) - len(rows[:most]))


def _errors(errors: Mapping[str, Any], most: int | None) -> Table:
    rows = []
    for code, faults in sorted(errors.items(), key=lambda item: (-item[1]["count"], item[0])):
        first = faults["first_rows"][: 5 if most else None]
        told = ", ".join(map(str, first)) + (", ..." if faults["count"] > len(first) else "")
        rows.append([code, f"{faults['count']:,}", told])
    names = ("error", "rows", "first of them")
    return Table(names, rows[:most], len(rows) - len(rows[:most]), (0, 2))


def _pace(summary: Mapping[str, Any]) -> str:
    covers, steps = summary["resolved"]["covers"], summary["resolved"]["steps"]
    sets, points = _plural(covers, "set"), _plural(steps, "point")
    resolved = f"{covers:,} distinct {sets} of law and {steps:,} {points} resolved"
    pace = f"{summary['rows_per_second']:,} rows a second"
    return f"{resolved}; {show_time(summary['seconds'])}, {pace}"


def _text_table(table: Table) -> list[str]:
    widths = [max(map(len, column)) for column in zip(table.columns, *table.rows, strict=True)]
    rest = sum(widths[1:]) + 2 * (len(widths) - 1)
    widths[0] = min(widths[0], WIDTH - rest)
    lines = [
        "  ".join(
            _cut(cell, width).ljust(width) if place in table.texts else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in [table.columns, *table.rows]
    ]
    lines.insert(1, "-" * min(WIDTH, sum(widths) + 2 * (len(widths) - 1)))
    if table.more:
        lines.append(f"... and {table.more:,} more: --summary FILE has all")
    return lines


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else f"{cell[: width - 3]}..."


def _folded(text: str) -> list[str]:
    import textwrap

    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def _money(text: str) -> str:
    return show_money(Decimal(text))


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"
