"""What each figure means: the note that closes the page, and links to it from every name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlink.render.markup import escaped

__all__ = ["measure_link", "methods_note"]


@dataclass(frozen=True, slots=True)
class _Definition:
    name: str
    key: str
    meaning: str


_DEFINITIONS = (
    _Definition(
        "All and covered gold",
        "covered",
        "All gold counts a concept that the terminology lacks as a miss. Covered gold leaves it "
        "out: the terminology has one of the alternatives, or all parts of a composite.",
    ),
    _Definition(
        "recall@k",
        "recall",
        "The share of gold mentions with a concept whose gold is among the first k candidates. "
        "Alternatives are found with the first of them, composites with the last.",
    ),
    _Definition(
        "recall@1, ties at random",
        "ties",
        "Of the candidates that share the best score, the share that is gold: what scores are "
        "worth without the order of equal ones.",
    ),
    _Definition(
        "MRR", "mrr", "The mean of 1 / rank of the gold; 0 where it is not among the candidates."
    ),
    _Definition(
        "Accuracy",
        "accuracy",
        "The share of gold mentions with a concept whose link names the gold; a mention without a "
        "link is a miss. Of linked: the same among mentions that are linked.",
    ),
    _Definition(
        "accuracy@k",
        "accuracy-at",
        "Over all annotated mentions: NIL is right if linked to no concept; others if they are "
        "linked, and to the gold or with the gold among the first k candidates.",
    ),
    _Definition(
        "part_recall@k",
        "part-recall",
        "The share of the gold ids of composites that are among the first k candidates.",
    ),
    _Definition(
        "Precision, recall, F1",
        "detection",
        "Of what the run found: strict compares spans and concept, partial the shared characters "
        "of spans with the same concept, loose the concepts of a document; nil, span and typed "
        "span compare links to no concept, spans, and spans with labels. Micro over documents.",
    ),
    _Definition(
        "Hierarchy",
        "hierarchy",
        "The distance is the smallest number of is-a relations from the link up to a common "
        "ancestor and down to the gold. Broader: the link is an ancestor of the gold. Narrower: "
        "it is a descendant.",
    ),
    _Definition(
        "ECE, Brier, AURC",
        "calibration",
        "ECE is the mean gap of accuracy and confidence over bins, weighted by their links. Brier "
        "is the mean squared gap of each link. AURC is the mean share of wrong links among those "
        "at least as sure. Smaller is better.",
    ),
    _Definition(
        "Intervals",
        "intervals",
        "95 % percentile bootstrap of 1,000 resamples of whole documents, since mentions of one "
        "document resemble each other. A single document has none.",
    ),
    _Definition(
        "Differences of runs",
        "differences",
        "The first run minus another on the same documents: paired bootstrap interval, two-sided "
        "p by approximate randomisation over documents, corrected after Holm for all rows.",
    ),
)

# The first that matches a measure's name is its definition.
_KEYS = (
    (r"recall@1_ties", "ties"),
    (r"recall@", "recall"),
    (r"part_recall@", "part-recall"),
    (r"accuracy@", "accuracy-at"),
    (r"accuracy", "accuracy"),
    (r"mrr", "mrr"),
    (r"hierarchy_", "hierarchy"),
    (r"(\w+_)?(precision|recall|f1)$", "detection"),
)


def measure_link(name: str) -> str:
    """Return the name of a measure as people write it, linked to its definition."""
    key = next((key for pattern, key in _KEYS if re.match(pattern, name)), None)
    spoken = escaped(name.replace("_", " "))
    return spoken if key is None else f'<a href="#def-{key}">{spoken}</a>'


def methods_note(seed: int) -> str:
    """Return all definitions, and where the long ones are."""
    items = "".join(
        f'<div id="def-{each.key}"><dt>{escaped(each.name)}</dt>'
        f"<dd>{escaped(each.meaning)}</dd></div>"
        for each in _DEFINITIONS
    )
    return (
        f'<dl class="definitions">{items}</dl><p>All draws are from seed {seed}. Formulas, and how '
        "they differ from those of neleval and xMEN, are in <code>docs/evaluation.md</code> of "
        "xlink.</p>"
    )
