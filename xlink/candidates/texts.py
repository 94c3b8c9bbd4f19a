"""The distinct normalised texts of a terminology's aliases, and which aliases share each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.candidate_set import segment_offsets
from xlink.progress import track
from xlink.terminology import Terminology
from xlink.text.cognates import shared_spelling
from xlink.text.folding import fold_many
from xlink.text.tokens import based_text

__all__ = ["DistinctTexts"]

_BATCH = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class DistinctTexts:
    """Normalised texts in alphabetical order; many languages share many names.

    *Shapes:* text `s` is that of the aliases `aliases[offsets[s]:offsets[s + 1]]`, ascending.
    Aliases that fold to nothing belong to no text; `n_empty` counts them.
    """

    texts: list[str]
    offsets: npt.NDArray[np.int64]
    aliases: npt.NDArray[np.int32]
    n_empty: int

    @classmethod
    def of(cls, terminology: Terminology) -> DistinctTexts:
        """Fold all aliases, and bring them to base forms in the spelling that languages share."""
        labels, codes = terminology.language_labels, terminology.alias_languages
        numbers: dict[str, int] = {}
        owners = np.empty(terminology.n_aliases, dtype=np.int64)
        for start in track(range(0, terminology.n_aliases, _BATCH), "Normalising names"):
            folded = fold_many(terminology.alias_texts(start, start + _BATCH))
            for row, name in enumerate(folded, start):
                text = shared_spelling(based_text(name, labels[codes[row]]))
                owners[row] = numbers.setdefault(text, len(numbers)) if text else -1
        texts = sorted(numbers)
        places = np.empty(len(texts) + 1, dtype=np.int64)
        places[-1] = -1
        places[[numbers[text] for text in texts]] = np.arange(len(texts))
        owners = places[owners]
        order = np.argsort(owners, kind="stable")
        n_empty = int((owners < 0).sum())
        counts = np.bincount(owners[owners >= 0], minlength=len(texts))
        return cls(texts, segment_offsets(counts), order[n_empty:].astype(np.int32), n_empty)
