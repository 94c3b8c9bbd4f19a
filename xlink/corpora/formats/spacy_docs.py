"""spaCy's `Doc` and ours: spans as mentions, and concepts wherever pipelines put them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from xlink.corpora.fragments import joined
from xlink.corpora.spans import check_spans, surface
from xlink.errors import DataError
from xlink.tally import Tally
from xlink.types import Document, Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.tokens import Span as Tokens

__all__ = [
    "COMPOSITE",
    "KB_ID",
    "NIL",
    "NO_LABEL",
    "document_of",
    "gold_of",
    "kb_id_of",
    "language_of",
    "mentions_of",
    "proposals_of",
    "spans_of",
]

KB_ID = "kb_id_"
NO_LABEL = "MENTION"
"""The label of mentions that have none, for spaCy takes an entity without a label for none."""

NIL = "NIL"
COMPOSITE, _ALTERNATIVES = "+", "|"


def kb_id_of(mention: Mention) -> str:
    """Return gold as one text: `a+b` a composite, `a|b` alternatives, `NIL`, empty for no gold."""
    if mention.gold is None:
        return ""
    separator = COMPOSITE if mention.composite else _ALTERNATIVES
    return separator.join(sorted(mention.gold)) or NIL


def gold_of(kb_id: str) -> tuple[frozenset[str] | None, bool]:
    """Return the gold that `kb_id_of` wrote, and whether it is a composite."""
    if not kb_id:
        return None, False
    if kb_id == NIL:
        return frozenset(), False
    composite = COMPOSITE in kb_id
    return frozenset(kb_id.split(COMPOSITE if composite else _ALTERNATIVES)), composite


def language_of(doc: Doc) -> str:
    """Return the language of a `Doc` as xlink writes it; spaCy's `xx` is one that is not known."""
    return "und" if doc.lang_ in ("", "xx") else str(doc.lang_)


def document_of(
    doc: Doc, *, group: str | None, concept: str, name: str, language: str | None
) -> Document:
    """Return a `Doc` as a document, as `Document.from_spacy` describes it.

    Raises:
        DataError: there is no such span group or extension, or it holds no ids.
    """
    told = language_of(doc) if language is None else language
    found = spans_of(doc, group)
    if concept == KB_ID:
        mentions = mentions_of(doc, found, name, Tally(), in_parts=group is not None)
        return Document(name, doc.text, told, mentions)
    # Whoever keeps concepts elsewhere uses span ids for other ends than parts.
    mentions = tuple(
        Mention(
            f"T{number}",
            ((tokens.start_char, tokens.end_char),),
            tokens.text,
            tokens.label_,
            _best(proposals_of(tokens, concept)),
        )
        for number, tokens in enumerate(found, start=1)
    )
    return Document(name, doc.text, told, mentions)


def spans_of(doc: Doc, group: str | None) -> list[Tokens]:
    """Return the entities of a `Doc`, or a span group of it.

    Raises:
        DataError: there is no such group.
    """
    if group is None:
        return list(doc.ents)
    if group not in doc.spans:
        known = ", ".join(map(repr, doc.spans)) or "none"
        raise DataError(f"the Doc has no span group {group!r}", remedy=f"It has {known}.")
    return list(doc.spans[group])


def proposals_of(tokens: Tokens, concept: str) -> list[tuple[str, float]]:
    """Return the concepts that a pipeline put on a span, each with its score, as they come.

    `concept` is `kb_id_` or the name of an extension, which may hold an id, several, pairs of id
    and score (`kb_ents` of scispaCy), or objects with a `cui` and maybe a `similarity`
    (`umls_matches` of medspaCy). A score that is not told is 1.

    Raises:
        DataError: there is no such extension, or it holds something else.
    """
    if concept == KB_ID:
        return [(tokens.kb_id_, 1.0)] if tokens.kb_id_ not in ("", NIL) else []
    if not tokens.has_extension(concept):
        raise DataError(
            f"spans have no extension {concept!r}",
            remedy="Add the component that sets it, or name another.",
        )
    value = getattr(tokens._, concept)
    several = isinstance(value, Collection) and not isinstance(value, str)
    return list(_read(value if several else [value], concept))


def _read(values: Iterable[object], concept: str) -> Iterator[tuple[str, float]]:
    for value in values:
        if value is None or value == "":
            continue
        if isinstance(value, str):
            yield value, 1.0
        elif isinstance(value, tuple | list) and len(value) == 2:
            yield str(value[0]), float(value[1])
        elif isinstance(cui := getattr(value, "cui", None), str):
            yield cui, float(getattr(value, "similarity", 1.0))
        else:
            raise DataError(
                f"the extension {concept!r} holds {value!r}",
                remedy="It must hold ids, pairs of id and score, or objects with a `cui`.",
            )


def _best(proposals: list[tuple[str, float]]) -> frozenset[str] | None:
    """Return the best proposal as gold; of several that are best, the first."""
    if not proposals:
        return None
    return frozenset([max(proposals, key=lambda each: each[1])[0]])


def mentions_of(
    doc: Doc, found: Iterable[Tokens], example: str, tally: Tally, *, in_parts: bool
) -> tuple[Mention, ...]:
    """Return token spans as mentions with the gold in `kb_id_`, in the order of the text.

    With `in_parts`, spans that have one id are the parts of one mention.

    Raises:
        DataError: a span leaves the text.
    """
    spans = list(found)
    uses = Counter(tokens.id_ for tokens in spans)
    grouped: dict[str, list[Tokens]] = {}
    for number, tokens in enumerate(spans, start=1):
        named = tokens.id_ and (in_parts or uses[tokens.id_] == 1)
        grouped.setdefault(tokens.id_ if named else f"T{number}", []).append(tokens)
    mentions = []
    for mention_id, parts in grouped.items():
        borders = [(each.start_char, each.end_char) for each in parts]
        whole = joined([(start, end) for start, end in borders if start < end])
        if not whole:
            tally.add("span without text left out", example)
            continue
        if problem := check_spans(whole, len(doc.text)):
            raise DataError(f"{example}: {problem}", remedy="Write the file again.")
        gold, composite = gold_of(parts[0].kb_id_)
        text = surface(doc.text, whole)
        mentions.append(Mention(mention_id, whole, text, parts[0].label_, gold, composite))
    return tuple(sorted(mentions, key=lambda mention: mention.spans))
