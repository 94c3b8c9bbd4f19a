"""The network of the Universal Sentence Encoder Multilingual v3 in torch, with gradients.

It says what `xlink.encoders.usem3_network` says, and has the same weights by the same names; there
is the drawing. All pieces of a batch stand in one row, with gaps of zeros between the texts, so
that nothing is computed for padding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import Module, Parameter, ParameterDict

__all__ = ["Usem3Module"]

Floats = npt.NDArray[np.float32]

_WIDTHS = (2, 3, 5)
_GAP = max(_WIDTHS) - 1
_FIXED = ("lo", "scale", "bits", "eps")


class Usem3Module(Module):
    """The weights as parameters, and the vectors of the pieces that the names to train on have.

    *Shape:* `vectors` (pieces, 512).
    """

    def __init__(self, weights: Mapping[str, Floats], vectors: Floats, *, table: bool) -> None:
        super().__init__()
        self.weights = ParameterDict(
            {
                name: Parameter(torch.from_numpy(np.array(each)), requires_grad=name not in _FIXED)
                for name, each in weights.items()
            }
        )
        self.table = Parameter(torch.from_numpy(vectors), requires_grad=table)

    def forward(self, texts: Sequence[npt.NDArray[np.int64]]) -> Tensor:
        """Return vectors of length 1. Each text is the rows of its pieces. *Shape:* (texts, 512)"""
        counts = torch.tensor([len(each) for each in texts])
        rows, places = np.unique(np.concatenate(texts), return_inverse=True)
        embedded = torch.nn.functional.embedding(torch.from_numpy(rows), self.table)
        states = self._normalise(
            embedded @ self._joined("proj") + self._joined("proj_b"),
            self._joined("ln_g"),
            self._joined("ln_b"),
        )
        of_piece = torch.from_numpy(places)
        ends = torch.cumsum(counts + _GAP, dim=0)
        standing = torch.arange(len(of_piece)) + _GAP * torch.repeat_interleave(
            torch.arange(1, len(counts) + 1), counts
        )
        parts = [
            self._branch(width, part[of_piece], standing, int(ends[-1]) + _GAP)
            for width, part in zip(_WIDTHS, states.split(states.shape[1] // 3, dim=1), strict=True)
        ]
        joined = torch.cat([embedded[of_piece], *parts], dim=1)
        weights = self.weights
        normed = self._normalise(joined, weights["ln_g"], weights["ln_b"])
        owners = torch.repeat_interleave(torch.arange(len(counts)), counts)
        sums = torch.zeros(len(counts), normed.shape[1]).index_add(0, owners, normed)
        n_pieces = counts[:, None].to(sums.dtype)
        summed = sums @ weights["cnn_W"] + n_pieces * weights["cnn_b"]
        return self._head(summed / n_pieces.sqrt())

    def _branch(self, width: int, states: Tensor, standing: Tensor, length: int) -> Tensor:
        """Convolve twice, each time adding what went in. *Shape:* (pieces, 256)"""
        for kernel, bias in (("w1", "b1"), ("w2", "b2")):
            row = torch.zeros(length, states.shape[1]).index_copy(0, standing, states)
            shifts = torch.arange(width) - (width - 1) // 2
            windows = row[(standing[:, None] + shifts).flatten()].view(len(states), -1)
            convolved = (
                windows @ self.weights[f"{kernel}_{width}"] + self.weights[f"{bias}_{width}"]
            )
            states = states + convolved.relu()
        return states

    def _head(self, inputs: Tensor) -> Tensor:
        weights = self.weights
        first = (inputs @ weights["d0"]).relu()
        second = (first @ weights["d1"] + inputs @ weights["p1"]).relu()
        third = (second @ weights["d2"]).relu()
        outputs = (third @ weights["d3"] + second @ weights["p3"]).tanh()
        lengths = outputs.square().sum(dim=1, keepdim=True).clamp(min=weights["eps"].item()).sqrt()
        return outputs / lengths

    def _joined(self, stem: str) -> Tensor:
        return torch.cat([self.weights[f"{stem}{width}"] for width in _WIDTHS], dim=-1)

    def _normalise(self, states: Tensor, gain: Tensor, bias: Tensor) -> Tensor:
        eps = float(self.weights["eps"].item())
        return torch.nn.functional.layer_norm(states, gain.shape, gain, bias, eps)
