"""Rows of JSON documents and of Parquet files, which know their columns themselves.

They have no lines: the number of the record stands where others have that of the line.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xlink.errors import DataError
from xlink.terminology.sources.documents import json_document

__all__ = ["Cells", "json_cells", "json_rows", "parquet_columns", "parquet_rows"]

Cells = Mapping[str, str | tuple[str, ...]]


def json_rows(path: Path) -> Iterator[tuple[int, Cells | DataError]]:
    """Yield the number and the cells of each record of a JSON document.

    A list has a record an item. An object has one a key, which stands in the column `@key`; a
    value that is no object stands in `@value`.

    Raises:
        DataError: the file can't be read, is not JSON, or is neither a list nor an object.
    """
    document = json_document(path)
    if isinstance(document, list):
        items: Iterator[tuple[str | None, object]] = ((None, item) for item in document)
    elif isinstance(document, dict):
        items = iter(document.items())
    else:
        raise DataError("it is neither a list nor an object", path=path)
    for number, (key, item) in enumerate(items, start=1):
        record = item if isinstance(item, dict) else {"@value": item}
        try:
            cells = json_cells(record if key is None else {"@key": key, **record})
        except TypeError:
            yield number, _misshapen(path, number)
        else:
            yield number, cells


def json_cells(record: Mapping[str, object]) -> Cells:
    """Return the values of a JSON object as cells.

    Raises:
        TypeError: a value is an object, or a list with anything but texts and numbers.
    """
    return {
        key: tuple(map(_text, value)) if isinstance(value, list) else _text(value)
        for key, value in record.items()
    }


def parquet_columns(path: Path) -> list[str]:
    """Return the names of the columns of a Parquet file.

    Raises:
        DataError: the file is not Parquet.
    """
    with _parquet(path) as file:
        names: list[str] = file.schema_arrow.names
    return names


def parquet_rows(path: Path, columns: Collection[str]) -> Iterator[tuple[int, Cells]]:
    """Yield the number and the cells of each row; other columns than `columns` stay unread.

    Raises:
        DataError: the file is not Parquet, or a column holds structures.
    """
    number = 0
    with _parquet(path) as file:
        for batch in file.iter_batches(columns=list(columns)):
            for record in batch.to_pylist():
                number += 1
                try:
                    yield number, json_cells(record)
                except TypeError:
                    raise _misshapen(path, number) from None


@contextmanager
def _parquet(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (OSError, pa.ArrowException) as error:
        raise DataError(
            f"it can't be read as Parquet: {str(error).splitlines()[0]}",
            path=path,
            remedy="Fetch the file again.",
        ) from None


def _misshapen(path: Path, number: int) -> DataError:
    return DataError(
        "this record holds something else than texts, numbers or lists of them",
        path=path,
        line=number,
        remedy='Mend it, or set on_error = "skip".',
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        raise TypeError
    return value if isinstance(value, str) else json.dumps(value)
