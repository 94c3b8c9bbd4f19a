"""Hard pairs, found while training: those that violate a margin as the encoder stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["HardPairs", "hard_pairs"]


@dataclass(frozen=True, slots=True, eq=False)
class HardPairs:
    """Masks of the pairs that a loss has to look at. *Shapes:* (names, names), anchors in rows."""

    positives: Tensor
    negatives: Tensor


def hard_pairs(vectors: Tensor, grades: Tensor, *, margin: float = 0.2) -> HardPairs:
    """Keep the pairs of all triplets in which the negative is not farther by `margin`.

    A triplet of an anchor `a`, a positive `p` and a negative `n` is hard if
    `|a - n| - |a - p| <= margin` (SapBERT, Liu et al., NAACL 2021, eq. 1, with Euclidean distances
    of vectors of length 1, as its authors have it). A positive is in such a triplet if it is with
    the nearest negative, and a negative if it is with the farthest positive; so no triplet is made.

    *Shapes:* `vectors` (names, dimension), of length 1; `grades` (names, names), above 0 for
    positives, whose diagonal does not count.
    """
    import torch

    with torch.no_grad():
        distances = (2 - 2 * (vectors @ vectors.T)).clamp(min=0).sqrt()
        itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
        positives, negatives = (grades > 0) & ~itself, (grades <= 0) & ~itself
        nearest = distances.masked_fill(~negatives, torch.inf).amin(dim=1, keepdim=True)
        farthest = distances.masked_fill(~positives, -torch.inf).amax(dim=1, keepdim=True)
        return HardPairs(
            positives & (nearest - distances <= margin),
            negatives & (distances - farthest <= margin),
        )
