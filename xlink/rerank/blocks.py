"""Pairs scored in blocks: equal ones once, those of about one length together.

Padding costs time, so that lengths are rounded up only to a multiple of `_STEP` tokens. Every block
of a length has the same shape, because how a matrix product is summed up depends on it: a score
does not depend on what is scored beside it. Where it does not anyway, nothing is padded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
_MOST_UNPADDED = 288


def score_pairs(pairs: Pairs, forward: Forward, *, unpadded: bool = False) -> Floats:
    """Return one logit a pair; equal pairs are scored once. *Shape:* (n,)

    With `unpadded`, `forward` is given blocks of one length and any number of pairs.
    """
    numbers: dict[tuple[int, bytes], int] = {}
    keys = zip(pairs.lefts, (each.tobytes() for each in pairs.ids), strict=True)
    owners = np.fromiter((numbers.setdefault(key, len(numbers)) for key in keys), np.int64)
    if not len(owners):
        return np.empty(0, dtype=np.float32)
    firsts = np.unique(owners, return_index=True)[1]
    lengths = np.array([len(pairs.ids[first]) for first in firsts.tolist()])
    scores = np.empty(len(firsts), dtype=np.float32)
    for chosen, length, n_rows in _unpadded(lengths) if unpadded else _filled(lengths):
        block = padded(pairs, firsts[chosen].tolist(), length=length, n_rows=n_rows)
        scores[chosen] = forward(*block)[: len(chosen)]
    return scores[owners]


Block = tuple[npt.NDArray[np.int64], int, int]
"""The numbers of pairs that are scored together, and the shape of their block."""


def _filled(lengths: npt.NDArray[np.int64]) -> Iterator[Block]:
    """Yield blocks of pairs of about one length, all such blocks being of one shape."""
    rounded = -(-lengths // _STEP) * _STEP
    for length in np.unique(rounded).tolist():
        places = np.flatnonzero(rounded == length)
        n_rows = next((rows for rows in _ROWS if rows * length <= _MOST_TOKENS), 1)
        for start in range(0, len(places), n_rows):
            yield places[start : start + n_rows], length, n_rows


def _unpadded(lengths: npt.NDArray[np.int64]) -> Iterator[Block]:
    """Yield blocks of pairs of one length, about equally many in each."""
    for length in np.unique(lengths).tolist():
        places = np.flatnonzero(lengths == length)
        n_blocks = -(-len(places) // max(1, _MOST_UNPADDED // length))
        for chosen in np.array_split(places, n_blocks):
            yield chosen, length, len(chosen)


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
