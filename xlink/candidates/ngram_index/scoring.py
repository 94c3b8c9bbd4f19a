"""The exact scores of the texts in stretches that may hold the best ones."""

from __future__ import annotations

import numpy as np

from xlink.candidates.ngram_index.compiled import part
from xlink.candidates.ngram_index.gallery import (
    SLACK,
    STRETCH,
    Bytes,
    Doubles,
    Gallery,
    Hits,
    Longs,
    Memory,
    Shorts,
    Wordings,
    Words,
)
from xlink.candidates.ngram_index.places import best_first, floor_of, offer
from xlink.candidates.ngram_index.sweep import BOUND

__all__ = ["AT_ONCE", "score"]

AT_ONCE = 32
"""Stretches scored before their texts are offered, but for the first ones."""
_SPREAD = np.array(
    [sum((number >> bit & 1) << (16 * bit) for bit in range(4)) for number in range(16)],
    dtype=np.uint64,
)
"""Of each number below 16 the bits, 16 apart."""


@part
def score(
    gallery: Gallery,
    wordings: Wordings,
    wording: int,
    unit: float,
    n_found: int,
    threshold: float,
    hits: Hits,
    memory: Memory,
) -> None:
    """Score exactly what was found and may still reach the threshold, and offer it to the hits."""
    found, bounds, firsts = memory.found, memory.bounds, memory.firsts
    n_kept = 0
    for place in range(n_found):
        if bounds[place] >= threshold:
            stretch = found[place]
            found[n_kept], bounds[n_kept] = stretch, bounds[place]
            # Time is lost here by waiting for memory: the first terms are asked for all at once.
            firsts[n_kept] = gallery.stretch_terms[gallery.stretch_offsets[stretch]]
            n_kept += 1
    factor, floor = wordings.factors[wording], floor_of(hits, wordings.owners[wording])
    order = best_first(bounds[:n_kept])
    # As many as there are places at once, and then the best texts of them first: what comes later
    # seldom takes a place.
    start, end = 0, min(hits.concepts.shape[1], n_kept)
    while start < n_kept and factor * bounds[order[start]] * BOUND >= floor:
        hits.efforts[wordings.owners[wording]] += end - start
        n_texts = _score(gallery, wordings, wording, unit, order[start:end], floor, memory)
        floor = offer(gallery, wordings, wording, n_texts, floor, hits, memory)
        start, end = end, min(end + AT_ONCE, n_kept)


@part
def _score(
    gallery: Gallery,
    wordings: Wordings,
    wording: int,
    unit: float,
    places: Longs,
    floor: float,
    memory: Memory,
) -> int:
    """Write texts of found stretches that score `floor` or more, and return their number."""
    offsets, norms, scores = gallery.stretch_offsets, gallery.norms, memory.scores
    size = gallery.stretch_size
    factor, norm, n_texts = wordings.factors[wording], wordings.norms[wording], 0
    needed = floor / factor * unit * (1 - SLACK)
    for place in places:
        stretch = memory.found[place]
        terms = gallery.stretch_terms[offsets[stretch] : offsets[stretch + 1]]
        shared = memory.shared[: _share(terms, memory.marks, memory.shared)]
        low, high = _sums(shared, memory.weights)
        for lane in range(STRETCH):  # a stretch of one text has none in the others
            text, sums = stretch * size + lane, low if lane < 4 else high
            summed = (sums >> np.uint64(16 * (lane & 3))) & np.uint64(65_535)
            if summed == 0 or summed < needed * norms[text]:
                continue
            mass = _mass(shared, lane, memory.masses)
            scored = np.float32(factor * min(mass / (norm * norms[text]), 1.0))
            memory.texts[n_texts], scores[n_texts] = text, scored
            n_texts += int(scored >= floor)
    return n_texts


@part
def _share(terms: Words, marks: Bytes, shared: Words) -> np.int64:
    """Write those of a stretch's terms that are marked, and return their number."""
    n_shared = np.int64(0)
    for term in terms:
        shared[n_shared] = term  # without a branch, which nobody could foresee
        n_shared += np.int64(marks[term >> STRETCH])
    return n_shared


@part
def _sums(shared: Words, weights: Shorts) -> tuple[np.uint64, np.uint64]:
    """Return the sums of weights of the first four texts and the last, 16 bits a text."""
    low = high = np.uint64(0)
    for term in shared:
        weight = np.uint64(weights[term >> STRETCH])
        low += _SPREAD[term & 15] * weight
        high += _SPREAD[(term >> 4) & 15] * weight
    return low, high


@part
def _mass(shared: Words, lane: int, masses: Doubles) -> float:
    """Return the mass that a text of a stretch shares."""
    mass = 0.0
    for term in shared:
        mass += masses[term >> STRETCH] * ((term >> lane) & 1)
    return mass
