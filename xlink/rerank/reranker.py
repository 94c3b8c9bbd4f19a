"""The cross-encoder as a part of a linker: renders, scores, mixes, and puts into a new order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, segment_sort
from xlink.rerank.blocks import Forward, score_pairs
from xlink.rerank.cascade import Cascade
from xlink.rerank.mixing import Mix, ScoredLists
from xlink.rerank.prior import Prior, are_likely
from xlink.rerank.rendering import PairRenderer
from xlink.types import Query

__all__ = ["CrossEncoderReranker"]

Scores = npt.NDArray[np.float32]

_QUERIES_AT_ONCE = 256


@dataclass(slots=True, eq=False)
class CrossEncoderReranker:
    """Re-orders candidates by the mix of a cross-encoder's logit and the score they came with.

    With a `prior`, that puts them into order first. The first `depth` candidates of a list are
    read, and of those none that has less than `least_share` of the prior probability of the first;
    the others stay behind them.
    Scores are probabilities: those that are read and "none of these" sum to 1. `learns_nil` is
    whether the network was taught to score that option. With a `cascade`, mentions that it is sure
    of are not read and keep their order. `unpadded` says that `forward` takes pairs of one length
    alone, in blocks of any size. `folder` is what it was opened from.
    """

    name: str
    forward: Forward
    renderer: PairRenderer
    mix: Mix = field(default_factory=Mix)
    learns_nil: bool = False
    depth: int = 32
    least_share: float = 0.0
    prior: Prior | None = None
    cascade: Cascade | None = None
    unpadded: bool = False
    folder: Path | None = None

    def rerank(self, queries: Sequence[Query], candidates: CandidateSet) -> CandidateSet:
        """Return the candidates of each query by their probability, ties by id.

        The set keeps the scores that it was read by, and the logits, NaN where none was asked for.

        Raises:
            ValueError: there are not as many candidate lists as queries.
        """
        _check_number(queries, candidates)
        candidates = self.ordered(queries, candidates)
        sure = self._sure(queries, candidates)
        is_open = np.isnan(sure)[candidates.query_numbers()]
        is_read = self.are_read(candidates) & is_open
        lists = self.score(queries, candidates.where(is_read))
        probabilities = self.mix.probabilities(lists)
        scores = self._left_behind(candidates, lists, probabilities)
        scores[is_read] = probabilities
        scores[~is_open] = _left_alone(candidates, sure)[~is_open]
        logits = np.full(candidates.n_candidates, np.nan, dtype=np.float32)
        logits[is_read] = lists.logits
        order = segment_sort(candidates.query_numbers(), scores, candidates.concept_rows)
        priors = candidates.scores
        return replace(candidates, scores=scores, prior_scores=priors, logits=logits).taken(order)

    def ordered(self, queries: Sequence[Query], candidates: CandidateSet) -> CandidateSet:
        """Return the candidates in the order in which they are read, with their prior scores."""
        return candidates if self.prior is None else self.prior.ordered(queries, candidates)

    def are_read(self, candidates: CandidateSet) -> npt.NDArray[np.bool_]:
        """Return which candidates are read, of lists that are `ordered`. *Shape:* (n,)

        They are the first ones of each list.
        """
        are_first = candidates.ranks() < self.depth
        if self.prior is None:
            return are_first
        return are_first & are_likely(candidates, self.least_share)

    def _sure(self, queries: Sequence[Query], candidates: CandidateSet) -> npt.NDArray[np.float64]:
        """Return how sure it is of mentions that are left alone, NaN for others. *Shape:* (q,)"""
        if self.cascade is None:
            return np.full(len(queries), np.nan)
        return self.cascade.sure(queries, candidates, self.renderer.terminology)

    def _left_behind(
        self, candidates: CandidateSet, lists: ScoredLists, probabilities: Scores
    ) -> Scores:
        """Return scores below those of the candidates that were read. *Shape:* (n,)

        They fall as the prior does from the last that was read, or with the place without one.
        """
        numbers = candidates.query_numbers()
        lowest = np.ones(len(candidates))
        np.minimum.at(lowest, lists.query_numbers, probabilities)
        n_read = np.bincount(lists.query_numbers, minlength=len(candidates))
        last = candidates.query_offsets[:-1] + np.maximum(n_read, 1) - 1
        if self.prior is None:
            falling = 1 / (1 + np.maximum(np.arange(len(numbers)) - last[numbers], 0))
        else:
            away = candidates.scores - candidates.scores[last[numbers]]
            falling = np.exp(np.minimum(away.astype(np.float64), 0.0)) / 2
        scores: Scores = (lowest[numbers] * falling).astype(np.float32)
        return scores

    def score(self, queries: Sequence[Query], candidates: CandidateSet) -> ScoredLists:
        """Return logits and priors of all `candidates` in their order, before they are mixed.

        Raises:
            ValueError: there are not as many candidate lists as queries.
        """
        _check_number(queries, candidates)
        logits = np.empty(candidates.n_candidates, dtype=np.float32)
        nil = np.zeros(len(queries), dtype=np.float32)
        for start in range(0, len(queries), _QUERIES_AT_ONCE):
            end = min(start + _QUERIES_AT_ONCE, len(queries))
            chosen = queries[start:end]
            first, last = candidates.query_offsets[[start, end]].tolist()
            pairs = self.renderer.pairs(chosen, candidates.part(start, end))
            logits[first:last] = score_pairs(pairs, self.forward, unpadded=self.unpadded)
            if self.learns_nil:
                nothing = self.renderer.nil_pairs(chosen)
                nil[start:end] = score_pairs(nothing, self.forward, unpadded=self.unpadded)
        words = np.zeros(candidates.n_candidates, dtype=np.float32)
        if self.prior is not None:
            words = self.prior.words(queries, candidates)
        return ScoredLists(candidates.query_numbers(), logits, candidates.scores, words, nil)


def _check_number(queries: Sequence[Query], candidates: CandidateSet) -> None:
    if len(queries) != len(candidates):
        raise ValueError(f"{len(candidates)} candidate lists for {len(queries)} queries.")


def _left_alone(candidates: CandidateSet, sure: npt.NDArray[np.float64]) -> Scores:
    """Return falling scores: the first has its probability, the others halve what is left."""
    shares, ranks = sure[candidates.query_numbers()], candidates.ranks()
    scores: Scores = np.where(ranks == 0, shares, (1 - shares) * 0.5**ranks).astype(np.float32)
    return scores
