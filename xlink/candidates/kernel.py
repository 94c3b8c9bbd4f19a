"""The compiled inner loop of n-gram search: exact top k concepts by cosine.

Every text has the same weight for all of its n-grams up to the n-gram's own (binary counts), so a
posting is no more than a text number, and a score is a sum of one constant a list, divided by the
length of the text's vector at the end. Texts are gone through in blocks whose sums stay in cache.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

__all__ = ["search"]

_BLOCK = 32_768
_LEAST = np.float32(1e-9)  # below any score that a shared n-gram can give

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]


@njit(cache=True, nogil=True)
def search(
    query_offsets: Longs,
    query_terms: Ints,
    query_weights: Floats,
    query_languages: Ints,
    posting_offsets: Longs,
    postings: Ints,
    inverse_norms: Floats,
    text_offsets: Longs,
    text_aliases: Ints,
    alias_concepts: Ints,
    alias_languages: Ints,
    primary_codes: Ints,
    allowed: npt.NDArray[np.bool_],
    n_concepts: int,
    k: int,
) -> tuple[Longs, Ints, Ints, Floats]:
    """Return the best `k` concepts of each query, in no order within it.

    A concept scores what its best alias scores. Of equal scores the lower concept row wins, and
    of a concept's equal aliases one in the query's language. *Shapes:* query `i` has the terms
    `query_terms[query_offsets[i]:query_offsets[i + 1]]` with `query_weights` (term weight
    included); term `t` occurs in the texts `postings[posting_offsets[t]:posting_offsets[t + 1]]`,
    ascending; text `s` is the aliases `text_aliases[text_offsets[s]:text_offsets[s + 1]]`;
    `primary_codes` (languages,) gives regional languages (`pt-BR`) one code; `allowed` (aliases,)
    is the filter, or empty for none. The result is counts (q,), and concept
    rows, alias rows and scores (q, k).
    """
    n_queries, n_texts = len(query_offsets) - 1, len(inverse_norms)
    counts = np.zeros(n_queries, dtype=np.int64)
    concepts = np.zeros((n_queries, k), dtype=np.int32)
    aliases = np.zeros((n_queries, k), dtype=np.int32)
    scores = np.zeros((n_queries, k), dtype=np.float32)
    slots = np.full(n_concepts, -1, dtype=np.int32)
    sums = np.zeros(_BLOCK, dtype=np.float32)
    for query in range(n_queries):
        first, last = query_offsets[query], query_offsets[query + 1]
        cursors = np.empty(last - first, dtype=np.int64)
        for place in range(first, last):
            cursors[place - first] = posting_offsets[query_terms[place]]
        n_found, worst, floor = 0, -1, _LEAST
        for base in range(0, n_texts, _BLOCK):
            limit = min(base + _BLOCK, n_texts)
            for place in range(first, last):
                end = posting_offsets[query_terms[place] + 1]
                weight, cursor = query_weights[place], cursors[place - first]
                stop = _first_from(postings, cursor, end, limit)
                for at in range(cursor, stop):
                    sums[np.uint32(postings[at] - base)] += weight
                cursors[place - first] = stop
            norms = inverse_norms[base:limit]
            for at in range(limit - base):
                score = sums[at] * norms[at]
                sums[at] = 0.0
                if score < floor:
                    continue
                text = base + at
                for place in range(text_offsets[text], text_offsets[text + 1]):
                    alias = text_aliases[place]
                    if len(allowed) and not allowed[alias]:
                        continue
                    concept = alias_concepts[alias]
                    slot = slots[concept]
                    if slot >= 0:
                        held, same = scores[query, slot], score == scores[query, slot]
                        spoken = query_languages[query]
                        fits = primary_codes[alias_languages[alias]] == spoken
                        if same and fits:
                            standing = alias_languages[aliases[query, slot]]
                            fits = primary_codes[standing] != spoken
                        if score > held or (same and fits):
                            scores[query, slot] = score
                            aliases[query, slot] = alias
                            if slot == worst:
                                worst = _worst(scores[query], concepts[query], n_found)
                                floor = scores[query, worst]
                        continue
                    if n_found < k:
                        slot = n_found
                        n_found += 1
                    else:
                        if score == floor and concept > concepts[query, worst]:
                            continue
                        if score < floor:
                            continue
                        slot = worst
                        slots[concepts[query, slot]] = -1
                    scores[query, slot] = score
                    concepts[query, slot] = concept
                    aliases[query, slot] = alias
                    slots[concept] = slot
                    if n_found == k:
                        worst = _worst(scores[query], concepts[query], n_found)
                        floor = scores[query, worst]
        counts[query] = n_found
        for slot in range(n_found):
            slots[concepts[query, slot]] = -1
    return counts, concepts, aliases, scores


@njit(cache=True, nogil=True)
def _worst(scores: Floats, concepts: Ints, n: int) -> int:
    """Return the place of the lowest score; of equal ones, of the highest concept row."""
    worst = 0
    for place in range(1, n):
        if scores[place] < scores[worst] or (
            scores[place] == scores[worst] and concepts[place] > concepts[worst]
        ):
            worst = place
    return worst


@njit(cache=True, nogil=True)
def _first_from(postings: Ints, start: int, end: int, limit: int) -> int:
    """Return the first place in `start:end` whose posting is not below `limit`."""
    if start == end or postings[end - 1] < limit:
        return end
    while start < end:
        middle = (start + end) >> 1
        if postings[middle] < limit:
            start = middle + 1
        else:
            end = middle
    return start
