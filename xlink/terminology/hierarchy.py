"""The is-a graph of a terminology: parents, children, subtrees. Cycles do no harm."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

__all__ = ["Hierarchy", "rows_on_cycles"]

Rows = npt.NDArray[np.int32]


class Hierarchy:
    """Adjacency of concepts in both directions, as offsets into sorted neighbour lists."""

    def __init__(self, children: Rows, parents: Rows, n_concepts: int) -> None:
        self.n_concepts = n_concepts
        self._up = _adjacency(children, parents, n_concepts)
        self._down = _adjacency(parents, children, n_concepts)

    def parents(self, row: int) -> Rows:
        """Return the rows of the direct parents of a concept."""
        offsets, targets = self._up
        return targets[offsets[row] : offsets[row + 1]]

    def children(self, row: int) -> Rows:
        """Return the rows of the direct children of a concept."""
        offsets, targets = self._down
        return targets[offsets[row] : offsets[row + 1]]

    def ancestors(self, rows: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Return a mask of all that is above `rows`, themselves included. *Shape:* (concepts,)"""
        return self._reach(rows, *self._up)

    def descendants(self, rows: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Return a mask of all that is below `rows`, themselves included. *Shape:* (concepts,)"""
        return self._reach(rows, *self._down)

    def _reach(
        self, rows: Iterable[int], offsets: npt.NDArray[np.int64], targets: Rows
    ) -> npt.NDArray[np.bool_]:
        seen = np.zeros(self.n_concepts, dtype=bool)
        front = np.unique(np.fromiter(rows, dtype=np.int64))
        while len(front):
            seen[front] = True
            counts = offsets[front + 1] - offsets[front]
            within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
            reached = np.unique(targets[np.repeat(offsets[front], counts) + within])
            front = reached[~seen[reached]].astype(np.int64)
        return seen


def rows_on_cycles(children: Rows, parents: Rows, n_concepts: int) -> Rows:
    """Return the rows of concepts that are, through others, their own ancestors."""
    if not len(children):
        return np.empty(0, dtype=np.int32)
    ones = np.ones(len(children), dtype=np.int8)
    graph = csr_array((ones, (children, parents)), shape=(n_concepts, n_concepts))
    _, component = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(component)
    return np.flatnonzero(sizes[component] > 1).astype(np.int32)


def _adjacency(sources: Rows, targets: Rows, n_concepts: int) -> tuple[npt.NDArray[np.int64], Rows]:
    order = np.lexsort((targets, sources))
    offsets = np.searchsorted(sources[order], np.arange(n_concepts + 1))
    return offsets.astype(np.int64), targets[order]
