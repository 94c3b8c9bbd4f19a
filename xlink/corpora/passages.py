"""Texts put together from passages with offsets, and taken apart into them, without loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from xlink.errors import DataError
from xlink.types import Document, Passage, Span

__all__ = ["assemble", "check_passages", "unmarked"]

_LONGEST_GAP_CHARS = 1_000_000


def assemble(
    parts: Iterable[tuple[int, str]], *, path: Path | None = None, line: int | None = None
) -> str:
    """Return the text in which every part stands at its offset, with spaces in the gaps.

    Raises:
        DataError: parts overlap and differ there, or lie so far apart that an offset must be wrong.
    """
    pieces: list[str] = []
    length = 0
    for offset, part in sorted(parts, key=lambda each: each[0]):
        gap = offset - length
        if gap < 0 and offset >= 0:
            pieces = ["".join(pieces)]
            shared = min(-gap, len(part))
            if pieces[0][offset : offset + shared] == part[:shared]:
                part, gap = part[shared:], 0
        if not 0 <= gap <= _LONGEST_GAP_CHARS:
            raise DataError(
                f"a passage has the offset {offset:,} where {length:,} was the end of the text",
                path=path,
                line=line,
                remedy="Offsets must count from the beginning of the document.",
            )
        pieces += [" " * gap, part]
        length += gap + len(part)
    return "".join(pieces)


def unmarked(document: Document) -> Iterator[Span]:
    """Yield the spans without which `assemble` would not give the text back.

    These lie between the passages of a document, or are all of it where there are none.
    """
    end = 0
    for start, stop in sorted(passage.span for passage in document.passages):
        if document.text[end:start].strip(" "):
            yield end, start
        end = max(end, stop)
    if end < len(document.text):
        yield end, len(document.text)


def check_passages(passages: Iterable[Passage], n_chars: int, document_id: str) -> None:
    """Check that passages lie in a text of `n_chars`; they may be empty, and overlap.

    Raises:
        DataError: one does not.
    """
    for passage in passages:
        start, end = passage.span
        if not 0 <= start <= end <= n_chars:
            raise DataError(
                f"passage {passage.id!r} of {document_id!r} has the span {passage.span}, where the "
                f"text has {n_chars:,} characters"
            )
