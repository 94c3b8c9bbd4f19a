"""The way through the blocks: which stretches may reach a threshold, and what the threshold is."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlink.candidates.ngram_index.compiled import part
from xlink.candidates.ngram_index.gallery import (
    BLOCK,
    BUNDLE,
    SLACK,
    Floats,
    Gallery,
    Memory,
    Wordings,
)
from xlink.candidates.ngram_index.sums import accumulate, first_from, largest, level_of

__all__ = ["BINS", "BOUND", "sweep"]

BINS = 4_096
"""Steps of the histogram of bounds on cosines."""
BOUND = 1 + SLACK


class State(NamedTuple):
    """How far a sweep is: stretches found, those at or above bin `level`, and the threshold."""

    n_found: int
    n_above: int
    level: int
    threshold: float


@part
def sweep(
    gallery: Gallery,
    wordings: Wordings,
    wording: int,
    unit: float,
    floor: float,
    wanted: int,
    memory: Memory,
) -> tuple[int, float]:
    """Collect stretches whose cosines may reach a threshold; return their number and it.

    The threshold is `floor`, or what leaves at least `wanted` stretches if that is higher. A text
    of length 1 with the sum `unit` has the cosine 1.
    """
    block_norms = gallery.block_norms
    terms = wordings.terms[wordings.offsets[wording] : wordings.offsets[wording + 1]]
    total = np.int64(0)
    for term in terms:
        total += np.int64(memory.weights[term])
    home = _home(block_norms, wordings.norms[wording])
    below = np.empty(len(terms), dtype=np.int64)
    for place in range(len(terms)):
        first, last = (
            gallery.posting_offsets[terms[place]],
            gallery.posting_offsets[terms[place] + 1],
        )
        below[place] = first_from(gallery.postings, first, last, home * BLOCK)
    above = below.copy()
    state = State(0, 0, int(floor * BINS), floor)
    for step in range(2 * len(block_norms)):
        # Outwards, for what is about as long as the query is most alike.
        block = home + step // 2 if step % 2 == 0 else home - 1 - step // 2
        if not 0 <= block < len(block_norms):
            continue
        if state.threshold * block_norms[block] * unit * (1 - SLACK) > total:
            continue
        accumulate(
            gallery, terms, memory.weights, block, above if block >= home else below, memory.sums
        )
        if block == home and state.threshold == 0 and not len(wordings.allowed):
            level = _first_level(gallery, block, unit, wanted, memory)
            state = State(0, 0, level, level / BINS)
        state = _collect(gallery, wordings, block, unit, wanted, state, memory)
        memory.sums[:] = 0
    memory.histogram[:] = 0
    return state.n_found, state.threshold


@part
def _home(block_norms: Floats, norm: float) -> int:
    """Return the last block that has texts no longer than the query, else the first one."""
    for block in range(len(block_norms) - 1, 0, -1):
        if block_norms[block] <= norm:
            return block
    return 0


@part
def _first_level(gallery: Gallery, block: int, unit: float, wanted: int, memory: Memory) -> int:
    """Return a bin of bounds that at least `wanted` stretches of a summed block reach."""
    longest = np.float32(0)
    for norm in gallery.stretch_norms[block * BLOCK : (block + 1) * BLOCK]:
        longest = max(longest, norm)
    return int(level_of(memory.sums, wanted) / (unit * longest) * BINS)


@part
def _collect(
    gallery: Gallery,
    wordings: Wordings,
    block: int,
    unit: float,
    wanted: int,
    state: State,
    memory: Memory,
) -> State:
    """Add the stretches of a summed block that may reach the threshold, raising it on the way."""
    n_found, n_above, level, threshold = state
    norms, allowed, sums = gallery.stretch_norms, wordings.allowed_stretches, memory.sums
    found, bounds, histogram = memory.found, memory.bounds, memory.histogram
    base = block * BLOCK
    for start in range(base, min(base + BLOCK, len(norms)), BUNDLE):
        summed = sums[start - base : min(start + BUNDLE, len(norms)) - base]
        needed = threshold * gallery.bundle_norms[start // BUNDLE] * unit * (1 - SLACK)
        least = max(1, int(needed))
        if largest(summed) < least:
            continue
        for at in range(len(summed)):
            if summed[at] < least:
                continue
            stretch = start + at
            bound = min(summed[at] * BOUND / (unit * norms[stretch]), 1.0)
            if bound < threshold or (len(allowed) and not allowed[stretch]):
                continue
            found[n_found] = stretch
            bounds[n_found] = bound
            n_found += 1
            mark = min(BINS - 1, int(bound * BINS))
            histogram[mark] += 1
            n_above += mark >= level
            while level < BINS - 1 and n_above - histogram[level] >= wanted:
                n_above -= histogram[level]
                level += 1
                threshold = max(threshold, level / BINS)
    return State(n_found, n_above, level, threshold)
