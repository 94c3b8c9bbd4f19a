"""The names of a terminology that are worth searching for, and the reasons to leave others out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from xlink.detect.letters import letters_of
from xlink.detect.spoken import spoken_forms
from xlink.detect.tokenised import MAX_TOKEN_CHARS, without_possessives
from xlink.tally import Tally
from xlink.terminology import Terminology
from xlink.terminology.schema import KINDS
from xlink.text.folding import fold, fold_many
from xlink.text.keys import ROMAN_NUMERALS
from xlink.text.tokens import base_form, based_text, common_words, primary_language, token_spans

__all__ = [
    "MAX_TOKENS",
    "Name",
    "based_words",
    "is_one_of_class",
    "loud_sources",
    "searched_names",
]

MAX_TOKENS = 128
"""A longer name is a definition, which no text repeats."""

_BATCH = 100_000
_LATIN_SINGULARS = {"ae": "a", "i": "us", "omata": "oma"}  # of fistulae, nevi, papillomata
_LATIN_PLURAL = re.compile(rf"(?<=\w{{3}})(?:{'|'.join(_LATIN_SINGULARS)})(?![^ ])")
_ABBREVIATION = KINDS.index("abbreviation")
_MAX_CAPITALS = 5
# Han, kana and Hangul say more with a sign than other scripts; they stand above this code point.
_FIRST_EAST_ASIAN = "\u3000"


@dataclass(frozen=True, slots=True)
class Name:
    """An alias by row, with its tokens in base form.

    A `strict` name is found only where its own capital letters are.
    """

    row: int
    language: str
    words: list[str]
    strict: bool


def based_words(words: list[str], language: str) -> list[str]:
    """Return folded words in base form, with numbers in digits.

    >>> based_words(["tumours", "of", "type", "ii"], "en")
    ['tumor', 'of', 'type', '2']
    >>> based_words(["branchial", "fistulae"], "en")
    ['branchial', 'fistula']
    """
    if not words:
        return []
    text = " ".join(words)
    if primary_language(language) == "en":
        text = _LATIN_PLURAL.sub(lambda plural: _LATIN_SINGULARS[plural[0]], text)
    based = based_text(text, language).split(" ")
    return [ROMAN_NUMERALS.get(word, word) for word in based]


def is_one_of_class(surface: str, name: str, language: str) -> bool:
    """Tell whether a word is the singular of a name in the plural.

    A concept that is named so is mostly a class, and one of its kind something else.

    >>> is_one_of_class("patient", "Patients", "en"), is_one_of_class("cysts", "Cyst", "en")
    (True, False)
    """
    written, named = fold(surface), fold(name)
    return written != named and written == base_form(named, language)


def searched_names(
    terminology: Terminology, rows: range, loud: npt.NDArray[np.bool_], tally: Tally
) -> Iterator[Name]:
    """Yield the aliases at `rows` that are searched for, and their spoken forms.

    Aliases left out are counted in `tally`. `loud` tells of each source whether its capitals mean
    nothing. *Shape:* (sources,)
    """
    labels = [primary_language(label) for label in terminology.language_labels]
    sources = _source_codes(terminology)
    forms: list[tuple[int, str, str, bool]] = []
    for row, text in zip(rows, terminology.alias_texts(rows.start, rows.stop), strict=True):
        language = labels[terminology.alias_languages[row]]
        forms.append((row, language, text, True))
        forms += [(row, language, form, False) for form in spoken_forms(text, language)]
    folded = fold_many([without_possessives(text) for _, _, text, _ in forms])
    for (row, language, text, is_whole), name in zip(forms, folded, strict=True):
        words = [name[start:end] for start, end in token_spans(name)]
        strict = _needs_capitals(
            text,
            is_abbreviation=bool(terminology.alias_kinds[row] == _ABBREVIATION),
            is_loud=bool(loud[sources[row]]),
        )
        reason = _reason_to_leave_out(words, language, strict=strict)
        if reason is None:
            yield Name(row, language, based_words(words, language), strict)
        elif is_whole:
            tally.add(f"name left out: {reason}", text)


def loud_sources(terminology: Terminology) -> npt.NDArray[np.bool_]:
    """Tell which sources write most names in capitals. *Shape:* (sources,)"""
    sources = _source_codes(terminology)
    long = np.zeros(int(sources.max(initial=-1)) + 1, dtype=np.int64)
    capitals = long.copy()
    for start in range(0, terminology.n_aliases, _BATCH):
        for row, text in enumerate(terminology.alias_texts(start, start + _BATCH), start):
            if len(text) > 2 * _MAX_CAPITALS:
                long[sources[row]] += 1
                capitals[sources[row]] += text.isupper()
    loud: npt.NDArray[np.bool_] = 2 * capitals > long
    return loud


def _source_codes(terminology: Terminology) -> npt.NDArray[np.int32]:
    codes: npt.NDArray[np.int32] = (
        terminology.alias_table["source"].combine_chunks().indices.to_numpy()
    )
    return codes


def _needs_capitals(text: str, *, is_abbreviation: bool, is_loud: bool) -> bool:
    if text == text.lower():
        return False
    if is_abbreviation:
        return True
    return text.isupper() and not is_loud and len(letters_of(text)) <= _MAX_CAPITALS


def _reason_to_leave_out(words: list[str], language: str, *, strict: bool) -> str | None:
    """Return why a name would be found where it is not meant, or nowhere; None to search for it."""
    letters = "".join(words)
    if not any(map(str.isalpha, letters)):
        return "it has no letters"
    if len(letters) < (2 if strict or min(letters) >= _FIRST_EAST_ASIAN else 3):
        return "it is too short"
    if len(words) > MAX_TOKENS or max(map(len, words)) > MAX_TOKEN_CHARS:
        return "it is too long"
    if len(words) == 1 and not strict and letters in common_words(language):
        return "it is an everyday word"
    return None
