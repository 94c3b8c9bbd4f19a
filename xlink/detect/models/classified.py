"""What a token classifier says of the tokens of one text: windows joined, tokens made words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from xlink.detect.models.marking import Labelled
from xlink.detect.models.schemes import Tag, entities
from xlink.detect.models.windows import cores

if TYPE_CHECKING:
    from transformers import BatchEncoding

__all__ = ["Classified", "Floats", "Words"]

Floats = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Words = Literal["first", "mean", "none"]


@dataclass(frozen=True, slots=True, eq=False)
class Classified:
    """Tokens in their order: where they stand, in which word, and the probabilities of labels.

    *Shapes:* `spans` (n, 2), code points; `words` (n,); `probabilities` (n, labels).
    """

    spans: Numbers
    words: Numbers
    probabilities: Floats

    @classmethod
    def joined(
        cls, encoded: BatchEncoding, rows: Numbers, said: Sequence[Floats], stride: int
    ) -> Classified:
        """Join the windows of one text, which are `rows` of what the tokenizer and the model say.

        Special tokens, and tokens without letters of their own, are left out.
        """
        own = [
            np.flatnonzero(np.array(encoded["special_tokens_mask"][row]) == 0)
            for row in rows.tolist()
        ]
        kept = [
            tokens[start:end]
            for tokens, (start, end) in zip(own, cores(list(map(len, own)), stride), strict=True)
        ]
        spans, words, probabilities = [], [], []
        for row, tokens in zip(rows.tolist(), kept, strict=True):
            spans.append(np.array(encoded["offset_mapping"][row]).reshape(-1, 2)[tokens])
            numbers = encoded.word_ids(row)
            words.append(np.array([numbers[token] for token in tokens], dtype=np.int64))
            probabilities.append(said[row][tokens])
        places = np.concatenate(spans)
        real = places[:, 0] < places[:, 1]
        return cls(places[real], np.concatenate(words)[real], np.concatenate(probabilities)[real])

    def entities(self, tags: Sequence[Tag], words: Words, threshold: float) -> Iterator[Labelled]:
        """Yield the entities with their types; `tags` are those that the labels mean.

        The score is the mean over words of the probability of the label that each has.
        """
        if not len(self.words):
            return
        starts = self._first_tokens(words)
        ends = np.append(starts[1:], len(self.words)) - 1
        said = self.probabilities[starts]
        if words == "mean":
            sums = np.add.reduceat(self.probabilities, starts, axis=0)
            said = (sums / (ends - starts + 1)[:, None]).astype(np.float32)
        labels = said.argmax(axis=1)
        scores = said.max(axis=1)
        for first, last, type_ in entities(tags[label] for label in labels.tolist()):
            score = float(scores[first:last].mean())
            if score >= threshold:
                span = int(self.spans[starts[first], 0]), int(self.spans[ends[last - 1], 1])
                yield Labelled(*span, type_, score)

    def _first_tokens(self, words: Words) -> Numbers:
        if words == "none":
            return np.arange(len(self.words))
        return np.flatnonzero(np.diff(self.words, prepend=-1))
