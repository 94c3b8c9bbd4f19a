"""Whether two runs differ by more than the luck of the documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from xlink.evaluation.statistic import Floats, Statistic

__all__ = ["N_PERMUTATIONS", "holm", "randomisation_p"]

N_PERMUTATIONS = 10_000
_MAX_CELLS = 4_000_000
_ROUNDING = 1e-12


def randomisation_p(
    one: Statistic, other: Statistic, *, seed: int, n_permutations: int = N_PERMUTATIONS
) -> float:
    """Return the two-sided p of the difference, by swapping the runs within documents.

    Approximate randomisation (Noreen 1989): the share of swaps whose difference is at least as
    large as the one observed, which itself counts as one of them. All swaps are tried where they
    are no more than `n_permutations`; p is then exact.
    """
    observed = abs(one.value - other.value)
    if np.isnan(observed):
        return 1.0
    gaps = one.columns - other.columns
    from_one, from_other = one.columns.sum(axis=0), other.columns.sum(axis=0)
    n_documents = len(gaps)
    n_extreme = n_tried = 0
    for swapped in _swaps(n_documents, seed, n_permutations):
        moved = swapped @ gaps
        found = np.abs(one.combine(from_one - moved) - other.combine(from_other + moved))
        # A swap that leaves nothing to measure speaks for neither: it counts against a finding.
        n_extreme += int((~(found < observed - _ROUNDING)).sum())
        n_tried += len(swapped)
    exact = 2**n_documents <= n_permutations
    return n_extreme / n_tried if exact else (n_extreme + 1) / (n_tried + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p values corrected for being several, in their order (Holm 1979).

    The i-th smallest of m is multiplied by m - i (i from 0), and none falls below a smaller one.
    """
    m = len(p_values)
    order = np.argsort(p_values, kind="stable")
    scaled = np.minimum(1.0, np.asarray(p_values)[order] * (m - np.arange(m)))
    corrected = np.empty(m)
    corrected[order] = np.maximum.accumulate(scaled)
    return [float(p) for p in corrected]


def _swaps(n_documents: int, seed: int, n_permutations: int) -> Iterator[Floats]:
    """Yield which documents are swapped, some permutations at a time. *Shapes:* (r, d)"""
    if 2**n_documents <= n_permutations:
        codes = np.arange(2**n_documents)
        yield ((codes[:, None] >> np.arange(n_documents)) & 1).astype(np.float64)
        return
    rng = np.random.default_rng(seed)
    chunk = max(1, _MAX_CELLS // n_documents)
    for start in range(0, n_permutations, chunk):
        size = (min(chunk, n_permutations - start), n_documents)
        yield rng.integers(0, 2, size=size).astype(np.float64)
