"""The final score: what the re-ranker says mixed with the score a candidate came with.

A softmax over the candidates of a mention and one more option, that none of them is right:

    logit of a candidate = logit_weight * re-ranker's logit + prior_weight * prior
    logit of the option  = logit_weight * re-ranker's logit of NIL + nil_bias

Without a learned NIL its logit counts 0, so that `nil_bias` alone says how often the right concept
is missing. The three numbers are fitted on mentions that were not trained on: a multinomial
logistic regression, which is convex, and which sets the scale so that scores are probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

__all__ = ["Mix", "ScoredLists"]

Floats = npt.NDArray[np.float32]
Floats64 = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_START = np.array([1.0, 0.5, 0.0])
_PULL = 0.02
_PRIOR_SCALE = 10.0
_UNFITTED_BIAS = -1e9


@dataclass(frozen=True, slots=True, eq=False)
class ScoredLists:
    """The scores of `n` candidates of `q` queries.

    *Shapes:* `query_numbers`, `logits`, `priors` (n,); `nil_logits` (q,), zero where NIL is not
    learned.
    """

    query_numbers: npt.NDArray[np.int64]
    logits: Floats
    priors: Floats
    nil_logits: Floats


@dataclass(frozen=True, slots=True)
class Mix:
    """How much the re-ranker's logit and the prior count, and the bias of the NIL option."""

    logit_weight: float = 1.0
    prior_weight: float = 0.0
    nil_bias: float = _UNFITTED_BIAS

    def probabilities(self, lists: ScoredLists) -> Floats:
        """Return the probability of each candidate; what is missing to 1 is NIL's. *Shape:* (n,)"""
        nil = self.logit_weight * lists.nil_logits.astype(np.float64) + self.nil_bias
        weights, _, totals = _weights(self._logits(lists), nil, lists.query_numbers)
        shares: Floats = (weights / totals[lists.query_numbers]).astype(np.float32)
        return shares

    def log_likelihood(self, lists: ScoredLists, is_right: Mask) -> float:
        """Return the mean log probability of what is right; nothing right in a list means NIL."""
        return float(_judged(self._values(), lists, is_right)[0])

    @classmethod
    def fit(cls, lists: ScoredLists, is_right: Mask) -> Self:
        """Fit the mix on lists of a development part. *Shape:* `is_right` (n,)

        If the order of the mix puts fewer right candidates first than the order given, the prior
        alone orders: a re-ranker is not let make things worse where that was seen.
        """
        if not len(lists.nil_logits):
            return cls()
        mixed = cls._fitted(lists, is_right, (0, None), (0, None))
        if mixed.n_first(lists, is_right) >= cls(0.0, 1.0).n_first(lists, is_right):
            return mixed
        return cls._fitted(lists, is_right, (0, 0), (1e-3, None))

    @classmethod
    def _fitted(
        cls, lists: ScoredLists, is_right: Mask, *bounds: tuple[float, float | None]
    ) -> Self:
        from scipy.optimize import minimize  # takes a quarter of a second to import

        n_queries = len(lists.nil_logits)

        def cost(values: Floats64) -> tuple[float, Floats64]:
            away = values - _START
            value, slope = _judged(values, lists, is_right)
            return _PULL / n_queries * float(
                away @ away
            ) - value, _PULL / n_queries * 2 * away - slope

        found = minimize(
            cost, _START, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]
        ).x
        return cls(float(found[0]), float(found[1]) * _PRIOR_SCALE, float(found[2]))

    def n_first(self, lists: ScoredLists, is_right: Mask) -> int:
        """Count the lists whose best candidate is right; of equal ones the first stands."""
        order = np.lexsort((-self._logits(lists), lists.query_numbers))
        numbers = lists.query_numbers[order]
        first = np.ones(len(order), dtype=bool)
        first[1:] = numbers[1:] != numbers[:-1]
        return int(is_right[order[first]].sum())

    def _logits(self, lists: ScoredLists) -> Floats64:
        return (
            self.logit_weight * lists.logits.astype(np.float64) + self.prior_weight * lists.priors
        )

    def _values(self) -> Floats64:
        return np.array([self.logit_weight, self.prior_weight / _PRIOR_SCALE, self.nil_bias])


def _judged(values: Floats64, lists: ScoredLists, is_right: Mask) -> tuple[float, Floats64]:
    """Return the mean log likelihood of three values, and its slope in each of them.

    The slope is the mean of the features over what is right less their mean over all.
    """
    numbers, n_queries = lists.query_numbers, len(lists.nil_logits)
    features = np.stack([lists.logits, lists.priors * _PRIOR_SCALE, np.zeros(len(numbers))], axis=1)
    nil = np.stack([lists.nil_logits, np.zeros(n_queries), np.ones(n_queries)], axis=1)
    weights, nil_weights, _ = _weights(features @ values, nil @ values, numbers)
    found = np.bincount(numbers[is_right], minlength=n_queries) > 0
    kept, nil_kept = weights * is_right, np.where(found, 0.0, nil_weights)
    totals, rights = (
        np.bincount(numbers, of_list, n_queries) + of_nil
        for of_list, of_nil in ((weights, nil_weights), (kept, nil_kept))
    )
    rights = np.maximum(rights, np.finfo(float).tiny)
    balance = (kept / rights[numbers] - weights / totals[numbers]) @ features
    balance += (nil_kept / rights - nil_weights / totals) @ nil
    return float(np.log(rights / totals).mean()), balance / n_queries


def _weights(
    logits: Floats64, nil: Floats64, numbers: npt.NDArray[np.int64]
) -> tuple[Floats64, Floats64, Floats64]:
    """Return the exponentials of candidates and NIL, greatest 1 in each list, and their sums."""
    greatest = nil.copy()
    np.maximum.at(greatest, numbers, logits)
    weights, nil_weights = np.exp(logits - greatest[numbers]), np.exp(nil - greatest)
    return weights, nil_weights, nil_weights + np.bincount(numbers, weights, len(nil))
