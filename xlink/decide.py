"""From ranked candidates to links: the best candidate if it is good enough, otherwise NIL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlink.candidate_set import CandidateSet
from xlink.terminology import Terminology
from xlink.types import Document, Link

__all__ = ["ThresholdDecider"]


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
        mentions = [mention for document in documents for mention in document.mentions]
        if len(mentions) != len(candidates):
            raise ValueError(f"{len(candidates)} candidate lists for {len(mentions)} mentions.")
        links = []
        lists = candidates.top(max(1, self.keep)).lists(terminology)
        for mention, kept in zip(mentions, lists, strict=True):
            best = min(1.0, max(0.0, kept[0].score)) if kept else 0.0
            linked = bool(kept) and kept[0].score >= self.threshold
            links.append(
                Link(
                    mention=mention,
                    concept_id=kept[0].concept_id if linked else None,
                    confidence=best if linked else 1.0 - best,
                    candidates=kept[: self.keep],
                )
            )
        return links
