"""What the columns of a result hold in a file that has types, such as Parquet.

Amounts are numbers with two places, and the effective rate is a share with four: 0.1000 is 10.00%.
A figure that is not known is null, and so is one of a line that is refused or has an error: the
status tells which, and the warnings say why. A measure that charges a priced line nothing has 0.00
in its column. Everything else is text, null where it is blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tariffcalc.batch.result import COLUMNS, PROHIBITED, UNKNOWN

PLACES = {
    **dict.fromkeys(
        (
            "base_duty", "additional_duty", "total_duty", "fees", "taxes", "payable",
            "filed_minus_computed", "since_payable", "refundable",
        ),
        2,
    ),
    "effective_rate": 4,
}  # fmt: skip
"""The places of the columns of figures, but for those of single measures, which have two."""

PRICED = frozenset(("ok", "partial", PROHIBITED))
"""The statuses of lines that the law was asked about."""

NOTHING = frozenset(("", UNKNOWN, PROHIBITED))
"""What may stand instead of a figure."""


def places_of(name: str) -> int | None:
    """Return how many places the figures of a column of the result have; None: it is text."""
    return PLACES.get(name, None if name in COLUMNS else 2)


def figures(name: str, texts: Iterable[str], statuses: Sequence[str]) -> list[int | None]:
    """Return the figures of a column, in units of its last place, with None for what is not known.

    >>> figures("payable", ["10.50", "unknown"], ["ok", "partial"])
    [1050, None]
    >>> figures("us-232-steel", ["", ""], ["ok", "error"])
    [0, None]

    Args:
        name: Of the column.
        texts: Its cells, as in a CSV.
        statuses: Of the same rows.
    """
    is_measure = name not in COLUMNS
    return [
        0 if is_measure and not text and status in PRICED else _figure(text)
        for text, status in zip(texts, statuses, strict=True)
    ]


def _figure(text: str) -> int | None:
    return None if text in NOTHING else int(text.removesuffix("%").replace(".", ""))
