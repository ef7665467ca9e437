"""Sums over the lines of a file, for its summary: what was priced, on what, and what failed.

A line adds to one list of sums, that of its chapter, origin and month; measures add to lists of
their own. The lists are kept by whoever prices, and folded into the sums by name when they grow
many. Amounts that are not known are left out of the sums: the lines with one count as partial.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from tariffcalc.batch.formula import VALUE_UNIT
from tariffcalc.batch.result import money

FIRST_ROWS = 10
"""Row numbers kept for each kind of error."""

OPEN = 1 << 14
"""Lists of sums that are kept open."""

Cell = list[int]
"""Lines, value, base duty, total duty, payable, refundable."""

BLANK = (0, 0, 0, 0, 0, 0)


@dataclass(slots=True)
class Faults:
    """How often an error was met, and where first."""

    count: int = 0
    rows: list[int] = field(default_factory=list)


class Tally:
    """The sums of a file, by currency of the importing country."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.errors: defaultdict[str, Faults] = defaultdict(Faults)
        self.covers = 0
        self.steps = 0
        self._sums: defaultdict[tuple[str, str, str], Cell] = defaultdict(lambda: [*BLANK])
        self._measures: Counter[tuple[str, str]] = Counter()
        self._open: list[tuple[tuple[str, str, str, str], Cell]] = []
        self._charges: list[tuple[str, tuple[str, ...], list[int]]] = []

    @property
    def is_full(self) -> bool:
        """Whether the lists of lines should be closed, and opened anew."""
        return len(self._open) >= OPEN

    def open_cell(self, currency: str, chapter: str, origin: str, month: str) -> Cell:
        """Return a list of sums for the priced lines of a chapter, origin and month."""
        cell = [*BLANK]
        self._open.append(((currency, chapter, origin, month), cell))
        return cell

    def open_charges(self, currency: str, measures: tuple[str, ...]) -> list[int]:
        """Return a list of sums for the amounts of some measures, in their order."""
        sums = [0] * len(measures)
        self._charges.append((currency, measures, sums))
        return sums

    def add_charge(self, currency: str, measure: str, cents: int) -> None:
        """Count the amount of a measure on a line that has no list open."""
        self._measures[currency, measure] += cents

    def add_status(self, status: str, lines: int = 1) -> None:
        """Count lines that did not end `ok`; the others are what the cells hold beside them."""
        self.statuses[status] += lines

    def add_error(self, code: str, row: int) -> None:
        """Count a line that cannot be priced."""
        self.statuses["error"] += 1
        faults = self.errors[code]
        faults.count += 1
        if len(faults.rows) < FIRST_ROWS:
            faults.rows.append(row)

    def fold(self) -> None:
        """Add up the open lists under their names, and set them back to nothing."""
        for (currency, *names), cell in self._open:
            for kind, name in zip(("chapter", "origin", "month"), names, strict=True):
                _add(self._sums[currency, kind, name], cell)
            _add(self._sums[currency, "", ""], cell)
            cell[:] = BLANK
        for currency, measures, sums in self._charges:
            for place, measure in enumerate(measures):
                self._measures[currency, measure] += sums[place]
                sums[place] = 0

    def close_cells(self) -> None:
        """Fold the lists of lines and drop them: whoever holds one must open another."""
        self.fold()
        self._open.clear()

    def close_charges(self) -> None:
        """Fold the lists of measures and drop them: whoever holds one must open another."""
        self.fold()
        self._charges.clear()

    def merge(self, other: Tally) -> None:
        """Add the sums of another part of the file. Rows of errors stay in their order."""
        self.fold()
        other.fold()
        self.statuses.update(other.statuses)
        self.covers += other.covers
        self.steps += other.steps
        for key, cell in other._sums.items():
            _add(self._sums[key], cell)
        self._measures.update(other._measures)
        for code, faults in other.errors.items():
            own = self.errors[code]
            own.count += faults.count
            own.rows = sorted([*own.rows, *faults.rows])[:FIRST_ROWS]

    def as_json(self) -> dict[str, Any]:
        """Return the sums as plain data, amounts as decimal strings."""
        self.fold()
        priced = sum(cell[0] for (_, kind, _), cell in self._sums.items() if not kind)
        told = self.statuses["partial"] + self.statuses["prohibited"]
        statuses = {"ok": priced - told, **self.statuses}
        return {
            "lines": sum(statuses.values()),
            "statuses": {status: count for status, count in statuses.items() if count},
            "errors": {
                code: {"count": faults.count, "first_rows": list(faults.rows)}
                for code, faults in sorted(self.errors.items())
            },
            "currencies": {
                currency: self._of_currency(currency)
                for currency, kind, _ in sorted(self._sums)
                if not kind
            },
            "resolved": {"covers": self.covers, "steps": self.steps},
        }

    def _of_currency(self, currency: str) -> dict[str, Any]:
        measures = {key: cents for (own, key), cents in self._measures.items() if own == currency}
        whole = self._sums[currency, "", ""]
        duty = {"base_duty": whole[2], **dict(sorted(measures.items()))}
        return {
            **_shown(whole),
            "payable": money(whole[4]),
            "refundable": money(whole[5]),
            "by_measure": {key: money(cents) for key, cents in duty.items()},
            **{f"by_{kind}": self._by(currency, kind) for kind in ("chapter", "origin", "month")},
        }

    def _by(self, currency: str, kind: str) -> dict[str, dict[str, Any]]:
        rows = {
            name: cell
            for (own, of, name), cell in self._sums.items()
            if (own, of) == (currency, kind)
        }
        return {name: _shown(cell) for name, cell in sorted(rows.items())}


def _add(sums: Cell, cell: Cell) -> None:
    for place, number in enumerate(cell):
        sums[place] += number


def _shown(cell: Cell) -> dict[str, Any]:
    value = (cell[1] * 200 // VALUE_UNIT + 1) // 2
    return {"lines": cell[0], "customs_value": money(value), "duty": money(cell[3])}
