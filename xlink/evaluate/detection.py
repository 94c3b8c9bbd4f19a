"""Detected mentions against gold ones: the same spans and the same code, or the spans alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from xlink.evaluate.bootstrap import Ratio, figures
from xlink.evaluate.gold import Gold
from xlink.evaluate.measures import Measure
from xlink.types import Link, Span

__all__ = ["Detection", "GoldMention", "MatchCounts", "count_codes", "count_spans"]

GoldMention = tuple[tuple[Span, ...], frozenset[str] | None, bool]
"""Spans, gold ids and whether they are composite."""

_NAMES = ("precision", "recall", "f1", "span_precision", "span_recall", "span_f1")


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """Hits, what was predicted, and what is gold, in one document."""

    hits: int = 0
    predicted: int = 0
    gold: int = 0


def count_codes(mentions: Iterable[GoldMention], links: Iterable[Link]) -> MatchCounts:
    """Count predicted pairs of spans and concept against gold ones.

    Alternatives are one gold pair that any of them meets; a composite is one pair a part. What is
    predicted where gold is NIL is wrong. What is predicted at a mention whose gold is None is left
    out, since nobody knows.
    """
    slots: dict[tuple[Span, ...], list[frozenset[str]]] = defaultdict(list)
    unknown: set[tuple[Span, ...]] = set()
    for spans, ids, composite in mentions:
        if ids is None:
            unknown.add(spans)
        elif ids:
            slots[spans] += [frozenset({each}) for each in sorted(ids)] if composite else [ids]
    n_gold = sum(map(len, slots.values()))
    unknown -= slots.keys()
    predicted = {
        (link.mention.spans, link.concept_id)
        for link in links
        if link.concept_id is not None and link.mention.spans not in unknown
    }
    hits = 0
    for spans, concept_id in sorted(predicted):
        met = next((slot for slot in slots.get(spans, ()) if concept_id in slot), None)
        if met is not None:
            slots[spans].remove(met)
            hits += 1
    return MatchCounts(hits, len(predicted), n_gold)


def count_spans(mentions: Iterable[GoldMention], links: Iterable[Link]) -> MatchCounts:
    """Count the places of mentions, linked or not, against all gold places, NIL ones included."""
    gold = {spans for spans, _, _ in mentions}
    predicted = {link.mention.spans for link in links}
    return MatchCounts(len(gold & predicted), len(predicted), len(gold))


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """Counts a document: by code, by code over the covered gold alone, and by span."""

    codes: list[MatchCounts]
    covered: list[MatchCounts] | None
    spans: list[MatchCounts]

    @classmethod
    def unanswered(cls, gold: Gold) -> Detection:
        """Return the counts of a run without any link."""
        nothing = [MatchCounts()] * len(gold.documents)
        counts = cls(list(nothing), None if gold.covered is None else list(nothing), list(nothing))
        for number in range(len(gold.documents)):
            counts.record(gold, number, ())
        return counts

    def record(self, gold: Gold, number: int, links: Collection[Link]) -> None:
        """Count the links of document `number`."""
        mentions = list(_mentions(gold, number))
        self.codes[number] = count_codes(mentions, links)
        self.spans[number] = count_spans(mentions, links)
        if self.covered is not None:
            self.covered[number] = count_codes(_mentions(gold, number, covered_only=True), links)

    def measures(self, seed: int) -> tuple[Measure, ...]:
        """Return precision, recall and F1 of codes and of spans, micro over the documents."""
        everything = [*_ratios(self.codes), *_ratios(self.spans)]
        covered = [] if self.covered is None else _ratios(self.covered)
        found = figures([*everything, *covered], seed=seed)
        return tuple(
            Measure(name, found[place], found[6 + place] if place < len(covered) else None)
            for place, name in enumerate(_NAMES)
        )


def _mentions(gold: Gold, number: int, *, covered_only: bool = False) -> Iterator[GoldMention]:
    """Yield the gold of a document; what is not covered counts as not annotated if asked so."""
    first = int(gold.first_mentions[number])
    for place, mention in enumerate(gold.documents[number].mentions, start=first):
        ids = gold.ids[place]
        if covered_only and ids and gold.covered is not None and not gold.covered[place]:
            ids = None
        yield mention.spans, ids, mention.composite


def _ratios(counts: Sequence[MatchCounts]) -> list[Ratio]:
    """Return precision, recall and F1."""
    table = [[each.hits, each.predicted, each.gold] for each in counts]
    hits, predicted, gold = np.array(table, dtype=np.float64).T
    return [
        Ratio(hits, predicted, int(predicted.sum())),
        Ratio(hits, gold, int(gold.sum())),
        Ratio(2 * hits, predicted + gold, int(gold.sum())),
    ]
