"""The stored half of dense retrieval: vectors of names, what is done to them, and who has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from xlink.candidates.vectors.exact import Admitted, ExactSearch, VectorSearch, rescored
from xlink.candidates.vectors.faiss_search import FaissSearch
from xlink.candidates.vectors.names import DistinctNames
from xlink.candidates.vectors.space import VectorSpace
from xlink.candidates.vectors.stored import StoredVectors

__all__ = ["DenseArrays", "DenseIndex"]

Floats = npt.NDArray[np.float32]

_FAISS = "index.faiss"


@dataclass(frozen=True, slots=True, eq=False)
class DenseArrays:
    """What is stored beside the search.

    *Shapes:* `numbers` (texts, dimension) and `scales` (texts,) are those of `StoredVectors`,
    `offsets` and `aliases` those of `DistinctNames`, `mean` and `matrix` those of `VectorSpace`;
    `penalties` (texts,); `probes` (p, dimension of the encoder).
    """

    numbers: npt.NDArray[Any]
    scales: Floats
    penalties: Floats
    offsets: npt.NDArray[np.int64]
    aliases: npt.NDArray[np.int32]
    mean: Floats
    matrix: Floats
    probes: Floats


class DenseIndex:
    """Finds texts by vector, exactly or with FAISS, as `kind` says; all scores are exact."""

    def __init__(self, arrays: DenseArrays, kind: str, search: VectorSearch) -> None:
        self.arrays = arrays
        self.kind = kind
        self.vectors = StoredVectors(arrays.numbers, arrays.scales)
        self.space = VectorSpace(arrays.mean, arrays.matrix)
        self._search = search

    @classmethod
    def build(
        cls,
        names: DistinctNames,
        stored: StoredVectors,
        penalties: Floats,
        space: VectorSpace,
        probes: Floats,
        *,
        kind: str,
    ) -> Self:
        """Index vectors that have been brought into `space`."""
        arrays = DenseArrays(
            numbers=stored.numbers,
            scales=stored.scales,
            penalties=penalties,
            offsets=names.offsets,
            aliases=names.aliases,
            mean=space.mean,
            matrix=space.matrix,
            probes=probes,
        )
        if kind == "flat":
            return cls(arrays, kind, ExactSearch(stored, penalties))
        whole = stored.floats(slice(None)) * stored.scales[:, None]
        return cls(arrays, kind, FaissSearch.build(kind, whole, penalties))

    def save(self, folder: Path) -> None:
        """Write all into files of `folder`."""
        for field in fields(DenseArrays):
            array = getattr(self.arrays, field.name)
            np.save(folder / f"{field.name}.npy", array, allow_pickle=False)
        if isinstance(self._search, FaissSearch):
            self._search.save(folder / _FAISS)

    @classmethod
    def load(cls, folder: Path, kind: str) -> Self:
        """Map what `save` wrote.

        Raises:
            MissingExtraError: the search needs FAISS, which is not installed.
        """
        mapped: dict[str, npt.NDArray[Any]] = {
            field.name: np.load(folder / f"{field.name}.npy", mmap_mode="r", allow_pickle=False)
            for field in fields(DenseArrays)
        }
        arrays = DenseArrays(**mapped)
        if kind == "flat":
            stored = StoredVectors(arrays.numbers, arrays.scales)
            return cls(arrays, kind, ExactSearch(stored, arrays.penalties))
        return cls(arrays, kind, FaissSearch.load(folder / _FAISS, kind))

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.arrays.scales)

    def nearest(
        self, queries: Floats, n: int, admitted: Admitted
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], Floats]:
        """Return query numbers, aliases and scores of about the best `n` texts of each query.

        *Shapes:* `queries` (q, dimension); `admitted` (aliases of the terminology,); results (n,).
        """
        arrays = self.arrays
        texts = None
        if admitted is not None:
            texts = np.logical_or.reduceat(admitted[arrays.aliases], arrays.offsets[:-1])
        hits = self._search.hits(queries, n, texts)
        scores = rescored(queries, self.vectors, arrays.penalties, hits)
        numbers, rows = hits
        counts = arrays.offsets[rows + 1] - arrays.offsets[rows]
        starts = arrays.offsets[rows] - (np.cumsum(counts) - counts)
        aliases = arrays.aliases[np.repeat(starts, counts) + np.arange(counts.sum())]
        numbers, scores = np.repeat(numbers, counts), np.repeat(scores, counts)
        if admitted is not None:
            kept = admitted[aliases]
            numbers, aliases, scores = numbers[kept], aliases[kept], scores[kept]
        return numbers, aliases, scores

    def stored_for(
        self, texts: Sequence[str], before: Sequence[str], added: Floats
    ) -> StoredVectors:
        """Return the vectors of `texts`, taken from here if they were `before`, else from `added`.

        *Shape:* `added` has a row for each of `texts` that was not, in their order.
        """
        places = {text: place for place, text in enumerate(before)}
        rows = np.array([places.get(text, -1) for text in texts], dtype=np.int64)
        rows[rows < 0] = len(self) + np.arange(len(added))
        fresh = StoredVectors.of(added, self.vectors.precision)
        return StoredVectors(
            np.concatenate([self.vectors.numbers, fresh.numbers])[rows],
            np.concatenate([self.vectors.scales, fresh.scales])[rows],
        )
