"""Regulariser: how far standardised logits are from standardised priors."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from xlink.training.reranker.batch import ListBatch, standardised

__all__ = ["L2ToPrior"]


@dataclass(frozen=True, slots=True)
class L2ToPrior:
    """Mean squared distance of logits and priors, both standardised within each list.

    It says in which order and at which relative distances candidates should be, and leaves their
    scale free. NIL and lists of one candidate have no part.
    """

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the distance, a mean over candidates and lists."""
        mask = batch.has_prior
        away = standardised(logits, mask) - standardised(batch.priors, mask)
        sizes = mask.sum(dim=1).clamp(min=1)
        return (away.square().sum(dim=1) / sizes).mean()
