"""Answers to queries: what is asked several times is searched once, and the last are kept."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from xlink.candidate_set import CandidateSet

__all__ = ["Answers"]


class Answers:
    """The candidates of the last `size` distinct queries, by keys that tell queries apart.

    With `size` 0 none is kept. Threads may ask at a time: the worst they do is to search twice.
    """

    def __init__(self, size: int = 0) -> None:
        self.size = size
        self._kept: dict[Hashable, CandidateSet] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._kept)

    def of(
        self, keys: Sequence[Hashable], search: Callable[[list[int]], CandidateSet]
    ) -> CandidateSet:
        """Return the candidates of queries; those of equal keys are the same.

        `search` finds the candidates of the queries with the numbers that it is given.
        """
        firsts: dict[Hashable, int] = {}
        for number, key in enumerate(keys):
            firsts.setdefault(key, number)
        kept = {key: known for key in firsts if (known := self._kept.get(key)) is not None}
        missing = [key for key in firsts if key not in kept]
        sets = list(kept.values())
        if missing or not sets:
            sets.append(search([firsts[key] for key in missing]))
        self._keep(kept | self._copies(missing, sets[-1]))
        places = {key: place for place, key in enumerate([*kept, *missing])}
        owners = np.array([places[key] for key in keys], dtype=np.int64)
        return CandidateSet.concatenate(sets).queries_at(owners)

    def _copies(
        self, keys: Sequence[Hashable], found: CandidateSet
    ) -> dict[Hashable, CandidateSet]:
        """Return the answers to the last keys by themselves, as parts would hold all of `found`."""
        start = max(0, len(keys) - self.size)
        return {
            key: found.queries_at(np.array([number]))
            for number, key in enumerate(keys[start:], start)
        }

    def _keep(self, latest: dict[Hashable, CandidateSet]) -> None:
        """Keep what is asked now; what was asked longest ago gives way."""
        for key, answer in latest.items():
            self._kept.pop(key, None)
            self._kept[key] = answer
        for key in list(self._kept)[: max(0, len(self._kept) - self.size)]:
            self._kept.pop(key, None)
