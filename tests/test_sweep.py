"""Typical goods priced once a week over the whole window: every answer is whole and adds up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, islice

import pytest

from tariffcalc import Catalogue, Charge, Quote
from tariffcalc.catalogue.terms import KNOWN

FIRST, LAST = date(2018, 1, 1), date(2026, 12, 31)
CENT = Decimal("0.01")

# importer, origin, classification, quantity, unit, then claims and contents
GOODS = {
    "aluminum ingot south": "US CA 7601.10.60.30 9 t usmca",
    "aluminum ingot of Russia": "US RU 7601.10.60.30 9 t",
    "aluminum extrusions of the EU": "US DE 7604.21.00.10 2 t",
    "aluminum bars without a certificate": "US CA 7604.29.10.10 2 t",
    "hot-rolled coil south": "US CA 7208.38.00.15 12 t usmca",
    "steel of Korea": "US KR 7208.39.00.15 12 t",
    "steel nails": "US CN 7317.00.55.02 3 t",
    "steel furniture": "US MX 9403.20.00.50 40 each usmca steel=40%",
    "copper pipe": "US CA 7411.10.10.30 1 t copper=100%",
    "softwood lumber": "US CA 4407.11.00.01 60 m3 usmca",
    "kitchen cabinets": "US VN 9403.40.90.60 15 each",
    "passenger car": "US CA 8703.23.01.90 1 each usmca us_content=50%",
    "car parts of Japan": "US JP 8708.30.50.90 200 each",
    "crude oil": "US CA 2709.00.20.90 800 bbl",
    "potash": "US CA 3104.20.00.00 50 t",
    "cheese": "US CA 0406.90.95.00 500 kg",
    "maple syrup": "US CA 1702.20.22.90 900 kg usmca",
    "telephones of China": "US CN 8517.13.00.00 100 each",
    "quartz slabs": "US IN 6810.99.00.20 5 t",
    "mayonnaise north": "CA US 2103.90.10.00 1 t",
    "quiche north": "CA US 1905.90.51.00 1 t",
    "toilet paper north": "CA US 4818.10.00.00 3 t usmca",
    "steel coil north": "CA US 7208.38.00.00 12 t usmca",
    "aluminum bars north": "CA US 7604.29.00.20 2 t",
    "whisky north": "CA US 2208.30.00.20 200 L",
    "car north": "CA US 8703.23.00.10 1 each usmca ca_mx_content=20%",
    "steel of China north": "CA CN 7208.38.00.00 12 t",
    "electric car of China": "CA CN 8703.80.00.20 1 each",
}


def days() -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield day
        day += timedelta(days=7)
    yield LAST


def declared(goods: str, day: date) -> dict[str, object]:
    importer, origin, code, quantity, unit, *facts = goods.split()
    shares = dict(fact.split("=") for fact in facts if "=" in fact)
    return {
        "importer": importer,
        "entry_date": day.isoformat(),
        "shipped_date": (day - timedelta(days=3)).isoformat(),
        "classification": code,
        "origin": origin,
        "customs_value": "24680.13",
        "quantity": quantity,
        "unit": unit,
        "claims": [fact for fact in facts if "=" not in fact],
        "contents": shares,
        "mode": "ocean" if origin not in ("CA", "US", "MX") else "truck",
    }


@pytest.mark.parametrize("goods", GOODS.values(), ids=GOODS)
def test_weekly(goods: str, catalogue: Catalogue) -> None:
    law = catalogue.law()
    for day in days():
        quote = law.quote(catalogue.shipment(**declared(goods, day)))
        check_amounts(quote, day)
        check_sums(quote, day)


@pytest.mark.parametrize("goods", GOODS.values(), ids=GOODS)
def test_what_is_owed_now_every_sixth_week(goods: str, catalogue: Catalogue) -> None:
    as_charged, as_settled = catalogue.law("day"), catalogue.law("now")
    for day in islice(days(), 0, None, 6):
        shipment = catalogue.shipment(**declared(goods, day))
        charged, settled = as_charged.quote(shipment), as_settled.quote(shipment)
        check_amounts(settled, day)
        check_sums(settled, day)
        assert charged.since.payable == settled.totals.payable, day
        assert settled.since.payable == settled.totals.payable, day
        assert not settled.since.acts, day


def check_amounts(quote: Quote, day: date) -> None:
    assert quote.status in ("ok", "partial", "prohibited"), day
    for charge in charges(quote):
        where = (day, charge.measure)
        assert charge.amount is not None or charge.reason, where
        if charge.amount is not None:
            assert charge.amount >= 0, where
            assert charge.amount == charge.amount.quantize(CENT), where
        assert charge.citation, where
        if charge.citation != "declared":
            no_row = charge.kind == "base_duty" and charge.amount is None
            assert charge.known in KNOWN or no_row, where
        assert charge.since is None or charge.since <= day, where
        assert charge.until is None or day < charge.until, where


def check_sums(quote: Quote, day: date) -> None:
    totals = quote.totals
    duties = [charge for line in quote.lines for charge in line.charges]
    assert totals.base_duty == total(c for c in duties if c.kind == "base_duty"), day
    assert totals.additional_duty == total(c for c in duties if c.kind != "base_duty"), day
    assert totals.fees == total(quote.fees), day
    assert totals.taxes == total(quote.taxes), day
    assert totals.payable == total(charges(quote)), day
    known = sum((c.amount for c in charges(quote) if c.amount is not None), Decimal(0))
    assert totals.known_payable == known, day
    if totals.payable is None:
        assert quote.status != "ok", day
        assert totals.landed is None, day
    else:
        assert quote.status != "partial", day
        assert totals.landed == totals.customs_value + totals.payable, day


def charges(quote: Quote) -> Iterator[Charge]:
    return chain(*(line.charges for line in quote.lines), quote.fees, quote.taxes)


def total(parts: Iterator[Charge] | tuple[Charge, ...] | list[Charge]) -> Decimal | None:
    amounts = [charge.amount for charge in parts]
    if None in amounts:
        return None
    return sum((amount for amount in amounts if amount is not None), Decimal("0.00"))
