"""Matches of names in a text: how well each is written, and which of overlapping ones stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

__all__ = ["Match", "without_overlaps"]


@dataclass(frozen=True, slots=True)
class Match:
    """Code points `start:end` of a document, read as names of the terminology.

    `aliases` are their rows, best first; `score`, in (0.7, 1], is that of the best.
    """

    start: int
    end: int
    score: float
    aliases: tuple[int, ...]


def without_overlaps(matches: Collection[Match]) -> list[Match]:
    """Keep, of matches that overlap, the longest; then the best score; then the earliest.

    What is kept comes in the order of the text.
    """
    order = sorted(matches, key=lambda match: (match.start - match.end, -match.score, match.start))
    taken = bytearray(max((match.end for match in matches), default=0))
    kept: list[Match] = []
    for match in order:
        # No earlier match is shorter than this one: one that overlaps it holds one of its ends.
        if not (taken[match.start] or taken[match.end - 1]):
            taken[match.start : match.end] = b"\1" * (match.end - match.start)
            kept.append(match)
    return sorted(kept, key=lambda match: match.start)
