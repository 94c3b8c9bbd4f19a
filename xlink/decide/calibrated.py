"""Decisions by calibrated probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.decide.calibration import Calibration
from xlink.decide.features import decision_features, feature_names
from xlink.decide.threshold import links_by
from xlink.terminology import Terminology
from xlink.types import Document, Link

__all__ = ["CalibratedDecider", "probability_of_first"]


@dataclass(frozen=True, slots=True)
class CalibratedDecider:
    """Links a mention to its best candidate when that is right with at least `threshold`.

    The confidence of a link is the calibrated probability that it is right, and that of NIL what
    is missing to 1. A link keeps its best `keep` candidates, with the scores that they had.
    """

    calibration: Calibration
    threshold: float = 0.3  # about the best F1 on the corpora of docs/deciding.md
    keep: int = 8

    def probabilities(
        self, candidates: CandidateSet, texts: Sequence[str], terminology: Terminology
    ) -> npt.NDArray[np.float64]:
        """Return the probability that the first candidate of each mention is right. *Shape:* (q,)

        Raises:
            SpecError: the candidates come from other generators than it was fitted on.
        """
        self.calibration.check(feature_names(candidates))
        return self.calibration.probabilities(decision_features(candidates, texts, terminology))

    def decide(
        self, documents: Sequence[Document], candidates: CandidateSet, terminology: Terminology
    ) -> list[Link]:
        """Return one link a mention, in the order of documents and mentions.

        Raises:
            ValueError: there are not as many candidate lists as mentions.
            SpecError: the candidates come from other generators than it was fitted on.
        """
        texts = [mention.text for document in documents for mention in document.mentions]
        shares = self.probabilities(candidates, texts, terminology)
        return links_by(shares, self.threshold, self.keep, documents, candidates, terminology)


def probability_of_first(
    decider: object, found: CandidateSet, mention: str, terminology: Terminology
) -> float | None:
    """Return how probable it is that the first candidate of the one mention is right.

    None where that can't be said: there is no candidate, or neither a calibration nor a re-ranker,
    whose scores are probabilities.
    """
    if not found.n_candidates:
        return None
    if isinstance(decider, CalibratedDecider):
        return float(decider.probabilities(found, [mention], terminology)[0])
    return None if found.logits is None else float(found.scores[0])
