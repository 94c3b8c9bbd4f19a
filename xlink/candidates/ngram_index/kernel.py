"""The compiled inner loops of n-gram search: the exact top k concepts by cosine.

Every text is a set of terms, and a term has one weight wherever it occurs; `mass` is its square.
The cosine of query q and text t is S / (|q| |t|), where S is the mass of the terms they share.

Texts are numbered by the length of their vectors and gone through in blocks, from the block of the
query's own length outwards, for of lengths a < b no cosine is above a / b (Bayardo, Ma and Srikant,
WWW 2007): the search ends at the first block on either side that cannot reach the threshold. Within
a block, S is at least threshold * |q| * |t|; the commonest terms, as long as they weigh less than a
part of that, are left out (the non-essential lists of MaxScore, Turtle and Flood 1995, by block as
in Ding and Suel 2011) and looked up only for texts that reach the rest. That is summed up in 16
bits, each weight rounded up, so that a sum is never below the true one. What passes is scored
exactly, the best bound first.

The threshold is a guess: the score above which so many texts lie that they should belong to k
concepts. If the k-th concept comes out below it, the search goes on with a lower one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from xlink.candidates.ngram_index import gallery as gallery_module
from xlink.candidates.ngram_index import places, sums
from xlink.candidates.ngram_index import sweep as sweep_module
from xlink.candidates.ngram_index.compiled import compiled, part, stamp
from xlink.candidates.ngram_index.gallery import BLOCK, SLACK, Gallery, Hits, Memory, Wordings
from xlink.candidates.ngram_index.places import floor_of, offer
from xlink.candidates.ngram_index.sweep import BINS, BOUND, sweep

__all__ = ["Gallery", "Hits", "Wordings", "search"]


def _made(sources: int) -> Callable[[Gallery, Wordings, Hits, int], None]:
    """Return the search as the one function whose machine code is kept, marked by its sources."""

    def search(gallery: Gallery, wordings: Wordings, hits: Hits, n_concepts: int) -> None:
        if sources >= 0:  # encloses them
            _search(gallery, wordings, hits, n_concepts)

    return compiled(search)


@part
def _search(gallery: Gallery, wordings: Wordings, hits: Hits, n_concepts: int) -> None:
    """Add to `hits` what each wording finds for its query, keeping the best concepts.

    A concept scores what its best alias scores in the best wording. Of equal scores the lower
    concept row wins, and of a concept's equal aliases one in the query's language, then the lower
    row. Queries do not influence each other, nor does the order of wordings matter.
    """
    n_texts, n_terms = len(gallery.norms), len(gallery.posting_offsets) - 1
    k = hits.concepts.shape[1]
    memory = Memory(
        np.zeros(BLOCK, dtype=np.uint16),
        np.zeros(n_terms, dtype=np.float64),
        np.zeros(n_concepts, dtype=np.int32),
        np.zeros(BINS, dtype=np.int64),
        np.empty(n_texts, dtype=np.int32),
        np.empty(n_texts, dtype=np.float32),
        np.empty(n_texts, dtype=np.int32),
    )
    for wording in range(len(wordings.owners)):
        first, last = wordings.offsets[wording], wordings.offsets[wording + 1]
        if first == last:
            continue
        owner = wordings.owners[wording]
        concepts, terms = hits.concepts[owner], wordings.terms[first:last]
        for slot in range(hits.counts[owner]):
            memory.slots[concepts[slot]] = slot + 1
        for place in range(first, last):
            memory.masses[wordings.terms[place]] = wordings.masses[place]
        wanted = k + k * n_texts // (2 * n_concepts)
        while True:
            floor = floor_of(hits, owner) / wordings.factors[wording] * (1 - SLACK)
            n_found, threshold = sweep(gallery, wordings, wording, floor, wanted, memory)
            _score(gallery, wordings, wording, n_found, threshold, hits, memory)
            reached = floor_of(hits, owner) / wordings.factors[wording] * (1 - SLACK)
            if threshold <= max(floor, reached):
                break
            wanted *= 4
        for term in terms:
            memory.masses[term] = 0
        for slot in range(hits.counts[owner]):
            memory.slots[concepts[slot]] = 0


@part
def _score(
    gallery: Gallery,
    wordings: Wordings,
    wording: int,
    n_found: int,
    threshold: float,
    hits: Hits,
    memory: Memory,
) -> None:
    """Score exactly what was found and may still reach the threshold, and offer it to the hits."""
    found, bounds, firsts, masses = memory.found, memory.bounds, memory.firsts, memory.masses
    offsets, text_terms, norms = gallery.term_offsets, gallery.text_terms, gallery.norms
    n_kept = 0
    for place in range(n_found):
        if bounds[place] >= threshold:
            text = found[place]
            found[n_kept], bounds[n_kept] = text, bounds[place]
            # Time is lost here by waiting for memory: the first terms are asked for all at once.
            firsts[n_kept] = text_terms[offsets[text]]
            n_kept += 1
    factor, norm = wordings.factors[wording], wordings.norms[wording]
    floor = floor_of(hits, wordings.owners[wording])
    order = np.argsort(bounds[:n_kept])
    for rank in range(n_kept - 1, -1, -1):
        place = order[rank]
        if factor * bounds[place] * BOUND < floor:
            break
        text, mass = found[place], 0.0
        for at in range(offsets[text], offsets[text + 1]):
            mass += masses[text_terms[at]]
        score = np.float32(factor * min(mass / (norm * norms[text]), 1.0))
        if score > 0 and score >= floor:
            floor = offer(gallery, wordings, wording, text, score, floor, hits, memory.slots)


search = _made(stamp(sys.modules[__name__], gallery_module, places, sums, sweep_module))
"""Add to `hits` what each wording finds for its query: compiled, see `_search`."""
