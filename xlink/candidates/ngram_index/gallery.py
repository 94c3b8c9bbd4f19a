"""What n-gram search reads and fills: the names, the wordings asked for, and the best concepts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["BLOCK", "LANES", "SLACK", "WORDS", "Gallery", "Hits", "Memory", "Wordings"]

BLOCK = 16_384
"""Texts summed up at a time: their sums stay in the first two levels of cache."""
LANES = 16
"""Bits of a word of a bitmap; bit `b` of word `w` of a block is its text `b * words + w`."""
WORDS = BLOCK // LANES
"""Words of a block in a bitmap."""
SLACK = 1e-5
"""Relative; far more than what rounding can take from a bound."""

Shorts = npt.NDArray[np.uint16]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Gallery(NamedTuple):
    """What is searched. Terms are numbered from the commonest, texts from the shortest vector.

    *Shapes:* the first terms have `bitmaps` (common terms, blocks * words), the others the texts
    `postings[posting_offsets[t]:posting_offsets[t + 1]]`, ascending; `norms` (texts,), ascending;
    text `s` has the terms `text_terms[term_offsets[s]:term_offsets[s + 1]]`, ascending, and is the
    aliases `text_aliases[alias_offsets[s]:alias_offsets[s + 1]]`; `primary_codes` (languages,)
    gives regional languages (`pt-BR`) one code.
    """

    bitmaps: Shorts
    posting_offsets: Longs
    postings: Ints
    norms: Floats
    term_offsets: Longs
    text_terms: Ints
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
    `allowed_texts` (texts,) are the filter, both empty for none.
    """

    offsets: Longs
    terms: Ints
    masses: Doubles
    norms: Doubles
    owners: Ints
    languages: Ints
    factors: Floats
    allowed: Flags
    allowed_texts: Flags


class Hits(NamedTuple):
    """The best concepts of each query so far, in no order. *Shapes:* (q,), and (q, k) the rest."""

    counts: Longs
    concepts: Ints
    aliases: Ints
    scores: Floats


class Memory(NamedTuple):
    """Working memory that is used again for each wording; all but `found` is zero in between."""

    sums: Shorts  # (block,)
    masses: Doubles  # (terms,): of the wording's terms
    slots: Ints  # (concepts,): where in the hits a concept is, from 1
    histogram: Longs  # (bins,): found texts by upper bound
    found: Ints  # (texts,)
    bounds: Floats  # (texts,): upper bounds on the cosines of what is found
    firsts: Ints  # (texts,): first terms of what is found
