"""Mentions that the candidate stage is sure of are not sent to the cross-encoder.

Sure is what a calibration of the first candidate says, from `bar` upward. Both are fitted on
development lists: the bar is the lowest such that neither it nor a higher one costs more recall@1
there than was allowed, and a standard error of that cost is within it, too.
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
from xlink.terminology import Terminology
from xlink.types import Query

__all__ = ["Cascade"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LEAST_BAR = 0.5  # below it, others of the list would be as probable as the first


@dataclass(frozen=True, slots=True)
class Cascade:
    """A calibration of candidates before re-ranking, and what probability is sure enough.

    On the lists that it was fitted on, `share_sent` of the mentions were sent on, for a loss of
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
        n_gold: int,
        max_loss: float = 0.005,
    ) -> Self:
        """Fit on mentions whose first candidate is right before and after re-ranking, or is not.

        `names` and `features` are those of `xlink.decide.features`, before re-ranking. The cost and
        one standard error of it (McNemar 1947) are at most `max_loss`.

        *Shapes:* `features` (q, names), `right_before` and `right_after` (q,).

        Raises:
            MissingExtraError: scikit-learn is not installed.
            DataError: before re-ranking all are right, or none is.
        """
        calibration = Calibration.fit(names, features, right_before)
        shares = calibration.probabilities(features)
        order = np.argsort(-shares, kind="stable")
        changes = right_after[order].astype(int) - right_before[order]
        n_lost, n_changed = np.cumsum(changes), np.cumsum(changes != 0)
        lost = n_lost / max(1, n_gold)
        cautious = (n_lost + np.sqrt(n_changed)) / max(1, n_gold)
        most_lost = np.maximum.accumulate(cautious)  # that a lower bar costs less again is luck
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
