"""A raw text as folded tokens that know their offsets, and the gaps that no name may cross."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from xlink.text.folding import fold_with_offsets
from xlink.text.tokens import token_spans

__all__ = ["MAX_GAP_CHARS", "MAX_TOKEN_CHARS", "TokenisedText", "without_possessives"]

MAX_TOKEN_CHARS = 256
"""A longer run of characters is no word of any name."""
MAX_GAP_CHARS = 32
"""Words that stand further apart belong to no common name."""

_POSSESSIVE = re.compile(r"['’ʼ](?<=\w['’ʼ])[sS]\b")
# Blank lines, list items and table cells: what stands on both sides is never one name.
_WALL = re.compile(r"\n[^\S\n]*(?:\n|[-*·–—]\s)|\t(?<=\S\t)|[|•\u2029]")
# Ends of sentences and clauses. The point of an abbreviation (E. coli, St. Louis) is none, and
# neither is that of a decimal number.
_BREAK = re.compile(
    r"\.(?<!\b[^\W\d_]\.)(?<!\b[^\W\d_]{2}\.)(?!\d)|[!?;…]|:(?=\s)|[。！？；：、，।॥؟؛۔]"
)
# Thai and Lao vowels that are letters of their own, but are written before or after a consonant.
_LEADING_VOWELS = frozenset("เแโใไເແໂໃໄ")
_TRAILING_VOWELS = frozenset("ะาำๅະາຳ")


@dataclass(frozen=True, slots=True, eq=False)
class TokenisedText:
    """The tokens of `text`; gap `i` is what stands before token `i`.

    *Shapes:* `starts` and `ends` (n,) are offsets into the raw text. `walls` and `breaks` (n,)
    count, up to and with gap `i`, the gaps that no name crosses and those that a name crosses only
    if it is written just so. `inside` (n + 1,) marks gaps within a character or a syllable.
    """

    text: str
    words: list[str]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    walls: npt.NDArray[np.int64]
    breaks: npt.NDArray[np.int64]
    inside: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, text: str) -> TokenisedText:
        """Fold and split `text`; a token too long to be a word becomes an empty one."""
        folded = fold_with_offsets(without_possessives(text))
        spans = list(token_spans(folded.text))
        flat = np.fromiter(chain.from_iterable(spans), dtype=np.int64, count=2 * len(spans))
        starts, ends = folded.origins[flat[::2]], folded.origins[flat[1::2] - 1] + 1
        words = [folded.text[start:end] for start, end in spans]
        for place in np.flatnonzero(ends - starts > MAX_TOKEN_CHARS).tolist():
            words[place] = ""
        walls = _marked_gaps(_WALL, text, starts)
        walls[1:] |= starts[1:] - ends[:-1] > MAX_GAP_CHARS
        return cls(
            text=text,
            words=words,
            starts=starts,
            ends=ends,
            walls=np.cumsum(walls),
            breaks=np.cumsum(_marked_gaps(_BREAK, text, starts)),
            inside=_gaps_inside(words, starts, ends),
        )

    def surface(self, first: int, last: int) -> str:
        """Return the raw text of the tokens `first` to `last`."""
        return self.text[self.starts[first] : self.end(first, last)]

    def end(self, first: int, last: int) -> int:
        """Return the end of token `last`, with what belongs to it though folding drops it.

        That is marks on its last letter, and the bracket that closes one after token `first`.
        """
        end = int(self.ends[last])
        while end < len(self.text) and unicodedata.category(self.text[end]).startswith("M"):
            end += 1
        opened = self.text.count("(", self.starts[first], end)
        closed = self.text.count(")", self.starts[first], end)
        return end + (opened == closed + 1 and self.text[end : end + 1] == ")")

    def gap(self, place: int) -> str:
        """Return the raw text between token `place` and the one before it."""
        return self.text[self.ends[place - 1] : self.starts[place]]


def without_possessives(text: str) -> str:
    """Return `text`, as long as it was, with blanks for the `'s` of possessives.

    >>> without_possessives("Crohn's disease")
    'Crohn   disease'
    """
    return _POSSESSIVE.sub("  ", text)


def _marked_gaps(
    pattern: re.Pattern[str], text: str, starts: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    found = np.fromiter((match.start() for match in pattern.finditer(text)), dtype=np.int64)
    marked = np.zeros(len(starts) + 1, dtype=bool)
    marked[np.searchsorted(starts, found, side="right")] = True
    return marked[:-1]


def _gaps_inside(
    words: list[str], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    inside = np.zeros(len(words) + 1, dtype=bool)
    # One raw character can fold to several words: ㍿, ½.
    inside[1:-1] = starts[1:] < ends[:-1]
    clinging = _clinging()
    follows = np.fromiter((word[:1] in clinging for word in words), dtype=bool)
    precedes = np.fromiter((word in _LEADING_VOWELS for word in words), dtype=bool)
    inside[1:-1] |= (starts[1:] == ends[:-1]) & (follows[1:] | precedes[:-1])
    return inside


@cache
def _clinging() -> frozenset[str]:
    """Return the signs of spaceless scripts that belong to the character before them."""
    signs = (
        chr(code)
        for first, last in ((0xE00, 0x109F), (0x1780, 0x17FF))
        for code in range(first, last + 1)
    )
    marks = {sign for sign in signs if unicodedata.category(sign).startswith("M")}
    return frozenset(marks | _TRAILING_VOWELS)
