"""The compiled inner loops of n-gram search: the exact top k concepts by cosine.

Every text is a set of terms, and a term has one weight wherever it occurs; `mass` is its square.
The cosine of query q and text t is S / (|q| |t|), where S is the mass of the terms they share.

Texts are numbered by the length of their vectors and gone through in blocks, from the block of the
query's own length outwards, for of lengths a < b no cosine is above a / b (Bayardo, Ma and Srikant,
WWW 2007): the search ends at the first block on either side that cannot reach the threshold. Within
a block, S is at least threshold * |q| * |t|; the commonest terms, as long as they weigh less than a
part of that, are left out and taken to be in every text (the non-essential lists of MaxScore,
Turtle and Flood 1995, by block as in Ding and Suel 2011). The rest is summed up in 16 bits, each
weight rounded up, so that a sum is never below the true one. What passes is scored exactly.

The threshold is a guess: the score above which so many texts lie that they should belong to k
concepts. If the k-th concept comes out below it, the search goes on with a lower one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from xlink.candidates.compiled import compiled

__all__ = ["BLOCK", "LANES", "Gallery", "Hits", "Wordings", "search"]

BLOCK = 16_384
"""Texts summed up at a time: their sums stay in the first two levels of cache."""
LANES = 16
"""Bits of a word of a bitmap; bit `b` of word `w` of a block is its text `b * words + w`."""

_WORDS = BLOCK // LANES
_STRETCH = 128  # texts that share a threshold
_LEFT_OUT = 0.1  # of the mass needed: the more is left out, the more texts are scored in vain
_FULL = 65_535  # the sum of all quantised weights of a query
_SLACK = 1e-5  # relative; far more than what rounding can take from a bound
_BINS = 4_096
_BOUND = 1 + _SLACK

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


class _Memory(NamedTuple):
    """Working memory that is used again for each wording; all but `found` is zero in between."""

    sums: Shorts  # (block,)
    masses: Doubles  # (terms,): of the wording's terms
    slots: Ints  # (concepts,): where in the hits a concept is, from 1
    histogram: Longs  # (bins,): found texts by upper bound
    found: Ints  # (texts,)
    bounds: Floats  # (texts,): upper bounds on the cosines of what is found
    firsts: Ints  # (texts,): first terms of what is found


class _State(NamedTuple):
    """How far a sweep is: texts found, those at or above bin `level`, and the threshold."""

    n_found: int
    n_above: int
    level: int
    threshold: float


@compiled
def search(gallery: Gallery, wordings: Wordings, hits: Hits, n_concepts: int) -> None:
    """Add to `hits` what each wording finds for its query, keeping the best concepts.

    A concept scores what its best alias scores in the best wording. Of equal scores the lower
    concept row wins, and of a concept's equal aliases one in the query's language, then the lower
    row. Queries do not influence each other, nor does the order of wordings matter.
    """
    n_texts, n_terms = len(gallery.norms), len(gallery.posting_offsets) - 1
    k = hits.concepts.shape[1]
    memory = _Memory(
        np.zeros(BLOCK, dtype=np.uint16),
        np.zeros(n_terms, dtype=np.float64),
        np.zeros(n_concepts, dtype=np.int32),
        np.zeros(_BINS, dtype=np.int64),
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
            floor = _floor(hits, owner) / wordings.factors[wording] * (1 - _SLACK)
            n_found, threshold = _sweep(gallery, wordings, wording, floor, wanted, memory)
            _score(gallery, wordings, wording, n_found, threshold, hits, memory)
            reached = _floor(hits, owner) / wordings.factors[wording] * (1 - _SLACK)
            if threshold <= max(floor, reached):
                break
            wanted *= 4
        for term in terms:
            memory.masses[term] = 0
        for slot in range(hits.counts[owner]):
            memory.slots[concepts[slot]] = 0


@compiled
def _floor(hits: Hits, query: int) -> float:
    """Return the score that a concept must reach to be among the best; 0 while there is room."""
    k = hits.concepts.shape[1]
    if hits.counts[query] < k:
        return 0.0
    return float(hits.scores[query, _worst(hits.scores[query], hits.concepts[query])])


@compiled
def _sweep(
    gallery: Gallery, wordings: Wordings, wording: int, floor: float, wanted: int, memory: _Memory
) -> tuple[int, float]:
    """Collect texts whose cosine may reach a threshold; return their number and the threshold.

    The threshold is `floor`, or what leaves at least `wanted` texts if that is higher.
    """
    norms, norm = gallery.norms, wordings.norms[wording]
    n_texts, n_blocks = len(norms), (len(norms) + BLOCK - 1) // BLOCK
    terms = wordings.terms[wordings.offsets[wording] : wordings.offsets[wording + 1]]
    scale, weights, before = _quantised(memory.masses, terms)
    unit = norm * scale
    home = min(np.searchsorted(norms, norm), n_texts - 1) // BLOCK
    left, right = home, home + 1
    below = np.empty(len(terms), dtype=np.int64)
    for place in range(len(terms)):
        first, last = (
            gallery.posting_offsets[terms[place]],
            gallery.posting_offsets[terms[place] + 1],
        )
        below[place] = _first_from(gallery.postings, first, last, home * BLOCK)
    above = below.copy()
    state = _State(0, 0, int(floor * _BINS), floor)
    while left >= 0 or right < n_blocks:
        shorter = min(norms[min(n_texts, (left + 1) * BLOCK) - 1] / norm, 1.0) if left >= 0 else 0.0
        longer = min(norm / norms[right * BLOCK], 1.0) if right < n_blocks else 0.0
        if max(shorter, longer) * (1 + _SLACK) < state.threshold:
            break
        downwards = shorter >= longer and left < home
        if shorter >= longer:
            block, left = left, left - 1
        else:
            block, right = right, right + 1
        cursors = below if downwards else above
        needed = state.threshold * norms[block * BLOCK] * unit * (1 - _SLACK)
        if needed > before[-1]:
            continue
        n_left_out = np.searchsorted(before, needed * _LEFT_OUT, side="right") - 1
        _accumulate(gallery, terms, weights, n_left_out, block, cursors, memory.sums)
        if block == home and state.threshold == 0 and not len(wordings.allowed_texts):
            longest = norms[min(n_texts, (block + 1) * BLOCK) - 1]
            level = int(_level(memory.sums, wanted) / (unit * longest) * _BINS)
            state = _State(0, 0, level, level / _BINS)
        state = _collect(gallery, wordings, block, before[n_left_out], unit, wanted, state, memory)
        memory.sums[:] = 0
    memory.histogram[:] = 0
    return state.n_found, state.threshold


@compiled
def _collect(
    gallery: Gallery,
    wordings: Wordings,
    block: int,
    left_out: int,
    unit: float,
    wanted: int,
    state: _State,
    memory: _Memory,
) -> _State:
    """Add the texts of a summed block that may reach the threshold, raising it on the way."""
    n_found, n_above, level, threshold = state
    norms, allowed, sums = gallery.norms, wordings.allowed_texts, memory.sums
    found, bounds, histogram = memory.found, memory.bounds, memory.histogram
    base = block * BLOCK
    for start in range(base, min(base + BLOCK, len(norms)), _STRETCH):
        part = sums[start - base : min(start + _STRETCH, len(norms)) - base]
        least = max(1, int(threshold * norms[start] * unit * (1 - _SLACK)) - left_out)
        if _largest(part) < least:
            continue
        for at in range(len(part)):
            if part[at] < least:
                continue
            text = start + at
            share = _BOUND / (unit * norms[text])
            bound = min((part[at] + left_out) * share, 1.0)
            if bound < threshold or (len(allowed) and not allowed[text]):
                continue
            found[n_found] = text
            bounds[n_found] = bound
            n_found += 1
            mark = min(_BINS - 1, int(part[at] * share * _BINS))
            histogram[mark] += 1
            n_above += mark >= level
            while level < _BINS - 1 and n_above - histogram[level] >= wanted:
                n_above -= histogram[level]
                level += 1
                threshold = max(threshold, level / _BINS)
    return _State(n_found, n_above, level, threshold)


@compiled
def _quantised(masses: Doubles, terms: Ints) -> tuple[float, Shorts, Longs]:
    """Return what a unit of mass becomes, the terms' weights in 16 bits, and their running sum.

    *Shapes:* weights (terms,), sums (terms + 1,), from 0.
    """
    total = 0.0
    for term in terms:
        total += masses[term]
    scale = (_FULL - len(terms)) / total
    weights = np.empty(len(terms), dtype=np.uint16)
    before = np.zeros(len(terms) + 1, dtype=np.int64)
    for place in range(len(terms)):
        weight = int(np.ceil(masses[terms[place]] * scale))
        weights[place] = weight
        before[place + 1] = before[place] + weight
    return scale, weights, before


@compiled
def _accumulate(
    gallery: Gallery,
    terms: Ints,
    weights: Shorts,
    n_left_out: int,
    block: int,
    cursors: Longs,
    sums: Shorts,
) -> None:
    """Add up the weights of the terms but the commonest ones, for each text of a block.

    `cursors` (terms,) end where this block ends in each list, or where it starts: blocks are taken
    in either direction one after the other, which spares the search for their borders.
    """
    base, limit = block * BLOCK, (block + 1) * BLOCK
    bitmaps, postings, offsets = gallery.bitmaps, gallery.postings, gallery.posting_offsets
    for place in range(n_left_out, len(terms)):
        term, weight = terms[place], weights[place]
        if term < len(bitmaps):
            words = bitmaps[term, block * _WORDS : (block + 1) * _WORDS]
            _add_bitmap(words, weight, sums)
            continue
        start, at, end = offsets[term], cursors[place], offsets[term + 1]
        if at < end and postings[at] < limit:  # upwards, perhaps after blocks that left it out
            if postings[at] < base:
                at = _first_from(postings, at, end, base)
            while at < end and postings[at] < limit:
                sums[np.uint32(postings[at] - base)] += weight
                at += 1
        else:
            if at > start and postings[at - 1] >= limit:
                at = _first_from(postings, start, at, limit)
            while at > start and postings[at - 1] >= base:
                at -= 1
                sums[np.uint32(postings[at] - base)] += weight
        cursors[place] = at


@compiled
def _add_bitmap(words: Shorts, weight: np.uint16, sums: Shorts) -> None:
    for lane in range(LANES):  # a lane's texts lie side by side, which makes this loop a vector's
        part = sums[lane * _WORDS : (lane + 1) * _WORDS]
        for place in range(len(words)):
            part[place] += ((words[place] >> np.uint16(lane)) & np.uint16(1)) * weight


@compiled
def _level(sums: Shorts, wanted: int) -> int:
    """Return a level, in steps of 256, that at least `wanted` sums reach; 0 if there is none."""
    level = 0
    for bit in range(15, 7, -1):  # as precise as a first guess need be
        middle, n_above = level + (1 << bit), 0
        for place in range(len(sums)):
            n_above += sums[place] >= middle
        if n_above >= wanted:
            level = middle
    return level


@compiled
def _largest(sums: Shorts) -> int:
    largest = np.uint16(0)
    for place in range(len(sums)):
        largest = max(largest, sums[place])
    return int(largest)


@compiled
def _score(
    gallery: Gallery,
    wordings: Wordings,
    wording: int,
    n_found: int,
    threshold: float,
    hits: Hits,
    memory: _Memory,
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
    floor = _floor(hits, wordings.owners[wording])
    for place in range(n_kept):
        if factor * bounds[place] * _BOUND < floor:
            continue
        text, mass = found[place], 0.0
        for at in range(offsets[text], offsets[text + 1]):
            mass += masses[text_terms[at]]
        score = np.float32(factor * min(mass / (norm * norms[text]), 1.0))
        if score > 0 and score >= floor:
            floor = _offer(gallery, wordings, wording, text, score, floor, hits, memory.slots)


@compiled
def _offer(
    gallery: Gallery,
    wordings: Wordings,
    wording: int,
    text: int,
    score: np.float32,
    floor: float,
    hits: Hits,
    slots: Ints,
) -> float:
    """Let the aliases of a text take their concepts' places in the hits; return the new floor."""
    query, allowed, counts = wordings.owners[wording], wordings.allowed, hits.counts
    scores, concepts, aliases = hits.scores[query], hits.concepts[query], hits.aliases[query]
    alias_concepts, text_aliases = gallery.alias_concepts, gallery.text_aliases
    changed = False
    for place in range(gallery.alias_offsets[text], gallery.alias_offsets[text + 1]):
        alias = text_aliases[place]
        concept = alias_concepts[alias]
        if len(allowed) and not allowed[alias]:
            continue
        slot = slots[concept] - 1
        if slot >= 0:
            better = score > scores[slot]
            if score == scores[slot]:
                better = _suits(gallery, alias, aliases[slot], wordings.languages[wording])
            if not better:
                continue
        elif counts[query] < len(concepts):
            slot = counts[query]
            counts[query] += 1
        else:
            slot = _worst(scores, concepts)
            if score < scores[slot] or (score == scores[slot] and concept > concepts[slot]):
                continue
            slots[concepts[slot]] = 0
        scores[slot], concepts[slot], aliases[slot] = score, concept, alias
        slots[concept] = slot + 1
        changed = True
    return _floor(hits, query) if changed else floor


@compiled
def _suits(gallery: Gallery, alias: int, held: int, language: int) -> bool:
    """Tell whether `alias` is to be named rather than `held`, which scores the same."""
    codes, languages = gallery.primary_codes, gallery.alias_languages
    fits, fitted = codes[languages[alias]] == language, codes[languages[held]] == language
    return alias < held if fits == fitted else fits


@compiled
def _worst(scores: Floats, concepts: Ints) -> int:
    """Return the place of the lowest score; of equal ones, of the highest concept row."""
    worst = 0
    for place in range(1, len(scores)):
        if scores[place] < scores[worst] or (
            scores[place] == scores[worst] and concepts[place] > concepts[worst]
        ):
            worst = place
    return worst


@compiled
def _first_from(postings: Ints, start: int, end: int, limit: int) -> int:
    """Return the first place in `start:end` whose posting is not below `limit`."""
    while start < end:
        middle = (start + end) >> 1
        if postings[middle] < limit:
            start = middle + 1
        else:
            end = middle
    return start
