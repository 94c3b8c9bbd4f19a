"""Case, width, diacritics and punctuation folded away, each output character knowing its origin.

Folding works character by character (but for lone Greek letters), so that a whole corpus folds in
one vectorised pass and every folded position maps back to the code point that it came from.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

__all__ = ["Folded", "fold", "fold_many", "fold_with_offsets", "without_surrogates"]

# Letters that Unicode does not decompose, but that writers replace by these.
_PLAIN = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ħ": "h"}
)
_GREEK_NAMES = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta",
    "η": "eta", "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau", "υ": "upsilon",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
# Marks that writers leave out: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels, and
# the choice among forms of one character. Kana voicing marks and the vowel signs of Indic and Thai
# script are letters in all but name.
_DROPPED_MARKS = frozenset(
    chr(code)
    for first, last in (
        (0x300, 0x36F),
        (0x591, 0x5C7),
        (0x610, 0x61A),
        (0x64B, 0x65F),
        (0x670, 0x670),
        (0xFE00, 0xFE0F),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
    if unicodedata.category(chr(code)) == "Mn"  # the Hebrew hyphen stands among the points
) | {"ـ"}
_ZERO_WIDTH_SPACE = "\u200b"
_HANGUL = range(0xAC00, 0xD7A4)
_N_CODES = 0x110000
_FEW = 20_000


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `origins[i]` is the code point of the raw text that character `i` is from."""

    text: str
    origins: npt.NDArray[np.int64]

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the half-open span of raw code points behind the folded span `start:end`.

        Raises:
            ValueError: the folded span is empty.
        """
        if end <= start:
            raise ValueError(f"The folded span {start}:{end} is empty.")
        return int(self.origins[start]), int(self.origins[end - 1]) + 1


def fold(text: str) -> str:
    """Return `text` in lower case without diacritics and punctuation, words one space apart.

    Widths, ligatures and signs become plain (NFKD), lone Greek letters are spelled out
    (`β-thalassaemia` -> `beta thalassaemia`). Folding a folded text changes nothing.

    >>> fold("Déficit de α-1-Antitripsina")
    'deficit de alpha 1 antitripsina'
    """
    return fold_with_offsets(text).text


def fold_many(texts: list[str]) -> list[str]:
    """Fold many texts in one pass; the same results as `fold` on each.

    >>> fold_many(["Röteln", ""])
    ['roteln', '']
    """
    codes = _codes("\n".join(texts))  # the line end keeps letters of neighbours apart
    ends = np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)
    characters, origins = _expand(codes)
    owners = np.searchsorted(ends, origins, side="right")
    folded, owners = _spell_lone_greek(characters, owners)
    keep = _needed(folded, owners)
    folded, owners = folded[keep], owners[keep]
    bounds = np.searchsorted(owners, np.arange(len(texts) + 1))
    joined = _text(folded)
    return [joined[bounds[i] : bounds[i + 1]].strip() for i in range(len(texts))]


def fold_with_offsets(text: str) -> Folded:
    """Fold `text` and keep, for each character of the result, where it came from."""
    characters, origins = _expand(_codes(text))
    characters, origins = _spell_lone_greek(characters, origins)
    keep = _needed(characters, np.zeros_like(origins))
    characters, origins = characters[keep], origins[keep]
    folded = _text(characters)
    start, end = int(folded.startswith(" ")), len(folded) - int(folded.endswith(" "))
    return Folded(folded[start : max(start, end)], origins[start : max(start, end)])


def without_surrogates(text: str) -> str:
    """Return a text as long, with U+FFFD for each lone half of a surrogate pair."""
    return text.encode("utf-32-le", "surrogatepass").decode("utf-32-le", "replace")


def _codes(text: str) -> npt.NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _text(codes: npt.NDArray[np.uint32]) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


def _expand(
    codes: npt.NDArray[np.uint32],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Replace every code point by what it folds to, with the position of its origin."""
    distinct, inverse = _distinct(codes)
    pieces = [_codes(_fold_character(chr(code))) for code in distinct.tolist()]
    return _replace(inverse, pieces, np.arange(len(codes), dtype=np.int64))


def _distinct(
    codes: npt.NDArray[np.uint32],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    if len(codes) < _FEW:  # tables over all of Unicode cost more than sorting a few
        distinct, places = np.unique(codes, return_inverse=True)
        return distinct, places.astype(np.int64)
    seen = np.zeros(_N_CODES, dtype=bool)
    seen[codes] = True
    distinct = np.flatnonzero(seen).astype(np.uint32)
    places = np.zeros(_N_CODES, dtype=np.int64)
    places[distinct] = np.arange(len(distinct))
    return distinct, places[codes]


def _replace(
    choices: npt.NDArray[np.int64],
    pieces: list[npt.NDArray[np.uint32]],
    origins: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Concatenate `pieces[choices]`; each character takes the origin of its choice."""
    if not len(choices):
        return np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.int64)
    lengths = np.array([len(piece) for piece in pieces], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    pool = np.concatenate([*pieces, np.empty(0, dtype=np.uint32)])
    taken = lengths[choices]
    within = np.arange(int(taken.sum())) - np.repeat(np.cumsum(taken) - taken, taken)
    return pool[np.repeat(starts[choices], taken) + within], np.repeat(origins, taken)


def _spell_lone_greek(
    characters: npt.NDArray[np.uint32], origins: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    greek = (characters >= 0x3B1) & (characters <= 0x3C9)
    if not greek.any():
        return characters, origins
    lone = greek.copy()
    lone[1:] &= ~greek[:-1]
    lone[:-1] &= ~greek[1:]
    names = [_codes(_GREEK_NAMES.get(chr(code), chr(code))) for code in range(0x3B1, 0x3CA)]
    distinct, inverse = _distinct(characters)
    pieces = [np.array([code], dtype=np.uint32) for code in distinct] + names
    choices = np.where(lone, characters.astype(np.int64) - 0x3B1 + len(distinct), inverse)
    return _replace(choices, pieces, origins)


def _needed(
    characters: npt.NDArray[np.uint32], owners: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Tell which characters stay when runs of spaces within one text shrink to one."""
    space = characters == 0x20
    keep = np.ones(len(characters), dtype=bool)
    keep[1:] = ~(space[1:] & space[:-1] & (owners[1:] == owners[:-1]))
    return keep


@cache
def _fold_character(character: str) -> str:
    """Fold one character to a fixed point, so that folding twice is folding once."""
    folded = character
    for _ in range(4):
        again = "".join(_fold_once(each) for each in folded)
        if again == folded:
            break
        folded = again
    return folded


def _fold_once(character: str) -> str:
    if ord(character) in _HANGUL:
        return character
    letters = unicodedata.normalize("NFKD", character.casefold()).casefold().translate(_PLAIN)
    return "".join(
        letter if _is_letter(letter) else " " for letter in letters if not _is_dropped(letter)
    )


def _is_dropped(character: str) -> bool:
    # Soft hyphens, joiners and the like show nothing, and stand within words.
    unseen = unicodedata.category(character) == "Cf" and character != _ZERO_WIDTH_SPACE
    return unseen or character in _DROPPED_MARKS


def _is_letter(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or category in ("Mn", "Mc")
