"""From bytes to text, whole files or line by line; what is not text is refused by place."""

from __future__ import annotations

import codecs
import gzip
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from xlink.errors import DataError

__all__ = ["STDIN", "decode", "numbered_lines", "read_text"]

STDIN = Path("-")
"""The path that stands for standard input."""


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """Return the text of a file with its line ends as they are, for offsets count them.

    Raises:
        DataError: the file can't be opened, is in another encoding, or is not text.
    """
    try:
        content = sys.stdin.buffer.read() if path == STDIN else path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from None
    return decode(content, path=path, encoding=encoding)


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a UTF-8 file that are not blank, each with its number from 1.

    A name that ends in `.gz` is that of a packed file.

    Raises:
        DataError: the file can't be opened or is cut, is not UTF-8, or is not text.
    """
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, decode(line, path=path, first_line=number).rstrip("\r\n")
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from None


def _opened(path: Path) -> AbstractContextManager[Iterable[bytes]]:
    if path == STDIN:
        return nullcontext(sys.stdin.buffer)
    return gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb")


def decode(content: bytes, *, path: Path, encoding: str = "utf-8", first_line: int = 1) -> str:
    """Return `content`, which begins at `first_line` of `path`, as text without a byte order mark.

    Raises:
        DataError: it is in another encoding or not text; names the line.
    """
    is_utf8 = codecs.lookup(encoding).name == "utf-8"
    try:
        text = content.decode("utf-8-sig" if is_utf8 else encoding)
    except UnicodeDecodeError as error:
        if b"\0" in content:
            raise _not_text(path, first_line) from None
        other = "latin-1" if is_utf8 else "utf-8"
        raise DataError(
            f"byte 0x{content[error.start]:02x} is not {encoding}",
            path=path,
            line=first_line + content.count(b"\n", 0, error.start),
            remedy=f'Save it as UTF-8, or name its encoding to a reader that takes one: "{other}"?',
        ) from None
    place = text.find("\0")
    if place >= 0:
        raise _not_text(path, first_line + text.count("\n", 0, place))
    return text


def _unreadable(path: Path, error: Exception) -> DataError:
    problem = getattr(error, "strerror", None) or error
    return DataError(f"it can't be read: {problem}", path=path, remedy="Check the path.")


def _not_text(path: Path, line: int) -> DataError:
    return DataError(
        "it holds a NUL character and so is not plain text",
        path=path,
        line=line,
        remedy='Leave the file out, or name its encoding if it is text: "utf-16"?',
    )
