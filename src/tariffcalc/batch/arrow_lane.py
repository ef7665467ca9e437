"""The columnar lane: record batches of declared text in, record batches of priced text out.

It answers what `LinePricer` answers, byte for byte, and needs the extra `fast` (PyArrow, NumPy).

    lane = ArrowLane(pricer)
    priced = price_batch(batch, lane)            # RecordBatch -> RecordBatch, any number of threads

`batch` has string columns under canonical names (`FIELDS`); others are ignored, absent ones are
blank. The result has the columns `pricer.columns`, as strings, row for row. `lane.first_row` need not
be set: row numbers only matter for `pricer.tally`, and `price_batch(batch, lane, number)` takes the
number of the first row as spreadsheets count.

Files go through `arrow_csv.price_csv` and `arrow_parquet.price_parquet`.
"""
