"""TF-IDF over character n-grams: exact top k concepts by cosine, from an inverted index."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, segment_offsets
from xlink.candidates.index import load_arrays, save_arrays
from xlink.candidates.ngram_index.gallery import Gallery, Hits, Wordings
from xlink.candidates.ngram_index.inverted import InvertedIndex, invert, with_single_texts
from xlink.candidates.ngrams import NgramAnalyser
from xlink.candidates.paraphrase import Paraphraser
from xlink.candidates.texts import DistinctTexts
from xlink.terminology import Terminology
from xlink.text.cognates import shared_spelling
from xlink.text.folding import fold_many
from xlink.text.tokens import based_text, primary_language
from xlink.types import NO_FILTER, Filter, Query

__all__ = ["TfidfNgrams"]

_KIND, _FORMAT, _SUB = "tfidf index", 3, "substitutes_"
_QUERY_BATCH = 1_024
_MAX_QUERY_CHARS = 1_000
_EXACT = 0.9999
_TRIES, _TRIED_K = 64, 64
_WORTH = 0.03  # to score so many stretches takes as long as to bound each of their texts


class TfidfNgrams:
    """Finds names that share rare character sequences with the mention, in any script.

    A name is the set of its n-grams, each weighted by idf(t) = 1 + ln((1 + N) / (1 + df(t))) over
    the N distinct names in base form that have n-grams; the score is the cosine, in (0, 1]. Search
    is exact.

    Words are compared in base form and in the spelling that European languages share. Of a mention
    the first 1,000 characters count.

    With a `paraphraser`, other wordings of a mention that is no name itself are searched as well.
    What they find scores the cosine times `0.8 + 0.2 * share`, with the word substitute's share.

    `threads` share the queries of a call between them, which changes no result.
    """

    name = "tfidf"
    reads = frozenset({"language", "text"})

    def __init__(
        self,
        terminology: Terminology,
        arrays: InvertedIndex,
        sizes: tuple[int, ...],
        paraphraser: Paraphraser | None,
        threads: int = 1,
    ) -> None:
        if threads < 1:
            raise ValueError(f"A search takes at least one thread, not {threads}.")
        self.terminology = terminology
        self.sizes = sizes
        self.paraphraser = paraphraser
        self.threads = threads
        self._arrays = arrays
        self._analyser = NgramAnalyser(arrays.alphabet, sizes)
        self._unseen_weight = np.float32(1 + np.log(1 + len(arrays.norms)))
        labels = [primary_language(label) for label in terminology.language_labels]
        self._language_codes = {label: code for code, label in reversed(list(enumerate(labels)))}
        primary_codes = [self._language_codes[label] for label in labels]
        self._primary_codes = np.array(primary_codes, dtype=np.int32)

    @classmethod
    def build(
        cls,
        terminology: Terminology,
        *,
        sizes: tuple[int, ...] = (3,),
        paraphrase: bool = True,
        threads: int = 1,
    ) -> Self:
        """Index all aliases of `terminology` by their n-grams of the given sizes (1 to 4).

        `paraphrase` also learns word substitutes from its synonyms.
        """
        distinct = DistinctTexts.of(terminology)
        analyser = NgramAnalyser.fit(distinct.texts, sizes)
        arrays = invert(analyser, distinct)
        tried = cls(terminology, _fixed(arrays), tuple(sizes), None)
        # The first search on a machine compiles the kernel, which is then cached on disk.
        if tried._looks_at_too_many(distinct.texts):
            arrays = with_single_texts(arrays)
        paraphraser = Paraphraser.learn(terminology) if paraphrase else None
        return cls(terminology, _fixed(arrays), tuple(sizes), paraphraser, threads)

    def save(self, path: Path) -> None:
        """Write the index as an artifact."""
        arrays = {each.name: getattr(self._arrays, each.name) for each in fields(InvertedIndex)}
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
    def load(cls, path: Path, terminology: Terminology, *, threads: int = 1) -> Self:
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
        return cls(terminology, InvertedIndex(**arrays), sizes, paraphraser, threads)

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        """Return the `k` concepts a query whose best names are nearest by cosine."""
        if k < 1 or not len(self._arrays.vocabulary):
            rows = np.empty(0, dtype=np.int32)
            offsets = np.zeros(len(queries) + 1, dtype=np.int64)
            return CandidateSet.single(self.name, offsets, rows, rows, rows.astype(np.float32))
        size = max(1, min(_QUERY_BATCH, -(-len(queries) // self.threads)))
        batches = [queries[start : start + size] for start in range(0, max(1, len(queries)), size)]
        if self.threads == 1 or len(batches) == 1:
            return CandidateSet.concatenate([self._search(batch, k, where) for batch in batches])
        with ThreadPoolExecutor(self.threads) as pool:
            found = pool.map(lambda batch: self._search(batch, k, where), batches)
            return CandidateSet.concatenate(list(found))

    def _looks_at_too_many(self, texts: Sequence[str]) -> bool:
        """Tell whether searches for some of the names score more stretches than is worth it."""
        if not len(self._arrays.vocabulary):
            return False
        step = max(1, len(texts) // _TRIES)
        tried = list(texts[::step])
        hits = Hits.empty(len(tried), min(_TRIED_K, self.terminology.n_concepts))
        numbers = np.arange(len(tried), dtype=np.int32)
        self._add(hits, tried, numbers, numbers * 0 - 1, np.ones(len(tried), np.float32), NO_FILTER)
        return bool(hits.efforts.sum() > _WORTH * len(tried) * len(self._arrays.stretch_norms))

    def _search(self, queries: Sequence[Query], k: int, where: Filter) -> CandidateSet:
        folded = fold_many([query.text[:_MAX_QUERY_CHARS] for query in queries])
        texts = [
            based_text(text, query.language) for text, query in zip(folded, queries, strict=True)
        ]
        spoken = [primary_language(query.language) for query in queries]
        codes = np.array([self._language_codes.get(each, -1) for each in spoken], dtype=np.int32)

        hits = Hits.empty(len(queries), min(k, self.terminology.n_concepts))
        everyone = np.arange(len(queries), dtype=np.int32)
        self._add(hits, texts, everyone, codes, np.ones(len(queries), dtype=np.float32), where)
        if self.paraphraser is not None:
            best = hits.scores.max(axis=1, initial=0)
            variants = [
                (number, variant, share)
                for number in np.flatnonzero(best < _EXACT).tolist()
                for variant, share in self.paraphraser.variants(texts[number], spoken[number])
            ]
            owners = np.array([number for number, _, _ in variants], dtype=np.int32)
            factors = np.array([0.8 + 0.2 * share for _, _, share in variants], dtype=np.float32)
            others = [variant for _, variant, _ in variants]
            self._add(hits, others, owners, codes[owners], factors, where)
        filled = np.arange(hits.concepts.shape[1]) < hits.counts[:, None]
        order = np.lexsort((hits.concepts, np.where(filled, -hits.scores, np.inf)), axis=1)
        return CandidateSet.single(
            self.name,
            segment_offsets(hits.counts),
            np.take_along_axis(hits.concepts, order, axis=1)[filled],
            np.take_along_axis(hits.aliases, order, axis=1)[filled],
            np.take_along_axis(hits.scores, order, axis=1)[filled],
        )

    def _add(
        self,
        hits: Hits,
        texts: list[str],
        owners: npt.NDArray[np.int32],
        languages: npt.NDArray[np.int32],
        factors: npt.NDArray[np.float32],
        where: Filter,
    ) -> None:
        """Add to `hits` what normalised texts find for their owners, at `factors` of the cosine."""
        from xlink.candidates.ngram_index.kernel import (
            search,  # compiled: imported when first needed
        )

        arrays, terminology = self._arrays, self.terminology
        allowed = allowed_stretches = np.empty(0, dtype=bool)
        if where:
            allowed = terminology.select(where).aliases
            allowed_stretches = np.logical_or.reduceat(
                allowed[arrays.text_aliases], arrays.alias_offsets[: -1 : arrays.stretch_size]
            )
        offsets, terms, masses, norms = self._weigh([shared_spelling(text) for text in texts])
        gallery = Gallery(
            arrays.stretch_size,
            arrays.bitmaps,
            arrays.posting_offsets,
            arrays.postings,
            arrays.stretch_offsets,
            arrays.stretch_terms,
            arrays.norms,
            arrays.stretch_norms,
            arrays.bundle_norms,
            arrays.block_norms,
            arrays.alias_offsets,
            arrays.text_aliases,
            terminology.alias_concepts,
            terminology.alias_languages,
            self._primary_codes,
        )
        wordings = Wordings(
            offsets, terms, masses, norms, owners, languages, factors, allowed, allowed_stretches
        )
        search(gallery, wordings, hits, terminology.n_concepts)

    def _weigh(
        self, texts: list[str]
    ) -> tuple[
        npt.NDArray[np.int64],
        npt.NDArray[np.int32],
        npt.NDArray[np.float64],
        npt.NDArray[np.float64],
    ]:
        """Return the known n-grams of texts by number, their masses, and the texts' lengths."""
        arrays = self._arrays
        owners, ngrams = self._analyser.ngrams(texts)
        places = np.searchsorted(arrays.vocabulary, ngrams)
        places = np.minimum(places, len(arrays.vocabulary) - 1)
        known = arrays.vocabulary[places] == ngrams
        terms = arrays.term_numbers[places]
        weights = np.where(known, arrays.term_weights[terms], self._unseen_weight)
        masses = weights.astype(np.float64) ** 2
        norms = np.sqrt(np.bincount(owners, masses, len(texts)))
        owners, terms, masses = owners[known], terms[known], masses[known]
        order = np.lexsort((terms, owners))
        counts = np.bincount(owners, minlength=len(texts))
        return segment_offsets(counts), terms[order], masses[order], norms


def _fixed(arrays: InvertedIndex) -> InvertedIndex:
    """Return the arrays read-only, as when mapped, so that the kernel is compiled but once."""
    for each in fields(arrays):
        getattr(arrays, each.name).flags.writeable = False
    return arrays
