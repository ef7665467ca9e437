"""The rows of a Spark data frame, priced on its cluster as `batch` prices those of a file.

The catalogue is compiled where `price` is called and sent to the workers once. Each worker process
opens it once, in memory: it reads no file of ours, writes none and needs no home.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from tariffcalc import __version__
from tariffcalc.batch.cells import CellError, CellReader
from tariffcalc.batch.columns import ColumnMap, Defaults, map_columns
from tariffcalc.batch.declared import ORDER
from tariffcalc.batch.lines import LinePricer
from tariffcalc.batch.writers import unique_names
from tariffcalc.catalogue.store import Store
from tariffcalc.library import Catalogue, load_catalogue
from tariffcalc.values.exchange import parse_rates
from tariffcalc.values.issues import InputError, Issue

try:
    import pyarrow as pa  # type: ignore[import-untyped]  # has no types
    import pyarrow.compute as pc  # type: ignore[import-untyped]  # has no types

    # PySpark has types; it need not be there when ours are checked.
    from pyspark.sql import functions  # type: ignore[import-not-found,unused-ignore]
    from pyspark.sql.types import (  # type: ignore[import-not-found,unused-ignore]
        StringType,
        StructField,
        StructType,
    )

    from tariffcalc.batch.arrow_batch import price_batch, price_by_row
    from tariffcalc.batch.arrow_lane import ArrowLane, NotForThisLane
except ModuleNotFoundError as error:
    missing = (error.name or "").partition(".")[0]
    message = f'tariffcalc.spark needs {missing}. Type: pip install "tariffcalc[spark]"'
    raise ImportError(message, name=missing) from None

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LEAST = 50_000
"""Rows that are priced at once: a fifth of that, as Spark sends them, takes twice the time."""

ENTRY = "entry"
ORDERED = "ordered"
"""Columns put beside the user's, which go by their numbers, while entries are brought together."""

BLANKS = r"(?U)^[\s\x1c-\x1f]+|[\s\x1c-\x1f]+$"
NESTED = ("array", "map", "struct", "variant")


class Task(NamedTuple):
    """What a worker is told beside the catalogue: plain values, by which it knows the task again.

    Attributes:
        version: Of the program that asks.
        fields: The fields that are read.
        places: The numbers of their columns.
        kinds: How their cells are read, as in `ColumnMap`.
        defaults: Those of `Defaults`, by name.
    """

    version: str
    fields: tuple[str, ...]
    places: tuple[int, ...]
    kinds: tuple[tuple[str, str], ...]
    defaults: tuple[tuple[str, Any], ...]
    known_on: str
    assume: tuple[str, ...]
    date_format: str | None
    decimal_comma: bool


def price(
    dataframe: DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    importer: str = "",
    origin: str = "",
    currency: str = "",
    entry_date: date | str = "",
    claims: Sequence[str] = (),
    mode: str = "",
    province: str = "",
    catalogue: str | Path | None = None,
    overlays: Sequence[str | Path] = (),
    known_on: date | str = "day",
    assume: Sequence[str] = (),
    fx_rates: str | Path | None = None,
    date_format: str | None = None,
    decimal_comma: bool = False,
) -> DataFrame:
    """Return a data frame that has what each row owes behind its own columns.

    The new columns are those of `tariffcalc batch`, as strings, null where they are blank; one
    whose name is taken gets a number. Fields are found by the names of the columns. Rows keep their
    partitions and their order, unless there is a column of entries: then the rows of an entry are
    brought together, since they share its fees. Files named here are read where this is called.

    Args:
        dataframe: Invoice lines. Cells may be strings, dates, decimals or other numbers.
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

    Raises:
        InputError: when fields are missing or could be one of two columns, and when another
            argument cannot be understood. A row that cannot be priced says so in `error_message`.
    """
    from tariffcalc.catalogue.source import read_text  # a worker has no use for YAML

    header = dataframe.columns
    given = Defaults(importer, origin, currency, str(entry_date), tuple(claims), mode, province)
    mapped = map_columns(header, columns or {}, given)
    _check_columns(dataframe, mapped)
    read = [name for name in (*ORDER, "entry") if name in mapped.places]
    task = Task(
        __version__,
        tuple(read),
        tuple(mapped.places[name] for name in read),
        tuple(mapped.kinds.items()),
        tuple(mapped.defaults._asdict().items()),
        str(known_on),
        tuple(assume),
        date_format or mapped.date_format,
        decimal_comma,
    )
    opened = load_catalogue(catalogue, overlays)
    rates = "" if fx_rates is None else read_text(Path(fx_rates))
    pricer = _make_pricer(task, opened, rates)
    _check_defaults(task, pricer)
    # To Spark, small and capital letters are one.
    taken = [name.lower() for name in header]
    names = [*header, *unique_names([*taken, *pricer.columns])[len(header) :]]
    sent = _send(dataframe, opened, rates)

    def price_partition(batches: Iterable[Any]) -> Iterator[Any]:
        lane = _open_lane(task, *sent.value)
        for batch in _gather(batches, "entry" in task.fields):
            result = _price_batch(batch, task, lane)
            own = batch.columns[: len(header)]
            yield pa.RecordBatch.from_arrays([*own, *result], names)

    fields = [StructField(name, StringType()) for name in names[len(header) :]]
    # A name such as `Line No.` means something else to Spark.
    numbered = dataframe.toDF(*map(str, range(len(header))))
    if "entry" in task.fields:
        numbered = _bring_together(numbered, str(mapped.places["entry"]))
    return numbered.mapInArrow(price_partition, StructType([*dataframe.schema.fields, *fields]))


def _check_columns(dataframe: DataFrame, mapped: ColumnMap) -> None:
    """Refuse what cannot be priced row by row."""
    issues = []
    for name, place in mapped.places.items():
        field = dataframe.schema.fields[place]
        if field.dataType.typeName() in NESTED:
            message = f'"{field.name}" holds lists or records'
            hint = "Give each figure its own column, lists as text joined by ;."
            issues.append(Issue("nested-columns", "error", message, name, hint))
    if mapped.report == "es003":
        message = "an ACE report ES-003 has several rows a line, which must be grouped first"
        hint = "Price it with: tariffcalc batch."
        issues.append(Issue("grouped-report", "error", message, "dataframe", hint))
    if issues:
        raise InputError(issues)


def _make_pricer(task: Task, catalogue: Catalogue, rates: str) -> LinePricer:
    columns = ColumnMap(
        task.fields,
        {name: place for place, name in enumerate(task.fields)},
        kinds=dict(task.kinds),
        defaults=Defaults(**dict(task.defaults)),
    )
    return LinePricer(
        catalogue,
        columns,
        columns.defaults,
        CellReader(catalogue.store, task.date_format, task.decimal_comma, columns.kinds),
        known_on=task.known_on,
        assume=task.assume,
        rates=parse_rates(rates, "fx_rates") if rates else None,
    )


def _check_defaults(task: Task, pricer: LinePricer) -> None:
    """A default that cannot be read would fail row after row: say it before Spark runs."""
    issues = []
    for name, _ in task.defaults:
        try:
            pricer.finder.reader.field(name, "")
        except CellError as error:
            issues.append(Issue(error.code, "error", error.message, name))
    if issues:
        raise InputError(issues)


def _send(dataframe: DataFrame, catalogue: Catalogue, rates: str) -> Any:
    """Send the compiled catalogue and the rates of exchange to the workers."""
    whole = zlib.compress(catalogue.store.connection.serialize(), 1), rates
    try:
        return dataframe.sparkSession.sparkContext.broadcast(whole)
    except (AttributeError, NotImplementedError):  # Spark Connect: it goes with the plan
        return SimpleNamespace(value=whole)


@lru_cache(maxsize=2)
def _open_lane(task: Task, compiled: bytes, rates: str) -> ArrowLane | LinePricer:
    """Open the catalogue in this worker process; all partitions of a data frame share it."""
    if task.version != __version__:
        message = f"the workers have tariffcalc {__version__}, the driver has {task.version}"
        raise RuntimeError(f"{message}: ship one wheel to both")
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.deserialize(zlib.decompress(compiled))
    pricer = _make_pricer(task, Catalogue(Store(connection)), rates)
    try:
        return ArrowLane(pricer)
    except NotForThisLane:
        return pricer


def _price_batch(batch: Any, task: Task, lane: ArrowLane | LinePricer) -> list[Any]:
    """Return the columns of the result of a batch."""
    declared = [batch.column(place) for place in task.places]
    read, result = pa.RecordBatch.from_arrays(declared, list(task.fields)), None
    if isinstance(lane, ArrowLane):
        with suppress(NotForThisLane):
            result = price_batch(read, lane)
    if result is None:
        result = price_by_row(read, lane if isinstance(lane, LinePricer) else lane.pricer)
    return [pc.if_else(pc.equal(column, ""), None, column) for column in result.columns]


def _bring_together(numbered: DataFrame, place: str) -> DataFrame:
    """Bring the rows of each entry together, in the order in which they stood."""
    text = functions.regexp_replace(functions.col(place).cast("string"), BLANKS, "")
    alone = functions.concat(functions.lit("\n"), functions.col(ORDERED).cast("string"))
    entry = functions.when(text == "", None).otherwise(text)
    return (
        numbered.withColumn(ORDERED, functions.monotonically_increasing_id())
        .withColumn(ENTRY, functions.coalesce(entry, alone))
        .repartition(ENTRY)
        .sortWithinPartitions(ENTRY, ORDERED)
    )


def _gather(batches: Iterable[Any], is_by_entry: bool) -> Iterator[Any]:
    """Put small batches together; rows are sorted by entry where no entry may be in two."""
    held: list[Any] = []
    for batch in batches:
        end = batch.num_rows
        if end and is_by_entry:
            entries = batch.column(ENTRY)
            end = pc.index(entries, entries[-1]).as_py()
        held.append(batch.slice(0, end))
        if end and sum(one.num_rows for one in held) >= LEAST:
            yield from _joined(held)
            held = []
        held.append(batch.slice(end))
    yield from _joined(held)


def _joined(batches: Sequence[Any]) -> Iterator[Any]:
    """Yield the rows of some batches as one, unless there is none."""
    rows = [batch for batch in batches if batch.num_rows]
    if rows:
        yield from pa.Table.from_batches(rows).combine_chunks().to_batches()
