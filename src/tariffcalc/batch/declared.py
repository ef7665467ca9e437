"""A row as declared: its cells read into what the engine takes, or the first fault among them.

Cells are cleaned by `CellReader` and read by the readers behind `quote`, so that an error reads the
same everywhere. Of fields that have few distinct texts, what was read is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from tariffcalc.batch.cells import CellError, CellReader, code_of
from tariffcalc.batch.columns import ColumnMap, Defaults
from tariffcalc.batch.formula import VALUE_UNIT
from tariffcalc.batch.names import CONTENTS, FLAGS, REQUIRED
from tariffcalc.batch.numbers import tidy
from tariffcalc.batch.plain import PLAIN
from tariffcalc.batch.preference import Claims, join_claims
from tariffcalc.batch.unworked import Unworked, entry_named, why_no_result
from tariffcalc.catalogue.store import Store
from tariffcalc.engine import fields
from tariffcalc.engine.shipment import Content, Line
from tariffcalc.values.days import parse_day
from tariffcalc.values.rates import Rate, parse_rate
from tariffcalc.values.units import canonical_unit

CAP = 1 << 16
"""Distinct texts of one field that are kept."""

FAULTS = 1 << 15
"""Distinct texts that cannot be read, with why, that are kept."""

KEPT = (
    "entry_date", "shipped_date", "importer", "origin", "classification", "currency", "fx", "unit",
    "claims", "preference", "base_rate", "mode", "province",
)  # fmt: skip
RARE = (*CONTENTS, "add_cvd")
"""Fields that only the engine can take."""

FILED = ("filed_duty", "filed_surtax")
"""Fields of what was filed; together they are compared with what is computed."""

ORDER = (
    "entry_date", "shipped_date", "importer", "origin", "classification", "customs_value",
    "currency", "fx", "quantity", "unit", "claims", "preference", *CONTENTS, "base_rate",
    "add_cvd", "mode", "province", *FILED,
)  # fmt: skip
"""Fields in the order in which they are read: the first fault is the one that is told."""

NEEDED = tuple(name for name in ORDER if name in REQUIRED)


@dataclass(slots=True)
class Declared:
    """What one row declares, and what its cells were warned of.

    Attributes:
        is_told_apart: Whether its currency stands in the cell of its value, so that rows that are
            otherwise like it may be in another one.
    """

    importer: str
    entry_date: date
    classification: str
    origin: str
    customs_value: Decimal
    shipped_date: date | None = None
    currency: str | None = None
    fx: Decimal | None = None
    mode: str | None = None
    province: str | None = None
    claims: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    contents: dict[str, Content] = field(default_factory=dict)
    quantity: Decimal | None = None
    unit: str | None = None
    base_rate: Rate | None = None
    add_cvd: Decimal | None = None
    filed: Decimal | None = None
    is_told_apart: bool = False
    warnings: dict[str, str] = field(default_factory=dict)

    def line(self) -> Line:
        """Return the line as the engine takes it."""
        return Line(
            self.classification,
            self.origin,
            self.customs_value,
            "1",
            self.claims,
            self.denied,
            self.contents,
            self.quantity,
            self.unit,
            self.base_rate,
            self.add_cvd,
        )


class LineReader:
    """Reads the cells of rows. `read` raises `CellError` for a row that cannot be priced."""

    def __init__(
        self, store: Store, columns: ColumnMap, defaults: Defaults, cells: CellReader
    ) -> None:
        self.places: Mapping[str, int] = columns.places
        self.width = len(columns.header)
        self.cells = cells
        self._plain: dict[str, Callable[[str], Any]] = {**PLAIN, "customs_value": self._plain_value}
        self._defaults: dict[str, str] = {
            **defaults._asdict(), "claims": ";".join(defaults.claims),
        }  # fmt: skip
        self._readers: dict[str, Callable[[str], Any]] = {
            **dict.fromkeys(("entry_date", "shipped_date"), parse_day),
            **dict.fromkeys(("importer", "origin"), lambda text: fields.read_country(text, store)),
            "classification": fields.read_classification,
            "customs_value": fields.read_value,
            "currency": fields.read_currency,
            "fx": fields.read_positive,
            "quantity": fields.read_positive,
            "unit": canonical_unit,
            **dict.fromkeys(
                ("claims", "preference"),
                lambda text: Claims(*fields.read_claims(text.split(";"), store)),
            ),
            "base_rate": parse_rate,
            "mode": fields.read_mode,
            "province": fields.read_province,
            **dict.fromkeys(("add_cvd", *FILED), fields.read_duty),
        }
        self._kept: dict[str, dict[str, tuple[Any, str | None]]] = {key: {} for key in ORDER}
        self._asked = [
            (name, self.places.get(name), self._kept[name])
            for name in ORDER
            if name in self.places or name in NEEDED or self._defaults.get(name)
        ]
        self._faults: dict[tuple[str, str], tuple[str, str, str]] = {}

    def read(self, cells: Sequence[str]) -> Declared:
        """Return what a row declares.

        Raises:
            CellError: for the first field that is missing or cannot be read.
        """
        self.check_width(cells)
        found: dict[str, Any] = {}
        warnings: dict[str, str] = {}
        for name, place, kept in self._asked:
            raw = "" if place is None else cells[place]
            if name in CONTENTS:
                value = self._content(name, raw, found["customs_value"], warnings)
                if value is not None:
                    found.setdefault("contents", {})[name] = value
                continue
            value, warning = kept.get(raw) or self.field(name, raw)
            if warning is not None:
                warnings[name] = warning
            if value is not None:
                found[name] = value
            elif name in NEEDED:
                raise self._missing(cells)
        if "customs_value" in warnings:
            del warnings["customs_value"]
            self._take_currency(found, cells[self.places["customs_value"]])
        return self._declared(found, warnings)

    def check_width(self, cells: Sequence[str]) -> None:
        """Refuse a row whose cells may not stand under their headers."""
        if len(cells) == self.width or (len(cells) > self.width and not any(cells[self.width :])):
            return
        message = f"the row has {len(cells)} cells, the header {self.width}"
        raise CellError("ragged-row", "", message)

    def field(self, name: str, raw: str) -> tuple[Any, str | None]:
        """Return the value of a cell, None where it is blank, and a warning.

        Raises:
            CellError: when it cannot be read.
        """
        kept = self._kept[name]
        found = kept.get(raw)
        if found is None:
            fault = self._faults.get((name, raw))
            if fault is not None:
                raise CellError(*fault)
            try:
                found = self._read(name, raw)
            except CellError as error:  # not the error itself: it holds all that was under way
                fault = error.code, error.field, error.message
                _keep(self._faults, (name, raw), fault, FAULTS)
                raise
            if name in KEPT:
                _keep(kept, raw, found, CAP)
        return found

    def faulty_defaults(self) -> Iterator[CellError]:
        """Yield why defaults cannot be read: they would fail row after row."""
        for name in self._defaults:
            try:
                self.field(name, "")
            except CellError as error:
                yield error

    def entry(self, cells: Sequence[str]) -> str:
        """Return the number of the entry a row belongs to, or '' for an entry of its own.

        Raises:
            CellError: when the number is not known.
        """
        place = self.places.get("entry")
        raw = "" if place is None or place >= len(cells) else cells[place]
        if isinstance(raw, Unworked):
            raise CellError("bad-entry", "entry", why_no_result(raw) or raw)
        return entry_named(raw)

    def _read(self, name: str, raw: str) -> tuple[Any, str | None]:
        plain = self._plain[name](raw) if name in self._plain else None
        if plain is not None:
            return plain, None
        text, warning = self.cells.read(name, raw)
        by_default = not text and bool(self._defaults.get(name))
        if by_default:
            default = self.cells.read(name, self._defaults[name])
            text, warning = default.text, warning or default.warning
        if not text:
            return None, warning
        try:
            value = self._readers[name](text)
        except ValueError as error:
            raise CellError(code_of(name), name, str(error)) from None
        if by_default and name == "claims":
            value = value._replace(by_default=True)
        return value, warning

    def _plain_value(self, raw: str) -> Decimal | None:
        units = self.cells.glance.units(raw)
        return Decimal(units) / VALUE_UNIT if units else None

    def _take_currency(self, found: dict[str, Any], raw: str) -> None:
        """Take the currency that the cell of a value states; the row may not say another one."""
        stated, told = self.cells.currency(raw), found.get("currency")
        if told is None:
            found["currency"], found["is_told_apart"] = stated, True
        elif told != stated:
            why = f'"{raw.strip()}" is in {stated}, and the currency column or option says {told}'
            raise CellError("two-currencies", "customs_value", why)

    def _content(
        self, name: str, raw: str, value: Decimal, warnings: dict[str, str]
    ) -> Content | None:
        cell = self.cells.read(name, raw)
        if cell.warning is not None:
            warnings[name] = cell.warning
        try:
            return fields.read_content(cell.text, value) if cell.text else None
        except ValueError as error:
            raise CellError("bad-content", name, str(error)) from None

    def _missing(self, cells: Sequence[str]) -> CellError:
        """Return all that a row lacks; one that has a value alone is mostly of totals."""
        filled = {n for n, at in self.places.items() if n in NEEDED and tidy(cells[at])}
        given = {name for name, text in self._defaults.items() if tidy(text)}
        names = [name for name in NEEDED if name not in filled | given]
        options = "".join(f" {FLAGS[name]}" for name in names if name in FLAGS)
        message = f"{', '.join(names)} {'are' if len(names) > 1 else 'is'} missing; fill the cell"
        message += f"{'s' if len(names) > 1 else ''}{f' or say{options}' if options else ''}"
        if filled <= {"customs_value"}:
            message += "; if it is a row of totals, delete it"
        return CellError("missing-field", names[0], message)

    @staticmethod
    def _declared(found: dict[str, Any], warnings: dict[str, str]) -> Declared:
        claims = join_claims(found.pop("claims", None), found.pop("preference", None))
        filed = [found.pop(name, None) for name in FILED]
        known = [amount for amount in filed if amount is not None]
        declared = Declared(
            claims=claims.made,
            denied=claims.denied,
            filed=sum(known, Decimal(0)) if known else None,
            warnings=warnings,
            **found,
        )
        check_days(declared.shipped_date, declared.entry_date)
        return declared


def _keep(kept: dict[Any, Any], key: Any, found: Any, most: int) -> None:
    if len(kept) >= most:
        kept.clear()
    kept[key] = found


def check_days(shipped: date | None, entered: date) -> None:
    """Refuse goods that left after they were entered."""
    if shipped is not None and shipped > entered:
        message = f"the goods left on {shipped}, after their entry on {entered}"
        raise CellError("shipped-after-entry", "shipped_date", message)
