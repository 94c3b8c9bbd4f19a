"""TF-IDF over character n-grams: exact top k concepts by cosine, from an inverted index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

from xlink.candidate_set import (
    CandidateSet,
    best_per_concept,
    segment_offsets,
    segment_sort,
)
from xlink.candidates.index import load_arrays, save_arrays
from xlink.candidates.ngrams import NgramAnalyser
from xlink.candidates.paraphrase import Paraphraser
from xlink.candidates.texts import DistinctTexts
from xlink.progress import track
from xlink.terminology import Terminology
from xlink.text.cognates import shared_spelling
from xlink.text.folding import fold_many
from xlink.text.tokens import based_text, primary_language
from xlink.types import NO_FILTER, Filter, Query

__all__ = ["TfidfNgrams"]

_KIND, _FORMAT, _SUB = "tfidf index", 1, "substitutes_"
_BATCH = 10_000
_QUERY_BATCH = 1_024
_MAX_QUERY_CHARS = 1_000
_EXACT = 0.9999


@dataclass(frozen=True, slots=True, eq=False)
class _Arrays:
    """What the index stores: see `xlink.candidates.kernel.search` for the shapes."""

    alphabet: npt.NDArray[np.uint32]
    vocabulary: npt.NDArray[np.uint64]
    term_weights: npt.NDArray[np.float32]
    posting_offsets: npt.NDArray[np.int64]
    postings: npt.NDArray[np.int32]
    inverse_norms: npt.NDArray[np.float32]
    text_offsets: npt.NDArray[np.int64]
    text_aliases: npt.NDArray[np.int32]


class TfidfNgrams:
    """Finds names that share rare character sequences with the mention, in any script.

    A name is the set of its n-grams, each weighted by idf(t) = 1 + ln((1 + N) / (1 + df(t))) over
    the N distinct names in base form; the score is the cosine, in (0, 1]. Search is exact.

    Words are compared in base form and in the spelling that European languages share. Of a mention
    the first 1,000 characters count.

    With a `paraphraser`, other wordings of a mention that is no name itself are searched as well.
    What they find scores the cosine times `0.8 + 0.2 * share`, with the word substitute's share.
    """

    name = "tfidf"

    def __init__(
        self,
        terminology: Terminology,
        arrays: _Arrays,
        sizes: tuple[int, ...],
        paraphraser: Paraphraser | None,
    ) -> None:
        self.terminology = terminology
        self.sizes = sizes
        self.paraphraser = paraphraser
        self._arrays = arrays
        self._analyser = NgramAnalyser(arrays.alphabet, sizes)
        self._unseen_weight = np.float32(1 + np.log(1 + len(arrays.inverse_norms)))
        labels = [primary_language(label) for label in terminology.language_labels]
        self._language_codes = {label: code for code, label in reversed(list(enumerate(labels)))}
        primary_codes = [self._language_codes[label] for label in labels]
        self._primary_codes = np.array(primary_codes, dtype=np.int32)

    @classmethod
    def build(
        cls, terminology: Terminology, *, sizes: tuple[int, ...] = (3,), paraphrase: bool = True
    ) -> Self:
        """Index all aliases of `terminology` by their n-grams of the given sizes (1 to 4).

        `paraphrase` also learns word substitutes from its synonyms.
        """
        distinct = DistinctTexts.of(terminology)
        analyser = NgramAnalyser.fit(distinct.texts, sizes)
        vocabulary, occurrences = _count_ngrams(analyser, distinct.texts)
        n_texts = len(distinct.texts)
        frequencies = np.diff(occurrences.indptr)
        weights = (1 + np.log((1 + n_texts) / (1 + frequencies))).astype(np.float32)
        norms = np.sqrt(occurrences @ weights.astype(np.float64) ** 2)
        norms[norms == 0] = np.inf  # texts too short for the sizes have no n-grams: never found
        arrays = _Arrays(
            alphabet=analyser.alphabet,
            vocabulary=vocabulary,
            term_weights=weights,
            posting_offsets=occurrences.indptr.astype(np.int64),
            postings=occurrences.indices.astype(np.int32, copy=False),
            inverse_norms=(1 / norms).astype(np.float32),
            text_offsets=distinct.offsets,
            text_aliases=distinct.aliases,
        )
        for each in fields(arrays):  # as when mapped, so that the kernel is compiled but once
            getattr(arrays, each.name).flags.writeable = False
        paraphraser = Paraphraser.learn(terminology) if paraphrase else None
        index = cls(terminology, arrays, tuple(sizes), paraphraser)
        # The first search on a machine compiles the kernel, which is then cached on disk.
        index.generate([Query("", text) for text in distinct.texts[:1]], 1)
        return index

    def save(self, path: Path) -> None:
        """Write the index as an artifact."""
        arrays = {each.name: getattr(self._arrays, each.name) for each in fields(_Arrays)}
        if self.paraphraser is not None:
            arrays |= {f"{_SUB}{name}": array for name, array in self.paraphraser.arrays.items()}
        save_arrays(
            path,
            arrays,
            kind=_KIND,
            format_version=_FORMAT,
            terminology=self.terminology,
            parameters={"sizes": list(self.sizes)},
        )

    @classmethod
    def load(cls, path: Path, terminology: Terminology) -> Self:
        """Open a saved index by memory map.

        Raises:
            ArtifactError: it is missing, damaged, or belongs to another terminology.
        """
        arrays, parameters = load_arrays(
            path, kind=_KIND, format_version=_FORMAT, terminology=terminology
        )
        sizes = tuple(int(size) for size in parameters["sizes"])  # type: ignore[union-attr, arg-type]
        learned = {
            name.removeprefix(_SUB): arrays.pop(name)
            for name in list(arrays)
            if name.startswith(_SUB)
        }
        paraphraser = Paraphraser(learned) if learned else None
        return cls(terminology, _Arrays(**arrays), sizes, paraphraser)

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        """Return the `k` concepts a query whose best names are nearest by cosine."""
        if k < 1 or not len(self._arrays.vocabulary):
            rows = np.empty(0, dtype=np.int32)
            offsets = np.zeros(len(queries) + 1, dtype=np.int64)
            return CandidateSet.single(self.name, offsets, rows, rows, rows.astype(np.float32))
        batches = [
            self._search(queries[start : start + _QUERY_BATCH], k, where)
            for start in range(0, max(1, len(queries)), _QUERY_BATCH)
        ]
        return CandidateSet.concatenate(batches)

    def _search(self, queries: Sequence[Query], k: int, where: Filter) -> CandidateSet:
        folded = fold_many([query.text[:_MAX_QUERY_CHARS] for query in queries])
        texts = [
            based_text(text, query.language) for text, query in zip(folded, queries, strict=True)
        ]
        spoken = [primary_language(query.language) for query in queries]
        codes = np.array([self._language_codes.get(each, -1) for each in spoken], dtype=np.int32)
        direct = self._nearest(texts, codes, k, where)
        if self.paraphraser is None:
            return direct
        best = np.zeros(len(queries), dtype=np.float32)
        np.maximum.at(best, direct.query_numbers(), direct.scores)
        variants = [
            (number, variant, share)
            for number, (text, query) in enumerate(zip(texts, queries, strict=True))
            if best[number] < _EXACT
            for variant, share in self.paraphraser.variants(text, primary_language(query.language))
        ]
        if not variants:
            return direct
        owners = np.array([number for number, _, _ in variants])
        shares = np.array([share for _, _, share in variants], dtype=np.float32)
        other = self._nearest([text for _, text, _ in variants], codes[owners], k, where)
        return best_per_concept(
            self.name,
            len(queries),
            np.concatenate([direct.query_numbers(), owners[other.query_numbers()]]),
            np.concatenate([direct.concept_rows, other.concept_rows]),
            np.concatenate([direct.alias_rows, other.alias_rows]),
            np.concatenate(
                [direct.scores, other.scores * (0.8 + 0.2 * shares[other.query_numbers()])]
            ),
        ).top(k)

    def _nearest(
        self, texts: list[str], languages: npt.NDArray[np.int32], k: int, where: Filter
    ) -> CandidateSet:
        """Search normalised texts, preferring aliases in the given languages among equals."""
        from xlink.candidates.kernel import search  # compiled: imported when first needed

        offsets, terms, weights = self._weigh([shared_spelling(text) for text in texts])
        arrays, terminology = self._arrays, self.terminology
        allowed = terminology.select(where).aliases if where else np.empty(0, dtype=bool)
        counts, concepts, aliases, scores = search(
            offsets,
            terms,
            weights,
            languages,
            arrays.posting_offsets,
            arrays.postings,
            arrays.inverse_norms,
            arrays.text_offsets,
            arrays.text_aliases,
            terminology.alias_concepts,
            terminology.alias_languages,
            self._primary_codes,
            allowed,
            terminology.n_concepts,
            min(k, terminology.n_concepts),
        )
        filled = np.arange(concepts.shape[1]) < counts[:, None]
        numbers = np.repeat(np.arange(len(texts)), counts)
        found = np.minimum(scores[filled], np.float32(1))
        order = segment_sort(numbers, found, concepts[filled])
        return CandidateSet.single(
            self.name,
            segment_offsets(counts),
            concepts[filled][order],
            aliases[filled][order],
            found[order],
        )

    def _weigh(
        self, texts: list[str]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the known n-grams of texts with their weights in the cosine's sum."""
        arrays = self._arrays
        owners, ngrams = self._analyser.ngrams(texts)
        terms = np.searchsorted(arrays.vocabulary, ngrams)
        terms = np.minimum(terms, len(arrays.vocabulary) - 1)
        known = arrays.vocabulary[terms] == ngrams
        weights = np.where(known, arrays.term_weights[terms], self._unseen_weight)
        norms = np.sqrt(np.bincount(owners, weights.astype(float) ** 2, len(texts)))
        owners, terms, weights = owners[known], terms[known], weights[known]
        shares = (weights.astype(float) ** 2 / norms[owners]).astype(np.float32)
        counts = np.bincount(owners, minlength=len(texts))
        return segment_offsets(counts), terms.astype(np.int32), shares


def _count_ngrams(
    analyser: NgramAnalyser, texts: list[str]
) -> tuple[npt.NDArray[np.uint64], csc_array]:
    """Return the sorted n-grams of `texts`, and which text has which. *Shape:* (texts, n-grams)"""
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
        terms = np.searchsorted(vocabulary, batches.pop(0))
        columns[filled : filled + len(terms)] = terms
        filled += len(terms)
    shape = (len(texts), len(vocabulary))
    rows = csr_array((np.ones(len(columns), dtype=np.int8), columns, offsets), shape=shape)
    return vocabulary, rows.tocsc()
