"""Documents cut and joined into texts of one convenient size, so that memory stays bounded.

Short documents are joined, since a search has a cost a call; long ones are cut into overlapping
windows. Whichever way a document is dealt with, the same names are found in it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from xlink.detect.names import MAX_TOKENS
from xlink.detect.tokenised import MAX_GAP_CHARS, MAX_TOKEN_CHARS

__all__ = ["Segment", "Segments", "join_segments"]

# The longest stretch of text that a match can take, and how far its surroundings are looked at.
_MATCH_CHARS = MAX_TOKENS * (MAX_TOKEN_CHARS + MAX_GAP_CHARS)
_CONTEXT_CHARS = 16 * (MAX_TOKEN_CHARS + MAX_GAP_CHARS)
_SIZE_CHARS = 500_000
_SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Segment:
    """A window of a document: `text` begins at code point `offset` of document `number`.

    Matches count here if they start in `first:last` of the document; others belong to a neighbour.
    """

    number: int
    text: str
    offset: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Segments:
    """Segments joined by blank lines, which no match crosses; part `i` begins at `starts[i]`."""

    text: str
    parts: list[Segment]
    starts: list[int]

    @classmethod
    def of(cls, parts: list[Segment]) -> Segments:
        """Join `parts`."""
        ends = accumulate(len(part.text) + len(_SEPARATOR) for part in parts)
        return cls(_SEPARATOR.join(part.text for part in parts), parts, [0, *ends][:-1])

    def locate(self, position: int) -> tuple[int, int] | None:
        """Return the number of the document at `position`, and how far its text is shifted here.

        None says that a neighbouring window of the document has the same place.
        """
        part = bisect_right(self.starts, position) - 1
        segment = self.parts[part]
        shift = self.starts[part] - segment.offset
        return (segment.number, shift) if segment.first <= position - shift < segment.last else None


def join_segments(texts: Iterable[tuple[int, str]]) -> Iterator[Segments]:
    """Yield numbered texts as joined segments of about half a million code points."""
    waiting: list[Segment] = []
    n_chars = 0
    for number, text in texts:
        for segment in _windows(number, text):
            if waiting and n_chars + len(segment.text) > _SIZE_CHARS:
                yield Segments.of(waiting)
                waiting, n_chars = [], 0
            waiting.append(segment)
            n_chars += len(segment.text)
    if waiting:
        yield Segments.of(waiting)


def _windows(number: int, text: str) -> Iterator[Segment]:
    first = 0
    while True:
        offset = max(0, first - _CONTEXT_CHARS)
        end = offset + _SIZE_CHARS
        if end >= len(text):
            yield Segment(number, text[offset:], offset, first, len(text))
            return
        last = end - _MATCH_CHARS - _CONTEXT_CHARS
        yield Segment(number, text[offset:end], offset, first, last)
        first = last
