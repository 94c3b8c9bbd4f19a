"""The words of a terminology's names, by hash: equal ones, cognates, and those a letter away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import segment_offsets
from xlink.text.cognates import shared_spelling
from xlink.text.keys import key_hashes
from xlink.text.tokens import base_form, token_spans

__all__ = ["PIVOT", "Vocabulary", "WordCounts", "base_words", "pivot_form"]

PIVOT = "en"
"""The language that cognates lead to."""

MIN_LETTERS = 8  # below it, a letter more or less is too often another word

_ANY = "\0"  # stands for one letter in a pattern; no folded text has it
_BATCH = 20_000

Hashes = npt.NDArray[np.uint64]
Rows = npt.NDArray[np.int32]
WordCounts = Counter[tuple[str, bool]]
"""How many names have a word, by the word and whether they are in the pivot language."""


def base_words(folded: str, language: str) -> list[str]:
    """Return the tokens of a folded text in base form.

    >>> base_words("tumours of the lungs", "en")
    ['tumor', 'of', 'the', 'lung']
    """
    return [base_form(folded[start:end], language) for start, end in token_spans(folded)]


def pivot_form(word: str) -> str:
    """Return a base form as it is compared with those of other languages.

    >>> pivot_form("hypothyroid")
    'hipotiroid'
    """
    return shared_spelling(word)


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Distinct base forms of words, in the order of their hashes.

    *Shapes:* word `w` is the UTF-8 text `letters[offsets[w]:offsets[w + 1]]` with hash `hashes[w]`;
    `counts[w]` is the number of names in the pivot language and in others that have it, (words, 2).
    The words `pivot_words` of the pivot language have the hashes `pivot_hashes` of their pivot
    forms, and `pattern_words` have, with any one letter left open, `pattern_hashes`. Both ascend.
    """

    hashes: Hashes
    letters: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    counts: Rows
    pivot_hashes: Hashes
    pivot_words: Rows
    pattern_hashes: Hashes
    pattern_words: Rows

    @classmethod
    def of(cls, counted: WordCounts, *, patterns: bool = True) -> Self:
        """Arrange counted words; those counted 0 times are left out.

        Without `patterns`, which take the most room, no word is near to another.
        """
        texts = sorted({word for (word, _), n in counted.items() if n})
        hashes = key_hashes(texts)
        order = np.argsort(hashes, kind="stable")
        texts = [texts[place] for place in order.tolist()]
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        counts = [(counted[text, True], counted[text, False]) for text in texts]
        pivots = [row for row, (n_names, _) in enumerate(counts) if n_names]
        return cls(
            hashes[order],
            np.frombuffer(b"".join(encoded), dtype=np.uint8),
            segment_offsets(np.array([len(each) for each in encoded], dtype=np.int64)),
            np.array(counts, dtype=np.int32).reshape(-1, 2),
            *_by_hash((key_hashes(pivot_form(texts[row]) for row in pivots)), pivots),
            *_patterns(texts if patterns else []),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """Take the arrays that `arrays` gave."""
        return cls(*(arrays[f"words_{each.name}"] for each in fields(cls)))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return all arrays, by names that no other part of an index has."""
        return {f"words_{each.name}": getattr(self, each.name) for each in fields(self)}

    def counted(self) -> WordCounts:
        """Return the counts that this was made of."""
        told: WordCounts = Counter()
        for row, (pivot, other) in enumerate(self.counts.tolist()):
            word = self.word(row)
            told[word, True], told[word, False] = pivot, other
        return told

    def word(self, row: int) -> str:
        """Return the text of a word."""
        start, end = self.offsets[row : row + 2].tolist()
        return self.letters[start:end].tobytes().decode("utf-8", "surrogatepass")

    def known(self, words: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Tell which words there are. *Shape:* (words,)"""
        return _first_hits(self.hashes, key_hashes(words)) >= 0

    def cognates(self, forms: Iterable[str]) -> list[list[str]]:
        """Return the words of the pivot language that have each pivot form, most frequent first."""
        found = _rows_at(self.pivot_hashes, self.pivot_words, key_hashes(forms))
        return [self._by_frequency(rows) for rows in found]

    def near(self, words: Sequence[str]) -> list[list[str]]:
        """Return the words one edit away from each, or two letters swapped, most frequent first.

        Both have at least eight letters. The edits are exact: one letter put in, left out or
        replaced; nothing is compared letter by letter, for all words that are so have a pattern in
        common.
        """
        looked_for = [
            (number, row)
            for number, word in enumerate(words)
            if len(word) >= MIN_LETTERS and word.isalpha()
            for row in self._near_rows(word)
        ]
        rows: list[set[int]] = [set() for _ in words]
        for number, row in looked_for:
            rows[number].add(row)
        found = [self._by_frequency(sorted(each)) for each in rows]
        return [
            [other for other in others if other != word and len(other) >= MIN_LETTERS]
            for word, others in zip(words, found, strict=True)
        ]

    def _near_rows(self, word: str) -> list[int]:
        places = range(len(word))
        longer = [word[:place] + _ANY + word[place:] for place in range(len(word) + 1)]
        shorter = [word[:place] + word[place + 1 :] for place in places]
        swapped = [
            word[:place] + word[place + 1] + word[place] + word[place + 2 :]
            for place in places[:-1]
        ]
        direct = _first_hits(self.hashes, key_hashes(shorter + swapped))
        wanted = key_hashes([*_open_forms(word), *longer])
        found = _rows_at(self.pattern_hashes, self.pattern_words, wanted)
        return [row for row in direct.tolist() if row >= 0] + [
            row for some in found for row in some
        ]

    def _by_frequency(self, rows: Sequence[int]) -> list[str]:
        if len(rows) < 2:
            return [self.word(row) for row in rows]
        n_names = {row: int(self.counts[row].sum()) for row in rows}
        pairs = sorted((-n_names[row], self.word(row)) for row in n_names)
        return [word for _, word in pairs]


def _open_forms(word: str) -> list[str]:
    return [word[:place] + _ANY + word[place + 1 :] for place in range(len(word))]


def _patterns(texts: Sequence[str]) -> tuple[Hashes, Rows]:
    """Return the hashes of all long words with one letter open, ascending, and whose they are."""
    long = [row for row, text in enumerate(texts) if len(text) >= MIN_LETTERS and text.isalpha()]
    parts = [
        key_hashes(form for row in long[start : start + _BATCH] for form in _open_forms(texts[row]))
        for start in range(0, len(long), _BATCH)
    ]
    rows = np.repeat(np.array(long, dtype=np.int32), [len(texts[row]) for row in long])
    return _by_hash(np.concatenate([np.empty(0, dtype=np.uint64), *parts]), rows)


def _by_hash(hashes: Hashes, rows: Sequence[int] | Rows) -> tuple[Hashes, Rows]:
    order = np.argsort(hashes, kind="stable")
    return hashes[order], np.asarray(rows, dtype=np.int32)[order]


def _first_hits(known: Hashes, wanted: Hashes) -> npt.NDArray[np.int64]:
    """Return where each wanted hash is, or -1."""
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    places = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[places] == wanted, places, -1)


def _rows_at(known: Hashes, rows: Rows, wanted: Hashes) -> list[list[int]]:
    starts, ends = (np.searchsorted(known, wanted, side=side) for side in ("left", "right"))
    return [
        rows[start:end].tolist() if end > start else []
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
