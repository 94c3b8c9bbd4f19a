"""Regulariser: the divergence of the re-ranker's distribution from that of the priors."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from xlink.training.reranker.batch import ListBatch, masked_log_softmax, standardised

__all__ = ["KlToPrior"]


@dataclass(frozen=True, slots=True)
class KlToPrior:
    """KL(softmax of priors || softmax of logits) over the candidates of each list.

    Priors are standardised within a list and divided by `temperature`: the lower, the more the
    first of them weighs. NIL has no part.
    """

    temperature: float = 0.5

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the divergence, a mean over lists."""
        mask = batch.has_prior
        wanted = masked_log_softmax(standardised(batch.priors, mask) / self.temperature, mask)
        given = masked_log_softmax(logits, mask)
        return (torch.where(mask, wanted.exp(), 0.0) * (wanted - given)).sum(dim=1).mean()
