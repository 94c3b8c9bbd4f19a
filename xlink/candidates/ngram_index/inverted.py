"""The inverted index of n-grams: which names have which, laid out for the search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import segment_offsets
from xlink.candidates.ngrams import NgramAnalyser
from xlink.candidates.texts import DistinctTexts
from xlink.progress import track

__all__ = ["InvertedIndex", "invert"]

_BATCH = 20_000
_COMMON = 24
"""A term that one text in so many has gets a bitmap: it is then read faster than a list."""


@dataclass(frozen=True, slots=True, eq=False)
class InvertedIndex:
    """What the index stores; terms are numbered from the commonest, texts by length of vector.

    *Shapes:* `vocabulary` (terms,) are the packed n-grams, ascending, and `term_numbers` their
    numbers; `term_weights` (terms,), by number; the others as in
    `xlink.candidates.ngram_index.gallery.Gallery`.
    """

    alphabet: npt.NDArray[np.uint32]
    vocabulary: npt.NDArray[np.uint64]
    term_numbers: npt.NDArray[np.int32]
    term_weights: npt.NDArray[np.float32]
    bitmaps: npt.NDArray[np.uint16]
    posting_offsets: npt.NDArray[np.int64]
    postings: npt.NDArray[np.int32]
    norms: npt.NDArray[np.float32]
    term_offsets: npt.NDArray[np.int64]
    text_terms: npt.NDArray[np.int32]
    alias_offsets: npt.NDArray[np.int64]
    text_aliases: npt.NDArray[np.int32]


def invert(analyser: NgramAnalyser, distinct: DistinctTexts) -> InvertedIndex:
    """Index texts by their n-grams, each weighted by idf(t) = 1 + ln((1 + N) / (1 + df(t)))."""
    from xlink.candidates.ngram_index import inverting  # compiled: imported when first needed

    vocabulary, offsets, columns = _count_ngrams(analyser, distinct.texts)
    # Texts too short for the sizes have no n-grams: they do not count, and are never found.
    n_texts, n_terms = int((np.diff(offsets) > 0).sum()), len(vocabulary)
    frequencies = np.bincount(columns, minlength=n_terms)
    commonest_first = np.argsort(-frequencies, kind="stable")
    numbers = _inverse(commonest_first)
    frequencies = frequencies[commonest_first]
    weights = (1 + np.log((1 + n_texts) / (1 + frequencies))).astype(np.float32)
    masses = weights.astype(np.float64) ** 2
    norms = np.sqrt(inverting.sums(offsets, columns, masses[numbers]))
    order = np.argsort(norms, kind="stable")
    order = order[norms[order] > 0]
    term_offsets = segment_offsets(np.diff(offsets)[order])
    text_terms = inverting.rows(offsets, columns, numbers, order, term_offsets)
    del columns
    n_common = int((frequencies * _COMMON > inverting.room(len(order))).sum())
    posting_offsets = segment_offsets(np.where(np.arange(n_terms) < n_common, 0, frequencies))
    bitmaps, postings = inverting.columns(term_offsets, text_terms, posting_offsets, n_common)
    alias_offsets = segment_offsets(np.diff(distinct.offsets)[order])
    text_aliases = inverting.taken(distinct.offsets, distinct.aliases, order, alias_offsets)
    return InvertedIndex(
        alphabet=analyser.alphabet,
        vocabulary=vocabulary,
        term_numbers=numbers,
        term_weights=weights,
        bitmaps=bitmaps,
        posting_offsets=posting_offsets,
        postings=postings,
        norms=norms[order].astype(np.float32),
        term_offsets=term_offsets,
        text_terms=text_terms,
        alias_offsets=alias_offsets,
        text_aliases=text_aliases,
    )


def _inverse(order: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    places = np.empty(len(order), dtype=np.int32)
    places[order] = np.arange(len(order), dtype=np.int32)
    return places


def _count_ngrams(
    analyser: NgramAnalyser, texts: list[str]
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return the sorted n-grams of `texts`, and which text has which.

    *Shapes:* text `s` has the n-grams at `columns[offsets[s]:offsets[s + 1]]` of the vocabulary.
    """
    counts: list[npt.NDArray[np.int64]] = []
    batches: list[npt.NDArray[np.uint64]] = []
    vocabulary = np.empty(0, dtype=np.uint64)
    for start in track(range(0, len(texts), _BATCH), "Taking names apart"):
        batch = texts[start : start + _BATCH]
        owners, ngrams = analyser.ngrams(batch)
        counts.append(np.bincount(owners, minlength=len(batch)))
        batches.append(ngrams)
        vocabulary = np.union1d(vocabulary, ngrams)
    offsets = segment_offsets(np.concatenate([*counts, np.empty(0, dtype=np.int64)]))
    columns = np.empty(offsets[-1], dtype=np.int32)
    filled = 0
    while batches:  # taken from the list one by one, so that both forms are never held whole
        ngrams = batches.pop(0)
        columns[filled : filled + len(ngrams)] = np.searchsorted(vocabulary, ngrams)
        filled += len(ngrams)
    return vocabulary, offsets, columns
