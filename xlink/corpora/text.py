"""Documents as text: files and folders of .txt, .pdf, .docx and .eml, and standard input."""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from xlink.corpora.decoding import STDIN, decode
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.text.encodings import check_encoding
from xlink.types import Document, PlacedLine

__all__ = ["InputFile", "TextReader", "document_ids"]

_SUFFIXES = (".txt", ".pdf", ".docx", ".eml")
_DETECT = "detect"
_FIRST_BYTES = {b"%PDF-": ".pdf", b"PK\x03\x04": ".docx"}


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file that is one document, and the id of that."""

    id: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TextReader:
    """Reads each file as one document without mentions; `-` is standard input.

    The suffix says how: .pdf, .docx and .eml; anything else that is named by itself, and standard
    input, is looked at and otherwise text. Of PDF, Word and e-mail the text of the body is taken.

    The id is the file's name without its suffix; where names repeat, the path below the named
    folder without its suffix, and where those repeat too, the path as found.

    `encoding` is that of plain text; `detect` finds it out file by file. A document of more than
    `max_mb` megabytes of text is refused.

    Raises:
        SpecError: `encoding` is not one that Python knows.
    """

    encoding: str = "utf-8"
    language: str = "und"
    max_mb: float = 64.0

    def __post_init__(self) -> None:
        if self.encoding != _DETECT:
            check_encoding(self.encoding)

    def read(self, paths: Iterable[Path], tally: Tally) -> Iterator[Document]:
        """Yield one document a file, those of a folder in the order of their paths.

        Line ends stay as they are. Empty files and files left out of folders are counted.

        Raises:
            DataError: a path does not exist, a folder has no such file, or a file can't be read.
        """
        for file in self.files(paths, tally):
            yield self.read_file(file, tally)

    def files(self, paths: Iterable[Path], tally: Tally) -> list[InputFile]:
        """Return the files that `read` would read, without opening any.

        Raises:
            DataError: a folder has no file with a known suffix.
        """
        found = list(_files(paths, tally))
        return [
            # A name that is not UTF-8 could not be written in any output.
            InputFile(name.encode("utf-8", "backslashreplace").decode(), path)
            for name, (path, _) in zip(document_ids(found), found, strict=True)
        ]

    def read_file(self, file: InputFile, tally: Tally) -> Document:
        """Return the document in one file.

        Raises:
            DataError: it does not exist, is damaged, in another encoding, too large or no text.
            MissingExtraError: packages that its format needs are not installed.
        """
        text, lines = self._text(file.path, tally)
        self._check_size(len(text), file.path)
        if not text.strip():
            tally.add("document without text", str(file.path))
        return Document(file.id, text, self.language, lines=lines)

    def _text(self, path: Path, tally: Tally) -> tuple[str, tuple[PlacedLine, ...]]:
        content = self._content(path) if path.suffix.lower() not in (".pdf", ".docx") else b""
        kind = _kind(path, content)
        if kind == ".pdf":
            from xlink.corpora.documents.pdf import pdf_text

            return pdf_text(content or path, path=path, tally=tally, max_chars=self._max_bytes)
        if kind == ".docx":
            from xlink.corpora.documents.docx import docx_text

            source = io.BytesIO(content) if content else path
            return docx_text(source, path=path, max_bytes=self._max_bytes), ()
        if kind == ".eml":
            from xlink.corpora.documents.mail import message_text

            return message_text(content, path=path, tally=tally), ()
        return decode(content, path=path, encoding=self._encoding(content, path, tally)), ()

    def _encoding(self, content: bytes, path: Path, tally: Tally) -> str:
        if self.encoding != _DETECT:
            return self.encoding
        from xlink.corpora.documents.encodings import detected_encoding

        found = detected_encoding(content, path=path)
        if found != "utf-8":
            tally.add(f"encoding taken to be {found}", str(path))
        return found

    def _content(self, path: Path) -> bytes:
        try:
            if path == STDIN:
                content = sys.stdin.buffer.read(self._max_bytes + 1)
                self._check_size(len(content), path)
                return content
            self._check_size(path.stat().st_size, path)
            return path.read_bytes()
        except OSError as error:
            raise DataError(
                f"it can't be read: {error.strerror or error}", path=path, remedy="Check the path."
            ) from None

    @property
    def _max_bytes(self) -> int:
        return int(self.max_mb * 1_000_000)

    def _check_size(self, size: int, path: Path) -> None:
        if size > self._max_bytes:
            raise DataError(
                f"it has {size / 1e6:,.1f} MB, more than the {self.max_mb:g} that a document may",
                path=path,
                remedy=f"Split it, or read it with a larger limit: max_mb={size // 1_000_000 + 1}.",
            )


def _kind(path: Path, content: bytes) -> str:
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES:
        return suffix
    for start, kind in _FIRST_BYTES.items():
        if content.startswith(start):
            return kind
    from xlink.corpora.documents.mail import is_message

    return ".eml" if is_message(content) else ".txt"


def _files(paths: Iterable[Path], tally: Tally) -> Iterator[tuple[Path, Path]]:
    """Yield each file once, with the folder it was named by (its own, for a single file)."""
    seen: set[Path] = set()
    for path in paths:
        pairs = (
            [(each, path) for each in _in_folder(path, tally)]
            if path.is_dir()
            else [(path, path.parent)]
        )
        for each, folder in pairs:
            if each in seen:
                tally.add("file named twice, read once", str(each))
                continue
            seen.add(each)
            yield each, folder


def _in_folder(folder: Path, tally: Tally) -> list[Path]:
    found = sorted(each for each in folder.rglob("*") if each.is_file())
    wanted = [each for each in found if _is_wanted(each)]
    if not wanted:
        raise DataError(
            f"the folder has no {', '.join(_SUFFIXES[:-1])} or {_SUFFIXES[-1]} file",
            path=folder,
            remedy="Name files one by one.",
        )
    if len(wanted) < len(found):
        reason = f"file of a folder left out: its name does not end in {', '.join(_SUFFIXES)}"
        other = next(each for each in found if not _is_wanted(each))
        tally.add(reason, str(other), len(found) - len(wanted))
    return wanted


def _is_wanted(path: Path) -> bool:
    # Word keeps `~$letter.docx` beside a letter that is open, and macOS `._letter.docx` on disks.
    return path.suffix.lower() in _SUFFIXES and not path.name.startswith(("~$", "._"))


def document_ids(files: list[tuple[Path, Path]]) -> list[str]:
    """Return for each file, given with its folder, the shortest of three names no other has.

    They are its name without the suffix, its path below the folder, and its path as found.
    """
    names = [
        ("stdin",) * 3
        if path == STDIN
        else (
            path.stem,
            path.relative_to(folder).with_suffix("").as_posix(),
            path.as_posix(),
        )
        for path, folder in files
    ]
    uses = [Counter(level) for level in zip(*names, strict=True)]
    return [
        next((name for name, used in zip(own, uses, strict=True) if used[name] == 1), own[-1])
        for own in names
    ]
