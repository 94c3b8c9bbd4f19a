"""What a reader sees at a glance: recall by k, the way from gold to link, ambiguity."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from xlink.evaluation.bootstrap import Figure
from xlink.evaluation.error_codes import gold_outcomes
from xlink.evaluation.gold import Gold
from xlink.evaluation.linking import Outcomes
from xlink.evaluation.measures import MentionScore, measured, recall_at, scored
from xlink.evaluation.retrieval import rows_of
from xlink.evaluation.surfaces import Names
from xlink.terminology import Terminology

__all__ = [
    "Ambiguity",
    "RecallCurve",
    "Waterfall",
    "ambiguity",
    "recall_curve",
    "waterfall",
]

_KS = (1, 2, 3, 4, 5, 8, 10, 16, 20, 32, 50, 64, 100, 128, 200, 256, 500, 512, 1000, 1024)
_LOST_AT = (
    ("in the terminology", ("not_in_terminology",)),
    ("mention found", ("missed", "span_error")),
    ("among the candidates", ("missed_at_candidates",)),
    ("a single concept", ("composite",)),
    ("ranked first", ("lost_in_ranking",)),
    ("linked", ("rejected",)),
)


@dataclass(frozen=True, slots=True)
class RecallCurve:
    """Recall at each of `ks`, up to the longest list of candidates; one figure a k."""

    ks: tuple[int, ...]
    all: tuple[Figure, ...]
    covered: tuple[Figure, ...] | None


@dataclass(frozen=True, slots=True)
class Waterfall:
    """How many gold mentions with a concept are left after each step; the last are right."""

    steps: tuple[str, ...]
    n: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """Gold mentions with a concept whose text is, but for case, a name of several concepts.

    `with_gold` of them have the gold among those concepts. `accuracy` is over the ambiguous
    mentions, and `by_chance` what drawing one of the concepts at random would give.
    """

    ambiguous: int
    with_gold: int
    accuracy: Figure
    by_chance: Figure
    accuracy_of_others: Figure


def recall_curve(gold: Gold, outcomes: Outcomes, *, seed: int) -> RecallCurve:
    """Return recall at every usual k, and at the length of the longest list."""
    longest = max(1, int(outcomes.n_candidates.max(initial=0)))
    ks = sorted({k for k in _KS if k < longest} | {longest})
    ranks, with_concept = outcomes.ranks, gold.has_concept
    scores = [MentionScore.among(str(k), recall_at(ranks, k), with_concept) for k in ks]
    found = measured(scored(gold, scores), seed=seed)
    covered = tuple(each.covered for each in found if each.covered is not None)
    return RecallCurve(tuple(ks), tuple(each.all for each in found), covered or None)


def waterfall(gold: Gold, outcomes: Outcomes) -> Waterfall:
    """Return what is left of the gold after each step from terminology to link."""
    named = zip(gold.has_concept.tolist(), gold_outcomes(gold, outcomes), strict=True)
    counts = Counter(outcome for counted, outcome in named if counted)
    n = [counts.total()]
    for _, lost in _LOST_AT:
        n.append(n[-1] - sum(counts[each] for each in lost))
    return Waterfall(("gold", *(step for step, _ in _LOST_AT)), tuple(n))


def ambiguity(
    gold: Gold, outcomes: Outcomes, names: Names, terminology: Terminology, *, seed: int
) -> Ambiguity:
    """Account for the mentions whose text alone can't tell the concept."""
    named = [names.concepts(mention) for mention in gold.mentions]
    n_named = np.array([len(rows) for rows in named], dtype=np.int64)
    n_gold = np.zeros(len(gold), dtype=np.int64)
    places, ids = gold.pairs()
    pairs = zip(places.tolist(), rows_of(terminology, ids).tolist(), strict=True)
    for place, row in set(pairs):
        n_gold[place] += row in named[place]
    with_concept = gold.has_concept
    ambiguous = with_concept & (n_named > 1)
    chances = n_gold / np.maximum(n_named, 1)
    scores = [
        MentionScore.among("accuracy", outcomes.right, ambiguous),
        MentionScore.among("by_chance", chances, ambiguous),
        MentionScore.among("accuracy_of_others", outcomes.right, with_concept & ~ambiguous),
    ]
    found = [each.all for each in measured(scored(gold, scores), seed=seed)]
    return Ambiguity(int(ambiguous.sum()), int((ambiguous & (n_gold > 0)).sum()), *found)
