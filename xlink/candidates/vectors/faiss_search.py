"""Approximate search for large terminologies, by FAISS."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from xlink.candidates.vectors.exact import Admitted, Hits
from xlink.errors import MissingExtraError, UnknownNameError

__all__ = ["KINDS", "FaissSearch", "chosen_search"]

Floats = npt.NDArray[np.float32]

KINDS = ("flat", "hnsw", "ivf-sq8", "ivf-pq", "ivf-rabitq")
_FLAT_UP_TO, _SQ_UP_TO = 1_000_000, 3_000_000
_EF = 256
_NEIGHBOURS = 32
# A quarter of the lists lost .001 of recall@64 on names of HPO, an eighth .007.
_PROBED_SHARE, _LEAST_PROBED = 1 / 4, 32
_TRAINING_ROWS = 200_000
# With one bit a dimension, 256 rows had .958 of the nearest 64 in them, 512 rows .972; vectors of
# fewer dimensions need more.
_MORE = 4


def chosen_search(search: str, n_texts: int) -> str:
    """Return the kind of search for a number of distinct names.

    `auto` stands for `flat` up to a million, `ivf-sq8` up to three million and `ivf-rabitq` above
    (one bit a dimension: Gao and Long, SIGMOD 2024); without FAISS it is always `flat`. `hnsw`
    takes minutes to build where the others take seconds, and is for those who ask for it.

    Raises:
        UnknownNameError: there is no such search.
        MissingExtraError: it needs FAISS, which is not installed.
    """
    installed = importlib.util.find_spec("faiss") is not None
    if search == "auto":
        if n_texts <= _FLAT_UP_TO or not installed:
            return "flat"
        return "ivf-sq8" if n_texts <= _SQ_UP_TO else "ivf-rabitq"
    if search not in KINDS:
        raise UnknownNameError("vector search", search, (*KINDS, "auto"))
    if search != "flat" and not installed:
        raise MissingExtraError(f"The search {search}", "faiss")
    return search


class FaissSearch:
    """Finds most of the best rows at a fraction of the work; their scores are computed anew after.

    Penalties are one more dimension of the rows, in which every query is 1.
    """

    def __init__(self, index: Any, kind: str) -> None:
        self._index = index
        self._kind = kind

    @classmethod
    def build(cls, kind: str, vectors: Floats, penalties: Floats) -> Self:
        """Index `vectors`. *Shapes:* (rows, dimension), (rows,)"""
        import faiss

        rows = np.column_stack([vectors, -penalties]).astype(np.float32)
        width = rows.shape[1]
        if kind == "ivf-pq" and width % 8:  # product codes cut a vector into equal parts
            rows = np.pad(rows, ((0, 0), (0, 8 - width % 8)))
            width = rows.shape[1]
        n_lists = max(1, min(int(4 * np.sqrt(len(rows))), len(rows) // 39))
        recipe = {  # np: without training for Hamming distances, which takes most of the time
            "hnsw": f"HNSW{_NEIGHBOURS}_SQ8",
            "ivf-sq8": f"IVF{n_lists},SQ8",
            "ivf-pq": f"IVF{n_lists},PQ{width // 8}x8np",
            "ivf-rabitq": f"IVF{n_lists},RaBitQ",
        }[kind]
        if kind == "ivf-pq" and len(rows) < 256:  # a code book has 256 entries
            recipe = f"IVF{n_lists},SQ8"
        index = faiss.index_factory(width, recipe, faiss.METRIC_INNER_PRODUCT)
        rng = np.random.default_rng(0)
        index.train(rows[np.sort(rng.permutation(len(rows))[:_TRAINING_ROWS])])
        for start in range(0, len(rows), _TRAINING_ROWS):
            index.add(rows[start : start + _TRAINING_ROWS])
        return cls(index, kind)

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path, kind: str) -> Self:
        """Open a written index, by memory map as far as FAISS can.

        Raises:
            MissingExtraError: FAISS is not installed.
        """
        if importlib.util.find_spec("faiss") is None:
            raise MissingExtraError(f"The search {kind}", "faiss")
        import faiss

        return cls(faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY), kind)

    def hits(self, queries: Floats, n: int, admitted: Admitted) -> Hits:
        """Return about the best `n` rows of each query."""
        faiss = _library()

        n = min(n * _MORE if self._kind == "ivf-rabitq" else n, self._index.ntotal)
        asked = np.zeros((len(queries), self._index.d), dtype=np.float32)
        asked[:, : queries.shape[1]] = queries
        asked[:, queries.shape[1]] = 1
        selector = None
        if admitted is not None:
            selector = faiss.IDSelectorBatch(np.flatnonzero(admitted))
        if self._kind == "hnsw":
            parameters = faiss.SearchParametersHNSW(sel=selector, efSearch=max(_EF, 2 * n))
        else:
            # The larger the share of rows that is wanted, the more lists: in the end all of them.
            n_rows = self._index.ntotal if admitted is None else int(admitted.sum())
            share = max(_PROBED_SHARE, n / max(1, n_rows))
            n_probed = max(_LEAST_PROBED, int(np.ceil(self._index.nlist * share)))
            parameters = faiss.SearchParametersIVF(
                sel=selector, nprobe=min(self._index.nlist, n_probed)
            )
        _, rows = self._index.search(asked, n, params=parameters)
        numbers = np.repeat(np.arange(len(queries)), n)
        found = rows.ravel()
        return numbers[found >= 0], found[found >= 0]


def _library() -> Any:
    """Import FAISS as something whose type is not known: its own annotations lack much of it."""
    import faiss

    return faiss
