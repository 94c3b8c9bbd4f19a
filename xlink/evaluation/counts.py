"""What figures are made of, and what was left out of them."""

from __future__ import annotations

from dataclasses import dataclass

from xlink.evaluation.gold import Gold
from xlink.evaluation.linking import Outcomes

__all__ = ["Counts", "count"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the figures are made of, and what was left out of them.

    Mentions are gold ones: `mentions` is the sum of `with_concept`, `nil` and `unannotated`.
    `not_covered`, of those with a concept, is None without a terminology. `former_ids` are distinct
    gold ids that the terminology has replaced. `max_candidates` is the longest list of candidates
    that a link of the run kept: recall beyond it can't grow.
    """

    documents: int
    documents_not_in_run: int
    mentions: int
    with_concept: int
    alternatives: int
    composite: int
    not_covered: int | None
    nil: int
    unannotated: int
    without_link: int
    max_candidates: int
    former_ids: int
    links_elsewhere: int
    run_documents_without_gold: int


def count(gold: Gold, outcomes: Outcomes, run_ids: frozenset[str]) -> Counts:
    """Count mentions, links and documents; `run_ids` are the documents of the run."""
    gold_ids = {document.id for document in gold.documents}
    with_concept, nil = gold.has_concept, gold.is_nil
    several = gold.n_ids > 1
    covered = gold.covered
    return Counts(
        documents=len(gold.documents),
        documents_not_in_run=len(gold_ids - run_ids),
        mentions=len(gold),
        with_concept=int(with_concept.sum()),
        alternatives=int((several & ~gold.composite).sum()),
        composite=int((several & gold.composite).sum()),
        not_covered=None if covered is None else int((with_concept & ~covered).sum()),
        nil=int(nil.sum()),
        unannotated=int((gold.n_ids < 0).sum()),
        without_link=int((~outcomes.matched).sum()),
        max_candidates=int(outcomes.n_candidates.max(initial=0)),
        former_ids=gold.n_former_ids,
        links_elsewhere=len(outcomes.elsewhere.documents),
        run_documents_without_gold=len(run_ids - gold_ids),
    )
