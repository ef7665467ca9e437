"""An ACE report ES-003 as lines: its rows of Chapter 99 grouped into the goods that bear them.

The report has a row for each tariff number of a line: the goods' own number carries the value,
numbers of Chapter 99 carry the duties of the measures. Only the goods are priced; their filed duty
is what all rows of the line filed. The lane that prices uses it like this:

    groups = group_rows(rows, columns, cells)      # a first pass, when columns.report == "es003"
    for index, row in enumerate(rows.reopen()):
        priced = groups.cells(index, row)          # None: grouped into another row of its line
        ...                                        # price `priced`, write `row` as it was

`priced` is the row itself, or a copy with the line's whole filed duty in its place. Numbers of
Chapter 98 (goods returned, repaired, assembled) are grouped like those of Chapter 99 where goods of
chapters 1 to 97 stand in the same line, which is then warned of. Of several goods in a line, the
duty of the grouped rows is added to the first by ordinal that has a value. A line that has only
Chapter 99 is an error: its goods are not in the file, as where a report was filtered. A row whose
entry or line number is blank, as where a report shows each of them once, is an error: which line it
belongs to would be a guess. Memory: some 160 bytes a line in the first pass, then one byte a row,
and some bytes for each line with several rows.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tariffcalc.batch import remarks
from tariffcalc.batch.cells import CellError, CellReader
from tariffcalc.batch.columns import ColumnMap
from tariffcalc.batch.matching import normalise
from tariffcalc.batch.numbers import tidy
from tariffcalc.batch.unworked import Unworked, entry_named
from tariffcalc.values.codes import digits_of, dotted

ORDINAL = "Tariff Ordinal Number"
_AS_IT_IS, _GROUPED, _WITH_LINE, _WITHOUT_ENTRY, _WITHOUT_LINE, _WITHOUT_GOODS = range(6)
_MISSING = "{} is missing or rounded, by which the rows of a line are found; fill it in each row"
_NO_GOODS = "the line has numbers of Chapter 99 only; add the row with the number of its goods"
_FAULTS = {
    _WITHOUT_ENTRY: ("missing-field", "entry", _MISSING.format("entry")),
    _WITHOUT_LINE: ("missing-field", "line", _MISSING.format("line")),
    _WITHOUT_GOODS: ("no-goods", "classification", _NO_GOODS),
}
_GOODS, _CHAPTER_98, _CHAPTER_99 = range(3)
_NO_ENTRY, _NO_LINE = -2, -3
_NO_VALUE = 1 << 40
_LAST = 1 << 60


@dataclass(slots=True)
class Groups:
    """Which rows are priced, and what the other rows of their line filed.

    Attributes:
        grouped: Rows that are grouped into another.
        lines: Lines that have such rows.
        alone: Rows of Chapter 99 in lines that have no goods.
        unread: Entries that have a row without a line number, or a line without goods.
    """

    grouped: int = 0
    lines: int = 0
    alone: int = 0
    unread: set[str] = field(default_factory=set)
    _roles: bytearray = field(default_factory=bytearray)
    _filed: dict[int, Decimal | str] = field(default_factory=dict)
    _beside: dict[int, str] = field(default_factory=dict)
    _place: int | None = None
    _cells: CellReader | None = None

    def cells(self, index: int, row: Sequence[str]) -> Sequence[str] | None:
        """Return the cells to price of the row at an index; None: it is grouped, or has a fault."""
        role = self._roles[index] if index < len(self._roles) else _AS_IT_IS
        if role == _GROUPED or role in _FAULTS:
            return None
        place = self._place
        if role == _AS_IT_IS or place is None or place >= len(row) or self._cells is None:
            return row
        more = self._filed[index]
        if isinstance(more, Decimal):
            try:
                own = self._cells.read("filed_duty", row[place]).text
            except CellError:
                return row  # to be told of when it is priced
            more = f"{Decimal(own or 0) + more:f}".replace(".", self._cells.glance.point)
        return [*row[:place], more, *row[place + 1 :]]

    def said(self, index: int) -> str | None:
        """Return the warning of the row at an index: its line has a number of Chapter 98, too."""
        digits = self._beside.get(index)
        return None if digits is None else remarks.CHAPTER_98.format(dotted(digits))

    def fault(self, index: int) -> CellError | None:
        """Return why the row at an index belongs to no line of goods; None: it does."""
        fault = _FAULTS.get(self._roles[index]) if index < len(self._roles) else None
        return None if fault is None else CellError(*fault)


def group_rows(rows: Iterable[Sequence[str]], columns: ColumnMap, cells: CellReader) -> Groups:
    """Return how the rows of a report are grouped into lines, after one pass over them.

    A duty that cannot be read stands in the place of the sum, so that its line tells of it.
    """
    places = [columns.places.get(key) for key in ("entry", "line", "classification")]
    if columns.report != "es003" or None in places:
        return Groups()
    gathering = _Gathering(columns, cells)
    for row in rows:
        gathering.add(row)
    return gathering.finish()


class _Gathering:
    """The first pass: for each line the row to price, for each row its line."""

    def __init__(self, columns: ColumnMap, cells: CellReader) -> None:
        self._entry = columns.places["entry"]
        self._line = columns.places["line"]
        self._code = columns.places["classification"]
        self._value = columns.places["customs_value"]
        self._duty = columns.places.get("filed_duty")
        names = [normalise(name) for name in columns.header]
        ordinal = normalise(ORDINAL)
        self._ordinal = names.index(ordinal) if ordinal in names else None
        self._most = max(self._entry, self._line, self._code, self._value, self._duty or 0)
        self._cells = cells
        self._numbers: dict[str, int] = {}
        self._line_of = array("q")
        self._kinds = bytearray()
        self._best = array("q")
        self._rank = array("q")
        self._filed: dict[tuple[int, int], Decimal | str] = {}
        self._chapter_98: dict[int, str] = {}
        self._unread: set[str] = set()

    def add(self, row: Sequence[str]) -> None:
        index = len(self._line_of)
        if len(row) <= self._most:
            self._line_of.append(-1)
            self._kinds.append(_GOODS)
            return
        entry, line = (
            "" if isinstance(cell, Unworked) else entry_named(cell)
            for cell in (row[self._entry], row[self._line])
        )
        if not (entry and line):
            self._line_of.append((_NO_LINE if entry else _NO_ENTRY) if any(row) else -1)
            self._kinds.append(_GOODS)
            if entry:
                self._unread.add(entry)
            return
        key = f"{entry}\n{line}"
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self._best):
            self._best.append(-1)
            self._rank.append(_LAST << 1)
        kind = _kind(row[self._code])
        self._line_of.append(number)
        self._kinds.append(kind)
        if kind != _CHAPTER_99:
            rank = self._rank_of(row, kind)
            if rank < self._rank[number]:
                self._rank[number], self._best[number] = rank, index
        if kind == _CHAPTER_98:
            self._chapter_98.setdefault(number, digits_of(tidy(row[self._code])))
        if kind != _GOODS and self._duty is not None:
            self._add_duty((number, kind), row[self._duty])

    def _rank_of(self, row: Sequence[str], kind: int) -> int:
        """Goods before Chapter 98, what has a value before what has none, then by ordinal."""
        ordinal = row[self._ordinal].strip() if self._ordinal is not None else ""
        rank = int(ordinal) if ordinal.isascii() and ordinal.isdigit() and len(ordinal) < 6 else 0
        try:
            self._cells.read("customs_value", row[self._value])
        except CellError:
            rank += _NO_VALUE
        return rank + (_LAST if kind == _CHAPTER_98 else 0)

    def _add_duty(self, key: tuple[int, int], raw: str) -> None:
        known = self._filed.get(key, Decimal(0))
        if isinstance(known, Decimal):
            try:
                self._filed[key] = known + Decimal(self._cells.read("filed_duty", raw).text or 0)
            except CellError:
                self._filed[key] = raw

    def finish(self) -> Groups:
        """Give each row its role."""
        roles = bytearray(len(self._kinds))
        groups = Groups(unread=self._unread, _roles=roles, _place=self._duty, _cells=self._cells)
        bare: set[int] = set()
        for index, (number, kind) in enumerate(zip(self._line_of, self._kinds, strict=True)):
            if number < -1:
                roles[index] = _WITHOUT_ENTRY if number == _NO_ENTRY else _WITHOUT_LINE
                continue
            best = self._best[number] if number >= 0 else -1
            if kind == _GOODS or (kind == _CHAPTER_98 and self._kinds[best] == _CHAPTER_98):
                continue
            if best < 0:
                groups.alone += 1
                roles[index] = _WITHOUT_GOODS
                bare.add(number)
                continue
            roles[index] = _GROUPED
            if kind == _CHAPTER_98:
                groups._beside[best] = self._chapter_98[number]
            groups.grouped += 1
            if roles[best] == _AS_IT_IS:
                groups.lines += 1
                roles[best] = _WITH_LINE
                groups._filed[best] = self._of_line(number, self._kinds[best])
        if bare:
            named = (key for key, number in self._numbers.items() if number in bare)
            self._unread.update(key.partition("\n")[0] for key in named)
        return groups

    def _of_line(self, number: int, kind: int) -> Decimal | str:
        """Return the duty that the grouped rows of a line filed, or one that cannot be read."""
        total = Decimal(0)
        for grouped in range(kind + 1, _CHAPTER_99 + 1):
            filed = self._filed.get((number, grouped), Decimal(0))
            if isinstance(filed, str):
                return filed
            total += filed
        return total


def _kind(raw: str) -> int:
    try:
        digits = digits_of(tidy(raw))
    except ValueError:
        return _GOODS
    if len(digits) not in (8, 10):
        return _GOODS
    return {"98": _CHAPTER_98, "99": _CHAPTER_99}.get(digits[:2], _GOODS)
