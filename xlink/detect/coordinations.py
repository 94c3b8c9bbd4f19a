"""Names that share words with a neighbour: *palmar pits* in *palmar and plantar pits*."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from xlink.detect.matches import Match
from xlink.terminology import Terminology
from xlink.text.coordinations import joined_text, named_beside
from xlink.types import Document, Span

__all__ = ["with_coordinated"]

_COORDINATED_COST = 0.05

Text = tuple[str, str]
"""A text and its language."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """What may be named beside a match: its own words, and all of them."""

    match: Match
    own: Span
    spans: tuple[Span, ...]
    text: Text


def with_coordinated(
    documents: Sequence[Document],
    matches: Sequence[Sequence[Match]],
    named: Callable[[Sequence[Text]], list[Match | None]],
    terminology: Terminology,
) -> list[list[Match]]:
    """Return the matches of each document, and with them the names that share words with one.

    Words of other matches are no part of such a name, nor do they stand between; it is that of
    another concept. `named` finds the texts that are names as a whole.
    """
    asked = [list(_beside(*each)) for each in zip(documents, matches, strict=True)]
    texts = list(dict.fromkeys(each.text for some in asked for each in some))
    known = dict(zip(texts, named(texts), strict=True))
    found: list[list[Match]] = []
    for some, own in zip(asked, matches, strict=True):
        added: dict[Span, Match] = {}
        for each in some:
            name = known[each.text]
            if name is not None and _is_another(name, each.match, terminology):
                start, end = each.spans[0][0], each.spans[-1][1]
                score = name.score - _COORDINATED_COST
                added.setdefault(each.own, Match(start, end, score, name.aliases, each.spans))
        found.append([*own, *added.values()])
    return found


def _beside(document: Document, matches: Sequence[Match]) -> Iterator[_Beside]:
    """Yield what is coordinated with matches of a document; of one place the likeliest first."""
    text = document.text
    taken = bytearray(len(text))
    for match in matches:
        taken[match.start : match.end] = b"\1" * (match.end - match.start)
    for match in matches:
        language = document.language_at(match.start)
        for own, spans in named_beside(text, (match.start, match.end), language, taken):
            yield _Beside(match, own, spans, (joined_text(text, spans), language))


def _is_another(name: Match, match: Match, terminology: Terminology) -> bool:
    concepts = terminology.alias_concepts
    return bool(concepts[name.aliases[0]] != concepts[match.aliases[0]])
