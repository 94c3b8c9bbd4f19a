"""Mentions of several concepts at once, such as *type 1 and 2 diabetes*, and their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlink.text.coordinations import Part, joining_words, splits
from xlink.text.folding import fold
from xlink.text.tokens import common_words
from xlink.types import Document, Mention, Span

__all__ = ["CompositesStep"]

# What is joined to a mention in the same line: at most three words before or after.
_WORD = re.compile(r"\w[\w'’.-]*\w-?|\w-?")
_AFTER = re.compile(r"[^\S\n]+(\w+)[^\S\n]+(\w[\w'’-]*(?:[^\S\n]+\w[\w'’-]*){0,2})")
_BEFORE = re.compile(r"((?:\w[\w'’-]*[^\S\n]+){1,3}?)(\w+)[^\S\n]+$")
_MOST_CHARS_BEFORE = 80


@dataclass(frozen=True, slots=True)
class CompositesStep:
    """Adds the parts of coordinated mentions, which a linker takes where they link better.

    *Breast and ovarian cancer* has the parts *breast cancer* and *ovarian cancer*, *insuficiencia
    renal y hepática* shares its beginning, *Leber- und Niereninsuffizienz* a part of a word. Which
    words are shared can't be told by form alone: all ways to split are tried. What is joined to a
    mention is tried as well, up to three words of it, where it is no mention itself.
    """

    name = "composites"
    after_detection = True

    def annotate(self, documents: Sequence[Document]) -> list[Document]:
        """Return the documents with the parts of each mention, in all ways, after it."""
        return [replace(document, mentions=tuple(_with_parts(document))) for document in documents]


def _with_parts(document: Document) -> Iterator[Mention]:
    taken = bytearray(len(document.text))
    for start, end in (span for mention in document.mentions for span in mention.spans):
        taken[start:end] = b"\1" * (end - start)
    for mention in document.mentions:
        yield mention
        if len(mention.spans) > 1 or mention.part_of:
            continue
        language = document.language_at(mention.start)
        inner = splits(mention.text, language)
        ways = [_moved(parts, mention.start) for parts in inner]
        if not inner:
            ways = list(_beyond(document.text, mention.spans[0], language, taken))
        for number, parts in enumerate(ways, start=1):
            for place, spans in enumerate(parts, start=1):
                yield replace(
                    mention,
                    id=f"{mention.id}.{number}.{place}",
                    spans=spans,
                    text=" ".join(document.text[start:end] for start, end in spans),
                    gold=None,
                    composite=False,
                    part_of=mention.id,
                )


def _beyond(text: str, span: Span, language: str, taken: bytearray) -> Iterator[tuple[Part, ...]]:
    """Yield the ways in which words beside a mention share words with it, and are no mentions.

    A dictionary finds *insuficiencia renal* in *insuficiencia renal y hepática*.
    """
    start, end = span
    for first, last in _lengthened(text, span, language):
        added = (first, start) if first < start else (end, last)
        if any(taken[slice(*added)]):
            continue
        for parts in splits(text[first:last], language):
            moved = _moved(parts, first)
            shared = sum(b - a for part in moved for a, b in part) > last - first
            if shared and len(moved) == 2 and moved[0 if first == start else 1] == (span,):
                yield moved


def _lengthened(text: str, span: Span, language: str) -> Iterator[Span]:
    """Yield a mention with what is joined to it, and one to three words of that.

    The outermost word is no everyday one, of which nothing is the name.
    """
    start, end = span
    joining = joining_words(language)
    after = _AFTER.match(text, end)
    if after and after[1].lower() in joining:
        words = _content_words(text, after.start(2), after.end(), language)
        yield from ((start, word.end()) for word in words)
    before = _BEFORE.search(text, max(0, start - _MOST_CHARS_BEFORE), start)
    if before and before[2].lower() in joining:
        words = _content_words(text, before.start(1), before.end(1), language)
        yield from ((word.start(), end) for word in reversed(words))


def _content_words(text: str, start: int, end: int, language: str) -> list[re.Match[str]]:
    everyday = common_words(language)
    found = _WORD.finditer(text, start, end)
    return [word for word in found if fold(word[0]) not in everyday]


def _moved(parts: tuple[Part, ...], offset: int) -> tuple[Part, ...]:
    return tuple(tuple((start + offset, end + offset) for start, end in part) for part in parts)
