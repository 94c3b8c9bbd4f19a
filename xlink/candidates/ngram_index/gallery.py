"""What n-gram search reads and fills: the names, the wordings asked for, and the best concepts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = [
    "BLOCK",
    "BUNDLE",
    "LANES",
    "SLACK",
    "STRETCH",
    "WORDS",
    "Gallery",
    "Hits",
    "Memory",
    "Wordings",
]

STRETCH = 8
"""The most texts side by side that are bounded together; a mask of them is a byte."""
BUNDLE = 64
"""Stretches that share a threshold."""
BLOCK = 16_384
"""Stretches summed up at a time: their sums stay in the first two levels of cache."""
LANES = 16
"""Bits of a word of a bitmap; bit `b` of word `w` of a block is its stretch `b * words + w`."""
WORDS = BLOCK // LANES
"""Words of a block in a bitmap."""
SLACK = 1e-5
"""Relative; far more than what rounding can take from a bound."""

Bytes = npt.NDArray[np.uint8]
Shorts = npt.NDArray[np.uint16]
Words = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Gallery(NamedTuple):
    """What is searched. Terms are numbered from the commonest; a stretch is `stretch_size` texts.

    *Shapes:* the first terms have `bitmaps` (common terms, blocks * words), the others the
    stretches `postings[posting_offsets[t]:posting_offsets[t + 1]]`, ascending. Stretch `s` has the
    terms `stretch_terms[stretch_offsets[s]:stretch_offsets[s + 1]]`, ascending: the last `STRETCH`
    bits of each tell its texts, the others its number. `norms` (texts,) are the lengths of vectors,
    `stretch_norms`, `bundle_norms` and `block_norms` the least of each stretch, bundle and block.
    Text `s` is the aliases `text_aliases[alias_offsets[s]:alias_offsets[s + 1]]`; `primary_codes`
    (languages,) gives regional languages (`pt-BR`) one code.
    """

    stretch_size: int
    bitmaps: Shorts
    posting_offsets: Longs
    postings: Ints
    stretch_offsets: Longs
    stretch_terms: Words
    norms: Floats
    stretch_norms: Floats
    bundle_norms: Floats
    block_norms: Floats
    alias_offsets: Longs
    text_aliases: Ints
    alias_concepts: Ints
    alias_languages: Ints
    primary_codes: Ints


class Wordings(NamedTuple):
    """What is searched for: wordings of queries, and the filter they share.

    *Shapes:* wording `i` has the known terms `terms[offsets[i]:offsets[i + 1]]`, ascending, with
    `masses`; its vector has the length `norms[i]`, belongs to the query `owners[i]`, is in the
    language `languages[i]`, and scores `factors[i]` times the cosine. `allowed` (aliases,) and
    `allowed_stretches` (stretches,) are the filter, both empty for none.
    """

    offsets: Longs
    terms: Ints
    masses: Doubles
    norms: Doubles
    owners: Ints
    languages: Ints
    factors: Floats
    allowed: Flags
    allowed_stretches: Flags


class Hits(NamedTuple):
    """The best concepts of each query so far, in no order, and how many stretches were scored.

    *Shapes:* efforts and counts (q,), the others (q, k).
    """

    efforts: Longs
    counts: Longs
    concepts: Ints
    aliases: Ints
    scores: Floats

    @classmethod
    def empty(cls, n_queries: int, k: int) -> Hits:
        """Return room for the best `k` concepts of each query."""
        shape = (n_queries, k)
        return cls(
            np.zeros(n_queries, dtype=np.int64),
            np.zeros(n_queries, dtype=np.int64),
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape, dtype=np.int32),
            np.zeros(shape, dtype=np.float32),
        )


class Memory(NamedTuple):
    """Working memory that is used again for each wording.

    Sums, masses, marks, weights, slots and histogram are zero in between.
    """

    sums: Shorts  # (block,)
    masses: Doubles  # (terms,): of the wording's terms
    marks: Bytes  # (terms,): 1 for those of the wording, so that many fit the first cache
    weights: Shorts  # (terms,): masses in 16 bits
    shared: Words  # (most terms of a stretch + 1,): those of the wording
    slots: Ints  # (concepts,): where in the hits a concept is, from 1
    histogram: Longs  # (bins,): found stretches by upper bound
    found: Ints  # (stretches,)
    bounds: Floats  # (stretches,): upper bounds on the cosines of what is found
    firsts: Words  # (stretches,): first terms of what is found
    texts: Ints  # (texts scored at once,)
    scores: Floats  # (texts scored at once,)
