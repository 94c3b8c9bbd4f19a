"""Alias lookup: names equal to the mention under ever more lenient keys, in all languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import CandidateSet, best_per_concept
from xlink.candidates.index import load_arrays, save_arrays
from xlink.candidates.lookup_keys import level_hashes, sorted_hashes
from xlink.candidates.words.counting import counted_words, recounted_words
from xlink.candidates.words.learning import learn_cognates
from xlink.candidates.words.rewording import cognate_wordings, near_wordings
from xlink.candidates.words.rules import CognateRules
from xlink.candidates.words.vocabulary import PIVOT, Vocabulary
from xlink.terminology import Terminology
from xlink.terminology.codes import carried_aliases
from xlink.text.folding import fold_many
from xlink.text.keys import bag_key_of_folded, key_hashes, surface_key
from xlink.text.tokens import primary_language
from xlink.types import NO_FILTER, Filter, Query

__all__ = ["AliasLookup", "CognateLookup", "ExactLookup"]

_FORMAT = 3

# Scores say how much had to be overlooked to call the two names equal. The steps are wide enough
# that language and kind, which take off less, only order the names of one level.
_LEVEL_SCORES = {"surface": 1.0, "folded": 0.9, "bag": 0.75, "cognate": 0.68, "near": 0.6}
_OTHER_LANGUAGE_COST = 0.03
_KIND_COSTS = np.array([0.0, 0.005, 0.02], dtype=np.float32)  # preferred, synonym, abbreviation

Hits = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]


class AliasLookup:
    """Finds names that equal the mention: as written, folded, or as a bag of stems.

    Mentions that equal none can be looked up in other words as well: with `cognates` those in
    another language with all words as their English cognates, by `rules`; then, with `near`, those
    with unknown words of eight letters and more as the words of names that are an edit away. Every
    word must be one of a name's in the end, so that little is found amiss.

    Scores lie in [0.55, 1]: 1 for a preferred name of the query's language written just as the
    mention is but for case; less for each thing that was overlooked.
    """

    name = "lookup"
    reads = frozenset({"language", "text"})
    levels: ClassVar[tuple[str, ...]] = ("surface", "folded", "bag")

    def __init__(
        self,
        terminology: Terminology,
        arrays: dict[str, npt.NDArray[Any]],
        *,
        cognates: bool = False,
        near: bool = False,
    ) -> None:
        self.terminology = terminology
        self.cognates = cognates
        self.near = near
        self._arrays = arrays
        self._languages = sorted({primary_language(tag) for tag in terminology.languages})

    @classmethod
    def build(cls, terminology: Terminology, *, cognates: bool = False, near: bool = False) -> Self:
        """Hash the keys of all aliases.

        With `cognates`, rules for them are learned from the names, and words of other languages
        are looked up as English ones; with `near`, misspelt words are looked up as well.
        """
        rows = np.arange(terminology.n_aliases)
        arrays = sorted_hashes(level_hashes(terminology, rows, cls.levels))
        if cognates or near:
            arrays |= Vocabulary.of(counted_words(terminology, rows), patterns=near).arrays()
        if cognates:
            arrays |= _rules(terminology).arrays()
        return cls(terminology, arrays, cognates=cognates, near=near)

    def updated(self, terminology: Terminology) -> Self:
        """Return the index of a terminology of which this one's is an earlier state.

        Only names that are new are hashed; the index is the same as a built one.
        """
        carried = carried_aliases(self.terminology, terminology)
        fresh = np.flatnonzero(carried < 0)
        known, hashes = carried >= 0, level_hashes(terminology, fresh, self.levels)
        for level in self.levels:
            before = np.empty(self.terminology.n_aliases, dtype=np.uint64)
            before[self._arrays[f"{level}_aliases"]] = self._arrays[f"{level}_hashes"]
            after = np.empty(terminology.n_aliases, dtype=np.uint64)
            after[known], after[fresh] = before[carried[known]], hashes[level]
            hashes[level] = after
        arrays = sorted_hashes(hashes)
        if self.cognates or self.near:
            words = self._words.counted()
            counted = recounted_words(words, self.terminology, terminology, carried)
            arrays |= Vocabulary.of(counted, patterns=self.near).arrays()
        if self.cognates:
            arrays |= _rules(terminology).arrays()
        return type(self)(terminology, arrays, cognates=self.cognates, near=self.near)

    def save(self, path: Path) -> None:
        """Write the index as an artifact."""
        save_arrays(
            path,
            self._arrays,
            kind=f"{self.name} index",
            format_version=_FORMAT,
            terminology=self.terminology,
            parameters={"cognates": self.cognates, "near": self.near},
        )

    @classmethod
    def load(cls, path: Path, terminology: Terminology) -> Self:
        """Open a saved index by memory map.

        Raises:
            ArtifactError: it is missing, damaged, or belongs to another terminology.
        """
        arrays, told = load_arrays(
            path, kind=f"{cls.name} index", format_version=_FORMAT, terminology=terminology
        )
        return cls(
            terminology, arrays, cognates=told["cognates"] is True, near=told["near"] is True
        )

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        """Return up to `k` concepts a query that have a name equal to the mention."""
        folded = fold_many([query.text for query in queries])
        keys = {
            "surface": _surface_keys(queries, folded),
            "folded": ((number, text) for number, text in enumerate(folded) if text),
            "bag": self._bag_keys(queries, folded),
        }
        admitted = self.terminology.select(where).aliases if where else None
        found = [self._match(level, keys[level], admitted) for level in self.levels]
        if self.cognates or self.near:
            found += self._reworded(queries, folded, found, admitted)
        numbers = np.concatenate([numbers for numbers, _, _ in found])
        aliases = np.concatenate([aliases for _, aliases, _ in found])
        scores = np.concatenate([scores for _, _, scores in found])
        scores = scores - self._costs(queries, numbers, aliases)
        concepts = self.terminology.alias_concepts[aliases]
        best = best_per_concept(self.name, len(queries), numbers, concepts, aliases, scores)
        return best.top(k)

    def _bag_keys(self, queries: Sequence[Query], folded: list[str]) -> Iterable[tuple[int, str]]:
        """Yield the bags of a mention as every language of the terminology would stem it."""
        for number, (query, text) in enumerate(zip(queries, folded, strict=True)):
            languages = {primary_language(query.language), *self._languages}
            for key in {bag_key_of_folded(text, language) for language in languages}:
                if key:
                    yield number, key

    def _reworded(
        self,
        queries: Sequence[Query],
        folded: list[str],
        found: list[Hits],
        admitted: npt.NDArray[np.bool_] | None,
    ) -> list[Hits]:
        """Return what mentions that found nothing do in the words of names."""
        more: list[Hits] = []
        levels = {"cognate": [PIVOT]} if self.cognates else {}
        levels |= {"near": self._languages} if self.near else {}
        for level, languages in levels.items():
            answered = np.zeros(len(queries), dtype=bool)
            for numbers, _, _ in [*found, *more]:
                answered[numbers] = True
            left = np.flatnonzero(~answered).tolist()
            asked, texts = [queries[number] for number in left], [folded[number] for number in left]
            wordings = (
                cognate_wordings(asked, texts, self._words, self.rules)
                if level == "cognate"
                else near_wordings(asked, texts, self._words)
            )
            keys = [
                (number, bag_key_of_folded(text, language))
                for number, some in zip(left, wordings, strict=True)
                for text in some
                for language in languages
            ]
            more.append(self._match(level, dict.fromkeys(keys), admitted))
        return more

    @cached_property
    def rules(self) -> CognateRules:
        """The rules by which words of other languages become English ones; none if not asked."""
        return CognateRules.from_arrays(self._arrays) if self.cognates else CognateRules({})

    @cached_property
    def _words(self) -> Vocabulary:
        return Vocabulary.from_arrays(self._arrays)

    def _match(
        self,
        level: str,
        keys: Iterable[tuple[int, str]],
        admitted: npt.NDArray[np.bool_] | None = None,
    ) -> Hits:
        """Return the query number, alias row and level score of every alias with a given key."""
        pairs = list(keys)
        wanted = key_hashes(key for _, key in pairs)
        held = level if level in self.levels else "bag"
        known, aliases = self._arrays[f"{held}_hashes"], self._arrays[f"{held}_aliases"]
        starts, ends = (np.searchsorted(known, wanted, side=side) for side in ("left", "right"))
        counts = ends - starts
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        numbers = np.repeat(np.array([number for number, _ in pairs], dtype=np.int64), counts)
        hits = aliases[np.repeat(starts, counts) + within]
        if admitted is not None:
            numbers, hits = numbers[admitted[hits]], hits[admitted[hits]]
        return numbers, hits, np.full(len(hits), _LEVEL_SCORES[level], dtype=np.float32)

    def _costs(
        self,
        queries: Sequence[Query],
        numbers: npt.NDArray[np.int64],
        aliases: npt.NDArray[np.int32],
    ) -> npt.NDArray[np.float32]:
        terminology = self.terminology
        labels = ["und", *(primary_language(label) for label in terminology.language_labels)]
        codes = {label: code for code, label in reversed(list(enumerate(labels)))}
        canonical = np.array([codes[label] for label in labels])
        spoken = np.array([codes.get(primary_language(query.language), -1) for query in queries])
        written = canonical[terminology.alias_languages[aliases] + 1]
        asked = spoken[numbers] if len(queries) else np.empty(0, dtype=np.int64)
        differs = (written != asked) & (written != 0) & (asked != 0)
        costs: npt.NDArray[np.float32] = _KIND_COSTS[terminology.alias_kinds[aliases]]
        costs[differs] += np.float32(_OTHER_LANGUAGE_COST)
        return costs


class CognateLookup(AliasLookup):
    """Alias lookup that is built with cognates: what `cognates` is registered for.

    It stands in the place of `lookup`, and its candidates count as those of `lookup`.
    """

    @classmethod
    def build(cls, terminology: Terminology, *, cognates: bool = True, near: bool = False) -> Self:
        """Build as `AliasLookup.build` does, with cognates unless told."""
        return super().build(terminology, cognates=cognates, near=near)


class ExactLookup(AliasLookup):
    """Finds names that equal the mention as written, but for case and white space.

    The plainest baseline there is; scores as those of `AliasLookup`.
    """

    name = "exact"
    levels = ("surface",)


def _rules(terminology: Terminology) -> CognateRules:
    """Learn cognate rules, and take those that come with xlink for other languages."""
    return learn_cognates(terminology).or_else(CognateRules.shipped())


def _surface_keys(queries: Sequence[Query], folded: list[str]) -> Iterable[tuple[int, str]]:
    for number, (query, text) in enumerate(zip(queries, folded, strict=True)):
        if text:
            yield number, surface_key(query.text)
