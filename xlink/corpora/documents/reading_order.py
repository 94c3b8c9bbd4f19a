"""The lines of a page in the order in which they are read: column by column, tables by rows."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from xlink.corpora.documents.page_lines import Piece

__all__ = ["in_reading_order"]

_FEWEST_LINES = 3
_FEWEST_WORDS = 3
"""A column of text has that many words a line; cells of a table have fewer."""
_LEAST_WIDTH = 0.15
_MOST_CROSSING = 0.4
_CELL_GAP = 1.5
"""Pieces of one line that are farther apart than so many heights are cells."""


def in_reading_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the lines that upright `pieces` are parts of.

    Pieces that stand side by side are one line, unless there are columns. What stands across
    columns is read after what is above it in all of them.
    """
    gutter = _gutter(pieces)
    if gutter is None:
        return _rows(pieces)
    lines: list[Piece] = []
    left: list[Piece] = []
    right: list[Piece] = []
    for piece in sorted(pieces, key=lambda each: (each.top, each.left)):
        if piece.right <= gutter:
            left.append(piece)
        elif piece.left >= gutter:
            right.append(piece)
        else:
            lines += [*in_reading_order(left), *in_reading_order(right), piece]
            left, right = [], []
    return [*lines, *in_reading_order(left), *in_reading_order(right)]


def _gutter(pieces: Sequence[Piece]) -> float | None:
    """Return the x that the fewest pieces cross among those that have columns on both sides."""
    if len(pieces) < 2 * _FEWEST_LINES:
        return None
    width = max(each.right for each in pieces) - min(each.left for each in pieces)
    best: tuple[int, int, float] | None = None
    for x in sorted({each.left - 0.5 for each in pieces}):
        left = [each for each in pieces if each.right <= x]
        right = [each for each in pieces if each.left >= x]
        n_crossing = len(pieces) - len(left) - len(right)
        if n_crossing > _MOST_CROSSING * len(pieces):
            continue
        if _is_column(left, width) and _is_column(right, width) and _are_abreast(left, right):
            found = (n_crossing, -min(len(left), len(right)), x)
            best = found if best is None else min(best, found)
    return None if best is None else best[2]


def _is_column(pieces: Sequence[Piece], width: float) -> bool:
    return (
        len(pieces) >= _FEWEST_LINES
        and median(each.width for each in pieces) >= _LEAST_WIDTH * width
        and median(len(each.text.split()) for each in pieces) >= _FEWEST_WORDS
    )


def _are_abreast(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    tops = [min(each.top for each in side) for side in (left, right)]
    bottoms = [max(each.bottom for each in side) for side in (left, right)]
    shorter = min(bottom - top for top, bottom in zip(tops, bottoms, strict=True))
    return min(bottoms) - max(tops) >= 0.5 * shorter


def _rows(pieces: Sequence[Piece]) -> list[Piece]:
    """Join pieces that stand side by side, from top to bottom."""
    rows: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: (each.top + each.bottom, each.left)):
        if rows and rows[-1][0].beside(piece):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    lines = []
    for row in rows:
        row.sort(key=lambda each: each.left)
        line = row[0]
        for piece in row[1:]:
            gap = piece.left - line.right
            line = line.joined(piece, "\t" if gap > _CELL_GAP * line.height else " ")
        lines.append(line)
    return lines
