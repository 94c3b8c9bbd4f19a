"""Concepts of one terminology in another one: those that share most of their names with them.

Names are equal if they are when folded (`xlink.text.folding`), in whatever language, and are kept
as hashes, so that no text can be read from them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.feather as feather

from xlink.candidate_set import segment_offsets, segment_places
from xlink.candidates.lookup_keys import level_hashes
from xlink.terminology import Terminology
from xlink.text.keys import key_hashes

__all__ = ["ConceptNames"]

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ConceptNames:
    """The names of concepts by hash; those of concept `c` are `hashes[bounds[c]:bounds[c + 1]]`.

    *Shapes:* `bounds` (concepts + 1,), `hashes` (names,)
    """

    concept_ids: tuple[str, ...]
    bounds: Places
    hashes: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, concept_ids: Collection[str], terminologies: Sequence[Terminology]) -> Self:
        """Take the names that concepts have in any of the terminologies."""
        ids = tuple(sorted(set(concept_ids)))
        found = [_of_rows(each, [each.row(own) for own in ids]) for each in terminologies]
        empty = np.empty(0)
        owners = np.concatenate([empty.astype(np.int64), *(each for each, _ in found)])
        hashes = np.concatenate([empty.astype(np.uint64), *(each for _, each in found)])
        owners, hashes = _distinct(owners, hashes)
        return cls(ids, segment_offsets(np.bincount(owners, minlength=len(ids))), hashes)

    def rows_in(self, terminology: Terminology) -> dict[str, int]:
        """Return the row of the one concept that shares most names with each, where there is one.

        Where several share as many, none does.
        """
        places, theirs = _of_rows(terminology, range(terminology.n_concepts))
        own = np.repeat(np.arange(len(self.concept_ids)), np.diff(self.bounds))
        order = np.argsort(theirs, kind="stable")
        starts, ends = (
            np.searchsorted(theirs[order], self.hashes, side=side) for side in ("left", "right")
        )
        names, at = segment_places(starts, ends)
        pairs = np.stack([own[names], places[order[at]]], axis=1)
        pairs, counts = np.unique(pairs, axis=0, return_counts=True)
        best = np.zeros(len(self.concept_ids), dtype=np.int64)
        np.maximum.at(best, pairs[:, 0], counts)
        first = pairs[counts == best[pairs[:, 0]]]
        n_first = np.bincount(first[:, 0], minlength=len(self.concept_ids))
        alone = first[n_first[first[:, 0]] == 1]
        return {self.concept_ids[concept]: row for concept, row in alone.tolist()}

    def save(self, path: Path) -> None:
        """Write it as an Arrow file."""
        names = pa.LargeListArray.from_arrays(self.bounds, self.hashes)
        table = pa.table({"concept": list(self.concept_ids), "names": names})
        feather.write_feather(table, str(path), compression="zstd")

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        table = feather.read_table(str(path))
        names = table["names"].combine_chunks()
        bounds, hashes = (each.to_numpy() for each in (names.offsets, names.values))
        return cls(tuple(table["concept"].to_pylist()), bounds, hashes)


def _of_rows(
    terminology: Terminology, rows: Sequence[int | None]
) -> tuple[Places, npt.NDArray[np.uint64]]:
    """Return the distinct names of the concepts at `rows`, by their place in it, and whose."""
    known = np.array([(place, row) for place, row in enumerate(rows) if row is not None])
    places, at = known.reshape(-1, 2).astype(np.int64).T
    first = terminology.first_aliases
    owners, aliases = segment_places(first[at], first[at + 1])
    order = np.argsort(aliases, kind="stable")
    hashes = level_hashes(terminology, aliases[order], ("folded",))["folded"]
    return _distinct(places[owners[order]], hashes)


def _distinct(
    owners: Places, hashes: npt.NDArray[np.uint64]
) -> tuple[Places, npt.NDArray[np.uint64]]:
    """Return each pair of owner and hash once, by owner; names without a letter are left out."""
    said = hashes != key_hashes([""])[0]
    order = np.lexsort((hashes[said], owners[said]))
    owners, hashes = owners[said][order], hashes[said][order]
    first = np.ones(len(owners), dtype=bool)
    first[1:] = (owners[1:] != owners[:-1]) | (hashes[1:] != hashes[:-1])
    return owners[first], hashes[first]
