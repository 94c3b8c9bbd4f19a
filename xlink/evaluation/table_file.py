"""A table as a file: TSV for people, Parquet for programs."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from xlink.corpora.writing import written_whole
from xlink.errors import SpecError

__all__ = ["check_table_path", "write_table"]


def check_table_path(path: Path) -> None:
    """Refuse a path that no table can be written to, before the table is made.

    Raises:
        SpecError: the path ends in neither `.tsv` nor `.parquet`.
    """
    if path.suffix not in (".tsv", ".parquet"):
        raise SpecError(f"A table is written as .tsv or .parquet, not as {path.name!r}.")


def write_table(table: pa.Table, path: Path) -> None:
    """Write `table` to `path`, which ends in `.tsv` or `.parquet`; null is empty in a TSV.

    Raises:
        SpecError: the path ends in something else.
    """
    check_table_path(path)
    if path.suffix == ".tsv":
        with written_whole(path) as stream:
            writer = csv.writer(stream, delimiter="\t", lineterminator="\n")
            writer.writerow(table.column_names)
            for batch in table.to_batches():
                writer.writerows(zip(*batch.to_pydict().values(), strict=True))
    else:
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".tmp-", dir=path.parent) as folder:
            aside = Path(folder) / path.name
            parquet.write_table(table, aside)
            aside.replace(path)
