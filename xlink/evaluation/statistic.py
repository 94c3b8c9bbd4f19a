"""A figure as a function of sums over documents: what resampling and swapping documents need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Floats", "Statistic", "difference", "divide", "f_score", "ratio"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Statistic:
    """A figure that depends on nothing but sums over documents.

    *Shapes:* `columns` (d, c) holds what each document adds; `combine` turns totals of any shape
    (..., c) into values (...), NaN where there is nothing to measure. `n` is the number of cases
    that the reader is told.
    """

    columns: Floats
    combine: Callable[[Floats], Floats]
    n: int

    @property
    def value(self) -> float:
        """The figure over all documents; NaN where there is nothing to measure."""
        return float(self.combine(self.columns.sum(axis=0)))


def ratio(numerators: Floats, denominators: Floats, n: int) -> Statistic:
    """Return sum(numerators) / sum(denominators), as shares and means are. *Shapes:* (d,)"""
    columns = np.stack([numerators, denominators], axis=1).astype(np.float64)
    return Statistic(columns, lambda totals: divide(totals[..., 0], totals[..., 1]), n)


def f_score(precision: Statistic, recall: Statistic) -> Statistic:
    """Return the harmonic mean of two ratios: 0 if both are 0, even where one is undefined."""
    columns = np.concatenate([precision.columns, recall.columns], axis=1)
    return Statistic(columns, _harmonic, recall.n)


def difference(one: Statistic, other: Statistic) -> Statistic:
    """Return `one` - `other`, both over the same documents."""
    width = one.columns.shape[1]
    return Statistic(
        np.concatenate([one.columns, other.columns], axis=1),
        lambda totals: one.combine(totals[..., :width]) - other.combine(totals[..., width:]),
        one.n,
    )


def divide(numerators: Floats, denominators: Floats) -> Floats:
    """Divide where there is something to divide by; NaN elsewhere."""
    quotients: Floats = np.full(np.shape(denominators), np.nan)
    np.divide(numerators, denominators, out=quotients, where=np.asarray(denominators) > 0)
    return quotients


def _harmonic(totals: Floats) -> Floats:
    right, predicted, met, gold = np.moveaxis(totals, -1, 0)
    both = divide(2 * right * met, right * gold + met * predicted)
    # Without a hit the product form is 0 / 0, though the mean of two zeros is 0.
    return np.where((right + met == 0) & (predicted + gold > 0), 0.0, both)
