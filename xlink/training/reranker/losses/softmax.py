"""Softmax cross-entropy over a list, with label smoothing."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from xlink.training.reranker.batch import ListBatch, masked_log_softmax

__all__ = ["SoftmaxLoss"]


@dataclass(frozen=True, slots=True)
class SoftmaxLoss:
    """Mean over lists of the cross-entropy of the softmax of logits and what is right.

    `smoothing` is the share of the target that all options of a list get in equal parts, as in
    Szegedy et al. (2016, section 7).
    """

    smoothing: float = 0.0

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the loss of logits. *Shape:* (lists, options)"""
        even = batch.is_option.float() / batch.is_option.sum(dim=1, keepdim=True)
        targets = (1 - self.smoothing) * batch.targets + self.smoothing * even
        logs = masked_log_softmax(logits, batch.is_option)
        return -(targets * logs).sum(dim=1).mean()
