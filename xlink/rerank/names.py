"""Which names of a concept are shown: the one that fired, then those a reader would know."""

from __future__ import annotations

import numpy as np

from xlink.terminology import Terminology
from xlink.terminology.selection import language_matches
from xlink.text.folding import fold_many

__all__ = ["NameChooser"]

_ENGLISH = "en"
_CACHED_LANGUAGES = 64


class NameChooser:
    """Chooses names of the concepts of one terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._texts = terminology.alias_table["text"]
        self._costs: dict[str, np.ndarray] = {}

    def names(self, row: int, language: str, fired: int | None, n: int) -> list[str]:
        """Return up to `n` different names of the concept at `row`, first the alias at row `fired`.

        Then come preferred names before synonyms, in `language`, in English, and in any other;
        abbreviations last within each. Names that are equal when folded count once.
        """
        start, end = self._terminology.first_aliases[row : row + 2].tolist()
        kinds = self._terminology.alias_kinds[start:end]
        codes = self._terminology.alias_languages[start:end]
        order = np.lexsort((kinds, self._language_costs(language)[codes]))
        chosen: dict[str, str] = {}
        first = [] if fired is None else [fired]
        places = [*first, *(start + order).tolist()]
        for begin in range(0, len(places), 2 * n):  # one pass over several folds them faster
            texts = [str(self._texts[place].as_py()) for place in places[begin : begin + 2 * n]]
            for folded, text in zip(fold_many(texts), texts, strict=True):
                chosen.setdefault(folded, text)
                if len(chosen) == n:
                    return list(chosen.values())
        return list(chosen.values())

    def _language_costs(self, language: str) -> np.ndarray:
        """Return 0 for the language itself, 1 for English, 2 for others. *Shape:* (languages,)"""
        if language not in self._costs:
            if len(self._costs) == _CACHED_LANGUAGES:
                self._costs.clear()
            self._costs[language] = np.array(
                [
                    0
                    if language_matches(label, language)
                    else 1
                    if language_matches(label, _ENGLISH)
                    else 2
                    for label in self._terminology.language_labels
                ],
                dtype=np.int8,
            )
        return self._costs[language]
