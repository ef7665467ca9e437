"""Every paint on the days around its edges, against a plain reading of the sheets.

The law finds the topmost paint through tables of bits. Here the paints of a measure are read in
the order laid, one after another, and the last that holds a point is on top.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tariffcalc import Catalogue, load_catalogue
from tariffcalc.catalogue.law import KnownOn, Law
from tariffcalc.catalogue.read import Sources, read_sources
from tariffcalc.catalogue.terms import Act, Effect, Measure, Paint
from tariffcalc.values.days import LATEST

DATA = Path(__file__).parents[1] / "data"
DAY = timedelta(days=1)
SOURCES = read_sources(DATA)
MEASURES = {measure.id: measure for measure in SOURCES.measures}
COUNTRIES = ["CA", "US", "MX", "CN", "DE", "GB", "JP", "KR", "BR", "RU", "TR", "AU", "UA", "ZW"]
ANY_GOODS = ["7601106030", "8703230190", "0406909500"]
Assumed = dict[str, date | None]


@dataclass(frozen=True)
class Found:
    """What lies on top of a measure: the place of the paint in it, and whether that is open."""

    place: int
    doubtful: bool = False


class Goods:
    """The goods of one paint as rows of digits: those on it for sure, those perhaps."""

    def __init__(self, sources: Sources, paint: Paint) -> None:
        self.all = paint.goods is None
        self.sure: set[str] = set()
        self.open: set[str] = set()
        for item in paint.goods or ():
            if item not in sources.goods:
                self.sure.add(item.replace(".", ""))
                continue
            for row in sources.goods[item].rows:
                (self.open if row.uncertain else self.sure).add(row.code)
        rows = self.sure | self.open
        self.wider = {row[:length] for row in rows for length in range(2, len(row))}

    def hold(self, code: str) -> bool:
        return self.all or any(code[:length] in self.sure for length in range(2, 11))

    def may_hold(self, code: str) -> bool:
        """An open row holds the code, or only some numbers below the code are named."""
        return code in self.wider or any(code[:length] in self.open for length in range(2, 11))


@cache
def laid(measure_id: str) -> list[tuple[Act, Paint, Goods]]:
    """Return the paints of a measure in the order laid."""
    return [
        (act, paint, Goods(SOURCES, paint))
        for act in MEASURES[measure_id].acts
        for paint in act.paints
    ]


def counts(act: Act, day: date, known_on: KnownOn) -> bool:
    known = {"day": day, "now": LATEST}.get(known_on, known_on)  # type: ignore[call-overload]
    return act.status == "enacted" and SOURCES.instruments[act.instrument].known_from <= known


def leaves_nothing(paint: Paint) -> bool:
    terms = [paint.terms, *(case.terms for case in paint.cases)]
    return all(each.duty.effect is Effect.NONE for each in terms)


def on_top(
    measure: str, code: str, origin: str, day: date, known_on: KnownOn, assumed: Assumed
) -> Found | None:
    """Read the paints one after another: the last that holds the point is on top."""
    sure = perhaps = None
    by_standing = sorted(enumerate(laid(measure)), key=lambda entry: entry[1][0].status)
    for place, (act, paint, goods) in by_standing:  # the threatened ones last, on top
        start, end = paint.period.start, paint.period.end
        if act.status == "threatened":
            start = assumed.get(act.instrument) or start
            stands = act.instrument in assumed
        else:
            stands = counts(act, day, known_on)
        if stands and origin in paint.origins and start <= day < end:
            if goods.hold(code):
                sure = perhaps = place
            elif goods.may_hold(code):
                perhaps = place
    if perhaps is None or perhaps == sure:
        return None if sure is None else Found(sure)
    below = None if sure is None else laid(measure)[sure][1]
    above = laid(measure)[perhaps][1]
    if below is None or leaves_nothing(below):
        if leaves_nothing(above):
            return Found(perhaps if sure is None else sure)
    elif (below.terms, below.cases) == (above.terms, above.cases):
        return Found(sure)  # type: ignore[arg-type]  # there is a paint below
    return Found(perhaps, doubtful=True)


def tops(law: Law, importer: str, code: str, origin: str, day: date) -> dict[str, Found]:
    """Return what the law itself finds on top, in the same words."""
    cover = law.cover(importer, code, origin, day)
    return {
        top.measure.id: Found(top.sheet.bit - top.measure.first, top.doubtful)
        for top in law.tops(importer, cover)
    }


def codes_of(goods: Goods) -> list[str]:
    """Return codes on a paint and at its edge: first and last row in full, and cut to 8 digits."""
    if goods.all:
        return ANY_GOODS
    rows = sorted(goods.sure | goods.open)
    chosen = {rows[0], rows[len(rows) // 2], rows[-1], max(rows, key=len)}
    full = {row.ljust(10, "0") for row in chosen}
    return sorted(full | {code[:8] for code in full})


def origins_of(paint: Paint) -> list[str]:
    inside = sorted(paint.origins.named) if not paint.origins.inverted else COUNTRIES
    outside = [country for country in COUNTRIES if country not in paint.origins]
    held = [country for country in inside if country in paint.origins]
    return [*dict.fromkeys([held[0], held[-1], *outside[:1]])]


def edges_of(paint: Paint) -> Iterator[date]:
    for edge in (paint.period.start, paint.period.end):
        if edge != LATEST:
            yield from (edge - DAY, edge, edge + DAY)


@pytest.fixture(scope="module")
def laws(catalogue: Catalogue) -> dict[KnownOn, Law]:
    return {known: catalogue.law(known).sheets for known in ("day", "now")}


def law_known_on(laws: dict[KnownOn, Law], known_on: KnownOn) -> Law:
    if known_on not in laws:
        laws[known_on] = Law(laws["now"].store, known_on)
    return laws[known_on]


def test_every_measure_is_compared(catalogue: Catalogue) -> None:
    assert not SOURCES.issues
    held = [
        head.id
        for importer in catalogue.store.importers
        for head in catalogue.store.tables(importer).measures
    ]
    assert sorted(held) == sorted(MEASURES)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_days_around_every_edge(measure: Measure, laws: dict[KnownOn, Law]) -> None:
    for act, paint, goods in laid(measure.id):
        known = SOURCES.instruments[act.instrument].known_from
        for code in codes_of(goods):
            for origin in origins_of(paint):
                for day in edges_of(paint):
                    for known_on in ("day", "now", known, known - DAY):
                        law = law_known_on(laws, known_on)  # type: ignore[arg-type]
                        found = tops(law, measure.importer, code, origin, day).get(measure.id)
                        wanted = on_top(measure.id, code, origin, day, known_on, {})  # type: ignore[arg-type]
                        assert found == wanted, (act.instrument, code, origin, day, known_on)


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_a_sheet_begins_and_ends_on_its_days(measure: Measure, laws: dict[KnownOn, Law]) -> None:
    law = laws["now"]
    for place, (act, paint, goods) in enumerate(laid(measure.id)):
        if act.status != "enacted":
            continue
        origin = origins_of(paint)[0]
        for code in (code for code in codes_of(goods) if goods.hold(code)):

            def place_on(day: date, code: str = code, origin: str = origin) -> int:
                found = tops(law, measure.importer, code, origin, day).get(measure.id)
                return -1 if found is None else found.place

            where = (act.instrument, code, origin)
            assert place_on(paint.period.start) >= place, where
            assert place_on(paint.period.start - DAY) != place, where
            if paint.period.end != LATEST:
                assert place_on(paint.period.end - DAY) >= place, where
                assert place_on(paint.period.end) != place, where


def threatened() -> list[tuple[Measure, Act]]:
    return [(m, a) for m in MEASURES.values() for a in m.acts if a.status == "threatened"]


@pytest.mark.parametrize(
    ("measure", "act"), threatened(), ids=[f"{m.id} {a.instrument}" for m, a in threatened()]
)
@pytest.mark.parametrize("start", [None, date(2019, 3, 1), date(2026, 2, 1)])
def test_an_assumed_act_lies_on_top_from_its_day(
    measure: Measure, act: Act, start: date | None, catalogue: Catalogue
) -> None:
    assumed = {act.instrument: start}
    law = catalogue.law(assume=assumed).sheets
    for paint in act.paints:
        goods = Goods(SOURCES, paint)
        first = start or paint.period.start
        for code in codes_of(goods):
            for origin in origins_of(paint):
                for day in (first - DAY, first, first + DAY):
                    found = tops(law, measure.importer, code, origin, day).get(measure.id)
                    wanted = on_top(measure.id, code, origin, day, "day", assumed)
                    assert found == wanted, (code, origin, day)


ROWS = {
    importer: sorted(
        {
            row
            for measure in MEASURES.values()
            if measure.importer == importer
            for _, _, goods in laid(measure.id)
            for row in goods.sure | goods.open
        }
    )
    for importer in ("US", "CA")
}
DAYS = st.dates(date(2017, 12, 1), date(2027, 6, 1))


@st.composite
def points(draw: st.DrawFn) -> tuple[str, str, str, date]:
    importer = draw(st.sampled_from(["US", "CA"]))
    row = draw(st.sampled_from(ROWS[importer]))
    code = row + draw(st.text("0123456789", min_size=10, max_size=10))
    length = draw(st.sampled_from([8, 10]))
    return importer, code[:length], draw(st.sampled_from(COUNTRIES)), draw(DAYS)


@settings(max_examples=400, derandomize=True, deadline=None)
@given(points(), st.one_of(st.sampled_from(["day", "now"]), DAYS))
def test_any_point(
    laws: dict[KnownOn, Law], point: tuple[str, str, str, date], known_on: KnownOn
) -> None:
    importer, code, origin, day = point
    wanted = {
        measure.id: found
        for measure in MEASURES.values()
        if measure.importer == importer
        and (found := on_top(measure.id, code, origin, day, known_on, {}))
    }
    assert tops(law_known_on(laws, known_on), importer, code, origin, day) == wanted


def test_an_open_number_below_a_code_leaves_the_code_open(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    shutil.copytree(DATA, folder)
    goods = folder / "goods" / "ca" / "aluminum-2018.csv"
    text = goods.read_text(encoding="utf-8")
    goods.write_text(text.replace("7601.10.00,recall", "7601.10.00.10,recall"), encoding="utf-8")
    law = load_catalogue(folder).law().sheets
    for code in ("76011000", "7601100010"):
        found = tops(law, "CA", code, "US", date(2018, 8, 1)).get("ca-surtax-2018-aluminum")
        assert found is not None, code
        assert found.doubtful, code
