"""A loss and a regulariser by name: what the training makes small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch

from xlink.errors import UnknownNameError
from xlink.training.reranker.batch import ListBatch
from xlink.training.reranker.losses.binary import BinaryLoss
from xlink.training.reranker.losses.borrowed import BorrowedLoss
from xlink.training.reranker.losses.kl import KlToPrior
from xlink.training.reranker.losses.l2 import L2ToPrior
from xlink.training.reranker.losses.margin import MarginToPrior
from xlink.training.reranker.losses.softmax import SoftmaxLoss
from xlink.training.reranker.losses.xmen import XmenLoss

__all__ = ["LOSSES", "REGULARISERS", "Loss", "Objective"]


class Loss(Protocol):
    """Judges the logits of a batch of lists; regularisers have the same form."""

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return a mean over lists."""
        ...


LOSSES = ("binary", "lambda", "list-net", "rank-net", "softmax", "xmen")
"""Names of the losses; `xmen` has its regulariser within."""

REGULARISERS = ("kl", "l2", "margin", "none")
"""Names of the regularisers."""


@dataclass(frozen=True, slots=True)
class Objective:
    """A loss plus `strength` times a regulariser, or the loss alone."""

    loss: Loss
    regulariser: Loss | None = None
    strength: float = 0.0

    @classmethod
    def of(
        cls,
        loss: str,
        regulariser: str,
        *,
        strength: float,
        smoothing: float = 0.0,
        temperature: float | None = None,
    ) -> Objective:
        """Make the objective of these names; the loss `xmen` has its regulariser within.

        Raises:
            UnknownNameError: there is no such loss or regulariser.
        """
        if regulariser == "none" or loss == "xmen":
            return cls(_loss(loss, smoothing, strength))
        return cls(
            _loss(loss, smoothing, strength), _regulariser(regulariser, temperature), strength
        )

    def __call__(self, logits: torch.Tensor, batch: ListBatch) -> torch.Tensor:
        """Return the value for logits. *Shape:* (lists, options)"""
        value = self.loss(logits, batch)
        if self.regulariser is None or self.strength == 0:
            return value
        return value + self.strength * self.regulariser(logits, batch)


def _loss(name: str, smoothing: float, strength: float) -> Loss:
    match name:
        case "softmax":
            return SoftmaxLoss(smoothing)
        case "xmen":
            return XmenLoss(strength, smoothing)
        case "binary":
            return BinaryLoss()
        case "list-net" | "lambda" | "rank-net":
            return BorrowedLoss(name)
    raise UnknownNameError("loss", name, LOSSES)


def _regulariser(name: str, temperature: float | None) -> Loss:
    match name:
        case "l2":
            return L2ToPrior()
        case "kl":
            return KlToPrior() if temperature is None else KlToPrior(temperature)
        case "margin":
            return MarginToPrior()
    raise UnknownNameError("regulariser", name, REGULARISERS)
