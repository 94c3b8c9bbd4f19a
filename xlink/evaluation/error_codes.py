"""What went wrong with a gold mention, as one word."""

from __future__ import annotations

import numpy as np

from xlink.evaluation.gold import Gold
from xlink.evaluation.linking import Outcomes
from xlink.evaluation.measures import UNRANKED

__all__ = ["OUTCOMES", "SPAN_CODES", "gold_outcomes", "predicted_labels", "span_codes"]

OUTCOMES = (
    "not_annotated",
    "right",
    "not_in_terminology",
    "span_error",
    "missed",
    "nil_missed",
    "nil_right",
    "missed_at_candidates",
    "composite",
    "lost_in_ranking",
    "rejected",
    "spurious",
    "overlapping",
)
"""What became of a row: of several that hold, the first. The last two are links elsewhere."""

SPAN_CODES = ("tp", "be", "le", "lbe", "fn", "fp")
"""How span and label were met, in the codes of xMEN: boundary, label or both in error."""


def gold_outcomes(gold: Gold, outcomes: Outcomes) -> list[str]:
    """Return what became of each gold mention, of `OUTCOMES`."""
    ranks, several = outcomes.ranks, gold.composite & (gold.n_ids > 1)
    lacking = np.zeros(len(gold), dtype=bool) if gold.covered is None else ~gold.covered
    near = np.array([each is not None for each in outcomes.nearest], dtype=bool)
    holds = [
        gold.n_ids < 0,
        outcomes.right,
        gold.has_concept & lacking,
        ~outcomes.matched & near,
        ~outcomes.matched,
        gold.is_nil & outcomes.linked,
        gold.is_nil,
        ranks == UNRANKED,
        several,
        ranks > 0,
    ]
    chosen = np.select(holds, np.arange(len(holds)).tolist(), default=len(holds))
    return [OUTCOMES[code] for code in chosen.tolist()]


def predicted_labels(outcomes: Outcomes) -> list[str | None]:
    """Return the label that the run gave to each gold mention, or to what overlaps it."""
    rows = zip(outcomes.matched.tolist(), outcomes.labels, outcomes.nearest, strict=True)
    return [
        label if matched else None if near is None else near.label for matched, label, near in rows
    ]


def span_codes(gold: Gold, outcomes: Outcomes) -> list[str]:
    """Return how each gold mention was met; a label that one side does not give is no error."""
    codes = []
    predicted = predicted_labels(outcomes)
    for mention, matched, label in zip(gold.mentions, outcomes.matched, predicted, strict=True):
        if label is None:
            codes.append("fn")
        elif mention.label and label and mention.label != label:
            codes.append("le" if matched else "lbe")
        else:
            codes.append("tp" if matched else "be")
    return codes
