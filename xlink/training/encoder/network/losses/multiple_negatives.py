"""MultipleNegativesRanking: each name has to find its partner among all names of the batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["MultipleNegatives"]


@dataclass(frozen=True, slots=True)
class MultipleNegatives:
    """Cross-entropy of each positive pair among the negatives of its anchor.

    Of anchor `a` and positive `p`, with cosines `s` (Chen et al., SimCLR, ICML 2020, eq. 1):

        -log(exp(scale s_ap) / (exp(scale s_ap) + sum over negatives n of exp(scale s_an)))

    and of a batch the mean over all positive pairs, both ways, weighted by their grades. Names of
    one concept, or of related ones that have a grade, are never negatives of one another.
    """

    scale: float = 20.0

    def __call__(self, vectors: Tensor, grades: Tensor) -> Tensor:
        """Return the loss, a scalar. *Shapes:* vectors of length 1 (names, d), (names, names)"""
        import torch

        itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
        logits = self.scale * (vectors @ vectors.T)
        negatives = logits.masked_fill((grades > 0) | itself, -torch.inf)
        hardness = negatives.logsumexp(dim=1, keepdim=True)
        losses = torch.nn.functional.softplus(hardness - logits)
        weights = grades.masked_fill(itself, 0)
        return (losses * weights).sum() / weights.sum().clamp(min=1e-12)
