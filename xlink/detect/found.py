"""Places in a text where names occur, before anyone asked how they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from xlink.detect.tokenised import TokenisedText

__all__ = ["Finder", "Found", "NamedAs", "Numbers"]

_PUNCTUATION = re.compile(r"[,;:.!?…()\[\]{}<>/+=\"“”„«»]")
_COMPOUND_BEFORE, _COMPOUND_AFTER = re.compile(r"\w[-‐‑]$"), re.compile(r"[-‐‑]\w")

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Entries of a finder, and the first and last token of where each occurs. *Shapes:* (n,)"""

    entries: Numbers
    first: Numbers
    last: Numbers

    def whole(self, text: TokenisedText) -> Found:
        """Return what crosses no wall and begins and ends between characters and syllables."""
        kept = text.walls[self.last] == text.walls[self.first]
        return self._only(kept & ~text.inside[self.first] & ~text.inside[self.last + 1])

    def within_phrases(self, text: TokenisedText) -> Found:
        """Return what has no punctuation inside: only within a phrase words change places.

        A word with a hyphen before or after it belongs to a compound that no phrase cuts through:
        an *oculo-renal syndrome* is no *syndrome* that is *renal*.
        """
        starts, ends = text.starts[self.first].tolist(), text.ends[self.last].tolist()
        kept = [
            not _PUNCTUATION.search(text.text, start, end)
            and not _COMPOUND_BEFORE.match(text.text[max(0, start - 2) : start])
            and not _COMPOUND_AFTER.match(text.text, end)
            for start, end in zip(starts, ends, strict=True)
        ]
        return self._only(np.array(kept, dtype=bool))

    def _only(self, kept: npt.NDArray[np.bool_]) -> Found:
        return Found(self.entries[kept], self.first[kept], self.last[kept])


@dataclass(frozen=True, slots=True)
class NamedAs:
    """An alias that an entry stands for; `cost` is what the change from its words takes off."""

    alias: int
    strict: bool
    cost: float


class Finder(Protocol):
    """Searches texts for many names at once."""

    def find(self, text: TokenisedText, based: Sequence[str]) -> Found:
        """Return where entries occur among the tokens of `text`, whose base forms are `based`."""
        ...

    def names(self, entry: int) -> list[NamedAs]:
        """Return the aliases of an entry."""
        ...
