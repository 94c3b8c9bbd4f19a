"""Mentions that the candidate stage is sure of are not sent to the cross-encoder.

Sure is what a calibration of the first candidate says, from `bar` upward. Both are fitted on
development lists: the bar is the lowest such that neither it nor a higher one costs more recall@1
than was allowed, on any corpus there, and 19 of 20 times on their average. It is chosen by what
calibrations say that were fitted on other lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.decide.calibration import Calibration
from xlink.decide.features import decision_features, feature_names
from xlink.rerank.listwise import even_counts
from xlink.terminology import Terminology
from xlink.types import Query

__all__ = ["Cascade"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LEAST_BAR = 0.6  # at .5 the others of the list together would be as probable as the first
_DEVIATIONS = 1.645  # standard errors; 19 of 20 normal draws are no farther up
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Cascade:
    """A calibration of candidates before re-ranking, and what probability is sure enough.

    On the lists that it was fitted on, `share_sent` of the mentions would be sent on, for a loss of
    `loss` in recall@1.
    """

    calibration: Calibration
    bar: float
    share_sent: float = 1.0
    loss: float = 0.0

    @classmethod
    def fit(
        cls,
        names: Sequence[str],
        features: Floats,
        *,
        right_before: Mask,
        right_after: Mask,
        has_gold: Mask,
        parts: npt.NDArray[np.int64] | None = None,
        max_loss: float = 0.005,
    ) -> Self:
        """Fit on mentions whose first candidate is right before and after re-ranking, or is not.

        `names` and `features` are those of `xlink.decide.features`, before re-ranking. `parts` are
        the numbers of the corpora, which count alike. At most `max_loss` is what each of them
        loses, and their average with 1.645 standard errors of it (McNemar 1947). Recall is that of
        mentions that have gold.

        *Shapes:* `features` (q, names), `right_before`, `right_after`, `has_gold`, `parts` (q,).

        Raises:
            MissingExtraError: scikit-learn is not installed.
            DataError: before re-ranking all are right, or none is.
        """
        parts = np.zeros(len(features), dtype=np.int64) if parts is None else parts
        counts = even_counts(parts)
        calibration = Calibration.fit(names, features, right_before, counts=counts)
        shares = _out_of_fold(names, features, right_before, counts)
        order = np.argsort(-shares, kind="stable")
        changes = right_after[order].astype(int) - right_before[order]
        lost, deviation = _lost(changes, counts[order], has_gold[order])
        own = [
            _lost(changes, (parts == part)[order], has_gold[order])[0] for part in np.unique(parts)
        ]
        costs = [lost + _DEVIATIONS * deviation, *own]
        # That a lower bar costs less again is luck.
        most_lost = np.maximum.accumulate(np.max(costs, axis=0))
        ends = np.append(np.diff(shares[order]) < 0, True)  # equal ones go together
        allowed = np.flatnonzero((most_lost <= max_loss) & ends & (shares[order] >= _LEAST_BAR))
        if not len(allowed):
            return cls(calibration, bar=2.0)
        last = int(allowed[-1])
        sent = 1 - (last + 1) / len(shares)
        return cls(calibration, float(shares[order[last]]), sent, float(lost[last]))

    def sure(
        self, queries: Sequence[Query], candidates: CandidateSet, terminology: Terminology
    ) -> Floats:
        """Return the probability of the first candidates that are left alone, NaN for others.

        Raises:
            SpecError: the candidates come from other generators than those that it was fitted on.
        """
        self.calibration.check(feature_names(candidates))
        texts = [query.text for query in queries]
        features = decision_features(candidates, texts, terminology)
        shares = self.calibration.probabilities(features)
        has_any = np.diff(candidates.query_offsets) > 0
        return np.where((shares >= self.bar) & has_any, shares, np.nan)


def _lost(
    changes: npt.NDArray[np.int64], counts: Floats | Mask, has_gold: Mask
) -> tuple[Floats, Floats]:
    """Return what recall loses if so many are not read, and its standard error. *Shapes:* (q,)"""
    shares = changes * counts / max(1.0, counts[has_gold].sum())
    return np.cumsum(shares), np.sqrt(np.cumsum(shares**2))


def _out_of_fold(names: Sequence[str], features: Floats, is_right: Mask, counts: Floats) -> Floats:
    """Return what calibrations of the other folds say of each mention; all that is, if too few."""
    from sklearn.model_selection import StratifiedKFold

    n_folds = min(_FOLDS, int(is_right.sum()), int((~is_right).sum()))
    if n_folds < 2:
        calibration = Calibration.fit(names, features, is_right, counts=counts)
        return calibration.probabilities(features)
    shares = np.empty(len(features))
    folds = StratifiedKFold(n_folds, shuffle=True, random_state=0)
    for others, own in folds.split(features, is_right):
        fitted = Calibration.fit(names, features[others], is_right[others], counts=counts[others])
        shares[own] = fitted.probabilities(features[own])
    return shares
