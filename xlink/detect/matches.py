"""Matches of names in a text: how well each is written, and which of overlapping ones stay."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from xlink.types import Span

__all__ = ["Match", "first_come", "without_overlaps"]


class _Place(Protocol):
    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


P = TypeVar("P", bound=_Place)


@dataclass(frozen=True, slots=True)
class Match:
    """Code points `start:end` of a document, read as names of the terminology.

    `aliases` are their rows, best first; `score`, in (0.6, 1], is that of the best. `parts` are
    those of the place that are read, if not all of it is.
    """

    start: int
    end: int
    score: float
    aliases: tuple[int, ...]
    parts: tuple[Span, ...] = ()

    @property
    def spans(self) -> tuple[Span, ...]:
        """The parts, or the whole."""
        return self.parts or ((self.start, self.end),)

    def moved(self, offset: int) -> Match:
        """Return this match so many code points further on."""
        parts = tuple((start + offset, end + offset) for start, end in self.parts)
        return replace(self, start=self.start + offset, end=self.end + offset, parts=parts)


def without_overlaps(matches: Collection[Match]) -> list[Match]:
    """Keep, of matches that overlap, the longest; then the best score; then the earliest.

    What is kept comes in the order of the text.
    """
    order = sorted(matches, key=lambda match: (match.start - match.end, -match.score, match.start))
    return sorted(first_come(order), key=lambda match: match.start)


def first_come(places: Sequence[P]) -> list[P]:
    """Keep, of places that overlap, that which is given first; what is kept stays in this order."""
    taken = bytearray(max((each.end for each in places), default=0))
    kept: list[P] = []
    for each in places:
        if taken.find(1, each.start, each.end) < 0:
            taken[each.start : each.end] = b"\1" * (each.end - each.start)
            kept.append(each)
    return kept
