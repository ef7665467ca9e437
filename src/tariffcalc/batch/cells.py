"""A cell as people fill it in, to the text that the readers of the engine take.

Nothing is guessed: a cell that can be read in two ways is an error that says which option settles
it, and a cell that was changed in a way a person should know of comes with a warning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from tariffcalc.batch.codes import read_code
from tariffcalc.batch.dates import DAY_0, FORMATS, AmbiguousDate, read_date
from tariffcalc.batch.names import CONTENTS, TOLD
from tariffcalc.batch.numbers import GLANCES, as_percent, currency_of, read_number, tidy
from tariffcalc.batch.places import AmbiguousCountry, read_mode, read_place, read_province
from tariffcalc.batch.preference import NO, YES, read_preference
from tariffcalc.batch.result import PROHIBITED, UNKNOWN
from tariffcalc.batch.unworked import why_no_result
from tariffcalc.catalogue.store import Store
from tariffcalc.engine import fields
from tariffcalc.values.issues import InputError, Issue
from tariffcalc.values.names import plain
from tariffcalc.values.rates import parse_rate
from tariffcalc.values.units import canonical_unit

_LONGEST = 400
_NO_UNIT = ("X", "x")
_LEFT_OUT = ("mode", "shipped_date", "unit")
"""Fields that few rows need: a column that cannot be read is better left out."""
_CODES = {"origin": "unknown-country", "importer": "unknown-country", "claims": "unknown-claim"}

Read = tuple[str, str | None]
"""Text that the engine reads, and a warning."""


class CellError(ValueError):
    """A cell that cannot be read.

    Attributes:
        code: Short stable slug such as ``bad-classification`` or ``ambiguous-date``.
        field: Canonical name of its field.
        message: What is wrong, in the words of the engine where it reads the value.
    """

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field
        self.message = message


class Cell(NamedTuple):
    """A cell as understood: ISO date, ISO country, digits, plain decimal; '' when it is blank."""

    text: str
    warning: str | None = None


class CellReader:
    """Reads cells field by field. The same field and text always give the same cell.

    Attributes:
        glance: How numbers are read at a glance.
        kinds: How cells of some fields are written: `ColumnMap.kinds`.
    """

    def __init__(
        self,
        store: Store,
        date_format: str | None = None,
        decimal_comma: bool | None = False,
        kinds: Mapping[str, str] = MappingProxyType({}),
        day_0: date = DAY_0,
    ) -> None:
        """Make a reader.

        Args:
            store: Knows the countries and the claims.
            date_format: ``MM/DD/YYYY`` or ``DD/MM/YYYY``, where the file does not make it clear.
            decimal_comma: Whether the comma parts the cents, as in ``1 234,56``; None: it may, and
                what can be read in both ways is an error.
            kinds: How cells of contents, base rate and preference are written: `ColumnMap.kinds`.
            day_0: The day that the spreadsheet numbers 0.

        Raises:
            InputError: for another date format.
        """
        if date_format is not None and date_format.upper() not in FORMATS:
            message = f'"{date_format}" is not {" or ".join(FORMATS)}'
            raise InputError([Issue("bad-date-format", "error", message, "--date-format")])
        self._store = store
        self._date_format = date_format.upper() if date_format else None
        self._day_0 = day_0
        self._comma = decimal_comma
        self.glance = GLANCES[decimal_comma]
        self.kinds = kinds
        self._readers: dict[str, Callable[[str, str], Read]] = {
            **dict.fromkeys(TOLD, lambda _, text: (text, None)),
            **dict.fromkeys(("entry_date", "shipped_date"), self._date),
            **dict.fromkeys(("importer", "origin"), self._country),
            **dict.fromkeys(("add_cvd", "filed_duty", "filed_surtax"), self._duty),
            **dict.fromkeys(CONTENTS, self._content),
            "classification": lambda _, text: read_code(text),
            "customs_value": self._value,
            "currency": self._currency,
            "fx": self._positive,
            "quantity": self._quantity,
            "unit": self._unit,
            "claims": self._claims,
            "preference": self._preference,
            "base_rate": self._rate,
            "mode": lambda _, text: (read_mode(text), None),
            "province": lambda _, text: (read_province(text), None),
        }

    def read(self, field: str, raw: str) -> Cell:
        """Return a cell of a field as understood.

        Raises:
            CellError: when it cannot be read, or can be read in two ways.
        """
        text = tidy(raw)
        if not text:
            return Cell("")
        if field not in TOLD:
            if message := why_no_result(text):
                raise CellError(code_of(field), field, message)
            if len(text) > _LONGEST:
                message = f'"{text[:40]}..." has {len(text)} characters'
                raise CellError(code_of(field), field, message)
        try:
            return Cell(*self._readers[field](field, text))
        except AmbiguousDate as error:
            raise CellError("ambiguous-date", field, str(error)) from None
        except AmbiguousCountry as error:
            raise CellError("ambiguous-country", field, str(error)) from None
        except ValueError as error:
            hint = f"; --map {field}= leaves the column out" if field in _LEFT_OUT else ""
            raise CellError(code_of(field), field, f"{error}{hint}") from None

    def _country(self, field: str, text: str) -> Read:
        try:
            return read_place(text, self._store), None
        except ValueError as error:
            if field != "importer" or isinstance(error, AmbiguousCountry):
                raise
            hint = "--map importer= leaves a column of companies out"
            raise ValueError(f"{error} ({hint})") from None

    def _date(self, field: str, text: str) -> Read:
        return read_date(text, self._date_format, self._day_0)

    def currency(self, raw: str) -> str | None:
        """Return the currency that a cell of money states beside the number, such as CAD.

        Raises:
            ValueError: when it is no number.
        """
        return read_number(tidy(raw), self._comma)[1]

    def _number(self, text: str, is_small: bool = False) -> Read:
        """Return a number, with a warning of a currency beside it; a small one has no thousands."""
        comma = False if is_small and self._comma is None and "," not in text else self._comma
        number, currency = read_number(text, comma, is_small)
        about = f"{currency} in the cell is left out: the currency column or option decides"
        return number, about if currency else None

    def _value(self, field: str, text: str) -> Read:
        number, warning = self._number(text)
        _check(fields.read_value, number, text)
        return number, warning

    def _positive(self, field: str, text: str) -> Read:
        number, warning = self._number(text, is_small=True)
        _check(fields.read_positive, number, text)
        return number, warning

    def _quantity(self, field: str, text: str) -> Read:
        try:
            number, _ = read_number(text, self._comma)
        except ValueError as error:
            if not any(map(str.isalpha, text)):
                raise
            unit = "write the unit in a column of its own, or " if text[0].isdigit() else ""
            raise ValueError(f"{error}; {unit}--map quantity= leaves the column out") from None
        if not number.strip("0."):
            return "", "a quantity of 0 counts as not declared"
        _check(fields.read_positive, number, text)
        return number, None

    def _duty(self, field: str, text: str) -> Read:
        if field != "add_cvd" and text.upper() == "FREE":
            return "0.00", None
        if field != "add_cvd" and text in (UNKNOWN, PROHIBITED):  # a file that was priced before
            return "", None
        number, warning = self._number(text)
        _check(fields.read_duty, number, text)
        return number, warning

    def _content(self, field: str, text: str) -> Read:
        kind = self.kinds.get(field, "money")
        is_share = text.endswith("%")
        number, warning = self._number(text.removesuffix("%"), is_share or kind != "money")
        if is_share:
            number = f"{number}%"
        elif kind == "percent":
            if 0 < Decimal(number) <= 1:
                warning = f"read as {number} %; for a share of 1 name the column {field}_share"
            number = f"{number}%"
        elif kind == "share":
            number = _share(field, number)
        fields.read_content(number, None)
        return number, warning

    def _rate(self, field: str, text: str) -> Read:
        kind = self.kinds.get(field)
        try:
            number, _ = self._number(text.removesuffix("%"), is_small=True)
        except ValueError:
            if "," in text and not any(map(str.isalpha, text)):
                raise
            parse_rate(text)
            return text, None
        if text.endswith("%") or kind == "percent" or not number.strip("0."):
            number = f"{number}%"
        elif kind == "share":
            number = _share(field, number)
        else:
            raise ValueError(
                f'"{text}" may be {number}% or a share of 1; write {number}%, or name the column'
                f" {field}_pct or {field}_share"
            )
        parse_rate(number)
        return number, None

    def _currency(self, field: str, text: str) -> Read:
        if text == "$":
            raise ValueError('"$" may be a US or a Canadian dollar; write USD or CAD')
        return fields.read_currency(currency_of(text) or text), None

    def _unit(self, field: str, text: str) -> Read:
        if text in _NO_UNIT:  # the schedule asks for no quantity
            return "", None
        return canonical_unit(text), None

    def _claims(self, field: str, text: str) -> Read:
        pieces = [piece for piece in re.split(r"[;,|\n]", text) if piece.strip()]
        try:
            made, denied = fields.read_claims(pieces, self._store)
        except ValueError as error:
            if plain(text) not in YES | NO:
                raise
            hint = '--map preference="HEADER" takes a column of yes and no for the claim usmca'
            raise ValueError(f"{error}; {hint}") from None
        return ";".join([*sorted(made), *(f"{claim}=no" for claim in sorted(denied))]), None

    def _preference(self, field: str, text: str) -> Read:
        return read_preference(text, self.kinds.get(field, "any"))


def _check(read: Callable[[str], Decimal], number: str, text: str) -> None:
    """Read a number; what is wrong with it is said of the cell, as it stands there.

    Raises:
        ValueError: when the engine does not take it.
    """
    try:
        read(number)
    except ValueError as error:
        raise ValueError(str(error).replace(f'"{number}"', f'"{text}"')) from None


def code_of(field: str) -> str:
    """Return the code of a cell that cannot be read; it is the one of a shipment file."""
    if field in CONTENTS:
        return "bad-content"
    return _CODES.get(field, f"bad-{field.replace('_', '-')}")


def _share(field: str, number: str) -> str:
    if Decimal(number) > 1:
        raise ValueError(f'"{number}" is more than 1; for 25 = 25 % name the column {field}_pct')
    return as_percent(number)
