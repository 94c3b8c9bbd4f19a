"""Abbreviations that a text defines itself: *long form (SF)* and *SF (long form)*, any script.

Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical
text" (PSB 2003), with what writers do beyond it: initials across hyphens and stop words, plural
short forms, full-width and square brackets, Greek letters for their names, scripts without case.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from xlink.text.folding import fold
from xlink.text.tokens import is_spaceless
from xlink.types import Span

__all__ = ["Abbreviations", "Definition", "definitions"]

_WINDOW_CHARS = 300
_CHARS_A_LETTER = 40  # of the long form, for each of the short form
_MIN_SHORT_CHARS, _MAX_SHORT_CHARS = 2, 10
_INNER = rf"([^()（）\[\]]{{2,{_WINDOW_CHARS}}})"
_BRACKETED = re.compile(rf"\({_INNER}\)|（{_INNER}）|\[{_INNER}\]")
_SEPARATOR = re.compile(r"[,;，；、:：]")
_QUOTES = " \t\r\n\"'“”‘’«»„"
# A full stop ends a sentence unless a lone letter stands before it (E. coli).
_BOUNDARY = re.compile(r"\n\s*\n|(?<=\w\w)[.!?]\s+(?=[^\W\d_])|[;。！？；]|[.!?]\s*\n")
_LAST_WORD = re.compile(r"[^\s()（）\[\],;:]+(?=\s{0,2}$)")
_PART = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\s()（）\[\],;/]+")
_WORD = re.compile(r"\S+")
_BRACKET = re.compile(r"[()（）\[\]]")
_CLOSED = {")": "(", "）": "（", "]": "["}
_STOP_WORDS = frozenset(
    "a al am an and at aux by d da das de dei del della den der des di die do dos du e ed el en et "
    "for from i il im in l la las le les los o of on or os per por the to u und van von voor with "
    "y zum zur και της του των в и на с".split()
)
# Letters find these by accident.
_NEVER_FIRST = frozenset("and et or oder the und".split())
_HEAD = re.compile(r"(\w+)\s+")


@dataclass(frozen=True, slots=True)
class Definition:
    """A short form and what a text says it stands for; the texts are those at the spans."""

    short: str
    long: str
    short_span: Span
    long_span: Span


class Abbreviations:
    """What the short forms of one text mean.

    >>> known = Abbreviations("Acute renal failure (ARF) was ruled out. No ARF now.")
    >>> known.expand("severe ARF", 50)
    'severe Acute renal failure'
    """

    def __init__(self, text: str) -> None:
        self.definitions = definitions(text)
        by_key = sorted(self.definitions, key=lambda each: (_key(each.short), each.short_span))
        self._known = {
            key: list(found) for key, found in groupby(by_key, lambda each: _key(each.short))
        }

    def expand(self, mention: str, start: int) -> str | None:
        """Return `mention` with long forms for its short forms, or None if it has none.

        A short form in brackets only repeats what stands before it, and goes. Of several
        definitions of a short form, the last that begins before the mention's `start` counts, or
        else the first.
        """
        if not self._known:
            return None
        bare = _BRACKETED.sub(
            lambda bracket: "" if self._is_known(bracket[bracket.lastindex or 0]) else bracket[0],
            mention,
        ).strip()
        expanded = _TOKEN.sub(lambda token: self._meaning(token[0], start), bare)
        return expanded if expanded not in ("", mention) else None

    def _is_known(self, short: str) -> bool:
        return _key(short) in self._known

    @property
    def short_forms(self) -> frozenset[str]:
        """Short forms as they are defined, and in the singular."""
        written = {each.short for each in self.definitions}
        return frozenset(written | set(map(_singular, written)))

    def definition(self, short: str, start: int) -> Definition | None:
        """Return the definition of a short form that counts at `start`, as for `expand`."""
        found = self._known.get(_key(short), [])
        n_before = bisect_right(found, start, key=lambda each: each.short_span[0])
        return found[max(0, n_before - 1)] if found else None

    def _meaning(self, token: str, start: int) -> str:
        definition = self.definition(token, start)
        return token if definition is None else definition.long


def definitions(text: str) -> list[Definition]:
    """Return the abbreviations that `text` defines, in its order; linear in its length.

    >>> [(each.short, each.long) for each in definitions("Alta por hipertensión arterial (HTA).")]
    [('HTA', 'hipertensión arterial')]
    """
    found = []
    for match in _BRACKETED.finditer(text):
        start, end = match.span(match.lastindex or 0)
        spans = (
            _before(text, start, end) or _inside(text, start, end) or _reversed(text, start, end)
        )
        if spans is not None:
            (a, b), (c, d) = spans
            found.append(Definition(text[a:b], text[c:d], (a, b), (c, d)))
    return found


def _before(text: str, start: int, end: int) -> tuple[Span, Span] | None:
    """Read *long form (SF …)*, with the bracket's content at `start:end`."""
    separator = _SEPARATOR.search(text, start, end)
    short = _trimmed(text, start, separator.start() if separator else end)
    if not _is_short_form(text[slice(*short)]):
        return None
    width = min(_WINDOW_CHARS, _CHARS_A_LETTER * (short[1] - short[0]))
    return _aligned(text, short, (_context_start(text, start - 1, width), start - 1))


def _inside(text: str, start: int, end: int) -> tuple[Span, Span] | None:
    """Read *(long form, SF)*, as Chinese texts quote a foreign term."""
    separator = _SEPARATOR.search(text, start, end)
    if separator is None:
        return None
    short = _trimmed(text, separator.end(), end)
    if not _is_short_form(text[slice(*short)]):
        return None
    return _whole(text, short, (start, separator.start()))


def _reversed(text: str, start: int, end: int) -> tuple[Span, Span] | None:
    """Read *SF (long form)*."""
    word = _LAST_WORD.search(text, max(0, start - 1 - 2 * _MAX_SHORT_CHARS), start - 1)
    if word is None:
        return None
    short = _trimmed(text, *word.span())
    if not _is_short_form(text[slice(*short)]):
        return None
    separator = _SEPARATOR.search(text, start, end)
    return _whole(text, short, (start, separator.start() if separator else end))


def _whole(text: str, short: Span, place: Span) -> tuple[Span, Span] | None:
    """Align `short` with all of `place`, but for stop words at its head."""
    found = _aligned(text, short, place)
    if found is None:
        return None
    skipped = fold(text[place[0] : found[1][0]]).split()
    return found if _STOP_WORDS.issuperset(skipped) else None


def _aligned(text: str, short: Span, place: Span) -> tuple[Span, Span] | None:
    """Find the long form that ends where `place` does."""
    start, end = _trimmed(text, *place)
    written = text[slice(*short)]
    letters = _letters(written)
    long = text[start:end]
    begin = _by_initials(letters, long)
    if begin is None:
        begin = _by_letters(letters, long)
    if begin is None:
        return None
    while (word := _HEAD.match(long, begin)) is not None and _plain(word[1]) in _NEVER_FIRST:
        begin = word.end()
    return (short, (start + begin, end)) if _is_long_form(long[begin:], written) else None


def _by_initials(letters: str, long: str) -> int | None:
    """Match each letter to the head of a word or of a part of one; stop words may be passed over.

    The last word must be met, so that *long* ends with what the last letter stands for.
    """
    place = len(letters) - 1
    for part in reversed(list(_PART.finditer(long))):
        word = _plain(part[0])
        if word.startswith(letters[place]):
            place -= 1
            if place < 0:
                return part.start()
        elif word not in _STOP_WORDS:
            return None
    return None


def _by_letters(letters: str, long: str) -> int | None:
    """Match letters from the last to the first as far right as may be (Schwartz and Hearst)."""
    plain = _plain(long)
    at = len(plain)
    for letter in reversed(letters[1:]):
        at = plain.rfind(letter, 0, at)
        if at < 0:
            return None
    while (at := plain.rfind(letters[0], 0, at)) > 0:
        if not plain[at - 1].isalnum() or is_spaceless(long[at]):
            return at
    return at if at == 0 else None


def _is_short_form(text: str) -> bool:
    if not _MIN_SHORT_CHARS <= len(text) <= _MAX_SHORT_CHARS or not text[0].isalnum():
        return False
    # A word in small letters in brackets is a remark, hardly ever an abbreviation.
    return len(text.split()) <= 2 and any(
        letter.isalpha() and not letter.islower() for letter in text
    )


def _is_long_form(long: str, short: str) -> bool:
    n_words = len(long.split())
    if n_words > min(len(short) + 5, 2 * len(short)) or len(long) <= len(short):
        return False
    if is_spaceless(short) and len(long) > 6 * len(short):
        return False
    words = [word.strip("()[],").casefold() for word in long.split()]
    parts = [part.casefold() for part in _PART.findall(long)]
    if short.casefold() in (*words, *parts) or words[-1] in _STOP_WORDS:
        return False
    return all(long.count(opening) == long.count(closing) for closing, opening in _CLOSED.items())


def _context_start(text: str, end: int, width: int) -> int:
    """Return where the sentence or open bracket before `end` begins, `width` away at most."""
    start = max(0, end - width)
    cut = start > 0
    for boundary in _BOUNDARY.finditer(text, start, end):
        start, cut = boundary.end(), False
    waiting: list[str] = []
    for bracket in reversed(list(_BRACKET.finditer(text, start, end))):
        if bracket[0] in _CLOSED:
            waiting.append(_CLOSED[bracket[0]])
        elif waiting and bracket[0] == waiting[-1]:
            waiting.pop()
        else:
            return bracket.end()
    if cut and not is_spaceless(text[start]):
        word = _WORD.match(text, start, end)  # the window may have cut it
        start = word.end() if word is not None else start
    return start


def _trimmed(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in _QUOTES:
        start += 1
    while end > start and text[end - 1] in _QUOTES:
        end -= 1
    return start, end


def _letters(short: str) -> str:
    """Return the letters and digits to be found in the long form, without a plural s."""
    singular = _singular(short)
    latin = any("a" <= letter.lower() <= "z" for letter in singular)
    letters = "".join(
        _greek_initial(letter) if latin else letter for letter in singular if letter.isalnum()
    )
    return _plain(letters)


def _singular(short: str) -> str:
    stem = short.removesuffix("s").rstrip("'’")
    return stem if stem != short and len(stem) > 1 and stem[-1].isupper() else short


@cache
def _greek_initial(letter: str) -> str:
    name = unicodedata.name(letter, "")
    found = re.fullmatch(r"GREEK (?:SMALL|CAPITAL) LETTER (\w+)", name)
    return found[1][0] if found else letter


def _key(short: str) -> str:
    return _singular(unicodedata.normalize("NFKC", short).replace(".", ""))


def _plain(text: str) -> str:
    """Return `text` in small letters without accents, character by character."""
    return "".join(map(_plain_character, text))


@cache
def _plain_character(character: str) -> str:
    return unicodedata.normalize("NFD", character.casefold()[:1] or character)[:1]
