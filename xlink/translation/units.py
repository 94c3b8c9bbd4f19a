"""What is translated at once: sentences, joined where a mention reaches over their border."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from xlink.text.sentences import sentences
from xlink.types import Document, Span

__all__ = ["Unit", "units_of"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a document: where it stands, its text, and the parts of mentions in it.

    `spans` are distinct, in order, and count from the start of the unit. `marked` are those of
    them that get markers: of parts that overlap the longest, of equally long ones the first.
    """

    span: Span
    text: str
    spans: tuple[Span, ...]
    marked: tuple[Span, ...]

    def around(self, span: Span) -> Span | None:
        """Return the marked part that another part lies within, or None."""
        return next((each for each in self.marked if _within(span, each) and span != each), None)


def units_of(document: Document, language: str) -> list[Unit]:
    """Return the units of a document in `language`, in order."""
    parts = sorted({span for mention in document.mentions for span in mention.spans})
    units, next_part = [], 0
    for start, end in _joined(sentences(document.text, language), parts):
        own = []
        while next_part < len(parts) and parts[next_part][0] < end:
            low, high = parts[next_part]
            own.append((low - start, high - start))
            next_part += 1
        text = document.text[start:end]
        units.append(Unit((start, end), text, tuple(own), tuple(_apart(own))))
    return units


def _joined(found: Iterable[Span], parts: Sequence[Span]) -> list[Span]:
    """Return sentences such that each part of a mention lies within one of them.

    A part that no sentence has, such as one of signs alone, becomes one.
    """
    joined: list[Span] = []
    for start, end in sorted([*found, *parts]):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _apart(spans: Sequence[Span]) -> list[Span]:
    chosen: list[Span] = []
    for start, end in sorted(spans, key=lambda each: (each[0] - each[1], each)):
        if all(end <= low or start >= high for low, high in chosen):
            chosen.append((start, end))
    return sorted(chosen)


def _within(inner: Span, outer: Span) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
