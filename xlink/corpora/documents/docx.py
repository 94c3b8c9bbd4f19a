"""Word documents (.docx): the text of the body, read with limits on what it may unpack to."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from lxml import etree

from xlink.errors import DataError

__all__ = ["docx_text"]

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PART = "word/document.xml"
# A text box is written twice, the second time for old programs; what was moved stands elsewhere.
_SKIPPED = frozenset(
    {
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
        f"{_WORD}moveFrom",
        f"{_WORD}rt",
    }
)
_MARKS = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}
_OLD_FORMAT = b"\xd0\xcf\x11\xe0"
_MARKUP_RATIO = 16
"""How many bytes of markup a byte of text may have; formatted letters have five or so."""


def docx_text(source: Path | IO[bytes], *, path: Path, max_bytes: int) -> str:
    """Return the paragraphs of a Word document a line each, and rows of tables with tabs.

    Headers, footers, footnotes, comments and deleted text are left out. No more than a multiple of
    `max_bytes` is unpacked.

    Raises:
        DataError: it is cut, encrypted, an older format or something else, or unpacks to too much.
    """
    try:
        with (
            zipfile.ZipFile(source) as archive,
            archive.open(_checked(archive, path, max_bytes)) as part,
        ):
            return "".join(_Paragraphs(part).read())
    except KeyError:
        raise _refused("it is a ZIP file without a Word document in it", path) from None
    except zipfile.BadZipFile as error:
        raise _no_archive(source, path, error) from None
    except (EOFError, zlib.error, NotImplementedError, etree.XMLSyntaxError) as error:
        raise _refused(f"its text is damaged ({error})", path) from None
    except OSError as error:
        raise _refused(f"it can't be read: {error.strerror or error}", path) from None


def _checked(archive: zipfile.ZipFile, path: Path, max_bytes: int) -> zipfile.ZipInfo:
    """Return the part with the text; `zipfile` never unpacks more than the size written there."""
    part = archive.getinfo(_PART)
    if part.flag_bits & 1:
        raise _refused("it is encrypted", path, "Save it without a password.")
    if part.file_size > max_bytes * _MARKUP_RATIO:
        raise _refused(
            f"its text unpacks from {part.compress_size / 1e6:,.1f} to {part.file_size / 1e6:,.0f} "
            f"MB, more than {max_bytes * _MARKUP_RATIO / 1e6:,.0f}",
            path,
            "It may be made to fill the memory. If you trust it, read it with a larger max_mb.",
        )
    return part


class _Paragraphs:
    """Turns a stream of WordprocessingML into pieces of text, one paragraph at a time."""

    def __init__(self, part: IO[bytes]) -> None:
        self._events = etree.iterparse(
            part, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
        )
        self._line: list[str] = []
        self._n_cells = 0

    def read(self) -> Iterator[str]:
        skipped = 0
        for event, element in self._events:
            is_start = event == "start"
            if element.tag in _SKIPPED:
                skipped += 1 if is_start else -1
            elif not skipped:
                yield from self._begun(element) if is_start else self._ended(element)
            if not is_start and element.tag == f"{_WORD}p":
                element.clear()
        yield from self._flushed("")

    def _begun(self, element: etree._Element) -> Iterator[str]:
        if element.tag == f"{_WORD}txbxContent" and self._line:
            yield from self._flushed("\n")
        elif element.tag == f"{_WORD}tc":
            self._n_cells += 1

    def _ended(self, element: etree._Element) -> Iterator[str]:
        tag = element.tag
        if tag == f"{_WORD}t":
            self._line.append(element.text or "")
        elif tag in _MARKS:
            self._line.append(_MARKS[tag])
        elif tag == f"{_WORD}p":
            if self._n_cells:
                self._line.append("\n")
            else:
                yield from self._flushed("\n")
        elif tag == f"{_WORD}tc":
            self._n_cells -= 1
            while self._line and self._line[-1] == "\n":
                self._line.pop()
            self._line.append("\t")
        elif tag == f"{_WORD}tr" and not self._n_cells:
            self._line[-1:] = []
            yield from self._flushed("\n")

    def _flushed(self, end: str) -> Iterator[str]:
        yield "".join(self._line) + end
        self._line.clear()


def _no_archive(source: Path | IO[bytes], path: Path, error: Exception) -> DataError:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            start = stream.read(4)
        if start == _OLD_FORMAT:
            return _refused(
                "it is encrypted, or a .doc of before 2007",
                path,
                "Save it as .docx without a password.",
            )
    return _refused(f"it is no whole .docx ({error})", path)


def _refused(
    problem: str, path: Path, remedy: str = "Get the file anew, or leave it out."
) -> DataError:
    return DataError(problem, path=path, remedy=remedy)
