"""The is-a graph of a terminology: parents, children, subtrees. Cycles do no harm."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

__all__ = ["Hierarchy", "order_by_parent", "rows_on_cycles"]

_MANY = 1_000

Rows = npt.NDArray[np.int32]


class Hierarchy:
    """Neighbours of concepts in both directions, found by binary search in sorted pairs.

    *Shapes:* `children` and `parents` (relations,): each pair is one is-a relation. `by_parent`
    is the order of the pairs by parent and child, where that is known already.
    """

    def __init__(
        self, children: Rows, parents: Rows, n_concepts: int, *, by_parent: Rows | None = None
    ) -> None:
        self.n_concepts = n_concepts
        if (children[1:] < children[:-1]).any():
            order = np.lexsort((parents, children))
            children, parents, by_parent = children[order], parents[order], None
        if by_parent is None:
            by_parent = order_by_parent(children, parents)
        self._up = children, parents
        self._down = parents[by_parent], children[by_parent]

    def parents(self, row: int) -> Rows:
        """Return the rows of the direct parents of a concept."""
        return _neighbours(self._up, np.array([row]))

    def children(self, row: int) -> Rows:
        """Return the rows of the direct children of a concept."""
        return _neighbours(self._down, np.array([row]))

    def has_children(self) -> npt.NDArray[np.bool_]:
        """Return a mask of the concepts that have any below them. *Shape:* (concepts,)"""
        mask = np.zeros(self.n_concepts, dtype=bool)
        mask[self._down[0]] = True
        return mask

    def ancestors(self, rows: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Return a mask of all that is above `rows`, themselves included. *Shape:* (concepts,)"""
        return self._reach(rows, self._up)

    def descendants(self, rows: Iterable[int]) -> npt.NDArray[np.bool_]:
        """Return a mask of all that is below `rows`, themselves included. *Shape:* (concepts,)"""
        return self._reach(rows, self._down)

    def _reach(self, rows: Iterable[int], pairs: tuple[Rows, Rows]) -> npt.NDArray[np.bool_]:
        seen = np.zeros(self.n_concepts, dtype=bool)
        front = np.unique(np.fromiter(rows, dtype=np.int32))
        while len(front):
            seen[front] = True
            fresh = np.zeros(self.n_concepts, dtype=bool) if len(front) > _MANY else None
            reached = _neighbours(pairs, front)
            reached = reached[~seen[reached]]
            if fresh is None:
                front = np.unique(reached)
            else:  # a mask sorts many rows faster than they sort themselves
                fresh[reached] = True
                front = np.flatnonzero(fresh).astype(np.int32)
        return seen


def order_by_parent(children: Rows, parents: Rows) -> Rows:
    """Return the order of relations by parent, then by child."""
    return np.lexsort((children, parents)).astype(np.int32)


def _neighbours(pairs: tuple[Rows, Rows], rows: npt.NDArray[np.integer]) -> Rows:
    """Return what `rows` point to; `pairs` are sources, ascending, and targets."""
    sources, targets = pairs
    rows = rows.astype(sources.dtype)
    starts, ends = (np.searchsorted(sources, rows, side=side) for side in ("left", "right"))
    counts = ends - starts
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    found: Rows = targets[np.repeat(starts, counts) + within]
    return found


def rows_on_cycles(children: Rows, parents: Rows, n_concepts: int) -> Rows:
    """Return the rows of concepts that are, through others, their own ancestors."""
    if not len(children):
        return np.empty(0, dtype=np.int32)
    ones = np.ones(len(children), dtype=np.int8)
    graph = csr_array((ones, (children, parents)), shape=(n_concepts, n_concepts))
    _, component = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(component)
    return np.flatnonzero(sizes[component] > 1).astype(np.int32)
