"""One table of an RF2 release in columns, and the latest state of its rows.

Arrow reads a sound file at once. What it refuses is read line by line, to name the line or, in the
tolerant mode, to leave it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from xlink.errors import DataError
from xlink.tally import Tally
from xlink.terminology.sources.rf2 import ReleaseFile
from xlink.terminology.sources.rf2_lines import Cell, OnError, sound_lines
from xlink.terminology.sources.sctid import is_valid

__all__ = ["latest", "read_table"]

_TYPES = {
    "sctid": pa.int64(),
    "time": pa.int32(),
    "flag": pa.int8(),
    "uuid": pa.string(),
    "text": pa.large_string(),
}
_STATE = ("id", "effectiveTime", "active")
_BLOCK_BYTES = 2**24
_UUID_CHARS = 36
_TIMES = (10**7, 10**8 - 1)


def read_table(
    file: ReleaseFile,
    columns: Mapping[str, Cell],
    *,
    only: Mapping[str, int],
    until: int | None,
    on_error: OnError,
    tally: Tally,
) -> pa.Table:
    """Return `columns` of a table, with the state (`active`, `time`) and the key of each row.

    The key is `key` and `key2`: an SCTID and 0, or the halves of a UUID. `only` names the value
    that a column must have; `until` leaves out rows of a later effectiveTime (YYYYMMDD).

    Raises:
        DataError: the file can't be read, lacks a column, or has a row that can't be.
    """
    key: Cell = "uuid" if "refsetId" in columns else "sctid"
    cells: dict[str, Cell] = {"id": key, "effectiveTime": "time", "active": "flag", **columns}
    cells |= dict.fromkeys(only, "sctid")
    _check_header(file, cells)
    shape = _Shape(cells, only, until, file.place)
    try:
        if _ends_whole(file.path):
            return shape.parsed(pa.OSFile(str(file.path)))
    except pa.ArrowInvalid:
        pass
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=file.path, remedy="Check the path."
        ) from None
    sound = b"".join(sound_lines(file, cells, on_error, tally))
    try:
        return shape.parsed(pa.BufferReader(sound))
    except pa.ArrowInvalid as error:
        raise DataError(
            f"it is no table: {str(error).splitlines()[0]}",
            path=file.path,
            remedy="Unpack the release again.",
        ) from None


def latest(tables: list[pa.Table], label: str, tally: Tally) -> pa.Table:
    """Return the latest state of each key, of all `tables` together.

    Of two states of one time, that of the later folder counts.
    """
    table = pa.concat_tables(tables)
    key, key2 = table["key"].to_numpy(), table["key2"].to_numpy()
    ordered = np.sort(key)
    if (ordered[1:] == ordered[:-1]).any():
        time, place = table["time"].to_numpy(), table["place"].to_numpy()
        order = np.lexsort((place, time, key2, key))
        same = (np.diff(key[order]) == 0) & (np.diff(key2[order]) == 0)
        repeated = same & (np.diff(time[order]) == 0) & (np.diff(place[order]) == 0)
        tally.add(f"{label} repeated: the last one counts", count=int(repeated.sum()))
        table = table.take(pa.array(order[np.append(~same, True)]))
    return table


def _check_header(file: ReleaseFile, cells: Mapping[str, Cell]) -> None:
    for column in cells:
        if file.header.count(column) != 1:
            raise DataError(
                f"there is no single column {column!r}",
                path=file.path,
                line=1,
                remedy=f"It has: {', '.join(file.header)}. Check that it is a table of RF2.",
            )


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        return stream.read() == b"\n"


@dataclass(frozen=True, slots=True)
class _Shape:
    """What of a table becomes what."""

    cells: Mapping[str, Cell]
    only: Mapping[str, int]
    until: int | None
    place: int

    def parsed(self, stream: pa.NativeFile) -> pa.Table:
        """Return the whole table; raise `pa.ArrowInvalid` if it is not sound."""
        batches = csv.open_csv(
            stream,
            read_options=csv.ReadOptions(block_size=_BLOCK_BYTES),
            parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
            convert_options=csv.ConvertOptions(
                column_types={name: _TYPES[cell] for name, cell in self.cells.items()},
                include_columns=list(self.cells),
                null_values=[],
                strings_can_be_null=False,
            ),
        )
        made = [self._keyed(batches.schema.empty_table())]
        made += [self._keyed(pa.Table.from_batches([batch])) for batch in batches]
        return pa.concat_tables(made)

    def _keyed(self, table: pa.Table) -> pa.Table:
        """Put numbers in the place of ids, which take a third of the memory."""
        for name, (least, most) in (("active", (0, 1)), ("effectiveTime", _TIMES)):
            values = table[name].to_numpy()
            if ((values < least) | (values > most)).any():
                raise pa.ArrowInvalid(f"the column {name!r} is out of its range")
        for name, value in self.only.items():
            table = table.filter(pc.equal(table[name], value))
        if self.until is not None:
            table = table.filter(pc.less_equal(table["effectiveTime"], self.until))
        if self.cells["id"] == "uuid":
            key, key2 = _halves(table["id"])
        else:
            key = table["id"].to_numpy()
            key2 = np.zeros(len(key), dtype=np.int64)
            if not is_valid(key).all():
                raise pa.ArrowInvalid("an id has a wrong check digit")
        columns = {"key": key, "key2": key2}
        columns |= {"time": table["effectiveTime"], "active": table["active"]}
        columns |= {"place": np.full(len(key), self.place, dtype=np.int16)}
        kept = [name for name in self.cells if name not in _STATE and name not in self.only]
        return pa.table(columns | {name: table[name] for name in kept})


def _halves(uuids: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return UUIDs as two numbers each."""
    try:
        packed = bytes.fromhex("".join(uuids.to_pylist()).replace("-", ""))
    except ValueError:
        raise pa.ArrowInvalid("an id is not a UUID") from None
    if len(packed) != 16 * len(uuids) or (pc.binary_length(uuids).to_numpy() != _UUID_CHARS).any():
        raise pa.ArrowInvalid("an id is not a UUID")
    halves = np.frombuffer(packed, dtype=np.int64).reshape(-1, 2)
    return halves[:, 0].copy(), halves[:, 1].copy()
