"""Intervals by resampling documents, since mentions of one document resemble each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from xlink.evaluation.statistic import Floats, Statistic

__all__ = ["N_RESAMPLES", "Figure", "figures"]

N_RESAMPLES = 1_000
_LEVEL = 95.0
_MAX_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval, over `n` cases.

    All three are None where there are no cases; the interval also with a single document.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


def figures(
    statistics: Sequence[Statistic], *, seed: int, n_resamples: int = N_RESAMPLES
) -> list[Figure]:
    """Return one figure a statistic; its interval is the percentile bootstrap over documents.

    All see the same resamples, drawn from `seed`, and must cover the same documents.
    """
    if not statistics:
        return []
    columns = np.concatenate([each.columns for each in statistics], axis=1)
    ends = np.cumsum([each.columns.shape[1] for each in statistics])

    def values(weights: Floats) -> Floats:
        # How often each document is drawn; a product of matrices then sums everything at once.
        totals = np.split(weights @ columns, ends[:-1], axis=1)
        return np.stack(
            [each.combine(part) for each, part in zip(statistics, totals, strict=True)], axis=1
        )

    bounds = np.full((2, len(statistics)), np.nan)
    if len(columns) > 1:
        drawn = _resamples(len(columns), seed, n_resamples)
        resampled = np.concatenate([values(weights) for weights in drawn])
        tail = (100 - _LEVEL) / 2
        defined = ~np.isnan(resampled).all(axis=0)
        bounds[:, defined] = np.nanpercentile(resampled[:, defined], [tail, 100 - tail], axis=0)
    found = values(np.ones((1, len(columns))))[0]
    return [
        Figure(_number(value), _number(low), _number(high), each.n)
        for value, low, high, each in zip(found, *bounds, statistics, strict=True)
    ]


def _resamples(n_documents: int, seed: int, n_resamples: int) -> Iterator[Floats]:
    """Yield how often each document is drawn, some resamples at a time. *Shapes:* (r, d)"""
    if n_documents * n_resamples <= _MAX_CELLS:
        yield _drawn_once(n_documents, seed, n_resamples)
        return
    rng = np.random.default_rng(seed)
    chunk = max(1, _MAX_CELLS // n_documents)
    for start in range(0, n_resamples, chunk):
        yield _draw(rng, n_documents, min(chunk, n_resamples - start))


@lru_cache(maxsize=1)
def _drawn_once(n_documents: int, seed: int, n_resamples: int) -> Floats:
    return _draw(np.random.default_rng(seed), n_documents, n_resamples)


def _draw(rng: np.random.Generator, n_documents: int, size: int) -> Floats:
    chances = np.full(n_documents, 1 / n_documents)
    return rng.multinomial(n_documents, chances, size=size).astype(np.float64)


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
