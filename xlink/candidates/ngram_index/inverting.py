"""The compiled steps of building an inverted index."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from xlink.candidates.ngram_index.compiled import compiled
from xlink.candidates.ngram_index.gallery import BLOCK, STRETCH, WORDS

__all__ = ["columns", "stretches", "sums", "taken", "texts"]

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint32]
Shorts = npt.NDArray[np.uint16]


@compiled
def sums(offsets: Longs, terms: Ints, masses: Doubles) -> Doubles:
    """Return the mass of each text. *Shapes:* (texts + 1,), (occurrences,), (terms,)"""
    totals = np.zeros(len(offsets) - 1, dtype=np.float64)
    for text in range(len(totals)):
        for place in range(offsets[text], offsets[text + 1]):
            totals[text] += masses[terms[place]]
    return totals


@compiled
def stretches(
    offsets: Longs, terms: Ints, numbers: Ints, order: Longs, size: int
) -> tuple[Longs, Words]:
    """Return the terms of each stretch of `size` texts in `order`, and which texts have them.

    *Shapes:* (stretches + 1,) offsets; terms under their new numbers, ascending in each stretch,
    over `STRETCH` bits that tell the texts, as many as the last offset says.
    """
    n_stretches = (len(order) + size - 1) // size
    n_occurrences = 0
    for text in order:
        n_occurrences += offsets[text + 1] - offsets[text]
    new_offsets = np.zeros(n_stretches + 1, dtype=np.int64)
    new_terms = np.empty(n_occurrences, dtype=np.uint32)
    filled = 0
    for stretch in range(n_stretches):
        texts = order[stretch * size : (stretch + 1) * size]
        n_own = 0
        for text in texts:
            n_own += offsets[text + 1] - offsets[text]
        own = np.empty(n_own, dtype=np.int64)
        at = 0
        for lane in range(len(texts)):
            for place in range(offsets[texts[lane]], offsets[texts[lane] + 1]):
                own[at] = numbers[terms[place]] * STRETCH + lane
                at += 1
        own.sort()
        for each in own:
            term, bit = np.uint32(each // STRETCH), np.uint32(1 << (each % STRETCH))
            if filled > new_offsets[stretch] and new_terms[filled - 1] >> STRETCH == term:
                new_terms[filled - 1] |= bit
            else:
                new_terms[filled] = term << STRETCH | bit
                filled += 1
        new_offsets[stretch + 1] = filled
    return new_offsets, new_terms[:filled].copy()


@compiled
def texts(offsets: Longs, terms: Words, n_texts: int, size: int) -> tuple[Longs, Ints]:
    """Return the terms of each text, from those of stretches of `size` texts."""
    text_offsets = np.zeros(n_texts + 1, dtype=np.int64)
    for stretch in range(len(offsets) - 1):
        for term in terms[offsets[stretch] : offsets[stretch + 1]]:
            for lane in range(size):
                if (term >> lane) & 1:
                    text_offsets[stretch * size + lane + 1] += 1
    for text in range(n_texts):
        text_offsets[text + 1] += text_offsets[text]
    cursors, text_terms = text_offsets.copy(), np.empty(text_offsets[-1], dtype=np.int32)
    for stretch in range(len(offsets) - 1):
        for term in terms[offsets[stretch] : offsets[stretch + 1]]:
            for lane in range(size):
                if (term >> lane) & 1:
                    text = stretch * size + lane
                    text_terms[cursors[text]] = term >> STRETCH
                    cursors[text] += 1
    return text_offsets, text_terms


@compiled
def columns(
    offsets: Longs, terms: Words, posting_offsets: Longs, n_common: int
) -> tuple[Shorts, Ints]:
    """Return the stretches of each term: bitmaps of the first `n_common`, lists of the others."""
    n_stretches = len(offsets) - 1
    n_words = (n_stretches + BLOCK - 1) // BLOCK * WORDS
    bitmaps = np.zeros((n_common, n_words), dtype=np.uint16)
    postings = np.empty(posting_offsets[-1], dtype=np.int32)
    cursors = posting_offsets.copy()
    for stretch in range(n_stretches):
        block, at = stretch // BLOCK, stretch % BLOCK
        word, bit = block * WORDS + at % WORDS, np.uint16(1 << (at // WORDS))
        for place in range(offsets[stretch], offsets[stretch + 1]):
            term = terms[place] >> STRETCH
            if term < n_common:
                bitmaps[term, word] |= bit
            else:
                postings[cursors[term]] = stretch
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
