"""The final score: what the re-ranker says mixed with the score a candidate came with.

A softmax over the candidates of a mention and one more option, that none of them is right:

    logit of a candidate = logit_weight * re-ranker's logit + prior_weight * prior
                           + words_weight * share of what the same words were linked to
    logit of the option  = logit_weight * re-ranker's logit of NIL + nil_bias

Without a learned NIL its logit counts 0, so that `nil_bias` alone says how often the right concept
is missing. What is remembered of the words is part of the prior, too; after the re-ranker has
spoken, it is worth more or less than before. The four numbers are fitted on mentions that were not
trained on: a multinomial logistic regression, which is convex, and which sets the scale so that
scores are probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Self

import numpy as np
import numpy.typing as npt

from xlink.rerank.listwise import Choices, are_right, fitted, log_likelihood, shares

__all__ = ["Mix", "ScoredLists"]

Floats = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_START = np.array([1.0, 0.5, 0.0, 0.0])
_PULL = 0.02
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
    """How much logit, prior and words remembered count, and the bias of the NIL option."""

    logit_weight: float = 1.0
    prior_weight: float = 0.0
    nil_bias: float = _UNFITTED_BIAS
    words_weight: float = 0.0

    def probabilities(self, lists: ScoredLists) -> Floats:
        """Return the probability of each candidate; what is missing to 1 is NIL's. *Shape:* (n,)"""
        found: Floats = shares(_choices(lists), self._values()).astype(np.float32)
        return found

    def log_likelihood(self, lists: ScoredLists, is_right: Mask) -> float:
        """Return the mean log probability of what is right; nothing right in a list means NIL."""
        return log_likelihood(_choices(lists), is_right, self._values())[0]

    @classmethod
    def fit(cls, lists: ScoredLists, is_right: Mask) -> Self:
        """Fit the mix on lists of a development part. *Shape:* `is_right` (n,)

        If the mix does not put more right candidates first than the order given, by at least a
        standard error of that difference (McNemar 1947), the prior alone orders: a re-ranker is
        not let make things worse.
        """
        mixed = cls.likeliest(lists, is_right)
        after, before = (each.are_right(lists, is_right) for each in (mixed, cls(0.0, 1.0)))
        won, lost = int((after & ~before).sum()), int((before & ~after).sum())
        if won - lost >= sqrt(won + lost):
            return mixed
        return cls._fitted(lists, is_right, (0, 0), (1e-3, None), (0, 0))

    @classmethod
    def likeliest(cls, lists: ScoredLists, is_right: Mask) -> Self:
        """Fit the mix by likelihood alone. *Shape:* `is_right` (n,)"""
        if not len(lists.nil_logits):
            return cls()
        return cls._fitted(lists, is_right, (0, None), (0, None), (None, None))

    @classmethod
    def _fitted(
        cls, lists: ScoredLists, is_right: Mask, *bounds: tuple[float | None, float | None]
    ) -> Self:
        found = fitted(
            _choices(lists), is_right, _START, bounds=[*bounds, (None, None)], pull=_PULL
        )
        logit, prior, words, bias = found.tolist()
        return cls(logit, prior * _PRIOR_SCALE, bias, words)

    def are_right(self, lists: ScoredLists, is_right: Mask) -> Mask:
        """Return whether the best candidate of each list is right; of equal ones the first stands.

        *Shape:* (q,)
        """
        return are_right(_choices(lists), is_right, self._values())

    def _values(self) -> Floats64:
        prior_weight = self.prior_weight / _PRIOR_SCALE
        return np.array([self.logit_weight, prior_weight, self.words_weight, self.nil_bias])


def _choices(lists: ScoredLists) -> Choices:
    columns = [lists.logits, lists.priors * _PRIOR_SCALE, lists.words]
    features = np.column_stack([*columns, np.zeros(len(lists.query_numbers))])
    none = np.zeros((len(lists.nil_logits), features.shape[1]))
    none[:, 0], none[:, -1] = lists.nil_logits, 1.0
    return Choices(lists.query_numbers, features.astype(np.float64), none)
