"""The long lists of a catalogue, kept as CSV: codes of a measure, base rates, countries."""

from __future__ import annotations

import csv
from collections.abc import Iterator
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
    line: int = 0


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
    line: int = 0


GOODS_COLUMNS = ["code", "known", "status", "description", "source"]
RATE_COLUMNS = ["code", "from", "until", "general", "special", "column_2", "known", "source"]
COUNTRY_COLUMNS = ["code", "alpha3", "english", "french", "other"]


def csv_lines(path: Path, where: str, issues: list[Issue]) -> list[str]:
    """Return the lines of a file of text; none, and an issue, when it cannot be read."""
    try:
        lines = read_text(path).splitlines()
    except CatalogueError as error:
        issues += (
            issue._replace(where=where + issue.where.removeprefix(path.name))
            for issue in error.issues
        )
        return []
    if not lines:
        issues.append(Issue("empty", "error", "holds nothing", where, "Fill it in, or delete it."))
    return lines


def csv_rows(
    lines: list[str], columns: list[str], where: str, issues: list[Issue], above: int = 0
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows below the header, each with its line in the file; one row is one line.

    Args:
        lines: Those of the file from the header on.
        columns: What the header must be.
        where: The name of the file.
        issues: Where faults go; a row that has one is left out.
        above: How many lines stand above the header.
    """
    for number, line in enumerate(lines, above + 1):
        place = f"{where} line {number}"
        try:
            row = next(csv.reader([line], strict=True), [])
        except csv.Error as error:
            hint = "Look for a quotation mark that is not closed."
            issues.append(Issue("not-csv", "error", f"is no row of CSV: {error}", place, hint))
            continue
        if number == above + 1:
            if row != columns:
                message = f"must have the columns {','.join(columns)}"
                hint = f"It has {','.join(row)}."
                issues.append(Issue("columns", "error", message, place, hint))
                return
        elif row and len(row) != len(columns):
            message = f"has {len(row)} cells; the header has {len(columns)} columns"
            hint = "Put text that holds a comma in quotation marks."
            issues.append(Issue("columns", "error", message, place, hint))
        elif row:
            yield number, row


def read_goods(path: Path, folder: Path, issues: list[Issue]) -> GoodsList:
    """Read one list of goods; its id is its place below `folder`. Faults go to `issues`."""
    list_id = path.relative_to(folder).with_suffix("").as_posix()
    where = f"goods/{list_id}.csv"
    lines = csv_lines(path, where, issues)
    head = {}
    above = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    for line in lines[:above]:
        key, _, value = line.lstrip("# ").partition(":")
        head[key.strip()] = value.strip()
    stated = head.get("count", "")
    counted = stated.isascii() and stated.isdigit()
    if lines and not (counted and head.get("title") and head.get("source")):
        message = "must begin with the lines # title:, # count: and # source:"
        issues.append(Issue("list-head", "error", message, f"{where} line 1"))
    rows: list[GoodsRow] = []
    seen: dict[str, int] = {}
    for number, row in csv_rows(lines[above:], GOODS_COLUMNS, where, issues, above):
        try:
            rows.append(_goods_row(row, number, seen))
        except ValueError as error:
            code, message = error.args
            issues.append(Issue(code, "error", message, f"{where} line {number}"))
    count = int(stated) if counted else len(rows)
    return GoodsList(
        list_id, head.get("title", ""), count, head.get("source", ""), tuple(rows), where
    )


def _goods_row(row: list[str], number: int, seen: dict[str, int]) -> GoodsRow:
    """Read one row. Raises ValueError with the slug and the words of a fault."""
    code, known, status, description, source = row
    try:
        digits = digits_of(code)
    except ValueError as error:
        raise ValueError("bad-code", str(error)) from None
    if len(digits) not in PREFIX_LENGTHS:
        message = f'"{code}" has {len(digits)} digits; a code has 2, 4, 6, 8 or 10'
        raise ValueError("bad-code", message)
    if digits in seen:
        raise ValueError("repeated-code", f'"{code}" stands already on line {seen[digits]}')
    seen[digits] = number
    if known not in terms.KNOWN:
        message = f'known is "{known}"; it is one of {", ".join(terms.KNOWN)}'
        raise ValueError("bad-known", message)
    if status not in ("", "uncertain"):
        raise ValueError("bad-status", f'status is "{status}"; it is empty or uncertain')
    return GoodsRow(digits, known, status == "uncertain", description, source, number)


def read_rates(path: Path, issues: list[Issue]) -> list[RateRow]:
    """Read the base duties of one importing country. Faults go to `issues`."""
    where = f"rates/{path.name}"
    rows: list[RateRow] = []
    for number, row in csv_rows(csv_lines(path, where, issues), RATE_COLUMNS, where, issues):
        try:
            rows.append(_rate_row(row, number))
        except ValueError as error:
            issues.append(Issue("bad-rate-row", "error", str(error), f"{where} line {number}"))
    return rows


def _rate_row(row: list[str], number: int) -> RateRow:
    code, start, end, general, special, column_2, known, source = row
    digits = digits_of(code)
    if len(digits) != 8:
        raise ValueError(f'"{code}" has {len(digits)} digits; a base rate stands at 8')
    first = parse_day(start)
    past = parse_day(end) if end else LATEST
    if past <= first:
        raise ValueError(f"holds from {first} until {past}, which is no day")
    if known not in terms.KNOWN:
        raise ValueError(f'known is "{known}"; it is one of {", ".join(terms.KNOWN)}')
    days = first.isoformat(), past.isoformat()
    return RateRow(digits, *days, general, special, column_2, known, source, number)


def read_countries(path: Path, issues: list[Issue]) -> list[dict[str, str]]:
    """Read the countries by code, with their names. Faults go to `issues`."""
    where = path.name
    found: dict[str, dict[str, str]] = {}
    for number, row in csv_rows(csv_lines(path, where, issues), COUNTRY_COLUMNS, where, issues):
        code = row[0]
        place = f"{where} line {number}"
        if len(code) != 2 or not (code.isascii() and code.isupper()):
            message = f'"{code}" is not a country code of two capital letters'
            issues.append(Issue("bad-country", "error", message, place))
        elif code in found:
            issues.append(Issue("repeated-country", "error", f'"{code}" stands twice', place))
        else:
            found[code] = dict(zip(COUNTRY_COLUMNS, row, strict=True))
    return list(found.values())
