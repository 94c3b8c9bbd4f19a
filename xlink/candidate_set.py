"""The columnar batch that the stages hand on: the candidates of many queries in flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from xlink.types import Candidate

if TYPE_CHECKING:
    from xlink.terminology import Terminology

__all__ = ["CandidateSet", "best_per_concept", "segment_offsets", "segment_sort"]

Rows = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]

_COLUMNS = (
    "concept_rows",
    "alias_rows",
    "scores",
    "generator_codes",
    "trace_scores",
    "trace_ranks",
    "prior_scores",
    "logits",
)


@dataclass(frozen=True, slots=True, eq=False)
class CandidateSet:
    """Candidates of `q` queries, `n` in all, best first within each query.

    *Shapes:* `query_offsets` (q + 1,): the candidates of query `i` are
    `query_offsets[i]:query_offsets[i + 1]`; `concept_rows`, `alias_rows`, `scores` and
    `generator_codes` (n,); rows count within one terminology, and a code is a position in
    `generators`. Higher scores are better.

    A fused set also keeps what each of its `g` generators said: `trace_scores` (n, g), NaN where
    one did not propose the candidate, and `trace_ranks` (n, g), from 0, -1 likewise. A re-ranked
    set keeps the `prior_scores` that it came with and the re-ranker's `logits`, both (n,).
    """

    query_offsets: Offsets
    concept_rows: Rows
    alias_rows: Rows
    scores: Scores
    generator_codes: npt.NDArray[np.int8]
    generators: tuple[str, ...]
    trace_scores: npt.NDArray[np.float32] | None = None
    trace_ranks: npt.NDArray[np.int32] | None = None
    prior_scores: Scores | None = None
    logits: Scores | None = None

    @classmethod
    def single(
        cls,
        generator: str,
        query_offsets: Offsets,
        concept_rows: Rows,
        alias_rows: Rows,
        scores: Scores,
    ) -> CandidateSet:
        """Make the set of one generator from its arrays."""
        codes = np.zeros(len(concept_rows), dtype=np.int8)
        return cls(query_offsets, concept_rows, alias_rows, scores, codes, (generator,))

    @classmethod
    def concatenate(cls, sets: Sequence[CandidateSet]) -> CandidateSet:
        """Join the sets of consecutive batches of queries, all made by the same generators.

        Raises:
            ValueError: there are no sets, or their generators differ.
        """
        if not sets or any(each.generators != sets[0].generators for each in sets):
            raise ValueError("Only sets of the same generators can be joined, and at least one.")
        counts = np.concatenate([np.diff(each.query_offsets) for each in sets])
        columns: dict[str, Any] = {
            name: None
            if getattr(sets[0], name) is None
            else np.concatenate([getattr(each, name) for each in sets])
            for name in _COLUMNS
        }
        return replace(sets[0], query_offsets=segment_offsets(counts), **columns)

    def __len__(self) -> int:
        """Return the number of queries."""
        return len(self.query_offsets) - 1

    @property
    def n_candidates(self) -> int:
        """The number of candidates over all queries."""
        return len(self.concept_rows)

    def query_numbers(self) -> npt.NDArray[np.int64]:
        """Return, for each candidate, the number of its query. *Shape:* (n,)"""
        return np.repeat(np.arange(len(self)), np.diff(self.query_offsets))

    def ranks(self) -> npt.NDArray[np.int64]:
        """Return, for each candidate, its rank from 0 within its query. *Shape:* (n,)"""
        counts = np.diff(self.query_offsets)
        return np.arange(self.n_candidates) - np.repeat(self.query_offsets[:-1], counts)

    def top(self, k: int) -> CandidateSet:
        """Return the first `k` candidates of each query."""
        return self.where(self.ranks() < k)

    def where(self, keep: npt.NDArray[np.bool_]) -> CandidateSet:
        """Return the candidates for which `keep` holds, in the same order. *Shape:* (n,)"""
        counts = np.bincount(self.query_numbers()[keep], minlength=len(self))
        return replace(self.taken(keep), query_offsets=segment_offsets(counts))

    def part(self, start: int, end: int) -> CandidateSet:
        """Return the candidates of the queries `start:end`, as a set of these alone."""
        offsets = self.query_offsets[start : end + 1]
        kept = self.taken(slice(*offsets[[0, -1]].tolist()))
        return replace(kept, query_offsets=offsets - offsets[0])

    def queries_at(self, numbers: npt.NDArray[np.int64]) -> CandidateSet:
        """Return the candidates of the queries with these numbers, in this order; -1 has none."""
        counts = np.append(np.diff(self.query_offsets), 0)[numbers]
        offsets = segment_offsets(counts)
        shifts = np.repeat(self.query_offsets[numbers] - offsets[:-1], counts)
        return replace(self.taken(shifts + np.arange(offsets[-1])), query_offsets=offsets)

    def taken(
        self, places: slice | npt.NDArray[np.bool_] | npt.NDArray[np.integer]
    ) -> CandidateSet:
        """Return all columns at `places`; whose queries they are is left as it is."""
        columns: dict[str, Any] = {
            name: None if (column := getattr(self, name)) is None else column[places]
            for name in _COLUMNS
        }
        return replace(self, **columns)

    def rows_of(self, query: int) -> Rows:
        """Return the concept rows proposed for one query, best first."""
        return self.concept_rows[self.query_offsets[query] : self.query_offsets[query + 1]]

    def candidates(self, query: int, terminology: Terminology) -> tuple[Candidate, ...]:
        """Return the candidates of one query as values."""
        start, end = self.query_offsets[query : query + 2].tolist()
        return self._values(start, end, terminology)

    def lists(self, terminology: Terminology) -> list[tuple[Candidate, ...]]:
        """Return the candidates of every query as values; cut the set to what is needed first.

        Equal lists share one value.
        """
        numbers: dict[tuple[bytes, ...], int] = {}
        keys = self._keys()
        for number, key in enumerate(keys):
            numbers.setdefault(key, number)
        distinct = self.queries_at(np.array(list(numbers.values()), dtype=np.int64))
        values = distinct._values(0, distinct.n_candidates, terminology)
        bounds = pairwise(distinct.query_offsets.tolist())
        made = {key: values[start:end] for key, (start, end) in zip(numbers, bounds, strict=True)}
        return [made[key] for key in keys]

    def _keys(self) -> list[tuple[bytes, ...]]:
        """Return what tells the values of one query from those of another."""
        columns: list[npt.NDArray[Any]] = [
            self.concept_rows,
            self.alias_rows,
            self.scores,
            self.generator_codes,
        ]
        columns += [] if self.trace_ranks is None else [self.trace_ranks]
        return [
            tuple(column[start:end].tobytes() for column in columns)
            for start, end in pairwise(self.query_offsets.tolist())
        ]

    def _values(self, start: int, end: int, terminology: Terminology) -> tuple[Candidate, ...]:
        columns = (
            terminology.concept_ids(self.concept_rows[start:end]),
            self.scores[start:end].tolist(),
            terminology.aliases(self.alias_rows[start:end]),
            map(self.proposers, range(start, end)),
        )
        return tuple(Candidate(*values) for values in zip(*columns, strict=True))

    def proposers(self, place: int) -> str:
        """Name the generators that proposed the candidate at `place`, joined by `+`."""
        if self.trace_ranks is None:
            return self.generators[int(self.generator_codes[place])]
        ranks = self.trace_ranks[place].tolist()
        return "+".join(
            name for name, rank in zip(self.generators, ranks, strict=True) if rank >= 0
        )


def segment_offsets(counts: npt.NDArray[np.integer]) -> Offsets:
    """Return the offsets of consecutive segments of the given sizes. *Shape:* (q + 1,)"""
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def segment_places(
    starts: npt.NDArray[np.integer], ends: npt.NDArray[np.integer]
) -> tuple[Offsets, Offsets]:
    """Return the places from each start up to its end, after whose number each belongs to."""
    sizes = ends - starts
    owners = np.repeat(np.arange(len(sizes)), sizes)
    return owners, np.repeat(starts - segment_offsets(sizes)[:-1], sizes) + np.arange(len(owners))


def segment_sort(
    query_numbers: npt.NDArray[np.int64], scores: Scores, concept_rows: Rows
) -> npt.NDArray[np.int64]:
    """Return the order by query, then score downward, then concept row: ties go to the lower id."""
    return np.lexsort((concept_rows, -scores, query_numbers))


def best_per_concept(
    generator: str,
    n_queries: int,
    query_numbers: npt.NDArray[np.int64],
    concept_rows: Rows,
    alias_rows: Rows,
    scores: Scores,
) -> CandidateSet:
    """Pool hits of aliases to concepts: the best alias stands for each, of equals the first.

    *Shapes:* the four arrays (hits,), in any order.
    """
    order = np.lexsort((alias_rows, -scores, concept_rows, query_numbers))
    numbers, concepts = query_numbers[order], concept_rows[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (numbers[1:] != numbers[:-1]) | (concepts[1:] != concepts[:-1])
    kept = order[first]
    kept = kept[segment_sort(query_numbers[kept], scores[kept], concept_rows[kept])]
    return CandidateSet.single(
        generator,
        segment_offsets(np.bincount(query_numbers[kept], minlength=n_queries)),
        concept_rows[kept],
        alias_rows[kept],
        scores[kept].astype(np.float32),
    )
