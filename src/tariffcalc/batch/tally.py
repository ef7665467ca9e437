"""Sums over the lines of a file, for its summary: what was priced, on what, and what failed.

Whoever prices adds to lists that are kept here by name: of a chapter, an origin, a month, or a
measure. Amounts that are not known are left out of the sums, and beside each sum stands how many
lines are left out so: it is then a lower bound. On a line that is refused nothing is payable, and
nothing unknown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tariffcalc.batch.formula import VALUE_UNIT
from tariffcalc.batch.result import money

FIRST_ROWS = 10
"""Row numbers kept for each kind of error."""

KINDS = ("chapter", "origin", "month")

Sums = list[int]
"""Lines, value, base duty, total duty, payable, refundable; the last four again as lines left out.

Of a chapter, an origin or a month, lines, value and total duty are kept; the rest of all lines
together, under the blank kind and name; of a measure its amount and the lines left out, in the
first places.
"""

LINES, VALUE, BASE, DUTY, PAYABLE, REFUNDABLE = range(6)
LEFT_OUT = 4
"""From the place of an amount to that of the lines of which it is not known."""

WIDTH = REFUNDABLE + LEFT_OUT + 1


@dataclass(slots=True)
class Faults:
    """How often an error was met, and where first."""

    count: int = 0
    rows: list[int] = field(default_factory=list)


class Tally:
    """The sums of a file, by currency of the importing country.

    Attributes:
        statuses: Lines that did not end `ok`, by their status.
        errors: By their code.
        covers: Hashes of the distinct sets of sheets met.
        steps: Hashes of the distinct formulas worked out.
        charged: Measures that stand among the charges of some line; not told where these have
            columns of their own.
    """

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.errors: defaultdict[str, Faults] = defaultdict(Faults)
        self.covers: set[int] = set()
        self.steps: set[int] = set()
        self.charged: set[str] = set()
        self._sums: defaultdict[tuple[str, str, str], Sums] = defaultdict(_nothing)

    def sums(self, currency: str, kind: str = "", name: str = "") -> Sums:
        """Return the list to which the lines of a chapter, origin or month add, or all lines."""
        return self._sums[currency, kind, name]

    def measure(self, currency: str, measure: str) -> Sums:
        """Return the list to which lines add their amount of a measure."""
        return self._sums[currency, "measure", measure]

    def add_sums(self, currency: str, kind: str, name: str, sums: Sums) -> None:
        """Add the sums of many lines."""
        own = self._sums[currency, kind, name]
        own[:] = map(sum, zip(own, sums, strict=True))

    def add_charge(self, currency: str, measure: str, cents: int | None) -> None:
        """Add an amount of a measure; None is one that is not known."""
        sums = self.measure(currency, measure)
        if cents is None:
            sums[1] += 1
        else:
            sums[0] += cents

    def add_charged(self, charges: str) -> None:
        """Note the measures that stand among the charges of a line; see `result.CHARGES`."""
        if charges:
            self.charged.update(charge.partition("=")[0] for charge in charges.split(";"))

    def add_status(self, status: str, lines: int = 1) -> None:
        """Count lines that did not end `ok`."""
        self.statuses[status] += lines

    def add_error(self, code: str, row: int) -> None:
        """Count a line that cannot be priced."""
        self.statuses["error"] += 1
        faults = self.errors[code]
        faults.count += 1
        if len(faults.rows) < FIRST_ROWS:
            faults.rows.append(row)

    def clear(self) -> None:
        """Begin anew; whoever adds to lists that are kept here may go on."""
        self.statuses.clear()
        self.errors.clear()
        for sums in self._sums.values():
            sums[:] = _nothing()

    def merge(self, other: Tally) -> None:
        """Add the sums of another part of the file. Rows of errors stay in their order."""
        self.statuses.update(other.statuses)
        self.covers |= other.covers
        self.steps |= other.steps
        self.charged |= other.charged
        for key, sums in other._sums.items():
            self.add_sums(*key, sums)
        for code, faults in other.errors.items():
            kept = self.errors[code]
            kept.count += faults.count
            kept.rows = sorted([*kept.rows, *faults.rows])[:FIRST_ROWS]

    def as_json(self) -> dict[str, Any]:
        """Return the sums as plain data, amounts as decimal strings."""
        currencies = sorted({currency for currency, _, _ in self._sums})
        shown = {currency: self._of_currency(currency) for currency in currencies}
        priced = sum(sums["lines"] for sums in shown.values())
        told = self.statuses["partial"] + self.statuses["prohibited"]
        statuses = {"ok": priced - told, **dict(sorted(self.statuses.items()))}
        return {
            "lines": sum(statuses.values()),
            "statuses": {status: count for status, count in statuses.items() if count},
            "errors": {
                code: {"count": faults.count, "first_rows": list(faults.rows)}
                for code, faults in sorted(self.errors.items())
            },
            "currencies": shown,
            "resolved": {"covers": len(self.covers), "steps": len(self.steps)},
        }

    def _of_currency(self, currency: str) -> dict[str, Any]:
        tables = {
            kind: {
                name: sums
                for (own, of, name), sums in sorted(self._sums.items())
                if own == currency and of == kind and any(sums)
            }
            for kind in (*KINDS, "measure")
        }
        months = tables["month"].values()
        whole = [sum(month[place] for month in months) for place in range(WIDTH)]
        rest = self._sums[currency, "", ""]
        measures = tables["measure"]
        left_out = {"base_duty": rest[BASE + LEFT_OUT]}
        left_out |= {name: sums[1] for name, sums in measures.items()}
        return {
            **_shown(whole),
            **_amount("payable", rest, PAYABLE),
            **_amount("refundable", rest, REFUNDABLE),
            "by_measure": {
                "base_duty": money(rest[BASE]),
                **{name: money(sums[0]) for name, sums in measures.items() if sums[0]},
            },
            "by_measure_unknown": {name: lines for name, lines in left_out.items() if lines},
            **{
                f"by_{kind}": {name: _shown(sums) for name, sums in tables[kind].items()}
                for kind in KINDS
            },
        }


def leave_out(
    kinds: Sequence[Sums], whole: Sums, base: int | None, duty: int | None, payable: int | None
) -> None:
    """Count a line of which it is not known what is refundable, and perhaps more.

    Args:
        kinds: The sums of its chapter, origin and month.
        whole: Those of all lines.
        base: Its base duty, None where it is not known; likewise the others.
        duty: Its total duty.
        payable: What is payable.
    """
    whole[REFUNDABLE + LEFT_OUT] += 1
    if payable is None:
        whole[PAYABLE + LEFT_OUT] += 1
    if base is None:
        whole[BASE + LEFT_OUT] += 1
    if duty is None:
        for own in kinds:
            own[DUTY + LEFT_OUT] += 1


def _nothing() -> Sums:
    return [0] * WIDTH


def _shown(sums: Sums) -> dict[str, Any]:
    value = (sums[VALUE] * 200 // VALUE_UNIT + 1) // 2
    return {
        "lines": sums[LINES],
        "customs_value": money(value),
        **_amount("duty", sums, DUTY),
    }


def _amount(name: str, sums: Sums, place: int) -> dict[str, Any]:
    """Return a sum, and beside it the lines that are left out."""
    return {name: money(sums[place]), f"{name}_unknown": sums[place + LEFT_OUT]}
