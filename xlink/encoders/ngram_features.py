"""Words and character n-grams of texts as numbers, made for a whole batch at once.

An n-gram lies within a word with a space on each side. A word counts as a whole too. Scripts
without spaces give single characters and pairs as well, for their words are that short.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from xlink.text.folding import fold_many
from xlink.text.tokens import is_spaceless

__all__ = ["N_SLOTS", "slots_of_texts"]

N_SLOTS = 2**22
"""Numbers that a feature can have; two features share one by chance."""

_SIZES, _SHORT_SIZES = (3, 4, 5), (1, 2)
_BASE, _WORD_BASE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_MIXER = np.uint64(0xD6E8FEB86659FD93)
_OF_SIZE, _OF_WORD = 0x51ED27, np.uint64(0x77)
_SHIFT = np.uint64(64 - (N_SLOTS.bit_length() - 1))
_SPACE = 0x20

Slots = npt.NDArray[np.int32]
Hashes = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]


def slots_of_texts(texts: list[str]) -> tuple[Places, Slots]:
    """Return the features of texts: those of text `t` are `slots[bounds[t]:bounds[t + 1]]`.

    The texts are folded first. *Shapes:* (texts + 1,), (features,). What a text gives, and in which
    order, does not depend on its neighbours; a feature counts as often as it occurs.
    """
    folded = fold_many(texts)
    codes = np.frombuffer(
        "".join([f" {text} " for text in folded]).encode("utf-32-le", "surrogatepass"), np.uint32
    )
    owners = np.repeat(np.arange(len(texts)), [len(text) + 2 for text in folded])
    found = [*_ngrams(codes), _words(codes)]
    places = np.concatenate([each[0] for each in found])
    hashes = np.concatenate([each[1] for each in found])
    order = np.argsort(owners[places], kind="stable")
    counts = np.bincount(owners[places], minlength=len(texts))
    bounds = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return bounds, _mixed(hashes[order])


def _ngrams(codes: npt.NDArray[np.uint32]) -> list[tuple[Places, Hashes]]:
    """Return where the n-grams of each size begin, and a hash of each."""
    letters, space, spaceless = codes.astype(np.uint64), codes == _SPACE, _spaceless(codes)
    sizes = (*_SHORT_SIZES, *_SIZES) if spaceless.any() else _SIZES
    hashes = np.zeros(len(codes), dtype=np.uint64)
    within, short = np.ones(len(codes), dtype=bool), np.ones(len(codes), dtype=bool)
    found = []
    for size in range(1, max(_SIZES) + 1):
        n = max(0, len(codes) - size + 1)
        hashes = hashes[:n] * _BASE + letters[size - 1 :]
        short = short[:n] & spaceless[size - 1 :]
        if size > 2:  # spaces only at the ends
            within = within[:n] & ~space[size - 2 : size - 2 + n]
        if size in sizes:
            places = np.flatnonzero(short if size in _SHORT_SIZES else within[:n])
            found.append((places, hashes[places] + np.uint64(size * _OF_SIZE)))
    return found


def _words(codes: npt.NDArray[np.uint32]) -> tuple[Places, Hashes]:
    """Return where words begin, and a hash of each."""
    letters = np.flatnonzero(codes != _SPACE)
    starts = letters[codes[letters - 1] == _SPACE]  # there is a space before every text
    if not len(starts):
        return starts, np.empty(0, dtype=np.uint64)
    begun = np.zeros(len(codes), dtype=np.int64)
    begun[starts] = starts
    within = np.arange(len(codes)) - np.maximum.accumulate(begun)
    powers = np.cumprod(np.full(int(within[letters].max()) + 1, _WORD_BASE))
    terms = np.zeros(len(codes), dtype=np.uint64)
    terms[letters] = codes[letters] * powers[within[letters]]
    return starts, np.add.reduceat(terms, starts) + _OF_WORD


def _mixed(hashes: Hashes) -> Slots:
    """Spread hashes over the slots."""
    mixed = hashes ^ (hashes >> np.uint64(32))
    mixed *= _MIXER
    mixed ^= mixed >> np.uint64(29)
    mixed *= _MIXER
    return (mixed >> _SHIFT).astype(np.int32)


def _spaceless(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    if not (codes > 0xE00).any():
        return np.zeros(len(codes), dtype=bool)
    distinct, places = np.unique(codes, return_inverse=True)
    return np.array([_is_spaceless(code) for code in distinct.tolist()], dtype=bool)[places]


@cache
def _is_spaceless(code: int) -> bool:
    return code != _SPACE and is_spaceless(chr(code))
