"""From ranked candidates to links: the best candidate if it is good enough, otherwise NIL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.terminology import Terminology
from xlink.types import Document, Link

__all__ = ["ThresholdDecider", "first_scores", "links_by"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ThresholdDecider:
    """Links a mention to its best candidate when that scores at least `threshold`.

    The confidence of a link is the score, and that of NIL what is missing to 1. A link keeps its
    best `keep` candidates to explain itself.
    """

    threshold: float = 0.2
    keep: int = 8

    def decide(
        self, documents: Sequence[Document], candidates: CandidateSet, terminology: Terminology
    ) -> list[Link]:
        """Return one link a mention, in the order of documents and mentions.

        Raises:
            ValueError: there are not as many candidate lists as mentions.
        """
        scores = first_scores(candidates)
        return links_by(scores, self.threshold, self.keep, documents, candidates, terminology)


def first_scores(candidates: CandidateSet) -> Floats:
    """Return the score of the first candidate of each query, 0 where it has none. *Shape:* (q,)"""
    has_any = np.diff(candidates.query_offsets) > 0
    scores = np.zeros(len(candidates))
    scores[has_any] = candidates.scores[candidates.query_offsets[:-1][has_any]]
    return scores


def links_by(
    scores: Floats,
    threshold: float,
    keep: int,
    documents: Sequence[Document],
    candidates: CandidateSet,
    terminology: Terminology,
) -> list[Link]:
    """Link each mention whose first candidate has a score of at least `threshold`. *Shape:* (q,)

    Raises:
        ValueError: there are not as many candidate lists as mentions.
    """
    mentions = [mention for document in documents for mention in document.mentions]
    if len(mentions) != len(candidates):
        raise ValueError(f"{len(candidates)} candidate lists for {len(mentions)} mentions.")
    links = []
    lists = candidates.top(max(1, keep)).lists(terminology)
    for mention, kept, score in zip(mentions, lists, scores.tolist(), strict=True):
        best = min(1.0, max(0.0, score)) if kept else 0.0
        linked = bool(kept) and score >= threshold
        links.append(
            Link(
                mention=mention,
                concept_id=kept[0].concept_id if linked else None,
                confidence=best if linked else 1.0 - best,
                candidates=kept[:keep],
            )
        )
    return links
