"""Which lane prices a file: the columnar one for large files of a plain kind, else the Python one.

Both give the same bytes. The columnar lane needs the extra `fast`, and some tenths of a second to
start: below some megabytes the other is done sooner.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from tariffcalc.batch.files import STDOUT
from tariffcalc.batch.inert import neutral_row
from tariffcalc.batch.job import Job, Table
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.progress import Progress
from tariffcalc.batch.text_rows import TextRows
from tariffcalc.batch.writers import CsvWriter, Form, Layout
from tariffcalc.values.issues import InputError, Issue

LARGE = 4_000_000
"""Bytes from which the columnar lane is the faster one."""

NEEDED = ("pyarrow", "numpy")


def is_for(job: Job, table: Table, layout: Layout) -> bool:
    """Whether the columnar lane is to price a file.

    Raises:
        InputError: when it is asked for and the extra is not installed.
    """
    if job.engine == "python":
        return False
    missing = [name for name in NEEDED if find_spec(name) is None]
    if job.engine == "auto":
        is_large = job.invoices != STDOUT and Path(job.invoices).stat().st_size >= LARGE
        return is_large and not missing and not _why_not(job, table, layout)
    if missing:
        message = f"the engine arrow needs {' and '.join(missing)}"
        hint = 'Type: pip install "tariffcalc[fast]"'
        raise InputError([Issue("missing-extra", "error", message, "--engine", hint)])
    why = _why_not(job, table, layout)
    if why:
        _tell(job, why)
    return not why


def price(
    job: Job,
    table: Table,
    pricer: LinePricer,
    layout: Layout,
    file: BinaryIO,
    progress: Progress,
) -> bool:
    """Price a file by the columnar lane; return False, with nothing written, if it does not fit."""
    from tariffcalc.batch.arrow_csv import NotStrict, price_csv

    size = Path(job.invoices).stat().st_size
    header = CsvWriter(layout, file, table.columns.header, pricer.columns)
    try:
        price_csv(
            job.invoices,
            pricer,
            _Headed(header, file),
            delimiter=layout.delimiter,
            first_row=table.rows.row_number(0),
            progress=lambda rows, read: progress.update(rows, read / size),
            keep=neutral_row,
        )
    except NotStrict as error:
        if job.engine == "arrow":
            _tell(job, str(error))
        return False
    header.close()
    return True


class _Headed:
    """A file that gets its header before the first bytes."""

    def __init__(self, header: CsvWriter, file: BinaryIO) -> None:
        self._header = header
        self._file = file

    def write(self, body: bytes) -> int:
        """Write some rows."""
        self._header.close()
        return self._file.write(body)


def _why_not(job: Job, table: Table, layout: Layout) -> str:
    """Return what keeps a file from the columnar lane, in words."""
    rows = table.rows
    if not isinstance(rows, TextRows) or layout.form is not Form.CSV:
        return "it takes CSV to CSV"
    if job.invoices == STDOUT or rows.source.kind != "text" or Path(job.invoices).suffix == ".gz":
        return "it takes plain files"
    if table.groups is not None:
        return "the rows of an ACE report are grouped first"
    if not rows.encoding.startswith("utf-8") or rows.delimiter != layout.delimiter:
        return "it takes UTF-8, and writes the delimiter that it reads"
    return ""


def _tell(job: Job, why: str) -> None:
    if not job.quiet:
        print(f"note: the engine python prices this file: {why}", file=sys.stderr)
