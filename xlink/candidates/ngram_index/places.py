"""Who is among the best concepts of a query: places in the hits, and what takes them."""

from __future__ import annotations

import numpy as np

from xlink.candidates.ngram_index.compiled import part
from xlink.candidates.ngram_index.gallery import Floats, Gallery, Hits, Ints, Wordings

__all__ = ["floor_of", "offer"]


@part
def floor_of(hits: Hits, query: int) -> float:
    """Return the score that a concept must reach to be among the best; 0 while there is room."""
    k = hits.concepts.shape[1]
    if hits.counts[query] < k:
        return 0.0
    return float(hits.scores[query, _worst(hits.scores[query], hits.concepts[query])])


@part
def offer(
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
    return floor_of(hits, query) if changed else floor


@part
def _suits(gallery: Gallery, alias: int, held: int, language: int) -> bool:
    """Tell whether `alias` is to be named rather than `held`, which scores the same."""
    codes, languages = gallery.primary_codes, gallery.alias_languages
    fits, fitted = codes[languages[alias]] == language, codes[languages[held]] == language
    return alias < held if fits == fitted else fits


@part
def _worst(scores: Floats, concepts: Ints) -> int:
    """Return the place of the lowest score; of equal ones, of the highest concept row."""
    worst = 0
    for place in range(1, len(scores)):
        if scores[place] < scores[worst] or (
            scores[place] == scores[worst] and concepts[place] > concepts[worst]
        ):
            worst = place
    return worst
