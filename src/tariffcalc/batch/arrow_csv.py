"""A CSV file priced in blocks of some megabytes by the columnar lane.

    price_csv(path, pricer, out, *, delimiter=",", first_row=2, progress=None, threads=2,
              keep=None) -> int                     # rows written; sums are in pricer.tally
    raises NotStrict before anything is written, when the file is not of the strict shape (UTF-8,
    one delimiter, a header line equal to pricer's ColumnMap.header): use the Python lane then.

`out` is a binary file; the caller has written the header line to it. `progress(rows, bytes_read)` is
called after each block. `keep(cells) -> list[str]` is the writer's rule for the user's own cells
(formula neutralising); None leaves them.

**How the user's cells are written** (the rule both lanes keep): as `csv.writer` with minimal quoting
writes the cells that `csv.reader` read, with the file's line end. A line without a quote and without a
cell that would be neutralised is therefore copied byte for byte; any other line is read and written
by the csv module.
"""
