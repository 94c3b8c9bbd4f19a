"""Alias lookup: names equal to the mention under ever more lenient keys, in all languages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlink.candidate_set import CandidateSet, best_per_concept
from xlink.candidates.index import load_arrays, save_arrays
from xlink.progress import track
from xlink.terminology import Terminology
from xlink.terminology.codes import carried_aliases
from xlink.text.folding import fold_many
from xlink.text.keys import bag_key_of_folded, key_hashes, surface_key
from xlink.text.tokens import primary_language
from xlink.types import NO_FILTER, Filter, Query

__all__ = ["AliasLookup", "ExactLookup"]

_FORMAT = 1
_BATCH = 10_000

# Scores say how much had to be overlooked to call the two names equal. The steps are wide enough
# that language and kind, which take off less, only order the names of one level.
_LEVEL_SCORES = {"surface": 1.0, "folded": 0.9, "bag": 0.75}
_OTHER_LANGUAGE_COST = 0.03
_KIND_COSTS = np.array([0.0, 0.005, 0.02], dtype=np.float32)  # preferred, synonym, abbreviation

Hashes = npt.NDArray[np.uint64]


class AliasLookup:
    """Finds names that equal the mention: as written, folded, or as a bag of stems.

    Scores lie in [0.7, 1]: 1 for a preferred name of the query's language written just as the
    mention is but for case; less for each thing that was overlooked.
    """

    name = "lookup"
    levels: ClassVar[tuple[str, ...]] = ("surface", "folded", "bag")

    def __init__(self, terminology: Terminology, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.terminology = terminology
        self._arrays = arrays
        self._languages = sorted({primary_language(tag) for tag in terminology.languages})

    @classmethod
    def build(cls, terminology: Terminology) -> Self:
        """Hash the keys of all aliases."""
        rows = np.arange(terminology.n_aliases)
        return cls(terminology, _sorted(_hashes(terminology, rows, cls.levels)))

    def updated(self, terminology: Terminology) -> Self:
        """Return the index of a terminology of which this one's is an earlier state.

        Only names that are new are hashed; the index is the same as a built one.
        """
        carried = carried_aliases(self.terminology, terminology)
        fresh = np.flatnonzero(carried < 0)
        known, hashes = carried >= 0, _hashes(terminology, fresh, self.levels)
        for level in self.levels:
            before = np.empty(self.terminology.n_aliases, dtype=np.uint64)
            before[self._arrays[f"{level}_aliases"]] = self._arrays[f"{level}_hashes"]
            after = np.empty(terminology.n_aliases, dtype=np.uint64)
            after[known], after[fresh] = before[carried[known]], hashes[level]
            hashes[level] = after
        return type(self)(terminology, _sorted(hashes))

    def save(self, path: Path) -> None:
        """Write the index as an artifact."""
        save_arrays(
            path,
            self._arrays,
            kind=f"{self.name} index",
            format_version=_FORMAT,
            terminology=self.terminology,
            parameters={},
        )

    @classmethod
    def load(cls, path: Path, terminology: Terminology) -> Self:
        """Open a saved index by memory map.

        Raises:
            ArtifactError: it is missing, damaged, or belongs to another terminology.
        """
        arrays, _ = load_arrays(
            path, kind=f"{cls.name} index", format_version=_FORMAT, terminology=terminology
        )
        return cls(terminology, arrays)

    def generate(self, queries: Sequence[Query], k: int, where: Filter = NO_FILTER) -> CandidateSet:
        """Return up to `k` concepts a query that have a name equal to the mention."""
        folded = fold_many([query.text for query in queries])
        keys = {
            "surface": _surface_keys(queries, folded),
            "folded": ((number, text) for number, text in enumerate(folded) if text),
            "bag": self._bag_keys(queries, folded),
        }
        found = [self._match(level, keys[level]) for level in self.levels]
        numbers = np.concatenate([numbers for numbers, _, _ in found])
        aliases = np.concatenate([aliases for _, aliases, _ in found])
        scores = np.concatenate([scores for _, _, scores in found])
        if where:
            admitted = self.terminology.select(where).aliases[aliases]
            numbers, aliases, scores = numbers[admitted], aliases[admitted], scores[admitted]
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

    def _match(
        self, level: str, keys: Iterable[tuple[int, str]]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Return the query number, alias row and level score of every alias with a given key."""
        pairs = list(keys)
        wanted = key_hashes(key for _, key in pairs)
        known, aliases = self._arrays[f"{level}_hashes"], self._arrays[f"{level}_aliases"]
        starts, ends = (np.searchsorted(known, wanted, side=side) for side in ("left", "right"))
        counts = ends - starts
        within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        numbers = np.repeat(np.array([number for number, _ in pairs], dtype=np.int64), counts)
        hits = aliases[np.repeat(starts, counts) + within]
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


class ExactLookup(AliasLookup):
    """Finds names that equal the mention as written, but for case and white space.

    The plainest baseline there is; scores as those of `AliasLookup`.
    """

    name = "exact"
    levels = ("surface",)


def _hashes(
    terminology: Terminology, rows: npt.NDArray[np.int64], levels: tuple[str, ...]
) -> dict[str, Hashes]:
    """Return the hashes of the keys of the aliases at `rows`, which ascend, by level."""
    hashes: dict[str, list[Hashes]] = {level: [np.empty(0, dtype=np.uint64)] for level in levels}
    labels = [primary_language(label) for label in terminology.language_labels]
    for start in track(range(0, len(rows), _BATCH), "Hashing names"):
        batch = rows[start : start + _BATCH]
        texts = terminology.alias_table["text"].take(pa.array(batch)).to_pylist()
        folded = fold_many(texts) if levels != ("surface",) else []
        spoken = [labels[code] for code in terminology.alias_languages[batch].tolist()]
        keys = {
            "surface": map(surface_key, texts),
            "folded": folded,
            "bag": map(bag_key_of_folded, folded, spoken),
        }
        for level in levels:
            hashes[level].append(key_hashes(keys[level]))
    return {level: np.concatenate(parts) for level, parts in hashes.items()}


def _sorted(hashes: dict[str, Hashes]) -> dict[str, npt.NDArray[Any]]:
    """Return the hashes of all aliases in order, and the aliases that they belong to."""
    arrays: dict[str, npt.NDArray[Any]] = {}
    for level, values in hashes.items():
        order = np.argsort(values, kind="stable")
        arrays[f"{level}_hashes"] = values[order]
        arrays[f"{level}_aliases"] = order.astype(np.int32)
    return arrays


def _surface_keys(queries: Sequence[Query], folded: list[str]) -> Iterable[tuple[int, str]]:
    for number, (query, text) in enumerate(zip(queries, folded, strict=True)):
        if text:
            yield number, surface_key(query.text)
