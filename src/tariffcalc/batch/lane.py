"""The tables of one importing country: what each distinct text of a column stands for.

Texts that make no difference to what is owed are one class. A line is a few small keys, and their
sum finds what is ready for multiplying. Everything here is dropped and found again when it grows
too much, so that a file of a million distinct spellings takes no more room than one of ten.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date

from tariffcalc.batch import remarks
from tariffcalc.batch.declared import CAP
from tariffcalc.batch.formula import ANY_LINE, VALUE_UNIT, Fee, Levies, base_rate, whole
from tariffcalc.batch.keys import (
    DAY,
    KINDS,
    ORIGIN,
    SEGMENT,
    SHIPPED,
    ByBase,
    Circumstances,
    Code,
    Day,
    Manner,
    Origin,
    Point,
    Shipped,
)
from tariffcalc.batch.points import Asked, Numbering, Points
from tariffcalc.batch.ready import Base, Ready
from tariffcalc.batch.tally import Tally
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.base import PARTNERS, BaseDuty
from tariffcalc.engine.charges import charges_of
from tariffcalc.engine.price import LinePrice
from tariffcalc.values.money import ZERO
from tariffcalc.values.rates import Rate

RESOLVED = 1 << 18
"""Keys of lines that are kept."""

Said = tuple[str, ...]


class Lane:
    """Finds what is ready for the points of one importing country."""

    def __init__(self, law: Law, importer: str, tally: Tally) -> None:
        self.importer = importer
        self.points = Points(law, importer)
        self.gaps = remarks.Gaps(law.store, importer)
        self.tally = tally
        self.currency = self.points.tables.currency
        self.coverage = self.points.tables.coverage
        self.edition: str = law.store.meta["edition"]
        limits = (whole(limit, VALUE_UNIT) for limit in self.points.value_limits)
        self.limits = [limit for limit in limits if limit is not None]
        self.fees = [levy.id for levy in self.points.tables.levies if levy.kind == "fee"]
        self.codes: dict[str, Code] = {}
        self.origins: dict[str, Origin] = {}
        self.days: dict[str, Day] = {}
        self.shipped: dict[str, Shipped] = {}
        self.reasons: dict[tuple[Ready, str], list[str]] = {}
        self.resolved = 0
        self._made: dict[Manner, Circumstances] = {}
        self._ready: dict[tuple[int, int, int, Said], Ready] = {}
        self._said: dict[tuple[object, ...], Said] = {}
        self._rates: Numbering[Rate | None] = Numbering()
        self._codes: Numbering[tuple[int, int, str | None]] = Numbering()
        self._origins: Numbering[tuple[int, int, tuple[int, int], str | None]] = Numbering()
        self._days: Numbering[tuple[object, ...]] = Numbering()
        self._levies: Numbering[tuple[object, ...]] = Numbering()
        self._shipped: Numbering[tuple[int, str | None]] = Numbering()

    def code(self, digits: str, warning: str | None) -> Code:
        """Return a classification."""
        group, gaps = self.points.code_class(digits), self.gaps.code(digits)
        key = self._codes.number((group, gaps, warning))
        sums = self.tally.sums(self.currency, "chapter", digits[:2])
        return Code(digits, key, group, gaps, sums, warning, {})

    def origin(self, country: str, warning: str | None) -> Origin:
        """Return a country of origin."""
        group, gaps = self.points.origin_class(country), self.gaps.origin(country)
        kinds = self.points.base_kind(country, False), self.points.base_kind(country, True)
        key = self._origins.number((group, gaps, kinds, warning)) << ORIGIN
        sums = self.tally.sums(self.currency, "origin", country)
        return Origin(country, key, group, gaps, kinds, sums, warning)

    def day(self, day: date, warning: str | None) -> Day:
        """Return an entry date.

        Raises:
            KeyError: when it is not covered.
        """
        if day < self.coverage.start:
            raise KeyError(day)
        points = self.points
        group, gaps = points.day_class(day), self.gaps.day(day)
        period, entered = points.schedule_period(day), points.entered_class(day)
        levies = self._levies.number(points.levies_period(day))
        facts = group, gaps, levies, entered, day > self.coverage.end, warning
        key = self._days.number(facts) << DAY
        sums = self.tally.sums(self.currency, "month", day.isoformat()[:7])
        return Day(day, key, group, gaps, period * KINDS, levies, entered, sums, warning)

    def shipped_on(self, day: date | None, warning: str | None) -> Shipped:
        """Return a shipped date."""
        group = self.points.shipped_class(day)
        key = self._shipped.number((group, warning)) << SHIPPED
        return Shipped(day, key, group, warning)

    def circumstances(self, manner: Manner) -> Circumstances:
        """Return what is ready under a manner of entry."""
        found = self._made.get(manner)
        if found is None:
            base = None if manner.base is None else self._base(manner.base)
            counting = self.points.limits_that_count(manner.claims)
            segments = [n for n, limit in enumerate(self.points.value_limits) if limit in counting]
            limits = [self.limits[segment] for segment in segments]
            found = Circumstances(self, manner, base, limits, [*segments, len(self.limits)])
            self._made[manner] = found
        return found

    def base(self, known: Circumstances, code: Code, origin: Origin, day: Day) -> Base | None:
        """Return the base duty of a line, or None when only the engine can compute it."""
        if known.manner.base is not None:
            return known.base
        key = day.period + origin.kinds[known.claimed]
        found = code.bases.get(key)
        if found is None:
            duty = self.points.base(code.digits, origin.country, day.day, bool(known.claimed))
            found = self._base(duty)
            if found is not None:
                code.bases[key] = found
        return found

    def _base(self, duty: BaseDuty) -> Base | None:
        rate = base_rate(duty)
        if rate is not None:
            return Base(duty, rate, self._rates.number(duty.rate))
        if duty.rate is not None and not duty.rate.specifics:
            return None
        charges = charges_of(self.points.law, ANY_LINE, duty, LinePrice(None, ()), ZERO)
        unknown = duty._replace(rate=None)
        number = self._rates.number(None)
        return Base(unknown, None, number, duty.rate, remarks.of_unknown(charges))

    def levies(self, manner: Manner, day: Day) -> Levies:
        """Return the fees and taxes that a line bears."""
        known = self.circumstances(manner)
        found = known.levies.get(day.levies)
        if found is None:
            found = self.points.levies(day.day, manner.claims, manner.mode, manner.province)
            known.levies[day.levies] = found
        return found

    def fees_borne(self, manner: Manner, day: Day) -> Sequence[tuple[Fee, int]]:
        """Return the fees that a line bears, each with its place among those of the country."""
        return [(fee, self.fees.index(fee.id)) for fee in self.levies(manner, day).fees]

    def segment(self, value: int) -> int:
        """Return how many of the limits that cases name are below an entry's value."""
        return bisect_left(self.limits, value)

    def ready(self, known: Circumstances, point: Point, segment: int, base: Base) -> Ready | None:
        """Return what is ready for a line, or None when the engine is to price it.

        Args:
            known: How it is entered.
            point: Its code, origin and days.
            segment: The class of its entry's value.
            base: Its base duty.
        """
        key = point.key + (segment << SEGMENT)
        found = known.ready.get(key)
        if isinstance(found, ByBase):
            found = found.by_base.get(base.number)
        if found is not None:
            return found
        cover = self._cover(point)
        then, now = self.points.steps(cover, self._asked(known, point, segment), base.duty)
        if then is None or now is None:
            return None
        levies, said = self.levies(known.manner, point.day), self.remarks(known.manner, point)
        # Steps, and levies of one manner, are one object where they are equal.
        same = id(then), id(now), id(levies), said
        ready = self._ready.get(same)
        if ready is None:
            ready = Ready(then, now, levies, said, self.currency, self.edition, self.tally)
            self._ready[same] = ready
        self.resolved += 1
        if self.points.turns_on_base(cover):
            held = known.ready.setdefault(key, ByBase())
            assert isinstance(held, ByBase)
            held.by_base[base.number] = ready
        else:
            known.ready[key] = ready
        return ready

    def remarks(self, manner: Manner, point: Point) -> Said:
        """Return the warnings of a point, and of the cells that stand for it."""
        code, origin, day, shipped = point
        gaps = code.gaps & origin.gaps & day.gaps
        is_late = day.day > self.coverage.end
        is_partner = origin.country in PARTNERS[self.importer]
        left = None if shipped is None else shipped.warning
        cells = code.warning, origin.warning, day.warning, left, manner.warnings
        in_vain = None if is_partner else (origin.country, manner.claims)
        key = gaps, is_late, in_vain, cells
        found = self._said.get(key)
        if found is None:
            names = "classification", "origin", "entry_date", "shipped_date"
            texts = code.warning, origin.warning, day.warning, left
            told = {name: text for name, text in zip(names, texts, strict=True) if text}
            followed = self.coverage.end if is_late else None
            titles = self.gaps.titles(gaps)
            said = remarks.of_point(self.importer, origin.country, manner.claims, followed, titles)
            found = self._said[key] = (*remarks.of_cells({**told, **dict(manner.warnings)}), *said)
        return found

    def frees(self, known: Circumstances, point: Point, segment: int) -> tuple[bool, bool]:
        """Return whether a line enters free of all duty and fees, then and as the law stands."""
        points, manner = self.points, known.manner
        if not points.may_be_free(manner.claims):
            return False, False
        code, origin, day, _ = point
        duty = manner.base or points.base(code.digits, origin.country, day.day, bool(known.claimed))
        return points.frees(self._cover(point), self._asked(known, point, segment), duty)

    def turns_on_base(self, point: Point) -> bool:
        """Whether some sheet over a point asks for the base duty."""
        return self.points.turns_on_base(self._cover(point))

    def _cover(self, point: Point) -> int:
        return self.points.cover(point.code.group, point.origin.group, point.day.group)

    def _asked(self, known: Circumstances, point: Point, segment: int) -> Asked:
        shipped = -1 if point.shipped is None else point.shipped.group
        return Asked(known.manner.claims, shipped, point.day.entered, segment)

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget."""
        tables = self.codes, self.origins, self.days, self.shipped
        return self.resolved >= RESOLVED or any(len(table) >= CAP for table in tables)

    def forget(self) -> None:
        """Drop what was found for single texts."""
        for table in (
            self.codes, self.origins, self.days, self.shipped, self.reasons, self._made,
            self._ready, self._said,
        ):  # fmt: skip
            table.clear()
        for numbering in (self._codes, self._origins, self._days, self._shipped):
            numbering.clear()
        self.points.forget()
        self.resolved = 0
