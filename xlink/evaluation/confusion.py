"""Which labels and semantic types are taken for which."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.evaluation.error_codes import predicted_labels
from xlink.evaluation.gold import Gold
from xlink.evaluation.linking import Outcomes
from xlink.evaluation.retrieval import rows_of
from xlink.terminology import Terminology

__all__ = ["Confusion", "label_confusion", "type_confusion", "types_of"]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often a gold label or type met a predicted one; one entry a pair in each column."""

    gold: tuple[str, ...]
    predicted: tuple[str, ...]
    n: tuple[int, ...]


def label_confusion(gold: Gold, outcomes: Outcomes) -> Confusion:
    """Count the labels of gold mentions against those of the links there, or overlapping them."""
    labels = [mention.label for mention in gold.mentions]
    return _counted(labels, predicted_labels(outcomes))


def type_confusion(gold: Gold, outcomes: Outcomes, terminology: Terminology) -> Confusion:
    """Count the semantic types of gold concepts against those of the concepts linked.

    Mentions that are not linked, and gold that the terminology lacks, have no part.
    """
    places, ids = gold.pairs()
    wanted = types_of(rows_of(terminology, ids), places, len(gold), terminology)
    linked = rows_of(terminology, outcomes.concepts)
    return _counted(wanted, types_of(linked, np.arange(len(gold)), len(gold), terminology))


def types_of(
    rows: npt.NDArray[np.int32], places: npt.NDArray[np.int64], n: int, terminology: Terminology
) -> list[str | None]:
    """Return the types of the concepts at each of `n` places, None where there is no concept.

    Several types, of one concept or of several at a place, are joined by `+`.
    """
    table = terminology.concept_table["types"]
    known = {row: table[row].as_py() for row in np.unique(rows[rows >= 0]).tolist()}
    found: list[set[str] | None] = [None] * n
    for place, row in zip(places.tolist(), rows.tolist(), strict=True):
        if row >= 0:
            found[place] = (found[place] or set()) | set(known[row])
    return [None if types is None else "+".join(sorted(types)) for types in found]


def _counted(gold: Sequence[str | None], predicted: Sequence[str | None]) -> Confusion:
    pairs = Counter(
        (one, other)
        for one, other in zip(gold, predicted, strict=True)
        if one is not None and other is not None
    )
    ordered = sorted(pairs.items())
    return Confusion(
        tuple(one for (one, _), _ in ordered),
        tuple(other for (_, other), _ in ordered),
        tuple(n for _, n in ordered),
    )
