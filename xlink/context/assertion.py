"""The step that tells what is negated, uncertain, past, feared, or of someone else."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlink.context.rules import rules_for
from xlink.context.scopes import assertions
from xlink.context.sections import section_keys
from xlink.text.sentences import sentences
from xlink.types import Assertion, Document, Mention, Span

__all__ = ["AssertionStep"]

_PARAGRAPH = re.compile(r"\S[^\n]*(?:\n[^\S\n]*\S[^\n]*)*")
_SECTIONS: dict[str, Assertion] = {"family_history": "family", "history": "historical"}
_BEFORE: dict[str, Assertion] = {"?": "uncertain"}
_AFTER: dict[str, Assertion] = {"?": "uncertain", "(?)": "uncertain", "(-)": "negated"}


@dataclass(frozen=True, slots=True)
class AssertionStep:
    """Marks mentions by the phrases around them, within their sentence, and by their section.

    A phrase acts on what follows it, on what precedes it, or both, up to a phrase that ends its
    scope; pseudo-triggers such as *no increase* do nothing. There are rules for German, English,
    Spanish, French, Italian and Portuguese; where the language is not known, all of them act, and
    elsewhere mentions stay as they are. No mention is dropped, and what one has already stays.

    Raises:
        MissingExtraError: the extra `sentences` is not installed; raised when documents come.
    """

    name = "assertion"
    after_detection = True

    def annotate(self, documents: Sequence[Document]) -> list[Document]:
        """Return the documents with the assertions of their mentions."""
        return [_annotated(document) if document.mentions else document for document in documents]


def _annotated(document: Document) -> Document:
    said: list[set[Assertion]] = [
        {*mention.assertion, *_adjacent(document.text, mention)} for mention in document.mentions
    ]
    for (start, end), numbers in _sentences_with_mentions(document):
        text, language = document.text[start:end], document.language_at(start)
        spans = [_inside(document.mentions[number], start, end) for number in numbers]
        for number, own in zip(numbers, assertions(text, language, spans), strict=True):
            said[number] |= own
    for key, own in zip(section_keys(document), said, strict=True):
        own |= {_SECTIONS[key]} if key in _SECTIONS else set()
    mentions = tuple(
        # What a relative had once is of the family: `historical` is about the patient.
        replace(mention, assertion=tuple(sorted(own - {"historical"} if "family" in own else own)))
        for mention, own in zip(document.mentions, said, strict=True)
    )
    return replace(document, mentions=mentions)


def _sentences_with_mentions(document: Document) -> Iterator[tuple[Span, list[int]]]:
    """Yield the sentences in which mentions begin, each with the numbers of these.

    Only paragraphs with mentions in a language with rules are split, which takes most of the time.
    """
    starts = sorted((mention.start, number) for number, mention in enumerate(document.mentions))
    place = 0
    for paragraph in _PARAGRAPH.finditer(document.text):
        inside = []
        while place < len(starts) and starts[place][0] < paragraph.end():
            inside.append(starts[place])
            place += 1
        language = document.language_at(paragraph.start())
        if inside and rules_for(language) is not None:
            spans = sentences(paragraph[0], language)
            moved = [(paragraph.start() + start, paragraph.start() + end) for start, end in spans]
            yield from _shared_out(moved, inside)


def _shared_out(
    spans: list[Span], starts: list[tuple[int, int]]
) -> Iterator[tuple[Span, list[int]]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for start, number in starts:
        found[max(0, bisect_right(spans, start, key=lambda span: span[0]) - 1)].append(number)
    for place, numbers in found.items():
        yield spans[place], numbers


def _inside(mention: Mention, start: int, end: int) -> Span:
    """Return the place of a mention within a sentence, which may end before it."""
    first, last = max(start, mention.start), min(end, mention.end)
    return first - start, max(first + 1, last) - start


def _adjacent(text: str, mention: Mention) -> set[Assertion]:
    """Return what a sign at a mention says: `?sepsis`, `sepsis (?)`."""
    before, after = text[: mention.start][-1:], text[mention.end : mention.end + 4].lstrip()
    said = {own for sign, own in _BEFORE.items() if before == sign}
    return said | {own for sign, own in _AFTER.items() if after.startswith(sign)}
