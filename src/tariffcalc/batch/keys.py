"""What a text of a column stands for: small records whose keys add up to the key of a line.

Texts that make no difference to what is owed have equal keys. Warnings of a cell count as a
difference, since they are written out with the line.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from tariffcalc.batch.formula import Levies
from tariffcalc.batch.ready import Ready
from tariffcalc.batch.tally import Sums
from tariffcalc.engine.base import USMCA, BaseDuty
from tariffcalc.values.rates import Rate

if TYPE_CHECKING:
    from tariffcalc.batch.lane import Lane

ORIGIN, DAY, SHIPPED, SEGMENT = 24, 36, 52, 60
"""First bits of the parts of a key; the class of the code stands below them."""

KINDS = 16
"""More than the origins that have base duties of their own."""


@dataclass(frozen=True, slots=True)
class Base:
    """A base duty as an integer: `rate` is None where it is not known.

    Attributes:
        duty: With its rate only where that is a share of the value.
        per_unit: A rate that asks for a quantity: while none is declared, the duty is not known.
        reasons: Why it is not known.
    """

    duty: BaseDuty
    rate: int | None
    per_unit: Rate | None = None
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Code:
    """A classification.

    Attributes:
        group: Class of codes under the same sheets.
        sheets: Those sheets, packed as `pack_sheets` does.
        gaps: What the catalogue does not hold of it, as bits.
        sums: Of its chapter.
        rates: Its base duties in millionths by period of the schedule, origin and claim.
        bases: The same with those that are no share of the value, or are not known.
    """

    digits: str
    key: int
    group: int
    sheets: int
    gaps: int
    sums: Sums
    warning: str | None
    rates: dict[int, int] = field(default_factory=dict)
    bases: dict[int, Base] = field(default_factory=dict)


@dataclass(slots=True)
class Origin:
    """A country of origin.

    Attributes:
        group: Class of origins under the same sheets.
        sheets: Those sheets, packed.
        gaps: What the catalogue does not hold of it, as bits.
        kinds: Its number among the origins that have base duties of their own, without and with
            a claim of preference.
        sums: Of its lines.
    """

    country: str
    key: int
    group: int
    sheets: int
    gaps: int
    kinds: tuple[int, int]
    sums: Sums
    warning: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """The entry dates from one day on which something turns to the next.

    Attributes:
        group: Class of days on which the same sheets hold and count.
        sheets: Those sheets, packed.
        gaps: What the catalogue does not hold then, as bits.
        period: That of the schedule, as part of a key.
        levies: Class of days with the same figures of fees and taxes.
        entered: Class among the days that some case names.
        is_late: Whether the law was not followed up to them.
    """

    group: int
    sheets: int
    gaps: int
    period: int
    levies: int
    entered: int
    is_late: bool


@dataclass(slots=True)
class Day:
    """An entry date.

    Attributes:
        rest: Class in all but sheets and gaps.
        sums: Of its month.
    """

    day: date
    key: int
    rest: int
    sums: Sums
    warning: str | None
    span: Span
    period: int = field(init=False)

    def __post_init__(self) -> None:
        self.period = self.span.period


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipped date, by its class among the days that some case names."""

    day: date | None
    key: int
    group: int
    warning: str | None = None


class Point(NamedTuple):
    """The classification, origin and days of a line."""

    code: Code
    origin: Origin
    day: Day
    shipped: Shipped | None

    @property
    def key(self) -> int:
        """The sum of the keys."""
        left = 0 if self.shipped is None else self.shipped.key
        return self.code.key + self.origin.key + self.day.key + left


@dataclass(frozen=True, slots=True)
class Manner:
    """How goods are entered, as far as few rows of a file differ in it."""

    claims: frozenset[str]
    mode: str | None
    province: str | None
    currency: str | None
    base: BaseDuty | None
    warnings: tuple[tuple[str, str], ...]


class Circumstances:
    """A manner of entry with what is ready under it, by the sum of the keys of a line.

    Attributes:
        base: The base duty, where it is declared.
        claimed: Whether NAFTA or USMCA preference is claimed, 0 or 1.
        is_foreign: Whether values are in another currency than the importing country's.
        limits: Values of an entry at which what is owed may turn, in ten-thousandths.
        segments: For each place among them, the class of the entry's value.
        shifted: The same as part of a key.
        shift: The last of these, the only one where there are no limits.
        ready: What is ready, by the key of a line.
        made: The same by what makes the difference; None where the engine prices the lines.
        levies: Fees and taxes by the class of the day.
    """

    __slots__ = (
        "base", "claimed", "codes", "days", "is_foreign", "lane", "levies", "limits", "made",
        "manner", "origins", "ready", "segments", "shift", "shifted",
    )  # fmt: skip

    def __init__(
        self,
        lane: Lane,
        manner: Manner,
        base: Base | None,
        limits: Sequence[int],
        segments: Sequence[int],
    ) -> None:
        self.lane = lane
        self.manner = manner
        self.base = base
        self.claimed = int(USMCA in manner.claims)
        self.is_foreign = manner.currency not in (None, lane.currency)
        self.limits = limits
        self.segments = segments
        self.shifted = [segment << SEGMENT for segment in segments]
        self.shift = self.shifted[-1]
        self.codes = lane.codes
        self.origins = lane.origins
        self.days = lane.days
        self.ready: dict[int, Ready | ByBase] = {}
        self.made: dict[tuple[object, ...], Ready | None] = {}
        self.levies: dict[int, Levies] = {}

    def segment(self, value: int) -> int:
        """Return the class of an entry's value, as far as it counts here."""
        return self.segments[bisect_left(self.limits, value)]


@dataclass(slots=True)
class ByBase:
    """Stands where what is owed turns on the rate of base duty."""

    by_base: dict[int | None, Ready] = field(default_factory=dict)


def pack_sheets(parts: Sequence[int], size: int) -> int:
    """Put four sets of sheets into one: sure and perhaps there then, sure and perhaps now."""
    packed = 0
    for part in reversed(parts):
        packed = packed << size | part
    return packed
