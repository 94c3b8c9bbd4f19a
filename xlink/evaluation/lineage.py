"""How far two concepts are apart in a hierarchy, for many pairs at once.

A distance goes up from one concept to a common ancestor and down to the other, over the fewest
is-a relations. Concepts may have several parents; cycles end where they close.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.terminology import Terminology

__all__ = ["UNRELATED", "Kinship", "Lineage"]

UNRELATED = int(np.iinfo(np.int32).max)
"""The distance of concepts that have no ancestor in common, or are in no terminology."""

Rows = npt.NDArray[np.int32]
Steps = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Kinship:
    """How predicted concepts stand to gold ones. *Shapes:* all (p,), `UNRELATED` where they do not.

    `up` is the number of relations from the gold concept up to the predicted one (which is
    broader), `down` from the predicted one up to the gold (it is narrower), `apart` over the
    nearest common ancestor. All are 0 for the same concept.
    """

    up: Steps
    down: Steps
    apart: Steps


class Lineage:
    """The ancestors of some concepts with the fewest steps to each, found once for all of them.

    Ancestors are sorted keys, `place * n_concepts + ancestor row`, where `place` is that of the
    concept among the distinct ones; so is one looked up by binary search.
    """

    def __init__(self, children: Rows, parents: Rows, n_concepts: int, rows: Rows) -> None:
        """Climb from `rows`; relation `i` says that `children[i]`, ascending, is a `parents[i]`."""
        self._n = max(1, n_concepts)
        self._rows = np.unique(rows[rows >= 0])
        starts = np.searchsorted(children, np.arange(self._n + 1))
        self._keys, self._steps = _climb(self._rows.astype(np.int64), starts, parents)
        places = np.arange(len(self._rows) + 1) * self._n
        self._offsets = np.searchsorted(self._keys, places)

    @classmethod
    def of(cls, terminology: Terminology, rows: Rows) -> Lineage:
        """Climb from `rows` in the hierarchy of `terminology`."""
        child, parent = (
            terminology.relation_table[name].to_numpy() for name in ("child", "parent")
        )
        return cls(child, parent, terminology.n_concepts, rows)

    def kinship(self, predicted: Rows, gold: Rows) -> Kinship:
        """Compare `predicted[i]` with `gold[i]`; a row of -1 is related to nothing.

        All rows but -1 must be among those that the lineage was made for. *Shapes:* (p,)
        """
        known = (predicted >= 0) & (gold >= 0)
        found = np.full((3, len(predicted)), UNRELATED, dtype=np.int32)
        ones, others = (self._places(rows[known]) for rows in (predicted, gold))
        found[0, known] = self._look_up(others, predicted[known])
        found[1, known] = self._look_up(ones, gold[known])
        found[2, known] = self._apart(ones, others)
        return Kinship(*found)

    def _places(self, rows: Rows) -> npt.NDArray[np.int64]:
        return np.searchsorted(self._rows, rows)

    def _look_up(self, places: npt.NDArray[np.int64], ancestors: npt.NDArray[np.integer]) -> Steps:
        """Return the steps from each concept to an ancestor, `UNRELATED` if it is none."""
        steps = np.full(len(places), UNRELATED, dtype=np.int32)
        if len(self._keys):
            wanted = places * self._n + ancestors
            at = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
            hits = self._keys[at] == wanted
            steps[hits] = self._steps[at[hits]]
        return steps

    def _apart(self, ones: npt.NDArray[np.int64], others: npt.NDArray[np.int64]) -> Steps:
        counts = self._offsets[ones + 1] - self._offsets[ones]
        pairs = np.repeat(np.arange(len(ones)), counts)
        within = np.arange(len(pairs)) - np.repeat(np.cumsum(counts) - counts, counts)
        at = self._offsets[ones][pairs] + within
        across = self._look_up(others[pairs], self._keys[at] % self._n)
        shared = across != UNRELATED
        apart = np.full(len(ones), UNRELATED, dtype=np.int32)
        np.minimum.at(apart, pairs[shared], self._steps[at[shared]] + across[shared])
        return apart


def _climb(
    rows: npt.NDArray[np.int64], starts: npt.NDArray[np.int64], parents: Rows
) -> tuple[npt.NDArray[np.int64], Steps]:
    """Return the sorted keys of all ancestors of each row, itself included, and the steps to them.

    The parents of row `r` are `parents[starts[r]:starts[r + 1]]`.
    """
    n = len(starts) - 1
    front = np.arange(len(rows)) * n + rows
    keys, steps, step = front, np.zeros(len(front), dtype=np.int32), 0
    while len(front):
        step += 1
        first = starts[front % n]
        counts = starts[front % n + 1] - first
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        above = np.repeat(front // n, counts) * n + parents[np.repeat(first, counts) + within]
        above = np.unique(above)
        places = np.searchsorted(keys, above)
        fresh = keys[np.minimum(places, len(keys) - 1)] != above
        front, places = above[fresh], places[fresh]
        keys, steps = np.insert(keys, places, front), np.insert(steps, places, step)
    return keys, steps
