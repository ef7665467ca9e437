"""Batch and quote say the same of every line: all amounts, to the cent, by every way through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from tariffcalc import Catalogue, load_catalogue
from tariffcalc.batch.cells import CellReader
from tariffcalc.batch.columns import Defaults, map_columns
from tariffcalc.batch.entries import gather_entries
from tariffcalc.batch.lines import LinePricer
from tariffcalc.catalogue.tables import Sheet
from tariffcalc.engine.answer import Quote
from tariffcalc.engine.as_json import show_rate

ORDINARY = ("entry_date", "origin", "classification", "customs_value", "importer", "claims")
CONTENTS = ("steel", "aluminum", "copper", "us_content", "ca_mx_content")
WIDE = (
    *ORDINARY, "shipped_date", "currency", "fx", "quantity", "unit", *CONTENTS, "base_rate",
    "add_cvd", "mode", "province",
)  # fmt: skip
CLAIMS = (
    "usmca", "section_321", "personal", "in_quota", "exclusion", "remission", "us_metal_85",
    "metal_under_15", "na_melted_poured", "original_equipment", "transshipped", "zero_rated",
    "donation", "packaged", "civil_aircraft", "commerce_approved", "ru_smelted_cast",
)  # fmt: skip
ORIGINS = (
    "CA", "MX", "US", "CN", "HK", "DE", "GB", "JP", "KR", "BR", "IN", "RU", "CU", "VN", "TR", "AU",
    "AR", "UA", "CH", "TW", "NI", "LA",
)  # fmt: skip
FIRST, LAST, DAY = date(2018, 1, 1), date(2026, 12, 31), timedelta(days=1)
SETTINGS = settings(
    max_examples=600,
    deadline=None,
    derandomize=False,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@cache
def opened() -> Catalogue:
    return load_catalogue()


@cache
def codes(importer: str) -> tuple[str, ...]:
    """Codes that some list names, widened to 8 or 10 digits, and codes of the schedule."""
    rows = opened().store.connection.execute(
        "SELECT code FROM goods WHERE importer = ?1 AND code > ''"
        " UNION SELECT code FROM rate WHERE importer = ?1 AND code LIKE '%7'",
        (importer,),
    )
    return tuple(code if len(code) == 10 else f"{code}000000"[:8] for (code,) in rows)


@cache
def turning_days(importer: str) -> tuple[date, ...]:
    days = opened().store.tables(importer).edges()
    near = {day + timedelta(days=step) for day in days if day < LAST for step in (-1, 0)}
    return tuple(sorted(day for day in near if FIRST <= day <= LAST))


@cache
def charging(importer: str) -> dict[str, list[tuple[Sheet, tuple[str, ...]]]]:
    """Sheets that do not clear, by the effects they have, each with codes it lies over."""
    tables = opened().store.tables(importer)
    sheets = [sheet for head in tables.measures for sheet in tables.sheets(head)]
    over: dict[int, list[str]] = {sheet.bit: [] for sheet in sheets if not sheet.clears}
    for code, mask in tables.goods_sets():
        for bit in over:
            if mask >> bit & 1 and code and len(over[bit]) < 40:
                over[bit].append(code if len(code) == 10 else f"{code}000000"[:8])
    found: dict[str, list[tuple[Sheet, tuple[str, ...]]]] = {}
    for sheet in sheets:
        period = sheet.paint.period
        if over.get(sheet.bit) and period.start <= LAST and period.end > FIRST:
            for terms in (sheet.paint.terms, *(case.terms for case in sheet.paint.cases)):
                found.setdefault(terms.duty.effect, []).append((sheet, tuple(over[sheet.bit])))
    return found


@st.composite
def point(draw: st.DrawFn, importer: str) -> dict[str, Any]:
    """A point under some sheet that charges, with the claims of one of its cases."""
    effects = charging(importer)
    sheet, held = draw(st.sampled_from(effects[draw(st.sampled_from(sorted(effects)))]))
    paint = sheet.paint
    origins = [origin for origin in ORIGINS if origin in paint.origins]
    origins = origins or sorted(paint.origins.named) or ["DE"]
    first, last = max(paint.period.start, FIRST), min(paint.period.end - DAY, LAST)
    day = draw(st.sampled_from((first, last)) | st.dates(first, last))
    claims: list[str] = []
    if paint.cases and draw(st.booleans()):
        case = draw(st.sampled_from(paint.cases))
        claims = [condition.name for condition in case.when if condition.is_claim]
    return {
        "importer": importer,
        "entry_date": day.isoformat(),
        "origin": draw(st.sampled_from(origins)),
        "classification": draw(st.sampled_from(held)),
        "customs_value": draw(amounts()),
        "claims": claims,
    }


@st.composite
def amounts(draw: st.DrawFn) -> str:
    """Values of all sizes; many of them meet half a cent at 25 %, 12.5 % or 0.5 %."""
    kind = draw(st.integers(0, 5))
    if kind == 0:
        return f"{draw(st.integers(1, 99_999_999))}"
    if kind == 1:
        return (
            f"{draw(st.integers(0, 9_999))}.{draw(st.sampled_from(('1', '02', '06', '5', '38')))}"
        )
    if kind == 2:
        return f"{draw(st.integers(1, 999_999))}.{draw(st.integers(0, 9999)):04d}"
    if kind == 3:
        return draw(st.sampled_from(("800", "800.01", "2500", "2500.01", "5000", "0.01", "150")))
    if kind == 4:
        return f"{draw(st.integers(10**8, 10**14))}.{draw(st.integers(0, 99)):02d}"
    return f"{draw(st.integers(1, 999_999_999)) / Decimal(100):.2f}"


@st.composite
def ordinary(draw: st.DrawFn, importer: str | None = None) -> dict[str, Any]:
    """A line of the columns that nearly every file has."""
    into = importer or draw(st.sampled_from(("US", "US", "CA")))
    if draw(st.integers(0, 3)):
        return draw(point(into))
    code = draw(st.sampled_from(codes(into)))
    if draw(st.booleans()):
        code = f"{code[:8]}{draw(st.sampled_from(('', '00', '10', '50')))}"
    days = st.sampled_from(turning_days(into)) | st.dates(FIRST, LAST)
    home = "US" if into == "CA" else "CA"
    return {
        "importer": into,
        "entry_date": draw(days).isoformat(),
        "origin": draw(st.sampled_from((home, home, *ORIGINS))),
        "classification": code,
        "customs_value": draw(amounts()),
        "claims": draw(st.lists(st.sampled_from(CLAIMS), max_size=2, unique=True)),
    }


@st.composite
def wide(draw: st.DrawFn) -> dict[str, Any]:
    """A line with some of the other columns filled."""
    line = draw(ordinary())
    value = Decimal(line["customs_value"])
    maybe = st.booleans()
    if draw(maybe):
        left = date.fromisoformat(line["entry_date"]) - timedelta(days=draw(st.integers(0, 120)))
        line["shipped_date"] = left.isoformat()
    if draw(maybe):
        line["currency"] = draw(st.sampled_from(("USD", "CAD", "EUR")))
        line["fx"] = draw(
            st.sampled_from(("1.31", "0.7633587786259541984732824427", "1", "1.0851"))
        )
    for name in CONTENTS if draw(st.integers(0, 3)) == 0 else ():
        if draw(maybe):
            share = draw(st.sampled_from((0, 15, 33, 100)))
            money = (value * share / 100).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
            line.setdefault("contents", {})[name] = draw(st.sampled_from((f"{share}%", f"{money}")))
    if draw(maybe):
        line["quantity"] = draw(st.sampled_from(("1", "1000", "12.5", "0.333")))
        line["unit"] = draw(st.sampled_from(("kg", "t", "liter", "each", "m2")))
    if draw(st.integers(0, 3)) == 0:
        line["base_rate"] = draw(st.sampled_from(("2.6%", "Free", "4.4¢/kg", "12.5%", "0.05%")))
    if draw(st.integers(0, 6)) == 0:
        line["add_cvd"] = draw(st.sampled_from(("34.00", "0", "0.05")))
    if draw(maybe):
        line["mode"] = draw(st.sampled_from(("ocean", "truck", "mail")))
    if draw(maybe):
        line["province"] = draw(st.sampled_from(("ON", "NS", "QC")))
    return line


def cells_of(line: dict[str, Any], header: Sequence[str]) -> list[str]:
    told = {**line, **line.get("contents", {}), "claims": ";".join(line.get("claims", ()))}
    return [told.get(name, "") for name in header]


@cache
def pricer(header: tuple[str, ...], known_on: str = "day") -> LinePricer:
    columns = map_columns(header, {}, Defaults())
    store = opened().store
    return LinePricer(opened(), columns, columns.defaults, CellReader(store), known_on=known_on)


def answered(quote: Quote) -> dict[str, str]:
    """Return the answer of a quote on one line in the words of a result."""
    refused = quote.status == "prohibited"
    (line,), totals = quote.lines, quote.totals

    def text(amount: Decimal | None) -> str:
        return ("" if refused else "unknown") if amount is None else f"{amount:.2f}"

    charges = line.charges[1:]
    parts = [totals.base_duty, totals.additional_duty]
    known = [part for part in parts if part is not None]
    rate = totals.effective_rate
    return {
        "status": quote.status,
        "base_duty": text(totals.base_duty),
        "charges": ";".join(
            f"{c.measure}="
            + ("unknown" if c.amount is None else f"{c.amount:.2f}").replace(
                "unknown", "prohibited" if c.rate == "prohibited" else "unknown"
            )
            for c in charges
        ),
        "additional_duty": text(totals.additional_duty),
        "total_duty": text(sum(known, Decimal(0)) if len(known) == 2 else None),
        "fees": text(totals.fees),
        "taxes": text(totals.taxes),
        "payable": text(totals.payable),
        "effective_rate": show_rate(rate) if rate is not None else text(None),
        "measures": ";".join(c.measure for c in charges if c.instrument),
        "headings": ";".join(c.heading for c in charges if c.heading),
        "since_payable": text(quote.since.payable),
        "refundable": "" if quote.since.refundable is None else f"{quote.since.refundable:.2f}",
        "edition": quote.edition,
    }


def priced(line: dict[str, Any], header: tuple[str, ...], known_on: str = "day") -> dict[str, str]:
    one = pricer(header, known_on)
    cells = cells_of(line, header)
    first, again = one.price(cells, 2), one.price(cells, 3)
    assert first == again, "a text met before is priced as at first"
    return dict(zip(one.columns, again, strict=True))


def compare(line: dict[str, Any], header: tuple[str, ...], known_on: str = "day") -> None:
    declared = {key: value for key, value in line.items() if value not in ("", [])}
    expected = answered(opened().law(known_on).quote(opened().shipment(**declared)))
    found = priced(line, header, known_on)
    assert {key: found[key] for key in expected} == expected


@seed(20180323)
@SETTINGS
@given(ordinary())
def test_ordinary_lines_equal_quote(line: dict[str, Any]) -> None:
    compare(line, ORDINARY)


@seed(20250304)
@SETTINGS
@given(wide(), st.sampled_from(("day", "day", "now", "2025-04-05")))
def test_lines_with_every_column_equal_quote(line: dict[str, Any], known_on: str) -> None:
    compare(line, WIDE, known_on)


@seed(20201027)
@settings(SETTINGS, max_examples=300)
@given(ordinary("US"), st.lists(st.tuples(ordinary("US"), amounts()), max_size=5), st.randoms())
def test_fees_of_an_entry_are_shared_to_the_cent(
    first: dict[str, Any], others: list[tuple[dict[str, Any], str]], chance: Any
) -> None:
    lines = [first]
    for line, value in others:
        lines.append({**line, "entry_date": first["entry_date"], "customs_value": value})
    if chance.random() < 0.4:  # small enough for free or informal entry
        for line in lines:
            line["customs_value"] = f"{chance.randrange(1, 40000) / 100:.2f}"
            line["claims"] = chance.choice((["section_321"], ["usmca"], []))
    body = [
        {key: value for key, value in line.items() if key not in ("importer", "entry_date")}
        for line in lines
    ]
    mode = chance.choice(("ocean", "truck"))
    shipment = opened().shipment(
        importer="US", entry_date=first["entry_date"], mode=mode, lines=body
    )
    quote = opened().law().quote(shipment)
    header = (*ORDINARY, "entry", "mode")
    rows = [cells_of({**line, "entry": "A-1", "mode": mode}, header) for line in lines]
    chance.shuffle(rows)
    one = pricer(header)
    gather_entries(rows, one)
    results = [dict(zip(one.columns, one.price(row, 2), strict=True)) for row in rows]
    fees = [result["fees"] for result in results]
    if quote.totals.fees is None:
        assert not {"unknown", ""}.isdisjoint(fees)
    else:
        assert sum(map(Decimal, fees)) == quote.totals.fees
    if quote.status == "ok":
        assert sum(Decimal(result["payable"]) for result in results) == quote.totals.payable
        now = sum(Decimal(result["since_payable"]) for result in results)
        assert now == quote.since.payable


@pytest.mark.parametrize("importer", ["US", "CA"])
def test_days_of_a_class_are_priced_alike(importer: str) -> None:
    """Every day on which something turns, over typical goods: classes must not be too wide."""
    goods = ("76061230", "72107030", "87032301", "03061100", "84733051", "44071100")
    for day in turning_days(importer):
        for code in goods:
            line = {
                "importer": importer, "entry_date": day.isoformat(), "classification": code,
                "origin": "US" if importer == "CA" else "CA", "customs_value": "1000.06",
            }  # fmt: skip
            compare(line, ORDINARY)
