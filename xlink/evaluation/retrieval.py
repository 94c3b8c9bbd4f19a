"""The rank of the gold in a columnar candidate set: no Python object a candidate is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet
from xlink.evaluation.gold import Gold
from xlink.evaluation.measures import UNRANKED, Measure, Ranks, measured, ranking, scored
from xlink.terminology import Terminology
from xlink.types import Document

__all__ = ["evaluate_candidates", "gold_ranks", "mention_ranks", "rows_of"]


def evaluate_candidates(
    candidates: CandidateSet,
    documents: Iterable[Document],
    terminology: Terminology,
    *,
    ks: Sequence[int] = (1, 5, 64),
    seed: int = 0,
) -> tuple[Measure, ...]:
    """Return recall at each k and the mean reciprocal rank, for all and for covered gold.

    Query `i` of `candidates` is the `i`-th mention of `documents`, in their order.

    Raises:
        ValueError: there are more or fewer queries than mentions.
        DataError: there are no documents, or two have the same id.
    """
    gold = Gold.of(documents, terminology)
    if len(gold) != len(candidates):
        raise ValueError(f"{len(candidates):,} queries for {len(gold):,} mentions: one each.")
    queries, ids = gold.pairs()
    ranks = gold_ranks(candidates, queries, rows_of(terminology, ids))
    found = mention_ranks(ranks, queries, gold.composite)
    return measured(scored(gold, ranking(gold, found, ks)), seed=seed)


def rows_of(terminology: Terminology, ids: Sequence[str | None]) -> npt.NDArray[np.int32]:
    """Return the concept row of each id, -1 for None and for what the terminology lacks."""
    rows = {each: terminology.row(each) for each in set(ids) if each is not None}
    found = [None if each is None else rows[each] for each in ids]
    return np.array([-1 if row is None else row for row in found], dtype=np.int32)


def gold_ranks(
    candidates: CandidateSet, queries: npt.NDArray[np.int64], rows: npt.NDArray[np.int32]
) -> Ranks:
    """Return at which rank, from 0, concept `rows[i]` stands among the candidates of `queries[i]`.

    `UNRANKED` where it does not; a row of -1 is in no terminology. *Shapes:* all (g,)
    """
    starts = candidates.query_offsets[queries]
    counts = candidates.query_offsets[queries + 1] - starts
    pairs = np.repeat(np.arange(len(queries)), counts)
    # The rank of every candidate of every pair; it is also the way to its place in the set.
    within = np.arange(len(pairs)) - np.repeat(np.cumsum(counts) - counts, counts)
    hits = np.flatnonzero(candidates.concept_rows[starts[pairs] + within] == rows[pairs])
    ranks = np.full(len(queries), UNRANKED, dtype=np.int64)
    ranks[pairs[hits]] = within[hits]
    return ranks


def mention_ranks(
    ranks: Ranks, queries: npt.NDArray[np.int64], composite: npt.NDArray[np.bool_]
) -> Ranks:
    """Return the rank at which each mention is found: the best of its gold ids, or the worst.

    Alternatives are found with the first of them, composites with the last. `ranks` and `queries`
    are as in `gold_ranks`; a mention without gold is unranked. *Shape:* that of `composite`
    """
    best = np.full(len(composite), UNRANKED, dtype=np.int64)
    np.minimum.at(best, queries, ranks)
    worst = np.full(len(composite), -1, dtype=np.int64)
    np.maximum.at(worst, queries, ranks)
    return np.where(composite & (worst >= 0), worst, best)
