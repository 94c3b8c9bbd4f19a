"""Which names a place in a text can be read as: spelling, case and surroundings decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlink.detect.found import Finder, NamedAs
from xlink.detect.letters import has_letters_of, is_shouted, mistakes_letter, mistakes_word
from xlink.detect.names import based_words, is_one_of_class
from xlink.detect.spoken import spoken_forms
from xlink.detect.tokenised import TokenisedText
from xlink.terminology import Terminology
from xlink.text.keys import surface_key
from xlink.text.tokens import common_words, connectives

__all__ = ["Reader", "Reading"]

_KIND_COSTS = (0.0, 0.005, 0.02)  # preferred, synonym, abbreviation
_N_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True)
class Reading:
    """An alias that a surface can stand for; `exact` if it is written so but for case."""

    alias: int
    strict: bool
    exact: bool
    score: float


class Reader:
    """Reads texts for the names of one language, which `finders` search for."""

    def __init__(self, terminology: Terminology, language: str, finders: list[Finder]) -> None:
        self._terminology = terminology
        self._language = language
        self._finders = finders
        self._remembered: dict[tuple[int, int, str], list[Reading]] = {}

    def read(
        self, text: TokenisedText, language: str, *, native: bool
    ) -> Iterator[tuple[int, int, list[Reading]]]:
        """Yield first and last token and readings of every name in a text of `language`.

        Unless the names are `native` to the text, single words other than abbreviations are
        passed over, as the French *pain* is bread. A place can come once for each finder.
        """
        based = based_words(text.words, self._language)
        everyday = common_words(language)
        for number, finder in enumerate(self._finders):
            found = finder.find(text, based)
            broken = text.breaks[found.last] > text.breaks[found.first]
            columns = (found.entries, found.first, found.last, broken)
            for entry, first, last, is_broken in zip(
                *(column.tolist() for column in columns), strict=True
            ):
                surface = text.surface(first, last)
                readings = self._readings(number, entry, surface)
                if is_broken or surface.count("(") != surface.count(")"):
                    readings = [each for each in readings if each.exact]
                if first == last and (not native or text.words[first] in everyday):
                    readings = [each for each in readings if each.strict]
                readings = _heard(readings, text, first, last, language)
                if readings:
                    yield first, last, readings

    def _readings(self, number: int, entry: int, surface: str) -> list[Reading]:
        key = number, entry, surface
        readings = self._remembered.get(key)
        if readings is None:
            if len(self._remembered) == _N_REMEMBERED:
                self._remembered.clear()
            read = (self._reading(name, surface) for name in self._finders[number].names(entry))
            readings = self._remembered[key] = [each for each in read if each is not None]
        return readings

    def _reading(self, name: NamedAs, surface: str) -> Reading | None:
        """Return how well `surface` is written as a name; None if it is something else."""
        alias = self._terminology.alias_table["text"][name.alias].as_py()
        if name.strict:
            forms = (alias, *spoken_forms(alias, self._language))
            if not any(has_letters_of(surface, form) for form in forms):
                return None
        exact = surface_key(surface) == surface_key(alias)
        if not exact and self._is_something_else(surface, alias):
            return None
        cost = _KIND_COSTS[self._terminology.alias_kinds[name.alias]]
        return Reading(name.alias, name.strict, exact, 1.0 - cost - (0.0 if exact else name.cost))

    def _is_something_else(self, surface: str, alias: str) -> bool:
        return (
            mistakes_word(surface, alias, common_words(self._language))
            or mistakes_letter(surface, alias, connectives(self._language))
            or is_one_of_class(surface, alias, self._language)
        )


def _heard(
    readings: list[Reading], text: TokenisedText, first: int, last: int, language: str
) -> list[Reading]:
    """Return the readings that need no capitals, where all capitals are."""
    if any(each.strict for each in readings) and is_shouted(text, first, last, language):
        return [each for each in readings if not each.strict]
    return readings
