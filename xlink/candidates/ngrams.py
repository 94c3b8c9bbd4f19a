"""Character n-grams of folded texts, made for a whole batch at once.

An n-gram lies within a word with a space on each side, as in scikit-learn's `char_wb`. Scripts
without spaces also give single characters and pairs, for their words are that short.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from xlink.text.tokens import is_spaceless

__all__ = ["MAX_SIZE", "NgramAnalyser"]

MAX_SIZE = 4
"""Characters in the longest n-gram: four of 16 bits make a 64-bit number."""

_SPACE, _UNKNOWN = 1, 0xFFFF
_BITS = 16
_N_CODES = 0x110000
_BATCH = 10_000

Codes = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class NgramAnalyser:
    """Turns texts into numbers that stand for their n-grams.

    `alphabet` holds the known code points in order; the first is the space. A character outside
    of it gets a number that no index has: its n-grams only count in the length of a query.
    """

    alphabet: Codes
    sizes: tuple[int, ...]

    @classmethod
    def fit(cls, texts: list[str], sizes: tuple[int, ...]) -> NgramAnalyser:
        """Learn the alphabet of `texts`, which are folded.

        Raises:
            ValueError: a size is not in 1 to 4.
        """
        if not sizes or not all(1 <= size <= MAX_SIZE for size in sizes):
            raise ValueError(f"Sizes of n-grams are from 1 to {MAX_SIZE}, not {sizes}.")
        counts = np.zeros(_N_CODES, dtype=np.int64)
        for start in range(0, len(texts), _BATCH):
            counts += np.bincount(
                _codes("".join(texts[start : start + _BATCH])), minlength=_N_CODES
            )
        codes = np.flatnonzero(counts)
        by_count = np.argsort(-counts[codes], kind="stable")
        common = np.sort(codes[by_count][: _UNKNOWN - _SPACE - 1])
        alphabet = np.concatenate([[0x20], common[common != 0x20]]).astype(np.uint32)
        return cls(alphabet, tuple(sorted(sizes)))

    def ngrams(self, texts: list[str]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
        """Return the distinct n-grams of each text, sorted by text and then by n-gram.

        *Shapes:* both (n,): the number of the text, and the packed n-gram.
        """
        codes = _codes("".join([f" {text} " for text in texts]))
        owners = np.repeat(np.arange(len(texts)), [len(text) + 2 for text in texts])
        letters = self._letters(codes)
        spaceless = _spaceless(codes)
        found: list[npt.NDArray[np.uint64]] = []
        places: list[npt.NDArray[np.int64]] = []
        for size in sorted({*self.sizes, 1, 2} if spaceless.any() else self.sizes):
            packed, valid = _windows(letters, size)
            if size not in self.sizes:  # only there for scripts without spaces
                valid &= np.lib.stride_tricks.sliding_window_view(spaceless, size).all(axis=1)
            starts = np.flatnonzero(valid)
            found.append(packed[starts])
            places.append(owners[starts])
        return _distinct(np.concatenate(places), np.concatenate(found))

    def _letters(self, codes: Codes) -> npt.NDArray[np.uint64]:
        places = np.searchsorted(self.alphabet[1:], codes).clip(max=max(0, len(self.alphabet) - 2))
        known = self.alphabet[1:][places] == codes if len(self.alphabet) > 1 else codes < 0
        letters = np.where(codes == 0x20, _SPACE, places + _SPACE + 1)
        strange = ~known & (codes != 0x20)
        if strange.any():
            _, numbers = np.unique(codes[strange], return_inverse=True)
            letters[strange] = np.minimum(len(self.alphabet) + _SPACE + numbers, _UNKNOWN)
        return letters.astype(np.uint64)


def _windows(
    letters: npt.NDArray[np.uint64], size: int
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """Pack each run of `size` letters into a number, and tell which lie within one word."""
    n = max(0, len(letters) - size + 1)
    packed = np.zeros(n, dtype=np.uint64)
    for place in range(size):
        packed |= letters[place : place + n] << np.uint64(_BITS * (size - 1 - place))
    space = letters == _SPACE
    valid = ~(space[:n] & space[size - 1 : size - 1 + n]) if size < 3 else np.ones(n, dtype=bool)
    for place in range(1, size - 1):
        valid &= ~space[place : place + n]
    return packed, valid


def _distinct(
    owners: npt.NDArray[np.int64], ngrams: npt.NDArray[np.uint64]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint64]]:
    order = np.lexsort((ngrams, owners))
    owners, ngrams = owners[order], ngrams[order]
    first = np.ones(len(owners), dtype=bool)
    first[1:] = (owners[1:] != owners[:-1]) | (ngrams[1:] != ngrams[:-1])
    return owners[first], ngrams[first]


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _spaceless(codes: Codes) -> npt.NDArray[np.bool_]:
    if not (codes > 0xE00).any():
        return np.zeros(len(codes), dtype=bool)
    distinct, inverse = np.unique(codes, return_inverse=True)
    return np.array([_is_spaceless(code) for code in distinct.tolist()], dtype=bool)[inverse]


@cache
def _is_spaceless(code: int) -> bool:
    return is_spaceless(chr(code)) if code != 0x20 else False
