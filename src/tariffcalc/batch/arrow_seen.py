"""What single columns say of rows: goods, origins, days, terms of entry, each by number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from threading import RLock
from typing import Any, NamedTuple

import numpy as np

from tariffcalc.batch.arrow_formulas import Formulas
from tariffcalc.batch.arrow_layers import Layers
from tariffcalc.batch.arrow_readings import Columns, Readings
from tariffcalc.batch.arrow_sets import distinct, numbered
from tariffcalc.batch.arrow_tables import Grid, Ids, Records, each
from tariffcalc.batch.points import Points, Span, Spread


class Seen(NamedTuple):
    """What each row says of its point, by number; a column that all rows share has one row."""

    goods: Ids
    source: Ids
    country: Ids
    claims: Ids
    claimed: Ids
    entered: Ids
    left: Ids
    day: Ids
    shipped: Ids
    levies: Ids
    mode: Ids
    currency: Ids
    unit: Ids
    declared: Ids
    told: Ids

    def is_read(self) -> Any:
        """Return which rows were read by this lane."""
        return (
            (self.goods > 0) & (self.source > 0) & (self.country > 0) & (self.day > 0)
            & (self.shipped > 0) & (self.levies > 0)
        )  # fmt: skip


class SeenTables:
    """Finds what rows say, and keeps it.

    Attributes:
        goods: Country and code, by number, with the number of their class, chapter and course.
        sources: Country and origin, with the number of their class and of the origin.
        groups, touched: Classes of goods, and of origins, with their layers.
        days: Classes of days, with period of the schedule, fees and layers.
        shipped: Country and class of the shipped date.
        chapters, origins, months: Currency and name, by number: what sums are made of.
    """

    def __init__(
        self,
        readings: Readings,
        formulas: Formulas,
        layers: Layers,
        courses: Callable[[int, Sequence[str]], list[int]],
        sources: Records,
        lock: RLock,
    ) -> None:
        """Begin with nothing known.

        Args:
            readings: What texts are read as.
            formulas: Where fees and taxes have their numbers.
            layers: Where layers have theirs.
            courses: Gives the numbers of the base duties of codes.
            sources: For origins.
            lock: Of the lane.
        """
        self._readings = readings
        self._formulas = formulas
        self._layers = layers
        self._courses = courses
        names = [str(place) for place in range(layers.width)]
        self.goods = Records("group", "chapter", "course")
        self.sources = sources
        self.groups, self.touched = Records(*names), Records(*names)
        self.days = Records("period", "levies", *names)
        self.shipped, self._borne = Records(), Records()
        self.chapters, self.origins, self.months = Records(), Records(), Records()
        self._day_of_span: dict[tuple[int, int], int] = {}
        self._goods, self._day, self._shipped = (
            Grid(find, lock) for find in (self._find_goods, self._find_days, self._find_shipped)
        )
        self._source, self._month, self._levies = (
            Grid(each(find), lock)
            for find in (self._find_source, self._find_month, self._find_levies)
        )

    def see(self, columns: Columns) -> Seen:
        """Return what rows say of their points."""
        readings = self._readings
        manner = readings.manner(columns)
        country = readings.manners.of(manner, "country")
        entered = readings.number("entry_date", columns)
        left = readings.number("shipped_date", columns)
        code = readings.number("classification", columns)
        day = self._day.numbers(country, entered)
        late = readings.ordinal("shipped_date", left) > readings.ordinal("entry_date", entered)
        if late.any():
            day = np.where(late, 0, day)
        return Seen(
            self._goods.numbers(country, code),
            self._source.numbers(country, readings.number("origin", columns)),
            country,
            readings.manners.of(manner, "claims"),
            readings.manners.of(manner, "claimed"),
            entered,
            left,
            day,
            self._shipped.numbers(country, left),
            self._levies.numbers(self.days.of(day, "levies"), readings.manners.of(manner, "terms")),
            readings.manners.of(manner, "mode"),
            readings.manners.of(manner, "currency"),
            readings.manners.of(manner, "unit"),
            readings.manners.of(manner, "base"),
            readings.told({"entry_date": entered, "shipped_date": left, "classification": code}),
        )

    def month(self, country: Ids, entered: Ids) -> Ids:
        """Return the number of the month of each row in `months`."""
        return self._month.numbers(
            country, self._readings.values["entry_date"].of(entered, "month")
        )

    def _points(self, country: int) -> Points:
        return self._readings.countries[country - 1]

    def _find_goods(self, countries: Ids, codes: Ids) -> Ids:
        """Goods of codes: their class, chapter and course of base duties."""
        names, found = self._readings.values["classification"].keys, np.zeros_like(codes)
        for country in distinct(countries).tolist():
            here = np.flatnonzero(countries == country)
            points, digits = self._points(country), [names[code] for code in codes[here].tolist()]
            spreads, groups = points.goods(digits), {}
            for spread in {id(spread): spread for spread in spreads}.values():
                groups[id(spread)] = self._layered(self.groups, country, spread)
            chapters = {
                chapter: self.chapters.number((points.currency, chapter))
                for chapter in {code[:2] for code in digits}
            }
            figures = (
                [groups[id(spread)] for spread in spreads],
                [chapters[code[:2]] for code in digits],
                self._courses(country, digits),
            )
            keys = [(country, code) for code in digits]
            found[here] = self.goods.extend(np.array(figures).T, keys)
        return found

    def _layered(self, records: Records, country: int, spread: Spread) -> int:
        """Return the number of goods or origins that are one to the law."""
        key = country, *spread
        found = records.known(key)
        return found or records.number(key, *self._layers.of_spread(country, spread))

    def _find_source(self, country: int, origin: int) -> int:
        points = self._points(country)
        name = self._readings.values["origin"].keys[origin]
        group = self._layered(self.touched, country, points.source(name))
        number = self.origins.number((points.currency, name))
        return self.sources.number((country, name), group, number)

    def _find_days(self, countries: Ids, entered: Ids) -> Ids:
        """Entry dates: those of one span are one."""
        ordinals, found = self._readings.ordinal("entry_date", entered), np.zeros_like(entered)
        for country in distinct(countries).tolist():
            points = self._points(country)
            here = (countries == country) & (ordinals >= points.coverage.start.toordinal())
            turning = [day.toordinal() for day in points.turning]
            numbers, places = numbered(np.searchsorted(turning, ordinals[here], "right"))
            met = np.zeros_like(numbers)
            met[places] = ordinals[here]
            found[here] = np.array([self._span(country, day) for day in met.tolist()])[places]
        return found

    def _span(self, country: int, ordinal: int) -> int:
        span = self._points(country).span(date.fromordinal(ordinal))
        found = self._day_of_span.get((country, span.number))
        if found is None:
            found = self._day_of_span[country, span.number] = self._new_day(country, span)
        return found

    def _new_day(self, country: int, span: Span) -> int:
        """Spans of days that are one to the law."""
        key = country, *span[2:]
        found = self.days.known(key)
        if not found:
            borne = self._borne.number((country, span.levies))
            layers = self._layers.of_span(country, span)
            found = self.days.number(key, span.period + 1, borne, *layers)
        return found

    def _find_shipped(self, countries: Ids, left: Ids) -> Ids:
        """Shipped dates: those between two days that cases name are one, and so is none."""
        ordinals, found = self._readings.ordinal("shipped_date", left), np.zeros_like(left)
        for country in distinct(countries).tolist():
            here = countries == country
            days = [day.toordinal() for day in self._points(country).shipped_days]
            classes = np.searchsorted(days, ordinals[here], "right")
            met, places = numbered(np.where(ordinals[here] > 0, classes, -1))
            numbers = [self.shipped.number((country, class_)) for class_ in met.tolist()]
            found[here] = np.array(numbers)[places]
        return found

    def _find_month(self, country: int, month: int) -> int:
        return self.months.number(
            (self._points(country).currency, self._readings.months.keys[month])
        )

    def _find_levies(self, borne: int, terms: int) -> int:
        """Days with the same figures, and terms of an entry: its fees and taxes."""
        country, figures = self._borne.keys[borne]
        _, claims, mode, province = self._readings.terms.keys[terms]
        points = self._points(country)
        day = next(span.first for span in points.spans.values() if span.levies == figures)
        return self._formulas.charged(points.levies(day, claims, mode, province))
