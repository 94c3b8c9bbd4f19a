"""The files of a UMLS release in Rich Release Format, and their rows in a stream.

A table may lie in a folder or in an archive (`.nlm`, `.zip`), plain or packed (`MRREL.RRF.gz`),
whole or split (`MRREL.RRF.aa.gz`, `MRREL.RRF.ab.gz`, …).
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, cast

from xlink.errors import DataError
from xlink.tally import Tally

__all__ = ["RrfRelease", "RrfRows"]

# How many columns NLM documents; each ends in a `|`, the last one too.
_WIDTHS = {
    "MRCONSO": 18,
    "MRCUI": 7,
    "MRDEF": 8,
    "MRFILES": 6,
    "MRRANK": 4,
    "MRREL": 16,
    "MRSAB": 25,
    "MRSTY": 6,
}
_FILE_NAME = re.compile(r"(MR[A-Z]+)\.RRF(?:\.(?!gz)([a-z]{2}))?(\.gz)?", re.IGNORECASE)
_BLOCK_BYTES = 2**20
_MAX_LINE_BYTES = 2**20
_END_OF_ROW = (b"", b"\r")


@dataclass(frozen=True, slots=True, order=True)
class _Piece:
    """A file, or a member of an archive, with a table or a part of one."""

    part: str
    packed: bool
    path: Path
    member: str

    def blocks(self) -> Iterator[bytes]:
        with ExitStack() as opened:
            stream: BinaryIO
            if self.member:
                archive = opened.enter_context(zipfile.ZipFile(self.path))
                stream = cast("BinaryIO", opened.enter_context(archive.open(self.member)))
            else:
                stream = opened.enter_context(self.path.open("rb"))
            if self.packed:
                stream = cast("BinaryIO", opened.enter_context(gzip.GzipFile(fileobj=stream)))
            while block := stream.read(_BLOCK_BYTES):
                yield block


@dataclass(frozen=True, slots=True)
class RrfRelease:
    """Where the tables of a release lie. Make it with `locate`."""

    pieces: dict[str, tuple[_Piece, ...]]
    n_rows: dict[str, int]
    on_error: Literal["raise", "skip"]

    @classmethod
    def locate(cls, files: tuple[Path, ...], on_error: Literal["raise", "skip"]) -> RrfRelease:
        """Find the tables among `files`: META folders, archives, or the tables themselves.

        Raises:
            DataError: a file can't be read or is no part of a release, or a part is missing.
        """
        found: dict[str, list[_Piece]] = {}
        for path in files:
            for name, piece in _pieces(path):
                found.setdefault(name, []).append(piece)
        pieces = {name: _whole(name, each) for name, each in found.items()}
        release = cls(pieces, {}, on_error)
        for cells in release.rows("MRFILES", Tally()) if "MRFILES" in pieces else ():
            name, n_rows = cells[0].decode("ascii", "replace").removesuffix(".RRF"), cells[4]
            if n_rows.isdigit() and len(n_rows) < 19:
                release.n_rows[name] = release.n_rows.get(name, 0) + int(n_rows)
        return release

    def __contains__(self, name: str) -> bool:
        return name in self.pieces

    def rows(self, name: str, tally: Tally) -> RrfRows:
        """Return the rows of a table that is there."""
        return RrfRows(name, self.pieces[name], self.n_rows.get(name), tally, self.on_error)


class RrfRows:
    """The rows of one table, each as its cells in bytes; `line` is the number of the current one.

    Rows of another width are refused: they raise `DataError`, or are counted where `on_error` is
    `"skip"`. Fewer rows than MRFILES tells are counted.
    """

    def __init__(
        self,
        name: str,
        pieces: tuple[_Piece, ...],
        n_rows: int | None,
        tally: Tally,
        on_error: Literal["raise", "skip"],
    ) -> None:
        self.name, self.line = name, 0
        self._pieces, self._n_rows, self._tally, self._on_error = pieces, n_rows, tally, on_error

    def __iter__(self) -> Iterator[list[bytes]]:
        width = _WIDTHS[self.name] + 1
        for line in self._lines():
            self.line += 1
            cells = line.split(b"|")
            if len(cells) == width and cells[-1] in _END_OF_ROW:
                yield cells
            else:
                self.refuse(
                    f"a row of {len(cells) - 1} columns, each ended by |, where {self.name} has "
                    f"{width - 1}",
                    "The file may be cut: unpack the release again",
                )
        if self._n_rows is not None and self.line < self._n_rows:
            self._tally.add(
                f"row of {self.name}.RRF missing: MRFILES.RRF tells of more",
                f"{self.line:,} of {self._n_rows:,} rows",
                self._n_rows - self.line,
            )

    def refuse(self, problem: str, remedy: str = "Unpack the release again") -> None:
        """Raise on the current row, or count it.

        Raises:
            DataError: rows that can't be read are not to be skipped.
        """
        if self._on_error == "raise":
            raise DataError(
                problem,
                path=self._pieces[0].path,
                line=self.line,
                remedy=f'{remedy}, or set on_error = "skip".',
            )
        self._tally.add(f"row of {self.name}.RRF skipped: {problem}", f"line {self.line:,}")

    def text(self, cell: bytes) -> str | None:
        """Decode a cell; None where the row is refused, for it is not UTF-8."""
        try:
            return cell.decode()
        except UnicodeDecodeError:
            self.refuse("it is not UTF-8")
            return None

    def _lines(self) -> Iterator[bytes]:
        rest = b""
        for block in self._blocks():
            # A part may end within a row, so what is left over goes before the next block.
            *lines, rest = (rest + block).split(b"\n")
            yield from lines
            if len(rest) > _MAX_LINE_BYTES:
                raise DataError(
                    f"a line of more than {_MAX_LINE_BYTES:,} bytes",
                    path=self._pieces[0].path,
                    line=self.line + 1,
                    remedy=f"This is no {self.name}.RRF: unpack the release again.",
                )
        if rest:
            yield rest

    def _blocks(self) -> Iterator[bytes]:
        for piece in self._pieces:
            blocks = piece.blocks()
            while True:
                # Only reading is guarded, not what the caller does with a block.
                try:
                    block = next(blocks, None)
                except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
                    raise _unreadable(piece.path, error) from None
                if block is None:
                    break
                yield block


def _unreadable(path: Path, error: BaseException) -> DataError:
    reason = (error.strerror if isinstance(error, OSError) else None) or error
    return DataError(
        f"it can't be read: {reason}", path=path, remedy="Copy or download the release again."
    )


def _pieces(path: Path) -> Iterator[tuple[str, _Piece]]:
    try:
        if path.is_dir():
            members = [(str(each), each, "") for each in sorted(path.iterdir())]
        elif path.suffix.lower() in (".nlm", ".zip"):
            with zipfile.ZipFile(path) as archive:
                members = [(name, path, name) for name in sorted(archive.namelist())]
        else:
            members = [(str(path), path, "")]
    except (OSError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error) from None
    for name, file, member in members:
        match = _FILE_NAME.fullmatch(PurePosixPath(name.replace("\\", "/")).name)
        if match is not None and match[1].upper() in _WIDTHS:
            piece = _Piece((match[2] or "").lower(), match[3] is not None, file, member)
            yield match[1].upper(), piece


def _whole(name: str, pieces: list[_Piece]) -> tuple[_Piece, ...]:
    """Return the one whole file, best unpacked, or else all parts in order."""
    ordered = sorted(pieces)
    if not ordered[0].part:
        if len(ordered) > 1 and (ordered[1].part, ordered[1].packed) == ("", ordered[0].packed):
            raise DataError(
                f"{name}.RRF is also in {ordered[1].path}",
                path=ordered[0].path,
                remedy="Name the files of one release.",
            )
        return (ordered[0],)
    # The same part may lie there twice, unpacked as well.
    parts = {piece.part: piece for piece in reversed(ordered)}
    for number, part in enumerate(sorted(parts)):
        due = chr(ord("a") + number // 26) + chr(ord("a") + number % 26)
        if part != due:
            raise DataError(
                f"the part {name}.RRF.{due} is missing before {name}.RRF.{part}",
                path=parts[part].path,
                remedy="Name all archives or parts of the release.",
            )
    return tuple(parts[part] for part in sorted(parts))
