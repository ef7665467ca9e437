"""What a text of a column stands for: small records whose keys add up to the key of a line.

Texts that make no difference to what is owed have equal keys. Warnings of a cell count as a
difference, since they are written out with the line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from tariffcalc.batch.ready import Base, Ready
from tariffcalc.engine.base import USMCA, BaseDuty

if TYPE_CHECKING:
    from tariffcalc.batch.lane import Lane

ORIGIN, DAY, SHIPPED, SEGMENT = 24, 36, 52, 60
"""First bits of the parts of a key; the class of the code stands below them."""

KINDS = 64
"""More than twice the origins that have base duties of their own."""


class Code:
    """A classification: its class in `key`, its base duties by period, origin and claim."""

    __slots__ = ("bases", "digits", "group", "key", "place", "warning")

    def __init__(self, digits: str, key: int, group: int, warning: str | None) -> None:
        self.digits = digits
        self.key = key
        self.group = group
        self.warning = warning
        self.place = int(digits[:2])
        self.bases: dict[int, Base] = {}


class Origin:
    """A country of origin. `kind` is twice its number among those with base duties of their own."""

    __slots__ = ("country", "group", "key", "kind", "place", "warning")

    def __init__(
        self, country: str, key: int, group: int, kind: int, place: int, warning: str | None
    ) -> None:
        self.country = country
        self.key = key
        self.group = group
        self.kind = kind
        self.place = place
        self.warning = warning


class Day:
    """An entry date. `period` is that of the schedule, as part of a key."""

    __slots__ = ("day", "group", "key", "month", "period", "warning")

    def __init__(
        self, day: date, key: int, group: int, period: int, month: int, warning: str | None
    ) -> None:
        self.day = day
        self.key = key
        self.group = group
        self.period = period
        self.month = month
        self.warning = warning


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipped date, by its class among the days that some case names."""

    day: date | None
    key: int
    warning: str | None = None


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
    """A manner of entry with what is ready under it, by the sum of the keys of a line."""

    __slots__ = (
        "base",
        "claimed",
        "codes",
        "days",
        "is_foreign",
        "lane",
        "manner",
        "origins",
        "ready",
    )

    def __init__(self, lane: Lane, manner: Manner, base: Base | None) -> None:
        self.lane = lane
        self.manner = manner
        self.base = base
        self.claimed = int(USMCA in manner.claims)
        self.is_foreign = manner.currency not in (None, lane.currency)
        self.codes = lane.codes
        self.origins = lane.origins
        self.days = lane.days
        self.ready: dict[int, Ready | ByBase] = {}


@dataclass(slots=True)
class ByBase:
    """Stands where what is owed turns on the rate of base duty."""

    by_base: dict[int, Ready] = field(default_factory=dict)
