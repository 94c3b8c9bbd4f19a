"""Measures within groups of mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from xlink.evaluation.answers import Answers
from xlink.evaluation.detection import detection_scores
from xlink.evaluation.facets import Setting, facet_labels
from xlink.evaluation.items import Items
from xlink.evaluation.measures import Measure, MentionScore, measured, scored

__all__ = ["Breakdown", "breakdown"]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Measures by group: one entry a group in each column, in the order of their names.

    Measures of given mentions narrow the gold to the group; those of detected mentions narrow the
    predictions, too, by what they themselves are. `n` counts annotated gold mentions; each figure
    of a measure has its own n.
    """

    by: str
    groups: tuple[str, ...]
    n: tuple[int, ...]
    measures: tuple[tuple[Measure, ...], ...]


def breakdown(
    by: str, answers: Answers, setting: Setting, scores: Sequence[MentionScore], *, seed: int
) -> Breakdown:
    """Group mentions by a facet, and measure each group.

    Raises:
        UnknownNameError: there is no such facet.
        SpecError: the facet needs a terminology or training documents, and there are none.
    """
    gold, predictions = answers.gold, answers.predictions
    wanted = facet_labels(by, Items.of_gold(gold, answers.outcomes), setting)
    made = facet_labels(by, Items.of_predictions(gold, predictions), setting)
    labels = np.array(wanted, dtype=object)
    annotated = gold.n_ids >= 0
    groups = sorted({*labels[annotated].tolist(), *made})
    n, measures = [], []
    for group in groups:
        within = annotated & (labels == group)
        detected = detection_scores(gold, predictions, group=(group, wanted, made))
        found = measured([*scored(gold, scores, within=within), *detected], seed=seed)
        n.append(int(within.sum()))
        measures.append(found)
    return Breakdown(by, tuple(groups), tuple(n), tuple(measures))
