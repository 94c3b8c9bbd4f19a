"""The hierarchy in a training: relatives as hard negatives, or as positives of a lower grade.

ClinLinker-KB (Gallego et al. 2024) takes parents and grandparents for positives. Siblings are what
a linker confuses; a batch drawn at random has next to none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from xlink.errors import SpecError
from xlink.terminology import Terminology
from xlink.terminology.schema import as_numpy
from xlink.training.encoder.names.pairs import TrainingNames

__all__ = ["Kin", "Kinship", "parents_of"]

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Kinship:
    """How many relatives join a batch, and what they are to the names they join.

    `siblings`, `parents` and `grandparents` are shares of the pairs of a batch: for so many of
    them one such relative joins, with one name. Siblings are negatives. So are parents and
    grandparents whose grade is 0; with a higher one they are positives, which weigh so much.
    """

    siblings: float = 0.25
    parents: float = 0.0
    grandparents: float = 0.0
    parent_grade: float = 0.0
    grandparent_grade: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what is no share and no grade.

        Raises:
            SpecError: a figure lies outside 0 to 1.
        """
        for name in self.__slots__:
            if not 0 <= getattr(self, name) <= 1:
                raise SpecError(f"{name} lies in 0 to 1, not {getattr(self, name)}.")


def parents_of(
    names: TrainingNames,
    terminologies: Sequence[Terminology],
    unite: Callable[[str], str] = str,
) -> csr_array:
    """Return which concepts of `names` are parents of which. *Shape:* (concepts, concepts)

    Entry (c, p) is 1 if `p` is a parent of `c`. `unite` is the one that `names` was collected with.
    """
    numbers = {concept: number for number, concept in enumerate(names.concept_ids)}
    pairs = [np.empty((0, 2), dtype=np.int64)]
    for terminology in terminologies:
        ids = terminology.concept_ids(np.arange(terminology.n_concepts))
        of_row = np.array([numbers.get(unite(each), -1) for each in ids], dtype=np.int64)
        table = terminology.relation_table
        children, parents = (of_row[as_numpy(table[end])] for end in ("child", "parent"))
        known = (children >= 0) & (parents >= 0) & (children != parents)
        pairs.append(np.column_stack([children[known], parents[known]]))
    found = np.unique(np.concatenate(pairs), axis=0)
    ones = np.ones(len(found), dtype=np.float32)
    shape = (names.n_concepts, names.n_concepts)
    return csr_array((ones, (found[:, 0], found[:, 1])), shape=shape)


class Kin:
    """The relatives of the concepts of a training, by number.

    *Shape:* `parents` (concepts, concepts), as `parents_of` returns it.
    """

    def __init__(self, names: TrainingNames, parents: csr_array, kinship: Kinship) -> None:
        self.kinship = kinship
        self._parents = parents
        self._children = csr_array(parents.T)
        self._grandparents = csr_array((parents @ parents > 0).astype(np.float32))
        self._bounds = np.searchsorted(names.concepts, np.arange(names.n_concepts + 1))

    def joining(self, concepts: Rows, generator: np.random.Generator) -> Rows:
        """Draw relatives of the concepts of a batch; return rows of their names. *Shape:* (n,)"""
        drawn = [
            draw(_share_of(concepts, share, generator), generator)
            for share, draw in (
                (self.kinship.siblings, self._siblings),
                (self.kinship.parents, self._one_parent),
                (self.kinship.grandparents, self._one_grandparent),
            )
        ]
        relatives = np.unique(np.concatenate(drawn))
        starts, ends = self._bounds[relatives], self._bounds[relatives + 1]
        chances = generator.random(len(relatives))
        rows: Rows = starts + (chances * (ends - starts)).astype(np.int64)
        return rows

    def grades(self, concepts: Rows) -> npt.NDArray[np.float32]:
        """Return what the names of a batch are to one another, both ways. *Shape:* (n, n)

        1 if they name one concept, the grade of the nearest relation, or 0.
        """
        distinct, places = np.unique(concepts, return_inverse=True)
        grades = np.eye(len(distinct), dtype=np.float32)
        for graph, grade in (
            (self._parents, self.kinship.parent_grade),
            (self._grandparents, self.kinship.grandparent_grade),
        ):
            if grade > 0:
                related = graph[distinct][:, distinct].toarray() * np.float32(grade)
                grades = np.maximum(grades, np.maximum(related, related.T))
        return grades[places][:, places]

    def _siblings(self, concepts: Rows, generator: np.random.Generator) -> Rows:
        parents, drawn_for = _draw(self._parents, concepts, generator)
        siblings, _ = _draw(self._children, parents, generator)  # each parent has a child
        others: Rows = siblings[siblings != concepts[drawn_for]]
        return others

    def _one_parent(self, concepts: Rows, generator: np.random.Generator) -> Rows:
        return _draw(self._parents, concepts, generator)[0]

    def _one_grandparent(self, concepts: Rows, generator: np.random.Generator) -> Rows:
        return _draw(self._grandparents, concepts, generator)[0]


def _share_of(concepts: Rows, share: float, generator: np.random.Generator) -> Rows:
    """Draw so many of the concepts."""
    drawn: Rows = concepts[generator.random(len(concepts)) < share]
    return drawn


def _draw(graph: csr_array, concepts: Rows, generator: np.random.Generator) -> tuple[Rows, Rows]:
    """Draw one neighbour of each concept; leave out those that have none.

    Return the neighbours, and the places in `concepts` that they were drawn for.
    """
    starts, ends = graph.indptr[concepts], graph.indptr[concepts + 1]
    chances = generator.random(len(concepts))
    places = np.flatnonzero(ends > starts)
    chosen = starts + (chances * (ends - starts)).astype(np.int64)
    return graph.indices[chosen[places]].astype(np.int64), places
