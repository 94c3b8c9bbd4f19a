"""The way through the blocks: which texts may reach a threshold, and what the threshold is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlink.candidates.ngram_index.compiled import part
from xlink.candidates.ngram_index.gallery import (
    BLOCK,
    SLACK,
    WORDS,
    Gallery,
    Ints,
    Memory,
    Shorts,
    Wordings,
)
from xlink.candidates.ngram_index.sums import accumulate, first_from, largest, level_of, quantised

__all__ = ["BINS", "BOUND", "sweep"]

BINS = 4_096
"""Steps of the histogram of bounds on cosines."""
BOUND = 1 + SLACK
_STRETCH = 64  # texts that share a threshold
_LEFT_OUT = 0.2  # of the mass needed: the more is left out, the more texts are looked at in vain


class State(NamedTuple):
    """How far a sweep is: texts found, those at or above bin `level`, and the threshold."""

    n_found: int
    n_above: int
    level: int
    threshold: float


@part
def sweep(
    gallery: Gallery, wordings: Wordings, wording: int, floor: float, wanted: int, memory: Memory
) -> tuple[int, float]:
    """Collect texts whose cosine may reach a threshold; return their number and the threshold.

    The threshold is `floor`, or what leaves at least `wanted` texts if that is higher.
    """
    norms, norm = gallery.norms, wordings.norms[wording]
    n_texts, n_blocks = len(norms), (len(norms) + BLOCK - 1) // BLOCK
    terms = wordings.terms[wordings.offsets[wording] : wordings.offsets[wording + 1]]
    scale, weights, before = quantised(memory.masses, terms)
    unit = norm * scale
    home = min(np.searchsorted(norms, norm), n_texts - 1) // BLOCK
    left, right = home, home + 1
    below = np.empty(len(terms), dtype=np.int64)
    for place in range(len(terms)):
        first, last = (
            gallery.posting_offsets[terms[place]],
            gallery.posting_offsets[terms[place] + 1],
        )
        below[place] = first_from(gallery.postings, first, last, home * BLOCK)
    above = below.copy()
    state = State(0, 0, int(floor * BINS), floor)
    while left >= 0 or right < n_blocks:
        shorter = min(norms[min(n_texts, (left + 1) * BLOCK) - 1] / norm, 1.0) if left >= 0 else 0.0
        longer = min(norm / norms[right * BLOCK], 1.0) if right < n_blocks else 0.0
        if max(shorter, longer) * (1 + SLACK) < state.threshold:
            break
        downwards = shorter >= longer and left < home
        if shorter >= longer:
            block, left = left, left - 1
        else:
            block, right = right, right + 1
        cursors = below if downwards else above
        needed = state.threshold * norms[block * BLOCK] * unit * (1 - SLACK)
        if needed > before[-1]:
            continue
        n_left_out = np.searchsorted(before, needed * _LEFT_OUT, side="right") - 1
        accumulate(gallery, terms, weights, n_left_out, block, cursors, memory.sums)
        if block == home and state.threshold == 0 and not len(wordings.allowed_texts):
            longest = norms[min(n_texts, (block + 1) * BLOCK) - 1]
            level = int(level_of(memory.sums, wanted) / (unit * longest) * BINS)
            state = State(0, 0, level, level / BINS)
        state = _collect(
            gallery, wordings, block, terms[:n_left_out], weights, unit, wanted, state, memory
        )
        memory.sums[:] = 0
    memory.histogram[:] = 0
    return state.n_found, state.threshold


@part
def _collect(
    gallery: Gallery,
    wordings: Wordings,
    block: int,
    left_out: Ints,
    weights: Shorts,
    unit: float,
    wanted: int,
    state: State,
    memory: Memory,
) -> State:
    """Add the texts of a summed block that may reach the threshold, raising it on the way."""
    n_found, n_above, level, threshold = state
    norms, allowed, sums = gallery.norms, wordings.allowed_texts, memory.sums
    found, bounds, histogram = memory.found, memory.bounds, memory.histogram
    base = block * BLOCK
    most = np.int64(0)
    for place in range(len(left_out)):
        most += np.int64(weights[place])
    for start in range(base, min(base + BLOCK, len(norms)), _STRETCH):
        summed = sums[start - base : min(start + _STRETCH, len(norms)) - base]
        needed = int(threshold * norms[start] * unit * (1 - SLACK))
        least = max(1, int(needed - most))
        if largest(summed) < least:
            continue
        for at in range(len(summed)):
            if summed[at] < least:
                continue
            text = start + at
            total, unsure = _completed(
                gallery, text, np.int64(summed[at]), most, left_out, weights, needed
            )
            share = BOUND / (unit * norms[text])
            bound = min((total + unsure) * share, 1.0)
            if bound < threshold or (len(allowed) and not allowed[text]):
                continue
            found[n_found] = text
            bounds[n_found] = bound
            n_found += 1
            mark = min(BINS - 1, int(total * share * BINS))
            histogram[mark] += 1
            n_above += mark >= level
            while level < BINS - 1 and n_above - histogram[level] >= wanted:
                n_above -= histogram[level]
                level += 1
                threshold = max(threshold, level / BINS)
    return State(n_found, n_above, level, threshold)


@part
def _completed(
    gallery: Gallery,
    text: int,
    total: np.int64,
    unsure: np.int64,
    left_out: Ints,
    weights: Shorts,
    needed: int,
) -> tuple[np.int64, np.int64]:
    """Look up which of the terms left out a text has, as far as bitmaps tell and it matters.

    Returns:
        the sum of what it has, and that of what it may have besides.
    """
    bitmaps, block, at = gallery.bitmaps, text // BLOCK, text % BLOCK
    word, lane = block * WORDS + at % WORDS, np.uint16(at // WORDS)
    for place in range(len(left_out) - 1, -1, -1):
        term, weight = left_out[place], np.int64(weights[place])
        if term >= len(bitmaps):
            continue
        unsure -= weight
        if (bitmaps[term, word] >> lane) & np.uint16(1):
            total += weight
        elif total + unsure < needed:
            break
    return total, unsure
