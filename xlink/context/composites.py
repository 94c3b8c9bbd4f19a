"""Mentions of several concepts at once, such as *type 1 and 2 diabetes*, and their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from xlink.text.folding import fold
from xlink.text.tokens import common_words, primary_language
from xlink.types import Document, Mention, Span

__all__ = ["CompositesStep", "splits"]

_WORDS = {
    "de": "und oder sowie bzw",
    "en": "and or nor",
    "es": "y e o u ni",
    "fr": "et ou ni",
    "it": "e ed o od né",
    "pt": "e ou nem",
}
_JOINING = {language: frozenset(words.split()) for language, words in _WORDS.items()}
_ANY = frozenset().union(*_JOINING.values())
_TOKEN = re.compile(r"-?\w+(?:[-.'’]\w+)*-?|[,/&]")
_SIGNS = frozenset("/&")
_MOST_TOKENS, _MOST_ITEMS, _MOST_WAYS = 16, 5, 24
_LEAST_LETTERS = 3  # of each half of a compound

# What is joined to a mention in the same line: at most three words before or after.
_WORD = re.compile(r"\w[\w'’.-]*\w-?|\w-?")
_AFTER = re.compile(r"[^\S\n]+(\w+)[^\S\n]+(\w[\w'’-]*(?:[^\S\n]+\w[\w'’-]*){0,2})")
_BEFORE = re.compile(r"((?:\w[\w'’-]*[^\S\n]+){1,3}?)(\w+)[^\S\n]+$")
_MOST_CHARS_BEFORE = 80

Part = tuple[Span, ...]


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
    joining = _JOINING.get(primary_language(language), _ANY)
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


def splits(text: str, language: str = "und") -> list[tuple[Part, ...]]:
    """Return the ways to split a mention as the spans of the parts, those that share less first.

    >>> text = "breast and ovarian cancer"
    >>> [[" ".join(text[a:b] for a, b in part) for part in parts] for parts in splits(text, "en")]
    [['breast', 'ovarian cancer'], ['breast cancer', 'ovarian cancer']]
    """
    joining = _JOINING.get(primary_language(language), _ANY)
    items = _items(text, joining)
    if not items:
        return []
    halves = list(_sharing_half_a_word(text, items))
    found = dict.fromkeys(halves or _sharing_words(text, items))
    return list(found)[:_MOST_WAYS]


def _items(text: str, joining: frozenset[str]) -> list[list[Span]]:
    """Return the words of each thing that is coordinated; none if nothing is."""
    tokens = [match.span() for match in _TOKEN.finditer(text)]
    words = [text[start:end].lower() for start, end in tokens]
    is_between = [word in joining or word in _SIGNS or word == "," for word in words]
    # Commas alone make a list of findings or an address, but nothing that shares a word.
    if len(tokens) > _MOST_TOKENS or not any(word in joining | _SIGNS for word in words):
        return []
    if is_between[0] or is_between[-1]:
        return []
    runs = groupby(zip(is_between, tokens, strict=True), key=lambda pair: pair[0])
    items = [[span for _, span in run] for between, run in runs if not between]
    return items if len(items) <= _MOST_ITEMS else []


def _sharing_words(text: str, items: list[list[Span]]) -> Iterator[tuple[Part, ...]]:
    """Yield parts that share the first words of the first item and the last of the last."""
    first, last = items[0], items[-1]
    counts = [(head, tail) for head in range(len(first)) for tail in range(len(last))]
    for head, tail in sorted(counts, key=lambda pair: (sum(pair), pair)):
        before, after = first[:head], last[len(last) - tail :]
        middle = [_part(text, [*before, *item, *after]) for item in items[1:-1]]
        yield _part(text, [*first, *after]), *middle, _part(text, [*before, *last])


def _sharing_half_a_word(text: str, items: list[list[Span]]) -> Iterator[tuple[Part, ...]]:
    """Yield parts whose words end in a hyphen and share the end of the last word."""
    *others, (*before, (start, end)) = items
    if not all(text[item[-1][1] - 1] == "-" for item in others):
        return
    for cut in range(start + _LEAST_LETTERS, end - _LEAST_LETTERS + 1):
        opened = [[*item[:-1], (item[-1][0], item[-1][1] - 1), (cut, end)] for item in others]
        yield *(_part(text, each) for each in opened), _part(text, [*before, (start, end)])


def _part(text: str, words: Sequence[Span]) -> Part:
    """Return words as spans; those with only white space between become one."""
    spans = list(words[:1])
    for start, end in words[1:]:
        if text[spans[-1][1] : start].isspace():
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return tuple(spans)
