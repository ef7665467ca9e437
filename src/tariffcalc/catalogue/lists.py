"""The long lists of a catalogue, kept as CSV: tariff codes of a measure, base rates of a schedule."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from tariffcalc.catalogue import terms
from tariffcalc.catalogue.source import read_text
from tariffcalc.values.codes import PREFIX_LENGTHS, digits_of
from tariffcalc.values.days import LATEST, parse_day
from tariffcalc.values.issues import CatalogueError, Issue


@dataclass(frozen=True, slots=True)
class GoodsRow:
    """One code of a list, by its digits. `uncertain`: not known to be on the list."""

    code: str
    known: terms.Known
    uncertain: bool
    description: str
    source: str


@dataclass(frozen=True, slots=True)
class GoodsList:
    """A list of tariff codes with the count that its source states."""

    id: str
    title: str
    count: int
    source: str
    rows: tuple[GoodsRow, ...]
    file: str


@dataclass(frozen=True, slots=True)
class RateRow:
    """Base duty of a code over a period, as the schedule prints it; '' where it is not known."""

    code: str
    start: str
    end: str
    general: str
    special: str
    column_2: str
    known: str
    source: str


def csv_lines(path: Path, issues: list[Issue]) -> list[str]:
    """Return the lines of a file of text; none, and an issue, when it cannot be read."""
    try:
        return read_text(path).splitlines()
    except CatalogueError as error:
        issues += error.issues
        return []


def read_goods(path: Path, folder: Path, issues: list[Issue]) -> GoodsList | None:
    """Read one list of goods; its id is its place below `folder`. Faults go to `issues`."""
    list_id = path.relative_to(folder).with_suffix("").as_posix()
    lines = csv_lines(path, issues)
    head = {}
    while lines and lines[0].startswith("#"):
        key, _, value = lines.pop(0).lstrip("# ").partition(":")
        head[key.strip()] = value.strip()
    first = len(head) + 2
    where = f"goods/{list_id}.csv"
    rows = []
    seen: dict[str, int] = {}
    for number, row in enumerate(csv.DictReader(lines), first):
        place = f"{where} line {number}"
        fault = _goods_fault(row, seen)
        if fault:
            issues.append(Issue(fault[0], "error", fault[1], place))
            continue
        digits = digits_of(row["code"])
        seen[digits] = number
        rows.append(
            GoodsRow(
                digits,
                row["known"],  # type: ignore[arg-type]  # checked by _goods_fault
                row["status"] == "uncertain",
                row["description"],
                row["source"],
            )
        )
    if not head.get("count", "").isdigit() or not head.get("title") or not head.get("source"):
        message = "must begin with the lines # title:, # count: and # source:"
        issues.append(Issue("list-head", "error", message, f"{where} line 1"))
        return None
    return GoodsList(list_id, head["title"], int(head["count"]), head["source"], tuple(rows), where)


def _goods_fault(row: dict[str, str], seen: dict[str, int]) -> tuple[str, str] | None:
    if None in row or None in row.values() or "code" not in row:
        return "columns", "does not have the columns code,known,status,description,source"
    try:
        digits = digits_of(row["code"])
    except ValueError as error:
        return "bad-code", str(error)
    if len(digits) not in PREFIX_LENGTHS:
        return "bad-code", f'"{row["code"]}" has {len(digits)} digits; a code has 2, 4, 6, 8 or 10'
    if digits in seen:
        return "repeated-code", f'"{row["code"]}" stands already on line {seen[digits]}'
    if row["known"] not in terms.KNOWN:
        return "bad-known", f'known is "{row["known"]}"; it is one of {", ".join(terms.KNOWN)}'
    if row["status"] not in ("", "uncertain"):
        return "bad-status", f'status is "{row["status"]}"; it is empty or uncertain'
    return None


def read_rates(path: Path, issues: list[Issue]) -> list[RateRow]:
    """Read the base duties of one importing country. Faults go to `issues`."""
    rows: list[RateRow] = []
    columns = ["code", "from", "until", "general", "special", "column_2", "known", "source"]
    reader = csv.reader(csv_lines(path, issues))
    if next(reader, None) != columns:
        message = f"must begin with the columns {','.join(columns)}"
        issues.append(Issue("columns", "error", message, f"rates/{path.name} line 1"))
        return rows
    for number, row in enumerate(reader, 2):
        try:
            code, start, end, *texts = row
            digits = digits_of(code)
            parse_day(start)
            if end:
                parse_day(end)
            if len(digits) != 8 or len(texts) != 5 or texts[3] not in terms.KNOWN:
                raise ValueError("is not an 8-digit code with a rate and a known mark")
        except ValueError as error:
            place = f"rates/{path.name} line {number}"
            issues.append(Issue("bad-rate-row", "error", str(error), place))
            continue
        rows.append(RateRow(digits, start, end or LATEST.isoformat(), *texts))
    return rows
