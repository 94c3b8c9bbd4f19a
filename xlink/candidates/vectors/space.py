"""The space in which names and mentions are compared: what is done to vectors, on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

__all__ = ["VectorSpace", "unit_rows"]

Floats = npt.NDArray[np.float32]

_BLOCK = 64


@dataclass(frozen=True, slots=True, eq=False)
class VectorSpace:
    """A mean to subtract and a matrix to multiply with, learned from the vectors of the names.

    *Shapes:* `mean` (dimension,), zeros for none; `matrix` (dimension, kept), without columns for
    none. Whatever is done, vectors leave with length 1.
    """

    mean: Floats
    matrix: Floats

    @classmethod
    def fit(cls, vectors: Floats, *, centre: bool, whiten: int | None) -> Self:
        """Learn from the vectors of names; `whiten` is the number of directions to keep.

        Whitening makes the kept directions, those of the largest variance, equally long (Su et al.
        2021, Whitening Sentence Representations); it implies `centre`.

        Raises:
            ValueError: there are not as many directions to keep.
        """
        dimension = vectors.shape[1]
        mean = np.zeros(dimension, dtype=np.float32)
        if centre or whiten is not None:
            mean = vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
        if whiten is None:
            return cls(mean, np.empty((dimension, 0), dtype=np.float32))
        if not 0 < whiten <= dimension:
            raise ValueError(f"Of {dimension} directions, {whiten} can't be kept.")
        covariance = np.zeros((dimension, dimension))
        for start in range(0, len(vectors), 10_000):
            centred = vectors[start : start + 10_000] - mean
            covariance += centred.T @ centred
        spreads, directions = np.linalg.eigh(covariance / max(1, len(vectors)))
        spreads, directions = spreads[::-1][:whiten], directions[:, ::-1][:, :whiten]
        scale = 1 / np.sqrt(np.maximum(spreads, 1e-9))
        return cls(mean, (directions * scale).astype(np.float32))

    @property
    def dimension(self) -> int:
        """The number of dimensions of the vectors that leave."""
        return int(self.matrix.shape[1] or self.matrix.shape[0])

    def apply(self, vectors: Floats) -> Floats:
        """Return the vectors as they are compared. *Shape:* (n, self.dimension)"""
        moved = vectors - self.mean
        if self.matrix.shape[1]:
            # In blocks of one shape: how a product is summed up can depend on how many rows it has.
            padded = np.zeros((-(-len(moved) // _BLOCK) * _BLOCK, moved.shape[1]), dtype=np.float32)
            padded[: len(moved)] = moved
            blocks = [
                padded[start : start + _BLOCK] @ self.matrix
                for start in range(0, len(padded), _BLOCK)
            ]
            moved = np.concatenate([*blocks, self.matrix[:0]])[: len(moved)]
        return unit_rows(moved)


def unit_rows(vectors: Floats) -> Floats:
    """Return vectors of length 1; those of length 0 stay."""
    lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
    unit: Floats = (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)
    return unit
