"""One list from the lists of several generators, remembering what each of them said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, segment_offsets, segment_sort
from xlink.errors import SpecError, UnknownNameError

__all__ = [
    "Fusion",
    "ReciprocalRankFusion",
    "StandardisedFusion",
    "WeightedFusion",
    "completed_scores",
    "ranked",
    "unite",
]


_USUAL_WEIGHTS = {"dense": 10.0, "training": 20.0}  # docs/encoders.md has what others give


class Fusion(Protocol):
    """Merges the sets that several generators made for the same queries."""

    def fuse(self, sets: Sequence[CandidateSet], k: int) -> CandidateSet:
        """Return the best `k` of the united candidates, with the traces of all generators."""
        ...


@dataclass(frozen=True, slots=True)
class ReciprocalRankFusion:
    """Score a candidate by the sum of 1 / (constant + rank), ranks from 1, over its generators.

    Cormack, Clarke and Büttcher (SIGIR 2009). The sum is divided by its maximum, so that scores
    lie in (0, 1] and a candidate that all put first has 1. `weights` default to 1.
    """

    constant: float = 60.0
    weights: Mapping[str, float] = field(default_factory=dict)

    def fuse(self, sets: Sequence[CandidateSet], k: int) -> CandidateSet:
        """Return the best `k` of the united candidates by reciprocal rank."""
        united = unite(sets)
        ranks, weights = _traces(united)[1], _weights(united, self.weights)
        shares = (ranks >= 0) * weights / (self.constant + 1 + np.maximum(ranks, 0))
        return ranked(united, shares.sum(axis=1) * (self.constant + 1) / weights.sum(), k)


@dataclass(frozen=True, slots=True)
class WeightedFusion:
    """Score a candidate by the weighted mean of its generators' scores.

    A generator that is silent on it counts 0, or the score of its last candidate if it has at least
    `cut_at` of them: what it cut off may have been nearly as good. One that has found nothing for a
    query has no part in its mean.

    Made for generators whose scores lie in [0, 1] on scales that mean the same, as those of
    xlink do; `weights` default to 1, that of `dense` to 10, since a name's vector tells neighbours
    apart where letters do not and its cosines lie closer together, and that of `training` to 20.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    cut_at: int = 64

    def fuse(self, sets: Sequence[CandidateSet], k: int) -> CandidateSet:
        """Return the best `k` of the united candidates by mean score."""
        united = unite(sets)
        weights = _weights(united, self.weights, _USUAL_WEIGHTS)
        scores = completed_scores(united, sets, self.cut_at)
        found = np.stack([np.diff(each.query_offsets) > 0 for each in sets], axis=1)
        totals = np.maximum(found @ weights, np.finfo(np.float32).tiny)
        return ranked(united, scores @ weights / totals[united.query_numbers()], k)


@dataclass(frozen=True, slots=True)
class StandardisedFusion:
    """Score a candidate by the weighted mean of its scores after z-scoring, for foreign scales.

    For each query and generator, the scores of all united candidates are brought to mean 0 and
    standard deviation 1; silence counts as in `WeightedFusion`. `weights` default to 1. The result
    says how far a candidate stands out among its rivals, not how good it is.
    """

    weights: Mapping[str, float] = field(default_factory=dict)
    cut_at: int = 64

    def fuse(self, sets: Sequence[CandidateSet], k: int) -> CandidateSet:
        """Return the best `k` of the united candidates by mean standardised score."""
        united = unite(sets)
        weights = _weights(united, self.weights)
        numbers, n_queries = united.query_numbers(), len(united)
        sizes = np.maximum(np.bincount(numbers, minlength=n_queries), 1)
        total = np.zeros(united.n_candidates)
        for scores, weight in zip(
            completed_scores(united, sets, self.cut_at).T, weights, strict=True
        ):
            means = np.bincount(numbers, scores, n_queries) / sizes
            away = scores - means[numbers]
            spreads = np.sqrt(np.bincount(numbers, away**2, n_queries) / sizes)
            total += weight * away / np.where(spreads > 0, spreads, 1)[numbers]
        return ranked(united, total / weights.sum(), k)


def unite(sets: Sequence[CandidateSet]) -> CandidateSet:
    """Return every concept that any set proposes, once a query, with ranks and scores by set.

    The alias of a candidate is that of the first set which proposes it. Scores are not yet set.

    Raises:
        ValueError: there is no set, or the sets are of different numbers of queries.
    """
    if not sets or any(len(each) != len(sets[0]) for each in sets):
        raise ValueError("Fusion needs at least one set, and all of the same queries.")
    numbers = np.concatenate([each.query_numbers() for each in sets])
    concepts = np.concatenate([each.concept_rows for each in sets])
    makers = np.repeat(np.arange(len(sets)), [each.n_candidates for each in sets])
    order = np.lexsort((makers, concepts, numbers))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (np.diff(numbers[order]) != 0) | (np.diff(concepts[order]) != 0)
    groups = np.cumsum(first) - 1
    n_groups = int(first.sum())
    scores = np.full((n_groups, len(sets)), np.nan, dtype=np.float32)
    ranks = np.full((n_groups, len(sets)), -1, dtype=np.int32)
    scores[groups, makers[order]] = np.concatenate([each.scores for each in sets])[order]
    ranks[groups, makers[order]] = np.concatenate([each.ranks() for each in sets])[order]
    kept = order[first]
    return CandidateSet(
        query_offsets=segment_offsets(np.bincount(numbers[kept], minlength=len(sets[0]))),
        concept_rows=concepts[kept],
        alias_rows=np.concatenate([each.alias_rows for each in sets])[kept],
        scores=np.zeros(n_groups, dtype=np.float32),
        generator_codes=makers[kept].astype(np.int8),
        generators=tuple("+".join(each.generators) for each in sets),
        trace_scores=scores,
        trace_ranks=ranks,
    )


def completed_scores(
    united: CandidateSet, sets: Sequence[CandidateSet], cut_at: int
) -> npt.NDArray[np.float64]:
    """Return what each generator says of each candidate, or at most could. *Shape:* (n, g)

    A silent generator with a list of `cut_at` or more could have given no more than its last score.
    """
    scores = _traces(united)[0].astype(np.float64)
    numbers = united.query_numbers()
    for column, each in zip(scores.T, sets, strict=True):
        last = np.zeros(len(each))
        cut = np.diff(each.query_offsets) >= cut_at
        last[cut] = each.scores[each.query_offsets[1:][cut] - 1]
        silent = np.isnan(column)
        column[silent] = last[numbers[silent]]
    return scores


def _traces(united: CandidateSet) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    if united.trace_scores is None or united.trace_ranks is None:
        raise ValueError("These candidates carry no traces of their generators.")
    return united.trace_scores, united.trace_ranks


def _weights(
    united: CandidateSet, weights: Mapping[str, float], usual: Mapping[str, float] | None = None
) -> npt.NDArray[np.float64]:
    for name in weights:
        if name not in united.generators:
            raise UnknownNameError("generator to weigh", name, united.generators)
    given = {**(usual or {}), **weights}
    values = np.array([given.get(name, 1.0) for name in united.generators])
    if (values < 0).any() or not values.any():
        raise SpecError(f"Weights are 0 or more, and not all 0; these are {values.tolist()}.")
    return values


def ranked(united: CandidateSet, scores: npt.NDArray[np.float64], k: int) -> CandidateSet:
    """Return the best `k` of united candidates by new scores. *Shape:* (n,)"""
    rounded = scores.astype(np.float32)
    order = segment_sort(united.query_numbers(), rounded, united.concept_rows)
    return replace(united, scores=rounded).taken(order).top(k)
