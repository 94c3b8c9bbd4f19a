"""The order in which candidates are read: their scores, and what annotators linked before.

A regression over lists (`xlink.rerank.listwise`) on five features: the score that a candidate came
with, 1 / (1 + its rank), and the three of `xlink.rerank.memory`. It is fitted on training mentions
whose own document is left out of the memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, segment_sort
from xlink.rerank.listwise import Choices, are_right, fitted, shares
from xlink.rerank.memory import Memory, Recall
from xlink.terminology import Terminology
from xlink.types import Query

__all__ = ["Prior", "PriorWeights", "are_likely", "fit_prior", "prior_choices"]

Floats = npt.NDArray[np.float64]
PriorWeights = tuple[float, float, float, float, float, float]
"""Of score, place, words remembered, concept known and words alike, and the bias of none."""

_START = np.array([10.0, 0.0, 0.0, 0.0, 0.0, 0.0])  # the order that candidates came in
_PULL = 0.01
_FLOOR = 1e-9


def prior_choices(queries: Sequence[Query], candidates: CandidateSet, recall: Recall) -> Choices:
    """Return the features of candidates, and of "none of these" a bias alone."""
    remembered = recall.features(queries, candidates)
    bias = np.zeros(candidates.n_candidates)
    places = 1 / (1 + candidates.ranks())
    features = np.column_stack([candidates.scores, places, remembered, bias])
    none = np.zeros((len(queries), features.shape[1]))
    none[:, -1] = 1.0
    return Choices(candidates.query_numbers(), features.astype(np.float64), none)


def fit_prior(
    parts: Sequence[tuple[Choices, npt.NDArray[np.bool_]]],
) -> PriorWeights | None:
    """Fit on lists of several corpora at once, no weight of a feature below 0.

    None if that puts fewer right candidates first than the order given does, or there are no lists.
    """
    starts = np.cumsum([0, *(len(choices.none) for choices, _ in parts)])
    if not starts[-1]:
        return None
    numbers = [own.numbers + start for (own, _), start in zip(parts, starts, strict=False)]
    joined = Choices(
        np.concatenate(numbers),
        np.concatenate([own.features for own, _ in parts]),
        np.concatenate([own.none for own, _ in parts]),
    )
    is_right = np.concatenate([right for _, right in parts])
    bounds = [*[(0.0, None)] * 5, (None, None)]
    weights = fitted(joined, is_right, _START, bounds=bounds, pull=_PULL)
    after, before = (are_right(joined, is_right, each).sum() for each in (weights, _START))
    if after < before:
        return None
    score, place, words, concept, alike, none = weights.tolist()
    return score, place, words, concept, alike, none


def are_likely(candidates: CandidateSet, least_share: float) -> npt.NDArray[np.bool_]:
    """Return which candidates have `least_share` of the probability of the first of their list.

    The candidates are in the order of a `Prior`, with its scores. *Shape:* (n,)
    """
    firsts = candidates.query_offsets[:-1][candidates.query_numbers()]
    away = candidates.scores - candidates.scores[firsts]
    likely: npt.NDArray[np.bool_] = np.exp(away) >= least_share
    return likely


class Prior:
    """Puts candidates of one terminology into the order in which a re-ranker is to read them."""

    def __init__(self, weights: PriorWeights, memory: Memory, terminology: Terminology) -> None:
        self._weights = np.array(weights)
        self._recall = Recall(memory, terminology)

    def ordered(self, queries: Sequence[Query], candidates: CandidateSet) -> CandidateSet:
        """Return all candidates by the logarithm of their probability, ties by id."""
        choices = prior_choices(queries, candidates, self._recall)
        found = np.log(np.maximum(shares(choices, self._weights), _FLOOR)).astype(np.float32)
        order = segment_sort(candidates.query_numbers(), found, candidates.concept_rows)
        return replace(candidates, scores=found).taken(order)

    def words(self, queries: Sequence[Query], candidates: CandidateSet) -> npt.NDArray[np.float32]:
        """Return the share of what the same words were linked to before. *Shape:* (n,)"""
        return self._recall.shares(queries, candidates).astype(np.float32)
