"""Intervals by resampling documents, since mentions of one document resemble each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["N_RESAMPLES", "Figure", "Ratio", "figures"]

N_RESAMPLES = 1_000
_LEVEL = 95.0
_MAX_WEIGHTS = 4_000_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in [0, 1] with its 95 % interval, over `n` cases.

    All three are None where there are no cases; the interval also with a single document.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True, eq=False)
class Ratio:
    """A figure as a ratio of sums over documents. *Shapes:* both (d,)

    Shares, precision, recall and F1 = 2 hits / (predicted + gold) all have this form. `n` is the
    number of cases that the reader is told.
    """

    numerators: Floats
    denominators: Floats
    n: int


def figures(ratios: Sequence[Ratio], *, seed: int, n_resamples: int = N_RESAMPLES) -> list[Figure]:
    """Return one figure a ratio; its interval is the percentile bootstrap over documents.

    All ratios see the same resamples, drawn from `seed`, and must cover the same documents.
    """
    if not ratios:
        return []
    numerators = np.stack([ratio.numerators for ratio in ratios], axis=1).astype(np.float64)
    denominators = np.stack([ratio.denominators for ratio in ratios], axis=1).astype(np.float64)
    values = _divide(numerators.sum(axis=0), denominators.sum(axis=0))
    low, high = _interval(numerators, denominators, seed, n_resamples)
    return [
        Figure(_number(values[place]), _number(low[place]), _number(high[place]), ratio.n)
        for place, ratio in enumerate(ratios)
    ]


def _interval(
    numerators: Floats, denominators: Floats, seed: int, n_resamples: int
) -> tuple[Floats, Floats]:
    n_documents, n_ratios = numerators.shape
    bounds = np.full((2, n_ratios), np.nan)
    if n_documents > 1:
        rng = np.random.default_rng(seed)
        chunk = max(1, _MAX_WEIGHTS // n_documents)
        resampled = []
        for start in range(0, n_resamples, chunk):
            # How often each document is drawn; a product of matrices then sums all ratios at once.
            weights = rng.multinomial(
                n_documents,
                np.full(n_documents, 1 / n_documents),
                size=min(chunk, n_resamples - start),
            )
            resampled.append(_divide(weights @ numerators, weights @ denominators))
        ratios = np.concatenate(resampled)
        tail = (100 - _LEVEL) / 2
        defined = ~np.isnan(ratios).all(axis=0)
        bounds[:, defined] = np.nanpercentile(ratios[:, defined], [tail, 100 - tail], axis=0)
    return bounds[0], bounds[1]


def _divide(numerators: Floats, denominators: Floats) -> Floats:
    undefined = np.full_like(numerators, np.nan)
    return np.divide(numerators, denominators, out=undefined, where=denominators > 0)


def _number(value: np.float64) -> float | None:
    return None if np.isnan(value) else float(value)
