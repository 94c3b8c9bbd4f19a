"""Lines of delimited files by the names of their columns, each with its place."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.decoding import read_text
from xlink.errors import DataError
from xlink.types import Span

__all__ = ["Columns", "Row", "rows"]

Columns = Mapping[str, Sequence[str]]
"""What a reader calls a column, and the names it may have in a file's header."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a file by column."""

    path: Path
    line: int
    cells: dict[str, str]

    def __str__(self) -> str:
        """Return the place, for messages."""
        return f"{self.path}, line {self.line:,}"

    def span(self, start: str = "start", end: str = "end") -> Span:
        """Return the numbers in two columns.

        Raises:
            DataError: one is not a number.
        """
        try:
            return int(self.cells[start]), int(self.cells[end])
        except ValueError:
            raise DataError("an offset is not a number", path=self.path, line=self.line) from None


def rows(
    path: Path,
    columns: Columns,
    *,
    optional: Columns | None = None,
    header: Sequence[str] | None = None,
    delimiter: str = "\t",
    encoding: str = "utf-8",
) -> Iterator[Row]:
    """Yield the lines that are not blank, with the cells of `columns` and `optional`.

    `header` names the columns of a file that has no header of its own. In files with tabs, quotes
    are part of the text; in others they quote, as CSV has it.

    Raises:
        DataError: a column is missing, or a line has more or fewer cells than the header.
    """
    lines = _cells(path, delimiter, encoding)
    if header is None:
        _, header = next(lines, (1, []))
    places = _places(path, header, columns, required=True)
    places |= _places(path, header, optional or {}, required=False)
    for number, cells in lines:
        if len(cells) != len(header):
            problem = f"{len(cells)} columns where the header has {len(header)}"
            raise DataError(problem, path=path, line=number, remedy="Fetch the file again.")
        yield Row(path, number, {name: cells[place] for name, place in places.items()})


def _places(
    path: Path, header: Sequence[str], columns: Columns, *, required: bool
) -> dict[str, int]:
    places: dict[str, int] = {}
    for name, spellings in columns.items():
        found = [place for place, title in enumerate(header) if title in spellings]
        if found:
            places[name] = found[0]
        elif required:
            raise DataError(
                f"there is no column {' or '.join(repr(each) for each in spellings)}",
                path=path,
                line=1,
                remedy=f"Its columns are: {', '.join(header)[:200] or 'none'}.",
            )
    return places


def _cells(path: Path, delimiter: str, encoding: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line that is not blank, with its number."""
    text = read_text(path, encoding)
    if delimiter == "\t":
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                yield number, line.rstrip("\r").split("\t")
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            if any(cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataError(
            f"it is not CSV: {error}", path=path, line=reader.line_num, remedy="Check the quotes."
        ) from None
