"""Counts of the words of names, of all or brought from one state of a terminology to a later."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from xlink.candidates.words.vocabulary import PIVOT, WordCounts, base_words
from xlink.progress import track
from xlink.terminology import Terminology
from xlink.text.folding import fold_many
from xlink.text.tokens import primary_language

__all__ = ["counted_words", "recounted_words"]

_BATCH = 10_000

Rows = npt.NDArray[np.int64]


def counted_words(terminology: Terminology, rows: Rows) -> WordCounts:
    """Count the words of the aliases at `rows`."""
    labels = [primary_language(label) for label in terminology.language_labels]
    counted: WordCounts = Counter()
    for start in track(range(0, len(rows), _BATCH), "Counting words"):
        batch = rows[start : start + _BATCH]
        folded = fold_many(terminology.alias_table["text"].take(pa.array(batch)).to_pylist())
        codes = terminology.alias_languages[batch].tolist()
        for text, code in zip(folded, codes, strict=True):
            language = labels[code] if code >= 0 else ""
            counted.update((word, language == PIVOT) for word in set(base_words(text, language)))
    return counted


def recounted_words(
    counted: WordCounts, before: Terminology, after: Terminology, carried: Rows
) -> WordCounts:
    """Bring the counts of `before` to `after`, whose alias `i` was `carried[i]` or is new (-1)."""
    times = np.bincount(carried[carried >= 0], minlength=before.n_aliases)
    gone, again = np.flatnonzero(times == 0), np.flatnonzero(times > 1)
    recounted = counted + counted_words(after, np.flatnonzero(carried < 0))
    for _ in range(int(times.max(initial=0)) - 1):
        recounted += counted_words(before, again)
        times[again] -= 1
        again = np.flatnonzero(times > 1)
    recounted.subtract(counted_words(before, gone))
    return recounted
