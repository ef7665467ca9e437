"""A CSV file priced by the columnar lane and written as Parquet."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_arrays import number_array
from tariffcalc.batch.arrow_batch import declared_columns, price_texts
from tariffcalc.batch.arrow_blocks import Block, Places
from tariffcalc.batch.arrow_groups import TableWriter, are_alike, cut_groups
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.arrow_reading import CsvReading
from tariffcalc.batch.arrow_rows import TypedColumns
from tariffcalc.batch.crew import ALONE, Member
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.text_rows import TextRows
from tariffcalc.batch.typed import places_of
from tariffcalc.batch.writers import EXTRA, unique_names


class CsvTablePricer:
    """Prices the rows of a CSV file, which go to a Parquet file with what they owe."""

    def __init__(self, rows: TextRows, pricer: LinePricer) -> None:
        """Look at the first rows.

        Raises:
            NotForThisLane: when the Python lane must price the file.
        """
        self.lane = ArrowLane(pricer)
        self._reading = reading = CsvReading(rows, self.lane, rows.delimiter)
        words = [places_of(name) is None and name != "charges" for name in pricer.columns]
        self._are_words = [*[False] * reading.width, *words, False]
        self._by_row = TypedColumns(reading.width, pricer.columns, True)
        self._names = unique_names([*rows.header, *pricer.columns, EXTRA])
        alike = [False] * reading.width
        for _, block in islice(reading.blocks(), 1):
            if block.rows is None:
                alike = [are_alike(column) for column in reading.cells(block).all_columns()]
        self._writer = TableWriter([pa.string()] * reading.width, alike)

    def gather(self, progress: Callable[[int], None]) -> None:
        """Add up the entries of the file; see `CsvReading.gather`."""
        self._reading.gather(progress)

    def begin(self, out: BinaryIO) -> None:
        """Learn from the first block; processes that are forked afterwards know what it teaches."""
        self._writer.begin(out)
        for _, block in islice(self._reading.blocks(), 1):
            if block.rows is None:
                cells = self._reading.cells(block)
                shares = self.lane.shares_of(0, block.count)
                own = None if shares is None else shares[cells.even]
                self.lane.learn(declared_columns(cells.all_columns(), self.lane), own)

    def price(
        self,
        out: BinaryIO,
        *,
        member: Member = ALONE,
        threads: int = THREADS,
        progress: Callable[[int], None] | None = None,
    ) -> list[tuple[int, Any]]:
        """Write the blocks that are for this process; arguments as in `ParquetPricer.price`."""
        tasks = (task for _, task in member.own(cut_groups(self._reading.blocks(), _size)))
        written = self._writer.write(out, in_order(self._price, tasks, threads), member, progress)
        self.lane.close()
        return written

    def finish(self, out: BinaryIO, written: list[tuple[int, Any]]) -> None:
        """Write the end of the file, from what `price` returned in all processes."""
        self._writer.finish(out, written, lambda: self._table(0, Block(0, rows=[])))
        self.lane.let_go()

    def _price(self, blocks: list[tuple[int, Block]]) -> tuple[int, Any]:
        """Return how many rows are before some blocks, and the table that comes of them."""
        tables = [self._table(before, block) for before, block in blocks]
        return blocks[0][0], pa.concat_tables(tables).unify_dictionaries()

    def _table(self, before: int, block: Block) -> Any:
        """Return the table of a block, its rows in their order."""
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


def _size(piece: tuple[int, Block]) -> int:
    _, block = piece
    return block.count
