"""Other wordings of a mention, by word substitutes learned from the terminology's own synonyms.

Where a concept is called both *renal agenesis* and *kidney agenesis*, the pair (renal, kidney) is
counted. Such pairs are then tried on any mention in the language of *renal*: *renal cyst* is also
searched as *kidney cyst*.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise, permutations
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import segment_offsets
from xlink.progress import track
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.text.tokens import based_text, connectives, primary_language

__all__ = ["Paraphraser", "learned_substitutes"]

_PRIOR = 4.0  # added to the count of a word's occasions, so that what was seen once promises little
_MAX_SUBSTITUTES = 6
_MAX_VARIANTS = 8
_MAX_ALIASES = 32  # pairs of a concept grow with the square of its names
_MAX_WORDS = 12
_BATCH = 2_000

Word = tuple[str, str]
"""A language and a word of it in base form."""


class Paraphraser:
    """Substitutes of words by language, each with the share of the word's occasions it was seen at.

    *Shapes:* `words[i]`, written `language word`, may be replaced by
    `substitutes[offsets[i]:offsets[i + 1]]`, most likely first, with `shares` in (0, 1).
    """

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.arrays = arrays

    @classmethod
    def learn(cls, terminology: Terminology) -> Self:
        """Keep the likeliest of the `learned_substitutes`."""
        ranked: defaultdict[Word, list[tuple[float, str]]] = defaultdict(list)
        for word, other, _, share in learned_substitutes(terminology):
            ranked[word].append((-share, other))
        words = sorted(ranked)
        chosen = [sorted(ranked[word])[:_MAX_SUBSTITUTES] for word in words]
        flat = [each for some in chosen for each in some]
        return cls(
            {
                "words": np.array([" ".join(word) for word in words], dtype=np.str_),
                "offsets": segment_offsets(np.array([len(some) for some in chosen], dtype=int)),
                "substitutes": np.array([other for _, other in flat], dtype=np.str_),
                "shares": np.array([-share for share, _ in flat], dtype=np.float32),
            }
        )

    def variants(self, text: str, language: str) -> list[tuple[str, float]]:
        """Return `text` with one word replaced, the eight likeliest ways, each with its share.

        `text` is folded and in base forms; words beyond the twelfth stay as they are.
        """
        words = text.split(" ")
        found = [
            (-share, place, other)
            for place, word in enumerate(words[:_MAX_WORDS])
            for other, share in self._substitutes.get(f"{language} {word}", ())
        ]
        return [
            (" ".join([*words[:place], other, *words[place + 1 :]]), -share)
            for share, place, other in sorted(found)[:_MAX_VARIANTS]
        ]

    @cached_property
    def _substitutes(self) -> dict[str, tuple[tuple[str, float], ...]]:
        names = ("words", "offsets", "substitutes", "shares")
        words, offsets, substitutes, shares = (self.arrays[name].tolist() for name in names)
        pairs = list(zip(substitutes, shares, strict=True))
        return {
            word: tuple(pairs[start:end])
            for word, (start, end) in zip(words, pairwise(offsets), strict=True)
        }


def learned_substitutes(terminology: Terminology) -> Iterator[tuple[Word, str, int, float]]:
    """Yield words with what stands for them: in how many concepts, and at which share in (0, 1).

    Two names of a concept that differ in one word say so. The other name may be in another
    language; the substitute then leads there.
    """
    pairs: Counter[tuple[Word, str]] = Counter()
    occasions: Counter[Word] = Counter()
    for names in _names_by_concept(terminology):
        seen = set(_single_differences(names))
        pairs.update(seen)
        occasions.update(word for word, _ in seen)
    for (word, other), n_concepts in pairs.items():
        yield word, other, n_concepts, n_concepts / (occasions[word] + _PRIOR)


def _names_by_concept(terminology: Terminology) -> Iterator[list[tuple[str, frozenset[str]]]]:
    """Yield the distinct names of each concept, as a language and a set of base forms."""
    labels = [primary_language(label) for label in terminology.language_labels]
    codes, firsts = terminology.alias_languages, terminology.first_aliases.tolist()
    for begin in track(range(0, terminology.n_concepts, _BATCH), "Learning substitutes"):
        bounds = firsts[begin : begin + _BATCH + 1]
        folded = fold_many(terminology.alias_texts(bounds[0], bounds[-1]))
        for start, end in pairwise(bounds):
            names: dict[tuple[str, frozenset[str]], None] = {}
            for row in range(start, min(end, start + _MAX_ALIASES)):
                language = labels[codes[row]]
                words = based_text(folded[row - bounds[0]], language).split(" ")
                names[language, frozenset(filter(None, words)) - connectives(language)] = None
            yield list(names)


def _single_differences(
    names: list[tuple[str, frozenset[str]]],
) -> Iterator[tuple[Word, str]]:
    for (language, one), (_, other) in permutations(names, 2):
        if len(one) == len(other) and len(one & other) == len(one) - 1:
            yield (language, next(iter(one - other))), next(iter(other - one))
