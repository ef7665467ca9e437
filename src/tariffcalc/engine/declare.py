"""From declared text to a shipment: every field read, every fault named with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from numbers import Real
from typing import Any, Literal, NamedTuple, TypeVar

from tariffcalc.catalogue.store import Store
from tariffcalc.engine import fields
from tariffcalc.engine.shipment import Content, Line, Shipment
from tariffcalc.values.days import parse_day
from tariffcalc.values.issues import InputError, Issue
from tariffcalc.values.nearest import nearest
from tariffcalc.values.rates import parse_rate
from tariffcalc.values.units import canonical_unit

Value = TypeVar("Value")
OF_LINE = (
    "line", "classification", "origin", "customs_value", "description", "claims", "contents",
    "quantity", "unit", "base_rate", "add_cvd",
)  # fmt: skip
OF_ENTRY = (
    "importer", "entry_date", "shipped_date", "currency", "fx", "mode", "province", "lines",
    "known_on", "assume",
)  # fmt: skip

FLAGS = {
    "importer": "--into",
    "entry_date": "--date",
    "classification": "--hs",
    "origin": "--origin",
    "customs_value": "--value",
}
"""How the fields that must be there are given on the command line."""


class Request(NamedTuple):
    """A shipment with the law under which its file asks to be priced."""

    shipment: Shipment
    known_on: date | Literal["day", "now"] = "day"
    assume: tuple[str, ...] = ()


def read_shipment(declared: Mapping[str, Any], store: Store) -> Shipment:
    """Return a shipment from text. Raises InputError naming every fault."""
    return read_request(declared, store).shipment


def read_request(declared: Mapping[str, Any], store: Store) -> Request:
    """Return a shipment and the law it asks for. Raises InputError naming every fault."""
    reader = _Reader(store)
    body = {key: value for key, value in declared.items() if value is not None}
    reader.unknown_keys(body, OF_ENTRY if "lines" in body else (*OF_ENTRY, *OF_LINE), "")
    country = lambda text: fields.read_country(text, store)  # noqa: E731  # a reader like the rest
    importer = reader.needed(body, "importer", country, "")
    entry_date = reader.needed(body, "entry_date", parse_day, "")
    lines = reader.lines(body)
    shipment = Shipment(
        importer or "",
        entry_date or date.min,
        lines,
        reader.one(body, "shipped_date", parse_day, ""),
        reader.one(body, "currency", fields.read_currency, ""),
        reader.one(body, "fx", fields.read_positive, ""),
        None,
        reader.one(body, "mode", fields.read_mode, ""),
        reader.one(body, "province", fields.read_province, ""),
    )
    known = reader.one(body, "known_on", _known_on, "")
    if shipment.shipped_date and entry_date and shipment.shipped_date > entry_date:
        message = f"the goods left on {shipment.shipped_date}, after their entry on {entry_date}"
        reader.issues.append(Issue("shipped-after-entry", "error", message, "shipped_date"))
    assume = body.get("assume", [])
    if not _is_list_of_words(assume):
        reader.fault("bad-assume", "must be a list of threatened acts, such as [ID]", "assume")
    if reader.issues:
        raise InputError(reader.issues)
    return Request(shipment, known or "day", tuple(assume))


def _known_on(text: str) -> date | Literal["day", "now"]:
    if text == "day":
        return "day"
    return "now" if text == "now" else parse_day(text)


def _is_list_of_words(texts: object) -> bool:
    return isinstance(texts, list | tuple) and all(isinstance(text, str) for text in texts)


class _Reader:
    """Reads fields one by one and keeps what is wrong."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.issues: list[Issue] = []

    def fault(self, code: str, message: str, where: str, hint: str = "") -> None:
        self.issues.append(Issue(code, "error", message, where, hint))

    def unknown_keys(self, body: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        for key in body:
            if key not in known:
                like = nearest(str(key), known)
                hint = f"Did you mean {' or '.join(like)}?" if like else ""
                self.fault(
                    "unknown-field", f'"{key}" is not a field here', where or "shipment", hint
                )

    def one(
        self, body: Mapping[str, Any], key: str, read: Callable[[str], Value], where: str
    ) -> Value | None:
        if key not in body:
            return None
        place = f"{where}{key}"
        if not isinstance(body[key], str | int | Decimal | date) or isinstance(body[key], bool):
            message = "must be one word or number"
            if isinstance(body[key], Real) and not isinstance(body[key], bool):
                message = f'is a float, which is not exact; write it as text, "{body[key]}"'
            self.fault("not-text", message, place)
            return None
        try:
            return read(str(body[key]))
        except ValueError as error:
            self.fault(f"bad-{key.replace('_', '-')}", str(error), place)
            return None

    def needed(
        self, body: Mapping[str, Any], key: str, read: Callable[[str], Value], where: str
    ) -> Value | None:
        if key not in body:
            hint = f"Give it by {FLAGS[key]} or as `{key}:` in the file."
            place = where.rstrip() or "shipment"
            self.fault("missing-field", f"{key} is missing", place, hint)
        return self.one(body, key, read, where)

    def lines(self, body: Mapping[str, Any]) -> tuple[Line, ...]:
        if "lines" not in body:
            return (self.line(body, "", "1"),)
        entries = body["lines"]
        if not isinstance(entries, list) or not entries:
            self.fault("no-lines", "must be a list of at least one line", "lines")
            return ()
        found = []
        for number, entry in enumerate(entries, 1):
            where = f"line {number} "
            if not isinstance(entry, Mapping):
                self.fault("not-a-line", "must be fields such as classification and origin", where)
                continue
            self.unknown_keys(entry, OF_LINE, where)
            found.append(self.line(entry, where, str(number)))
        return tuple(found)

    def line(self, body: Mapping[str, Any], where: str, number: str) -> Line:
        value = self.needed(body, "customs_value", fields.read_value, where)
        made, denied = self.claims(body, where)
        return Line(
            self.needed(body, "classification", fields.read_classification, where) or "",
            self.needed(body, "origin", lambda text: fields.read_country(text, self.store), where)
            or "",
            value or Decimal(0),
            str(body.get("line", number)),
            made,
            denied,
            self.contents(body, where, value),
            self.one(body, "quantity", fields.read_positive, where),
            self.one(body, "unit", canonical_unit, where),
            self.one(body, "base_rate", parse_rate, where),
            self.one(body, "add_cvd", fields.read_duty, where),
        )

    def claims(self, body: Mapping[str, Any], where: str) -> tuple[frozenset[str], frozenset[str]]:
        texts = body.get("claims", [])
        if not _is_list_of_words(texts):
            self.fault("bad-claims", "must be a list such as [usmca]", f"{where}claims")
            return frozenset(), frozenset()
        try:
            return fields.read_claims(texts, self.store)
        except ValueError as error:
            self.fault("unknown-claim", str(error), f"{where}claims")
            return frozenset(), frozenset()

    def contents(
        self, body: Mapping[str, Any], where: str, value: Decimal | None
    ) -> Mapping[str, Content]:
        declared = body.get("contents", {})
        if not isinstance(declared, Mapping):
            message = "must be names with amounts or shares, such as {steel: 400}"
            self.fault("bad-contents", message, f"{where}contents")
            return {}
        found = {}
        for key, text in declared.items():
            try:
                name = fields.read_content_name(str(key), self.store)
                found[name] = fields.read_content(str(text), value)
            except ValueError as error:
                self.fault("bad-content", str(error), f"{where}contents {key}")
        return found
