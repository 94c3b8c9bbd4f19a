"""Mentions that equal no name, in words of names that theirs may stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from xlink.candidates.words.rules import CognateRules
from xlink.candidates.words.vocabulary import PIVOT, Vocabulary, base_words, pivot_form
from xlink.text.tokens import connectives, is_spaceless, primary_language
from xlink.types import Query

__all__ = ["cognate_wordings", "near_wordings"]

_MAX_WORDS = 8
_MAX_CHOICES = 3  # for a word
_MAX_WORDINGS = 8  # of a mention

Choice = tuple[str, float]
"""A word of a name, and how likely it is meant, in (0, 1]."""


def cognate_wordings(
    queries: Sequence[Query], folded: Sequence[str], vocabulary: Vocabulary, rules: CognateRules
) -> list[list[str]]:
    """Return mentions in other languages with all words as cognates of the pivot language."""

    def choices(words: list[str], language: str) -> dict[str, list[Choice]]:
        if language == PIVOT:
            return {}
        forms = [pivot_form(word) for word in words]
        spelt = vocabulary.cognates(forms)
        found = {
            word: [(other, 1.0) for other in others]
            for word, others in zip(words, spelt, strict=True)
        }
        for word, form in zip(words, forms, strict=True):
            if not found[word] and word.isalpha() and not is_spaceless(word):
                rewrites = rules.rewrites(form, language)
                others = vocabulary.cognates(rewrite for rewrite, _ in rewrites)
                found[word] = [
                    (other, share)
                    for (_, share), some in zip(rewrites, others, strict=True)
                    for other in some[:_MAX_CHOICES]
                ]
        return found

    return _reworded(queries, folded, choices)


def near_wordings(
    queries: Sequence[Query], folded: Sequence[str], vocabulary: Vocabulary
) -> list[list[str]]:
    """Return mentions with words that no name has replaced by long ones an edit away."""

    def choices(words: list[str], language: str) -> dict[str, list[Choice]]:
        del language
        known = vocabulary.known(words).tolist()
        unknown = [word for word, is_known in zip(words, known, strict=True) if not is_known]
        found = {
            word: [(other, 1.0) for other in others]
            for word, others in zip(unknown, vocabulary.near(unknown), strict=True)
        }
        return {word: found.get(word, [(word, 1.0)]) for word in words}

    return _reworded(queries, folded, choices)


def _reworded(
    queries: Sequence[Query],
    folded: Sequence[str],
    choices: Callable[[list[str], str], dict[str, list[Choice]]],
) -> list[list[str]]:
    """Return the likeliest wordings of each mention, none if a word can't be anything."""
    words: list[list[str]] = []
    by_language: dict[str, dict[str, None]] = {}
    for query, text in zip(queries, folded, strict=True):
        language = primary_language(query.language)
        ignored = connectives(language)
        own = [word for word in base_words(text, language) if word not in ignored]
        words.append(own if len(own) <= _MAX_WORDS else [])
        by_language.setdefault(language, {}).update(dict.fromkeys(words[-1]))
    known = {language: choices(list(some), language) for language, some in by_language.items()}
    return [
        list(_wordings(own, known[primary_language(query.language)]))
        for query, own in zip(queries, words, strict=True)
    ]


def _wordings(words: list[str], known: dict[str, list[Choice]]) -> Iterator[str]:
    wordings: list[tuple[tuple[str, ...], float]] = [((), 1.0)] if words else []
    for word in words:
        wordings = [
            ((*said, other), share * own)
            for said, share in wordings
            for other, own in known.get(word, [])[:_MAX_CHOICES]
        ]
        wordings = sorted(wordings, key=lambda each: (-each[1], each[0]))[:_MAX_WORDINGS]
    for said, _ in wordings:
        if list(said) != words:
            yield " ".join(said)
