"""Which part of a translation is which mention: by likeness to the mention's own translation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np
from rapidfuzz import fuzz

from xlink.text.folding import fold, fold_with_offsets
from xlink.text.tokens import token_spans
from xlink.translation.markers import Piece
from xlink.types import Span

__all__ = ["assigned", "found"]

_ORDER = 0.01  # what the order counts where likeness does not tell two apart


def assigned(
    pieces: Sequence[Piece], text: str, wanted: Sequence[str], *, least: float
) -> dict[int, Span]:
    """Return the place of each mention among pieces without numbers, as far as it has one.

    `wanted` has the translation of each mention by itself. Likeness in [0, 1] decides, then order.
    Where there are as many pieces as mentions, each has one; else only pieces of the likeness
    `least` are taken.
    """
    if not pieces or not wanted:
        return {}
    from scipy.optimize import linear_sum_assignment  # takes a quarter of a second to import

    shown = [fold(text[slice(*piece.span)]) for piece in pieces]
    likeness = np.array([[_likeness(fold(own), each) for each in shown] for own in wanted])
    places = [np.linspace(0, 1, len(side)) if len(side) > 1 else [0.5] for side in (wanted, pieces)]
    away = np.abs(np.subtract.outer(*places))
    rows, columns = linear_sum_assignment(likeness - _ORDER * away, maximize=True)
    complete = len(pieces) == len(wanted)
    return {
        row: pieces[column].span
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if complete or likeness[row, column] >= least
    }


def found(
    wanted: Iterable[str],
    text: str,
    within: Span,
    taken: Collection[Span],
    *,
    near: int = 0,
    least: float,
) -> Span | None:
    """Return the part of `text` most like one of `wanted`, folded, or None below `least`.

    It lies `within` a span and touches none of those `taken`. Of the places of one wording the one
    nearest to `near` is taken. Words are not cut.
    """
    best: tuple[float, int, Span] | None = None
    names = [name for name in dict.fromkeys(fold(each) for each in wanted) if name]
    for start, end in _free(within, taken):
        folded = fold_with_offsets(text[start:end])
        for name in names:
            for likeness, own in _alike(name, folded.text, least):
                low, high = (start + place for place in folded.raw_span(*own))
                rank = (-likeness, abs(low - near), (low, high))
                best = rank if best is None else min(best, rank)
    return None if best is None else best[2]


def _alike(name: str, text: str, least: float) -> Iterator[tuple[float, Span]]:
    """Yield the likeness of the whole words most like a name, and each of their places."""
    if len(text) < len(name) * least:
        return
    hit = fuzz.partial_ratio_alignment(name, text, score_cutoff=least * 100)
    if hit is None or hit.dest_end <= hit.dest_start:
        return
    words = list(token_spans(text))
    start, end = _whole(words, hit.dest_start, hit.dest_end)
    likeness = _likeness(name, text[start:end])
    if start == end or likeness < least:
        return
    place = text.find(text[start:end])
    while place >= 0:
        own = (place, place + end - start)
        if _whole(words, *own) == own:
            yield likeness, own
        place = text.find(text[start:end], place + 1)


def _whole(words: Sequence[Span], start: int, end: int) -> Span:
    """Return a part grown to whole words, without spaces at its ends."""
    touched = [word for word in words if word[0] < end and word[1] > start]
    return (touched[0][0], touched[-1][1]) if touched else (start, start)


def _free(within: Span, taken: Collection[Span]) -> Iterator[Span]:
    """Yield what is left of a span without those taken."""
    start, end = within
    for low, high in sorted(taken):
        if low > start:
            yield start, min(low, end)
        start = max(start, high)
        if start >= end:
            return
    if start < end:
        yield start, end


def _likeness(one: str, other: str) -> float:
    return fuzz.ratio(one, other) / 100
