"""How much two mentions have in common: the code points that both cover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xlink.types import Span

__all__ = ["Spans", "n_chars", "overlapping", "shared_chars"]

Spans = tuple[Span, ...]


def n_chars(spans: Spans) -> int:
    """Return how many code points the parts of a mention cover."""
    return sum(end - start for start, end in spans)


def shared_chars(one: Spans, other: Spans) -> int:
    """Return how many code points two mentions share; a gap between parts is not covered."""
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for start, end in one
        for other_start, other_end in other
    )


def overlapping(ones: Sequence[Spans], others: Sequence[Spans]) -> Iterator[tuple[int, int, int]]:
    """Yield the places of each two mentions that overlap, and how many code points they share."""
    if not ones or not others:
        return
    starts, ends, other_starts, other_ends = (
        np.array([spans[part][side] for spans in several])
        for several in (ones, others)
        for part, side in ((0, 0), (-1, 1))
    )
    may = (starts[:, None] < other_ends) & (other_starts < ends[:, None])
    for place, other in np.argwhere(may).tolist():
        shared = shared_chars(ones[place], others[other])
        if shared:
            yield place, other, shared
