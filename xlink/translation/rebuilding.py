"""A translated document put together: what stood between sentences stays, passages move along."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlink.tally import Tally
from xlink.text.tokens import primary_language
from xlink.types import Document, Passage, Span

__all__ = ["Rebuilt", "rebuilt"]

_UNSPACED = frozenset({"ja", "km", "lo", "my", "th", "zh"})


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A text, where each translation starts in it, and the passages of the original in it."""

    text: str
    starts: tuple[int, ...]
    passages: tuple[Passage, ...]


def rebuilt(
    document: Document, spans: Sequence[Span], texts: Sequence[str], target: str, tally: Tally
) -> Rebuilt:
    """Put the translations `texts` in the places of the `spans` of a document, which are in order.

    Sentences that nothing parts get a space in a `target` language that writes it. A passage that
    begins or ends within a sentence does so before or after it, whichever is nearer, which is
    counted, as are passages of which nothing is left.
    """
    space = "" if primary_language(target) in _UNSPACED else " "
    made, starts, last = "", [], 0
    for (start, end), text in zip(spans, texts, strict=True):
        gap = document.text[last:start]
        if not gap and made and text and not made[-1].isspace():
            gap = space
        made += gap
        starts.append(len(made))
        made += text
        last = end
    made += document.text[last:]
    ends = [start + len(text) for start, text in zip(starts, texts, strict=True)]
    places = list(zip(starts, ends, strict=True))
    passages = []
    for passage in document.passages:
        start, end = (_moved(place, spans, places, tally) for place in passage.span)
        if start < end:
            passages.append(replace(passage, span=(start, end)))
        else:
            tally.add("passage left out: nothing is left of it", f"{document.id}: {passage.id}")
    if document.lines:
        tally.add("places on pages left out: the lines are others", document.id)
    return Rebuilt(made, tuple(starts), tuple(passages))


def _moved(place: int, old: Sequence[Span], new: Sequence[Span], tally: Tally) -> int:
    """Return where a place of the original is in the translation."""
    number = bisect_right(old, place, key=lambda span: span[0]) - 1
    if number < 0:
        return place
    (start, end), (new_start, new_end) = old[number], new[number]
    if place >= end:
        return new_end + place - end
    if place == start:
        return new_start
    tally.add("border of a passage moved to that of a sentence")
    return new_start if place - start <= end - place else new_end
