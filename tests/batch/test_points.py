"""Points that are taken as one are one: classes that are not too wide, piles that charge alike."""

from __future__ import annotations

import itertools
import random
from datetime import date
from decimal import Decimal

import pytest
from tests.batch.test_equality import FIRST, LAST, ORIGINS, codes

from tariffcalc import Catalogue
from tariffcalc.batch.formula import RATE_UNIT, cents, steps_of, whole
from tariffcalc.batch.keys import BASE, CLAIMS, LEFT, heeded_bits
from tariffcalc.batch.parts import Asked
from tariffcalc.batch.points import Points
from tariffcalc.catalogue.goods import GoodsIndex
from tariffcalc.engine.base import PARTNERS, BaseDuty, schedule_duty
from tariffcalc.engine.levies import figures_on
from tariffcalc.engine.price import Amounts, price
from tariffcalc.engine.resolve import stack
from tariffcalc.values.days import LATEST
from tariffcalc.values.rates import parse_rate

BOTH = pytest.mark.parametrize("importer", ["US", "CA"])

CLAIMED = ((), ("usmca",), ("us_metal_85",), ("section_321",), ("exclusion",), ("in_quota",))


@BOTH
def test_base_duties_of_a_row_and_column_are_one(catalogue: Catalogue, importer: str) -> None:
    law = catalogue.law().sheets
    points, tables, chance = Points(law, importer), law.tables(importer), random.Random(6)
    schedule = points.schedule
    rows = law.store.connection.execute(
        "SELECT DISTINCT code FROM rate WHERE importer = ?", (importer,)
    )
    held = [*chance.sample([code for (code,) in rows], 80), "99999999", "7208100000", "04061008"]
    days = [day for day in points.turning_days() if points.coverage.start <= day < LATEST]
    for code in held:
        own = schedule.rows(code)
        for _ in range(25):
            origin = chance.choice(("CA", "US", "MX", "RU", "CU", "DE", "CN"))
            day, claimed = chance.choice(days), chance.random() < 0.5
            if origin == importer:
                continue
            is_partner = origin in PARTNERS[importer]
            expected = schedule_duty(law.store, tables, code, origin, day, claimed and is_partner)
            period = schedule.period(day)
            found = schedule.duty(own[period], schedule.columns(origin, claimed)[period], code)
            reason = expected.reason and expected.reason.partition(", or did you mean")[0]
            assert (found.rate, found.reason) == (expected.rate, reason), (
                code, origin, day, claimed,
            )  # fmt: skip


@BOTH
def test_items_have_the_course_of_their_rows(catalogue: Catalogue, importer: str) -> None:
    tables = catalogue.store.tables(importer)
    held = catalogue.store.connection.execute(
        "SELECT DISTINCT code FROM rate WHERE importer = ?", (importer,)
    )
    assert {code for (code,) in held} == tables.items.keys()
    for code in random.Random(3).sample(sorted(tables.items), 100):
        rows = tables.base_rows(code)
        assert tables.course(tables.items[code]) == [
            (row.period.start.isoformat(), row.period.end.isoformat(), row.rates) for row in rows
        ]


def test_a_reason_names_the_code_though_many_codes_have_the_row(catalogue: Catalogue) -> None:
    schedule = Points(catalogue.law().sheets, "US").schedule
    first, second = schedule.rows("99999998"), schedule.rows("99999997")
    assert first is second
    assert schedule.names_code(first[0], 0)
    assert "9999.99.98" in str(schedule.duty(first[0], 0, "99999998").reason)
    assert "9999.99.97" in str(schedule.duty(first[0], 0, "99999997").reason)


def test_a_column_is_paid_in_periods_of_one_origin_and_not_of_another(catalogue: Catalogue) -> None:
    """Russia pays column 2 from 2022 on, Cuba always, and rows change between."""
    law = catalogue.law().sheets
    schedule = Points(law, "US").schedule
    schedule.columns("RU", False)
    paid, first = schedule.columns("CU", False), law.tables("US").coverage.start
    rows = law.store.connection.execute(
        "SELECT code FROM rate WHERE importer = 'US' AND column_2 <> ''"
        " AND start <= ? AND past < '2022'",
        (first.isoformat(),),
    )
    period = schedule.period(first)
    for (code,) in rows.fetchmany(9):
        row = law.tables("US").base_row(code, first)
        assert row is not None
        assert schedule.duty(schedule.rows(code)[period], paid[period]).text == row.column_2


def test_spans_hold_days_that_nothing_parts(catalogue: Catalogue) -> None:
    """Between two turning days every class of a day is one."""
    law = catalogue.law().sheets
    points = Points(law, "US")
    chance, days = random.Random(7), points.turning_days()
    for start, end in itertools.pairwise(days):
        length = (end - start).days
        if start.year < 2018 or length < 2 or end.year > 2030:
            continue
        other = start.fromordinal(start.toordinal() + chance.randint(1, length - 1))
        for law_of in (law, law.as_it_stands):
            assert law_of.cover_on("US", start) == law_of.cover_on("US", other)
        for classify in (points.entered_class, points.schedule.period, points.gaps.day):
            assert classify(start) == classify(other)
        for levy in points.tables.levies:
            assert figures_on(levy, start) == figures_on(levy, other)
        assert points.span(start) is points.span(other)


@BOTH
def test_goods_looked_at_together_lie_under_the_same_sheets(
    catalogue: Catalogue, importer: str
) -> None:
    tables = catalogue.store.tables(importer)
    index, chance = GoodsIndex(tables), random.Random(importer)
    listed = [code for code, _, _ in tables.goods_masks() if len(code) >= 8]
    for code in [*chance.sample(listed, 300), *codes(importer)]:
        for digits in (code, code[:8], f"{code[:8]}99"):
            assert index.sheets(index.number(digits)) == tables.goods(digits), digits


def test_what_was_resolved_is_told_though_it_was_dropped(catalogue: Catalogue) -> None:
    law = catalogue.law().sheets
    piles = Points(law, "US").piles
    asked = Asked(frozenset(), -1, 0, 0)
    days = date(2018, 7, 1), date(2025, 6, 10)
    for day in days:
        piles.steps(piles.number(*law.cover("US", "7601106000", "CN", day)), asked)
        assert len(piles.resolved) == 1 + days.index(day)
        piles.forget()
    assert len(piles.resolved) == 2


def test_all_that_changes_a_formula_counts_in_keys(catalogue: Catalogue) -> None:
    """Of two lines that differ in one fact, and in what they owe, the keys that count differ."""
    chance, law = random.Random(15), catalogue.law().sheets
    points = Points(law, "US")
    piles, made, seen = points.piles, [*map(frozenset, CLAIMED)], set()
    for _ in range(4000):
        code, origin = chance.choice(codes("US")), chance.choice(ORIGINS)
        day = date.fromordinal(chance.randint(FIRST.toordinal(), LAST.toordinal()))
        pile = piles.number(*law.cover("US", code, origin, day))
        heeds = heeded_bits([piles.heeded(pile)], piles.turns_on_base(pile))
        facts = {
            "claims": made, "shipped": range(-1, len(points.shipped_days) + 1),
            "segment": range(len(points.limits) + 1), "base": range(-1, 3),
        }  # fmt: skip
        first = Asked(
            entered=points.entered_class(day),
            **{name: chance.choice(values) for name, values in facts.items()},
        )
        name = chance.choice([*facts])
        second = first._replace(**{name: chance.choice(facts[name])})
        if piles.steps(pile, first) == piles.steps(pile, second):
            continue
        seen.add(name)
        keys = {
            made.index(asked.claims) * CLAIMS + (asked.shipped + 1) * LEFT
            + (asked.base + 1) * BASE + asked.segment & heeds
            for asked in (first, second)
        }  # fmt: skip
        assert len(keys) == 2, (code, origin, day, first, second)
    assert seen >= {"claims", "shipped", "base"}


@BOTH
def test_a_pile_charges_what_its_sheets_charge(catalogue: Catalogue, importer: str) -> None:
    """The formula of a pile is that of each set of sheets in it, whatever is declared."""
    chance = random.Random(importer)
    law = catalogue.law().sheets
    points = Points(law, importer)
    claims = [frozenset(c) for c in ((), ("usmca",), ("us_metal_85",), ("section_321",))]
    rates = [parse_rate(text) for text in ("Free", "2.6%", "10%", "20%")]
    for _ in range(1500):
        code, origin = chance.choice(codes(importer)), chance.choice(ORIGINS)
        day = date.fromordinal(chance.randint(FIRST.toordinal(), LAST.toordinal()))
        cover, rate = law.cover(importer, code, origin, day), chance.choice([*rates, None])
        asked = Asked(
            chance.choice(claims),
            points.shipped_class(chance.choice((None, day))),
            points.entered_class(day),
            chance.randint(0, len(points.limits)),
            points.base_class(rate),
        )
        found = points.piles.steps(points.piles.number(*cover), asked)
        facts = points.facts(asked)._replace(base_rate=rate and rate.ad_valorem)
        plan = stack(law, importer, cover).plan(facts)
        assert found == steps_of(law, plan, rate is not None)
        if found is None:
            continue
        duty = BaseDuty(rate, "", "", "", None)
        priced = price(plan, duty, Amounts(Decimal("8765.43"), {}))
        amounts = {step.step.top.measure.id: step.amount for step in priced.steps}
        base = None if rate is None else whole(rate.ad_valorem, RATE_UNIT)
        for term in found.terms:
            on = term.on(base)
            amount = None if on is None else Decimal(cents(87_654_300, on)) / 100
            assert amount == amounts[term.measure], (code, origin, day, term)
