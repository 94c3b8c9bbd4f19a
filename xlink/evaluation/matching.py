"""What a run predicts in one document against its gold: sets of spans, codes or both.

The measures are those of neleval as xMEN uses them: `sets` of spans and codes (strict), of codes
in the document (loose), and `overlap-maxmax` (partial).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from xlink.evaluation.items import Prediction
from xlink.evaluation.overlap import Spans, n_chars, overlapping

__all__ = ["NO_MATCHES", "GoldMention", "MatchCounts", "count_matches", "matched_slots"]

Key = TypeVar("Key", bound=Hashable)
Slot = tuple[Spans, frozenset[str]]


@dataclass(frozen=True, slots=True)
class GoldMention:
    """What is gold at a place; `ids` are None where nobody annotated, and empty for NIL."""

    spans: Spans
    ids: frozenset[str] | None
    composite: bool = False
    label: str = ""

    def slots(self) -> list[Slot]:
        """Return what is to be found: alternatives once, a composite once a part."""
        if not self.ids:
            return []
        ways = [frozenset({each}) for each in sorted(self.ids)] if self.composite else [self.ids]
        return [(self.spans, way) for way in ways]


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """How much of what was predicted is right, and how much of the gold was met."""

    right: float = 0.0
    predicted: int = 0
    met: float = 0.0
    gold: int = 0


def count_matches(
    mentions: Sequence[GoldMention], links: Collection[Prediction]
) -> dict[str, MatchCounts]:
    """Count what a document adds to each way of comparing; annotations that repeat count once.

    What is predicted at a mention that nobody annotated is left out of the comparisons of codes
    and of NIL, since nobody knows. In the loose one, what is predicted there counts only where its
    code is predicted elsewhere in the document, too.
    """
    slots = list(dict.fromkeys(slot for mention in mentions for slot in mention.slots()))
    known = {mention.spans for mention in mentions if mention.ids is not None}
    unknown = {mention.spans for mention in mentions if mention.ids is None} - known
    predicted = {
        (link.mention.spans, link.concept_id)
        for link in links
        if link.concept_id is not None and link.mention.spans not in unknown
    }
    pairs = sorted(predicted)
    gold_spans = {mention.spans for mention in mentions}
    predicted_spans = {link.mention.spans for link in links}
    return {
        "": _exact(pairs, [{(spans, each) for each in ids} for spans, ids in slots]),
        "partial_": _partial_codes(pairs, slots),
        "loose_": _exact(
            sorted({each for _, each in pairs}), list(dict.fromkeys(ids for _, ids in slots))
        ),
        "nil_": _sets(
            {link.mention.spans for link in links if link.concept_id is None} - unknown,
            {mention.spans for mention in mentions if mention.ids is not None and not mention.ids},
        ),
        "span_": _sets(predicted_spans, gold_spans),
        "partial_span_": _partial(sorted(predicted_spans), sorted(gold_spans)),
        "typed_span_": _sets(
            {(link.mention.spans, link.mention.label) for link in links},
            {(mention.spans, mention.label) for mention in mentions},
        ),
    }


def matched_slots(wanted: Sequence[Collection[Key]], offered: Collection[Key]) -> int:
    """Return how many slots can be met at once, when each key offered meets one slot at most."""
    ways = [[key for key in slot if key in offered] for slot in wanted]
    if all(len(slot) == 1 for slot in wanted):
        return len({key for keys in ways for key in keys})
    places = {key: place for place, key in enumerate(offered)}
    edges = [(slot, places[key]) for slot, keys in enumerate(ways) for key in keys]
    if not edges:
        return 0
    graph = csr_array(
        (np.ones(len(edges), dtype=np.int8), np.array(edges).T), shape=(len(wanted), len(offered))
    )
    return int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())


def _exact(predicted: Sequence[Key], slots: Sequence[Collection[Key]]) -> MatchCounts:
    hits = matched_slots(slots, set(predicted))
    return MatchCounts(hits, len(predicted), hits, len(slots))


def _sets(predicted: set[Key], gold: set[Key]) -> MatchCounts:
    hits = len(predicted & gold)
    return MatchCounts(hits, len(predicted), hits, len(gold))


def _partial(predicted: Sequence[Spans], gold: Sequence[Spans]) -> MatchCounts:
    return _shares(predicted, gold, overlapping(predicted, gold))


def _partial_codes(predicted: Sequence[tuple[Spans, str]], slots: Sequence[Slot]) -> MatchCounts:
    ones, others = [spans for spans, _ in predicted], [spans for spans, _ in slots]
    pairs = (
        (one, other, shared)
        for one, other, shared in overlapping(ones, others)
        if predicted[one][1] in slots[other][1]
    )
    return _shares(ones, others, pairs)


def _shares(
    predicted: Sequence[Spans], gold: Sequence[Spans], pairs: Iterable[tuple[int, int, int]]
) -> MatchCounts:
    """Give each side the largest share of its mention that one of the other side covers."""
    right: dict[int, int] = {}
    met: dict[int, int] = {}
    for one, other, shared in pairs:
        right[one] = max(shared, right.get(one, 0))
        met[other] = max(shared, met.get(other, 0))
    return MatchCounts(_sum(right, predicted), len(predicted), _sum(met, gold), len(gold))


def _sum(shared: Mapping[int, int], mentions: Sequence[Spans]) -> float:
    return sum(chars / n_chars(mentions[place]) for place, chars in sorted(shared.items()))


NO_MATCHES = count_matches([], [])
"""What a document without any mention adds."""
