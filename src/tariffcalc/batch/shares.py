"""A line and its entry: what it adds in a first pass, its share of the fees in the second."""

from __future__ import annotations

from collections.abc import Sequence

from tariffcalc.batch import remarks
from tariffcalc.batch.entries import Case, Entries, Entry, Kind, Weight
from tariffcalc.batch.finder import Found
from tariffcalc.batch.keys import Circumstances, Day
from tariffcalc.batch.ready import Paid


def add_line(entries: Entries, number: str, found: Found, value: int) -> None:
    """Add a line of some value to its entry."""
    known, day = found.known, found.point.day
    bears_fees = bool(known.lane.levies(known, day).borne)
    put_line(entries, number, known, day, value, _freed(found) if bears_fees else ())


def put_line(
    entries: Entries,
    number: str,
    known: Circumstances,
    day: Day,
    value: int,
    freed: Sequence[Case] = (),
) -> None:
    """Add a line to its entry.

    Args:
        entries: Of the file.
        number: Of the entry.
        known: How the line is entered.
        day: When.
        value: Of the line.
        freed: The cases in which it enters free; see `Weight`.
    """
    lane = known.lane
    places = tuple([place for _, place in lane.levies(known, day).borne])
    kind = Kind(day.day, known.manner.mode)
    entries.add(lane.importer, number, kind, len(lane.fees), Weight(value, places, freed))


def entry_of(entries: Entries, number: str, found: Found) -> tuple[Entry | None, list[str]]:
    """Return the entry of a line, and what is odd about it."""
    importer = found.known.lane.importer
    said = []
    if entries.has_unread(number):
        said.append(remarks.ENTRY_INCOMPLETE)
    if entries.is_split(importer, number):
        said.append(remarks.ENTRY_SPLIT)
    return entries.find(importer, number, _kind(found)), said


def paid_by(entry: Entry, found: Found, value: int) -> Paid:
    """Return the share of a line in the fees of its entry, then and as the law stands."""
    if entry.paid is not None:
        return entry.paid
    lane = found.known.lane
    segment = lane.points.segment(entry.total)
    fees = lane.levies(found.known, found.point.day).borne
    frees = _frees(found, segment) if entry.freed and fees else (False, False)
    paid = [
        0 if frees[now] else entry.pay(fees, value, (segment, now))
        for now in ((False, True) if entry.freed else (False,))
    ]
    return paid[0], paid[-1]


def _kind(found: Found) -> Kind:
    return Kind(found.point.day.day, found.known.manner.mode)


def _freed(found: Found) -> Sequence[Case]:
    """Return in which cases a line enters free: class of its entry's value, then or now."""
    cases = []
    for segment in range(len(found.known.lane.points.limits) + 1):
        frees = _frees(found, segment)
        cases += [(segment, bool(now)) for now, is_free in enumerate(frees) if is_free]
    return tuple(cases)


def _frees(found: Found, segment: int) -> tuple[bool, bool]:
    return found.known.lane.frees(found.known, found.point, segment)
