"""The tables of one importing country: what each distinct text of a column stands for.

Texts that make no difference to what is owed are one class. A line is a few small keys, and their
sum finds what is ready for multiplying. Everything here is dropped and found again when it grows
too much, so that a file of a million distinct spellings takes no more room than one of ten.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

from tariffcalc.batch import remarks
from tariffcalc.batch.formula import ANY_LINE, VALUE_UNIT, Fee, Levies, base_rate, whole
from tariffcalc.batch.keys import (
    DAY,
    KINDS,
    ORIGIN,
    SEGMENT,
    SHIPPED,
    Base,
    ByBase,
    Circumstances,
    Code,
    Day,
    Manner,
    Origin,
    Point,
    Shipped,
    Span,
    pack_sheets,
)
from tariffcalc.batch.points import Asked, Numbering, Points
from tariffcalc.batch.ready import Ready
from tariffcalc.batch.tally import Tally
from tariffcalc.catalogue.law import Law
from tariffcalc.engine.base import PARTNERS, BaseDuty
from tariffcalc.engine.charges import charges_of
from tariffcalc.engine.price import LinePrice
from tariffcalc.values.money import ZERO
from tariffcalc.values.rates import Rate

RESOLVED = 1 << 18
"""Keys of lines that are kept."""

READY = 1 << 13
"""Objects with texts and rates that are kept."""

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
        self._turning = sorted(
            {*self.points.turning_days(), *self.gaps.days(), self.coverage.end + timedelta(days=1)}
        )
        self._spans: dict[int, Span] = {}
        self._size = max((head.past for head in self.points.tables.measures), default=0)
        self.codes: dict[str, Code] = {}
        self.origins: dict[str, Origin] = {}
        self.days: dict[str, Day] = {}
        self.shipped: dict[str, Shipped] = {}
        self.reasons: dict[tuple[Ready, str], list[str]] = {}
        self.resolved = 0
        self._made: dict[Manner, Circumstances] = {}
        self._ready: dict[tuple[int, int, int, Said], Ready] = {}
        self._said: dict[tuple[object, ...], Said] = {}
        self._covers: dict[int, int] = {}
        self._rates: dict[Rate, Base | None] = {}
        self._codes: Numbering[tuple[int, int, str | None]] = Numbering()
        self._origins: Numbering[tuple[int, int, tuple[int, int], str | None]] = Numbering()
        self._days: Numbering[tuple[int, int, int]] = Numbering()
        self._rests: Numbering[tuple[object, ...]] = Numbering()
        self._levies: Numbering[tuple[object, ...]] = Numbering()
        self._shipped: Numbering[tuple[int, str | None]] = Numbering()

    def code(self, digits: str, warning: str | None) -> Code:
        """Return a classification."""
        points = self.points
        group, gaps = points.code_class(digits), self.gaps.code(digits)
        key = self._codes.number((group, gaps, warning))
        sums = self.tally.sums(self.currency, "chapter", digits[:2])
        sheets = pack_sheets(2 * points.code_classes.keys[group], self._size)
        return Code(digits, key, group, sheets, gaps, sums, warning)

    def origin(self, country: str, warning: str | None) -> Origin:
        """Return a country of origin."""
        points = self.points
        group, gaps = points.origin_class(country), self.gaps.origin(country)
        kinds = points.base_kind(country, False), points.base_kind(country, True)
        key = self._origins.number((group, gaps, kinds, warning)) << ORIGIN
        sums = self.tally.sums(self.currency, "origin", country)
        sheets = pack_sheets(4 * (points.origin_classes.keys[group],), self._size)
        return Origin(country, key, group, sheets, gaps, kinds, sums, warning)

    def day(self, day: date, warning: str | None) -> Day:
        """Return an entry date.

        Raises:
            KeyError: when it is not covered.
        """
        if day < self.coverage.start:
            raise KeyError(day)
        span = bisect_right(self._turning, day)
        if span not in self._spans:
            self._spans[span] = self._span(day)
        facts = self._spans[span]
        rest = self._rests.number((facts.levies, facts.entered, facts.is_late, warning))
        key = self._days.number((facts.group, facts.gaps, rest)) << DAY
        sums = self.tally.sums(self.currency, "month", day.isoformat()[:7])
        return Day(day, key, rest, sums, warning, facts)

    def _span(self, day: date) -> Span:
        """Return what holds for all days from one turning day to the next."""
        points = self.points
        group = points.day_class(day)
        then, now = points.day_classes.keys[group]
        return Span(
            group,
            pack_sheets((then, then, now, now), self._size),
            self.gaps.day(day),
            points.schedule_period(day) * KINDS,
            self._levies.number(points.levies_period(day)),
            points.entered_class(day),
            day > self.coverage.end,
        )

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
        key = day.span.period + origin.kinds[known.claimed]
        found = code.bases.get(key)
        if found is None:
            duty = self.points.base(code.digits, origin.country, day.day, bool(known.claimed))
            found = self._base(duty)
            if found is not None:
                code.bases[key] = found
                if found.rate is not None:
                    code.rates[key] = found.rate
        return found

    def _base(self, duty: BaseDuty) -> Base | None:
        """Return a base duty, one object for all of one rate."""
        if duty.rate is not None and duty.rate in self._rates:
            return self._rates[duty.rate]
        rate, found = base_rate(duty), None
        if rate is not None:
            found = Base(duty, rate)
        elif duty.rate is None or duty.rate.specifics:
            charges = charges_of(self.points.law, ANY_LINE, duty, LinePrice(None, ()), ZERO)
            reasons = tuple(remarks.of_unknown(charges))
            found = Base(duty._replace(rate=None), None, duty.rate, reasons)
        if duty.rate is not None:
            self._rates[duty.rate] = found
        return found

    def levies(self, manner: Manner, day: Day) -> Levies:
        """Return the fees and taxes that a line bears."""
        known = self.circumstances(manner)
        found = known.levies.get(day.span.levies)
        if found is None:
            found = self.points.levies(day.day, manner.claims, manner.mode, manner.province)
            known.levies[day.span.levies] = found
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
        held = known.ready.get(key)
        if isinstance(held, Ready):
            return held
        ready = None if held is None else held.by_base.get(base.rate)
        if ready is not None:
            return ready
        cover = self._cover(point)
        turns = self.points.turns_on_base(cover)
        code, origin, day, shipped = point
        same = (
            cover, segment, base.rate if turns else -1, code.gaps & origin.gaps & day.span.gaps,
            day.rest, origin.country if known.claimed else "", code.warning, origin.warning,
            None if shipped is None else (shipped.group, shipped.warning),
        )  # fmt: skip
        if self.resolved >= RESOLVED or len(self._ready) >= READY:
            self._make_room()
        if same not in known.made:
            known.made[same] = self._make(known, point, segment, base, cover)
        ready = known.made[same]
        if ready is None:
            return None
        self.resolved += 1
        if not turns:
            known.ready[key] = ready
            return ready
        held = known.ready.setdefault(key, ByBase())
        assert isinstance(held, ByBase)
        held.by_base[base.rate] = ready
        return ready

    def _make(
        self, known: Circumstances, point: Point, segment: int, base: Base, cover: int
    ) -> Ready | None:
        """Make what is ready for all points that are like this one."""
        then, now = self.points.steps(cover, self._asked(known, point, segment), base.duty)
        if then is None or now is None:
            return None
        levies, said = self.levies(known.manner, point.day), self.remarks(known.manner, point)
        # Steps, and levies of one manner, are one object where they are equal.
        key = id(then), id(now), id(levies), said
        if key not in self._ready:
            self._ready[key] = Ready(
                then, now, levies, said, self.currency, self.edition, self.tally
            )
        return self._ready[key]

    def remarks(self, manner: Manner, point: Point) -> Said:
        """Return the warnings of a point, and of the cells that stand for it."""
        code, origin, day, shipped = point
        gaps = code.gaps & origin.gaps & day.span.gaps
        is_partner = origin.country in PARTNERS[self.importer]
        left = None if shipped is None else shipped.warning
        cells = code.warning, origin.warning, day.warning, left, manner.warnings
        in_vain = None if is_partner else (origin.country, manner.claims)
        key = gaps, day.span.is_late, in_vain, cells
        found = self._said.get(key)
        if found is None:
            names = "classification", "origin", "entry_date", "shipped_date"
            texts = code.warning, origin.warning, day.warning, left
            told = {name: text for name, text in zip(names, texts, strict=True) if text}
            followed = self.coverage.end if day.span.is_late else None
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
        code, origin, day, _ = point
        sheets = code.sheets & origin.sheets & day.span.sheets
        found = self._covers.get(sheets)
        if found is None:
            found = self._covers[sheets] = self.points.cover(
                code.group, origin.group, day.span.group
            )
        return found

    def _asked(self, known: Circumstances, point: Point, segment: int) -> Asked:
        shipped = -1 if point.shipped is None else point.shipped.group
        return Asked(known.manner.claims, shipped, point.day.span.entered, segment)

    def _make_room(self) -> None:
        """Drop keys of lines, or what is ready, when they are many. Both are found again."""
        if len(self._ready) >= READY:
            self._forget_ready()
        if self.resolved >= RESOLVED:
            self.resolved = 0
            for known in self._made.values():
                known.ready.clear()

    def _forget_ready(self) -> None:
        for known in self._made.values():
            known.ready.clear()
            known.made.clear()
        for table in (self._ready, self._said, self.reasons):
            table.clear()
        self.points.forget()
        self.resolved = 0

    def forget(self) -> None:
        """Drop all that was found. Whoever holds circumstances must find them again."""
        self._forget_ready()
        for table in (
            self.codes, self.origins, self.days, self.shipped, self._made, self._rates,
            self._covers,
        ):  # fmt: skip
            table.clear()
        for numbering in (self._codes, self._origins, self._days, self._rests, self._shipped):
            numbering.clear()
