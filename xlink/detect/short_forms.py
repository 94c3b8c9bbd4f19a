"""Abbreviations that a document defines itself: found for what they stand for, and for no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from ahocorasick_rs import AhoCorasick

from xlink.detect.matches import Match
from xlink.detect.names import based_words
from xlink.terminology import Terminology
from xlink.text.abbreviations import Abbreviations, Definition
from xlink.text.folding import fold, without_surrogates
from xlink.text.tokens import common_words, primary_language, token_spans
from xlink.types import Span

__all__ = ["with_short_forms"]

_ABBREVIATED_COST = 0.02
_LEAST_LETTERS = 3  # of a word that says something


def with_short_forms(
    text: str, matches: Sequence[Match], terminology: Terminology, language: str
) -> list[Match]:
    """Return `matches`, with the abbreviations that `text` defines read as it says.

    Where the long form is a match, its abbreviation is one everywhere, of the same aliases. One
    that is found as an abbreviation of something else, whose names in the language of the text
    share no word with the long form, is no match.
    """
    known = Abbreviations(text)
    if not known.definitions:
        return list(matches)
    named = {(match.start, match.end): match for match in matches}
    defined = {definition: named.get(definition.long_span) for definition in known.definitions}
    occurrences = dict(_occurrences(text, known))

    @cache
    def may_mean(long: str, aliases: tuple[int, ...]) -> bool:
        return _share_a_word(long, aliases, terminology, language)

    kept = [
        match
        for match in matches
        if (definition := occurrences.get((match.start, match.end))) is None
        or (defined[definition] is None and may_mean(definition.long, match.aliases))
    ]
    kept += [
        Match(start, end, meant.score - _ABBREVIATED_COST, meant.aliases)
        for (start, end), definition in occurrences.items()
        if (meant := defined[definition]) is not None
    ]
    return kept


def _occurrences(text: str, known: Abbreviations) -> Iterator[tuple[Span, Definition]]:
    """Yield where short forms stand, also in the plural, and the definitions that count there."""
    search = AhoCorasick(sorted(known.short_forms))
    for _, start, end in search.find_matches_as_indexes(without_surrogates(text), overlapping=True):
        end += text[end : end + 1] == "s"
        around = text[max(0, start - 1) : start], text[end : end + 1]
        definition = known.definition(text[start:end], start)
        if definition is not None and not any(map(str.isalnum, around)):
            yield (start, end), definition


def _share_a_word(
    long: str, aliases: Sequence[int], terminology: Terminology, language: str
) -> bool:
    """Tell whether a name shares a word with a long form, or none is in its language."""
    said = _words([long], language)
    concepts = {int(terminology.alias_concepts[alias]) for alias in aliases}
    named = [_named(concept, terminology, language) for concept in sorted(concepts)]
    return any(not words or said & words for words in named)


def _named(concept: int, terminology: Terminology, language: str) -> frozenset[str]:
    """Return the words of a concept's names in a language, or in all where that is unknown."""
    first, last = terminology.first_aliases[concept : concept + 2].tolist()
    texts = terminology.alias_texts(first, last)
    labels = [
        primary_language(terminology.language_labels[code])
        for code in terminology.alias_languages[first:last].tolist()
    ]
    wanted = primary_language(language)
    own = [text for text, label in zip(texts, labels, strict=True) if wanted in (label, "und")]
    return _words(own, language)


def _words(names: Iterable[str], language: str) -> frozenset[str]:
    words = (
        word
        for name in map(fold, names)
        for word in based_words([name[start:end] for start, end in token_spans(name)], language)
    )
    everyday = common_words(language)
    return frozenset(each for each in words if len(each) >= _LEAST_LETTERS and each not in everyday)
