"""Error analysis: a table with one row a gold mention or link elsewhere, saying what went wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from xlink.evaluation.error_codes import (
    OUTCOMES,
    SPAN_CODES,
    gold_outcomes,
    predicted_labels,
    span_codes,
)
from xlink.evaluation.gold import Gold
from xlink.evaluation.linking import Outcomes
from xlink.evaluation.measures import UNRANKED
from xlink.terminology import Terminology
from xlink.types import Mention

__all__ = ["ErrorCounts", "error_counts", "error_table"]

_SCHEMA = pa.schema(
    [
        ("document", pa.string()),
        ("language", pa.string()),
        ("mention", pa.string()),
        ("spans", pa.string()),
        ("text", pa.string()),
        ("label", pa.string()),
        ("gold", pa.string()),
        ("predicted_spans", pa.string()),
        ("predicted_label", pa.string()),
        ("predicted", pa.string()),
        ("confidence", pa.float64()),
        ("rank", pa.int64()),
        ("gold_score", pa.float64()),
        ("first", pa.string()),
        ("first_score", pa.float64()),
        ("n_candidates", pa.int64()),
        ("generator", pa.string()),
        ("span", pa.string()),
        ("outcome", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """Rows of the error table: by outcome, and by how the span and the label were met."""

    outcomes: dict[str, int]
    spans: dict[str, int]


def error_counts(table: pa.Table) -> ErrorCounts:
    """Count the rows of an error table."""
    outcomes, spans = (Counter(table[name].to_pylist()) for name in ("outcome", "span"))
    return ErrorCounts(
        {each: outcomes[each] for each in OUTCOMES}, {each: spans[each] for each in SPAN_CODES}
    )


def error_table(gold: Gold, outcomes: Outcomes, terminology: Terminology | None = None) -> pa.Table:
    """Return the table; with a `terminology`, names stand beside the concepts."""
    table = pa.concat_tables([_of_gold(gold, outcomes), _elsewhere(gold, outcomes)])
    if terminology is None:
        return table
    names = _Names(terminology)
    predicted = [*outcomes.concepts, *outcomes.elsewhere.concepts]
    columns = {
        "predicted_name": [None if each is None else names(each) for each in predicted],
        "gold_name": [
            *(None if ids is None else " | ".join(map(names, sorted(ids))) for ids in gold.ids),
            *[None] * len(outcomes.elsewhere.concepts),
        ],
    }
    for column, values in columns.items():
        place = table.column_names.index(column.removesuffix("_name")) + 1
        table = table.add_column(place, column, pa.array(values, pa.string()))
    return table


class _Names:
    """Names of concepts by id, empty for what the terminology lacks; each is looked up once."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._known: dict[str, str] = {}

    def __call__(self, concept_id: str) -> str:
        if concept_id not in self._known:
            lacking = self._terminology.row(concept_id) is None
            self._known[concept_id] = "" if lacking else self._terminology.name_of(concept_id)
        return self._known[concept_id]


def _of_gold(gold: Gold, outcomes: Outcomes) -> pa.Table:
    mentions = list(gold.mentions)
    documents = [gold.documents[number] for number in gold.document_numbers.tolist()]
    unranked = outcomes.ranks == UNRANKED
    met = [
        mention if matched else near
        for mention, matched, near in zip(mentions, outcomes.matched, outcomes.nearest, strict=True)
    ]
    columns = {
        "document": [document.id for document in documents],
        "language": [document.language for document in documents],
        "mention": [mention.id for mention in mentions],
        "spans": [_written(mention) for mention in mentions],
        "text": [mention.text for mention in mentions],
        "label": [mention.label for mention in mentions],
        "gold": [
            None if ids is None else ("+" if mention.composite else "|").join(sorted(ids))
            for ids, mention in zip(gold.ids, mentions, strict=True)
        ],
        "predicted_spans": [None if each is None else _written(each) for each in met],
        "predicted_label": predicted_labels(outcomes),
        "predicted": outcomes.concepts,
        "confidence": pa.array(outcomes.confidences, from_pandas=True),
        "rank": pa.array(np.where(unranked, 0, outcomes.ranks) + 1, mask=unranked),
        "gold_score": pa.array(outcomes.gold_scores, from_pandas=True),
        "first": outcomes.tops,
        "first_score": pa.array(outcomes.top_scores, from_pandas=True),
        "n_candidates": outcomes.n_candidates,
        "generator": [name or None for name in outcomes.generators],
        "span": span_codes(gold, outcomes),
        "outcome": gold_outcomes(gold, outcomes),
    }
    return _table(columns, len(mentions))


def _elsewhere(gold: Gold, outcomes: Outcomes) -> pa.Table:
    links = outcomes.elsewhere
    documents = [gold.documents[number] for number in links.documents]
    spurious = [place < 0 for place in links.overlaps]
    columns = {
        "document": [document.id for document in documents],
        "language": [document.language for document in documents],
        "text": [mention.text for mention in links.mentions],
        "predicted_spans": [_written(mention) for mention in links.mentions],
        "predicted_label": [mention.label for mention in links.mentions],
        "predicted": links.concepts,
        "confidence": links.confidences,
        "span": ["fp" if each else None for each in spurious],
        "outcome": ["spurious" if each else "overlapping" for each in spurious],
    }
    return _table(columns, len(documents))


def _table(columns: Mapping[str, Any], n: int) -> pa.Table:
    """Make a table of `n` rows and all columns; what is not given is null."""
    arrays = [
        pa.array(columns[each.name], each.type) if each.name in columns else pa.nulls(n, each.type)
        for each in _SCHEMA
    ]
    return pa.table(arrays, schema=_SCHEMA)


def _written(mention: Mention) -> str:
    return ";".join(f"{start}-{end}" for start, end in mention.spans)
