"""The tables of a built terminology, as Arrow schemas; DuckDB and Polars can read them too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__all__ = [
    "ALIASES",
    "CONCEPTS",
    "FORMAT_VERSION",
    "FORMER_IDS",
    "KIND",
    "KINDS",
    "RELATIONS",
    "SOURCE_SEPARATOR",
    "as_arrow",
    "as_numpy",
    "read_table",
    "write_table",
]

KIND = "terminology"
FORMAT_VERSION = 1

KINDS = ("preferred", "synonym", "abbreviation")
"""Kinds of alias in the order in which a concept lists them."""

SOURCE_SEPARATOR = "|"
"""Between the sources of an alias that several give."""

_LABEL = pa.dictionary(pa.int32(), pa.string())

# Concepts lie in the order of their ids, aliases in that of their concepts: a row number therefore
# sorts like an id, and the aliases of concept r are the rows first_alias[r] : first_alias[r + 1].
CONCEPTS = pa.schema(
    [
        pa.field("id", pa.large_string(), nullable=False),
        pa.field("name", pa.large_string(), nullable=False),
        pa.field("definition", pa.large_string()),
        pa.field("types", pa.large_list(pa.large_string()), nullable=False),
        pa.field("xrefs", pa.large_list(pa.large_string()), nullable=False),
        pa.field("first_alias", pa.int64(), nullable=False),
    ]
)
ALIASES = pa.schema(
    [
        pa.field("concept", pa.int32(), nullable=False),
        pa.field("text", pa.large_string(), nullable=False),
        pa.field("language", _LABEL, nullable=False),
        pa.field("kind", _LABEL, nullable=False),
        pa.field("source", _LABEL, nullable=False),
    ]
)
# Relations lie in the order of child and parent; `by_parent` is their order by parent and child.
RELATIONS = pa.schema(
    [
        pa.field("child", pa.int32(), nullable=False),
        pa.field("parent", pa.int32(), nullable=False),
        pa.field("by_parent", pa.int32(), nullable=False),
    ]
)
FORMER_IDS = pa.schema(
    [
        pa.field("former", pa.large_string(), nullable=False),
        pa.field("concept", pa.int32(), nullable=False),
    ]
)


def write_table(table: pa.Table, path: Path) -> None:
    """Write `table` as one record batch, so that it maps back without a copy."""
    whole = table.combine_chunks()
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, whole.schema) as writer:
        writer.write_table(whole)


def read_table(path: Path) -> pa.Table:
    """Map a table written by `write_table` into memory."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def as_numpy(column: pa.Array | pa.ChunkedArray) -> npt.NDArray[Any]:
    """Return a column of numbers without nulls, of one chunk at most, as a view of its memory.

    Arrow's own `to_numpy` imports pandas where it is installed, which takes up to a second.
    """
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], column.type)
    dtype = column.type.to_pandas_dtype()
    buffer = column.buffers()[1]
    if buffer is None:
        return np.empty(0, dtype=dtype)
    return np.frombuffer(buffer, dtype=dtype)[column.offset : column.offset + len(column)]


def as_arrow(rows: npt.NDArray[np.integer]) -> pa.Array:
    """Return row numbers as an Arrow array, without pandas as `as_numpy` does."""
    numbers = np.ascontiguousarray(rows, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(numbers), [None, pa.py_buffer(numbers)])
