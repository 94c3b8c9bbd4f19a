"""How alike words are to remembered ones: the cosine of their n-grams, rare ones counting more.

The n-grams are those of the static encoder (`slots_of_texts`), numbers that no text can be read
from. Each counts once, by the logarithm of how few of the remembered words have it (Spärck Jones,
A statistical interpretation of term specificity, 1972).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from xlink.encoders.ngram_features import slots_of_texts

__all__ = ["Wordings"]

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]


class Wordings:
    """Remembered words by number, and how alike others are to them."""

    def __init__(self, bounds: Places, slots: npt.NDArray[np.int32]) -> None:
        """Take the n-grams of `n` words. *Shapes:* `bounds` (n + 1,), `slots` (n-grams,)"""
        self._n_words = len(bounds) - 1
        owners = np.repeat(np.arange(self._n_words), np.diff(bounds))
        self._slots, numbers = np.unique(slots, return_inverse=True)
        owners, numbers = np.unique(np.stack([owners, numbers]), axis=1)
        n_uses = np.bincount(numbers, minlength=len(self._slots))
        # One more for whatever no word has.
        self._weights = np.log((1 + self._n_words) / (1 + np.append(n_uses, 0))) + 1
        self._bags = self._bags_of(owners, numbers, self._n_words).T.tocsr()

    def likeness(self, texts: Sequence[str]) -> Floats:
        """Return the cosine of each text with each of the words, 0 to 1. *Shape:* (texts, n)"""
        bounds, slots = slots_of_texts(list(texts))
        owners = np.repeat(np.arange(len(texts)), np.diff(bounds))
        owners, slots = np.unique(np.stack([owners, slots]), axis=1)
        places = np.searchsorted(self._slots, slots)
        is_known = np.append(self._slots, -1)[places] == slots
        numbers = np.where(is_known, places, len(self._slots))
        found: Floats = (self._bags_of(owners, numbers, len(texts)) @ self._bags).toarray()
        return found

    def _bags_of(self, owners: Places, numbers: Places, n_texts: int) -> csr_array:
        """Return weighted n-grams of length 1 a text. *Shape:* (n_texts, n-grams + 1)"""
        weights = self._weights[numbers]
        lengths = np.sqrt(np.bincount(owners, weights**2, n_texts))
        values = (weights / lengths[owners]).astype(np.float32)
        shape = (n_texts, len(self._weights))
        return csr_array((values, (owners, numbers)), shape=shape)
