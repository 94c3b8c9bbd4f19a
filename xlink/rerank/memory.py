"""What annotators linked before: how often a mention's words were linked to a concept.

Concepts are told by id, or by their names where a terminology has other ids, words by hash and by
hashes of their n-grams, so that a memory belongs to no terminology and has no text in it. Whoever
can guess the words can look them up, though.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.feather as feather

from xlink.candidate_set import CandidateSet, segment_offsets, segment_places
from xlink.encoders.ngram_features import slots_of_texts
from xlink.rerank.likeness import Wordings
from xlink.rerank.namesakes import ConceptNames
from xlink.terminology import Terminology
from xlink.text.keys import bag_key, key_hashes
from xlink.types import Document, Query

__all__ = ["Memory", "Recall"]

Floats = npt.NDArray[np.float64]

_AT_ONCE = 128  # queries
_COUNTS, _NAMES = "memory.arrow", "names.arrow"
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Counts of pairs of words and concept, by hash upward, and the n-grams of the words.

    *Shapes:* `hashes` and `counts` (pairs,), and as many `concept_ids`; those of pair `p` are
    `slots[bounds[p]:bounds[p + 1]]`. Words are equal if their `bag_key` is. A mention with several
    gold concepts counts once for each. `names` are those of the concepts, if it is to be used with
    terminologies that have other ids.
    """

    hashes: npt.NDArray[np.uint64]
    concept_ids: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    bounds: npt.NDArray[np.int64]
    slots: npt.NDArray[np.int32]
    names: ConceptNames | None = None

    @classmethod
    def build(
        cls, documents: Iterable[Document], terminologies: Sequence[Terminology] = ()
    ) -> Self:
        """Count the gold of all annotated mentions, and take its names from the terminologies.

        NIL leaves no trace.
        """
        pairs: Counter[tuple[str, str]] = Counter()
        for document in documents:
            for mention in document.mentions:
                if mention.gold and (key := bag_key(mention.text, document.language)):
                    pairs.update((key, each) for each in mention.gold)
        known = sorted(pairs)
        hashes = key_hashes(key for key, _ in known)
        order = np.argsort(hashes, kind="stable")
        known = [known[place] for place in order.tolist()]
        counts = np.array([pairs[pair] for pair in known], dtype=np.int64)
        ngrams = slots_of_texts([key for key, _ in known])
        concept_ids = tuple(each for _, each in known)
        names = ConceptNames.of(concept_ids, terminologies) if terminologies else None
        return cls(hashes[order], concept_ids, counts, *ngrams, names)

    def rows_in(self, terminology: Terminology) -> list[int | None]:
        """Return the row of the concept of each pair, None where the terminology lacks it.

        Concepts are the same if their ids are; where none of these is known, if their names are
        (see `xlink.rerank.namesakes`).
        """
        rows = [terminology.row(each) for each in self.concept_ids]
        if self.names is None or any(row is not None for row in rows):
            return rows
        namesakes = self.names.rows_in(terminology)
        return [namesakes.get(each) for each in self.concept_ids]

    def save(self, folder: Path) -> None:
        """Write it as Arrow files of a folder."""
        columns = {
            "hash": self.hashes,
            "concept": list(self.concept_ids),
            "count": self.counts,
            "ngrams": pa.LargeListArray.from_arrays(self.bounds, self.slots),
        }
        feather.write_feather(pa.table(columns), str(folder / _COUNTS), compression="zstd")
        if self.names is not None:
            self.names.save(folder / _NAMES)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        table = feather.read_table(str(folder / _COUNTS))
        hashes, counts = (table[name].to_numpy() for name in ("hash", "count"))
        ngrams = table["ngrams"].combine_chunks()
        bounds, slots = (each.to_numpy() for each in (ngrams.offsets, ngrams.values))
        names = ConceptNames.load(folder / _NAMES) if (folder / _NAMES).is_file() else None
        return cls(hashes, tuple(table["concept"].to_pylist()), counts, bounds, slots, names)


class Recall:
    """A memory for the candidates of one terminology; concepts that it lacks are passed over."""

    def __init__(self, memory: Memory, terminology: Terminology) -> None:
        rows = memory.rows_in(terminology)
        known = np.array([row is not None for row in rows], dtype=bool)
        self._hashes = memory.hashes[known]
        self._rows = np.array([row for row in rows if row is not None], dtype=np.int64)
        self._counts = memory.counts[known].astype(np.float64)
        self._n_uses = np.bincount(self._rows, self._counts, terminology.n_concepts)
        self._by_row = np.argsort(self._rows, kind="stable")
        self._rows_in_order = self._rows[self._by_row]
        sizes = np.diff(memory.bounds)
        bounds = segment_offsets(sizes[known])
        self._wordings = Wordings(bounds, memory.slots[np.repeat(known, sizes)])

    def features(self, queries: Sequence[Query], candidates: CandidateSet) -> Floats:
        """Return three numbers a candidate. *Shape:* (n, 3)

        The share of what was linked from the same words that was linked to the concept, the
        logarithm of 1 + how often it was linked to from any words, and how alike the most alike of
        those are (see `xlink.rerank.likeness`); 0 where nothing is known.
        """
        keys = _keys(queries)
        uses = np.log1p(self._n_uses[candidates.concept_rows])
        columns = [self._shares(keys, candidates), uses, self._likeness(keys, candidates)]
        return np.stack(columns, axis=1)

    def shares(self, queries: Sequence[Query], candidates: CandidateSet) -> Floats:
        """Return the first of the `features` alone. *Shape:* (n,)"""
        return self._shares(_keys(queries), candidates)

    def _shares(self, keys: Sequence[str], candidates: CandidateSet) -> Floats:
        wanted = key_hashes(keys)
        starts, ends = (np.searchsorted(self._hashes, wanted, side=s) for s in _SIDES)
        owners, places = segment_places(starts, ends)
        totals = np.bincount(owners, self._counts[places], len(keys))
        found = self._counts[places] / totals[owners]
        width = len(self._n_uses)
        known = owners * width + self._rows[places]
        order = np.argsort(known, kind="stable")
        asked = candidates.query_numbers() * width + candidates.concept_rows
        at = np.searchsorted(known[order], asked)
        is_known = np.append(known[order], -1)[at] == asked
        shares: Floats = np.where(is_known, np.append(found[order], 0.0)[at], 0.0)
        return shares

    def _likeness(self, keys: Sequence[str], candidates: CandidateSet) -> Floats:
        found = np.zeros(candidates.n_candidates)
        rows = self._rows_in_order
        for start in range(0, len(keys), _AT_ONCE):
            end = min(start + _AT_ONCE, len(keys))
            part = candidates.part(start, end)
            alike = self._wordings.likeness(keys[start:end])
            starts, ends = (np.searchsorted(rows, part.concept_rows, side=s) for s in _SIDES)
            owners, places = segment_places(starts, ends)
            values = alike[part.query_numbers()[owners], self._by_row[places]]
            first = candidates.query_offsets[start]
            np.maximum.at(found, first + owners, values)
        return found


def _keys(queries: Sequence[Query]) -> list[str]:
    return [bag_key(each.text, each.language) for each in queries]
