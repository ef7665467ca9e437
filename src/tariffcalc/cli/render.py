"""Writing rows for people and programs: a table of 80 columns, CSV, Markdown, JSON."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

from tariffcalc.cli.options import Format

WIDTH = 80
Rows = Sequence[Sequence[str]]


def fitted(text: str) -> str:
    """Return a text whose lines are cut between words to 80 columns, what follows indented.

    >>> print(fitted("error: " + 20 * "word "))
    error: word word word word word word word word word word word word word word
        word word word word word word
    """
    import textwrap

    return "\n".join(
        textwrap.fill(
            line.rstrip(), WIDTH, subsequent_indent=" " * (len(line) - len(line.lstrip()) + 4),
            break_long_words=False, break_on_hyphens=False,
        )
        if len(line) > WIDTH
        else line
        for line in text.split("\n")
    )  # fmt: skip


def write_json(body: Any) -> None:
    """Write plain data as JSON."""
    import json

    typer.echo(json.dumps(body, ensure_ascii=False, indent=2))


def write_rows(
    format_: Format, columns: Sequence[str], rows: Rows, right: Sequence[str] = ()
) -> None:
    """Write rows under their columns as a table, CSV or Markdown; `right` names number columns."""
    if format_ is Format.CSV:
        import csv

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([columns, *rows])
    elif format_ is Format.MD:
        typer.echo(markdown(columns, rows, right))
    else:
        table(columns, rows, right)


def markdown(columns: Sequence[str], rows: Rows, right: Sequence[str] = ()) -> str:
    """Return rows as a Markdown table."""
    rule = ["---:" if column in right else "---" for column in columns]
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [columns, rule, *cells])


def in_groups(countries: Sequence[str], groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Return country codes with the members of a whole group written as the group, such as EU."""
    left = set(countries)
    names = []
    for name, members in groups.items():
        if left.issuperset(members):
            left -= set(members)
            names.append(name)
    return [*names, *sorted(left)]


def table(columns: Sequence[str], rows: Rows, right: Sequence[str] = ()) -> None:
    """Write rows as a table that fits 80 columns."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    shown = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        shown.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(cell.replace("[", "\\[") for cell in row))
    console().print(shown)


def console() -> Any:
    """Return a console on stdout, 80 columns wide, with colour only on a terminal."""
    from rich.console import Console

    return Console(width=WIDTH, highlight=False, soft_wrap=False)
