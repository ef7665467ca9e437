"""`tariffcalc batch`: what does each line of a file owe?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tariffcalc.cli.options import (
    AssumeOption,
    CatalogueOption,
    KnownOption,
    OverlayOption,
    open_catalogue,
)
from tariffcalc.values.issues import InputError, Issue

if TYPE_CHECKING:
    from tariffcalc.batch.pipeline import Job, Outcome
    from tariffcalc.batch.profile import Profile
    from tariffcalc.library import Catalogue
    from tariffcalc.values.exchange import ExchangeRates

Text = str | None


def batch(
    invoices: Annotated[
        str, typer.Argument(help="The file: CSV, XLSX, Parquet, also .gz; `-` for stdin.")
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o",
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
            help="Exchange rates: Bank of Canada Valet CSV or JSON, or date,currency,rate."
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
    sheet: Annotated[Text, typer.Option(help="The sheet of a workbook; else the first.")] = None,
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
        str,
        typer.Option(
            help="compact: one column with all charges; columns: one for each measure that occurs."
        ),
    ] = "compact",
    format_: Annotated[
        Text,
        typer.Option(
            "--format", "-f",
            help="csv, jsonl, parquet or xlsx, where the output's ending does not say.",
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
        str,
        typer.Option(help="auto, python or arrow: the same answer, arrow is for large files."),
    ] = "auto",
) -> None:
    """What does each line of a file owe?

    Every row comes out once, in its order, with its columns as they were; behind them stand the
    duties, fees, taxes, measures, headings and citations that `quote` would give. A row that cannot
    be priced says why in error_code, error_field and error_message, and the exit code is 1. The
    output appears whole or not at all. A cell that a spreadsheet would run as a formula gets an
    apostrophe in front.

    Columns are found by their names: classification, origin, customs_value, entry_date and many
    that trade files use. Look before you price with --dry-run.

    Example: tariffcalc batch invoices.csv -o priced.csv --into US --currency USD
    --map value="Entered Value" --summary summary.md
    """
    _one_of(charges, ("compact", "columns"), "--charges")
    _one_of(engine, ("auto", "python", "arrow"), "--engine")
    _one_of(format_, (None, "csv", "jsonl", "parquet", "xlsx"), "--format")
    from tariffcalc.batch.columns import Defaults
    from tariffcalc.batch.pipeline import Job, look, price_file
    from tariffcalc.batch.profile import lay_over
    from tariffcalc.batch.result import Options
    from tariffcalc.batch.stops import Stopped

    kept = _profile(profile)
    job = Job(
        invoices,
        output,
        lay_over(
            kept.defaults,
            Defaults(
                into or "", origin or "", currency or "", date_ or "", tuple(claim or ()),
                mode or "", province or "",
            ),
        ),
        {**kept.map, **_chosen(map_ or [])},
        date_format or kept.date_format,
        delimiter or kept.delimiter,
        encoding or kept.encoding,
        kept.decimal_comma,
        sheet or kept.sheet,
        Options(known_on, tuple(assume or ()), _rates(fx_rates)),
        charges == "columns",
        format_,
        summary,
        force,
        strict,
        quiet,
        engine,
    )  # fmt: skip
