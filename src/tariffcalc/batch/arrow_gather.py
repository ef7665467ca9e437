"""The first pass over a file with entries in the columnar lane: what each row puts into its entry.

A row that this lane does not read is surveyed by the Python lane, which tells `RowEntries`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_arrays import numbers_of
from tariffcalc.batch.arrow_calls import encoded
from tariffcalc.batch.arrow_columns import Flags
from tariffcalc.batch.arrow_entries import (
    LARGEST,
    NOBODY,
    PUT,
    WIDTH,
    EntryBook,
    Shares,
    TooMuch,
    kind_of,
)
from tariffcalc.batch.arrow_lane import ArrowLane, NotForThisLane
from tariffcalc.batch.arrow_readings import Columns
from tariffcalc.batch.arrow_seen import Seen
from tariffcalc.batch.arrow_sets import numbered
from tariffcalc.batch.arrow_tables import Ids
from tariffcalc.batch.room import room_told
from tariffcalc.batch.unworked import entry_named

BITS = 31
"""Of the number that says which fees a row bears, and when it enters free."""


class Weighed(NamedTuple):
    """What rows put into their entries, as far as this lane reads them.

    Attributes:
        done: Which rows it reads.
        names: The distinct entry numbers.
        name: Which of them each row has.
        day: The entry date of each row, as an ordinal.
        country: The number of its importing country.
        mode: The number of its mode of transport.
        put: Bits and values, as in `PUT`.
    """

    done: Flags
    names: list[str]
    name: Ids
    day: Ids
    country: Ids
    mode: Ids
    put: Any


class Part(NamedTuple):
    """Some rows of a file.

    Attributes:
        size: How many.
        even: The places of those that were weighed.
        weighed: What came of it; None: none was.
        rows: The place of every other row, and of those that are not done, and its cells.
    """

    size: int
    even: Ids
    weighed: Weighed | None
    rows: Iterable[tuple[int, Sequence[str]]]


class Gathering:
    """Adds up the entries of a file."""

    def __init__(self, lane: ArrowLane) -> None:
        """Begin with none."""
        self._lane = lane
        store = lane.pricer.law.store
        levies = (store.tables(importer).levies for importer in store.importers)
        self._fees = [[one.id for one in levy if one.kind == "fee"] for levy in levies]
        self._book = EntryBook(max(map(len, self._fees), default=0))
        self._borne: Any = np.zeros(0, np.int32)

    def weigh(self, columns: Columns) -> Weighed:
        """Return what rows put into their entries. Threads may call it.

        Args:
            columns: Of the rows, the numbers of their entries among them.
        """
        lane = self._lane
        seen = lane.points.seen.see(columns)
        (value, *_), plain = lane.declared(columns, seen)
        enc = encoded(columns["entry"])
        names = [*map(entry_named, enc.dictionary.to_pylist())]
        name = numbers_of(enc.indices, np.int32)
        done = plain & seen.is_read()
        is_named = np.take(np.array([*map(bool, names)], bool), name)
        borne = np.where(done & is_named, self._fees_borne(seen.levies), 0)
        bits, is_known = self._frees(seen, borne)
        done &= is_known
        put = np.zeros(value.size, PUT)
        put["value"], put["bits"] = np.where(done, value, 0), bits
        day = lane.points.readings.ordinal("entry_date", seen.entered)
        day, country, mode = (
            np.broadcast_to(one, value.shape) for one in (day, seen.country, seen.mode)
        )
        return Weighed(done, names, name, day, country, mode, put)

    def shares(self, parts: Iterable[Part], progress: Callable[[int], None]) -> Shares:
        """Add up all rows, and share out their fees.

        Args:
            parts: The rows, in their order.
            progress: Called with the number of rows done so far.

        Raises:
            NotForThisLane: when values are too large for this lane.
            InputError: when there is no room for temporary files.
        """
        done = 0
        try:
            with room_told():
                for part in parts:
                    self._put(part)
                    done += part.size
                    progress(done)
                return self._book.share_out(self._lane.pricer.finder.points_of)
        except TooMuch:
            raise NotForThisLane("the values of its entries are too large") from None
        finally:
            self._book.close()

    def _put(self, part: Part) -> None:
        book, put = self._book, np.zeros(part.size, PUT)
        put["entry"] = NOBODY
        if part.weighed is not None:
            self._put_weighed(put, part.even, part.weighed)
        for place, cells in part.rows:
            put[place] = self._survey(cells)
        book.put(put)

    def _put_weighed(self, put: Any, even: Ids, weighed: Weighed) -> None:
        book, done = self._book, np.flatnonzero(weighed.done)
        own = weighed.put[done]
        readings = self._lane.points.readings
        countries, modes = (
            np.array([0, *map(number, known)])
            for number, known in (
                (book.country, (points.importer for points in readings.countries)),
                (book.mode, readings.modes.keys[1:]),
            )
        )
        kinds = kind_of(
            weighed.day[done], modes[weighed.mode[done]], countries[weighed.country[done]]
        )
        pairs, places = numbered(weighed.name[done].astype(np.int64) << WIDTH | kinds)
        entries = []
        for pair in pairs.tolist():
            name, kind = weighed.names[pair >> WIDTH], pair & (1 << WIDTH) - 1
            entries.append(book.number(name, kind) if name else NOBODY)
        own["entry"] = np.array(entries, np.int32)[places]
        put[even[done]] = own

    def _survey(self, cells: Sequence[str]) -> tuple[int, int, int]:
        """Return what a row puts into its entry, from the Python lane."""
        with self._lane.lock:
            self._lane.pricer.survey(cells)
            taken, unread = self._lane.entries.let_go()
        if unread:
            self._book.add_unread(unread)
        if taken is None:
            return NOBODY, 0, 0
        importer, number, (day, mode), weight = taken
        if weight.value >= LARGEST:
            raise TooMuch
        bits = sum(1 << fee for fee in weight.fees)
        for segment, now in weight.freed:
            bits |= self._free_bit(segment, now)
        book = self._book
        kind = kind_of(day.toordinal(), book.mode(mode), book.country(importer))
        return book.number(number, kind), bits, weight.value

    def _free_bit(self, segment: int, now: int) -> int:
        bit = self._book.fees + 2 * segment + now
        if bit >= BITS:
            raise TooMuch
        return 1 << bit

    def _fees_borne(self, levies: Ids) -> Ids:
        """Return which fees rows bear, as bits, from the numbers of their fees and taxes."""
        keys, borne = self._lane.formulas.levies.keys, self._borne
        if borne.size < len(keys):
            place = {id_: 1 << at for ids in self._fees for at, id_ in enumerate(ids)}
            # Another thread may put a shorter one in its place: this one is taken from.
            self._borne = borne = np.array(
                [sum(place[fee.id] for fee in key.fees) if key else 0 for key in keys], np.int32
            )
        found: Ids = np.take(borne, levies)
        return found

    def _frees(self, seen: Seen, borne: Ids) -> tuple[Ids, Flags]:
        """Return which fees rows bear and in which cases they enter free, where that is known."""
        lane, bits = self._lane, borne.copy()
        known = np.ones(bits.size, bool)
        frees = lane.points.readings.claims.of(seen.claims, "frees") > 0
        rows = np.flatnonzero(frees & (bits > 0))
        if not rows.size:
            return bits, known
        some = Seen(*(np.broadcast_to(column, bits.shape)[rows] for column in seen))
        formulas = lane.formulas
        for segment, plan in enumerate(lane.points.plans(some)):
            known[rows] &= plan > 0
            for now, name in enumerate(("then", "now")):
                free = formulas.steps.of(formulas.plans.of(plan, name), "free") > 0
                bits[rows] |= np.where(free, self._free_bit(segment, now), 0).astype(bits.dtype)
        return bits, known
