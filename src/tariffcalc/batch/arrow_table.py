"""A file priced in pieces by the columnar lane, and written as Parquet."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_groups import TableWriter
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.crew import ALONE, Member

Piece = tuple[int, Any]
"""Rows that are priced together, and how many are before them."""


class TablePricer(ABC):
    """Prices the rows of a file, which go to Parquet with what they owe."""

    def __init__(self, lane: ArrowLane, writer: TableWriter) -> None:
        self.lane = lane
        self._writer = writer

    @abstractmethod
    def tasks(self, member: Member) -> Iterator[list[Piece]]:
        """Yield the pieces that a process is to price, those of a row group together."""

    @abstractmethod
    def table(self, before: int, piece: Any) -> Any:
        """Return the table of a piece that has some rows before it."""

    @abstractmethod
    def nothing(self) -> Any:
        """Return a piece without rows."""

    @abstractmethod
    def gather(self, progress: Callable[[int], None]) -> None:
        """Add up the entries of the file, in a pass of its own.

        Raises:
            NotForThisLane: when their values are too large for this lane.
        """

    @abstractmethod
    def learn(self) -> None:
        """Find what the first rows stand for."""

    def begin(self, out: BinaryIO) -> None:
        """Learn from the first rows; processes that are forked afterwards know what they teach."""
        self._writer.begin(out)
        self.learn()

    def price(
        self,
        out: BinaryIO,
        *,
        member: Member = ALONE,
        threads: int = THREADS,
        progress: Callable[[int], None] | None = None,
    ) -> list[tuple[int, Any]]:
        """Write the row groups that are for this process; return what each holds.

        With it goes the number of rows before it, by which the end of the file is put in order.
        Sums are in the tally of the pricer afterwards, as far as this process has priced.

        Args:
            out: Where they go.
            member: Which of the row groups are for this process.
            threads: Groups priced at once in it.
            progress: Called with the number of rows done so far, after each group.
        """
        priced = in_order(self._price, self.tasks(member), threads)
        written = self._writer.write(out, priced, member, progress)
        self.lane.close()
        return written

    def finish(self, out: BinaryIO, written: list[tuple[int, Any]]) -> None:
        """Write the end of the file, from what `price` returned in all processes."""
        self._writer.finish(out, written, lambda: self.table(0, self.nothing()))
        self.lane.let_go()

    def _price(self, pieces: list[Piece]) -> tuple[int, Any]:
        """Return how many rows are before some pieces, and the table that comes of them."""
        tables = [self.table(before, piece) for before, piece in pieces]
        return pieces[0][0], pa.concat_tables(tables).unify_dictionaries()
