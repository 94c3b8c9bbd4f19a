"""Bags of words and character n-grams: a vector each, summed up. Numpy alone, and no tokenizer.

A model is a folder: `config.json`, `slots.npy` (which features are known), `codes.npy` (their
vectors in 4 bits, two numbers a byte) and `scales.npy` (one factor a vector).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from xlink.encoders.ngram_features import N_SLOTS, slots_of_texts
from xlink.errors import ArtifactError

__all__ = ["NgramBagEncoder", "is_ngram_bag_folder"]

Floats = npt.NDArray[np.float32]

_MODEL_TYPE, _FORMAT = "xlink-ngram-bag", 1
_BATCH = 1_024
_HIGHEST = 7
_FILES = ("slots.npy", "codes.npy", "scales.npy")


class NgramBagEncoder:
    """Encodes tens of thousands of names a second; vectors have length 1.

    A text's vector is the same to the last bit whatever is encoded beside it; that of a text
    without a known feature is zero.

    *Shapes:* `slots` (rows,) ascending numbers of features; `codes` (rows, dimension) whole numbers
    from -7 to 7, which `scales` (rows,) makes into vectors.
    """

    def __init__(
        self,
        name: str,
        slots: npt.NDArray[np.int32],
        codes: npt.NDArray[np.int8],
        scales: npt.NDArray[np.float32],
    ) -> None:
        self.name = name
        self.dimension = codes.shape[1]
        self._slots, self._codes, self._scales = slots, codes, scales
        self._rows = np.full(N_SLOTS, -1, dtype=np.int32)
        self._rows[slots] = np.arange(len(slots), dtype=np.int32)

    @property
    def n_features(self) -> int:
        """Number of words and n-grams that have a vector."""
        return len(self._slots)

    @classmethod
    def of_vectors(cls, name: str, slots: npt.NDArray[np.int32], vectors: Floats) -> Self:
        """Round the vectors of features. *Shapes:* (rows,), (rows, dimension), an even dimension"""
        scales = np.abs(vectors).max(axis=1, initial=0) / _HIGHEST
        scales = np.where(scales > 0, scales, 1).astype(np.float16).astype(np.float32)
        codes = np.rint(vectors / scales[:, None]).clip(-_HIGHEST, _HIGHEST).astype(np.int8)
        order = np.argsort(slots)
        return cls(name, slots[order].astype(np.int32), codes[order], scales[order])

    @classmethod
    def open(cls, folder: Path, name: str | None = None) -> Self:
        """Open a folder that `save` wrote; its path is the name unless told.

        Raises:
            ArtifactError: a file is missing, cut, or of another format.
        """
        told = _config(folder)
        if told.get("format") != _FORMAT:
            raise ArtifactError(
                f"{folder} has the format {told.get('format')}, and this version of xlink reads "
                f"{_FORMAT}. Update xlink, or train the encoder again."
            )
        try:
            slots, packed, scales = (np.load(folder / each, allow_pickle=False) for each in _FILES)
        except (OSError, ValueError, EOFError) as error:
            raise ArtifactError(
                f"{folder} is damaged ({error}). Install or train the encoder again."
            ) from None
        if not len(slots) == len(packed) == len(scales):
            raise ArtifactError(f"{folder} is damaged: its files differ in length.")
        codes = _unpacked(packed)
        return cls(str(folder) if name is None else name, slots, codes, scales.astype(np.float32))

    def save(self, folder: Path) -> None:
        """Write the model into a folder, which is made if it does not exist."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "slots.npy", self._slots)
        np.save(folder / "codes.npy", _packed(self._codes))
        np.save(folder / "scales.npy", self._scales.astype(np.float16))
        config = {"model_type": _MODEL_TYPE, "format": _FORMAT, "dimension": self.dimension}
        (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one vector a text, of length 1 or 0. *Shape:* (n, dimension)"""
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            part = list(texts[start : start + _BATCH])
            vectors[start : start + len(part)] = self._sums(part)
        lengths = np.sqrt(np.square(vectors).sum(axis=1, keepdims=True))
        vectors /= np.where(lengths > 0, lengths, 1)
        return vectors

    def _sums(self, texts: list[str]) -> Floats:
        bounds, slots = slots_of_texts(texts)
        rows = self._rows[slots]
        known = rows >= 0
        rows = rows[known]
        offsets = np.concatenate([[0], np.cumsum(known)])[bounds]
        seen = np.zeros(len(self._slots), dtype=bool)
        seen[rows] = True
        distinct = np.flatnonzero(seen)
        places = np.zeros(len(self._slots), dtype=np.int32)
        places[distinct] = np.arange(len(distinct), dtype=np.int32)
        table = self._codes[distinct] * self._scales[distinct, None]
        ones = np.ones(len(rows), dtype=np.float32)
        bag = csr_array((ones, places[rows], offsets), shape=(len(texts), len(distinct)))
        sums: Floats = bag @ table
        return sums


def is_ngram_bag_folder(folder: Path) -> bool:
    """Tell whether a folder holds a model that `NgramBagEncoder.save` wrote."""
    return (folder / "config.json").is_file() and _config(folder).get("model_type") == _MODEL_TYPE


def _config(folder: Path) -> dict[str, object]:
    try:
        told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ArtifactError(f"{folder} holds no encoder: {error}") from None
    return told if isinstance(told, dict) else {}


def _packed(codes: npt.NDArray[np.int8]) -> npt.NDArray[np.uint8]:
    """Put two numbers into a byte, the even places in the low half."""
    shifted = (codes + 8).astype(np.uint8)
    return shifted[:, ::2] + shifted[:, 1::2] * np.uint8(16)


def _unpacked(packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
    codes = np.empty((len(packed), 2 * packed.shape[1]), dtype=np.int8)
    codes[:, ::2] = (packed & 15).astype(np.int8) - 8
    codes[:, 1::2] = (packed >> 4).astype(np.int8) - 8
    return codes
