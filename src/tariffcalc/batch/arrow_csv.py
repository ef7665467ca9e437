"""A file priced in blocks of some megabytes by the columnar lane, and written as CSV.

**How the user's cells are written** is the rule of `CsvForm`, in both lanes: with minimal quoting,
formulas made inert. A line that has quotes where they must be, and no others, and no cell that
begins with one of `STARTS`, stands so already, and is copied byte for byte; any other line is read
and written again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

import numpy as np

from tariffcalc.batch.arrow_arrays import number_array, text_array
from tariffcalc.batch.arrow_blocks import Block, Places
from tariffcalc.batch.arrow_calls import take
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_lane import ArrowLane, NotForThisLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.arrow_reading import CsvReading
from tariffcalc.batch.arrow_tables import Ids
from tariffcalc.batch.arrow_text import Fragments, Written
from tariffcalc.batch.crew import ALONE, Member
from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.inert import STARTS, neutral_row
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.rows import Rows
from tariffcalc.batch.text_rows import TextRows

__all__ = ["CsvPricer", "NotForThisLane"]

PART = 1 << 13
"""Rows that are put together at once: their fragments by number take much more room than text."""


class CsvPricer:
    """Prices the rows of a file, which go to a CSV with what they owe."""

    def __init__(self, rows: Rows, pricer: LinePricer, form: CsvForm) -> None:
        """Make ready for a file.

        Args:
            rows: The file.
            pricer: For its rows.
            form: How the rows are written. The delimiter must be that of the file.

        Raises:
            NotForThisLane: when the Python lane must price the file.
        """
        if isinstance(rows, TextRows) and form.delimiter != rows.delimiter:
            raise NotForThisLane("it writes the delimiter that it reads")
        self.lane = ArrowLane(pricer)
        self._reading = CsvReading(rows, self.lane, form.delimiter)
        self._form = form
        self._fragments = Fragments(form.delimiter, form.line_end, form.join)
        self._begun = 0

    def price(
        self,
        out: BinaryIO,
        *,
        member: Member = ALONE,
        threads: int = THREADS,
        progress: Callable[[int], None] | None = None,
    ) -> list[tuple[int, Any]]:
        """Write the priced rows, which is all: nothing is returned for `finish`.

        The header is for the caller to write.

        Sums are in the tally of the pricer afterwards, as far as this process has priced.

        Args:
            out: Where they go.
            member: Which of the blocks are for this process.
            threads: Blocks priced at once in it.
            progress: Called with the number of rows done so far, after each block.
        """
        tasks = member.own(islice(self._reading.blocks(), self._begun, None))
        for done, parts in member.in_order(in_order(self._print, tasks, threads)):
            for part in parts:
                out.write(part)
            if member.size > 1:
                out.flush()
            if progress is not None:
                progress(done)
        self.lane.close()
        return []

    def finish(self, out: BinaryIO, written: list[tuple[int, Any]]) -> None:
        """End the file, which a CSV just does."""
        self.lane.let_go()

    def gather(self, progress: Callable[[int], None]) -> None:
        """Add up the entries of the file; see `CsvReading.gather`."""
        self._reading.gather(progress)

    def begin(self, out: BinaryIO) -> None:
        """Price the first block; processes that are forked afterwards know what it teaches."""
        for before, block in islice(self._reading.blocks(), 1):
            for part in self.print(before, block):
                out.write(part)
            self._begun = 1
        self.lane.close()

    def _print(self, task: tuple[int, tuple[int, Block]]) -> tuple[int, tuple[int, list[Any]]]:
        """Return the number of a task, how many rows are done with its block, and its bytes."""
        number, (before, block) = task
        return number, (before + block.count, self.print(before, block))

    def print(self, before: int, block: Block) -> list[Any]:
        """Return the bytes of a block that has some rows before it."""
        shares = self.lane.shares_of(before, block.count)
        if block.rows is not None:
            places = range(block.count)
            return ["".join(self._by_row(block.rows, before, places, shares)).encode()]
        form, lane = self._form, self.lane
        cells = self._reading.cells(block)
        answer = lane.answer(
            cells.columns(lane.places), None if shares is None else shares[cells.even]
        )
        left = np.sort(np.append(cells.odd, cells.even[~answer.done]))
        is_left = np.zeros(block.count, bool)
        is_left[left] = True
        unusual = cells.unusual(STARTS)
        rewritten = unusual[~is_left[unusual]]
        texts = [form.join(neutral_row(row)) for row in cells.read(rewritten)]
        texts += self._by_row(cells.read(left), before, left.tolist(), shares)
        written = self._fragments.written(answer.columns, [cells.lines, text_array(texts)])
        line = np.arange(block.count, dtype=np.int32) * 2 + np.int32(written.first)
        changed = np.append(rewritten, left)
        line[changed] = written.first + len(cells.lines) + np.arange(changed.size)
        return [
            self._joined(written, line[start : start + PART], cells.even, is_left, start)
            for start in range(0, block.count, PART)
        ]

    @staticmethod
    def _joined(written: Written, line: Ids, even: Places, is_left: Flags, start: int) -> Any:
        """Return the bytes of the rows from one on, each its line and then its fragments."""
        chosen = np.empty((line.size, 1 + len(written.places)), np.int32)
        first, past = np.searchsorted(even, (start, start + line.size))
        all_even = past - first == line.size
        rows: Any = slice(None) if all_even else even[first:past] - start
        for place, numbers in enumerate(written.places, 1):
            chosen[rows, place] = numbers[first:past]
        chosen[is_left[start : start + line.size]] = 0  # so are all rows that are not even
        chosen[:, 0] = line
        return take(written.texts, number_array(chosen.reshape(-1))).buffers()[2]

    def _by_row(
        self, rows: list[list[str]], before: int, places: Sequence[int], shares: Any
    ) -> Iterator[str]:
        """Yield rows priced one by one, each a line with its end."""
        priced = self._reading.price_rows(rows, before, places, shares)
        for cells, result in zip(rows, priced, strict=True):
            yield self._form.row(cells, result)
