"""The errors that come most often, with a few of the mentions they happened to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pyarrow as pa
from pyarrow import compute

from xlink.render.markup import escaped, lang, phrase
from xlink.render.report.tables import table
from xlink.types import Document

__all__ = ["frequent_errors"]

_MEANINGS = {
    "missed_at_candidates": "The gold is not among the candidates that the run kept.",
    "lost_in_ranking": "The gold is among the candidates, but not first.",
    "rejected": "The gold comes first, and was not linked.",
    "composite": "All parts are among the candidates, and a link names one.",
    "not_in_terminology": "The terminology lacks the gold.",
    "span_error": "No link has the same spans, but one overlaps.",
    "missed": "No link is near.",
    "nil_missed": "Gold is NIL, and the link names a concept.",
    "spurious": "A link where no gold mention is.",
    "overlapping": "A link beside a gold mention that it does not answer.",
}
_WITHOUT_PREDICTION = {"not_in_terminology", "missed", "span_error"}
_N_KINDS = 6
_N_EXAMPLES = 3
_CONTEXT_CHARS = 40

Cell = str | int | float | None


@dataclass(slots=True)
class _Kind:
    """One gold concept taken for one other: how often, and the mentions as HTML."""

    n: int = 0
    examples: Counter[str] = field(default_factory=Counter)


def frequent_errors(errors: pa.Table, documents: Iterable[Document], *, texts: bool) -> str:
    """Return one table an outcome, of the pairs of gold and prediction that come most often.

    Without `texts`, mentions are left out; with `documents`, what stands around them is shown.
    """
    known = {document.id: document for document in documents} if texts else {}
    kinds: dict[str, dict[tuple[str, str], _Kind]] = {each: {} for each in _MEANINGS}
    wrong = errors.filter(compute.is_in(errors["outcome"], pa.array(_MEANINGS)))
    for row in _rows(wrong):
        outcome = str(row["outcome"])
        kind = kinds[outcome].setdefault(_pair(row, outcome), _Kind())
        kind.n += 1
        if texts:
            kind.examples[_example(row, known)] += 1
    return "".join(_outcome(name, found, texts) for name, found in kinds.items() if found)


def _rows(errors: pa.Table) -> Iterator[dict[str, Cell]]:
    for batch in errors.to_batches():
        yield from batch.to_pylist()


def _pair(row: Mapping[str, Cell], outcome: str) -> tuple[str, str]:
    gold = _concept(row.get("gold"), row.get("gold_name"))
    if outcome in _WITHOUT_PREDICTION:
        return gold, ""
    return gold, _concept(row.get("predicted"), row.get("predicted_name"))


def _concept(concept_id: Cell, name: Cell) -> str:
    if not concept_id:
        return ""
    named = f" {escaped(str(name))}" if name and str(name).strip(" |") else ""
    return f"<code>{escaped(str(concept_id))}</code>{named}"


def _example(row: Mapping[str, Cell], documents: Mapping[str, Document]) -> str:
    document, language = documents.get(str(row["document"])), str(row["language"] or "")
    spans = str(row["spans"] or row["predicted_spans"] or "")
    if document is None or not spans:
        return phrase(str(row["text"] or ""), language)
    start, end = int(spans.split("-")[0]), int(spans.rsplit("-")[-1])
    before = document.text[max(0, start - _CONTEXT_CHARS) : start]
    after = document.text[end : end + _CONTEXT_CHARS]
    inside = escaped(document.text[start:end])
    around = f"…{escaped(before)}<mark>{inside}</mark>{escaped(after)}…"
    return f"<bdi{lang(language)}>{around}</bdi>"


def _outcome(name: str, found: Mapping[tuple[str, str], _Kind], texts: bool) -> str:
    ordered = sorted(found.items(), key=lambda entry: (-entry[1].n, entry[0]))
    rest = len(ordered) - _N_KINDS
    spoken = escaped(name.replace("_", " "))
    heads = ["times", "gold, and what it was linked to", *(["mentions"] if texts else [])]
    rows = [
        [f"{kind.n:,}", _taken(*pair, name), *([_examples(kind.examples)] if texts else [])]
        for pair, kind in ordered[:_N_KINDS]
    ]
    more = f"<p><small>and {rest:,} more</small></p>" if rest > 0 else ""
    total = sum(kind.n for kind in found.values())
    return (
        f'<h3>{spoken}<span class="n">{total:,}</span></h3><p>{_MEANINGS[name]}</p>'
        + table(heads, rows, caption=f"Most frequent: {spoken}", kind="errors")
        + more
    )


def _taken(gold: str, predicted: str, outcome: str) -> str:
    if outcome in _WITHOUT_PREDICTION:
        return gold
    linked = f"<small>linked to</small> {predicted}" if predicted else "<small>not linked</small>"
    return f"{gold}<br>{linked}" if gold else linked


def _examples(found: Counter[str]) -> str:
    ordered = sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))
    shown = [
        example + (f" <small>{n:,}\u00d7</small>" if n > 1 else "")
        for example, n in ordered[:_N_EXAMPLES]
    ]
    if len(ordered) > _N_EXAMPLES:
        shown.append(f"<small>and {len(ordered) - _N_EXAMPLES:,} more</small>")
    return f"<ul>{''.join(f'<li>{each}</li>' for each in shown)}</ul>"
