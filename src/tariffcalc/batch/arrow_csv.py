"""A file priced in blocks of some megabytes by the columnar lane, and written as CSV.

**How the user's cells are written** is the rule of `CsvForm`, in both lanes: with minimal quoting,
formulas made inert. A line that has quotes where they must be, and no others, and no cell that
begins with one of `STARTS`, stands so already, and is copied byte for byte; any other line is read
and written again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tariffcalc.batch.arrow_arrays import number_array, text_array
from tariffcalc.batch.arrow_blocks import Block, Places
from tariffcalc.batch.arrow_calls import take
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_lane import NotForThisLane
from tariffcalc.batch.arrow_lines import TextPricer
from tariffcalc.batch.arrow_tables import Ids
from tariffcalc.batch.arrow_text import Fragments, Written
from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.inert import STARTS, neutral_row
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.printer import MARKS
from tariffcalc.batch.rows import Rows

PART = 1 << 13
"""Rows that are put together at once: their fragments by number take much more room than text."""


class CsvPricer(TextPricer):
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
        if form.delimiter not in MARKS:
            raise NotForThisLane("its amounts may hold the delimiter, and it quotes none of them")
        super().__init__(rows, pricer, form.delimiter)
        self._form = form
        self._fragments = Fragments(form.delimiter, form.line_end, form.join)

    def line(self, cells: Sequence[str], result: Sequence[str]) -> str:
        """Return the line of a row that was priced alone, with its end."""
        return self._form.row(cells, result)

    def print(self, before: int, block: Block) -> list[Any]:
        """Return the bytes of a block that has some rows before it, in parts."""
        shares = self.lane.shares_of(before, block.count)
        if block.rows is not None:
            places = range(block.count)
            return ["".join(self.by_row(block.rows, before, places, shares)).encode()]
        form, lane = self._form, self.lane
        cells = self.reading.cells(block)
        answer = lane.answer(
            cells.columns(lane.places), None if shares is None else shares[cells.even]
        )
        left = np.sort(np.append(cells.odd, cells.even[~answer.done]))
        is_left = np.zeros(block.count, bool)
        is_left[left] = True
        unusual = cells.unusual(STARTS)
        rewritten = unusual[~is_left[unusual]]
        texts = [form.join(neutral_row(row)) for row in cells.read(rewritten)]
        texts += self.by_row(cells.read(left), before, left.tolist(), shares)
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
