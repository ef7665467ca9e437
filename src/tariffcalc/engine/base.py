"""The base duty of a line: declared, preferential, general, or column 2, from the schedule."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from tariffcalc.catalogue.store import SUPPLY_MANAGED, Store
from tariffcalc.catalogue.tables import Rates, Tables
from tariffcalc.catalogue.terms import Known
from tariffcalc.engine.shipment import Line
from tariffcalc.values.codes import dotted
from tariffcalc.values.days import LATEST, Period, parse_day
from tariffcalc.values.rates import Rate, RateError, parse_rate

USMCA = "usmca"
USMCA_IN_FORCE = date(2020, 7, 1)
"""CUSMA/USMCA replaced NAFTA on this day; a claim before it is a NAFTA claim."""

PARTNERS = {"US": ("CA", "MX"), "CA": ("US", "MX")}
WHOLE = ("US",)
"""Importing countries of whose schedule next to all is held: of a code without a row nothing is
assumed. What may be lacking are numbers that lived only from 2018 to 2021."""

COLUMN_2 = {"US": "column 2", "CA": "General Tariff"}
"""What goods pay of origins that are not most favoured; Canada's is not held, and so not known."""

FREE = parse_rate("Free")


class BaseDuty(NamedTuple):
    """The rate of base duty and where it stands. `rate` is None when it is not known."""

    rate: Rate | None
    text: str
    column: str
    citation: str
    known: Known | None
    reason: str | None = None
    assumption: str | None = None
    asks_usmca: bool = False


def declared_duty(rate: Rate) -> BaseDuty:
    """Return the base duty of a line that declares its rate."""
    return BaseDuty(rate, str(rate), "declared", "declared", None)


def base_duty(store: Store, tables: Tables, line: Line, day: date) -> BaseDuty:
    """Return the base duty of a line on an entry date."""
    if line.base_rate is not None:
        return declared_duty(line.base_rate)
    claimed = USMCA in line.claims and line.origin in PARTNERS[tables.importer]
    return schedule_duty(store, tables, line.classification, line.origin, day, claimed)


@lru_cache(maxsize=4096)
def schedule_duty(
    store: Store, tables: Tables, code: str, origin: str, day: date, claimed: bool
) -> BaseDuty:
    """Return the base duty that the schedule gives; `claimed` is a claim of NAFTA or USMCA."""
    row = tables.base_row(code[:8], day)
    rates = None if row is None else row.rates
    found = duty_of_rates(store, tables, rates, code, origin, day, claimed)
    if row is None and found.column == "general":
        near = [dotted(other) for other in tables.codes_near(code, day)]
        hint = f", or did you mean {', '.join(near)}?" if near else ""
        return found._replace(reason=f"{found.reason}{hint}")
    return found


def duty_of_rates(
    store: Store,
    tables: Tables,
    rates: Rates | None,
    code: str,
    origin: str,
    day: date,
    claimed: bool,
) -> BaseDuty:
    """Return the base duty of a code of which the schedule has these rates on a day, or none."""
    name = "HTSUS" if tables.importer == "US" else "Customs Tariff"
    citation = f"{name} {dotted(code[:8])}"
    if rates is not None and pays_column_2(store, tables, origin, day):
        return _read(rates.column_2, COLUMN_2[tables.importer], citation, rates, code)
    partner = origin in PARTNERS[tables.importer]
    may_assume = tables.importer not in WHOLE
    if claimed and (rates is not None or may_assume):
        preferential = _preferential(store, tables, rates, code, origin, day, citation)
        if preferential is not None:
            return preferential
    if rates is None:
        reason = f"no schedule held here has {dotted(code[:8])} on that day; declare the base rate"
        asks = partner and may_assume
        return BaseDuty(None, "unknown", "general", citation, None, reason, None, asks)
    found = _read(rates.general, "general", citation, rates, code)
    asks = partner and not claimed and not (found.rate is not None and found.rate.is_free)
    return found._replace(asks_usmca=asks)


def _preferential(
    store: Store,
    tables: Tables,
    rates: Rates | None,
    code: str,
    origin: str,
    day: date,
    citation: str,
) -> BaseDuty | None:
    """Return the duty on goods that originate under NAFTA or USMCA, or None: no preference."""
    if rates is not None:
        paid = preference(tables.importer, rates.general, rates.special, origin, day)
        if paid is not None:
            return _read(paid[1], paid[0], citation, rates, code)
        if rates.special and (tables.importer, origin) != ("CA", "MX"):  # not all of it is held
            return None
    if store.listed(SUPPLY_MANAGED[tables.importer], code):
        if rates is not None:
            return None
        reason = "supply-managed or quota goods have preferential rates that are not held here"
        return BaseDuty(None, "unknown", "special", citation, None, reason)
    agreement = "USMCA" if day >= USMCA_IN_FORCE else "NAFTA"
    assumed = f"{agreement}-originating goods that are not supply-managed are taken as Free"
    return BaseDuty(FREE, "Free", "special", citation, "recall", None, assumed)


def preference(
    importer: str, general: str, special: str, origin: str, day: date
) -> tuple[str, str] | None:
    """Return the column and the rate that a row states for NAFTA or USMCA goods, if it does.

    >>> preference("US", "2.6%", "Free (A,S) 1% (JP)", "CA", date(2021, 1, 1))
    ('special (S)', 'Free')
    """
    if general == "Free":
        return "general", general
    rates = programmes(special) if special else {}
    for symbol in _symbols(importer, origin, day):
        if symbol in rates:
            return f"special ({symbol})", rates[symbol]
    return None


def _symbols(importer: str, origin: str, day: date) -> tuple[str, ...]:
    if importer == "CA":
        return ("UST",) if origin == "US" else ("MXT",)
    return ("S", "S+") if day >= USMCA_IN_FORCE else (origin,)


@lru_cache(maxsize=1024)
def programmes(special: str) -> dict[str, str]:
    """Split ``Free (CA,MX) 5% (S+)`` into rate texts by programme symbol."""
    found = {}
    for text, symbols in re.findall(r"([^()]+)\(([^()]*)\)", special):
        found.update(dict.fromkeys((s.strip() for s in symbols.split(",")), text.strip()))
    return found


def _read(text: str, column: str, citation: str, rates: Rates, code: str) -> BaseDuty:
    """Return the duty that a rate text of the schedule states, or why it cannot be computed."""
    if not text:
        reason = f"the {column} rate of {dotted(code[:8])} in that period was not found"
        return BaseDuty(None, "unknown", column, citation, rates.known, reason)
    try:
        return BaseDuty(parse_rate(text), text, column, citation, rates.known)
    except RateError as error:
        return BaseDuty(None, text, column, citation, rates.known, str(error))


def turning_days(store: Store, tables: Tables, code: str) -> list[date]:
    """Return the days on which the base duty of a code may change, for any origin or claim."""
    days = {USMCA_IN_FORCE}
    for row in tables.base_rows(code[:8]):
        days.update((row.period.start, row.period.end))
    for entry in store.column_2:
        days.update(parse_day(entry[key]) for key in ("from", "until") if entry.get(key))
    return sorted(days)


@lru_cache(maxsize=4096)
def pays_column_2(store: Store, tables: Tables, origin: str, day: date) -> bool:
    """Return whether goods of an origin pay column 2 on a day, into Canada the General Tariff."""
    return any(
        entry["importer"] == tables.importer
        and origin in entry["origins"]
        and day
        in Period(
            parse_day(entry["from"]) if entry.get("from") else date.min,
            parse_day(entry["until"]) if entry.get("until") else LATEST,
        )
        for entry in store.column_2
    )
