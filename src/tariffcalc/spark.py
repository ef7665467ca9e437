"""The rows of a Spark data frame, priced on its cluster as `batch` prices those of a file.

The catalogue is compiled where `price` is called and sent to the workers once. Each worker process
opens it once, in memory: it reads no file of ours, writes none and needs no home.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Unpack

from tariffcalc import __version__
from tariffcalc.batch.writers import unique_names
from tariffcalc.catalogue.store import Store
from tariffcalc.library import Catalogue

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

    from tariffcalc.arrow import (
        ENTRY,
        ROWS,
        Options,
        Task,
        check_plain,
        lane_of,
        opened,
        results_of,
        task_of,
    )
except ModuleNotFoundError as error:
    missing = (error.name or "").partition(".")[0]
    message = f'tariffcalc.spark needs {missing}. Type: pip install "tariffcalc[spark]"'
    raise ImportError(message, name=missing) from None

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from tariffcalc.batch.arrow_lane import ArrowLane

ORDERED = "ordered"
"""A column put beside the user's, which go by their numbers, while entries are brought together."""

BLANKS = r"(?U)^[\s\x1c-\x1f]+|[\s\x1c-\x1f]+$"
NESTED = ("array", "map", "struct", "variant")


def price(dataframe: DataFrame, **options: Unpack[Options]) -> DataFrame:
    """Return a data frame that has what each row owes behind its own columns.

    It is what `tariffcalc.arrow.price` does, on a cluster. Rows keep their partitions and their
    order, unless there is a column of entries: then the rows of an entry are brought together,
    since they share its fees. Files that are named are read where this is called.

    Args:
        dataframe: Invoice lines. Cells may be strings, dates, decimals or other numbers.
        options: Those of `tariffcalc.arrow.Options`.

    Raises:
        InputError: when fields are missing or could be one of two columns, and when another option
            cannot be understood. A row that cannot be priced says so in `error_message`.
    """
    header, types = dataframe.columns, dataframe.schema.fields
    task = task_of(header, options)
    check_plain(
        (types[place].name, name)
        for name, place in zip(task.fields, task.places, strict=True)
        if types[place].dataType.typeName() in NESTED
    )
    catalogue, rates = opened(options)
    pricer = task.pricer(catalogue, rates)
    # To Spark, small and capital letters are one.
    taken = [name.lower() for name in header]
    names = [*header, *unique_names([*taken, *pricer.columns])[len(header) :]]
    sent = _send(dataframe, catalogue, rates)

    def price_partition(batches: Iterable[Any]) -> Iterator[Any]:
        lane = _open_lane(task, *sent.value)
        for batch in _gather(batches, ENTRY in task.fields):
            declared = [batch.column(place) for place in task.places]
            result = results_of(pa.RecordBatch.from_arrays(declared, [*task.fields]), lane)
            own = batch.columns[: len(header)]
            yield pa.RecordBatch.from_arrays([*own, *result], names)

    fields = [StructField(name, StringType()) for name in names[len(header) :]]
    # A name such as `Line No.` means something else to Spark.
    numbered = dataframe.toDF(*map(str, range(len(header))))
    if ENTRY in task.fields:
        place = task.places[task.fields.index(ENTRY)]
        numbered = _bring_together(numbered, str(place))
    return numbered.mapInArrow(price_partition, StructType([*dataframe.schema.fields, *fields]))


def _send(dataframe: DataFrame, catalogue: Catalogue, rates: str) -> Any:
    """Send the compiled catalogue and the rates of exchange to the workers."""
    whole = __version__, zlib.compress(catalogue.store.connection.serialize(), 1), rates
    try:
        return dataframe.sparkSession.sparkContext.broadcast(whole)
    except (AttributeError, NotImplementedError):  # Spark Connect: it goes with the plan
        return SimpleNamespace(value=whole)


@lru_cache(maxsize=2)
def _open_lane(task: Task, version: str, compiled: bytes, rates: str) -> ArrowLane:
    """Open the catalogue in this worker process; all partitions of a data frame share it."""
    if version != __version__:
        message = f"the workers have tariffcalc {__version__}, the driver has {version}"
        raise RuntimeError(f"{message}: ship one wheel to both")
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.deserialize(zlib.decompress(compiled))
    return lane_of(task, Catalogue(Store(connection)), rates)


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
        if end and sum(one.num_rows for one in held) >= ROWS:
            yield from _joined(held)
            held = []
        held.append(batch.slice(end))
    yield from _joined(held)


def _joined(batches: Sequence[Any]) -> Iterator[Any]:
    """Yield the rows of some batches as one, unless there is none."""
    rows = [batch for batch in batches if batch.num_rows]
    if rows:
        yield from pa.Table.from_batches(rows).combine_chunks().to_batches()
