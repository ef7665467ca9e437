"""What the columns of a result say, and how amounts and reasons stand in them.

Every row has all columns of `COLUMNS`, as text. Amounts are plain decimals with two places in the
importing country's currency, and say what `quote` says of the line: where its JSON has null, they
are ``unknown``, and blank on a prohibited line, on which nothing is payable. `refundable` and
`filed_minus_computed` are blank wherever they are not known. An error row has no amounts at all.

`charges` holds every duty of the line but the base duty, as ``us-232-steel=2500.00``, those that a
case set to nothing too; one that refuses entry is ``us-338-canada-ban=prohibited``. In its place
may stand one column for each of some measures. A row may also be ``blank``, with no cell filled,
or ``grouped`` into another row of its line. Lists are joined by ``;``, warnings by ``; ``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from tariffcalc.engine.as_json import show_rate
from tariffcalc.values.exchange import ExchangeRates
from tariffcalc.values.money import ZERO, round_cents

COLUMNS = (
    "status", "base_duty", "charges", "additional_duty", "total_duty", "fees", "taxes", "payable",
    "effective_rate", "measures", "headings", "citations", "filed_minus_computed",
    "since_payable", "refundable", "warnings", "error_code", "error_field", "error_message",
    "edition",
)  # fmt: skip
CHARGES = COLUMNS.index("charges")
DUTY = COLUMNS.index("total_duty")
FILED = COLUMNS.index("filed_minus_computed")
WARNINGS = COLUMNS.index("warnings") - len(COLUMNS)
"""Counted from the end: there may be a column for each measure before it."""

UNKNOWN = "unknown"
PROHIBITED = "prohibited"
Charges = Literal["compact"] | tuple[str, ...]
"""One column for all charges, or one for each of these measures."""

NEVER = 1 << 62
"""More than any value."""

Result = tuple[str, ...]
CENTS = tuple(f".{number:02d}" for number in range(100))


class Options(NamedTuple):
    """The law and the rates under which a file is priced.

    Attributes:
        known_on: `day`, `now` or a date, as for `Catalogue.law`.
        assume: Threatened acts to price as law, as for `Catalogue.law`.
        rates: Where a line in another currency states no rate of its own.
    """

    known_on: date | str = "day"
    assume: tuple[str, ...] = ()
    rates: ExchangeRates | None = None


class Owed(NamedTuple):
    """What a line owes under one law, in cents; None where it is not known."""

    base: int | None
    charges: tuple[int | None, ...]
    added: int | None
    total: int | None
    fees: int | None
    taxes: int | None
    payable: int | None


def column_names(charges: Charges) -> tuple[str, ...]:
    """Return the names of the result columns, in order."""
    own = ("charges",) if charges == "compact" else charges
    return (*COLUMNS[:CHARGES], *own, *COLUMNS[CHARGES + 1 :])


def money(cents: int) -> str:
    """Write an amount in cents.

    >>> money(1000000), money(-5)
    ('10000.00', '-0.05')
    """
    if cents < 0:
        return f"-{money(-cents)}"
    return f"{cents // 100}{CENTS[cents % 100]}"


def show(cents: int | None, unknown: str = UNKNOWN) -> str:
    """Write an amount in cents, not below zero, or the word for one that is not known."""
    return unknown if cents is None else f"{cents // 100}{CENTS[cents % 100]}"


def effective_rate(duty: int, value: int) -> str:
    """Write duty in cents as a share of a value in ten-thousandths, half up, as `quote` does.

    >>> effective_rate(1000, 1_000_000), effective_rate(42, 160_000)
    ('10.00%', '2.63%')
    """
    hundredths, rest = divmod(duty * 1_000_000, value)
    if 2 * rest >= value:
        hundredths += 1
    return f"{hundredths // 100}{CENTS[hundredths % 100]}%"


def sure_share(rate: int, duties: int = 1) -> tuple[str, int]:
    """Write a rate in millionths as effective rate, with the value from which on it is that.

    Below it, rounding to cents may count; so it may at any value where the rate has thousandths of
    a percent.

    >>> sure_share(25_500), sure_share(0)
    (('2.55%', 1000001), ('0.00%', 0))

    Args:
        rate: That of all duties together.
        duties: How many they are: each is rounded.
    """
    # A duty is at most half a cent off, which of 100.00 is half a hundredth of a percent.
    hundredths, rest = divmod(rate, 100)
    sure = NEVER if rest else duties * 1_000_000 + 1 if rate else 0
    return f"{hundredths // 100}{CENTS[hundredths % 100]}%", sure


def show_share(duty: Decimal | None, value: Decimal) -> str:
    """Write a duty as a share of a value; ``unknown`` where there is none."""
    return UNKNOWN if duty is None or not value else show_rate(duty / value)


def priced_line(
    owed: Owed,
    charges: str,
    rate: str,
    law: tuple[str, str, str],
    since: tuple[int | None, int | None],
    warnings: str,
    prohibited: bool,
    edition: str,
) -> Result:
    """Return the row of a line.

    Args:
        owed: Under the law asked for.
        charges: As text.
        rate: The effective rate.
        law: Measures, headings and citations.
        since: Payable as the law now stands, and refundable.
        warnings: Joined.
        prohibited: Whether entry is refused.
        edition: Of the catalogue.
    """
    blank = "" if prohibited else UNKNOWN
    base, added, total, fees, taxes, payable, now = (
        show(cents, blank)
        for cents in (
            owed.base, owed.added, owed.total, owed.fees, owed.taxes, owed.payable, since[0],
        )
    )  # fmt: skip
    status = "ok" if owed.payable is not None else "partial"
    return (
        PROHIBITED if prohibited else status, base, charges, added, total, fees, taxes, payable,
        blank if rate == UNKNOWN else rate, *law, "", now,
        show(since[1], ""), warnings, "", "", "", edition,
    )  # fmt: skip


def refused_line(code: str, field: str, message: str, edition: str) -> Result:
    """Return the row of a line that cannot be priced."""
    return ("error", *[""] * 15, code, field, message, edition)


def compare_filed(result: Result, filed: Decimal | None) -> Result:
    """Put the filed duty less the computed into a row where both are known."""
    computed = result[DUTY]
    if filed is None or not computed or computed == UNKNOWN:
        return result
    less = round_cents(filed - Decimal(computed))
    return (*result[:FILED], f"{less or ZERO:f}", *result[FILED + 1 :])


def warn_first(result: Result, warning: str) -> Result:
    """Put a warning before those of a row that is priced."""
    if result[0] == "error":
        return result
    said = "; ".join((warning, result[WARNINGS])) if result[WARNINGS] else warning
    return (*result[:WARNINGS], said, *result[WARNINGS + 1 :])


def without_price(status: str, edition: str, charges: Charges) -> Result:
    """Return a row that holds nothing but a status, such as ``grouped``."""
    return (status, *[""] * (len(column_names(charges)) - 2), edition)


def spread_charges(result: Result, measures: Sequence[str]) -> Result:
    """Put the charges of a row each into the column of its measure."""
    held = dict(part.split("=", 1) for part in result[CHARGES].split(";") if part)
    own = (held.get(measure, "") for measure in measures)
    return (*result[:CHARGES], *own, *result[CHARGES + 1 :])
