"""Names as a text may word them: the learned substitutes of words, seen from the text's side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from xlink.candidates.paraphrase import Paraphraser

__all__ = ["Rewordings"]

_MIN_SHARE = 0.25
_MAX_WORDS = 12


class Rewordings:
    """Words that stand for those of names in at least a quarter of their own occasions.

    The share is that of the word in the text, not of the word in the name: an *anomaly* is mostly
    an *abnormality*, though an *abnormality* has too many other words to be mostly an *anomaly*.
    """

    def __init__(self, paraphraser: Paraphraser) -> None:
        names = ("words", "offsets", "substitutes", "shares")
        words, offsets, substitutes, shares = (paraphraser.arrays[each].tolist() for each in names)
        self._meaning: defaultdict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
        for word, (start, end) in zip(words, pairwise(offsets), strict=True):
            language, _, written = word.partition(" ")
            for meant, share in zip(substitutes[start:end], shares[start:end], strict=True):
                if share >= _MIN_SHARE:
                    self._meaning[language, meant].append((written, share))

    def of(self, words: Sequence[str], language: str) -> Iterator[tuple[list[str], float]]:
        """Yield a name's words in base form with one replaced, each with the share in (0, 1)."""
        for place, word in enumerate(words[:_MAX_WORDS]):
            for written, share in self._meaning.get((language, word), ()):
                yield [*words[:place], written, *words[place + 1 :]], share
