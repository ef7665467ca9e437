"""The tables of the columnar lane: each pair found once, figures kept, layers that are sheets."""

from __future__ import annotations

import random
from datetime import date
from threading import RLock

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("pyarrow")

from tests.batch.test_equality import FIRST, LAST, ORIGINS, codes  # noqa: E402

from tariffcalc import Catalogue  # noqa: E402
from tariffcalc.batch import arrow_tables  # noqa: E402
from tariffcalc.batch.arrow_layers import Layers, Where  # noqa: E402
from tariffcalc.batch.arrow_tables import Grid, Records, each  # noqa: E402
from tariffcalc.batch.points import Points  # noqa: E402

COUNTRIES = ("US", "CA")


def test_a_cell_is_found_once_whatever_the_shape() -> None:
    asked: list[tuple[int, int]] = []

    def find(first: int, second: int) -> int:
        asked.append((first, second))
        return first * 1000 + second

    grid, chance = Grid(each(find), RLock()), np.random.default_rng(4)
    for top in (3, 40, 40, 300):
        for shape in ((500,), (7, 60)):
            first, second = chance.integers(0, top, (2, *shape), np.int32)
            found = grid.numbers(first, second)
            assert (found == np.where(first * second > 0, first * 1000 + second, 0)).all()
    assert len(asked) == len(set(asked))
    assert all(first and second for first, second in asked)


def test_pairs_for_which_there_is_no_room_have_number_0(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_tables, "CELLS", 1 << 10)
    grid = Grid(each(lambda first, second: first + second), RLock())
    first, second = np.array([1, 900, 1], np.int32), np.array([2, 900, 3], np.int32)
    assert grid.numbers(first, second).tolist() == [3, 0, 4]


def test_figures_of_things_come_back_however_many_there_are() -> None:
    records, chance = Records("small", "large"), random.Random(5)
    figures = [(0, 0)]
    for number in range(1, 3000):
        assert records.known(f"thing {number}") == 0
        figures.append((number % 7, chance.randint(0, 2**62)))
        assert records.number(f"thing {number}", *figures[-1]) == number
        assert records.number(f"thing {number}", 0, 0) == number
        if chance.random() < 0.02:
            asked = np.array([chance.randint(0, number) for _ in range(9)], np.int32)
            small, large = records.ids(asked, "small"), records.of(asked, "large")
            assert [*zip(small.tolist(), large.tolist(), strict=True)] == [
                figures[n] for n in asked.tolist()
            ]
            assert (records.all_ids(asked)[0] == small).all()


@pytest.mark.parametrize("known_on", ["day", "now", "2025-04-15"])
def test_the_layers_over_a_point_are_its_sheets(catalogue: Catalogue, known_on: str) -> None:
    law, chance = catalogue.law(known_on).sheets, random.Random(known_on)
    countries = [Points(law, importer) for importer in COUNTRIES]
    width = 1 + max(len(points.tables.measures) for points in countries)
    layers = Layers(countries, width, RLock())
    for _ in range(400):
        country = chance.choice((1, 2))
        points = countries[country - 1]
        code, origin = chance.choice(codes(points.importer)), chance.choice(ORIGINS)
        day = date.fromordinal(chance.randint(FIRST.toordinal(), LAST.toordinal()))
        goods, source, span = points.goods(code), points.source(origin), points.span(day)
        pair = layers.common(
            np.array(layers.of_spread(country, goods), np.int32),
            np.array(layers.of_spread(country, source), np.int32),
        )
        cuts = layers.cuts(pair, np.array(layers.of_span(country, span), np.int32)).tolist()
        *made, where = map(layers.cut, cuts)
        assert where == Where(
            country, goods.gaps & source.gaps & span.gaps, span.entered, span.is_late
        )
        piles = tuple(
            points.piles.pile([cut[law_of] for cut in reversed(made) if cut and cut[law_of]])
            for law_of in (0, 1)
        )
        assert piles == points.over(goods.sheets & source.sheets & span.sheets)
