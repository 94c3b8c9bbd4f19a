"""Vectors of the nodes of a hierarchy, as a target beside the names (Text2Node).

Text2Node (Soltani and Tomberg 2019) maps names to the vectors of graph nodes, so that a name also
learns where its concept stands. That says something of concepts whose names were never seen: they
stand beside ones whose names were.
"""

from __future__ import annotations

from itertools import accumulate, repeat
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, diags_array

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

__all__ = ["NodeTarget", "node_vectors"]

Floats = npt.NDArray[np.float32]

_WALK_WEIGHTS = (1.0, 1.0, 1.0, 1.0)


def node_vectors(parents: csr_array, *, dimension: int = 128, seed: int = 13) -> Floats:
    """Return a vector of length 1 for each concept; zeros for one without relatives.

    Random walks of one to four steps over the graph, both up and down, projected at random: near
    are concepts whose walks end at the same places (FastRP: Chen et al., CIKM 2019, eq. 3 and 6,
    with steps weighted alike and without normalisation by degree). It takes a second for 100,000
    concepts. *Shapes:* (concepts, concepts) -> (concepts, dimension)
    """
    graph = csr_array(parents + parents.T)
    degrees = np.asarray(graph.sum(axis=1)).ravel()
    walk = diags_array(1 / np.maximum(degrees, 1)) @ graph
    ends = np.random.default_rng(seed).standard_normal((graph.shape[0], dimension))
    steps = accumulate(
        repeat(walk, len(_WALK_WEIGHTS)), lambda states, by: by @ states, initial=ends
    )
    next(steps)
    total = sum(
        weight * states / np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-12)
        for weight, states in zip(_WALK_WEIGHTS, steps, strict=True)
    )
    lengths = np.linalg.norm(total, axis=1, keepdims=True)
    vectors: Floats = (total / np.where(lengths > 1e-9, lengths, 1)).astype(np.float32)
    return vectors


class NodeTarget:
    """A linear map from names to nodes, and how far it is from where they stand.

    *Shape:* `nodes` (concepts, dimension of nodes), as `node_vectors` returns them. `head` is
    trained along with the encoder, and left behind.
    """

    def __init__(
        self, nodes: Floats, dimension: int, *, device: str = "cpu", seed: int = 13
    ) -> None:
        import torch

        generator = torch.Generator().manual_seed(seed)
        self.head: Module = torch.nn.Linear(dimension, nodes.shape[1], bias=False)
        with torch.no_grad():
            self.head.weight.normal_(std=dimension**-0.5, generator=generator)
        self.head.to(device)
        self._nodes = torch.from_numpy(nodes).to(device)

    def __call__(self, vectors: Tensor, concepts: npt.NDArray[np.int64]) -> Tensor:
        """Return 1 less the mean cosine of the mapped names and their nodes, in 0 to 2."""
        import torch

        targets = self._nodes[torch.from_numpy(concepts)]
        return 1 - torch.nn.functional.cosine_similarity(self.head(vectors), targets).mean()
