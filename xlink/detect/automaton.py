"""Names searched for word by word, all at once: an Aho-Corasick automaton over tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ahocorasick_rs import AhoCorasick, Implementation

from xlink.detect.found import Found, NamedAs
from xlink.detect.tokenised import TokenisedText

__all__ = ["Automaton"]

_SPACE = 0x20
_INFLECTED_COST = 0.1


class Automaton:
    """Finds the names in sorted rows of `PATTERNS`; an entry is one distinct pattern."""

    def __init__(self, rows: pa.Table) -> None:
        self._aliases = rows["alias"].to_numpy()
        self._strict = rows["strict"].to_numpy()
        patterns = rows["pattern"].combine_chunks()
        differs = pc.not_equal(patterns[1:], patterns[:-1]).to_numpy(zero_copy_only=False)
        starts = np.flatnonzero(np.append(True, differs)[: len(patterns)])
        self._offsets = np.append(starts, len(patterns))
        # With a space at both ends of patterns and text, what is found consists of whole words.
        self._search = AhoCorasick(
            [f" {pattern} " for pattern in patterns.take(pa.array(starts)).to_pylist()],
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def names(self, entry: int) -> list[NamedAs]:
        """Return the aliases of an entry."""
        rows = slice(self._offsets[entry], self._offsets[entry + 1])
        aliases, strict = self._aliases[rows].tolist(), self._strict[rows].tolist()
        return [NamedAs(*each, _INFLECTED_COST) for each in zip(aliases, strict, strict=True)]

    def find(self, text: TokenisedText, based: Sequence[str]) -> Found:
        """Return all occurrences, also nested and overlapping ones."""
        searched = f" {' '.join(based)} "
        codes = np.frombuffer(searched.encode("utf-32-le"), dtype="<u4")
        gaps = np.flatnonzero(codes == _SPACE)
        hits = self._search.find_matches_as_indexes(searched, overlapping=True)
        entries, starts, ends = np.array(hits, dtype=np.int64).reshape(-1, 3).T
        last = np.searchsorted(gaps, ends - 1) - 1
        return Found(entries, np.searchsorted(gaps, starts), last).whole(text)
