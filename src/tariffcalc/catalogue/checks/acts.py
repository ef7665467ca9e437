"""Checks of acts and paints: their order, their days, what they charge and what they cite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from tariffcalc.catalogue.checks.walk import Laid, place_of_act, walk
from tariffcalc.catalogue.read import Sources
from tariffcalc.catalogue.terms import Case, Condition, Effect, Kind
from tariffcalc.values.days import Period
from tariffcalc.values.issues import Issue

OF_REQUIREMENTS = (Effect.REQUIREMENT, Effect.FREE_ENTRY)


def reversed_periods(sources: Sources) -> list[Issue]:
    """Find paints that hold on no day."""
    return [
        Issue(
            "empty-period",
            "error",
            f"holds from {laid.paint.period.start} until {laid.paint.period.end}, which is no day",
            laid.where("until"),
            "`until` is the first day on which it no longer holds.",
        )
        for laid in walk(sources)
        if laid.paint.period.end <= laid.paint.period.start
    ]


def order_of_making(sources: Sources) -> list[Issue]:
    """Find acts that stand below an act made after them, and texts known before they were made."""
    found = []
    for measure in sources.measures:
        last = None
        for act in measure.acts:
            instrument = sources.instruments.get(act.instrument)
            if instrument is None or act.status == "overlay":
                continue
            if last and instrument.made < last.made:
                message = f"{act.instrument} was made on {instrument.made}, before {last.id} above"
                message += f" it ({last.made})"
                hint = "Put the acts in the order in which they were made."
                found.append(Issue("act-order", "error", message, place_of_act(act), hint))
                continue
            last = instrument
    for instrument in sources.instruments.values():
        if instrument.known_from < instrument.made:
            message = f"is known from {instrument.known_from}, before it was made"
            message += f" ({instrument.made})"
            hint = "`known_from` is for a text that the border worked by only later."
            place = sources.places[instrument.id]
            found.append(Issue("known-before-made", "error", message, place, hint))
    return found


def uncited(sources: Sources) -> list[Issue]:
    """Find acts whose instrument nobody could look up. A user's own overlay need not cite."""
    return [
        Issue(
            "uncited",
            "error",
            f"{act.instrument} has neither a citation nor an address",
            place_of_act(act),
            f"Add citation or url to it in {sources.places[act.instrument]}.",
        )
        for measure in sources.measures
        for act in measure.acts
        if act.status != "overlay"
        and (instrument := sources.instruments.get(act.instrument)) is not None
        and not (instrument.citation or instrument.url)
    ]


def above_cap(sources: Sources) -> list[Issue]:
    """Find enacted duties above the highest rate that the authority of their measure allows."""
    return [
        Issue(
            "above-cap",
            "error",
            f"{terms.duty.text} is above the {(cap * 100).normalize():f}% that"
            f" {laid.measure.authority} allows",
            where,
            "Correct the duty, or the `cap` of the measure.",
        )
        for laid in walk(sources)
        if (cap := laid.measure.cap) is not None and laid.act.status == "enacted"
        for terms, where in laid.all_terms("duty")
        if terms.duty.rate is not None and terms.duty.rate.ad_valorem > cap
    ]


def kinds(sources: Sources) -> list[Issue]:
    """Find requirements that charge, and charges that only require."""
    found = []
    for laid in walk(sources):
        requires = laid.measure.kind is Kind.REQUIREMENT
        for terms, where in laid.all_terms("duty"):
            fits = terms.duty.effect in OF_REQUIREMENTS
            if terms.duty.effect is not Effect.NONE and fits is not requires:
                message = f'the duty "{terms.duty.text}" does not belong in a measure of kind'
                message += f" {laid.measure.kind}"
                hint = "A requirement has requirement, free entry or none; no other measure has."
                found.append(Issue("duty-and-kind", "error", message, where, hint))
    return found


def dead_cases(sources: Sources) -> list[Issue]:
    """Find cases that never hold, and those behind a case that holds wherever they would."""
    return [issue for laid in walk(sources) for issue in _dead(laid)]


def _dead(laid: Laid) -> Iterator[Issue]:
    period, cases = laid.paint.period, laid.paint.cases
    for number, case in enumerate(cases):
        where = laid.where("cases", number)
        late = [c.limit for c in case.when if never_holds(c, period)]
        if late:
            message = f"never holds: the paint begins on {period.start}, not before {late[0]}"
            yield Issue("dead-case", "warning", message, where, "Take the case out.")
            continue
        before = [n for n in range(number) if _holds_wherever(cases[n], case, period)]
        if before:
            first = laid.where("cases", before[0]).rpartition(" ")[2]
            message = f"is never reached: the case on line {first} holds wherever this one would"
            hint = "Put the narrower case first, or take this one out."
            yield Issue("dead-case", "warning", message, where, hint)


def never_holds(condition: Condition, period: Period) -> bool:
    """Whether a condition holds on no day of a period."""
    limit = condition.limit
    before = isinstance(limit, date) and limit <= period.start
    return before and condition.name == "entered_before"


def _holds_wherever(wide: Case, narrow: Case, period: Period) -> bool:
    return all(
        _always(condition, period) or any(follows(condition, other) for other in narrow.when)
        for condition in wide.when
    )


def _always(condition: Condition, period: Period) -> bool:
    limit = condition.limit
    if isinstance(limit, date):
        return condition.name == "entered_before" and limit >= period.end
    return condition.name == "base_rate_at_least" and limit == 0


def follows(condition: Condition, other: Condition) -> bool:
    """Whether `condition` holds wherever `other` does."""
    if condition.name != other.name or condition.limit is None or other.limit is None:
        return condition == other
    if isinstance(condition.limit, date) or isinstance(other.limit, date):
        assert isinstance(condition.limit, date)
        assert isinstance(other.limit, date)
        return condition.limit >= other.limit
    if condition.name == "base_rate_at_least":
        return condition.limit <= other.limit
    return condition.limit >= other.limit
