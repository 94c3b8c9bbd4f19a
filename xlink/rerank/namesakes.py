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
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class ConceptNames:
    """The names of concepts by hash; those of concept `c` are `hashes[bounds[c]:bounds[c + 1]]`.

    *Shapes:* `bounds` (concepts + 1,), `hashes` (names,)
    """

    concept_ids: tuple[str, ...]
    bounds: Places
    hashes: Hashes

    @classmethod
    def of(cls, concept_ids: Collection[str], terminologies: Sequence[Terminology]) -> Self:
        """Take the names that concepts have in any of the terminologies."""
        ids = tuple(sorted(set(concept_ids)))
        whose, names = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.uint64)]
        for terminology in terminologies:
            rows = [terminology.row(each) for each in ids]
            places = np.array([place for place, row in enumerate(rows) if row is not None], int)
            at = np.array([row for row in rows if row is not None], int)
            starts, ends = (terminology.first_aliases[at + more] for more in (0, 1))
            own, aliases = segment_places(starts, ends)
            whose.append(places[own])
            names.append(_hashes(terminology, aliases))
        owners, hashes = _distinct(np.concatenate(whose), np.concatenate(names))
        return cls(ids, segment_offsets(np.bincount(owners, minlength=len(ids))), hashes)

    def rows_in(self, terminology: Terminology) -> dict[str, int]:
        """Return the row of the one concept that shares most names with each, where there is one.

        Where several share as many, none does.
        """
        aliases = np.arange(terminology.n_aliases)
        rows, theirs = _distinct(terminology.alias_concepts, _hashes(terminology, aliases))
        own = np.repeat(np.arange(len(self.concept_ids)), np.diff(self.bounds))
        order = np.argsort(theirs, kind="stable")
        starts, ends = (
            np.searchsorted(theirs[order], self.hashes, side=side) for side in ("left", "right")
        )
        names, at = segment_places(starts, ends)
        found = _alone_first(np.stack([own[names], rows[order[at]]], axis=1))
        return {self.concept_ids[concept]: row for concept, row in found.tolist()}

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


def _hashes(terminology: Terminology, aliases: Places) -> Hashes:
    """Return the hashes of folded names. *Shape:* as `aliases`, which are in any order"""
    order = np.argsort(aliases, kind="stable")
    hashes = np.empty(len(aliases), dtype=np.uint64)
    hashes[order] = level_hashes(terminology, aliases[order], ("folded",))["folded"]
    return hashes


def _alone_first(pairs: Places) -> Places:
    """Return of each left number the pair that comes most often, if one does. *Shapes:* (n, 2)"""
    pairs, counts = np.unique(pairs, axis=0, return_counts=True)
    left = pairs[:, 0]
    most = np.zeros(left.max(initial=-1) + 1, dtype=np.int64)
    np.maximum.at(most, left, counts)
    first = pairs[counts == most[left]]
    alone: Places = first[np.bincount(first[:, 0])[first[:, 0]] == 1]
    return alone


def _distinct(owners: npt.NDArray[np.integer], hashes: Hashes) -> tuple[Places, Hashes]:
    """Return each pair of owner and hash once, by owner; names without a letter are left out."""
    said = hashes != key_hashes([""])[0]
    order = np.lexsort((hashes[said], owners[said]))
    owners, hashes = owners[said][order], hashes[said][order]
    first = np.ones(len(owners), dtype=bool)
    first[1:] = (owners[1:] != owners[:-1]) | (hashes[1:] != hashes[:-1])
    return owners[first].astype(np.int64), hashes[first]
