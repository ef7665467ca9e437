"""What a text of a column stands for: small records whose keys find what is ready for a line.

Texts that make no difference to what is owed have equal keys.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tariffcalc.batch.declared import CAP
from tariffcalc.batch.levied import Levied
from tariffcalc.batch.parts import Asked, Heeded
from tariffcalc.batch.points import Span
from tariffcalc.batch.ready import Ready
from tariffcalc.batch.remarks import BETWEEN
from tariffcalc.batch.tally import Sums
from tariffcalc.engine.base import USMCA, BaseDuty
from tariffcalc.values.rates import Rate

if TYPE_CHECKING:
    from tariffcalc.batch.bases import Row
    from tariffcalc.batch.lane import Lane
    from tariffcalc.batch.spots import Pairs

Kept = TypeVar("Kept")

Said = tuple[str, ...]

VAIN, BASE, LEFT, CLAIMS = 1 << 15, 1 << 16, 1 << 32, 1 << 48
"""Where the parts of a key begin, behind the class of the entry's value: claim in vain, class of
the base duty, shipped date, claims."""

PARTS = {"segment": VAIN - 1, "base": LEFT - BASE, "shipped": CLAIMS - LEFT}
"""The bits of a key that a fact of `Asked` has. The claims have all those from `CLAIMS` on."""


def heeded_bits(heeded: Iterable[Heeded], turns: bool) -> int:
    """Return the bits of keys that make a difference where this is heeded.

    Args:
        heeded: What of the facts of a line is heeded, then and as the law now stands.
        turns: Whether the base duty is.
    """
    found = VAIN | (PARTS["base"] if turns else 0)
    for one in heeded:
        found |= -CLAIMS if one.claims else 0
        for place in one.places:
            found |= PARTS.get(Asked._fields[place], 0)
    return found


class Base:
    """A base duty as an integer: `rate` is None where it is not known.

    Attributes:
        kind: Its class among the rates of base duty that cases name.
        key: The same as part of a key.
        per_unit: A rate that asks for a quantity: while none is declared, the duty is not known.
        reasons: Why it is not known.
        why: The same, joined.
    """

    __slots__ = ("key", "kind", "per_unit", "rate", "reasons", "why")

    def __init__(
        self, rate: int | None, kind: int, per_unit: Rate | None = None, reasons: Said = ()
    ) -> None:
        self.rate = rate
        self.kind = kind
        self.key = (kind + 1) * BASE
        self.per_unit = per_unit
        self.reasons = reasons
        self.why = BETWEEN.join(reasons)


class Code(NamedTuple):
    """A classification.

    Attributes:
        pairs: The spots of codes under the same sheets and gaps.
        rows: Its row of the schedule by period.
        sums: Of its chapter.
    """

    digits: str
    pairs: Pairs
    rows: Sequence[Row]
    sums: Sums


class Origin(NamedTuple):
    """A country of origin, without or with a claim of preference.

    Attributes:
        group: Class of origins under the same sheets and gaps.
        columns: Its column of the schedule by period.
        vain: Whether the claim has no effect, as part of a key.
        sums: Of its lines.
    """

    country: str
    group: int
    columns: tuple[int, ...]
    vain: int
    sums: Sums


class Day(NamedTuple):
    """An entry date.

    Attributes:
        ordinal: Its number among all days.
        span: The span of days it is in.
        number: Of that span.
        period: That of the schedule.
        levies: Class of days with the same figures of fees and taxes.
        sums: Of its month.
    """

    day: date
    ordinal: int
    span: Span
    number: int
    period: int
    levies: int
    sums: Sums


class Shipped(NamedTuple):
    """A shipped date, by its class among the days that some case names, as part of a key."""

    day: date | None
    group: int
    key: int
    ordinal: int


class Texts(dict[Any, Kept]):
    """What texts stand for, such as those of a column, each read when it is first met.

    A text that is to be read with its row raises KeyError, and is not kept.
    """

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[Any], Kept]) -> None:
        self._read = read

    def __missing__(self, raw: Any) -> Kept:
        found = self._read(raw)
        if len(self) >= CAP:
            self.clear()
        self[raw] = found
        return found


class Spot:
    """Points that are one to the law: what lies over them, what is ready for their lines.

    Attributes:
        piles: By number, then and as the law now stands.
        gaps: What the catalogue does not hold there, as bits.
        turns: Whether what is owed turns on the base duty.
        heeds: The bits of keys that make a difference there.
        is_open: Whether they are more than that of a claim in vain.
        ready: By the sum of the other keys of a line, of which only these bits count.
    """

    __slots__ = ("gaps", "heeds", "is_late", "is_open", "piles", "ready", "turns")

    def __init__(
        self, piles: tuple[int, int], gaps: int, is_late: bool, turns: bool, heeds: int
    ) -> None:
        self.piles = piles
        self.gaps = gaps
        self.is_late = is_late
        self.turns = turns
        self.heeds = heeds
        self.is_open = heeds != VAIN
        self.ready: dict[int, Ready] = {}


class Point(NamedTuple):
    """The classification, origin and days of a line."""

    code: Code
    origin: Origin
    day: Day
    shipped: Shipped


class Manner(NamedTuple):
    """How goods are entered, as far as few rows of a file differ in it."""

    claims: frozenset[str]
    mode: str | None
    province: str | None
    currency: str | None
    base: BaseDuty | None


class Circumstances:
    """A manner of entry with what is ready under it.

    Attributes:
        key: Its claims as part of a key.
        base: The base duty, where it is declared.
        claimed: Whether NAFTA or USMCA preference is claimed.
        origins: What origins stand for beside that.
        is_foreign: Whether values are in another currency than the importing country's.
        limits: Values of an entry at which what is owed may turn, in ten-thousandths.
        segments: For each place among them, the class of the entry's value.
        segment: The last of these, the only one where there are no limits.
        levies: Fees and taxes by the class of the day.
    """

    __slots__ = (
        "base", "claimed", "is_foreign", "key", "lane", "levies", "limits", "manner",
        "origins", "segment", "segments",
    )  # fmt: skip

    def __init__(
        self,
        lane: Lane,
        claims: int,
        manner: Manner,
        base: Base | None,
        limits: Sequence[int],
        segments: Sequence[int],
    ) -> None:
        self.lane = lane
        self.key = claims * CLAIMS
        self.manner = manner
        self.base = base
        self.claimed = USMCA in manner.claims
        self.origins = lane.origins[self.claimed]
        self.is_foreign = manner.currency not in (None, lane.currency)
        self.limits = limits
        self.segments = segments
        self.segment = segments[-1]
        self.levies: dict[int, Levied] = {}

    def segment_of(self, value: int) -> int:
        """Return the class of an entry's value, as far as it counts here."""
        return self.segments[bisect_left(self.limits, value)]
