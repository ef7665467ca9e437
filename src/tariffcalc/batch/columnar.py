"""Which lane prices a file: the columnar one for large files of a plain kind, else the Python one.

Both give the same bytes. The columnar lane needs the extra `fast`, and some tenths of a second to
start: below a megabyte the other is done sooner.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing, suppress
from importlib.util import find_spec
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from tariffcalc.batch.crew import Member, most_members, share
from tariffcalc.batch.csv_form import CsvForm
from tariffcalc.batch.job import Job, Table
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.progress import Progress
from tariffcalc.batch.sources import HEAD, STDIN
from tariffcalc.batch.tally import Tally
from tariffcalc.batch.text_rows import TextRows
from tariffcalc.batch.writers import CsvWriter, Form, Layout
from tariffcalc.values.issues import InputError, Issue

if TYPE_CHECKING:
    from tariffcalc.batch.arrow_lines import TextPricer
    from tariffcalc.batch.arrow_table import TablePricer
    from tariffcalc.batch.parquet_rows import ParquetRows

    Pricer = TextPricer | TablePricer

LARGE = 1_000_000
"""Bytes from which the columnar lane is the faster one."""

WORTH_SHARING = {"text": 8_000_000, "parquet": 2_000_000}
"""Bytes from which two processes are done sooner than one: each has to learn the law."""

NEEDED = ("pyarrow", "numpy")

FREED = 33_000_000
"""Bytes: a little less than the 32 MiB up to which the C library of Linux learns to keep memory."""

ADDING_UP = "adding up entries"


def is_for(job: Job, table: Table, layout: Layout) -> bool:
    """Whether the columnar lane is to price a file.

    Raises:
        InputError: when it is asked for and the extra is not installed.
    """
    if job.engine == "python":
        return False
    missing = [name for name in NEEDED if find_spec(name) is None]
    why = _why_not(table, layout)
    if job.engine == "auto":
        return not missing and not why and _is_large(job, table)
    if missing:
        message = f"the engine arrow needs {' and '.join(missing)}"
        hint = 'Type: pip install "tariffcalc[fast]"'
        raise InputError([Issue("missing-extra", "error", message, "--engine", hint)])
    if why:
        _tell(job, why)
    return not why


def price(
    job: Job,
    table: Table,
    pricer: LinePricer,
    layout: Layout,
    file: BinaryIO,
    open_progress: Callable[[str], Progress],
    doing: str = "pricing",
) -> bool:
    """Price a file by the columnar lane; return False, with nothing written, if it does not fit.

    Args:
        job: What is asked for.
        table: The file.
        pricer: For its rows.
        layout: How the output is written.
        file: The output.
        open_progress: Begins to tell how far some work is.
        doing: What the work is called.
    """
    from tariffcalc.batch.arrow_lane import NotForThisLane
    from tariffcalc.batch.arrow_order import THREADS

    _use_memory_again()
    rows = table.rows

    def telling(progress: Progress) -> Callable[[int], None]:
        return lambda done: progress.update(done, rows.share_read())

    try:
        priced = _pricer_for(table, pricer, layout)
        if "entry" in priced.lane.places:
            with closing(open_progress(ADDING_UP)) as progress:
                priced.gather(telling(progress))
    except NotForThisLane as error:
        if job.engine == "arrow":
            _tell(job, str(error))
        pricer.entries = None
        return False
    if layout.form is Form.CSV:
        CsvWriter(layout, file, rows.header, pricer.columns).close()
    size = _members(job, file, layout.form, rows.source.kind)
    if size > 1:
        priced.begin(file)
        file.flush()  # or each of them would write what is held

    def work(member: Member) -> tuple[Tally, list[tuple[int, Any]]]:
        if member.number:
            pricer.tally.clear()
        threads = 1 if member.size > 1 else THREADS
        told = None if member.number else telling(progress)
        written = priced.price(file, member=member, threads=threads, progress=told)
        return pricer.tally, written

    with closing(open_progress(doing)) as progress:
        (_, written), *others = share(work, size)
    for tally, more in others:
        pricer.tally.merge(tally)
        written += more
    priced.finish(file, written)
    return True


def _use_memory_again() -> None:
    """Have freed memory used again by what is priced next: it stays flat, however long a file is.

    The C library of Linux gives an array back at once when it is larger than any freed before (see
    `M_MMAP_THRESHOLD` in mallopt(3)), and asks for the like anew; one that nobody wrote to teaches
    it better, and takes no memory. PyArrow's own pool is to keep nothing: NumPy could not use it.
    """
    import numpy as np
    import pyarrow as pa  # type: ignore[import-untyped]  # has no types

    np.empty(FREED, np.uint8)
    with suppress(NotImplementedError):  # PyArrow was built without it
        pa.set_memory_pool(pa.jemalloc_memory_pool())
        pa.jemalloc_set_decay_ms(0)


def _pricer_for(table: Table, pricer: LinePricer, layout: Layout) -> Pricer:
    """Return what prices a file of one kind into a file of another.

    Raises:
        NotForThisLane: when the Python lane must do it.
    """
    rows = table.rows
    if layout.form is Form.CSV:
        from tariffcalc.batch.arrow_csv import CsvPricer

        form = CsvForm(layout.delimiter, layout.line_end, len(rows.header))
        return CsvPricer(rows, pricer, form)
    if layout.form is Form.JSONL:
        from tariffcalc.batch.arrow_json import JsonPricer

        return JsonPricer(rows, pricer)
    if isinstance(rows, TextRows):
        from tariffcalc.batch.arrow_csv_table import CsvTablePricer

        return CsvTablePricer(rows, pricer)
    from tariffcalc.batch.arrow_parquet import ParquetPricer

    return ParquetPricer(cast("ParquetRows", rows), pricer)


def _members(job: Job, file: BinaryIO, form: Form, kind: str) -> int:
    """Return how many processes are to price a file.

    Each of them reads the file from its beginning, and all write to one: neither may be a stream
    that one process keeps the state of, as gzip does. Of Parquet they must know how far it goes.
    """
    if job.invoices == STDIN or not isinstance(getattr(file, "raw", None), FileIO):
        return 1
    if form is Form.PARQUET and not file.seekable():
        return 1
    source = Path(job.invoices)
    is_worth_it = source.is_file() and source.stat().st_size >= WORTH_SHARING[kind]
    return most_members() if is_worth_it else 1


def _is_large(job: Job, table: Table) -> bool:
    """Whether a file has a megabyte; one that does not tell its size is taken to have it."""
    source = table.rows.source
    if source.kind == "parquet":
        return True  # PyArrow is at work already
    if len(source.head) < HEAD:
        return False
    path = Path(job.invoices)
    is_told = job.invoices != STDIN and path.is_file() and path.suffix.lower() != ".gz"
    return not is_told or path.stat().st_size >= LARGE


def _why_not(table: Table, layout: Layout) -> str:
    """Return what keeps a file from the columnar lane, in words."""
    kind, form = table.rows.source.kind, layout.form
    if kind not in ("text", "parquet") or form is Form.XLSX:
        return "the engine arrow neither reads nor writes XLSX"
    if table.groups is not None:
        return "the rows of an ACE report are grouped one by one"
    if (kind, form) == ("text", Form.CSV) and table.rows.delimiter != layout.delimiter:
        return "the engine arrow writes the delimiter that it reads"
    return ""


def _tell(job: Job, why: str) -> None:
    if not job.quiet:
        print(f"note: the engine python prices this file: {why}", file=sys.stderr)
