"""The measures of given mentions, from the rank of the gold to a figure with its interval.

Every function takes one value a mention; ranks count from 0, and `UNRANKED` means that the gold
is not among the candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.evaluation.bootstrap import Figure, figures
from xlink.evaluation.gold import Gold, Mask
from xlink.evaluation.statistic import Statistic, ratio

__all__ = [
    "UNRANKED",
    "Measure",
    "MentionScore",
    "Scored",
    "measured",
    "ranking",
    "recall_at",
    "reciprocal_ranks",
    "scored",
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


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A measure before its interval: what documents add to it, over all and over covered gold."""

    name: str
    all: Statistic
    covered: Statistic | None


@dataclass(frozen=True, slots=True, eq=False)
class MentionScore:
    """What each gold mention adds to a mean. *Shapes:* both (m,)

    A mention counts `cases` times, of which `hits` are met: 0 cases leave it out, and a composite
    of three has three where its parts are counted.
    """

    name: str
    hits: Values
    cases: Values

    @classmethod
    def among(cls, name: str, hits: Values | Mask, cases: Mask) -> MentionScore:
        """Score the mentions of `cases` once each."""
        weights = cases.astype(np.float64)
        return cls(name, hits.astype(np.float64) * weights, weights)


def recall_at(ranks: Ranks, k: int) -> Values:
    """Return 1 for each mention whose gold is among the first `k` candidates, else 0."""
    return (ranks < k).astype(np.float64)


def reciprocal_ranks(ranks: Ranks) -> Values:
    """Return 1 / (1 + rank) for each mention, 0 where the gold is not among the candidates."""
    found = ranks != UNRANKED
    return np.where(found, 1 / (1 + np.where(found, ranks, 0).astype(np.float64)), 0.0)


def ranking(gold: Gold, ranks: Ranks, ks: Sequence[int]) -> list[MentionScore]:
    """Return recall at each k and the reciprocal rank of the mentions that have gold concepts."""
    values = {f"recall@{k}": recall_at(ranks, k) for k in ks} | {"mrr": reciprocal_ranks(ranks)}
    return [MentionScore.among(name, hits, gold.has_concept) for name, hits in values.items()]


def scored(
    gold: Gold, scores: Iterable[MentionScore], *, within: Mask | None = None
) -> list[Scored]:
    """Sum scores by document; `within` narrows them to some mentions."""
    everything = np.ones(len(gold), dtype=bool) if within is None else within
    answerable = gold.answerable
    return [
        Scored(
            score.name,
            _mean(gold, score, everything),
            None if answerable is None else _mean(gold, score, everything & answerable),
        )
        for score in scores
    ]


def measured(scores: Sequence[Scored], *, seed: int) -> tuple[Measure, ...]:
    """Give every score its interval; all see the same resamples."""
    over_all = [score.all for score in scores]
    covered = [score.covered for score in scores if score.covered is not None]
    found = figures([*over_all, *covered], seed=seed)
    of_all, of_covered = found[: len(scores)], iter(found[len(scores) :])
    return tuple(
        Measure(score.name, figure, None if score.covered is None else next(of_covered))
        for score, figure in zip(scores, of_all, strict=True)
    )


def _mean(gold: Gold, score: MentionScore, mask: Mask) -> Statistic:
    n_documents, numbers = len(gold.documents), gold.document_numbers
    hits, cases = (
        np.bincount(numbers, weights=values * mask, minlength=n_documents).astype(np.float64)
        for values in (score.hits, score.cases)
    )
    return ratio(hits, cases, int(cases.sum()))
