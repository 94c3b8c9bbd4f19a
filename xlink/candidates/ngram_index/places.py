"""Who is among the best concepts of a query: places in the hits, and what takes them."""

from __future__ import annotations

import numpy as np

from xlink.candidates.ngram_index.compiled import part
from xlink.candidates.ngram_index.gallery import (
    Floats,
    Gallery,
    Hits,
    Ints,
    Longs,
    Memory,
    Wordings,
)

__all__ = ["floor_of", "offer"]


@part
def floor_of(hits: Hits, query: int) -> float:
    """Return the score that a concept must reach to be among the best; 0 while there is room."""
    k = hits.concepts.shape[1]
    return 0.0 if hits.counts[query] < k else float(_lowest(hits.scores[query]))


@part
def offer(
    gallery: Gallery,
    wordings: Wordings,
    wording: int,
    n_texts: int,
    floor: float,
    hits: Hits,
    memory: Memory,
) -> float:
    """Let the aliases of scored texts take their concepts' places; return the new floor."""
    query, allowed, counts = wordings.owners[wording], wordings.allowed, hits.counts
    scores, concepts, aliases = hits.scores[query], hits.concepts[query], hits.aliases[query]
    alias_concepts, text_aliases, slots = gallery.alias_concepts, gallery.text_aliases, memory.slots
    codes, languages = gallery.primary_codes, gallery.alias_languages
    alias_offsets, language = gallery.alias_offsets, wordings.languages[wording]
    filled = counts[query]
    for each in best_first(memory.scores[:n_texts]):
        text, score = memory.texts[each], memory.scores[each]
        if score < floor:
            break
        for place in range(alias_offsets[text], alias_offsets[text + 1]):
            alias = text_aliases[place]
            concept = alias_concepts[alias]
            if len(allowed) and not allowed[alias]:
                continue
            slot = slots[concept] - 1
            if slot >= 0:
                better = score > scores[slot]
                if score == scores[slot]:
                    better = _suits(codes, languages, alias, aliases[slot], language)
                if not better:
                    continue
            elif filled < len(concepts):
                slot = filled
                filled += 1
            else:
                slot = _worst(scores, concepts)
                if score < scores[slot] or (score == scores[slot] and concept > concepts[slot]):
                    continue
                slots[concepts[slot]] = 0
            scores[slot], concepts[slot], aliases[slot] = score, concept, alias
            slots[concept] = slot + 1
            if filled == len(concepts):
                floor = float(_lowest(scores))
    counts[query] = filled
    return floor


@part
def _suits(codes: Ints, languages: Ints, alias: int, held: int, language: int) -> bool:
    """Tell whether `alias` is to be named rather than `held`, which scores the same."""
    fits, fitted = codes[languages[alias]] == language, codes[languages[held]] == language
    return alias < held if fits == fitted else fits


@part
def _worst(scores: Floats, concepts: Ints) -> int:
    """Return the place of the lowest score; of equal ones, of the highest concept row."""
    lowest, worst, highest = _lowest(scores), 0, -1
    for place in range(len(scores)):
        if scores[place] == lowest and concepts[place] > highest:
            worst, highest = place, concepts[place]
    return worst


@part
def _lowest(scores: Floats) -> np.float32:
    """Return the least of scores, none below 0: their bits compare as whole numbers, by vectors."""
    bits = scores.view(np.int32)
    lowest = bits[0]
    for place in range(1, len(bits)):
        value = bits[place]
        lowest = value if value < lowest else lowest
    found = np.int32(lowest)
    return found.view(np.float32)


@part
def best_first(scores: Floats) -> Longs:
    """Return the places of scores, none below 0, the highest first."""
    keys = np.empty(len(scores), dtype=np.int64)
    bits = scores.view(np.int32)
    for place in range(len(scores)):
        keys[place] = -(np.int64(bits[place]) << 32) | place
    keys.sort()
    for place in range(len(keys)):
        keys[place] &= 0xFFFFFFFF
    return keys
