"""A paint that repeats what already lies there: the same terms over goods that have them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from tariffcalc.catalogue.checks.walk import Laid, walk
from tariffcalc.catalogue.read import Sources
from tariffcalc.catalogue.terms import Origins, Paint
from tariffcalc.values.codes import prefixes
from tariffcalc.values.issues import Issue


@dataclass(frozen=True)
class Region:
    """The goods of a paint by their codes: those surely in it, and those that may be."""

    sure: frozenset[str]
    perhaps: frozenset[str]

    @cached_property
    def codes(self) -> frozenset[str]:
        """All codes."""
        return self.sure | self.perhaps

    @cached_property
    def marks(self) -> frozenset[str]:
        """All codes with those that hold them."""
        return frozenset(mark for code in self.codes for mark in prefixes(code))

    def meets(self, other: Region) -> bool:
        """Whether some goods are in both."""
        return not (self.codes.isdisjoint(other.marks) and other.codes.isdisjoint(self.marks))

    def holds(self, other: Region) -> bool:
        """Whether all goods of the other are surely in this one; may be, where they only may be."""
        return all(
            not self.sure.isdisjoint(prefixes(code))
            or (code in self.perhaps and code not in other.sure)
            for code in other.codes
        )


def repeats(sources: Sources) -> list[Issue]:
    """Find enacted paints that change nothing: the sheet just below has the same terms.

    Looking down from a paint, the first sheet that meets it decides. Only where that one lies under
    the whole of it, with the same terms and cases, is it a repeat.
    """

    @cache
    def region(goods: tuple[str, ...] | None) -> Region:
        if goods is None:
            return Region(frozenset([""]), frozenset())
        lists = [sources.goods[item] for item in goods if item in sources.goods]
        inline = [item.replace(".", "") for item in goods if item not in sources.goods]
        rows = [row for listed in lists for row in listed.rows]
        sure = {row.code for row in rows if not row.uncertain}
        perhaps = {row.code for row in rows if row.uncertain}
        return Region(frozenset([*sure, *inline]), frozenset(perhaps))

    @cache
    def meet(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> bool:
        return region(one).meets(region(other))

    found = []
    stack: list[Laid] = []
    for laid in walk(sources):
        if laid.act.status != "enacted":
            continue
        if stack and stack[-1].measure is not laid.measure:
            stack.clear()
        paint = laid.paint
        below = next(
            (
                lower
                for lower in reversed(stack)
                if _days_and_origins_meet(lower.paint, paint)
                and meet(lower.paint.goods, paint.goods)
            ),
            None,
        )
        if (
            below
            and (below.paint.terms, below.paint.cases) == (paint.terms, paint.cases)
            and _days_and_origins_hold(below.paint, paint)
            and region(below.paint.goods).holds(region(paint.goods))
            and _known_as_early(sources, below, laid)
        ):
            message = f"repeats what {below.act.instrument} laid there already ({below.where()})"
            hint = "Take it out, or mend its days, origins, goods or terms."
            found.append(Issue("repeated-paint", "warning", message, laid.where(), hint))
        stack.append(laid)
    return found


def _days_and_origins_meet(one: Paint, other: Paint) -> bool:
    return (
        one.period.start < other.period.end
        and other.period.start < one.period.end
        and _origins_meet(one.origins, other.origins)
    )


def _days_and_origins_hold(wide: Paint, narrow: Paint) -> bool:
    return (
        wide.period.start <= narrow.period.start
        and narrow.period.end <= wide.period.end
        and _origins_hold(wide.origins, narrow.origins)
    )


def _origins_meet(one: Origins, other: Origins) -> bool:
    if one.inverted and other.inverted:
        return True
    if one.inverted or other.inverted:
        named, left_out = (other, one) if one.inverted else (one, other)
        return not named.named <= left_out.named
    return not one.named.isdisjoint(other.named)


def _origins_hold(wide: Origins, narrow: Origins) -> bool:
    if wide.inverted:
        if narrow.inverted:
            return wide.named <= narrow.named
        return wide.named.isdisjoint(narrow.named)
    return not narrow.inverted and narrow.named <= wide.named


def _known_as_early(sources: Sources, lower: Laid, upper: Laid) -> bool:
    known = [sources.instruments.get(laid.act.instrument) for laid in (lower, upper)]
    return all(known) and known[0].known_from <= known[1].known_from  # type: ignore[union-attr]  # all are there
