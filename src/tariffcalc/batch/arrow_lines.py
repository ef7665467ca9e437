"""A file priced in blocks by the columnar lane, and written as lines of text in its order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

from tariffcalc.batch.arrow_blocks import Block
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.arrow_reading import CsvReading
from tariffcalc.batch.crew import ALONE, Member
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.rows import Rows


class TextPricer(ABC):
    """Prices the rows of a file, which go to lines of text with what they owe."""

    def __init__(self, rows: Rows, pricer: LinePricer, delimiter: str) -> None:
        """Make ready for a file.

        Args:
            rows: The file.
            pricer: For its rows.
            delimiter: As in `CsvReading`.

        Raises:
            NotForThisLane: when the Python lane must price the file.
        """
        self.lane = ArrowLane(pricer)
        self.reading = CsvReading(rows, self.lane, delimiter)
        self._begun = 0

    @abstractmethod
    def print(self, before: int, block: Block) -> Iterable[Any]:
        """Return the bytes of a block that has some rows before it, in parts."""

    @abstractmethod
    def line(self, cells: Sequence[str], result: Sequence[str]) -> str:
        """Return the line of a row that was priced alone, with its end."""

    def gather(self, progress: Callable[[int], None]) -> None:
        """Add up the entries of the file; see `CsvReading.gather`."""
        self.reading.gather(progress)

    def begin(self, out: BinaryIO) -> None:
        """Price the first block; processes that are forked afterwards know what it teaches."""
        for before, block in islice(self.reading.blocks(), 1):
            out.writelines(self.print(before, block))
            self._begun = 1
        self.lane.close()

    def price(
        self,
        out: BinaryIO,
        *,
        member: Member = ALONE,
        threads: int = THREADS,
        progress: Callable[[int], None] | None = None,
    ) -> list[tuple[int, Any]]:
        """Write the priced rows, which is all: nothing is returned for `finish`.

        A header is for the caller to write. Sums are in the tally of the pricer afterwards, as far
        as this process has priced.

        Args:
            out: Where they go.
            member: Which of the blocks are for this process.
            threads: Blocks priced at once in it.
            progress: Called with the number of rows done so far, after each block.
        """
        tasks = member.own(islice(self.reading.blocks(), self._begun, None))
        for done, parts in member.in_order(in_order(self._print, tasks, threads)):
            out.writelines(parts)
            if member.size > 1:
                out.flush()
            if progress is not None:
                progress(done)
        self.lane.close()
        return []

    def finish(self, out: BinaryIO, written: list[tuple[int, Any]]) -> None:
        """End the file, which text just does."""
        self.lane.let_go()

    def by_row(
        self, rows: list[list[str]], before: int, places: Sequence[int], shares: Any
    ) -> Iterator[str]:
        """Yield the lines of rows priced one by one; arguments as in `CsvReading.price_rows`."""
        priced = self.reading.price_rows(rows, before, places, shares)
        yield from map(self.line, rows, priced)

    def _print(self, task: tuple[int, tuple[int, Block]]) -> tuple[int, tuple[int, list[Any]]]:
        """Return the number of a task, how many rows are done with its block, and its bytes."""
        number, (before, block) = task
        return number, (before + block.count, [*self.print(before, block)])
