"""Sums of the weights that a query's terms give to each stretch of a block, in 16 bits."""

from __future__ import annotations

import numpy as np

from xlink.candidates.ngram_index.compiled import part
from xlink.candidates.ngram_index.gallery import (
    BLOCK,
    LANES,
    WORDS,
    Doubles,
    Gallery,
    Ints,
    Longs,
    Shorts,
)

__all__ = ["accumulate", "first_from", "largest", "level_of", "quantise"]

_FULL = 65_535  # the sum of all quantised weights of a query


@part
def quantise(terms: Ints, masses: Doubles, weights: Shorts) -> float:
    """Set the weights of terms to their masses in 16 bits, rounded up; return a mass's unit.

    *Shapes:* terms (n,), masses and weights (all terms,).
    """
    total = 0.0
    for term in terms:
        total += masses[term]
    unit = (_FULL - len(terms)) / total
    for term in terms:
        weights[term] = int(np.ceil(masses[term] * unit))
    return unit


@part
def accumulate(
    gallery: Gallery,
    terms: Ints,
    weights: Shorts,
    block: int,
    cursors: Longs,
    sums: Shorts,
) -> None:
    """Add up the weights of the terms that each stretch of a block has.

    `cursors` (terms,) end where this block ends in each list, or where it starts: blocks are taken
    in either direction one after the other, which spares the search for their borders.
    """
    base, limit = block * BLOCK, (block + 1) * BLOCK
    bitmaps, postings, offsets = gallery.bitmaps, gallery.postings, gallery.posting_offsets
    for place in range(len(terms)):
        term, weight = terms[place], weights[terms[place]]
        if term < len(bitmaps):
            words = bitmaps[term, block * WORDS : (block + 1) * WORDS]
            _add_bitmap(words, weight, sums)
            continue
        start, at, end = offsets[term], cursors[place], offsets[term + 1]
        if at < end and postings[at] < limit:  # upwards, perhaps after blocks passed over
            if postings[at] < base:
                at = first_from(postings, at, end, base)
            # Eight at a time, for then one look at the border does for all of them.
            while at + 8 <= end and postings[at + 7] < limit:
                for each in range(8):
                    sums[np.uint32(postings[at + each] - base)] += weight
                at += 8
            while at < end and postings[at] < limit:
                sums[np.uint32(postings[at] - base)] += weight
                at += 1
        else:
            if at > start and postings[at - 1] >= limit:
                at = first_from(postings, start, at, limit)
            while at - 8 >= start and postings[at - 8] >= base:
                at -= 8
                for each in range(8):
                    sums[np.uint32(postings[at + each] - base)] += weight
            while at > start and postings[at - 1] >= base:
                at -= 1
                sums[np.uint32(postings[at] - base)] += weight
        cursors[place] = at


@part
def _add_bitmap(words: Shorts, weight: np.uint16, sums: Shorts) -> None:
    for lane in range(
        LANES
    ):  # a lane's stretches lie side by side, which makes this loop a vector's
        part = sums[lane * WORDS : (lane + 1) * WORDS]
        for place in range(len(words)):
            part[place] += ((words[place] >> np.uint16(lane)) & np.uint16(1)) * weight


@part
def first_from(postings: Ints, start: int, end: int, limit: int) -> int:
    """Return the first place in `start:end` whose posting is not below `limit`."""
    while start < end:
        middle = (start + end) >> 1
        if postings[middle] < limit:
            start = middle + 1
        else:
            end = middle
    return start


@part
def level_of(sums: Shorts, wanted: int) -> int:
    """Return a level, in steps of 256, that at least `wanted` sums reach; 0 if there is none."""
    level = 0
    for bit in range(15, 7, -1):  # as precise as a first guess need be
        middle, n_above = level + (1 << bit), 0
        for place in range(len(sums)):
            n_above += sums[place] >= middle
        if n_above >= wanted:
            level = middle
    return level


@part
def largest(sums: Shorts) -> int:
    """Return the largest sum; written so that the compiler makes it one of vectors."""
    largest = np.uint16(0)
    for place in range(len(sums)):
        value = sums[place]
        largest = value if value > largest else largest
    return int(largest)
