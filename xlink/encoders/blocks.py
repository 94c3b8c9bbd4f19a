"""Texts of one length in blocks of one shape, so that what is computed beside a text is no matter.

How a matrix product is summed up depends on its shape, and padding costs time. Texts of equal
length need no padding; a block that they don't fill is filled up with empty rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["blocks_of", "encode_in_blocks"]

Floats = npt.NDArray[np.float32]


def encode_in_blocks(
    ids: Sequence[Sequence[int] | npt.NDArray[np.int64]],
    forward: Callable[[npt.NDArray[np.int64]], Floats],
    *,
    dimension: int,
    n_tokens: int,
) -> Floats:
    """Return one vector a text, given the ids of its tokens. *Shape:* (n, dimension)

    `forward` takes blocks of ids *(texts, tokens)* and returns their vectors. A block has about
    `n_tokens` in all, and always a multiple of eight texts.
    """
    vectors = np.empty((len(ids), dimension), dtype=np.float32)
    for numbers, block in blocks_of(ids, lambda length: 8 * -(-n_tokens // (8 * max(1, length)))):
        vectors[numbers] = forward(block)[: len(numbers)]
    return vectors


def blocks_of(
    ids: Sequence[Sequence[int] | npt.NDArray[np.int64]], n_rows: Callable[[int], int]
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield the numbers of texts of one length, and the block that they fill from its first row.

    `n_rows` says how many rows a block has, given the length of its texts.
    """
    lengths = np.array([len(each) for each in ids], dtype=np.int64)
    for length in np.unique(lengths).tolist():
        numbers = np.flatnonzero(lengths == length)
        rows = np.array([ids[number] for number in numbers.tolist()], dtype=np.int64)
        size = n_rows(length)
        for start in range(0, len(numbers), size):
            part = rows[start : start + size]
            block = np.zeros((size, length), dtype=np.int64)
            block[: len(part)] = part
            yield numbers[start : start + size], block
