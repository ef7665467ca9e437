"""A file read in blocks of CSV, of some megabytes, for the columnar lane."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from tariffcalc.batch.arrow_blocks import SIZE, Block, cut_blocks
from tariffcalc.batch.arrow_cells import Cells
from tariffcalc.batch.arrow_gather import Gathering, Part
from tariffcalc.batch.arrow_lane import ArrowLane, NotForThisLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.rows import Rows
from tariffcalc.batch.text_rows import TextRows

if TYPE_CHECKING:
    from tariffcalc.batch.parquet_rows import ParquetRows


class CsvReading:
    """The rows of a file, block by block: a CSV as it stands, another as CSV with minimal quoting.

    Attributes:
        width: How many cells the header has.
    """

    def __init__(self, rows: Rows, lane: ArrowLane, delimiter: str) -> None:
        """Make ready to read a file.

        Args:
            rows: The file.
            lane: That prices it.
            delimiter: Between the cells of the blocks; that of the file, where it has one.

        Raises:
            NotForThisLane: when the Python lane must price it.
        """
        self.width = len(rows.header)
        if not delimiter.isascii() or self.width < 2:
            raise NotForThisLane("it reads more than one column, parted by a plain sign")
        self._rows = rows
        self._lane = lane
        self._delimiter = delimiter

    def blocks(self) -> Iterator[tuple[int, Block]]:
        """Yield the blocks, each with the number of rows before it."""
        before = 0
        for block in self._blocks():
            yield before, block
            before += block.count

    def _blocks(self) -> Iterator[Block]:
        rows = self._rows
        if isinstance(rows, TextRows):
            return cut_blocks(rows.pieces(SIZE), rows.delimiter, rows.name)
        from tariffcalc.batch.arrow_table_text import table_blocks

        return table_blocks(cast("ParquetRows", rows), self._delimiter)

    def cells(self, block: Block) -> Cells:
        """Take a strict block apart."""
        return Cells(block.data, self._delimiter, self.width)

    def row_number(self, before: int) -> int:
        """Return the number of the first row of a block, as spreadsheets count."""
        return self._rows.row_number(before)

    def price_rows(
        self, rows: Iterable[Sequence[str]], before: int, places: Sequence[int], shares: Any
    ) -> list[tuple[str, ...]]:
        """Return the results of some rows of a block, priced one by one.

        Args:
            rows: Their cells.
            before: How many rows are before the block.
            places: Theirs in the block.
            shares: What the rows of the block pay of the fees of their entries.
        """
        numbers = [self._rows.row_number(before + place) for place in places]
        own = None if shares is None else shares[[*places]]
        return self._lane.price_rows(rows, numbers, own)

    def gather(self, progress: Callable[[int], None]) -> None:
        """Add up the entries of the file, in a pass of its own.

        Raises:
            NotForThisLane: when their values are too large for this lane.
        """
        self._rows.reopen()  # it is read twice
        gathering = Gathering(self._lane)

        def weigh(task: tuple[int, Block]) -> Part:
            _, block = task
            if block.rows is not None:
                return Part(block.count, np.arange(0), None, enumerate(block.rows))
            cells = self.cells(block)
            weighed = gathering.weigh(cells.columns(self._lane.places))
            left = np.sort(np.append(cells.odd, cells.even[~weighed.done]))
            rows = zip(left.tolist(), cells.read(left), strict=True)
            return Part(block.count, cells.even, weighed, rows)

        tasks = in_order(weigh, self.blocks(), THREADS)
        self._lane.shares = gathering.shares(tasks, progress)
