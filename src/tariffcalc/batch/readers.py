"""Opening a table: CSV, packed with gzip or not, standard input, XLSX and Parquet."""

from __future__ import annotations

from pathlib import Path

from tariffcalc.batch.rows import Rows
from tariffcalc.batch.sources import Source
from tariffcalc.batch.text_rows import TextRows
from tariffcalc.values.issues import InputError, Issue

__all__ = ["Rows", "open_rows"]

_EXTRAS = {"xlsx": "xlsx", "parquet": "fast"}


def open_rows(
    path: str | Path,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    decimal_comma: bool | None = None,
) -> Rows:
    """Return the rows of a file, its header read.

    Args:
        path: A file, packed with gzip or not; ``-`` is standard input.
        delimiter: One character, or ``comma``, ``semicolon``, ``tab``, ``pipe``; left out, the one
            that the header has most of.
        encoding: Left out, UTF-8 or UTF-16 by its mark, else UTF-8 with Windows-1252 for what is
            not.
        sheet: Name of the sheet of a workbook; left out, "Main Report" or "ES-003", else the first.
        decimal_comma: Whether a comma parts the cents in its texts. Numbers are then shown so too.

    Raises:
        InputError: when it cannot be read, is no table, or needs an extra that is not installed.
    """
    source, mark = Source(path), "," if decimal_comma else "."
    if source.kind == "text":
        return TextRows(source, delimiter, encoding)
    try:
        if source.kind == "xlsx":
            from tariffcalc.batch.xlsx_rows import XlsxRows

            return XlsxRows(source, sheet, mark)
        from tariffcalc.batch.parquet_rows import ParquetRows

        return ParquetRows(source, mark)
    except ImportError as error:
        extra = _EXTRAS[source.kind]
        message = f"is a .{source.kind} file, and {error.name or 'its reader'} is not installed"
        hint = f'Type: pip install "tariffcalc[{extra}]"'
        raise InputError([Issue("missing-extra", "error", message, source.name, hint)]) from None
