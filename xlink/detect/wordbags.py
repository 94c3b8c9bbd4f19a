"""Names whose words the text puts in another order: *nail hypoplasia*, *hypoplasia of nails*."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlink.detect.found import Found, NamedAs, Numbers
from xlink.detect.tokenised import TokenisedText
from xlink.text.tokens import connectives, is_spaceless

__all__ = ["WordBags", "bag_hash"]

_MAX_WORDS = 6
_N_MARKS = 1 << 22
_REORDERED_COST, _PARAPHRASED_COST = 0.12, 0.07
# Words that join equals (heart and lung) and letters that tell names apart (type A) are content.
_KEPT = {"de": "und", "el": "και", "en": "a and", "es": "a e y", "fr": "a et", "it": "a e",
         "nl": "en", "pt": "a e o"}  # fmt: skip

Hashes = npt.NDArray[np.uint64]


def bag_hash(based: Sequence[str], language: str) -> int:
    """Return a hash of the content words in any order; 0 where their order must stay.

    That is so for a single word, for a long name, and in scripts without spaces, where every
    character is a word.
    """
    content = [word for word in based if word not in _dropped(language)]
    if not 2 <= len(content) <= _MAX_WORDS:
        return 0
    if any(is_spaceless(word) for word in content if not word.isascii()):
        return 0
    return sum(map(_hash, content)) % 2**64


class WordBags:
    """Finds the names in sorted rows of `BAGS`, all of one language; an entry is one bag."""

    def __init__(self, language: str, rows: pa.Table) -> None:
        self.language = language
        self._aliases = rows["alias"].to_numpy()
        self._shares = rows["share"].to_numpy()
        self._bags, starts = np.unique(rows["bag"].to_numpy(), return_index=True)
        self._offsets = np.append(starts, rows.num_rows)
        self._marks = np.zeros(_N_MARKS, dtype=bool)
        self._marks[self._bags % _N_MARKS] = True

    def names(self, entry: int) -> list[NamedAs]:
        """Return the aliases of an entry."""
        rows = slice(self._offsets[entry], self._offsets[entry + 1])
        aliases, shares = self._aliases[rows].tolist(), self._shares[rows].tolist()
        return [
            NamedAs(alias, False, _REORDERED_COST + _PARAPHRASED_COST * (1.0 - share))
            for alias, share in zip(aliases, shares, strict=True)
        ]

    def find(self, text: TokenisedText, based: Sequence[str]) -> Found:
        """Return where all words of a bag stand in one phrase, with connectives at most between."""
        dropped = _dropped(self.language)
        places = [place for place, word in enumerate(based) if word not in dropped]
        sums = np.zeros(len(places) + 1, dtype=np.uint64)
        hashes = np.array([_hash(based[place]) for place in places], dtype=np.uint64)
        np.cumsum(hashes, out=sums[1:])
        content = np.array(places, dtype=np.int64)
        found = [(content[:0], content[:0], content[:0])]
        for size in range(2, min(_MAX_WORDS, len(content)) + 1):
            entries, starts = self._look_up(sums[size:] - sums[:-size])
            found.append((entries, content[starts], content[starts + size - 1]))
        entries, first, last = map(np.concatenate, zip(*found, strict=True))
        return Found(entries, first, last).whole(text).within_phrases(text)

    def _look_up(self, sums: Hashes) -> tuple[Numbers, Numbers]:
        """Return the entries that are among `sums`, and where they are."""
        starts = np.flatnonzero(self._marks[sums % _N_MARKS])  # most sums drop out here
        entries = np.searchsorted(self._bags, sums[starts])
        known = np.append(self._bags, np.uint64(0))[entries] == sums[starts]
        return entries[known], starts[known]


@cache
def _dropped(language: str) -> frozenset[str]:
    return connectives(language) - frozenset(_KEPT.get(language, "").split())


@lru_cache(maxsize=1 << 18)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
