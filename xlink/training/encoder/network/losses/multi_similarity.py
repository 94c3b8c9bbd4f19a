"""The Multi-Similarity loss (Wang et al., CVPR 2019), on the hard pairs of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlink.training.encoder.network.miner import HardPairs, hard_pairs

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["MultiSimilarity"]


@dataclass(frozen=True, slots=True)
class MultiSimilarity:
    """Pull positives and push negatives, the more the harder they are.

    Of anchor `a`, with cosines `s` and grades `g` (eq. 11 of the paper where all grades are 1):

        log(1 + sum over positives p of g exp(-alpha (s_ap - base))) / alpha
        + log(1 + sum over negatives n of exp(beta (s_an - base))) / beta

    and of a batch the mean over all of its names. The defaults are those of SapBERT. `margin` is
    that of `hard_pairs`; None takes all pairs.
    """

    alpha: float = 1.0
    beta: float = 60.0
    base: float = 0.5
    margin: float | None = 0.2

    def __call__(self, vectors: Tensor, grades: Tensor) -> Tensor:
        """Return the loss, a scalar. *Shapes:* vectors of length 1 (names, d), (names, names)"""
        import torch

        kept = self._pairs(vectors, grades)
        cosines = vectors @ vectors.T
        pulls = self.alpha * (self.base - cosines) + grades.clamp(min=1e-12).log()
        pushes = self.beta * (cosines - self.base)
        nothing = torch.zeros_like(cosines[:, :1])
        losses = [
            torch.cat([logits.masked_fill(~mask, -torch.inf), nothing], dim=1).logsumexp(dim=1)
            / scale
            for logits, mask, scale in (
                (pulls, kept.positives, self.alpha),
                (pushes, kept.negatives, self.beta),
            )
        ]
        return (losses[0] + losses[1]).mean()

    def _pairs(self, vectors: Tensor, grades: Tensor) -> HardPairs:
        import math

        return hard_pairs(vectors, grades, margin=math.inf if self.margin is None else self.margin)
