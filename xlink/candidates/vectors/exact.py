"""Exact search among vectors in memory or mapped into it, with numpy alone."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from xlink.candidates.vectors.stored import StoredVectors

__all__ = ["Admitted", "ExactSearch", "Hits", "VectorSearch", "rescored"]

Floats = npt.NDArray[np.float32]
Admitted = npt.NDArray[np.bool_] | None
Hits = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]

# What may differ between the products of the same two vectors in batches of different sizes.
_NOISE = np.float32(1e-5)
_QUERIES = 128
_ROWS = 65_536
_PAIRS = 50_000
_STRETCH = 64


class VectorSearch(Protocol):
    """Finds rows whose vectors have a high product with that of a query, less their penalty."""

    def hits(self, queries: Floats, n: int, admitted: Admitted) -> Hits:
        """Return query numbers and rows of about the best `n` among the `admitted` rows of each.

        *Shapes:* `queries` (q, dimension); `admitted` (rows,); both results (hits,), in any order.
        If a search is exact, all rows that are as good as the last one are among them.
        """
        ...


class ExactSearch:
    """Compares every query with every row.

    *Shapes:* `vectors` (rows, dimension), `penalties` (rows,)
    """

    def __init__(self, vectors: StoredVectors, penalties: Floats) -> None:
        self._vectors = vectors
        self._penalties = penalties
        self._scaled = bool((vectors.scales != 1).any())
        self._penalised = bool(penalties.any())

    def hits(self, queries: Floats, n: int, admitted: Admitted) -> Hits:
        """Return the best `n` rows of each query and all that are as good, and a few below."""
        parts = [
            self._hits(queries[start : start + _QUERIES], start, n, admitted)
            for start in range(0, len(queries), _QUERIES)
        ]
        empty = np.empty(0, dtype=np.int64)
        return (
            np.concatenate([empty, *(numbers for numbers, _ in parts)]),
            np.concatenate([empty, *(rows for _, rows in parts)]),
        )

    def _hits(self, queries: Floats, shift: int, n: int, admitted: Admitted) -> Hits:
        best = np.full((len(queries), 0), -np.inf, dtype=np.float32)
        kept: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]] = []
        for start in range(0, len(self._vectors), _ROWS):
            end = min(start + _ROWS, len(self._vectors))
            scores = queries @ self._vectors.floats(slice(start, end)).T
            if self._scaled:
                scores *= self._vectors.scales[start:end]
            if self._penalised:
                scores -= self._penalties[start:end]
            if admitted is not None:
                scores[:, ~admitted[start:end]] = -np.inf
            best = _largest(np.concatenate([best, _peaks(scores, n)], axis=1), n)
            good = scores >= _floor(best)[:, None]
            if admitted is not None:
                good &= np.isfinite(scores)
            numbers, rows = np.nonzero(good)
            kept.append((numbers, rows + start, scores[numbers, rows]))
        if not kept:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        numbers, rows = (np.concatenate([part[column] for part in kept]) for column in (0, 1))
        good = np.concatenate([part[2] for part in kept]) >= _floor(best)[numbers]
        return numbers[good] + shift, rows[good]


def _peaks(scores: Floats, n: int) -> Floats:
    """Return the best of every so many rows, which tell nearly as much as all of the best `n`.

    The last of the best `n` peaks is at most the last of the best `n` scores, and is found in a
    fraction of the time. *Shapes:* (q, rows) -> (q, at least `n` or all of them)
    """
    n_rows = scores.shape[1]
    stretch = min(_STRETCH, n_rows // (4 * n))
    if stretch < 2:
        return scores
    whole = n_rows - n_rows % stretch
    peaks: Floats = scores[:, :whole].reshape(len(scores), stretch, -1).max(axis=1)
    return np.concatenate([peaks, scores[:, whole:]], axis=1)


def _largest(scores: Floats, n: int) -> Floats:
    if scores.shape[1] <= n:
        return scores
    return np.partition(scores, scores.shape[1] - n, axis=1)[:, -n:]


def _floor(best: Floats) -> Floats:
    """Return the score of the last of the best, less the noise. *Shapes:* (q, n) -> (q,)"""
    floor: Floats = best.min(axis=1, initial=np.inf) - _NOISE
    return floor


def rescored(queries: Floats, vectors: StoredVectors, penalties: Floats, hits: Hits) -> Floats:
    """Return the score of each hit, the same whatever stands beside it. *Shape:* (hits,)"""
    numbers, rows = hits
    scores = np.empty(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _PAIRS):
        part = slice(start, start + _PAIRS)
        # Not as a matrix product, whose order of summation depends on its shape.
        products = (queries[numbers[part]] * vectors.floats(rows[part])).sum(axis=1)
        scores[part] = products * vectors.scales[rows[part]] - penalties[rows[part]]
    return scores
