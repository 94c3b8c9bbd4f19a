"""Long texts in overlapping windows: which part of each window counts, so that all count once."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["cores", "windows"]


def windows(n: int, size: int, overlap: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of the windows that cover `n` items, each `overlap` into the next.

    >>> list(windows(10, 6, 2))
    [(0, 6), (4, 10)]
    """
    start = 0
    while start + size < n:
        yield start, start + size
        start += size - overlap
    yield start, n


def cores(lengths: list[int], overlap: int) -> Iterator[tuple[int, int]]:
    """Yield, for windows of given lengths in their order, which items of each count.

    Two neighbours share their overlap half and half, so that what counts has a context.

    >>> list(cores([6, 6], 2))
    [(0, 5), (1, 6)]
    """
    last = len(lengths) - 1
    for number, length in enumerate(lengths):
        start = 0 if number == 0 else overlap // 2
        yield start, length if number == last else length - (overlap - overlap // 2)
