"""What is right, and beside it what a teacher says of the whole list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from xlink.training.reranker.batch import ListBatch, masked_log_softmax, standardised

if TYPE_CHECKING:
    from xlink.training.reranker.losses.objective import Loss

__all__ = ["TaughtLoss"]


@dataclass(frozen=True, slots=True)
class TaughtLoss:
    """(1 - share) times a loss plus `share` times soft cross-entropy with a teacher, over lists.

    The targets are the softmax of the teacher's logits, standardised within each list, so that the
    scale of its logits has no part (Sun et al., Logit Standardization in Knowledge Distillation,
    CVPR 2024, for its side of it). NIL has no target: its logit is learned by the loss alone.
    """

    loss: Loss
    share: float = 0.5

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the loss of logits. *Shape:* (lists, options)

        Raises:
            ValueError: the batch has no logits of a teacher.
        """
        if batch.teacher is None:
            raise ValueError("These lists were not shown to a teacher.")
        mask = batch.has_prior
        said = standardised(batch.teacher, mask)
        targets = torch.softmax(said.masked_fill(~mask, float("-inf")), dim=1)
        soft = -(targets * masked_log_softmax(logits, mask)).sum(dim=1).mean()
        return (1 - self.share) * self.loss(logits, batch) + self.share * soft
