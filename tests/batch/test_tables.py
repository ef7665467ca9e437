"""The tables of the columnar lane: each pair found once, figures kept, layers that are sheets."""

from __future__ import annotations

import random
from datetime import date
from threading import Event, RLock, Thread
from typing import Any

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("pyarrow")

from tests.batch.test_equality import FIRST, LAST, ORIGINS, codes  # noqa: E402

from tariffcalc import Catalogue  # noqa: E402
from tariffcalc.batch import arrow_calls, arrow_pairs, arrow_sets, arrow_tables  # noqa: E402
from tariffcalc.batch.arrow_arrays import GrowingTexts, text_array  # noqa: E402
from tariffcalc.batch.arrow_layers import LAWS, Layers  # noqa: E402
from tariffcalc.batch.arrow_pairs import Pairs  # noqa: E402
from tariffcalc.batch.arrow_tables import Grid, Records, TextTable, each  # noqa: E402
from tariffcalc.batch.plain import CODE, PLAIN  # noqa: E402
from tariffcalc.batch.points import Points  # noqa: E402

COUNTRIES = ("US", "CA")


def test_texts_that_grow_stay_what_they_were() -> None:
    chance = random.Random(3)
    expected = ["a", "", "é"]
    growing, seen = GrowingTexts(text_array(expected)), []
    for _ in range(60):
        seen.append((growing.array(), list(expected)))
        more = ["ü" * chance.randrange(4) for _ in range(chance.choice((0, 1, 30)))]
        growing.add(more)
        expected += more
    for array, texts in [*seen, (growing.array(), expected)]:
        array.validate(full=True)
        assert array.to_pylist() == texts
    assert len(GrowingTexts(text_array([])).array()) == 0


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


def test_a_pair_is_found_once_while_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_pairs, "PAIRS", 40)
    asked: list[tuple[int, int]] = []

    def find(first: int, second: int) -> int:
        asked.append((first, second))
        return 1 + 100 * first + second

    pairs, chosen, kept = Pairs(find, RLock()), random.Random(7), set[tuple[int, int]]()
    for _ in range(40):
        first, second = (np.array(chosen.choices(range(9), k=6)) for _ in range(2))
        found = pairs.numbers(first, second).tolist()
        kept |= set(asked)
        for one, other, number in zip(first.tolist(), second.tolist(), found, strict=True):
            assert number == (1 + 100 * one + other if (one, other) in kept else 0)
    assert len(asked) == len(set(asked)) == 40
    assert all(one and other for one, other in asked)


def test_threads_that_ask_for_the_blank_text_do_not_wait_for_each_other() -> None:
    """One has the lock of the lane, the other is about to take it, and both ask."""
    lock, holds, done = RLock(), Event(), Event()
    table = TextTable(lambda texts: np.ones(len(texts), np.intp), lock)

    def hold_and_ask() -> None:
        with lock:
            holds.set()
            other.join(0.3)
            assert table.blank == 1
            done.set()

    def ask() -> None:
        holds.wait()
        assert table.blank == 1

    other = Thread(target=ask, daemon=True)
    for thread in (other, Thread(target=hold_and_ask, daemon=True)):
        thread.start()
    assert done.wait(10)


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
            small, large = records.of(asked, "small"), records.of(asked, "large")
            assert [*zip(small.tolist(), large.tolist(), strict=True)] == [
                figures[n] for n in asked.tolist()
            ]
            assert (records.all_of(asked)[0] == small).all()


def test_things_without_keys_are_numbered_beside_others() -> None:
    records = Records("first", "second")
    assert records.number("one", 5, 6) == 1
    assert records.extend(np.array([[7, 8], [9, 10]])).tolist() == [2, 3]
    assert records.number("two", 11, 12) == 4
    assert records.number("one") == 1
    assert records.all_of(np.arange(5)).T.tolist() == [[0, 0], [5, 6], [7, 8], [9, 10], [11, 12]]


@pytest.mark.parametrize("spreading", [None, 0])
def test_rows_are_told_apart_though_their_sums_were_alike(
    monkeypatch: pytest.MonkeyPatch, spreading: int | None
) -> None:
    if spreading is not None:
        monkeypatch.setattr(arrow_sets, "SPREADING", np.int64(spreading))
    columns = np.random.default_rng(8).integers(0, 3, (4, 300))
    rows, keys, places = arrow_sets.rows_of(columns)
    assert (rows[places] == columns.T).all()
    assert len(set(keys)) == len({*map(tuple, columns.T.tolist())})
    assert spreading == 0 or len(keys) == len(set(keys))


def test_both_lanes_take_the_same_codes_for_plain() -> None:
    """Python and Arrow read one pattern, whole texts only."""
    plain = ("76011060", "7601106030", "7601.10.60", "7601.10.6030", "7601.10.60.30")
    texts = [
        *plain,
        "76011060\n",
        " 76011060",
        "x76011060",
        "7601.10.60.3",
        "760110603",
        "",
        "٧٦٠١١٠٦٠",
    ]
    told = arrow_calls.matching(text_array(texts), CODE).to_pylist()
    assert told == [PLAIN["classification"](text) is not None for text in texts]
    assert told == [text in plain for text in texts]


def test_texts_are_read_once_whatever_thread_meets_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def find(texts: Any) -> Any:
        asked.extend(texts.to_pylist())
        return np.array([len(text) for text in texts.to_pylist()])

    table = TextTable(find, RLock())
    seen = table._held
    assert table.numbers(text_array(["a", "bb", "a"])).tolist() == [1, 2, 1]
    assert table._learn(text_array(["bb", "ccc"]), seen).tolist() == [2, 3]
    assert table.numbers(text_array(["ccc", "a"])).tolist() == [3, 1]
    assert asked == ["a", "bb", "ccc"]
    monkeypatch.setattr(arrow_tables, "TEXTS", 4)
    monkeypatch.setattr(arrow_tables, "LENGTH", 5)
    assert table.numbers(text_array(["dddd", "eeeee", "too long"])).tolist() == [4, 0, 0]
    assert asked == ["a", "bb", "ccc", "dddd"]


@pytest.mark.parametrize("known_on", ["day", "now", "2025-04-15"])
def test_the_layers_over_a_point_are_its_sheets(catalogue: Catalogue, known_on: str) -> None:
    law, chance = catalogue.law(known_on).sheets, random.Random(known_on)
    countries = [Points(law, importer) for importer in COUNTRIES]
    width = 1 + max(len(points.tables.measures) for points in countries)
    said: list[tuple[int, bool, int]] = []

    def say(*where: int) -> tuple[int, int, int]:
        said.append(where)
        return 0, 0, len(said)

    layers = Layers(countries, width, say, RLock())
    for _ in range(400):
        country = chance.choice((1, 2))
        points = countries[country - 1]
        code, origin = chance.choice(codes(points.importer)), chance.choice(ORIGINS)
        day = date.fromordinal(chance.randint(FIRST.toordinal(), LAST.toordinal()))
        (goods,), source, span = points.goods([code]), points.source(origin), points.span(day)
        pair = layers.common(
            np.array(layers.of_spread(country, goods)), np.array(layers.of_spread(country, source))
        )
        *cuts, where = layers.over(pair, np.array(layers.of_span(country, span)))
        figures = [int(layers.wheres.of(where, name)) for name in ("country", "entered", "said")]
        assert figures[:2] == [country, span.entered]
        assert said[figures[2] - 1] == (
            country, span.is_late, goods.gaps & source.gaps & span.gaps
        )  # fmt: skip
        piles = tuple(
            points.piles.pile([part for number in reversed(parts) if (part := layers.held[number])])
            for parts in (layers.cuts.of(np.array(cuts), law_of).tolist() for law_of in LAWS)
        )
        assert piles == points.over(goods.sheets & source.sheets & span.sheets)
        marks = [points.piles.mark(pile) % 2**64 for pile in piles]
        column = np.array(cuts)[:, None]
        assert [mark % 2**64 for (mark,) in layers.marks(column)] == marks
        turns = any(map(points.piles.turns_on_base, piles))
        assert layers.turns_on_base(column).tolist() == [turns]
