"""Which pieces of a page are of the body, and which of headers, footers and margins.

A logistic regression on features of the layout, none of which is a word; `benchmarks/pdf_lines.py`
fits it on pages that it makes, and measures it on layouts that it was not fitted on.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from xlink.corpora.documents.page_lines import Page, Piece

__all__ = ["FEATURES", "body_pieces", "features_of"]

FEATURES = (
    "near the top",
    "near the bottom",
    "among the last lines",
    "gap below, at the top",
    "gap above, at the bottom",
    "repeated",
    "repeated at the edge",
    "smaller than most",
    "larger than most",
    "few lines stand in its column",
    "few lines begin where it does",
    "only narrow lines stand in its column",
    "narrow lines far from the middle",
)
_WEIGHTS = np.array(
    [-15.06, -7.11, -1.87, -3.93, -3.1, -1.39, -2.47, -2.01, 0.0, -4.77, -3.32, -8.25, -7.07]
)
_BIAS = 6.91

_DIGITS = re.compile(r"\d+")
_EDGE = 0.12
"""What part of the height of a page its edges are, for features."""


def body_pieces(pages: Sequence[Page]) -> list[list[Piece]]:
    """Return the pieces of the body for each page; what is not upright is never of it."""
    found = []
    for page, features in zip(pages, features_of(pages), strict=True):
        scores = features @ _WEIGHTS + _BIAS
        upright = [each for each in page.pieces if each.upright]
        found.append([each for each, score in zip(upright, scores, strict=True) if score > 0])
    return found


def features_of(pages: Sequence[Page]) -> list[npt.NDArray[np.float64]]:
    """Return the features of the upright pieces of each page. *Shape:* (pieces, features)"""
    upright = [[each for each in page.pieces if each.upright] for page in pages]
    every = [piece for pieces in upright for piece in pieces]
    if not every:
        return [np.zeros((0, len(FEATURES))) for _ in pages]
    usual = _Usual(pages, upright)
    return [usual.features(page, pieces) for page, pieces in zip(pages, upright, strict=True)]


class _Usual:
    """What is usual in a document: the height of lines, where they begin, what repeats."""

    def __init__(self, pages: Sequence[Page], upright: Sequence[Sequence[Piece]]) -> None:
        every = [piece for pieces in upright for piece in pieces]
        self._height = _weighted_median(
            [each.height for each in every], [len(each.text) for each in every]
        )
        self._width = _weighted_median(
            [each.width for each in every], [len(each.text) for each in every]
        )
        self._widest = np.zeros(int(max(each.right for each in every)) + 2)
        for each in every:
            span = slice(max(0, int(each.left)), int(each.right) + 1)
            self._widest[span] = np.maximum(self._widest[span], each.width)
        self._n_pages = len(pages)
        self._lefts = Counter(round(each.left / 4) for each in every)
        self._covered = self._coverage(pages, upright)
        places: dict[tuple[str, int], set[int]] = defaultdict(set)
        for page, pieces in zip(pages, upright, strict=True):
            for each in pieces:
                for key in self._keys(each, page):
                    places[key].add(page.number)
        self._places = places

    def features(self, page: Page, pieces: Sequence[Piece]) -> npt.NDArray[np.float64]:
        rows = sorted({round((each.top + each.bottom) / self._height) for each in pieces})
        return np.array([self._of(each, page, pieces, rows) for each in pieces]).reshape(
            len(pieces), len(FEATURES)
        )

    def _of(
        self, piece: Piece, page: Page, pieces: Sequence[Piece], rows: Sequence[int]
    ) -> list[float]:
        row = rows.index(round((piece.top + piece.bottom) / self._height))
        near_top = max(0.0, 1 - piece.top / (_EDGE * page.height))
        near_bottom = max(0.0, 1 - (page.height - piece.bottom) / (_EDGE * page.height))
        above, below = self._gaps(piece, pieces)
        repeated = self._repeated(piece, page)
        relative = piece.height / self._height
        few, narrow = 1 - self._share_covered(piece), 1 - self._width_around(piece)
        return [
            near_top,
            near_bottom,
            max(0.0, 1 - (len(rows) - 1 - row) / 4),
            min(3.0, below) / 3 * (near_top > 0),
            min(3.0, above) / 3 * (near_bottom > 0),
            repeated,
            repeated * (near_top > 0 or near_bottom > 0),
            max(0.0, min(1.0, 4 * (1 - relative))),
            max(0.0, min(1.0, 2 * (relative - 1))),
            few,
            1 - min(1.0, self._begin_alike(piece) / (3 * self._n_pages)),
            narrow,
            narrow * abs(piece.left + piece.right - page.width) / page.width,
        ]

    def _coverage(
        self, pages: Sequence[Page], upright: Sequence[Sequence[Piece]]
    ) -> npt.NDArray[np.float64]:
        """Return how high all that stands at each point of the width is, as a share of the most."""
        covered = np.zeros(int(max(page.width for page in pages)) + 2)
        for pieces in upright:
            for each in pieces:
                covered[max(0, int(each.left)) : int(each.right) + 1] += each.height
        return covered / max(1.0, float(np.quantile(covered[covered > 0], 0.9)))

    def _share_covered(self, piece: Piece) -> float:
        inside = self._covered[max(0, int(piece.left)) : int(piece.right) + 1]
        return min(1.0, float(inside.mean())) if len(inside) else 0.0

    def _width_around(self, piece: Piece) -> float:
        """Return how wide the widest line through its middle is, as a share of what is usual."""
        inside = self._widest[int((piece.left + piece.right) / 2)]
        return min(1.0, float(inside) / self._width)

    def _begin_alike(self, piece: Piece) -> int:
        place = round(piece.left / 4)
        return sum(self._lefts[place + step] for step in (-1, 0, 1)) - 1

    @staticmethod
    def _keys(piece: Piece, page: Page) -> list[tuple[str, int]]:
        """Return the text without its digits at its height, and at that of its neighbours."""
        text = _DIGITS.sub("0", piece.text)
        place = round(piece.top / page.height * 50)
        return [(text, place + step) for step in (-1, 0, 1)]

    def _repeated(self, piece: Piece, page: Page) -> float:
        if self._n_pages < 2:
            return 0.0
        key = self._keys(piece, page)[1]
        return (len(self._places[key]) - 1) / (self._n_pages - 1)

    def _gaps(self, piece: Piece, pieces: Sequence[Piece]) -> tuple[float, float]:
        """Return the space above and below, in usual heights, 9 where nothing follows."""
        above = below = 9.0
        for other in pieces:
            if other is piece or other.right < piece.left or other.left > piece.right:
                continue
            if other.bottom <= piece.top + 1:
                above = min(above, (piece.top - other.bottom) / self._height)
            elif other.top >= piece.bottom - 1:
                below = min(below, (other.top - piece.bottom) / self._height)
        return max(0.0, above), max(0.0, below)


def _weighted_median(values: Sequence[float], weights: Sequence[int]) -> float:
    order = np.argsort(values, kind="stable")
    sums = np.cumsum(np.array(weights)[order])
    return float(np.array(values)[order][np.searchsorted(sums, sums[-1] / 2)])
