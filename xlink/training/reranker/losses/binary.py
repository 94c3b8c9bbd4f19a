"""Binary cross-entropy on hard triplets, as ClinLinker trains."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from xlink.training.reranker.batch import ListBatch

__all__ = ["BinaryLoss"]


@dataclass(frozen=True, slots=True)
class BinaryLoss:
    """Mean binary cross-entropy over what is right and the `negatives` hardest wrong options.

    Gallego et al. (2024), ClinLinker: mention, right concept, wrong concept. The hardest wrong
    options are those with the highest prior, of equal ones the first; one for each that is right
    unless told otherwise. NIL, where it is an option, always takes part.
    """

    negatives: int = 1

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the loss of logits. *Shape:* (lists, options)"""
        wrong = batch.is_option & batch.has_prior & ~batch.is_right
        ranked = batch.priors.masked_fill(~wrong, float("-inf"))
        order = ranked.argsort(dim=1, descending=True, stable=True)
        ranks = order.argsort(dim=1)
        n_hard = batch.is_right.sum(dim=1, keepdim=True) * self.negatives
        nil = batch.is_option & ~batch.has_prior
        chosen = batch.is_right | nil | (wrong & (ranks < n_hard))
        loss: torch.Tensor = torch.nn.functional.binary_cross_entropy_with_logits(
            logits[chosen], batch.is_right[chosen].float()
        )
        return loss
