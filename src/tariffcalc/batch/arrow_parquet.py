"""A Parquet file priced in row groups by the columnar lane: the user's columns keep their types.

Every row group that is written has a writer of its own, so that processes may write to one file
in turn. What each writer says of its group is put together at the end of the file.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import compress
from typing import Any, BinaryIO

import pyarrow as pa  # type: ignore[import-untyped]  # has no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # has no types

from tariffcalc.batch.arrow_batch import learn, price_columns, weigh_batch
from tariffcalc.batch.arrow_gather import Gathering
from tariffcalc.batch.arrow_lane import ArrowLane
from tariffcalc.batch.arrow_order import THREADS, in_order
from tariffcalc.batch.arrow_readings import KEYS
from tariffcalc.batch.crew import ALONE, Member
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.parquet_rows import ParquetRows, batches_of
from tariffcalc.batch.writers import unique_names

BATCH = 24_576
"""Rows priced at once."""

GROUP = 2
"""Batches of a row group that is written."""

TOGETHER = BATCH * GROUP
"""Values encoded at once: PyArrow's own measure, a thousand, is slower."""

FIRST = 8_192
"""Rows by which a file is looked at before any is priced."""

MARK = b"PAR1"
"""Begins and ends a Parquet file."""

SKIPPED = bytes(1 << 26)
"""Nothing, of which nobody reads: it takes no memory."""


class ParquetPricer:
    """Prices the rows of a Parquet file."""

    def __init__(self, rows: ParquetRows, pricer: LinePricer) -> None:
        """Look at the first rows.

        Raises:
            NotForThisLane: when the Python lane must price the file.
        """
        self.lane = ArrowLane(pricer)
        self._rows = rows
        with rows.told(), rows.source.open_file() as source:
            file = pq.ParquetFile(source)
            self._metadata, self._own = file.metadata, file.schema_arrow
            first = next(batches_of(file, FIRST), None)
        self._first = self._nothing() if first is None else first
        self._alike = [_are_alike(column) for column in self._first.columns]
        keys = {self.lane.places[name] for name in KEYS if name in self.lane.places}
        self._encoded = [
            name
            for place, name in enumerate(rows.header)
            if place in keys and self._alike[place] and _is_text(self._own.types[place])
        ]
        self._names = unique_names([*rows.header, *pricer.columns])
        self._start = 0

    def _nothing(self) -> Any:
        """Return a batch without rows."""
        nothing = [pa.nulls(0, kind) for kind in self._own.types]
        return pa.RecordBatch.from_arrays(nothing, schema=self._own)

    def gather(self, progress: Callable[[int], None]) -> None:
        """Add up the entries of the file, in a pass of its own.

        Raises:
            NotForThisLane: when their values are too large for this lane.
        """
        gathering = Gathering(self.lane)
        with self._rows.told():
            source = self._rows.source.open_file()
            file = pq.ParquetFile(source, metadata=self._metadata, read_dictionary=self._encoded)
        with source:
            weighed = in_order(
                lambda task: weigh_batch(task[1], gathering, self.lane),
                self._batches(file),
                THREADS,
            )
            self.lane.shares = gathering.shares(weighed, progress)

    def begin(self, out: BinaryIO) -> None:
        """Learn from the first rows; processes that are forked afterwards know what they teach."""
        self._start = out.tell()
        learn(self._first, self.lane)

    def price(
        self,
        out: BinaryIO,
        *,
        member: Member = ALONE,
        threads: int = THREADS,
        progress: Callable[[int], None] | None = None,
    ) -> list[tuple[int, Any]]:
        """Write the row groups that are for this process; return their numbers and what they hold.

        What the result leaves blank is null. Sums are in the tally of the pricer afterwards, as
        far as this process has priced.

        Args:
            out: Where they go.
            member: Which of the groups are for this process.
            threads: Groups priced at once in it.
            progress: Called with the number of rows done so far, after each group.
        """
        written: list[tuple[int, Any]] = []
        groups = Groups(out, self._start if member.size > 1 else None)
        with self._rows.told():
            source = self._rows.source.open_file()
            file = pq.ParquetFile(source, metadata=self._metadata, read_dictionary=self._encoded)
        with source:
            tasks = member.own(_cut(self._batches(file)))
            for number, done, table in member.in_order(in_order(self._price, tasks, threads)):
                written.append((number, groups.write(table, self._options(table.schema))))
                if progress is not None:
                    progress(done)
        self.lane.close()
        return written

    def finish(self, out: BinaryIO, written: list[tuple[int, Any]]) -> None:
        """Write the end of the file, from what `price` returned in all processes."""
        if written:
            (_, whole), *others = sorted(written, key=lambda group: group[0])
            for _, group in others:
                whole.append_row_groups(group)
            end = BytesIO()
            whole.write_metadata_file(end)
            out.write(end.getvalue().removeprefix(MARK))
        else:
            table = pa.Table.from_batches([self._answer(0, self._nothing())])
            _open_writer(out, self._options(table.schema)).close()
        self.lane.let_go()

    def _price(self, task: tuple[int, list[tuple[int, Any]]]) -> tuple[int, tuple[int, int, Any]]:
        """Return the number of a task, and with it how many rows are then done, and its table."""
        number, batches = task
        answers = [self._answer(before, batch) for before, batch in batches]
        before, last = batches[-1]
        table = pa.Table.from_batches(answers).unify_dictionaries()
        return number, (number, before + len(last), table)

    def _answer(self, before: int, batch: Any) -> Any:
        priced = price_columns(batch, self.lane, before, self._rows.row_number(before))
        return pa.RecordBatch.from_arrays([*batch.columns, *priced], self._names)

    def _batches(self, file: Any) -> Iterator[tuple[int, Any]]:
        """Yield batches of the file, each with the number of rows before it.

        PyArrow ends one where the dictionary of a column or a row group ends.
        """
        held: list[Any] = []
        before = 0
        batches = batches_of(file, BATCH)
        while True:
            with self._rows.told():
                batch = next(batches, None)
            size = sum(map(len, held))
            if held and (batch is None or size + len(batch) > BATCH):
                yield before, pa.Table.from_batches(held).combine_chunks().to_batches()[0]
                before += size
                held.clear()
            if batch is None:
                return
            held.append(batch)

    def _options(self, schema: Any) -> dict[str, Any]:
        """Return how tables of a schema are written.

        Words are written by their dictionaries, yet readers find text: so says the schema beside
        them.
        """
        names, priced = schema.names, schema.types[len(self._own) :]
        kinds = self._own.types + [_stored(kind) for kind in priced]
        stored = pa.schema(list(zip(names, kinds, strict=True))).serialize()
        # Amounts are seldom alike: a dictionary of them is given up after much work. The least and
        # the greatest of texts say nothing.
        alike = self._alike + [pa.types.is_dictionary(kind) for kind in priced]
        return {
            "schema": schema,
            "use_dictionary": list(compress(names, alike)),
            "write_statistics": list(compress(names, (not _is_text(k) for k in self._own.types))),
            "told": {"ARROW:schema": b64encode(stored)},
        }


class Groups:
    """The row groups of a file, each written by a writer of its own where the last one ended."""

    def __init__(self, out: BinaryIO, start: int | None = None) -> None:
        """Begin with none.

        Args:
            out: The file.
            start: Where it began, when other processes write to it too. None: only this one does.
        """
        self._out = out
        self._start = start
        self._end = 0

    def write(self, table: Any, options: dict[str, Any]) -> Any:
        """Write a table as a row group, and return what a Parquet file says of it at its end."""
        if self._start is not None:
            self._end = os.lseek(self._out.fileno(), 0, os.SEEK_CUR) - self._start
        if not self._end:
            self._end = self._out.write(MARK)
        part = _Part(self._out)
        stream = pa.PythonFile(part, "w")
        told: list[Any] = []
        writer = _open_writer(stream, options, told)
        # It has written its mark, and counts on from there: let it count what lies before.
        for first in range(len(MARK), self._end, len(SKIPPED)):
            stream.write(memoryview(SKIPPED)[: self._end - first])
        part.is_wanted = True
        writer.write_table(table)
        part.is_wanted = False
        writer.close()
        self._end += part.size
        if self._start is not None:
            self._out.flush()
        return told[0]


class _Part:
    """The bytes that a writer writes between its mark and its end; the others are let go."""

    closed = False

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.is_wanted = False
        self.size = 0

    def write(self, data: Any) -> int:
        if self.is_wanted:
            self._out.write(data)
            self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: `Groups` does it."""

    def close(self) -> None:
        """Leave the file open for the next group."""


def _open_writer(out: Any, options: dict[str, Any], told: list[Any] | None = None) -> Any:
    writer = pq.ParquetWriter(
        out, options["schema"], use_dictionary=options["use_dictionary"],
        write_statistics=options["write_statistics"], store_schema=False, metadata_collector=told,
        write_batch_size=TOGETHER,
    )  # fmt: skip
    writer.add_key_value_metadata(options["told"])
    return writer


def _cut(batches: Iterator[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    """Yield batches together that make one row group."""
    held: list[tuple[int, Any]] = []
    for batch in batches:
        held.append(batch)
        if len(held) == GROUP:
            yield held
            held = []
    if held:
        yield held


def _are_alike(column: Any) -> bool:
    """Whether few texts of a column differ, by its first rows."""
    return not _is_text(column.type) or len(column.unique()) * 2 < len(column)


def _stored(kind: Any) -> Any:
    return pa.string() if pa.types.is_dictionary(kind) else kind


def _is_text(kind: Any) -> bool:
    return kind in (pa.string(), pa.large_string())
