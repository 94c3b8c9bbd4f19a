"""Which names of a concept are shown: the one that fired, then those a reader would know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from xlink.terminology import Terminology
from xlink.terminology.selection import language_matches
from xlink.text.folding import fold_many

__all__ = ["NameChooser"]

Wanted = tuple[int, str, int | None]
"""The row of a concept, a language, and the row of the alias that fired, if it is to be told."""

_ENGLISH = "en"
_CACHED_LANGUAGES = 64


class NameChooser:
    """Chooses names of the concepts of one terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        self._texts = terminology.alias_table["text"]
        self._costs: dict[str, np.ndarray] = {}

    def names(self, wanted: Sequence[Wanted], n: int) -> list[list[str]]:
        """Return up to `n` different names of each concept that is wanted.

        First the alias that fired, then preferred names before synonyms, in the language told, in
        English, and in any other; abbreviations last within each. Names that are equal when folded
        count once.
        """
        places = [self._places(*each) for each in wanted]
        chosen: list[dict[str, str]] = [{} for _ in wanted]
        lacking = list(range(len(wanted)))
        begin = 0
        while lacking:  # most have enough in the first pass; all are folded at once, which is fast
            passed = {number: places[number][begin : begin + 2 * n] for number in lacking}
            folded = self._folded(place for own in passed.values() for place in own)
            for number, own in passed.items():
                _choose(chosen[number], (folded[place] for place in own), n)
            begin += 2 * n
            lacking = [
                number
                for number in lacking
                if len(chosen[number]) < n and len(places[number]) > begin
            ]
        return [list(each.values()) for each in chosen]

    def _places(self, row: int, language: str, fired: int | None) -> list[int]:
        """Return the rows of the aliases of a concept, the most telling first."""
        start, end = self._terminology.first_aliases[row : row + 2].tolist()
        kinds = self._terminology.alias_kinds[start:end]
        codes = self._terminology.alias_languages[start:end]
        order = np.lexsort((kinds, self._language_costs(language)[codes]))
        return [*([] if fired is None else [fired]), *(start + order).tolist()]

    def _folded(self, places: Iterable[int]) -> dict[int, tuple[str, str]]:
        """Return the alias at each of some rows, folded and as it is."""
        texts = {place: str(self._texts[place].as_py()) for place in dict.fromkeys(places)}
        pairs = zip(fold_many(list(texts.values())), texts.values(), strict=True)
        return dict(zip(texts, pairs, strict=True))

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


def _choose(chosen: dict[str, str], names: Iterable[tuple[str, str]], n: int) -> None:
    for folded, text in names:
        if len(chosen) == n:
            return
        chosen.setdefault(folded, text)
