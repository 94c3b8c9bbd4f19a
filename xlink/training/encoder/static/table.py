"""The vectors of features in training: texts are summed up from them, gradients move them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from xlink.encoders.ngram_features import N_SLOTS, slots_of_texts
from xlink.progress import track
from xlink.training.encoder.static.kernels import adam_step, scatter_gradients, sum_rows

__all__ = ["FeatureTable", "FeaturesOfTexts"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

_BATCH = 10_000
_LEAST_LENGTH = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class FeaturesOfTexts:
    """Texts as rows of a table: those of text `t` are `rows[bounds[t]:bounds[t + 1]]`.

    *Shapes:* `slots` (features,) says which feature a row is, ascending.
    """

    bounds: Ints
    rows: Rows
    slots: Rows

    @classmethod
    def of(cls, texts: list[str], n_features: int) -> FeaturesOfTexts:
        """Take texts apart and keep the `n_features` most frequent features."""
        counts, found = [np.zeros(1, dtype=np.int64)], [np.empty(0, dtype=np.int32)]
        for start in track(range(0, len(texts), _BATCH), "Taking names apart"):
            bounds, slots = slots_of_texts(texts[start : start + _BATCH])
            counts.append(np.diff(bounds))
            found.append(slots)
        every = np.concatenate(found)
        kept = _most_frequent(every, n_features)
        rows_of = np.full(N_SLOTS, -1, dtype=np.int32)
        rows_of[kept] = np.arange(len(kept), dtype=np.int32)
        rows = rows_of[every]
        known = rows >= 0
        bounds = np.concatenate([[0], np.cumsum(known)])[np.cumsum(np.concatenate(counts))]
        return cls(bounds, rows[known], kept)


@dataclass(slots=True, eq=False)
class FeatureTable:
    """The vectors of features, with the state of Adam. *Shape of `table`:* (features, dimension)"""

    features: FeaturesOfTexts
    table: Floats
    _totals: Floats = field(init=False)
    _first: Floats = field(init=False)
    _second: Floats = field(init=False)
    _marks: Rows = field(init=False)
    _touched: Rows = field(init=False)

    def __post_init__(self) -> None:
        self._totals, self._first, self._second = (np.zeros_like(self.table) for _ in range(3))
        self._marks = np.full(len(self.table), -1, dtype=np.int32)
        self._touched = np.empty(len(self.table), dtype=np.int32)

    @classmethod
    def drawn(
        cls, features: FeaturesOfTexts, dimension: int, generator: np.random.Generator
    ) -> FeatureTable:
        """Begin with small vectors drawn at random."""
        shape = (len(features.slots), dimension)
        table = generator.standard_normal(shape) * 0.1 / np.sqrt(dimension)
        return cls(features, table.astype(np.float32))

    def vectors(self, texts: Ints, dropped: Flags) -> tuple[Floats, Floats]:
        """Return vectors of length 1, and their lengths before.

        *Shapes:* (n,), (features,) -> (n, dimension), (n, 1)
        """
        sums = np.empty((len(texts), self.table.shape[1]), dtype=np.float32)
        sum_rows(self.features.bounds, self.features.rows, texts, dropped, self.table, sums)
        lengths = np.sqrt(np.square(sums).sum(axis=1, keepdims=True)).clip(min=_LEAST_LENGTH)
        return sums / lengths, lengths

    def move(
        self, texts: Ints, dropped: Flags, gradients: Floats, *, step: int, rate: float
    ) -> None:
        """Move the vectors against the gradients of texts. *Shapes:* (n,), (features,), (n, d)"""
        n_touched = scatter_gradients(
            self.features.bounds,
            self.features.rows,
            texts,
            dropped,
            gradients.astype(np.float32, copy=False),
            self._totals,
            self._marks,
            step,
            self._touched,
        )
        touched = self._touched[:n_touched]
        adam_step(self.table, self._totals, self._first, self._second, touched, rate)


def _most_frequent(found: Rows, n: int) -> Rows:
    """Return the `n` most frequent features, ascending; the lower number wins a tie."""
    counts = np.bincount(found, minlength=N_SLOTS)
    order = np.argsort(-counts, kind="stable")[:n]
    return np.sort(order[counts[order] > 0]).astype(np.int32)
