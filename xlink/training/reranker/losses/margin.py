"""Regulariser: pairs that the priors put in an order, and the logits in the other."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from xlink.training.reranker.batch import ListBatch, standardised

__all__ = ["MarginToPrior"]


@dataclass(frozen=True, slots=True)
class MarginToPrior:
    """Mean hinge of the standardised logits of wrong candidates against the priors' order.

    Of two wrong candidates the one with the higher prior should stay ahead by `share` of the
    difference of their standardised priors; those that are right may go anywhere, so that the
    regulariser never pulls against the label. NIL has no part.
    """

    share: float = 0.5

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the hinge, a mean over the pairs of a list and over lists."""
        mask = batch.has_prior & ~batch.is_right
        priors = standardised(batch.priors, batch.has_prior)
        scores = standardised(logits, batch.has_prior)
        lead = priors.unsqueeze(2) - priors.unsqueeze(1)
        kept = scores.unsqueeze(2) - scores.unsqueeze(1)
        pairs = mask.unsqueeze(2) & mask.unsqueeze(1) & (lead > 0)
        lost = torch.where(pairs, (self.share * lead - kept).clamp(min=0.0), 0.0)
        n_pairs = pairs.sum(dim=(1, 2)).clamp(min=1)
        return (lost.sum(dim=(1, 2)) / n_pairs).mean()
