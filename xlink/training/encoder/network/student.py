"""What is trained: a network that turns names into vectors, and becomes an encoder again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from xlink.protocols import Encoder

__all__ = ["Student"]


class Student(Protocol):
    """An encoder in training.

    Of `network`, those parameters are trained that require a gradient.
    """

    name: str
    dimension: int
    network: Module

    def forward(self, texts: Sequence[str]) -> Tensor:
        """Return one vector of length 1 a text, with gradients. *Shape:* (n, dimension)"""
        ...

    def pace(self, parameter: str) -> float:
        """Return what the learning rate of a parameter of `network` is multiplied with."""
        ...

    def encoder(self) -> Encoder:
        """Return the encoder as it stands, for a look at it; it does not outlive the next step."""
        ...

    def save(self, folder: Path) -> None:
        """Write the encoder into an empty folder, from which `open_encoder` opens it."""
        ...
