"""`tariffcalc batch`: what does each line of a file owe?"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tariffcalc.cli.options import (
    AssumeOption,
    CatalogueOption,
    KnownOption,
    OverlayOption,
    open_catalogue,
    read_rates,
)
from tariffcalc.cli.render import fitted
from tariffcalc.values.issues import InputError, Issue

if TYPE_CHECKING:
    from tariffcalc.batch.job import Job
    from tariffcalc.library import Catalogue

Text = str | None


class ChargesForm(StrEnum):
    """How the charges of a row are written."""

    COMPACT = "compact"
    COLUMNS = "columns"


class EngineName(StrEnum):
    """What prices the rows."""

    AUTO = "auto"
    PYTHON = "python"
    ARROW = "arrow"


class RowsFormat(StrEnum):
    """How the priced rows are written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    XLSX = "xlsx"


def batch(
    invoices: Annotated[
        str, typer.Argument(help="The file: CSV, also .gz, XLSX or Parquet; `-` for stdin.")
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            help="Where the priced rows go: .csv, .tsv, .jsonl, .parquet or .xlsx, text also .gz;"
            " `-` is stdout.",
        ),
    ] = "-",
    into: Annotated[
        Text, typer.Option(help="Importing country of rows that name none: US or CA.")
    ] = None,
    origin: Annotated[Text, typer.Option(help="Origin of rows that name none.")] = None,
    currency: Annotated[
        Text,
        typer.Option(help="Currency of rows that name none; else the importing country's own."),
    ] = None,
    date_: Annotated[
        Text, typer.Option("--date", help="Entry date of rows that name none, YYYY-MM-DD.")
    ] = None,
    claim: Annotated[
        list[str] | None,
        typer.Option(help="A claim made on rows that make none, such as usmca. Repeatable."),
    ] = None,
    mode: Annotated[
        Text, typer.Option(help="Mode of rows that name none: ocean, air, truck, rail ...")
    ] = None,
    province: Annotated[
        Text, typer.Option(help="Province of the importer, for personal imports.")
    ] = None,
    fx_rates: Annotated[
        Path | None,
        typer.Option(
            help="Exchange rates: Bank of Canada Valet CSV or JSON, or date,currency,rate in"
            " Canadian dollars."
        ),
    ] = None,
    map_: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            help='Which column a field is: value="Entered Value", or value=#7; value= for none.'
            " Repeatable.",
        ),
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(help="A YAML file that keeps --map, --date-format and such for a company."),
    ] = None,
    date_format: Annotated[
        Text, typer.Option(help="MM/DD/YYYY or DD/MM/YYYY, where the dates do not say.")
    ] = None,
    delimiter: Annotated[
        Text, typer.Option(help="comma, semicolon, tab or a character; else it is found out.")
    ] = None,
    encoding: Annotated[
        Text, typer.Option(help="Such as utf-8 or cp1252; else it is found out.")
    ] = None,
    decimal_comma: Annotated[
        bool | None,
        typer.Option(
            "--decimal-comma/--decimal-point",
            help="Amounts are written 1 234,56, or 1,234.56: the latter, unless semicolons part the"
            " cells.",
        ),
    ] = None,
    sheet: Annotated[
        Text, typer.Option(help="The sheet of a workbook; else the first that is shown.")
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Show how columns and rows are understood and what is wrong; price nothing.",
        ),
    ] = False,
    known_on: KnownOption = "day",
    assume: AssumeOption = None,
    overlay: OverlayOption = None,
    catalogue: CatalogueOption = None,
    charges: Annotated[
        ChargesForm,
        typer.Option(
            help="compact: one column with all charges; columns: one for each measure that occurs,"
            " to find which all rows are priced once before."
        ),
    ] = ChargesForm.COMPACT,
    format_: Annotated[
        RowsFormat | None,
        typer.Option(
            "--format",
            "-f",
            help="csv, jsonl, parquet or xlsx, where the output's ending does not say. Amounts are"
            " numbers in parquet (null where unknown) and xlsx, text elsewhere.",
        ),
    ] = None,
    summary: Annotated[
        Text, typer.Option(help="A file for the whole summary: .json or .md.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Write no priced rows at all when a row failed."),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.")
    ] = False,
    engine: Annotated[
        EngineName,
        typer.Option(help="auto, python or arrow: the same answer, arrow is for large files."),
    ] = EngineName.AUTO,
) -> None:
    """What does each line of a file owe?

    Every row comes out once, in its order, with its columns as they were; behind them stand the
    duties, fees, taxes, measures, headings and citations that `quote` would give. A row that cannot
    be priced says why in error_code, error_field and error_message, and the exit code is 1. The
    output appears whole or not at all. A cell that a spreadsheet would run as a formula gets an
    apostrophe in front.

    Columns are found by their names: classification, origin, customs_value, entry_date and many
    that trade files use. Look before you price with --dry-run.

    All fields, for --map: line, entry, entry_date, shipped_date, importer, origin, classification,
    description, customs_value, currency, fx, quantity, unit, claims, steel, aluminum, copper,
    us_content, ca_mx_content, base_rate, add_cvd, mode, province, filed_duty, liquidation_date,
    preference, filed_surtax.

    Example: tariffcalc batch invoices.csv -o priced.csv --into US --currency USD
    --map value="Entered Value" --summary summary.md
    """
    from tariffcalc.batch.columns import Defaults
    from tariffcalc.batch.job import Job
    from tariffcalc.batch.profile import Profile, lay_over, load_profile
    from tariffcalc.batch.result import Options

    given = Defaults(
        into or "", origin or "", currency or "", date_ or "", tuple(claim or ()), mode or "",
        province or "",
    )  # fmt: skip
    kept = load_profile(profile) if profile else Profile()
    rates = read_rates(fx_rates) if fx_rates else None
    job = Job(
        invoices,
        output,
        lay_over(kept.defaults, given),
        {**kept.map, **_chosen(map_ or ())},
        date_format or kept.date_format,
        delimiter or kept.delimiter,
        encoding or kept.encoding,
        kept.decimal_comma if decimal_comma is None else decimal_comma,
        sheet or kept.sheet,
        Options(_known_on(known_on), tuple(assume or ()), rates),
        charges is ChargesForm.COLUMNS,
        format_.value if format_ else None,
        summary,
        force,
        strict,
        quiet,
        engine.value,
    )
    opened = open_catalogue(catalogue, overlay)
    failed = _look(job, opened) if dry_run else _price(job, opened)
    if failed:
        raise typer.Exit(1)


def _look(job: Job, catalogue: Catalogue) -> int:
    from tariffcalc.batch.pipeline import look

    seen = look(job, catalogue)
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    typer.echo(fitted(seen.text) if is_terminal else seen.text, nl=False)
    return sum(seen.problems.values())


def _price(job: Job, catalogue: Catalogue) -> int:
    from tariffcalc.batch.pipeline import price_file
    from tariffcalc.batch.stops import Stopped

    try:
        return price_file(job, catalogue).failed
    except Stopped as stop:
        whole = "" if job.output == "-" else f"; {job.output} was left as it was"
        typer.echo(f"stopped by {stop.signal.name}{whole}", err=True)
        raise typer.Exit(128 + stop.signal) from None
    except BrokenPipeError:
        raise
    except OSError as error:  # what no part of the work could tell of in better words
        name = f"{error.filename}: " if error.filename else ""
        message = f"{name}{error.strerror}"
        raise InputError([Issue("system", "error", message, job.output)]) from None


def _chosen(texts: Iterable[str]) -> dict[str, str]:
    """Read --map options: a field, an equals sign, a header."""
    parts = [text.partition("=") for text in texts]
    issues = [
        Issue("bad-map", "error", f'"{name}" names no column', "--map", f'Write {name}="HEADER".')
        for name, equals, _ in parts
        if not equals
    ]
    if issues:
        raise InputError(issues)
    return {name.strip(): header for name, _, header in parts}


def _known_on(text: str) -> str:
    if text not in ("day", "now"):
        from tariffcalc.values.days import parse_day

        try:
            parse_day(text)
        except ValueError as error:
            hint = "Or say day, or now."
            raise InputError(
                [Issue("bad-date", "error", f"{error}.", "--known-on", hint)]
            ) from None
    return text
