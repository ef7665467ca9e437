"""Which column of a file is which field: headers to canonical names, and words for what was taken.

A header that can be read in two ways is never taken by itself: the message says what to write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from tariffcalc.batch import names
from tariffcalc.batch.doubts import report_doubts
from tariffcalc.batch.matching import Matches, alike, match_headers
from tariffcalc.batch.names import BESIDE, FIELDS
from tariffcalc.values.issues import InputError, Issue

__all__ = ["BESIDE", "FIELDS", "ColumnMap", "Defaults", "map_columns"]

_REPORTS = {
    "es003": ("US", "an ACE report ES-003"),
    "canadian": ("CA", "a Canadian declaration (B3 or CAD)"),
}
_OF_INVOICE = ("Crcy. code", "Invoice Currency Code", "Invoice Currency", "Code de devise")


class Defaults(NamedTuple):
    """What holds for the whole file where a column is missing or its cell is empty."""

    importer: str = ""
    origin: str = ""
    currency: str = ""
    entry_date: str = ""
    claims: tuple[str, ...] = ()
    mode: str = ""
    province: str = ""

    def stripped(self) -> Defaults:
        """Return them without spaces around: an option of nothing but spaces says nothing."""
        claims = tuple(claim for claim in map(str.strip, self.claims) if claim)
        texts = (text.strip() for text in self if isinstance(text, str))
        importer, origin, currency, entry_date, mode, province = texts
        return Defaults(importer, origin, currency, entry_date, claims, mode, province)


class ColumnMap(NamedTuple):
    """Where the fields of a file stand.

    Attributes:
        header: The header as the file has it.
        places: Canonical field, or one of `BESIDE`, to the index of its column.
        notes: What was taken, what was left, and how to say otherwise.
        kinds: How the cells of a field are read, for `CellReader`: `percent` or `share` for
            contents and the base rate, `spi`, `treatment`, `claimed` or `any` for a preference.
        defaults: The defaults given, and what the kind of file implies where none was given.
        date_format: That of the report, where the kind of file fixes it.
        report: `es003` for an ACE report ES-003, `canadian` for a B3 or CAD, else empty.
    """

    header: tuple[str, ...]
    places: Mapping[str, int]
    notes: tuple[Issue, ...] = ()
    kinds: Mapping[str, str] = MappingProxyType({})
    defaults: Defaults = Defaults()
    date_format: str | None = None
    report: str = ""


def map_columns(header: Sequence[str], chosen: Mapping[str, str], defaults: Defaults) -> ColumnMap:
    """Return which column is which field.

    Args:
        header: The header of the file.
        chosen: Field to header, as the user said. A field may also go by the name of its flag or
            by any accepted name; a column by ``#3``, counted from 1; an empty header leaves the
            field out.
        defaults: What the options give for the whole file.

    Raises:
        InputError: naming every choice that names no column, every pair of columns that cannot be
            told apart, and all missing fields with the names that are accepted for them.
    """
    matches, defaults = match_headers(header, chosen), defaults.stripped()
    report = _report(matches)
    if report:
        defaults = _imply_importer(report, matches, defaults)
    defaults = _imply_currency(matches, defaults)
    report_doubts(matches, lambda key: bool(getattr(defaults, key, "")))
    if matches.errors:
        raise InputError(matches.errors)
    kinds = _kinds(matches)
    _say_defaults(matches, defaults)
    places = {key: matches.found[key].index for key in (*FIELDS, *BESIDE) if key in matches.found}
    return ColumnMap(
        tuple(header),
        MappingProxyType(places),
        tuple(matches.notes),
        MappingProxyType(kinds),
        defaults,
        "MM/DD/YYYY" if report == "es003" else None,
        report,
    )


def _report(matches: Matches) -> str:
    """Return the kind of official report that the headers make, if any."""
    normal = set(matches.normal)
    if alike(names.ES003) <= normal:
        return "es003"
    return "canadian" if len(alike(names.CANADIAN) & normal) >= 2 else ""


def _imply_importer(report: str, matches: Matches, defaults: Defaults) -> Defaults:
    country, what = _REPORTS[report]
    party = matches.found.get("importer")
    if party and party.name == "importer" and party.rank >= 0:
        del matches.found["importer"]
        message = f"{matches.title(party)} is left: in {what} it names a company"
        matches.note("not-taken", message, "importer", 'Else --map importer="HEADER".')
    if "importer" in matches.found or defaults.importer:
        return defaults
    message = f"this is {what}: the importing country is {country}"
    matches.note("default", message, "importer", "Say --into for another.")
    return defaults._replace(importer=country)


def _imply_currency(matches: Matches, defaults: Defaults) -> Defaults:
    """A value for duty is in Canadian dollars; other headers may name their currency."""
    value = matches.found.get("customs_value")
    if value is None or matches.chosen.get("currency") is not None:
        return defaults
    stated = "CAD" if value.name in alike(names.VALUE_FOR_DUTY) else value.currency
    column = matches.found.get("currency")
    if not stated:
        if value.name in alike(names.FOR_CONVERSION) and not (column or defaults.currency):
            told = f"{matches.title(value)} is in the currency of the invoice"
            hint = 'Say --currency, or --map currency="HEADER".'
            message = f"{told}, and no column names it"
            matches.note("currency-missing", message, "currency", hint, "warning")
        return defaults
    told = f"{matches.title(value)} is in {stated}"
    if column and column.name in alike(_OF_INVOICE):
        del matches.found["currency"]
        other = matches.title(column)
        message = f"{told}; {other} is that of the invoice, and is left"
        matches.note("not-taken", message, "currency", f"Else --map currency={other}.")
    elif column:
        other = matches.title(column)
        hint = (
            f"Say --map currency={other} if the values are in that,"
            " else --map currency= with nothing behind it."
        )
        message = f"{told}, and there is a column {other}"
        matches.note("two-currencies", message, "currency", hint, "error")
        return defaults
    if defaults.currency and defaults.currency.upper() != stated:
        message = f"{told}, and the option says {defaults.currency}"
        matches.note("two-currencies", message, "currency", "The option holds.", "warning")
        return defaults
    matches.note("default", told, "currency", "Say --currency for another.")
    return defaults._replace(currency=stated)


def _kinds(matches: Matches) -> dict[str, str]:
    """Return how the cells of contents, the base rate and the preference are to be read."""
    kinds = {}
    for key in (*names.CONTENTS, "base_rate"):
        one = matches.found.get(key)
        if one is None:
            continue
        if one.name.endswith(("pct", "percent", "percentage")):
            kinds[key] = "percent"
        elif one.name.endswith(("share", "fraction")):
            kinds[key] = "share"
        elif key in names.CONTENTS and not one.name.endswith(("value", "amount")):
            message = f"{matches.title(one)} is read as money, but for cells that end in %"
            hint = f"Name it {key}_pct for 25 = 25 %, {key}_share for 0.25 = 25 %."
            matches.note("content-as-money", message, key, hint)
    one = matches.found.get(names.PREFERENCE)
    if one is not None:
        kinds[names.PREFERENCE] = next(
            (kind for kind, known in names.PREFERENCE_KINDS.items() if one.name in alike(known)),
            "any",
        )
    return kinds


def _say_defaults(matches: Matches, defaults: Defaults) -> None:
    """State what holds where an optional column is missing."""
    absent = {
        "currency": "values are in the importing country's currency",
        "entry": "every row is an entry of its own, with its own fees",
        "claims": "nothing is claimed",
    }
    if names.PREFERENCE in matches.found:
        del absent["claims"]
    for key, message in absent.items():
        if key not in matches.found and not getattr(defaults, key, ""):
            matches.note("default", f"no column: {message}", key)
    rate, claimed = matches.found.get("base_rate"), {"claims", names.PREFERENCE}
    claims_some = defaults.claims or not claimed.isdisjoint(matches.found)
    if rate and rate.name in alike(names.GENERAL_RATES) and claims_some:
        message = f"{matches.title(rate)} is taken also in rows that claim a preference"
        hint = (
            "Write the rate of the preference in those rows, such as 0%,"
            " or say --map base_rate= with nothing behind it."
        )
        matches.note("general-rate", message, "base_rate", hint, "warning")
    currency = matches.found.get("currency")
    if currency and not defaults.currency:
        message = f"where {matches.title(currency)} is blank, {absent['currency']}"
        matches.note("default", message, "currency", "Say --currency for another.")
