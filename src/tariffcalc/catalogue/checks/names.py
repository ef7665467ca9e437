"""Checks of names: whatever is named exists, and stands once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from tariffcalc.catalogue.checks.walk import Laid, place_in, place_of_act, walk
from tariffcalc.catalogue.read import Sources
from tariffcalc.values.codes import PREFIX_LENGTHS, digits_of
from tariffcalc.values.issues import Issue
from tariffcalc.values.nearest import nearest


def unresolved_names(sources: Sources) -> list[Issue]:
    """Find instruments, lists, codes, claims, contents and measures that do not exist.

    What stands in a file with faults is not missed as well.
    """
    faulty = {PurePath(issue.where.partition(" line ")[0]).stem for issue in sources.issues}
    facts = {fact.id: fact.sort for fact in sources.facts}
    claims = {name for name, sort in facts.items() if sort == "claim"}
    contents = {name for name, sort in facts.items() if sort == "content"}
    found: list[Issue] = []
    for measure in sources.measures:
        for act in measure.acts:
            if act.instrument not in sources.places:
                known = sources.instruments
                found += missing("instrument", act.instrument, known, place_of_act(act))
    for laid in walk(sources):
        found += _goods(laid, sources)
        importer = laid.measure.importer
        ids = [measure.id for measure in sources.measures if measure.importer == importer]
        for terms, where in laid.all_terms("yields_to", "excluded_by", "on"):
            for other in (*terms.yields_to, *terms.excluded_by):
                if other not in faulty:
                    found += missing("measure", other, ids, where, f" among those of {importer}")
            if terms.on.fact:
                found += missing("content", terms.on.fact, contents, where)
        for number, case in enumerate(laid.paint.cases):
            for condition in case.when:
                if condition.is_claim:
                    where = laid.where("cases", number)
                    found += missing("claim", condition.name, claims, where)
    for levy in sources.levies:
        rows = [name for rate in levy.rates for name in rate.except_claims]
        for name in (*levy.except_claims, *levy.claims, *rows):
            found += missing("claim", name, claims, sources.places[levy.id])
    for number, fact in enumerate(sources.facts):
        for name in fact.implies:
            found += missing("claim", name, claims, _place_of_fact(sources, number))
    unsure = _not_known(sources)
    return list(dict.fromkeys(issue for issue in found if issue.code not in unsure))


def _not_known(sources: Sources) -> set[str]:
    """Return the slugs of faults that cannot be told, as files that could say are not readable."""
    files = {issue.where.partition(" line ")[0] for issue in sources.issues}
    unsure = {"unresolved-claim", "unresolved-content"} if "claims.yaml" in files else set()
    read = {where.partition(" line ")[0] for where in sources.places.values()}
    if any(file.startswith("instruments/") for file in files - read):
        unsure.add("unresolved-instrument")
    return unsure


def _goods(laid: Laid, sources: Sources) -> Iterator[Issue]:
    for number, item in enumerate(laid.paint.goods or ()):
        if item in sources.goods:
            continue
        if "/" in item:
            yield from missing("list", item, sources.goods, laid.where("goods", number))
        else:
            yield from bad_code(item, laid.where("goods", number))


def bad_code(code: str, where: str) -> Iterator[Issue]:
    """Yield what is wrong with a code that stands where goods are named."""
    try:
        length = len(digits_of(code))
    except ValueError:
        message = f'"{code}" is neither a code nor a list of goods'
        hint = "A code has digits and points only; a list is named as us/steel-2018 is."
        yield Issue("bad-code", "error", message, where, hint)
        return
    if length not in PREFIX_LENGTHS:
        message = f'the code "{code}" has {length} digits'
        yield Issue("bad-code", "error", message, where, "A code has 2, 4, 6, 8 or 10.")


def missing(
    what: str, name: str, known: Iterable[str], where: str, among: str = ""
) -> Iterator[Issue]:
    """Yield that a name is not among those known, with those that look like it."""
    if name not in known:
        like = nearest(name, known)
        hint = f"Did you mean {' or '.join(like)}?" if like else f"Add it, or name another {what}."
        message = f'the {what} "{name}" does not exist{among}'
        yield Issue(f"unresolved-{what}", "error", message, where, hint)


def repeated_ids(sources: Sources) -> list[Issue]:
    """Find measures, claims and contents whose name is taken; instruments are held at reading."""
    found = []
    files: dict[str, str] = {}
    for measure in sources.measures:
        if measure.id in files:
            message = f'the measure "{measure.id}" stands already in {files[measure.id]}'
            where = place_in(sources, measure.file, "id")
            found.append(Issue("repeated-measure", "error", message, where, "Give it another id."))
        files[measure.id] = measure.file
    names: set[str] = set()
    for number, fact in enumerate(sources.facts):
        for name in (fact.id, *fact.aliases):
            if name in names:
                where = _place_of_fact(sources, number)
                message = f'the name "{name}" of a claim or content stands twice'
                hint = "Every claim, content and alias needs a name of its own."
                found.append(Issue("repeated-claim", "error", message, where, hint))
            names.add(name)
    return found


def _place_of_fact(sources: Sources, number: int) -> str:
    claims = sum(fact.sort == "claim" for fact in sources.facts)
    place = ("claims", number) if number < claims else ("contents", number - claims)
    return place_in(sources, "claims.yaml", *place)
