"""Names as a text may word them: the learned substitutes of words, seen from the text's side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Self

from xlink.candidates.paraphrase import learned_substitutes
from xlink.terminology import Terminology
from xlink.text.tokens import common_words

__all__ = ["Rewordings"]

_LEAST_SHARE = 0.25
_LEAST_SHARE_OF_OFTEN, _OFTEN = 0.1, 3
_LEAST_TOGETHER = 0.1
_MAX_WORDS = 12

Written = dict[tuple[str, str], list[tuple[str, float]]]
"""What may be written for a language and a word of it, each with its share."""


class Rewordings:
    """Words that stand for those of names in a good part of their own occasions.

    That is a quarter of them, or a tenth and three concepts at least; everyday words stand for
    none. The share is that of the word in the text, not of the word in the name: an *anomaly* is
    mostly an *abnormality*, though an *abnormality* has too many other words to be mostly an
    *anomaly*.
    """

    def __init__(self, written: Written) -> None:
        self._written = written

    @classmethod
    def learn(cls, terminology: Terminology) -> Self:
        """Learn from the names of concepts which words stand for one another."""
        written: defaultdict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
        for (language, word), meant, n_concepts, share in learned_substitutes(terminology):
            least = _LEAST_SHARE_OF_OFTEN if n_concepts >= _OFTEN else _LEAST_SHARE
            if share >= least and word not in common_words(language):
                written[language, meant].append((word, share))
        return cls({meant: sorted(words) for meant, words in written.items()})

    def of(self, words: Sequence[str], language: str) -> Iterator[tuple[list[str], float]]:
        """Yield a name's words in base form with one or two replaced, with the share in (0, 1).

        That of two words is the product of theirs, and a tenth at least.
        """
        options = [self._written.get((language, word), ()) for word in words[:_MAX_WORDS]]
        for place, replacing in enumerate(options):
            for written, share in replacing:
                once = [*words[:place], written, *words[place + 1 :]]
                yield once, share
                for later in range(place + 1, len(options)):
                    for other, its_share in options[later]:
                        if share * its_share >= _LEAST_TOGETHER:
                            yield [*once[:later], other, *once[later + 1 :]], share * its_share
