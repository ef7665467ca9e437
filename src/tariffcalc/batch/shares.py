"""A line and its entry: what it adds in a first pass, its share of the fees in the second."""

from __future__ import annotations

from tariffcalc.batch import remarks
from tariffcalc.batch.entries import Entries, Entry, Kind, Weight
from tariffcalc.batch.finder import Found
from tariffcalc.batch.levied import total
from tariffcalc.batch.ready import Paid


def add_line(entries: Entries, number: str, found: Found, value: int) -> None:
    """Add a line of some value to its entry."""
    lane, day = found.known.lane, found.point.day
    places = tuple(place for _, place in lane.fees_borne(found.known, day))
    weight = Weight(value, places, _freed(found) if places else ())
    entries.add(lane.importer, number, _kind(found), len(lane.fees), weight)


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
    fees = lane.fees_borne(found.known, found.point.day)
    frees = _frees(found, segment) if entry.freed and fees else (False, False)
    paid = [
        0
        if frees[now]
        else total([entry.share(fee, at, value, (segment, now)) for fee, at in fees])
        for now in ((False, True) if entry.freed else (False,))
    ]
    return paid[0], paid[-1]


def _kind(found: Found) -> Kind:
    return Kind(found.point.day.day, found.known.manner.mode)


def _freed(found: Found) -> tuple[tuple[int, bool], ...]:
    """Return in which cases a line enters free: class of its entry's value, then or now."""
    cases = []
    for segment in range(len(found.known.lane.points.limits) + 1):
        frees = _frees(found, segment)
        cases += [(segment, bool(now)) for now, is_free in enumerate(frees) if is_free]
    return tuple(cases)


def _frees(found: Found, segment: int) -> tuple[bool, bool]:
    return found.known.lane.frees(found.known, found.point, segment)
