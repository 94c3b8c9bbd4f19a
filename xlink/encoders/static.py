"""Static embeddings: a table of token vectors, and the mean of those that a text has.

The format of model2vec and of the `StaticEmbedding` module of sentence-transformers.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from xlink.errors import ArtifactError, MissingExtraError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["StaticEncoder", "is_static_folder"]

Floats = npt.NDArray[np.float32]

_WEIGHTS, _TOKENIZER = "model.safetensors", "tokenizer.json"
_TABLES = ("embeddings", "embedding.weight")
_PARTS = ("", "0_StaticEmbedding")
_MAX_TOKENS = 512


class StaticEncoder:
    """Encodes tens of thousands of names a second; vectors have length 1.

    *Shapes:* `table` (rows, dimension); `weights` (tokens,) scales the vector of each token, and
    `rows` (tokens,) says where it is, if several tokens share one.
    """

    def __init__(
        self,
        name: str,
        tokenizer: Tokenizer,
        table: Floats,
        weights: Floats | None = None,
        rows: npt.NDArray[np.int64] | None = None,
    ) -> None:
        self.name = name
        self.dimension = table.shape[1]
        self._tokenizer = tokenizer
        self._table = table
        self._weights = weights
        self._rows = rows

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open a folder that holds `model.safetensors` and `tokenizer.json`.

        Raises:
            MissingExtraError: the packages that read them are not installed.
            ArtifactError: there is no table of vectors in it.
        """
        for package in ("safetensors", "tokenizers"):
            if importlib.util.find_spec(package) is None:
                raise MissingExtraError("A static embedding", "onnx")
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        part = _part(folder)
        if part is None:
            raise ArtifactError(f"{folder} holds no static embedding: {_WEIGHTS}, {_TOKENIZER}.")
        stored = load_file(part / _WEIGHTS)
        tables = [stored[each] for each in _TABLES if each in stored]
        if not tables:
            raise ArtifactError(
                f"{part / _WEIGHTS} holds {', '.join(sorted(stored))}, and none of "
                f"{', '.join(_TABLES)}. Name the folder of a static embedding."
            )
        tokenizer = Tokenizer.from_file(str(part / _TOKENIZER))
        tokenizer.no_padding()
        tokenizer.enable_truncation(_MAX_TOKENS)
        weights, rows = stored.get("weights"), stored.get("mapping")
        return cls(
            str(folder),
            tokenizer,
            tables[0].astype(np.float32, copy=False),
            None if weights is None else weights.astype(np.float32),
            None if rows is None else rows.astype(np.int64),
        )

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one vector of length 1 a text, zeros for one without tokens. *Shape:* (n, d)"""
        found = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        counts = np.array([len(each.ids) for each in found], dtype=np.int64)
        tokens = np.fromiter((token for each in found for token in each.ids), np.int64)
        vectors = self._table[tokens if self._rows is None else self._rows[tokens]]
        if self._weights is not None:
            vectors = vectors * self._weights[tokens][:, None]
        sums = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if len(tokens):
            filled = counts > 0
            starts = (np.cumsum(counts) - counts)[filled]
            sums[filled] = np.add.reduceat(vectors, starts, axis=0)
        lengths = np.sqrt(np.square(sums).sum(axis=1, keepdims=True))
        unit: Floats = (sums / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)
        return unit


def is_static_folder(folder: Path) -> bool:
    """Tell whether a folder holds a static embedding."""
    return _part(folder) is not None


def _part(folder: Path) -> Path | None:
    """Return the folder of the table itself, which sentence-transformers may put one deeper."""
    modules = folder / "modules.json"
    if modules.is_file():
        first = json.loads(modules.read_text(encoding="utf-8"))[0]
        if not str(first["type"]).endswith("StaticEmbedding"):
            return None
        part = folder / str(first["path"])
        return part if _is_whole(part) else None
    described = folder / "config.json"
    if described.is_file():
        told = json.loads(described.read_text(encoding="utf-8"))
        if told.get("model_type") != "model2vec":
            return None
    return next((folder / each for each in _PARTS if _is_whole(folder / each)), None)


def _is_whole(part: Path) -> bool:
    return (part / _WEIGHTS).is_file() and (part / _TOKENIZER).is_file()
