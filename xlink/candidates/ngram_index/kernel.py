"""The compiled inner loops of n-gram search: the exact top k concepts by cosine.

Every text is a set of terms, and a term has one weight wherever it occurs; `mass` is its square.
The cosine of query q and text t is S / (|q| |t|), where S is the mass of the terms they share.

Texts of about one length lie in alphabetical order, so that neighbours share terms, and a stretch
of them is bounded at once: by the mass of the terms that any of them has, over the length of the
shortest (blocks of documents, as in Mallia, Suel and Tonellotto, SIGIR 2024, Block-Max Pruning). A
query's terms are read from lists and bitmaps of stretches, not of texts, which are many times
shorter. Where neighbours are not alike, a stretch is one text, and texts lie by length alone.
Masses are summed up in 16 bits, each rounded up, so that a sum is never below the true one. The
stretches are then scored exactly, the best bound first, until a bound is below the k-th concept.

Which are worth ordering is told by a threshold, a guess: the bound that so many stretches reach
that they should hold k concepts. If the k-th concept comes out below it, the search goes on with a
lower one.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np

from xlink.candidates.ngram_index import gallery as gallery_module
from xlink.candidates.ngram_index import places, scoring, sums
from xlink.candidates.ngram_index import sweep as sweep_module
from xlink.candidates.ngram_index.compiled import compiled, part, stamp
from xlink.candidates.ngram_index.gallery import (
    BLOCK,
    SLACK,
    STRETCH,
    Gallery,
    Hits,
    Memory,
    Wordings,
)
from xlink.candidates.ngram_index.places import floor_of
from xlink.candidates.ngram_index.scoring import AT_ONCE, score
from xlink.candidates.ngram_index.sums import quantise
from xlink.candidates.ngram_index.sweep import BINS, sweep

__all__ = ["Gallery", "Hits", "Wordings", "search"]

_STRETCHES_A_CONCEPT = 4  # their bounds are far above true cosines


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
    n_stretches, n_terms = len(gallery.stretch_norms), len(gallery.posting_offsets) - 1
    k = hits.concepts.shape[1]
    n_at_once = max(k, AT_ONCE)
    memory = Memory(
        np.zeros(BLOCK, dtype=np.uint16),
        np.zeros(n_terms, dtype=np.float64),
        np.zeros(n_terms, dtype=np.uint8),
        np.zeros(n_terms, dtype=np.uint16),
        np.empty(np.max(np.diff(gallery.stretch_offsets)) + 1, dtype=np.uint32),
        np.zeros(n_concepts, dtype=np.int32),
        np.zeros(BINS, dtype=np.int64),
        np.empty(n_stretches, dtype=np.int32),
        np.empty(n_stretches, dtype=np.float32),
        np.empty(n_stretches, dtype=np.int32),
        np.empty(n_at_once * STRETCH, dtype=np.int32),
        np.empty(n_at_once * STRETCH, dtype=np.float32),
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
            memory.marks[wordings.terms[place]] = 1
        unit = wordings.norms[wording] * quantise(terms, memory.masses, memory.weights)
        wanted = _likely_enough(gallery, k, n_concepts)
        while True:
            floor = floor_of(hits, owner) / wordings.factors[wording] * (1 - SLACK)
            n_found, threshold = sweep(gallery, wordings, wording, unit, floor, wanted, memory)
            score(gallery, wordings, wording, unit, n_found, threshold, hits, memory)
            reached = floor_of(hits, owner) / wordings.factors[wording] * (1 - SLACK)
            if threshold <= max(floor, reached):
                break
            wanted *= 4
        for term in terms:
            memory.masses[term] = 0
            memory.marks[term] = 0
            memory.weights[term] = 0
        for slot in range(hits.counts[owner]):
            memory.slots[concepts[slot]] = 0


@part
def _likely_enough(gallery: Gallery, k: int, n_concepts: int) -> int:
    """Return how many of the best stretches should hold the best `k` concepts: a first guess."""
    if gallery.stretch_size > 1:
        return _STRETCHES_A_CONCEPT * k
    return k + k * len(gallery.norms) // (2 * n_concepts)


search = _made(stamp(sys.modules[__name__], gallery_module, places, scoring, sums, sweep_module))
"""Add to `hits` what each wording finds for its query: compiled, see `_search`."""
