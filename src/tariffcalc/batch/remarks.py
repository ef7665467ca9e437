"""The warnings of a line, short: gaps of the catalogue it touches, amounts that are not known.

A gap is a bit: of the codes, the origins and the days it covers. What a point touches is the AND,
as with the sheets of the law, so a class of points is warned of once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tariffcalc.batch.declared import ORDER
from tariffcalc.batch.formula import Fee, Term
from tariffcalc.catalogue.store import Store
from tariffcalc.catalogue.terms import Effect
from tariffcalc.engine.answer import Charge
from tariffcalc.engine.base import PARTNERS, USMCA
from tariffcalc.engine.shipment import seems_turned
from tariffcalc.values.codes import digits_of
from tariffcalc.values.days import LATEST, parse_day

BETWEEN = "; "
ENTRY_INCOMPLETE = (
    "entry-incomplete: its fees and its limits of value leave out the rows that cannot be read"
)
ENTRY_SPLIT = "entry-split: its rows name several days or modes, and are taken as several entries"
ENTRY_BLANK = "entry-blank: taken as an entry of its own; write the number of its entry in each row"
CHAPTER_98 = "chapter-98: what {} frees or changes is not held here; priced without it"

NO_PROVINCE = "not declared: provincial tax is left out; say it in a column or as --province"

INCOMPLETE, SPLIT, BLANK = 1, 2, 4
ODD = ((INCOMPLETE, ENTRY_INCOMPLETE), (SPLIT, ENTRY_SPLIT), (BLANK, ENTRY_BLANK))
"""What may be odd about an entry, as bits, with the words for it."""


class Gaps:
    """What the catalogue does not hold for one importing country, as bits."""

    def __init__(self, store: Store, importer: str) -> None:
        gaps = store.not_covered.get(importer, ())
        self._gaps: list[dict[str, Any]] = [gap for gap in gaps if gap["origins"] or gap["goods"]]
        self._every = self._bits(not gap["goods"] for gap in self._gaps)
        self._goods = [
            (1 << bit, tuple(map(digits_of, gap["goods"])))
            for bit, gap in enumerate(self._gaps)
            if gap["goods"]
        ]

    def days(self) -> set[date]:
        """Return the days on which a gap begins or ends."""
        ends = (gap[key] for gap in self._gaps for key in ("from", "until"))
        return {parse_day(day) for day in ends if day}

    def code(self, code: str) -> int:
        """Return the gaps that a code touches."""
        touched = self._every
        for bit, goods in self._goods:
            if code.startswith(goods):
                touched |= bit
        return touched

    def origin(self, origin: str) -> int:
        """Return the gaps that an origin touches."""
        return self._bits(not gap["origins"] or origin in gap["origins"] for gap in self._gaps)

    def day(self, day: date) -> int:
        """Return the gaps that an entry date touches."""
        text = day.isoformat()
        return self._bits(
            (gap["from"] or "") <= text < (gap["until"] or LATEST.isoformat()) for gap in self._gaps
        )

    def titles(self, bits: int) -> list[str]:
        """Return what is missing."""
        return [gap["title"] for bit, gap in enumerate(self._gaps) if bits >> bit & 1]

    @staticmethod
    def _bits(touched: Iterable[bool]) -> int:
        return sum(1 << bit for bit, touches in enumerate(touched) if touches)


def of_cell(name: str, warning: str) -> str:
    """Return the warning of a cell of some field."""
    return f"{name}: {warning}"


def of_cells(warnings: Mapping[str, str]) -> list[str]:
    """Return the warnings of cells, in the order in which they are read."""
    return [of_cell(name, warnings[name]) for name in ORDER if name in warnings]


def of_point(
    importer: str,
    origin: str,
    claims: frozenset[str],
    followed: date | None,
    titles: Iterable[str],
) -> list[str]:
    """Return the warnings of a point.

    Args:
        importer: Importing country.
        origin: Country of origin.
        claims: Claims made.
        followed: The day up to which the law was followed, when the entry is later; else None.
        titles: What the catalogue does not hold there.
    """
    found = []
    if followed is not None:
        found.append(f"after-verified: the law of {importer} was followed up to {followed}")
    if USMCA in claims and origin not in PARTNERS[importer]:
        # One text for all such origins: they are one class to the lanes.
        partners = " and ".join(PARTNERS[importer])
        found.append(f"claim-without-effect: usmca frees base duty of {partners} goods only")
    return [*found, *(f"not-covered: {title}" for title in titles)]


def of_rate(own: str, currency: str | None, fx: Decimal | None) -> list[str]:
    """Warn of a rate that seems to be the wrong way round."""
    if seems_turned(currency, own, fx):
        return [f"fx-direction: {fx} says that one {currency} costs {fx} {own}"]
    return []


def of_unknown(charges: Iterable[Charge]) -> list[str]:
    """Say of which charges the amount is not known, and why."""
    found = []
    for charge in charges:
        if charge.amount is None and charge.rate != Effect.PROHIBITED:
            # The codes that are near change by the day; the reason does not.
            reason = (charge.reason or "").partition(", or did you mean")[0]
            found.append(_unknown(charge.measure, reason))
    return found


def of_terms(terms: Iterable[Term], doubt: Callable[[int], str]) -> list[str]:
    """Say the same of the charges of a formula.

    Args:
        terms: The charges.
        doubt: Says why it is open whether a sheet lies over the goods, by its bit.
    """
    return [
        _unknown(term.measure, term.why if term.doubtful is None else doubt(term.doubtful))
        for term in terms
        if term.rate is None and not term.refuses
    ]


def _unknown(charge: str, reason: str) -> str:
    return f"unknown {charge}: {reason}"


def of_unknown_fees(fees: Iterable[Fee]) -> list[str]:
    """Say which fees are not known."""
    return [f"unknown {fee.id}: its figures of that day are not held here" for fee in fees]
