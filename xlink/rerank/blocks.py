"""Pairs scored in blocks: equal ones once, those of about one length together.

Padding costs time, so that lengths are rounded up only to a multiple of `_STEP` tokens. Every block
of a length has the same shape, because how a matrix product is summed up depends on it: a score
does not depend on what is scored beside it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from xlink.rerank.rendering import Pairs

__all__ = ["Forward", "padded", "score_pairs"]

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Forward = Callable[[Ids, Ids, Ids], Floats]
"""From ids, segments (0 for the mention's side, 1 for the candidate's) and mask to logits."""

_STEP = 4
_ROWS = (4, 2)  # else 1; with 3, a pair of torch depends on its place in the block
_MOST_TOKENS = 192  # of a block: the states of more leave the cache of a core


def score_pairs(pairs: Pairs, forward: Forward) -> Floats:
    """Return one logit a pair; equal pairs are scored once. *Shape:* (n,)"""
    numbers: dict[tuple[int, bytes], int] = {}
    keys = zip(pairs.lefts, (each.tobytes() for each in pairs.ids), strict=True)
    owners = np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), np.int64)
    if not len(owners):
        return np.empty(0, dtype=np.float32)
    firsts = np.unique(owners, return_index=True)[1]
    lengths = np.array([len(pairs.ids[first]) for first in firsts.tolist()])
    rounded = -(-lengths // _STEP) * _STEP
    scores = np.empty(len(firsts), dtype=np.float32)
    for length in np.unique(rounded).tolist():
        places = np.flatnonzero(rounded == length)
        n_rows = next((rows for rows in _ROWS if rows * length <= _MOST_TOKENS), 1)
        for start in range(0, len(places), n_rows):
            chosen = places[start : start + n_rows]
            block = padded(pairs, firsts[chosen].tolist(), length=length, n_rows=n_rows)
            scores[chosen] = forward(*block)[: len(chosen)]
    return scores[owners]


def padded(
    pairs: Pairs, chosen: list[int], *, length: int | None = None, n_rows: int | None = None
) -> tuple[Ids, Ids, Ids]:
    """Return ids, segments and mask of some pairs. *Shapes:* (n_rows, length)

    Unless told, there are as many rows as pairs, as long as the longest. Rows and columns left over
    are 0; a row without a pair attends to its first token, for an empty mask has no softmax.
    """
    n_columns = length if length is not None else max(len(pairs.ids[each]) for each in chosen)
    shape = (n_rows if n_rows is not None else len(chosen), n_columns)
    ids, segments, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    mask[:, 0] = 1
    for row, number in enumerate(chosen):
        pair = pairs.ids[number]
        ids[row, : len(pair)] = pair
        segments[row, pairs.lefts[number] : len(pair)] = 1
        mask[row, : len(pair)] = 1
    return ids, segments, mask
