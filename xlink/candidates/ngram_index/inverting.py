"""The compiled steps of building an inverted index."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from xlink.candidates.ngram_index.compiled import compiled
from xlink.candidates.ngram_index.gallery import BLOCK, WORDS

__all__ = ["columns", "room", "rows", "sums", "taken"]

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
Shorts = npt.NDArray[np.uint16]


def room(n_texts: int) -> int:
    """Return the number of texts that a bitmap over `n_texts` has room for: whole blocks."""
    return -(-n_texts // BLOCK) * BLOCK


@compiled
def sums(offsets: Longs, terms: Ints, masses: Doubles) -> Doubles:
    """Return the mass of each text. *Shapes:* (texts + 1,), (occurrences,), (terms,)"""
    totals = np.zeros(len(offsets) - 1, dtype=np.float64)
    for text in range(len(totals)):
        for place in range(offsets[text], offsets[text + 1]):
            totals[text] += masses[terms[place]]
    return totals


@compiled
def rows(offsets: Longs, terms: Ints, numbers: Ints, order: Longs, new_offsets: Longs) -> Ints:
    """Return the terms of the texts in `order`, under their new numbers, ascending in each."""
    renumbered = np.empty(new_offsets[-1], dtype=np.int32)
    for place in range(len(order)):
        row = renumbered[new_offsets[place] : new_offsets[place + 1]]
        first = offsets[order[place]]
        for at in range(len(row)):
            row[at] = numbers[terms[first + at]]
        row.sort()
    return renumbered


@compiled
def columns(
    offsets: Longs, terms: Ints, posting_offsets: Longs, n_common: int
) -> tuple[Shorts, Ints]:
    """Return the texts of each term: bitmaps of the first `n_common`, lists of the others."""
    n_texts = len(offsets) - 1
    n_words = (n_texts + BLOCK - 1) // BLOCK * WORDS
    bitmaps = np.zeros((n_common, n_words), dtype=np.uint16)
    postings = np.empty(posting_offsets[-1], dtype=np.int32)
    cursors = posting_offsets.copy()
    for text in range(n_texts):
        block, at = text // BLOCK, text % BLOCK
        word, bit = block * WORDS + at % WORDS, np.uint16(1 << (at // WORDS))
        for place in range(offsets[text], offsets[text + 1]):
            term = terms[place]
            if term < n_common:
                bitmaps[term, word] |= bit
            else:
                postings[cursors[term]] = text
                cursors[term] += 1
    return bitmaps, postings


@compiled
def taken(offsets: Longs, values: Ints, order: Longs, new_offsets: Longs) -> Ints:
    """Return the segments of `values` in another order."""
    moved = np.empty(new_offsets[-1], dtype=np.int32)
    for place in range(len(order)):
        first = offsets[order[place]]
        for at in range(new_offsets[place + 1] - new_offsets[place]):
            moved[new_offsets[place] + at] = values[first + at]
    return moved
