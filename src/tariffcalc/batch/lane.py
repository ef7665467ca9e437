"""The tables of one importing country: what each distinct text of a column stands for.

Texts that make no difference to what is owed are one class. A line is a few small keys, and their
sum finds what is ready for multiplying. Everything here is dropped and found again when it grows
too much, so that a file of a million distinct spellings takes no more room than one of ten.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date

from tariffcalc.batch import remarks
from tariffcalc.batch.formula import VALUE_UNIT, Fee, Levies, Steps, base_rate, whole
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
    Shipped,
)
from tariffcalc.batch.points import Asked, Numbering, Points
from tariffcalc.batch.ready import Base, Ready
from tariffcalc.batch.tally import Cell, Tally
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.base import BaseDuty
from tariffcalc.values.rates import Rate


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
        self.cells: dict[int, Cell] = {}
        self.reasons: dict[tuple[Ready, str, BaseDuty], list[str]] = {}
        self.bearing: dict[tuple[Manner, date], tuple[tuple[Fee, int], ...]] = {}
        self.resolved = 0
        self._made: dict[Manner, Circumstances] = {}
        self._ready: dict[tuple[Steps, Steps, Levies, tuple[str, ...]], Ready] = {}
        self._rates: Numbering[Rate | None] = Numbering()
        self._codes: Numbering[tuple[int, int, str | None]] = Numbering()
        self._origins: Numbering[tuple[int, int, int, str | None]] = Numbering()
        self._days: Numbering[tuple[object, ...]] = Numbering()
        self._countries: Numbering[str] = Numbering()
        self._months: Numbering[str] = Numbering()
        self._shipped: Numbering[tuple[int, str | None]] = Numbering()

    def code(self, digits: str, warning: str | None) -> Code:
        """Return a classification."""
        group = self.points.code_class(digits)
        key = self._codes.number((group, self.gaps.code(digits), warning))
        return Code(digits, key, group, warning)

    def origin(self, country: str, warning: str | None) -> Origin:
        """Return a country of origin."""
        group, kind = self.points.origin_class(country), self.points.origin_kind(country)
        key = self._origins.number((group, self.gaps.origin(country), kind, warning))
        place = self._countries.number(country)
        return Origin(country, key << ORIGIN, group, 2 * kind, place << 7, warning)

    def day(self, day: date, warning: str | None) -> Day:
        """Return an entry date."""
        points = self.points
        group, period = points.day_class(day), points.schedule_period(day)
        facts = self.gaps.day(day), points.entered_class(day), points.levies_period(day)
        key = self._days.number((group, *facts, day > self.coverage.end, warning))
        month = self._months.number(day.isoformat()[:7])
        return Day(day, key << DAY, group, period * KINDS, month << 16, warning)

    def shipped_on(self, day: date | None, warning: str | None) -> Shipped:
        """Return a shipped date."""
        group = self.points.shipped_class(day)
        return Shipped(day, self._shipped.number((group, warning)) << SHIPPED, warning)

    def circumstances(self, manner: Manner) -> Circumstances:
        """Return what is ready under a manner of entry."""
        found = self._made.get(manner)
        if found is None:
            base = None if manner.base is None else self._base(manner.base)
            found = self._made[manner] = Circumstances(self, manner, base)
        return found

    def base(self, known: Circumstances, code: Code, origin: Origin, day: Day) -> Base | None:
        """Return the base duty of a line, or None when only the engine can compute it."""
        if known.manner.base is not None:
            return known.base
        key = day.period + origin.kind + known.claimed
        found = code.bases.get(key)
        if found is None:
            duty = self.points.base(code.digits, origin.country, day.day, bool(known.claimed))
            found = self._base(duty)
            if found is not None:
                code.bases[key] = found
        return found

    def _base(self, duty: BaseDuty) -> Base | None:
        rate = base_rate(duty)
        if rate is not None or duty.rate is None:
            return Base(duty, rate, self._rates.number(duty.rate))
        if not duty.rate.specifics:
            return None
        return Base(duty._replace(rate=None), None, self._rates.number(None), duty.rate)

    def fees_borne(self, manner: Manner, day: date) -> tuple[tuple[Fee, int], ...]:
        """Return the fees that a line bears, each with its place among those of the country."""
        found = self.bearing.get((manner, day))
        if found is None:
            levies = self.points.levies(day, manner.claims, manner.mode, manner.province)
            found = tuple((fee, self.fees.index(fee.id)) for fee in levies.fees)
            self.bearing[manner, day] = found
        return found

    def segment(self, value: int) -> int:
        """Return how many of the limits that cases name are below an entry's value."""
        return bisect_left(self.limits, value)

    def ready(
        self,
        known: Circumstances,
        code: Code,
        origin: Origin,
        day: Day,
        shipped: Shipped | None,
        segment: int,
        base: Base,
    ) -> Ready | None:
        """Return what is ready for a line, or None when the engine is to price it."""
        key = code.key + origin.key + day.key + (segment << SEGMENT)
        key += 0 if shipped is None else shipped.key
        found = known.ready.get(key)
        if isinstance(found, ByBase):
            found = found.by_base.get(base.number)
        if found is not None:
            return found
        asked = self._asked(known.manner, day, shipped, segment)
        cover = self.points.cover(code.group, origin.group, day.group)
        then, now = self.points.steps(cover, asked, base.duty)
        if then is None or now is None:
            return None
        ready = self._made_ready(then, now, known.manner, code, origin, day, shipped)
        self.resolved += 1
        if self.points.turns_on_base(cover):
            held = known.ready.setdefault(key, ByBase())
            assert isinstance(held, ByBase)
            held.by_base[base.number] = ready
        else:
            known.ready[key] = ready
        return ready

    def _made_ready(
        self,
        then: Steps,
        now: Steps,
        manner: Manner,
        code: Code,
        origin: Origin,
        day: Day,
        shipped: Shipped | None,
    ) -> Ready:
        """Return what is ready for equal steps, levies and remarks, made once."""
        levies = self.points.levies(day.day, manner.claims, manner.mode, manner.province)
        said = self.remarks(manner, code, origin, day, shipped)
        key = then, now, levies, said
        found = self._ready.get(key)
        if found is None:
            found = self._ready[key] = Ready(
                then, now, levies, said, self.currency, self.edition, self.tally
            )
        return found

    def remarks(
        self, manner: Manner, code: Code, origin: Origin, day: Day, shipped: Shipped | None
    ) -> tuple[str, ...]:
        """Return the warnings of a point, and of the cells that stand for it."""
        cells = dict(manner.warnings)
        texts = {
            "entry_date": day.warning,
            "shipped_date": None if shipped is None else shipped.warning,
            "origin": origin.warning,
            "classification": code.warning,
        }
        cells.update((name, text) for name, text in texts.items() if text is not None)
        gaps = self.gaps
        bits = gaps.code(code.digits) & gaps.origin(origin.country) & gaps.day(day.day)
        followed = self.coverage.end if day.day > self.coverage.end else None
        point = remarks.of_point(
            self.importer, origin.country, manner.claims, followed, gaps.titles(bits)
        )
        return (*remarks.of_cells(cells), *point)

    def cell(self, code: Code, origin: Origin, day: Day) -> Cell:
        """Return the sums to which a line adds."""
        key = code.place + origin.place + day.month
        found = self.cells.get(key)
        if found is None:
            month = day.day.isoformat()[:7]
            found = self.tally.open_cell(self.currency, code.digits[:2], origin.country, month)
            self.cells[key] = found
        return found

    def frees(
        self,
        known: Circumstances,
        code: Code,
        origin: Origin,
        day: Day,
        shipped: Shipped | None,
        segment: int,
    ) -> tuple[bool, bool]:
        """Return whether a line enters free of all duty and fees, then and as the law stands."""
        points, manner = self.points, known.manner
        if not points.may_be_free(manner.claims):
            return False, False
        duty = manner.base or points.base(code.digits, origin.country, day.day, bool(known.claimed))
        cover = points.cover(code.group, origin.group, day.group)
        return points.frees(cover, self._asked(manner, day, shipped, segment), duty)

    def turns_on_base(self, code: Code, origin: Origin, day: Day) -> bool:
        """Whether some sheet over a point asks for the base duty."""
        return self.points.turns_on_base(self.points.cover(code.group, origin.group, day.group))

    def _asked(self, manner: Manner, day: Day, shipped: Shipped | None, segment: int) -> Asked:
        left = None if shipped is None else shipped.day
        points = self.points
        return Asked(
            manner.claims, points.shipped_class(left), points.entered_class(day.day), segment
        )

    def forget(self) -> None:
        """Drop what was found for single texts."""
        for table in (
            self.codes, self.origins, self.days, self.shipped, self.cells, self.reasons,
            self.bearing, self._made, self._ready,
        ):  # fmt: skip
            table.clear()
        for numbering in (self._codes, self._origins, self._days, self._shipped):
            numbering.clear()
        self.points.forget()
        self.resolved = 0
