"""Self-alignment: the loss of one step, from the draw of its names to the last term."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from xlink.training.encoder.names.hierarchy import Kin
from xlink.training.encoder.names.pairs import PairSampler
from xlink.training.encoder.network.nodes import NodeTarget
from xlink.training.encoder.network.student import Student

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Alignment"]


class Alignment:
    """Draws a batch of pairs of names, with relatives if there are, and says how far they are off.

    `loss` takes vectors and grades, as `MultiSimilarity` does. `nodes` adds its term, times
    `node_weight`. The draw depends on the seed of `pairs` and the number of the step alone.
    """

    def __init__(
        self,
        student: Student,
        pairs: PairSampler,
        loss: Callable[[Tensor, Tensor], Tensor],
        *,
        n_pairs: int,
        kin: Kin | None = None,
        nodes: NodeTarget | None = None,
        node_weight: float = 0.1,
    ) -> None:
        self._student, self._pairs, self._loss = student, pairs, loss
        self._n_pairs, self._kin = n_pairs, kin
        self._nodes, self._node_weight = nodes, node_weight

    def __call__(self, step: int) -> Tensor:
        """Return the loss of a step, a scalar."""
        import torch

        names = self._pairs.names
        rows = np.concatenate(self._pairs.draw(self._n_pairs, step))
        if self._kin is not None:
            # A stream of its own, apart from that of the pairs.
            generator = np.random.default_rng((self._pairs.seed, step, 1))
            drawn = names.concepts[rows[: self._n_pairs]]
            rows = np.concatenate([rows, self._kin.joining(drawn, generator)])
        # A name twice in a batch would be a positive of itself that nothing is to be learnt from.
        rows = np.unique(rows)
        concepts = names.concepts[rows]
        texts = [names.texts[row] for row in rows.tolist()]
        vectors = self._student.forward(texts)
        loss = self._loss(
            vectors, torch.from_numpy(self._grades(concepts, texts)).to(vectors.device)
        )
        if self._nodes is not None:
            loss = loss + self._node_weight * self._nodes(vectors, concepts)
        return loss

    def _grades(self, concepts: npt.NDArray[np.int64], texts: list[str]) -> npt.NDArray[np.float32]:
        """Return what the names of a batch are to one another. *Shape:* (names, names)"""
        if self._kin is None:
            grades: npt.NDArray[np.float32] = (concepts[:, None] == concepts).astype(np.float32)
        else:
            grades = self._kin.grades(concepts)
        # Names of two concepts that read alike can't be told apart; as negatives, the nearest of
        # all, they would hide those that can.
        _, reads = np.unique([text.casefold() for text in texts], return_inverse=True)
        grades[reads[:, None] == reads[None]] = 1
        return grades
