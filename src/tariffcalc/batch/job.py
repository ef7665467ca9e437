"""A job: which file to price, how to read it, and where the answer goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from tariffcalc.batch.cells import CellReader
from tariffcalc.batch.columns import ColumnMap, Defaults, map_columns
from tariffcalc.batch.declared import LineReader
from tariffcalc.batch.es003 import Groups, group_rows
from tariffcalc.batch.files import STDOUT, check_target
from tariffcalc.batch.header_row import say_header
from tariffcalc.batch.names import FLAGS
from tariffcalc.batch.readers import Rows, open_rows
from tariffcalc.batch.result import Options
from tariffcalc.library import Catalogue
from tariffcalc.values.issues import InputError, Issue

Engine = Literal["auto", "python", "arrow"]
SUMMARIES = (".json", ".md")


class Job(NamedTuple):
    """What is asked for.

    Attributes:
        invoices: The file to price, or `-` for stdin.
        output: Where the rows go, or `-` for stdout.
        defaults: What holds for rows that say nothing of it.
        chosen: Field to header, as the user said.
        options: The law and the rates.
        spreads: Whether each measure that occurs gets a column of its own.
        form: Of the output, where its ending does not say.
        summary: File for the summary.
        force: Whether files may be replaced.
        strict: Whether one row that failed keeps all from being written.
    """

    invoices: str
    output: str = STDOUT
    defaults: Defaults = Defaults()
    chosen: Mapping[str, str] = MappingProxyType({})
    date_format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal_comma: bool | None = None
    sheet: str | None = None
    options: Options = Options()
    spreads: bool = False
    form: str | None = None
    summary: str | None = None
    force: bool = False
    strict: bool = False
    quiet: bool = False
    engine: Engine = "auto"


@dataclass(slots=True)
class Table:
    """The file of a job, opened, its columns understood.

    Attributes:
        groups: How the rows of an ACE report are grouped; None for any other file.
    """

    rows: Rows
    columns: ColumnMap
    cells: CellReader
    groups: Groups | None = None


def check_targets(job: Job) -> None:
    """Refuse places where the answer cannot go, before any work is done.

    Raises:
        InputError: as `check_target` does, and for a summary of no known form.
    """
    check_target(job.output, job.force, [job.invoices])
    if job.summary is None:
        return
    if Path(job.summary).suffix.lower() not in SUMMARIES:
        message = "is no name for a summary"
        hint = f"Let it end in {' or '.join(SUMMARIES)}."
        raise InputError([Issue("unknown-ending", "error", message, job.summary, hint)])
    check_target(job.summary, job.force, [job.invoices, job.output])


def open_table(job: Job, catalogue: Catalogue) -> Table:
    """Open the file of a job and find out which column is which field.

    Raises:
        InputError: when it cannot be read, when fields are missing, and for defaults that are
            nothing of their kind.
    """
    rows = open_rows(
        job.invoices,
        delimiter=job.delimiter,
        encoding=job.encoding,
        sheet=job.sheet,
        decimal_comma=job.decimal_comma,
    )
    try:
        columns = map_columns(rows.header, job.chosen, job.defaults)
    except InputError as error:
        raise say_header(rows, job.chosen, error) from None
    if job.options.rates is not None and "shipped_date" not in columns.places:
        message = "no column: rates of exchange are those of the entry date"
        note = Issue("default", "info", message, "shipped_date")
        columns = columns._replace(notes=(*columns.notes, note))
    comma = job.decimal_comma
    if comma is None and rows.delimiter != ";":
        comma = False  # spreadsheets write semicolons where they write a comma before the cents
    date_format = job.date_format or columns.date_format
    cells = CellReader(catalogue.store, date_format, comma, columns.kinds, rows.day_0)
    reader = LineReader(catalogue.store, columns, columns.defaults, cells)
    issues = [
        Issue(error.code, "error", error.message, FLAGS[error.field])
        for error in reader.faulty_defaults()
    ]
    if issues:
        raise InputError(issues)
    return Table(rows, columns, cells)


def group_report(table: Table) -> None:
    """Find out which rows of an ACE report belong to which line, in a pass of its own."""
    if table.columns.report == "es003":
        table.groups = group_rows(table.rows.reopen(), table.columns, table.cells)
