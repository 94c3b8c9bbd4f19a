"""The languages of texts and of their paragraphs, identified by lingua."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from xlink.errors import MissingExtraError, UnknownNameError
from xlink.text.tokens import primary_language
from xlink.types import Document, Span

if TYPE_CHECKING:
    from lingua import LanguageDetector

__all__ = ["LANGUAGES", "identified", "identify", "paragraph_languages"]

LANGUAGES = (
    "ar", "ca", "cs", "da", "de", "el", "en", "es", "fi", "fr", "he", "hu", "it", "ja", "ko", "nb",
    "nl", "pl", "pt", "ro", "ru", "sv", "tr", "uk", "zh",
)  # fmt: skip
"""The languages told apart unless others are given; fewer are told apart better, and sooner."""

_UNKNOWN = "und"
_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_LETTER = re.compile(r"[^\W\d_]")
_LEAST_LETTERS = 12
_LEAST_CONFIDENCE = 0.5
_MOST_CHARS = 2_000  # more say nothing new


def identify(text: str, languages: tuple[str, ...] = LANGUAGES) -> str:
    """Return the language of `text` as BCP 47, or `und` if it is too short or not sure.

    Raises:
        MissingExtraError: lingua is not installed.
        UnknownNameError: lingua knows no such language.
    """
    detector = _detector(tuple(sorted({*map(primary_language, languages)})))
    head = text[:_MOST_CHARS]
    n_letters = sum(1 for _ in _LETTER.finditer(head))
    # A sign of Chinese or Korean says as much as several letters.
    n_letters += 3 * sum("\u3040" <= letter <= "\ud7a3" for letter in head)
    if n_letters < _LEAST_LETTERS:
        return _UNKNOWN
    best = detector.compute_language_confidence_values(_encodable(head))[0]
    if best.value < _LEAST_CONFIDENCE:
        return _UNKNOWN
    return str(best.language.iso_code_639_1.name).lower()


def paragraph_languages(
    text: str, languages: tuple[str, ...] = LANGUAGES
) -> list[tuple[Span, str]]:
    """Return the paragraphs of `text`, parted by blank lines, each with its language.

    One that is not sure, as a heading or a list of values, is in the language of the text as a
    whole, if that is sure.
    """
    found = [(match.span(), identify(match[0], languages)) for match in _PARAGRAPH.finditer(text)]
    main = _main_language(found) if found else _UNKNOWN
    if main == _UNKNOWN:
        main = identify(text, languages)
    return [(span, main if language == _UNKNOWN else language) for span, language in found]


def identified(document: Document, languages: tuple[str, ...] = LANGUAGES) -> Document:
    """Return a document of unknown language in that of most of its paragraphs by length.

    A document whose language is known, or can't be told, is returned as it is.
    """
    if document.language != _UNKNOWN:
        return document
    language = _main_language(paragraph_languages(document.text, languages))
    return document if language == _UNKNOWN else replace(document, language=language)


def _main_language(paragraphs: list[tuple[Span, str]]) -> str:
    n_chars: Counter[str] = Counter()
    for (start, end), language in paragraphs:
        if language != _UNKNOWN:
            n_chars[language] += end - start
    return n_chars.most_common(1)[0][0] if n_chars else _UNKNOWN


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _detector(languages: tuple[str, ...]) -> LanguageDetector:
    try:
        from lingua import IsoCode639_1, Language, LanguageDetectorBuilder
    except ImportError:
        raise MissingExtraError("Language identification", "languages") from None
    known = {each.iso_code_639_1.name.lower(): each for each in Language.all()}
    for language in languages:
        if language not in known:
            raise UnknownNameError("language to identify", language, known)
    codes = [getattr(IsoCode639_1, language.upper()) for language in languages]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*codes).build()
