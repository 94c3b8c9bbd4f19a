"""Other wordings of a mention, by word substitutes learned from the terminology's own synonyms.

Where a concept is called both *renal agenesis* and *kidney agenesis*, the pair (renal, kidney) is
counted. What was seen for several concepts is then tried on any mention: *renal cyst* is also
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
from xlink.text.tokens import based_text, connectives

__all__ = ["Paraphraser"]

_MIN_CONCEPTS = 2
_PRIOR = 2.0  # added to the count of a word's occasions, so that rare words promise little
_MAX_SUBSTITUTES = 6
_MAX_ALIASES = 32  # pairs of a concept grow with the square of its names
_MAX_WORDS = 12
_BATCH = 2_000


class Paraphraser:
    """Substitutes of words, each with the share of its occasions that it was seen at.

    *Shapes:* the substitutes of `words[i]` are `words[targets[offsets[i]:offsets[i + 1]]]`, most
    likely first, with `shares` in (0, 1).
    """

    def __init__(self, arrays: dict[str, npt.NDArray[Any]]) -> None:
        self.arrays = arrays

    @classmethod
    def learn(cls, terminology: Terminology) -> Self:
        """Count the single words in which two names of a concept differ, in any languages."""
        pairs: Counter[tuple[str, str]] = Counter()
        occasions: Counter[str] = Counter()
        for names in _names_by_concept(terminology):
            seen = set(_single_differences(names))
            pairs.update(seen)
            occasions.update(word for word, _ in seen)
        substitutes: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
        for (word, other), n_concepts in pairs.items():
            if n_concepts >= _MIN_CONCEPTS:
                substitutes[word].append((n_concepts / (occasions[word] + _PRIOR), other))
        words = sorted(substitutes)
        places = {word: place for place, word in enumerate(words)}
        chosen = [
            sorted(substitutes[word], key=lambda each: (-each[0], each[1]))[:_MAX_SUBSTITUTES]
            for word in words
        ]
        flat = [each for some in chosen for each in some]
        return cls(
            {
                "words": np.array(words, dtype=np.str_),
                "offsets": segment_offsets(np.array([len(some) for some in chosen], dtype=int)),
                "targets": np.array([places[other] for _, other in flat], dtype=np.int32),
                "shares": np.array([share for share, _ in flat], dtype=np.float32),
            }
        )

    def variants(self, text: str) -> Iterator[tuple[str, float]]:
        """Yield `text` with one word replaced, and how likely that means the same.

        `text` is folded and in base forms; words beyond the twelfth stay as they are.
        """
        words = text.split(" ")
        for place, word in enumerate(words[:_MAX_WORDS]):
            for other, share in self._substitutes.get(word, ()):
                yield " ".join([*words[:place], other, *words[place + 1 :]]), share

    @cached_property
    def _substitutes(self) -> dict[str, tuple[tuple[str, float], ...]]:
        words, shares = self.arrays["words"].tolist(), self.arrays["shares"].tolist()
        targets, offsets = self.arrays["targets"].tolist(), self.arrays["offsets"].tolist()
        pairs = [(words[target], share) for target, share in zip(targets, shares, strict=True)]
        return {
            word: tuple(pairs[offsets[place] : offsets[place + 1]])
            for place, word in enumerate(words)
        }


def _names_by_concept(terminology: Terminology) -> Iterator[list[frozenset[str]]]:
    """Yield the distinct names of each concept as sets of base forms, in all languages."""
    labels, codes = terminology.language_labels, terminology.alias_languages
    firsts = terminology.first_aliases.tolist()
    for begin in track(range(0, terminology.n_concepts, _BATCH), "Learning substitutes"):
        bounds = firsts[begin : begin + _BATCH + 1]
        folded = fold_many(terminology.alias_texts(bounds[0], bounds[-1]))
        for start, end in pairwise(bounds):
            names: dict[frozenset[str], None] = {}
            for row in range(start, min(end, start + _MAX_ALIASES)):
                language = labels[codes[row]]
                words = based_text(folded[row - bounds[0]], language).split(" ")
                names[frozenset(words) - connectives(language)] = None
            yield list(names)


def _single_differences(names: list[frozenset[str]]) -> Iterator[tuple[str, str]]:
    for one, other in permutations(names, 2):
        if len(one) == len(other) and len(one & other) == len(one) - 1:
            yield next(iter(one - other)), next(iter(other - one))
