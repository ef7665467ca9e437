"""Is this catalogue sound? Each check is a plain function over the sources; the list is last."""

from __future__ import annotations

from collections.abc import Iterator

from tariffcalc.catalogue.read import Sources
from tariffcalc.catalogue.terms import Act, Measure, Paint
from tariffcalc.values.codes import PREFIX_LENGTHS, digits_of
from tariffcalc.values.issues import Issue, nearest


def faults_that_forbid_use(sources: Sources) -> list[Issue]:
    """Return the faults that would make an answer wrong: nothing is compiled over them."""
    faults = [issue for issue in sources.issues if issue.severity == "error"]
    for check in (unresolved_names, reversed_periods):
        faults += check(sources)
    return faults


def _paints(sources: Sources) -> Iterator[tuple[Measure, Act, Paint, str]]:
    for measure in sources.measures:
        for act in measure.acts:
            for paint in act.paints:
                line = getattr(paint.body, "line", act.line)
                yield measure, act, paint, f"{measure.file} line {line}"


def unresolved_names(sources: Sources) -> list[Issue]:
    """Find instruments, lists, codes, claims and measures that are named but do not exist."""
    found: list[Issue] = []
    measures = {measure.id for measure in sources.measures}
    facts = {fact.id for fact in sources.facts}

    def missing(what: str, name: str, known: set[str], where: str) -> None:
        if name not in known:
            like = nearest(name, known)
            hint = f"Did you mean {' or '.join(like)}?" if like else ""
            message = f'the {what} "{name}" does not exist'
            found.append(Issue(f"unresolved-{what}", "error", message, where, hint))

    for measure, act, paint, where in _paints(sources):
        missing("instrument", act.instrument, set(sources.instruments), where)
        for item in paint.goods or ():
            if item.replace(".", "").isdigit():
                if len(digits_of(item)) not in PREFIX_LENGTHS:
                    message = f'the code "{item}" has {len(digits_of(item))} digits'
                    found.append(
                        Issue("bad-code", "error", message, where, "A code has 2, 4, 6, 8 or 10.")
                    )
            else:
                missing("list", item, set(sources.goods), where)
        for terms in (paint.terms, *(case.terms for case in paint.cases)):
            for other in (*terms.yields_to, *terms.excluded_by):
                missing("measure", other, measures, where)
            if terms.on.fact:
                missing("content", terms.on.fact, facts, where)
        for condition in (c for case in paint.cases for c in case.when if c.is_claim):
            missing("claim", condition.name, facts, where)
        if sources.manifest and measure.importer not in sources.manifest.countries:
            missing("importer", measure.importer, set(sources.manifest.countries), where)
    return found


def reversed_periods(sources: Sources) -> list[Issue]:
    """Find paints that hold on no day."""
    return [
        Issue(
            "empty-period",
            "error",
            f"holds from {paint.period.start} until {paint.period.end}, which is no day",
            where,
            "`until` is the first day on which it no longer holds.",
        )
        for _, _, paint, where in _paints(sources)
        if paint.period.end <= paint.period.start
    ]
