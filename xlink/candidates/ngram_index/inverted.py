"""The inverted index of n-grams: which names have which, laid out for the search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import segment_offsets
from xlink.candidates.ngram_index.gallery import BLOCK, BUNDLE, STRETCH
from xlink.candidates.ngrams import NgramAnalyser
from xlink.candidates.texts import DistinctTexts
from xlink.errors import DataError
from xlink.progress import track

__all__ = ["InvertedIndex", "invert", "with_single_texts"]

_BATCH = 20_000
_COMMON = 24
"""A term of more texts than one stretch in so many gets a bitmap, read faster than a list."""
_MOST_TERMS = 1 << (32 - STRETCH)
_LENGTHS = 16
"""Classes of lengths: the more there are, the fewer neighbours are alike in them."""


@dataclass(frozen=True, slots=True, eq=False)
class InvertedIndex:
    """What the index stores; terms are numbered from the commonest, texts as `_in_order` says.

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
    stretch_offsets: npt.NDArray[np.int64]
    stretch_terms: npt.NDArray[np.uint32]
    norms: npt.NDArray[np.float32]
    stretch_norms: npt.NDArray[np.float32]
    bundle_norms: npt.NDArray[np.float32]
    block_norms: npt.NDArray[np.float32]
    alias_offsets: npt.NDArray[np.int64]
    text_aliases: npt.NDArray[np.int32]

    @property
    def stretch_size(self) -> int:
        """Texts of a stretch: 1 or `STRETCH`."""
        return 1 if len(self.norms) == len(self.stretch_norms) else STRETCH


def invert(analyser: NgramAnalyser, distinct: DistinctTexts) -> InvertedIndex:
    """Index texts by their n-grams, each weighted by idf(t) = 1 + ln((1 + N) / (1 + df(t))).

    Raises:
        DataError: there are more different n-grams than a number of 24 bits tells apart.
    """
    from xlink.candidates.ngram_index import inverting  # compiled: imported when first needed

    vocabulary, offsets, columns = _count_ngrams(analyser, distinct.texts)
    if len(vocabulary) > _MOST_TERMS:
        problem = f"The names have {len(vocabulary):,} n-grams, above the {_MOST_TERMS:,} numbered."
        raise DataError(problem, remedy="Index shorter n-grams: sizes=(3,) is the default.")
    # Texts too short for the sizes have no n-grams: they do not count, and are never found.
    n_texts, n_terms = int((np.diff(offsets) > 0).sum()), len(vocabulary)
    frequencies = np.bincount(columns, minlength=n_terms)
    commonest_first = np.argsort(-frequencies, kind="stable")
    numbers = _inverse(commonest_first)
    frequencies = frequencies[commonest_first]
    weights = (1 + np.log((1 + n_texts) / (1 + frequencies))).astype(np.float32)
    masses = weights.astype(np.float64) ** 2
    norms = np.sqrt(inverting.sums(offsets, columns, masses[numbers]))
    return _laid_out(
        _Names(offsets, columns, norms, distinct.offsets, distinct.aliases),
        numbers,
        STRETCH,
        alphabet=analyser.alphabet,
        vocabulary=vocabulary,
        term_numbers=numbers,
        term_weights=weights,
    )


def with_single_texts(index: InvertedIndex) -> InvertedIndex:
    """Return the same index with stretches of one text, for names whose neighbours are not alike.

    What bounds eight unlike texts at once leaves out none of them.
    """
    from xlink.candidates.ngram_index import inverting

    offsets, terms = inverting.texts(
        index.stretch_offsets, index.stretch_terms, len(index.norms), index.stretch_size
    )
    return _laid_out(
        _Names(offsets, terms, index.norms, index.alias_offsets, index.text_aliases),
        np.arange(len(index.vocabulary), dtype=np.int32),
        1,
        alphabet=index.alphabet,
        vocabulary=index.vocabulary,
        term_numbers=index.term_numbers,
        term_weights=index.term_weights,
    )


class _Names(NamedTuple):
    """Texts with their terms, lengths of vectors and aliases, as `InvertedIndex` has them."""

    term_offsets: npt.NDArray[np.int64]
    terms: npt.NDArray[np.int32]
    norms: npt.NDArray[np.float64] | npt.NDArray[np.float32]
    alias_offsets: npt.NDArray[np.int64]
    aliases: npt.NDArray[np.int32]


def _laid_out(
    names: _Names,
    numbers: npt.NDArray[np.int32],
    size: int,
    **vocabulary: Any,
) -> InvertedIndex:
    """Return an index with stretches of `size` texts. *Shape:* (terms,) new numbers of terms"""
    from xlink.candidates.ngram_index import inverting

    order = _in_order(names.norms, _LENGTHS if size > 1 else len(names.norms))
    norms = names.norms[order].astype(np.float32)
    stretch_offsets, stretch_terms = inverting.stretches(
        names.term_offsets, names.terms, numbers, order, size
    )
    frequencies = np.bincount(numbers[names.terms], minlength=len(numbers))
    n_common = int((frequencies * _COMMON > len(stretch_offsets) - 1).sum())
    n_postings = np.bincount(stretch_terms >> STRETCH, minlength=len(numbers))
    n_postings[:n_common] = 0
    posting_offsets = segment_offsets(n_postings)
    bitmaps, postings = inverting.columns(stretch_offsets, stretch_terms, posting_offsets, n_common)
    alias_offsets = segment_offsets(np.diff(names.alias_offsets)[order])
    return InvertedIndex(
        bitmaps=bitmaps,
        posting_offsets=posting_offsets,
        postings=postings,
        stretch_offsets=stretch_offsets,
        stretch_terms=stretch_terms,
        norms=norms,
        stretch_norms=_least(norms, size),
        bundle_norms=_least(norms, size * BUNDLE),
        block_norms=_least(norms, size * BLOCK),
        alias_offsets=alias_offsets,
        text_aliases=inverting.taken(names.alias_offsets, names.aliases, order, alias_offsets),
        **vocabulary,
    )


def _in_order(
    norms: npt.NDArray[np.float64] | npt.NDArray[np.float32], n_classes: int
) -> npt.NDArray[np.int64]:
    """Return texts that have n-grams, by class of length, and as they came within each."""
    kept = np.flatnonzero(norms > 0)
    ranks = _inverse(np.argsort(norms[kept], kind="stable")).astype(np.int64)
    classes = ranks * n_classes // max(1, len(kept))
    return kept[np.argsort(classes, kind="stable")]


def _least(norms: npt.NDArray[np.float32], size: int) -> npt.NDArray[np.float32]:
    """Return the least of each `size` values in a row."""
    return np.minimum.reduceat(norms, np.arange(0, len(norms), size)) if len(norms) else norms


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
