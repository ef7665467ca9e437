"""A Parquet file priced in row groups by the columnar lane: the user's columns keep their types.

To take a file apart is a good part of the work, so each process reads row groups of its own. It
writes what comes of them when it is ready: the end of the file says in which order they follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_batch import learn, price_columns, weigh_batch
from tariffcalc.batch.arrow_gather import Gathering
from tariffcalc.batch.arrow_groups import GROUP, TableWriter, are_alike, cut_groups, is_text
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.arrow_readings import KEYS
from tariffcalc.batch.arrow_table import Piece, TablePricer
from tariffcalc.batch.crew import Member
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.parquet_batches import (
    ParquetBatches,
    has_deltas,
    sound_batches,
    text_bytes,
)
from tariffcalc.batch.parquet_rows import ParquetRows
from tariffcalc.batch.writers import unique_names

BATCH = 40_960
"""Rows priced at once: enough for a row group, so that there is little to put together."""

FIRST = 8_192
"""Rows by which a file is looked at before any is priced."""


class Run(NamedTuple):
    """Row groups of the file that are read together.

    Attributes:
        groups: Their numbers.
        before: How many rows are before them.
        rows: How many they have.
    """

    groups: range
    before: int
    rows: int


class ParquetPricer(TablePricer):
    """Prices the rows of a Parquet file."""

    def __init__(self, rows: ParquetRows, pricer: LinePricer) -> None:
        """Look at the first rows.

        Raises:
            NotForThisLane: when the Python lane must price the file.
        """
        lane = ArrowLane(pricer)
        self._rows = rows
        with rows.open() as file:
            self._metadata, self._own = file.metadata, file.schema
            first = next(sound_batches(rows, file.of(FIRST), FIRST), None)
        self._first = self.nothing() if first is None else first
        alike = [are_alike(column) for column in self._first.columns]
        super().__init__(lane, TableWriter(self._own.types, alike))
        keys = {lane.places[name] for name in KEYS if name in lane.places}
        self._encoded = [
            name
            for place, name in enumerate(rows.header)
            if place in keys
            and alike[place]
            and is_text(self._own.types[place])
            and not has_deltas(self._metadata, place)
        ]
        self._names = unique_names([*rows.header, *pricer.columns])

    def nothing(self) -> Any:
        """Return a batch without rows."""
        nothing = [pa.nulls(0, kind) for kind in self._own.types]
        return pa.RecordBatch.from_arrays(nothing, schema=self._own)

    def gather(self, progress: Callable[[int], None]) -> None:
        """Add up the entries of the file, in a pass of its own.

        Raises:
            NotForThisLane: when their values are too large for this lane.
        """
        gathering = Gathering(self.lane)
        with self._rows.open(self._metadata, self._encoded) as file:
            weighed = in_order(
                lambda task: weigh_batch(task[1], gathering, self.lane),
                self._batches(file, _whole(self._metadata)),
                THREADS,
            )
            self.lane.shares = gathering.shares(weighed, progress)

    def learn(self) -> None:
        """Find what the first rows stand for."""
        learn(self._first, self.lane)

    def tasks(self, member: Member) -> Iterator[list[Piece]]:
        """Yield the batches that a process is to price, those of a row group together.

        The last of the runs are shared out more finely, so that all are done at about one time.
        """
        runs, rest = _share_out(self._metadata) if member.size > 1 else ([], _whole(self._metadata))
        with self._rows.open(self._metadata, self._encoded) as file:
            pieces: Iterable[Run | list[Piece]]
            pieces = chain(runs, cut_groups(self._batches(file, rest), _size))
            for _, piece in member.own(pieces):
                if isinstance(piece, Run):
                    yield from cut_groups(self._batches(file, piece), _size)
                else:
                    yield piece

    def table(self, before: int, piece: Any) -> Any:
        """Return the table of a batch that has some rows before it."""
        priced = price_columns(piece, self.lane, before, self._rows.row_number(before))
        return pa.table([*piece.columns, *priced], self._names)

    def _batches(self, file: ParquetBatches, run: Run) -> Iterator[Piece]:
        """Yield batches of a run, each with the number of rows before it."""
        before = run.before
        for batch in sound_batches(self._rows, file.of(BATCH, run.groups), BATCH):
            yield before, batch
            before += len(batch)


def _size(piece: Piece) -> tuple[int, int]:
    _, batch = piece
    return len(batch), text_bytes(batch)


def _whole(metadata: Any) -> Run:
    """Return all row groups of a file."""
    return Run(range(metadata.num_row_groups), 0, metadata.num_rows)


def _share_out(metadata: Any) -> tuple[list[Run], Run]:
    """Return runs that are worth reading alone, and the rest, as long as the longest of them."""
    runs = [Run(range(0), 0, 0)]
    for group in range(metadata.num_row_groups):
        (groups, before, rows), more = runs[-1], metadata.row_group(group).num_rows
        if rows < GROUP:
            runs[-1] = Run(range(groups.start, group + 1), before, rows + more)
        else:
            runs.append(Run(range(group, group + 1), before + rows, more))
    rest = runs.pop()
    while runs and rest.rows < max(run.rows for run in runs):
        last = runs.pop()
        groups = range(last.groups.start, rest.groups.stop)
        rest = Run(groups, last.before, last.rows + rest.rows)
    return runs, rest
