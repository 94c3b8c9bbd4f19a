"""Rows of CSV, TSV, JSONL, JSON and Parquet files, each with the line that it begins on."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Literal, TextIO

from xlink.errors import DataError, SpecError
from xlink.tally import Tally
from xlink.terminology.sources.documents import PACKED, opened
from xlink.terminology.sources.structured import (
    Cells,
    json_cells,
    json_rows,
    parquet_columns,
    parquet_rows,
)
from xlink.text.encodings import check_encoding

__all__ = ["Row", "RowFormat"]

_DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".txt": "\t"}
# No table of names has such lines; without a bound, a file that is no table is read into memory.
_MAX_LINE_CHARS = 2**20
_SNIFFED_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its cells by column, of which JSON and Parquet may give a list each.

    `line` is the number of the record in a file that has no lines.
    """

    path: Path
    line: int
    cells: Cells


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFormat:
    """How rows are written. `None` means by the ending of the file: `.csv` is quoted, TSV is not.

    `header` names the columns of a file that has no header. Rows that begin with `comment` are
    left out, also before the header. `skip_rows` counts rows after the header. `on_error` says
    whether a row that can't be read (a wrong number of cells, a line that is no JSON object) ends
    the reading or is counted.

    Raises:
        SpecError: the encoding is unknown, or the delimiter is not one character.
    """

    encoding: str = "utf-8"
    delimiter: str | None = None
    quoting: bool | None = None
    header: tuple[str, ...] = ()
    comment: str | None = None
    skip_rows: int = 0
    on_error: Literal["raise", "skip"] = "raise"

    def __post_init__(self) -> None:
        check_encoding(self.encoding)
        if self.delimiter is not None and (len(self.delimiter) != 1 or self.delimiter in '\r\n"'):
            raise SpecError(f"The delimiter is {self.delimiter!r}. It must be one character.")

    def rows(self, path: Path, columns: Collection[str], tally: Tally) -> Iterator[Row]:
        """Yield the rows below the header, which must name all of `columns`.

        Raises:
            DataError: the file is missing, empty or not text, its encoding is another one, it lacks
                a column, a line or a cell is far too long, or a row can't be read.
        """
        skipped = self.skip_rows
        for record in self._records(path, columns):
            if skipped:
                skipped -= 1
            elif isinstance(record, Row):
                yield record
            elif self.on_error == "raise":
                raise record
            else:
                tally.add(f"row skipped in {path.name}: {record.problem}", f"line {record.line:,}")

    def _records(self, path: Path, columns: Collection[str]) -> Iterator[Row | DataError]:
        match _ending(path):
            case ".jsonl" | ".ndjson":
                return self._objects(path, columns)
            case ".json":
                return _json_records(path, columns)
            case ".parquet":
                return _parquet_records(path, columns)
            case _:
                return self._table(path, columns)

    def _table(self, path: Path, columns: Collection[str]) -> Iterator[Row | DataError]:
        records = self._cells(path)
        header = list(self.header) or next(records, (1, []))[1]
        _check_columns(path, columns, header)
        for line, cells in records:
            if len(cells) == len(header):
                yield Row(path, line, dict(zip(header, cells, strict=True)))
            else:
                yield DataError(
                    f"a row of {len(cells)} cells under a header of {len(header)}",
                    path=path,
                    line=line,
                    remedy='Mend it, check `delimiter` and `quoting`, or set on_error = "skip".',
                )

    def _cells(self, path: Path) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of the header, then those of each row that is not blank."""
        by_ending = _DELIMITERS.get(_ending(path), ",")
        reader = csv.reader(
            _lines(path, self.encoding),
            delimiter=by_ending if self.delimiter is None else self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self._is_quoted(path) else csv.QUOTE_NONE,
            strict=True,
        )
        line = 1
        try:
            for cells in reader:
                if cells and not (self.comment and cells[0].startswith(self.comment)):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(
                f"the row that begins here can't be read: {error}",
                path=path,
                line=line,
                remedy="A quote may not be closed: mend it, or set quoting = false.",
            ) from None

    def _is_quoted(self, path: Path) -> bool:
        return _ending(path) == ".csv" if self.quoting is None else self.quoting

    def _objects(self, path: Path, columns: Collection[str]) -> Iterator[Row | DataError]:
        met: dict[str, None] = {}
        for number, line in enumerate(_lines(path, self.encoding), start=1):
            if not line.strip():
                continue
            try:
                cells = json_cells(json.loads(line))
            except (ValueError, TypeError, AttributeError, RecursionError):
                yield DataError(
                    "this is not a JSON object with texts, numbers or lists of them",
                    path=path,
                    line=number,
                    remedy='Mend it, or set on_error = "skip".',
                )
            else:
                met |= dict.fromkeys(cells)
                yield Row(path, number, cells)
        # An object may leave out what it has no value for, so the last line tells.
        _check_columns(path, columns, list(met))


def _json_records(path: Path, columns: Collection[str]) -> Iterator[Row | DataError]:
    met: dict[str, None] = {}
    for number, cells in json_rows(path):
        if isinstance(cells, DataError):
            yield cells
        else:
            met |= dict.fromkeys(cells)
            yield Row(path, number, cells)
    _check_columns(path, columns, list(met))


def _parquet_records(path: Path, columns: Collection[str]) -> Iterator[Row | DataError]:
    _check_columns(path, columns, parquet_columns(path))
    for number, cells in parquet_rows(path, columns):
        yield Row(path, number, cells)


def _ending(path: Path) -> str:
    """Return what the name of a file ends in before the ending of its packing."""
    inner = path.with_suffix("") if path.suffix.lower() in PACKED else path
    return inner.suffix.lower()


def _check_columns(path: Path, wanted: Collection[str], header: list[str]) -> None:
    for column in wanted:
        if header.count(column) == 1:
            continue
        near = get_close_matches(column, header, n=1, cutoff=0.5)
        raise DataError(
            f"there {'are several columns' if column in header else 'is no column'} {column!r}",
            path=path,
            line=1,
            remedy=f"It has: {', '.join(header) or 'none'}."
            + (f" Did you mean {near[0]!r}?" if near and column not in header else ""),
        )


def _lines(path: Path, encoding: str) -> Iterator[str]:
    """Yield lines with their ends, whichever these are."""
    codec = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    try:
        _refuse_binary(path, encoding)
        with io.TextIOWrapper(opened(path), encoding=codec, newline="") as stream:
            yield from _bounded_lines(stream, path)
    except UnicodeError:
        raise _wrong_encoding(path, codec, encoding) from None
    except OSError as error:
        raise DataError(
            f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
        ) from None


def _bounded_lines(stream: TextIO, path: Path) -> Iterator[str]:
    number = 0
    while line := stream.readline(_MAX_LINE_CHARS + 1):
        number += 1
        if len(line) > _MAX_LINE_CHARS:
            raise DataError(
                f"a line of more than {_MAX_LINE_CHARS:,} characters",
                path=path,
                line=number,
                remedy="Name a table with one row a line.",
            )
        if "\0" in line:
            raise _not_text(path, number)
        yield line
    if not number:
        raise DataError("it is empty", path=path, remedy="Fetch the file again.")


def _refuse_binary(path: Path, encoding: str) -> None:
    """Refuse a file with NUL bytes before its first odd byte is taken for another encoding."""
    wide = codecs.lookup(encoding).name.startswith(("utf-16", "utf-32"))
    with opened(path) as stream:
        if not wide and b"\0" in stream.read(_SNIFFED_BYTES):
            raise _not_text(path, 1)


def _not_text(path: Path, line: int) -> DataError:
    return DataError(
        "it holds a NUL character and so is not plain text",
        path=path,
        line=line,
        remedy='Unpack the file if it is packed, or name its encoding, such as "utf-16".',
    )


def _wrong_encoding(path: Path, codec: str, encoding: str) -> DataError:
    """Read the file once more, to find the line of its first byte that does not fit."""
    line, decoder = 1, codecs.getincrementaldecoder(codec)()
    problem = "it"
    with opened(path) as stream:
        try:
            while block := stream.read(2**16):
                line += decoder.decode(block).count("\n")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            line += error.object[: error.start].decode(codec, "replace").count("\n")
            problem = f"byte 0x{error.object[error.start]:02x}"
        except UnicodeError:
            problem = "what has no byte order mark"
    other = "cp1252" if codec == "utf-8-sig" else "utf-8"
    return DataError(
        f"{problem} is not {encoding}",
        path=path,
        line=line,
        remedy=f'Set the option `encoding` to that of the file, such as encoding = "{other}".',
    )
