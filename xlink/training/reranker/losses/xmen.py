"""The loss of xMEN, as its authors have it: the reference that others are compared with."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from xlink.training.reranker.batch import ListBatch
from xlink.training.reranker.losses.softmax import SoftmaxLoss

__all__ = ["XmenLoss"]

_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class XmenLoss:
    """Softmax cross-entropy plus `strength` times the L2 distance of raw logits and scores.

    Borchert et al. (2025), xMEN. The distance is that of `torch.nn.PairwiseDistance`, which adds
    1e-6 to each difference. The score of NIL is 1 where NIL is right and 0 elsewhere: with it the
    label leaks into the regulariser, which is why this is no more than a reference.
    """

    strength: float = 1.0
    smoothing: float = 0.0

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the loss of logits. *Shape:* (lists, options)"""
        scores = torch.where(batch.has_prior, batch.priors, batch.is_right.float())
        away = torch.where(batch.is_option, logits - scores + _EPSILON, 0.0)
        entropy = SoftmaxLoss(self.smoothing)(logits, batch)
        # The gradient of a norm is not defined at 0, which the epsilon all but excludes.
        distance: torch.Tensor = torch.linalg.vector_norm(away, dim=1).mean()
        return entropy + self.strength * distance
