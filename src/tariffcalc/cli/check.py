"""`tariffcalc check`: is this catalogue sound?"""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tariffcalc.cli.options import Format, FormatOption

if TYPE_CHECKING:
    from tariffcalc.catalogue.checks import Report
    from tariffcalc.values.issues import Issue

UNSOUND = 4
COLUMNS = ("severity", "code", "where", "message", "hint")


def check(
    catalogue: Annotated[
        Path | None,
        typer.Argument(
            metavar="[CATALOGUE]",
            help="A catalogue folder of your own; the shipped one when left out.",
            show_default=False,
        ),
    ] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Is this catalogue sound?

    Reads every file of the folder and names every fault with its file and line, errors first.
    Errors end with exit code 4; warnings and remarks do not.

    Example: tariffcalc check data
    """
    from tariffcalc.catalogue.checks import check_folder
    from tariffcalc.catalogue.locate import catalogue_folder

    report = check_folder(catalogue_folder(catalogue))
    if format_ is Format.TABLE:
        _write(report)
    else:
        _write_for_programs(report, format_)
    if not report.is_sound:
        raise typer.Exit(UNSOUND)


def _write(report: Report) -> None:
    for severity, issues in groupby(report.issues, key=lambda issue: issue.severity):
        typer.echo(f"{severity}:")
        for issue in issues:
            typer.echo(f"  {_line(issue)}")
        typer.echo()
    typer.echo(summary(report))


def _line(issue: Issue) -> str:
    place = f"{issue.where}: " if issue.where else ""
    return f"{place}{issue.message}" + (f". {issue.hint}" if issue.hint else "")


def summary(report: Report) -> str:
    """Return the last line: what there is, and how many faults it has."""
    counts = report.counts
    held = (
        f"{counts['measures']:,} measures, {counts['acts']:,} acts, {counts['paints']:,} paints,"
        f" {counts['lists']:,} lists with {counts['codes']:,} codes,"
        f" {counts['base_rates']:,} base rates"
    )
    severities = [issue.severity for issue in report.issues]
    faults = [
        f"{many} {severity}{'s' if many > 1 else ''}"
        for severity in ("error", "warning")
        if (many := severities.count(severity))
    ]
    return f"{held}: {' and '.join(faults) or 'no fault'}"


def _write_for_programs(report: Report, format_: Format) -> None:
    from tariffcalc.cli.render import write_json, write_rows

    rows = [[getattr(issue, column) for column in COLUMNS] for issue in report.issues]
    if format_ is Format.JSON:
        body = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
        write_json(
            {"schema": 1, "folder": str(report.folder), "counts": report.counts, "issues": body}
        )
    else:
        write_rows(format_, COLUMNS, rows)
        if format_ is Format.MD:
            typer.echo(f"\n{summary(report)}")
