"""A CSV file priced by the columnar lane and written as Parquet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import number_array
from tariffcalc.batch.arrow_batch import declared_columns, price_texts
from tariffcalc.batch.arrow_blocks import Block, Places
from tariffcalc.batch.arrow_groups import TableWriter, are_alike, cut_groups
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_reading import CsvReading
from tariffcalc.batch.arrow_rows import TypedColumns
from tariffcalc.batch.arrow_table import Piece, TablePricer
from tariffcalc.batch.crew import Member
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.result import CHARGES, COLUMNS
from tariffcalc.batch.text_rows import TextRows
from tariffcalc.batch.typed import places_of
from tariffcalc.batch.writers import EXTRA, unique_names


class CsvTablePricer(TablePricer):
    """Prices the rows of a CSV file, which go to a Parquet file with what they owe."""

    def __init__(self, rows: TextRows, pricer: LinePricer) -> None:
        """Look at the first rows.

        Raises:
            NotForThisLane: when the Python lane must price the file.
        """
        lane = ArrowLane(pricer)
        self._reading = reading = CsvReading(rows, lane, rows.delimiter)
        words = [places_of(name) is None and name != COLUMNS[CHARGES] for name in pricer.columns]
        self._are_words = [*[False] * reading.width, *words, False]
        self._by_row = TypedColumns(reading.width, pricer.columns, True)
        self._names = unique_names([*rows.header, *pricer.columns, EXTRA])
        rows.reopen()  # it is read twice
        first = next((block for _, block in reading.blocks()), self.nothing())
        self._first = reading.cells(first) if first.rows is None else None
        texts = [] if self._first is None else self._first.all_columns()
        alike = [*map(are_alike, texts)] or [False] * reading.width
        super().__init__(lane, TableWriter([pa.string()] * reading.width, alike))

    def nothing(self) -> Block:
        """Return a block without rows."""
        return Block(0, rows=[])

    def gather(self, progress: Callable[[int], None]) -> None:
        """Add up the entries of the file; see `CsvReading.gather`."""
        self._reading.gather(progress)

    def learn(self) -> None:
        """Find what the rows of the first block stand for."""
        cells, self._first = self._first, None
        if cells is not None:
            shares = self.lane.shares_of(0, cells.even.size + cells.odd.size)
            own = None if shares is None else shares[cells.even]
            self.lane.learn(declared_columns(cells.all_columns(), self.lane), own)

    def tasks(self, member: Member) -> Iterator[list[Piece]]:
        """Yield the blocks that a process is to price, those of a row group together."""
        for _, blocks in member.own(cut_groups(self._reading.blocks(), _size)):
            yield blocks

    def table(self, before: int, piece: Any) -> Any:
        """Return the table of a block that has some rows before it, its rows in their order."""
        block: Block = piece
        shares = self.lane.shares_of(before, block.count)
        if block.rows is not None:
            places = np.arange(block.count)
            return pa.table(self._odd(block.rows, before, places, shares), self._names)
        cells = self._reading.cells(block)
        texts, numbers = cells.all_columns(), self._reading.row_number(before) + cells.even
        own = None if shares is None else shares[cells.even]
        priced = price_texts(texts, self.lane, numbers, own)
        extra = pa.nulls(cells.even.size, pa.string())
        table = pa.table([*texts, *priced, extra], self._names)
        if not cells.odd.size:
            return table
        odd = self._odd(cells.read(cells.odd), before, cells.odd, shares)
        order = np.argsort(np.append(cells.even, cells.odd))
        both = pa.concat_tables([table, pa.table(odd, self._names)])
        return both.unify_dictionaries().combine_chunks().take(number_array(order))

    def _odd(self, rows: list[list[str]], before: int, places: Places, shares: Any) -> list[Any]:
        """Return the columns of rows that are priced one by one."""
        priced = self._reading.price_rows(rows, before, places.tolist(), shares)
        columns = self._by_row.of([*zip(rows, priced, strict=True)])
        return [
            column.dictionary_encode() if is_word else column
            for column, is_word in zip(columns, self._are_words, strict=True)
        ]


def _size(piece: tuple[int, Block]) -> tuple[int, int]:
    _, block = piece
    return block.count, block.size
