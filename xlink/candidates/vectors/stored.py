"""Vectors as they are stored: in 32, 16 or 8 bits a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
import numpy.typing as npt

from xlink.errors import SpecError

__all__ = ["Precision", "StoredVectors"]

Floats = npt.NDArray[np.float32]
Precision = Literal["float32", "float16", "int8"]

_INT8_MOST = 127


@dataclass(frozen=True, slots=True, eq=False)
class StoredVectors:
    """Numbers, and what those of each row are to be multiplied with.

    *Shapes:* `numbers` (rows, dimension) of float32, float16 or int8, `scales` (rows,).
    """

    numbers: npt.NDArray[Any]
    scales: Floats

    @classmethod
    def of(cls, vectors: Floats, precision: Precision) -> Self:
        """Store vectors of length 1; `int8` takes a quarter of the space of `float32`.

        Raises:
            SpecError: there is no such precision.
        """
        if precision not in get_args(Precision):
            raise SpecError(f"precision is {', '.join(get_args(Precision))}, not {precision!r}.")
        if precision != "int8":
            return cls(vectors.astype(precision, copy=False), np.ones(len(vectors), np.float32))
        largest = np.abs(vectors).max(axis=1, initial=0)
        scales = np.where(largest > 0, largest / _INT8_MOST, 1).astype(np.float32)
        return cls(np.rint(vectors / scales[:, None]).astype(np.int8), scales)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.scales)

    @property
    def precision(self) -> Precision:
        """What the numbers are stored in."""
        return next(name for name in get_args(Precision) if self.numbers.dtype == name)

    def floats(self, rows: slice | npt.NDArray[np.integer]) -> Floats:
        """Return the vectors at `rows` without their scales. *Shape:* (n, dimension)"""
        found: Floats = self.numbers[rows].astype(np.float32, copy=False)
        return found
