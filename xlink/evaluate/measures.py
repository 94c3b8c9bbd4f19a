"""The measures of given mentions, from the rank of the gold to a figure with its interval.

Every function takes one value a mention; ranks count from 0, and `UNRANKED` means that the gold
is not among the candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.evaluate.bootstrap import Figure, Ratio, figures
from xlink.evaluate.gold import Gold, Mask

__all__ = [
    "UNRANKED",
    "Measure",
    "mean",
    "mention_measures",
    "ranking",
    "recall_at",
    "reciprocal_ranks",
]

UNRANKED = int(np.iinfo(np.int64).max)
"""The rank of gold that is not among the candidates: larger than any k."""

Ranks = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure over all gold, and over the gold that the terminology covers (None: unknown)."""

    name: str
    all: Figure
    covered: Figure | None


def recall_at(ranks: Ranks, k: int) -> Values:
    """Return 1 for each mention whose gold is among the first `k` candidates, else 0."""
    return (ranks < k).astype(np.float64)


def reciprocal_ranks(ranks: Ranks) -> Values:
    """Return 1 / (1 + rank) for each mention, 0 where the gold is not among the candidates."""
    found = ranks != UNRANKED
    return np.where(found, 1 / (1 + np.where(found, ranks, 0).astype(np.float64)), 0.0)


def ranking(ranks: Ranks, ks: Sequence[int]) -> dict[str, Values]:
    """Return recall at each k and the reciprocal rank of each mention, by name."""
    return {f"recall@{k}": recall_at(ranks, k) for k in ks} | {"mrr": reciprocal_ranks(ranks)}


def mention_measures(
    gold: Gold, values: Mapping[str, Values], *, among: Mapping[str, Mask] | None = None, seed: int
) -> tuple[Measure, ...]:
    """Return the mean of each of `values` over the mentions that have gold concepts.

    `among` narrows a measure to some mentions, as precision is to the linked ones. A mention that
    is NIL or not annotated has no part in any.
    """
    parts = [gold.has_concept]
    if gold.covered is not None:
        parts.append(gold.covered)
    ratios = [
        mean(gold, per_mention, part & among[name] if among and name in among else part)
        for name, per_mention in values.items()
        for part in parts
    ]
    found = iter(figures(ratios, seed=seed))
    return tuple(
        Measure(name, next(found), None if gold.covered is None else next(found)) for name in values
    )


def mean(gold: Gold, values: Values, mask: Mask) -> Ratio:
    """Return the mean of `values` over the mentions in `mask`, as sums by document."""
    n_documents, numbers = len(gold.documents), gold.document_numbers
    sums, cases = (
        np.bincount(numbers, weights=weights, minlength=n_documents).astype(np.float64)
        for weights in (values * mask, mask)
    )
    return Ratio(sums, cases, int(mask.sum()))
