"""PDF: the text of the body in reading order, and where on the pages its lines stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xlink.corpora.documents.line_kinds import body_pieces
from xlink.corpora.documents.page_lines import Page, Piece, page_of
from xlink.corpora.documents.reading_order import in_reading_order
from xlink.errors import DataError, MissingExtraError
from xlink.tally import Tally
from xlink.types import PlacedLine

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

__all__ = ["pdf_pages", "pdf_text"]

_LAST_BYTES = 2048
_PARAGRAPH_GAP = 0.6
_BROKEN_WORD = re.compile(r"[^\W\d_]-$")
_WORD_WITH_HYPHEN = re.compile(r"[^\W\d_]+-[^\W\d_]+")


def pdf_text(
    source: Path | bytes,
    *,
    path: Path,
    tally: Tally,
    body_only: bool = True,
    max_chars: int = 64_000_000,
) -> tuple[str, tuple[PlacedLine, ...]]:
    """Return the text of a PDF's body with its lines.

    Words broken at the end of a line are joined. Lines of headers, footers and margins are left
    out and counted, unless `body_only` is false.

    Raises:
        DataError: it is cut, encrypted, damaged or no PDF, its pages are images, or it has more
            than `max_chars` characters.
        MissingExtraError: pypdfium2 is not installed.
    """
    pages = pdf_pages(source, path=path, max_chars=max_chars)
    if not any(page.pieces for page in pages):
        raise DataError(
            "its pages are images without text"
            if any(page.has_images for page in pages)
            else "it has no text",
            path=path,
            remedy="Recognise its text first (OCR), for example with ocrmypdf.",
        )
    bodies = body_pieces(pages) if body_only else [list(page.pieces) for page in pages]
    for page, body in zip(pages, bodies, strict=True):
        tally.add("page that is a drawing left out", f"{path}, page {page.number}", page.left_out)
        if page.has_images and not page.pieces:
            tally.add("page that is an image without text", f"{path}, page {page.number}")
        left_out = len(page.pieces) - len(body)
        reason = "line of a header, footer or margin of a PDF left out"
        tally.add(reason, f"{path}, page {page.number}", left_out)
    lines = [
        (page.number, line)
        for page, body in zip(pages, bodies, strict=True)
        for line in in_reading_order(body)
    ]
    return _assembled(lines)


def pdf_pages(source: Path | bytes, *, path: Path, max_chars: int = 64_000_000) -> list[Page]:
    """Return the pages of a PDF with the pieces of lines on them.

    Raises:
        DataError: it is cut, encrypted, damaged or no PDF, or has more than `max_chars` characters.
        MissingExtraError: pypdfium2 is not installed.
    """
    try:
        from pypdfium2 import PdfDocument, PdfiumError
    except ImportError:
        raise MissingExtraError("Reading PDF", "pdf") from None
    _check_ends(source, path)
    try:
        document = PdfDocument(source)
        try:
            return list(_pages(document, path, max_chars))
        finally:
            document.close()
    except PdfiumError as error:
        if "password" in str(error).lower():
            raise _refused("it is encrypted", path, "Save it without a password.") from None
        raise _refused(f"it is damaged, or has no page ({error})", path) from None


def _pages(document: PdfDocument, path: Path, max_chars: int) -> Iterator[Page]:
    n_chars = 0
    for number in range(len(document)):
        page = document[number]
        found = page_of(page, number + 1)
        page.close()
        n_chars += sum(len(piece.text) for piece in found.pieces)
        if n_chars > max_chars:
            raise _refused(
                f"it has more than {max_chars:,} characters", path, "Split it, or raise max_mb."
            )
        yield found


def _check_ends(source: Path | bytes, path: Path) -> None:
    """Refuse what does not begin or end as a PDF: of a cut one, pdfium may read the first pages."""
    try:
        if isinstance(source, bytes):
            start, end = source[:1024], source[-_LAST_BYTES:]
        else:
            with source.open("rb") as stream:
                start = stream.read(1024)
                stream.seek(max(0, source.stat().st_size - _LAST_BYTES))
                end = stream.read()
    except OSError as error:
        raise _refused(f"it can't be read: {error.strerror or error}", path) from None
    if b"%PDF-" not in start:
        raise _refused("it is not a PDF", path)
    if b"%%EOF" not in end:
        raise _refused("it is cut: the end of the file is missing", path)


def _refused(
    problem: str, path: Path, remedy: str = "Get the file anew, or leave it out."
) -> DataError:
    return DataError(problem, path=path, remedy=remedy)


def _assembled(lines: Sequence[tuple[int, Piece]]) -> tuple[str, tuple[PlacedLine, ...]]:
    """Return lines as one text: an empty line between paragraphs, broken words joined."""
    hyphenated = {
        word for _, line in lines for word in _WORD_WITH_HYPHEN.findall(line.text.lower())
    }
    parts: list[str] = []
    placed: list[PlacedLine] = []
    start = 0
    for place, (number, line) in enumerate(lines):
        text, end = line.text, ""
        if place + 1 < len(lines):
            page, following = lines[place + 1]
            if _is_broken(text, following.text):
                word = f"{text.split()[-1]}{following.text.split()[0]}".lower()
                text = (
                    text
                    if _WORD_WITH_HYPHEN.search(word) is not None
                    and any(each in word for each in hyphenated)
                    else text[:-1]
                )
            elif page == number and _is_next(line, following):
                end = "\n"
            else:
                end = "\n" if following.text[:1].islower() else "\n\n"
        parts += (text, end)
        box = (line.left, line.top, line.right, line.bottom)
        rounded = tuple(round(each, 1) for each in box)
        placed.append(PlacedLine((start, start + len(text)), number, rounded))  # type: ignore[arg-type]
        start += len(text) + len(end)
    return "".join(parts), tuple(placed)


def _is_broken(text: str, following: str) -> bool:
    return _BROKEN_WORD.search(text) is not None and following[:1].islower()


def _is_next(line: Piece, following: Piece) -> bool:
    """Tell whether a line stands right below another, as one of the same paragraph does."""
    gap = following.top - line.bottom
    return -line.height < gap <= _PARAGRAPH_GAP * max(line.height, following.height)
