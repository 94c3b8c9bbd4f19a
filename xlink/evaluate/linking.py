"""The links of a run brought to the gold mentions they answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.evaluate.gold import Gold, Mask
from xlink.evaluate.measures import UNRANKED, Ranks
from xlink.types import Link, Mention, Span

__all__ = ["Outcomes", "gold_rank", "match_links"]


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """What became of each gold mention. *Shapes:* all (m,)

    `ranks` is where its gold stands among its `n_candidates` candidates; `matched`, whether the
    run has a link for it; `linked`, whether that names a concept; `right`, whether the concept is
    the gold. A link names one concept, so a composite of several is never right.
    """

    ranks: Ranks
    n_candidates: npt.NDArray[np.int64]
    matched: Mask
    linked: Mask
    right: Mask

    @classmethod
    def unanswered(cls, n: int) -> Outcomes:
        """Return the outcomes of `n` mentions before any link was looked at."""
        ranks = np.full(n, UNRANKED, dtype=np.int64)
        return cls(ranks, np.zeros(n, dtype=np.int64), *(np.zeros(n, dtype=bool) for _ in range(3)))

    def record(self, gold: Gold, number: int, links: Sequence[Link]) -> int:
        """Enter the links of document `number`; return how many answer no gold mention."""
        first = int(gold.first_mentions[number])
        found = match_links(gold.documents[number].mentions, links)
        for place, link in enumerate(found, start=first):
            if link is None:
                continue
            self.matched[place] = True
            self.n_candidates[place] = len(link.candidates)
            self.linked[place] = link.concept_id is not None
            ids, composite = gold.ids[place], bool(gold.composite[place])
            if ids:
                concepts = (candidate.concept_id for candidate in link.candidates)
                self.ranks[place] = gold_rank(concepts, ids, composite=composite)
                self.right[place] = link.concept_id in ids and (len(ids) == 1 or not composite)
        return len(links) - sum(link is not None for link in found)


def match_links(mentions: Iterable[Mention], links: Iterable[Link]) -> list[Link | None]:
    """Return for each gold mention the link at the same spans, or None.

    Where several mentions stand at the same spans, the one of the same id is taken first.
    """
    by_spans: dict[tuple[Span, ...], list[Link]] = defaultdict(list)
    for link in links:
        by_spans[link.mention.spans].append(link)
    found: list[Link | None] = []
    left: list[tuple[int, Mention]] = []
    for place, mention in enumerate(mentions):
        waiting = by_spans.get(mention.spans, [])
        same = next((n for n, link in enumerate(waiting) if link.mention.id == mention.id), None)
        found.append(None if same is None else waiting.pop(same))
        if same is None:
            left.append((place, mention))
    for place, mention in left:
        if others := by_spans.get(mention.spans):
            found[place] = others.pop(0)
    return found


def gold_rank(concept_ids: Iterable[str], gold_ids: frozenset[str], *, composite: bool) -> int:
    """Return the rank, from 0, of the first alternative or the last part; `UNRANKED` if none."""
    missing = set(gold_ids)
    for rank, concept_id in enumerate(concept_ids):
        if concept_id in missing:
            missing.discard(concept_id)
            if not (composite and missing):
                return rank
    return UNRANKED
