"""What capital letters say: abbreviations need theirs, and a line in capitals proves nothing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from xlink.detect.tokenised import TokenisedText
from xlink.text.tokens import common_words

__all__ = ["has_letters_of", "is_shouted", "letters_of", "mistakes_letter", "mistakes_word"]

_N_NEIGHBOURS = 6
_MAX_ABBREVIATION_CHARS = 5
_LONE_CAPITAL = re.compile(r"\b[A-Z]\b")
_CLAUSE_ENDS = frozenset(",/()[]\n")


def letters_of(text: str) -> str:
    """Return `text` in plain width without spaces and punctuation; signs such as + stay.

    >>> letters_of("β-HCG"), letters_of("ER+"), letters_of("ER-")
    ('βHCG', 'ER+', 'ER-')
    """
    plain = unicodedata.normalize("NFKC", text).rstrip()
    letters = "".join(sign for sign in plain if unicodedata.category(sign)[0] not in "CPZ")
    return f"{letters}-" if plain.endswith("-") else letters


def has_letters_of(surface: str, name: str) -> bool:
    """Tell whether `surface` is `name` letter by letter in the same case, or its plural.

    >>> has_letters_of("VSDs", "VSD"), has_letters_of("it", "IT")
    (True, False)
    """
    letters, wanted = letters_of(surface), letters_of(name)
    return letters in (wanted, f"{wanted}s")


def mistakes_word(surface: str, name: str, everyday: frozenset[str]) -> bool:
    """Tell whether an everyday word stands where the name has another one, but for its accents.

    >>> mistakes_word("una fina", "Uña fina", frozenset({"una"}))
    True
    """
    accented = {_without_marks(word): word for word in _words(name) if not word.isascii()}
    return any(
        len(word) > 2 and word in everyday and accented.get(word, word) != word
        for word in _words(surface)
    )


def mistakes_letter(surface: str, name: str, small_words: frozenset[str]) -> bool:
    """Tell whether a lone capital of a name is a small word where it stands.

    >>> mistakes_letter("a snarkosis type", "Type A snarkosis", frozenset({"a"}))
    True
    """
    written, named = (Counter(_LONE_CAPITAL.findall(text)) for text in (surface, name))
    return any(letter.lower() in small_words for letter in named - written)


def is_shouted(text: TokenisedText, first: int, last: int, language: str) -> bool:
    """Tell whether the tokens `first` to `last` stand in a stretch of capitals.

    The neighbours in the same clause and line decide: capitals are shouted where more of them are
    everyday or long words in capitals than are words with small letters. A list of abbreviations
    is therefore no shouting.
    """
    n_shouted = n_small = 0
    for place in _neighbours(text, first, last):
        surface = text.surface(place, place)
        if surface != surface.upper():
            n_small += 1
        elif surface.isupper() and (
            len(surface) > _MAX_ABBREVIATION_CHARS or text.words[place] in common_words(language)
        ):
            n_shouted += 1
    return n_shouted > n_small


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold())


def _without_marks(word: str) -> str:
    letters = unicodedata.normalize("NFD", word)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _neighbours(text: TokenisedText, first: int, last: int) -> list[int]:
    left, right = first, last
    while left > max(0, first - _N_NEIGHBOURS) and not _is_border(text, left):
        left -= 1
    end = min(len(text.words), last + 1 + _N_NEIGHBOURS)
    while right + 1 < end and not _is_border(text, right + 1):
        right += 1
    return [*range(left, first), *range(last + 1, right + 1)]


def _is_border(text: TokenisedText, gap: int) -> bool:
    """Tell whether a sentence, clause or line ends in the gap before token `gap`."""
    walls, breaks = text.walls, text.breaks
    ended = walls[gap] > walls[gap - 1] or breaks[gap] > breaks[gap - 1]
    return bool(ended) or not _CLAUSE_ENDS.isdisjoint(text.gap(gap))
