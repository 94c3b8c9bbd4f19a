"""Which spans of a `Doc` are mentions, and how a link is written on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from spacy.tokens import Span as Tokens
from spacy.tokens import SpanGroup
from spacy.util import filter_spans

from xlink.corpora.formats.spacy_docs import COMPOSITE, NIL, NO_LABEL
from xlink.types import Document, Link, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = [
    "as_document",
    "links_of",
    "mark_detected",
    "mark_entities",
    "mark_group",
    "tokens_of",
]


def as_document(doc: Doc, number: int, language: str, spans: Iterable[Tokens]) -> Document:
    """Return a `Doc` as a document with a mention for each of `spans`, in their order."""
    text = doc.text
    borders = ((each.start_char, each.end_char, each.label_) for each in spans)
    mentions = tuple(
        Mention(f"T{n}", ((start, end),), text[start:end], label)
        for n, (start, end, label) in enumerate(borders, start=1)
    )
    return Document(str(number), text, language, mentions)


def tokens_of(doc: Doc, mention: Mention) -> Tokens | None:
    """Return the whole tokens that a mention touches; None in white space, where there are none."""
    found = doc.char_span(
        mention.start,
        mention.end,
        label=mention.label or NO_LABEL,
        span_id=mention.id,
        alignment_mode="expand",
    )
    return found if found is not None and found.text else None


def links_of(mentions: Sequence[Mention], links: Sequence[Link]) -> list[list[Link]]:
    """Return the links of each mention: its own, or those of the parts that took its place."""
    by_mention: dict[str, list[Link]] = {}
    for link in links:
        by_mention.setdefault(link.mention.part_of or link.mention.id, []).append(link)
    return [by_mention[mention.id] for mention in mentions]


def mark_entities(entities: Iterable[Tokens], links: Iterable[Sequence[Link]]) -> None:
    """Set `kb_id_` of entities that a `Doc` has; nothing else about them changes."""
    for entity, own in zip(entities, links, strict=True):
        for token in entity:
            token.ent_kb_id_ = _kb_id(own)


def mark_group(
    doc: Doc, group: str, spans: Sequence[Tokens], links: Iterable[Sequence[Link]]
) -> None:
    """Write a span group anew with `kb_id_`, which can't be set on the spans of one."""
    attrs = doc.spans[group].attrs if group in doc.spans else {}
    linked = [
        Tokens(
            doc,
            tokens.start,
            tokens.end,
            label=tokens.label,
            kb_id=_kb_id(own),
            span_id=tokens.id,
        )
        for tokens, own in zip(spans, links, strict=True)
    ]
    doc.spans[group] = SpanGroup(doc, name=group, attrs=attrs, spans=linked)


def mark_detected(
    doc: Doc, group: str, spans: Sequence[Tokens], links: Iterable[Sequence[Link]]
) -> None:
    """Write what was detected to a span group, and to the entities where there is none yet.

    Entities have no gaps and do not overlap: what shares words with another is in the group alone.
    """
    links = list(links)
    mark_group(doc, group, spans, links)
    taken = {token.i for entity in doc.ents for token in entity}
    free = [
        tokens
        for tokens, own in zip(doc.spans[group], links, strict=True)
        if taken.isdisjoint(range(tokens.start, tokens.end)) and not _has_gaps(own)
    ]
    doc.set_ents(filter_spans(free), default="unmodified")


def _has_gaps(links: Sequence[Link]) -> bool:
    return any(len(each.mention.spans) > 1 and not each.mention.part_of for each in links)


def _kb_id(links: Sequence[Link]) -> str:
    return COMPOSITE.join(NIL if each.concept_id is None else each.concept_id for each in links)
