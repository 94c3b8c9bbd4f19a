"""The links of a run brought to the gold mentions they answer, as columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from xlink.evaluation.gold import Gold, Mask
from xlink.evaluation.measures import UNRANKED, Ranks, Values
from xlink.evaluation.overlap import overlapping
from xlink.evaluation.retrieval import mention_ranks
from xlink.types import Candidate, Link, Mention, Span

__all__ = ["Elsewhere", "Outcomes", "match_links"]


@dataclass(slots=True, eq=False)
class Elsewhere:
    """The links that answer no gold mention, one entry a link in each column.

    `overlaps` is the place of the gold mention that shares most with it, -1 if none does.
    """

    documents: list[int] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    concepts: list[str | None] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)
    overlaps: list[int] = field(default_factory=list)


class Outcomes:
    """What became of each gold mention. *Shapes:* (m,), but (g,) for each gold id of any.

    `gold_places` and `gold_ranks` say at which rank each gold id stands among the `n_candidates`
    of its mention. `matched` is whether the run has a link for a mention; `linked`, whether that
    names a concept; `right`, whether the concept is the gold: a link names one concept, so a
    composite of several is never right. `tie_shares` is the chance that the gold comes first when
    candidates of equal scores are drawn at random. Scores are NaN where there is nothing to score.
    `nearest` is the mention of the link elsewhere that shares most with a gold mention.
    """

    def __init__(self, gold: Gold) -> None:
        n = len(gold)
        self._gold = gold
        self.gold_places, self._gold_ids = gold.pairs()
        self._first_ids = np.searchsorted(self.gold_places, np.arange(n + 1))
        self.gold_ranks: Ranks = np.full(len(self.gold_places), UNRANKED, dtype=np.int64)
        self.n_candidates: npt.NDArray[np.int64] = np.zeros(n, dtype=np.int64)
        self.matched: Mask = np.zeros(n, dtype=bool)
        self.linked: Mask = np.zeros(n, dtype=bool)
        self.right: Mask = np.zeros(n, dtype=bool)
        self.confidences: Values = np.full(n, np.nan)
        self.tie_shares: Values = np.zeros(n)
        self.top_scores: Values = np.full(n, np.nan)
        self.gold_scores: Values = np.full(n, np.nan)
        self.concepts: list[str | None] = [None] * n
        self.tops: list[str | None] = [None] * n
        self.labels: list[str] = [""] * n
        self.generators: list[str] = [""] * n
        self.nearest: list[Mention | None] = [None] * n
        self.elsewhere = Elsewhere()

    @property
    def ranks(self) -> Ranks:
        """Where the gold of each mention stands: its first alternative, or its last part."""
        return mention_ranks(self.gold_ranks, self.gold_places, self._gold.composite)

    def record(self, number: int, links: Sequence[Link]) -> None:
        """Enter the links of document `number`."""
        first = int(self._gold.first_mentions[number])
        mentions = self._gold.documents[number].mentions
        found, left = match_links(mentions, links)
        for place, link in enumerate(found, start=first):
            if link is not None:
                self._enter(place, link)
        self._enter_elsewhere(number, left)

    def _enter(self, place: int, link: Link) -> None:
        ids = self._gold.ids[place]
        self.matched[place] = True
        self.linked[place] = link.concept_id is not None
        self.confidences[place] = link.confidence
        self.concepts[place] = link.concept_id
        self.labels[place] = link.mention.label
        self.n_candidates[place] = len(link.candidates)
        if link.candidates:
            self.tops[place] = link.candidates[0].concept_id
            self.top_scores[place] = link.candidates[0].score
        if ids:
            single = len(ids) == 1 or not self._gold.composite[place]
            self.right[place] = link.concept_id in ids and single
            self._enter_ranks(place, link.candidates)
            if single:
                self.tie_shares[place] = _tie_share(link.candidates, ids)

    def _enter_ranks(self, place: int, candidates: Sequence[Candidate]) -> None:
        ranks: dict[str, int] = {}
        for rank, candidate in enumerate(candidates):
            ranks.setdefault(candidate.concept_id, rank)
        start, end = self._first_ids[place : place + 2].tolist()
        found = [ranks.get(each, UNRANKED) for each in self._gold_ids[start:end]]
        self.gold_ranks[start:end] = found
        best = min(found)
        if best != UNRANKED:
            self.gold_scores[place] = candidates[best].score
            self.generators[place] = candidates[best].generator

    def _enter_elsewhere(self, number: int, links: Sequence[Link]) -> None:
        first = int(self._gold.first_mentions[number])
        spans = [mention.spans for mention in self._gold.documents[number].mentions]
        nearest: dict[int, tuple[int, int]] = {}
        met: dict[int, int] = {}
        for place, other, shared in overlapping([link.mention.spans for link in links], spans):
            nearest[place] = max(nearest.get(place, (0, 0)), (shared, -other))
            if shared > met.get(other, 0):
                met[other] = shared
                self.nearest[first + other] = links[place].mention
        for place, link in enumerate(links):
            self.elsewhere.documents.append(number)
            self.elsewhere.mentions.append(link.mention)
            self.elsewhere.concepts.append(link.concept_id)
            self.elsewhere.confidences.append(link.confidence)
            near = nearest.get(place)
            self.elsewhere.overlaps.append(-1 if near is None else first - near[1])


def match_links(
    mentions: Iterable[Mention], links: Iterable[Link]
) -> tuple[list[Link | None], list[Link]]:
    """Return for each gold mention the link at the same spans, or None, and the links left over.

    Where several mentions stand at the same spans, the one of the same id is taken first.
    """
    by_spans: dict[tuple[Span, ...], list[Link]] = defaultdict(list)
    for link in links:
        by_spans[link.mention.spans].append(link)
    found: list[Link | None] = []
    waiting: list[tuple[int, Mention]] = []
    for place, mention in enumerate(mentions):
        at_place = by_spans.get(mention.spans, [])
        same = next((n for n, link in enumerate(at_place) if link.mention.id == mention.id), None)
        found.append(None if same is None else at_place.pop(same))
        if same is None:
            waiting.append((place, mention))
    for place, mention in waiting:
        if others := by_spans.get(mention.spans):
            found[place] = others.pop(0)
    return found, [link for several in by_spans.values() for link in several]


def _tie_share(candidates: Sequence[Candidate], ids: frozenset[str]) -> float:
    """Return the share of gold among the candidates whose score equals the best."""
    n_tied = n_gold = 0
    for candidate in candidates:
        if candidate.score != candidates[0].score:
            break
        n_tied += 1
        n_gold += candidate.concept_id in ids
    return n_gold / n_tied if n_tied else 0.0
