"""Detected mentions against gold ones, summed over documents."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlink.evaluation.gold import Gold
from xlink.evaluation.items import Prediction
from xlink.evaluation.matching import NO_MATCHES, GoldMention, MatchCounts, count_matches
from xlink.evaluation.measures import Scored
from xlink.evaluation.statistic import Statistic, f_score, ratio

__all__ = ["detection_scores"]

_OF_CODES = ("", "partial_", "loose_")
"""What covered gold makes a difference to."""

Labels = Sequence[str]


def detection_scores(
    gold: Gold,
    predictions: Sequence[Sequence[Prediction]],
    *,
    group: tuple[str, Labels, Labels] | None = None,
) -> list[Scored]:
    """Return precision, recall and F1 of every comparison, micro over the documents.

    `predictions` are those of each document. `group` is a label with the labels of all gold
    mentions and of all predictions, and narrows either side to what has it.
    """
    everything, covered = [], []
    first = 0
    for number, several in enumerate(predictions):
        kept = several
        if group is not None:
            label, _, of_predictions = group
            kept = [each for n, each in enumerate(several, first) if of_predictions[n] == label]
        first += len(several)
        mentions = _mentions(gold, number, group)
        empty = not mentions and not kept
        everything.append(NO_MATCHES if empty else count_matches(mentions, kept))
        if gold.covered is not None:
            mentions = _mentions(gold, number, group, covered_only=True)
            covered.append(NO_MATCHES if empty else count_matches(mentions, kept))
    return _scored(everything, covered)


def _mentions(
    gold: Gold, number: int, group: tuple[str, Labels, Labels] | None, *, covered_only: bool = False
) -> list[GoldMention]:
    """Return the gold of a document; what is not covered is not annotated if asked so."""
    found: list[GoldMention] = []
    first = int(gold.first_mentions[number])
    for place, mention in enumerate(gold.documents[number].mentions, start=first):
        if group is not None and group[1][place] != group[0]:
            continue
        ids = gold.ids[place]
        if covered_only and ids and gold.covered is not None and not gold.covered[place]:
            ids = None
        found.append(GoldMention(mention.spans, ids, mention.composite, mention.label))
    return found


def _scored(
    everything: Sequence[dict[str, MatchCounts]], covered: Sequence[dict[str, MatchCounts]]
) -> list[Scored]:
    found: list[Scored] = []
    for kind in everything[0]:
        over_all = _statistics([counts[kind] for counts in everything])
        of_covered: Sequence[Statistic | None] = (None,) * 3
        if covered and kind in _OF_CODES:
            of_covered = _statistics([counts[kind] for counts in covered])
        names = (f"{kind}precision", f"{kind}recall", f"{kind}f1")
        found += map(Scored, names, over_all, of_covered)
    return found


def _statistics(counts: Sequence[MatchCounts]) -> tuple[Statistic, Statistic, Statistic]:
    table = [[each.right, each.predicted, each.met, each.gold] for each in counts]
    right, predicted, met, gold = np.array(table, dtype=np.float64).T
    precision = ratio(right, predicted, int(predicted.sum()))
    recall = ratio(met, gold, int(gold.sum()))
    return precision, recall, f_score(precision, recall)
