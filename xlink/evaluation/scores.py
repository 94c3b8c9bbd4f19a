"""What each gold mention adds to each measure of given mentions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlink.evaluation.gold import Gold
from xlink.evaluation.lineage import UNRELATED, Kinship, Lineage
from xlink.evaluation.linking import Outcomes
from xlink.evaluation.measures import MentionScore, ranking
from xlink.evaluation.retrieval import rows_of
from xlink.terminology import Terminology

__all__ = ["DISTANCES", "given_scores", "hierarchy_scores", "nearest_gold"]

DISTANCES = (1, 2, 3)


def given_scores(gold: Gold, outcomes: Outcomes, ks: Sequence[int]) -> list[MentionScore]:
    """Return the scores of ranks and of decisions."""
    with_concept = gold.has_concept
    return [
        *ranking(gold, outcomes.ranks, ks),
        MentionScore.among("recall@1_ties_at_random", outcomes.tie_shares, with_concept),
        MentionScore.among("accuracy", outcomes.right, with_concept),
        MentionScore.among("accuracy_of_linked", outcomes.right, with_concept & outcomes.linked),
        *_accuracy_at(gold, outcomes, ks),
        *_part_recall(gold, outcomes, ks),
    ]


def hierarchy_scores(
    gold: Gold, outcomes: Outcomes, terminology: Terminology
) -> list[MentionScore]:
    """Return how near links come to the gold in the hierarchy; composites have no part.

    Gold that the terminology lacks, and a mention without a link, are near nothing.
    """
    kinship = nearest_gold(gold, outcomes, terminology)
    cases = gold.has_concept & ~(gold.composite & (gold.n_ids > 1))
    apart = kinship.apart.astype(np.float64)
    related = cases & (kinship.apart != UNRELATED)
    exact = kinship.apart == 0
    return [
        MentionScore.among("hierarchy_exact", exact, cases),
        MentionScore.among("hierarchy_broader", (kinship.up != UNRELATED) & ~exact, cases),
        MentionScore.among("hierarchy_narrower", (kinship.down != UNRELATED) & ~exact, cases),
        *(
            MentionScore.among(f"hierarchy_within_{distance}", apart <= distance, cases)
            for distance in DISTANCES
        ),
        MentionScore.among("hierarchy_distance", np.where(related, apart, 0.0), related),
    ]


def nearest_gold(gold: Gold, outcomes: Outcomes, terminology: Terminology) -> Kinship:
    """Return how each link stands to the nearest of the gold concepts. *Shapes:* (m,)"""
    places, ids = gold.pairs()
    gold_rows = rows_of(terminology, ids)
    predicted = rows_of(terminology, outcomes.concepts)
    lineage = Lineage.of(terminology, np.concatenate([gold_rows, predicted]))
    pairs = lineage.kinship(predicted[places], gold_rows)
    # Sorted by distance, the last of each mention to be written is the nearest.
    order = np.argsort(-pairs.apart.astype(np.int64), kind="stable")
    nearest = np.full((3, len(gold)), UNRELATED, dtype=np.int32)
    for row, steps in enumerate((pairs.up, pairs.down, pairs.apart)):
        nearest[row, places[order]] = steps[order]
    return Kinship(*nearest)


def _accuracy_at(gold: Gold, outcomes: Outcomes, ks: Sequence[int]) -> list[MentionScore]:
    nil = gold.is_nil & outcomes.matched & ~outcomes.linked
    ranks = outcomes.ranks
    return [
        MentionScore.among(
            f"accuracy@{k}",
            nil | outcomes.right | (outcomes.linked & (ranks < k)),
            gold.n_ids >= 0,
        )
        for k in ks
    ]


def _part_recall(gold: Gold, outcomes: Outcomes, ks: Sequence[int]) -> list[MentionScore]:
    parts = np.where(gold.composite & (gold.n_ids > 1), gold.n_ids, 0)
    cases = parts.astype(np.float64)
    found = []
    for k in ks:
        of_gold = (outcomes.gold_ranks < k).astype(np.float64)
        hits = np.bincount(outcomes.gold_places, weights=of_gold, minlength=len(gold))
        hits[parts == 0] = 0
        found.append(MentionScore(f"part_recall@{k}", hits.astype(np.float64), cases))
    return found
