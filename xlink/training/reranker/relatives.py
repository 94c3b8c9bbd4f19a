"""Hard negatives: what stands near the gold in the hierarchy, though no generator proposed it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import segment_offsets
from xlink.terminology import Terminology
from xlink.training.reranker.lists import RankingLists

__all__ = ["with_relatives"]


def with_relatives(
    lists: RankingLists, terminology: Terminology, n: int, *, seed: int = 0
) -> RankingLists:
    """Append up to `n` siblings, parents and children of the gold to each list, drawn by `seed`.

    They have the score of the last candidate, and as the alias that fired their first one. A list
    without candidates stays empty.
    """
    offsets = lists.candidates.query_offsets.tolist()
    drawn = np.random.default_rng(seed)
    places: list[int] = []
    added: list[int] = []
    counts = []
    for (start, end), gold in zip(pairwise(offsets), lists.gold, strict=True):
        known = {*lists.candidates.concept_rows[start:end].tolist(), *gold}
        near = sorted(_relatives(terminology, gold) - known) if end > start else []
        chosen = drawn.permutation(near)[:n].tolist()
        places += [*range(start, end), *[end - 1] * len(chosen)]
        added += [*[-1] * (end - start), *chosen]
        counts.append(end - start + len(chosen))
    return _appended(lists, terminology, np.array(places), np.array(added), np.array(counts))


def _relatives(terminology: Terminology, gold: tuple[int, ...]) -> set[int]:
    hierarchy = terminology.hierarchy
    found: set[int] = set()
    for row in gold:
        parents = hierarchy.parents(row).tolist()
        found.update(parents, hierarchy.children(row).tolist())
        found.update(*(hierarchy.children(parent).tolist() for parent in parents))
    return found


def _appended(
    lists: RankingLists,
    terminology: Terminology,
    places: npt.NDArray[np.int64],
    added: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
) -> RankingLists:
    """Return the candidates at `places`, with the concepts `added` where these are not -1."""
    places = places.astype(np.int64)
    found, is_new = lists.candidates.taken(places), added >= 0
    rows, aliases = found.concept_rows.copy(), found.alias_rows.copy()
    rows[is_new] = added[is_new]
    aliases[is_new] = terminology.first_aliases[added[is_new].astype(np.int64)]
    scores, ranks = found.trace_scores, found.trace_ranks
    candidates = replace(
        found,
        query_offsets=segment_offsets(counts.astype(np.int64)),
        concept_rows=rows,
        alias_rows=aliases,
        trace_scores=None if scores is None else np.where(is_new[:, None], np.nan, scores),
        trace_ranks=None if ranks is None else np.where(is_new[:, None], -1, ranks),
    )
    return replace(lists, candidates=candidates, is_right=lists.is_right[places] & ~is_new)
