"""What annotators linked before: how often a mention's words were linked to a concept.

Concepts are named by id and words by hash, so that a memory belongs to no terminology and has no
text in it. Whoever can guess the words can look them up, though.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.feather as feather

from xlink.candidate_set import CandidateSet, segment_offsets
from xlink.terminology import Terminology
from xlink.text.keys import bag_key, key_hashes
from xlink.types import Document, Query

__all__ = ["Memory", "Recall"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Memory:
    """Counts of pairs of words and concept, by hash upward.

    *Shapes:* `hashes` and `counts` (pairs,), and as many `concept_ids`. Words are equal if their
    `bag_key` is. A mention with several gold concepts counts once for each.
    """

    hashes: npt.NDArray[np.uint64]
    concept_ids: tuple[str, ...]
    counts: npt.NDArray[np.int64]

    @classmethod
    def build(cls, documents: Iterable[Document]) -> Self:
        """Count the gold of all annotated mentions; NIL leaves no trace."""
        pairs: Counter[tuple[str, str]] = Counter()
        for document in documents:
            for mention in document.mentions:
                if mention.gold and (key := bag_key(mention.text, document.language)):
                    pairs.update((key, each) for each in mention.gold)
        known = sorted(pairs)
        hashes = key_hashes(key for key, _ in known)
        order = np.argsort(hashes, kind="stable")
        counts = np.array([pairs[pair] for pair in known], dtype=np.int64)
        ids = tuple(known[place][1] for place in order.tolist())
        return cls(hashes[order], ids, counts[order])

    def save(self, path: Path) -> None:
        """Write it as an Arrow file."""
        columns = {"hash": self.hashes, "concept": list(self.concept_ids), "count": self.counts}
        feather.write_feather(pa.table(columns), str(path), compression="zstd")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        table = feather.read_table(str(path))
        hashes, counts = (table[name].to_numpy() for name in ("hash", "count"))
        return cls(hashes, tuple(table["concept"].to_pylist()), counts)


class Recall:
    """A memory for the candidates of one terminology; concepts that it lacks are passed over."""

    def __init__(self, memory: Memory, terminology: Terminology) -> None:
        rows = [terminology.row(each) for each in memory.concept_ids]
        known = np.array([row is not None for row in rows], dtype=bool)
        self._hashes = memory.hashes[known]
        self._rows = np.array([row for row in rows if row is not None], dtype=np.int64)
        self._counts = memory.counts[known].astype(np.float64)
        self._n_uses = np.bincount(self._rows, self._counts, terminology.n_concepts)

    def features(self, queries: Sequence[Query], candidates: CandidateSet) -> Floats:
        """Return two numbers a candidate. *Shape:* (n, 2)

        The share of what was linked from the same words that was linked to the concept, and the
        logarithm of 1 + how often it was linked to from any words; 0 where nothing is known.
        """
        shares = self.shares(queries, candidates)
        return np.stack([shares, np.log1p(self._n_uses[candidates.concept_rows])], axis=1)

    def shares(self, queries: Sequence[Query], candidates: CandidateSet) -> Floats:
        """Return the first of the `features` alone. *Shape:* (n,)"""
        wanted = key_hashes(bag_key(each.text, each.language) for each in queries)
        starts, ends = (np.searchsorted(self._hashes, wanted, side=s) for s in ("left", "right"))
        sizes = ends - starts
        owners = np.repeat(np.arange(len(queries)), sizes)
        places = np.repeat(starts - segment_offsets(sizes)[:-1], sizes) + np.arange(len(owners))
        totals = np.bincount(owners, self._counts[places], len(queries))
        found = self._counts[places] / totals[owners]
        width = len(self._n_uses)
        known = owners * width + self._rows[places]
        order = np.argsort(known, kind="stable")
        asked = candidates.query_numbers() * width + candidates.concept_rows
        at = np.searchsorted(known[order], asked)
        is_known = np.append(known[order], -1)[at] == asked
        shares: Floats = np.where(is_known, np.append(found[order], 0.0)[at], 0.0)
        return shares
