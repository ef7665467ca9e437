"""What a file would be read as, and what is wrong with it: nothing is priced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tariffcalc.batch.cells import CellError, CellReader
from tariffcalc.batch.columns import BESIDE, FIELDS, ColumnMap
from tariffcalc.batch.covered import check_covered, warn_of_province
from tariffcalc.batch.declared import LineReader
from tariffcalc.batch.es003 import Groups
from tariffcalc.batch.names import CONTENTS
from tariffcalc.batch.remarks import ENTRY_BLANK
from tariffcalc.batch.rows import Rows
from tariffcalc.catalogue.law import Law
from tariffcalc.values.exchange import ExchangeRates

MOST_ROWS = 100_000
SHOWN = 5
_LONGEST = 160


class DryRun(NamedTuple):
    """How a file is understood.

    Attributes:
        text: For people.
        rows: Rows looked at.
        is_whole: Whether these are all rows of the file.
        problems: Rows that could not be priced, by code of the error.
    """

    text: str
    rows: int
    is_whole: bool
    problems: Mapping[str, int]


def dry_run(
    rows: Rows,
    columns: ColumnMap,
    cells: CellReader,
    law: Law,
    *,
    rates: ExchangeRates | None = None,
    groups: Groups | None = None,
    most: int = MOST_ROWS,
) -> DryRun:
    """Return how the columns and the first rows are understood, and the problems by code.

    Args:
        rows: The file.
        columns: Its columns.
        cells: Reads its cells.
        law: The law that rows would be priced under.
        rates: Where a row in another currency states no rate of its own.
        groups: Of an ACE report ES-003.
        most: Rows that are looked at.
    """
    looked = _Look(rows, columns, cells, law, rates, groups)
    is_whole = looked.over(most)
    parts = [
        [f"{rows.name}: {len(columns.header)} columns"],
        ["", *_mapping(columns)],
        ["", *(f"{note.severity}: {note}" for note in (*columns.notes, *rows.notes))],
        ["", "first rows as understood:", *looked.shown],
        ["", *looked.summary(is_whole), "nothing was priced"],
    ]
    lines = [line for part in parts if len(part) > 1 or part[0] for line in part]
    return DryRun("\n".join(lines) + "\n", looked.count, is_whole, dict(looked.errors))


def _mapping(columns: ColumnMap) -> Iterator[str]:
    width = max(map(len, FIELDS))
    given = columns.defaults._asdict()
    for key in (*FIELDS, *BESIDE):
        default = given.get(key, "")
        default = ";".join(default) if isinstance(default, tuple) else default
        if key in columns.places:
            place = columns.places[key]
            kind = f", as {columns.kinds[key]}" if key in columns.kinds else ""
            blank = f", {default} where blank" if default else ""
            yield f'{key:<{width}}  "{columns.header[place]}" (column {place + 1}{kind}{blank})'
        elif default:
            yield f"{key:<{width}}  {default} for all rows"
    taken = set(columns.places.values())
    rest = [f'"{name}"' for i, name in enumerate(columns.header) if i not in taken and name.strip()]
    if rest:
        yield f"{'not read':<{width}}  {', '.join(rest)}"


class _Look:
    """One pass over the rows."""

    def __init__(
        self,
        rows: Rows,
        columns: ColumnMap,
        cells: CellReader,
        law: Law,
        rates: ExchangeRates | None,
        groups: Groups | None,
    ) -> None:
        self._rows = rows
        self._columns = columns
        self._cells = cells
        self._law = law
        self._rates = rates
        self._groups = groups or Groups()
        self._reader = LineReader(law.store, columns, columns.defaults, cells)
        self.count = self.blank = 0
        self.errors: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._shares: Counter[tuple[str, bool]] = Counter()
        self.shown: list[str] = []

    def over(self, most: int) -> bool:
        for index, row in enumerate(self._rows):
            if index >= most:
                return False
            self.count += 1
            self._look_at(row, index)
        return True

    def _look_at(self, row: Sequence[str], index: int) -> None:
        number = self._rows.row_number(index)
        priced, fault = self._groups.cells(index, row), self._groups.fault(index)
        if not any(row):
            self.blank += 1
            return
        told = "grouped into the goods of its line"
        if fault is not None:
            told = self._count(fault, number)
        elif priced is not None:
            told = self._read(priced, number, self._groups.said(index))
        if len(self.shown) < SHOWN:
            self.shown.append(f"  row {number}: {told}"[: _LONGEST * 4])

    def _read(self, row: Sequence[str], number: int, said: str | None) -> str:
        """Return a row in words, and count what is wrong with it."""
        try:
            declared = self._reader.read(row)
            entry = self._reader.entry(row)
            check_covered(self._law, declared, self._rates)
            warn_of_province(self._law, declared)
        except CellError as error:
            return self._count(error, number)
        warnings = dict(declared.warnings)
        if "entry" in self._columns.places and not entry:
            warnings["entry"] = ENTRY_BLANK
        if said:
            warnings["chapter 98"] = said
        for name, warning in warnings.items():
            self.warnings[name] += 1
            first = f"row {number}, {warning}"
            self._first.setdefault(f"warning {name}", first[:_LONGEST])
        for name in CONTENTS:
            content = declared.contents.get(name)
            if content is not None:
                self._shares[name, content.is_share] += 1
        if len(self.shown) >= SHOWN:
            return ""
        found = {name: self._cells.read(name, row[at]) for name, at in self._columns.places.items()}
        return ", ".join(f"{name} {cell.text}" for name, cell in found.items() if cell.text)

    def _count(self, fault: CellError, number: int) -> str:
        """Return what is wrong with a row in words, and count it."""
        self.errors[fault.code] += 1
        where = f" {fault.field}:" if fault.field else ""
        self._first.setdefault(fault.code, f"row {number},{where} {fault.message}"[:_LONGEST])
        return f"{fault.code}:{where} {fault.message}"

    def summary(self, is_whole: bool) -> Iterator[str]:
        """Return the count of rows and of problems."""
        which = "" if is_whole else "the first "
        yield f"{which}{self.count:,} rows: {self.errors.total():,} could not be priced"
        for code, count in self.errors.most_common():
            yield f"  {code}: {count:,} ({self._first[code]})"
        for name, count in self.warnings.most_common():
            yield f"  warning on {name}: {count:,} ({self._first[f'warning {name}']})"
        for name in CONTENTS:
            if self._shares[name, True] and self._shares[name, False]:
                yield (
                    f"  warning on {name}: {self._shares[name, True]:,} shares and"
                    f" {self._shares[name, False]:,} amounts in one column"
                )
        groups = self._groups
        if groups.grouped:
            grouped = f"{groups.grouped:,} rows of chapters 98 and 99"
            yield f"  {grouped} grouped into {groups.lines:,} lines"
        if groups.alone:
            yield f"  {groups.alone:,} of chapter 99 without goods in their line"
        if self.blank:
            yield f"  {self.blank:,} blank rows"
