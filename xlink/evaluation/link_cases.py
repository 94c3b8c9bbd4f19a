"""The links of a run as cases: how sure each was, and whether it is right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.evaluation.gold import Gold
from xlink.evaluation.linking import Outcomes
from xlink.evaluation.measures import Values
from xlink.evaluation.statistic import Floats

__all__ = ["LinkCases"]


@dataclass(frozen=True, slots=True, eq=False)
class LinkCases:
    """Links that name a concept, at annotated mentions or where there is none.

    *Shapes:* all (n,). `documents` are numbers below `n_documents`; `right` is 1 or 0.
    """

    n_documents: int
    documents: npt.NDArray[np.int64]
    confidence: Values
    right: Values

    @classmethod
    def of(cls, gold: Gold, outcomes: Outcomes) -> LinkCases:
        """Take the links at annotated mentions, and those elsewhere, which are wrong."""
        places = np.flatnonzero(outcomes.linked & (gold.n_ids >= 0))
        elsewhere = outcomes.elsewhere
        unknown = _at_unknown(gold, outcomes)
        others = [
            place
            for place, concept in enumerate(elsewhere.concepts)
            if concept is not None and not unknown[place]
        ]
        documents = np.array([elsewhere.documents[place] for place in others], dtype=np.int64)
        confidence = np.array([elsewhere.confidences[place] for place in others], dtype=np.float64)
        return cls(
            len(gold.documents),
            np.concatenate([gold.document_numbers[places], documents]),
            np.concatenate([outcomes.confidences[places], confidence]),
            np.concatenate([outcomes.right[places].astype(np.float64), np.zeros(len(others))]),
        )

    def __len__(self) -> int:
        """Return the number of links."""
        return len(self.documents)

    def sums(self, values: Values) -> Floats:
        """Sum one value a link by document. *Shape:* (d,)"""
        found = np.bincount(self.documents, weights=values, minlength=self.n_documents)
        return found.astype(np.float64)


def _at_unknown(gold: Gold, outcomes: Outcomes) -> list[bool]:
    """Tell which links elsewhere repeat one at the spans of a mention that nobody annotated."""
    unknown = {
        (number, mention.spans)
        for number, mention, n_ids in zip(
            gold.document_numbers.tolist(), gold.mentions, gold.n_ids.tolist(), strict=True
        )
        if n_ids < 0
    }
    elsewhere = outcomes.elsewhere
    pairs = zip(elsewhere.documents, elsewhere.mentions, strict=True)
    return [(number, mention.spans) in unknown for number, mention in pairs]
