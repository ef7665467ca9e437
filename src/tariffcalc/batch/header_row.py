"""Which row was taken for the header, and which row below it looks more like one.

It is asked only of a file whose header lacks fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from tariffcalc.batch.matching import listed, match_headers
from tariffcalc.batch.names import REQUIRED
from tariffcalc.batch.rows import Rows
from tariffcalc.batch.text_rows import CANDIDATES
from tariffcalc.values.issues import InputError, Issue

NEXT = 20
"""Rows below the header that are looked at."""
FEWEST = 2
"""Fields that a row must name to look like a header: a single word may stand in any cell."""
_LONGEST = 40


class _Likely(NamedTuple):
    """A row that names more fields than the header does."""

    number: int
    cells: Sequence[str]
    places: Mapping[str, int]


def say_header(rows: Rows, chosen: Mapping[str, str], error: InputError) -> InputError:
    """Return the faults of a header, first of all which row it is and which one may be meant.

    Fields that the likelier row has are no longer called missing.

    Args:
        rows: The file; some of its rows are read.
        chosen: Field to header, as the user said.
        error: What `map_columns` found.
    """
    codes = {issue.code for issue in error.issues}
    if codes.isdisjoint(("missing-column", "no-such-column")):
        return error
    likely = _find_likely(rows, chosen)
    if likely is None:
        if "missing-column" not in codes:
            return error
        hint = _other_place(rows) if len(_named(rows.header, chosen)) < FEWEST else ""
        return InputError([_say(rows, hint), *error.issues])
    names = listed(map(_short, (likely.cells[place] for place in sorted(likely.places.values()))))
    hint = f"Row {likely.number} looks like the header (it has {names}): delete the rows above it."
    kept = [
        issue
        for issue in error.issues
        if issue.where not in likely.places
        or issue.code not in ("missing-column", "no-such-column")
    ]
    return InputError([_say(rows, hint), *kept])


def _say(rows: Rows, hint: str) -> Issue:
    filled = [_short(name) for name in rows.header if name.strip()]
    columns = f"the column{'' if len(filled) == 1 else 's'} {listed(filled)}"
    if not filled:
        columns = "no name in any column"
    place = f"row {rows.header_row}" + (f' of the sheet "{rows.sheet}"' if rows.sheet else "")
    message = f"{place} was read as the header, with {columns}"
    if rows.source.kind == "parquet":
        message = f"its columns are {listed(filled)}" if filled else "its columns have no names"
    return Issue("header-row", "error", message, rows.name, hint)


def _other_place(rows: Rows) -> str:
    if rows.others:
        named = " or ".join(f'"{name}"' for name in rows.others[:12])
        return f"Perhaps another sheet is meant: say --sheet {named}."
    if rows.source.kind != "text" or len(rows.header) != 1:
        return ""
    sign = "tab" if rows.delimiter == "\t" else f'"{rows.delimiter}"'
    return (
        f"Perhaps the cells are parted by another delimiter than {sign}: say it with --delimiter."
    )


def _find_likely(rows: Rows, chosen: Mapping[str, str]) -> _Likely | None:
    """Return the first of the next rows that names most fields, if it names more than the header.

    A Parquet file has its names apart from its rows: none of these can be the header.
    """
    if rows.source.kind == "parquet":
        return None
    most, best = max(FEWEST - 1, len(_named(rows.header, chosen))), None
    for index, row in enumerate(_next_rows(rows)):
        cells = _split(row) if len(row) == 1 and rows.source.kind == "text" else row
        places = _named(cells, chosen)
        if len(places) > most:
            most, best = len(places), _Likely(rows.row_number(index), cells, places)
    return best


def _next_rows(rows: Rows) -> list[list[str]]:
    try:
        return list(islice(rows, NEXT))
    except InputError:  # told when the header is right
        return []


def _named(cells: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """Return the columns of the required fields that a row names."""
    found = match_headers(cells, chosen).found
    return {key: found[key].index for key in REQUIRED if key in found}


def _split(row: Sequence[str]) -> list[str]:
    """Return the cells of a row that the delimiter of the row above it did not part."""
    return row[0].split(max(CANDIDATES, key=row[0].count))


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 3]}..."
