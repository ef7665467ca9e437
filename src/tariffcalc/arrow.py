"""Invoice lines in Arrow tables, priced where they are as `batch` prices those of a file.

For notebooks, data frames and pools of workers: `price` gives a table back with what each row owes.
A process opens the law once for all tables that are read alike, from whichever thread they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, TypedDict, Unpack

from tariffcalc.batch.cells import CellReader
from tariffcalc.batch.columns import ColumnMap, Defaults, map_columns
from tariffcalc.batch.declared import ORDER
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.writers import unique_names
from tariffcalc.library import Catalogue, load_catalogue
from tariffcalc.values.exchange import parse_rates
from tariffcalc.values.issues import InputError, Issue
from tariffcalc.values.nearest import nearest

try:
    import pyarrow as pa  # type: ignore[import-untyped]  # has no types
    import pyarrow.compute as pc  # type: ignore[import-untyped]  # has no types

    from tariffcalc.batch.arrow_batch import price_batch, price_by_row
    from tariffcalc.batch.arrow_lane import ArrowLane, NotForThisLane
    from tariffcalc.batch.parquet_batches import roomy
    from tariffcalc.batch.parquet_rows import ZONES, is_nested, zone_fault
except ModuleNotFoundError as error:
    missing = (error.name or "").partition(".")[0]
    message = f'tariffcalc.arrow needs {missing}. Type: pip install "tariffcalc[fast]"'
    raise ImportError(message, name=missing) from None

ROWS = 50_000
"""Rows that are priced at once: with fewer, each takes longer; more take more memory."""

ENTRY = "entry"


class Options(TypedDict, total=False):
    """How invoice lines are read, and by which law they are priced. All may be left out.

    Attributes:
        columns: Field to column, where the name does not say it: ``{"customs_value": "Net"}``. An
            empty column leaves the field out.
        importer: Importing country of rows that name none, US or CA.
        origin: Origin of rows that name none.
        currency: Currency of rows that name none; else the importing country's own.
        entry_date: Entry date of rows that name none.
        claims: Claims made on rows that make none, such as usmca.
        mode: Mode of transport of rows that name none.
        province: Province of the importer, for personal imports.
        catalogue: A catalogue folder of your own; else the shipped one.
        overlays: YAML files of measures to lay on top.
        known_on: `day`, `now` or a date, as for `Catalogue.law`.
        assume: Threatened acts to price as law, as for `Catalogue.law`.
        fx_rates: A file of exchange rates.
        date_format: ``MM/DD/YYYY`` or ``DD/MM/YYYY``, where the dates do not say.
        decimal_comma: Whether the comma parts the cents, as in ``1 234,56``.
    """

    columns: Mapping[str, str]
    importer: str
    origin: str
    currency: str
    entry_date: date | str
    claims: str | Sequence[str]
    mode: str
    province: str
    catalogue: str | Path | None
    overlays: str | Path | Sequence[str | Path]
    known_on: date | str
    assume: str | Sequence[str]
    fx_rates: str | Path | None
    date_format: str | None
    decimal_comma: bool


class Task(NamedTuple):
    """What is to be known beside the catalogue: plain values, by which a process knows it again.

    Attributes:
        fields: The fields that are read.
        places: The numbers of their columns.
        kinds: How their cells are read, as in `ColumnMap`.
        defaults: Those of `Defaults`, by name.
    """

    fields: tuple[str, ...]
    places: tuple[int, ...]
    kinds: tuple[tuple[str, str], ...]
    defaults: tuple[tuple[str, Any], ...]
    known_on: str
    assume: tuple[str, ...]
    date_format: str | None
    decimal_comma: bool

    def pricer(self, catalogue: Catalogue, rates: str) -> LinePricer:
        """Return what prices the rows, under a catalogue and the text of a file of rates.

        Raises:
            InputError: when the law, the rates or a default cannot be understood: they would fail
                row after row.
        """
        fields = {name: place for place, name in enumerate(self.fields)}
        columns = ColumnMap(
            self.fields, fields, kinds=dict(self.kinds), defaults=Defaults(**dict(self.defaults))
        )
        pricer = LinePricer(
            catalogue,
            columns,
            columns.defaults,
            CellReader(catalogue.store, self.date_format, self.decimal_comma, columns.kinds),
            known_on=self.known_on,
            assume=self.assume,
            rates=parse_rates(rates, "fx_rates") if rates else None,
        )
        issues = [
            Issue(error.code, "error", error.message, error.field)
            for error in pricer.finder.reader.faulty_defaults()
        ]
        if issues:
            raise InputError(issues)
        return pricer


def price(table: Any, **options: Unpack[Options]) -> Any:
    """Return a table that has what each row owes behind its own columns.

    The new columns are those of `tariffcalc batch`, as strings, null where they are blank; one
    whose name is taken gets a number. Fields are found by the names of the columns. Where there is
    a column of entries, all rows of an entry must be in the table: they share its fees.

    Args:
        table: A `pyarrow.Table`, or a data frame that Arrow can read, of pandas or Polars. Cells
            may be strings, dates, decimals or other numbers.
        options: Those of `Options`.

    Raises:
        InputError: when fields are missing or could be one of two columns, and when another option
            cannot be understood. A row that cannot be priced says so in `error_message`.
    """
    table = pa.table(table)
    names = table.column_names
    task = task_of(names, options)
    check_plain(
        (names[place], name)
        for name, place in zip(task.fields, task.places, strict=True)
        if is_nested(table.schema.types[place])
    )
    for place in task.places:
        if fault := zone_fault(table.schema.field(place)):
            raise InputError([Issue("unknown-zone", "error", fault, "table", ZONES)])
    catalogue, rates = opened(options)
    lane = _kept_lane(task, _Held(catalogue), rates)
    declared = pa.Table.from_arrays([table.column(place) for place in task.places], task.fields)
    results = [results_of(batch, lane) for batch in _batches(roomy(declared))]
    columns = map(pa.chunked_array, zip(*results, strict=True)) if results else _nothing(lane)
    return pa.table([*table.columns, *columns], unique_names([*names, *lane.pricer.columns]))


def task_of(header: Sequence[str], options: Options) -> Task:
    """Return what is to be known of columns with such names.

    Raises:
        InputError: as `price` does.
        TypeError: for an option that there is not.
    """
    for name in options.keys() - Options.__annotations__.keys():
        near = nearest(name, Options.__annotations__)
        hint = f": did you mean {' or '.join(near)}?" if near else ""
        raise TypeError(f"price() has no option {name!r}{hint}")
    claims, assume = options.get("claims", ()), options.get("assume", ())
    given = Defaults(
        options.get("importer", ""),
        options.get("origin", ""),
        options.get("currency", ""),
        str(options.get("entry_date", "")),
        (claims,) if isinstance(claims, str) else tuple(claims),
        options.get("mode", ""),
        options.get("province", ""),
    )
    mapped = map_columns(header, options.get("columns", {}), given)
    if mapped.report == "es003":
        message = "an ACE report ES-003 has several rows a line, which must be grouped first"
        hint = "Price it with: tariffcalc batch."
        raise InputError([Issue("grouped-report", "error", message, "columns", hint)])
    read = [name for name in (*ORDER, ENTRY) if name in mapped.places]
    return Task(
        tuple(read),
        tuple(mapped.places[name] for name in read),
        tuple(mapped.kinds.items()),
        tuple(mapped.defaults._asdict().items()),
        str(options.get("known_on", "day")),
        (assume,) if isinstance(assume, str) else tuple(assume),
        options.get("date_format") or mapped.date_format,
        options.get("decimal_comma", False),
    )


def check_plain(nested: Iterable[tuple[str, str]]) -> None:
    """Refuse columns of lists or records, of which names and fields are given, if there are any."""
    hint = "Give each figure its own column, lists as text joined by ;."
    issues = [
        Issue("nested-columns", "error", f'"{column}" holds lists or records', field, hint)
        for column, field in nested
    ]
    if issues:
        raise InputError(issues)


def opened(options: Options) -> tuple[Catalogue, str]:
    """Return the catalogue that options name, and the text of their file of exchange rates."""
    from tariffcalc.catalogue.source import read_text  # a worker of Spark has no use for YAML

    rates = options.get("fx_rates")
    catalogue = load_catalogue(options.get("catalogue"), options.get("overlays", ()))
    return catalogue, "" if rates is None else read_text(Path(rates))


def lane_of(task: Task, catalogue: Catalogue, rates: str) -> ArrowLane:
    """Return the tables of a task, which fill as rows are priced; arguments as of `Task.pricer`."""
    return ArrowLane(task.pricer(catalogue, rates))


def results_of(batch: Any, lane: ArrowLane) -> list[Any]:
    """Return the columns of the result of a batch of a task's fields, null where they are blank."""
    result = None
    with suppress(NotForThisLane):
        result = price_batch(batch, lane)
    if result is None:
        with lane.lock:
            result = price_by_row(batch, lane.pricer)
    return [pc.if_else(pc.equal(column, ""), None, column) for column in result.columns]


class _Held:
    """A catalogue, equal to every other of the same content."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._digest = str(catalogue.store.meta["digest"])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self._digest == other._digest

    def __hash__(self) -> int:
        return hash(self._digest)


@lru_cache(maxsize=2)
def _kept_lane(task: Task, held: _Held, rates: str) -> ArrowLane:
    return lane_of(task, held.catalogue, rates)


def _batches(declared: Any) -> list[Any]:
    """Cut a table into batches; one with entries stays whole.

    Raises:
        InputError: when it is too large for that.
    """
    if ENTRY not in declared.column_names:
        return list(declared.combine_chunks().to_batches(max_chunksize=ROWS))
    batches: list[Any] = declared.combine_chunks().to_batches()
    if len(batches) > 1:
        message = "the table is too large to bring the rows of each entry together"
        hint = "Price it in parts that hold whole entries."
        raise InputError([Issue("too-large", "error", message, ENTRY, hint)])
    return batches


def _nothing(lane: ArrowLane) -> list[Any]:
    return [pa.nulls(0, pa.string())] * len(lane.pricer.columns)
