"""Rows in, priced rows out: the passes over a file, one lane or the other, and the summary."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from tariffcalc.batch import columnar, summary
from tariffcalc.batch.dry_run import DryRun, dry_run
from tariffcalc.batch.entries import gather_entries
from tariffcalc.batch.files import STDOUT, open_whole
from tariffcalc.batch.job import Job, Table, check_targets, group_report, open_table
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.progress import Progress, open_progress
from tariffcalc.batch.result import Charges, warn_first
from tariffcalc.batch.stops import catch_stops
from tariffcalc.batch.writers import (
    CsvWriter,
    Form,
    Layout,
    Writer,
    check_extra,
    choose_layout,
    note_of,
    open_writer,
    zipped,
)
from tariffcalc.library import Catalogue
from tariffcalc.values.issues import Issue

STEP = 2048
"""Rows between two looks at the clock."""

OpenProgress = Callable[[str], Progress]
"""Begins to tell how far some work is."""


class Outcome(NamedTuple):
    """What came of a job.

    Attributes:
        summary: As plain data.
        failed: Rows that could not be priced.
    """

    summary: dict[str, Any]
    failed: int


def look(job: Job, catalogue: Catalogue) -> DryRun:
    """Return how a file is understood. Nothing is priced and nothing written.

    Raises:
        InputError: when the file cannot be read, or fields are missing.
    """
    table = open_table(job, catalogue)
    group_report(table)
    rows = table.rows if table.groups is None else table.rows.reopen()
    law = catalogue.law(job.options.known_on, job.options.assume).sheets
    rates, groups = job.options.rates, table.groups
    return dry_run(rows, table.columns, table.cells, law, rates=rates, groups=groups)


def price_file(job: Job, catalogue: Catalogue) -> Outcome:
    """Price a file: every row once, in order, in a file that appears whole or not at all.

    Raises:
        InputError: when the input cannot be understood or the output cannot be written; `Stopped`
            on a signal. Either way what stood under the output's name is left as it was.
    """
    check_targets(job)
    began = time.monotonic()
    with catch_stops():  # standard input may be waited for
        table = open_table(job, catalogue)
        layout = _layout(job, table)
        check_extra(layout.form)
        _say([*table.columns.notes, *note_of(job.output, layout)], job.quiet)
    with ExitStack() as opened:
        saved = None  # opened first: that it cannot be written is told before any work is done
        if job.summary is not None:
            saved = opened.enter_context(open_whole(job.summary, force=job.force))
        with open_whole(job.output, force=job.force, hold=job.strict) as output:
            pricer = _prepare(job, table, catalogue, layout)
            progress = partial(_progress, job)
            engine = _write(job, table, pricer, layout, output.file, progress)
            tally = pricer.tally
            failed = tally.statuses["error"]
            if failed and job.strict:
                output.discard()
            if saved is not None:
                saved.hold()
        _say(table.rows.notes, job.quiet)
        run = summary.Run(
            table.rows.name,
            "" if failed and job.strict else "stdout" if job.output == STDOUT else job.output,
            catalogue.edition,
            str(job.options.known_on),
            job.options.assume,
            engine,
            time.monotonic() - began,
        )
        told = summary.summarise(run, tally)
        if not job.quiet:
            sys.stderr.write(summary.as_text(told))
        if job.summary is not None and saved is not None:
            as_ = summary.as_json if job.summary.lower().endswith(".json") else summary.as_markdown
            saved.file.write(as_(told).encode("utf-8", "backslashreplace"))  # a name may be no text
    return Outcome(told, failed)


def _layout(job: Job, table: Table) -> Layout:
    """Return how the output is written: as the input, where both are CSV."""
    rows = table.rows
    # Whatever is not plain UTF-8 comes from a spreadsheet, which knows UTF-8 by its mark only.
    marked = rows.encoding != "utf-8" or any(note.code == "encoding" for note in rows.notes)
    layout = choose_layout(job.output, job.form, rows.delimiter, rows.raw_ends, marked)
    return layout._replace(is_ragged=rows.source.kind != "parquet")


def _say(notes: Iterable[Issue], quiet: bool) -> None:
    for note in () if quiet else notes:
        word = "note" if note.severity == "info" else note.severity
        print(f"{word}: {note}", file=sys.stderr)


def _prepare(job: Job, table: Table, catalogue: Catalogue, layout: Layout) -> LinePricer:
    """Make the passes that must come before pricing, and return the pricer."""
    group_report(table)
    charges: Charges = "compact"
    if job.spreads:
        charges = _find_measures(job, table, catalogue, layout)
    return _pricer(job, table, catalogue, charges)


def _pricer(job: Job, table: Table, catalogue: Catalogue, charges: Charges) -> LinePricer:
    options, columns = job.options, table.columns
    return LinePricer(
        catalogue, columns, columns.defaults, table.cells,
        known_on=options.known_on, assume=options.assume, rates=options.rates, charges=charges,
    )  # fmt: skip


def _find_measures(job: Job, table: Table, catalogue: Catalogue, layout: Layout) -> tuple[str, ...]:
    """Return the measures that charge some line of the file, by name: all are priced for it."""
    pricer = _pricer(job, table, catalogue, "compact")
    layout = layout._replace(form=Form.CSV, is_zipped=False)
    table.rows.reopen()
    with Path(os.devnull).open("wb") as nowhere:
        # Quiet: what is to be said of the file is said when it is priced in earnest.
        hushed, progress = job._replace(quiet=True), partial(_progress, job)
        _write(hushed, table, pricer, layout, nowhere, progress, "looking for measures")
    return tuple(sorted(pricer.tally.charged))


def _gather(table: Table, pricer: LinePricer, progress: OpenProgress) -> None:
    """Add up the entries of a file, those with rows of a report that are in no line noted."""
    with closing(progress(columnar.ADDING_UP)) as told:
        entries = gather_entries(_lines(table, told), pricer)
    for number in table.groups.unread if table.groups else ():
        entries.add_unread(number)


def _lines(table: Table, progress: Progress) -> Iterator[Sequence[str]]:
    """Yield the rows that are priced, for a pass before the last."""
    groups, rows = table.groups, table.rows.reopen()
    for index, row in enumerate(rows):
        if not index % STEP:
            progress.update(index, rows.share_read())
        cells = row if groups is None else groups.cells(index, row)
        if cells is not None:
            yield cells


def _progress(job: Job, doing: str) -> Progress:
    """Return what tells how far the work is; no bar where rows go to the same terminal."""
    return open_progress(doing, job.quiet or (job.output == STDOUT and sys.stdout.isatty()))


def _write(
    job: Job,
    table: Table,
    pricer: LinePricer,
    layout: Layout,
    file: BinaryIO,
    progress: OpenProgress,
    doing: str = "pricing",
) -> str:
    """Price all rows into a file; return the engine that did it.

    Args:
        job: What is asked for.
        table: The file.
        pricer: For its rows.
        layout: How the output is written.
        file: The output.
        progress: Begins to tell how far some work is.
        doing: What the work is called.
    """
    with zipped(file, layout.is_zipped) as packed:
        if columnar.is_for(job, table, layout) and columnar.price(
            job, table, pricer, layout, packed, progress, doing
        ):
            return "arrow"
        if (table.rows.source.kind, layout.form) == ("parquet", Form.PARQUET):
            message = "its columns become text, as the engine python writes them"
            _say([Issue("columns-as-text", "info", message, table.rows.name)], job.quiet)
        if "entry" in table.columns.places:
            _gather(table, pricer, progress)
        writer = open_writer(layout, packed, table.columns.header, pricer.columns)
        try:
            with closing(progress(doing)) as told:
                _write_rows(table, pricer, writer, told)
        except BaseException:
            writer.drop()
            raise
        writer.close()
    return "python"


def _write_rows(table: Table, pricer: LinePricer, writer: Writer, progress: Progress) -> None:
    """Price the rows of a file in the Python lane."""
    groups, rows, first = table.groups, table.rows, table.rows.row_number(0)
    if isinstance(writer, CsvWriter) and groups is None:
        printer, done = pricer.printer(writer.form), 0
        for block in rows.blocks(writer.form):
            lines = printer.print(block, first + done)
            writer.write_lines(lines)
            done += len(lines)
            progress.update(done, rows.share_read())
        return
    price, write = pricer.price, writer.write
    for index, row in enumerate(rows):
        if not index % STEP:
            progress.update(index, rows.share_read())
        if groups is None:
            write(row, price(row, first + index))
            continue
        cells, fault = groups.cells(index, row), groups.fault(index)
        if cells is not None:
            priced, said = price(cells, first + index), groups.said(index)
            write(row, priced if said is None else warn_first(priced, said))
        elif fault is not None:
            write(row, pricer.refuse(fault, first + index))
        else:
            write(row, pricer.leave("grouped"))
