"""The candidates of all generators as one set: each mention within its filter, then fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from xlink.candidate_set import CandidateSet
from xlink.candidates.answers import Answers
from xlink.candidates.fusion import Fusion
from xlink.candidates.long_forms import search_long_forms
from xlink.types import NO_FILTER, Filter, Query

if TYPE_CHECKING:
    from xlink.protocols import CandidateGenerator

__all__ = ["JointSearch", "fields_read"]

_N_ANSWERS = 4_096  # some 15 MB with 64 candidates of each
_ALL_FIELDS = frozenset(each.name for each in fields(Query))


@dataclass(frozen=True, slots=True)
class JointSearch:
    """Asks generators for `k` candidates a query, and fuses what they say.

    `where` restricts what may be proposed, and `where_by_label` what may be for a query with a
    label: what that filter leaves open is as in `where`. Queries that differ in nothing that the
    generators read are searched once, and not again while `answers` keeps what was found.
    """

    generators: Sequence[CandidateGenerator]
    fusion: Fusion
    k: int
    where: Filter = NO_FILTER
    where_by_label: Mapping[str, Filter] = field(default_factory=dict)
    answers: Answers = field(default_factory=Answers, compare=False)

    def candidates(self, queries: Sequence[Query]) -> CandidateSet:
        """Return the best `k` of each query, which is searched by its long form as well."""
        return search_long_forms(queries, self._as_written).top(self.k)

    def remembering(self) -> JointSearch:
        """Return this search, which will not repeat what it did of late."""
        return replace(self, answers=Answers(_N_ANSWERS))

    def _as_written(self, queries: Sequence[Query]) -> CandidateSet:
        numbers: dict[Filter, list[int]] = {}
        for number, query in enumerate(queries):
            own = self.where_by_label.get(query.label)
            where = self.where if own is None else own.or_else(self.where)
            numbers.setdefault(where, []).append(number)
        if len(numbers) <= 1:
            return self._within(queries, next(iter(numbers), self.where))
        sets = [
            self._within([queries[number] for number in some], where)
            for where, some in numbers.items()
        ]
        order = np.concatenate([np.array(some) for some in numbers.values()])
        return CandidateSet.concatenate(sets).queries_at(np.argsort(order))

    def _within(self, queries: Sequence[Query], where: Filter) -> CandidateSet:
        def search(numbers: list[int]) -> CandidateSet:
            asked = [queries[number] for number in numbers]
            sets = [each.generate(asked, self.k, where) for each in self.generators]
            return self.fusion.fuse(sets, self.k)

        reads = frozenset[str]().union(*map(fields_read, self.generators))
        read = attrgetter("text", *sorted(reads))
        return self.answers.of([(where, read(query)) for query in queries], search)


def fields_read(generator: CandidateGenerator) -> frozenset[str]:
    """Return the fields of a query that its answer depends on: all, if it has no `reads`."""
    reads: frozenset[str] = getattr(generator, "reads", _ALL_FIELDS)
    return reads
