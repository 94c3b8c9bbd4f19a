"""The final score: what the re-ranker says mixed with the score a candidate came with.

A softmax over the candidates of a mention and one more option, that none of them is right:

    logit of a candidate = logit_weight * re-ranker's logit + prior_weight * prior
                           + words_weight * share of what the same words were linked to
    logit of the option  = logit_weight * re-ranker's logit of NIL + nil_bias

Without a learned NIL its logit counts 0, so that `nil_bias` alone says how often the right concept
is missing. What is remembered of the words is part of the prior, too; after the re-ranker has
spoken, it is worth more or less than before. Where it says something, a prior is surer and a
re-ranker has less to add: mentions whose words were linked before have weights of their own.

The four numbers are fitted on mentions that were not trained on: a multinomial logistic regression,
which is convex, and which sets the scale so that scores are probabilities. Then they are fitted
once more on those with words remembered and on those without, pulled to the ones in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Self

import numpy as np
import numpy.typing as npt

from xlink.rerank.listwise import Bounds, Choices, are_right, fitted, log_likelihood, shares

__all__ = ["Mix", "ScoredLists"]

Floats = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_START = np.array([1.0, 0.5, 0.0, 0.0])
_PULL = 0.02  # lists; to the start
_PULL_TOGETHER = 1.0  # lists; to what those with words remembered and those without have in common
_PRIOR_SCALE = 10.0
_UNFITTED_BIAS = -1e9


@dataclass(frozen=True, slots=True, eq=False)
class ScoredLists:
    """The scores of `n` candidates of `q` queries.

    *Shapes:* `query_numbers`, `logits`, `priors`, `words` (n,), the last the share of
    `xlink.rerank.memory`, zero where nothing is remembered; `nil_logits` (q,), zero where NIL is
    not learned.
    """

    query_numbers: npt.NDArray[np.int64]
    logits: Floats
    priors: Floats
    words: Floats
    nil_logits: Floats


@dataclass(frozen=True, slots=True)
class Mix:
    """How much logit, prior and words remembered count, and the bias of the NIL option.

    `remembered` has the weights for mentions whose words were linked to a candidate before, None
    if they are no others.
    """

    logit_weight: float = 1.0
    prior_weight: float = 0.0
    nil_bias: float = _UNFITTED_BIAS
    words_weight: float = 0.0
    remembered: Mix | None = None

    def probabilities(self, lists: ScoredLists) -> Floats:
        """Return the probability of each candidate; what is missing to 1 is NIL's. *Shape:* (n,)"""
        found: Floats = shares(_choices(lists), self._values()).astype(np.float32)
        return found

    def log_likelihood(
        self, lists: ScoredLists, is_right: Mask, counts: Floats64 | None = None
    ) -> float:
        """Return the mean log probability of what is right; nothing right in a list means NIL.

        `counts` is how much each list counts, 1 unless told. *Shapes:* `is_right` (n,), `counts`
        (q,)
        """
        return log_likelihood(_choices(lists), is_right, self._values(), counts)[0]

    @classmethod
    def fit(cls, lists: ScoredLists, is_right: Mask, counts: Floats64 | None = None) -> Self:
        """Fit the mix on lists of a development part. *Shapes:* `is_right` (n,), `counts` (q,)

        If the mix does not put more right candidates first than the order given, by at least a
        standard error of that difference (McNemar 1947), the prior alone orders: a re-ranker is
        not let make things worse. `counts` is how much each list counts, 1 unless told.
        """
        mixed = cls.likeliest(lists, is_right, counts)
        after, before = (each.are_right(lists, is_right) for each in (mixed, cls(0.0, 1.0)))
        won, lost = int((after & ~before).sum()), int((before & ~after).sum())
        if won - lost >= sqrt(won + lost):
            return mixed
        bounds: Bounds = [(0, 0), (1e-3, None), (0, 0), (None, None)]
        return cls._fitted(lists, is_right, counts, bounds)

    @classmethod
    def likeliest(cls, lists: ScoredLists, is_right: Mask, counts: Floats64 | None = None) -> Self:
        """Fit the mix by likelihood alone. *Shapes:* `is_right` (n,), `counts` (q,)"""
        if not len(lists.nil_logits):
            return cls()
        bounds: Bounds = [*[(0, None)] * 2, *[(None, None)] * 2]
        return cls._fitted(lists, is_right, counts, bounds)

    @classmethod
    def _fitted(
        cls, lists: ScoredLists, is_right: Mask, counts: Floats64 | None, bounds: Bounds
    ) -> Self:
        """Fit what all lists have in common, then the weights of either kind around it, if any."""
        both = _choices(lists)
        width = len(_START)
        features, none = (each[:, :width] + each[:, width:] for each in (both.features, both.none))
        common = fitted(
            Choices(lists.query_numbers, features, none),
            is_right,
            _START,
            bounds=bounds,
            pull=_PULL,
            counts=counts,
        )
        if not lists.words.any():
            return cls._of(common)
        own = fitted(
            both,
            is_right,
            np.tile(common, 2),
            bounds=[*bounds, *bounds],
            pull=_PULL_TOGETHER,
            counts=counts,
        )
        return cls._of(own[:width], cls._of(own[width:]))

    @classmethod
    def _of(cls, values: Floats64, remembered: Mix | None = None) -> Self:
        logit, prior, words, bias = values.tolist()
        return cls(logit, prior * _PRIOR_SCALE, bias, words, remembered)

    def are_right(self, lists: ScoredLists, is_right: Mask) -> Mask:
        """Return whether the best candidate of each list is right; of equal ones the first stands.

        *Shape:* (q,)
        """
        return are_right(_choices(lists), is_right, self._values())

    def _values(self) -> Floats64:
        """Return the weights of `_choices`. *Shape:* (8,)"""
        kinds = (self, self.remembered or self)
        return np.array(
            [
                weight
                for each in kinds
                for weight in (
                    each.logit_weight,
                    each.prior_weight / _PRIOR_SCALE,
                    each.words_weight,
                    each.nil_bias,
                )
            ]
        )


def _choices(lists: ScoredLists) -> Choices:
    """Return four features of lists without words remembered, then those of lists with them."""
    numbers, n_lists = lists.query_numbers, len(lists.nil_logits)
    is_known = np.bincount(numbers, lists.words, n_lists) > 0
    columns = [lists.logits, lists.priors * _PRIOR_SCALE, lists.words, np.zeros(len(numbers))]
    none = np.zeros((n_lists, len(columns)))
    none[:, 0], none[:, -1] = lists.nil_logits, 1.0
    features = np.column_stack(columns).astype(np.float64)
    return Choices(numbers, _apart(features, is_known[numbers]), _apart(none, is_known))


def _apart(features: Floats64, is_known: Mask) -> Floats64:
    """Return the features twice, zero where they are of the other kind."""
    return np.hstack([features * ~is_known[:, None], features * is_known[:, None]])
