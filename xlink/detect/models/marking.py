"""What models find, made mentions: labels chosen and mapped, overlaps dealt with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from xlink.detect.matches import first_come
from xlink.types import Document, Mention

__all__ = ["Labelled", "marked", "pieces"]

_CUT_SHARE = 0.8  # of a piece; after that much of it, a good place to cut is looked for


@dataclass(frozen=True, slots=True)
class Labelled:
    """Code points `start:end` of a text with the label that a model gives them."""

    start: int
    end: int
    label: str
    score: float = 1.0


def marked(
    document: Document, found: Iterable[Labelled], labels: Mapping[str, str], *, nested: bool
) -> Document:
    """Return a document with what is found in place of the mentions it had.

    `labels` says which labels count and what they become; if it is empty, all stay as they are.
    White space at the ends of a place is left out. Of overlapping places the longest stays, then
    the best score, or all with `nested`; of equal ones always only the best.
    """
    places = [
        stripped
        for each in found
        if not labels or each.label in labels
        if (stripped := _stripped(document.text, each)) is not None
    ]
    places.sort(key=lambda each: (each.start - each.end, -each.score, each.start, each.label))
    kept = list({(each.start, each.end): each for each in reversed(places)}.values())[::-1]
    kept = sorted(kept if nested else first_come(kept), key=lambda each: (each.start, -each.end))
    mentions = tuple(
        Mention(
            id=f"T{number}",
            spans=((each.start, each.end),),
            text=document.text[each.start : each.end],
            label=labels.get(each.label, each.label),
        )
        for number, each in enumerate(kept, start=1)
    )
    return replace(document, mentions=mentions)


def pieces(text: str, max_chars: int) -> Iterator[tuple[int, str]]:
    """Yield a text in pieces of at most `max_chars`, each with its offset; nothing is lost.

    A piece ends after a line or else after white space where there is one near its end.
    """
    start = 0
    while len(text) - start > max_chars:
        latest = start + max_chars
        earliest = start + max(1, int(max_chars * _CUT_SHARE))
        cuts = (text.rfind(sign, earliest, latest) + 1 for sign in ("\n", " "))
        end = next((cut for cut in cuts if cut), latest)
        yield start, text[start:end]
        start = end
    yield start, text[start:]


def _stripped(text: str, place: Labelled) -> Labelled | None:
    raw = text[place.start : place.end]
    start = place.start + len(raw) - len(raw.lstrip())
    end = place.end - len(raw) + len(raw.rstrip())
    return replace(place, start=start, end=end) if start < end else None
